/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/json_create.h"

#include "host/node/json_parts.h"

static enum vch_err read_passkey(struct vch_passkey *ret,
				 struct vch_json_in *params)
{
	struct vch_json_in in = vch_json_get_object(params, "passkey");

	vch_json_get_bytes(&in, "x", ret->x, sizeof(ret->x));
	vch_json_get_bytes(&in, "y", ret->y, sizeof(ret->y));
	vch_json_get_bytes(&in, "rpIdHash", ret->rp_id_hash,
			   sizeof(ret->rp_id_hash));
	if (vch_json_has(&in, "flags"))
		ret->flags = (uint8_t)vch_json_get_u64(&in, "flags", UINT8_MAX);
	else
		vch_json_ignore(&in, "flags");
	return vch_json_end(&in);
}

enum vch_err vch_json_create(struct vch_create_account_request *ret,
			     yyjson_val *params, struct vch_json_fault *fault)
{
	struct vch_json_in in = vch_json_in(params, "params", fault);
	struct vch_create_account_request req = {0};

	VCH_TRY(read_passkey(&req.passkey, &in));
	vch_json_origins(req.origins, &req.origins_cnt, &in,
			 VCH_CREATE_ACCOUNT_REQUEST_ORIGINS_MAX);
	VCH_TRY(vch_json_networks(req.networks, &req.networks_cnt, &in,
				  VCH_CREATE_ACCOUNT_REQUEST_NETWORKS_MAX));
	vch_json_get_bytes(&in, "factory", req.factory, sizeof(req.factory));
	vch_json_get_bytes(&in, "implementation", req.implementation,
			   sizeof(req.implementation));
	VCH_TRY(vch_json_end(&in));
	*ret = req;
	return VCH_OK;
}
