/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log against the platform's counters: a log that lacks what was bumped
 * is refused, and what was not bumped costs a lease. Here the storage is not
 * restored with the log, as on a platform that protects it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <time.h>

#include "tests/rig.h"
#include "trusted/log/chain.h"

#define ETHER UINT64_C(1000000000000000000)
#define FEE (UINT64_C(250000) * 1000000000)

static struct rig rig;
static struct vch_demo_passkey passkey;
static struct rig_account account;
static uint64_t nonce;

static void make(uint16_t window_s, uint16_t window_records)
{
	nonce = 0;
	rig_make(&rig);
	rig.window_s = window_s;
	rig.window_records = window_records;
	rig_boot(&rig);
	assert_int_equal(vch_demo_passkey_create(&passkey, "localhost",
						 "http://localhost:3000",
						 false),
			 VCH_OK);
	assert_int_equal(rig_create(&rig, &account, &passkey), VCH_OK);
}

static int every_batch(void **state)
{
	(void)state;
	make(0, 0);
	return 0;
}

static int long_window(void **state)
{
	(void)state;
	make(VCH_WINDOW_S_MAX, VCH_WINDOW_RECORDS_MAX);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_free(&rig);
	return 0;
}

/* Pays so many thousandths of the daily limit, the fee included. */
static enum vch_err pay(uint64_t permille)
{
	struct vch_cosign_result res;
	struct rig_op op;

	rig_payment(&op, &account, &passkey, nonce++,
		    ETHER / 10000 * permille - FEE);
	return rig_cosign_one(&rig, &account, &op, &res);
}

static enum vch_err close_windows(uint8_t final)
{
	return rig_call(&rig, VCH_CMD_CLOSE, vch_span(&final, 1), NULL);
}

static enum vch_err restart(size_t batches)
{
	rig_kill(&rig);
	rig_start_tee(&rig, NULL);
	rig.batch_cnt = batches;
	assert_int_equal(rig_replay(&rig, batches), VCH_OK);
	return rig_open(&rig);
}

/* What is left of the limit, in thousandths, after a payment of so many. */
static uint64_t left_after(uint64_t permille)
{
	assert_int_equal(pay(permille), VCH_OK);
	return (uint64_t)(account.slot.remainder / (ETHER / 10000));
}

static void test_every_batch_waits(void **state)
{
	size_t held = rig.held_cnt;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(pay(10), VCH_OK);
	assert_int_equal(rig.held_cnt, held + 3);
	/* no batch can be missing, not one */
	for (size_t cut = 1; cut <= rig.batch_cnt; cut++) {
		size_t all = rig.batch_cnt;

		assert_int_equal(restart(all - cut), VCH_ROLLBACK);
		rig.batch_cnt = all;
	}
	/* and no start is unclean: nothing can be missing */
	assert_int_equal(restart(rig.batch_cnt), VCH_OK);
	assert_int_equal(left_after(10), 960);
}

/* Logged and flushed, then the power went before the bump. */
static void test_flushed_not_bumped(void **state)
{
	size_t before = rig.batch_cnt;

	(void)state;
	rig.never_release = true;
	assert_int_equal(pay(10), VCH_HELD);
	assert_int_equal(rig.batch_cnt, before + 1);
	/* nothing else is served before it is released */
	assert_int_equal(close_windows(0), VCH_PHASE);
	assert_int_equal(pay(10), VCH_PHASE);
	rig.never_release = false;
	/* with or without that batch: it was never released */
	assert_int_equal(restart(before), VCH_OK);
}

/* START's own batch, not released, over and over. */
static void test_crash_in_start(void **state)
{
	(void)state;
	rig.never_release = true;
	for (int i = 0; i < 4; i++)
		assert_int_equal(restart(rig.batch_cnt), VCH_HELD);
	rig.never_release = false;
	assert_int_equal(restart(rig.batch_cnt), VCH_OK);
	assert_int_equal(pay(10), VCH_OK);
}

static void test_release_needs_held(void **state)
{
	(void)state;
	assert_int_equal(
		rig_call(&rig, VCH_CMD_RELEASE, vch_span(NULL, 0), NULL),
		VCH_PHASE);
}

/* Within the lease answers do not wait; over it they do, and are safe. */
static void test_lease(void **state)
{
	size_t held = rig.held_cnt, all;

	(void)state;
	assert_int_equal(pay(60), VCH_OK);
	assert_int_equal(pay(30), VCH_OK);
	assert_int_equal(rig.held_cnt, held);
	assert_int_equal(pay(20), VCH_OK);
	assert_int_equal(rig.held_cnt, held + 1);
	/* a new window, a new lease */
	assert_int_equal(pay(90), VCH_OK);
	assert_int_equal(rig.held_cnt, held + 1);
	all = rig.batch_cnt;
	assert_int_equal(restart(all - 2), VCH_ROLLBACK);
	rig.batch_cnt = all;
	assert_int_equal(restart(all), VCH_OK);
}

/* A tail within the window can be lost; it costs what it may have held. */
static void test_unclean_start_charges(void **state)
{
	(void)state;
	assert_int_equal(left_after(50), 950);
	assert_int_equal(restart(rig.batch_cnt), VCH_OK);
	assert_int_equal(left_after(50), 800); /* 950 - 100 - 50 */
	assert_int_equal(left_after(50), 750); /* charged once */
	/* two starts without a word of it: two leases */
	assert_int_equal(restart(rig.batch_cnt), VCH_OK);
	assert_int_equal(restart(rig.batch_cnt), VCH_OK);
	assert_int_equal(left_after(50), 500);
	/* never over the limit */
	for (int i = 0; i < 12; i++)
		assert_int_equal(restart(rig.batch_cnt), VCH_OK);
	assert_int_equal(pay(1), VCH_LIMIT);
	assert_true(account.slot.remainder == 0);
}

