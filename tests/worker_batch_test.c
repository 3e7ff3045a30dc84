/* SPDX-License-Identifier: Apache-2.0 */
/* What the worker's options change: how it gathers, waits and sends again. */
#include "tests/worker_testing.h"

static int tee_pid(void)
{
	struct vch_worker_stats stats;

	vch_worker_stats(worker, &stats);
	return stats.tee_pid[0];
}

/* Sends one that the stopped TEE holds, then the rest, which wait. */
static void send_held(struct payment *p, int cnt)
{
	struct vch_worker_stats stats;

	assert_int_equal(kill(tee_pid(), SIGSTOP), 0);
	assert_int_equal(payment_send(&p[0], WAIT_MS), VCH_OK);
	do {
		usleep(1000);
		vch_worker_stats(worker, &stats);
	} while (stats.queue_depth > 0);
	for (int i = 1; i < cnt; i++)
		assert_int_equal(payment_send(&p[i], WAIT_MS), VCH_OK);
}

static void expect_paid(struct payment *p, int cnt)
{
	for (int i = 0; i < cnt; i++) {
		assert_int_equal(wait_for(&p[i].asked), VCH_OK);
		assert_int_equal(payment_code(&p[i], NULL), VCH_OK);
	}
}

static void make_payments(struct payment *p, int cnt, uint64_t nonce)
{
	uint8_t address[20];
	struct asked a;

	assert_int_equal(create(&a, address), VCH_OK);
	for (int i = 0; i < cnt; i++)
		payment_make(&p[i], address, nonce + (uint64_t)i, 1);
}

static void test_batch_max(void **state)
{
	static struct payment p[13];
	struct vch_worker_stats stats;

	(void)state;
	worker_end();
	worker_begin_as((struct vch_worker_options){.batch_max = 4});
	make_payments(p, 13, 0);
	send_held(p, 13);
	assert_int_equal(kill(tee_pid(), SIGCONT), 0);
	expect_paid(p, 13);
	vch_worker_stats(worker, &stats);
	/* the birth, the held one, three times four */
	assert_int_equal(stats.batch_size[0], 2);
	assert_int_equal(stats.batch_size[2], 3);
	assert_int_equal(stats.operations, 14);
}

/*
 * Who was answered a moment ago may come again: those that wait already wait
 * for it, half as long as the last batch took.
 */
static void test_batch_wait(void **state)
{
	static struct payment p[6];
	struct vch_worker_stats stats;
	uint64_t began;

	(void)state;
	worker_end();
	worker_begin_as((struct vch_worker_options){.batch_wait_us = 5000000});
	make_payments(p, 6, 0);
	send_held(p, 4);
	usleep(1000000);
	assert_int_equal(kill(tee_pid(), SIGCONT), 0);
	expect_paid(p, 1);
	assert_int_equal(payment_send(&p[4], WAIT_MS), VCH_OK);
	expect_paid(p + 1, 4);
	vch_worker_stats(worker, &stats);
	/* the birth and the held one, then four: not three and one */
	assert_int_equal(stats.batch_size[0], 2);
	assert_int_equal(stats.batch_size[2], 1);
	assert_int_equal(stats.operations, 6);
	/* a lone one, later, waits for nobody */
	usleep(100000);
	began = vch_clock_ns();
	assert_int_equal(payment_send(&p[5], WAIT_MS), VCH_OK);
	expect_paid(p + 5, 1);
	assert_in_range(vch_clock_ns() - began, 0, 2000 * VCH_NS_PER_MS);
}

/* What is submitted together is one invocation, but for what is no request. */
static void test_submitted_together(void **state)
{
	static uint8_t bytes[7][VCH_COSIGN_OP_ENC_MAX];
	static struct payment p[7];
	struct vch_submission sub[8];
	struct vch_worker_stats stats;

	(void)state;
	make_payments(p, 7, 0);
	sub[7] = (struct vch_submission){.request = vch_span("?", 1)};
	for (int i = 0; i < 7; i++) {
		struct vch_writer w = vch_writer(bytes[i], sizeof(bytes[i]));

		asked_init(&p[i].asked);
		assert_int_equal(vch_cosign_op_encode(&w, &p[i].op.op), VCH_OK);
		sub[i] = (struct vch_submission){.request = vch_written(&w),
						 .ctx = &p[i].asked};
	}
	vch_worker_submit_all(worker, VCH_CMD_COSIGN_BATCH, sub, 8, WAIT_MS,
			      note);
	assert_int_equal(sub[7].err, VCH_FORMAT);
	for (int i = 0; i < 7; i++)
		assert_int_equal(sub[i].err, VCH_OK);
	expect_paid(p, 7);
	vch_worker_stats(worker, &stats);
	assert_int_equal(stats.batch_size[0], 1); /* the birth */
	assert_int_equal(stats.batch_size[3], 1);
	assert_int_equal(stats.operations, 8);
}

static _Atomic unsigned shared_bumps;

/* Counts the batches of anchors, each of which closes several windows. */
static void note_anchors(void *ctx, struct vch_log_pos pos,
			 const struct vch_batch *batch, bool replayed)
{
	struct vch_reader r = vch_reader(batch->sections[0].records[0]);
	struct vch_record_head head;

	(void)ctx;
	(void)pos;
	vch_record_head_read(&r, &head);
	if (!replayed && head.kind == VCH_RECORD_ANCHOR &&
	    batch->sections_cnt > 1)
		shared_bumps++;
}

/*
 * While calls come without a pause, the windows of all shards are closed with
 * the first that is over, and not one after another.
 */
static void test_windows_close_together(void **state)
{
	static struct payment p[1];
	static uint8_t address[ACCOUNTS][20];
	struct asked a;
	uint64_t end = vch_clock_ns() + 20ull * VCH_NS_PER_S;

	(void)state;
	worker_end();
	worker_begin_as((struct vch_worker_options){
		.window_s = 1, .window_records = 1024, .kept = note_anchors});
	for (int i = 0; i < ACCOUNTS; i++)
		assert_int_equal(create(&a, address[i]), VCH_OK);
	shared_bumps = 0;
	for (uint64_t n = 0; shared_bumps < 2 && vch_clock_ns() < end; n++) {
		payment_make(&p[0], address[n % ACCOUNTS], n / ACCOUNTS, 1);
		assert_int_equal(payment_send(&p[0], WAIT_MS), VCH_OK);
		expect_paid(p, 1);
	}
	assert_true(shared_bumps >= 2);
}

/* The next TEE gets what the lost one had; each counts once, in order. */
static void test_retries(void **state)
{
	static struct payment p[6];
	struct vch_worker_stats stats;
	vch_u128 want = 0;

	(void)state;
	worker_end();
	worker_begin_as((struct vch_worker_options){.retries_max = 1});
	make_payments(p, 6, 0);
	send_held(p, 6);
	assert_int_equal(kill(tee_pid(), SIGKILL), 0);
	expect_paid(p, 6);
	for (int i = 0; i < 6; i++)
		want += cost_of(&p[i]);
	assert_true(spent_of(p[0].op.op.account) == want);
	vch_worker_stats(worker, &stats);
	assert_int_equal(stats.retries, 1);
	assert_int_equal(stats.restarts, 1);
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_batch_max),
		T(test_batch_wait),
		T(test_submitted_together),
		T(test_windows_close_together),
		T(test_retries),
	};

	vch_logline_level(getenv("VCH_VERBOSE") ? VCH_INFO : VCH_ERROR + 1);
	real_io = vch_io;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
