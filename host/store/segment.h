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

/* Where each shard's chain stands after the batches read so far. */
struct vch_log_chain {
	struct {
		uint8_t head[32];
		uint8_t incarnation[16];
		uint64_t index;
		bool started;
	} shard[VCH_SHARDS];
};

/* VCH_CHAIN if the batch does not continue every shard it touches. */
VCH_MUST enum vch_err vch_log_chain_add(struct vch_log_chain *chain,
					const struct vch_batch *batch);

/* <dir>/<number, ten digits>.log */
void vch_segment_path(char ret[PATH_MAX], const char *dir, uint32_t number);

/* What a segment begins with. */
void vch_segment_head(uint8_t ret[VCH_SEGMENT_HEAD], uint32_t number);

/*
 * Walks all segments in order. ret_end: where the good part ends; pos.segment
 * is 0 if there is no segment. Only the last frame of the last segment may be
 * torn: anything else that is bad is VCH_CORRUPT.
 */
VCH_MUST enum vch_err vch_segments_walk(struct vch_log_end *ret_end,
					struct vch_log_chain *chain,
					const char *dir,
					vch_log_batch_fn *each, void *ctx);

#endif
