/* SPDX-License-Identifier: Apache-2.0 */
/* vouch account limit | fee | list | … : changes of an account's policy */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "host/base/hex.h"
#include "host/cli/cli.h"
#include "host/cli/doc.h"
#include "host/cli/session.h"
#include "host/cli/term.h"
#include "trusted/base/check.h"

/* An account of the wallet, and what the log proves of it. */
struct subject {
	struct vch_session s;
	struct vch_wallet_account *account;
	struct vch_account_state before;
	struct vch_proof proof;
};

static enum vch_err node_fail(struct subject *on, enum vch_err err)
{
	return err ? vch_cli_fail(on->s.cli, err, "%s",
				  vch_client_why(on->s.client))
		   : VCH_OK;
}

static enum vch_err subject_open(struct subject *on, struct vch_cli *cli)
{
	uint8_t address[20];

	VCH_TRY(vch_session_open_node(&on->s, cli));
	VCH_TRY(vch_session_load(&on->s));
	if (vch_hex_read(address, 20, cli->args[0]))
		return vch_cli_fail(cli, VCH_ARGUMENT, "%s is no address",
				    cli->args[0]);
	on->account = vch_wallet_find(&on->s.wallet, address);
	if (!on->account)
		return vch_cli_fail(cli, VCH_ACCOUNT,
				    "%s is no account of this passkey",
				    cli->args[0]);
	return node_fail(on, vch_client_state(on->s.client, &on->before,
					      &on->proof, on->account));
}

/* When what waits is due, by the refill clock, as a person reads time. */
static void show_due(uint64_t due_s)
{
	time_t at = (time_t)due_s;
	char when[32] = "";
	struct tm tm;

	if (gmtime_r(&at, &tm))
		strftime(when, sizeof(when), "%F %TZ", &tm);
	printf("  waits       until %s at the earliest, by the TEE's own "
	       "clock;\n"
	       "              then: vouch account apply, before: vouch account "
	       "cancel\n",
	       when);
}

static enum vch_err show_json(const struct subject *on,
			      const struct vch_config *config)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc);

	VCH_CHECK(root);
	yyjson_mut_doc_set_root(doc, root);
	vch_doc_put_bytes(doc, root, "address",
			  vch_span(on->account->address, 20));
	vch_doc_put_quantity(doc, root, "number", config->number);
	VCH_CHECK(yyjson_mut_obj_add_bool(doc, root, "frozen",
					  on->proof.change.slot.flags &
						  VCH_SLOT_FROZEN));
	vch_doc_put_quantity(doc, root, "pendingDue", config->pending_due);
	vch_doc_put_bytes(doc, root, "receipt",
			  vch_span(on->proof.bytes, on->proof.len));
	vch_doc_show(doc);
	yyjson_mut_doc_free(doc);
	return VCH_OK;
}

/* What the record, which was checked, says of the account now. */
static enum vch_err show(const struct subject *on)
{
	struct vch_config config;

	VCH_TRY(vch_config_decode(&config, on->proof.change.config));
	if (on->s.cli->json)
		return show_json(on, &config);
	printf("account %s, change %llu\n",
	       vch_term_hex(vch_span(on->account->address, 20)),
	       (unsigned long long)config.number);
	puts("  recorded    the change you signed, and what it makes of the "
	     "policy: checked");
	if (config.pending_due)
		show_due(config.pending_due);
	else
		puts("  holds       at once, for every signature from now on");
	if (on->proof.change.slot.flags & VCH_SLOT_FROZEN)
		printf("  %sfrozen%s\n", vch_ink(VCH_INK_RED),
		       vch_ink(VCH_INK_NONE));
	return VCH_OK;
}

static enum vch_err change(struct subject *on, struct vch_cli *cli)
{
	struct vch_demo_assertion assertion;
	struct vch_policy policy;
	struct vch_change wanted;
	uint8_t hash[32];
	const char *why;
	enum vch_err err;

	VCH_TRY(subject_open(on, cli));
	vch_policy_of(&policy, &on->before.is.config, on->before.is.flags);
	if (vch_policy_edit(&policy, &why, cli->command->verb, cli->args + 1,
			    cli->arg_cnt - 1))
		return vch_cli_fail(cli, VCH_ARGUMENT, "%s", why);
	vch_policy_change(&wanted, &on->before, &policy);
	vch_change_hash(hash, &wanted);
	VCH_TRY(vch_demo_passkey_assert(&on->s.wallet.passkey, &assertion,
					hash));
	VCH_TRY(vch_session_save(&on->s));
	err = vch_client_change(on->s.client, on->account, &on->proof,
				&on->before, &wanted, &assertion.assertion);
	if (on->proof.len)
		VCH_TRY(vch_session_save(&on->s));
	VCH_TRY(node_fail(on, err));
	return show(on);
}

enum vch_err vch_cmd_account_change(struct vch_cli *cli)
{
	static struct subject on;
	enum vch_err err = change(&on, cli);

	vch_session_close(&on.s);
	return err;
}

static enum vch_err apply(struct subject *on, struct vch_cli *cli)
{
	VCH_TRY(subject_open(on, cli));
	VCH_TRY(node_fail(on, vch_client_apply(on->s.client, on->account,
					       &on->proof, &on->before)));
	VCH_TRY(vch_session_save(&on->s));
	return show(on);
}

enum vch_err vch_cmd_account_apply(struct vch_cli *cli)
{
	static struct subject on;
	enum vch_err err = apply(&on, cli);

	vch_session_close(&on.s);
	return err;
}
