/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes against a model that knows only single settings: what holds now is
 * what both policies allow, what holds once it is due is what was signed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trusted/policy/change.h"
#include "trusted/policy/spend.h"
#include "trusted/policy/userop.h"

#define KINDS 4 /* so many different assets, calls, origins, networks */
#define START UINT64_C(1728000000)

static const char *const pages[KINDS] = {"http://a", "http://b", "http://cc",
					 "http://dd"};

/* 0: not there; an asset's limit is the value less one. */
struct model {
	uint8_t frozen, fee;
	uint8_t asset[KINDS], call[KINDS], origin[KINDS], network[KINDS];
};

static void make_policy(struct vch_policy *p, const struct model *m)
{
	memset(p, 0, sizeof(*p));
	p->frozen = m->frozen;
	p->fee_max = m->fee;
	for (uint8_t i = 0; i < KINDS; i++) {
		if (m->asset[i]) {
			memset(p->assets[p->assets_cnt].token, i, 20);
			p->assets[p->assets_cnt++].daily_limit =
				m->asset[i] - 1;
		}
		if (m->call[i])
			memset(&p->calls[p->calls_cnt++], i + 1,
			       sizeof(p->calls[0]));
		if (m->origin[i])
			p->origins[p->origins_cnt++] =
				vch_span(pages[i], strlen(pages[i]));
		if (m->network[i]) {
			p->networks[p->networks_cnt].chain_id = i;
			memcpy(p->networks[p->networks_cnt++].entry_point,
			       vch_entry_point, 20);
		}
	}
}

static uint8_t less(uint8_t a, uint8_t b)
{
	return a < b ? a : b;
}

/* The tighter of both, setting by setting. */
static void model_meet(struct model *ret, const struct model *a,
		       const struct model *b)
{
	uint8_t origins = 0, networks = 0;

	ret->frozen = a->frozen | b->frozen;
	ret->fee = less(a->fee, b->fee);
	for (int i = 0; i < KINDS; i++) {
		ret->asset[i] = less(a->asset[i], b->asset[i]);
		ret->call[i] = less(a->call[i], b->call[i]);
		origins |= ret->origin[i] = less(a->origin[i], b->origin[i]);
		networks |= ret->network[i] =
			less(a->network[i], b->network[i]);
	}
	if (!origins)
		memcpy(ret->origin, a->origin, KINDS);
	if (!networks)
		memcpy(ret->network, a->network, KINDS);
}

static void random_model(struct model *m)
{
	memset(m, 0, sizeof(*m));
	m->frozen = rand() % 4 == 0;
	m->fee = (uint8_t)(rand() % 4);
	for (int i = 0; i < KINDS; i++) {
		m->asset[i] = (uint8_t)(rand() % 4);
		m->call[i] = (uint8_t)(rand() % 2);
		m->origin[i] = (uint8_t)(rand() % 2);
		m->network[i] = (uint8_t)(rand() % 2);
	}
	m->origin[rand() % KINDS] = 1;
	m->network[rand() % KINDS] = 1;
}

static void begin(struct vch_changing *c, const struct model *m)
{
	struct vch_policy p;

	memset(c, 0, sizeof(*c));
	make_policy(&p, m);
	memset(c->config.address, 0xaa, 20);
	c->config.number = 41;
	c->config.fee_max = p.fee_max;
	c->config.origins_cnt = p.origins_cnt;
	memcpy(c->config.origins, p.origins, sizeof(p.origins));
	c->config.networks_cnt = p.networks_cnt;
	memcpy(c->config.networks, p.networks, sizeof(p.networks));
	c->config.assets_cnt = p.assets_cnt;
	memcpy(c->config.assets, p.assets, sizeof(p.assets));
	c->config.calls_cnt = p.calls_cnt;
	memcpy(c->config.calls, p.calls, sizeof(p.calls));
	c->flags = p.frozen ? VCH_SLOT_FROZEN : 0;
	c->counters.spent_cnt = p.assets_cnt;
	/* each asset has spent 10 and its own kind; so has the one lane */
	c->counters.lanes_cnt = 1;
	for (uint8_t i = 0; i < p.assets_cnt; i++) {
		c->counters.spent[i] = 10u + p.assets[i].token[0];
		c->counters.lanes[0].counted[i] =
			(struct vch_counted){i, 20u + p.assets[i].token[0]};
		c->counters.lanes[0].counted_cnt++;
	}
}

