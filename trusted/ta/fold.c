/* SPDX-License-Identifier: Apache-2.0 */
/* The reading side of the log: checks the chain, stores the slots. */
#include <string.h>

#include "trusted/base/ct.h"
#include "trusted/log/chain.h"
#include "trusted/ta/state.h"

enum vch_err vch_section_check(uint8_t ret_head[32],
			       const struct vch_section *s,
			       const struct vch_hmac_sha256 *tag_key)
{
	uint8_t tag[32];

	vch_section_head(ret_head, s);
	vch_section_tag(tag, s, tag_key, ret_head);
	return vch_ct_equal(tag, s->tag, 32) ? VCH_OK : VCH_TAG;
}

/* A section begins a new incarnation, or goes on where its shard stands. */
static bool continues(const struct vch_shard *chain,
		      const struct vch_section *s)
{
	if (memcmp(s->prev_head, chain->head, 32) != 0)
		return false;
	if (s->index == 0)
		return !chain->started ||
		       memcmp(s->incarnation, chain->incarnation, 16) != 0;
	return chain->started && s->index == chain->index &&
	       memcmp(s->incarnation, chain->incarnation, 16) == 0;
}

static enum vch_err check_section(struct vch_ta *ta,
				  const struct vch_section *s,
				  uint8_t ret_head[32])
{
	struct vch_shard *chain;

	if (s->shard >= VCH_SHARDS || s->records_cnt == 0)
		return VCH_FORMAT;
	chain = &ta->shard[s->shard];
	if (!continues(chain, s) || s->counter < chain->log_counter)
		return VCH_CHAIN;
	if (s->index == 0)
		vch_keys_tag(&chain->tag_key, &ta->keys, s->shard,
			     s->incarnation);
	return vch_section_check(ret_head, s, &chain->tag_key);
}

void vch_clock_fold(struct vch_clock *clock, const struct vch_record_head *h)
{
	if (h->refill_s > clock->refill_s)
		clock->refill_s = h->refill_s;
	if (h->expiry_s > clock->expiry_s)
		clock->expiry_s = h->expiry_s;
}

static bool has_slot(uint8_t kind)
{
	return kind == VCH_RECORD_ACCOUNT || kind == VCH_RECORD_DECISION ||
	       kind == VCH_RECORD_CHANGE || kind == VCH_RECORD_RESUME ||
	       kind == VCH_RECORD_KEY || kind == VCH_RECORD_USE ||
	       kind == VCH_RECORD_DELETE || kind == VCH_RECORD_INTENT ||
	       kind == VCH_RECORD_USES;
}

static enum vch_err fold_start(struct vch_ta *ta, struct vch_reader *r)
{
	struct vch_start start;

	vch_start_read(r, &start);
	if (r->bad || start.shard >= VCH_SHARDS)
		return VCH_FORMAT;
	ta->shard[start.shard].unclean_cnt += start.unclean != 0;
	vch_version_seen(ta, start.version);
	return VCH_OK;
}

static enum vch_err fold_snapshot(struct vch_ta *ta, struct vch_reader *r)
{
	struct vch_snapshot snapshot;

	vch_snapshot_read(r, &snapshot);
	vch_version_seen(ta, snapshot.version);
	return vch_reader_end(r);
}

static enum vch_err fold_upgrade(struct vch_ta *ta, struct vch_reader *r)
{
	vch_upgrade_read(r, &ta->upgrade);
	return vch_reader_end(r);
}

/* The slot stands first in every record that has one. */
static enum vch_err fold_record(struct vch_ta *ta, struct vch_span record)
{
	struct vch_reader r = vch_reader(record);
	struct vch_record_head head;
	struct vch_slot slot;

	vch_record_head_read(&r, &head);
	if (r.bad)
		return VCH_FORMAT;
	vch_clock_fold(&ta->clock, &head);
	if (head.kind == VCH_RECORD_START)
		return fold_start(ta, &r);
	if (head.kind == VCH_RECORD_SNAPSHOT)
		return fold_snapshot(ta, &r);
	if (head.kind == VCH_RECORD_UPGRADE)
		return fold_upgrade(ta, &r);
	if (head.kind == VCH_RECORD_ANCHOR)
		return VCH_OK;
	if (!has_slot(head.kind))
		return VCH_FORMAT;
	vch_slot_read(&r, &slot);
	if (r.bad)
		return VCH_FORMAT;
	/* a use of a replicated key: its slot never moves */
	if (slot.flags & VCH_SLOT_REPLICATED && slot.seq == 0)
		return VCH_OK;
	VCH_TRY(vch_slots_put(&ta->slots, &slot));
	/* it was charged when the record was made, but not by these */
	if (head.kind != VCH_RECORD_CHANGE && head.kind != VCH_RECORD_INTENT &&
	    head.kind != VCH_RECORD_DELETE)
		(void)vch_lease_owed(ta, vch_slots_find(&ta->slots, slot.id));
	return VCH_OK;
}

static enum vch_err fold_section(struct vch_ta *ta, const struct vch_section *s)
{
	struct vch_shard *chain;
	uint8_t head[32];

	VCH_TRY(check_section(ta, s, head));
	chain = &ta->shard[s->shard];
	if (s->index == 0)
		vch_history_leave(ta, s->shard);
	for (uint8_t i = 0; i < s->records_cnt; i++)
		VCH_TRY(fold_record(ta, s->records[i]));
	chain->log_counter = s->counter;
	memcpy(chain->head, head, 32);
	memcpy(chain->incarnation, s->incarnation, 16);
	chain->index = s->index + s->records_cnt;
	chain->started = true;
	return VCH_OK;
}

enum vch_err vch_fold(struct vch_ta *ta, struct vch_span batch)
{
	/* the draft is idle until START */
	struct vch_batch *b = &ta->draft.batch;
	enum vch_err err;

	VCH_TRY(vch_batch_decode(b, batch));
	err = VCH_OK;
	for (uint8_t i = 0; err == VCH_OK && i < b->sections_cnt; i++)
		err = fold_section(ta, &b->sections[i]);
	b->sections_cnt = 0;
	return err;
}

enum vch_err vch_handle_replay(struct vch_ta *ta, const struct vch_time *time,
			       struct vch_span request,
			       struct vch_writer *answer)
{
	struct vch_replay_request req;
	struct vch_replay_answer ans = {0};
	struct vch_reader r;

	(void)time;
	VCH_TRY(vch_replay_request_decode(&req, request));
	if (ta->paging.active)
		return VCH_SNAPSHOT;
	r = vch_reader(req.batches);
	while (r.left > 0) {
		struct vch_span batch = vch_read_span(&r, vch_read_u32(&r));

		VCH_TRY(vch_fold(ta, batch));
		ans.batch_cnt++;
	}
	VCH_TRY(vch_reader_end(&r));
	ta->batch_cnt += ans.batch_cnt;
	return vch_replay_answer_encode(answer, &ans);
}
