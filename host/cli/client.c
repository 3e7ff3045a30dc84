/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/client.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/alloc.h"
#include "host/base/file.h"
#include "host/cli/doc.h"
#include "host/cli/rpc.h"
#include "trusted/base/check.h"

#define TOKEN_MAX 160

struct vch_client {
	struct vch_rpc *rpc;
	char why[768];
};

/* The token's file: one line. */
static enum vch_err read_token(char ret[TOKEN_MAX + 1], const char *path)
{
	struct vch_buf buf = vch_buf(TOKEN_MAX);
	enum vch_err err = vch_file_read_private(&buf, path);

	if (!err) {
		memcpy(ret, vch_buf_text(&buf), buf.len + 1);
		ret[strcspn(ret, "\r\n")] = '\0';
	}
	vch_buf_free(&buf);
	return err;
}

enum vch_err vch_client_open(struct vch_client **ret, const char *url,
			     const char *token_file)
{
	struct vch_client *client = vch_alloc(1, sizeof(*client));
	char token[TOKEN_MAX + 1];
	enum vch_err err = VCH_OK;

	/* There the node knows the user, and the file may be out of reach. */
	if (strncmp(url, "unix:", 5) == 0)
		token_file = NULL;
	if (token_file)
		err = read_token(token, token_file);
	if (!err)
		err = vch_rpc_open(&client->rpc, url,
				   token_file ? token : NULL);
	vch_wipe(token, sizeof(token));
	if (err) {
		vch_client_close(client);
		return err;
	}
	*ret = client;
	return VCH_OK;
}

void vch_client_close(struct vch_client *client)
{
	if (!client)
		return;
	vch_rpc_close(client->rpc);
	free(client);
}

const char *vch_client_why(const struct vch_client *client)
{
	return client->why;
}

static enum vch_err say(struct vch_client *client, enum vch_err err,
			const char *why)
{
	snprintf(client->why, sizeof(client->why), "%s", why);
	return err;
}

/* Calls; a refusal becomes its own code, with the server's details. */
static enum vch_err call(struct vch_client *client, yyjson_val **ret,
			 const char *method)
{
	enum vch_err err = vch_rpc_call(client->rpc, ret, method);
	struct vch_rpc_error error;
	const char *detail;
	uint64_t code;

	if (err != VCH_CHAIN_RPC)
		return err ? say(client, err, vch_rpc_why(client->rpc))
			   : VCH_OK;
	vch_rpc_error(client->rpc, &error);
	code = yyjson_get_uint(yyjson_obj_get(error.data, "code"));
	if (code == 0 || code > UINT16_MAX || !vch_err_known((uint16_t)code))
		return say(client, VCH_INTERNAL, vch_rpc_why(client->rpc));
	detail = yyjson_get_str(yyjson_obj_get(error.data, "detail"));
	return say(client, (enum vch_err)code, detail ? detail : "");
}

static enum vch_err odd(struct vch_client *client)
{
	return say(client, VCH_RECEIPT,
		   "the node's answer lacks what it needs");
}

enum vch_err vch_client_attest(struct vch_client *client,
			       struct vch_attested *ret)
{
	uint8_t challenge[32];
	yyjson_mut_doc *doc;
	yyjson_mut_val *params = vch_rpc_object(client->rpc, &doc);
	yyjson_val *result;

	if (RAND_bytes(challenge, sizeof(challenge)) != 1)
		return say(client, VCH_ENTROPY, "no challenge could be drawn");
	vch_doc_put_bytes(doc, params, "challenge", vch_span(challenge, 32));
	VCH_TRY(call(client, &result, "kms_attest"));
	memset(ret, 0, sizeof(*ret));
	if (vch_doc_get_bytes(result, "claims", ret->claims, &ret->claims_len,
			      sizeof(ret->claims)) ||
	    vch_doc_get_fixed(result, "signature", ret->signature, 64) ||
	    vch_doc_get_bytes(result, "endorsement", ret->endorsement,
			      &ret->endorsement_len, sizeof(ret->endorsement)))
		return odd(client);
	if (vch_attested_check_var(ret, challenge))
		return say(client, VCH_RECEIPT, ret->why);
	return VCH_OK;
}

