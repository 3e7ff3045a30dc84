/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/json_userop.h"

static void read_init_code(struct vch_user_op *op, struct vch_userop_bytes *b,
			   struct vch_json_in *in)
{
	uint8_t *to = b->init_code;
	struct vch_span data = {0};

	op->init_code = vch_span(to, 0);
	if (!vch_json_has(in, "factory")) {
		/* A null of it is as good as none; factoryData is left over. */
		vch_json_ignore(in, "factory");
		return;
	}
	vch_json_get_bytes(in, "factory", to, 20);
	if (vch_json_has(in, "factoryData"))
		data = vch_json_get_hex(in, "factoryData", to + 20,
					sizeof(b->init_code) - 20);
	op->init_code = vch_span(to, 20 + data.len);
}

static void read_paymaster(struct vch_user_op *op, struct vch_userop_bytes *b,
			   struct vch_json_in *in)
{
	uint8_t *to = b->paymaster_and_data;
	struct vch_span data = {0};

	op->paymaster_and_data = vch_span(to, 0);
	if (!vch_json_has(in, "paymaster")) {
		vch_json_ignore(in, "paymaster");
		return;
	}
	vch_json_get_bytes(in, "paymaster", to, 20);
	vch_json_get_uint(in, "paymasterVerificationGasLimit", to + 20, 16);
	vch_json_get_uint(in, "paymasterPostOpGasLimit", to + 36, 16);
	if (vch_json_has(in, "paymasterData"))
		data = vch_json_get_hex(in, "paymasterData", to + 52,
					sizeof(b->paymaster_and_data) - 52);
	op->paymaster_and_data = vch_span(to, 52 + data.len);
}

enum vch_err vch_json_userop(struct vch_user_op *ret,
			     struct vch_userop_bytes *bytes,
			     struct vch_json_in *in)
{
	struct vch_user_op op = {0};

	vch_json_get_bytes(in, "sender", op.sender, sizeof(op.sender));
	vch_json_get_uint(in, "nonce", op.nonce, sizeof(op.nonce));
	read_init_code(&op, bytes, in);
	op.call_data = vch_json_get_hex(in, "callData", bytes->call_data,
					sizeof(bytes->call_data));
	vch_json_get_uint(in, "verificationGasLimit", op.account_gas_limits,
			  16);
	vch_json_get_uint(in, "callGasLimit", op.account_gas_limits + 16, 16);
	vch_json_get_uint(in, "preVerificationGas", op.pre_verification_gas,
			  sizeof(op.pre_verification_gas));
	vch_json_get_uint(in, "maxPriorityFeePerGas", op.gas_fees, 16);
	vch_json_get_uint(in, "maxFeePerGas", op.gas_fees + 16, 16);
	read_paymaster(&op, bytes, in);
	vch_json_ignore(in, "signature");
	VCH_TRY(vch_json_end(in));
	*ret = op;
	return VCH_OK;
}
