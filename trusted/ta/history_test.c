/* SPDX-License-Identifier: Apache-2.0 */
/* The past as snapshots bring it back, shard by shard. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "trusted/ta/state.h"

#define MANY (VCH_PAST_MAX + 100)

static struct vch_history history;

/* Incarnation n began at second n, and ended at n records of each shard. */
static struct vch_past_place place_of(uint32_t n)
{
	struct vch_past_place place = {.end = n, .left_s = n};

	vch_store_be64(place.incarnation, n);
	return place;
}

static uint32_t kept_cnt(uint8_t shard)
{
	struct vch_past_place place;
	uint32_t cnt = 0;

	while (vch_history_place(&history, shard, cnt, &place))
		cnt++;
	return cnt;
}

/* However they come, the newest are kept, oldest first. */
static void test_order(void **state)
{
	static const uint32_t strides[] = {1, 5, 7, MANY - 1};
	struct vch_past_place place, want;

	(void)state;
	for (size_t s = 0; s < 4; s++) {
		memset(&history, 0, sizeof(history));
		for (uint32_t i = 0; i < MANY; i++) {
			place = place_of(1 + i * strides[s] % MANY);
			vch_history_put(&history, 3, &place);
		}
		assert_int_equal(kept_cnt(3), VCH_PAST_MAX);
		for (uint32_t i = 0; i < VCH_PAST_MAX; i++) {
			want = place_of(MANY - VCH_PAST_MAX + 1 + i);
			assert_true(vch_history_place(&history, 3, i, &place));
			assert_memory_equal(place.incarnation, want.incarnation,
					    16);
			assert_int_equal(place.end, want.end);
			assert_int_equal(place.left_s, want.left_s);
		}
	}
}

/* One incarnation of several shards is one entry. */
static void test_shards(void **state)
{
	struct vch_past_place place = place_of(7);

	(void)state;
	memset(&history, 0, sizeof(history));
	vch_history_put(&history, 1, &place);
	place.end = 9;
	vch_history_put(&history, 2, &place);
	assert_int_equal(kept_cnt(1), 1);
	assert_true(vch_history_place(&history, 1, 0, &place));
	assert_int_equal(place.end, 7);
	assert_true(vch_history_place(&history, 2, 0, &place));
	assert_int_equal(place.end, 9);
	assert_true(vch_history_place(&history, 3, 0, &place));
	assert_int_equal(place.end, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_shards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
