/* SPDX-License-Identifier: Apache-2.0 */
/* The way back for an account that a receipt stopped: PROTOCOL 4. */
#include <string.h>

#include "trusted/base/check.h"
#include "trusted/crypto/sha256.h"
#include "trusted/log/chain.h"
#include "trusted/policy/resume.h"
#include "trusted/ta/state.h"

struct stopped {
	struct vch_slot *slot;
	struct vch_config config;
	struct vch_counters counters;
};

static enum vch_err open_account(struct stopped *ret, struct vch_ta *ta,
				 const struct vch_resume_request *req)
{
	uint8_t config_hash[32], state[32];

	if (!ta->shard[vch_shard_of(req->account)].served)
		return VCH_ACCOUNT;
	ret->slot = vch_slots_find(&ta->slots, req->account);
	if (!ret->slot || ret->slot->flags & VCH_SLOT_KEY)
		return VCH_ACCOUNT;
	vch_sha256_hash(config_hash, req->config);
	vch_slot_state(state, config_hash, req->counters);
	if (memcmp(state, ret->slot->state, 32) != 0)
		return VCH_STALE;
	VCH_TRY(vch_config_decode(&ret->config, req->config));
	return vch_counters_decode(&ret->counters, req->counters);
}

/* The owner signed the newest record of the account, on this history. */
static enum vch_err check_request(struct vch_verified_assertion *ret,
				  struct vch_ta *ta, const struct stopped *a,
				  const struct vch_resume_request *req)
{
	uint8_t shard = vch_shard_of(req->account);
	uint8_t hash[32];

	if (!(a->slot->flags & VCH_SLOT_STOPPED))
		return VCH_NOT_STOPPED;
	vch_resume_hash(hash, req->account, req->seen.head, req->sequence);
	VCH_TRY(vch_assertion_verify(ret, &a->config, &req->assertion, hash));
	VCH_TRY(vch_history_check(ta, shard, &req->seen));
	VCH_TRY(vch_seen_verify_var(&req->seen, shard, ta->keys.log_sk.pk.b));
	return req->sequence == a->slot->seq ? VCH_OK : VCH_RECEIPT;
}

static void record(struct vch_ta *ta, struct stopped *a,
		   const struct vch_time *time,
		   const struct vch_resume_request *req)
{
	struct vch_record_head head = {VCH_RECORD_RESUME, time->refill_s,
				       vch_time_plain(time)};
	uint8_t config[VCH_CONFIG_MAX], counters[VCH_COUNTERS_MAX];
	uint8_t buf[VCH_RECORD_MAX], config_hash[32];
	struct vch_writer wc = vch_writer(config, sizeof(config));
	struct vch_writer wn = vch_writer(counters, sizeof(counters));
	struct vch_writer w = vch_writer(buf, sizeof(buf));
	struct vch_resumed rec = {.passkey = req->assertion.passkey};

	VCH_CHECK(vch_config_encode(&wc, &a->config) == VCH_OK &&
		  vch_counters_encode(&wn, &a->counters) == VCH_OK);
	rec.config = vch_written(&wc);
	rec.counters = vch_written(&wn);
	vch_sha256_hash(config_hash, rec.config);
	vch_slot_state(a->slot->state, config_hash, rec.counters);
	a->slot->flags &= ~(uint32_t)VCH_SLOT_STOPPED;
	a->slot->seq++;
	a->slot->day = a->counters.day;
	a->slot->remainder = vch_native_left(&a->config, &a->counters);
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
	struct stopped account;

	VCH_TRY(vch_resume_request_decode(&req, request));
	VCH_TRY(open_account(&account, ta, &req));
	VCH_TRY(check_request(&assertion, ta, &account, &req));
	VCH_TRY(vch_sign_count_check(&account.counters, &account.config,
				     &assertion));
	(void)vch_lease_owed(ta, account.slot); /* all of it is spent now */
	vch_resume_apply(&account.config, &account.counters, time);
	record(ta, &account, time, &req);
	return vch_resume_answer_encode(answer, &ans);
}
