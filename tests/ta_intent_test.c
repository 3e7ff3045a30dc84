/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy carried to a chain, through the door of the real emulated TEE:
 * the co-signer's key signs what the passkey signed and the account's own
 * policy says, and nothing else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <time.h>

#include "tests/rig.h"
#include "trusted/crypto/secp256k1.h"
#include "trusted/policy/change.h"
#include "trusted/policy/intent.h"
#include "trusted/policy/userop.h"

#define ETHER UINT64_C(1000000000000000000)
#define BORN_GWEI 100000000u

static struct rig rig;
static struct vch_demo_passkey passkey;
static struct rig_account account;
static struct vch_cosign_result result;

static int setup(void **state)
{
	(void)state;
	rig_make(&rig);
	rig_born(&rig, &account, &passkey);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_free(&rig);
	return 0;
}

/* One that says of the native limit what holds at birth. */
static struct vch_intent intent_new(void)
{
	struct vch_intent intent = {
		.chain_id = RIG_CHAIN_ID,
		.number = 1,
		.valid_until = (uint64_t)time(NULL) + 300,
		.settings_cnt = 1,
		.settings[0].value = BORN_GWEI,
	};

	memcpy(intent.account, account.address, 20);
	return intent;
}

static enum vch_err ask(const struct vch_intent *intent,
			const struct vch_change *waits)
{
	return rig_intent(&rig, &account, &passkey, intent, waits, &result);
}

static struct vch_change next(void)
{
	static struct vch_config config;
	struct vch_change change;

	rig_change_begin(&change, &config, &account);
	return change;
}

static void take_change(const struct vch_change *change)
{
	assert_int_equal(rig_change(&rig, &account, &passkey, change), VCH_OK);
}

/* Whose co-signature of that the answer has. */
static void signed_by(uint8_t ret[20], const uint8_t hash[32],
		      uint64_t valid_until)
{
	struct vch_secp256k1_pk pk;
	uint8_t digest[32], sig[65];

	memcpy(sig, result.signature, 65);
	sig[64] = (uint8_t)(sig[64] - 27);
	vch_cosign_digest(digest, hash, valid_until);
	assert_int_equal(vch_secp256k1_recover_var(&pk, digest, sig), VCH_OK);
	vch_secp256k1_address(ret, &pk);
}

static void test_signed(void **state)
{
	struct vch_intent intent = intent_new();
	struct vch_config config;
	struct vch_decision rec;
	struct vch_record_head head;
	struct vch_batch batch;
	struct vch_reader r;
	uint8_t hash[32], signer[20];

	(void)state;
	assert_int_equal(ask(&intent, NULL), VCH_OK);
	vch_intent_hash(hash, &intent);
	assert_int_equal(
		vch_config_decode(&config,
				  vch_span(account.config, account.config_len)),
		VCH_OK);
	signed_by(signer, hash, intent.valid_until);
	assert_memory_equal(signer, config.cosigner, 20);
	signed_by(signer, hash, intent.valid_until + 1);
	assert_memory_not_equal(signer, config.cosigner, 20);
	rig_last_batch(&rig, &batch);
	r = vch_reader(batch.sections[0].records[0]);
	vch_record_head_read(&r, &head);
	vch_decision_read(&r, &rec);
	assert_int_equal(vch_reader_end(&r), VCH_OK);
	assert_int_equal(head.kind, VCH_RECORD_INTENT);
	assert_memory_equal(rec.op_hash, hash, 32);
	assert_int_equal(rec.chain_id, RIG_CHAIN_ID);
	assert_int_equal(rec.slot.seq, 2);
	assert_true(rec.cost == 0);
}

/* What waits is signed for too, with the change itself, and only while. */
static void test_waits(void **state)
{
	struct vch_change loose = next(), other;
	struct vch_intent intent = intent_new();

	(void)state;
	loose.policy.assets[0].daily_limit = 2 * ETHER;
	intent.settings[0].value = 2000000000u;
	assert_int_equal(ask(&intent, NULL), VCH_INTENT);
	assert_int_equal(ask(&intent, &loose), VCH_INTENT);
	take_change(&loose);
	assert_int_equal(ask(&intent, NULL), VCH_INTENT);
	other = loose;
	other.policy.fee_max--;
	assert_int_equal(ask(&intent, &other), VCH_INTENT);
	assert_int_equal(ask(&intent, &loose), VCH_OK);
	/* what holds may be said beside it */
	intent.settings[1] = (struct vch_chain_setting){
		.kind = VCH_SETTING_DAILY_LIMIT, .value = BORN_GWEI};
	intent.settings_cnt = 2;
	assert_int_equal(ask(&intent, &loose), VCH_OK);
	other = next();
	take_change(&other);
	assert_int_equal(ask(&intent, &loose), VCH_INTENT);
}

