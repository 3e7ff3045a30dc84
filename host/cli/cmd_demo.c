/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vouch demo: the story of the system, told by doing it. Each line is
 * printed after it happened; the first that does not happen ends it.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/base/clock.h"
#include "host/cli/cli.h"
#include "host/cli/session.h"
#include "host/cli/term.h"
#include "trusted/base/check.h"

#define FUNDS ((vch_u128)1000000000000000000u)	 /* 1 ether */
#define AMOUNT ((vch_u128)10000000000000000u)	 /* 0.01 ether */
#define TOO_MUCH ((vch_u128)200000000000000000u) /* 0.2 ether */

struct story {
	struct vch_session s;
	struct vch_wallet_account *account;
	struct vch_payment payment;
	struct vch_approved approved;
	struct vch_proof proof;
	uint64_t began_ns;
	char detail[160];
};

static void step(struct story *t, const char *what)
{
	uint64_t now = vch_clock_ns();

	vch_term_step(what, t->detail, now - t->began_ns);
	t->began_ns = now;
}

static void show_board(const struct vch_attested *att)
{
	const struct vch_evidence *e = &att->evidence;

	printf("    %.*s, endorsed by the device; code %s,\n    an older log "
	       "is held off by %.*s\n",
	       (int)e->platform.len, (const char *)e->platform.ptr,
	       vch_term_short(vch_span(e->measurement, 32)),
	       (int)e->protect.len, (const char *)e->protect.ptr);
}

static enum vch_err meet_tee(struct story *t)
{
	VCH_TRY(vch_session_attest(&t->s, NULL));
	snprintf(t->detail, sizeof(t->detail), "fresh, signed by device key %s",
		 vch_term_short(
			 vch_span(t->s.attested.evidence.device_key, 32)));
	step(t, "the TEE gave evidence");
	if (t->s.attested.emulated)
		printf("    %sEMULATED: an ordinary process, for trying "
		       "only%s\n",
		       vch_ink(VCH_INK_RED), vch_ink(VCH_INK_NONE));
	else if (t->s.attested.endorsement_len > 0)
		show_board(&t->s.attested);
	return VCH_OK;
}

/* A new passkey each time; one that is there is never replaced. */
static enum vch_err make_passkey(struct story *t)
{
	const char *file = t->s.cli->passkey;

	if (access(file, F_OK) == 0)
		return vch_cli_fail(t->s.cli, VCH_FILE,
				    "%s is there already and is not replaced; "
				    "choose another with --passkey",
				    file);
	VCH_TRY(vch_demo_passkey_create(&t->s.wallet.passkey, "localhost",
					"http://localhost:3000", true));
	VCH_TRY(vch_session_save(&t->s));
	snprintf(t->detail, sizeof(t->detail), "in %.90s", file);
	step(t, "demo passkey made");
	return VCH_OK;
}

static enum vch_err make_account(struct story *t)
{
	struct vch_deployment at;

	if (vch_deployment_load(&at, t->s.cli->deployment))
		return vch_cli_fail(t->s.cli, VCH_FILE, "the deployment in %s",
				    t->s.cli->deployment);
	VCH_TRY(vch_session_create(&t->s, &t->account, &t->proof, &at));
	snprintf(t->detail, sizeof(t->detail), "%s",
		 vch_term_hex(vch_span(t->account->address, 20)));
	step(t, "account made");
	printf("    co-signer %s, made inside the TEE;\n"
	       "    address computed here, statement and receipt checked\n",
	       vch_term_hex(vch_span(t->account->cosigner, 20)));
	return VCH_OK;
}

static enum vch_err eth_fail(struct story *t, enum vch_err err)
{
	return err ? vch_cli_fail(t->s.cli, err, "%s", vch_eth_why(t->s.eth))
		   : VCH_OK;
}

static enum vch_err fund(struct story *t)
{
	struct vch_eth_tx tx = {.to = t->account->address, .wei = FUNDS};
	struct vch_eth_receipt receipt;