static void create_params(struct vch_rpc *rpc, const struct vch_deployment *at,
			  const struct vch_demo_passkey *passkey)
{
	yyjson_mut_doc *doc;
	yyjson_mut_val *params = vch_rpc_object(rpc, &doc);
	yyjson_mut_val *obj = vch_doc_put_obj(doc, params, "passkey");
	struct vch_passkey own;

	vch_demo_passkey_public(&own, passkey);
	vch_doc_put_bytes(doc, obj, "x", vch_span(own.x, 32));
	vch_doc_put_bytes(doc, obj, "y", vch_span(own.y, 32));
	vch_doc_put_bytes(doc, obj, "rpIdHash", vch_span(own.rp_id_hash, 32));
	obj = vch_doc_put_arr(doc, params, "origins");
	VCH_CHECK(yyjson_mut_arr_add_strcpy(doc, obj, passkey->origin));
	obj = vch_doc_put_arr(doc, params, "networks");
	obj = yyjson_mut_arr_add_obj(doc, obj);
	vch_doc_put_quantity(doc, obj, "chainId", at->chain_id);
	vch_doc_put_bytes(doc, obj, "entryPoint",
			  vch_span(at->entry_point, 20));
	vch_doc_put_bytes(doc, params, "factory", vch_span(at->factory, 20));
	vch_doc_put_bytes(doc, params, "implementation",
			  vch_span(at->implementation, 20));
}

static enum vch_err read_proof(struct vch_client *client, struct vch_proof *ret,
			       yyjson_val *obj, const uint8_t log_key[32])
{
	memset(ret, 0, sizeof(*ret));
	if (vch_doc_get_bytes(obj, "receipt", ret->bytes, &ret->len,
			      sizeof(ret->bytes)))
		return odd(client);
	if (vch_proof_check_var(ret, log_key))
		return say(client, VCH_RECEIPT, ret->why);
	return VCH_OK;
}

enum vch_err vch_client_create(struct vch_client *client,
			       struct vch_wallet_account *account,
			       struct vch_proof *ret_proof,
			       const struct vch_demo_passkey *passkey,
			       const struct vch_attested *attested)
{
	yyjson_val *result;

	create_params(client->rpc, &account->at, passkey);
	VCH_TRY(call(client, &result, "vouch_createAccount"));
	if (vch_doc_get_fixed(result, "address", account->address, 20) ||
	    vch_doc_get_fixed(result, "cosigner", account->cosigner, 20))
		return odd(client);
	memcpy(account->log_key, attested->evidence.log_key, 32);
	memcpy(account->device_key, attested->evidence.device_key, 32);
	VCH_TRY(read_proof(client, ret_proof, result, account->log_key));
	if (vch_proof_statement(ret_proof, account, passkey))
		return say(client, VCH_RECEIPT, ret_proof->why);
	vch_proof_keep(ret_proof, account);
	return VCH_OK;
}

/* ERC-4337's unpacked form, as bundlers speak it. */
static void put_op(yyjson_mut_doc *doc, yyjson_mut_val *obj,
		   const struct vch_user_op *op)
{
	vch_doc_put_bytes(doc, obj, "sender", vch_span(op->sender, 20));
	if (op->init_code.len) {
		vch_doc_put_bytes(doc, obj, "factory",
				  vch_span(op->init_code.ptr, 20));
		vch_doc_put_bytes(doc, obj, "factoryData",
				  vch_span(op->init_code.ptr + 20,
					   op->init_code.len - 20));
	}
	vch_doc_put_bytes(doc, obj, "callData", op->call_data);
	vch_doc_put_quantity(doc, obj, "verificationGasLimit",
			     vch_load_be128(op->account_gas_limits));
	vch_doc_put_quantity(doc, obj, "callGasLimit",
			     vch_load_be128(op->account_gas_limits + 16));
	vch_doc_put_quantity(doc, obj, "preVerificationGas",
			     vch_load_be128(op->pre_verification_gas + 16));
	vch_doc_put_quantity(doc, obj, "maxPriorityFeePerGas",
			     vch_load_be128(op->gas_fees));
	vch_doc_put_quantity(doc, obj, "maxFeePerGas",
			     vch_load_be128(op->gas_fees + 16));
	vch_doc_put_word(doc, obj, "nonce", op->nonce);
}

static void put_assertion(yyjson_mut_doc *doc, yyjson_mut_val *params,
			  const struct vch_assertion *assertion)
{
	yyjson_mut_val *obj = vch_doc_put_obj(doc, params, "assertion");

	vch_doc_put_quantity(doc, obj, "passkey", assertion->passkey);
	vch_doc_put_bytes(doc, obj, "authenticatorData", assertion->auth_data);
	vch_doc_put_bytes(doc, obj, "clientDataJSON", assertion->client_data);
	vch_doc_put_bytes(doc, obj, "signature",
			  vch_span(assertion->signature, 64));
}

