/* SPDX-License-Identifier: Apache-2.0 */
#include "host/tee/instance.h"

#include <string.h>

#include "host/base/clock.h"
#include "host/base/logline.h"
#include "host/tee/call.h"
#include "host/tee/shared.h"
#include "host/tee/sweep.h"

/* A replayed piece leaves room for the request's own length field. */
#define REPLAY_MAX (VCH_REQUEST_MAX - 1024)

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
static enum vch_err keep(struct vch_instance *in, struct vch_span log)
{
	struct vch_worker *w = in->worker;
	uint64_t began = vch_clock_ns();
	struct vch_log_pos pos;

	VCH_TRY(vch_log_batch_parse(&in->batch, log));
	VCH_TRY(vch_fold_decode(&in->fold, &in->batch.batch));
	VCH_TRY(vch_log_append(in->log, &pos, &in->batch));
	in->pos = pos;
	in->snapshot_cnt += in->fold.record_cnt;
	vch_worker_count(w, pos, &in->batch.batch);
	stat_time(w, &w->stats.fsync_ns_sum, &w->stats.fsync_cnt, began);
	vch_index_apply(w->index, pos, &in->fold);
	vch_worker_tell(w, pos, &in->batch, false);
	return VCH_OK;
}

/* The TEE believes it already; the disk may never get it. */
static enum vch_err make_safe(struct vch_instance *in, uint32_t cmd,
			      struct vch_said *said)
{
	bool held = said->code == VCH_HELD;

	/* a key is safe before its account is in the log */
	VCH_TRY(vch_blob_keep(in->worker->blobs, cmd, said));
	if (said->log.len == 0)
		return VCH_OK;
	VCH_TRY(keep(in, said->log));
	in->held |= held;
	if (held)
		return vch_tee_release(in->tee, said);
	in->window_open = true;
	return VCH_OK;
}

enum vch_err vch_instance_call(struct vch_instance *in, struct vch_called *ret,
			       uint32_t cmd, struct vch_span request)
{
	struct vch_worker *w = in->worker;
	uint64_t began = vch_clock_ns();
	struct vch_said said;
	bool batch;

	VCH_TRY(vch_tee_ask(in->tee, &said, cmd, request));
	stat_time(w, &w->stats.invoke_ns_sum, &w->stats.invocations, began);
	batch = said.log.len > 0;
	if (make_safe(in, cmd, &said) != VCH_OK)
		return VCH_LOG_WRITE;
	ret->code = said.code;
	ret->answer = said.answer;
	ret->batch = batch ? &in->batch : NULL;
	return VCH_OK;
}

/* ---- the queue ---------------------------------------------------------- */

/* Takes the next job out of the queue. The caller holds the mutex. */
static struct vch_job *take(struct vch_instance *in)
{
	struct vch_job *job = in->head;

	in->head = job->next;
	if (!in->head)
		in->tail = &in->head;
	in->queue_depth--;
	return job;
}

void vch_instance_expire(struct vch_instance *in)
{
	const struct vch_span none = vch_span(NULL, 0);
	struct vch_worker *w = in->worker;
	uint64_t now = vch_clock_ns();

	pthread_mutex_lock(&w->mutex);
	while (in->head && (in->head->deadline_ns <= now || w->stopping)) {
		struct vch_job *job = take(in);
		enum vch_err why = w->stopping ? VCH_OVERLOADED : VCH_TIMEOUT;

		pthread_mutex_unlock(&w->mutex);
		vch_job_finish(job, why, none, none);
		pthread_mutex_lock(&w->mutex);
	}
	pthread_mutex_unlock(&w->mutex);
}

/* ---- up and down -------------------------------------------------------- */

static enum vch_err replay_flush(struct vch_instance *in)
{
	struct vch_writer writer = vch_writer(in->replay, 4);
	struct vch_called called;

	if (in->replay_len == 0)
		return VCH_OK;
	vch_write_u32(&writer, (uint32_t)in->replay_len);
	VCH_TRY(vch_instance_call(in, &called, VCH_CMD_REPLAY,
				  vch_span(in->replay, 4 + in->replay_len)));
	in->replay_len = 0;
	vch_instance_expire(in);
	return called.code;
}

static enum vch_err replay_batch(void *ctx, struct vch_log_pos pos,
				 struct vch_span batch)
{
	struct vch_instance *in = ctx;
	struct vch_writer len, writer;

	if (4 + in->replay_len + 4 + batch.len > REPLAY_MAX)
		VCH_TRY(replay_flush(in));
	len = vch_writer(in->replay + 4 + in->replay_len, 4);
	writer = vch_writer(len.ptr + 4, batch.len);
	VCH_TRY(vch_instance_rest(in, &writer, pos, batch));
	vch_write_u32(&len, (uint32_t)writer.len);
	if (writer.len > 0)
		in->replay_len += 4 + writer.len;
	return writer.bad ? VCH_SIZE : VCH_OK;
}

