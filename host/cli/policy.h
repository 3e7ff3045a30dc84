/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An account's policy in the client's hands: what the log proves it is, the
 * edits of it by name, and the change that asks for the edited one.
 */
#ifndef HOST_CLI_POLICY_H
#define HOST_CLI_POLICY_H

#include "trusted/base/bytes.h"
#include "trusted/policy/change.h"
#include "wire/gen/log.h"

/* An account as its log proves it, and the bytes it views: do not copy it. */
struct vch_account_state {
	uint8_t config[VCH_CONFIG_MAX];
	uint8_t counters[VCH_COUNTERS_MAX];
	size_t config_len;
	size_t counters_len;
	struct vch_changing is;
	uint8_t config_hash[32];
	uint8_t change[VCH_CHANGE_MAX];
	size_t change_len;	 /* 0: none waits */
	struct vch_change waits; /* if one does */
};

/*
 * Decodes what stands in the bytes. flags: from the slot. VCH_FORMAT, also if
 * the change that waits is not the one the config names.
 */
VCH_MUST enum vch_err vch_account_state_read(struct vch_account_state *state,
					     uint32_t flags);

/*
 * Edits by name, as `vouch account NAME` has them: limit, fee, list, unlist,
 * allow-page, drop-page, allow-chain, drop-chain, freeze, unfreeze, cancel.
 * args: what stands behind the account's address. VCH_ARGUMENT: *ret_why says
 * what was wrong. Lists are sorted as a change wants them.
 */
VCH_MUST enum vch_err vch_policy_edit(struct vch_policy *policy,
				      const char **ret_why, const char *name,
				      const char *const *args, size_t arg_cnt);

/* The policy that holds, or that will once what waits has taken effect. */
void vch_policy_to_come(struct vch_policy *ret,
			const struct vch_account_state *state);

/* The change that asks for this policy, next in the account's numbers. */
void vch_policy_change(struct vch_change *ret,
		       const struct vch_account_state *state,
		       const struct vch_policy *policy);

#endif
