/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots of the rig's trusted application, one shard each. */
#ifndef TESTS_RIG_SNAPSHOT_H
#define TESTS_RIG_SNAPSHOT_H

#include "tests/rig.h"

#define RIG_PAGES_MAX 8

/* Its pages, and the batch of the rig with its record. */
struct rig_snap {
	uint8_t shard;
	uint8_t page[RIG_PAGES_MAX][VCH_PAGE_MAX];
	size_t page_len[RIG_PAGES_MAX];
	uint32_t page_cnt;
	size_t batch_idx;
};

/* One page out. */
enum vch_err rig_page_out(struct rig *rig, uint8_t shard, uint32_t page,
			  struct vch_snapshot_answer *ret);
/* All of them; ret as far as it came. */
enum vch_err rig_snap_take(struct rig *rig, uint8_t shard,
			   struct rig_snap *ret);

/* One page of it in, as that of a shard; last: with the batch, of `rig`. */
enum vch_err rig_page_in(struct rig *to, uint8_t shard,
			 const struct rig_snap *snap, uint32_t page,
			 const struct rig_batch *batch);
enum vch_err rig_snap_give(struct rig *rig, const struct rig_snap *snap);

/*
 * Hands back all that snapshots do not have: of each shard the batches from
 * behind[shard] on.
 */
enum vch_err rig_replay_behind(struct rig *rig,
			       const size_t behind[VCH_SHARDS]);

#endif
