/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vouch deploy: EntryPoint v0.8 and the factory, by CREATE2 from the
 * deterministic deployer, so that their addresses are functions of their
 * code: whatever stands at the computed address is what was built.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/file.h"
#include "host/base/hex.h"
#include "host/cli/abi.h"
#include "host/cli/cli.h"
#include "host/cli/doc.h"
#include "host/cli/eth.h"
#include "host/cli/term.h"
#include "host/cli/wallet.h"
#include "trusted/base/check.h"
#include "trusted/crypto/keccak256.h"
#include "trusted/policy/userop.h"

#define ARTIFACT_MAX (8u << 20)
#define CODE_MAX (96u << 10)

static const uint8_t deployer[20] = {0x4e, 0x59, 0xb4, 0x48, 0x47, 0xb3, 0x79,
				     0x57, 0x85, 0x88, 0x92, 0x0c, 0xa7, 0x8f,
				     0xbf, 0x26, 0xc0, 0xb4, 0x95, 0x6c};

/* The salt that gives EntryPoint v0.8 the address it has everywhere. */
static const uint8_t entry_point_salt[32] = {
	0x0a, 0x59, 0xdb, 0xff, 0x79, 0x0c, 0x23, 0xc9, 0x76, 0xa5, 0x48,
	0x69, 0x0c, 0x27, 0x29, 0x78, 0x83, 0xcc, 0x66, 0xb4, 0xc6, 0x70,
	0x24, 0xf9, 0x11, 0x7b, 0x02, 0x38, 0x99, 0x5e, 0x35, 0xe9};
static const uint8_t factory_salt[32];

/* salt ‖ creation code: what the deployer takes. */
struct creation {
	uint8_t data[32 + CODE_MAX];
	size_t len;
	uint8_t address[20];
};

/* The code of an artifact: "bytecode", as text or under "object". */
static enum vch_err read_code(struct creation *ret, const char *path)
{
	struct vch_buf buf = vch_buf(ARTIFACT_MAX);
	enum vch_err err = vch_file_read(&buf, path);
	yyjson_doc *doc = NULL;
	yyjson_val *code;
	size_t len = 0;

	if (!err) {
		doc = yyjson_read((const char *)buf.ptr, buf.len, 0);
		code = yyjson_obj_get(yyjson_doc_get_root(doc), "bytecode");
		if (yyjson_is_obj(code))
			code = yyjson_obj_get(code, "object");
		err = vch_hex_read_some(
			ret->data + 32, &len, CODE_MAX,
			yyjson_is_str(code) ? yyjson_get_str(code) : "");
	}
	ret->len = 32 + len;
	yyjson_doc_free(doc);
	vch_buf_free(&buf);
	return err;
}

/* CREATE2: keccak256(0xff ‖ deployer ‖ salt ‖ keccak256(code))[12..] */
static enum vch_err creation_read(struct vch_cli *cli, struct creation *ret,
				  const char *path, const uint8_t salt[32])
{
	uint8_t in[1 + 20 + 32 + 32] = {0xff};
	uint8_t hash[32];

	if (read_code(ret, path))
		return vch_cli_fail(cli, VCH_FILE,
				    "%s is no built contract; run `make`",
				    path);
	memcpy(ret->data, salt, 32);
	memcpy(in + 1, deployer, 20);
	memcpy(in + 21, salt, 32);
	vch_keccak256_hash(in + 53, vch_span(ret->data + 32, ret->len - 32));
	vch_keccak256_hash(hash, vch_span(in, sizeof(in)));
	memcpy(ret->address, hash + 12, 20);
	return VCH_OK;
}

static enum vch_err eth_fail(struct vch_cli *cli, struct vch_eth *eth,
			     enum vch_err err)
{
	return err ? vch_cli_fail(cli, err, "%s", vch_eth_why(eth)) : VCH_OK;
}

/* Deploys it unless it is there. */
static enum vch_err put(struct vch_cli *cli, struct vch_eth *eth,
			const struct creation *what, const uint8_t from[20])
{
	struct vch_eth_tx tx = {.to = deployer,
				.data = vch_span(what->data, what->len)};
	struct vch_eth_receipt receipt;
	bool there;

	VCH_TRY(eth_fail(cli, eth,
			 vch_eth_has_code(eth, &there, what->address)));
	if (there)
		return VCH_OK;
	memcpy(tx.from, from, 20);
	VCH_TRY(eth_fail(cli, eth, vch_eth_transact(eth, &receipt, &tx)));
	VCH_TRY(eth_fail(cli, eth,
			 vch_eth_has_code(eth, &there, what->address)));
	return there ? VCH_OK
		     : vch_cli_fail(cli, VCH_CHAIN_RPC,
				    "nothing stands at %s after deploying",
				    vch_term_hex(vch_span(what->address, 20)));
}

