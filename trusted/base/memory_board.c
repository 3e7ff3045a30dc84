/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On a board: memset by the word. The platform's own goes byte by byte, and
 * what is wiped and zeroed for one co-signature cost a tenth of it.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint64_t __attribute__((may_alias)) word;

/* or the compiler makes of the loops what they are: calls of memset */
__attribute__((optimize("no-tree-loop-distribute-patterns"))) void *
memset(void *to, int byte, size_t len)
{
	const word filled = 0x0101010101010101u * (uint8_t)byte;
	uint8_t *at = to;

	for (; len > 0 && (uintptr_t)at % sizeof(word) != 0; len--)
		*at++ = (uint8_t)byte;
	for (; len >= sizeof(word); len -= sizeof(word), at += sizeof(word))
		*(word *)(void *)at = filled;
	for (; len > 0; len--)
		*at++ = (uint8_t)byte;
	return to;
}
