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
		p->left_s = ta->clock.expiry_s;
	}
	p->end[shard] = chain->index;
}

bool vch_history_place(const struct vch_history *h, uint8_t shard, uint32_t i,
		       struct vch_past_place *ret)
{
	uint32_t kept = h->cnt < VCH_PAST_MAX ? h->cnt : VCH_PAST_MAX;
	const struct vch_past *p;

	if (i >= kept)
		return false;
	p = &h->past[(h->cnt - kept + i) % VCH_PAST_MAX];
	memcpy(ret->incarnation, p->incarnation, 16);
	ret->end = p->end[shard];
	ret->left_s = p->left_s;
	return true;
}

/* Where an incarnation left then belongs; the oldest goes if there is no room
 * for it. NULL if it is older than all. */
static struct vch_past *past_insert(struct vch_history *h, uint64_t left_s)
{
	uint32_t at = h->cnt;

	while (at > 0 && h->past[at - 1].left_s > left_s)
		at--;
	if (h->cnt < VCH_PAST_MAX) {
		memmove(&h->past[at + 1], &h->past[at],
			(h->cnt - at) * sizeof(h->past[0]));
		h->cnt++;
		return &h->past[at];
	}
	if (at == 0)
		return NULL;
	memmove(&h->past[0], &h->past[1], (at - 1) * sizeof(h->past[0]));
	return &h->past[at - 1];
}

void vch_history_put(struct vch_history *h, uint8_t shard,
		     const struct vch_past_place *place)
{
	struct vch_past *p = past_find(h, place->incarnation);

	if (!p) {
		p = past_insert(h, place->left_s);
		if (!p)
			return;
		memset(p, 0, sizeof(*p));
		memcpy(p->incarnation, place->incarnation, 16);
		p->left_s = place->left_s;
	}
	p->end[shard] = place->end;
}

enum vch_err vch_history_show(struct vch_ta *ta, struct vch_slot *slot,
			      const struct vch_seen *seen, uint8_t seen_cnt)
{
	enum vch_err err = VCH_OK;

	if (seen_cnt > 0)
		err = vch_history_check(ta, vch_shard_of(slot->id), seen);
	if (err == VCH_ROLLBACK) {
		slot->flags |= VCH_SLOT_STOPPED;
		ta->wait_for_bump = true;
	}
	if (err == VCH_OK && slot->flags & VCH_SLOT_STOPPED)
		return VCH_ROLLBACK;
	return err;
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
