/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log against the platform's counters: PROTOCOL 4. A shard's records
 * carry its counter c if they are released before the next bump, c + 1 if
 * they wait for it: log, flush, bump, release. So a log that ends in less
 * than the counter lacks something that was bumped, and what can be lost
 * without being noticed is one open window.
 *
 * Several instances share the place: each compares and writes the counters of
 * the shards that it serves, and only those. What the log says of the others
 * may be older than their counters, because they go on meanwhile.
 *
 * The top bit of a stored counter says that nothing was released after that
 * bump: it was the last of its instance or version, or every batch waits for
 * its own.
 */
#include <string.h>

#include "trusted/log/chain.h"
#include "trusted/ta/state.h"

#define CLEAN ((uint64_t)1 << 63)
/* A tenth of the daily limits may be released before a bump. */
#define LEASE_PPM 100000u

static bool bumps(const struct vch_ta *ta)
{
	return ta->window_s != VCH_WINDOW_NEVER;
}

/* Nothing is ever released before its bump. */
static bool always_waits(const struct vch_ta *ta)
{
	return ta->window_s == 0 || ta->window_records == 0;
}

/* The served shards are one range: check_request() in start.c. */
static enum vch_err store(const struct vch_ta *ta)
{
	uint64_t counters[VCH_COUNTER_CNT];
	uint8_t first = 0, cnt = 0;

	for (uint8_t i = 0; i < VCH_SHARDS; i++) {
		counters[i] = CLEAN;
		if (!ta->shard[i].served)
			continue;
		first = cnt == 0 ? i : first;
		cnt++;
		counters[i] = ta->shard[i].window.counter;
		if (ta->final || ta->phase == VCH_PHASE_UPGRADED ||
		    always_waits(ta))
			counters[i] |= CLEAN;
	}
	return vch_platform_counters_store(counters, first, cnt);
}

/* None were made yet: as if all were zero, which only a new log fits. */
static enum vch_err load(uint64_t ret[VCH_COUNTER_CNT])
{
	enum vch_err err = vch_platform_counters_load(ret);

	if (err != VCH_ROLLBACK)
		return err;
	for (size_t i = 0; i < VCH_SHARDS; i++)
		ret[i] = CLEAN;
	return VCH_OK;
}

/* Released is at most what was bumped, logged at most one more. */
static bool fits(const struct vch_shard *shard, uint64_t stored)
{
	uint64_t counter = stored & ~CLEAN;

	return shard->log_counter == counter ||
	       shard->log_counter == counter + 1;
}

enum vch_err vch_handle_compare(struct vch_ta *ta, const struct vch_time *time,
				struct vch_span request,
				struct vch_writer *answer)
{
	struct vch_compare_request req;
	struct vch_compare_answer ans;
	uint64_t stored[VCH_COUNTER_CNT];

	(void)time;
	VCH_TRY(vch_compare_request_decode(&req, request));
	VCH_TRY(load(stored));
	for (size_t i = 0; i < VCH_SHARDS; i++) {
		if (!fits(&ta->shard[i], stored[i]))
			return VCH_ROLLBACK;
	}
	return vch_compare_answer_encode(answer, &ans);
}

enum vch_err vch_counters_begin(struct vch_ta *ta, bool ret_unclean[VCH_SHARDS])
{
	uint64_t stored[VCH_COUNTER_CNT];
	bool ahead = false;

	VCH_TRY(load(stored));
	for (size_t i = 0; i < VCH_SHARDS; i++) {
		struct vch_shard *shard = &ta->shard[i];

		ret_unclean[i] = false;
		if (!shard->served)
			continue;
		if (!fits(shard, stored[i]))
			return VCH_ROLLBACK;
		/* logged and flushed, then the power went */
		ahead |= shard->log_counter != (stored[i] & ~CLEAN);
		shard->window.counter = shard->log_counter;
		/* without bumps there are no leases, nor anything to charge */
		ret_unclean[i] = bumps(ta) && !(stored[i] & CLEAN);
	}
	return ahead && bumps(ta) ? store(ta) : VCH_OK;
}

/* The window is over, or there is none. */
static bool is_due(const struct vch_ta *ta, const struct vch_window *w)
{
	if (always_waits(ta))
		return true;
	return w->records > 0 &&
	       (ta->clock.monotonic_s - w->opened_s >= ta->window_s ||
		w->records >= ta->window_records);
}

/* Records were added to it that do not wait. */
static void grow(struct vch_window *w, const struct vch_ta *ta, uint8_t cnt)
{
	if (w->records == 0)
		w->opened_s = ta->clock.monotonic_s;
	w->records += cnt;
}

