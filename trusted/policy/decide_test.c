/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decision against an independent model that remembers everything: a
 * list of all it ever allowed, searched from the back. Random operations over
 * weeks of two clocks; then the edges one by one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trusted/policy/decide.h"
#include "trusted/policy/spend.h"
#include "trusted/policy/test_calls.h"
#include "trusted/policy/userop.h"

#define GWEI UINT64_C(1000000000)
#define GAS 1000u
#define LIMIT (UINT64_C(1000000) * GWEI)
#define DAY0 20000u
#define TOKEN 0x70
#define TOKEN_LIMIT UINT64_C(1000)

static struct vch_config config;
static struct vch_counters counters;
static struct vch_cosign_op op;
static uint8_t op_hash[32];
/* A payment, and if there is any a transfer of the token. */
static void set_amounts(uint64_t wei, uint64_t tokens)
{
	struct vch_calls calls = {.cnt = tokens > 0 ? 2 : 1};
	uint8_t words[2][32] = {0}, data[68];
	struct vch_writer w = vch_writer(data, sizeof(data));

	memset(calls.call[0].to, 0xee, 20);
	calls.call[0].value = wei;
	memset(calls.call[1].to, TOKEN, 20);
	memset(words[0] + 12, 0xee, 20);
	vch_store_be64(words[1] + 24, tokens);
	calls.call[1].data = put_method(&w, vch_erc20_transfer, words, 2);
	op.op.call_data = encode_calls(&calls);
}

static void set_value(uint64_t wei)
{
	set_amounts(wei, 0);
}

static void set_fee_per_gas(uint64_t wei)
{
	vch_store_be64(op.op.gas_fees + 24, wei);
}

static void reset(void)
{
	struct vch_time time = {(uint64_t)DAY0 * VCH_DAY_S, 0, 0};

	memset(&config, 0, sizeof(config));
	memset(config.address, 0xaa, 20);
	config.fee_max = 100 * GWEI;
	config.passkeys_cnt = 1;
	config.networks_cnt = 1;
	config.networks[0].chain_id = 1;
	memcpy(config.networks[0].entry_point, vch_entry_point, 20);
	config.assets_cnt = 2;
	config.assets[0].daily_limit = LIMIT;
	memset(config.assets[1].token, TOKEN, 20);
	config.assets[1].daily_limit = TOKEN_LIMIT;
	vch_counters_new(&counters, &config, &time);

	memset(&op, 0, sizeof(op));
	memset(op.op.sender, 0xaa, 20);
	op.chain_id = 1;
	memcpy(op.entry_point, vch_entry_point, 20);
	vch_store_be64(op.op.account_gas_limits + 24, GAS);
	set_value(0);
}

static struct vch_decision_made decide(uint64_t refill_s, uint64_t host_s)
{
	struct vch_question q = {
		.config = &config,
		.op = &op,
		.op_hash = op_hash,
		.time = {refill_s, host_s, host_s},
	};

	return vch_decide(&counters, &q);
}

#define HISTORY 4096

struct allowed {
	uint8_t nonce_key;
	uint8_t nonce;
	uint32_t hash;
	uint64_t counted[2]; /* of this nonce, so far: wei, tokens */
	uint32_t day;
};

struct model {
	struct allowed list[HISTORY];
	size_t cnt;
	uint64_t spent[2];
	uint32_t day;
};
static const uint64_t limits[2] = {LIMIT, TOKEN_LIMIT};

/* The last operation of that nonce key, if it is among the four latest. */
static const struct allowed *model_lane(const struct model *m, uint8_t key)
{
	uint8_t seen[256] = {0};
	size_t others = 0;

	for (size_t i = m->cnt; i-- > 0 && others < 4;) {
		if (m->list[i].nonce_key == key)
			return &m->list[i];
		if (!seen[m->list[i].nonce_key]++)
			others++;
	}
	return NULL;
}

static enum vch_err model_decide(struct model *m, const struct allowed *want,
				 const uint64_t cost[2], uint32_t day)
{
	const struct allowed *last = model_lane(m, want->nonce_key);
	uint64_t before[2] = {0, 0};

	if (day > m->day) {
		m->day = day;
		m->spent[0] = m->spent[1] = 0;
	}
	if (last && last->hash == want->hash)
		return VCH_OK;
	if (last && last->nonce == want->nonce && last->day == m->day)
		memcpy(before, last->counted, sizeof(before));
	for (int i = 0; i < 2; i++) {
		if (cost[i] > before[i] &&
		    cost[i] - before[i] > limits[i] - m->spent[i])
			return VCH_LIMIT;
	}
	m->list[m->cnt] = *want;
	for (int i = 0; i < 2; i++) {
		bool more = cost[i] > before[i];

		m->spent[i] += more ? cost[i] - before[i] : 0;
		m->list[m->cnt].counted[i] = more ? cost[i] : before[i];
	}
	m->list[m->cnt++].day = m->day;
	return VCH_OK;
}

