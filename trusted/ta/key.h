/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of the key service inside the trusted application: what the commands
 * on them share. A key is a hot slot with SLOT_KEY set; the host brings its
 * config, counters and blob with a request, and they count only if they are
 * what the slot was made from.
 */
#ifndef TRUSTED_TA_KEY_H
#define TRUSTED_TA_KEY_H

#include "trusted/policy/key.h"
#include "trusted/ta/state.h"

/*
 * A key whose config and counters are those of its slot. config views into
 * the request that brought it.
 */
struct vch_open_key {
	struct vch_slot *slot;
	struct vch_slot replica; /* of a replicated key; slot points here */
	struct vch_span blob;
	struct vch_key_config config;
	struct vch_key_counters counters;
	uint8_t config_hash[32];
};

/*
 * Opens the key that a request is about and brings. VCH_NO_KEY if there is
 * none or its shard is another's; VCH_STALE if what was brought is not what
 * was last written.
 */
VCH_MUST enum vch_err vch_key_open(struct vch_open_key *ret, struct vch_ta *ta,
				   const uint8_t id[20], struct vch_span config,
				   struct vch_span counters);

/*
 * The same to sign with: any instance opens a replicated key. Nobody vouches
 * for its config until its blob was opened with it: vch_key_unseal.
 */
VCH_MUST enum vch_err vch_key_open_to_sign(struct vch_open_key *ret,
					   struct vch_ta *ta,
					   const uint8_t id[20],
					   struct vch_span config,
					   struct vch_span counters);

/* The kind of a key's blob, and the id that is sealed into it. */
uint8_t vch_key_blob_of(uint8_t ret_id[20], const struct vch_slot *slot);

/* The secret of the key that is open. VCH_UNSEAL. */
VCH_MUST enum vch_err vch_key_unseal(struct vch_sealed_key *ret,
				     const struct vch_ta *ta,
				     const struct vch_open_key *key);

/* A key that is about to exist; public_key views into pk. */
struct vch_new_key {
	struct vch_key_config config;
	uint8_t id[20];
	uint8_t pk[64];
	uint8_t blob[VCH_BLOB_MAX];
	size_t blob_len;
};

/* Fills in public key and id from the secret. VCH_FORMAT if it is none. */
VCH_MUST enum vch_err vch_key_derive(struct vch_new_key *key,
				     const struct vch_sealed_key *secret);

/*
 * Seals the secret, makes record and slot: the key exists from here on.
 * VCH_EXISTS, VCH_KEY_POLICY if its config is too long, VCH_FULL.
 */
VCH_MUST enum vch_err vch_key_bear(struct vch_ta *ta,
				   const struct vch_time *time,
				   struct vch_new_key *key,
				   const struct vch_sealed_key *secret);

/* Moves the slot on by one record; ret: the counters, encoded in buf. */
struct vch_span vch_key_advance(struct vch_open_key *key,
				uint8_t buf[VCH_COUNTERS_MAX]);

/*
 * A stopped key goes on from the record that the request names; its owner's
 * word for it was checked. Records it. VCH_PAYLOAD, VCH_NOT_STOPPED,
 * VCH_ROLLBACK or VCH_RECEIPT as vch_history_check.
 */
VCH_MUST enum vch_err vch_key_resume(struct vch_ta *ta,
				     const struct vch_time *time,
				     struct vch_open_key *key,
				     const struct vch_key_request *req);

/* Writes the beginning of a record of that kind and moves the clock. */
void vch_key_record_head(struct vch_writer *w, struct vch_ta *ta, uint8_t kind,
			 const struct vch_time *time);

#endif
