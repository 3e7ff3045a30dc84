/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/policy/key.h"

#include <string.h>

#include "trusted/crypto/keccak256.h"
#include "trusted/crypto/sha256.h"
#include "trusted/policy/ethtx.h"
#include "trusted/policy/paymaster.h"
#include "trusted/policy/resume.h"
#include "trusted/policy/typed.h"

static const char id_label[] = "vouch key v1";

/* A paymaster's word holds so long, no longer: what it promises is counted
 * today. */
#define PAYMASTER_MAX_S 3600u

/* --- what a key is ------------------------------------------------------ */

static bool purpose_known(uint8_t purpose)
{
	return purpose == VCH_PURPOSE_ETH || purpose == VCH_PURPOSE_MESSAGE ||
	       purpose == VCH_PURPOSE_RAW || purpose == VCH_PURPOSE_PAYMASTER;
}

/* What would never be looked at is not silently taken. */
static bool lists_fit(const struct vch_key_policy *p)
{
	static const uint8_t zeros[32];
	bool eth = p->purpose == VCH_PURPOSE_ETH;
	bool paymaster = p->purpose == VCH_PURPOSE_PAYMASTER;

	if (!eth && p->chains_cnt != 0)
		return false;
	if (!eth && !paymaster &&
	    (p->types_cnt != 0 || p->native_daily != VCH_NATIVE_UNLIMITED))
		return false;
	for (uint8_t i = 0; i < p->chains_cnt; i++) {
		if (p->chains[i] == 0)
			return false;
	}
	for (uint8_t i = 0; paymaster && i < p->types_cnt; i++) {
		if (memcmp(p->types[i].type_hash, zeros, 32) != 0)
			return false;
	}
	return true;
}

/* Nothing is counted by several at once: no limit, no owner's nonce. */
static bool replicable(const struct vch_key_policy *p)
{
	return p->ops_daily == VCH_OPS_UNLIMITED &&
	       p->native_daily == VCH_NATIVE_UNLIMITED &&
	       p->owner == VCH_OWNER_HOST;
}

enum vch_err vch_key_policy_check(const struct vch_key_policy *p, uint8_t flags)
{
	if (p->type > VCH_KEY_ED25519 || !purpose_known(p->purpose) ||
	    !lists_fit(p))
		return VCH_KEY_POLICY;
	if (p->purpose != VCH_PURPOSE_MESSAGE && p->type != VCH_KEY_SECP256K1)
		return VCH_KEY_POLICY;
	if (flags & ~VCH_KEY_REPLICATED ||
	    (flags & VCH_KEY_REPLICATED && !replicable(p)))
		return VCH_KEY_POLICY;
	return vch_key_owner_valid(p);
}

void vch_key_id(uint8_t ret_id[20], const struct vch_key_config *config)
{
	struct vch_sha256 s;
	uint8_t hash[32];

	vch_sha256_init(&s);
	vch_sha256_update(&s, id_label, sizeof(id_label) - 1);
	vch_sha256_update(&s, &config->policy.purpose, 1);
	vch_sha256_update(&s, &config->policy.type, 1);
	vch_sha256_update(&s, config->public_key.ptr, config->public_key.len);
	vch_sha256_final(&s, hash);
	memcpy(ret_id, hash, 20);
}

void vch_key_counters_new(struct vch_key_counters *ret,
			  const struct vch_time *time)
{
	memset(ret, 0, sizeof(*ret));
	ret->day = (uint16_t)(time->refill_s / VCH_DAY_S);
}

/* --- what is asked ------------------------------------------------------ */

/* EIP-191, version 0x45: "\x19Ethereum Signed Message:\n" ‖ length ‖ it */
static void message_hash(uint8_t ret[32], struct vch_span message)
{
	static const char prefix[] = "\x19"
				     "Ethereum Signed Message:\n";
	char digits[20];
	size_t at = sizeof(digits), len = message.len;
	struct vch_keccak256 k;

	do
		digits[--at] = (char)('0' + len % 10);
	while ((len /= 10) > 0);
	vch_keccak256_init(&k);
	vch_keccak256_update(&k, prefix, sizeof(prefix) - 1);
	vch_keccak256_update(&k, digits + at, sizeof(digits) - at);
	vch_keccak256_update(&k, message.ptr, message.len);
	vch_keccak256_final(&k, ret);
}

