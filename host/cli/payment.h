/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A payment as a user operation (ERC-4337, EntryPoint v0.8) and the
 * signature the account contract takes: contracts/interfaces/IVouchAccount.
 */
#ifndef HOST_CLI_PAYMENT_H
#define HOST_CLI_PAYMENT_H

#include "host/cli/abi.h"
#include "host/cli/eth.h"
#include "host/cli/wallet.h"
#include "trusted/policy/account.h"
#include "wire/gen/ta.h"

#define VCH_SIGNATURE_MAX (201 + 37 + 255 + 1024)

/* All that an operation is made of. */
struct vch_payment_plan {
	struct vch_wallet_account *account;
	uint8_t nonce[32];
	bool deploy; /* the account has no code yet */
	struct vch_payment payments[VCH_PAYMENTS_MAX];
	size_t payment_cnt;
	struct vch_eth_fees fees;
	uint64_t valid_until;
};

/* The operation, its hash, and the bytes it views: do not copy it. */
struct vch_payment_op {
	uint8_t init_code[VCH_INIT_CODE_LEN];
	uint8_t call_data[8192];
	struct vch_user_op op;
	uint8_t hash[32];
	uint64_t valid_until;
};

/* VCH_SIZE if a fee does not fit. */
VCH_MUST enum vch_err vch_payment_build(struct vch_payment_op *ret,
					const struct vch_payment_plan *plan,
					const struct vch_passkey *passkey);

/*
 * Five minutes from `now_s`, but in the UTC day that the co-signer counts an
 * operation of now in: the next one in a day's last two minutes.
 */
uint64_t vch_payment_valid_until(uint64_t now_s);

/*
 * The account's signature, kind 1: both keys'. VCH_CLIENT_DATA if the client
 * data does not begin as the contract will rebuild it.
 */
VCH_MUST enum vch_err
vch_account_signature(struct vch_writer *w, uint64_t valid_until,
		      const uint8_t cosignature[65],
		      const struct vch_assertion *assertion,
		      const struct vch_passkey *passkey);

/* Kind 2: the passkey's alone, for freeze and cancel. VCH_CLIENT_DATA. */
VCH_MUST enum vch_err
vch_passkey_signature(struct vch_writer *w, const uint8_t cosigner[20],
		      const struct vch_assertion *assertion,
		      const struct vch_passkey *passkey);

/* The co-signer's own check: VCH_RECEIPT if somebody else signed. */
VCH_MUST enum vch_err vch_cosignature_check_var(const uint8_t hash[32],
						uint64_t valid_until,
						const uint8_t cosignature[65],
						const uint8_t cosigner[20]);

/* "0.01ether", "1.5gwei", "7" (wei). VCH_ARGUMENT if it is anything else. */
VCH_MUST enum vch_err vch_amount_parse(vch_u128 *ret_wei, const char *text);

#define VCH_AMOUNT_TEXT 48
/* "0.01 ether", exact, without needless zeros. */
void vch_amount_print(char ret[VCH_AMOUNT_TEXT], vch_u128 wei);

#endif
