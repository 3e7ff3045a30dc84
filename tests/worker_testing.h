/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the tests of the worker: one with the real vouch-tee and a log on disk,
 * a demo passkey, and requests that can be sent again as they were.
 */
#ifndef TESTS_WORKER_TESTING_H
#define TESTS_WORKER_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/base/clock.h"
#include "host/base/logline.h"
#include "host/store/io.h"
#include "host/tee/worker.h"
#include "tests/rig.h"
#include "trusted/log/chain.h"
#include "trusted/policy/userop.h"

#define ACCOUNTS 24
#define WAIT_MS 20000

static char dir[64];
static char secure_dir[80], log_dir[80], blob_dir[80];
static struct vch_io_ops real_io;
static struct vch_index *index_;
static struct vch_worker *worker;
static struct vch_demo_passkey passkey;
static uint8_t worker_cnt; /* 0: the default */

/* One request and what became of it. */
struct asked {
	pthread_mutex_t mutex;
	pthread_cond_t done_cond;
	bool done;
	enum vch_err err;
	uint8_t answer[2048];
	uint8_t receipt[VCH_RECEIPT_ENC_MAX];
	size_t answer_len;
	size_t receipt_len;
};

static inline void asked_init(struct asked *a)
{
	memset(a, 0, sizeof(*a));
	pthread_mutex_init(&a->mutex, NULL);
	pthread_cond_init(&a->done_cond, NULL);
}

static inline void note(void *ctx, const struct vch_outcome *outcome)
{
	struct asked *a = ctx;

	pthread_mutex_lock(&a->mutex);
	assert_false(a->done);
	assert_in_range(outcome->answer.len, 0, sizeof(a->answer));
	a->err = outcome->err;
	a->answer_len = outcome->answer.len;
	a->receipt_len = outcome->receipt.len;
	if (a->answer_len > 0)
		memcpy(a->answer, outcome->answer.ptr, a->answer_len);
	if (a->receipt_len > 0)
		memcpy(a->receipt, outcome->receipt.ptr, a->receipt_len);
	a->done = true;
	pthread_cond_signal(&a->done_cond);
	pthread_mutex_unlock(&a->mutex);
}

static inline enum vch_err wait_for(struct asked *a)
{
	pthread_mutex_lock(&a->mutex);
	while (!a->done)
		pthread_cond_wait(&a->done_cond, &a->mutex);
	pthread_mutex_unlock(&a->mutex);
	return a->err;
}

static inline void worker_begin_as(struct vch_worker_options opt)
{
	opt.tee_path = "out/bin/vouch-tee";
	opt.secure_dir = secure_dir;
	opt.log_dir = log_dir;
	opt.blob_dir = blob_dir;
	opt.workers = worker_cnt;
	assert_int_equal(vch_index_new(&index_, log_dir), VCH_OK);
	assert_int_equal(vch_worker_start(&worker, &opt, index_), VCH_OK);
}

static inline void worker_begin(uint32_t queue_max)
{
	worker_begin_as((struct vch_worker_options){.queue_max = queue_max});
}

static inline void worker_end(void)
{
	if (!worker)
		return;
	vch_worker_stop(worker);
	vch_index_free(index_);
	worker = NULL;
}

