/* SPDX-License-Identifier: Apache-2.0 */
/* What the instances of one worker share; only host/tee includes this. */
#ifndef HOST_TEE_SHARED_H
#define HOST_TEE_SHARED_H

#include "host/tee/instance.h"

struct vch_worker {
	struct vch_worker_options opt;
	struct vch_index *index;
	struct vch_blobs *blobs;
	struct vch_sweep *sweep;

	pthread_mutex_t mutex;	/* of what follows */
	pthread_cond_t changed; /* any of them */
	struct vch_log *log;
	uint8_t holders; /* instances that use the log */
	bool opening;	 /* somebody reads it; holders is 0 */
	bool log_lost;	 /* to be opened anew once holders is 0 */
	bool seeded;	 /* the log is begun, so the device has its keys */
	bool compared;	 /* the log is as new as all counters say */
	bool stopping;
	uint8_t start_pending; /* instances that have not come up yet */
	enum vch_err start_err;
	uint8_t next; /* the instance that is asked next */
	struct vch_worker_stats stats;
	struct vch_instance *instance[VCH_WORKERS_MAX];

	struct vch_fold fold;	  /* of whoever opens the log */
	struct vch_log_from from; /* likewise: the snapshots it begins with */
	/* Records since the shard's snapshot; of the instance that serves it,
	 * or of whoever opens the log. */
	uint32_t unsaved[VCH_SHARDS];
};

/* The records of a batch that no snapshot has yet. */
static inline void vch_worker_count(struct vch_worker *w,
				    struct vch_log_pos pos,
				    const struct vch_batch *batch)
{
	for (uint8_t i = 0; i < batch->sections_cnt; i++) {
		const struct vch_section *s = &batch->sections[i];

		if (vch_log_is_behind(&w->from, s->shard, pos))
			w->unsaved[s->shard] += s->records_cnt;
	}
}

/* Tells whoever wants to know of a batch that is durable and folded. */
static inline void vch_worker_tell(const struct vch_worker *w,
				   struct vch_log_pos pos,
				   const struct vch_log_batch *batch,
				   bool replayed)
{
	if (w->opt.kept)
		w->opt.kept(w->opt.kept_ctx, pos, &batch->batch, replayed);
}

#endif
