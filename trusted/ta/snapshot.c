/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A snapshot of a shard: all that folding its records gives, in pages that go
 * out and, at a later start, come in again. What vouches for them is a record
 * in the shard's own chain with their hash: its tag is checked like that of
 * any other section, so an older page, another shard's or another device's
 * makes another hash or another tag. How old a whole snapshot is does not
 * matter: the log behind it is folded as ever, and the counters look at where
 * that ends.
 */
#include <string.h>

#include "trusted/base/check.h"
#include "trusted/base/ct.h"
#include "trusted/crypto/sha256.h"
#include "trusted/log/chain.h"
#include "trusted/ta/state.h"

static void paging_begin(struct vch_ta *ta, uint8_t shard)
{
	struct vch_paging *p = &ta->paging;

	*p = (struct vch_paging){
		.active = true,
		.shard = shard,
		.index = ta->shard[shard].index,
	};
	vch_sha256_init(&p->hash);
}

/* ---- out ----------------------------------------------------------------- */

static void fill_places(struct vch_snapshot_page *ret, struct vch_ta *ta)
{
	struct vch_paging *p = &ta->paging;
	struct vch_past_place place;

	while (ret->places_cnt < VCH_SNAPSHOT_PAGE_PLACES_MAX &&
	       vch_history_place(&ta->history, p->shard, p->past, &place)) {
		if (place.end > 0)
			ret->places[ret->places_cnt++] = place;
		p->past++;
	}
}

static void fill_slots(struct vch_snapshot_page *ret, struct vch_ta *ta)
{
	const struct vch_slots *slots = &ta->slots;
	struct vch_paging *p = &ta->paging;

	for (; p->slot < slots->cnt; p->slot++) {
		if (slots->shard[p->slot] != p->shard)
			continue;
		if (ret->slots_cnt == VCH_SNAPSHOT_PAGE_SLOTS_MAX)
			return;
		ret->slots[ret->slots_cnt++] = (struct vch_kept_slot){
			.slot = slots->slot[p->slot],
			.unclean_cnt = ta->lease[p->slot].unclean_cnt,
		};
	}
}

/* The next page into w; true if there are more. */
static bool page_write(struct vch_writer *w, struct vch_ta *ta)
{
	struct vch_snapshot_page page;
	struct vch_paging *p = &ta->paging;
	struct vch_past_place place;

	page.places_cnt = page.slots_cnt = 0;
	fill_places(&page, ta);
	fill_slots(&page, ta);
	vch_snapshot_page_write(w, &page);
	VCH_CHECK(!w->bad);
	vch_sha256_update(&p->hash, w->ptr, w->len);
	p->page++;
	return p->slot < ta->slots.cnt ||
	       vch_history_place(&ta->history, p->shard, p->past, &place);
}

static void record(struct vch_ta *ta, const struct vch_time *time)
{
	struct vch_record_head head = {VCH_RECORD_SNAPSHOT, time->refill_s,
				       vch_time_plain(time)};
	struct vch_paging *p = &ta->paging;
	struct vch_snapshot snapshot = {
		.shard = p->shard,
		.unclean_cnt = ta->shard[p->shard].unclean_cnt,
		.page_cnt = p->page,
		.version = VCH_TA_VERSION,
	};
	uint8_t buf[VCH_RECORD_HEAD_ENC_MAX + VCH_SNAPSHOT_ENC_MAX];
	struct vch_writer w = vch_writer(buf, sizeof(buf));

	vch_sha256_final(&p->hash, snapshot.pages_hash);
	memcpy(snapshot.log_key, ta->keys.log_sk.pk.b, 32);
	vch_record_head_write(&w, &head);
	vch_snapshot_write(&w, &snapshot);
	VCH_CHECK(!w.bad);
	vch_draft_add(ta, p->shard, vch_written(&w));
	p->active = false;
}

enum vch_err vch_handle_snapshot(struct vch_ta *ta, const struct vch_time *time,
				 struct vch_span request,
				 struct vch_writer *answer)
{
	uint8_t buf[VCH_SNAPSHOT_PAGE_ENC_MAX];
	struct vch_writer w = vch_writer(buf, sizeof(buf));
	struct vch_paging *p = &ta->paging;
	struct vch_snapshot_request req;
	struct vch_snapshot_answer ans;

