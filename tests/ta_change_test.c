/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of an account's policy through the door of the real emulated TEE,
 * in the flavour that waits two seconds where the product waits two days.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <unistd.h>

#include "tests/rig.h"
#include "trusted/policy/change.h"
#include "trusted/policy/spend.h"

#define ETHER UINT64_C(1000000000000000000)

static struct rig rig;
static struct vch_demo_passkey passkey;
static struct rig_account account;

static int begin(const char *program)
{
	rig_make(&rig);
	rig.program = program;
	rig_born(&rig, &account, &passkey);
	return 0;
}

static int setup(void **state)
{
	(void)state;
	return begin("out/test/vouch-tee-hasty");
}

static int setup_product(void **state)
{
	(void)state;
	return begin(NULL);
}

static int teardown(void **state)
{
	(void)state;
	rig_free(&rig);
	return 0;
}

/* A change of the account as it is, to be edited. */
static struct vch_change *next(void)
{
	static struct vch_config config;
	static struct vch_change change;

	rig_change_begin(&change, &config, &account);
	return &change;
}

static enum vch_err pay(uint64_t nonce, uint64_t wei)
{
	struct vch_cosign_result res;
	struct rig_op op;

	rig_payment(&op, &account, &passkey, nonce, wei);
	return rig_cosign_one(&rig, &account, &op, &res);
}

static enum vch_err change(const struct vch_change *c)
{
	return rig_change(&rig, &account, &passkey, c);
}

static void test_tighten(void **state)
{
	struct vch_change *c = next();
	uint64_t seq = account.slot.seq;

	(void)state;
	assert_int_equal(pay(0, ETHER / 100), VCH_OK);
	c = next();
	c->policy.assets[0].daily_limit = ETHER / 50;
	assert_int_equal(change(c), VCH_OK);
	assert_int_equal(account.slot.seq, seq + 2);
	/* at once; what was spent stays spent */
	assert_true(account.slot.remainder ==
		    ETHER / 50 - ETHER / 100 - UINT64_C(250000) * 1000000000);
	assert_int_equal(pay(1, ETHER / 100), VCH_LIMIT);
	assert_int_equal(rig_apply(&rig, &account, c), VCH_NO_CHANGE);
}

static void test_freeze_and_unfreeze(void **state)
{
	struct vch_change thaw, *c = next();

	(void)state;
	c->policy.frozen = 1;
	assert_int_equal(change(c), VCH_OK);
	assert_int_equal(account.slot.flags, VCH_SLOT_FROZEN);
	assert_int_equal(pay(0, 1), VCH_FROZEN);

	thaw = *next();
	thaw.policy.frozen = 0;
	assert_int_equal(change(&thaw), VCH_OK);
	assert_int_equal(pay(1, 1), VCH_FROZEN);
	assert_int_equal(rig_apply(&rig, &account, &thaw), VCH_NOT_DUE);
	sleep(3);
	/* a change that nobody signed is not the one that waits */
	thaw.policy.fee_max++;
	assert_int_equal(rig_apply(&rig, &account, &thaw), VCH_NO_CHANGE);
	thaw.policy.fee_max--;
	assert_int_equal(rig_apply(&rig, &account, &thaw), VCH_OK);
	assert_int_equal(account.slot.flags, 0);
	assert_int_equal(pay(2, 1), VCH_OK);
	assert_int_equal(rig_apply(&rig, &account, &thaw), VCH_NO_CHANGE);
}

static void test_cancel(void **state)
{
	struct vch_change loose = *next();

	(void)state;
	loose.policy.assets[0].daily_limit = ETHER;
	assert_int_equal(change(&loose), VCH_OK);
	assert_int_equal(pay(0, ETHER / 5), VCH_LIMIT);
	assert_int_equal(change(next()), VCH_OK);
	sleep(3);
	assert_int_equal(rig_apply(&rig, &account, &loose), VCH_NO_CHANGE);
	assert_int_equal(pay(1, ETHER / 5), VCH_LIMIT);
}

