/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a user operation is to the signer: its hash, its greatest fee, and
 * the digest that the co-signer signs. ERC-4337, EntryPoint v0.8. Nothing
 * here is secret.
 */
#ifndef TRUSTED_POLICY_USEROP_H
#define TRUSTED_POLICY_USEROP_H

#include <stdbool.h>

#include "trusted/base/bytes.h"
#include "wire/gen/ta.h"

/* The EntryPoint v0.8; its hash scheme is the only one understood. */
extern const uint8_t vch_entry_point[20];

/*
 * userOpHash as the EntryPoint v0.8 computes it: EIP-712 over
 * PackedUserOperation in the domain ("ERC4337", "1", chain_id, entry_point).
 */
void vch_userop_hash(uint8_t ret_hash[32], const struct vch_user_op *op,
		     uint64_t chain_id, const uint8_t entry_point[20]);

/* The same of one after another: a domain (zero at first) is hashed once. */
struct vch_userop_domain {
	bool known;
	uint64_t chain_id;
	uint8_t entry_point[20];
	uint8_t hash[32];
};
void vch_userop_hash_next(uint8_t ret_hash[32],
			  struct vch_userop_domain *domain,
			  const struct vch_user_op *op, uint64_t chain_id,
			  const uint8_t entry_point[20]);

/* keccak256(userOpHash ‖ validUntil as uint48) */
void vch_cosign_digest(uint8_t ret_digest[32], const uint8_t userop_hash[32],
		       uint64_t valid_until);

/*
 * The most an operation without paymaster can cost in fees, in wei: all gas
 * limits times maxFeePerGas. VCH_FEE if one of them is beyond any sense
 * (gas limits over 2^32, fee per gas over 2^64), so nothing overflows.
 */
VCH_MUST enum vch_err vch_userop_fee(vch_u128 *ret_wei,
				     const struct vch_user_op *op);

#endif
