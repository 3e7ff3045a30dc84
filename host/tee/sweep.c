/* SPDX-License-Identifier: Apache-2.0 */
#include "host/tee/sweep.h"

#include <stdlib.h>
#include <string.h>

#include "host/base/alloc.h"
#include "host/base/clock.h"
#include "host/base/logline.h"
#include "host/tee/shared.h"
#include "trusted/base/check.h"

/* After a round that failed. */
#define RETRY_MS 2000
/* One step waits for its turn no longer. */
#define STEP_MS 60000

/* A deletion that waits for its answer. */
struct waiting {
	struct waiting *next;
	struct vch_job *job;
	size_t receipt_len;
	uint8_t receipt[VCH_RECEIPT_ENC_MAX];
};

/* What an instance said to one question. */
struct said {
	enum vch_err err;
	size_t len;
	uint8_t answer[VCH_ANSWER_MAX];
	bool done;
};

struct vch_sweep {
	struct vch_worker *worker;
	pthread_t thread;
	bool started;

	pthread_mutex_t mutex; /* of what follows */
	pthread_cond_t changed;
	bool wanted;
	bool stopping;
	struct waiting *waiting;
	struct said said;

	/* the thread's own */
	struct vch_rewrap_request request;
	uint8_t blob[VCH_OPS_MAX][VCH_BLOB_MAX];
	uint8_t bytes[VCH_REWRAP_REQUEST_ENC_MAX];
	struct vch_rewrap_answer answer;
	struct vch_blob_file file[VCH_BLOBS_REPLACE_MAX];
	size_t file_cnt; /* not on disk yet */
};

struct vch_sweep *vch_sweep_new(struct vch_worker *worker)
{
	struct vch_sweep *s = vch_alloc(1, sizeof(*s));
	pthread_condattr_t attr;

	s->worker = worker;
	pthread_mutex_init(&s->mutex, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->changed, &attr);
	pthread_condattr_destroy(&attr);
	return s;
}

void vch_sweep_free(struct vch_sweep *s)
{
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->mutex);
	free(s);
}

/* ---- one question ---- */

static void on_said(void *ctx, const struct vch_outcome *outcome)
{
	struct vch_sweep *s = ctx;

	pthread_mutex_lock(&s->mutex);
	s->said.err = outcome->err;
	s->said.len = outcome->answer.len;
	VCH_CHECK(s->said.len <= sizeof(s->said.answer));
	memcpy(s->said.answer, outcome->answer.ptr, s->said.len);
	s->said.done = true;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->mutex);
}

/* The answer stands in s->said until the next question. */
static enum vch_err ask(struct vch_sweep *s, uint32_t cmd,
			struct vch_span request)
{
	bool stopping;

	pthread_mutex_lock(&s->mutex);
	s->said.done = false;
	stopping = s->stopping;
	pthread_mutex_unlock(&s->mutex);
	if (stopping)
		return VCH_OVERLOADED;
	VCH_TRY(vch_worker_submit(s->worker, cmd, request, STEP_MS, on_said,
				  s));
	pthread_mutex_lock(&s->mutex);
	while (!s->said.done)
		pthread_cond_wait(&s->changed, &s->mutex);
	pthread_mutex_unlock(&s->mutex);
	return s->said.err;
}

/* One step of the instance that serves this shard. */
static enum vch_err step(struct vch_sweep *s, struct vch_generation_answer *ret,
			 uint8_t shard, uint8_t what)
{
	const uint8_t request[2] = {shard, what};

	VCH_TRY(ask(s, VCH_CMD_GENERATION, vch_span(request, 2)));
	return vch_generation_answer_decode(
		ret, vch_span(s->said.answer, s->said.len));
}

/* Of the instance that writes the device. */
static enum vch_err step_first(struct vch_sweep *s, uint8_t what)
{
	struct vch_generation_answer ans;

	return step(s, &ans, s->worker->instance[0]->shard_first, what);
}

/* All that only read the device take over what the first one wrote. */
static enum vch_err sync_others(struct vch_sweep *s)
{
	const struct vch_worker *w = s->worker;
	struct vch_generation_answer ans;

	for (uint8_t i = 1; i < w->opt.workers; i++)
		VCH_TRY(step(s, &ans, w->instance[i]->shard_first,
			     VCH_GENERATION_SYNC));
	return VCH_OK;
}

/* Records what is erased, everywhere; how many are still to be. */
static enum vch_err record_all(struct vch_sweep *s, uint32_t *ret_pending)
{
	const struct vch_worker *w = s->worker;
	uint32_t pending = 0;

