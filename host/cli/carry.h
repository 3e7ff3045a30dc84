/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carries an account's policy to its chain: plain calls of its contract with
 * the signatures in them, paid by whoever sends them (the session's bundler).
 * PROTOCOL 1. Freezing and cancelling need no node and no TEE: the passkey's
 * word alone. Each call is made once the one before is in a block, and what
 * the chain says afterwards is read back.
 *
 * Errors of all: NETWORK (another chain), CHAIN_RPC, SOCKET, TIMEOUT, what the
 * node refuses, FILE (the wallet); the session's command says why.
 */
#ifndef HOST_CLI_CARRY_H
#define HOST_CLI_CARRY_H

#include "host/cli/intent.h"
#include "host/cli/session.h"

/* What the account's contract says, and what it took to get there. */
struct vch_carried {
	bool deployed;
	bool frozen;
	uint64_t number;     /* of its last intent */
	uint64_t due_s;	     /* when what waits may be applied; 0: nothing */
	uint8_t pending[32]; /* the hash of what waits */
	uint32_t tx_cnt;
	uint64_t gas_used;
};

/* Opens the connection, and checks that it is the account's chain. */
VCH_MUST enum vch_err vch_carry_open(struct vch_session *s,
				     const struct vch_wallet_account *account);

/*
 * Brings the chain in line with `wanted`; `before`: what the chain may have
 * heard of and is to forget. What tightens is carried first and holds at once;
 * what loosens waits there, and the wallet keeps it until it is applied. What
 * waits there and is not wanted is cancelled.
 */
VCH_MUST enum vch_err vch_carry_policy(struct vch_session *s,
				       struct vch_carried *ret,
				       struct vch_wallet_account *account,
				       const struct vch_policy *wanted,
				       const struct vch_policy *before);

/* Freezes it; nothing is carried if it is frozen. What waits is dropped. */
VCH_MUST enum vch_err vch_carry_freeze(struct vch_session *s,
				       struct vch_carried *ret,
				       struct vch_wallet_account *account);

/*
 * Cancels what waits there, and tightens to `wanted` what of `before` it may
 * have heard of already (both NULL: unknown, without the node).
 */
VCH_MUST enum vch_err vch_carry_cancel(struct vch_session *s,
				       struct vch_carried *ret,
				       struct vch_wallet_account *account,
				       const struct vch_policy *wanted,
				       const struct vch_policy *before);

/* NOT_DUE; NO_CHANGE: nothing waits, or not what this wallet carried. */
VCH_MUST enum vch_err vch_carry_apply(struct vch_session *s,
				      struct vch_carried *ret,
				      struct vch_wallet_account *account);

#endif
