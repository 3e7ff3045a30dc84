/* SPDX-License-Identifier: Apache-2.0 */
/* vouch key sign | resume */
#include <stdio.h>
#include <string.h>

#include "host/base/buf.h"
#include "host/base/file.h"
#include "host/base/hex.h"
#include "host/cli/doc.h"
#include "host/cli/key_cmd.h"
#include "host/cli/term.h"
#include "trusted/base/check.h"
#include "trusted/crypto/secp256k1.h"
#include "trusted/log/chain.h"
#include "trusted/policy/key.h"

#define TYPED_DATA_MAX 65536

/* ---- sign ---------------------------------------------------------------- */

static enum vch_err put_typed_data(struct vch_key_cmd *k, const char *path)
{
	struct vch_buf buf = vch_buf(TYPED_DATA_MAX);
	enum vch_err err = vch_file_read(&buf, path);

	if (!err)
		VCH_CHECK(yyjson_mut_obj_add_strcpy(
			k->doc, k->params, "typedData", vch_buf_text(&buf)));
	vch_buf_free(&buf);
	return err ? vch_cli_fail(k->cli, err, "the typed data in %s", path)
		   : VCH_OK;
}

/* What is to be signed, as the owner signs it; typed data stays JSON. */
struct asked {
	struct vch_key_request req;
	uint8_t payload[VCH_KEY_REQUEST_PAYLOAD_MAX];
	uint8_t sig[64];
};

static enum vch_err take_hex(struct asked *ret, struct vch_cli *cli,
			     const char *text, uint8_t kind)
{
	size_t len;

	if (vch_hex_read_some(ret->payload, &len, sizeof(ret->payload), text))
		return vch_cli_fail(cli, VCH_ARGUMENT, "%.20s… is not hex",
				    text);
	ret->req.kind = kind;
	ret->req.payload = vch_span(ret->payload, len);
	return VCH_OK;
}

static enum vch_err take_payload(struct asked *ret, struct vch_cli *cli)
{
	memset(ret, 0, sizeof(*ret));
	if (!!cli->message + !!cli->digest + !!cli->transaction +
		    !!cli->typed_data !=
	    1)
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "one of --message, --digest, "
				    "--transaction, --typed-data is needed");
	if (cli->typed_data && cli->owner)
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "typed data is not signed as an owner "
				    "here; have your wallet do it");
	if (cli->digest)
		return take_hex(ret, cli, cli->digest, VCH_PAYLOAD_RAW);
	if (cli->transaction)
		return take_hex(ret, cli, cli->transaction, VCH_PAYLOAD_TX);
	if (cli->message) {
		ret->req.kind = VCH_PAYLOAD_MESSAGE;
		ret->req.payload = vch_span(cli->message, strlen(cli->message));
	}
	return VCH_OK;
}

static enum vch_err put_payload(struct vch_key_cmd *k, const struct asked *a)
{
	static const char *const names[] = {
		[VCH_PAYLOAD_TX] = "transaction",
		[VCH_PAYLOAD_MESSAGE] = "message",
		[VCH_PAYLOAD_RAW] = "digest",
	};

	if (k->cli->typed_data)
		return put_typed_data(k, k->cli->typed_data);
	vch_doc_put_bytes(k->doc, k->params, names[a->req.kind],
			  a->req.payload);
	vch_key_put_owned(k, &a->req);
	return VCH_OK;
}

