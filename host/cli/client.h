/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vouchd, seen from a client that does not trust it: each call checks what
 * the answer proves before it hands it out.
 */
#ifndef HOST_CLI_CLIENT_H
#define HOST_CLI_CLIENT_H

#include <yyjson.h>

#include "host/cli/payment.h"
#include "host/cli/proof.h"
#include "trusted/policy/intent.h"

struct vch_client;

/* token_file: NULL, or a file with the bearer token. VCH_FILE. */
VCH_MUST enum vch_err vch_client_open(struct vch_client **ret, const char *url,
				      const char *token_file);
void vch_client_close(struct vch_client *client);

/* What went wrong last, for a person. */
const char *vch_client_why(const struct vch_client *client);

/* Draws a challenge, asks for evidence, checks it. VCH_RECEIPT. */
VCH_MUST enum vch_err vch_client_attest(struct vch_client *client,
					struct vch_attested *ret);

/*
 * Has an account made for the passkey, at `account->at`; fills in the rest of
 * *account and checks the statement against the evidence. The code of the
 * node's refusal, or VCH_RECEIPT.
 */
VCH_MUST enum vch_err vch_client_create(struct vch_client *client,
					struct vch_wallet_account *account,
					struct vch_proof *ret_proof,
					const struct vch_demo_passkey *passkey,
					const struct vch_attested *attested);

/* The params of vouch_cosign as one JSON object, in doc. */
yyjson_mut_val *vch_cosign_params(yyjson_mut_doc *doc,
				  const struct vch_wallet_account *account,
				  const struct vch_payment_op *op,
				  const struct vch_assertion *assertion);

/*
 * Has the operation co-signed. VCH_OK: the signature is the co-signer's and
 * *ret_proof its record. A refusal answers its code; if it was recorded
 * (ret_proof->len > 0) the record was checked too. VCH_RECEIPT. The account's
 * last receipt is shown; the caller saves it, it moves on with each proof.
 * VCH_ROLLBACK: the node is on another history than that receipt; it stays.
 */
VCH_MUST enum vch_err vch_client_cosign(struct vch_client *client,
					struct vch_wallet_account *account,
					uint8_t ret_cosignature[65],
					struct vch_proof *ret_proof,
					const struct vch_payment_op *op,
					const struct vch_assertion *assertion);

/*
 * Asks for the newest receipt of a stopped account and checks it: what the
 * owner is asked to resume from. VCH_RECEIPT.
 */
VCH_MUST enum vch_err
vch_client_stopped(struct vch_client *client,
		   const struct vch_wallet_account *account,
		   struct vch_proof *ret_proof);

/*
 * Resumes from `stopped`, whose hash the passkey signed. VCH_RECEIPT. The
 * caller saves the account.
 */
VCH_MUST enum vch_err vch_client_resume(struct vch_client *client,
					struct vch_wallet_account *account,
					struct vch_proof *ret_proof,
					const struct vch_proof *stopped,
					const struct vch_assertion *assertion);

/* The node's own word on an account; valid until the next call. */
VCH_MUST enum vch_err vch_client_account(struct vch_client *client,
					 yyjson_val **ret,
					 const uint8_t address[20]);

/* An account's config and counters, as the log proves them. VCH_RECEIPT. */
VCH_MUST enum vch_err vch_client_state(struct vch_client *client,
				       struct vch_account_state *ret,
				       struct vch_proof *ret_proof,
				       struct vch_wallet_account *account);

/*
 * Has the account's policy changed. VCH_OK: *ret_proof is the record of this
 * very change. A refusal answers its code; if it was recorded
 * (ret_proof->len > 0) the record was checked too. VCH_RECEIPT.
 */
VCH_MUST enum vch_err vch_client_change(struct vch_client *client,
					struct vch_wallet_account *account,
					struct vch_proof *ret_proof,
					const struct vch_account_state *before,
					const struct vch_change *change,
					const struct vch_assertion *assertion);

/* Has the change that waited take effect; checked the same way. */
VCH_MUST enum vch_err vch_client_apply(struct vch_client *client,
				       struct vch_wallet_account *account,
				       struct vch_proof *ret_proof,
				       const struct vch_account_state *before);

/* Has an intent for a chain co-signed; as vch_client_cosign. */
VCH_MUST enum vch_err vch_client_intent(struct vch_client *client,
					struct vch_wallet_account *account,
					uint8_t ret_cosignature[65],
					struct vch_proof *ret_proof,
					const struct vch_intent *intent,
					const struct vch_assertion *assertion);

/* The params of the next vch_client_call; they belong to the client. */
yyjson_mut_val *vch_client_params(struct vch_client *client,
				  yyjson_mut_doc **ret_doc);

/* Any method: a refusal is its own code. *ret is valid until the next call. */
VCH_MUST enum vch_err vch_client_call(struct vch_client *client,
				      yyjson_val **ret, const char *method);

/* Checks the `receipt` of an answer against the log key: VCH_RECEIPT. */
VCH_MUST enum vch_err vch_client_proof(struct vch_client *client,
				       struct vch_proof *ret, yyjson_val *obj,
				       const uint8_t log_key[32]);

#endif
