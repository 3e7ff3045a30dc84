/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/json_cosign.h"

#include "host/node/json_userop.h"

struct cosign_bytes {
	struct vch_userop_bytes op;
	uint8_t auth_data[VCH_ASSERTION_AUTH_DATA_MAX];
	uint8_t client_data[VCH_ASSERTION_CLIENT_DATA_MAX];
};

static enum vch_err read_assertion(struct vch_assertion *ret,
				   struct cosign_bytes *bytes,
				   struct vch_json_in *params)
{
	struct vch_json_in in = vch_json_get_object(params, "assertion");

	ret->passkey = (uint8_t)vch_json_get_u64(&in, "passkey", UINT8_MAX);
	ret->auth_data =
		vch_json_get_hex(&in, "authenticatorData", bytes->auth_data,
				 sizeof(bytes->auth_data));
	ret->client_data =
		vch_json_get_hex(&in, "clientDataJSON", bytes->client_data,
				 sizeof(bytes->client_data));
	vch_json_get_bytes(&in, "signature", ret->signature,
			   sizeof(ret->signature));
	return vch_json_end(&in);
}

enum vch_err vch_json_cosign(struct vch_writer *w, uint64_t *ret_valid_until,
			     yyjson_val *params, struct vch_json_fault *fault)
{
	struct vch_json_in in = vch_json_in(params, "params", fault);
	struct vch_json_in userop;
	struct cosign_bytes bytes;
	struct vch_cosign_op op = {0};

	vch_json_get_bytes(&in, "account", op.account, sizeof(op.account));
	op.chain_id = vch_json_get_u64(&in, "chainId", UINT64_MAX);
	vch_json_get_bytes(&in, "entryPoint", op.entry_point,
			   sizeof(op.entry_point));
	userop = vch_json_get_object(&in, "userOperation");
	VCH_TRY(vch_json_userop(&op.op, &bytes.op, &userop));
	op.valid_until = vch_json_get_u64(&in, "validUntil", UINT64_MAX);
	VCH_TRY(read_assertion(&op.assertion, &bytes, &in));
	VCH_TRY(vch_json_end(&in));
	VCH_TRY(vch_cosign_op_encode(w, &op));
	*ret_valid_until = op.valid_until;
	return VCH_OK;
}
