/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Receipts as freshness: a client shows the trusted application what it saw
 * last, and an instance on another history stops that client's account.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/rig.h"

#define ETHER UINT64_C(1000000000000000000)

static struct rig rig;
static struct vch_demo_passkey passkey;
static struct rig_account account, at_cut;
static struct vch_seen lost;
static uint64_t nonce;

static int setup(void **state)
{
	(void)state;
	nonce = 0;
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

/* A payment that shows `seen`, or nothing. */
static enum vch_err pay(const struct vch_seen *seen)
{
	struct vch_cosign_result res;
	struct rig_op op;

	rig_payment(&op, &account, &passkey, nonce++, ETHER / 1000);
	if (seen)
		op.op.seen[op.op.seen_cnt++] = *seen;
	return rig_cosign_one(&rig, &account, &op, &res);
}

/* The client has `lost`; the log went back to before it. */
static void roll_back(void)
{
	size_t cut = rig.batch_cnt;

	at_cut = account;
	assert_int_equal(pay(NULL), VCH_OK);
	rig_seen(&rig, &lost);
	rig.batch_cnt = cut;
	account = at_cut;
	rig_reboot(&rig);
}

/* Every receipt of one's own history is fine, over many starts. */
static void test_own_history(void **state)
{
	struct vch_seen first, seen;

	(void)state;
	rig_seen(&rig, &first);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(pay(&first), VCH_OK);
		rig_seen(&rig, &seen);
		assert_int_equal(pay(&seen), VCH_OK);
		rig_reboot(&rig);
		assert_int_equal(pay(&seen), VCH_OK);
		assert_int_equal(pay(NULL), VCH_OK);
	}
	assert_int_equal(account.slot.flags, 0);
}

static void test_rollback_stops(void **state)
{
	(void)state;
	roll_back();
	assert_int_equal(pay(&lost), VCH_ROLLBACK);
	assert_int_equal(account.slot.flags, VCH_SLOT_STOPPED);
	assert_int_equal(account.slot.seq, at_cut.slot.seq + 1);
	/* for every later request, also without a receipt, also after START */
	assert_int_equal(pay(NULL), VCH_ROLLBACK);
	rig_reboot(&rig);
	assert_int_equal(pay(NULL), VCH_ROLLBACK);
	assert_int_equal(account.slot.flags, VCH_SLOT_STOPPED);
}

/* Detection, never protection: who shows nothing is not stopped. */
static void test_no_receipt(void **state)
{
	(void)state;
	roll_back();
	assert_int_equal(pay(NULL), VCH_OK);
}

/* The last record of an incarnation cut off, the incarnation known. */
static void test_rollback_in_known_incarnation(void **state)
{
	(void)state;
	assert_int_equal(pay(NULL), VCH_OK);
	roll_back();
	lost.index--; /* of the record before: signed for another place */
	assert_int_equal(pay(&lost), VCH_OK);
	lost.index++;
	assert_int_equal(pay(&lost), VCH_ROLLBACK);
}

/* Nobody but the device can stop an account with its word. */
static void test_forged(void **state)
{
	struct vch_seen forged;

	(void)state;
	roll_back();
	for (int i = 0; i < 4; i++) {
		forged = lost;
		if (i == 0)
			forged.signature[5] ^= 1;
		else if (i == 1)
			forged.head[0] ^= 1;
		else if (i == 2)
			forged.index += 7;
		else
			forged.left ^= 1;
		assert_int_equal(pay(&forged), VCH_RECEIPT);
	}
	assert_int_equal(account.slot.flags, 0);
	assert_int_equal(account.slot.seq, at_cut.slot.seq);
	assert_int_equal(pay(NULL), VCH_OK);
}

/* Nothing is looked at before the passkey was verified. */
static void test_not_without_passkey(void **state)
{
	struct vch_cosign_result res;
	struct rig_op op;

	(void)state;
	roll_back();
	rig_payment(&op, &account, &passkey, 0, ETHER / 1000);
	op.op.seen[op.op.seen_cnt++] = lost;
	op.assertion.assertion.signature[3] ^= 1;
	op.op.assertion = op.assertion.assertion;
	assert_int_equal(rig_cosign_one(&rig, &account, &op, &res),
			 VCH_SIGNATURE);
	assert_int_equal(res.recorded, 0);
	assert_int_equal(pay(NULL), VCH_OK);
}

