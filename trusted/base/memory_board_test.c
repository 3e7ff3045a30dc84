/* SPDX-License-Identifier: Apache-2.0 */
/* The board's memset, memcpy and memmove under other names, against libc's. */
#include <setjmp.h>
#include <stdarg.h>
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

static void test_copy(void **state)
{
	(void)state;
	for (size_t len = 0; len <= LEN_MAX; len++) {
		for (size_t i = 0; i < AT_MAX * AT_MAX; i++) {
			size_t to = i / AT_MAX, from = i % AT_MAX;

			fill();
			memcpy(want + to, source + from, len);
			assert_ptr_equal(
				board_memcpy(got + to, source + from, len),
				got + to);
			assert_memory_equal(got, want, SIZE);
		}
	}
}

/* The same where source and target overlap, both ways. */
static void test_move(void **state)
{
	(void)state;
	for (size_t len = 0; len <= LEN_MAX; len++) {
		for (size_t i = 0; i < 4 * AT_MAX * AT_MAX; i++) {
			size_t to = i / (2 * AT_MAX), from = i % (2 * AT_MAX);

			fill();
			memmove(want + to, want + from, len);
			assert_ptr_equal(
				board_memmove(got + to, got + from, len),
				got + to);
			assert_memory_equal(got, want, SIZE);
		}
	}
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