	for (uint8_t i = 0; i < w->opt.workers; i++) {
		struct vch_generation_answer ans = {.pending = UINT32_MAX};
		uint32_t before;

		do {
			before = ans.pending;
			VCH_TRY(step(s, &ans, w->instance[i]->shard_first,
				     VCH_GENERATION_RECORD));
		} while (ans.pending > 0 && ans.pending != before);
		pending += ans.pending;
	}
	*ret_pending = pending;
	return VCH_OK;
}

/* ---- all blobs ---- */

/* Puts what came back in place of what was sent; many share a sync. */
static enum vch_err put_all(struct vch_sweep *s)
{
	size_t cnt = s->file_cnt;

	s->file_cnt = 0;
	return cnt > 0 ? vch_blobs_replace(s->worker->blobs, s->file, cnt)
		       : VCH_OK;
}

static void take_one(struct vch_sweep *s, const struct vch_rewrap *in)
{
	struct vch_blob_file *file = &s->file[s->file_cnt];

	if (vch_index_flags(s->worker->index, in->id) & VCH_SLOT_DELETED) {
		vch_blobs_drop(s->worker->blobs, in->id);
		return;
	}
	/* of no account or key here: nothing would ever open it */
	if (in->blob.len == 0)
		return;
	memcpy(file->id, in->id, 20);
	memcpy(file->bytes, in->blob.ptr, in->blob.len);
	file->len = in->blob.len;
	s->file_cnt++;
}

static enum vch_err take_all(struct vch_sweep *s)
{
	if (s->answer.blobs_cnt != s->request.blobs_cnt)
		return VCH_INTERNAL;
	for (uint8_t i = 0; i < s->answer.blobs_cnt; i++)
		take_one(s, &s->answer.blobs[i]);
	return s->file_cnt > VCH_BLOBS_REPLACE_MAX - VCH_OPS_MAX ? put_all(s)
								 : VCH_OK;
}

/* Sends the blobs that were gathered for the instance of this shard. */
static enum vch_err rewrap(struct vch_sweep *s, uint8_t shard)
{
	struct vch_writer w = vch_writer(s->bytes, sizeof(s->bytes));

	if (s->request.blobs_cnt == 0)
		return VCH_OK;
	s->request.shard = shard;
	VCH_TRY(vch_rewrap_request_encode(&w, &s->request));
	VCH_TRY(ask(s, VCH_CMD_REWRAP, vch_written(&w)));
	VCH_TRY(vch_rewrap_answer_decode(
		&s->answer, vch_span(s->said.answer, s->said.len)));
	VCH_TRY(take_all(s));
	s->request.blobs_cnt = 0;
	return VCH_OK;
}

static enum vch_err rewrap_of(struct vch_sweep *s,
			      const struct vch_instance *in,
			      const uint8_t (*ids)[20], size_t cnt)
{
	s->request.blobs_cnt = 0;
	s->file_cnt = 0;
	for (size_t i = 0; i < cnt; i++) {
		uint8_t at = s->request.blobs_cnt;
		uint8_t shard = vch_shard_of(ids[i]);
		size_t len;

		if (shard < in->shard_first ||
		    shard - in->shard_first >= in->shard_cnt)
			continue;
		/* one that was dropped meanwhile */
		if (vch_blobs_get(s->worker->blobs, s->blob[at], &len,
				  ids[i]) != VCH_OK)
			continue;
		memcpy(s->request.blobs[at].id, ids[i], 20);
		s->request.blobs[at].blob = vch_span(s->blob[at], len);
		if (++s->request.blobs_cnt == VCH_OPS_MAX)
			VCH_TRY(rewrap(s, in->shard_first));
	}
	VCH_TRY(rewrap(s, in->shard_first));
	return put_all(s);
}

static enum vch_err rewrap_all(struct vch_sweep *s, size_t *ret_cnt)
{
	const struct vch_worker *w = s->worker;
	uint8_t(*ids)[20];
	enum vch_err err = VCH_OK;

	VCH_TRY(vch_blobs_ids(w->blobs, &ids, ret_cnt));
	for (uint8_t i = 0; err == VCH_OK && i < w->opt.workers; i++)
		err = rewrap_of(s, w->instance[i], ids, *ret_cnt);
	free(ids);
	return err;
}

/* ---- a round ---- */

static enum vch_err sweep_round(struct vch_sweep *s)
{
	uint64_t began = vch_clock_ns();
	uint32_t pending;
	size_t cnt;

