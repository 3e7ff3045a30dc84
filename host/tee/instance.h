/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One instance of the trusted application: the thread that calls it, the
 * queue of what waits for it, and the shards it serves. The log and the index
 * belong to all instances; see worker.h for the whole.
 */
#ifndef HOST_TEE_INSTANCE_H
#define HOST_TEE_INSTANCE_H

#include <pthread.h>

#include "host/tee/batch.h"
#include "host/tee/transport.h"
#include "host/tee/worker.h"

struct vch_instance {
	struct vch_worker *worker;
	uint8_t idx;
	uint8_t shard_first;
	uint8_t shard_cnt;
	pthread_t thread;
	pthread_cond_t wake;

	/* under the worker's mutex */
	struct vch_job *head;
	struct vch_job **tail;
	uint32_t queue_depth;
	uint32_t queue_want; /* it lingers: wake it at this depth; 0: at one */
	bool serving;
	pid_t tee_pid;

	/* the thread's own */
	uint32_t under_way;	  /* with the last gather, and behind it */
	uint64_t linger_until_ns; /* for as many to come again */
	bool held;		  /* an answer waited for a bump */
	bool window_open; /* something was released since the last bump */
	struct vch_tee *tee;
	struct vch_log *log;	   /* NULL: it holds none */
	struct vch_log_pos pos;	   /* of the last batch it wrote */
	struct vch_log_from from;  /* the snapshots its TEE began with */
	struct vch_log_pos last;   /* the last place in it */
	uint32_t snapshot_cnt;	   /* records towards the next snapshot */
	uint8_t snapshot_next;	   /* of its shards */
	struct vch_saving *saving; /* snapshot.c; NULL: no file is made now */
	struct vch_gather gather;
	struct vch_log_batch batch;
	struct vch_fold fold;
	uint8_t replay[VCH_REQUEST_MAX];
	size_t replay_len;
};

/* A call and its answer, released. code: what the command itself said. */
struct vch_called {
	enum vch_err code;
	struct vch_span answer;
	const struct vch_log_batch *batch; /* NULL: it wrote none */
};

/* One command; what it wrote is durable and folded. VCH_LOG_WRITE, or what
 * vch_tee_ask answers. */
VCH_MUST enum vch_err vch_instance_call(struct vch_instance *instance,
					struct vch_called *ret, uint32_t cmd,
					struct vch_span request);

/* Starts the TEE, hands the log (instance->log) back, begins an incarnation. */
VCH_MUST enum vch_err vch_instance_up(struct vch_instance *instance);

/*
 * Bumps the counters of all shards that released something. final: the TEE
 * serves nothing after it, and the next start is a clean one.
 */
VCH_MUST enum vch_err vch_instance_close(struct vch_instance *instance,
					 bool final);

/* Ends the TEE. */
void vch_instance_down(struct vch_instance *instance, bool graceful);

/*
 * snapshot.c. Hands the newest snapshots back to a TEE that has just started:
 * instance->from. The TEE's own error if it refuses one.
 */
VCH_MUST enum vch_err vch_instance_restore(struct vch_instance *instance);

/*
 * What of a batch the snapshots do not have, as a batch in w; nothing if they
 * have it all. VCH_CORRUPT.
 */
VCH_MUST enum vch_err vch_instance_rest(struct vch_instance *instance,
					struct vch_writer *w,
					struct vch_log_pos pos,
					struct vch_span batch);

/* The TEE serves: what the log holds beyond the snapshots counts already. */
void vch_instance_snapshot_begin(struct vch_instance *instance);

/* The next shard's snapshot, if it is time for one. As vch_instance_serve. */
VCH_MUST enum vch_err vch_instance_snapshot_due(struct vch_instance *instance);

/* True if no file is being made any more; may wait for that. */
bool vch_instance_saved(struct vch_instance *instance, bool wait);

/* Before the end: of all its shards, if that spares the next start a lot. */
VCH_MUST enum vch_err vch_instance_snapshot_all(struct vch_instance *instance);

/*
 * Sends what waits, co-signatures together, and answers it. Returns the error
 * after which nobody knows what the TEE believes, else VCH_OK.
 */
VCH_MUST enum vch_err vch_instance_serve(struct vch_instance *instance);

/* Answers what waited past its deadline, or all at the end; without a TEE. */
void vch_instance_expire(struct vch_instance *instance);

#endif
