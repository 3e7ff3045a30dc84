/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What calls mean. Random batches are made together with their meaning, so
 * the expectation never comes from the code that is tested; then every byte
 * of a token's method is changed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "trusted/policy/spend.h"
#include "trusted/policy/test_calls.h"
#include "trusted/policy/userop.h"

#define TOKENS 3
#define SELF 0x5e
#define SPENDER 0x5d
#define LISTED 0x11
#define STRANGER 0x99

static struct vch_config config;
static const uint8_t other_method[4] = {0xde, 0xad, 0xbe, 0xef};

/* Native first, then tokens 0xa1, 0xa2, 0xa3. */
static void reset(void)
{
	memset(&config, 0, sizeof(config));
	memset(config.address, SELF, 20);
	config.assets_cnt = 1 + TOKENS;
	for (uint8_t i = 0; i < TOKENS; i++)
		memset(config.assets[1 + i].token, 0xa1 + i, 20);
	config.calls_cnt = 2;
	memset(config.calls[0].to, LISTED, 20);
	memcpy(config.calls[0].selector, other_method, 4);
	memset(config.calls[1].to, SPENDER, 20);
	memcpy(config.calls[1].selector, vch_erc20_approve, 4);
}

struct made {
	struct vch_calls calls;
	uint8_t data[VCH_CALLS_MAX][160];
};

static void address_word(uint8_t ret[32], uint8_t filler)
{
	memset(ret, 0, 12);
	memset(ret + 12, filler, 20);
}

/* A method of a token: (from,) who, amount. */
static void make_method(struct made *m, uint8_t token, const uint8_t method[4],
			uint8_t who, vch_u128 amount)
{
	struct vch_call *c = &m->calls.call[m->calls.cnt];
	struct vch_writer w = vch_writer(m->data[m->calls.cnt], 160);
	uint8_t words[3][32] = {0};
	size_t cnt = 0;

	memset(c, 0, sizeof(*c));
	memset(c->to, token, 20);
	if (method == vch_erc20_transfer_from)
		address_word(words[cnt++], SELF);
	address_word(words[cnt++], who);
	vch_store_be128(words[cnt++] + 16, amount);
	c->data = put_method(&w, method, words, cnt);
	m->calls.cnt++;
}

static enum vch_err spend(struct vch_spend *ret, const struct made *m)
{
	return vch_spend_of(ret, &m->calls, &config, vch_entry_point);
}

static void test_methods(void **state)
{
	const struct {
		uint8_t token;
		const uint8_t *method;
		uint8_t who;
		vch_u128 amount;
		enum vch_err want;
	} cases[] = {
		{0xa1, vch_erc20_transfer, STRANGER, 7, VCH_OK},
		{0xa1, vch_erc20_transfer_from, STRANGER, 7, VCH_OK},
		{0xa1, vch_erc20_approve, SPENDER, 7, VCH_OK},
		{0xa1, vch_erc20_approve, STRANGER, 7, VCH_SPENDER},
		{0xa1, vch_erc20_approve, STRANGER, 0, VCH_OK},
		{0xa1, vch_erc20_approve, LISTED, 7, VCH_SPENDER},
		{0xa4, vch_erc20_transfer, STRANGER, 7, VCH_CALL},
		{0xa4, vch_erc20_approve, SPENDER, 7, VCH_CALL},
		{0xa1, other_method, STRANGER, 7, VCH_CALL},
		{LISTED, other_method, STRANGER, 7, VCH_OK},
		{LISTED, vch_erc20_transfer, STRANGER, 7, VCH_CALL},
		{SPENDER, vch_erc20_approve, STRANGER, 7, VCH_CALL},
		{SELF, vch_erc20_transfer, STRANGER, 7, VCH_CALL},
		{0, vch_erc20_transfer, STRANGER, 7, VCH_CALL},
	};
	static struct made m;

	(void)state;
	reset();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vch_spend got = {0};
		bool counts = cases[i].token == 0xa1 && cases[i].amount > 0;

		m.calls.cnt = 0;
		make_method(&m, cases[i].token, cases[i].method, cases[i].who,
			    cases[i].amount);
		assert_int_equal(spend(&got, &m), cases[i].want);
		if (cases[i].want == VCH_OK)
			assert_true(got.token[1] == (counts ? 7 : 0));
	}
}