/* What was lost before an account was born cannot have been its own. */
static void test_born_after_unclean_starts(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(restart(rig.batch_cnt), VCH_OK);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(rig_create(&rig, &account, &passkey), VCH_OK);
		nonce = 0;
		/* at once, and after a clean end */
		if (i == 1) {
			assert_int_equal(close_windows(1), VCH_OK);
			assert_int_equal(restart(rig.batch_cnt), VCH_OK);
		}
		assert_int_equal(left_after(50), 950);
	}
}

/* Whoever cuts the tail off again and again gains nothing by it. */
static void test_lost_tails_add_up(void **state)
{
	struct rig_account old;
	uint64_t spent = 0;

	(void)state;
	for (int i = 0; i < 20; i++) {
		size_t cut = rig.batch_cnt;

		old = account;
		if (pay(95) == VCH_OK)
			spent += 95;
		account = old;
		assert_int_equal(restart(cut), VCH_OK);
	}
	assert_true(spent <= 1000);
}

static void test_clean_stop(void **state)
{
	(void)state;
	assert_int_equal(left_after(50), 950);
	assert_int_equal(close_windows(1), VCH_OK);
	assert_int_equal(pay(10), VCH_PHASE);
	assert_int_equal(restart(rig.batch_cnt), VCH_OK);
	assert_int_equal(left_after(50), 900);
	/* nothing is left to anchor the second time */
	assert_int_equal(close_windows(0), VCH_OK);
	assert_int_equal(close_windows(1), VCH_OK);
	assert_int_equal(restart(rig.batch_cnt - 1), VCH_ROLLBACK);
}

/* CLOSE anchors every shard that released something, and only those. */
static void test_close(void **state)
{
	struct vch_close_answer ans;
	struct vch_span answer;
	const uint8_t go_on = 0;
	size_t all;

	(void)state;
	assert_int_equal(pay(10), VCH_OK);
	assert_int_equal(
		rig_call(&rig, VCH_CMD_CLOSE, vch_span(&go_on, 1), &answer),
		VCH_OK);
	assert_int_equal(vch_close_answer_decode(&ans, answer), VCH_OK);
	assert_int_equal(ans.anchor_cnt, 1);
	all = rig.batch_cnt;
	assert_int_equal(restart(all - 1), VCH_ROLLBACK);
	rig.batch_cnt = all;
	assert_int_equal(restart(all), VCH_OK);
}

/* The window ends by itself: by records, and by seconds. */
static void test_window_ends(void **state)
{
	size_t held;

	(void)state;
	make(VCH_WINDOW_S_MAX, 3);
	held = rig.held_cnt;
	/* one record is the account's birth */
	assert_int_equal(pay(10), VCH_OK);
	assert_int_equal(pay(10), VCH_OK);
	assert_int_equal(rig.held_cnt, held);
	assert_int_equal(pay(10), VCH_OK);
	assert_int_equal(rig.held_cnt, held + 1);
	rig_free(&rig);
	make(1, VCH_WINDOW_RECORDS_MAX);
	held = rig.held_cnt;
	assert_int_equal(pay(10), VCH_OK);
	assert_int_equal(rig.held_cnt, held);
	nanosleep(&(struct timespec){.tv_sec = 2}, NULL);
	assert_int_equal(pay(10), VCH_OK);
	assert_int_equal(rig.held_cnt, held + 1);
}

/* One that was told never to bump still compares, and no more. */
static void test_never(void **state)
{
	size_t all = rig.batch_cnt, held;

	(void)state;
	rig.window_s = VCH_WINDOW_NEVER;
	assert_int_equal(restart(all - 1), VCH_ROLLBACK);
	rig.batch_cnt = all;
	assert_int_equal(restart(all), VCH_OK);
	held = rig.held_cnt;
	assert_int_equal(left_after(150), 850);
	assert_int_equal(rig.held_cnt, held);
	assert_int_equal(close_windows(1), VCH_OK);
	assert_int_equal(restart(rig.batch_cnt), VCH_OK);
	assert_int_equal(left_after(50), 800);
}

/* All of the log gone, the counters not. */
static void test_log_gone(void **state)
{
	(void)state;
	assert_int_equal(restart(0), VCH_ROLLBACK);
}

static void test_bad_window(void **state)
{
	(void)state;
	rig.window_s = VCH_WINDOW_S_MAX + 1;
	assert_int_equal(restart(rig.batch_cnt), VCH_FORMAT);
	rig.window_s = 0;
	rig.window_records = VCH_WINDOW_RECORDS_MAX + 1;
	assert_int_equal(restart(rig.batch_cnt), VCH_FORMAT);
}

#define T(f, setup) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_every_batch_waits, every_batch),
		T(test_flushed_not_bumped, every_batch),
		T(test_crash_in_start, every_batch),
		T(test_release_needs_held, every_batch),
		T(test_lease, long_window),
		T(test_unclean_start_charges, long_window),
		T(test_born_after_unclean_starts, long_window),
		T(test_lost_tails_add_up, long_window),
		T(test_clean_stop, long_window),
		T(test_close, long_window),
		T(test_window_ends, NULL),
		T(test_never, every_batch),
		T(test_log_gone, every_batch),
		T(test_bad_window, every_batch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
