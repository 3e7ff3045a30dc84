/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/json_parts.h"

#define ORIGIN_MAX VCH_CONFIG_ORIGINS_LEN_MAX

enum vch_err vch_json_assertion(struct vch_assertion *ret,
				struct vch_assertion_bytes *bytes,
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

void vch_json_origins(struct vch_span *ret, uint8_t *ret_cnt,
		      struct vch_json_in *params, uint8_t max)
{
	struct vch_json_list list = vch_json_get_list(params, "origins", max);

	for (size_t i = 0; i < list.cnt; i++)
		ret[i] = vch_json_list_text(&list, i, ORIGIN_MAX);
	*ret_cnt = (uint8_t)list.cnt;
}

enum vch_err vch_json_networks(struct vch_network *ret, uint8_t *ret_cnt,
			       struct vch_json_in *params, uint8_t max)
{
	struct vch_json_list list = vch_json_get_list(params, "networks", max);

	for (size_t i = 0; i < list.cnt; i++) {
		struct vch_json_in in = vch_json_list_object(&list, i);

		ret[i].chain_id = vch_json_get_u64(&in, "chainId", UINT64_MAX);
		vch_json_get_bytes(&in, "entryPoint", ret[i].entry_point,
				   sizeof(ret[i].entry_point));
		VCH_TRY(vch_json_end(&in));
	}
	*ret_cnt = (uint8_t)list.cnt;
	return VCH_OK;
}

void vch_json_put_origins(struct vch_buf *out, const struct vch_span *origins,
			  uint8_t cnt)
{
	vch_json_open(out, "origins", '[');
	for (size_t i = 0; i < cnt; i++)
		vch_json_put_text(out, NULL, (const char *)origins[i].ptr,
				  origins[i].len);
	vch_json_close(out, ']');
}

void vch_json_put_networks(struct vch_buf *out,
			   const struct vch_network *networks, uint8_t cnt)
{
	vch_json_open(out, "networks", '[');
	for (size_t i = 0; i < cnt; i++) {
		vch_json_open(out, NULL, '{');
		vch_json_put_quantity(out, "chainId", networks[i].chain_id);
		vch_json_put_hex(out, "entryPoint", networks[i].entry_point,
				 20);
		vch_json_close(out, '}');
	}
	vch_json_close(out, ']');
}

void vch_json_put_calls(struct vch_buf *out,
			const struct vch_listed_call *calls, uint8_t cnt)
{
	vch_json_open(out, "calls", '[');
	for (size_t i = 0; i < cnt; i++) {
		vch_json_open(out, NULL, '{');
		vch_json_put_hex(out, "to", calls[i].to, 20);
		vch_json_put_hex(out, "selector", calls[i].selector, 4);
		vch_json_close(out, '}');
	}
	vch_json_close(out, ']');
}
