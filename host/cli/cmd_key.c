/* SPDX-License-Identifier: Apache-2.0 */
/* vouch key create | list | show | sign | delete */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/buf.h"
#include "host/base/file.h"
#include "host/base/hex.h"
#include "host/cli/cli.h"
#include "host/cli/client.h"
#include "host/cli/doc.h"
#include "host/cli/payment.h"
#include "host/cli/term.h"
#include "trusted/base/check.h"
#include "trusted/crypto/ed25519.h"
#include "trusted/crypto/secp256k1.h"
#include "trusted/policy/key.h"

#define TYPED_DATA_MAX 65536

/* One run: the node, and the key that it is about. */
struct key_cmd {
	struct vch_cli *cli;
	struct vch_client *client;
	yyjson_mut_doc *doc;
	yyjson_mut_val *params;
	uint8_t id[20];
	struct vch_attested attested;
	struct vch_proof proof;
};

static enum vch_err failed(struct key_cmd *k, enum vch_err err)
{
	return vch_cli_fail(k->cli, err, "%s", vch_client_why(k->client));
}

/* Connects, takes KEY from the command line; `token`: for what changes. */
static enum vch_err open_node(struct key_cmd *k, struct vch_cli *cli,
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

static void begin(struct key_cmd *k)
{
	k->params = vch_client_params(k->client, &k->doc);
}

static void begin_with_key(struct key_cmd *k)
{
	begin(k);
	vch_doc_put_bytes(k->doc, k->params, "key", vch_span(k->id, 20));
}

static enum vch_err attest(struct key_cmd *k)
{
	enum vch_err err = vch_client_attest(k->client, &k->attested);

	return err ? failed(k, err) : VCH_OK;
}

static enum vch_err call(struct key_cmd *k, yyjson_val **ret,
			 const char *method)
{
	enum vch_err err = vch_client_call(k->client, ret, method);

	return err ? failed(k, err) : VCH_OK;
}

static enum vch_err unproved(struct key_cmd *k, const char *why)
{
	return vch_cli_fail(k->cli, VCH_RECEIPT, "%s", why);
}

/* The receipt of an answer must be there and hold. */
static enum vch_err prove(struct key_cmd *k, yyjson_val *answer)
{
	enum vch_err err = vch_client_proof(k->client, &k->proof, answer,
					    k->attested.evidence.log_key);

	return err ? failed(k, err) : VCH_OK;
}

static void print_json(yyjson_val *val)
{
	char *text = yyjson_val_write(val, 0, NULL);

	VCH_CHECK(text);
	puts(text);
	free(text);
}

/* ---- create ------------------------------------------------------------- */

static void put_text(struct key_cmd *k, yyjson_mut_val *obj, const char *name,
		     const char *text)
{
	VCH_CHECK(yyjson_mut_obj_add_strcpy(k->doc, obj, name, text));
}

static enum vch_err put_chains(struct key_cmd *k, const char *text)
{
	yyjson_mut_val *arr = vch_doc_put_arr(k->doc, k->params, "chains");
	unsigned long long id;
	char *end;

	for (;; text = end + 1) {
		id = strtoull(text, &end, 10);
		if (end == text || id == 0 || (*end && *end != ','))
			return vch_cli_fail(k->cli, VCH_ARGUMENT,
					    "--chains takes numbers with "
					    "commas between them");
		VCH_CHECK(yyjson_mut_arr_add_uint(k->doc, arr, id));
		if (!*end)
			return VCH_OK;
	}
}

static enum vch_err put_owner(struct key_cmd *k, const char *text)
{
	yyjson_mut_val *obj = vch_doc_put_obj(k->doc, k->params, "owner");
	const char *colon = strchr(text, ':');

	if (!colon)
		return vch_cli_fail(k->cli, VCH_ARGUMENT,
				    "--owner takes ed25519:0x… or p256:0x…");
	VCH_CHECK(yyjson_mut_obj_add_strncpy(k->doc, obj, "type", text,
					     (size_t)(colon - text)));
	put_text(k, obj, "publicKey", colon + 1);
	return VCH_OK;
}

static enum vch_err put_policy(struct key_cmd *k)
{
	const struct vch_cli *cli = k->cli;
	unsigned long long ops;
	vch_u128 wei;
	char *end;

	put_text(k, k->params, "purpose", cli->purpose);
	put_text(k, k->params, "type", cli->type);
	if (cli->chains)
		VCH_TRY(put_chains(k, cli->chains));
	if (cli->owner)
		VCH_TRY(put_owner(k, cli->owner));
	if (cli->ops_daily) {
		ops = strtoull(cli->ops_daily, &end, 10);
		if (end == cli->ops_daily || *end || ops >= VCH_OPS_UNLIMITED)
			return vch_cli_fail(k->cli, VCH_ARGUMENT,
					    "--ops-daily takes a number");
		vch_doc_put_quantity(k->doc, k->params, "opsDaily", ops);
	}
	if (cli->native_daily) {
		if (vch_amount_parse(&wei, cli->native_daily))
			return vch_cli_fail(k->cli, VCH_ARGUMENT,
					    "--native-daily takes an amount");
		vch_doc_put_quantity(k->doc, k->params, "nativeDaily", wei);
	}
	return VCH_OK;
}

/* The record is the birth of this key, and its id is that of what it is. */
static enum vch_err prove_birth(struct key_cmd *k, yyjson_val *answer,
				struct vch_key_config *ret)
{
	const struct vch_key_record *rec = &k->proof.key;
	uint8_t id[20];

	VCH_TRY(prove(k, answer));
	if (k->proof.head.kind != VCH_RECORD_KEY ||
	    vch_key_config_decode(ret, rec->config))
		return unproved(k, "the record is not the birth of a key");
	vch_key_id(id, ret);
	if (memcmp(id, k->id, 20) != 0 || memcmp(rec->slot.id, id, 20) != 0)
		return unproved(k, "the record is about another key");
	return VCH_OK;
}

/* The same policy as asked for, word by word. */
static enum vch_err prove_policy(struct key_cmd *k,
				 const struct vch_key_policy *p)
{
	const struct vch_cli *cli = k->cli;
	size_t chain_cnt = cli->chains ? 1 : 0;
	vch_u128 wei = VCH_NATIVE_UNLIMITED;
	uint32_t ops = VCH_OPS_UNLIMITED;

	for (const char *c = cli->chains; c && *c; c++)
		chain_cnt += *c == ',';
	if (cli->native_daily)
		VCH_TRY(vch_amount_parse(&wei, cli->native_daily));
	if (cli->ops_daily)
		ops = (uint32_t)strtoull(cli->ops_daily, NULL, 10);
	if (p->native_daily != wei || p->ops_daily != ops ||
	    p->chains_cnt != chain_cnt || p->types_cnt != 0 ||
	    (p->owner != VCH_OWNER_HOST) != (cli->owner != NULL) ||
	    strcmp(cli->type, p->type ? "ed25519" : "secp256k1") != 0)
		return unproved(k, "the key has another policy");
	return VCH_OK;
}

enum vch_err vch_cmd_key_create(struct vch_cli *cli)
{
	static struct key_cmd k;
	struct vch_key_config config;
	yyjson_val *answer;
	enum vch_err err = open_node(&k, cli, true);

	if (!err)
		err = attest(&k);
	if (!err) {
		begin(&k);
		err = put_policy(&k);
	}
	if (!err)
		err = call(&k, &answer, "kms_createKey");
	if (!err && vch_doc_get_fixed(answer, "key", k.id, 20))
		err = unproved(&k, "the node's answer lacks the key");
	if (!err)
		err = prove_birth(&k, answer, &config);
	if (!err)
		err = prove_policy(&k, &config.policy);
	if (!err && cli->json)
		print_json(answer);
	if (!err && !cli->json) {
		printf("key         %s\n", vch_term_hex(vch_span(k.id, 20)));
		printf("public key  %s\n", vch_term_hex(config.public_key));
		if (yyjson_obj_get(answer, "address"))
			printf("address     %s\n",
			       yyjson_get_str(
				       yyjson_obj_get(answer, "address")));
		puts("Made in the TEE; the record of its birth holds.");
	}
	vch_client_close(k.client);
	return err;
}

/* ---- list, show ---------------------------------------------------------- */

static const char *text_of(yyjson_val *obj, const char *name)
{
	const char *text = yyjson_get_str(yyjson_obj_get(obj, name));

	return text ? text : "";
}

static void print_line(yyjson_val *key)
{
	printf("%s  %-8s %-10s %s\n", text_of(key, "key"),
	       text_of(key, "purpose"), text_of(key, "type"),
	       text_of(key, "address"));
}

/* One page; *ret_more: begins after k->id. */
static enum vch_err list_page(struct key_cmd *k, bool *ret_more)
{
	yyjson_val *answer, *key;
	size_t i, max;

	begin(k);
	vch_doc_put_bytes(k->doc, k->params, "after", vch_span(k->id, 20));
	VCH_TRY(call(k, &answer, "kms_listKeys"));
	yyjson_arr_foreach (yyjson_obj_get(answer, "keys"), i, max, key) {
		if (k->cli->json)
			print_json(key);
		else
			print_line(key);
	}
	*ret_more = vch_doc_get_fixed(answer, "next", k->id, 20) == VCH_OK;
	return VCH_OK;
}

enum vch_err vch_cmd_key_list(struct vch_cli *cli)
{
	static struct key_cmd k;
	bool more = true;
	enum vch_err err = open_node(&k, cli, true);

	while (!err && more)
		err = list_page(&k, &more);
	vch_client_close(k.client);
	return err;
}

enum vch_err vch_cmd_key_show(struct vch_cli *cli)
{
	static struct key_cmd k;
	yyjson_val *answer, *name, *value;
	size_t i, max;
	enum vch_err err = open_node(&k, cli, false);

	if (!err) {
		begin_with_key(&k);
		err = call(&k, &answer, "kms_getPublicKey");
	}
	if (!err && cli->json)
		print_json(answer);
	if (!err && !cli->json) {
		yyjson_obj_foreach (answer, i, max, name, value) {
			if (yyjson_is_str(value) &&
			    strcmp(yyjson_get_str(name), "receipt") != 0)
				printf("%-12s %s\n", yyjson_get_str(name),
				       yyjson_get_str(value));
		}
	}
	vch_client_close(k.client);
	return err;
}

/* ---- sign ---------------------------------------------------------------- */

static enum vch_err put_typed_data(struct key_cmd *k, const char *path)
{
	struct vch_buf buf = vch_buf(TYPED_DATA_MAX);
	enum vch_err err = vch_file_read(&buf, path);

	if (!err)
		put_text(k, k->params, "typedData", vch_buf_text(&buf));
	vch_buf_free(&buf);
	return err ? vch_cli_fail(k->cli, err, "the typed data in %s", path)
		   : VCH_OK;
}

static enum vch_err put_payload(struct key_cmd *k)
{
	const struct vch_cli *cli = k->cli;

	if (!!cli->message + !!cli->digest + !!cli->transaction +
		    !!cli->typed_data !=
	    1)
		return vch_cli_fail(k->cli, VCH_ARGUMENT,
				    "one of --message, --digest, "
				    "--transaction, --typed-data is needed");
	if (cli->message)
		vch_doc_put_bytes(k->doc, k->params, "message",
				  vch_span(cli->message, strlen(cli->message)));
	if (cli->digest)
		put_text(k, k->params, "digest", cli->digest);
	if (cli->transaction)
		put_text(k, k->params, "transaction", cli->transaction);
	return cli->typed_data ? put_typed_data(k, cli->typed_data) : VCH_OK;
}

/* The secp256k1 key that signed the record's digest has this id. */
static bool signed_by_secp256k1(struct key_cmd *k, const uint8_t signature[65])
{
	struct vch_key_config config = {.policy.type = VCH_KEY_SECP256K1};
	struct vch_secp256k1_pk pk;
	uint8_t sig[65], id[20];

	memcpy(sig, signature, sizeof(sig));
	sig[64] = (uint8_t)(sig[64] - 27);
	if (vch_secp256k1_recover_var(&pk, k->proof.use.digest, sig))
		return false;
	config.public_key = vch_span(pk.xy, sizeof(pk.xy));
	for (uint8_t p = VCH_PURPOSE_ETH; p <= VCH_PURPOSE_RAW; p++) {
		config.policy.purpose = p;
		vch_key_id(id, &config);
		if (memcmp(id, k->id, 20) == 0)
			return true;
	}
	return false;
}

/* The Ed25519 key of this id signed the message. */
static bool signed_by_ed25519(struct key_cmd *k, const uint8_t signature[64])
{
	struct vch_key_config config = {.policy = {
						.type = VCH_KEY_ED25519,
						.purpose = VCH_PURPOSE_MESSAGE,
					}};
	const char *message = k->cli->message;
	struct vch_ed25519_pk pk;
	yyjson_val *answer;
	uint8_t key[32], id[20];

	begin_with_key(k);
	if (!message || call(k, &answer, "kms_getPublicKey") ||
	    vch_doc_get_fixed(answer, "publicKey", key, 32))
		return false;
	config.public_key = vch_span(key, 32);
	vch_key_id(id, &config);
	return memcmp(id, k->id, 20) == 0 &&
	       vch_ed25519_pk_parse(&pk, key) == VCH_OK &&
	       vch_ed25519_verify_var(&pk, vch_span(message, strlen(message)),
				      signature) == VCH_OK;
}

/* What the record says was signed is what was asked for. */
static bool digest_fits(const struct key_cmd *k, size_t signature_len)
{
	static uint8_t tx[VCH_KEY_REQUEST_PAYLOAD_MAX];
	const struct vch_cli *cli = k->cli;
	struct vch_key_policy policy = {.type = signature_len == 64};
	struct vch_key_use use;
	enum vch_err err = VCH_OK;
	size_t len;

	if (cli->message) {
		policy.purpose = VCH_PURPOSE_MESSAGE;
		err = vch_key_use_read(
			&use, &policy, VCH_PAYLOAD_MESSAGE,
			vch_span(cli->message, strlen(cli->message)));
	} else if (cli->transaction) {
		policy.purpose = VCH_PURPOSE_ETH;
		err = vch_hex_read_some(tx, &len, sizeof(tx), cli->transaction);
		if (!err)
			err = vch_key_use_read(&use, &policy, VCH_PAYLOAD_TX,
					       vch_span(tx, len));
	} else if (cli->digest) {
		err = vch_hex_read(use.digest, 32, cli->digest);
	} else {
		return true; /* typed data: the digest is shown with --json */
	}
	return !err && memcmp(use.digest, k->proof.use.digest, 32) == 0;
}

/* The record is of a signature of this key, and the signature fits it. */
static enum vch_err prove_signature(struct key_cmd *k, yyjson_val *answer,
				    uint8_t ret_sig[65], size_t *ret_len)
{
	const struct vch_use *use = &k->proof.use;
	bool good;

	VCH_TRY(prove(k, answer));
	if (k->proof.head.kind != VCH_RECORD_USE || use->code != VCH_OK ||
	    memcmp(use->slot.id, k->id, 20) != 0 ||
	    vch_doc_get_bytes(answer, "signature", ret_sig, ret_len, 65))
		return unproved(k, "the record is of something else");
	if (!digest_fits(k, *ret_len))
		return unproved(k, "something else was signed");
	good = *ret_len == 65 ? signed_by_secp256k1(k, ret_sig)
			      : *ret_len == 64 && signed_by_ed25519(k, ret_sig);
	return good ? VCH_OK : unproved(k, "the signature is not the key's");
}

enum vch_err vch_cmd_key_sign(struct vch_cli *cli)
{
	static struct key_cmd k;
	yyjson_val *answer;
	uint8_t sig[65];
	size_t len;
	enum vch_err err = open_node(&k, cli, true);

	if (!err)
		err = attest(&k);
	if (!err) {
		begin_with_key(&k);
		err = put_payload(&k);
	}
	if (!err)
		err = call(&k, &answer, "kms_sign");
	if (!err)
		err = prove_signature(&k, answer, sig, &len);
	if (!err && cli->json)
		printf("{\"signature\":\"%s\",\"digest\":\"%s\"}\n",
		       vch_term_hex(vch_span(sig, len)),
		       vch_term_hex(vch_span(k.proof.use.digest, 32)));
	if (!err && !cli->json)
		puts(vch_term_hex(vch_span(sig, len)));
	vch_client_close(k.client);
	return err;
}

/* ---- delete -------------------------------------------------------------- */

enum vch_err vch_cmd_key_delete(struct vch_cli *cli)
{
	static struct key_cmd k;
	yyjson_val *answer;
	enum vch_err err = open_node(&k, cli, true);

	if (!err)
		err = attest(&k);
	if (!err) {
		begin_with_key(&k);
		err = call(&k, &answer, "kms_deleteKey");
	}
	if (!err)
		err = prove(&k, answer);
	if (!err && (k.proof.head.kind != VCH_RECORD_DELETE ||
		     memcmp(k.proof.deleted.slot.id, k.id, 20) != 0))
		err = unproved(&k, "the record is of something else");
	if (!err && cli->json)
		print_json(answer);
	if (!err && !cli->json)
		printf("%s is deleted for ever. Its sealed secret was %s.\n",
		       vch_term_hex(vch_span(k.id, 20)),
		       k.proof.deleted.erased
			       ? "erased"
			       : "dropped: who kept a copy of it and of this "
				 "device could still open it");
	vch_client_close(k.client);
	return err;
}
