/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an account's policy changes: PROTOCOL 1. The passkey signs the whole
 * policy it wants. What of it is tighter than before holds at once; if
 * anything is not, the whole waits and holds once it is due, unless another
 * change takes its place. So freezing is at once, unfreezing waits, and the
 * policy as it stands is the change that cancels. Pure; nothing is secret.
 *
 *	now:   the tighter of both, setting by setting
 *	later: what was signed
 */
#ifndef TRUSTED_POLICY_CHANGE_H
#define TRUSTED_POLICY_CHANGE_H

#include "trusted/policy/decide.h"
#include "wire/gen/log.h"

/* How long what loosens waits, in lived seconds (the refill clock). */
#ifndef VCH_DELAY_POLICY_S
#define VCH_DELAY_POLICY_S (2u * VCH_DAY_S)
#endif

/*
 * What the passkey signs: the EIP-712 hash of the change, in the domain
 * ("vouch", "1"), which no chain knows: it is the co-signer's own policy.
 */
void vch_change_hash(uint8_t ret[32], const struct vch_change *change);

/* VCH_CHANGE_FORM if it is not in its one form, or bricks the account. */
VCH_MUST enum vch_err vch_change_form(const struct vch_change *change);

/* The policy that holds, views into the config. flags: VCH_SLOT_ flags. */
void vch_policy_of(struct vch_policy *ret, const struct vch_config *config,
		   uint32_t flags);

/* What a change works on; all of it is of one account. */
struct vch_changing {
	struct vch_config config; /* origins may come to view the change */
	struct vch_counters counters;
	uint32_t flags;
};

/*
 * Takes a change that was signed. config_hash: SHA-256 of the config as it
 * was; hash: vch_change_hash. Either all of *c moves on or, with an error,
 * none: CHANGE_FORM, CHANGE_STALE, CHANGE_SIZE (now, or once it is due).
 */
VCH_MUST enum vch_err vch_change_take(struct vch_changing *c,
				      const struct vch_change *change,
				      const uint8_t config_hash[32],
				      const uint8_t hash[32],
				      const struct vch_time *time);

/* Takes the change that waited: NO_CHANGE, NOT_DUE, CHANGE_SIZE. */
VCH_MUST enum vch_err vch_change_apply(struct vch_changing *c,
				       const struct vch_change *change,
				       const uint8_t hash[32],
				       const struct vch_time *time);

#endif
