/* SPDX-License-Identifier: Apache-2.0 */
#include "host/tee/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/base/alloc.h"
#include "host/base/clock.h"
#include "host/base/logline.h"
#include "host/tee/batch.h"
#include "host/tee/transport.h"

#define QUEUE_MAX_DEFAULT 4096
#define INVOKE_TIMEOUT_DEFAULT_MS 10000
#define BACKOFF_FIRST_MS 50
#define BACKOFF_MAX_MS 5000
/* A replayed piece leaves room for the request's own length field. */
#define REPLAY_MAX (VCH_REQUEST_MAX - 1024)

struct vch_worker {
	struct vch_worker_options opt;
	struct vch_index *index;
	struct vch_blobs *blobs;
	struct vch_log *log;
	struct vch_tee *tee;
	pthread_t thread;

	pthread_mutex_t mutex; /* of what follows */
	pthread_cond_t wake;
	struct vch_job *head;
	struct vch_job **tail;
	bool stopping;
	struct vch_worker_stats stats;

	/* the thread's own */
	struct vch_gather gather;
	struct vch_log_batch batch;
	struct vch_fold fold;
	uint8_t replay[VCH_REQUEST_MAX];
	size_t replay_len;
};

static void stat_time(struct vch_worker *w, uint64_t *sum, uint64_t *cnt,
		      uint64_t began)
{
	uint64_t ns = vch_clock_ns() - began;

	pthread_mutex_lock(&w->mutex);
	*sum += ns;
	(*cnt)++;
	pthread_mutex_unlock(&w->mutex);
}

/* ---- one call ---------------------------------------------------------- */

/* Makes durable what the call wrote, then folds it: nothing leaves before. */
static enum vch_err keep(struct vch_worker *w, struct vch_span log)
{
	uint64_t began = vch_clock_ns();
	struct vch_log_pos pos;

	VCH_TRY(vch_log_batch_parse(&w->batch, log));
	VCH_TRY(vch_fold_decode(&w->fold, &w->batch.batch));
	VCH_TRY(vch_log_append(w->log, &pos, &w->batch));
	stat_time(w, &w->stats.fsync_ns_sum, &w->stats.fsync_cnt, began);
	vch_index_apply(w->index, pos, &w->fold);
	return VCH_OK;
}

/* A call and its answer, released. code: what the command itself said. */
struct called {
	enum vch_err code;
	struct vch_span answer;
	struct vch_span blob; /* CREATE_ACCOUNT: to be kept first */
	const struct vch_log_batch *batch;
};

/* The key must not be lost once its account is in the log. */
static enum vch_err keep_blob(struct vch_worker *w, uint32_t cmd,
			      const struct called *called)
{
	struct vch_create_account_answer ans;

	if (cmd != VCH_CMD_CREATE_ACCOUNT || called->code != VCH_OK)
		return VCH_OK;
	VCH_TRY(vch_create_account_answer_decode(&ans, called->answer));
	return vch_blobs_put(w->blobs, ans.address, ans.blob);
}

static enum vch_err call(struct vch_worker *w, struct called *ret, uint32_t cmd,
			 struct vch_span request)
{
	uint64_t began = vch_clock_ns();
	struct vch_tee_reply reply;
	struct vch_reader r;

	VCH_TRY(vch_tee_invoke(w->tee, cmd, request, &reply));
	stat_time(w, &w->stats.invoke_ns_sum, &w->stats.invocations, began);
	if (reply.tee_result != 0)
		return VCH_PARAMS;
	r = vch_reader(reply.answer);
	ret->code = (enum vch_err)vch_read_u16(&r);
	if (r.bad)
		return VCH_TEE_LOST;
	ret->answer = vch_span(r.ptr, r.left);
	ret->batch = NULL;
	/* from here on the TEE believes what the disk may never get */
	if (keep_blob(w, cmd, ret) != VCH_OK)
		return VCH_LOG_WRITE;
	if (reply.log.len == 0)
		return VCH_OK;
	if (keep(w, reply.log) != VCH_OK)
		return VCH_LOG_WRITE;
	ret->batch = &w->batch;
	return VCH_OK;
}

