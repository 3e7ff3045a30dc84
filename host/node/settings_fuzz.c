/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the input is a configuration file. What is taken prints
 * as a file that is taken again and prints the same.
 */
#include <stdlib.h>
#include <string.h>

#include "host/node/settings.h"
#include "trusted/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *printed(struct vch_settings *s, size_t *ret_len)
{
	char *text = NULL;
	FILE *to = open_memstream(&text, ret_len);

	VCH_CHECK(to);
	/* Where it came from is not part of what it is. */
	memset(s->source, 0, sizeof(s->source));
	vch_settings_print(to, s);
	fclose(to);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[VCH_SETTINGS_WHY_MAX] = "";
	struct vch_settings s;
	size_t one_len;
	size_t two_len;
	char *one;
	char *two;

	vch_settings_init(&s);
	if (vch_settings_read(&s, "f", vch_span(data, size), why) != VCH_OK) {
		VCH_CHECK(strncmp(why, "f:", 2) == 0);
		return 0;
	}
	one = printed(&s, &one_len);
	vch_settings_init(&s);
	VCH_CHECK(vch_settings_read(&s, "f", vch_span(one, one_len), why) ==
		  VCH_OK);
	two = printed(&s, &two_len);
	VCH_CHECK(one_len == two_len && memcmp(one, two, one_len) == 0);
	free(one);
	free(two);
	return 0;
}
