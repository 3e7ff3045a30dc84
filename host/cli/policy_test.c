/* SPDX-License-Identifier: Apache-2.0 */
/* Edits by name: what they make of a policy, and that it stays in form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "host/cli/policy.h"
#include "trusted/policy/userop.h"

#define TOKEN_A "0x1111111111111111111111111111111111111111"
#define TOKEN_B "0x2222222222222222222222222222222222222222"

static struct vch_policy policy;

static void reset(void)
{
	memset(&policy, 0, sizeof(policy));
	policy.origins_cnt = policy.networks_cnt = policy.assets_cnt = 1;
	policy.origins[0] = vch_span("http://m", 8);
	policy.networks[0].chain_id = 5;
	memcpy(policy.networks[0].entry_point, vch_entry_point, 20);
}

static enum vch_err edit(const char *name, const char *a, const char *b)
{
	const char *args[2] = {a, b};
	struct vch_change change = {.account = {9}};
	const char *why = NULL;
	enum vch_err err;

	err = vch_policy_edit(&policy, &why, name, args,
			      (size_t)(a != NULL) + (b != NULL));
	assert_true((err == VCH_OK) == (why == NULL));
	change.policy = policy;
	assert_int_equal(vch_change_form(&change), VCH_OK);
	return err;
}

static void test_limits(void **state)
{
	(void)state;
	reset();
	assert_int_equal(edit("limit", "1ether", NULL), VCH_OK);
	assert_int_equal(edit("limit", "7", TOKEN_B), VCH_OK);
	assert_int_equal(edit("limit", "8", TOKEN_A), VCH_OK);
	assert_int_equal(edit("limit", "9", TOKEN_B), VCH_OK);
	assert_int_equal(policy.assets_cnt, 3);
	assert_int_equal(policy.assets[0].token[0], 0);
	assert_true(policy.assets[1].daily_limit == 8);
	assert_true(policy.assets[2].daily_limit == 9);
	assert_int_equal(edit("limit", "none", TOKEN_A), VCH_OK);
	assert_int_equal(edit("limit", "none", TOKEN_A), VCH_ARGUMENT);
	assert_int_equal(edit("limit", "much", NULL), VCH_ARGUMENT);
	assert_int_equal(edit("limit", "1", "0x12"), VCH_ARGUMENT);
	assert_int_equal(edit("limit", NULL, NULL), VCH_ARGUMENT);
	assert_int_equal(policy.assets_cnt, 2);
	for (char c = '3'; c <= '8'; c++) {
		char token[] = TOKEN_A;

		memset(token + 2, c, 40);
		assert_int_equal(edit("limit", "1", token), VCH_OK);
	}
	assert_int_equal(edit("limit", "1", TOKEN_A), VCH_ARGUMENT);
	assert_int_equal(edit("fee", "3gwei", NULL), VCH_OK);
	assert_true(policy.fee_max == 3000000000u);
}

static void test_lists(void **state)
{
	static const uint8_t mint[4] = {0xa0, 0x71, 0x2d, 0x68};
	static const uint8_t approve[4] = {0x09, 0x5e, 0xa7, 0xb3};

	(void)state;
	reset();
	assert_int_equal(edit("list", TOKEN_B, "mint(uint256)"), VCH_OK);
	assert_int_equal(edit("list", TOKEN_A, "spender"), VCH_OK);
	assert_memory_equal(policy.calls[0].selector, approve, 4);
	assert_memory_equal(policy.calls[1].selector, mint, 4);
	assert_int_equal(edit("list", TOKEN_B, "0xa0712d68"), VCH_ARGUMENT);
	assert_int_equal(edit("list", TOKEN_B, "mint"), VCH_ARGUMENT);
	assert_int_equal(edit("unlist", TOKEN_B, "0xa0712d68"), VCH_OK);
	assert_int_equal(edit("unlist", TOKEN_B, "0xa0712d68"), VCH_ARGUMENT);
	assert_int_equal(policy.calls_cnt, 1);
}

static void test_places(void **state)
{
	(void)state;
	reset();
	assert_int_equal(edit("allow-page", "http://b", NULL), VCH_OK);
	assert_int_equal(edit("allow-page", "http://b", NULL), VCH_ARGUMENT);
	assert_int_equal(edit("allow-page", "http://b c", NULL), VCH_ARGUMENT);
	assert_memory_equal(policy.origins[0].ptr, "http://b", 8);
	assert_int_equal(edit("drop-page", "http://m", NULL), VCH_OK);
	assert_int_equal(edit("allow-chain", "1", NULL), VCH_OK);
	assert_int_equal(policy.networks[0].chain_id, 1);
	assert_int_equal(edit("drop-chain", "5", NULL), VCH_OK);
	assert_int_equal(edit("drop-chain", "5", NULL), VCH_ARGUMENT);
	assert_int_equal(edit("freeze", NULL, NULL), VCH_OK);
	assert_int_equal(policy.frozen, 1);
	assert_int_equal(edit("freeze", "now", NULL), VCH_ARGUMENT);
	assert_int_equal(edit("unfreeze", NULL, NULL), VCH_OK);
	assert_int_equal(policy.frozen, 0);
	assert_int_equal(edit("cancel", NULL, NULL), VCH_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
