/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/session.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#include "host/base/clock.h"
#include "host/base/hex.h"
#include "trusted/base/check.h"
#include "trusted/crypto/secp256k1.h"
#include "trusted/policy/userop.h"

/* Beside what the operation itself may use: the EntryPoint's own work. */
#define HANDLE_OPS_GAS 200000u

static enum vch_err eth_fail(struct vch_session *s, enum vch_err err)
{
	return err ? vch_cli_fail(s->cli, err, "%s", vch_eth_why(s->eth))
		   : VCH_OK;
}

static enum vch_err client_fail(struct vch_session *s, enum vch_err err)
{
	return err ? vch_cli_fail(s->cli, err, "%s", vch_client_why(s->client))
		   : VCH_OK;
}

static enum vch_err find_bundler(struct vch_session *s)
{
	const char *given = s->cli->bundler_from;

	if (!given)
		return eth_fail(s, vch_eth_dev_account(s->eth, s->bundler));
	if (vch_hex_read(s->bundler, 20, given))
		return vch_cli_fail(s->cli, VCH_ARGUMENT,
				    "--bundler-from takes an address");
	return VCH_OK;
}

void vch_session_begin(struct vch_session *s, struct vch_cli *cli)
{
	memset(s, 0, sizeof(*s));
	s->cli = cli;
}

enum vch_err vch_session_add_node(struct vch_session *s)
{
	struct vch_cli *cli = s->cli;
	enum vch_err err;

	err = vch_client_open(&s->client, cli->node, cli->token_file);
	return err ? vch_cli_fail(cli, err, "the token in %s (or its url)",
				  cli->token_file)
		   : VCH_OK;
}

enum vch_err vch_session_open_node(struct vch_session *s, struct vch_cli *cli)
{
	vch_session_begin(s, cli);
	return vch_session_add_node(s);
}

enum vch_err vch_session_add_chain(struct vch_session *s)
{
	enum vch_err err = vch_eth_open(&s->eth, s->cli->chain);

	if (err)
		return vch_cli_fail(s->cli, err, "--chain %s", s->cli->chain);
	return s->cli->print_request ? VCH_OK : find_bundler(s);
}

enum vch_err vch_session_open(struct vch_session *s, struct vch_cli *cli)
{
	VCH_TRY(vch_session_open_node(s, cli));
	return vch_session_add_chain(s);
}

void vch_session_close(struct vch_session *s)
{
	vch_eth_close(s->eth);
	vch_client_close(s->client);
	vch_wallet_wipe(&s->wallet);
}

enum vch_err vch_session_load(struct vch_session *s)
{
	enum vch_err err = vch_wallet_load(&s->wallet, s->cli->passkey);

	return err ? vch_cli_fail(s->cli, err, "the demo passkey in %s",
				  s->cli->passkey)
		   : VCH_OK;
}

enum vch_err vch_session_save(struct vch_session *s)
{
	enum vch_err err = vch_wallet_save(&s->wallet, s->cli->passkey);

	return err ? vch_cli_fail(s->cli, err, "writing %s", s->cli->passkey)
		   : VCH_OK;
}

enum vch_err vch_session_attest(struct vch_session *s,
				const struct vch_wallet_account *account)
{
	const struct vch_evidence *e = &s->attested.evidence;

	VCH_TRY(client_fail(s, vch_client_attest(s->client, &s->attested)));
	if (account && (memcmp(account->device_key, e->device_key, 32) ||
			memcmp(account->log_key, e->log_key, 32)))
		return vch_cli_fail(s->cli, VCH_RECEIPT,
				    "this is not the TEE the account was "
				    "born in");
	return VCH_OK;
}

enum vch_err vch_session_create(struct vch_session *s,
				struct vch_wallet_account **ret,
				struct vch_proof *ret_proof,
				const struct vch_deployment *at)
{
	struct vch_wallet_account account = {.at = *at};

	VCH_TRY(client_fail(s, vch_client_create(s->client, &account, ret_proof,
						 &s->wallet.passkey,
						 &s->attested)));
	if (vch_wallet_add(&s->wallet, &account))
		return vch_cli_fail(s->cli, VCH_FULL, "%s holds %d accounts",
				    s->cli->passkey, VCH_WALLET_ACCOUNTS_MAX);
	*ret = &s->wallet.account[s->wallet.account_cnt - 1];
	return vch_session_save(s);
}

