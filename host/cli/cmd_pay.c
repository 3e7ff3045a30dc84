/* SPDX-License-Identifier: Apache-2.0 */
/* vouch pay */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/hex.h"
#include "host/cli/cli.h"
#include "host/cli/doc.h"
#include "host/cli/session.h"
#include "host/cli/term.h"
#include "trusted/base/check.h"

/* An account keeps the last operation of so many nonce keys. */
#define COUNT_MAX 4

static enum vch_err read_payment(struct vch_cli *cli, struct vch_payment *ret)
{
	if (!cli->to || vch_hex_read(ret->to, 20, cli->to))
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "--to takes an address, 0x and 40 digits");
	if (!cli->amount || vch_amount_parse(&ret->wei, cli->amount))
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "--amount takes an amount like 0.01ether");
	return VCH_OK;
}

static enum vch_err read_without(struct vch_cli *cli, enum vch_without *ret)
{
	*ret = VCH_WITHOUT_NONE;
	if (!cli->without)
		return VCH_OK;
	if (strcmp(cli->without, "passkey") == 0)
		*ret = VCH_WITHOUT_PASSKEY;
	else if (strcmp(cli->without, "cosignature") == 0)
		*ret = VCH_WITHOUT_COSIGNATURE;
	else
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "--without takes passkey or cosignature");
	return VCH_OK;
}

static enum vch_err read_account(struct vch_session *s,
				 struct vch_wallet_account **ret)
{
	const char *from = s->cli->from;
	uint8_t address[20];

	if (!from && s->wallet.account_cnt == 1) {
		*ret = &s->wallet.account[0];
		return VCH_OK;
	}
	if (!from || vch_hex_read(address, 20, from))
		return vch_cli_fail(s->cli, VCH_ARGUMENT,
				    "--from takes the address of an account");
	*ret = vch_wallet_find(&s->wallet, address);
	return *ret ? VCH_OK
		    : vch_cli_fail(s->cli, VCH_ACCOUNT,
				   "%s is no account of this passkey", from);
}

/* A whole number, or `fallback` if there is no text. */
static enum vch_err read_number(struct vch_cli *cli, uint64_t *ret,
				const char *text, uint64_t fallback,
				const char *option)
{
	char *end = NULL;

	*ret = fallback;
	if (!text)
		return VCH_OK;
	errno = 0;
	*ret = strtoull(text, &end, 10);
	if (errno || end == text || *end || *text < '0' || *text > '9')
		return vch_cli_fail(cli, VCH_ARGUMENT, "%s takes a number",
				    option);
	return VCH_OK;
}

/* What a client would post, and the hash and cost it stands for. */
static enum vch_err print_request(struct vch_session *s,
				  struct vch_wallet_account *account,
				  const struct vch_payment *payment,
				  uint64_t nonce_key)
{
	static struct vch_approved approved;
	yyjson_mut_doc *doc;
	yyjson_mut_val *root;

	VCH_TRY(vch_session_approve(s, &approved, account, payment, nonce_key));
	doc = yyjson_mut_doc_new(NULL);
	root = vch_cosign_params(doc, account, &approved.op,
				 &approved.assertion.assertion);
	yyjson_mut_doc_set_root(doc, root);
	vch_doc_show(doc);
	yyjson_mut_doc_free(doc);
	return VCH_OK;
}

static enum vch_err print_requests(struct vch_session *s,
				   const struct vch_payment *payment)
{
	bool all = s->cli->from && strcmp(s->cli->from, "all") == 0;
	struct vch_wallet_account *account = s->wallet.account;
	size_t cnt = all ? s->wallet.account_cnt : 1;
	uint64_t count, first, key;
	size_t i;

	VCH_TRY(read_number(s->cli, &count, s->cli->count, 1, "--count"));
	VCH_TRY(read_number(s->cli, &first, s->cli->nonce_key, 0,
			    "--nonce-key"));
	if (count < 1 || count > COUNT_MAX)
		return vch_cli_fail(s->cli, VCH_ARGUMENT,
				    "--count takes 1 to %d", COUNT_MAX);
	if (!all)
		VCH_TRY(read_account(s, &account));
	for (i = 0; i < cnt; i++)
		for (key = 0; key < count; key++)
			VCH_TRY(print_request(s, &account[i], payment,
					      first + key));
	return VCH_OK;
}