static inline int setup(void **state)
{
	(void)state;
	vch_io = real_io;
	strcpy(dir, "/tmp/vouch-worker-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(secure_dir, sizeof(secure_dir), "%s/tee", dir);
	snprintf(log_dir, sizeof(log_dir), "%s/log", dir);
	snprintf(blob_dir, sizeof(blob_dir), "%s/blobs", dir);
	assert_int_equal(vch_demo_passkey_create(&passkey, "localhost",
						 "http://localhost:3000",
						 false),
			 VCH_OK);
	worker_begin(0);
	return 0;
}

static inline int teardown(void **state)
{
	char cmd[96];

	(void)state;
	vch_io = real_io;
	worker_end();
	worker_cnt = 0;
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	return system(cmd);
}

/* ---- requests ------------------------------------------------------------ */

static inline enum vch_err create(struct asked *a, uint8_t ret_address[20])
{
	static uint8_t buf[VCH_CREATE_ACCOUNT_REQUEST_ENC_MAX];
	struct vch_create_account_request req = {.networks_cnt = 1};
	struct vch_writer w = vch_writer(buf, sizeof(buf));
	struct vch_create_account_answer ans;

	vch_demo_passkey_public(&req.passkey, &passkey);
	req.origins[0] = vch_span(passkey.origin, strlen(passkey.origin));
	req.origins_cnt = 1;
	req.networks[0].chain_id = RIG_CHAIN_ID;
	memcpy(req.networks[0].entry_point, vch_entry_point, 20);
	memset(req.factory, 0xfa, 20);
	memset(req.implementation, 0x1a, 20);
	assert_int_equal(vch_create_account_request_encode(&w, &req), VCH_OK);
	asked_init(a);
	VCH_TRY(vch_worker_submit(worker, VCH_CMD_CREATE_ACCOUNT,
				  vch_written(&w), WAIT_MS, note, a));
	VCH_TRY(wait_for(a));
	assert_int_equal(vch_create_account_answer_decode(
				 &ans, vch_span(a->answer, a->answer_len)),
			 VCH_OK);
	memcpy(ret_address, ans.address, 20);
	return VCH_OK;
}

/* An operation, kept so that the very same one can be sent again. */
struct payment {
	struct rig_op op;
	uint64_t wei;
	struct asked asked;
};

static inline void payment_make(struct payment *p, const uint8_t address[20],
				uint64_t nonce, uint64_t wei)
{
	struct rig_account account = {.slot = {.seq = 0}};

	memcpy(account.address, address, 20);
	rig_payment(&p->op, &account, &passkey, nonce, wei);
	p->wei = wei;
}

static inline enum vch_err payment_send(struct payment *p, uint32_t deadline_ms)
{
	static uint8_t buf[VCH_COSIGN_OP_ENC_MAX];
	struct vch_writer w = vch_writer(buf, sizeof(buf));

	asked_init(&p->asked);
	assert_int_equal(vch_cosign_op_encode(&w, &p->op.op), VCH_OK);
	return vch_worker_submit(worker, VCH_CMD_COSIGN_BATCH, vch_written(&w),
				 deadline_ms, note, &p->asked);
}

/* The code of the result; its receipt must prove this very operation. */
static inline enum vch_err payment_code(struct payment *p,
					uint8_t ret_signature[65])
{
	struct vch_worker_stats stats;
	struct vch_cosign_result result;
	struct vch_record_head head;
	struct vch_receipt receipt;
	struct vch_decision made;
	struct vch_reader r;

	assert_int_equal(vch_cosign_result_decode(
				 &result, vch_span(p->asked.answer,
						   p->asked.answer_len)),
			 VCH_OK);
	assert_int_equal(result.recorded, p->asked.receipt_len > 0);
	if (ret_signature)
		memcpy(ret_signature, result.signature, 65);
	if (!result.recorded)
		return (enum vch_err)result.code;
	assert_int_equal(
		vch_receipt_decode(&receipt, vch_span(p->asked.receipt,
						      p->asked.receipt_len)),
		VCH_OK);
	vch_worker_stats(worker, &stats);
	assert_int_equal(vch_receipt_verify_var(&receipt, stats.log_key),
			 VCH_OK);
	r = vch_reader(receipt.record);
	vch_record_head_read(&r, &head);
	vch_decision_read(&r, &made);
	assert_int_equal(vch_reader_end(&r), VCH_OK);
	assert_memory_equal(made.slot.id, p->op.op.account, 20);
	assert_memory_equal(made.op_hash, p->op.hash, 32);
	assert_int_equal(made.code, result.code);
	return (enum vch_err)result.code;
}

/* What the index says was spent of the native limit today. */
static inline vch_u128 spent_of(const uint8_t address[20])
{
	struct vch_account_view view;
	struct vch_counters counters;

	assert_int_equal(vch_index_get(index_, &view, address, false), VCH_OK);
	assert_int_equal(
		vch_counters_decode(&counters,
				    vch_span(view.counters, view.counters_len)),
		VCH_OK);
	return counters.spent_cnt > 0 ? counters.spent[0] : 0;
}

/* The value, and the fee that it could cost at most. */
static inline vch_u128 cost_of(const struct payment *p)
{
	return p->wei + (vch_u128)250000 * 1000000000;
}

#endif
