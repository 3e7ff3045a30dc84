/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes as text: "0x" and two lower-case digits a byte when written; "0x" and
 * an even number of digits of either case when read, nothing else.
 */
#ifndef HOST_BASE_HEX_H
#define HOST_BASE_HEX_H

#include <stddef.h>
#include <stdint.h>

#include "trusted/base/bytes.h"

/* Characters that len bytes take, with the zero behind them. */
#define VCH_HEX_SIZE(len) (2 * (size_t)(len) + 3)

/* ret holds VCH_HEX_SIZE(in.len) characters. */
void vch_hex_write(char *ret, struct vch_span in);

/* The same without the 0x: 2 * in.len + 1 characters. */
void vch_hex_write_plain(char *ret, struct vch_span in);

/* Only the 2 * in.len digits; no zero behind them. */
void vch_hex_put(char *ret, struct vch_span in);

/* The value of a digit, 0 to 15, or -1 if it is none. */
static inline int vch_hex_digit(char c)
{
	unsigned decimal = (unsigned char)c - (unsigned)'0';
	unsigned letter = ((unsigned char)c | 0x20u) - 'a';

	if (decimal < 10)
		return (int)decimal;
	return letter < 6 ? (int)letter + 10 : -1;
}

/* Reads exactly len bytes. VCH_ARGUMENT if the text is anything else. */
VCH_MUST enum vch_err vch_hex_read(uint8_t *ret, size_t len, const char *text);

/*
 * Reads up to max bytes and says how many. VCH_ARGUMENT if it is not hex,
 * VCH_SIZE if it is longer.
 */
VCH_MUST enum vch_err vch_hex_read_some(uint8_t *ret, size_t *ret_len,
					size_t max, const char *text);

#endif
