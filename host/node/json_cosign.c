/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/json_cosign.h"

#include "host/node/json_parts.h"
#include "host/node/json_userop.h"

struct cosign_bytes {
	struct vch_userop_bytes op;
	struct vch_assertion_bytes assertion;
};

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
	VCH_TRY(vch_json_assertion(&op.assertion, &bytes.assertion, &in));
	VCH_TRY(vch_json_end(&in));
	VCH_TRY(vch_cosign_op_encode(w, &op));
	*ret_valid_until = op.valid_until;
	return VCH_OK;
}
