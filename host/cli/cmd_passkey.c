/* SPDX-License-Identifier: Apache-2.0 */
/* vouch passkey create | show */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/cli/cli.h"
#include "host/cli/doc.h"
#include "host/cli/term.h"
#include "host/cli/wallet.h"
#include "trusted/base/check.h"

static void show_json(const struct vch_wallet *wallet)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc);
	const struct vch_demo_passkey *p = &wallet->passkey;
	yyjson_mut_val *accounts;
	size_t i;

	VCH_CHECK(
		root && yyjson_mut_obj_add_bool(doc, root, "demo", true) &&
		yyjson_mut_obj_add_str(doc, root, "rpId", p->rp_id) &&
		yyjson_mut_obj_add_str(doc, root, "origin", p->origin) &&
		yyjson_mut_obj_add_uint(doc, root, "signCount", p->sign_count));
	yyjson_mut_doc_set_root(doc, root);
	vch_doc_put_bytes(doc, root, "x", vch_span(p->x, 32));
	vch_doc_put_bytes(doc, root, "y", vch_span(p->y, 32));
	accounts = vch_doc_put_arr(doc, root, "accounts");
	for (i = 0; i < wallet->account_cnt; i++)
		vch_doc_add_bytes(doc, accounts,
				  vch_span(wallet->account[i].address, 20));
	vch_doc_show(doc);
	yyjson_mut_doc_free(doc);
}

static void show(const struct vch_cli *cli, const struct vch_wallet *wallet)
{
	const struct vch_demo_passkey *p = &wallet->passkey;
	size_t i;

	if (cli->json) {
		show_json(wallet);
		return;
	}
	printf("%sdemo passkey%s in %s: anyone who reads that file can sign\n",
	       vch_ink(VCH_INK_BOLD), vch_ink(VCH_INK_NONE), cli->passkey);
	printf("  x        %s\n", vch_term_hex(vch_span(p->x, 32)));
	printf("  y        %s\n", vch_term_hex(vch_span(p->y, 32)));
	printf("  rpId     %s\n  origin   %s\n", p->rp_id, p->origin);
	if (p->counts)
		printf("  counter  %u\n", p->sign_count);
	else
		puts("  counter  none");
	for (i = 0; i < wallet->account_cnt; i++)
		printf("  account  %s\n",
		       vch_term_hex(vch_span(wallet->account[i].address, 20)));
}

enum vch_err vch_cmd_passkey_create(struct vch_cli *cli)
{
	VCH_AUTO(wallet) wallet;
	enum vch_err err;

	memset(&wallet, 0, sizeof(wallet));
	if (access(cli->passkey, F_OK) == 0)
		return vch_cli_fail(cli, VCH_FILE,
				    "%s is there already and is not replaced",
				    cli->passkey);
	err = vch_demo_passkey_create(&wallet.passkey, cli->rp_id, cli->origin,
				      !cli->no_counter);
	if (err)
		return vch_cli_fail(cli, err, "--rp-id %s, --origin %s",
				    cli->rp_id, cli->origin);
	err = vch_wallet_save(&wallet, cli->passkey);
	if (err)
		return vch_cli_fail(cli, err, "writing %s: %s", cli->passkey,
				    strerror(errno));
	show(cli, &wallet);
	return VCH_OK;
}

enum vch_err vch_cmd_passkey_show(struct vch_cli *cli)
{
	VCH_AUTO(wallet) wallet;
	enum vch_err err;

	memset(&wallet, 0, sizeof(wallet));
	err = vch_wallet_load(&wallet, cli->passkey);
	if (err)
		return vch_cli_fail(cli, err, "the demo passkey in %s",
				    cli->passkey);
	show(cli, &wallet);
	return VCH_OK;
}
