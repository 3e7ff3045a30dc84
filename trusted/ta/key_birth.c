/* SPDX-License-Identifier: Apache-2.0 */
/* The birth of a key, and how a drawn one comes to it. PROTOCOL 6 and 7. */
#include <string.h>

#include "trusted/base/check.h"
#include "trusted/crypto/secp256k1.h"
#include "trusted/crypto/sha256.h"
#include "trusted/log/chain.h"
#include "trusted/ta/key.h"

/* Draws until the id falls into a shard that is served here. */
#define DRAWS_MAX 1024

enum vch_err vch_key_derive(struct vch_new_key *key,
			    const struct vch_sealed_key *secret)
{
	VCH_AUTO(secp256k1_sk) secp256k1;
	VCH_AUTO(ed25519_sk) ed25519;
	struct vch_secp256k1_pk pk;

	if (key->config.policy.type == VCH_KEY_ED25519) {
		vch_ed25519_sk_from_seed(&ed25519, secret->secret);
		memcpy(key->pk, ed25519.pk.b, 32);
		key->config.public_key = vch_span(key->pk, 32);
	} else {
		VCH_TRY(vch_secp256k1_sk_parse(&secp256k1, secret->secret));
		vch_secp256k1_pk_from_sk(&pk, &secp256k1);
		memcpy(key->pk, pk.xy, 64);
		key->config.public_key = vch_span(key->pk, 64);
	}
	vch_key_id(key->id, &key->config);
	return VCH_OK;
}

/* The slot it is born with. */
static void new_slot(struct vch_slot *ret, const struct vch_new_key *key,
		     const struct vch_key_record *rec,
		     const struct vch_key_counters *counters)
{
	uint8_t config_hash[32];

	memset(ret, 0, sizeof(*ret));
	memcpy(ret->id, key->id, 20);
	ret->flags = VCH_SLOT_KEY;
	if (key->config.flags & VCH_KEY_REPLICATED)
		ret->flags |= VCH_SLOT_REPLICATED;
	ret->seq = 1;
	vch_sha256_hash(config_hash, rec->config);
	vch_slot_state(ret->state, config_hash, rec->counters);
	ret->day = counters->day;
	ret->remainder = key->config.policy.native_daily;
}

static void seal(struct vch_new_key *key, const struct vch_ta *ta,
		 const struct vch_slot *slot,
		 const struct vch_sealed_key *secret)
{
	struct vch_writer w = vch_writer(key->blob, sizeof(key->blob));
	struct vch_blob blob = {.shard = vch_shard_of(key->id)};
	const struct vch_shard *chain = &ta->shard[blob.shard];
	uint8_t id[20];

	blob.kind = vch_key_blob_of(id, slot);
	memcpy(blob.incarnation, chain->incarnation, 16);
	memcpy(blob.prev_head, chain->head, 32);
	blob.index = chain->index;
	vch_keys_seal(&w, &ta->keys, &blob, id, secret);
	key->blob_len = vch_written(&w).len;
}

enum vch_err vch_key_bear(struct vch_ta *ta, const struct vch_time *time,
			  struct vch_new_key *key,
			  const struct vch_sealed_key *secret)
{
	uint8_t config_buf[VCH_CONFIG_MAX], counters_buf[VCH_COUNTERS_MAX];
	uint8_t buf[VCH_RECORD_MAX];
	struct vch_writer wc = vch_writer(config_buf, sizeof(config_buf));
	struct vch_writer wn = vch_writer(counters_buf, sizeof(counters_buf));
	struct vch_writer w = vch_writer(buf, sizeof(buf));
	struct vch_key_counters counters;
	struct vch_key_record rec;

	if (vch_slots_find(&ta->slots, key->id))
		return VCH_EXISTS;
	/* lists that are each allowed may be too long together */
	if (vch_key_config_encode(&wc, &key->config) != VCH_OK)
		return VCH_KEY_POLICY;
	vch_key_counters_new(&counters, time);
	VCH_TRY(vch_key_counters_encode(&wn, &counters));
	rec.config = vch_written(&wc);
	rec.counters = vch_written(&wn);
	new_slot(&rec.slot, key, &rec, &counters);
	VCH_TRY(vch_slot_born(ta, &rec.slot));
	seal(key, ta, &rec.slot, secret);
	vch_sha256_hash(rec.blob_hash, vch_span(key->blob, key->blob_len));
	vch_key_record_head(&w, ta, VCH_RECORD_KEY, time);
	vch_key_record_write(&w, &rec);
	VCH_CHECK(!w.bad);
	vch_draft_add(ta, vch_shard_of(key->id), vch_written(&w));
	return VCH_OK;
}

/* A secret whose id is in a shard of ours. */
static enum vch_err draw(struct vch_sealed_key *ret, struct vch_new_key *key,
			 const struct vch_ta *ta)
{
	for (int i = 0; i < DRAWS_MAX; i++) {
		vch_platform_random(ret->secret, sizeof(ret->secret));
		if (vch_key_derive(key, ret) == VCH_OK &&
		    ta->shard[vch_shard_of(key->id)].served)
			return VCH_OK;
	}
	return VCH_NO_KEY;
}

enum vch_err vch_handle_generate_key(struct vch_ta *ta,
				     const struct vch_time *time,
				     struct vch_span request,
				     struct vch_writer *answer)
{
	VCH_AUTO(sealed_key) secret;
	struct vch_generate_key_request req;
	struct vch_generate_key_answer ans;
	struct vch_new_key key = {.config.version = VCH_KEY_CONFIG_VERSION};

	VCH_TRY(vch_generate_key_request_decode(&req, request));
	VCH_TRY(vch_key_policy_check(&req.policy, req.flags));
	key.config.policy = req.policy;
	key.config.flags = req.flags;
	VCH_TRY(draw(&secret, &key, ta));
	VCH_TRY(vch_key_bear(ta, time, &key, &secret));
	memcpy(ans.key, key.id, 20);
	ans.public_key = key.config.public_key;
	ans.blob = vch_span(key.blob, key.blob_len);
	return vch_generate_key_answer_encode(answer, &ans);
}
