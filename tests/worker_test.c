/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The worker with the real vouch-tee and a log on disk: what it gathers, and
 * that nothing is lost or counted twice when the TEE or the disk fails.
 */
#include "tests/worker_testing.h"

/* ---- tests --------------------------------------------------------------- */

static void test_birth_and_reading(void **state)
{
	struct vch_account_view view;
	struct asked a;
	uint8_t address[20], other[20] = {1};

	(void)state;
	assert_int_equal(create(&a, address), VCH_OK);
	assert_true(a.receipt_len > 0);
	assert_int_equal(vch_index_get(index_, &view, address, true), VCH_OK);
	assert_int_equal(view.receipt_len, a.receipt_len);
	assert_memory_equal(view.receipt, a.receipt, a.receipt_len);
	free(view.receipt);
	assert_int_equal(vch_index_get(index_, &view, other, true),
			 VCH_ACCOUNT);
}

/* More than one invocation's worth at once, with strangers among them. */
static void test_gathers(void **state)
{
	static struct payment p[100];
	struct vch_worker_stats stats;
	uint8_t address[ACCOUNTS][20], stranger[20] = {0xee};
	vch_u128 want[ACCOUNTS] = {0};
	struct asked a;

	(void)state;
	for (int i = 0; i < ACCOUNTS; i++)
		assert_int_equal(create(&a, address[i]), VCH_OK);
	for (uint64_t i = 0; i < 100; i++)
		payment_make(&p[i],
			     i % 10 == 9 ? stranger : address[i % ACCOUNTS], i,
			     i);
	for (int i = 0; i < 100; i++)
		assert_int_equal(payment_send(&p[i], WAIT_MS), VCH_OK);
	for (int i = 0; i < 100; i++) {
		if (i % 10 == 9) {
			assert_int_equal(wait_for(&p[i].asked), VCH_ACCOUNT);
			continue;
		}
		assert_int_equal(wait_for(&p[i].asked), VCH_OK);
		assert_int_equal(payment_code(&p[i], NULL), VCH_OK);
		want[i % ACCOUNTS] += cost_of(&p[i]);
	}
	for (int i = 0; i < ACCOUNTS; i++)
		assert_true(spent_of(address[i]) == want[i]);
	vch_worker_stats(worker, &stats);
	assert_int_equal(stats.operations, ACCOUNTS + 90);
	assert_true(stats.invocations < ACCOUNTS + 90);
	assert_int_equal(stats.queue_depth, 0);
}

static void test_refusal_has_a_receipt(void **state)
{
	static struct payment p;
	uint8_t address[20];
	struct asked a;

	(void)state;
	assert_int_equal(create(&a, address), VCH_OK);
	payment_make(&p, address, 0, UINT64_C(1000000000000000000));
	assert_int_equal(payment_send(&p, WAIT_MS), VCH_OK);
	assert_int_equal(wait_for(&p.asked), VCH_OK);
	assert_int_equal(payment_code(&p, NULL), VCH_LIMIT);
	assert_true(p.asked.receipt_len > 0);
}

static void test_start_again(void **state)
{
	static struct payment p;
	uint8_t address[20];
	struct asked a;

	(void)state;
	assert_int_equal(create(&a, address), VCH_OK);
	for (uint64_t i = 0; i < 4; i++) {
		payment_make(&p, address, i, 1);
		assert_int_equal(payment_send(&p, WAIT_MS), VCH_OK);
		assert_int_equal(wait_for(&p.asked), VCH_OK);
		assert_int_equal(payment_code(&p, NULL), VCH_OK);
		assert_true(spent_of(address) == cost_of(&p) * (i + 1));
		worker_end();
		worker_begin(0);
		assert_true(spent_of(address) == cost_of(&p) * (i + 1));
	}
}

static struct payment flight[ACCOUNTS];

/*
 * Sends each payment until it went through. Returns how often it had to be
 * sent again because the TEE or the log was lost.
 */
static unsigned settle(void)
{
	unsigned again = 0;

	for (int i = 0; i < ACCOUNTS; i++) {
		struct payment *p = &flight[i];
		enum vch_err err = wait_for(&p->asked);

		for (int k = 0; err != VCH_OK && k < 50; k++, again++) {
			assert_true(err == VCH_TEE_LOST ||
				    err == VCH_LOG_WRITE);
			assert_int_equal(payment_send(p, WAIT_MS), VCH_OK);
			err = wait_for(&p->asked);
		}
		assert_int_equal(err, VCH_OK);
		assert_int_equal(payment_code(p, NULL), VCH_OK);
	}
	return again;
}

