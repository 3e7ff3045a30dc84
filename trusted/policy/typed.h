/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EIP-712 typed data, hashed here from what it says: the type string, the
 * members as encodeData makes words of them, and the domain in the clear.
 * Nothing is secret.
 */
#ifndef TRUSTED_POLICY_TYPED_H
#define TRUSTED_POLICY_TYPED_H

#include "trusted/base/bytes.h"
#include "wire/gen/ta.h"

/*
 * ret_digest: keccak256(0x1901 ‖ domain separator ‖ hashStruct);
 * ret_type_hash: keccak256(type). VCH_PAYLOAD if the type string is none, has
 * not as many members as there are words, or a member that the domain lacks
 * is not empty. VCH_PURPOSE for the domain name "ERC4337": user operations
 * are signed by co-signer keys only.
 */
VCH_MUST enum vch_err vch_typed_hash(uint8_t ret_digest[32],
				     uint8_t ret_type_hash[32],
				     const struct vch_typed_data *data);

#endif
