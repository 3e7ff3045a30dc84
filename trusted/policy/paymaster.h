/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The word of a verifying paymaster: that it pays for one operation until
 * some time. What is hashed is what account-abstraction's VerifyingPaymaster
 * (v0.7 and later) hashes, with EIP-191's prefix. Pure; nothing is secret.
 */
#ifndef TRUSTED_POLICY_PAYMASTER_H
#define TRUSTED_POLICY_PAYMASTER_H

#include "trusted/policy/key.h"

/*
 * Reads a paymaster_op: digest, chain, contract (the paymaster), cost (the
 * most that EntryPoint can take from its deposit), valid_until. VCH_PAYLOAD,
 * also if it names no paymaster; VCH_FEE if gas or fee are beyond any sense.
 */
VCH_MUST enum vch_err vch_paymaster_read(struct vch_key_use *ret,
					 struct vch_span payload);

#endif