/* Two instances from one log: each stops who comes from the other. */
static void test_fork(void **state)
{
	struct vch_seen side[2];
	struct rig_account copy = account;
	size_t cut = rig.batch_cnt;

	(void)state;
	for (int i = 0; i < 2; i++) {
		rig.batch_cnt = cut;
		account = copy;
		rig_reboot(&rig);
		assert_int_equal(pay(NULL), VCH_OK);
		rig_seen(&rig, &side[i]);
	}
	assert_int_equal(pay(&side[1]), VCH_OK);
	assert_int_equal(pay(&side[0]), VCH_ROLLBACK);
	assert_int_equal(pay(&side[1]), VCH_ROLLBACK);
}

/* Nor is its policy changed; what waits does not take effect. */
static void test_stopped_takes_no_change(void **state)
{
	struct vch_change change;
	struct vch_config config;

	(void)state;
	roll_back();
	assert_int_equal(pay(&lost), VCH_ROLLBACK);
	rig_change_begin(&change, &config, &account);
	change.policy.frozen = 1;
	assert_int_equal(rig_change(&rig, &account, &passkey, &change),
			 VCH_ROLLBACK);
	assert_int_equal(account.slot.flags, VCH_SLOT_STOPPED);
	assert_int_equal(rig_apply(&rig, &account, &change), VCH_ROLLBACK);
}

static void test_resume(void **state)
{
	struct vch_seen here, old;
	struct vch_counters counters;

	(void)state;
	rig_seen(&rig, &old);
	assert_int_equal(rig_resume(&rig, &account, &passkey, &old, 1),
			 VCH_NOT_STOPPED);
	roll_back();
	assert_int_equal(pay(&lost), VCH_ROLLBACK);
	rig_seen(&rig, &here);
	/* another history, another sequence, an older record, a forged one */
	assert_int_equal(
		rig_resume(&rig, &account, &passkey, &lost, account.slot.seq),
		VCH_ROLLBACK);
	assert_int_equal(rig_resume(&rig, &account, &passkey, &here,
				    account.slot.seq - 1),
			 VCH_RECEIPT);
	here.head[4] ^= 1;
	assert_int_equal(
		rig_resume(&rig, &account, &passkey, &here, account.slot.seq),
		VCH_RECEIPT);
	here.head[4] ^= 1;
	assert_int_equal(
		rig_resume(&rig, &account, &passkey, &here, account.slot.seq),
		VCH_OK);
	assert_int_equal(account.slot.flags, 0);
	assert_true(account.slot.remainder == 0);
	assert_int_equal(
		vch_counters_decode(&counters, vch_span(account.counters,
							account.counters_len)),
		VCH_OK);
	assert_true(counters.spent[0] == ETHER / 10);
	/* it serves again, and today's limit is spent, also after a replay */
	assert_int_equal(pay(NULL), VCH_LIMIT);
	rig_reboot(&rig);
	assert_int_equal(pay(&here), VCH_LIMIT);
}

/* What was signed for one stop does not end the next. */
static void test_resume_once(void **state)
{
	struct vch_seen here;
	uint64_t sequence;

	(void)state;
	roll_back();
	assert_int_equal(pay(&lost), VCH_ROLLBACK);
	rig_seen(&rig, &here);
	sequence = account.slot.seq;
	assert_int_equal(rig_resume(&rig, &account, &passkey, &here, sequence),
			 VCH_OK);
	assert_int_equal(pay(&lost), VCH_ROLLBACK);
	assert_int_equal(rig_resume(&rig, &account, &passkey, &here, sequence),
			 VCH_RECEIPT);
	assert_int_equal(account.slot.flags, VCH_SLOT_STOPPED);
}

static void test_resume_needs_passkey(void **state)
{
	struct vch_demo_passkey other;
	struct vch_seen here;

	(void)state;
	rig_passkey(&other);
	assert_int_equal(pay(NULL), VCH_OK);
	roll_back();
	assert_int_equal(pay(&lost), VCH_ROLLBACK);
	rig_seen(&rig, &here);
	assert_int_equal(
		rig_resume(&rig, &account, &other, &here, account.slot.seq),
		VCH_SIGNATURE);
	account.counters[0] ^= 1;
	assert_int_equal(
		rig_resume(&rig, &account, &passkey, &here, account.slot.seq),
		VCH_STALE);
	account.counters[0] ^= 1;
	passkey.sign_count = 0; /* a copy of it */
	assert_int_equal(
		rig_resume(&rig, &account, &passkey, &here, account.slot.seq),
		VCH_SIGN_COUNT);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_own_history),
		T(test_rollback_stops),
		T(test_no_receipt),
		T(test_rollback_in_known_incarnation),
		T(test_forged),
		T(test_not_without_passkey),
		T(test_fork),
		T(test_stopped_takes_no_change),
		T(test_resume),
		T(test_resume_once),
		T(test_resume_needs_passkey),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