/* A frozen account signs its own thaw, and still no payment. */
static void test_frozen(void **state)
{
	struct vch_change freeze = next(), thaw;
	struct vch_intent intent = intent_new();
	struct vch_cosign_result res;
	struct rig_op op;

	(void)state;
	intent.settings[0] = (struct vch_chain_setting){
		.kind = VCH_SETTING_OPEN, .value = 1};
	freeze.policy.frozen = 1;
	take_change(&freeze);
	assert_int_equal(ask(&intent, NULL), VCH_INTENT);
	thaw = next();
	thaw.policy.frozen = 0;
	take_change(&thaw);
	assert_int_equal(ask(&intent, &thaw), VCH_OK);
	rig_payment(&op, &account, &passkey, 0, 1);
	assert_int_equal(rig_cosign_one(&rig, &account, &op, &res), VCH_FROZEN);
}

/* After the passkey's word every refusal is a record, and signs nothing. */
static void test_refusals(void **state)
{
	static const uint8_t nothing[65];
	struct vch_intent good = intent_new(), bad[8];
	const enum vch_err want[8] = {
		VCH_NETWORK, VCH_VALID_UNTIL, VCH_VALID_UNTIL, VCH_INTENT,
		VCH_INTENT,  VCH_INTENT,      VCH_INTENT,      VCH_INTENT,
	};
	size_t batches = rig.batch_cnt;

	(void)state;
	for (size_t i = 0; i < 8; i++)
		bad[i] = good;
	bad[0].chain_id++;
	bad[1].valid_until -= 400;
	bad[2].valid_until += 400;
	bad[3].settings_cnt = 0;
	bad[4].settings[0].value++;
	bad[5].settings[0].kind = 4;
	bad[6].settings[0].target[19] = 1;
	bad[7].settings[0].selector[0] = 1;
	for (size_t i = 0; i < 8; i++) {
		assert_int_equal(ask(&bad[i], NULL), want[i]);
		assert_memory_equal(result.signature, nothing, 65);
		assert_int_equal(rig.batch_cnt, batches + i + 1);
	}
	passkey.sign_count = 1;
	assert_int_equal(ask(&good, NULL), VCH_SIGN_COUNT);
	passkey.sign_count = 100;
	assert_int_equal(ask(&good, NULL), VCH_OK);
}

/* Before it: an error and no record. */
static void test_no_record(void **state)
{
	struct vch_intent intent = intent_new();
	struct vch_demo_passkey other;
	struct rig_account old = account, mixed;
	size_t batches;

	(void)state;
	assert_int_equal(ask(&intent, NULL), VCH_OK);
	batches = rig.batch_cnt;
	assert_int_equal(vch_demo_passkey_create(&other, "localhost",
						 passkey.origin, true),
			 VCH_OK);
	assert_int_equal(
		rig_intent(&rig, &account, &other, &intent, NULL, &result),
		VCH_SIGNATURE);
	assert_int_equal(
		rig_intent(&rig, &old, &passkey, &intent, NULL, &result),
		VCH_STALE);
	intent.account[0] ^= 1;
	assert_int_equal(ask(&intent, NULL), VCH_ACCOUNT);
	intent.account[0] ^= 1;
	assert_int_equal(rig.batch_cnt, batches);
	/* another account's key */
	assert_int_equal(rig_create(&rig, &mixed, &passkey), VCH_OK);
	memcpy(account.blob, mixed.blob, mixed.blob_len);
	account.blob_len = mixed.blob_len;
	assert_int_equal(ask(&intent, NULL), VCH_UNSEAL);
	assert_int_equal(rig.batch_cnt, batches + 1);
}

/* The passkey's word on an intent is none on an operation, and back. */
static void test_neither_for_the_other(void **state)
{
	struct vch_intent intent = intent_new();
	struct vch_demo_assertion assertion;
	struct vch_cosign_result res;
	struct rig_op op;

	(void)state;
	rig_payment(&op, &account, &passkey, 0, 1);
	vch_intent_hash(op.hash, &intent);
	assert_int_equal(vch_demo_passkey_assert(&passkey, &assertion, op.hash),
			 VCH_OK);
	op.op.assertion = assertion.assertion;
	assert_int_equal(rig_cosign_one(&rig, &account, &op, &res),
			 VCH_CHALLENGE);
	assert_int_equal(ask(&intent, NULL), VCH_OK);
}

/* The log alone brings the account back as the intent left it. */
static void test_replay(void **state)
{
	struct vch_intent intent = intent_new();
	struct vch_change change;

	(void)state;
	assert_int_equal(ask(&intent, NULL), VCH_OK);
	rig_reboot(&rig);
	intent.number++;
	assert_int_equal(ask(&intent, NULL), VCH_OK);
	change = next();
	change.policy.frozen = 1;
	take_change(&change);
	assert_int_equal(account.slot.seq, 4);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_signed),	   T(test_waits),
		T(test_frozen),	   T(test_refusals),
		T(test_no_record), T(test_neither_for_the_other),
		T(test_replay),
	};

	vch_secp256k1_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
