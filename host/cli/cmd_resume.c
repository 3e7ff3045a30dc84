/* SPDX-License-Identifier: Apache-2.0 */
/* vouch account resume, vouch receipt compare: after a log went back. */
#include <stdio.h>
#include <string.h>

#include "host/base/hex.h"
#include "host/cli/cli.h"
#include "host/cli/doc.h"
#include "host/cli/session.h"
#include "host/cli/term.h"
#include "trusted/base/check.h"
#include "trusted/log/chain.h"
#include "trusted/policy/resume.h"

/* The passkey signs the head and sequence of the newest record. */
static enum vch_err approve(struct vch_session *s,
			    struct vch_demo_assertion *ret,
			    const struct vch_wallet_account *account,
			    const struct vch_proof *stopped)
{
	struct vch_seen seen;
	uint8_t hash[32];

	vch_seen_from(&seen, &stopped->receipt);
	vch_resume_hash(hash, account->address, seen.head,
			vch_proof_slot(stopped)->seq);
	VCH_TRY(vch_demo_passkey_assert(&s->wallet.passkey, ret, hash));
	return s->wallet.passkey.counts ? vch_session_save(s) : VCH_OK;
}

static enum vch_err client_fail(struct vch_session *s, enum vch_err err)
{
	return err ? vch_cli_fail(s->cli, err, "%s", vch_client_why(s->client))
		   : VCH_OK;
}

static void show_json(const struct vch_wallet_account *account)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc);

	VCH_CHECK(root);
	yyjson_mut_doc_set_root(doc, root);
	vch_doc_put_quantity(doc, root, "sequence", account->seq);
	vch_doc_put_bytes(doc, root, "receipt",
			  vch_span(account->receipt, account->receipt_len));
	vch_doc_show(doc);
	yyjson_mut_doc_free(doc);
}

static void show(const struct vch_proof *stopped)
{
	printf("%s✓%s resumed after record %llu of the account here; today's "
	       "limits count as\n  spent, its grants are void\n",
	       vch_ink(VCH_INK_GREEN), vch_ink(VCH_INK_NONE),
	       (unsigned long long)vch_proof_slot(stopped)->seq);
}

static enum vch_err resume(struct vch_session *s, const uint8_t address[20])
{
	static struct vch_proof stopped, proof;
	struct vch_wallet_account *account;
	struct vch_demo_assertion assertion;

	VCH_TRY(vch_session_load(s));
	account = vch_wallet_find(&s->wallet, address);
	if (!account)
		return vch_cli_fail(s->cli, VCH_ACCOUNT,
				    "it is no account of this passkey");
	VCH_TRY(vch_session_attest(s, account));
	VCH_TRY(client_fail(s,
			    vch_client_stopped(s->client, account, &stopped)));
	VCH_TRY(approve(s, &assertion, account, &stopped));
	VCH_TRY(client_fail(s,
			    vch_client_resume(s->client, account, &proof,
					      &stopped, &assertion.assertion)));
	VCH_TRY(vch_session_save(s));
	if (s->cli->json)
		show_json(account);
	else
		show(&stopped);
	return VCH_OK;
}

enum vch_err vch_cmd_account_resume(struct vch_cli *cli)
{
	static struct vch_session s;
	uint8_t address[20];
	enum vch_err err;

	if (vch_hex_read(address, 20, cli->args[0]))
		return vch_cli_fail(cli, VCH_ARGUMENT, "%s is no address",
				    cli->args[0]);
	err = vch_session_open_node(&s, cli);
	if (!err)
		err = resume(&s, address);
	vch_session_close(&s);
	return err;
}

static enum vch_err read_receipt(struct vch_cli *cli, struct vch_proof *ret,
				 const char *hex, const uint8_t log_key[32])
{
	if (vch_hex_read_some(ret->bytes, &ret->len, sizeof(ret->bytes), hex))
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "a receipt is 0x and hex digits");
	if (vch_proof_check_var(ret, log_key))
		return vch_cli_fail(cli, VCH_RECEIPT, "%s", ret->why);
	return VCH_OK;
}

enum vch_err vch_cmd_receipt_compare(struct vch_cli *cli)
{
	static struct vch_proof a, b;
	uint8_t log_key[32];

	if (cli->arg_cnt != 2)
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "it compares two receipts");
	if (!cli->log_key || vch_hex_read(log_key, 32, cli->log_key))
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "--log-key is needed, 0x and 64 digits; "
				    "`vouch tee` tells it");
	VCH_TRY(read_receipt(cli, &a, cli->args[0], log_key));
	VCH_TRY(read_receipt(cli, &b, cli->args[1], log_key));
	if (vch_proof_compare(&a, &b))
		return vch_cli_fail(cli, VCH_RECEIPT, "%s", a.why);
	puts("both receipts hold, and they do not contradict each other");
	return VCH_OK;
}
