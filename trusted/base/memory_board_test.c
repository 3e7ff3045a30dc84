/* SPDX-License-Identifier: Apache-2.0 */
/* The board's memset, memcpy and memmove under other names, against libc's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

void *board_memset(void *to, int byte, size_t len);
void *board_memcpy(void *restrict to, const void *restrict from, size_t len);
void *board_memmove(void *to, const void *from, size_t len);

#define memset board_memset
#define memcpy board_memcpy
#define memmove board_memmove
#include "trusted/base/memory_board.c"
#undef memset
#undef memcpy
#undef memmove

#define SIZE 256
#define LEN_MAX 100
#define AT_MAX 24

static uint8_t got[SIZE], want[SIZE], source[SIZE];

static void fill(void)
{
	for (size_t i = 0; i < SIZE; i++) {
		got[i] = want[i] = (uint8_t)(i * 7 + 1);
		source[i] = (uint8_t)(i * 5 + 2);
	}
}

/* Every length at every place of the first words; nothing beside it. */
static void test_set(void **state)
{
	(void)state;
	for (size_t len = 0; len <= LEN_MAX; len++) {
		for (size_t at = 0; at < AT_MAX; at++) {
			fill();
			memset(want + at, 0x1a5, len);
			assert_ptr_equal(board_memset(got + at, 0x1a5, len),
					 got + at);
			assert_memory_equal(got, want, SIZE);
		}
	}
}

typedef void *copy_fn(void *to, const void *from, size_t len);

/* Every length between any two places of [got, got + span), or of source. */
static void copies(copy_fn *board, copy_fn *libc, bool overlap, size_t span)
{
	const uint8_t *from_got = overlap ? got : source;
	const uint8_t *from_want = overlap ? want : source;

	for (size_t len = 0; len <= LEN_MAX; len++) {
		for (size_t i = 0; i < span * span; i++) {
			size_t to = i / span, from = i % span;

			fill();
			libc(want + to, from_want + from, len);
			assert_ptr_equal(board(got + to, from_got + from, len),
					 got + to);
			assert_memory_equal(got, want, SIZE);
		}
	}
}

static void test_copy(void **state)
{
	(void)state;
	copies(board_memcpy, memcpy, false, AT_MAX);
}

/* Where source and target overlap, both ways. */
static void test_move(void **state)
{
	(void)state;
	copies(board_memmove, memmove, true, 2 * AT_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_move),
	};

	return cmocka_run_group_tests_name("memory_board", tests, NULL, NULL);
}
