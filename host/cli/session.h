/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the commands that pay have open at once, and the steps a payment is
 * made of: operation, assertion, co-signature, chain. Every failure leaves
 * its reason in the command's `why`.
 */
#ifndef HOST_CLI_SESSION_H
#define HOST_CLI_SESSION_H

#include "host/cli/cli.h"
#include "host/cli/client.h"
#include "host/cli/eth.h"
#include "host/cli/payment.h"
#include "host/cli/proof.h"
#include "host/cli/wallet.h"

struct vch_session {
	struct vch_cli *cli;
	struct vch_eth *eth;
	struct vch_client *client;
	struct vch_wallet wallet;
	struct vch_attested attested;
	uint8_t bundler[20];
};

/* Opens the connections and asks the chain who carries operations. */
VCH_MUST enum vch_err vch_session_open(struct vch_session *s,
				       struct vch_cli *cli);
/* The same for what needs no chain. */
VCH_MUST enum vch_err vch_session_open_node(struct vch_session *s,
					    struct vch_cli *cli);
/* One at a time: nothing, the node, the chain and who carries to it. */
void vch_session_begin(struct vch_session *s, struct vch_cli *cli);
VCH_MUST enum vch_err vch_session_add_node(struct vch_session *s);
VCH_MUST enum vch_err vch_session_add_chain(struct vch_session *s);
/* Closes what is open and wipes the passkey. */
void vch_session_close(struct vch_session *s);

/* The wallet's file, in and out. */
VCH_MUST enum vch_err vch_session_load(struct vch_session *s);
VCH_MUST enum vch_err vch_session_save(struct vch_session *s);

/* Asks for evidence; with an account: it must be of the TEE it was born in. */
VCH_MUST enum vch_err
vch_session_attest(struct vch_session *s,
		   const struct vch_wallet_account *account);

/* Makes an account at the deployment, checks it, keeps it in the wallet. */
VCH_MUST enum vch_err vch_session_create(struct vch_session *s,
					 struct vch_wallet_account **ret,
					 struct vch_proof *ret_proof,
					 const struct vch_deployment *at);

/* An operation that its owner's passkey approved. Do not copy it. */
struct vch_approved {
	struct vch_payment_op op;
	struct vch_demo_assertion assertion;
};

/* Builds the operation from the chain's state and has the passkey sign it. */
VCH_MUST enum vch_err vch_session_approve(struct vch_session *s,
					  struct vch_approved *ret,
					  struct vch_wallet_account *account,
					  const struct vch_payment *payment,
					  uint64_t nonce_key);

/* As vch_client_cosign; the account's sequence is kept in the wallet. */
VCH_MUST enum vch_err vch_session_cosign(struct vch_session *s,
					 struct vch_wallet_account *account,
					 uint8_t ret_cosignature[65],
					 struct vch_proof *ret_proof,
					 const struct vch_approved *approved);

/* Which of the two signatures is another key's; for showing refusals. */
enum vch_without {
	VCH_WITHOUT_NONE,
	VCH_WITHOUT_PASSKEY,
	VCH_WITHOUT_COSIGNATURE
};

/* The account's signature, in w. */
VCH_MUST enum vch_err vch_session_sign(struct vch_session *s,
				       struct vch_writer *w,
				       const struct vch_approved *approved,
				       const uint8_t cosignature[65],
				       enum vch_without without);

/* What became of an operation on chain. */
struct vch_sent {
	uint64_t block;
	uint64_t gas_used;
	vch_u128 fee_wei;
	char reason[256]; /* why the chain refused it */
};

/*
 * Sends it through handleOps. VCH_CHAIN_RPC: the chain refused, sent->reason
 * says why. despite: is sent even if a trial says that it will be refused.
 */
VCH_MUST enum vch_err vch_session_send(struct vch_session *s,
				       struct vch_sent *ret,
				       const struct vch_approved *approved,
				       struct vch_span signature, bool despite);

#endif
