/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the input is text. What reads as hex is written back the
 * same but for case, and both readers agree.
 */
#include "host/base/hex.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "trusted/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BYTES_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t bytes[BYTES_MAX], exact[BYTES_MAX];
	char back[VCH_HEX_SIZE(BYTES_MAX)];
	char *text = malloc(size + 1);
	size_t len = 0;
	enum vch_err err;

	VCH_CHECK(text);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = 0;
	err = vch_hex_read_some(bytes, &len, BYTES_MAX, text);
	if (err == VCH_OK) {
		VCH_CHECK(len <= BYTES_MAX);
		vch_hex_write(back, vch_span(bytes, len));
		VCH_CHECK(strcasecmp(back, text) == 0);
		VCH_CHECK(vch_hex_read(exact, len, text) == VCH_OK);
		VCH_CHECK(memcmp(exact, bytes, len) == 0);
	} else {
		VCH_CHECK(vch_hex_read(exact, BYTES_MAX, text) != VCH_OK);
	}
	free(text);
	return 0;
}
