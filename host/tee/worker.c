/* SPDX-License-Identifier: Apache-2.0 */
#include "host/tee/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/alloc.h"
#include "host/base/clock.h"
#include "host/base/logline.h"
#include "host/store/snapshot.h"
#include "host/tee/shared.h"
#include "host/tee/sweep.h"
#include "trusted/base/check.h"
#include "trusted/log/chain.h"

#define QUEUE_MAX_DEFAULT 4096
#define INVOKE_TIMEOUT_DEFAULT_MS 10000
#define BATCH_MAX_DEFAULT VCH_OPS_MAX
#define BACKOFF_FIRST_MS 50
#define BACKOFF_MAX_MS 5000
/* How long an instance waits for the others before it looks again. */
#define WAIT_MS 50

static void wake_all(struct vch_worker *w)
{
	for (uint8_t i = 0; i < w->opt.workers; i++)
		pthread_cond_signal(&w->instance[i]->wake);
	pthread_cond_broadcast(&w->changed);
}

/* ---- the log that all share ---------------------------------------------- */

static enum vch_err index_batch(void *ctx, struct vch_log_pos pos,
				const struct vch_log_batch *batch)
{
	struct vch_worker *w = ctx;

	VCH_TRY(vch_fold_decode(&w->fold, &batch->batch));
	vch_index_apply(w->index, pos, &w->fold);
	vch_worker_count(w, pos, &batch->batch);
	vch_worker_tell(w, pos, batch, true);
	return VCH_OK;
}

/* From what the disk holds; nobody else uses the log meanwhile. */
static enum vch_err log_open(struct vch_worker *w)
{
	struct vch_index_stats saved, stats;
	uint64_t began = vch_clock_ns();

	memset(w->unsaved, 0, sizeof(w->unsaved));
	vch_snaps_load(&w->from, w->index, w->opt.log_dir);
	vch_index_stats(w->index, &saved);
	VCH_TRY(vch_log_open(&w->log, w->opt.log_dir, &w->from, index_batch,
			     w));
	vch_index_stats(w->index, &stats);
	w->seeded = stats.batches > 0;
	VCH_LOG(VCH_INFO, "store", "log read",
		vch_field_num("records", stats.records),
		vch_field_num("read", stats.records - saved.records),
		vch_field_num("accounts", stats.accounts),
		vch_field_num("ms", (vch_clock_ns() - began) / VCH_NS_PER_MS));
	return VCH_OK;
}

/* Whoever comes when all have let go of a lost log opens it anew. */
static enum vch_err log_reopen(struct vch_worker *w)
{
	struct vch_log *old = w->log;
	enum vch_err err;

	w->opening = true;
	w->log = NULL;
	pthread_mutex_unlock(&w->mutex);
	if (old)
		vch_log_close(old);
	err = log_open(w);
	pthread_mutex_lock(&w->mutex);
	w->opening = false;
	w->log_lost = err != VCH_OK;
	pthread_cond_broadcast(&w->changed);
	return err;
}

/*
 * Lets the instance use the log; VCH_OVERLOADED: not yet, because others
 * still use a lost one or read the new one, or because the first instance
 * has not begun the log of a new device.
 */
static enum vch_err log_hold(struct vch_instance *in)
{
	struct vch_worker *w = in->worker;
	struct timespec until =
		vch_clock_from_now(WAIT_MS * 1ull * VCH_NS_PER_MS);
	enum vch_err err = VCH_OK;

	pthread_mutex_lock(&w->mutex);
	if (w->log_lost && w->holders == 0 && !w->opening)
		err = log_reopen(w);
	else if (w->log_lost || w->opening || (!w->seeded && in->idx > 0))
		pthread_cond_timedwait(&w->changed, &w->mutex, &until);
	if (err == VCH_OK &&
	    (w->log_lost || w->opening || (!w->seeded && in->idx > 0)))
		err = VCH_OVERLOADED;
	if (err == VCH_OK) {
		in->log = w->log;
		w->holders++;
	}
	pthread_mutex_unlock(&w->mutex);
	return err;
}

