/* SPDX-License-Identifier: Apache-2.0 */
/* The way back for an account that a receipt stopped: PROTOCOL 4. */
#include <string.h>

#include "trusted/base/check.h"
#include "trusted/log/chain.h"
#include "trusted/policy/resume.h"
#include "trusted/ta/state.h"

/* The owner signed the newest record of the account, on this history. */
static enum vch_err check_request(struct vch_verified_assertion *ret,
				  struct vch_ta *ta, const struct vch_opened *a,
				  const struct vch_resume_request *req)
{
	uint8_t shard = vch_shard_of(req->account);
	uint8_t hash[32];

	if (!(a->slot->flags & VCH_SLOT_STOPPED))
		return VCH_NOT_STOPPED;
	vch_resume_hash(hash, req->account, req->seen.head, req->sequence);
	VCH_TRY(vch_assertion_verify(ret, &a->is.config, &req->assertion,
				     hash));
	VCH_TRY(vch_history_check(ta, shard, &req->seen));
	VCH_TRY(vch_seen_verify_var(&req->seen, shard, ta->keys.log_sk.pk.b));
	return req->sequence == a->slot->seq ? VCH_OK : VCH_RECEIPT;
}

static void record(struct vch_ta *ta, struct vch_opened *a,
		   const struct vch_time *time,
		   const struct vch_resume_request *req)
{
	struct vch_record_head head = {VCH_RECORD_RESUME, time->refill_s,
				       vch_time_plain(time)};
	uint8_t config[VCH_CONFIG_MAX], counters[VCH_COUNTERS_MAX];
	uint8_t buf[VCH_RECORD_MAX];
	struct vch_writer wc = vch_writer(config, sizeof(config));
	struct vch_writer wn = vch_writer(counters, sizeof(counters));
	struct vch_writer w = vch_writer(buf, sizeof(buf));
	struct vch_resumed rec = {.passkey = req->assertion.passkey};

	a->is.flags &= ~(uint32_t)VCH_SLOT_STOPPED;
	vch_account_advance(a, &wc, &wn);
	rec.config = vch_written(&wc);
	rec.counters = vch_written(&wn);
	rec.slot = *a->slot;
	memcpy(rec.head, req->seen.head, 32);
	vch_record_head_write(&w, &head);
	VCH_CHECK(vch_resumed_encode(&w, &rec) == VCH_OK);
	if (head.expiry_s > ta->clock.expiry_s)
		ta->clock.expiry_s = head.expiry_s;
	vch_draft_add(ta, vch_shard_of(a->slot->id), vch_written(&w));
	/* neither the stop nor its end may be lost with a window */
	ta->wait_for_bump = true;
}

enum vch_err vch_handle_resume(struct vch_ta *ta, const struct vch_time *time,
			       struct vch_span request,
			       struct vch_writer *answer)
{
	struct vch_verified_assertion assertion;
	struct vch_resume_answer ans;
	struct vch_resume_request req;
	struct vch_opened account;

	VCH_TRY(vch_resume_request_decode(&req, request));
	VCH_TRY(vch_account_open(&account, ta, req.account, req.config,
				 req.counters));
	VCH_TRY(check_request(&assertion, ta, &account, &req));
	VCH_TRY(vch_sign_count_check(&account.is.counters, &account.is.config,
				     &assertion));
	(void)vch_lease_owed(ta, account.slot); /* all of it is spent now */
	vch_resume_apply(&account.is.config, &account.is.counters, time);
	record(ta, &account, time, &req);
	return vch_resume_answer_encode(answer, &ans);
}