/* EntryPoint.getNonce(sender, key) */
static enum vch_err get_nonce(struct vch_session *s, uint8_t ret[32],
			      const struct vch_wallet_account *account,
			      uint64_t nonce_key)
{
	uint8_t data[4 + 2 * 32];
	struct vch_writer w = vch_writer(data, sizeof(data));
	struct vch_eth_tx tx = {.to = account->at.entry_point};
	struct vch_span out;

	vch_abi_write_selector(&w, "getNonce(address,uint192)");
	vch_abi_write_address(&w, account->address);
	vch_abi_write_u128(&w, nonce_key);
	tx.data = vch_written(&w);
	VCH_TRY(eth_fail(s, vch_eth_call(s->eth, &out, &tx)));
	if (out.len != 32)
		return vch_cli_fail(s->cli, VCH_CHAIN_RPC,
				    "there is no EntryPoint on this chain");
	memcpy(ret, out.ptr, 32);
	return VCH_OK;
}

enum vch_err vch_session_approve(struct vch_session *s,
				 struct vch_approved *ret,
				 struct vch_wallet_account *account,
				 const struct vch_payment *payment,
				 uint64_t nonce_key)
{
	struct vch_payment_plan plan = {
		.account = account,
		.payments[0] = *payment,
		.payment_cnt = 1,
		.valid_until = vch_payment_valid_until(vch_clock_wall_s()),
	};
	struct vch_passkey own;
	bool has_code;

	VCH_TRY(get_nonce(s, plan.nonce, account, nonce_key));
	VCH_TRY(eth_fail(
		s, vch_eth_has_code(s->eth, &has_code, account->address)));
	VCH_TRY(eth_fail(s, vch_eth_fees(s->eth, &plan.fees)));
	plan.deploy = !has_code;
	vch_demo_passkey_public(&own, &s->wallet.passkey);
	VCH_TRY(vch_payment_build(&ret->op, &plan, &own));
	VCH_TRY(vch_demo_passkey_assert(&s->wallet.passkey, &ret->assertion,
					ret->op.hash));
	return s->wallet.passkey.counts ? vch_session_save(s) : VCH_OK;
}

enum vch_err vch_session_cosign(struct vch_session *s,
				struct vch_wallet_account *account,
				uint8_t ret_cosignature[65],
				struct vch_proof *ret_proof,
				const struct vch_approved *approved)
{
	enum vch_err err;

	err = vch_client_cosign(s->client, account, ret_cosignature, ret_proof,
				&approved->op, &approved->assertion.assertion);
	if (ret_proof->len)
		VCH_TRY(vch_session_save(s));
	return client_fail(s, err);
}

/* Another passkey's word on the same operation. */
static enum vch_err foreign_assertion(uint8_t ret_signature[64],
				      const struct vch_session *s,
				      const uint8_t op_hash[32])
{
	VCH_AUTO(demo_passkey) other;
	struct vch_demo_assertion assertion;

	VCH_TRY(vch_demo_passkey_create(&other, s->wallet.passkey.rp_id,
					s->wallet.passkey.origin, false));
	VCH_TRY(vch_demo_passkey_assert(&other, &assertion, op_hash));
	memcpy(ret_signature, assertion.assertion.signature, 64);
	return VCH_OK;
}

/* Another co-signer's. */
static enum vch_err foreign_cosignature(uint8_t ret[65],
					const struct vch_payment_op *op)
{
	VCH_AUTO(secp256k1_sk) sk;
	uint8_t drawn[32];
	uint8_t digest[32];

	if (RAND_bytes(drawn, sizeof(drawn)) != 1)
		return VCH_ENTROPY;
	VCH_TRY(vch_secp256k1_sk_parse(&sk, drawn));
	vch_cosign_digest(digest, op->hash, op->valid_until);
	vch_secp256k1_sign(ret, &sk, digest);
	ret[64] = (uint8_t)(ret[64] + 27);
	return VCH_OK;
}

enum vch_err vch_session_sign(struct vch_session *s, struct vch_writer *w,
			      const struct vch_approved *approved,
			      const uint8_t cosignature[65],
			      enum vch_without without)
{
	struct vch_assertion assertion = approved->assertion.assertion;
	struct vch_passkey own;
	uint8_t co[65];