yyjson_mut_val *vch_cosign_params(yyjson_mut_doc *doc,
				  const struct vch_wallet_account *account,
				  const struct vch_payment_op *op,
				  const struct vch_assertion *assertion)
{
	yyjson_mut_val *params = yyjson_mut_obj(doc);

	VCH_CHECK(params);
	vch_doc_put_bytes(doc, params, "account",
			  vch_span(account->address, 20));
	vch_doc_put_quantity(doc, params, "chainId", account->at.chain_id);
	vch_doc_put_bytes(doc, params, "entryPoint",
			  vch_span(account->at.entry_point, 20));
	put_op(doc, vch_doc_put_obj(doc, params, "userOperation"), &op->op);
	vch_doc_put_quantity(doc, params, "validUntil", op->valid_until);
	put_assertion(doc, params, assertion);
	if (account->receipt_len)
		vch_doc_put_bytes(
			doc, params, "lastReceipt",
			vch_span(account->receipt, account->receipt_len));
	return params;
}

/* What the co-signer is asked for: an operation, or an intent. */
struct asked {
	uint8_t kind; /* of the record it leaves */
	const char *method;
	uint8_t hash[32];
	uint64_t valid_until;
};

static enum vch_err decided(struct vch_client *client,
			    struct vch_proof *ret_proof,
			    struct vch_wallet_account *account,
			    const struct asked *asked, enum vch_err code,
			    yyjson_val *obj)
{
	VCH_TRY(read_proof(client, ret_proof, obj, account->log_key));
	if (vch_proof_decision(ret_proof, asked->kind, account, asked->hash,
			       code))
		return say(client, VCH_RECEIPT, ret_proof->why);
	if (code != VCH_ROLLBACK)
		vch_proof_keep(ret_proof, account);
	return VCH_OK;
}

/* Calls with the params that are set, and checks all that comes back. */
static enum vch_err cosigned(struct vch_client *client,
			     struct vch_wallet_account *account,
			     uint8_t ret_cosignature[65],
			     struct vch_proof *ret_proof,
			     const struct asked *asked)
{
	uint8_t sig[65];
	struct vch_rpc_error error;
	yyjson_val *result;
	enum vch_err err;

	ret_proof->len = 0;
	err = call(client, &result, asked->method);
	if (err) {
		vch_rpc_error(client->rpc, &error);
		if (yyjson_obj_get(error.data, "receipt"))
			VCH_TRY(decided(client, ret_proof, account, asked, err,
					error.data));
		return err;
	}
	VCH_TRY(decided(client, ret_proof, account, asked, VCH_OK, result));
	if (vch_doc_get_fixed(result, "signature", sig, 65))
		return odd(client);
	if (vch_cosignature_check_var(asked->hash, asked->valid_until, sig,
				      account->cosigner))
		return say(client, VCH_RECEIPT,
			   "the co-signature is not the co-signer's");
	memcpy(ret_cosignature, sig, 65);
	return VCH_OK;
}

enum vch_err vch_client_cosign(struct vch_client *client,
			       struct vch_wallet_account *account,
			       uint8_t ret_cosignature[65],
			       struct vch_proof *ret_proof,
			       const struct vch_payment_op *op,
			       const struct vch_assertion *assertion)
{
	struct asked asked = {VCH_RECORD_DECISION, "vouch_cosign",
			      .valid_until = op->valid_until};

	memcpy(asked.hash, op->hash, 32);
	vch_rpc_params(client->rpc, vch_cosign_params(vch_rpc_doc(client->rpc),
						      account, op, assertion));
	return cosigned(client, account, ret_cosignature, ret_proof, &asked);
}

enum vch_err vch_client_account(struct vch_client *client, yyjson_val **ret,
				const uint8_t address[20])
{
	yyjson_mut_doc *doc;
	yyjson_mut_val *params = vch_rpc_object(client->rpc, &doc);

	vch_doc_put_bytes(doc, params, "address", vch_span(address, 20));
	return call(client, ret, "vouch_getAccount");
}

/* ---- the policy ---------------------------------------------------------- */

enum vch_err vch_client_state(struct vch_client *client,
			      struct vch_account_state *ret,
			      struct vch_proof *ret_proof,
			      struct vch_wallet_account *account)
{
	yyjson_val *result, *pending;

