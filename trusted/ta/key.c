/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/ta/key.h"

#include <string.h>

#include "trusted/base/check.h"
#include "trusted/crypto/sha256.h"
#include "trusted/log/chain.h"

enum vch_err vch_key_open(struct vch_open_key *ret, struct vch_ta *ta,
			  const uint8_t id[20], struct vch_span config,
			  struct vch_span counters)
{
	ret->slot = vch_slot_served(ta, id, true);
	if (!ret->slot)
		return VCH_NO_KEY;
	VCH_TRY(vch_slot_check(ret->config_hash, ret->slot, config, counters));
	VCH_TRY(vch_key_config_decode(&ret->config, config));
	return vch_key_counters_decode(&ret->counters, counters);
}

/* Shard and slot are another's: what it is follows from what is brought. */
static enum vch_err open_replica(struct vch_open_key *ret, const uint8_t id[20],
				 struct vch_span config,
				 struct vch_span counters)
{
	uint8_t own[20];

	if (vch_key_config_decode(&ret->config, config) != VCH_OK ||
	    !(ret->config.flags & VCH_KEY_REPLICATED))
		return VCH_NO_KEY;
	vch_key_id(own, &ret->config);
	if (memcmp(own, id, 20) != 0)
		return VCH_NO_KEY;
	VCH_TRY(vch_key_counters_decode(&ret->counters, counters));
	ret->replica = (struct vch_slot){
		.flags = VCH_SLOT_KEY | VCH_SLOT_REPLICATED,
	};
	memcpy(ret->replica.id, id, 20);
	vch_sha256_hash(ret->config_hash, config);
	vch_slot_state(ret->replica.state, ret->config_hash, counters);
	ret->slot = &ret->replica;
	return VCH_OK;
}

enum vch_err vch_key_open_to_sign(struct vch_open_key *ret, struct vch_ta *ta,
				  const uint8_t id[20], struct vch_span config,
				  struct vch_span counters)
{
	if (!ta->shard[vch_shard_of(id)].served)
		return open_replica(ret, id, config, counters);
	VCH_TRY(vch_key_open(ret, ta, id, config, counters));
	if (ret->slot->flags & VCH_SLOT_REPLICATED) {
		ret->replica = *ret->slot;
		ret->replica.seq = 0;
		ret->slot = &ret->replica;
	}
	return VCH_OK;
}

uint8_t vch_key_blob_of(uint8_t ret_id[20], const struct vch_slot *slot)
{
	bool replicated = slot->flags & VCH_SLOT_REPLICATED;

	if (!(slot->flags & VCH_SLOT_KEY)) {
		memcpy(ret_id, slot->id, 20);
		return VCH_BLOB_COSIGN_KEY;
	}
	memcpy(ret_id, replicated ? slot->state : slot->id, 20);
	return replicated ? VCH_BLOB_REPLICATED : VCH_BLOB_KEY;
}

enum vch_err vch_key_unseal(struct vch_sealed_key *ret, const struct vch_ta *ta,
			    const struct vch_open_key *key)
{
	uint8_t id[20];
	uint8_t kind = vch_key_blob_of(id, key->slot);

	return vch_keys_unseal(ret, &ta->keys, key->blob, kind, id);
}

struct vch_span vch_key_advance(struct vch_open_key *key,
				uint8_t buf[VCH_COUNTERS_MAX])
{
	struct vch_writer w = vch_writer(buf, VCH_COUNTERS_MAX);
	const struct vch_key_policy *policy = &key->config.policy;

	if (key->slot == &key->replica)
		return vch_span(NULL, 0);
	VCH_CHECK(vch_key_counters_encode(&w, &key->counters) == VCH_OK);
	vch_slot_state(key->slot->state, key->config_hash, vch_written(&w));
	key->slot->seq++;
	key->slot->day = key->counters.day;
	key->slot->remainder = policy->native_daily - key->counters.spent;
	return vch_written(&w);
}

void vch_key_record_head(struct vch_writer *w, struct vch_ta *ta, uint8_t kind,
			 const struct vch_time *time)
{
	struct vch_record_head head = {kind, time->refill_s,
				       vch_time_plain(time)};

	if (head.expiry_s > ta->clock.expiry_s)
		ta->clock.expiry_s = head.expiry_s;
	vch_record_head_write(w, &head);
}