/* Lets go of it; all must, if it was lost. */
static void log_release(struct vch_instance *in)
{
	struct vch_worker *w = in->worker;

	pthread_mutex_lock(&w->mutex);
	if (in->log) {
		if (vch_log_is_dead(in->log))
			w->log_lost = true;
		w->holders--;
		in->log = NULL;
		wake_all(w);
	}
	pthread_mutex_unlock(&w->mutex);
}

/* ---- the life of an instance --------------------------------------------- */

static enum vch_err come_up(struct vch_instance *in)
{
	struct vch_worker *w = in->worker;

	VCH_TRY(log_hold(in));
	VCH_TRY(vch_instance_up(in));
	pthread_mutex_lock(&w->mutex);
	w->seeded = true;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->mutex);
	return VCH_OK;
}

static void go_down(struct vch_instance *in, bool graceful)
{
	vch_instance_down(in, graceful);
	log_release(in);
}

static bool is_stopping(struct vch_worker *w)
{
	bool stopping;

	pthread_mutex_lock(&w->mutex);
	stopping = w->stopping;
	pthread_mutex_unlock(&w->mutex);
	return stopping;
}

static void pause_ms(struct vch_instance *in, uint32_t ms)
{
	struct vch_worker *w = in->worker;
	struct timespec until = vch_clock_from_now(1ull * ms * VCH_NS_PER_MS);

	pthread_mutex_lock(&w->mutex);
	if (!w->stopping)
		pthread_cond_timedwait(&w->changed, &w->mutex, &until);
	pthread_mutex_unlock(&w->mutex);
}

/* Never gives up: a disk may get space, a program may be put back. */
static void restart(struct vch_instance *in, enum vch_err why)
{
	struct vch_worker *w = in->worker;
	uint32_t backoff_ms = BACKOFF_FIRST_MS;

	go_down(in, false);
	while (!is_stopping(w)) {
		if (why != VCH_OVERLOADED) {
			VCH_LOG(VCH_ERROR, "tee", "starting anew",
				vch_field_err(why));
			pthread_mutex_lock(&w->mutex);
			w->stats.restarts++;
			pthread_mutex_unlock(&w->mutex);
		}
		why = come_up(in);
		if (why == VCH_OK) {
			vch_sweep_look(w->sweep);
			return;
		}
		go_down(in, false);
		vch_instance_expire(in);
		if (why == VCH_OVERLOADED)
			continue;
		pause_ms(in, backoff_ms);
		backoff_ms = backoff_ms * 2 < BACKOFF_MAX_MS ? backoff_ms * 2
							     : BACKOFF_MAX_MS;
	}
}

/*
 * Waits for work; VCH_OVERLOADED when it is time to end and nothing waits,
 * VCH_LOG_WRITE when another instance lost the log, VCH_TIMEOUT when the
 * counter's window is over: what is asked for later need not wait for a bump.
 */
static enum vch_err wait_for_work(struct vch_instance *in)
{
	struct vch_worker *w = in->worker;
	bool closes = in->window_open && w->opt.window_s != VCH_WINDOW_NEVER;
	struct timespec until =
		vch_clock_from_now(w->opt.window_s * 1ull * VCH_NS_PER_S);
	enum vch_err err = VCH_OK;
	int rc = 0;

	pthread_mutex_lock(&w->mutex);
	while (!in->head && !w->stopping && !w->log_lost && rc == 0)
		rc = closes ? pthread_cond_timedwait(&in->wake, &w->mutex,
						     &until)
			    : pthread_cond_wait(&in->wake, &w->mutex);
	if (!in->head && w->stopping)
		err = VCH_OVERLOADED;
	else if (w->log_lost)
		err = VCH_LOG_WRITE;
	else if (!in->head)
		err = VCH_TIMEOUT;
	pthread_mutex_unlock(&w->mutex);
	return err;
}

/* The first time: whoever fails takes all with it. */
static enum vch_err first_start(struct vch_instance *in)
{
	struct vch_worker *w = in->worker;
	enum vch_err err;

