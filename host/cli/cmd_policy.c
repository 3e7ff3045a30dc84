/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vouch account limit | fee | list | …: changes of an account's policy, in the
 * TEE and on chain. The TEE's side comes first, since its co-signer signs for
 * a chain only what it was told before; freezing and cancelling need neither
 * side for the other.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/base/hex.h"
#include "host/cli/carry.h"
#include "host/cli/cli.h"
#include "host/cli/doc.h"
#include "host/cli/session.h"
#include "host/cli/term.h"
#include "trusted/base/check.h"

/* One of the two sides: was it asked for, and how did that end? */
struct side {
	bool asked;
	enum vch_err err;
	char why[VCH_CLI_WHY_MAX];
};

/* An account of the wallet, and what the two sides say of it. */
struct subject {
	struct vch_session s;
	struct vch_wallet_account *account;
	struct side tee;
	struct side chain;
	struct vch_account_state before; /* of the TEE, proved */
	struct vch_policy holds;	 /* that one's */
	struct vch_policy wanted;
	struct vch_proof proof; /* len 0: the TEE recorded nothing */
	struct vch_carried carried;
};

static enum vch_err node_fail(struct subject *on, enum vch_err err)
{
	return err ? vch_cli_fail(on->s.cli, err, "%s",
				  vch_client_why(on->s.client))
		   : VCH_OK;
}

static void side_end(struct subject *on, struct side *side, enum vch_err err)
{
	side->err = err;
	if (err)
		snprintf(side->why, sizeof(side->why), "%s", on->s.cli->why);
}

static enum vch_err read_sides(struct subject *on)
{
	const char *only = on->s.cli->only;

	if (only && strcmp(only, "tee") != 0 && strcmp(only, "chain") != 0)
		return vch_cli_fail(on->s.cli, VCH_ARGUMENT,
				    "--only takes tee or chain");
	on->tee.asked = !only || strcmp(only, "tee") == 0;
	on->chain.asked = !only || strcmp(only, "chain") == 0;
	return VCH_OK;
}

/* The wallet's part; nothing is asked of anybody yet. */
static enum vch_err subject_open(struct subject *on, struct vch_cli *cli)
{
	uint8_t address[20];

	vch_session_begin(&on->s, cli);
	VCH_TRY(read_sides(on));
	if (vch_hex_read(address, 20, cli->args[0]))
		return vch_cli_fail(cli, VCH_ARGUMENT, "%s is no address",
				    cli->args[0]);
	VCH_TRY(vch_session_load(&on->s));
	on->account = vch_wallet_find(&on->s.wallet, address);
	return on->account ? VCH_OK
			   : vch_cli_fail(cli, VCH_ACCOUNT,
					  "%s is no account of this passkey",
					  cli->args[0]);
}

static enum vch_err tee_open(struct subject *on)
{
	VCH_TRY(vch_session_add_node(&on->s));
	VCH_TRY(node_fail(on, vch_client_state(on->s.client, &on->before,
					       &on->proof, on->account)));
	on->proof.len = 0;
	vch_policy_of(&on->holds, &on->before.is.config, on->before.is.flags);
	return VCH_OK;
}

/* ---- what a person sees -------------------------------------------------- */

static const char *utc(uint64_t seconds)
{
	static char when[32];
	time_t at = (time_t)seconds;
	struct tm tm;

	when[0] = '\0';
	if (gmtime_r(&at, &tm))
		strftime(when, sizeof(when), "%F %TZ", &tm);
	return when;
}

static void put_carried(yyjson_mut_doc *doc, yyjson_mut_val *root,
			const struct vch_carried *is)
{
	yyjson_mut_val *obj = vch_doc_put_obj(doc, root, "chain");

	VCH_CHECK(yyjson_mut_obj_add_bool(doc, obj, "frozen", is->frozen));
	vch_doc_put_quantity(doc, obj, "number", is->number);
	vch_doc_put_quantity(doc, obj, "pendingDue", is->due_s);
	VCH_CHECK(
		yyjson_mut_obj_add_uint(doc, obj, "transactions", is->tx_cnt) &&
		yyjson_mut_obj_add_uint(doc, obj, "gasUsed", is->gas_used));
}

