/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where an account lives: its address is a function of its first keys, so
 * the client computes it itself and trusts nobody's word. Nothing is secret.
 *
 *	commitment = keccak256(x ‖ y ‖ rpIdHash ‖ co-signer word)[0..24)
 *	address    = CREATE2(factory, salt 0, the 89-byte proxy creation code)
 *
 * The same bytes stand in contracts/VouchFactory.sol.
 */
#ifndef TRUSTED_POLICY_ACCOUNT_H
#define TRUSTED_POLICY_ACCOUNT_H

#include "trusted/base/bytes.h"
#include "wire/gen/log.h"

#define VCH_COMMITMENT_LEN 24
#define VCH_INIT_CODE_LEN (20 + 4 + 32)

/* What the account's first storage word holds of its keys. */
void vch_account_commitment(uint8_t ret[VCH_COMMITMENT_LEN],
			    const struct vch_passkey *passkey,
			    const uint8_t cosigner[20]);

/* The account's address on every chain where the factory is. */
void vch_account_address(uint8_t ret[20], const uint8_t factory[20],
			 const uint8_t implementation[20],
			 const uint8_t commitment[VCH_COMMITMENT_LEN]);

/* factory ‖ createAccount(bytes24): the only init code an account may use. */
void vch_account_init_code(uint8_t ret[VCH_INIT_CODE_LEN],
			   const uint8_t factory[20],
			   const uint8_t commitment[VCH_COMMITMENT_LEN]);

#endif