	memcpy(tx.from, t->s.bundler, 20);
	VCH_TRY(eth_fail(t, vch_eth_transact(t->s.eth, &receipt, &tx)));
	snprintf(t->detail, sizeof(t->detail), "%s, in block %llu",
		 vch_term_amount(FUNDS), (unsigned long long)receipt.block);
	step(t, "funded");
	return VCH_OK;
}

/* What moves when a payment is made, in wei. */
struct balances {
	vch_u128 account;
	vch_u128 deposit; /* at the EntryPoint, for fees */
	vch_u128 payee;
};

/* EntryPoint.balanceOf(account) */
static enum vch_err get_deposit(struct story *t, vch_u128 *ret)
{
	struct vch_eth_tx tx = {.to = t->account->at.entry_point};
	uint8_t data[4 + 32];
	struct vch_writer w = vch_writer(data, sizeof(data));
	struct vch_span out;

	vch_abi_write_selector(&w, "balanceOf(address)");
	vch_abi_write_address(&w, t->account->address);
	tx.data = vch_written(&w);
	VCH_TRY(eth_fail(t, vch_eth_call(t->s.eth, &out, &tx)));
	if (out.len != 32)
		return vch_cli_fail(t->s.cli, VCH_CHAIN_RPC,
				    "the EntryPoint tells no deposit");
	*ret = vch_load_be128(out.ptr + 16);
	return VCH_OK;
}

static enum vch_err get_balances(struct story *t, struct balances *ret)
{
	VCH_TRY(eth_fail(t, vch_eth_balance(t->s.eth, &ret->account,
					    t->account->address)));
	VCH_TRY(get_deposit(t, &ret->deposit));
	return eth_fail(t,
			vch_eth_balance(t->s.eth, &ret->payee, t->payment.to));
}

static void show_balance(const char *who, vch_u128 before, vch_u128 after)
{
	printf("    %-12s %-28s %s\n", who, vch_term_amount(before),
	       vch_term_amount(after));
}

static void show_balances(const struct balances *before,
			  const struct balances *after)
{
	printf("\n    %s%-12s %-28s %s%s\n", vch_ink(VCH_INK_DIM), "balance",
	       "before", "after", vch_ink(VCH_INK_NONE));
	show_balance("account", before->account, after->account);
	show_balance("its deposit", before->deposit, after->deposit);
	show_balance("payee", before->payee, after->payee);
	putchar('\n');
}

static void show_receipt(const struct story *t)
{
	const struct vch_receipt *r = &t->proof.receipt;

	printf("    %sreceipt%s    shard %u, record %llu of incarnation %s\n"
	       "               hash path and signature of log key %s hold\n",
	       vch_ink(VCH_INK_DIM), vch_ink(VCH_INK_NONE), r->shard,
	       (unsigned long long)r->index,
	       vch_term_short(vch_span(r->incarnation, 16)),
	       vch_term_short(vch_span(t->account->log_key, 32)));
}

/* Passkey and co-signer agree on the next operation. */
static enum vch_err approve(struct story *t, uint8_t ret_cosignature[65])
{
	VCH_TRY(vch_session_approve(&t->s, &t->approved, t->account,
				    &t->payment, 0));
	return vch_session_cosign(&t->s, t->account, ret_cosignature, &t->proof,
				  &t->approved);
}

static enum vch_err send(struct story *t, struct vch_sent *ret,
			 const uint8_t cosignature[65],
			 enum vch_without without)
{
	uint8_t signature[VCH_SIGNATURE_MAX];
	struct vch_writer w = vch_writer(signature, sizeof(signature));

	VCH_TRY(vch_session_sign(&t->s, &w, &t->approved, cosignature,
				 without));
	return vch_session_send(&t->s, ret, &t->approved, vch_written(&w),
				without != VCH_WITHOUT_NONE);
}

static enum vch_err pay(struct story *t)
{
	uint8_t cosignature[65];
	struct balances before, after;
	struct vch_sent sent;