static void show_json(const struct subject *on, const struct vch_config *config)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc);

	VCH_CHECK(root);
	yyjson_mut_doc_set_root(doc, root);
	vch_doc_put_bytes(doc, root, "address",
			  vch_span(on->account->address, 20));
	if (config) {
		vch_doc_put_quantity(doc, root, "number", config->number);
		VCH_CHECK(yyjson_mut_obj_add_bool(doc, root, "frozen",
						  on->proof.change.slot.flags &
							  VCH_SLOT_FROZEN));
		vch_doc_put_quantity(doc, root, "pendingDue",
				     config->pending_due);
		vch_doc_put_bytes(doc, root, "receipt",
				  vch_span(on->proof.bytes, on->proof.len));
	}
	if (on->chain.asked && !on->chain.err)
		put_carried(doc, root, &on->carried);
	vch_doc_show(doc);
	yyjson_mut_doc_free(doc);
}

static void show_tee(const struct subject *on, const struct vch_config *config)
{
	printf("  TEE         change %llu recorded, and what it makes of the "
	       "policy: checked\n",
	       (unsigned long long)config->number);
	if (config->pending_due)
		printf("              waits until %s at the earliest, by the "
		       "TEE's own clock\n",
		       utc(config->pending_due));
	else
		puts("              holds at once, for every signature from "
		     "now on");
	if (on->proof.change.slot.flags & VCH_SLOT_FROZEN)
		printf("              %sfrozen%s\n", vch_ink(VCH_INK_RED),
		       vch_ink(VCH_INK_NONE));
}

static void show_chain(const struct vch_carried *is)
{
	if (is->tx_cnt)
		printf("  chain       carried in %u transaction%s, %llu gas\n",
		       is->tx_cnt, is->tx_cnt == 1 ? "" : "s",
		       (unsigned long long)is->gas_used);
	else
		puts("  chain       nothing to carry");
	if (is->due_s)
		printf("              waits until %s\n", utc(is->due_s));
	if (is->frozen)
		printf("              %sfrozen%s\n", vch_ink(VCH_INK_RED),
		       vch_ink(VCH_INK_NONE));
}

/* What was recorded and carried, both checked; whatever failed comes after. */
static void show(const struct subject *on)
{
	struct vch_config config;
	bool recorded = on->proof.len > 0 &&
			!vch_config_decode(&config, on->proof.change.config);

	if (on->s.cli->json) {
		show_json(on, recorded ? &config : NULL);
		return;
	}
	printf("account %s\n",
	       vch_term_hex(vch_span(on->account->address, 20)));
	if (recorded)
		show_tee(on, &config);
	if (on->chain.asked && !on->chain.err)
		show_chain(&on->carried);
	if ((recorded && config.pending_due) || on->carried.due_s)
		puts("  then        vouch account apply; before: vouch account "
		     "cancel");
}

/* How the command ends: the TEE's failure first, the chain's beside it. */
static enum vch_err verdict(struct subject *on, const char *remedy)
{
	const struct side *t = &on->tee, *c = &on->chain;

	if ((t->asked && !t->err) || (c->asked && !c->err))
		show(on);
	if (t->err && c->err)
		return vch_cli_fail(
			on->s.cli, t->err, "in the TEE%s%s; on chain %s%s%s",
			t->why[0] ? ", " : "", t->why, vch_err_name(c->err),
			c->why[0] ? ", " : "", c->why);
	if (t->err)
		return vch_cli_fail(on->s.cli, t->err, "%s", t->why);
	if (c->err)
		return vch_cli_fail(on->s.cli, c->err, "%s%s", c->why,
				    t->asked ? remedy : "");
	return VCH_OK;
}

/* ---- changing ------------------------------------------------------------ */

static enum vch_err change_tee(struct subject *on)
{
	struct vch_cli *cli = on->s.cli;
	struct vch_demo_assertion assertion;
	struct vch_change wanted;
	uint8_t hash[32];
	const char *why;
	enum vch_err err;

	VCH_TRY(tee_open(on));
	on->wanted = on->holds;
	if (vch_policy_edit(&on->wanted, &why, cli->command->verb,
			    cli->args + 1, cli->arg_cnt - 1))
		return vch_cli_fail(cli, VCH_ARGUMENT, "%s", why);
	vch_policy_change(&wanted, &on->before, &on->wanted);
	vch_change_hash(hash, &wanted);
	VCH_TRY(vch_demo_passkey_assert(&on->s.wallet.passkey, &assertion,
					hash));
	VCH_TRY(vch_session_save(&on->s));
	err = vch_client_change(on->s.client, on->account, &on->proof,
				&on->before, &wanted, &assertion.assertion);
	if (on->proof.len)
		VCH_TRY(vch_session_save(&on->s));
	return node_fail(on, err);
}

