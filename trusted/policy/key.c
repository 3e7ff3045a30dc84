/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/policy/key.h"

#include <string.h>

#include "trusted/crypto/ed25519.h"
#include "trusted/crypto/keccak256.h"
#include "trusted/crypto/p256.h"
#include "trusted/crypto/sha256.h"
#include "trusted/policy/ethtx.h"
#include "trusted/policy/typed.h"

static const char id_label[] = "vouch key v1";
static const char request_label[] = "vouch key request v1";

/* --- what a key is ------------------------------------------------------ */

static enum vch_err check_owner(const struct vch_key_policy *p)
{
	struct vch_ed25519_pk ed25519;
	struct vch_p256_pk p256;

	if (p->owner == VCH_OWNER_HOST && p->owner_key.len == 0)
		return VCH_OK;
	if (p->owner == VCH_OWNER_ED25519 && p->owner_key.len == 32)
		return vch_ed25519_pk_parse(&ed25519, p->owner_key.ptr);
	if (p->owner == VCH_OWNER_P256 && p->owner_key.len == 64)
		return vch_p256_pk_parse(&p256, p->owner_key.ptr);
	return VCH_KEY_POLICY;
}

enum vch_err vch_key_policy_check(const struct vch_key_policy *p)
{
	bool eth = p->purpose == VCH_PURPOSE_ETH;

	if (p->type > VCH_KEY_ED25519)
		return VCH_KEY_POLICY;
	if (!eth && p->purpose != VCH_PURPOSE_MESSAGE &&
	    p->purpose != VCH_PURPOSE_RAW)
		return VCH_KEY_POLICY;
	if (p->purpose != VCH_PURPOSE_MESSAGE && p->type != VCH_KEY_SECP256K1)
		return VCH_KEY_POLICY;
	/* what would never be looked at is not silently taken */
	if (!eth && (p->chains_cnt + p->types_cnt != 0 ||
		     p->native_daily != VCH_NATIVE_UNLIMITED))
		return VCH_KEY_POLICY;
	for (uint8_t i = 0; i < p->chains_cnt; i++) {
		if (p->chains[i] == 0)
			return VCH_KEY_POLICY;
	}
	return check_owner(p);
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

static enum vch_err check_lists(const struct vch_key_policy *p,
				const struct vch_key_use *use)
{
	if (use->kind == VCH_PAYLOAD_TX) {
		for (uint8_t i = 0; i < p->chains_cnt; i++) {
			if (p->chains[i] == use->chain_id)
				return VCH_OK;
		}
		return VCH_KEY_CHAIN;
	}
	if (use->kind != VCH_PAYLOAD_TYPED)
		return VCH_OK;
	for (uint8_t i = 0; i < p->types_cnt; i++) {
		const struct vch_listed_type *t = &p->types[i];

		if (t->chain_id == use->chain_id &&
		    memcmp(t->contract, use->contract, 20) == 0 &&
		    memcmp(t->type_hash, use->type_hash, 32) == 0)
			return VCH_OK;
	}
	return VCH_KEY_TYPED;
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

enum vch_err vch_key_use_decide(struct vch_key_counters *counters,
				const struct vch_key_policy *policy,
				const struct vch_key_use *use,
				const struct vch_time *time)
{
	vch_u128 spent;

	refill(counters, time);
	VCH_TRY(check_lists(policy, use));
	if (policy->ops_daily == VCH_OPS_UNLIMITED &&
	    policy->native_daily == VCH_NATIVE_UNLIMITED)
		return VCH_OK;
	if (is_recent(counters, use))
		return VCH_OK;
	if (counters->ops >= policy->ops_daily)
		return VCH_KEY_COUNT;
	if (__builtin_add_overflow(counters->spent, use->cost_wei, &spent) ||
	    spent > policy->native_daily)
		return VCH_LIMIT;
	counters->ops++;
	counters->spent = spent;
	remember(counters, use);
	return VCH_OK;
}

/* --- who asks ----------------------------------------------------------- */

#define SIGNED_LEN (sizeof(request_label) - 1 + 32)

static void request_bytes(uint8_t ret[SIGNED_LEN], uint8_t command,
			  const struct vch_key_request *req)
{
	uint8_t nonce[8];
	struct vch_sha256 s;

	vch_store_be64(nonce, req->nonce);
	vch_sha256_init(&s);
	vch_sha256_update(&s, &command, 1);
	vch_sha256_update(&s, req->key, 20);
	vch_sha256_update(&s, nonce, sizeof(nonce));
	vch_sha256_update(&s, &req->kind, 1);
	vch_sha256_update(&s, req->payload.ptr, req->payload.len);
	memcpy(ret, request_label, sizeof(request_label) - 1);
	vch_sha256_final(&s, ret + sizeof(request_label) - 1);
}

static enum vch_err verify_ed25519_var(const uint8_t key[32],
				       struct vch_span message,
				       const uint8_t signature[64])
{
	struct vch_ed25519_pk pk;

	VCH_TRY(vch_ed25519_pk_parse(&pk, key));
	return vch_ed25519_verify_var(&pk, message, signature);
}

static enum vch_err verify_p256_var(const uint8_t key[64],
				    struct vch_span message,
				    const uint8_t signature[64])
{
	struct vch_p256_pk pk;
	uint8_t digest[32];

	VCH_TRY(vch_p256_pk_parse(&pk, key));
	vch_sha256_hash(digest, message);
	return vch_p256_verify_var(&pk, digest, signature);
}

enum vch_err vch_key_owner_check_var(const struct vch_key_policy *policy,
				     const struct vch_key_counters *counters,
				     uint8_t command,
				     const struct vch_key_request *req)
{
	uint8_t bytes[SIGNED_LEN];
	struct vch_span message = vch_span(bytes, sizeof(bytes));
	enum vch_err err;

	if (policy->owner == VCH_OWNER_HOST)
		return req->nonce == 0 && req->owner_signature.len == 0
			       ? VCH_OK
			       : VCH_OWNER;
	if (req->owner_signature.len != 64)
		return VCH_OWNER;
	request_bytes(bytes, command, req);
	if (policy->owner == VCH_OWNER_ED25519)
		err = verify_ed25519_var(policy->owner_key.ptr, message,
					 req->owner_signature.ptr);
	else
		err = verify_p256_var(policy->owner_key.ptr, message,
				      req->owner_signature.ptr);
	if (err != VCH_OK)
		return VCH_OWNER;
	return req->nonce > counters->nonce ? VCH_OK : VCH_NONCE;
}