/* ---- the queue ---------------------------------------------------------- */

/* Takes the next job out of the queue. The caller holds the mutex. */
static struct vch_job *take(struct vch_worker *w)
{
	struct vch_job *job = w->head;

	w->head = job->next;
	if (!w->head)
		w->tail = &w->head;
	w->stats.queue_depth--;
	return job;
}

/* Answers what waited past its deadline while there was no TEE. */
static void expire(struct vch_worker *w)
{
	uint64_t now = vch_clock_ns();

	pthread_mutex_lock(&w->mutex);
	while (w->head && (w->head->deadline_ns <= now || w->stopping)) {
		struct vch_job *job = take(w);
		enum vch_err why = w->stopping ? VCH_OVERLOADED : VCH_TIMEOUT;

		pthread_mutex_unlock(&w->mutex);
		vch_job_finish(job, why, vch_span(NULL, 0), vch_span(NULL, 0));
		pthread_mutex_lock(&w->mutex);
	}
	pthread_mutex_unlock(&w->mutex);
}

/* ---- start and restart -------------------------------------------------- */

static enum vch_err replay_flush(struct vch_worker *w)
{
	struct vch_writer writer = vch_writer(w->replay, 4);
	struct called called;

	if (w->replay_len == 0)
		return VCH_OK;
	vch_write_u32(&writer, (uint32_t)w->replay_len);
	VCH_TRY(call(w, &called, VCH_CMD_REPLAY,
		     vch_span(w->replay, 4 + w->replay_len)));
	w->replay_len = 0;
	expire(w);
	return called.code;
}

static enum vch_err replay_batch(void *ctx, struct vch_log_pos pos,
				 const struct vch_log_batch *batch)
{
	struct vch_worker *w = ctx;
	struct vch_writer writer;

	VCH_TRY(vch_fold_decode(&w->fold, &batch->batch));
	vch_index_apply(w->index, pos, &w->fold);
	if (4 + w->replay_len + 4 + batch->bytes.len > REPLAY_MAX)
		VCH_TRY(replay_flush(w));
	writer = vch_writer(w->replay + 4 + w->replay_len,
			    sizeof(w->replay) - 4 - w->replay_len);
	vch_write_u32(&writer, (uint32_t)batch->bytes.len);
	vch_write_bytes(&writer, batch->bytes.ptr, batch->bytes.len);
	w->replay_len += writer.len;
	return writer.bad ? VCH_SIZE : VCH_OK;
}

static enum vch_err begin_incarnation(struct vch_worker *w)
{
	uint8_t shards[2] = {w->opt.shard_first, w->opt.shard_cnt};
	struct vch_start_answer ans;
	struct called called;

	VCH_TRY(call(w, &called, VCH_CMD_START, vch_span(shards, 2)));
	VCH_TRY(called.code);
	VCH_TRY(vch_start_answer_decode(&ans, called.answer));
	pthread_mutex_lock(&w->mutex);
	memcpy(w->stats.log_key, ans.log_key, 32);
	w->stats.serving = true;
	w->stats.tee_pid = vch_tee_pid(w->tee);
	pthread_mutex_unlock(&w->mutex);
	return VCH_OK;
}

/* From nothing: a TEE that has folded what the disk holds, and serves. */
static enum vch_err come_up(struct vch_worker *w)
{
	struct vch_tee_options opt = {
		.program = w->opt.tee_path,
		.dir = w->opt.secure_dir,
		.call_timeout_ms = w->opt.invoke_timeout_ms,
	};
	struct vch_index_stats stats;
	uint64_t began = vch_clock_ns();

