/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/policy/change.h"

#include <string.h>

#include "trusted/base/ct.h"
#include "trusted/policy/spend.h"
#include "trusted/policy/userop.h"

void vch_policy_of(struct vch_policy *ret, const struct vch_config *config,
		   uint32_t flags)
{
	memset(ret, 0, sizeof(*ret));
	ret->frozen = flags & VCH_SLOT_FROZEN ? 1 : 0;
	ret->fee_max = config->fee_max;
	ret->origins_cnt = config->origins_cnt;
	memcpy(ret->origins, config->origins, sizeof(ret->origins));
	ret->networks_cnt = config->networks_cnt;
	memcpy(ret->networks, config->networks, sizeof(ret->networks));
	ret->assets_cnt = config->assets_cnt;
	memcpy(ret->assets, config->assets, sizeof(ret->assets));
	ret->calls_cnt = config->calls_cnt;
	memcpy(ret->calls, config->calls, sizeof(ret->calls));
}

static void policy_put(struct vch_changing *c, const struct vch_policy *policy)
{
	struct vch_config *config = &c->config;

	c->flags &= ~(uint32_t)VCH_SLOT_FROZEN;
	if (policy->frozen)
		c->flags |= VCH_SLOT_FROZEN;
	config->fee_max = policy->fee_max;
	config->origins_cnt = policy->origins_cnt;
	memcpy(config->origins, policy->origins, sizeof(config->origins));
	config->networks_cnt = policy->networks_cnt;
	memcpy(config->networks, policy->networks, sizeof(config->networks));
	config->assets_cnt = policy->assets_cnt;
	memcpy(config->assets, policy->assets, sizeof(config->assets));
	config->calls_cnt = policy->calls_cnt;
	memcpy(config->calls, policy->calls, sizeof(config->calls));
}

/* ---- the form ------------------------------------------------------------ */

/* By length, then by content: the order of their encodings. */
static int origin_order(struct vch_span a, struct vch_span b)
{
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return memcmp(a.ptr, b.ptr, a.len);
}

static bool origins_good(const struct vch_policy *p)
{
	for (uint8_t i = 0; i < p->origins_cnt; i++) {
		if (!vch_origin_valid(p->origins[i]) ||
		    (i > 0 &&
		     origin_order(p->origins[i - 1], p->origins[i]) >= 0))
			return false;
	}
	return p->origins_cnt > 0;
}

static bool networks_good(const struct vch_policy *p)
{
	for (uint8_t i = 0; i < p->networks_cnt; i++) {
		const struct vch_network *n = &p->networks[i];

		if (memcmp(n->entry_point, vch_entry_point, 20) != 0 ||
		    (i > 0 && n[-1].chain_id >= n->chain_id))
			return false;
	}
	return p->networks_cnt > 0;
}

static bool assets_good(const struct vch_policy *p)
{
	for (uint8_t i = 1; i < p->assets_cnt; i++) {
		if (memcmp(p->assets[i - 1].token, p->assets[i].token, 20) >= 0)
			return false;
	}
	return true;
}

static int call_order(const struct vch_listed_call *a,
		      const struct vch_listed_call *b)
{
	int order = memcmp(a->to, b->to, 20);

	return order != 0 ? order : memcmp(a->selector, b->selector, 4);
}

static bool calls_good(const struct vch_policy *p, const uint8_t account[20])
{
	for (uint8_t i = 0; i < p->calls_cnt; i++) {
		const struct vch_listed_call *c = &p->calls[i];

		if (vch_ct_is_zero(c->to, 20) ||
		    memcmp(c->to, account, 20) == 0 ||
		    memcmp(c->to, vch_entry_point, 20) == 0 ||
		    memcmp(c->selector, vch_erc20_transfer, 4) == 0 ||
		    memcmp(c->selector, vch_erc20_transfer_from, 4) == 0 ||
		    (i > 0 && call_order(c - 1, c) >= 0))
			return false;
	}
	return true;
}