/* The secp256k1 key that signed the record's digest has this id. */
static bool signed_by_secp256k1(struct vch_key_cmd *k,
				const uint8_t signature[65])
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
static bool signed_by_ed25519(struct vch_key_cmd *k,
			      const uint8_t signature[64])
{
	struct vch_key_config config = {.policy = {
						.type = VCH_KEY_ED25519,
						.purpose = VCH_PURPOSE_MESSAGE,
					}};
	const char *message = k->cli->message;
	struct vch_ed25519_pk pk;
	yyjson_val *answer;
	uint8_t key[32], id[20];

	vch_key_begin_with_key(k);
	if (!message || vch_key_call(k, &answer, "kms_getPublicKey") ||
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
static bool digest_fits(const struct vch_key_cmd *k, const struct asked *a,
			size_t signature_len)
{
	static const uint8_t purposes[] = {
		[VCH_PAYLOAD_TX] = VCH_PURPOSE_ETH,
		[VCH_PAYLOAD_MESSAGE] = VCH_PURPOSE_MESSAGE,
		[VCH_PAYLOAD_RAW] = VCH_PURPOSE_RAW,
	};
	struct vch_key_policy policy = {.type = signature_len == 64};
	struct vch_key_use use;

	if (k->cli->typed_data)
		return true; /* the digest is shown with --json */
	policy.purpose = purposes[a->req.kind];
	return vch_key_use_read(&use, &policy, a->req.kind, a->req.payload) ==
		       VCH_OK &&
	       memcmp(use.digest, k->proof.use.digest, 32) == 0;
}

/* The record is of a signature of this key, and the signature fits it. */
static enum vch_err prove_signature(struct vch_key_cmd *k,
				    const struct asked *a, yyjson_val *answer,
				    uint8_t ret_sig[65], size_t *ret_len)
{
	const struct vch_use *use = &k->proof.use;
	bool good;

	VCH_TRY(vch_key_prove(k, answer));
	if (k->proof.head.kind != VCH_RECORD_USE || use->code != VCH_OK ||
	    memcmp(use->slot.id, k->id, 20) != 0 ||
	    vch_doc_get_bytes(answer, "signature", ret_sig, ret_len, 65))
		return vch_key_unproved(k, "the record is of something else");
	if (!digest_fits(k, a, *ret_len))
		return vch_key_unproved(k, "something else was signed");
	good = *ret_len == 65 ? signed_by_secp256k1(k, ret_sig)
			      : *ret_len == 64 && signed_by_ed25519(k, ret_sig);
	return good ? VCH_OK
		    : vch_key_unproved(k, "the signature is not the key's");
}

static void print_signature(const struct vch_key_cmd *k, struct vch_span sig)
{
	if (k->cli->json)
		printf("{\"signature\":\"%s\",\"digest\":\"%s\"}\n",
		       vch_term_hex(sig),
		       vch_term_hex(vch_span(k->proof.use.digest, 32)));
	else
		puts(vch_term_hex(sig));
}

enum vch_err vch_cmd_key_sign(struct vch_cli *cli)
{
	static struct vch_key_cmd k;
	static struct asked asked;
	yyjson_val *answer;
	uint8_t sig[65];
	size_t len;
	enum vch_err err = take_payload(&asked, cli);

	if (err)
		return err;
	err = vch_key_cmd_open(&k, cli, true);
	if (!err)
		err = vch_key_attest(&k);
	if (!err)
		err = vch_key_own(&k, &asked.req, asked.sig,
				  VCH_CMD_SIGN_MESSAGE);
	if (!err) {
		vch_key_begin_with_key(&k);
		err = put_payload(&k, &asked);
	}
	if (!err)
		err = vch_key_show_seen(&k);
	if (!err)
		err = vch_key_call(&k, &answer, "kms_sign");
	if (!err)
		err = prove_signature(&k, &asked, answer, sig, &len);
	if (!err)
		err = vch_key_keep_seen(&k);
	if (!err)
		print_signature(&k, vch_span(sig, len));
	vch_client_close(k.client);
	return err;
}

/* ---- resume ---- */

/* The newest record of the key, which must say that it is stopped. */
static enum vch_err newest(struct vch_key_cmd *k, struct vch_key_resume *ret)
{
	const struct vch_slot *slot;
	yyjson_val *answer;

	vch_key_begin_with_key(k);
	VCH_TRY(vch_key_call(k, &answer, "kms_getPublicKey"));
	VCH_TRY(vch_key_prove(k, answer));
	slot = vch_proof_slot(&k->proof);
	if (memcmp(slot->id, k->id, 20) != 0)
		return vch_key_unproved(k, "the record is about another key");
	if (!(slot->flags & VCH_SLOT_STOPPED))
		return vch_cli_fail(k->cli, VCH_NOT_STOPPED,
				    "this key is not stopped");
	vch_seen_from(&ret->seen, &k->proof.receipt);
	ret->sequence = slot->seq;
	return VCH_OK;
}

static enum vch_err ask_resume(struct vch_key_cmd *k,
			       const struct vch_key_resume *from)
{
	uint8_t payload[VCH_KEY_RESUME_ENC_MAX];
	struct vch_writer w = vch_writer(payload, sizeof(payload));
	struct vch_key_request req = {.kind = VCH_PAYLOAD_RESUME};
	yyjson_val *answer;
	uint8_t sig[64];

	vch_key_resume_write(&w, from);
	req.payload = vch_written(&w);
	VCH_TRY(vch_key_own(k, &req, sig, VCH_CMD_SIGN_MESSAGE));
	vch_key_begin_with_key(k);
	vch_doc_put_bytes(k->doc, k->params, "receipt",
			  vch_span(k->proof.bytes, k->proof.len));
	vch_doc_put_quantity(k->doc, k->params, "sequence", from->sequence);
	vch_key_put_owned(k, &req);
	VCH_TRY(vch_key_call(k, &answer, "kms_resumeKey"));
	VCH_TRY(vch_key_prove(k, answer));
	if (k->proof.head.kind != VCH_RECORD_RESUME ||
	    memcmp(k->proof.resumed.slot.id, k->id, 20) != 0 ||
	    memcmp(k->proof.resumed.head, from->seen.head, 32) != 0)
		return vch_key_unproved(k, "the record is of something else");
	/* what was seen of the other history counts no more */
	k->seen.seq = 0;
	return vch_key_keep_seen(k);
}

enum vch_err vch_cmd_key_resume(struct vch_cli *cli)
{
	static struct vch_key_cmd k;
	struct vch_key_resume from;
	enum vch_err err = vch_key_cmd_open(&k, cli, true);

	if (!err)
		err = vch_key_attest(&k);
	if (!err)
		err = newest(&k, &from);
	if (!err)
		err = ask_resume(&k, &from);
	if (!err && !cli->json)
		printf("%s goes on from this node's history. Today's limits "
		       "count as spent.\n",
		       vch_term_hex(vch_span(k.id, 20)));
	if (!err && cli->json)
		printf("{\"key\":\"%s\",\"sequence\":%llu}\n",
		       vch_term_hex(vch_span(k.id, 20)),
		       (unsigned long long)from.sequence);
	vch_client_close(k.client);
	return err;
}