static void expect(const struct vch_changing *c, const struct model *want)
{
	uint8_t bytes[2][VCH_POLICY_ENC_MAX];
	struct vch_writer wa = vch_writer(bytes[0], sizeof(bytes[0]));
	struct vch_writer wb = vch_writer(bytes[1], sizeof(bytes[1]));
	struct vch_policy is, should;

	vch_policy_of(&is, &c->config, c->flags);
	make_policy(&should, want);
	vch_policy_write(&wa, &is);
	vch_policy_write(&wb, &should);
	assert_int_equal(wa.len, wb.len);
	assert_memory_equal(bytes[0], bytes[1], wa.len);
}

/* What was spent follows its asset; what is new has spent nothing. */
static void expect_spent(const struct vch_changing *c, const struct model *had)
{
	const struct vch_lane *lane = &c->counters.lanes[0];
	uint8_t counted = 0;

	assert_int_equal(c->counters.spent_cnt, c->config.assets_cnt);
	for (uint8_t i = 0; i < c->config.assets_cnt; i++) {
		uint8_t kind = c->config.assets[i].token[0];

		assert_true(c->counters.spent[i] ==
			    (had->asset[kind] ? 10u + kind : 0u));
		if (!had->asset[kind])
			continue;
		assert_int_equal(lane->counted[counted].asset, i);
		assert_true(lane->counted[counted++].amount == 20u + kind);
	}
	assert_int_equal(lane->counted_cnt, counted);
}

static const uint8_t config_hash[32] = {0xc0};
static struct vch_change change;
static uint8_t hash[32];

static void ask(const struct model *want)
{
	memset(&change, 0, sizeof(change));
	memset(change.account, 0xaa, 20);
	change.number = 42;
	memcpy(change.config_hash, config_hash, 32);
	make_policy(&change.policy, want);
	vch_change_hash(hash, &change);
}

static enum vch_err take(struct vch_changing *c, uint64_t at)
{
	struct vch_time time = {at, at, at};

	return vch_change_take(c, &change, config_hash, hash, &time);
}

static enum vch_err apply(struct vch_changing *c, uint64_t at)
{
	struct vch_time time = {at, at, at};

	return vch_change_apply(c, &change, hash, &time);
}

/* Waits two days, not a second less, then holds once. */
static void expect_waiting(struct vch_changing *c, const struct model *now)
{
	uint64_t due = START + UINT64_C(2) * 86400;

	assert_memory_equal(c->config.pending_hash, hash, 32);
	assert_true(c->config.pending_due == due);
	assert_int_equal(apply(c, due - 1), VCH_NOT_DUE);
	expect(c, now);
	assert_int_equal(apply(c, due), VCH_OK);
	assert_int_equal(c->config.number, 42);
	assert_int_equal(apply(c, UINT64_MAX), VCH_NO_CHANGE);
}

static void test_model(void **state)
{
	size_t waited = 0;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct model had, want, tighter;
		struct vch_changing c;

		random_model(&had);
		random_model(&want);
		/* every third only tightens */
		if (round % 3 == 0) {
			tighter = want;
			model_meet(&want, &had, &tighter);
		}
		begin(&c, &had);
		ask(&want);
		model_meet(&tighter, &had, &want);
		assert_int_equal(take(&c, START), VCH_OK);
		assert_int_equal(c.config.number, 42);
		expect(&c, &tighter);
		expect_spent(&c, &had);
		if (memcmp(&tighter, &want, sizeof(want)) == 0) {
			assert_int_equal(c.config.pending_due, 0);
			assert_int_equal(apply(&c, UINT64_MAX), VCH_NO_CHANGE);
			continue;
		}
		waited++;
		expect_waiting(&c, &tighter);
		expect(&c, &want);
		/* an asset that went came back with nothing spent */
		for (int i = 0; i < KINDS; i++)
			had.asset[i] = tighter.asset[i];
		expect_spent(&c, &had);
	}
	assert_in_range(waited, 10000, 19000);
}

