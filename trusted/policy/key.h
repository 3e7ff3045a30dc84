/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of the key service: what policy a key can have, what a request is, and
 * whether it may be signed. Pure. PROTOCOL 6. Nothing here is secret.
 */
#ifndef TRUSTED_POLICY_KEY_H
#define TRUSTED_POLICY_KEY_H

#include "trusted/base/bytes.h"
#include "trusted/policy/decide.h"
#include "wire/gen/ta.h"

/* Limits that are none. */
#define VCH_OPS_UNLIMITED UINT32_MAX
#define VCH_NATIVE_UNLIMITED (~(vch_u128)0)

#define VCH_KEY_CONFIG_VERSION 1

/*
 * flags: as asked for at birth. VCH_KEY_POLICY if purpose, type, lists and
 * flags do not fit together; VCH_PUBLIC_KEY if the owner's key is none.
 */
VCH_MUST enum vch_err vch_key_policy_check(const struct vch_key_policy *policy,
					   uint8_t flags);

/* The same for the owner alone. */
VCH_MUST enum vch_err vch_key_owner_valid(const struct vch_key_policy *policy);

/* The id of a key, wherever it is: see wire/log.wire, key_config. */
void vch_key_id(uint8_t ret_id[20], const struct vch_key_config *config);

/*
 * A request that was understood. type_hash, contract: of typed data; contract
 * and valid_until: of a paymaster's word.
 */
struct vch_key_use {
	uint8_t kind;
	uint64_t chain_id; /* 0: has none */
	vch_u128 cost_wei;
	uint8_t digest[32]; /* Ed25519: SHA-256 of the message, for the log */
	uint8_t type_hash[32];
	uint8_t contract[20];
	uint64_t valid_until;
};

/*
 * Reads what is to be signed. VCH_PURPOSE if the key is not for this kind,
 * VCH_PAYLOAD if it is not of its kind; VCH_FEE, VCH_LIMIT as in ethtx.h.
 */
VCH_MUST enum vch_err vch_key_use_read(struct vch_key_use *ret,
				       const struct vch_key_policy *policy,
				       uint8_t kind, struct vch_span payload);

/* limit_ppm: what this use took of the key's daily limits, in millionths. */
struct vch_key_decision {
	enum vch_err code;
	uint32_t limit_ppm;
};

/*
 * Decides. counters are brought to the day of the refill clock in any case,
 * and charged with a lease for each of the `owed` unclean starts; the use is
 * counted only if the code is VCH_OK. VCH_KEY_CHAIN, VCH_KEY_TYPED,
 * VCH_KEY_COUNT, VCH_LIMIT, VCH_PAYMASTER, VCH_VALID_UNTIL.
 */
struct vch_key_decision vch_key_use_decide(struct vch_key_counters *counters,
					   const struct vch_key_policy *policy,
					   const struct vch_key_use *use,
					   const struct vch_time *time,
					   uint32_t owed);

/* What RESUME leaves: today's limits count as spent. */
void vch_key_resume_apply(struct vch_key_counters *counters,
			  const struct vch_key_policy *policy,
			  const struct vch_time *time);

/* The counters of a new key. */
void vch_key_counters_new(struct vch_key_counters *ret,
			  const struct vch_time *time);

/*
 * Whether the one who may ask did: the host brings no signature, an owner
 * signs `command` and the request (wire/ta.wire) with a nonce above the last.
 * VCH_OWNER, VCH_NONCE.
 */
VCH_MUST enum vch_err
vch_key_owner_check_var(const struct vch_key_policy *policy,
			const struct vch_key_counters *counters,
			uint8_t command, const struct vch_key_request *req);

/* What the owner signs, for whoever signs it: wire/ta.wire. */
#define VCH_KEY_OWNED_LEN (20 + 32)
void vch_key_owned_bytes(uint8_t ret[VCH_KEY_OWNED_LEN], uint8_t command,
			 const struct vch_key_request *req);

#endif