/* The signed operation, packed, as handleOps takes it. */
static void print_operation(const struct vch_wallet_account *account,
			    const struct vch_approved *approved,
			    struct vch_span signature,
			    const struct vch_proof *proof)
{
	const struct vch_user_op *op = &approved->op.op;
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc);

	VCH_CHECK(root);
	yyjson_mut_doc_set_root(doc, root);
	vch_doc_put_bytes(doc, root, "sender", vch_span(op->sender, 20));
	vch_doc_put_bytes(doc, root, "nonce", vch_span(op->nonce, 32));
	vch_doc_put_bytes(doc, root, "initCode", op->init_code);
	vch_doc_put_bytes(doc, root, "callData", op->call_data);
	vch_doc_put_bytes(doc, root, "accountGasLimits",
			  vch_span(op->account_gas_limits, 32));
	vch_doc_put_bytes(doc, root, "preVerificationGas",
			  vch_span(op->pre_verification_gas, 32));
	vch_doc_put_bytes(doc, root, "gasFees", vch_span(op->gas_fees, 32));
	vch_doc_put_bytes(doc, root, "paymasterAndData",
			  op->paymaster_and_data);
	vch_doc_put_bytes(doc, root, "signature", signature);
	vch_doc_put_quantity(doc, root, "chainId", account->at.chain_id);
	vch_doc_put_bytes(doc, root, "entryPoint",
			  vch_span(account->at.entry_point, 20));
	vch_doc_put_bytes(doc, root, "userOpHash",
			  vch_span(approved->op.hash, 32));
	vch_doc_put_bytes(doc, root, "receipt",
			  vch_span(proof->bytes, proof->len));
	vch_doc_show(doc);
	yyjson_mut_doc_free(doc);
}

static void print_sent_json(const struct vch_approved *approved,
			    const struct vch_sent *sent,
			    const struct vch_proof *proof)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc);

	VCH_CHECK(
		root &&
		yyjson_mut_obj_add_uint(doc, root, "block", sent->block) &&
		yyjson_mut_obj_add_uint(doc, root, "gasUsed", sent->gas_used));
	yyjson_mut_doc_set_root(doc, root);
	vch_doc_put_bytes(doc, root, "userOpHash",
			  vch_span(approved->op.hash, 32));
	vch_doc_put_quantity(doc, root, "fee", sent->fee_wei);
	vch_doc_put_bytes(doc, root, "receipt",
			  vch_span(proof->bytes, proof->len));
	vch_doc_show(doc);
	yyjson_mut_doc_free(doc);
}

static void print_sent(const struct vch_cli *cli,
		       const struct vch_payment *payment,
		       const struct vch_sent *sent,
		       const struct vch_proof *proof)
{
	printf("%s✓%s %s paid to %s\n", vch_ink(VCH_INK_GREEN),
	       vch_ink(VCH_INK_NONE), vch_term_amount(payment->wei), cli->to);
	printf("  block %llu, %llu gas, fee %s\n",
	       (unsigned long long)sent->block,
	       (unsigned long long)sent->gas_used,
	       vch_term_amount(sent->fee_wei));
	printf("  receipt: shard %u, record %llu of incarnation %s, holds\n",
	       proof->receipt.shard, (unsigned long long)proof->receipt.index,
	       vch_term_short(vch_span(proof->receipt.incarnation, 16)));
}

static enum vch_err pay(struct vch_session *s,
			const struct vch_payment *payment,
			enum vch_without without)
{
	static struct vch_approved approved;
	static struct vch_proof proof;
	uint8_t signature[VCH_SIGNATURE_MAX];
	struct vch_writer w = vch_writer(signature, sizeof(signature));
	struct vch_wallet_account *account;
	uint8_t cosignature[65];
	struct vch_sent sent;
	uint64_t key;

	VCH_TRY(read_number(s->cli, &key, s->cli->nonce_key, 0, "--nonce-key"));
	VCH_TRY(read_account(s, &account));
	VCH_TRY(vch_session_attest(s, account));
	VCH_TRY(vch_session_approve(s, &approved, account, payment, key));
	VCH_TRY(vch_session_cosign(s, account, cosignature, &proof, &approved));
	VCH_TRY(vch_session_sign(s, &w, &approved, cosignature, without));
	if (s->cli->print_operation) {
		print_operation(account, &approved, vch_written(&w), &proof);
		return VCH_OK;
	}
	VCH_TRY(vch_session_send(s, &sent, &approved, vch_written(&w),
				 without != VCH_WITHOUT_NONE));
	if (s->cli->json)
		print_sent_json(&approved, &sent, &proof);
	else
		print_sent(s->cli, payment, &sent, &proof);
	return VCH_OK;
}

enum vch_err vch_cmd_pay(struct vch_cli *cli)
{
	static struct vch_session s;
	struct vch_payment payment;
	enum vch_without without;
	enum vch_err err;

	VCH_TRY(read_payment(cli, &payment));
	VCH_TRY(read_without(cli, &without));
	err = vch_session_open(&s, cli);
	if (!err)
		err = vch_session_load(&s);
	if (!err)
		err = cli->print_request ? print_requests(&s, &payment)
					 : pay(&s, &payment, without);
	vch_session_close(&s);
	return err;
}