/*
 * Before the first incarnation of all: none begins to write to a log that is
 * too old for another. The first instance asks, the others wait for it.
 */
static enum vch_err compare(struct vch_instance *in)
{
	struct vch_worker *w = in->worker;
	struct vch_called called = {.code = VCH_OK};
	bool compared;

	pthread_mutex_lock(&w->mutex);
	while (in->idx > 0 && !w->compared && !w->stopping)
		pthread_cond_wait(&w->changed, &w->mutex);
	compared = w->compared;
	pthread_mutex_unlock(&w->mutex);
	if (compared || in->idx > 0)
		return compared ? VCH_OK : VCH_OVERLOADED;
	VCH_TRY(vch_instance_call(in, &called, VCH_CMD_COMPARE,
				  vch_span(NULL, 0)));
	VCH_TRY(called.code);
	pthread_mutex_lock(&w->mutex);
	w->compared = true;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->mutex);
	return VCH_OK;
}

static enum vch_err begin_incarnation(struct vch_instance *in)
{
	struct vch_worker *w = in->worker;
	const struct vch_start_request req = {
		.shard_first = in->shard_first,
		.shard_cnt = in->shard_cnt,
		.window_s = w->opt.window_s,
		.window_records = w->opt.window_records,
	};
	uint8_t bytes[VCH_START_REQUEST_ENC_MAX];
	struct vch_writer writer = vch_writer(bytes, sizeof(bytes));
	struct vch_start_answer ans;
	struct vch_called called;

	VCH_TRY(vch_start_request_encode(&writer, &req));
	VCH_TRY(vch_instance_call(in, &called, VCH_CMD_START,
				  vch_written(&writer)));
	VCH_TRY(called.code);
	VCH_TRY(vch_start_answer_decode(&ans, called.answer));
	pthread_mutex_lock(&w->mutex);
	memcpy(w->stats.log_key, ans.log_key, 32);
	in->serving = true;
	in->tee_pid = vch_tee_pid(in->tee);
	pthread_mutex_unlock(&w->mutex);
	return VCH_OK;
}

/* One step of what the worker's options ask for. */
static enum vch_err upgrade_step(struct vch_instance *in, uint8_t step)
{
	uint8_t bytes[VCH_UPGRADE_REQUEST_ENC_MAX];
	struct vch_writer writer = vch_writer(bytes, sizeof(bytes));
	struct vch_upgrade_request req;
	struct vch_called called;

	VCH_TRY(vch_upgrade_request_decode(&req, in->worker->opt.upgrade));
	req.step = step;
	VCH_TRY(vch_upgrade_request_encode(&writer, &req));
	VCH_TRY(vch_instance_call(in, &called, VCH_CMD_UPGRADE,
				  vch_written(&writer)));
	return called.code;
}

/*
 * Ends what this version does here. started: what START said, UPGRADED if the
 * log has the record already. What comes back by then is UPGRADED as well.
 */
static enum vch_err hand_over(struct vch_instance *in, enum vch_err started)
{
	if (started != VCH_OK && started != VCH_UPGRADED)
		return started;
	VCH_TRY(upgrade_step(in, VCH_UPGRADE_RECORD));
	VCH_TRY(upgrade_step(in, VCH_UPGRADE_GIVE));
	VCH_LOG(VCH_INFO, "tee", "handed over to the next version");
	return VCH_UPGRADED;
}

/* With its process, where it is one. */
static void say_serving(const struct vch_instance *in, uint64_t began)
{
	pid_t pid = vch_tee_pid(in->tee);
	const struct vch_field fields[] = {
		vch_field_num("shard", in->shard_first),
		vch_field_num("shards", in->shard_cnt),
		vch_field_num("ms", (vch_clock_ns() - began) / VCH_NS_PER_MS),
		vch_field_num("pid", pid > 0 ? (uint64_t)pid : 0),
	};

	vch_logline_write(VCH_INFO, "tee", "serving", fields, pid > 0 ? 4 : 3);
}

enum vch_err vch_instance_up(struct vch_instance *in)
{
	struct vch_worker *w = in->worker;
	struct vch_tee_options opt = {
		.program = w->opt.tee_path,
		.dir = w->opt.secure_dir,
		.second = in->idx > 0,
		.call_timeout_ms = w->opt.invoke_timeout_ms,
	};
	uint64_t began = vch_clock_ns();
	enum vch_err err;

	in->replay_len = 0;
	VCH_TRY(vch_tee_start(&in->tee, &opt));
	VCH_TRY(vch_instance_restore(in));
	VCH_TRY(vch_log_replay(in->log, &in->from, replay_batch, in));
	VCH_TRY(replay_flush(in));
	VCH_TRY(compare(in));
	err = begin_incarnation(in);
	if (w->opt.upgrade.len > 0)
		return hand_over(in, err);
	VCH_TRY(err);
	vch_instance_snapshot_begin(in);
	say_serving(in, began);
	return VCH_OK;
}

