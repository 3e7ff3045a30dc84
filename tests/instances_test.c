/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several instances on one device and one log: counters and receipts protect
 * each shard as if there were one, whoever serves it, dies or comes back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/rig.h"
#include "trusted/log/chain.h"

#define ETHER UINT64_C(1000000000000000000)
#define FEE (UINT64_C(250000) * 1000000000)
#define INSTANCES_MAX 3
#define NO_FAULT "die-call=4000000000"

static struct rig rig[INSTANCES_MAX];
static uint8_t rig_cnt;
static struct vch_demo_passkey passkey;
static struct rig_account account[INSTANCES_MAX];
static uint64_t nonce;

/* The shards in equal parts, as the worker gives them. */
static void divide(uint8_t cnt)
{
	rig_cnt = cnt;
	for (uint8_t i = 0; i < cnt; i++) {
		unsigned int from = i * 64u / cnt, to = (i + 1) * 64u / cnt;

		if (i > 0)
			rig_make_second(&rig[i], &rig[0]);
		rig[i].shard_first = (uint8_t)from;
		rig[i].shard_cnt = (uint8_t)(to - from);
	}
}

static void kill_all(void)
{
	for (uint8_t i = 0; i < rig_cnt; i++)
		rig_kill(&rig[i]);
}

/* One comes up from so much of the log. */
static enum vch_err up(uint8_t i, size_t batches)
{
	rig_kill(&rig[i]);
	rig_start_tee(&rig[i], NULL);
	assert_int_equal(rig_replay(&rig[i], batches), VCH_OK);
	return rig_open(&rig[i]);
}

/* All come up from the whole log, in as many parts. */
static void all_up(uint8_t cnt)
{
	kill_all();
	divide(cnt);
	for (uint8_t i = 0; i < cnt; i++)
		assert_int_equal(up(i, rig[0].batch_cnt), VCH_OK);
}

/* A device, its instances, and an account of each. */
static void make(uint8_t cnt, uint16_t window_s, uint16_t window_records)
{
	nonce = 0;
	rig_make(&rig[0]);
	rig[0].window_s = window_s;
	rig[0].window_records = window_records;
	all_up(cnt);
	rig_passkey(&passkey);
	for (uint8_t i = 0; i < cnt; i++)
		assert_int_equal(rig_create(&rig[i], &account[i], &passkey),
				 VCH_OK);
}

static int every_batch(void **state)
{
	(void)state;
	make(2, 0, 0);
	return 0;
}

static int long_window(void **state)
{
	(void)state;
	make(2, VCH_WINDOW_S_MAX, VCH_WINDOW_RECORDS_MAX);
	return 0;
}

static int no_window(void **state)
{
	(void)state;
	make(2, VCH_WINDOW_NEVER, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (uint8_t i = rig_cnt; i-- > 0;)
		rig_free(&rig[i]);
	return 0;
}

static uint8_t instance_of(const struct rig_account *a)
{
	uint8_t shard = vch_shard_of(a->address), i = 0;

	while (shard - rig[i].shard_first >= rig[i].shard_cnt)
		i++;
	return i;
}

/* Pays so many thousandths of the daily limit, the fee included. */
static enum vch_err pay_seen(struct rig_account *a, uint64_t permille,
			     const struct vch_seen *seen)
{
	struct vch_cosign_result res;
	struct rig_op op;

	rig_payment(&op, a, &passkey, nonce++, ETHER / 10000 * permille - FEE);
	if (seen)
		op.op.seen[op.op.seen_cnt++] = *seen;
	return rig_cosign_one(&rig[instance_of(a)], a, &op, &res);
}

static enum vch_err pay(struct rig_account *a, uint64_t permille)
{
	return pay_seen(a, permille, NULL);
}

/* What is left of the limit, in thousandths, after a payment of so many. */
static uint64_t left_after(struct rig_account *a, uint64_t permille)
{
	assert_int_equal(pay(a, permille), VCH_OK);
	return (uint64_t)(a->slot.remainder / (ETHER / 10000));
}

static enum vch_err close_one(uint8_t i, uint8_t final)
{
	return rig_call(&rig[i], VCH_CMD_CLOSE, vch_span(&final, 1), NULL);
}

static void close_all(void)
{
	for (uint8_t i = 0; i < rig_cnt; i++)
		assert_int_equal(close_one(i, 1), VCH_OK);
}

/* Whose batch that is: an invocation writes to its own shards only. */
static uint8_t writer_of(size_t batch)
{
	static struct vch_batch b;
	uint8_t i = 0;

	assert_int_equal(
		vch_batch_decode(&b, vch_span(rig[0].batch[batch].bytes,
					      rig[0].batch[batch].len)),
		VCH_OK);
	while (b.sections[0].shard - rig[i].shard_first >= rig[i].shard_cnt)
		i++;
	return i;
}

/* Whatever end of the log is missing, he who wrote it notices. */
static void test_every_batch_counts(void **state)
{
	bool lacks[2] = {false, false};
	size_t all;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(pay(&account[0], 10), VCH_OK);
		assert_int_equal(pay(&account[1], 10), VCH_OK);
	}
	all = rig[0].batch_cnt;
	for (size_t cut = all; cut-- > 0;) {
		lacks[writer_of(cut)] = true;
		for (uint8_t i = 0; i < 2; i++) {
			/* START of one who lacks nothing would add to it */
			if (!lacks[i])
				continue;
			assert_int_equal(up(i, cut), VCH_ROLLBACK);
			assert_int_equal(rig[0].batch_cnt, all);
		}
	}
	all_up(2);
	assert_int_equal(left_after(&account[0], 10), 960);
	assert_int_equal(left_after(&account[1], 10), 960);
}

