/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the host keeps beside the log to be quick: of every account its slot,
 * its config, its counters, and where in the log its latest record stands.
 * Folded from the log, batch by batch; it can be thrown away and rebuilt.
 * Thread-safe.
 */
#ifndef HOST_STORE_INDEX_H
#define HOST_STORE_INDEX_H

#include "host/store/log.h"
#include "trusted/base/bytes.h"
#include "wire/gen/log.h"

struct vch_index;

/* A copy of what is known of one account; the caller owns it. */
struct vch_account_view {
	struct vch_slot slot;
	uint8_t config[VCH_CONFIG_MAX];
	uint8_t counters[VCH_COUNTERS_MAX];
	size_t config_len;
	size_t counters_len;
	uint8_t change[VCH_CHANGE_MAX]; /* that waits; none: length 0 */
	size_t change_len;
	uint8_t *receipt; /* encoded `receipt`; free() it, may be NULL */
	size_t receipt_len;
};

/* log_dir: where receipts are read from when they are asked for. */
VCH_MUST enum vch_err vch_index_new(struct vch_index **ret,
				    const char *log_dir);
void vch_index_free(struct vch_index *index);

/* One record, decoded: what it says of which account. */
struct vch_fold_item {
	struct vch_slot slot;
	struct vch_span config; /* empty: as it was */
	struct vch_span counters;
	struct vch_span change; /* that waits now; empty: none does */
	bool changes;		/* else the one that waits stays */
	uint8_t section_idx;
	uint8_t record_idx;
};

/* The account records of one batch, decoded, with views into it. */
struct vch_fold {
	struct vch_fold_item items[VCH_BATCH_RECORDS_MAX];
	uint8_t item_cnt;
	uint8_t record_cnt;
};

/*
 * Decodes all records of a batch; done before it is appended, so that the log
 * never holds what cannot be folded. VCH_CORRUPT if one does not decode.
 */
VCH_MUST enum vch_err vch_fold_decode(struct vch_fold *ret,
				      const struct vch_batch *batch);

/*
 * Takes a fold over, once its batch is durable at pos. An account is replaced
 * only by a record with a higher sequence number, so folding twice does
 * nothing.
 */
void vch_index_apply(struct vch_index *index, struct vch_log_pos pos,
		     const struct vch_fold *fold);

/*
 * The log will be folded again, from its start or from where snapshots stand:
 * counts begin with what is before that.
 */
void vch_index_rewind(struct vch_index *index, uint64_t batches,
		      uint64_t records);

/*
 * VCH_ACCOUNT if there is none. The receipt is read from the log or, if it was
 * pruned there, kept with the account; only if asked for: VCH_FILE,
 * VCH_CORRUPT if that fails.
 */
VCH_MUST enum vch_err vch_index_get(struct vch_index *index,
				    struct vch_account_view *ret,
				    const uint8_t id[20], bool with_receipt);

/* Reads the receipt of a record. VCH_FILE, VCH_CORRUPT. */
VCH_MUST enum vch_err vch_receipt_at(struct vch_writer *w, const char *log_dir,
				     struct vch_log_pos pos,
				     uint8_t section_idx, uint8_t record_idx);

/*
 * Copies out the accounts, or the living keys, whose latest records stand last
 * in the log, newest first, without receipts; returns how many, at most max.
 */
size_t vch_index_latest(struct vch_index *index, struct vch_account_view *ret,
			size_t max, bool keys);

/*
 * The ids of up to cap keys of the key service above `after`, in order; how
 * many there are.
 */
size_t vch_index_keys(struct vch_index *index, uint8_t (*ret_ids)[20],
		      size_t cap, const uint8_t after[20]);

/* The flags of the slot of that id; 0 if there is none. */
uint32_t vch_index_flags(struct vch_index *index, const uint8_t id[20]);

/* How many keys are deleted that are not recorded as erased. */
size_t vch_index_to_erase(struct vch_index *index);

/* The id of the key for Ethereum that has this address. VCH_NO_KEY. */
VCH_MUST enum vch_err vch_index_by_address(struct vch_index *index,
					   uint8_t ret_id[20],
					   const uint8_t address[20]);

/* Up to cap addresses of keys for Ethereum; how many there are. */
size_t vch_index_addresses(struct vch_index *index, uint8_t (*ret)[20],
			   size_t cap);

/* Counts for /metrics. */
struct vch_index_stats {
	uint64_t accounts;
	uint64_t keys; /* of the key service; deleted ones do not count */
	uint64_t records;
	uint64_t batches;
};
void vch_index_stats(struct vch_index *index, struct vch_index_stats *ret);

#endif
