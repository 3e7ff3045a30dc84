/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/json_change.h"

#include "host/node/json_parts.h"

static enum vch_err read_assets(struct vch_policy *ret,
				struct vch_json_in *params)
{
	struct vch_json_list list =
		vch_json_get_list(params, "assets", VCH_POLICY_ASSETS_MAX);

	for (size_t i = 0; i < list.cnt; i++) {
		struct vch_json_in in = vch_json_list_object(&list, i);
		uint8_t limit[16];

		vch_json_get_bytes(&in, "token", ret->assets[i].token, 20);
		vch_json_get_uint(&in, "dailyLimit", limit, sizeof(limit));
		ret->assets[i].daily_limit = vch_load_be128(limit);
		VCH_TRY(vch_json_end(&in));
	}
	ret->assets_cnt = (uint8_t)list.cnt;
	return VCH_OK;
}

static enum vch_err read_calls(struct vch_policy *ret,
			       struct vch_json_in *params)
{
	struct vch_json_list list =
		vch_json_get_list(params, "calls", VCH_POLICY_CALLS_MAX);

	for (size_t i = 0; i < list.cnt; i++) {
		struct vch_json_in in = vch_json_list_object(&list, i);

		vch_json_get_bytes(&in, "to", ret->calls[i].to, 20);
		vch_json_get_bytes(&in, "selector", ret->calls[i].selector, 4);
		VCH_TRY(vch_json_end(&in));
	}
	ret->calls_cnt = (uint8_t)list.cnt;
	return VCH_OK;
}

static enum vch_err read_change(struct vch_change *ret,
				struct vch_json_in *params)
{
	struct vch_json_in in = vch_json_get_object(params, "change");
	struct vch_policy *policy = &ret->policy;
	uint8_t fee_max[16];

	vch_json_get_bytes(&in, "account", ret->account, 20);
	ret->number = vch_json_get_u64(&in, "number", UINT64_MAX);
	vch_json_get_bytes(&in, "configHash", ret->config_hash, 32);
	policy->frozen = (uint8_t)vch_json_get_u64(&in, "frozen", 1);
	vch_json_get_uint(&in, "feeMax", fee_max, sizeof(fee_max));
	policy->fee_max = vch_load_be128(fee_max);
	vch_json_origins(policy->origins, &policy->origins_cnt, &in,
			 VCH_POLICY_ORIGINS_MAX);
	VCH_TRY(vch_json_networks(policy->networks, &policy->networks_cnt, &in,
				  VCH_POLICY_NETWORKS_MAX));
	VCH_TRY(read_assets(policy, &in));
	VCH_TRY(read_calls(policy, &in));
	return vch_json_end(&in);
}

enum vch_err vch_json_change(struct vch_writer *w, yyjson_val *params,
			     struct vch_json_fault *fault)
{
	struct vch_json_in in = vch_json_in(params, "params", fault);
	struct vch_change_account_request req = {0};
	struct vch_assertion_bytes bytes;

	VCH_TRY(read_change(&req.change, &in));
	VCH_TRY(vch_json_assertion(&req.assertion, &bytes, &in));
	VCH_TRY(vch_json_end(&in));
	return vch_change_account_request_encode(w, &req);
}

static enum vch_err read_settings(struct vch_intent *ret,
				  struct vch_json_in *params)
{
	struct vch_json_list list =
		vch_json_get_list(params, "settings", VCH_INTENT_SETTINGS_MAX);

	for (size_t i = 0; i < list.cnt; i++) {
		struct vch_json_in in = vch_json_list_object(&list, i);
		struct vch_chain_setting *s = &ret->settings[i];
		uint8_t value[16];

		s->kind = (uint8_t)vch_json_get_u64(&in, "kind", UINT8_MAX);
		vch_json_get_bytes(&in, "target", s->target, 20);
		vch_json_get_bytes(&in, "selector", s->selector, 4);
		vch_json_get_uint(&in, "value", value, sizeof(value));
		s->value = vch_load_be128(value);
		VCH_TRY(vch_json_end(&in));
	}
	ret->settings_cnt = (uint8_t)list.cnt;
	return VCH_OK;
}

enum vch_err vch_json_intent(struct vch_writer *w, uint64_t *ret_valid_until,
			     yyjson_val *params, struct vch_json_fault *fault)
{
	struct vch_json_in in = vch_json_in(params, "params", fault);
	struct vch_cosign_intent_request req = {0};
	struct vch_intent *intent = &req.intent;
	struct vch_assertion_bytes bytes;

	vch_json_get_bytes(&in, "account", intent->account, 20);
	intent->chain_id = vch_json_get_u64(&in, "chainId", UINT64_MAX);
	intent->number = vch_json_get_u64(&in, "number", UINT64_MAX);
	intent->valid_until = vch_json_get_u64(&in, "validUntil", UINT64_MAX);
	VCH_TRY(read_settings(intent, &in));
	VCH_TRY(vch_json_assertion(&req.assertion, &bytes, &in));
	VCH_TRY(vch_json_end(&in));
	VCH_TRY(vch_cosign_intent_request_encode(w, &req));
	*ret_valid_until = intent->valid_until;
	return VCH_OK;
}

static void put_assets(struct vch_buf *out, const struct vch_policy *policy)
{
	vch_json_open(out, "assets", '[');
	for (size_t i = 0; i < policy->assets_cnt; i++) {
		vch_json_open(out, NULL, '{');
		vch_json_put_hex(out, "token", policy->assets[i].token, 20);
		vch_json_put_quantity(out, "dailyLimit",
				      policy->assets[i].daily_limit);
		vch_json_close(out, '}');
	}
	vch_json_close(out, ']');
}

void vch_json_put_change(struct vch_buf *out, const char *key,
			 const struct vch_change *change)
{
	const struct vch_policy *policy = &change->policy;

	vch_json_open(out, key, '{');
	vch_json_put_hex(out, "account", change->account, 20);
	vch_json_put_quantity(out, "number", change->number);
	vch_json_put_hex(out, "configHash", change->config_hash, 32);
	vch_json_put_quantity(out, "frozen", policy->frozen);
	vch_json_put_quantity(out, "feeMax", policy->fee_max);
	vch_json_put_origins(out, policy->origins, policy->origins_cnt);
	vch_json_put_networks(out, policy->networks, policy->networks_cnt);
	put_assets(out, policy);
	vch_json_put_calls(out, policy->calls, policy->calls_cnt);
	vch_json_close(out, '}');
}
