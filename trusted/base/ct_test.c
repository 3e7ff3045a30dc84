/* SPDX-License-Identifier: Apache-2.0 */
/* What they answer; that they take the same time: crypto/ctime_test.c. */
#include "trusted/base/ct.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* One bit anywhere is a difference; one bit beyond the end is none. */
static void test_every_bit(void **state)
{
	uint8_t a[33] = {0}, b[33] = {0};

	(void)state;
	for (size_t bit = 0; bit < 8 * sizeof(a); bit++) {
		bool inside = bit < 8 * 32;

		assert_true(vch_ct_equal(a, b, 32));
		assert_true(vch_ct_is_zero(b, 32));
		b[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(vch_ct_equal(a, b, 32), !inside);
		assert_int_equal(vch_ct_is_zero(b, 32), !inside);
		b[bit / 8] = 0;
	}
}

/* Differences must not cancel each other. */
static void test_two_bytes(void **state)
{
	uint8_t a[32] = {0}, b[32] = {0};

	(void)state;
	memset(b, 0x81, sizeof(b));
	assert_false(vch_ct_equal(a, b, sizeof(a)));
	assert_false(vch_ct_is_zero(b, sizeof(b)));
}

static void test_nothing(void **state)
{
	(void)state;
	assert_true(vch_ct_equal(NULL, NULL, 0));
	assert_true(vch_ct_is_zero(NULL, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_bit),
		cmocka_unit_test(test_two_bytes),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests_name("ct", tests, NULL, NULL);
}