/* A token with a limit, one listed call: after the wait, within the limit. */
static void test_token(void **state)
{
	static const uint8_t token[20] = {0x70, 0x4e};
	struct vch_change c = *next();
	uint8_t data[68] = {0xa9, 0x05, 0x9c, 0xbb};
	struct vch_cosign_result res;
	struct rig_op op;

	(void)state;
	memcpy(c.policy.assets[1].token, token, 20);
	c.policy.assets[1].daily_limit = 100;
	c.policy.assets_cnt = 2;
	assert_int_equal(change(&c), VCH_OK);
	sleep(3);
	assert_int_equal(rig_apply(&rig, &account, &c), VCH_OK);
	for (uint64_t nonce = 0; nonce < 3; nonce++) {
		data[16 + 19] = 0xbe;
		data[67] = 50;
		rig_call_op(&op, &account, &passkey, nonce, token,
			    vch_span(data, sizeof(data)));
		assert_int_equal(rig_cosign_one(&rig, &account, &op, &res),
				 nonce < 2 ? VCH_OK : VCH_LIMIT);
	}
	data[3] ^= 1;
	rig_call_op(&op, &account, &passkey, 3, token,
		    vch_span(data, sizeof(data)));
	assert_int_equal(rig_cosign_one(&rig, &account, &op, &res), VCH_CALL);
	memcpy(data, vch_erc20_approve, 4);
	rig_call_op(&op, &account, &passkey, 4, token,
		    vch_span(data, sizeof(data)));
	assert_int_equal(rig_cosign_one(&rig, &account, &op, &res),
			 VCH_SPENDER);
}

/* Only the passkey's own, fresh word; every refusal after it is a record. */
static void test_refusals(void **state)
{
	struct vch_demo_passkey other;
	struct rig_account old = account;
	struct vch_change first = *next(), *c;
	size_t batches = rig.batch_cnt;

	(void)state;
	assert_int_equal(vch_demo_passkey_create(&other, "localhost",
						 passkey.origin, true),
			 VCH_OK);
	assert_int_equal(rig_change(&rig, &account, &other, next()),
			 VCH_SIGNATURE);
	c = next();
	c->account[0] ^= 1;
	assert_int_equal(change(c), VCH_ACCOUNT);
	assert_int_equal(rig.batch_cnt, batches);

	c = next();
	c->policy.origins_cnt = 0;
	assert_int_equal(change(c), VCH_CHANGE_FORM);
	c = next();
	c->number++;
	assert_int_equal(change(c), VCH_CHANGE_STALE);
	assert_int_equal(rig.batch_cnt, batches + 2);
	assert_int_equal(change(&first), VCH_OK);
	assert_int_equal(change(&first), VCH_CHANGE_STALE);
	passkey.sign_count = 1;
	assert_int_equal(change(next()), VCH_SIGN_COUNT);
	passkey.sign_count = 100;
	/* the account as it was is not brought a second time */
	assert_int_equal(rig_change(&rig, &old, &passkey, next()), VCH_STALE);
}

/* The log alone brings flags, number and the waiting change back. */
static void test_replay(void **state)
{
	struct vch_change thaw, *c = next();

	(void)state;
	c->policy.frozen = 1;
	assert_int_equal(change(c), VCH_OK);
	thaw = *next();
	thaw.policy.frozen = 0;
	assert_int_equal(change(&thaw), VCH_OK);
	sleep(3);
	rig_reboot(&rig);
	assert_int_equal(pay(0, 1), VCH_FROZEN);
	/* the time between is not lived through: it waits on */
	assert_int_equal(rig_apply(&rig, &account, &thaw), VCH_NOT_DUE);
	sleep(3);
	assert_int_equal(rig_apply(&rig, &account, &thaw), VCH_OK);
	assert_int_equal(pay(1, 1), VCH_OK);
}

/* The product waits two days, not two seconds. */
static void test_product_waits(void **state)
{
	struct vch_config config;
	struct vch_record_head head;
	struct vch_change c = *next();
	struct vch_batch batch;
	struct vch_reader r;

	(void)state;
	c.policy.fee_max++;
	assert_int_equal(change(&c), VCH_OK);
	rig_last_batch(&rig, &batch);
	r = vch_reader(batch.sections[0].records[0]);
	vch_record_head_read(&r, &head);
	assert_int_equal(
		vch_config_decode(&config,
				  vch_span(account.config, account.config_len)),
		VCH_OK);
	assert_true(config.pending_due == head.refill_s + 2 * 86400);
	sleep(3);
	assert_int_equal(rig_apply(&rig, &account, &c), VCH_NOT_DUE);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_tighten),
		T(test_freeze_and_unfreeze),
		T(test_cancel),
		T(test_token),
		T(test_refusals),
		T(test_replay),
		cmocka_unit_test_setup_teardown(test_product_waits,
						setup_product, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
