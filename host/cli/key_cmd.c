/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/key_cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/hex.h"
#include "host/cli/doc.h"
#include "host/cli/payment.h"
#include "host/cli/term.h"
#include "trusted/base/check.h"
#include "trusted/policy/key.h"

enum vch_err vch_key_failed(struct vch_key_cmd *k, enum vch_err err)
{
	return vch_cli_fail(k->cli, err, "%s", vch_client_why(k->client));
}

enum vch_err vch_key_unproved(struct vch_key_cmd *k, const char *why)
{
	return vch_cli_fail(k->cli, VCH_RECEIPT, "%s", why);
}

enum vch_err vch_key_cmd_open(struct vch_key_cmd *k, struct vch_cli *cli,
			      bool token)
{
	enum vch_err err;

	memset(k, 0, sizeof(*k));
	k->cli = cli;
	if (cli->arg_cnt > 0 && vch_hex_read(k->id, 20, cli->args[0]))
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "a key is 0x and 40 digits");
	err = vch_client_open(&k->client, cli->node,
			      token ? cli->token_file : NULL);
	if (err)
		return vch_cli_fail(cli, err, "%s, or the token in %s",
				    cli->node, cli->token_file);
	return VCH_OK;
}

void vch_key_begin(struct vch_key_cmd *k)
{
	k->params = vch_client_params(k->client, &k->doc);
}

void vch_key_begin_with_key(struct vch_key_cmd *k)
{
	vch_key_begin(k);
	vch_doc_put_bytes(k->doc, k->params, "key", vch_span(k->id, 20));
}

enum vch_err vch_key_attest(struct vch_key_cmd *k)
{
	enum vch_err err = vch_client_attest(k->client, &k->attested);

	return err ? vch_key_failed(k, err) : VCH_OK;
}

enum vch_err vch_key_call(struct vch_key_cmd *k, yyjson_val **ret,
			  const char *method)
{
	enum vch_err err = vch_client_call(k->client, ret, method);

	return err ? vch_key_failed(k, err) : VCH_OK;
}

enum vch_err vch_key_prove(struct vch_key_cmd *k, yyjson_val *answer)
{
	enum vch_err err = vch_client_proof(k->client, &k->proof, answer,
					    k->attested.evidence.log_key);

	return err ? vch_key_failed(k, err) : VCH_OK;
}

void vch_key_print_json(yyjson_val *val)
{
	char *text = yyjson_val_write(val, 0, NULL);

	VCH_CHECK(text);
	puts(text);
	free(text);
}

void vch_key_print_born(const struct vch_key_cmd *k, yyjson_val *answer,
			const struct vch_key_config *config)
{
	yyjson_val *address = yyjson_obj_get(answer, "address");

	printf("key         %s\n", vch_term_hex(vch_span(k->id, 20)));
	printf("public key  %s\n", vch_term_hex(config->public_key));
	if (address)
		printf("address     %s\n", yyjson_get_str(address));
}

/* ---- policy ------------------------------------------------------------ */

/* The place of a word in a list, or cnt. */
static uint8_t word_idx(const char *const *words, uint8_t cnt, const char *word)
{
	uint8_t i = 0;

	while (i < cnt && strcmp(words[i], word) != 0)
		i++;
	return i;
}

static enum vch_err take_chains(struct vch_key_policy *p, struct vch_cli *cli)
{
	const char *text = cli->chains;
	char *end;

	for (; text; text = *end ? end + 1 : NULL) {
		unsigned long long id = strtoull(text, &end, 10);

		if (end == text || id == 0 || (*end && *end != ',') ||
		    p->chains_cnt == VCH_KEY_POLICY_CHAINS_MAX)
			return vch_cli_fail(cli, VCH_ARGUMENT,
					    "--chains takes up to 8 numbers "
					    "with commas between them");
		p->chains[p->chains_cnt++] = id;
	}
	return VCH_OK;
}

/* CHAIN:ADDRESS, with commas between several */
static enum vch_err take_paymasters(struct vch_key_policy *p,
				    struct vch_cli *cli)
{
	const char *text = cli->paymasters;
	char address[2 + 40 + 1];
	char *end;