enum vch_err vch_instance_close(struct vch_instance *in, bool final)
{
	const uint8_t request[1] = {final};
	struct vch_called called;

	VCH_TRY(vch_instance_call(in, &called, VCH_CMD_CLOSE,
				  vch_span(request, 1)));
	in->window_open = false;
	return called.code == VCH_OK ? VCH_OK : VCH_TEE_LOST;
}

void vch_instance_down(struct vch_instance *in, bool graceful)
{
	struct vch_worker *w = in->worker;

	if (in->tee && graceful && vch_instance_snapshot_all(in) != VCH_OK)
		VCH_LOG(VCH_WARN, "tee", "no snapshot at the end");
	vch_instance_saved(in, true);
	/* a start that was not clean costs each account a lease, no more */
	if (in->tee && graceful && vch_instance_close(in, true) != VCH_OK)
		VCH_LOG(VCH_WARN, "tee", "the last window was not closed");
	in->window_open = false;

	pthread_mutex_lock(&w->mutex);
	in->serving = false;
	in->tee_pid = 0;
	pthread_mutex_unlock(&w->mutex);
	if (in->tee && graceful)
		vch_tee_stop(in->tee);
	else if (in->tee)
		vch_tee_kill(in->tee);
	in->tee = NULL;
}

/* ---- serving ------------------------------------------------------------ */

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

/* What is sent for a job that goes alone. */
static enum vch_err alone_request(struct vch_instance *in, struct vch_job *job,
				  struct vch_span *ret)
{
	struct vch_worker *w = in->worker;
	struct vch_writer writer;

	*ret = vch_span(job->request, job->request_len);
	if (job->cmd != VCH_CMD_DELETE_KEY && job->cmd != VCH_CMD_RESUME &&
	    job->cmd != VCH_CMD_COSIGN_INTENT && !vch_is_change(job->cmd))
		return VCH_OK;
	writer = vch_writer(vch_tee_request_area(in->tee), VCH_REQUEST_MAX);
	VCH_TRY(vch_job_bring(&writer, job, w->index, w->blobs));
	*ret = vch_written(&writer);
	return VCH_OK;
}

/* Before all others, again. */
static void put_back(struct vch_instance *in, struct vch_job *job)
{
	struct vch_worker *w = in->worker;

	pthread_mutex_lock(&w->mutex);
	job->next = in->head;
	in->head = job;
	if (!job->next)
		in->tail = &job->next;
	in->queue_depth++;
	pthread_mutex_unlock(&w->mutex);
}

/* The call failed: the next TEE gets the job, or its sender the error. */
static void fail_job(struct vch_instance *in, struct vch_job *job,
		     enum vch_err err)
{
	struct vch_worker *w = in->worker;

	if (err != VCH_TEE_LOST || job->retries >= w->opt.retries_max) {
		vch_job_finish(job, err, vch_span(NULL, 0), vch_span(NULL, 0));
		return;
	}
	job->retries++;
	put_back(in, job);
	pthread_mutex_lock(&w->mutex);
	w->stats.retries++;
	pthread_mutex_unlock(&w->mutex);
}

static void fail_gather(struct vch_instance *in, enum vch_err err)
{
	struct vch_gather *g = &in->gather;

	/* from the last, so that the first stands first again */
	while (g->job_cnt > 0)
		fail_job(in, g->job[--g->job_cnt], err);
}

static enum vch_err serve_alone(struct vch_instance *in, struct vch_job *job)
{
	uint8_t receipt[VCH_RECEIPT_ENC_MAX];
	const struct vch_span none = vch_span(NULL, 0);
	struct vch_span request;
	struct vch_called called;
	enum vch_err err;

	err = alone_request(in, job, &request);
	if (err != VCH_OK) {
		vch_job_finish(job, err, none, none);
		return VCH_OK; /* the TEE has not heard of it */
	}
	count_operations(in->worker, 1);
	err = vch_instance_call(in, &called, job->cmd, request);
	if (err != VCH_OK) {
		fail_job(in, job, err);
	} else if (called.code == VCH_OK && job->cmd == VCH_CMD_DELETE_KEY) {
		vch_blobs_drop(in->worker->blobs, job->key_op.key);
		vch_sweep_take(in->worker->sweep, job,
			       vch_receipt_of_one(receipt, called.batch));
	} else {
		vch_job_finish(job, called.code, called.answer,
			       vch_receipt_of_one(receipt, called.batch));
	}
	return err;
}

/*
 * Whoever is answered now may ask again at once; with those that wait they
 * would fill one gather. Waiting for it may cost half of what the last took.
 */