	vch_demo_passkey_public(&own, &s->wallet.passkey);
	memcpy(co, cosignature, sizeof(co));
	if (without == VCH_WITHOUT_PASSKEY)
		VCH_TRY(foreign_assertion(assertion.signature, s,
					  approved->op.hash));
	if (without == VCH_WITHOUT_COSIGNATURE)
		VCH_TRY(foreign_cosignature(co, &approved->op));
	return vch_account_signature(w, approved->op.valid_until, co,
				     &assertion, &own);
}

/* The log that the EntryPoint wrote about this operation; NULL: none. */
static const struct vch_eth_log *find_log(const struct vch_eth_receipt *receipt,
					  const char *event,
					  const uint8_t op_hash[32])
{
	uint8_t topic[32];
	size_t i;

	vch_abi_topic(topic, event);
	for (i = 0; i < receipt->log_cnt; i++) {
		const struct vch_eth_log *log = &receipt->logs[i];

		if (log->topic_cnt >= 2 &&
		    !memcmp(log->address, vch_entry_point, 20) &&
		    !memcmp(log->topics[0], topic, 32) &&
		    !memcmp(log->topics[1], op_hash, 32))
			return log;
	}
	return NULL;
}

/* UserOperationEvent's data: nonce, success, actualGasCost, actualGasUsed. */
static enum vch_err read_outcome(struct vch_session *s, struct vch_sent *ret,
				 const struct vch_eth_receipt *receipt,
				 const uint8_t op_hash[32])
{
	const struct vch_eth_log *log = find_log(
		receipt,
		"UserOperationEvent(bytes32,address,address,uint256,bool,"
		"uint256,uint256)",
		op_hash);
	const struct vch_eth_log *revert = find_log(
		receipt,
		"UserOperationRevertReason(bytes32,address,uint256,bytes)",
		op_hash);

	ret->block = receipt->block;
	ret->gas_used = receipt->gas_used;
	if (!log || log->data_len < 4 * 32)
		return vch_cli_fail(s->cli, VCH_CHAIN_RPC,
				    "the EntryPoint says nothing of the "
				    "operation");
	ret->fee_wei = vch_load_be128(log->data + 2 * 32 + 16);
	if (log->data[2 * 32 - 1] == 1)
		return VCH_OK;
	/* data: nonce, offset, length, the bytes */
	snprintf(ret->reason, sizeof(ret->reason), "no reason given");
	if (revert && revert->data_len > 3 * 32)
		vch_abi_reason(ret->reason, sizeof(ret->reason),
			       vch_span(revert->data + 3 * 32,
					revert->data_len - 3 * 32));
	return vch_cli_fail(s->cli, VCH_CHAIN_RPC,
			    "the operation was included, but its call failed: "
			    "%s",
			    ret->reason);
}

enum vch_err vch_session_send(struct vch_session *s, struct vch_sent *ret,
			      const struct vch_approved *approved,
			      struct vch_span signature, bool despite)
{
	const struct vch_user_op *op = &approved->op.op;
	static uint8_t data[16384];
	struct vch_writer w = vch_writer(data, sizeof(data));
	struct vch_eth_tx tx = {.to = vch_entry_point};
	struct vch_eth_receipt receipt;
	enum vch_err err;

	memset(ret, 0, sizeof(*ret));
	vch_abi_write_handle_op(&w, op, signature, s->bundler);
	VCH_CHECK(!w.bad);
	memcpy(tx.from, s->bundler, 20);
	tx.data = vch_written(&w);
	tx.gas = (uint64_t)(vch_load_be128(op->account_gas_limits) +
			    vch_load_be128(op->account_gas_limits + 16) +
			    vch_load_be128(op->pre_verification_gas + 16)) +
		 HANDLE_OPS_GAS;
	err = vch_eth_call(s->eth, NULL, &tx);
	if (err == VCH_CHAIN_RPC)
		snprintf(ret->reason, sizeof(ret->reason), "%s",
			 vch_eth_why(s->eth));
	if (err && !(err == VCH_CHAIN_RPC && despite))
		return eth_fail(s, err);
	err = vch_eth_transact(s->eth, &receipt, &tx);
	if (err)
		return vch_cli_fail(s->cli, err, "%s%s%s", vch_eth_why(s->eth),
				    ret->reason[0] ? ": " : "", ret->reason);
	return read_outcome(s, ret, &receipt, approved->op.hash);
}
