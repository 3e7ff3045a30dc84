/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks a log without any key of its own: every shard's chain of heads is
 * whole, every batch's root is that of its records, every root is signed by
 * the log key that the log's own START and SNAPSHOT records name (or by the
 * one the caller insists on). Of a pruned log that holds for what is left.
 * Pure: batches come in, in order. Spec: wire/log.wire.
 */
#ifndef HOST_CLI_LOGWALK_H
#define HOST_CLI_LOGWALK_H

#include "host/cli/proof.h"
#include "trusted/base/bytes.h"
#include "wire/gen/log.h"

/* Where one shard's chain stands. */
struct vch_logwalk_shard {
	bool seen;
	bool started;
	uint8_t head[32];
	uint8_t incarnation[16];
	uint64_t index;	  /* of the next record */
	uint64_t counter; /* the hardware counter its records carry */
	uint32_t version; /* the highest that was here, or is to come */
};

struct vch_logwalk {
	struct vch_logwalk_shard shard[VCH_SHARDS];
	bool has_log_key;
	bool pruned; /* each shard begins where the log still has it */
	uint8_t log_key[32];
	uint64_t snapshots;
	uint64_t batches;
	uint64_t records;
	uint64_t starts;
	uint64_t accounts;
	uint64_t approved;
	uint64_t refused;
	uint64_t changes;
	uint64_t keys;
	uint64_t signed_cnt;
	uint64_t resumed;
	const char *why;
};

/* One record and its place. */
struct vch_logwalk_record {
	uint8_t shard;
	const uint8_t *incarnation; /* 16 bytes */
	uint64_t index;
	struct vch_span bytes;
	struct vch_record_head head;
	const struct vch_start *start;		  /* or NULL */
	const struct vch_account_record *account; /* or NULL */
	const struct vch_decision *decision;	  /* or NULL */
	const struct vch_change_record *change;	  /* or NULL */
	const struct vch_key_record *key;	  /* or NULL */
	const struct vch_use *use;		  /* or NULL */
	const struct vch_uses *uses;		  /* or NULL */
	const struct vch_delete *deleted;	  /* or NULL */
	const struct vch_resumed *resumed;	  /* or NULL */
	const struct vch_snapshot *snapshot;	  /* or NULL */
	const struct vch_upgrade *upgrade;	  /* or NULL */
	bool anchor; /* it closes a window, nothing else */
};

/* Points the record at what was decoded, by its kind. */
void vch_logwalk_record_set(struct vch_logwalk_record *rec,
			    const struct vch_proof *decoded);

typedef void vch_logwalk_fn(void *ctx, const struct vch_logwalk_record *record);

/* log_key: the one to insist on, or NULL: what the first START says. */
void vch_logwalk_init(struct vch_logwalk *walk, const uint8_t *log_key);

/*
 * Takes the next batch, tells `each` (may be NULL) its records. VCH_RECEIPT:
 * it does not hold; walk->why says what.
 */
VCH_MUST enum vch_err vch_logwalk_batch_var(struct vch_logwalk *walk,
					    const struct vch_batch *batch,
					    vch_logwalk_fn *each, void *ctx);

#endif