/* Before anyone begins: a log that any of them lacks something of. */
static void test_compare(void **state)
{
	const struct vch_span nothing = vch_span(NULL, 0);
	size_t all;

	(void)state;
	assert_int_equal(pay(&account[1], 10), VCH_OK);
	all = rig[0].batch_cnt;
	for (size_t lacks = 0; lacks < 2; lacks++) {
		rig_kill(&rig[0]);
		rig_start_tee(&rig[0], NULL);
		assert_int_equal(rig_replay(&rig[0], all - lacks), VCH_OK);
		assert_int_equal(
			rig_call(&rig[0], VCH_CMD_COMPARE, nothing, NULL),
			lacks ? VCH_ROLLBACK : VCH_OK);
		/* after that it does nothing; nothing was written */
		assert_int_equal(rig_open(&rig[0]), lacks ? VCH_PHASE : VCH_OK);
		assert_int_equal(rig[0].batch_cnt, all + 1);
	}
	assert_int_equal(rig_call(&rig[1], VCH_CMD_COMPARE, nothing, NULL),
			 VCH_PHASE);
}

/* One replays while the other goes on: that is no older log. */
static void test_replay_meanwhile(void **state)
{
	(void)state;
	rig_kill(&rig[1]);
	rig_start_tee(&rig[1], NULL);
	assert_int_equal(rig_replay(&rig[1], rig[0].batch_cnt), VCH_OK);
	for (int i = 0; i < 3; i++)
		assert_int_equal(pay(&account[0], 10), VCH_OK);
	assert_int_equal(rig_open(&rig[1]), VCH_OK);
	assert_int_equal(pay(&account[1], 10), VCH_OK);
	assert_int_equal(pay(&account[0], 10), VCH_OK);
	/* and what either bumped since is still there */
	assert_int_equal(up(0, rig[0].batch_cnt - 1), VCH_ROLLBACK);
	assert_int_equal(up(1, rig[0].batch_cnt - 2), VCH_ROLLBACK);
}

/* One dies: a lease for its accounts, nothing for the other's. */
static void test_one_dies(void **state)
{
	(void)state;
	assert_int_equal(left_after(&account[0], 50), 950);
	assert_int_equal(left_after(&account[1], 50), 950);
	assert_int_equal(up(1, rig[0].batch_cnt), VCH_OK);
	assert_int_equal(left_after(&account[1], 50), 800);
	assert_int_equal(left_after(&account[0], 50), 900);
	assert_int_equal(up(0, rig[0].batch_cnt), VCH_OK);
	assert_int_equal(left_after(&account[0], 50), 750);
	assert_int_equal(left_after(&account[1], 50), 750);
}

/* One stops cleanly, the other does not. */
static void test_one_stops(void **state)
{
	(void)state;
	assert_int_equal(left_after(&account[0], 50), 950);
	assert_int_equal(left_after(&account[1], 50), 950);
	assert_int_equal(close_one(0, 1), VCH_OK);
	all_up(2);
	assert_int_equal(left_after(&account[0], 50), 900);
	assert_int_equal(left_after(&account[1], 50), 800);
}

/* Clean stops, each time with another number of instances. */
static void test_another_number(void **state)
{
	static const uint8_t numbers[] = {1, 3, 2, 1, 2};
	uint64_t left = 1000;

	(void)state;
	for (size_t n = 0; n < sizeof(numbers); n++) {
		size_t all;

		left -= 20;
		for (uint8_t i = 0; i < 2; i++)
			assert_true(left_after(&account[i], 20) == left);
		close_all();
		all = rig[0].batch_cnt;
		kill_all();
		divide(numbers[n]);
		/* the last batch is somebody's: he does not start without it */
		assert_int_equal(up(writer_of(all - 1), all - 1), VCH_ROLLBACK);
		all_up(numbers[n]);
	}
	/* and an unclean one costs a lease whoever comes next */
	all_up(3);
	for (uint8_t i = 0; i < 2; i++)
		assert_true(left_after(&account[i], 20) == left - 100 - 20);
}