static enum vch_err read_tx(struct vch_key_use *ret, struct vch_span payload)
{
	struct vch_ethtx tx;

	VCH_TRY(vch_ethtx_read(&tx, payload));
	ret->chain_id = tx.chain_id;
	ret->cost_wei = tx.cost_wei;
	vch_keccak256_hash(ret->digest, payload);
	return VCH_OK;
}

static enum vch_err read_typed(struct vch_key_use *ret, struct vch_span payload)
{
	struct vch_typed_data data;

	if (vch_typed_data_decode(&data, payload) != VCH_OK)
		return VCH_PAYLOAD;
	VCH_TRY(vch_typed_hash(ret->digest, ret->type_hash, &data));
	ret->chain_id = data.chain_id;
	memcpy(ret->contract, data.contract, 20);
	return VCH_OK;
}

static bool kind_fits(const struct vch_key_policy *p, uint8_t kind)
{
	switch (p->purpose) {
	case VCH_PURPOSE_ETH:
		return kind == VCH_PAYLOAD_TX || kind == VCH_PAYLOAD_MESSAGE ||
		       kind == VCH_PAYLOAD_TYPED;
	case VCH_PURPOSE_MESSAGE:
		return kind == VCH_PAYLOAD_MESSAGE;
	case VCH_PURPOSE_PAYMASTER:
		return kind == VCH_PAYLOAD_PAYMASTER;
	default:
		return p->purpose == VCH_PURPOSE_RAW && kind == VCH_PAYLOAD_RAW;
	}
}

enum vch_err vch_key_use_read(struct vch_key_use *ret,
			      const struct vch_key_policy *policy, uint8_t kind,
			      struct vch_span payload)
{
	*ret = (struct vch_key_use){.kind = kind};
	if (!kind_fits(policy, kind))
		return VCH_PURPOSE;
	if (kind == VCH_PAYLOAD_TX)
		return read_tx(ret, payload);
	if (kind == VCH_PAYLOAD_TYPED)
		return read_typed(ret, payload);
	if (kind == VCH_PAYLOAD_PAYMASTER)
		return vch_paymaster_read(ret, payload);
	if (kind == VCH_PAYLOAD_RAW) {
		if (payload.len != 32)
			return VCH_PAYLOAD;
		memcpy(ret->digest, payload.ptr, 32);
	} else if (policy->type == VCH_KEY_ED25519) {
		vch_sha256_hash(ret->digest, payload);
	} else {
		message_hash(ret->digest, payload);
	}
	return VCH_OK;
}

/* --- whether it may be -------------------------------------------------- */

static bool chain_listed(const struct vch_key_policy *p, uint64_t chain_id)
{
	for (uint8_t i = 0; i < p->chains_cnt; i++) {
		if (p->chains[i] == chain_id)
			return true;
	}
	return false;
}

/* Chain, contract and type; of a paymaster's word the type is zeros. */
static bool type_listed(const struct vch_key_policy *p,
			const struct vch_key_use *use)
{
	for (uint8_t i = 0; i < p->types_cnt; i++) {
		const struct vch_listed_type *t = &p->types[i];

		if (t->chain_id == use->chain_id &&
		    memcmp(t->contract, use->contract, 20) == 0 &&
		    memcmp(t->type_hash, use->type_hash, 32) == 0)
			return true;
	}
	return false;
}

static enum vch_err check_lists(const struct vch_key_policy *p,
				const struct vch_key_use *use,
				const struct vch_time *time)
{
	uint64_t now = vch_time_plain(time);

	switch (use->kind) {
	case VCH_PAYLOAD_TX:
		return chain_listed(p, use->chain_id) ? VCH_OK : VCH_KEY_CHAIN;
	case VCH_PAYLOAD_TYPED:
		return type_listed(p, use) ? VCH_OK : VCH_KEY_TYPED;
	case VCH_PAYLOAD_PAYMASTER:
		if (!type_listed(p, use))
			return VCH_PAYMASTER;
		return use->valid_until > now &&
				       use->valid_until <= now + PAYMASTER_MAX_S
			       ? VCH_OK
			       : VCH_VALID_UNTIL;
	default:
		return VCH_OK;
	}
}