	VCH_TRY(vch_snapshot_request_decode(&req, request));
	if (req.shard >= VCH_SHARDS || !ta->shard[req.shard].served)
		return VCH_SNAPSHOT;
	if (req.page == 0)
		paging_begin(ta, req.shard);
	if (!p->active || p->shard != req.shard || p->page != req.page ||
	    p->index != ta->shard[req.shard].index)
		return VCH_SNAPSHOT;
	ans.more = page_write(&w, ta);
	ans.page = vch_written(&w);
	if (!ans.more)
		record(ta, time);
	return vch_snapshot_answer_encode(answer, &ans);
}

/* ---- in ------------------------------------------------------------------ */

/* Nothing of it counts before the record vouches for all: START refuses. */
static enum vch_err page_take(struct vch_ta *ta, struct vch_span bytes)
{
	struct vch_snapshot_page page;
	struct vch_paging *p = &ta->paging;

	VCH_TRY(vch_snapshot_page_decode(&page, bytes));
	vch_sha256_update(&p->hash, bytes.ptr, bytes.len);
	p->page++;
	for (uint8_t i = 0; i < page.places_cnt; i++)
		vch_history_put(&ta->history, p->shard, &page.places[i]);
	for (uint8_t i = 0; i < page.slots_cnt; i++) {
		const struct vch_slot *slot = &page.slots[i].slot;

		VCH_TRY(vch_slots_put(&ta->slots, slot));
		ta->lease[vch_slots_find(&ta->slots, slot->id) - ta->slots.slot]
			.unclean_cnt = page.slots[i].unclean_cnt;
	}
	return VCH_OK;
}

/* The record that this very section ends with speaks of these pages. */
static enum vch_err record_check(struct vch_snapshot *ret, struct vch_ta *ta,
				 const struct vch_section *s)
{
	struct vch_reader r = vch_reader(s->records[0]);
	struct vch_record_head head;
	uint8_t hash[32];

	vch_record_head_read(&r, &head);
	if (head.kind != VCH_RECORD_SNAPSHOT)
		return VCH_SNAPSHOT;
	vch_snapshot_read(&r, ret);
	VCH_TRY(vch_reader_end(&r));
	vch_sha256_final(&ta->paging.hash, hash);
	if (!vch_ct_equal(hash, ret->pages_hash, 32))
		return VCH_SNAPSHOT;
	vch_clock_fold(&ta->clock, &head);
	vch_version_seen(ta, ret->version);
	return VCH_OK;
}

/* The shard stands behind that section, as if all before it was folded. */
static enum vch_err section_take(struct vch_ta *ta, const struct vch_section *s)
{
	struct vch_shard *chain = &ta->shard[ta->paging.shard];
	struct vch_snapshot snapshot;

	if (s->shard != ta->paging.shard || s->records_cnt != 1)
		return VCH_SNAPSHOT;
	vch_keys_tag(&chain->tag_key, &ta->keys, s->shard, s->incarnation);
	VCH_TRY(vch_section_check(chain->head, s, &chain->tag_key));
	VCH_TRY(record_check(&snapshot, ta, s));
	chain->unclean_cnt = snapshot.unclean_cnt;
	chain->log_counter = s->counter;
	memcpy(chain->incarnation, s->incarnation, 16);
	chain->index = s->index + 1;
	chain->started = true;
	return VCH_OK;
}

static enum vch_err batch_take(struct vch_ta *ta, struct vch_span bytes)
{
	struct vch_batch *b = &ta->draft.batch;
	enum vch_err err = VCH_SNAPSHOT;

	VCH_TRY(vch_batch_decode(b, bytes));
	if (b->sections_cnt == 1)
		err = section_take(ta, &b->sections[0]);
	b->sections_cnt = 0;
	ta->paging.active = false;
	ta->restored = true;
	return err;
}

enum vch_err vch_handle_restore(struct vch_ta *ta, const struct vch_time *time,
				struct vch_span request,
				struct vch_writer *answer)
{
	struct vch_restore_answer ans;
	struct vch_restore_request req;

	(void)time;
	VCH_TRY(vch_restore_request_decode(&req, request));
	if (ta->batch_cnt > 0 || req.shard >= VCH_SHARDS ||
	    ta->shard[req.shard].started)
		return VCH_SNAPSHOT;
	if (!ta->paging.active)
		paging_begin(ta, req.shard);
	if (ta->paging.shard != req.shard)
		return VCH_SNAPSHOT;
	VCH_TRY(page_take(ta, req.page));
	if (req.batch.len > 0)
		VCH_TRY(batch_take(ta, req.batch));
	return vch_restore_answer_encode(answer, &ans);
}