	while (text) {
		struct vch_listed_type *t = &p->types[p->types_cnt];

		if (p->types_cnt == VCH_KEY_POLICY_TYPES_MAX)
			break;
		t->chain_id = strtoull(text, &end, 10);
		if (end == text || *end != ':')
			break;
		snprintf(address, sizeof(address), "%s", end + 1);
		if (vch_hex_read(t->contract, 20, address))
			break;
		p->types_cnt++;
		end += 1 + strlen(address);
		if (*end && *end != ',')
			break;
		text = *end ? end + 1 : NULL;
	}
	if (text)
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "--paymasters takes CHAIN:ADDRESS, with "
				    "commas between several");
	return VCH_OK;
}

static enum vch_err take_owner(struct vch_policy_options *ret,
			       struct vch_cli *cli)
{
	static const char *const types[] = {"ed25519", "p256"};
	const char *colon = strchr(cli->owner, ':');
	char type[16];
	size_t len;

	if (colon && (size_t)(colon - cli->owner) < sizeof(type)) {
		snprintf(type, sizeof(type), "%.*s", (int)(colon - cli->owner),
			 cli->owner);
		ret->policy.owner = (uint8_t)(1 + word_idx(types, 2, type));
		if (ret->policy.owner <= VCH_OWNER_P256 &&
		    !vch_hex_read_some(ret->owner_key, &len,
				       sizeof(ret->owner_key), colon + 1)) {
			ret->policy.owner_key = vch_span(ret->owner_key, len);
			return VCH_OK;
		}
	}
	return vch_cli_fail(cli, VCH_ARGUMENT,
			    "--owner takes ed25519:0x… or p256:0x…");
}

static enum vch_err take_limits(struct vch_key_policy *p, struct vch_cli *cli)
{
	unsigned long long ops;
	char *end;

	p->ops_daily = VCH_OPS_UNLIMITED;
	p->native_daily = VCH_NATIVE_UNLIMITED;
	if (cli->ops_daily) {
		ops = strtoull(cli->ops_daily, &end, 10);
		if (end == cli->ops_daily || *end || ops >= VCH_OPS_UNLIMITED)
			return vch_cli_fail(cli, VCH_ARGUMENT,
					    "--ops-daily takes a number");
		p->ops_daily = (uint32_t)ops;
	}
	if (cli->native_daily &&
	    vch_amount_parse(&p->native_daily, cli->native_daily))
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "--native-daily takes an amount");
	return VCH_OK;
}

enum vch_err vch_key_policy_options(struct vch_policy_options *ret,
				    struct vch_cli *cli)
{
	static const char *const purposes[] = {"eth", "message", "raw",
					       "paymaster"};
	static const char *const types[] = {"secp256k1", "ed25519"};

	memset(ret, 0, sizeof(*ret));
	ret->flags = cli->replicated ? VCH_KEY_REPLICATED : 0;
	ret->policy.purpose =
		(uint8_t)(1 + word_idx(purposes, 4, cli->purpose));
	ret->policy.type = word_idx(types, 2, cli->type);
	if (ret->policy.purpose > VCH_PURPOSE_PAYMASTER ||
	    ret->policy.type > VCH_KEY_ED25519)
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "no such --purpose or --type");
	VCH_TRY(take_limits(&ret->policy, cli));
	VCH_TRY(take_chains(&ret->policy, cli));
	VCH_TRY(take_paymasters(&ret->policy, cli));
	return cli->owner ? take_owner(ret, cli) : VCH_OK;
}

/* Byte for byte, as it is recorded. */
static bool same_policy(const struct vch_key_policy *a,
			const struct vch_key_policy *b)
{
	uint8_t bytes[2][VCH_KEY_POLICY_ENC_MAX];
	struct vch_writer wa = vch_writer(bytes[0], sizeof(bytes[0]));
	struct vch_writer wb = vch_writer(bytes[1], sizeof(bytes[1]));

	vch_key_policy_write(&wa, a);
	vch_key_policy_write(&wb, b);
	return !wa.bad && !wb.bad &&
	       vch_span_equal(vch_written(&wa), vch_written(&wb));
}

