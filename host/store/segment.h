/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the log's segments: the same walk serves a node that opens its own
 * log and anybody who only looks at one.
 */
#ifndef HOST_STORE_SEGMENT_H
#define HOST_STORE_SEGMENT_H

#include <limits.h>

#include "host/store/log.h"

/* "VOUCHLOG" ‖ version u32 ‖ number u32 */
#define VCH_SEGMENT_HEAD 16
#define VCH_SEGMENT_VERSION 1u

/*
 * Where each shard's chain stands after the batches read so far. The leaf of
 * a record commits to the head after it, and was checked with its batch: so
 * a claimed head is right if it makes the same leaf, and no record need be
 * hashed twice.
 */
struct vch_log_chain {
	const struct vch_log_from *from; /* or NULL */
	bool pruned; /* a shard may begin with whatever is there of it */
	struct {
		uint8_t leaf[32]; /* of the last record */
		uint8_t incarnation[16];
		uint64_t index; /* of the record to come */
		bool started;
	} shard[VCH_SHARDS];
};

/*
 * VCH_CHAIN if the batch does not continue every shard it touches, once. What
 * chain->from has already is not looked at.
 */
VCH_MUST enum vch_err vch_log_chain_add(struct vch_log_chain *chain,
					struct vch_log_pos pos,
					const struct vch_log_batch *batch);

/* <dir>/<number, ten digits>.log */
void vch_segment_path(char ret[PATH_MAX], const char *dir, uint32_t number);

/* What a segment begins with. */
void vch_segment_head(uint8_t ret[VCH_SEGMENT_HEAD], uint32_t number);

/* What a frame begins with: its mark, and 24 bits of length. */
#define VCH_FRAME_HEAD 4
/* All that stands before was durable when this frame was written. */
#define VCH_FRAME_SYNCED 0xa5
/* It went to the disk together with the frame before it. */
#define VCH_FRAME_JOINED 0x5a

/* The first and the last there are; 0 and 0 if there is none. VCH_CORRUPT if
 * one between is missing; VCH_FILE. */
VCH_MUST enum vch_err vch_segments_range(uint32_t *ret_first,
					 uint32_t *ret_last, const char *dir);

/*
 * Walks all segments in order, from the first place of chain->from on; the
 * rest of chain is zeros at first. VCH_PRUNED if that place has gone, unless
 * chain->pruned allows it. ret_end: where the good part ends; pos.segment
 * is 0 if there is no segment. Only the end of the last segment may be torn,
 * and only where no synced frame follows: anything else that is bad is
 * VCH_CORRUPT.
 */
VCH_MUST enum vch_err vch_segments_walk(struct vch_log_end *ret_end,
					struct vch_log_chain *chain,
					const char *dir, vch_log_batch_fn *each,
					void *ctx);

/* The batches of all frames from `from` on and before `end`, unchecked.
 * VCH_FILE. */
VCH_MUST enum vch_err vch_segments_replay(const char *dir,
					  const struct vch_log_from *from,
					  struct vch_log_pos end,
					  vch_log_frame_fn *each, void *ctx);

#endif
