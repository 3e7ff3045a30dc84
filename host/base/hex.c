/* SPDX-License-Identifier: Apache-2.0 */
#include "host/base/hex.h"

#include <stdbool.h>
#include <string.h>

/* Sixteen at once, in the compiler's own vectors: SSE2, NEON. */
typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef uint16_t pairs8 __attribute__((vector_size(16)));

static bytes16 load16(const void *from)
{
	bytes16 all;

	memcpy(&all, from, sizeof(all));
	return all;
}

static bytes16 digits_of(bytes16 values)
{
	return values + '0' + ((bytes16)(values > 9) & ('a' - '0' - 10));
}

static void put_16(char *ret, const uint8_t *in)
{
	bytes16 all = load16(in);
	bytes16 high = digits_of(all >> 4), low = digits_of(all & 15);
	bytes16 first =
		__builtin_shufflevector(high, low, 0, 16, 1, 17, 2, 18, 3, 19,
					4, 20, 5, 21, 6, 22, 7, 23);
	bytes16 second =
		__builtin_shufflevector(high, low, 8, 24, 9, 25, 10, 26, 11, 27,
					12, 28, 13, 29, 14, 30, 15, 31);

	memcpy(ret, &first, sizeof(first));
	memcpy(ret + 16, &second, sizeof(second));
}

void vch_hex_put(char *ret, struct vch_span in)
{
	static const char digits[] = "0123456789abcdef";
	size_t i = 0;

	for (; i + 16 <= in.len; i += 16)
		put_16(ret + 2 * i, in.ptr + i);
	for (; i < in.len; i++) {
		ret[2 * i] = digits[in.ptr[i] >> 4];
		ret[2 * i + 1] = digits[in.ptr[i] & 15];
	}
}

void vch_hex_write_plain(char *ret, struct vch_span in)
{
	vch_hex_put(ret, in);
	ret[2 * in.len] = 0;
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

/* 0xff for each letter of a digit. */
static bytes16 letters(bytes16 text)
{
	return (bytes16)((text | 0x20) - 'a' < 6);
}

static bool all_digits(const char *text, size_t len)
{
	bytes16 good = (bytes16){0} - 1;
	uint8_t any = 0;
	uint64_t half[2];
	size_t i = 0;

	for (; i + 16 <= len; i += 16) {
		bytes16 all = load16(text + i);

		good &= letters(all) | (bytes16)(all - '0' < 10);
	}
	for (; i < len; i++)
		any |= digit[(uint8_t)text[i]];
	memcpy(half, &good, sizeof(half));
	return any < 16 && (half[0] & half[1]) == UINT64_MAX;
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "the first digit of a pair is its lower byte");

/* Eight bytes from sixteen digits. */
static void read_16(uint8_t *ret, const char *text)
{
	bytes16 all = load16(text);
	pairs8 pair = (pairs8)((all & 15) + (letters(all) & 9));
	bytes16 packed = (bytes16)(pair << 4 | pair >> 8);

	packed = __builtin_shufflevector(packed, packed, 0, 2, 4, 6, 8, 10, 12,
					 14, 0, 2, 4, 6, 8, 10, 12, 14);
	memcpy(ret, &packed, 8);
}

static void read_digits(uint8_t *ret, size_t len, const char *text)
{
	size_t i = 0;

	for (; i + 8 <= len; i += 8)
		read_16(ret + i, text + 2 * i);
	for (; i < len; i++)
		ret[i] = (uint8_t)(digit[(uint8_t)text[2 * i]] << 4 |
				   digit[(uint8_t)text[2 * i + 1]]);
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
	read_digits(ret, len, text + 2);
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