/* Bumps of both, one after the other, as from one place. */
static void test_bumps_do_not_mix(void **state)
{
	size_t held[2] = {rig[0].held_cnt, rig[1].held_cnt}, all;

	(void)state;
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(pay(&account[i % 2], 10), VCH_OK);
	assert_int_equal(rig[0].held_cnt, held[0] + 4);
	assert_int_equal(rig[1].held_cnt, held[1] + 4);
	/* flushed, not bumped: nobody has it, so it may be missing */
	all = rig[0].batch_cnt;
	for (uint8_t i = 0; i < 2; i++) {
		rig[i].never_release = true;
		assert_int_equal(pay(&account[i], 10), VCH_HELD);
		rig[i].never_release = false;
	}
	rig_cut(&rig[0], all);
	all_up(2);
	for (uint8_t i = 0; i < 2; i++)
		assert_int_equal(left_after(&account[i], 10), 950);
}

/* Dies while it writes the counters: the other mends it and goes on. */
static void test_torn_by_the_other(void **state)
{
	(void)state;
	for (int n = 1; n <= 3; n++) {
		char plan[32] = "tear-write=?";
		enum vch_err err;

		kill_all();
		rig_free(&rig[0]);
		rig_make(&rig[0]);
		rig[0].window_s = 0;
		divide(2);
		rig_start_tee(&rig[0], NO_FAULT);
		assert_int_equal(rig_open(&rig[0]), VCH_OK);
		assert_int_equal(rig_create(&rig[0], &account[0], &passkey),
				 VCH_OK);
		plan[11] = (char)('0' + n);
		rig_start_tee(&rig[1], plan);
		assert_int_equal(rig_replay(&rig[1], rig[0].batch_cnt), VCH_OK);
		err = rig_open(&rig[1]);
		for (int i = 0; i < 3 && err == VCH_OK; i++)
			err = rig_create(&rig[1], &account[1], &passkey);
		assert_int_equal(err, VCH_TEE_LOST);
		assert_int_equal(pay(&account[0], 10), VCH_OK);
		rig_kill(&rig[1]);
		rig_start_tee(&rig[1], NO_FAULT);
		assert_int_equal(rig_replay(&rig[1], rig[0].batch_cnt), VCH_OK);
		assert_int_equal(rig_open(&rig[1]), VCH_OK);
		assert_int_equal(rig_create(&rig[1], &account[1], &passkey),
				 VCH_OK);
		assert_int_equal(pay(&account[0], 10), VCH_OK);
	}
}

/* Without counters receipts still tell: of either one's accounts. */
static void test_receipts(void **state)
{
	struct rig_account old[2] = {account[0], account[1]};
	struct vch_seen seen[2];
	size_t cut = rig[0].batch_cnt;

	(void)state;
	for (uint8_t i = 0; i < 2; i++) {
		assert_int_equal(pay(&account[i], 10), VCH_OK);
		rig_seen(&rig[i], &seen[i]);
	}
	/* over a change of the number it is the same history */
	all_up(3);
	for (uint8_t i = 0; i < 2; i++)
		assert_int_equal(pay_seen(&account[i], 10, &seen[i]), VCH_OK);
	all_up(2);
	rig_cut(&rig[0], cut);
	all_up(2);
	for (uint8_t i = 0; i < 2; i++) {
		account[i] = old[i];
		assert_int_equal(pay_seen(&account[i], 10, &seen[i]),
				 VCH_ROLLBACK);
		assert_int_equal(account[i].slot.flags, VCH_SLOT_STOPPED);
	}
}

/* What another serves is not served here. */
static void test_foreign_shard(void **state)
{
	struct vch_cosign_result res;
	struct rig_op op;

	(void)state;
	rig_payment(&op, &account[1], &passkey, 0, 1);
	assert_int_equal(rig_cosign_one(&rig[0], &account[1], &op, &res),
			 VCH_ACCOUNT);
}

#define T(f, setup) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_every_batch_counts, every_batch),
		T(test_compare, every_batch),
		T(test_replay_meanwhile, every_batch),
		T(test_one_dies, long_window),
		T(test_one_stops, long_window),
		T(test_another_number, long_window),
		T(test_bumps_do_not_mix, every_batch),
		T(test_torn_by_the_other, every_batch),
		T(test_receipts, no_window),
		T(test_foreign_shard, every_batch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
