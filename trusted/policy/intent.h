/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same policy on chain: PROTOCOL 1. The account's contract keeps it as
 * settings, and both keys sign an intent that sets some of them. How one form
 * becomes the other:
 *
 *	the native coin's daily limit   DailyLimit, in whole gwei
 *	a token's daily limit           TokenLimit; a token without: 0
 *	a listed call                   Call, 1; any other: 0
 *	frozen                          Open, 0; else 1
 *
 * Amounts that the chain has no room for are its greatest ones. The fee's cap
 * is the contract's own constant; pages and networks are not known on chain.
 * Pure; nothing is secret.
 */
#ifndef TRUSTED_POLICY_INTENT_H
#define TRUSTED_POLICY_INTENT_H

#include "trusted/base/bytes.h"
#include "wire/gen/ta.h"

/* The hash both keys sign: EIP-712, contracts/lib/Intent.sol. */
void vch_intent_hash(uint8_t ret[32], const struct vch_intent *intent);

/*
 * What the policy says of the setting with that kind, target and selector:
 * its value. VCH_INTENT if there is no such setting.
 */
VCH_MUST enum vch_err vch_setting_of(vch_u128 *ret_value,
				     const struct vch_chain_setting *setting,
				     const struct vch_policy *policy);

/*
 * VCH_INTENT unless there are settings, and each has the value that one of the
 * two policies says: the one that holds, or the one that waits (NULL: none).
 */
VCH_MUST enum vch_err vch_intent_agrees(const struct vch_intent *intent,
					const struct vch_policy *holds,
					const struct vch_policy *waits);

#endif