/* A random operation, ready to be decided, and what it costs. */
static void draw(struct allowed *want, uint64_t cost[2], uint64_t now)
{
	uint32_t part = (uint32_t)rand() % 4, piece = (uint32_t)rand() % 4;
	uint64_t fee = (uint64_t)(rand() % 2) * 1000;

	memset(want, 0, sizeof(*want));
	want->nonce_key = (uint8_t)(rand() % 6);
	want->nonce = (uint8_t)(rand() % 3);
	want->hash = (uint32_t)want->nonce_key << 16 |
		     (uint32_t)want->nonce << 8 | part << 4 | piece;
	memset(op.op.nonce, 0, 32);
	op.op.nonce[3] = want->nonce_key;
	op.op.nonce[31] = want->nonce;
	memcpy(op_hash, &want->hash, sizeof(want->hash));
	cost[0] = part * LIMIT / 12;
	cost[1] = piece * TOKEN_LIMIT / 9;
	set_amounts(cost[0], cost[1]);
	set_fee_per_gas(fee);
	cost[0] += fee * GAS;
	op.valid_until = (now + 120) / VCH_DAY_S > now / VCH_DAY_S
				 ? (now + 120) / VCH_DAY_S * VCH_DAY_S
				 : now;
}

static void test_model(void **state)
{
	static struct model m;
	uint64_t now = (uint64_t)DAY0 * VCH_DAY_S + 1000;
	size_t refused = 0;

	(void)state;
	memset(&m, 0, sizeof(m));
	m.day = DAY0;
	reset();
	for (int i = 0; i < HISTORY; i++) {
		struct vch_decision_made made;
		struct allowed want;
		enum vch_err expect;
		uint64_t cost[2];

		now += (uint64_t)(rand() % 4 == 0 ? rand() % 20000 : 1);
		draw(&want, cost, now);
		made = decide(now, now);
		expect = model_decide(&m, &want, cost,
				      (uint32_t)(now / VCH_DAY_S));
		assert_int_equal(made.code, expect);
		assert_true(vch_native_left(&config, &counters) ==
			    LIMIT - m.spent[0]);
		assert_true(counters.spent[1] == m.spent[1]);
		refused += made.code == VCH_LIMIT;
	}
	assert_in_range(refused, HISTORY / 20, HISTORY);
}

/* Limits refill by what was lived through, not by what the host says. */
static void test_refill(void **state)
{
	uint64_t start = (uint64_t)DAY0 * VCH_DAY_S;

	(void)state;
	reset();
	set_value(LIMIT);
	op.valid_until = start + 10;
	assert_int_equal(decide(start, start).code, VCH_OK);
	op_hash[0]++;
	op.op.nonce[31]++;
	op.valid_until = start + 10 * VCH_DAY_S + 10;
	assert_int_equal(decide(start + 5, start + 10 * VCH_DAY_S).code,
			 VCH_LIMIT);
	assert_int_equal(decide(start + VCH_DAY_S, start + 10 * VCH_DAY_S).code,
			 VCH_OK);
	/* and the refill clock never takes a day back */
	op_hash[0]++;
	op.op.nonce[31]++;
	assert_int_equal(decide(start, start + 10 * VCH_DAY_S).code, VCH_LIMIT);
}

