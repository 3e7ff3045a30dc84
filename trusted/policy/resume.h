/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RESUME: the owner of a stopped account takes the history that the node
 * shows for the true one. PROTOCOL 4. Nothing here is secret.
 */
#ifndef TRUSTED_POLICY_RESUME_H
#define TRUSTED_POLICY_RESUME_H

#include "trusted/policy/decide.h"

/*
 * What the passkey signs: EIP-712 over
 *	Resume(address account,bytes32 head,uint64 sequence)
 * in EIP712Domain(string name,string version) = ("vouch", "1"). head and
 * sequence are those of the account's newest record, so it holds once and
 * only on the history that has that record.
 */
void vch_resume_hash(uint8_t ret_hash[32], const uint8_t account[20],
		     const uint8_t head[32], uint64_t sequence);

/*
 * What cannot be known of the lost history is taken as the worst: all limits
 * of today are spent, today being the latest day that any clock has seen; the
 * grants are void.
 */
void vch_resume_apply(struct vch_config *config, struct vch_counters *counters,
		      const struct vch_time *time);

/* Brings a counter's day to the latest that any clock has seen. */
void vch_resume_day(uint16_t *day, const struct vch_time *time);

#endif
