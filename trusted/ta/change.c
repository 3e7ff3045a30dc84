/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of an account's policy: PROTOCOL 1.
 *
 *	bytes -> account (hashes match the hot slot) -> passkey verified
 *	      -> taken or refused -> record
 */
#include <string.h>

#include "trusted/base/check.h"
#include "trusted/crypto/sha256.h"
#include "trusted/log/chain.h"
#include "trusted/policy/change.h"
#include "trusted/ta/state.h"

/* One change, and the account it is for. */
struct subject {
	struct vch_slot *slot;
	struct vch_changing state;
	const struct vch_change *change;
	uint8_t config_hash[32];
	uint8_t hash[32]; /* of the change */
	uint8_t passkey;
};

static enum vch_err subject_open(struct subject *ret, struct vch_ta *ta,
				 const struct vch_change *change,
				 struct vch_span config,
				 struct vch_span counters)
{
	uint8_t state[32];

	if (!ta->shard[vch_shard_of(change->account)].served)
		return VCH_ACCOUNT;
	ret->slot = vch_slots_find(&ta->slots, change->account);
	if (!ret->slot || ret->slot->flags & VCH_SLOT_KEY)
		return VCH_ACCOUNT;
	vch_sha256_hash(ret->config_hash, config);
	vch_slot_state(state, ret->config_hash, counters);
	if (memcmp(state, ret->slot->state, 32) != 0)
		return VCH_STALE;
	VCH_TRY(vch_config_decode(&ret->state.config, config));
	VCH_TRY(vch_counters_decode(&ret->state.counters, counters));
	ret->state.flags = ret->slot->flags;
	ret->change = change;
	ret->passkey = VCH_PASSKEY_NONE;
	vch_change_hash(ret->hash, change);
	return VCH_OK;
}

/* The slot's next state: the same account, one record on. */
static void slot_advance(struct subject *s, struct vch_span config,
			 struct vch_span counters)
{
	uint8_t config_hash[32];

	vch_sha256_hash(config_hash, config);
	vch_slot_state(s->slot->state, config_hash, counters);
	s->slot->seq++;
	s->slot->flags = s->state.flags;
	s->slot->day = s->state.counters.day;
	s->slot->remainder =
		vch_native_left(&s->state.config, &s->state.counters);
}

static void record(struct vch_ta *ta, struct subject *s, enum vch_err code,
		   const struct vch_time *time)
{
	struct vch_record_head head = {VCH_RECORD_CHANGE, time->refill_s,
				       vch_time_plain(time)};
	static uint8_t change[VCH_CHANGE_MAX], buf[VCH_RECORD_MAX];
	uint8_t config[VCH_CONFIG_MAX], counters[VCH_COUNTERS_MAX];
	struct vch_writer wc = vch_writer(config, sizeof(config));
	struct vch_writer wn = vch_writer(counters, sizeof(counters));
	struct vch_writer wh = vch_writer(change, sizeof(change));
	struct vch_writer w = vch_writer(buf, sizeof(buf));
	struct vch_change_record rec = {.code = (uint16_t)code,
					.passkey = s->passkey};

	vch_config_write(&wc, &s->state.config);
	vch_counters_write(&wn, &s->state.counters);
	vch_change_write(&wh, s->change);
	slot_advance(s, vch_written(&wc), vch_written(&wn));
	rec.slot = *s->slot;
	if (code == VCH_OK)
		rec.config = vch_written(&wc);
	rec.counters = vch_written(&wn);
	rec.change = vch_written(&wh);
	vch_record_head_write(&w, &head);
	vch_change_record_write(&w, &rec);
	VCH_CHECK(!wc.bad && !wn.bad && !wh.bad && !w.bad);
	vch_draft_add(ta, vch_shard_of(s->slot->id), vch_written(&w));
	if (head.expiry_s > ta->clock.expiry_s)
		ta->clock.expiry_s = head.expiry_s;
	/* what tightens may not be lost with a window */
	ta->wait_for_bump = true;
}

/* The passkey's own word is checked; may the change be taken? */
static enum vch_err take(struct subject *s, const struct vch_time *time,
			 const struct vch_verified_assertion *assertion)
{
	vch_counters_refill(&s->state.counters, time);
	if (s->slot->flags & VCH_SLOT_STOPPED)
		return VCH_ROLLBACK;
	VCH_TRY(vch_sign_count_check(&s->state.counters, &s->state.config,
				     assertion));
	return vch_change_take(&s->state, s->change, s->config_hash, s->hash,
			       time);
}

enum vch_err vch_handle_change_account(struct vch_ta *ta,
				       const struct vch_time *time,
				       struct vch_span request,
				       struct vch_writer *answer)
{
	static struct vch_change_account_request req;
	static struct subject s;
	struct vch_change_account_answer ans = {.recorded = 1};
	struct vch_verified_assertion assertion;
	enum vch_err err;

	VCH_TRY(vch_change_account_request_decode(&req, request));
	VCH_TRY(subject_open(&s, ta, &req.change, req.config, req.counters));
	VCH_TRY(vch_assertion_verify(&assertion, &s.state.config,
				     &req.assertion, s.hash));
	s.passkey = assertion.passkey_idx;
	err = take(&s, time, &assertion);
	record(ta, &s, err, time);
	ans.code = (uint16_t)err;
	return vch_change_account_answer_encode(answer, &ans);
}

/* Nobody signs here, so a refusal is an answer and not a record. */
enum vch_err vch_handle_apply_change(struct vch_ta *ta,
				     const struct vch_time *time,
				     struct vch_span request,
				     struct vch_writer *answer)
{
	static struct vch_apply_change_request req;
	static struct subject s;
	struct vch_apply_change_answer ans = {.recorded = 1};

	VCH_TRY(vch_apply_change_request_decode(&req, request));
	VCH_TRY(subject_open(&s, ta, &req.change, req.config, req.counters));
	if (s.slot->flags & VCH_SLOT_STOPPED)
		return VCH_ROLLBACK;
	vch_counters_refill(&s.state.counters, time);
	VCH_TRY(vch_change_apply(&s.state, s.change, s.hash, time));
	record(ta, &s, VCH_OK, time);
	return vch_apply_change_answer_encode(answer, &ans);
}
