/* SPDX-License-Identifier: Apache-2.0 */
/* vouch release key | sign | show, vouch tee upgrade: the next version. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/base/hex.h"
#include "host/cli/cli.h"
#include "host/cli/client.h"
#include "host/cli/doc.h"
#include "host/cli/release.h"
#include "host/cli/term.h"

static enum vch_err file_fail(struct vch_cli *cli, enum vch_err err,
			      const char *path)
{
	return vch_cli_fail(cli, err, "%s%s%s", path,
			    err == VCH_FILE ? ": "
					    : " is not what it should be",
			    err == VCH_FILE ? strerror(errno) : "");
}

static enum vch_err load(struct vch_cli *cli, struct vch_manifest *ret)
{
	enum vch_err err;

	errno = 0;
	err = vch_manifest_load(ret, cli->args[0]);
	return err ? file_fail(cli, err, cli->args[0]) : VCH_OK;
}

enum vch_err vch_cmd_release_key(struct vch_cli *cli)
{
	VCH_AUTO(ed25519_sk) key;
	enum vch_err err;

	errno = 0;
	err = vch_release_key_create(&key, cli->args[0]);
	if (err)
		return file_fail(cli, err, cli->args[0]);
	printf("%s\n", vch_term_hex(vch_span(key.pk.b, 32)));
	return VCH_OK;
}

/* --- sign ----------------------------------------------------------------- */

static enum vch_err wanted_version(struct vch_cli *cli, uint32_t *ret)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(cli->release_version, &end, 10);
	if (cli->release_version[0] < '0' || cli->release_version[0] > '9' ||
	    *end != '\0' || errno != 0 || v == 0 || v > UINT32_MAX)
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "--version is a number from 1 on");
	*ret = (uint32_t)v;
	return VCH_OK;
}

static enum vch_err wanted_measurement(struct vch_cli *cli, uint8_t ret[32])
{
	enum vch_err err;

	if (!cli->ta && vch_hex_read(ret, 32, cli->measurement))
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "--measurement is not 0x and 64 digits");
	if (!cli->ta)
		return VCH_OK;
	errno = 0;
	err = vch_ta_measure(ret, cli->ta);
	return err ? file_fail(cli, err, cli->ta) : VCH_OK;
}

/* What the options name; a manifest that is there already must say the same. */
static enum vch_err begin(struct vch_cli *cli, struct vch_manifest *ret)
{
	bool there = access(cli->args[0], F_OK) == 0;
	struct vch_release release = {0};

	memset(ret, 0, sizeof(*ret));
	if (there)
		VCH_TRY(load(cli, ret));
	release = ret->release;
	if (!there &&
	    (!cli->release_version || (!cli->ta && !cli->measurement)))
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "a new manifest needs --version, and --ta "
				    "or --measurement");
	if (cli->release_version)
		VCH_TRY(wanted_version(cli, &release.version));
	if (cli->ta || cli->measurement)
		VCH_TRY(wanted_measurement(cli, release.measurement));
	if (there &&
	    (release.version != ret->release.version ||
	     memcmp(release.measurement, ret->release.measurement, 32) != 0))
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "%s is about another release",
				    cli->args[0]);
	ret->release = release;
	return VCH_OK;
}

enum vch_err vch_cmd_release_sign(struct vch_cli *cli)
{
	VCH_AUTO(ed25519_sk) key;
	struct vch_manifest m;
	enum vch_err err;

	VCH_TRY(begin(cli, &m));
	if (!cli->release_key)
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "--key says which key signs");
	errno = 0;
	err = vch_release_key_load(&key, cli->release_key);
	if (err)
		return file_fail(cli, err, cli->release_key);
	err = vch_manifest_sign(&m, &key);
	if (err)
		return vch_cli_fail(cli, err, "it has %u signatures",
				    m.signature_cnt);
	errno = 0;
	err = vch_manifest_save(&m, cli->args[0]);
	if (err)
		return file_fail(cli, err, cli->args[0]);
	printf("%s✓%s version %u, measurement %s, %u signature%s: %s\n",
	       vch_ink(VCH_INK_GREEN), vch_ink(VCH_INK_NONE), m.release.version,
	       vch_term_hex(vch_span(m.release.measurement, 32)),
	       m.signature_cnt, m.signature_cnt == 1 ? "" : "s", cli->args[0]);
	return VCH_OK;
}

/* --- show ----------------------------------------------------------------- */

enum vch_err vch_cmd_release_show(struct vch_cli *cli)
{
	struct vch_manifest m;
	enum vch_err err, all = VCH_OK;

	VCH_TRY(load(cli, &m));
	printf("version      %u\nmeasurement  %s\n", m.release.version,
	       vch_term_hex(vch_span(m.release.measurement, 32)));
	for (uint8_t i = 0; i < m.signature_cnt; i++) {
		err = vch_manifest_check_var(&m, i);
		all = err ? VCH_RECEIPT : all;
		printf("signed by    %s  %s%s%s\n",
		       vch_term_hex(vch_span(m.signature[i].key, 32)),
		       vch_ink(err ? VCH_INK_RED : VCH_INK_GREEN),
		       err ? "DOES NOT HOLD" : "holds", vch_ink(VCH_INK_NONE));
	}
	if (m.signature_cnt == 0)
		all = VCH_RECEIPT;
	if (all)
		return vch_cli_fail(cli, all,
				    "%s: not every signature holds, "
				    "or there is none",
				    cli->args[0]);
	puts("Which keys count, and how many have to sign, is built into the "
	     "version that runs.");
	return VCH_OK;
}

/* --- tee upgrade ---------------------------------------------------------- */

static void put_params(struct vch_client *client, const struct vch_manifest *m)
{
	yyjson_mut_doc *doc;
	yyjson_mut_val *params = vch_client_params(client, &doc);
	yyjson_mut_val *list;

	vch_doc_put_quantity(doc, params, "version", m->release.version);
	vch_doc_put_bytes(doc, params, "measurement",
			  vch_span(m->release.measurement, 32));
	list = vch_doc_put_arr(doc, params, "signatures");
	for (uint8_t i = 0; i < m->signature_cnt; i++) {
		yyjson_mut_val *obj = yyjson_mut_arr_add_obj(doc, list);

		vch_doc_put_bytes(doc, obj, "key",
				  vch_span(m->signature[i].key, 32));
		vch_doc_put_bytes(doc, obj, "signature",
				  vch_span(m->signature[i].signature, 64));
	}
}

enum vch_err vch_cmd_tee_upgrade(struct vch_cli *cli)
{
	struct vch_client *client = NULL;
	struct vch_manifest m;
	yyjson_val *result;
	enum vch_err err;

	VCH_TRY(load(cli, &m));
	err = vch_client_open(&client, cli->node, cli->token_file);
	if (!err) {
		put_params(client, &m);
		err = vch_client_call(client, &result, "vouch_upgrade");
	}
	if (err)
		err = vch_cli_fail(cli, err, "%s",
				   client ? vch_client_why(client) : cli->node);
	else
		printf("%s✓%s the TEE takes version %u for its successor. The "
		       "node finishes what it has,\n  hands the device over "
		       "and ends. Then put version %u in place and start "
		       "it.\n",
		       vch_ink(VCH_INK_GREEN), vch_ink(VCH_INK_NONE),
		       m.release.version, m.release.version);
	vch_client_close(client);
	return err;
}
