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
	uint8_t state[32];

	if (!ta->shard[vch_shard_of(id)].served)
		return VCH_NO_KEY;
	ret->slot = vch_slots_find(&ta->slots, id);
	if (!ret->slot || !(ret->slot->flags & VCH_SLOT_KEY) ||
	    ret->slot->flags & VCH_SLOT_DELETED)
		return VCH_NO_KEY;
	vch_sha256_hash(ret->config_hash, config);
	vch_slot_state(state, ret->config_hash, counters);
	if (memcmp(state, ret->slot->state, 32) != 0)
		return VCH_STALE;
	VCH_TRY(vch_key_config_decode(&ret->config, config));
	return vch_key_counters_decode(&ret->counters, counters);
}

struct vch_span vch_key_advance(struct vch_open_key *key,
				uint8_t buf[VCH_COUNTERS_MAX])
{
	struct vch_writer w = vch_writer(buf, VCH_COUNTERS_MAX);
	const struct vch_key_policy *policy = &key->config.policy;

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
