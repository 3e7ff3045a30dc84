/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The worker: one or more instances of the trusted application that share the
 * 64 shards, the log and the device. Each is a thread, its TEE, a bounded
 * queue: it gathers what waits into one invocation, makes the batch durable
 * (batches of several instances share one sync), folds it into the index and
 * only then lets the answers go. A lone request never waits for others.
 *
 * When a TEE is lost, everything that it had not released is answered with an
 * error that is safe to retry; the log is read back from disk, the TEE is
 * started anew and replays it, while the other instances go on. When the log
 * cannot be written, that happens to all of them. Nothing is undone.
 */
#ifndef HOST_TEE_WORKER_H
#define HOST_TEE_WORKER_H

#include "host/store/index.h"
#include "host/store/log.h"
#include "trusted/base/bytes.h"

struct vch_worker;
struct vch_blobs;

/* At most one for each shard. */
#define VCH_WORKERS_MAX 64

/*
 * Told of every batch that is durable and folded, before its answers go;
 * replayed: it was read back from the log, maybe not for the first time. From
 * any thread of the worker, also several at once; the batches of one shard in
 * their order. It holds that thread up.
 */
typedef void vch_worker_kept_fn(void *ctx, struct vch_log_pos pos,
				const struct vch_batch *batch, bool replayed);

struct vch_worker_options {
	const char *tee_path;	/* the program vouch-tee */
	const char *secure_dir; /* device secret and storage; not backed up */
	const char *log_dir;
	const char *blob_dir;
	uint8_t workers;	    /* instances; default 1 */
	uint32_t queue_max;	    /* may wait for each; default 4096 */
	uint32_t invoke_timeout_ms; /* default 10,000 */
	uint32_t batch_max;	    /* operations in a gather; default 64 */
	/*
	 * How long a gather waits at most for those who were answered a
	 * moment ago to ask again; 0: never.
	 */
	uint32_t batch_wait_us;
	/*
	 * How often a request is sent again whose TEE went away. That is safe:
	 * the host had got nothing, so nothing was recorded or released.
	 */
	uint32_t retries_max;
	vch_worker_kept_fn *kept; /* may be NULL */
	void *kept_ctx;
	/*
	 * Records after which every shard has a new snapshot, one shard after
	 * the other; 0: none is ever made.
	 */
	uint32_t snapshot_records;
	uint16_t window_s; /* of the counter: START in wire/ta.wire */
	uint16_t window_records;
	/*
	 * An encoded request of UPGRADE: instead of serving, the one instance
	 * hands the device over; then the start ends with VCH_UPGRADED. Also
	 * if that was cut short before, or done already. Empty: it serves.
	 */
	struct vch_span upgrade;
};

/*
 * What became of a request. err: VCH_OK, or why the host could not get an
 * answer (VCH_TEE_LOST, VCH_LOG_WRITE, VCH_TIMEOUT, ...), or the refusal of
 * the command as a whole. answer: the TA's answer; for COSIGN_BATCH and
 * SIGN_BATCH the one encoded result of this operation. receipt: encoded
 * `receipt` of the record that this request left, empty if it left none. The
 * views are valid during the call only.
 */
struct vch_outcome {
	enum vch_err err;
	struct vch_span answer;
	struct vch_span receipt;
};

/* Called once for each accepted request, on a thread of the worker. */
typedef void vch_done_fn(void *ctx, const struct vch_outcome *outcome);

/*
 * Reads the log, starts the TEEs, hands it to them, writes START.
 * VCH_UPGRADED, VCH_DOWNGRADE: this version of the trusted application may not
 * go on with it.
 */
VCH_MUST enum vch_err vch_worker_start(struct vch_worker **ret,
				       const struct vch_worker_options *opt,
				       struct vch_index *index);

/*
 * Queues a request. For VCH_CMD_COSIGN_BATCH `request` is one encoded
 * `cosign_op`, for VCH_CMD_SIGN_BATCH one `key_request`, whose config,
 * counters and blob are empty: the worker brings them and shares the
 * invocation among up to 64 operations. It brings them for
 * VCH_CMD_DELETE_KEY (which is answered when the key is erased, or cannot be)
 * and VCH_CMD_COSIGN_INTENT too, and config and counters for a change and for
 * VCH_CMD_RESUME, which go alone. Any other command is sent as it is, alone.
 * The bytes are copied. deadline_ms from now: what has not been sent to the
 * TEE by then is answered VCH_TIMEOUT.
 * Errors: VCH_OVERLOADED (queue full or stopping), VCH_FORMAT, VCH_SIZE,
 * VCH_COMMAND (there is none of that number), VCH_PHASE (REPLAY and START are
 * the worker's own). What begins with a shard goes to whoever serves it.
 */
VCH_MUST enum vch_err vch_worker_submit(struct vch_worker *worker, uint32_t cmd,
					struct vch_span request,
					uint32_t deadline_ms, vch_done_fn *done,
					void *ctx);

/* One of several requests that are submitted together. */
struct vch_submission {
	struct vch_span request;
	void *ctx;
	enum vch_err err; /* set: what vch_worker_submit would have returned */
};

/*
 * Queues up to VCH_OPS_MAX requests of one command together: no invocation
 * takes the first of them before the last one waits too. `done` hears of each
 * whose err is VCH_OK, maybe before this returns.
 */
void vch_worker_submit_all(struct vch_worker *worker, uint32_t cmd,
			   struct vch_submission *sub, size_t cnt,
			   uint32_t deadline_ms, vch_done_fn *done);

struct vch_worker_stats {
	uint64_t invocations;
	uint64_t operations;
	uint64_t restarts;	/* of the TEE */
	uint64_t retries;	/* of requests, after it was lost */
	uint64_t batch_size[7]; /* 1, 2, 3-4, 5-8, ... 33-64 */
	uint64_t fsync_ns_sum;
	uint64_t fsync_cnt;
	uint64_t invoke_ns_sum;
	uint32_t queue_depth;
	bool serving; /* false while one restarts */
	uint8_t workers;
	int tee_pid[VCH_WORKERS_MAX]; /* 0 while it restarts */
	uint8_t log_key[32];
};
void vch_worker_stats(struct vch_worker *worker, struct vch_worker_stats *ret);

/* Stops taking requests, finishes what waits, ends the TEEs. */
void vch_worker_stop(struct vch_worker *worker);

#endif