static void test_tee_killed(void **state)
{
	uint8_t address[ACCOUNTS][20];
	vch_u128 want[ACCOUNTS] = {0};
	struct vch_worker_stats stats;
	unsigned again = 0;
	struct asked a;

	(void)state;
	for (int i = 0; i < ACCOUNTS; i++)
		assert_int_equal(create(&a, address[i]), VCH_OK);
	for (uint64_t round = 0; round < 20; round++) {
		vch_worker_stats(worker, &stats);
		for (int i = 0; i < ACCOUNTS; i++) {
			payment_make(&flight[i], address[i], round, round);
			want[i] += cost_of(&flight[i]);
		}
		for (int i = 0; i < ACCOUNTS; i++)
			assert_int_equal(payment_send(&flight[i], WAIT_MS),
					 VCH_OK);
		usleep((useconds_t)(rand() % 6000));
		assert_int_equal(kill(stats.tee_pid[0], SIGKILL), 0);
		again += settle();
		/* if it died between, a next call finds out */
		assert_int_equal(payment_send(&flight[0], WAIT_MS), VCH_OK);
		again += settle();
		for (int i = 0; i < ACCOUNTS; i++)
			assert_true(spent_of(address[i]) == want[i]);
	}
	vch_worker_stats(worker, &stats);
	printf("%u sent again\n", again);
	assert_true(again > 0);
	assert_int_equal(stats.restarts, 20);
	assert_true(stats.serving);
}

static _Atomic int sync_fail_at;

static int sync_fails(int fd)
{
	if (sync_fail_at-- == 0) {
		errno = EIO;
		return -1;
	}
	return real_io.sync(fd);
}

/* Nothing leaves before it is durable; what was not released can be retried. */
static void test_log_write_fails(void **state)
{
	uint8_t address[ACCOUNTS][20], sig[65], again[65];
	vch_u128 want[ACCOUNTS] = {0};
	struct asked a;

	(void)state;
	for (int i = 0; i < ACCOUNTS; i++)
		assert_int_equal(create(&a, address[i]), VCH_OK);
	vch_io.sync = sync_fails;
	for (uint64_t round = 0; round < 10; round++) {
		for (int i = 0; i < ACCOUNTS; i++) {
			payment_make(&flight[i], address[i], round, 7);
			want[i] += cost_of(&flight[i]);
		}
		sync_fail_at = 0;
		for (int i = 0; i < ACCOUNTS; i++)
			assert_int_equal(payment_send(&flight[i], WAIT_MS),
					 VCH_OK);
		assert_int_equal(wait_for(&flight[0].asked), VCH_LOG_WRITE);
		assert_int_equal(flight[0].asked.answer_len, 0);
		assert_true(settle() > 0);
		/* once more: the same signature, and nothing counted */
		assert_int_equal(payment_code(&flight[3], sig), VCH_OK);
		assert_int_equal(payment_send(&flight[3], WAIT_MS), VCH_OK);
		assert_int_equal(wait_for(&flight[3].asked), VCH_OK);
		assert_int_equal(payment_code(&flight[3], again), VCH_OK);
		assert_memory_equal(sig, again, 65);
		for (int i = 0; i < ACCOUNTS; i++)
			assert_true(spent_of(address[i]) == want[i]);
	}
}

/* The log is lost to three instances at once: each comes back, none twice. */
static void test_log_write_fails_for_all(void **state)
{
	uint8_t address[ACCOUNTS][20];
	struct vch_worker_stats stats;
	struct asked a;

	(void)state;
	worker_end();
	worker_cnt = 3;
	worker_begin(0);
	for (int i = 0; i < ACCOUNTS; i++)
		assert_int_equal(create(&a, address[i]), VCH_OK);
	vch_io.sync = sync_fails;
	for (uint64_t round = 0; round < 10; round++) {
		sync_fail_at = 0;
		for (int i = 0; i < ACCOUNTS; i++) {
			payment_make(&flight[i], address[i], round, 7);
			assert_int_equal(payment_send(&flight[i], WAIT_MS),
					 VCH_OK);
		}
		assert_true(settle() > 0);
		for (int i = 0; i < ACCOUNTS; i++)
			assert_true(spent_of(address[i]) ==
				    (round + 1) * cost_of(&flight[i]));
	}
	vch_worker_stats(worker, &stats);
	assert_in_range(stats.restarts, 10, 60);
}

/* A key that could not be kept makes no account. */
static void test_blob_cannot_be_kept(void **state)
{
	struct vch_index_stats stats;
	uint8_t address[20];
	char cmd[128];
	struct asked a;

	(void)state;
	snprintf(cmd, sizeof(cmd), "rmdir '%s'", blob_dir);
	assert_int_equal(system(cmd), 0);
	assert_int_equal(create(&a, address), VCH_LOG_WRITE);
	snprintf(cmd, sizeof(cmd), "mkdir -m 700 '%s'", blob_dir);
	assert_int_equal(system(cmd), 0);
	assert_int_equal(create(&a, address), VCH_OK);
	vch_index_stats(index_, &stats);
	assert_int_equal(stats.accounts, 1);
}