	VCH_TRY(vch_client_account(client, &result, account->address));
	if (vch_doc_get_bytes(result, "config", ret->config, &ret->config_len,
			      sizeof(ret->config)) ||
	    vch_doc_get_bytes(result, "counters", ret->counters,
			      &ret->counters_len, sizeof(ret->counters)))
		return odd(client);
	ret->change_len = 0;
	pending = yyjson_obj_get(result, "pending");
	if (yyjson_is_obj(pending) &&
	    vch_doc_get_bytes(pending, "bytes", ret->change, &ret->change_len,
			      sizeof(ret->change)))
		return odd(client);
	VCH_TRY(read_proof(client, ret_proof, result, account->log_key));
	if (vch_proof_state(ret_proof, account, ret))
		return say(client, VCH_RECEIPT, ret_proof->why);
	return VCH_OK;
}

static void put_lists(yyjson_mut_doc *doc, yyjson_mut_val *obj,
		      const struct vch_policy *p)
{
	yyjson_mut_val *list = vch_doc_put_arr(doc, obj, "origins");
	yyjson_mut_val *one;
	size_t i;

	for (i = 0; i < p->origins_cnt; i++)
		VCH_CHECK(yyjson_mut_arr_add_strncpy(
			doc, list, (const char *)p->origins[i].ptr,
			p->origins[i].len));
	list = vch_doc_put_arr(doc, obj, "networks");
	for (i = 0; i < p->networks_cnt; i++) {
		one = yyjson_mut_arr_add_obj(doc, list);
		vch_doc_put_quantity(doc, one, "chainId",
				     p->networks[i].chain_id);
		vch_doc_put_bytes(doc, one, "entryPoint",
				  vch_span(p->networks[i].entry_point, 20));
	}
	list = vch_doc_put_arr(doc, obj, "assets");
	for (i = 0; i < p->assets_cnt; i++) {
		one = yyjson_mut_arr_add_obj(doc, list);
		vch_doc_put_bytes(doc, one, "token",
				  vch_span(p->assets[i].token, 20));
		vch_doc_put_quantity(doc, one, "dailyLimit",
				     p->assets[i].daily_limit);
	}
	list = vch_doc_put_arr(doc, obj, "calls");
	for (i = 0; i < p->calls_cnt; i++) {
		one = yyjson_mut_arr_add_obj(doc, list);
		vch_doc_put_bytes(doc, one, "to", vch_span(p->calls[i].to, 20));
		vch_doc_put_bytes(doc, one, "selector",
				  vch_span(p->calls[i].selector, 4));
	}
}

static void change_params(struct vch_rpc *rpc, const struct vch_change *change,
			  const struct vch_assertion *assertion)
{
	yyjson_mut_doc *doc;
	yyjson_mut_val *params = vch_rpc_object(rpc, &doc);
	yyjson_mut_val *obj = vch_doc_put_obj(doc, params, "change");

	vch_doc_put_bytes(doc, obj, "account", vch_span(change->account, 20));
	vch_doc_put_quantity(doc, obj, "number", change->number);
	vch_doc_put_bytes(doc, obj, "configHash",
			  vch_span(change->config_hash, 32));
	vch_doc_put_quantity(doc, obj, "frozen", change->policy.frozen);
	vch_doc_put_quantity(doc, obj, "feeMax", change->policy.fee_max);
	put_lists(doc, obj, &change->policy);
	put_assertion(doc, params, assertion);
}

static enum vch_err changed(struct vch_client *client,
			    struct vch_proof *ret_proof,
			    struct vch_wallet_account *account,
			    const struct vch_account_state *before,
			    const struct vch_change *change, enum vch_err code,
			    yyjson_val *obj)
{
	enum vch_err err;

	VCH_TRY(read_proof(client, ret_proof, obj, account->log_key));
	err = change ? vch_proof_change(ret_proof, account, before, change,
					code)
		     : vch_proof_applied(ret_proof, account, before);
	if (err)
		return say(client, VCH_RECEIPT, ret_proof->why);
	if (code != VCH_ROLLBACK)
		vch_proof_keep(ret_proof, account);
	return VCH_OK;
}

enum vch_err vch_client_change(struct vch_client *client,
			       struct vch_wallet_account *account,
			       struct vch_proof *ret_proof,
			       const struct vch_account_state *before,
			       const struct vch_change *change,
			       const struct vch_assertion *assertion)
{
	struct vch_rpc_error error;
	yyjson_val *result;
	enum vch_err err;

	ret_proof->len = 0;
	change_params(client->rpc, change, assertion);
	err = call(client, &result, "vouch_changeAccount");
	if (!err)
		return changed(client, ret_proof, account, before, change, err,
			       result);
	vch_rpc_error(client->rpc, &error);
	if (yyjson_obj_get(error.data, "receipt"))
		VCH_TRY(changed(client, ret_proof, account, before, change, err,
				error.data));
	return err;
}

