/* SPDX-License-Identifier: Apache-2.0 */
#include "host/base/hex.h"

#include <stdbool.h>
#include <string.h>

#define ROW(c)                                                                 \
	c "0" c "1" c "2" c "3" c "4" c "5" c "6" c "7" c "8" c "9" c "a" c    \
	  "b" c "c" c "d" c "e" c "f"

/* Both digits of each byte. */
static const char pairs[] = ROW("0") ROW("1") ROW("2") ROW("3") ROW("4")
	ROW("5") ROW("6") ROW("7") ROW("8") ROW("9") ROW("a") ROW("b") ROW("c")
		ROW("d") ROW("e") ROW("f");

#undef ROW

void vch_hex_put(char *ret, struct vch_span in)
{
	for (size_t i = 0; i < in.len; i++)
		memcpy(ret + 2 * i, pairs + 2 * in.ptr[i], 2);
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

int vch_hex_digit(char c)
{
	uint8_t value = digit[(uint8_t)c];

	return value < 16 ? value : -1;
}

/* ---- eight digits at once, as the bytes of a word ------------------------ */

#define EACH(byte) (0x0101010101010101u * (byte))

static uint64_t load8(const char *text)
{
	uint64_t word;

	memcpy(&word, text, sizeof(word));
	return word;
}

/* The high bit of each byte that is at least n; all bytes are below 128. */
static uint64_t at_least(uint64_t word, uint8_t n)
{
	return (word + EACH(0x80u - n)) & EACH(0x80u);
}

/* The high bit of each byte that is a letter of a digit. */
static uint64_t letters(uint64_t word)
{
	uint64_t low = word | EACH(0x20u);

	return at_least(low, 'a') & ~at_least(low, 'f' + 1);
}

static bool all_eight(uint64_t word)
{
	uint64_t numbers = at_least(word, '0') & ~at_least(word, '9' + 1);

	return (word & EACH(0x80u)) == 0 &&
	       (numbers | letters(word)) == EACH(0x80u);
}

/* Four bytes from eight digits; the first digit is the lowest byte of word. */
static uint32_t four_bytes(uint64_t word)
{
	uint64_t v = (word & EACH(0x0fu)) + 9 * (letters(word) >> 7);

	v = (v << 4 | v >> 8) & 0x00ff00ff00ff00ffu;
	v = (v | v >> 8) & 0x0000ffff0000ffffu;
	return (uint32_t)(v | v >> 16);
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "the first digit is the lowest byte");

static bool all_digits(const char *text, size_t len)
{
	uint8_t any = 0;
	size_t i = 0;

	for (; i + 8 <= len; i += 8) {
		if (!all_eight(load8(text + i)))
			return false;
	}
	for (; i < len; i++)
		any |= digit[(uint8_t)text[i]];
	return any < 16;
}

static void read_digits(uint8_t *ret, size_t len, const char *text)
{
	size_t i = 0;

	for (; i + 4 <= len; i += 4) {
		uint32_t four = four_bytes(load8(text + 2 * i));

		memcpy(ret + i, &four, sizeof(four));
	}
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
