/* SPDX-License-Identifier: Apache-2.0 */
/* vouch attest verify: evidence from a file, checked without any node. */
#include <stdio.h>
#include <string.h>

#include "host/base/file.h"
#include "host/base/hex.h"
#include "host/cli/cli.h"
#include "host/cli/doc.h"
#include "host/cli/proof.h"
#include "host/cli/term.h"

#define EVIDENCE_FILE_MAX (64u << 10)

static enum vch_err take(struct vch_attested *att, yyjson_val *evidence)
{
	memset(att, 0, sizeof(*att));
	VCH_TRY(vch_doc_get_bytes(evidence, "claims", att->claims,
				  &att->claims_len, sizeof(att->claims)));
	VCH_TRY(vch_doc_get_fixed(evidence, "signature", att->signature, 64));
	return vch_doc_get_bytes(evidence, "endorsement", att->endorsement,
				 &att->endorsement_len,
				 sizeof(att->endorsement));
}

/* What `vouch tee --json` or kms_attest gave; a whole answer will do. */
static enum vch_err read_evidence(struct vch_cli *cli, const char *path,
				  struct vch_attested *ret)
{
	struct vch_buf buf = vch_buf(EVIDENCE_FILE_MAX);
	enum vch_err err = vch_file_read(&buf, path);
	yyjson_doc *doc = NULL;
	yyjson_val *root, *result;

	if (err == VCH_OK) {
		doc = yyjson_read((const char *)buf.ptr, buf.len, 0);
		root = yyjson_doc_get_root(doc);
		result = yyjson_obj_get(root, "result");
		err = take(ret, result ? result : root);
	}
	yyjson_doc_free(doc);
	vch_buf_free(&buf);
	return err ? vch_cli_fail(cli, err, "%s is no evidence", path) : VCH_OK;
}

/* NULL stays NULL: not asked for. */
static enum vch_err word_of(struct vch_cli *cli, const uint8_t **ret,
			    uint8_t buf[32], const char *name, const char *text)
{
	*ret = NULL;
	if (!text)
		return VCH_OK;
	if (vch_hex_read(buf, 32, text) != VCH_OK)
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "--%s is not 0x and 64 digits", name);
	*ret = buf;
	return VCH_OK;
}

static void line(const char *label, struct vch_span bytes, const char *meaning)
{
	printf("  %-12s %s  %s%s%s\n", label, vch_term_hex(bytes),
	       vch_ink(VCH_INK_DIM), meaning, vch_ink(VCH_INK_NONE));
}

static void show(const struct vch_attested *att, const uint8_t *challenge)
{
	const struct vch_evidence *e = &att->evidence;

	puts("The evidence holds. It rests on the factory you named:");
	line("device", vch_span(att->endorsement, 32),
	     "made by that factory, and endorses what follows");
	line("measurement", vch_span(e->measurement, 32),
	     "the code you named; it alone has the keys below");
	line("log key", vch_span(e->log_key, 32), "signs its receipts");
	line("challenge", vch_span(e->challenge, 32),
	     challenge ? "yours" : "fresh only if it was you who drew it");
	printf("  erase %.*s, protect %.*s, seal %.*s, signed by %.*s\n",
	       (int)e->erase.len, e->erase.ptr, (int)e->protect.len,
	       e->protect.ptr, (int)e->seal.len, e->seal.ptr,
	       (int)e->signer.len, e->signer.ptr);
}

enum vch_err vch_cmd_attest_verify(struct vch_cli *cli)
{
	static struct vch_attested att;
	uint8_t factory_buf[32], measurement_buf[32], challenge_buf[32];
	const uint8_t *factory, *measurement, *challenge;
	enum vch_err err;

	VCH_TRY(word_of(cli, &factory, factory_buf, "factory", cli->factory));
	VCH_TRY(word_of(cli, &measurement, measurement_buf, "measurement",
			cli->measurement));
	VCH_TRY(word_of(cli, &challenge, challenge_buf, "challenge",
			cli->challenge));
	if (!factory || !measurement)
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "--factory and --measurement say what to "
				    "believe: name both");
	VCH_TRY(read_evidence(cli, cli->args[0], &att));
	err = vch_attested_check_var(&att, challenge);
	if (err == VCH_OK)
		err = vch_endorsement_check_var(&att, factory, measurement);
	if (err != VCH_OK)
		return vch_cli_fail(cli, err, "%s", att.why);
	show(&att, challenge);
	return VCH_OK;
}
