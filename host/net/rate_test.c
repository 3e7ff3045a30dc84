/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "host/base/clock.h"
#include "host/net/rate.h"

#define S ((uint64_t)VCH_NS_PER_S)

static const uint8_t ALICE[VCH_RATE_KEY_LEN] = {1};
static const uint8_t BOB[VCH_RATE_KEY_LEN] = {2};

/* How many go through at that moment. */
static uint32_t through(struct vch_rates *r, const uint8_t *key, uint64_t now)
{
	uint32_t cnt = 0;

	while (cnt < 10000 && vch_rates_take(r, key, now) == 0)
		cnt++;
	return cnt;
}

static void test_bucket(void **state)
{
	struct vch_rates *r = vch_rates_new(10);

	(void)state;
	assert_int_equal(through(r, ALICE, 5 * S), 20);
	assert_int_equal(through(r, BOB, 5 * S), 20);
	assert_int_equal(through(r, ALICE, 5 * S + S / 10), 1);
	assert_int_equal(through(r, ALICE, 6 * S + S / 10), 10);
	assert_int_equal(through(r, ALICE, 1000 * S), 20);
	/* a clock that stands or goes back gives nothing */
	assert_int_equal(through(r, ALICE, 1000 * S), 0);
	assert_int_equal(through(r, ALICE, 900 * S), 0);
	vch_rates_free(r);
}

static void test_wait(void **state)
{
	struct vch_rates *r = vch_rates_new(2);

	(void)state;
	assert_int_equal(through(r, ALICE, S), 4);
	assert_int_equal(vch_rates_take(r, ALICE, S), 1);
	vch_rates_charge(r, ALICE, 9, S);
	/* ten calls short, two a second */
	assert_int_equal(vch_rates_take(r, ALICE, S), 6);
	assert_int_equal(vch_rates_take(r, ALICE, 5 * S), 2);
	assert_int_equal(vch_rates_take(r, ALICE, 6 * S), 0);
	vch_rates_free(r);
}

static void test_debt_is_bounded(void **state)
{
	struct vch_rates *r = vch_rates_new(1);

	(void)state;
	for (int i = 0; i < 1000; i++)
		vch_rates_charge(r, ALICE, UINT32_MAX, S);
	assert_in_range(vch_rates_take(r, ALICE, S), 60, 62);
	assert_int_equal(vch_rates_take(r, ALICE, 63 * S), 0);
	vch_rates_free(r);
}

static void test_no_limit(void **state)
{
	struct vch_rates *r = vch_rates_new(0);

	(void)state;
	vch_rates_charge(r, ALICE, 1000, S);
	assert_int_equal(through(r, ALICE, S), 10000);
	vch_rates_free(r);
}

/* Many keys: each still gets its burst, and no more than that. */
static void test_many(void **state)
{
	struct vch_rates *r = vch_rates_new(1);
	uint8_t key[VCH_RATE_KEY_LEN] = {0};

	(void)state;
	for (uint32_t i = 0; i < 100000; i++) {
		memcpy(key, &i, sizeof(i));
		assert_int_equal(through(r, key, S + i), 2);
	}
	assert_int_equal(through(r, key, S + 100000), 0);
	vch_rates_free(r);
}

static void test_keys(void **state)
{
	struct vch_address a = {.ip = {10, 0, 0, 1}};
	struct vch_address b = {.v6 = true, .ip = {10, 0, 0, 1}};
	uint8_t one[VCH_RATE_KEY_LEN];
	uint8_t two[VCH_RATE_KEY_LEN];

	(void)state;
	vch_rate_key(one, &a);
	vch_rate_key(two, &b);
	assert_memory_not_equal(one, two, sizeof(one));
	vch_rate_key(one, &b);
	b.ip[8] = 77; /* another host of the same network */
	vch_rate_key(two, &b);
	assert_memory_equal(one, two, sizeof(one));
	b.ip[7] = 77;
	vch_rate_key(two, &b);
	assert_memory_not_equal(one, two, sizeof(one));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bucket),
		cmocka_unit_test(test_wait),
		cmocka_unit_test(test_debt_is_bounded),
		cmocka_unit_test(test_no_limit),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
