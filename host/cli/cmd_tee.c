/* SPDX-License-Identifier: Apache-2.0 */
/* vouch tee: fresh evidence, checked, in words. */
#include <stdio.h>
#include <string.h>

#include "host/cli/cli.h"
#include "host/cli/client.h"
#include "host/cli/doc.h"
#include "host/cli/term.h"
#include "trusted/base/check.h"

static void show_json(const struct vch_attested *att)
{
	const struct vch_evidence *e = &att->evidence;
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc);
	const struct {
		const char *key;
		struct vch_span text;
	} words[] = {
		{"platform", e->platform}, {"erase", e->erase},
		{"protect", e->protect},   {"detect", e->detect},
		{"seal", e->seal},	   {"signer", e->signer},
		{"counter", e->counter},
	};
	size_t i;

	VCH_CHECK(
		root &&
		yyjson_mut_obj_add_bool(doc, root, "emulated", att->emulated) &&
		yyjson_mut_obj_add_uint(doc, root, "windowSeconds",
					e->window_s) &&
		yyjson_mut_obj_add_uint(doc, root, "windowRecords",
					e->window_records) &&
		yyjson_mut_obj_add_uint(doc, root, "version", e->version));
	yyjson_mut_doc_set_root(doc, root);
	for (i = 0; i < VCH_ARRAY_LEN(words); i++)
		VCH_CHECK(yyjson_mut_obj_add_strn(
			doc, root, words[i].key,
			(const char *)words[i].text.ptr, words[i].text.len));
	vch_doc_put_bytes(doc, root, "claims",
			  vch_span(att->claims, att->claims_len));
	vch_doc_put_bytes(doc, root, "signature", vch_span(att->signature, 64));
	vch_doc_put_bytes(doc, root, "endorsement",
			  vch_span(att->endorsement, att->endorsement_len));
	vch_doc_put_bytes(doc, root, "measurement",
			  vch_span(e->measurement, 32));
	vch_doc_put_bytes(doc, root, "incarnation",
			  vch_span(e->incarnation, 16));
	vch_doc_put_bytes(doc, root, "logKey", vch_span(e->log_key, 32));
	vch_doc_put_bytes(doc, root, "deviceKey", vch_span(e->device_key, 32));
	vch_doc_put_bytes(doc, root, "headsHash", vch_span(e->heads_hash, 32));
	vch_doc_show(doc);
	yyjson_mut_doc_free(doc);
}

static void word(const char *label, struct vch_span text, const char *meaning)
{
	char plain[33];
	size_t i;

	for (i = 0; i < text.len && i < sizeof(plain) - 1; i++)
		plain[i] = text.ptr[i] >= ' ' && text.ptr[i] <= '~'
				   ? (char)text.ptr[i]
				   : '?';
	plain[i] = '\0';
	printf("  %-12s %-12s %s%s%s\n", label, plain, vch_ink(VCH_INK_DIM),
	       meaning, vch_ink(VCH_INK_NONE));
}

static void bytes(const char *label, const uint8_t *in, size_t len)
{
	printf("  %-12s %s\n", label, vch_term_hex(vch_span(in, len)));
}

static void show(const struct vch_attested *att)
{
	const struct vch_evidence *e = &att->evidence;

	puts("The evidence answers our challenge and its signature holds.");
	if (att->emulated)
		printf("%sEMULATED: an ordinary process; it protects nothing "
		       "from this machine.%s\n",
		       vch_ink(VCH_INK_RED), vch_ink(VCH_INK_NONE));
	word("platform", e->platform, "");
	printf("  %-12s %u\n", "version", e->version);
	bytes("measurement", e->measurement, 32);
	bytes("device key", e->device_key, 32);
	if (att->endorsement_len > 0)
		printf("  %-12s %s  %swhose device it is: vouch attest "
		       "verify%s\n",
		       "endorsed by",
		       vch_term_hex(vch_span(att->endorsement, 32)),
		       vch_ink(VCH_INK_DIM), vch_ink(VCH_INK_NONE));
	bytes("log key", e->log_key, 32);
	bytes("incarnation", e->incarnation, 16);
	word("erase", e->erase, "where what must be forgotten is kept");
	word("protect", e->protect, "what hinders an older copy of the log");
	word("counter", e->counter,
	     att->emulated ? "EMULATED: whoever restores its file too goes back"
			   : "where the counter is that tells an older log");
	printf("  %-12s %u s, %u records\n", "window", e->window_s,
	       e->window_records);
	word("detect", e->detect, "who would notice one");
	word("seal", e->seal, "what secrets at rest are bound to");
	word("signer", e->signer, "who signed the code");
}

enum vch_err vch_cmd_tee(struct vch_cli *cli)
{
	static struct vch_attested att;
	struct vch_client *client = NULL;
	enum vch_err err = vch_client_open(&client, cli->node, NULL);

	if (!err)
		err = vch_client_attest(client, &att);
	if (err)
		err = vch_cli_fail(cli, err, "%s",
				   client ? vch_client_why(client) : cli->node);
	else if (cli->json)
		show_json(&att);
	else
		show(&att);
	vch_client_close(client);
	return err;
}
