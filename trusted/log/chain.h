/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public side of the log (wire/log.wire): chain heads, the Merkle tree
 * of a batch, and the check of a receipt. No key is needed for any of it, so
 * the trusted application, the host and every client use this same code.
 * Nothing here is secret.
 */
#ifndef TRUSTED_LOG_CHAIN_H
#define TRUSTED_LOG_CHAIN_H

#include "trusted/base/bytes.h"
#include "trusted/crypto/ed25519.h"
#include "wire/gen/log.h"

/* The shard of an account or key: the first six bits of SHA-256(id). */
uint8_t vch_shard_of(const uint8_t id[20]);

/* A slot's state = SHA-256(SHA-256(config) ‖ SHA-256(counters)) */
void vch_slot_state(uint8_t ret_state[32], const uint8_t config_hash[32],
		    struct vch_span counters);

/* head = SHA-256(head ‖ record) */
void vch_head_add(uint8_t head[32], struct vch_span record);

/* leaf = SHA-256(0x00 ‖ shard ‖ incarnation ‖ index ‖ head) */
void vch_leaf(uint8_t ret_leaf[32], uint8_t shard,
	      const uint8_t incarnation[16], uint64_t index,
	      const uint8_t head[32]);

/* The leaves of one batch, in the order of its sections and records. */
struct vch_leaves {
	uint8_t hash[VCH_BATCH_RECORDS_MAX][32];
	uint8_t cnt;
};

/* The root over 1 to 64 leaves; a lone node moves up unchanged. */
void vch_root(uint8_t ret_root[32], const struct vch_leaves *leaves);

/*
 * A batch worked out once, for all its receipts: the chain's head after each
 * record, and the tree, its leaves first and each level behind the one below.
 */
struct vch_tree {
	uint8_t head[VCH_BATCH_RECORDS_MAX][32];
	uint8_t node[2 * VCH_BATCH_RECORDS_MAX - 1][32];
	uint8_t cnt; /* leaves */
};

/*
 * Of a decoded batch; checks its root. VCH_FORMAT if it has no records or
 * more than 64; VCH_CHAIN if the root is another: *ret then has no leaves.
 */
VCH_MUST enum vch_err vch_tree_make(struct vch_tree *ret,
				    const struct vch_batch *batch);

/* The head of a section after its last record. */
void vch_section_head(uint8_t ret_head[32], const struct vch_section *section);

/* Signs and checks "vouch batch v1" ‖ root. VCH_SIGNATURE if it is not. */
void vch_root_sign(uint8_t ret_signature[64], const struct vch_ed25519_sk *key,
		   const uint8_t root[32]);
VCH_MUST enum vch_err vch_root_verify_var(const uint8_t log_key[32],
					  const uint8_t root[32],
					  const uint8_t signature[64]);

/*
 * The receipt of record `record_idx` of section `section_idx`; it views into
 * the batch. tree: of that batch.
 */
void vch_receipt_make(struct vch_receipt *ret, const struct vch_batch *batch,
		      const struct vch_tree *tree, uint8_t section_idx,
		      uint8_t record_idx);

/* Checks path and signature of a receipt: VCH_RECEIPT if it proves nothing. */
VCH_MUST enum vch_err vch_receipt_verify_var(const struct vch_receipt *receipt,
					     const uint8_t log_key[32]);

/*
 * What a client shows of a checked receipt: the place, the head after its
 * record, path and signature.
 */
void vch_seen_from(struct vch_seen *ret, const struct vch_receipt *receipt);

/*
 * The log key vouches that this shard had this head at this place. VCH_RECEIPT
 * if it does not.
 */
VCH_MUST enum vch_err vch_seen_verify_var(const struct vch_seen *seen,
					  uint8_t shard,
					  const uint8_t log_key[32]);

#endif