/* A listing never opens what a limit counts, self, or the entry point. */
static void test_listing_opens_no_more(void **state)
{
	static struct made m;
	struct vch_spend got;

	(void)state;
	reset();
	memset(config.calls[0].to, SELF, 20);
	m.calls.cnt = 0;
	make_method(&m, SELF, other_method, STRANGER, 1);
	assert_int_equal(spend(&got, &m), VCH_CALL);
	memcpy(config.calls[0].to, vch_entry_point, 20);
	memcpy(m.calls.call[0].to, vch_entry_point, 20);
	assert_int_equal(spend(&got, &m), VCH_CALL);
	memset(config.calls[0].to, 0, 20);
	memset(m.calls.call[0].to, 0, 20);
	assert_int_equal(spend(&got, &m), VCH_CALL);
	/* a token's own other method, listed: outside its limit */
	memset(config.calls[0].to, 0xa2, 20);
	memset(m.calls.call[0].to, 0xa2, 20);
	assert_int_equal(spend(&got, &m), VCH_OK);
	assert_true(got.token[2] == 0);
	/* three bytes are no selector */
	m.calls.call[0].data.len = 3;
	assert_int_equal(spend(&got, &m), VCH_CALL);
}

static void test_native(void **state)
{
	uint8_t deposit[36] = {0xb7, 0x60, 0xfa, 0xf9};
	struct vch_calls c = {.cnt = 2};
	struct vch_spend got;

	(void)state;
	reset();
	c.call[0].to[0] = 3;
	c.call[0].value = 5;
	memcpy(c.call[1].to, vch_entry_point, 20);
	c.call[1].value = 7;
	c.call[1].data = vch_span(deposit, sizeof(deposit));
	assert_int_equal(vch_spend_of(&got, &c, &config, vch_entry_point),
			 VCH_OK);
	assert_true(got.native == 12);

	deposit[4] = 1; /* dirty address */
	assert_int_equal(vch_spend_of(&got, &c, &config, vch_entry_point),
			 VCH_CALL);
	deposit[4] = 0;
	deposit[0] ^= 1; /* another method of the entry point */
	assert_int_equal(vch_spend_of(&got, &c, &config, vch_entry_point),
			 VCH_CALL);
	c.call[1].data = vch_span(NULL, 0); /* its receive() */
	assert_int_equal(vch_spend_of(&got, &c, &config, vch_entry_point),
			 VCH_CALL);
	c.cnt = 1;
	memset(c.call[0].to, SELF, 20);
	assert_int_equal(vch_spend_of(&got, &c, &config, vch_entry_point),
			 VCH_CALL);
	/* zero is the account itself to ERC-7821 */
	memset(c.call[0].to, 0, 20);
	assert_int_equal(vch_spend_of(&got, &c, &config, vch_entry_point),
			 VCH_CALL);
	c.call[0].to[0] = c.call[1].to[0] = 9;
	c.call[0].value = c.call[1].value = (vch_u128)1 << 127;
	memset(c.call[1].to + 1, 0, 19);
	c.cnt = 2;
	assert_int_equal(vch_spend_of(&got, &c, &config, vch_entry_point),
			 VCH_LIMIT);
}

/* What a changed byte of a method means, by where it stands. */
static enum vch_err meaning(const uint8_t *method, size_t at)
{
	bool from = method == vch_erc20_transfer_from;
	size_t word = (at - 4) / 32, in = (at - 4) % 32;

	if (at < 4)
		return VCH_CALL;
	if (from && word == 0)
		return VCH_CALL;
	if (word == (from ? 1 : 0) && in < 12)
		return VCH_CALL;
	if (word == (from ? 1 : 0))
		return method == vch_erc20_approve ? VCH_SPENDER : VCH_OK;
	return in < 16 ? VCH_LIMIT : VCH_OK;
}

