/* SPDX-License-Identifier: Apache-2.0 */
/* The birth of a key: drawn here. PROTOCOL 6 and 7. */
#include <string.h>

#include "trusted/base/check.h"
#include "trusted/crypto/secp256k1.h"
#include "trusted/crypto/sha256.h"
#include "trusted/log/chain.h"
#include "trusted/ta/key.h"

/* Draws until the id falls into a shard that is served here. */
#define DRAWS_MAX 1024

/* The public key of a secret one, in buf. VCH_FORMAT if it is none. */
static enum vch_err public_key(struct vch_span *ret, uint8_t buf[64],
			       uint8_t type,
			       const struct vch_sealed_key *secret)
{
	VCH_AUTO(secp256k1_sk) secp256k1;
	VCH_AUTO(ed25519_sk) ed25519;
	struct vch_secp256k1_pk pk;

	if (type == VCH_KEY_ED25519) {
		vch_ed25519_sk_from_seed(&ed25519, secret->secret);
		memcpy(buf, ed25519.pk.b, 32);
		*ret = vch_span(buf, 32);
		return VCH_OK;
	}
	VCH_TRY(vch_secp256k1_sk_parse(&secp256k1, secret->secret));
	vch_secp256k1_pk_from_sk(&pk, &secp256k1);
	memcpy(buf, pk.xy, 64);
	*ret = vch_span(buf, 64);
	return VCH_OK;
}

/* Makes the record and the slot from it; the key exists from here on. */
static enum vch_err record_key(struct vch_ta *ta, const struct vch_time *time,
			       const uint8_t id[20],
			       const struct vch_key_config *config,
			       struct vch_span blob)
{
	uint8_t config_buf[VCH_CONFIG_MAX], counters_buf[VCH_COUNTERS_MAX];
	uint8_t buf[VCH_RECORD_MAX], config_hash[32];
	struct vch_writer wc = vch_writer(config_buf, sizeof(config_buf));
	struct vch_writer wn = vch_writer(counters_buf, sizeof(counters_buf));
	struct vch_writer w = vch_writer(buf, sizeof(buf));
	struct vch_key_record rec = {.slot = {.seq = 1}};
	struct vch_key_counters counters;

	/* lists that are each allowed may be too long together */
	if (vch_key_config_encode(&wc, config) != VCH_OK)
		return VCH_KEY_POLICY;
	vch_key_counters_new(&counters, time);
	VCH_TRY(vch_key_counters_encode(&wn, &counters));
	rec.config = vch_written(&wc);
	rec.counters = vch_written(&wn);
	vch_sha256_hash(rec.blob_hash, blob);
	memcpy(rec.slot.id, id, 20);
	rec.slot.flags = VCH_SLOT_KEY;
	vch_sha256_hash(config_hash, rec.config);
	vch_slot_state(rec.slot.state, config_hash, rec.counters);
	rec.slot.day = counters.day;
	rec.slot.remainder = config->policy.native_daily;
	VCH_TRY(vch_slots_put(&ta->slots, &rec.slot));
	vch_key_record_head(&w, ta, VCH_RECORD_KEY, time);
	vch_key_record_write(&w, &rec);
	VCH_CHECK(!w.bad);
	vch_draft_add(ta, vch_shard_of(id), vch_written(&w));
	return VCH_OK;
}

/* A secret and its id in a shard of ours; the config's public key is in buf. */
static enum vch_err draw(struct vch_sealed_key *ret, uint8_t ret_id[20],
			 struct vch_key_config *config, uint8_t buf[64],
			 const struct vch_ta *ta)
{
	for (int i = 0; i < DRAWS_MAX; i++) {
		vch_platform_random(ret->secret, sizeof(ret->secret));
		if (public_key(&config->public_key, buf, config->policy.type,
			       ret) != VCH_OK)
			continue;
		vch_key_id(ret_id, config);
		if (ta->shard[vch_shard_of(ret_id)].served)
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
	struct vch_key_config config = {.version = VCH_KEY_CONFIG_VERSION};
	uint8_t blob[VCH_BLOB_MAX], pk[64];
	struct vch_writer w = vch_writer(blob, sizeof(blob));

	VCH_TRY(vch_generate_key_request_decode(&req, request));
	VCH_TRY(vch_key_policy_check(&req.policy));
	config.policy = req.policy;
	VCH_TRY(draw(&secret, ans.key, &config, pk, ta));
	vch_ta_seal(&w, ta, VCH_BLOB_KEY, ans.key, &secret);
	ans.public_key = config.public_key;
	ans.blob = vch_written(&w);
	VCH_TRY(vch_generate_key_answer_encode(answer, &ans));
	return record_key(ta, time, ans.key, &config, ans.blob);
}