static void test_queue_is_bounded(void **state)
{
	static struct payment p[6];
	struct vch_worker_stats stats;
	uint8_t address[20];
	struct asked a;

	(void)state;
	worker_end();
	worker_begin(3);
	assert_int_equal(create(&a, address), VCH_OK);
	for (uint64_t i = 0; i < 6; i++)
		payment_make(&p[i], address, i, 1);
	vch_worker_stats(worker, &stats);
	assert_int_equal(kill(stats.tee_pid[0], SIGSTOP), 0);
	/* the first goes to the TEE, three wait, one of them not for long */
	assert_int_equal(payment_send(&p[0], WAIT_MS), VCH_OK);
	do {
		vch_worker_stats(worker, &stats);
	} while (stats.queue_depth > 0);
	/* taken; give it the moment to be sent before more arrives */
	usleep(200000);
	assert_int_equal(payment_send(&p[1], WAIT_MS), VCH_OK);
	assert_int_equal(payment_send(&p[2], 0), VCH_OK);
	assert_int_equal(payment_send(&p[3], WAIT_MS), VCH_OK);
	assert_int_equal(payment_send(&p[4], WAIT_MS), VCH_OVERLOADED);
	assert_int_equal(kill(stats.tee_pid[0], SIGCONT), 0);
	assert_int_equal(wait_for(&p[0].asked), VCH_OK);
	assert_int_equal(wait_for(&p[1].asked), VCH_OK);
	assert_int_equal(wait_for(&p[2].asked), VCH_TIMEOUT);
	assert_int_equal(wait_for(&p[3].asked), VCH_OK);
	assert_int_equal(payment_send(&p[5], WAIT_MS), VCH_OK);
	assert_int_equal(wait_for(&p[5].asked), VCH_OK);
}

static void test_submit_refuses(void **state)
{
	static uint8_t big[VCH_REQUEST_MAX + 1];
	static struct payment p;
	uint8_t address[20] = {0};
	struct asked a;

	(void)state;
	asked_init(&a);
	assert_int_equal(vch_worker_submit(worker, VCH_CMD_REPLAY,
					   vch_span(big, 4), 0, note, &a),
			 VCH_PHASE);
	assert_int_equal(
		vch_worker_submit(worker, 99, vch_span(big, 4), 0, note, &a),
		VCH_COMMAND);
	assert_int_equal(vch_worker_submit(worker, VCH_CMD_ATTEST,
					   vch_span(big, sizeof(big)), 0, note,
					   &a),
			 VCH_SIZE);
	assert_int_equal(vch_worker_submit(worker, VCH_CMD_COSIGN_BATCH,
					   vch_span(big, 9), 0, note, &a),
			 VCH_FORMAT);
	payment_make(&p, address, 0, 0);
	p.op.op.blob = vch_span(big, 1);
	assert_int_equal(payment_send(&p, WAIT_MS), VCH_FORMAT);
	assert_false(a.done || p.asked.done);
}

/* What waits when it stops is finished, and all of it is answered. */
static void test_stop_finishes(void **state)
{
	uint8_t address[20];
	struct asked a;

	(void)state;
	assert_int_equal(create(&a, address), VCH_OK);
	for (uint64_t i = 0; i < ACCOUNTS; i++)
		payment_make(&flight[i], address, i, 1);
	for (int i = 0; i < ACCOUNTS; i++)
		assert_int_equal(payment_send(&flight[i], WAIT_MS), VCH_OK);
	worker_end();
	for (int i = 0; i < ACCOUNTS; i++) {
		assert_true(flight[i].asked.done);
		assert_int_equal(flight[i].asked.err, VCH_OK);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_birth_and_reading),
		T(test_gathers),
		T(test_refusal_has_a_receipt),
		T(test_start_again),
		T(test_tee_killed),
		T(test_log_write_fails),
		T(test_log_write_fails_for_all),
		T(test_blob_cannot_be_kept),
		T(test_queue_is_bounded),
		T(test_submit_refuses),
		T(test_stop_finishes),
	};
	const char *seed = getenv("VCH_SEED");

	printf("seed %s\n", seed ? seed : "1");
	srand(seed ? (unsigned)strtoul(seed, NULL, 10) : 1);
	vch_logline_level(getenv("VCH_VERBOSE") ? VCH_INFO : VCH_ERROR + 1);
	real_io = vch_io;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