enum vch_err vch_client_apply(struct vch_client *client,
			      struct vch_wallet_account *account,
			      struct vch_proof *ret_proof,
			      const struct vch_account_state *before)
{
	yyjson_mut_doc *doc;
	yyjson_mut_val *params = vch_rpc_object(client->rpc, &doc);
	yyjson_val *result;

	vch_doc_put_bytes(doc, params, "account",
			  vch_span(account->address, 20));
	VCH_TRY(call(client, &result, "vouch_applyChange"));
	return changed(client, ret_proof, account, before, NULL, VCH_OK,
		       result);
}

static void intent_params(struct vch_rpc *rpc, const struct vch_intent *intent,
			  const struct vch_assertion *assertion)
{
	yyjson_mut_doc *doc;
	yyjson_mut_val *params = vch_rpc_object(rpc, &doc);
	yyjson_mut_val *list;

	vch_doc_put_bytes(doc, params, "account",
			  vch_span(intent->account, 20));
	vch_doc_put_quantity(doc, params, "chainId", intent->chain_id);
	vch_doc_put_quantity(doc, params, "number", intent->number);
	vch_doc_put_quantity(doc, params, "validUntil", intent->valid_until);
	list = vch_doc_put_arr(doc, params, "settings");
	vch_settings_put(doc, list, intent->settings, intent->settings_cnt);
	put_assertion(doc, params, assertion);
}

enum vch_err vch_client_intent(struct vch_client *client,
			       struct vch_wallet_account *account,
			       uint8_t ret_cosignature[65],
			       struct vch_proof *ret_proof,
			       const struct vch_intent *intent,
			       const struct vch_assertion *assertion)
{
	struct asked asked = {VCH_RECORD_INTENT, "vouch_cosignIntent",
			      .valid_until = intent->valid_until};

	vch_intent_hash(asked.hash, intent);
	intent_params(client->rpc, intent, assertion);
	return cosigned(client, account, ret_cosignature, ret_proof, &asked);
}

yyjson_mut_val *vch_client_params(struct vch_client *client,
				  yyjson_mut_doc **ret_doc)
{
	return vch_rpc_object(client->rpc, ret_doc);
}

enum vch_err vch_client_call(struct vch_client *client, yyjson_val **ret,
			     const char *method)
{
	return call(client, ret, method);
}

enum vch_err vch_client_proof(struct vch_client *client, struct vch_proof *ret,
			      yyjson_val *obj, const uint8_t log_key[32])
{
	return read_proof(client, ret, obj, log_key);
}

enum vch_err vch_client_stopped(struct vch_client *client,
				const struct vch_wallet_account *account,
				struct vch_proof *ret_proof)
{
	yyjson_mut_doc *doc;
	yyjson_mut_val *params = vch_rpc_object(client->rpc, &doc);
	yyjson_val *result;

	vch_doc_put_bytes(doc, params, "account",
			  vch_span(account->address, 20));
	VCH_TRY(call(client, &result, "vouch_getReceipt"));
	VCH_TRY(read_proof(client, ret_proof, result, account->log_key));
	if (vch_proof_stopped(ret_proof, account))
		return say(client, VCH_RECEIPT, ret_proof->why);
	return VCH_OK;
}

enum vch_err vch_client_resume(struct vch_client *client,
			       struct vch_wallet_account *account,
			       struct vch_proof *ret_proof,
			       const struct vch_proof *stopped,
			       const struct vch_assertion *assertion)
{
	uint64_t sequence = vch_proof_slot(stopped)->seq;
	yyjson_mut_doc *doc;
	yyjson_mut_val *params = vch_rpc_object(client->rpc, &doc);
	yyjson_val *result;

	vch_doc_put_bytes(doc, params, "account",
			  vch_span(account->address, 20));
	vch_doc_put_bytes(doc, params, "receipt",
			  vch_span(stopped->bytes, stopped->len));
	vch_doc_put_quantity(doc, params, "sequence", sequence);
	put_assertion(doc, params, assertion);
	VCH_TRY(call(client, &result, "vouch_resume"));
	VCH_TRY(read_proof(client, ret_proof, result, account->log_key));
	if (vch_proof_resumed(ret_proof, account, sequence))
		return say(client, VCH_RECEIPT, ret_proof->why);
	vch_proof_keep(ret_proof, account);
	return VCH_OK;
}
