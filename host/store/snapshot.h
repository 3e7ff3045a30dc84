/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshots on disk, so that a start need not fold the whole log and old
 * segments of it can go. One is of one shard: the trusted application's pages
 * (wire/log.wire, `snapshot_page`) and, for each slot in them, what the host's
 * index knew then. It is a file beside the segments,
 * <dir>/<shard>-<segment>-<offset>.snap, named after the frame that holds its
 * record, which vouches for the pages; they vouch for config and counters.
 *
 * The newest two of each shard are kept. A file that is not whole or does not
 * belong to this log is set aside (.bad) and the one before it is taken; if
 * there is none, the log is folded from its start.
 *
 * The file, integers big-endian: "VOUCHSNP", version u32, shard u8, segment
 * u32, offset u32, batches u64 and records u64 of the index then, length u32
 * and bytes of all pages (each u32 length, page), then an entry for each slot
 * in their order (segment u32, offset u32, section u8, record u8, and each
 * u16 length and bytes: config, counters, change, receipt), at the end
 * SHA-256 of everything before. A receipt stands there once the log was
 * pruned of it.
 */
#ifndef HOST_STORE_SNAPSHOT_H
#define HOST_STORE_SNAPSHOT_H

#include "host/base/buf.h"
#include "host/store/index.h"
#include "host/store/log.h"

/* Of a file: room for all accounts in one shard. */
#define VCH_SNAP_MAX (1u << 30)
#define VCH_SNAP_VERSION 1u
/* Of each shard. */
#define VCH_SNAPS_KEPT 2

/* Which snapshot: its shard, and the frame with its record. */
struct vch_snap_name {
	uint8_t shard;
	struct vch_log_pos pos;
};

/* What the index keeps of a slot beside it. */
struct vch_snap_entry {
	struct vch_log_pos pos;
	uint8_t section_idx;
	uint8_t record_idx;
	struct vch_span config;
	struct vch_span counters;
	struct vch_span change;
	struct vch_span receipt;
};

/* One that was checked; its parts view into bytes. */
struct vch_snap {
	struct vch_snap_name name;
	uint64_t batches;
	uint64_t records;
	struct vch_span pages;
	struct vch_span entries;
	struct vch_buf bytes;	     /* of the file; empty if only parsed */
	struct vch_log_batch *batch; /* with its record; NULL likewise */
};

/*
 * Checks a file's bytes for themselves: form, sum, and that each entry's
 * config and counters are those of its slot. VCH_SNAPSHOT.
 */
VCH_MUST enum vch_err vch_snap_parse(struct vch_snap *ret,
				     struct vch_span bytes);

/*
 * Reads one and checks it also against the log: the frame is there, and its
 * record speaks of these pages. VCH_SNAPSHOT, VCH_FILE. To be freed.
 */
VCH_MUST enum vch_err vch_snap_read(struct vch_snap **ret, const char *dir,
				    const struct vch_snap_name *name);
void vch_snap_free(struct vch_snap *snap);

/* The pages in order: the next one, as long as there is one. */
bool vch_snap_page(struct vch_span *ret, struct vch_reader *pages);

typedef enum vch_err vch_snap_entry_fn(void *ctx, const struct vch_slot *slot,
				       const struct vch_snap_entry *entry);
/* Every slot with its entry; what `each` returns. */
VCH_MUST enum vch_err vch_snap_each(const struct vch_snap *snap,
				    vch_snap_entry_fn *each, void *ctx);

/* Files of one shard that are looked at. */
#define VCH_SNAPS_LIST_MAX 16

/* The names of a shard's files, newest first, at most max; how many. */
size_t vch_snaps_list(struct vch_snap_name *ret, size_t max, const char *dir,
		      uint8_t shard);

/*
 * The newest good one of a shard, NULL if there is none; bad ones are set
 * aside.
 */
struct vch_snap *vch_snap_newest(const char *dir, uint8_t shard);

/*
 * Adds the u32 length and the page to pages, and an entry for each of its
 * slots to entries. VCH_STALE if the index holds another state of one.
 */
VCH_MUST enum vch_err vch_snap_gather(struct vch_buf *pages,
				      struct vch_buf *entries,
				      struct vch_index *index,
				      struct vch_span page);

/* Removes the files of all shards, the ones set aside too. VCH_FILE. */
VCH_MUST enum vch_err vch_snaps_remove(uint32_t *ret_cnt, const char *dir);

/* Adds one entry as the file has it. */
void vch_snap_entry_write(struct vch_buf *out,
			  const struct vch_snap_entry *entry);

/*
 * Makes the file, durable before it has its name, and removes the shard's
 * files before the last two. snap: name, counts, pages and entries. VCH_FILE.
 */
VCH_MUST enum vch_err vch_snap_write(const char *dir,
				     const struct vch_snap *snap);

/*
 * Fills the index from the newest good snapshots and tells from where each
 * shard's log goes on. What the index has newer it keeps.
 */
void vch_snaps_load(struct vch_log_from *ret_from, struct vch_index *index,
		    const char *dir);

#endif
