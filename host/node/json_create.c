/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/json_create.h"

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

static void read_origins(struct vch_create_account_request *ret,
			 struct vch_json_in *params)
{
	struct vch_json_list list = vch_json_get_list(
		params, "origins", VCH_CREATE_ACCOUNT_REQUEST_ORIGINS_MAX);

	for (size_t i = 0; i < list.cnt; i++)
		ret->origins[i] = vch_json_list_text(&list, i, 128);
	ret->origins_cnt = (uint8_t)list.cnt;
}

static enum vch_err read_networks(struct vch_create_account_request *ret,
				  struct vch_json_in *params)
{
	struct vch_json_list list = vch_json_get_list(
		params, "networks", VCH_CREATE_ACCOUNT_REQUEST_NETWORKS_MAX);

	for (size_t i = 0; i < list.cnt; i++) {
		struct vch_json_in in = vch_json_list_object(&list, i);
		struct vch_network *network = &ret->networks[i];

		network->chain_id =
			vch_json_get_u64(&in, "chainId", UINT64_MAX);
		vch_json_get_bytes(&in, "entryPoint", network->entry_point,
				   sizeof(network->entry_point));
		VCH_TRY(vch_json_end(&in));
	}
	ret->networks_cnt = (uint8_t)list.cnt;
	return VCH_OK;
}

enum vch_err vch_json_create(struct vch_create_account_request *ret,
			     yyjson_val *params, struct vch_json_fault *fault)
{
	struct vch_json_in in = vch_json_in(params, "params", fault);
	struct vch_create_account_request req = {0};

	VCH_TRY(read_passkey(&req.passkey, &in));
	read_origins(&req, &in);
	VCH_TRY(read_networks(&req, &in));
	vch_json_get_bytes(&in, "factory", req.factory, sizeof(req.factory));
	vch_json_get_bytes(&in, "implementation", req.implementation,
			   sizeof(req.implementation));
	VCH_TRY(vch_json_end(&in));
	*ret = req;
	return VCH_OK;
}