	do {
		err = come_up(in);
	} while (err == VCH_OVERLOADED && !is_stopping(w));
	pthread_mutex_lock(&w->mutex);
	w->start_pending--;
	if (err != VCH_OK && w->start_err == VCH_OK)
		w->start_err = err;
	w->stopping = w->stopping || err != VCH_OK;
	wake_all(w);
	pthread_mutex_unlock(&w->mutex);
	return err;
}

static void *run(void *arg)
{
	struct vch_instance *in = arg;
	enum vch_err err = first_start(in);
	bool served = err == VCH_OK;

	while (err == VCH_OK) {
		err = wait_for_work(in);
		if (err == VCH_OVERLOADED)
			break;
		if (err == VCH_OK)
			err = vch_instance_serve(in);
		if (err == VCH_OK)
			err = vch_instance_snapshot_due(in);
		else if (err == VCH_TIMEOUT)
			err = vch_instance_close(in, false);
		if (err != VCH_OK)
			restart(in, err);
		if (!in->tee)
			vch_instance_expire(in);
		err = VCH_OK;
	}
	go_down(in, served);
	return NULL;
}

/* ---- the outside --------------------------------------------------------- */

static void defaults(struct vch_worker_options *opt)
{
	if (opt->queue_max == 0)
		opt->queue_max = QUEUE_MAX_DEFAULT;
	if (opt->invoke_timeout_ms == 0)
		opt->invoke_timeout_ms = INVOKE_TIMEOUT_DEFAULT_MS;
	if (opt->workers == 0)
		opt->workers = 1;
	if (opt->batch_max == 0)
		opt->batch_max = BATCH_MAX_DEFAULT;
	opt->tee_path = vch_strdup(opt->tee_path);
	opt->secure_dir = vch_strdup(opt->secure_dir);
	opt->log_dir = vch_strdup(opt->log_dir);
	opt->blob_dir = vch_strdup(opt->blob_dir);
}

static void cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &attr);
	pthread_condattr_destroy(&attr);
}

/* The shards in equal parts, in order. */
static struct vch_instance *instance_new(struct vch_worker *w, uint8_t idx)
{
	struct vch_instance *in = vch_alloc(1, sizeof(*in));
	unsigned from = (unsigned)idx * VCH_SHARDS / w->opt.workers;
	unsigned to = (idx + 1u) * VCH_SHARDS / w->opt.workers;

	in->worker = w;
	in->idx = idx;
	in->shard_first = (uint8_t)from;
	in->shard_cnt = (uint8_t)(to - from);
	in->tail = &in->head;
	cond_init(&in->wake);
	return in;
}

static void free_worker(struct vch_worker *w)
{
	for (uint8_t i = 0; i < w->opt.workers; i++) {
		pthread_cond_destroy(&w->instance[i]->wake);
		free(w->instance[i]);
	}
	if (w->log)
		vch_log_close(w->log);
	if (w->blobs)
		vch_blobs_close(w->blobs);
	vch_sweep_free(w->sweep);
	free((void *)(uintptr_t)w->opt.tee_path);
	free((void *)(uintptr_t)w->opt.secure_dir);
	free((void *)(uintptr_t)w->opt.log_dir);
	free((void *)(uintptr_t)w->opt.blob_dir);
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->mutex);
	free(w);
}

static void join_all(struct vch_worker *w)
{
	pthread_mutex_lock(&w->mutex);
	w->stopping = true;
	wake_all(w);
	pthread_mutex_unlock(&w->mutex);
	for (uint8_t i = 0; i < w->opt.workers; i++)
		pthread_join(w->instance[i]->thread, NULL);
}

