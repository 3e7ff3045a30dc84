/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every key of the trusted application's own comes from two secrets: the
 * device's unique key and the generation key, which can be overwritten.
 *
 *	log key     Ed25519, signs batches
 *	            HKDF(unique, "vouch log key")
 *	device key  Ed25519, signs evidence
 *	            HKDF(unique, "vouch device key")
 *	tag key     HMAC, one for each shard and incarnation
 *	            HKDF(unique, "vouch tag" ‖ shard ‖ incarnation)
 *	seal key    AES-256-GCM, one for each shard and incarnation
 *	            HKDF(generation ‖ unique, "vouch seal" ‖ shard ‖
 *	            incarnation)
 *
 * While there is a next generation key it seals whatever is sealed, and both
 * open. A blob that is sealed anew keeps its place (shard, incarnation, index)
 * and so its nonce: under another key, and the same blob each time.
 *
 * A fork or a lost tail is another incarnation, so no nonce is used twice.
 */
#ifndef TRUSTED_TA_KEYS_H
#define TRUSTED_TA_KEYS_H

#include "trusted/base/bytes.h"
#include "trusted/crypto/ed25519.h"
#include "trusted/crypto/hkdf.h"
#include "trusted/ta/platform.h"
#include "wire/gen/log.h"

struct vch_keys {
	struct vch_root_key unique;
	struct vch_hkdf_prk secret_tag_prk;
	/* set by vch_keys_generation: of the oldest key, and of the next */
	struct vch_hkdf_prk secret_seal_prk;
	struct vch_hkdf_prk secret_next_prk;
	uint64_t generation; /* the number of the oldest */
	bool has_next;
	struct vch_ed25519_sk log_sk;
	struct vch_ed25519_sk device_sk;
};

/* Draws on the platform's unique key. VCH_STORAGE, VCH_UPGRADED. */
VCH_MUST enum vch_err vch_keys_init(struct vch_keys *keys);

/*
 * Takes the generation keys; `fresh`: makes one if there is none, which only a
 * device without a log may do. VCH_ROLLBACK, VCH_CORRUPT, VCH_STORAGE.
 */
VCH_MUST enum vch_err vch_keys_generation(struct vch_keys *keys, bool fresh);

/*
 * Draws the next generation key, if there is none yet; or makes the next one
 * the only one, if there is one, and overwrites the old. As above.
 */
VCH_MUST enum vch_err vch_keys_generation_begin(struct vch_keys *keys);
VCH_MUST enum vch_err vch_keys_generation_end(struct vch_keys *keys);

/* The keyed state that makes and checks the tags of a shard's incarnation. */
void vch_keys_tag(struct vch_hmac_sha256 *ret, const struct vch_keys *keys,
		  uint8_t shard, const uint8_t incarnation[16]);

/* What a blob holds, whatever its kind: a scalar or a seed. */
struct vch_sealed_key {
	uint8_t secret[32];
};
VCH_SECRET(sealed_key)

/*
 * Seals a secret for account or key `id`. The caller fills in kind, shard,
 * incarnation, index and prev_head; the encoded blob goes to w.
 */
void vch_keys_seal(struct vch_writer *w, const struct vch_keys *keys,
		   struct vch_blob *blob, const uint8_t id[20],
		   const struct vch_sealed_key *secret);

/* VCH_UNSEAL if the blob is not of this kind, id and a living generation. */
VCH_MUST enum vch_err vch_keys_unseal(struct vch_sealed_key *ret,
				      const struct vch_keys *keys,
				      struct vch_span blob, uint8_t kind,
				      const uint8_t id[20]);

/* The same blob under the newest generation key, in w. VCH_UNSEAL. */
VCH_MUST enum vch_err vch_keys_rewrap(struct vch_writer *w,
				      const struct vch_keys *keys,
				      struct vch_span blob, uint8_t kind,
				      const uint8_t id[20]);

#endif
