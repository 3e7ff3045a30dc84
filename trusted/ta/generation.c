/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Erasing what was deleted: every living blob is sealed anew, then the key
 * that opens all older copies is overwritten. The host keeps the blobs and
 * takes the steps (wire/ta.wire, GENERATION); it can leave steps out or lose
 * blobs, but not have a deleted key sealed anew, nor an erasure recorded that
 * was none. PROTOCOL 3.
 */
#include <string.h>

#include "trusted/base/check.h"
#include "trusted/log/chain.h"
#include "trusted/ta/key.h"

bool vch_can_erase(void)
{
	struct vch_span word = vch_platform_erase();

	return word.len != 4 || memcmp(word.ptr, "none", 4) != 0;
}

void vch_tombstone_make(struct vch_slot *slot, const struct vch_keys *keys)
{
	slot->flags |= VCH_SLOT_DELETED;
	slot->seq++;
	slot->remainder = 0;
	memset(slot->state, 0, sizeof(slot->state));
	vch_store_be64(slot->state, keys->generation + 1 + keys->has_next);
}

static bool to_erase(const struct vch_ta *ta, const struct vch_slot *slot)
{
	return slot->flags & VCH_SLOT_DELETED &&
	       !(slot->flags & VCH_SLOT_ERASED) &&
	       ta->shard[vch_shard_of(slot->id)].served;
}

/* No copy of its blob opens any more. One made before numbers were kept was
 * sealed under the first key. */
static bool is_erased(const struct vch_ta *ta, const struct vch_slot *slot)
{
	uint64_t number = vch_load_be64(slot->state);

	return (number > 0 ? number : 2) <= ta->keys.generation;
}

static void record_erased(struct vch_ta *ta, const struct vch_time *time,
			  struct vch_slot *slot)
{
	uint8_t buf[VCH_RECORD_HEAD_ENC_MAX + VCH_DELETE_ENC_MAX];
	struct vch_writer w = vch_writer(buf, sizeof(buf));
	struct vch_delete rec = {.erased = 1};

	slot->flags |= VCH_SLOT_ERASED;
	slot->seq++;
	rec.slot = *slot;
	vch_key_record_head(&w, ta, VCH_RECORD_DELETE, time);
	vch_delete_write(&w, &rec);
	VCH_CHECK(!w.bad);
	vch_draft_add(ta, vch_shard_of(slot->id), vch_written(&w));
}

/* Records what is erased by now; how many are still to be. */
static uint32_t record_all(struct vch_ta *ta, const struct vch_time *time)
{
	uint32_t pending = 0, done = 0;

	for (uint32_t i = 0; i < ta->slots.cnt; i++) {
		struct vch_slot *slot = &ta->slots.slot[i];

		if (!to_erase(ta, slot))
			continue;
		if (done < VCH_BATCH_RECORDS_MAX && is_erased(ta, slot)) {
			record_erased(ta, time, slot);
			done++;
		} else {
			pending++;
		}
	}
	return pending;
}

static enum vch_err step(struct vch_ta *ta, uint8_t what)
{
	switch (what) {
	case VCH_GENERATION_RECORD:
		return VCH_OK;
	case VCH_GENERATION_BEGIN:
		return vch_keys_generation_begin(&ta->keys);
	case VCH_GENERATION_SYNC:
		return vch_keys_generation(&ta->keys, false);
	case VCH_GENERATION_END:
		return vch_keys_generation_end(&ta->keys);
	default:
		return VCH_FORMAT;
	}
}

enum vch_err vch_handle_generation(struct vch_ta *ta,
				   const struct vch_time *time,
				   struct vch_span request,
				   struct vch_writer *answer)
{
	struct vch_generation_request req;
	struct vch_generation_answer ans = {0};

	VCH_TRY(vch_generation_request_decode(&req, request));
	if (req.shard >= VCH_SHARDS || !ta->shard[req.shard].served)
		return VCH_FORMAT;
	VCH_TRY(step(ta, req.step));
	if (req.step == VCH_GENERATION_RECORD && vch_can_erase())
		ans.pending = record_all(ta, time);
	ans.number = ta->keys.generation;
	ans.next = ta->keys.has_next;
	return vch_generation_answer_encode(answer, &ans);
}

/* The blob of an id that lives here, under the newest key; else empty. */
static struct vch_span rewrap(uint8_t buf[VCH_BLOB_MAX], struct vch_ta *ta,
			      const struct vch_rewrap *in)
{
	struct vch_writer w = vch_writer(buf, VCH_BLOB_MAX);
	const struct vch_slot *slot = vch_slots_find(&ta->slots, in->id);
	uint8_t sealed_id[20], kind;

	if (!slot || slot->flags & VCH_SLOT_DELETED ||
	    !ta->shard[vch_shard_of(in->id)].served)
		return vch_span(NULL, 0);
	kind = vch_key_blob_of(sealed_id, slot);
	if (vch_keys_rewrap(&w, &ta->keys, in->blob, kind, sealed_id) != VCH_OK)
		return vch_span(NULL, 0);
	return vch_written(&w);
}

enum vch_err vch_handle_rewrap(struct vch_ta *ta, const struct vch_time *time,
			       struct vch_span request,
			       struct vch_writer *answer)
{
	static struct vch_rewrap_request req;
	static struct vch_rewrap_answer ans;
	static uint8_t blob[VCH_OPS_MAX][VCH_BLOB_MAX];

	(void)time;
	VCH_TRY(vch_rewrap_request_decode(&req, request));
	ans.blobs_cnt = req.blobs_cnt;
	for (uint8_t i = 0; i < req.blobs_cnt; i++) {
		memcpy(ans.blobs[i].id, req.blobs[i].id, 20);
		ans.blobs[i].blob = rewrap(blob[i], ta, &req.blobs[i]);
	}
	return vch_rewrap_answer_encode(answer, &ans);
}