	VCH_TRY(record_all(s, &pending));
	if (pending == 0)
		return VCH_OK;
	VCH_TRY(step_first(s, VCH_GENERATION_BEGIN));
	/* from here on nobody seals under the old key alone */
	VCH_TRY(sync_others(s));
	VCH_TRY(rewrap_all(s, &cnt));
	VCH_TRY(step_first(s, VCH_GENERATION_END));
	VCH_TRY(sync_others(s));
	VCH_TRY(record_all(s, &pending));
	VCH_LOG(VCH_INFO, "tee", "erased what was deleted",
		vch_field_num("blobs", cnt), vch_field_num("left", pending),
		vch_field_num("ms", (vch_clock_ns() - began) / VCH_NS_PER_MS));
	return VCH_OK;
}

/* ---- who waits for it ---- */

static void answer_one(struct vch_sweep *s, struct waiting *one)
{
	struct vch_delete_key_answer ans = {.erased = 0};
	struct vch_span receipt = vch_span(one->receipt, one->receipt_len);
	struct vch_account_view view = {0};
	uint8_t bytes[VCH_DELETE_KEY_ANSWER_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));

	if (vch_index_flags(s->worker->index, one->job->key_op.key) &
		    VCH_SLOT_ERASED &&
	    vch_index_get(s->worker->index, &view, one->job->key_op.key,
			  true) == VCH_OK) {
		ans.erased = 1;
		receipt = vch_span(view.receipt, view.receipt_len);
	}
	VCH_CHECK(vch_delete_key_answer_encode(&w, &ans) == VCH_OK);
	vch_job_finish(one->job, VCH_OK, vch_written(&w), receipt);
	free(view.receipt);
	free(one);
}

static void answer_all(struct vch_sweep *s, struct waiting *list)
{
	while (list) {
		struct waiting *one = list;

		list = one->next;
		answer_one(s, one);
	}
}

void vch_sweep_take(struct vch_sweep *s, struct vch_job *job,
		    struct vch_span receipt)
{
	struct waiting *one = vch_alloc(1, sizeof(*one));

	one->job = job;
	one->receipt_len = receipt.len;
	memcpy(one->receipt, receipt.ptr, receipt.len);
	pthread_mutex_lock(&s->mutex);
	one->next = s->waiting;
	s->waiting = one;
	s->wanted = true;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->mutex);
}

/* What this round is for; false: the end. */
static bool wait_for_work(struct vch_sweep *s, struct waiting **ret)
{
	bool stopping;

	pthread_mutex_lock(&s->mutex);
	while (!s->wanted && !s->stopping)
		pthread_cond_wait(&s->changed, &s->mutex);
	stopping = s->stopping;
	s->wanted = false;
	*ret = s->waiting;
	s->waiting = NULL;
	pthread_mutex_unlock(&s->mutex);
	return !stopping;
}

/* A later round makes up for one that failed. */
static void pause_and_retry(struct vch_sweep *s)
{
	struct timespec until =
		vch_clock_from_now(RETRY_MS * 1ull * VCH_NS_PER_MS);

	pthread_mutex_lock(&s->mutex);
	if (!s->stopping && !s->wanted)
		pthread_cond_timedwait(&s->changed, &s->mutex, &until);
	s->wanted = true;
	pthread_mutex_unlock(&s->mutex);
}

static void *run(void *arg)
{
	struct vch_sweep *s = arg;
	struct waiting *list;

	while (wait_for_work(s, &list)) {
		enum vch_err err = sweep_round(s);

		answer_all(s, list);
		if (err == VCH_OK)
			continue;
		VCH_LOG(VCH_WARN, "tee", "what was deleted is not erased yet",
			vch_field_err(err));
		pause_and_retry(s);
	}
	answer_all(s, list);
	return NULL;
}

void vch_sweep_start(struct vch_sweep *s)
{
	s->wanted = vch_index_to_erase(s->worker->index) > 0;
	s->started = true;
	VCH_CHECK(pthread_create(&s->thread, NULL, run, s) == 0);
}

void vch_sweep_look(struct vch_sweep *s)
{
	if (vch_index_to_erase(s->worker->index) == 0)
		return;
	pthread_mutex_lock(&s->mutex);
	s->wanted = true;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->mutex);
}

void vch_sweep_stop(struct vch_sweep *s)
{
	if (!s->started)
		return;
	pthread_mutex_lock(&s->mutex);
	s->stopping = true;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->mutex);
	pthread_join(s->thread, NULL);
	s->started = false;
}