	w->replay_len = 0;
	VCH_TRY(vch_tee_start(&w->tee, &opt));
	vch_index_rewind(w->index);
	VCH_TRY(vch_log_open(&w->log, w->opt.log_dir, replay_batch, w));
	VCH_TRY(replay_flush(w));
	VCH_TRY(begin_incarnation(w));
	vch_index_stats(w->index, &stats);
	VCH_LOG(VCH_INFO, "tee", "serving",
		vch_field_num("pid", (uint64_t)vch_tee_pid(w->tee)),
		vch_field_num("records", stats.records),
		vch_field_num("accounts", stats.accounts),
		vch_field_num("ms", (vch_clock_ns() - began) / VCH_NS_PER_MS));
	return VCH_OK;
}

static void go_down(struct vch_worker *w, bool graceful)
{
	pthread_mutex_lock(&w->mutex);
	w->stats.serving = false;
	w->stats.tee_pid = 0;
	pthread_mutex_unlock(&w->mutex);
	if (w->tee && graceful)
		vch_tee_stop(w->tee);
	else if (w->tee)
		vch_tee_kill(w->tee);
	if (w->log)
		vch_log_close(w->log);
	w->tee = NULL;
	w->log = NULL;
}

static bool is_stopping(struct vch_worker *w)
{
	bool stopping;

	pthread_mutex_lock(&w->mutex);
	stopping = w->stopping;
	pthread_mutex_unlock(&w->mutex);
	return stopping;
}

static void pause_ms(struct vch_worker *w, uint32_t ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (long)(ms % 1000) * (long)VCH_NS_PER_MS;
	until.tv_sec += ms / 1000 + until.tv_nsec / (long)VCH_NS_PER_S;
	until.tv_nsec %= (long)VCH_NS_PER_S;
	pthread_mutex_lock(&w->mutex);
	if (!w->stopping)
		pthread_cond_timedwait(&w->wake, &w->mutex, &until);
	pthread_mutex_unlock(&w->mutex);
}

/* Never gives up: a disk may get space, a program may be put back. */
static void restart(struct vch_worker *w, enum vch_err why)
{
	uint32_t backoff_ms = BACKOFF_FIRST_MS;

	go_down(w, false);
	while (!is_stopping(w)) {
		VCH_LOG(VCH_ERROR, "tee", "starting anew", vch_field_err(why));
		pthread_mutex_lock(&w->mutex);
		w->stats.restarts++;
		pthread_mutex_unlock(&w->mutex);
		why = come_up(w);
		if (why == VCH_OK)
			return;
		go_down(w, false);
		expire(w);
		pause_ms(w, backoff_ms);
		backoff_ms = backoff_ms * 2 < BACKOFF_MAX_MS ? backoff_ms * 2
							     : BACKOFF_MAX_MS;
	}
}

/* ---- the loop ------------------------------------------------------------ */

static void count_operations(struct vch_worker *w, uint8_t cnt)
{
	size_t bucket = 0;

	for (uint8_t bound = 1; bound < cnt; bound = (uint8_t)(bound * 2))
		bucket++;
	pthread_mutex_lock(&w->mutex);
	w->stats.operations += cnt;
	w->stats.batch_size[bucket]++;
	pthread_mutex_unlock(&w->mutex);
}

static enum vch_err serve_alone(struct vch_worker *w, struct vch_job *job)
{
	uint8_t receipt[VCH_RECEIPT_ENC_MAX];
	struct called called;
	enum vch_err err;

	count_operations(w, 1);
	err = call(w, &called, job->cmd,
		   vch_span(job->request, job->request_len));
	if (err != VCH_OK)
		vch_job_finish(job, err, vch_span(NULL, 0), vch_span(NULL, 0));
	else
		vch_job_finish(job, called.code, called.answer,
			       vch_receipt_of_one(receipt, called.batch));
	return err;
}

static enum vch_err serve_gather(struct vch_worker *w)
{
	struct vch_gather *g = &w->gather;
	struct vch_writer writer;
	struct called called;
	enum vch_err err;

