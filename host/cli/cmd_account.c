/* SPDX-License-Identifier: Apache-2.0 */
/* vouch account create | show */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/hex.h"
#include "host/cli/cli.h"
#include "host/cli/doc.h"
#include "host/cli/session.h"
#include "host/cli/term.h"
#include "trusted/base/check.h"

static void created_json(const struct vch_wallet_account *account,
			 const struct vch_proof *proof, bool emulated)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc);

	VCH_CHECK(root &&
		  yyjson_mut_obj_add_bool(doc, root, "emulated", emulated));
	yyjson_mut_doc_set_root(doc, root);
	vch_doc_put_bytes(doc, root, "address", vch_span(account->address, 20));
	vch_doc_put_bytes(doc, root, "cosigner",
			  vch_span(account->cosigner, 20));
	vch_doc_put_bytes(doc, root, "logKey", vch_span(account->log_key, 32));
	vch_doc_put_bytes(doc, root, "receipt",
			  vch_span(proof->bytes, proof->len));
	vch_doc_show(doc);
	yyjson_mut_doc_free(doc);
}

static void created(const struct vch_cli *cli,
		    const struct vch_wallet_account *account,
		    const struct vch_proof *proof, bool emulated)
{
	if (cli->json) {
		created_json(account, proof, emulated);
		return;
	}
	printf("account %s%s%s\n", vch_ink(VCH_INK_BOLD),
	       vch_term_hex(vch_span(account->address, 20)),
	       vch_ink(VCH_INK_NONE));
	printf("  co-signer   %s\n",
	       vch_term_hex(vch_span(account->cosigner, 20)));
	puts("  address     follows from your passkey and that co-signer");
	printf("  statement   signed by log key %s, which the TEE's evidence "
	       "names\n",
	       vch_term_short(vch_span(account->log_key, 32)));
	puts("  policy      0.1 ether a day, 0.02 ether fee an operation, "
	     "plain payments");
	if (emulated)
		printf("  TEE         %sEMULATED: its evidence rests on "
		       "nobody's word%s\n",
		       vch_ink(VCH_INK_RED), vch_ink(VCH_INK_NONE));
}

static enum vch_err check_chain(struct vch_session *s,
				const struct vch_deployment *at)
{
	uint64_t chain_id;
	enum vch_err err = vch_eth_chain_id(s->eth, &chain_id);

	if (err)
		return vch_cli_fail(s->cli, err, "%s", vch_eth_why(s->eth));
	if (chain_id != at->chain_id)
		return vch_cli_fail(s->cli, VCH_NETWORK,
				    "%s is chain %llu, the deployment is on "
				    "%llu",
				    s->cli->chain, (unsigned long long)chain_id,
				    (unsigned long long)at->chain_id);
	return VCH_OK;
}

static enum vch_err create(struct vch_session *s, struct vch_cli *cli)
{
	static struct vch_proof proof;
	struct vch_wallet_account *account;
	struct vch_deployment at;

	VCH_TRY(vch_session_open(s, cli));
	VCH_TRY(vch_session_load(s));
	if (vch_deployment_load(&at, cli->deployment))
		return vch_cli_fail(cli, VCH_FILE, "the deployment in %s",
				    cli->deployment);
	VCH_TRY(check_chain(s, &at));
	VCH_TRY(vch_session_attest(s, NULL));
	VCH_TRY(vch_session_create(s, &account, &proof, &at));
	created(cli, account, &proof, s->attested.emulated);
	return VCH_OK;
}

enum vch_err vch_cmd_account_create(struct vch_cli *cli)
{
	static struct vch_session s;
	enum vch_err err = create(&s, cli);

	vch_session_close(&s);
	return err;
}

static void show_asset(yyjson_val *obj)
{
	vch_u128 limit;
	vch_u128 spent;

	if (vch_doc_get_quantity(yyjson_obj_get(obj, "dailyLimit"), &limit) ||
	    vch_doc_get_quantity(yyjson_obj_get(obj, "spent"), &spent))
		return;
	printf("  today       %s of %s spent\n", vch_term_amount(spent),
	       vch_term_amount(limit));
}

static void show_text(yyjson_val *obj, const char *label, const char *key)
{
	const char *found = yyjson_get_str(yyjson_obj_get(obj, key));
	char text[64];

	if (!found)
		return;
	snprintf(text, sizeof(text), "%s", found);
	vch_term_clean(text);
	printf("  %-11s %s\n", label, text);
}

static void show(yyjson_val *obj)
{
	yyjson_val *assets = yyjson_obj_get(obj, "assets");
	size_t i;

	show_text(obj, "account", "address");
	show_text(obj, "co-signer", "cosigner");
	show_text(obj, "factory", "factory");
	for (i = 0; i < yyjson_arr_size(assets); i++)
		show_asset(yyjson_arr_get(assets, i));
	if (yyjson_get_bool(yyjson_obj_get(obj, "stopped")))
		printf("  %sstopped%s: a receipt showed another history; "
		       "`vouch account resume`\n",
		       vch_ink(VCH_INK_RED), vch_ink(VCH_INK_NONE));
	if (yyjson_get_bool(yyjson_obj_get(obj, "frozen")))
		printf("  %sfrozen%s\n", vch_ink(VCH_INK_RED),
		       vch_ink(VCH_INK_NONE));
}

enum vch_err vch_cmd_account_show(struct vch_cli *cli)
{
	struct vch_client *client = NULL;
	uint8_t address[20];
	yyjson_val *result;
	enum vch_err err;
	char *text;

	if (vch_hex_read(address, 20, cli->args[0]))
		return vch_cli_fail(cli, VCH_ARGUMENT, "%s is no address",
				    cli->args[0]);
	err = vch_client_open(&client, cli->node, NULL);
	if (!err)
		err = vch_client_account(client, &result, address);
	if (err) {
		err = vch_cli_fail(cli, err, "%s",
				   client ? vch_client_why(client) : cli->node);
	} else if (cli->json) {
		text = yyjson_val_write(result, YYJSON_WRITE_NOFLAG, NULL);
		VCH_CHECK(text);
		puts(text);
		free(text);
	} else {
		show(result);
	}
	vch_client_close(client);
	return err;
}