enum vch_err vch_key_prove_birth(struct vch_key_cmd *k, yyjson_val *answer,
				 struct vch_key_config *ret,
				 const struct vch_key_policy *policy,
				 uint8_t flags)
{
	const struct vch_key_record *rec = &k->proof.key;
	uint8_t id[20];

	VCH_TRY(vch_key_prove(k, answer));
	if (k->proof.head.kind != VCH_RECORD_KEY ||
	    vch_key_config_decode(ret, rec->config))
		return vch_key_unproved(k,
					"the record is not the birth of a key");
	vch_key_id(id, ret);
	if (memcmp(id, k->id, 20) != 0 || memcmp(rec->slot.id, id, 20) != 0)
		return vch_key_unproved(k, "the record is about another key");
	if (ret->flags != flags || !same_policy(&ret->policy, policy))
		return vch_key_unproved(k, "the key has another policy");
	return VCH_OK;
}

/* ---- owner and memory -------------------------------------------------- */

/* The nonce that the node says is the next: a wrong one is refused. */
static enum vch_err next_nonce(struct vch_key_cmd *k, uint64_t *ret)
{
	yyjson_val *answer;
	uint64_t last;

	vch_key_begin_with_key(k);
	VCH_TRY(vch_key_call(k, &answer, "kms_getPublicKey"));
	if (vch_doc_get_u64(answer, "nonce", &last))
		return vch_key_unproved(k, "the node's answer lacks the nonce");
	*ret = last + 1;
	return VCH_OK;
}

enum vch_err vch_key_own(struct vch_key_cmd *k, struct vch_key_request *req,
			 uint8_t sig[64], uint8_t command)
{
	VCH_AUTO(owner_key) owner = {0};
	enum vch_err err;

	if (!k->cli->owner)
		return VCH_OK;
	err = vch_owner_key_load(&owner, k->cli->owner);
	if (err)
		return vch_cli_fail(k->cli, err, "the owner's key in %s",
				    k->cli->owner);
	VCH_TRY(next_nonce(k, &req->nonce));
	memcpy(req->key, k->id, 20);
	return vch_owner_key_sign(&owner, req, sig, command);
}

void vch_key_put_owned(struct vch_key_cmd *k, const struct vch_key_request *req)
{
	if (req->owner_signature.len == 0)
		return;
	vch_doc_put_quantity(k->doc, k->params, "nonce", req->nonce);
	vch_doc_put_bytes(k->doc, k->params, "ownerSignature",
			  req->owner_signature);
}

enum vch_err vch_key_show_seen(struct vch_key_cmd *k)
{
	enum vch_err err =
		vch_key_memory_get(&k->seen, k->cli->keys_file, k->id);

	if (err)
		return vch_cli_fail(k->cli, err, "what was seen, in %s",
				    k->cli->keys_file);
	if (k->seen.receipt_len == 0)
		return VCH_OK;
	if (memcmp(k->seen.log_key, k->attested.evidence.log_key, 32) != 0)
		return vch_key_unproved(k, "another TEE than the one that used "
					   "this key before");
	vch_doc_put_bytes(k->doc, k->params, "lastReceipt",
			  vch_span(k->seen.receipt, k->seen.receipt_len));
	return VCH_OK;
}

enum vch_err vch_key_keep_seen(struct vch_key_cmd *k)
{
	const struct vch_slot *slot = vch_proof_slot(&k->proof);
	enum vch_err err;

	/* the uses of a replicated key have no order */
	if (slot->seq == 0)
		return VCH_OK;
	if (slot->seq <= k->seen.seq)
		return vch_key_unproved(k, "the record is older than one shown "
					   "before: a rolled-back log");
	memcpy(k->seen.key, k->id, 20);
	memcpy(k->seen.log_key, k->attested.evidence.log_key, 32);
	k->seen.seq = slot->seq;
	memcpy(k->seen.receipt, k->proof.bytes, k->proof.len);
	k->seen.receipt_len = k->proof.len;
	err = vch_key_memory_put(&k->seen, k->cli->keys_file);
	return err ? vch_cli_fail(k->cli, err, "what was seen, in %s",
				  k->cli->keys_file)
		   : VCH_OK;
}