/* All instances at once; a new device's first one goes ahead of the others. */
static enum vch_err start(struct vch_worker *w)
{
	VCH_TRY(vch_tee_factory(w->opt.secure_dir));
	VCH_TRY(vch_blobs_open(&w->blobs, w->opt.blob_dir));
	VCH_TRY(log_open(w));
	w->start_pending = w->opt.workers;
	for (uint8_t i = 0; i < w->opt.workers; i++)
		VCH_CHECK(pthread_create(&w->instance[i]->thread, NULL, run,
					 w->instance[i]) == 0);
	pthread_mutex_lock(&w->mutex);
	while (w->start_pending > 0)
		pthread_cond_wait(&w->changed, &w->mutex);
	pthread_mutex_unlock(&w->mutex);
	if (w->start_err != VCH_OK)
		join_all(w);
	else
		vch_sweep_start(w->sweep);
	return w->start_err;
}

enum vch_err vch_worker_start(struct vch_worker **ret,
			      const struct vch_worker_options *opt,
			      struct vch_index *index)
{
	struct vch_worker *w = vch_alloc(1, sizeof(*w));
	enum vch_err err;

	VCH_CHECK(opt->workers <= VCH_WORKERS_MAX);
	w->opt = *opt;
	defaults(&w->opt);
	w->index = index;
	pthread_mutex_init(&w->mutex, NULL);
	cond_init(&w->changed);
	w->sweep = vch_sweep_new(w);
	for (uint8_t i = 0; i < w->opt.workers; i++)
		w->instance[i] = instance_new(w, i);
	err = start(w);
	if (err != VCH_OK) {
		free_worker(w);
		return err;
	}
	*ret = w;
	return VCH_OK;
}

/* Any makes accounts and keys; they take turns, but for those without TEE. */
static struct vch_instance *next_instance(struct vch_worker *w)
{
	struct vch_instance *in = w->instance[w->next];

	for (uint8_t i = 0; i < w->opt.workers; i++) {
		in = w->instance[w->next];
		w->next = (uint8_t)((w->next + 1u) % w->opt.workers);
		if (in->serving)
			break;
	}
	return in;
}

/* A key that all may serve: whoever has least to do. */
static struct vch_instance *idlest_instance(struct vch_worker *w)
{
	struct vch_instance *ret = next_instance(w);

	for (uint8_t i = 0; i < w->opt.workers; i++) {
		struct vch_instance *in = w->instance[i];

		if (in->serving && in->queue_depth < ret->queue_depth)
			ret = in;
	}
	return ret;
}

/* Whoever serves the shard of the id; what is of no shard goes to the first. */
static struct vch_instance *route(struct vch_worker *w,
				  const struct vch_job *job)
{
	uint8_t shard, i = 0;

	/* no hash, no look into the index, where there is no choice */
	if (w->opt.workers == 1)
		return w->instance[0];
	switch (job->cmd) {
	case VCH_CMD_CREATE_ACCOUNT:
	case VCH_CMD_GENERATE_KEY:
		return next_instance(w);
	case VCH_CMD_CHANGE_ACCOUNT:
	case VCH_CMD_APPLY_CHANGE:
	case VCH_CMD_COSIGN_BATCH:
	case VCH_CMD_RESUME:
	case VCH_CMD_COSIGN_INTENT:
		shard = vch_shard_of(job->op.account);
		break;
	case VCH_CMD_SIGN_BATCH:
		if (vch_index_flags(w->index, job->key_op.key) &
		    VCH_SLOT_REPLICATED)
			return idlest_instance(w);
		shard = vch_shard_of(job->key_op.key);
		break;
	case VCH_CMD_DELETE_KEY:
		shard = vch_shard_of(job->key_op.key);
		break;
	case VCH_CMD_IMPORT_BEGIN:
		shard = vch_shard_of(job->request);
		break;
	case VCH_CMD_IMPORT_KEY:
	case VCH_CMD_GENERATION:
	case VCH_CMD_REWRAP:
		shard = job->request[0] % VCH_SHARDS;
		break;
	default:
		return w->instance[0];
	}
	while (shard - w->instance[i]->shard_first >= w->instance[i]->shard_cnt)
		i++;
	return w->instance[i];
}

/* The caller holds the mutex. */
static enum vch_err enqueue(struct vch_worker *w, struct vch_job *job)
{
	struct vch_instance *in = route(w, job);

