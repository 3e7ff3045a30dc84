/* SPDX-License-Identifier: Apache-2.0 */
#include "host/base/hex.h"

#include <stdbool.h>
#include <string.h>

void vch_hex_write_plain(char *ret, struct vch_span in)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < in.len; i++) {
		*ret++ = digits[in.ptr[i] >> 4];
		*ret++ = digits[in.ptr[i] & 15];
	}
	*ret = 0;
}

void vch_hex_write(char *ret, struct vch_span in)
{
	ret[0] = '0';
	ret[1] = 'x';
	vch_hex_write_plain(ret + 2, in);
}

#define X16(v) v, v, v, v, v, v, v, v, v, v, v, v, v, v, v, v
#define BAD X16(0xff)

/* The value of a digit; what is none has high bits. */
static const uint8_t digit[256] = {
	BAD,  BAD,  BAD, /* up to '0' */
	0,    1,    2,	  3,	4,    5,    6,	  7,	8,    9,    0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 10,   11,	  12,	13,   14,   15,	  0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, BAD, /* 'A' to 'F' */
	0xff, 10,   11,	  12,	13,   14,   15,	  0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, BAD, /* 'a' to 'f' */
	BAD,  BAD,  BAD,  BAD,	BAD,  BAD,  BAD,  BAD,
};

#undef X16
#undef BAD

int vch_hex_digit(char c)
{
	uint8_t value = digit[(uint8_t)c];

	return value < 16 ? value : -1;
}

static bool all_digits(const char *text, size_t len)
{
	uint8_t any = 0;

	for (size_t i = 0; i < len; i++)
		any |= digit[(uint8_t)text[i]];
	return any < 16;
}

enum vch_err vch_hex_read_some(uint8_t *ret, size_t *ret_len, size_t max,
			       const char *text)
{
	size_t len = strlen(text);

	if (len < 2 || len % 2 != 0 || text[0] != '0' || text[1] != 'x' ||
	    !all_digits(text + 2, len - 2))
		return VCH_ARGUMENT;
	len = len / 2 - 1;
	if (len > max)
		return VCH_SIZE;
	for (size_t i = 0; i < len; i++)
		ret[i] = (uint8_t)(digit[(uint8_t)text[2 * i + 2]] << 4 |
				   digit[(uint8_t)text[2 * i + 3]]);
	*ret_len = len;
	return VCH_OK;
}

enum vch_err vch_hex_read(uint8_t *ret, size_t len, const char *text)
{
	size_t got;

	if (strlen(text) != 2 * len + 2)
		return VCH_ARGUMENT;
	return vch_hex_read_some(ret, &got, len, text);
}
