/* SPDX-License-Identifier: Apache-2.0 */
/* What a failed VCH_CHECK does in a host program: it says where, and ends. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trusted/base/check.h"

void vch_panic(const char *where)
{
	static const char says[] = "panic: a check failed at ";
	ssize_t put = write(STDERR_FILENO, says, sizeof(says) - 1);

	if (put > 0)
		put = write(STDERR_FILENO, where, strlen(where));
	if (put > 0)
		put = write(STDERR_FILENO, "\n", 1);
	abort();
}