	if (w->stopping || in->queue_depth >= w->opt.queue_max)
		return VCH_OVERLOADED;
	*in->tail = job;
	in->tail = &job->next;
	/* who lingers for some is not woken by the first of them */
	if (++in->queue_depth == (in->queue_want ? in->queue_want : 1))
		pthread_cond_signal(&in->wake);
	return VCH_OK;
}

/* Replay and start are the worker's own. */
static enum vch_err check_command(uint32_t cmd, size_t request_len)
{
	const struct vch_command_info *info = vch_command_find(cmd);

	if (!info)
		return VCH_COMMAND;
	if ((info->phases & VCH_PHASE_SERVE) == 0)
		return VCH_PHASE;
	/* what names its shard or key by its first bytes has them */
	if ((cmd == VCH_CMD_IMPORT_BEGIN && request_len < 20) ||
	    (request_len == 0 &&
	     (cmd == VCH_CMD_IMPORT_KEY || cmd == VCH_CMD_GENERATION ||
	      cmd == VCH_CMD_REWRAP)))
		return VCH_FORMAT;
	return request_len > info->request_max ? VCH_SIZE : VCH_OK;
}

static enum vch_err job_new(struct vch_job **ret, uint32_t cmd,
			    const struct vch_submission *sub,
			    uint64_t deadline_ns, vch_done_fn *done)
{
	struct vch_job *job;
	enum vch_err err;

	VCH_TRY(check_command(cmd, sub->request.len));
	job = vch_alloc(1, sizeof(*job) + sub->request.len);
	job->cmd = cmd;
	job->done = done;
	job->ctx = sub->ctx;
	job->deadline_ns = deadline_ns;
	job->request_len = sub->request.len;
	memcpy(job->request, sub->request.ptr, sub->request.len);
	err = vch_job_parse(job);
	if (err != VCH_OK) {
		free(job);
		return err;
	}
	*ret = job;
	return VCH_OK;
}

void vch_worker_submit_all(struct vch_worker *worker, uint32_t cmd,
			   struct vch_submission *sub, size_t cnt,
			   uint32_t deadline_ms, vch_done_fn *done)
{
	uint64_t deadline_ns =
		vch_clock_ns() + (uint64_t)deadline_ms * VCH_NS_PER_MS;
	struct vch_job *job[VCH_OPS_MAX];

	VCH_CHECK(cnt <= VCH_OPS_MAX);
	for (size_t i = 0; i < cnt; i++)
		sub[i].err = job_new(&job[i], cmd, &sub[i], deadline_ns, done);
	pthread_mutex_lock(&worker->mutex);
	for (size_t i = 0; i < cnt; i++) {
		if (sub[i].err != VCH_OK)
			continue;
		sub[i].err = enqueue(worker, job[i]);
		if (sub[i].err != VCH_OK)
			free(job[i]);
	}
	pthread_mutex_unlock(&worker->mutex);
}

enum vch_err vch_worker_submit(struct vch_worker *worker, uint32_t cmd,
			       struct vch_span request, uint32_t deadline_ms,
			       vch_done_fn *done, void *ctx)
{
	struct vch_submission one = {.request = request, .ctx = ctx};

	vch_worker_submit_all(worker, cmd, &one, 1, deadline_ms, done);
	return one.err;
}

void vch_worker_stats(struct vch_worker *w, struct vch_worker_stats *ret)
{
	pthread_mutex_lock(&w->mutex);
	*ret = w->stats;
	ret->workers = w->opt.workers;
	ret->serving = true;
	for (uint8_t i = 0; i < w->opt.workers; i++) {
		ret->queue_depth += w->instance[i]->queue_depth;
		ret->serving = ret->serving && w->instance[i]->serving;
		ret->tee_pid[i] = w->instance[i]->tee_pid;
	}
	pthread_mutex_unlock(&w->mutex);
}

void vch_worker_stop(struct vch_worker *worker)
{
	vch_sweep_stop(worker->sweep);
	join_all(worker);
	free_worker(worker);
}