enum vch_err vch_change_form(const struct vch_change *change)
{
	const struct vch_policy *p = &change->policy;

	if (p->frozen > 1 || !origins_good(p) || !networks_good(p) ||
	    !assets_good(p) || !calls_good(p, change->account))
		return VCH_CHANGE_FORM;
	return VCH_OK;
}

/* ---- the tighter of two policies ----------------------------------------- */

static void meet_origins(struct vch_policy *ret, const struct vch_policy *a,
			 const struct vch_policy *b)
{
	for (uint8_t i = 0; i < b->origins_cnt; i++) {
		for (uint8_t k = 0; k < a->origins_cnt; k++) {
			if (vch_span_equal(a->origins[k], b->origins[i]))
				ret->origins[ret->origins_cnt++] =
					b->origins[i];
		}
	}
	if (ret->origins_cnt > 0)
		return;
	/* none in common: nobody could sign any more; the old ones stay */
	memcpy(ret->origins, a->origins, sizeof(ret->origins));
	ret->origins_cnt = a->origins_cnt;
}

static void meet_networks(struct vch_policy *ret, const struct vch_policy *a,
			  const struct vch_policy *b)
{
	for (uint8_t i = 0; i < b->networks_cnt; i++) {
		uint8_t k = 0;

		while (k < a->networks_cnt &&
		       a->networks[k].chain_id != b->networks[i].chain_id)
			k++;
		if (k < a->networks_cnt)
			ret->networks[ret->networks_cnt++] = b->networks[i];
	}
	if (ret->networks_cnt > 0)
		return;
	memcpy(ret->networks, a->networks, sizeof(ret->networks));
	ret->networks_cnt = a->networks_cnt;
}

static void meet_assets(struct vch_policy *ret, const struct vch_policy *a,
			const struct vch_policy *b)
{
	for (uint8_t i = 0; i < b->assets_cnt; i++) {
		const struct vch_asset *want = &b->assets[i];
		struct vch_asset *out = &ret->assets[ret->assets_cnt];
		uint8_t k = 0;

		while (k < a->assets_cnt &&
		       memcmp(a->assets[k].token, want->token, 20) != 0)
			k++;
		if (k == a->assets_cnt)
			continue;
		*out = *want;
		if (a->assets[k].daily_limit < want->daily_limit)
			out->daily_limit = a->assets[k].daily_limit;
		ret->assets_cnt++;
	}
}

static void meet_calls(struct vch_policy *ret, const struct vch_policy *a,
		       const struct vch_policy *b)
{
	for (uint8_t i = 0; i < b->calls_cnt; i++) {
		uint8_t k = 0;

		while (k < a->calls_cnt &&
		       call_order(&a->calls[k], &b->calls[i]) != 0)
			k++;
		if (k < a->calls_cnt)
			ret->calls[ret->calls_cnt++] = b->calls[i];
	}
}

/* Allows what both allow; in the order of `want`. */
static void meet(struct vch_policy *ret, const struct vch_policy *now,
		 const struct vch_policy *want)
{
	memset(ret, 0, sizeof(*ret));
	ret->frozen = now->frozen | want->frozen;
	ret->fee_max =
		now->fee_max < want->fee_max ? now->fee_max : want->fee_max;
	meet_origins(ret, now, want);
	meet_networks(ret, now, want);
	meet_assets(ret, now, want);
	meet_calls(ret, now, want);
}

static bool policy_equal(const struct vch_policy *a, const struct vch_policy *b)
{
	uint8_t bytes[2][VCH_POLICY_ENC_MAX];
	struct vch_writer wa = vch_writer(bytes[0], sizeof(bytes[0]));
	struct vch_writer wb = vch_writer(bytes[1], sizeof(bytes[1]));

	vch_policy_write(&wa, a);
	vch_policy_write(&wb, b);
	return vch_span_equal(vch_written(&wa), vch_written(&wb));
}

