/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of an account's policy: PROTOCOL 1.
 *
 *	bytes -> account (hashes match the hot slot) -> passkey verified
 *	      -> taken or refused -> record
 */
#include <string.h>

#include "trusted/base/check.h"
#include "trusted/log/chain.h"
#include "trusted/policy/change.h"
#include "trusted/ta/state.h"

/* One change, and the account it is for. */
struct subject {
	struct vch_opened account;
	const struct vch_change *change;
	uint8_t hash[32]; /* of the change */
	uint8_t passkey;
};

static enum vch_err subject_open(struct subject *ret, struct vch_ta *ta,
				 const struct vch_change *change,
				 struct vch_span config,
				 struct vch_span counters)
{
	VCH_TRY(vch_account_open(&ret->account, ta, change->account, config,
				 counters));
	ret->change = change;
	ret->passkey = VCH_PASSKEY_NONE;
	vch_change_hash(ret->hash, change);
	return VCH_OK;
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

	vch_account_advance(&s->account, &wc, &wn);
	vch_change_write(&wh, s->change);
	rec.slot = *s->account.slot;
	if (code == VCH_OK)
		rec.config = vch_written(&wc);
	rec.counters = vch_written(&wn);
	rec.change = vch_written(&wh);
	vch_record_head_write(&w, &head);
	vch_change_record_write(&w, &rec);
	VCH_CHECK(!wh.bad && !w.bad);
	vch_draft_add(ta, vch_shard_of(rec.slot.id), vch_written(&w));
	if (head.expiry_s > ta->clock.expiry_s)
		ta->clock.expiry_s = head.expiry_s;
	/* what tightens may not be lost with a window */
	ta->wait_for_bump = true;
}

/* The passkey's own word is checked; may the change be taken? */
static enum vch_err take(struct subject *s, const struct vch_time *time,
			 const struct vch_verified_assertion *assertion)
{
	struct vch_opened *a = &s->account;

	vch_counters_refill(&a->is.counters, time);
	if (a->is.flags & VCH_SLOT_STOPPED)
		return VCH_ROLLBACK;
	VCH_TRY(vch_sign_count_check(&a->is.counters, &a->is.config,
				     assertion));
	return vch_change_take(&a->is, s->change, a->config_hash, s->hash,
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
	VCH_TRY(vch_assertion_verify(&assertion, &s.account.is.config,
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
	if (s.account.is.flags & VCH_SLOT_STOPPED)
		return VCH_ROLLBACK;
	vch_counters_refill(&s.account.is.counters, time);
	VCH_TRY(vch_change_apply(&s.account.is, s.change, s.hash, time));
	record(ta, &s, VCH_OK, time);
	return vch_apply_change_answer_encode(answer, &ans);
}