static void test_every_byte(void **state)
{
	const uint8_t *methods[] = {vch_erc20_transfer, vch_erc20_approve,
				    vch_erc20_transfer_from};
	static struct made m;
	struct vch_spend got;

	(void)state;
	reset();
	for (size_t k = 0; k < 3; k++) {
		size_t len;

		m.calls.cnt = 0;
		make_method(&m, 0xa3, methods[k], SPENDER, 1000);
		len = m.calls.call[0].data.len;
		for (size_t at = 0; at < len; at++) {
			for (int bit = 0; bit < 8; bit++) {
				m.data[0][at] ^= (uint8_t)(1 << bit);
				assert_int_equal(spend(&got, &m),
						 meaning(methods[k], at));
				m.data[0][at] ^= (uint8_t)(1 << bit);
			}
		}
		for (size_t cut = 1; cut <= 160; cut++) {
			m.calls.call[0].data.len = cut;
			assert_int_equal(spend(&got, &m),
					 cut == len ? VCH_OK : VCH_CALL);
		}
		m.calls.call[0].data.len = len;
		m.calls.call[0].value = 1; /* tokens take no native coin */
		assert_int_equal(spend(&got, &m), VCH_CALL);
	}
}

/* One random call, and what it adds to `want`; returns its own verdict. */
static enum vch_err make_random(struct made *m, struct vch_spend *want)
{
	uint8_t token = (uint8_t)(rand() % TOKENS);
	vch_u128 amount = (unsigned)rand();
	struct vch_call *c = &m->calls.call[m->calls.cnt];

	switch (rand() % 12) {
	case 0:
		make_method(m, STRANGER, vch_erc20_transfer, STRANGER, amount);
		return VCH_CALL;
	case 1:
		make_method(m, (uint8_t)(0xa1 + token), vch_erc20_approve,
			    STRANGER, amount + 1);
		return VCH_SPENDER;
	case 2:
	case 3:
		make_method(m, LISTED, other_method, STRANGER, amount);
		c->value = amount;
		want->native += amount;
		return VCH_OK;
	case 4:
	case 5:
		memset(c, 0, sizeof(*c));
		memset(c->to, STRANGER, 20);
		c->value = amount;
		want->native += amount;
		m->calls.cnt++;
		return VCH_OK;
	default:
		make_method(m, (uint8_t)(0xa1 + token),
			    rand() % 2 ? vch_erc20_transfer
				       : vch_erc20_transfer_from,
			    STRANGER, amount);
		want->token[1 + token] += amount;
		return VCH_OK;
	}
}

static void test_random_batches(void **state)
{
	static struct made m;
	size_t good = 0;

	(void)state;
	reset();
	for (int round = 0; round < 20000; round++) {
		struct vch_spend want = {0}, got = {0};
		enum vch_err expect = VCH_OK;
		struct vch_calls decoded;
		int cnt = 1 + rand() % 6;

		m.calls.cnt = 0;
		for (int i = 0; i < cnt; i++) {
			enum vch_err one = make_random(&m, &want);

			if (expect == VCH_OK)
				expect = one;
		}
		assert_int_equal(
			vch_calls_decode(&decoded, encode_calls(&m.calls)),
			VCH_OK);
		assert_int_equal(
			vch_spend_of(&got, &decoded, &config, vch_entry_point),
			expect);
		if (expect != VCH_OK)
			continue;
		good++;
		assert_true(got.native == want.native);
		for (size_t i = 0; i < VCH_CONFIG_ASSETS_MAX; i++)
			assert_true(got.token[i] == want.token[i]);
	}
	assert_in_range(good, 5000, 19000);
}

static void test_overflow(void **state)
{
	static struct made m;
	struct vch_spend got;

	(void)state;
	reset();
	m.calls.cnt = 0;
	make_method(&m, 0xa1, vch_erc20_transfer, STRANGER, ~(vch_u128)0);
	assert_int_equal(spend(&got, &m), VCH_OK);
	make_method(&m, 0xa1, vch_erc20_transfer, STRANGER, 1);
	assert_int_equal(spend(&got, &m), VCH_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_listing_opens_no_more),
		cmocka_unit_test(test_native),
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_random_batches),
		cmocka_unit_test(test_overflow),
	};

	srand(1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
