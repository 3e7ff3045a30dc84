/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "trusted/base/check.h"
#include "trusted/policy/resume.h"

#define DAY VCH_DAY_S

/* As viem's hashTypedData computes it. */
static void test_hash(void **state)
{
	static const uint8_t want[32] = {
		0xd7, 0xe0, 0x3f, 0xfe, 0x20, 0xc8, 0xdb, 0x73,
		0x4c, 0x1a, 0x46, 0xde, 0x7d, 0x33, 0xd0, 0x7f,
		0x03, 0x2c, 0x53, 0x94, 0x4b, 0x9d, 0x08, 0xb7,
		0x15, 0x4b, 0x09, 0xfa, 0xf9, 0x74, 0x49, 0x81,
	};
	uint8_t account[20], head[32], hash[32];

	(void)state;
	memset(account, 0xa1, sizeof(account));
	memset(head, 0xb2, sizeof(head));
	vch_resume_hash(hash, account, head, 77);
	assert_memory_equal(hash, want, 32);
}

static void make(struct vch_config *config, struct vch_counters *counters)
{
	memset(config, 0, sizeof(*config));
	memset(counters, 0, sizeof(*counters));
	config->assets_cnt = counters->spent_cnt = 2;
	config->assets[0].daily_limit = 100;
	config->assets[1].daily_limit = 50;
	config->assets[1].token[0] = 1;
	config->grants_cnt = 3;
	counters->day = 10;
	counters->spent[0] = 7;
	counters->spent[1] = 60; /* the limit was lowered meanwhile */
}

static void test_apply(void **state)
{
	/* the refill clock lags; the others have seen day 12 */
	const struct vch_time cases[] = {
		{10 * DAY + 5, 12 * DAY + 9, 11 * DAY},
		{10 * DAY + 5, 11 * DAY + 9, 12 * DAY},
		{12 * DAY + 5, 11 * DAY + 9, 11 * DAY},
		/* a jump that no owner vouched for is not taken */
		{10 * DAY + 5, 12 * DAY + 9, 99 * DAY},
	};
	struct vch_config config;
	struct vch_counters counters;

	(void)state;
	for (size_t i = 0; i < VCH_ARRAY_LEN(cases); i++) {
		make(&config, &counters);
		vch_resume_apply(&config, &counters, &cases[i]);
		assert_int_equal(counters.day, 12);
		assert_true(counters.spent[0] == 100);
		assert_true(counters.spent[1] == 60);
		assert_int_equal(config.grants_cnt, 0);
		assert_true(vch_native_left(&config, &counters) == 0);
	}
	make(&config, &counters);
	counters.day = 13; /* never back */
	vch_resume_apply(&config, &counters, &cases[0]);
	assert_int_equal(counters.day, 13);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_apply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