/* Another change takes the place of one that waits: so one cancels. */
static void test_cancel(void **state)
{
	struct model had = {.fee = 1, .origin = {1}, .network = {1}};
	struct model want = had;
	struct vch_changing c;
	struct vch_change first;
	uint8_t first_hash[32];

	(void)state;
	want.fee = 3;
	begin(&c, &had);
	ask(&want);
	assert_int_equal(take(&c, START), VCH_OK);
	first = change;
	memcpy(first_hash, hash, 32);

	ask(&had);
	change.number = 43;
	vch_change_hash(hash, &change);
	assert_int_equal(take(&c, START), VCH_OK);
	assert_int_equal(c.config.pending_due, 0);
	change = first;
	memcpy(hash, first_hash, 32);
	assert_int_equal(apply(&c, UINT64_MAX), VCH_NO_CHANGE);
	/* nor can the first be taken again */
	assert_int_equal(take(&c, START), VCH_CHANGE_STALE);
	expect(&c, &had);
}

static void test_stale(void **state)
{
	struct model had = {.fee = 1, .origin = {1}, .network = {1}};
	struct vch_changing c, before;

	(void)state;
	begin(&c, &had);
	before = c;
	ask(&had);
	change.account[3] ^= 1;
	assert_int_equal(take(&c, START), VCH_CHANGE_STALE);
	ask(&had);
	change.number++;
	assert_int_equal(take(&c, START), VCH_CHANGE_STALE);
	change.number -= 2;
	assert_int_equal(take(&c, START), VCH_CHANGE_STALE);
	ask(&had);
	change.config_hash[31] ^= 1;
	assert_int_equal(take(&c, START), VCH_CHANGE_STALE);
	assert_memory_equal(&c, &before, sizeof(c));
}

/* What would not fit once it is due is refused when it is asked for. */
static void test_size(void **state)
{
	struct model had = {.fee = 1, .origin = {1}, .network = {1}};
	struct vch_changing c, before;

	(void)state;
	begin(&c, &had);
	c.config.grants_cnt = 16;
	c.config.passkeys_cnt = 4;
	before = c;
	ask(&had);
	for (uint8_t i = 0; i < 32; i++)
		memset(&change.policy.calls[i], 1 + i, 24);
	change.policy.calls_cnt = 32;
	for (uint8_t i = 0; i < 8; i++)
		memset(change.policy.assets[i].token, i, 20);
	change.policy.assets_cnt = 8;
	vch_change_hash(hash, &change);
	assert_int_equal(take(&c, START), VCH_CHANGE_SIZE);
	assert_memory_equal(&c, &before, sizeof(c));
	c.config.grants_cnt = 0;
	assert_int_equal(take(&c, START), VCH_OK);
	/* and if it grew while it waited */
	c.config.grants_cnt = 16;
	assert_int_equal(apply(&c, UINT64_MAX), VCH_CHANGE_SIZE);
}

/* The hash binds every byte of the encoding; viem's word on it: tests/. */
static void test_hash(void **state)
{
	struct model all = {.frozen = 1,
			    .fee = 3,
			    .asset = {1, 2, 3},
			    .call = {1, 1},
			    .origin = {1, 1},
			    .network = {1, 1}};
	uint8_t bytes[VCH_CHANGE_ENC_MAX], other[32];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));

	(void)state;
	ask(&all);
	vch_change_write(&w, &change);
	for (size_t at = 0; at < w.len; at++) {
		struct vch_change changed;

		bytes[at] ^= 0x01;
		if (vch_change_decode(&changed, vch_written(&w)) == VCH_OK) {
			vch_change_hash(other, &changed);
			assert_memory_not_equal(other, hash, 32);
		}
		bytes[at] ^= 0x01;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model), cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_stale), cmocka_unit_test(test_size),
		cmocka_unit_test(test_hash),
	};
	const char *seed = getenv("VCH_SEED");

	printf("seed %s\n", seed ? seed : "1");
	srand(seed ? (unsigned)strtoul(seed, NULL, 10) : 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
