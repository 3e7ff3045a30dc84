/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/policy/intent.h"

#include <string.h>

#include "trusted/base/check.h"
#include "trusted/base/ct.h"
#include "trusted/crypto/keccak256.h"
#include "trusted/policy/typed.h"

#define GWEI 1000000000u
/* What the contract has room for. */
#define DAILY_LIMIT_MAX (((vch_u128)1 << 44) - 1)
#define TOKEN_LIMIT_MAX (((vch_u128)1 << 112) - 1)

#define SETTING_TYPE                                                           \
	"Setting(uint8 kind,address target,bytes4 selector,uint128 value)"
static const char change_type[] =
	"Change(uint64 number,Setting[] settings)" SETTING_TYPE;
static const char domain_name[] = "vouch";
static const char domain_version[] = "1";

/* hashStruct of one setting. */
static void setting_hash(uint8_t ret[32], const struct vch_chain_setting *s)
{
	static const char type[] = SETTING_TYPE;
	uint8_t in[5 * 32] = {0};

	vch_keccak256_hash(in, vch_span(type, sizeof(type) - 1));
	in[32 + 31] = s->kind;
	memcpy(in + 2 * 32 + 12, s->target, 20);
	memcpy(in + 3 * 32, s->selector, 4);
	vch_store_be128(in + 4 * 32 + 16, s->value);
	vch_keccak256_hash(ret, vch_span(in, sizeof(in)));
}

void vch_intent_hash(uint8_t ret[32], const struct vch_intent *intent)
{
	struct vch_typed_data data = {
		.domain = VCH_DOMAIN_NAME | VCH_DOMAIN_VERSION |
			  VCH_DOMAIN_CHAIN_ID | VCH_DOMAIN_CONTRACT,
		.name = vch_span(domain_name, sizeof(domain_name) - 1),
		.version = vch_span(domain_version, sizeof(domain_version) - 1),
		.chain_id = intent->chain_id,
		.type = vch_span(change_type, sizeof(change_type) - 1),
		.words_cnt = 2,
	};
	uint8_t hashes[VCH_INTENT_SETTINGS_MAX][32], type_hash[32];

	memcpy(data.contract, intent->account, 20);
	vch_store_be64(data.words[0] + 24, intent->number);
	for (uint8_t i = 0; i < intent->settings_cnt; i++)
		setting_hash(hashes[i], &intent->settings[i]);
	vch_keccak256_hash(data.words[1],
			   vch_span(hashes, (size_t)intent->settings_cnt * 32));
	VCH_CHECK(vch_typed_hash(ret, type_hash, &data) == VCH_OK);
}

/* Zero if the asset has no limit: then it cannot be moved. */
static vch_u128 limit_of(const struct vch_policy *p, const uint8_t token[20],
			 vch_u128 unit, vch_u128 max)
{
	vch_u128 limit = 0;

	for (uint8_t i = 0; i < p->assets_cnt; i++) {
		if (memcmp(p->assets[i].token, token, 20) == 0)
			limit = p->assets[i].daily_limit / unit;
	}
	return limit < max ? limit : max;
}

static bool lists(const struct vch_policy *p, const struct vch_chain_setting *s)
{
	for (uint8_t i = 0; i < p->calls_cnt; i++) {
		if (memcmp(p->calls[i].to, s->target, 20) == 0 &&
		    memcmp(p->calls[i].selector, s->selector, 4) == 0)
			return true;
	}
	return false;
}

enum vch_err vch_setting_of(vch_u128 *ret_value,
			    const struct vch_chain_setting *s,
			    const struct vch_policy *p)
{
	bool aims = s->kind == VCH_SETTING_TOKEN_LIMIT ||
		    s->kind == VCH_SETTING_CALL;

	if (aims == vch_ct_is_zero(s->target, 20) ||
	    (s->kind != VCH_SETTING_CALL && !vch_ct_is_zero(s->selector, 4)))
		return VCH_INTENT;
	switch (s->kind) {
	case VCH_SETTING_DAILY_LIMIT:
		*ret_value = limit_of(p, s->target, GWEI, DAILY_LIMIT_MAX);
		return VCH_OK;
	case VCH_SETTING_TOKEN_LIMIT:
		*ret_value = limit_of(p, s->target, 1, TOKEN_LIMIT_MAX);
		return VCH_OK;
	case VCH_SETTING_CALL:
		*ret_value = lists(p, s);
		return VCH_OK;
	case VCH_SETTING_OPEN:
		*ret_value = !p->frozen;
		return VCH_OK;
	default:
		return VCH_INTENT;
	}
}

static bool says(const struct vch_policy *policy,
		 const struct vch_chain_setting *s)
{
	vch_u128 value;

	return policy && vch_setting_of(&value, s, policy) == VCH_OK &&
	       value == s->value;
}

enum vch_err vch_intent_agrees(const struct vch_intent *intent,
			       const struct vch_policy *holds,
			       const struct vch_policy *waits)
{
	for (uint8_t i = 0; i < intent->settings_cnt; i++) {
		const struct vch_chain_setting *s = &intent->settings[i];

		if (!says(holds, s) && !says(waits, s))
			return VCH_INTENT;
	}
	return intent->settings_cnt > 0 ? VCH_OK : VCH_INTENT;
}