static void refill(struct vch_key_counters *c, const struct vch_time *time)
{
	uint16_t day = (uint16_t)(time->refill_s / VCH_DAY_S);

	if (day <= c->day)
		return;
	c->day = day;
	c->ops = 0;
	c->spent = 0;
	c->recent_cnt = 0;
}

static bool is_recent(const struct vch_key_counters *c,
		      const struct vch_key_use *use)
{
	for (uint8_t i = 0; i < c->recent_cnt; i++) {
		if (memcmp(c->recent[i], use->digest, 32) == 0)
			return true;
	}
	return false;
}

/* The one signed longest ago goes. */
static void remember(struct vch_key_counters *c, const struct vch_key_use *use)
{
	if (c->recent_cnt == VCH_KEY_COUNTERS_RECENT_MAX) {
		memmove(c->recent[0], c->recent[1],
			sizeof(c->recent) - sizeof(c->recent[0]));
		c->recent_cnt--;
	}
	memcpy(c->recent[c->recent_cnt++], use->digest, 32);
}

/* A tenth of the limits for each start that may have lost a lease's uses. */
static void charge(struct vch_key_counters *c, const struct vch_key_policy *p,
		   uint32_t owed)
{
	uint32_t tenths = owed > 10 ? 10 : owed;
	uint64_t ops = c->ops + (uint64_t)p->ops_daily * tenths / 10;
	vch_u128 spent = p->native_daily / 10 * tenths +
			 p->native_daily % 10 * tenths / 10;

	if (p->ops_daily != VCH_OPS_UNLIMITED && c->ops < p->ops_daily)
		c->ops = ops < p->ops_daily ? (uint32_t)ops : p->ops_daily;
	if (p->native_daily == VCH_NATIVE_UNLIMITED ||
	    c->spent >= p->native_daily)
		return;
	c->spent = spent < p->native_daily - c->spent ? c->spent + spent
						      : p->native_daily;
}

/* Millionths of its limits that one use takes, rounded up. */
static uint32_t limit_ppm(const struct vch_key_policy *p, vch_u128 cost)
{
	vch_u128 part = p->native_daily / 1000000;
	vch_u128 sum = 0;

	if (p->ops_daily != VCH_OPS_UNLIMITED)
		sum += 1000000 / p->ops_daily + 1;
	if (p->native_daily != VCH_NATIVE_UNLIMITED && cost > 0)
		sum += cost / (part > 0 ? part : 1) + 1;
	return sum > UINT32_MAX ? UINT32_MAX : (uint32_t)sum;
}

struct vch_key_decision vch_key_use_decide(struct vch_key_counters *counters,
					   const struct vch_key_policy *policy,
					   const struct vch_key_use *use,
					   const struct vch_time *time,
					   uint32_t owed)
{
	struct vch_key_decision made = {.code = VCH_OK};
	vch_u128 spent;

	refill(counters, time);
	charge(counters, policy, owed);
	made.code = check_lists(policy, use, time);
	if (made.code != VCH_OK)
		return made;
	if (policy->ops_daily == VCH_OPS_UNLIMITED &&
	    policy->native_daily == VCH_NATIVE_UNLIMITED)
		return made;
	if (is_recent(counters, use))
		return made;
	if (counters->ops >= policy->ops_daily)
		made.code = VCH_KEY_COUNT;
	else if (__builtin_add_overflow(counters->spent, use->cost_wei,
					&spent) ||
		 spent > policy->native_daily)
		made.code = VCH_LIMIT;
	if (made.code != VCH_OK)
		return made;
	counters->ops++;
	counters->spent = spent;
	remember(counters, use);
	made.limit_ppm = limit_ppm(policy, use->cost_wei);
	return made;
}

void vch_key_resume_apply(struct vch_key_counters *counters,
			  const struct vch_key_policy *policy,
			  const struct vch_time *time)
{
	vch_resume_day(&counters->day, time);
	if (policy->ops_daily != VCH_OPS_UNLIMITED)
		counters->ops = policy->ops_daily;
	if (policy->native_daily != VCH_NATIVE_UNLIMITED)
		counters->spent = policy->native_daily;
	counters->recent_cnt = 0;
}
