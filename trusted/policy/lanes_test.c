/* SPDX-License-Identifier: Apache-2.0 */
/* Counters at their bound: many assets in one operation, few lanes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "trusted/policy/decide.h"
#include "trusted/policy/spend.h"
#include "trusted/policy/test_calls.h"
#include "trusted/policy/userop.h"

#define TOKENS (VCH_CONFIG_ASSETS_MAX - 1)
#define NOW (UINT64_C(20000) * VCH_DAY_S)

static struct vch_config config;
static struct vch_counters counters;
static struct vch_cosign_op op;
static uint8_t op_hash[32];

/* One operation that moves 3 of each of seven tokens. */
static void setup(void)
{
	static uint8_t data[TOKENS][68];
	struct vch_calls calls = {.cnt = TOKENS};
	uint8_t words[2][32] = {0};
	struct vch_time time = {NOW, NOW, NOW};

	memset(&config, 0, sizeof(config));
	memset(config.address, 0xaa, 20);
	config.passkeys_cnt = config.networks_cnt = 1;
	memcpy(config.networks[0].entry_point, vch_entry_point, 20);
	config.assets_cnt = 1 + TOKENS;
	words[1][31] = 3;
	for (uint8_t i = 0; i < TOKENS; i++) {
		struct vch_writer w = vch_writer(data[i], sizeof(data[i]));

		memset(config.assets[1 + i].token, 1 + i, 20);
		config.assets[1 + i].daily_limit = 12;
		memset(calls.call[i].to, 1 + i, 20);
		calls.call[i].data =
			put_method(&w, vch_erc20_transfer, words, 2);
	}
	vch_counters_new(&counters, &config, &time);
	memset(&op, 0, sizeof(op));
	memset(op.op.sender, 0xaa, 20);
	memcpy(op.entry_point, vch_entry_point, 20);
	op.op.call_data = encode_calls(&calls);
	op.valid_until = NOW;
}

static enum vch_err decide(uint8_t nonce_key)
{
	struct vch_question q = {
		.config = &config,
		.op = &op,
		.op_hash = op_hash,
		.time = {NOW, NOW, NOW},
	};

	op.op.nonce[0] = op_hash[0] = nonce_key;
	return vch_decide(&counters, &q).code;
}

/* The oldest lanes make room; the newest is always remembered. */
static void test_room(void **state)
{
	uint8_t out[VCH_COUNTERS_MAX];

	(void)state;
	setup();
	for (uint8_t key = 0; key < 4; key++) {
		struct vch_writer w = vch_writer(out, sizeof(out));
		const struct vch_lane *last;

		assert_int_equal(decide(key), VCH_OK);
		assert_int_equal(vch_counters_encode(&w, &counters), VCH_OK);
		last = &counters.lanes[counters.lanes_cnt - 1];
		assert_int_equal(last->nonce[0], key);
		assert_int_equal(last->counted_cnt, TOKENS);
	}
	assert_int_equal(decide(4), VCH_LIMIT);
	/* the last one again: the same answer, nothing more counted */
	assert_int_equal(decide(3), VCH_OK);
	assert_true(counters.spent[TOKENS] == 12);
}

/* With one asset, as accounts are born, four lanes fit. */
static void test_four_lanes(void **state)
{
	struct vch_calls calls = {.cnt = 1};

	(void)state;
	setup();
	config.assets_cnt = counters.spent_cnt = 1;
	config.assets[0].daily_limit = 100;
	calls.call[0].to[0] = 0xee;
	calls.call[0].value = 10;
	op.op.call_data = encode_calls(&calls);
	for (uint8_t key = 0; key < 6; key++)
		assert_int_equal(decide(key), VCH_OK);
	assert_int_equal(counters.lanes_cnt, 4);
	assert_int_equal(counters.lanes[0].nonce[0], 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_four_lanes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
