/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On a board: memset, memcpy and memmove by the word. The platform's own go
 * byte by byte (the last two where the two ends are not aligned alike, as here
 * they seldom are), and were a sixth of what a co-signature costs. OP-TEE lets
 * applications read and write at any address: what is no whole number of words
 * ends with one that overlaps the one before.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct word {
	uint64_t a, b;
} __attribute__((packed, may_alias));

typedef uint64_t any64 __attribute__((aligned(1), may_alias));
typedef uint32_t any32 __attribute__((aligned(1), may_alias));
typedef uint16_t any16 __attribute__((aligned(1), may_alias));

#define WORD sizeof(struct word)
/* or the compiler makes of the loops what they are: calls of themselves */
#define AS_WRITTEN __attribute__((optimize("no-tree-loop-distribute-patterns")))

/*
 * Something short: both its ends, as two of that type, which may overlap each
 * other. All is read before anything is written, so the places may overlap too.
 */
#define COPY_ENDS(type, to, from, len)                                         \
	do {                                                                   \
		const uint8_t *end = (from) + (len) - sizeof(type);            \
		const type one = *(const type *)(const void *)(from);          \
		const type two = *(const type *)(const void *)end;             \
                                                                               \
		*(type *)(void *)(to) = one;                                   \
		*(type *)(void *)((to) + (len) - sizeof(type)) = two;          \
	} while (0)

static void copy_short(uint8_t *to, const uint8_t *from, size_t len)
{
	if (len >= sizeof(any64))
		COPY_ENDS(any64, to, from, len);
	else if (len >= sizeof(any32))
		COPY_ENDS(any32, to, from, len);
	else if (len >= sizeof(any16))
		COPY_ENDS(any16, to, from, len);
	else if (len > 0)
		*to = *from;
}

static struct word get(const uint8_t *from)
{
	return *(const struct word *)(const void *)from;
}

static void put(uint8_t *to, struct word word)
{
	*(struct word *)(void *)to = word;
}

AS_WRITTEN void *memset(void *to, int byte, size_t len)
{
	const uint64_t half = 0x0101010101010101u * (uint8_t)byte;
	const struct word word = {half, half};
	uint8_t *at = to;

	if (len < WORD) {
		for (; len > 0; len--)
			*at++ = (uint8_t)byte;
		return to;
	}
	put(at + len - WORD, word);
	for (; len > WORD; len -= WORD, at += WORD)
		put(at, word);
	return to;
}

/* Upwards: right where the two do not overlap, or `to` is the lower one. */
AS_WRITTEN static void copy_up(uint8_t *to, const uint8_t *from, size_t len)
{
	uint8_t *end = to + len - WORD;
	struct word last = get(from + len - WORD);

	for (; to < end; to += WORD, from += WORD)
		put(to, get(from));
	put(end, last);
}

AS_WRITTEN static void copy_down(uint8_t *to, const uint8_t *from, size_t len)
{
	struct word first = get(from);

	for (; len > WORD; len -= WORD)
		put(to + len - WORD, get(from + len - WORD));
	put(to, first);
}

void *memcpy(void *restrict to, const void *restrict from, size_t len)
{
	if (len < WORD)
		copy_short(to, from, len);
	else
		copy_up(to, from, len);
	return to;
}

void *memmove(void *to, const void *from, size_t len)
{
	if (len < WORD)
		copy_short(to, from, len);
	else if ((uintptr_t)to - (uintptr_t)from >= len)
		copy_up(to, from, len);
	else
		copy_down(to, from, len);
	return to;
}