	if (g->request.ops_cnt == 0)
		return VCH_OK;
	count_operations(w, g->request.ops_cnt);
	writer = vch_writer(vch_tee_request_area(w->tee), VCH_REQUEST_MAX);
	err = vch_cosign_batch_request_encode(&writer, &g->request);
	if (err == VCH_OK)
		err = call(w, &called, VCH_CMD_COSIGN_BATCH,
			   vch_written(&writer));
	if (err != VCH_OK)
		vch_gather_fail(g, err);
	else if (called.code != VCH_OK)
		vch_gather_fail(g, called.code);
	else
		vch_gather_finish(g, called.answer, called.batch);
	return err;
}

/*
 * Takes what waits: co-signatures into one gather until it is full, anything
 * else alone. Returns the job that goes alone, or NULL.
 */
static struct vch_job *gather_waiting(struct vch_worker *w)
{
	struct vch_gather *g = &w->gather;
	struct vch_job *job;
	enum vch_err err;

	vch_gather_init(g);
	for (;;) {
		pthread_mutex_lock(&w->mutex);
		job = w->head;
		if (!job || (job->cmd != VCH_CMD_COSIGN_BATCH &&
			     g->request.ops_cnt > 0)) {
			pthread_mutex_unlock(&w->mutex);
			return NULL;
		}
		job = take(w);
		pthread_mutex_unlock(&w->mutex);
		err = job->deadline_ns <= vch_clock_ns() ? VCH_TIMEOUT : VCH_OK;
		if (err == VCH_OK && job->cmd != VCH_CMD_COSIGN_BATCH)
			return job;
		if (err == VCH_OK)
			err = vch_gather_add(g, job, w->index, w->blobs);
		if (err == VCH_SIZE) {
			/* full: it goes first in the next one */
			pthread_mutex_lock(&w->mutex);
			job->next = w->head;
			w->head = job;
			if (!job->next)
				w->tail = &job->next;
			w->stats.queue_depth++;
			pthread_mutex_unlock(&w->mutex);
			return NULL;
		}
		if (err != VCH_OK)
			vch_job_finish(job, err, vch_span(NULL, 0),
				       vch_span(NULL, 0));
	}
}

/* Waits for work; false when it is time to end and nothing waits. */
static bool wait_for_work(struct vch_worker *w)
{
	bool work;

	pthread_mutex_lock(&w->mutex);
	while (!w->head && !w->stopping)
		pthread_cond_wait(&w->wake, &w->mutex);
	work = w->head != NULL;
	pthread_mutex_unlock(&w->mutex);
	return work;
}

/* Errors after which nobody knows what the TEE believes. */
static bool is_fatal(enum vch_err err)
{
	return err != VCH_OK && err != VCH_PARAMS && err != VCH_SIZE;
}

static void *run(void *arg)
{
	struct vch_worker *w = arg;

	while (wait_for_work(w)) {
		struct vch_job *alone = gather_waiting(w);
		enum vch_err err =
			alone ? serve_alone(w, alone) : serve_gather(w);

		if (is_fatal(err))
			restart(w, err);
		if (!w->tee)
			expire(w);
	}
	go_down(w, true);
	return NULL;
}

/* ---- the outside --------------------------------------------------------- */

static void defaults(struct vch_worker_options *opt)
{
	if (opt->queue_max == 0)
		opt->queue_max = QUEUE_MAX_DEFAULT;
	if (opt->invoke_timeout_ms == 0)
		opt->invoke_timeout_ms = INVOKE_TIMEOUT_DEFAULT_MS;
	opt->tee_path = vch_strdup(opt->tee_path);
	opt->secure_dir = vch_strdup(opt->secure_dir);
	opt->log_dir = vch_strdup(opt->log_dir);
	opt->blob_dir = vch_strdup(opt->blob_dir);
}

