/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the calls of an operation mean, and what they take of which asset:
 * PROTOCOL 9. What is not understood is refused. Understood are
 *
 *	a plain payment, and depositTo(address) of the entry point: their
 *	native value;
 *	transfer(to, amount), transferFrom(the account, to, amount) and
 *	approve(a listed spender, amount) of an ERC-20 token that has a limit:
 *	their amount, an approval as if it were spent at once;
 *	any other (contract, selector) on the account's list: its native value
 *	only, outside the limits of tokens.
 *
 * Nothing is secret.
 */
#ifndef TRUSTED_POLICY_SPEND_H
#define TRUSTED_POLICY_SPEND_H

#include "trusted/base/bytes.h"
#include "trusted/policy/calls.h"
#include "wire/gen/log.h"

/* The selectors that mean the same on every ERC-20 token. */
extern const uint8_t vch_erc20_transfer[4];
extern const uint8_t vch_erc20_transfer_from[4];
extern const uint8_t vch_erc20_approve[4];

/* token runs parallel to config.assets; native stands apart. */
struct vch_spend {
	vch_u128 native; /* wei */
	vch_u128 token[VCH_CONFIG_ASSETS_MAX];
};

/*
 * The sum of all calls. VCH_CALL if one is not understood (also one to the
 * account itself), VCH_SPENDER if an approval's spender is not listed,
 * VCH_LIMIT if an amount does not fit 128 bits.
 */
VCH_MUST enum vch_err vch_spend_of(struct vch_spend *ret,
				   const struct vch_calls *calls,
				   const struct vch_config *config,
				   const uint8_t entry_point[20]);

/* The place of that token among the assets, or their count. Zero: native. */
uint8_t vch_asset_idx(const struct vch_config *config, const uint8_t token[20]);

#endif
