/* SPDX-License-Identifier: Apache-2.0 */
#include "host/base/alloc.h"

#include <stdlib.h>
#include <string.h>

#include "trusted/base/check.h"

void *vch_alloc(size_t cnt, size_t size)
{
	void *ptr = calloc(cnt, size);

	VCH_CHECK(ptr != NULL);
	return ptr;
}

void *vch_realloc(void *ptr, size_t size)
{
	void *grown;

	VCH_CHECK(size > 0);
	grown = realloc(ptr, size);
	VCH_CHECK(grown != NULL);
	return grown;
}

char *vch_strdup(const char *text)
{
	char *copy = strdup(text);

	VCH_CHECK(copy != NULL);
	return copy;
}
