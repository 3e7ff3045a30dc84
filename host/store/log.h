/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log on disk: append-only segments of whole batches, made durable one
 * batch at a time. It is the only thing a host must not lose; every index is
 * rebuilt from it.
 *
 * A segment is a file <dir>/<number from 1, ten digits>.log: a 16-byte
 * header ("VOUCHLOG", u32 version, u32 number), then frames: a mark, 24 bits
 * of length and the batch (wire/log.wire, `batch`). The mark is 0xa5 where all
 * that stands before was durable when this frame was written, 0x5a where it
 * went to the disk together with the frame before it. A frame is good if it
 * decodes, continues every shard's chain that it touches, and its Merkle root
 * is that of its records.
 *
 * So a bad frame in the last segment with no 0xa5 frame after it was never
 * acknowledged, or is the very last: it is a torn tail and is cut. A bad frame
 * anywhere else is damage: VCH_CORRUPT.
 *
 * Never retried: after a failed write or fdatasync the log is dead (every
 * append answers VCH_LOG_WRITE) until it is closed and opened again, which
 * reads what the disk really has, cuts the tail that is not whole and goes on
 * in a new segment.
 */
#ifndef HOST_STORE_LOG_H
#define HOST_STORE_LOG_H

#include "trusted/base/bytes.h"
#include "trusted/log/chain.h"
#include "wire/gen/log.h"

struct vch_log;

/* Bytes in one segment before the next is begun. */
#define VCH_LOG_SEGMENT_MAX (64u << 20)

/* Where a frame stands. */
struct vch_log_pos {
	uint32_t segment;
	uint32_t offset;
};

static inline bool vch_log_pos_after(struct vch_log_pos a, struct vch_log_pos b)
{
	return a.segment != b.segment ? a.segment > b.segment
				      : a.offset > b.offset;
}

/*
 * Where reading goes on: of each shard, behind the frame at that place, which
 * holds the record of its snapshot. Segment 0: from its first record on.
 */
struct vch_log_from {
	struct vch_log_pos behind[VCH_SHARDS];
};

/* Whether what a frame at pos says of that shard is in its snapshot. */
static inline bool vch_log_is_behind(const struct vch_log_from *from,
				     uint8_t shard, struct vch_log_pos pos)
{
	return !from || vch_log_pos_after(pos, from->behind[shard]);
}

/*
 * A batch that decodes and whose root is that of its records; both parts view
 * into bytes. Large (some 70 KiB): keep it off the stack.
 */
struct vch_log_batch {
	struct vch_span bytes;
	struct vch_batch batch;
	struct vch_tree tree;
};

/* VCH_FORMAT, or VCH_CHAIN if the root is not that of the records. */
VCH_MUST enum vch_err vch_log_batch_parse(struct vch_log_batch *ret,
					  struct vch_span bytes);

/* Called for each good batch, in order; the views die with the call. */
typedef enum vch_err vch_log_batch_fn(void *ctx, struct vch_log_pos pos,
				      const struct vch_log_batch *batch);

/*
 * Opens (makes, if it is not there: 0700) the folder, takes its lock, reads
 * every batch once, cuts a torn tail and syncs what it changed. from: where
 * the shards' snapshots stand; NULL: there are none. What lies before all of
 * them is not read; `each` (may be NULL) is also told batches that some
 * shard's snapshot has. Errors: VCH_FILE (path, permission, lock held),
 * VCH_CORRUPT (a bad batch that is not the tail, a segment missing),
 * VCH_PRUNED (what `from` needs was pruned), what `each` returns.
 */
VCH_MUST enum vch_err vch_log_open(struct vch_log **ret, const char *dir,
				   const struct vch_log_from *from,
				   vch_log_batch_fn *each, void *ctx);

/*
 * Appends one batch and returns when it is durable. Thread-safe; batches of
 * several threads may share one fdatasync. ret_pos may be NULL. Errors:
 * VCH_LOG_WRITE; VCH_CHAIN (it does not continue its shards), VCH_SIZE (over
 * VCH_BATCH_MAX): nothing was written and the log lives on.
 */
VCH_MUST enum vch_err vch_log_append(struct vch_log *log,
				     struct vch_log_pos *ret_pos,
				     const struct vch_log_batch *batch);

/*
 * Reads the log again from disk, in order, up to what is durable now; appends
 * wait meanwhile, so `each` must not append. VCH_LOG_WRITE if it is dead.
 */
VCH_MUST enum vch_err vch_log_read(struct vch_log *log, vch_log_batch_fn *each,
				   void *ctx);

/* Called for each batch, in order, as it stands in the log. */
typedef enum vch_err vch_log_frame_fn(void *ctx, struct vch_log_pos pos,
				      struct vch_span batch);

/*
 * Hands out again all that is durable now, unchecked: opening has checked
 * it; but what lies before all places of `from` (NULL: nothing). Others may
 * append meanwhile. VCH_FILE, VCH_PRUNED, or what `each` returns.
 */
VCH_MUST enum vch_err vch_log_replay(struct vch_log *log,
				     const struct vch_log_from *from,
				     vch_log_frame_fn *each, void *ctx);

/*
 * Takes the log's lock (a descriptor to be closed) to change its files without
 * opening it. VCH_FILE if a node holds it.
 */
VCH_MUST enum vch_err vch_log_lock(int *ret_fd, const char *dir);

/* True if a write failed: nothing but close can be done. */
bool vch_log_is_dead(struct vch_log *log);

void vch_log_close(struct vch_log *log);

/*
 * Where the good part of a log ends. Behind it stand zeros, which are space
 * for what comes, or torn_len bytes that are not whole. first: its first
 * segment; over 1 if those before were pruned.
 */
struct vch_log_end {
	uint32_t first;
	struct vch_log_pos pos;
	uint64_t batches;
	uint64_t torn_len;
	uint64_t spare_len;
};

/*
 * Reads a log without its lock and changes nothing: for the CLI and for
 * whoever else wants to check it, also while a node writes it. Of a log that
 * was pruned each shard begins with the first that is there of it. ret may be
 * NULL. Errors: VCH_FILE, VCH_CORRUPT, what `each` returns.
 */
VCH_MUST enum vch_err vch_log_each(struct vch_log_end *ret, const char *dir,
				   vch_log_batch_fn *each, void *ctx);

/*
 * Reads the one batch at pos into storage that ret_batch owns from then on:
 * vch_log_batch_free(). Errors: VCH_FILE, VCH_CORRUPT.
 */
VCH_MUST enum vch_err vch_log_batch_at(struct vch_log_batch **ret,
				       const char *dir, struct vch_log_pos pos);
void vch_log_batch_free(struct vch_log_batch *batch);

#endif