static void test_valid_until(void **state)
{
	uint64_t noon = (uint64_t)DAY0 * VCH_DAY_S + VCH_DAY_S / 2;
	uint64_t midnight = (uint64_t)(DAY0 + 1) * VCH_DAY_S;
	const struct {
		uint64_t now, until;
		enum vch_err want;
	} cases[] = {
		{noon, noon - 1, VCH_VALID_UNTIL},
		{noon, noon, VCH_OK},
		{noon, noon + VCH_VALID_MAX_S, VCH_OK},
		{noon, noon + VCH_VALID_MAX_S + 1, VCH_VALID_UNTIL},
		{midnight - 300, midnight - 1, VCH_OK},
		{midnight - 300, midnight, VCH_VALID_UNTIL},
		{midnight - 121, midnight - 1, VCH_OK},
		{midnight - 121, midnight, VCH_VALID_UNTIL},
		{midnight - 120, midnight - 1, VCH_VALID_UNTIL},
		{midnight - 120, midnight, VCH_OK},
		{midnight - 1, midnight + 599, VCH_OK},
		{noon, UINT64_MAX, VCH_VALID_UNTIL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		reset();
		op.valid_until = cases[i].until;
		assert_int_equal(decide(cases[i].now, cases[i].now).code,
				 cases[i].want);
	}
}

/* A jump of the host's clock is taken only with an operation it signed. */
static void test_clock_jump(void **state)
{
	struct vch_time jump = {1000, 1000, 1000 + VCH_CLOCK_JUMP_S};
	struct vch_question q = {
		.config = &config, .op = &op, .op_hash = op_hash};
	struct vch_decision_made made;

	(void)state;
	reset();
	assert_true(vch_time_plain(&jump) == jump.host_s);
	jump.host_s++;
	assert_true(vch_time_plain(&jump) == 1000);
	q.time = jump;
	op.valid_until = 1100;
	made = vch_decide(&counters, &q);
	assert_int_equal(made.code, VCH_VALID_UNTIL);
	assert_true(made.expiry_s == 1000);
	op.valid_until = jump.host_s + 60;
	made = vch_decide(&counters, &q);
	assert_int_equal(made.code, VCH_OK);
	assert_true(made.expiry_s == jump.host_s);
	/* a host whose clock goes back changes nothing */
	jump = (struct vch_time){1000, 5000, 10};
	assert_true(vch_time_plain(&jump) == 5000);
}

static void test_frozen_and_fees(void **state)
{
	struct vch_question q = {.config = &config,
				 .op = &op,
				 .op_hash = op_hash,
				 .flags = VCH_SLOT_FROZEN};
	uint64_t now = (uint64_t)DAY0 * VCH_DAY_S;

	(void)state;
	reset();
	q.time = (struct vch_time){now, now, now};
	op.valid_until = now;
	assert_int_equal(vch_decide(&counters, &q).code, VCH_FROZEN);
	q.flags = 0;
	set_fee_per_gas(100 * GWEI / GAS);
	assert_int_equal(vch_decide(&counters, &q).code, VCH_OK);
	set_fee_per_gas(100 * GWEI / GAS + 1);
	assert_int_equal(vch_decide(&counters, &q).code, VCH_FEE);
	/* no limit slot for the native coin means nothing may be spent */
	set_fee_per_gas(0);
	set_value(1);
	config.assets[0].token[0] = 1;
	op_hash[0]++;
	op.op.nonce[31]++;
	assert_int_equal(vch_decide(&counters, &q).code, VCH_LIMIT);
}

static void test_sign_counts(void **state)
{
	const struct {
		uint32_t stored, now;
		uint8_t flags;
		enum vch_err want;
	} cases[] = {
		{0, 0, 0, VCH_OK},
		{0, 1, 0, VCH_OK},
		{1, 1, 0, VCH_SIGN_COUNT},
		{2, 1, 0, VCH_SIGN_COUNT},
		{1, 0, 0, VCH_SIGN_COUNT},
		{1, 0, VCH_PASSKEY_COUNT_LAX, VCH_OK},
		{UINT32_MAX, 0, VCH_PASSKEY_BACKUP_ELIGIBLE, VCH_OK},
		{1, UINT32_MAX, 0, VCH_OK},
	};
	uint64_t now = (uint64_t)DAY0 * VCH_DAY_S;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vch_question q = {.config = &config,
					 .op = &op,
					 .op_hash = op_hash,
					 .time = {now, now, now}};

		reset();
		op.valid_until = now;
		config.passkeys[0].flags = cases[i].flags;
		counters.sign_counts[0] = cases[i].stored;
		q.assertion.sign_count = cases[i].now;
		q.assertion.backup_eligible =
			cases[i].flags & VCH_PASSKEY_BACKUP_ELIGIBLE;
		assert_int_equal(vch_decide(&counters, &q).code, cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_refill),
		cmocka_unit_test(test_valid_until),
		cmocka_unit_test(test_clock_jump),
		cmocka_unit_test(test_frozen_and_fees),
		cmocka_unit_test(test_sign_counts),
	};
	const char *seed = getenv("VCH_SEED");

	printf("seed %s\n", seed ? seed : "1");
	srand(seed ? (unsigned)strtoul(seed, NULL, 10) : 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
