/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On a board: memset, memcpy and memmove by the word. The platform's own go
 * byte by byte (the last two where the two ends are not aligned alike, as here
 * they seldom are), and were a sixth of what a co-signature costs. OP-TEE lets
 * applications read and write at any address.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct word {
	uint64_t a, b;
} __attribute__((packed, may_alias));

#define WORD sizeof(struct word)
/* or the compiler makes of the loops what they are: calls of themselves */
#define AS_WRITTEN __attribute__((optimize("no-tree-loop-distribute-patterns")))

AS_WRITTEN void *memset(void *to, int byte, size_t len)
{
	const uint64_t filled = 0x0101010101010101u * (uint8_t)byte;
	uint8_t *at = to;

	for (; len >= WORD; len -= WORD, at += WORD)
		*(struct word *)(void *)at = (struct word){filled, filled};
	for (; len > 0; len--)
		*at++ = (uint8_t)byte;
	return to;
}

/* Upwards: right where the two do not overlap, or `to` is the lower one. */
AS_WRITTEN static void copy_up(uint8_t *to, const uint8_t *from, size_t len)
{
	for (; len >= WORD; len -= WORD, to += WORD, from += WORD) {
		const struct word all =
			*(const struct word *)(const void *)from;

		*(struct word *)(void *)to = all;
	}
	for (; len > 0; len--)
		*to++ = *from++;
}

AS_WRITTEN static void copy_down(uint8_t *to, const uint8_t *from, size_t len)
{
	for (; len >= WORD; len -= WORD) {
		const struct word all =
			*(const struct word *)(const void *)(from + len - WORD);

		*(struct word *)(void *)(to + len - WORD) = all;
	}
	for (; len > 0; len--)
		to[len - 1] = from[len - 1];
}

void *memcpy(void *restrict to, const void *restrict from, size_t len)
{
	copy_up(to, from, len);
	return to;
}

void *memmove(void *to, const void *from, size_t len)
{
	if ((uintptr_t)to - (uintptr_t)from >= len)
		copy_up(to, from, len);
	else
		copy_down(to, from, len);
	return to;
}
