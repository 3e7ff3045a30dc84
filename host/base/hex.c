/* SPDX-License-Identifier: Apache-2.0 */
#include "host/base/hex.h"

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

int vch_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

enum vch_err vch_hex_read_some(uint8_t *ret, size_t *ret_len, size_t max,
			       const char *text)
{
	size_t len = strlen(text);

	if (len < 2 || len % 2 != 0 || text[0] != '0' || text[1] != 'x')
		return VCH_ARGUMENT;
	len = len / 2 - 1;
	for (size_t i = 2; i < 2 * len + 2; i++) {
		if (vch_hex_digit(text[i]) < 0)
			return VCH_ARGUMENT;
	}
	if (len > max)
		return VCH_SIZE;
	for (size_t i = 0; i < len; i++)
		ret[i] = (uint8_t)(vch_hex_digit(text[2 * i + 2]) << 4 |
				   vch_hex_digit(text[2 * i + 3]));
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