/* factory.implementation() */
static enum vch_err ask_implementation(struct vch_cli *cli, struct vch_eth *eth,
				       struct vch_deployment *dep)
{
	struct vch_eth_tx tx = {.to = dep->factory};
	uint8_t data[4];
	struct vch_span out;
	bool there;

	vch_abi_selector(data, "implementation()");
	tx.data = vch_span(data, sizeof(data));
	VCH_TRY(eth_fail(cli, eth, vch_eth_call(eth, &out, &tx)));
	if (out.len != 32)
		return vch_cli_fail(cli, VCH_CHAIN_RPC,
				    "the factory names no implementation");
	memcpy(dep->implementation, out.ptr + 12, 20);
	VCH_TRY(eth_fail(cli, eth,
			 vch_eth_has_code(eth, &there, dep->implementation)));
	return there ? VCH_OK
		     : vch_cli_fail(cli, VCH_CHAIN_RPC,
				    "the implementation has no code");
}

static enum vch_err deploy(struct vch_cli *cli, struct vch_eth *eth,
			   struct vch_deployment *dep)
{
	static struct creation entry_point;
	static struct creation factory;
	char path[VCH_PATH_MAX];
	uint8_t from[20];

	VCH_TRY(vch_path_join(path, cli->artifacts,
			      "VouchFactory.sol/VouchFactory.json"));
	VCH_TRY(creation_read(cli, &factory, path, factory_salt));
	VCH_TRY(creation_read(cli, &entry_point, cli->entry_point_artifact,
			      entry_point_salt));
	if (memcmp(entry_point.address, vch_entry_point, 20) != 0)
		return vch_cli_fail(cli, VCH_FILE,
				    "%s is not EntryPoint v0.8 as it was "
				    "released",
				    cli->entry_point_artifact);
	if (cli->bundler_from && vch_hex_read(from, 20, cli->bundler_from))
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "--bundler-from takes an address");
	if (!cli->bundler_from)
		VCH_TRY(eth_fail(cli, eth, vch_eth_dev_account(eth, from)));
	VCH_TRY(eth_fail(cli, eth, vch_eth_chain_id(eth, &dep->chain_id)));
	VCH_TRY(put(cli, eth, &entry_point, from));
	VCH_TRY(put(cli, eth, &factory, from));
	memcpy(dep->entry_point, entry_point.address, 20);
	memcpy(dep->factory, factory.address, 20);
	VCH_TRY(ask_implementation(cli, eth, dep));
	return vch_deployment_save(dep, cli->deployment)
		       ? vch_cli_fail(cli, VCH_FILE, "writing %s",
				      cli->deployment)
		       : VCH_OK;
}

static void show(const struct vch_cli *cli, const struct vch_deployment *dep)
{
	yyjson_mut_doc *doc;
	yyjson_mut_val *root;

	if (!cli->json) {
		printf("EntryPoint     %s\nfactory        %s\n"
		       "implementation %s\non chain %llu, noted in %s\n",
		       vch_term_hex(vch_span(dep->entry_point, 20)),
		       vch_term_hex(vch_span(dep->factory, 20)),
		       vch_term_hex(vch_span(dep->implementation, 20)),
		       (unsigned long long)dep->chain_id, cli->deployment);
		return;
	}
	doc = yyjson_mut_doc_new(NULL);
	root = yyjson_mut_obj(doc);
	VCH_CHECK(root);
	yyjson_mut_doc_set_root(doc, root);
	vch_deployment_put(doc, root, dep);
	vch_doc_show(doc);
	yyjson_mut_doc_free(doc);
}

enum vch_err vch_cmd_deploy(struct vch_cli *cli)
{
	struct vch_deployment dep;
	struct vch_eth *eth;
	enum vch_err err = vch_eth_open(&eth, cli->chain);

	if (err)
		return vch_cli_fail(cli, err, "--chain %s", cli->chain);
	err = deploy(cli, eth, &dep);
	vch_eth_close(eth);
	if (!err)
		show(cli, &dep);
	return err;
}