static void free_worker(struct vch_worker *w)
{
	if (w->blobs)
		vch_blobs_close(w->blobs);
	free((void *)(uintptr_t)w->opt.tee_path);
	free((void *)(uintptr_t)w->opt.secure_dir);
	free((void *)(uintptr_t)w->opt.log_dir);
	free((void *)(uintptr_t)w->opt.blob_dir);
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->mutex);
	free(w);
}

static enum vch_err start(struct vch_worker *w)
{
	VCH_TRY(vch_tee_factory(w->opt.secure_dir));
	VCH_TRY(vch_blobs_open(&w->blobs, w->opt.blob_dir));
	VCH_TRY(come_up(w));
	return pthread_create(&w->thread, NULL, run, w) == 0 ? VCH_OK
							     : VCH_INTERNAL;
}

enum vch_err vch_worker_start(struct vch_worker **ret,
			      const struct vch_worker_options *opt,
			      struct vch_index *index)
{
	struct vch_worker *w = vch_alloc(1, sizeof(*w));
	pthread_condattr_t attr;
	enum vch_err err;

	w->opt = *opt;
	defaults(&w->opt);
	w->index = index;
	w->tail = &w->head;
	pthread_mutex_init(&w->mutex, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w->wake, &attr);
	pthread_condattr_destroy(&attr);
	err = start(w);
	if (err != VCH_OK) {
		go_down(w, false);
		free_worker(w);
		return err;
	}
	*ret = w;
	return VCH_OK;
}

static enum vch_err enqueue(struct vch_worker *w, struct vch_job *job)
{
	enum vch_err err = VCH_OK;

	pthread_mutex_lock(&w->mutex);
	if (w->stopping || w->stats.queue_depth >= w->opt.queue_max) {
		err = VCH_OVERLOADED;
	} else {
		*w->tail = job;
		w->tail = &job->next;
		w->stats.queue_depth++;
		pthread_cond_signal(&w->wake);
	}
	pthread_mutex_unlock(&w->mutex);
	return err;
}

/* Replay and start are the worker's own. */
static enum vch_err check_command(uint32_t cmd, size_t request_len)
{
	const struct vch_command_info *info = vch_command_find(cmd);

	if (!info)
		return VCH_COMMAND;
	if ((info->phases & VCH_PHASE_SERVE) == 0)
		return VCH_PHASE;
	return request_len > info->request_max ? VCH_SIZE : VCH_OK;
}

enum vch_err vch_worker_submit(struct vch_worker *worker, uint32_t cmd,
			       struct vch_span request, uint32_t deadline_ms,
			       vch_done_fn *done, void *ctx)
{
	struct vch_job *job;
	enum vch_err err = VCH_OK;

	VCH_TRY(check_command(cmd, request.len));
	job = vch_alloc(1, sizeof(*job) + request.len);
	job->cmd = cmd;
	job->done = done;
	job->ctx = ctx;
	job->deadline_ns =
		vch_clock_ns() + (uint64_t)deadline_ms * VCH_NS_PER_MS;
	job->request_len = request.len;
	memcpy(job->request, request.ptr, request.len);
	if (cmd == VCH_CMD_COSIGN_BATCH)
		err = vch_cosign_op_decode(&job->op,
					   vch_span(job->request, request.len));
	if (err == VCH_OK &&
	    job->op.config.len + job->op.counters.len + job->op.blob.len > 0)
		err = VCH_FORMAT;
	if (err == VCH_OK)
		err = enqueue(worker, job);
	if (err != VCH_OK)
		free(job);
	return err;
}

void vch_worker_stats(struct vch_worker *worker, struct vch_worker_stats *ret)
{
	pthread_mutex_lock(&worker->mutex);
	*ret = worker->stats;
	pthread_mutex_unlock(&worker->mutex);
}

void vch_worker_stop(struct vch_worker *worker)
{
	pthread_mutex_lock(&worker->mutex);
	worker->stopping = true;
	pthread_cond_signal(&worker->wake);
	pthread_mutex_unlock(&worker->mutex);
	pthread_join(worker->thread, NULL);
	free_worker(worker);
}