bool vch_counters_hold(struct vch_ta *ta)
{
	const struct vch_batch *b = &ta->draft.batch;
	bool hold = ta->wait_for_bump;

	ta->wait_for_bump = false;
	for (uint8_t i = 0; i < b->sections_cnt; i++)
		hold |= is_due(ta, &ta->shard[b->sections[i].shard].window);
	hold = hold && bumps(ta) && b->sections_cnt > 0;
	for (uint8_t i = 0; i < b->sections_cnt; i++) {
		const struct vch_section *s = &b->sections[i];
		struct vch_window *w = &ta->shard[s->shard].window;

		w->held = hold;
		if (!hold)
			grow(w, ta, s->records_cnt);
	}
	ta->held = hold;
	return hold;
}

enum vch_err vch_counters_bump(struct vch_ta *ta)
{
	for (size_t i = 0; i < VCH_SHARDS; i++) {
		struct vch_window *w = &ta->shard[i].window;

		if (!w->held)
			continue;
		w->counter++;
		w->records = 0;
		w->held = false;
	}
	VCH_TRY(store(ta));
	ta->held = false;
	if (ta->final)
		ta->phase = 0;
	return VCH_OK;
}

static struct vch_lease *lease_of(struct vch_ta *ta,
				  const struct vch_slot *slot)
{
	return &ta->lease[slot - ta->slots.slot];
}

void vch_lease_take(struct vch_ta *ta, const struct vch_slot *slot,
		    uint32_t ppm)
{
	const struct vch_window *w =
		&ta->shard[vch_slot_shard(ta, slot)].window;
	struct vch_lease *lease = lease_of(ta, slot);

	if (lease->window != w->counter)
		lease->ppm = 0;
	lease->window = w->counter;
	if (ppm > LEASE_PPM - lease->ppm)
		ta->wait_for_bump = true;
	else
		lease->ppm += ppm;
}

uint32_t vch_lease_owed(struct vch_ta *ta, const struct vch_slot *slot)
{
	struct vch_lease *lease = lease_of(ta, slot);
	uint32_t cnt = ta->shard[vch_slot_shard(ta, slot)].unclean_cnt;
	uint32_t owed = cnt - lease->unclean_cnt;

	lease->unclean_cnt = cnt;
	return owed;
}

enum vch_err vch_slot_born(struct vch_ta *ta, const struct vch_slot *slot)
{
	VCH_TRY(vch_slots_put(&ta->slots, slot));
	(void)vch_lease_owed(ta, vch_slots_find(&ta->slots, slot->id));
	return VCH_OK;
}

static uint8_t anchor_all(struct vch_ta *ta, const struct vch_time *time)
{
	struct vch_record_head head = {VCH_RECORD_ANCHOR, time->refill_s,
				       vch_time_plain(time)};
	uint8_t cnt = 0;

	for (uint8_t i = 0; i < VCH_SHARDS; i++) {
		uint8_t buf[VCH_RECORD_HEAD_ENC_MAX + VCH_ANCHOR_ENC_MAX];
		struct vch_writer w = vch_writer(buf, sizeof(buf));
		struct vch_anchor anchor = {.shard = i};

		if (ta->shard[i].window.records == 0)
			continue;
		vch_record_head_write(&w, &head);
		vch_anchor_write(&w, &anchor);
		vch_draft_add(ta, i, vch_written(&w));
		cnt++;
	}
	return cnt;
}

enum vch_err vch_handle_close(struct vch_ta *ta, const struct vch_time *time,
			      struct vch_span request,
			      struct vch_writer *answer)
{
	struct vch_close_request req;
	struct vch_close_answer ans = {0};

	VCH_TRY(vch_close_request_decode(&req, request));
	if (req.final > 1)
		return VCH_FORMAT;
	ta->final = req.final;
	if (bumps(ta))
		ans.anchor_cnt = anchor_all(ta, time);
	ta->wait_for_bump = ans.anchor_cnt > 0;
	if (ta->final && ans.anchor_cnt == 0 && bumps(ta))
		VCH_TRY(store(ta));
	if (ta->final && ans.anchor_cnt == 0)
		ta->phase = 0;
	return vch_close_answer_encode(answer, &ans);
}

/* The door itself answers a RELEASE while something is held. */
enum vch_err vch_handle_release(struct vch_ta *ta, const struct vch_time *time,
				struct vch_span request,
				struct vch_writer *answer)
{
	(void)ta;
	(void)time;
	(void)request;
	(void)answer;
	return VCH_PHASE;
}
