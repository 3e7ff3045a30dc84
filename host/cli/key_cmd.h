/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands of `vouch key` share: the node, the key, what is proved. */
#ifndef HOST_CLI_KEY_CMD_H
#define HOST_CLI_KEY_CMD_H

#include "host/cli/cli.h"
#include "host/cli/client.h"
#include "host/cli/key_memory.h"
#include "host/cli/owner_key.h"

/* One run: the node, and the key that it is about. Large. */
struct vch_key_cmd {
	struct vch_cli *cli;
	struct vch_client *client;
	yyjson_mut_doc *doc; /* of the params being made */
	yyjson_mut_val *params;
	uint8_t id[20];
	struct vch_attested attested;
	struct vch_proof proof;
	struct vch_key_seen seen;
};

/* Hands the client's reason on. */
enum vch_err vch_key_failed(struct vch_key_cmd *k, enum vch_err err);
/* VCH_RECEIPT, for this reason. */
enum vch_err vch_key_unproved(struct vch_key_cmd *k, const char *why);

/* Connects, takes KEY from the command line; `token`: for what changes. */
VCH_MUST enum vch_err vch_key_cmd_open(struct vch_key_cmd *k,
				       struct vch_cli *cli, bool token);

/* New params, empty or with the key in them. */
void vch_key_begin(struct vch_key_cmd *k);
void vch_key_begin_with_key(struct vch_key_cmd *k);

/* As their namesakes of client.h, the reason noted. */
VCH_MUST enum vch_err vch_key_attest(struct vch_key_cmd *k);
VCH_MUST enum vch_err vch_key_call(struct vch_key_cmd *k, yyjson_val **ret,
				   const char *method);
/* The receipt of an answer must be there and hold. */
VCH_MUST enum vch_err vch_key_prove(struct vch_key_cmd *k, yyjson_val *answer);

/* The policy that the options ask for; views into bytes. VCH_ARGUMENT. */
struct vch_policy_options {
	struct vch_key_policy policy;
	uint8_t flags;
	uint8_t owner_key[64];
};
VCH_MUST enum vch_err vch_key_policy_options(struct vch_policy_options *ret,
					     struct vch_cli *cli);

/*
 * The record is the birth of k->id, with exactly this policy and these flags;
 * config views into k->proof.
 */
VCH_MUST enum vch_err vch_key_prove_birth(struct vch_key_cmd *k,
					  yyjson_val *answer,
					  struct vch_key_config *ret,
					  const struct vch_key_policy *policy,
					  uint8_t flags);

/*
 * Signs the request as the owner whose key is in the file cli->owner, if one
 * is given; asks the node for the nonce first, so params begin after it. sig
 * holds the bytes.
 */
VCH_MUST enum vch_err vch_key_own(struct vch_key_cmd *k,
				  struct vch_key_request *req, uint8_t sig[64],
				  uint8_t command);

/* Nonce and signature into the params, if the request has them. */
void vch_key_put_owned(struct vch_key_cmd *k,
		       const struct vch_key_request *req);

/* What was seen of the key goes into the params, what is proved is kept. */
VCH_MUST enum vch_err vch_key_show_seen(struct vch_key_cmd *k);
VCH_MUST enum vch_err vch_key_keep_seen(struct vch_key_cmd *k);

/* One value and a newline. */
void vch_key_print_json(yyjson_val *val);

/* What a person reads of a key that was born. */
void vch_key_print_born(const struct vch_key_cmd *k, yyjson_val *answer,
			const struct vch_key_config *config);

#endif
