/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trusted application and its log: no log but its own, whole or cut at a
 * batch, brings it up; what it comes up with is what it had decided.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/rig.h"
#include "trusted/log/chain.h"

#define ETHER UINT64_C(1000000000000000000)

static struct rig rig;
static struct vch_demo_passkey passkey;
static struct rig_account account;

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

static enum vch_err cosign(struct rig_op *op, struct vch_cosign_result *ret)
{
	return rig_cosign_one(&rig, &account, op, ret);
}

static void restart(size_t batches, enum vch_err want)
{
	rig_kill(&rig);
	rig_start_tee(&rig, NULL);
	assert_int_equal(rig_replay(&rig, batches), want);
}

static void test_replay(void **state)
{
	struct vch_cosign_result res, again;
	struct rig_op op;

	(void)state;
	rig_payment(&op, &account, &passkey, 0, ETHER / 100);
	assert_int_equal(cosign(&op, &res), VCH_OK);
	restart(rig.batch_cnt, VCH_OK);
	assert_int_equal(rig_open(&rig), VCH_OK);
	assert_int_equal(cosign(&op, &again), VCH_OK);
	assert_memory_equal(res.signature, again.signature, 65);
	assert_int_equal(account.slot.seq, 3);
	assert_true(account.slot.remainder ==
		    ETHER / 10 - ETHER / 100 - UINT64_C(250000) * 1000000000);
}

/* Any bit of any batch changed: the replay stops there, and stays stopped. */
static void test_replay_tampered(void **state)
{
	struct vch_cosign_result res;
	struct rig_op op;
	struct rig_batch *b;

	(void)state;
	rig_payment(&op, &account, &passkey, 0, ETHER / 100);
	assert_int_equal(cosign(&op, &res), VCH_OK);
	b = &rig.batch[rig.batch_cnt - 1];
	/* all but the last 96 bytes: root and signature are for others */
	for (size_t at = 0; at < b->len - 96; at += 7) {
		enum vch_err err;

		rig_kill(&rig);
		rig_start_tee(&rig, NULL);
		assert_int_equal(rig_replay(&rig, rig.batch_cnt - 1), VCH_OK);
		b->bytes[at] ^= 0x10;
		err = rig_replay(&rig, rig.batch_cnt);
		b->bytes[at] ^= 0x10;
		assert_true(err == VCH_FORMAT || err == VCH_CHAIN ||
			    err == VCH_TAG);
		assert_int_equal(rig_open(&rig), VCH_PHASE);
	}
}

static void test_replay_order(void **state)
{
	struct rig_batch swap;

	(void)state;
	/* the first batch twice; the second without the first */
	restart(1, VCH_OK);
	assert_int_equal(rig_replay(&rig, 1), VCH_CHAIN);
	swap = rig.batch[0];
	rig.batch[0] = rig.batch[1];
	restart(1, VCH_CHAIN);
	rig.batch[0] = swap;
	restart(2, VCH_OK);
}

static void test_other_device(void **state)
{
	struct rig other;

	(void)state;
	rig_make(&other);
	rig_start_tee(&other, NULL);
	other.batch[0] = rig.batch[0];
	assert_int_equal(rig_replay(&other, 1), VCH_TAG);
	other.batch[0].bytes = NULL; /* the other rig frees it */
	rig_free(&other);
}

/* Two instances from one log are two incarnations: two chains. */
static void test_fork(void **state)
{
	struct vch_batch *batch = malloc(2 * sizeof(*batch));
	struct vch_cosign_result res;
	struct rig_account copy = account;
	struct rig_op op;
	size_t cut = rig.batch_cnt;

	(void)state;
	for (int side = 0; side < 2; side++) {
		restart(cut, VCH_OK);
		assert_int_equal(rig_open(&rig), VCH_OK);
		account = copy;
		rig_payment(&op, &account, &passkey, 0, ETHER / 20);
		assert_int_equal(cosign(&op, &res), VCH_OK);
		rig_last_batch(&rig, &batch[side]);
		/* the host throws this side's tail away */
		if (side == 0)
			rig_cut(&rig, cut);
	}
	assert_memory_not_equal(batch[0].sections[0].incarnation,
				batch[1].sections[0].incarnation, 16);
	free(batch);
}

/* Storage gone while a log exists is ROLLBACK, never "make a new key". */
static void test_storage_lost(void **state)
{
	struct rig other;
	char cmd[256];

	(void)state;
	rig_make(&other); /* a new, empty storage file of the right form */
	rig_kill(&rig);
	snprintf(cmd, sizeof(cmd), "cp '%s/storage' '%s/storage'", other.dir,
		 rig.dir);
	assert_int_equal(system(cmd), 0);
	restart(rig.batch_cnt, VCH_OK);
	assert_int_equal(rig_open(&rig), VCH_ROLLBACK);
	rig_free(&other);
}

/* An instance makes accounts where it serves, and serves nowhere else. */
static void test_shards(void **state)
{
	static const uint8_t some[6] = {10, 9, 0xff, 0xff, 0, 0};
	uint8_t shard = vch_shard_of(account.address);
	struct vch_cosign_result res;
	struct rig_account born;
	struct rig_op op;

	(void)state;
	restart(rig.batch_cnt, VCH_OK);
	assert_int_equal(rig_call(&rig, VCH_CMD_START, vch_span(some, 6), NULL),
			 VCH_OK);
	for (int i = 0; i < 12; i++) {
		assert_int_equal(rig_create(&rig, &born, &passkey), VCH_OK);
		assert_in_range(vch_shard_of(born.address), 10, 18);
	}
	rig_payment(&op, &account, &passkey, 0, ETHER / 20);
	assert_int_equal(cosign(&op, &res),
			 shard >= 10 && shard < 19 ? VCH_OK : VCH_ACCOUNT);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_replay),	      T(test_replay_tampered),
		T(test_replay_order), T(test_other_device),
		T(test_fork),	      T(test_storage_lost),
		T(test_shards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
