/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vouch operation hash: what the passkey and the co-signer sign, of any
 * packed operation; for whoever wants to compare it with another program.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/alloc.h"
#include "host/cli/cli.h"
#include "host/cli/doc.h"
#include "host/cli/term.h"
#include "trusted/policy/userop.h"

#define LINE_MAX_LEN (64u << 10)

struct packed {
	struct vch_user_op op;
	uint8_t init_code[VCH_USER_OP_INIT_CODE_MAX];
	uint8_t call_data[VCH_USER_OP_CALL_DATA_MAX];
	uint8_t paymaster[VCH_USER_OP_PAYMASTER_AND_DATA_MAX];
	uint64_t chain_id;
	uint8_t entry_point[20];
};

static enum vch_err variable(yyjson_val *obj, const char *key,
			     struct vch_span *ret, uint8_t *buf, size_t cap)
{
	size_t len;

	VCH_TRY(vch_doc_get_bytes(obj, key, buf, &len, cap));
	*ret = vch_span(buf, len);
	return VCH_OK;
}

/* nonce and preVerificationGas come as words here, not as quantities. */
static enum vch_err read_packed(struct packed *p, yyjson_val *obj)
{
	struct vch_user_op *op = &p->op;

	VCH_TRY(vch_doc_get_fixed(obj, "sender", op->sender, 20));
	VCH_TRY(vch_doc_get_fixed(obj, "nonce", op->nonce, 32));
	VCH_TRY(variable(obj, "initCode", &op->init_code, p->init_code,
			 sizeof(p->init_code)));
	VCH_TRY(variable(obj, "callData", &op->call_data, p->call_data,
			 sizeof(p->call_data)));
	VCH_TRY(vch_doc_get_fixed(obj, "accountGasLimits",
				  op->account_gas_limits, 32));
	VCH_TRY(vch_doc_get_fixed(obj, "preVerificationGas",
				  op->pre_verification_gas, 32));
	VCH_TRY(vch_doc_get_fixed(obj, "gasFees", op->gas_fees, 32));
	VCH_TRY(variable(obj, "paymasterAndData", &op->paymaster_and_data,
			 p->paymaster, sizeof(p->paymaster)));
	VCH_TRY(vch_doc_get_u64(obj, "chainId", &p->chain_id));
	return vch_doc_get_fixed(obj, "entryPoint", p->entry_point, 20);
}

static enum vch_err hash_line(struct vch_cli *cli, const char *line)
{
	static struct packed p;
	yyjson_doc *doc = yyjson_read(line, strlen(line), 0);
	enum vch_err err = read_packed(&p, yyjson_doc_get_root(doc));
	uint8_t hash[32];

	yyjson_doc_free(doc);
	if (err)
		return vch_cli_fail(cli, err, "a line is no packed operation");
	vch_userop_hash(hash, &p.op, p.chain_id, p.entry_point);
	puts(vch_term_hex(vch_span(hash, sizeof(hash))));
	return VCH_OK;
}

enum vch_err vch_cmd_operation_hash(struct vch_cli *cli)
{
	bool from_stdin = strcmp(cli->args[0], "-") == 0;
	FILE *in = from_stdin ? stdin : fopen(cli->args[0], "r");
	enum vch_err err = VCH_OK;
	char *line;

	if (!in)
		return vch_cli_fail(cli, VCH_FILE, "%s", cli->args[0]);
	line = vch_alloc(1, LINE_MAX_LEN);
	while (!err && fgets(line, LINE_MAX_LEN, in))
		err = hash_line(cli, line);
	free(line);
	if (!from_stdin)
		fclose(in);
	return err;
}