	VCH_TRY(get_balances(t, &before));
	VCH_TRY(approve(t, cosignature));
	snprintf(t->detail, sizeof(t->detail), "%s, within today's limit",
		 vch_term_amount(t->proof.decision.cost));
	step(t, "passkey and TEE signed");
	VCH_TRY(send(t, &sent, cosignature, VCH_WITHOUT_NONE));
	snprintf(t->detail, sizeof(t->detail), "%s, block %llu, %llu gas",
		 vch_term_amount(AMOUNT), (unsigned long long)sent.block,
		 (unsigned long long)sent.gas_used);
	step(t, "paid through EntryPoint");
	VCH_TRY(get_balances(t, &after));
	if (after.payee - before.payee != AMOUNT ||
	    before.account + before.deposit !=
		    after.account + after.deposit + AMOUNT + sent.fee_wei)
		return vch_cli_fail(t->s.cli, VCH_CHAIN_RPC,
				    "the balances do not tell of the payment");
	show_balances(&before, &after);
	show_receipt(t);
	return VCH_OK;
}

/* The chain must refuse; that it does not is the failure. */
static enum vch_err refused_by_chain(struct story *t, const char *what,
				     const uint8_t cosignature[65],
				     enum vch_without without)
{
	struct balances before, after;
	struct vch_sent sent = {0};
	enum vch_err err;

	VCH_TRY(get_balances(t, &before));
	err = send(t, &sent, cosignature, without);
	if (err != VCH_CHAIN_RPC || !sent.reason[0])
		return err ? err
			   : vch_cli_fail(t->s.cli, VCH_INTERNAL,
					  "the chain took a payment %s", what);
	VCH_TRY(get_balances(t, &after));
	if (before.account != after.account ||
	    before.deposit != after.deposit || before.payee != after.payee)
		return vch_cli_fail(t->s.cli, VCH_INTERNAL,
				    "a refused payment moved money");
	snprintf(t->detail, sizeof(t->detail), "refused by the chain: %.100s",
		 sent.reason);
	step(t, what);
	return VCH_OK;
}

static enum vch_err refused_by_tee(struct story *t)
{
	uint8_t cosignature[65];
	enum vch_err err;

	t->payment.wei = TOO_MUCH;
	err = approve(t, cosignature);
	if (err != VCH_LIMIT || t->proof.len == 0)
		return err ? err
			   : vch_cli_fail(t->s.cli, VCH_INTERNAL,
					  "the TEE signed over the limit");
	snprintf(t->detail, sizeof(t->detail), "refused by the TEE: %s",
		 vch_err_name(err));
	step(t, "0.2 ether, over the limit");
	printf("    %s“%s”%s\n    that refusal is a record too: its receipt "
	       "holds\n",
	       vch_ink(VCH_INK_DIM), vch_err_sentence(err),
	       vch_ink(VCH_INK_NONE));
	return VCH_OK;
}

static enum vch_err tell(struct story *t)
{
	uint8_t cosignature[65];

	VCH_TRY(meet_tee(t));
	VCH_TRY(make_passkey(t));
	VCH_TRY(make_account(t));
	VCH_TRY(fund(t));
	VCH_TRY(pay(t));
	printf("\n  %sand what is refused%s\n", vch_ink(VCH_INK_BOLD),
	       vch_ink(VCH_INK_NONE));
	VCH_TRY(approve(t, cosignature));
	VCH_TRY(refused_by_chain(t, "without the passkey", cosignature,
				 VCH_WITHOUT_PASSKEY));
	VCH_TRY(refused_by_chain(t, "without the co-signature", cosignature,
				 VCH_WITHOUT_COSIGNATURE));
	return refused_by_tee(t);
}

enum vch_err vch_cmd_demo(struct vch_cli *cli)
{
	static struct story t;
	uint64_t began = vch_clock_ns();
	enum vch_err err;

	t.payment.wei = AMOUNT;
	memset(t.payment.to, 0xbe, sizeof(t.payment.to));
	printf("\n  %sA payment that two keys approved%s\n\n",
	       vch_ink(VCH_INK_BOLD), vch_ink(VCH_INK_NONE));
	t.began_ns = began;
	err = vch_session_open(&t.s, cli);
	if (!err)
		err = tell(&t);
	vch_session_close(&t.s);
	if (!err)
		printf("\n  All of it happened, in %.2f s.\n\n",
		       (double)(vch_clock_ns() - began) / VCH_NS_PER_S);
	if (!err)
		cli->why[0] = '\0';
	return err;
}
