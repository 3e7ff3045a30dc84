/* SPDX-License-Identifier: Apache-2.0 */
/* Intents for a chain: viem's hashes, and which settings a policy says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "trusted/policy/intent.h"

#define GWEI 1000000000u

static struct vch_intent intent;
static struct vch_policy policy;

static int setup(void **state)
{
	static const struct vch_chain_setting settings[4] = {
		{.kind = VCH_SETTING_DAILY_LIMIT, .value = 50000000},
		{.kind = VCH_SETTING_TOKEN_LIMIT, .value = 500},
		{.kind = VCH_SETTING_CALL,
		 .selector = {0x12, 0x34, 0x56, 0x78},
		 .value = 1},
		{.kind = VCH_SETTING_OPEN, .value = 0},
	};
	static const uint8_t account[20] = {
		0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0x00,
		0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0x00};

	(void)state;
	memset(&intent, 0, sizeof(intent));
	memset(&policy, 0, sizeof(policy));
	memcpy(intent.account, account, 20);
	intent.chain_id = 31337;
	intent.number = 7;
	intent.settings_cnt = 4;
	memcpy(intent.settings, settings, sizeof(settings));
	memset(intent.settings[1].target, 0x70, 20);
	memset(intent.settings[2].target, 0x50, 20);
	policy.frozen = 1;
	policy.assets_cnt = 2;
	policy.assets[0].daily_limit = (vch_u128)50000000 * GWEI + 7;
	policy.assets[1].daily_limit = 500;
	memset(policy.assets[1].token, 0x70, 20);
	policy.calls_cnt = 1;
	memset(policy.calls[0].to, 0x50, 20);
	memcpy(policy.calls[0].selector, settings[2].selector, 4);
	return 0;
}

static void assert_hash(const char *hex)
{
	uint8_t hash[32];
	char text[65];

	vch_intent_hash(hash, &intent);
	for (size_t i = 0; i < 32; i++) {
		text[2 * i] = "0123456789abcdef"[hash[i] >> 4];
		text[2 * i + 1] = "0123456789abcdef"[hash[i] & 15];
	}
	text[64] = '\0';
	assert_string_equal(text, hex);
}

/* By viem 2 (tests/second_opinion.mjs); neither asks for a valid time. */
static void test_hash(void **state)
{
	(void)state;
	assert_hash("086bb19c62b4a2b261e0921a60fcaed0de2a8c5532764f47851ae33757"
		    "ae0670");
	intent.valid_until = 1;
	assert_hash("086bb19c62b4a2b261e0921a60fcaed0de2a8c5532764f47851ae33757"
		    "ae0670");
	intent.settings_cnt = 0;
	intent.chain_id = intent.number = 1;
	assert_hash("1590c31729a9c5141773706816b5c030816aef45c000b21b69ca7b5c2a"
		    "a33bb7");
}

static enum vch_err agrees(const struct vch_policy *waits)
{
	return vch_intent_agrees(&intent, &policy, waits);
}

/* Any other value than the policy's is refused, setting by setting. */
static void test_agrees(void **state)
{
	struct vch_policy empty = {0};

	(void)state;
	assert_int_equal(agrees(NULL), VCH_OK);
	for (uint8_t i = 0; i < 4; i++) {
		intent.settings[i].value ^= 1;
		assert_int_equal(agrees(NULL), VCH_INTENT);
		assert_int_equal(agrees(&policy), VCH_INTENT);
		intent.settings[i].value ^= 1;
	}
	assert_int_equal(vch_intent_agrees(&intent, &empty, NULL), VCH_INTENT);
	assert_int_equal(vch_intent_agrees(&intent, &empty, &policy), VCH_OK);
	intent.settings_cnt = 0;
	assert_int_equal(agrees(&policy), VCH_INTENT);
}

/* What has no target or selector has zeros there, and what has one has it. */
static void test_form(void **state)
{
	struct vch_chain_setting *s = intent.settings;
	vch_u128 value;

	(void)state;
	for (uint8_t i = 0; i < 4; i++) {
		struct vch_chain_setting kept = s[i];

		if (kept.kind == VCH_SETTING_TOKEN_LIMIT ||
		    kept.kind == VCH_SETTING_CALL)
			memset(s[i].target, 0, 20);
		else
			s[i].target[7] = 1;
		assert_int_equal(vch_setting_of(&value, &s[i], &policy),
				 VCH_INTENT);
		s[i] = kept;
		s[i].selector[3] ^= 1;
		assert_int_equal(agrees(NULL), VCH_INTENT);
		s[i] = kept;
	}
	for (unsigned int kind = 4; kind < 256; kind++) {
		s[0].kind = (uint8_t)kind;
		assert_int_equal(agrees(&policy), VCH_INTENT);
	}
}

/* None at all is zero; more than the chain has room for is its most. */
static void test_amounts(void **state)
{
	struct vch_chain_setting *s = intent.settings;
	vch_u128 value;

	(void)state;
	policy.assets[0].daily_limit = GWEI - 1;
	assert_int_equal(vch_setting_of(&value, &s[0], &policy), VCH_OK);
	assert_true(value == 0);
	policy.assets[0].daily_limit = policy.assets[1].daily_limit =
		~(vch_u128)0;
	assert_int_equal(vch_setting_of(&value, &s[0], &policy), VCH_OK);
	assert_true(value == ((vch_u128)1 << 44) - 1);
	assert_int_equal(vch_setting_of(&value, &s[1], &policy), VCH_OK);
	assert_true(value == ((vch_u128)1 << 112) - 1);
	policy.assets_cnt = 0;
	for (uint8_t i = 0; i < 2; i++) {
		assert_int_equal(vch_setting_of(&value, &s[i], &policy),
				 VCH_OK);
		assert_true(value == 0);
	}
}

#define T(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_hash),
		T(test_agrees),
		T(test_form),
		T(test_amounts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