static void expect(struct vch_instance *in, uint32_t cnt, uint64_t took_ns)
{
	struct vch_worker *w = in->worker;
	uint64_t wait_ns = w->opt.batch_wait_us * 1000ull;

	pthread_mutex_lock(&w->mutex);
	in->under_way = cnt + in->queue_depth;
	pthread_mutex_unlock(&w->mutex);
	if (took_ns / 2 < wait_ns)
		wait_ns = took_ns / 2;
	in->linger_until_ns = vch_clock_ns() + wait_ns;
}

static enum vch_err serve_gather(struct vch_instance *in)
{
	struct vch_gather *g = &in->gather;
	uint64_t began = vch_clock_ns();
	struct vch_writer writer;
	struct vch_called called;
	enum vch_err err;

	if (g->job_cnt == 0)
		return VCH_OK;
	count_operations(in->worker, g->job_cnt);
	writer = vch_writer(vch_tee_request_area(in->tee), VCH_REQUEST_MAX);
	err = vch_gather_encode(&writer, g);
	if (err == VCH_OK)
		err = vch_instance_call(in, &called, g->cmd,
					vch_written(&writer));
	expect(in, g->job_cnt, vch_clock_ns() - began);
	if (err != VCH_OK)
		fail_gather(in, err);
	else if (called.code != VCH_OK)
		vch_gather_fail(g, called.code);
	else
		vch_gather_finish(g, called.answer, called.batch);
	return err;
}

/*
 * The next job, if it can join the gather: signatures of its kind can,
 * anything else only where there is nothing yet. NULL: enough.
 */
static struct vch_job *take_next(struct vch_instance *in)
{
	struct vch_worker *w = in->worker;
	struct vch_job *job = NULL;

	if (in->gather.job_cnt >= w->opt.batch_max)
		return NULL;
	pthread_mutex_lock(&w->mutex);
	if (in->head && (in->gather.job_cnt == 0 ||
			 vch_gather_takes(&in->gather, in->head->cmd)))
		job = take(in);
	pthread_mutex_unlock(&w->mutex);
	return job;
}

/*
 * Takes what waits: signatures of one kind into one gather until it is full,
 * anything else alone. Returns the job that goes alone, or NULL.
 */
static struct vch_job *gather_waiting(struct vch_instance *in)
{
	const struct vch_span none = vch_span(NULL, 0);
	struct vch_worker *w = in->worker;
	struct vch_job *job;

	vch_gather_init(&in->gather);
	while ((job = take_next(in))) {
		enum vch_err err = VCH_TIMEOUT;

		if (job->deadline_ns > vch_clock_ns()) {
			if (!vch_cmd_gathers(job->cmd))
				return job;
			err = vch_gather_add(&in->gather, job, w->index,
					     w->blobs);
		}
		if (err == VCH_SIZE) {
			/* full: it goes first in the next one */
			put_back(in, job);
			return NULL;
		}
		if (err != VCH_OK)
			vch_job_finish(job, err, none, none);
	}
	return NULL;
}

/*
 * Where calls came together a moment ago, waits a little for as many. A lone
 * request never waits: there were not two, or it was long ago.
 */
static void linger(struct vch_instance *in)
{
	struct vch_worker *w = in->worker;
	uint32_t want = in->under_way < w->opt.batch_max ? in->under_way
							 : w->opt.batch_max;
	uint64_t now = vch_clock_ns();
	struct timespec until;

	if (want < 2 || now >= in->linger_until_ns)
		return;
	until = vch_clock_from_now(in->linger_until_ns - now);
	pthread_mutex_lock(&w->mutex);
	in->queue_want = want;
	while (in->queue_depth < want && !w->stopping && !w->log_lost &&
	       pthread_cond_timedwait(&in->wake, &w->mutex, &until) == 0)
		;
	in->queue_want = 0;
	pthread_mutex_unlock(&w->mutex);
}

/*
 * Where an answer had to wait for a bump, the windows of the other shards are
 * over as well, or soon: one bump for all, instead of one for each as answers
 * come that would wait for it.
 */
static enum vch_err close_windows(struct vch_instance *in)
{
	uint16_t window_s = in->worker->opt.window_s;
	bool close = in->held && in->window_open && window_s != 0 &&
		     window_s != VCH_WINDOW_NEVER;
	enum vch_err err = close ? vch_instance_close(in, false) : VCH_OK;

	in->held = false;
	return err;
}

enum vch_err vch_instance_serve(struct vch_instance *in)
{
	struct vch_job *alone;
	enum vch_err err;

	linger(in);
	alone = gather_waiting(in);
	in->under_way = 0;
	err = alone ? serve_alone(in, alone) : serve_gather(in);
	if (err == VCH_OK)
		return close_windows(in);
	return err == VCH_PARAMS || err == VCH_SIZE ? VCH_OK : err;
}
