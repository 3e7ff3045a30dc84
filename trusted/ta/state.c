/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/ta/state.h"

#include <string.h>

#include "trusted/crypto/sha256.h"
#include "trusted/log/chain.h"

/* Ids are hashes already; any eight bytes of one spread well. */
static uint32_t bucket_of(const uint8_t id[20])
{
	return (uint32_t)vch_load_be64(id + 4) % VCH_BUCKET_CNT;
}

/* The bucket that holds the id, or the empty one where it belongs. */
static uint32_t *bucket_find(struct vch_slots *slots, const uint8_t id[20])
{
	uint32_t at = bucket_of(id);

	while (slots->bucket[at] != 0 &&
	       memcmp(slots->slot[slots->bucket[at] - 1].id, id, 20) != 0)
		at = (at + 1) % VCH_BUCKET_CNT;
	return &slots->bucket[at];
}

struct vch_slot *vch_slots_find(struct vch_slots *slots, const uint8_t id[20])
{
	uint32_t idx = *bucket_find(slots, id);

	return idx != 0 ? &slots->slot[idx - 1] : NULL;
}

enum vch_err vch_slots_put(struct vch_slots *slots, const struct vch_slot *slot)
{
	uint32_t *bucket = bucket_find(slots, slot->id);

	if (*bucket == 0) {
		if (slots->cnt == VCH_SLOT_MAX)
			return VCH_FULL;
		slots->shard[slots->cnt] = vch_shard_of(slot->id);
		*bucket = ++slots->cnt;
	}
	slots->slot[*bucket - 1] = *slot;
	return VCH_OK;
}

struct vch_slot *vch_slot_served(struct vch_ta *ta, const uint8_t id[20],
				 bool key)
{
	const uint32_t mask = VCH_SLOT_KEY | VCH_SLOT_DELETED;
	struct vch_slot *slot = vch_slots_find(&ta->slots, id);

	if (!slot || !ta->shard[vch_slot_shard(ta, slot)].served)
		return NULL;
	return (slot->flags & mask) == (key ? VCH_SLOT_KEY : 0u) ? slot : NULL;
}

enum vch_err vch_slot_check(uint8_t ret_config_hash[32],
			    const struct vch_slot *slot, struct vch_span config,
			    struct vch_span counters)
{
	uint8_t hash[32], state[32];

	vch_sha256_hash(hash, config);
	vch_slot_state(state, hash, counters);
	if (memcmp(state, slot->state, sizeof(state)) != 0)
		return VCH_STALE;
	memcpy(ret_config_hash, hash, sizeof(hash));
	return VCH_OK;
}

void vch_clock_tick(struct vch_clock *clock, struct vch_time *ret,
		    uint64_t monotonic_s, uint64_t host_s)
{
	uint64_t passed = 0;

	if (monotonic_s > clock->monotonic_s)
		passed = monotonic_s - clock->monotonic_s;
	clock->monotonic_s = monotonic_s;
	clock->refill_s += passed;
	clock->expiry_s += passed;
	*ret = (struct vch_time){clock->refill_s, clock->expiry_s, host_s};
}
