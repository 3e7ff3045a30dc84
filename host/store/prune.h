/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking old segments out of a log, and throwing its snapshots away. Both take
 * the log's lock: no node may use it.
 *
 * What stands before the last two snapshots of every shard can go: state and
 * index begin with a snapshot, and batch signatures keep the rest checkable.
 * The last receipt of an account whose record goes is first kept with both of
 * its shard's snapshots. Segments go from the first on, so that a crash
 * leaves a log that was pruned less.
 */
#ifndef HOST_STORE_PRUNE_H
#define HOST_STORE_PRUNE_H

#include "host/store/snapshot.h"

struct vch_prune {
	char dir[1024];
	int lock_fd;
	uint32_t first; /* segments [first, keep) can go */
	uint32_t keep;
	uint64_t bytes; /* in them */
	uint8_t shard;	/* VCH_UNCOVERED: which lacks a snapshot */
	struct vch_snap_name snap[VCH_SHARDS][VCH_SNAPS_KEPT];
};

/*
 * Looks what can go; to be ended. VCH_UNCOVERED (a shard has not two good
 * snapshots), VCH_FILE (no log there, or its lock is held), VCH_CORRUPT.
 */
VCH_MUST enum vch_err vch_prune_begin(struct vch_prune *ret, const char *dir);

/* Keeps the receipts, then removes. VCH_FILE, VCH_CORRUPT, VCH_SNAPSHOT. */
VCH_MUST enum vch_err vch_prune_run(struct vch_prune *prune);

void vch_prune_end(struct vch_prune *prune);

/*
 * Checks that the log alone gives an index, then removes all snapshots, so
 * that the next start makes everything from the log; ret_stats: what it
 * gives. VCH_PRUNED: they are needed, and were kept. VCH_FILE, VCH_CORRUPT.
 */
VCH_MUST enum vch_err vch_reindex(struct vch_index_stats *ret_stats,
				  uint32_t *ret_removed, const char *dir);

#endif
