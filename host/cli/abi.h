/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The little of Ethereum's contract ABI that the CLI speaks: words, the two
 * calls of a payment, and the reasons contracts give when they refuse.
 * Everything is written into the caller's bounded buffer; a buffer too small
 * marks the writer bad. Spec: Solidity ABI, ERC-7821, ERC-4337 v0.8.
 */
#ifndef HOST_CLI_ABI_H
#define HOST_CLI_ABI_H

#include "trusted/base/bytes.h"
#include "wire/gen/ta.h"

/* The first four bytes of keccak256 of "name(type,type)", and all of it. */
void vch_abi_selector(uint8_t ret[4], const char *signature);
void vch_abi_topic(uint8_t ret[32], const char *signature);

/* Parts of a call: its selector, then words. */
void vch_abi_write_selector(struct vch_writer *w, const char *signature);
void vch_abi_write_u128(struct vch_writer *w, vch_u128 v);
void vch_abi_write_address(struct vch_writer *w, const uint8_t address[20]);
/* Length, bytes, zeros up to the next word. */
void vch_abi_write_bytes(struct vch_writer *w, struct vch_span bytes);

#define VCH_PAYMENTS_MAX 16

struct vch_payment {
	uint8_t to[20];
	vch_u128 wei;
};

/*
 * execute(bytes32 mode, bytes executionData) with a batch of 1 to
 * VCH_PAYMENTS_MAX plain payments, in the one canonical form.
 */
void vch_abi_write_execute(struct vch_writer *w,
			   const struct vch_payment *payments, size_t cnt);

/* handleOps with one operation. */
void vch_abi_write_handle_op(struct vch_writer *w, const struct vch_user_op *op,
			     struct vch_span signature,
			     const uint8_t beneficiary[20]);

/*
 * Why a contract reverted, in words: the EntryPoint's FailedOp and
 * FailedOpWithRevert, Solidity's Error and Panic, the account's own errors;
 * anything else as hex. Always a terminated string.
 */
void vch_abi_reason(char *ret, size_t cap, struct vch_span revert);

#endif
