/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client checks before it believes a node (PROTOCOL 4 and 7): the
 * evidence, a receipt, the statement of an account's birth, the record of a
 * decision. Every check that fails is VCH_RECEIPT, with the reason in words.
 */
#ifndef HOST_CLI_PROOF_H
#define HOST_CLI_PROOF_H

#include "host/cli/policy.h"
#include "host/cli/wallet.h"
#include "trusted/base/bytes.h"
#include "wire/gen/log.h"
#include "wire/gen/ta.h"

#define VCH_ENDORSEMENT_LEN_MAX 160

/* Evidence that was checked, and the bytes it views: do not copy it. */
struct vch_attested {
	uint8_t claims[VCH_EVIDENCE_ENC_MAX];
	uint8_t signature[64];
	size_t claims_len;
	uint8_t endorsement[VCH_ENDORSEMENT_LEN_MAX]; /* may be empty */
	size_t endorsement_len;
	struct vch_evidence evidence;
	bool emulated;
	const char *why;
};

/*
 * Checks claims and signature (filled in by the caller) against the device
 * key they name and the challenge (NULL: whatever it was), and decodes them.
 * An emulated TEE's evidence rests on nobody's root: `emulated` says so.
 */
VCH_MUST enum vch_err vch_attested_check_var(struct vch_attested *att,
					     const uint8_t challenge[32]);

/*
 * The same evidence is endorsed by a device of that factory, for code of that
 * measurement: then the keys in it are that code's alone.
 */
VCH_MUST enum vch_err vch_endorsement_check_var(struct vch_attested *att,
						const uint8_t factory[32],
						const uint8_t measurement[32]);

/* A receipt that was checked, and the bytes it views: do not copy it. */
struct vch_proof {
	uint8_t bytes[VCH_RECEIPT_ENC_MAX];
	size_t len;
	struct vch_receipt receipt;
	struct vch_record_head head;
	struct vch_account_record account; /* head.kind RECORD_ACCOUNT */
	struct vch_decision decision;	   /* RECORD_DECISION, RECORD_INTENT */
	struct vch_change_record change;   /* head.kind RECORD_CHANGE */
	struct vch_key_record key;	   /* head.kind RECORD_KEY */
	struct vch_use use;		   /* head.kind RECORD_USE */
	struct vch_uses uses;		   /* head.kind RECORD_USES */
	struct vch_delete deleted;	   /* head.kind RECORD_DELETE */
	struct vch_resumed resumed;	   /* head.kind RECORD_RESUME */
	const char *why;
};

/* Checks the receipt in bytes and decodes the record in it. */
VCH_MUST enum vch_err vch_proof_check_var(struct vch_proof *proof,
					  const uint8_t log_key[32]);

/* Decodes one record; VCH_FORMAT if it is of no known kind. */
VCH_MUST enum vch_err vch_record_decode(struct vch_proof *ret,
					struct vch_span record);

/*
 * The record is the birth of this account with exactly this passkey and page,
 * this network, nobody else, and the tightest default policy; and the address
 * is the one that follows from passkey and co-signer.
 */
VCH_MUST enum vch_err
vch_proof_statement(struct vch_proof *proof,
		    const struct vch_wallet_account *account,
		    const struct vch_demo_passkey *passkey);

/* The slot in a decoded record: every kind of a receipt has one. */
const struct vch_slot *vch_proof_slot(const struct vch_proof *proof);

/* The receipt becomes the last one that the account's owner has seen. */
void vch_proof_keep(const struct vch_proof *proof,
		    struct vch_wallet_account *account);

/*
 * The record is a decision about this operation (kind RECORD_DECISION) or
 * intent (RECORD_INTENT) of this account, by its hash, later than what the
 * account has shown before, and its code is this one. ROLLBACK comes from
 * another history, so its place says nothing.
 */
VCH_MUST enum vch_err
vch_proof_decision(struct vch_proof *proof, uint8_t kind,
		   const struct vch_wallet_account *account,
		   const uint8_t op_hash[32], enum vch_err code);

/*
 * The receipt's record is of this account, not older than what was shown
 * before, and config and counters in *state are what its slot was made from.
 * Then reads them.
 */
VCH_MUST enum vch_err vch_proof_state(struct vch_proof *proof,
				      const struct vch_wallet_account *account,
				      struct vch_account_state *state);

/*
 * The record is about this very change of this account, its code is this
 * one, and the new config is what follows from the one before: computed here
 * again, byte for byte.
 */
VCH_MUST enum vch_err vch_proof_change(struct vch_proof *proof,
				       const struct vch_wallet_account *account,
				       const struct vch_account_state *before,
				       const struct vch_change *change,
				       enum vch_err code);

/* The record makes the change hold that waited before. */
VCH_MUST enum vch_err
vch_proof_applied(struct vch_proof *proof,
		  const struct vch_wallet_account *account,
		  const struct vch_account_state *before);

/*
 * The record is the newest here of this account, which is stopped: what its
 * owner is asked to resume from.
 */
VCH_MUST enum vch_err
vch_proof_stopped(struct vch_proof *proof,
		  const struct vch_wallet_account *account);

/* The record resumes this account, after the record with this sequence. */
VCH_MUST enum vch_err
vch_proof_resumed(struct vch_proof *proof,
		  const struct vch_wallet_account *account, uint64_t sequence);

/*
 * Two checked receipts of one log key. VCH_RECEIPT: they have one account and
 * sequence but different records, which proves a fork to anybody. Uses of a
 * replicated key have no sequence and prove nothing.
 */
VCH_MUST enum vch_err vch_proof_compare(struct vch_proof *a,
					const struct vch_proof *b);

#endif
