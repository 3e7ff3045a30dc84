/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An account's policy on chain, in the client's hands: the settings that a
 * policy speaks of, the intents that set them, and the calls that carry those
 * (contracts/interfaces/IVouchPolicy.sol). Pure. How a policy becomes
 * settings: trusted/policy/intent.h.
 */
#ifndef HOST_CLI_INTENT_H
#define HOST_CLI_INTENT_H

#include "trusted/policy/intent.h"
#include "wire/gen/ta.h"

/* The native limit, frozen or not; all tokens and calls of two policies. */
#define VCH_SETTINGS_MAX                                                       \
	(2 + 2 * (VCH_POLICY_ASSETS_MAX + VCH_POLICY_CALLS_MAX))

struct vch_settings {
	struct vch_chain_setting of[VCH_SETTINGS_MAX];
	size_t cnt;
};

/*
 * Every setting that `wanted` speaks of, with its value; and, as tight as it
 * gets, what only `before` speaks of.
 */
void vch_settings_of(struct vch_settings *ret, const struct vch_policy *wanted,
		     const struct vch_policy *before);

/* True if that is so already. The chain takes a limit of nothing for 1 gwei. */
bool vch_setting_holds(const struct vch_chain_setting *s, vch_u128 there);

/* The same settings with the same values, in the same order. */
bool vch_settings_equal(const struct vch_chain_setting *a, size_t a_cnt,
			const struct vch_chain_setting *b, size_t b_cnt);

/* What the contract of a new account holds, where nothing was ever set. */
vch_u128 vch_setting_at_birth(const struct vch_chain_setting *setting);

/* Freeze{number} and Cancel{number}: the passkey alone signs those. */
void vch_intent_freeze_hash(uint8_t ret[32], const uint8_t account[20],
			    uint64_t chain_id, uint64_t number);
void vch_intent_cancel_hash(uint8_t ret[32], const uint8_t account[20],
			    uint64_t chain_id, uint64_t number);

/* The question that the contract answers with the setting's value. */
void vch_abi_write_setting_query(struct vch_writer *w,
				 const struct vch_chain_setting *setting);
/*
 * The value in that answer, as a setting has it: VCH_CHAIN_RPC if it is none.
 */
VCH_MUST enum vch_err vch_abi_read_setting(vch_u128 *ret,
					   const struct vch_chain_setting *s,
					   struct vch_span answer);

/* change(settings, signature), applyChange(number, settings). */
void vch_abi_write_change(struct vch_writer *w, const struct vch_intent *intent,
			  struct vch_span signature);
void vch_abi_write_apply(struct vch_writer *w, const struct vch_intent *intent);
/* freeze(signature) and cancel(signature). */
void vch_abi_write_freeze(struct vch_writer *w, struct vch_span signature);
void vch_abi_write_cancel(struct vch_writer *w, struct vch_span signature);

#endif