static enum vch_err carry(struct subject *on)
{
	const char *verb = on->s.cli->command->verb;
	bool known = on->tee.asked && !on->tee.err;
	struct vch_policy *before = &on->holds;

	VCH_TRY(vch_carry_open(&on->s, on->account));
	if (strcmp(verb, "freeze") == 0)
		return vch_carry_freeze(&on->s, &on->carried, on->account);
	if (strcmp(verb, "cancel") != 0)
		return vch_carry_policy(&on->s, &on->carried, on->account,
					&on->wanted, before);
	if (known && on->before.change_len)
		before = &on->before.waits.policy;
	return vch_carry_cancel(&on->s, &on->carried, on->account,
				known ? &on->wanted : NULL, before);
}

/* Behind the account's address. */
static enum vch_err no_more_args(struct vch_cli *cli)
{
	return cli->arg_cnt == 1
		       ? VCH_OK
		       : vch_cli_fail(cli, VCH_ARGUMENT, "too many arguments");
}

/* Freezing and cancelling: the passkey alone, on whichever side answers. */
static bool alone(const struct vch_cli *cli)
{
	return strcmp(cli->command->verb, "freeze") == 0 ||
	       strcmp(cli->command->verb, "cancel") == 0;
}

static enum vch_err change(struct subject *on, struct vch_cli *cli)
{
	VCH_TRY(subject_open(on, cli));
	if (alone(cli))
		VCH_TRY(no_more_args(cli));
	if (!on->tee.asked && !alone(cli))
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "the TEE comes first; `vouch account "
				    "carry` brings the chain in line with it");
	if (on->tee.asked)
		side_end(on, &on->tee, change_tee(on));
	if (on->tee.err && !alone(cli))
		return on->tee.err;
	if (on->chain.asked)
		side_end(on, &on->chain, carry(on));
	return verdict(on, "; the TEE has it: `vouch account carry` brings it "
			   "to the chain");
}

enum vch_err vch_cmd_account_change(struct vch_cli *cli)
{
	static struct subject on;
	enum vch_err err = change(&on, cli);

	vch_session_close(&on.s);
	return err;
}

/* ---- carrying ------------------------------------------------------------ */

/* The chain in line with what the TEE says, or will say. */
static enum vch_err carry_again(struct subject *on, struct vch_cli *cli)
{
	VCH_TRY(no_more_args(cli));
	VCH_TRY(subject_open(on, cli));
	on->tee.asked = false;
	on->chain.asked = true;
	VCH_TRY(tee_open(on));
	vch_policy_to_come(&on->wanted, &on->before);
	side_end(on, &on->chain, carry(on));
	return verdict(on, "");
}

enum vch_err vch_cmd_account_carry(struct vch_cli *cli)
{
	static struct subject on;
	enum vch_err err = carry_again(&on, cli);

	vch_session_close(&on.s);
	return err;
}

/* ---- applying ------------------------------------------------------------ */

static enum vch_err apply_tee(struct subject *on)
{
	enum vch_err err;

	VCH_TRY(tee_open(on));
	err = vch_client_apply(on->s.client, on->account, &on->proof,
			       &on->before);
	VCH_TRY(node_fail(on, err));
	return vch_session_save(&on->s);
}

static enum vch_err apply_chain(struct subject *on)
{
	VCH_TRY(vch_carry_open(&on->s, on->account));
	return vch_carry_apply(&on->s, &on->carried, on->account);
}

/* Nothing waits on one side: then the other's word is all there is. */
static void leave_out(struct side *side, const struct side *other)
{
	if (side->err == VCH_NO_CHANGE && other->asked &&
	    other->err != VCH_NO_CHANGE)
		*side = (struct side){0};
}

static enum vch_err apply(struct subject *on, struct vch_cli *cli)
{
	VCH_TRY(no_more_args(cli));
	VCH_TRY(subject_open(on, cli));
	if (on->tee.asked)
		side_end(on, &on->tee, apply_tee(on));
	if (on->chain.asked)
		side_end(on, &on->chain, apply_chain(on));
	leave_out(&on->tee, &on->chain);
	leave_out(&on->chain, &on->tee);
	return verdict(on, "");
}

enum vch_err vch_cmd_account_apply(struct vch_cli *cli)
{
	static struct subject on;
	enum vch_err err = apply(&on, cli);

	vch_session_close(&on.s);
	return err;
}