/* ---- taking it ----------------------------------------------------------- */

static void remap_lane(struct vch_lane *lane,
		       const uint8_t to[VCH_CONFIG_ASSETS_MAX])
{
	uint8_t cnt = 0;

	for (uint8_t i = 0; i < lane->counted_cnt; i++) {
		struct vch_counted counted = lane->counted[i];

		if (counted.asset >= VCH_CONFIG_ASSETS_MAX ||
		    to[counted.asset] == VCH_CONFIG_ASSETS_MAX)
			continue;
		counted.asset = to[counted.asset];
		lane->counted[cnt++] = counted;
	}
	lane->counted_cnt = cnt;
}

/* What was spent stays with its asset, wherever that stands now. */
static void remap_counters(struct vch_counters *c,
			   const struct vch_config *before,
			   const struct vch_config *after)
{
	vch_u128 spent[VCH_CONFIG_ASSETS_MAX] = {0};
	uint8_t to[VCH_CONFIG_ASSETS_MAX];

	memset(to, VCH_CONFIG_ASSETS_MAX, sizeof(to));
	for (uint8_t i = 0; i < before->assets_cnt; i++) {
		uint8_t k = vch_asset_idx(after, before->assets[i].token);

		if (k == after->assets_cnt)
			continue;
		to[i] = k;
		spent[k] = c->spent[i];
	}
	memcpy(c->spent, spent, sizeof(spent));
	c->spent_cnt = after->assets_cnt;
	for (uint8_t i = 0; i < c->lanes_cnt; i++)
		remap_lane(&c->lanes[i], to);
	vch_counters_fit(c);
}

static enum vch_err put(struct vch_changing *c, const struct vch_policy *policy)
{
	uint8_t bytes[VCH_CONFIG_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_changing next = *c;

	policy_put(&next, policy);
	if (vch_config_encode(&w, &next.config) != VCH_OK)
		return VCH_CHANGE_SIZE;
	remap_counters(&next.counters, &c->config, &next.config);
	*c = next;
	return VCH_OK;
}

enum vch_err vch_change_take(struct vch_changing *c,
			     const struct vch_change *change,
			     const uint8_t config_hash[32],
			     const uint8_t hash[32],
			     const struct vch_time *time)
{
	struct vch_changing now = *c, later = *c;
	struct vch_policy policy, tighter;

	if (memcmp(change->account, c->config.address, 20) != 0 ||
	    change->number != c->config.number + 1 ||
	    memcmp(change->config_hash, config_hash, 32) != 0)
		return VCH_CHANGE_STALE;
	VCH_TRY(vch_change_form(change));
	vch_policy_of(&policy, &c->config, c->flags);
	meet(&tighter, &policy, &change->policy);
	now.config.number++;
	now.config.pending_due = 0;
	memset(now.config.pending_hash, 0, 32);
	if (!policy_equal(&tighter, &change->policy)) {
		memcpy(now.config.pending_hash, hash, 32);
		now.config.pending_due = time->refill_s + VCH_DELAY_POLICY_S;
	}
	VCH_TRY(put(&later, &change->policy));
	VCH_TRY(put(&now, &tighter));
	*c = now;
	return VCH_OK;
}

enum vch_err vch_change_apply(struct vch_changing *c,
			      const struct vch_change *change,
			      const uint8_t hash[32],
			      const struct vch_time *time)
{
	struct vch_changing next = *c;

	if (c->config.pending_due == 0 ||
	    memcmp(hash, c->config.pending_hash, 32) != 0)
		return VCH_NO_CHANGE;
	if (time->refill_s < c->config.pending_due)
		return VCH_NOT_DUE;
	next.config.pending_due = 0;
	memset(next.config.pending_hash, 0, 32);
	VCH_TRY(put(&next, &change->policy));
	*c = next;
	return VCH_OK;
}
