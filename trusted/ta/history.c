/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Is this on my history?" Each incarnation is one instance's, and its records
 * are one chain: a place in it that this instance has folded or written is on
 * its history, any other is not.
 */
#include <string.h>

#include "trusted/log/chain.h"
#include "trusted/ta/state.h"

/* A shard that only started has given nobody a receipt. */
#define FIRST_KEPT 1

/* The entry of that incarnation, newest first; NULL if it is not kept. */
static struct vch_past *past_find(struct vch_history *h,
				  const uint8_t incarnation[16])
{
	uint32_t kept = h->cnt < VCH_PAST_MAX ? h->cnt : VCH_PAST_MAX;

	for (uint32_t i = 1; i <= kept; i++) {
		struct vch_past *p = &h->past[(h->cnt - i) % VCH_PAST_MAX];

		if (memcmp(p->incarnation, incarnation, 16) == 0)
			return p;
	}
	return NULL;
}

void vch_history_leave(struct vch_ta *ta, uint8_t shard)
{
	const struct vch_shard *chain = &ta->shard[shard];
	struct vch_past *p;

	if (!chain->started || chain->index <= FIRST_KEPT)
		return;
	p = past_find(&ta->history, chain->incarnation);
	if (!p) {
		p = &ta->history.past[ta->history.cnt++ % VCH_PAST_MAX];
		memset(p, 0, sizeof(*p));
		memcpy(p->incarnation, chain->incarnation, 16);
	}
	p->end[shard] = chain->index;
}

enum vch_err vch_history_check(struct vch_ta *ta, uint8_t shard,
			       const struct vch_seen *seen)
{
	const struct vch_shard *chain = &ta->shard[shard];
	const struct vch_past *p;
	uint64_t end = 0;

	if (memcmp(chain->incarnation, seen->incarnation, 16) == 0) {
		end = chain->index;
	} else {
		p = past_find(&ta->history, seen->incarnation);
		end = p ? p->end[shard] : 0;
	}
	if (seen->index < end)
		return VCH_OK;
	/* nobody but this device can have made it: its word against itself */
	VCH_TRY(vch_seen_verify_var(seen, shard, ta->keys.log_sk.pk.b));
	return VCH_ROLLBACK;
}
