/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The account's policy carried to a chain: PROTOCOL 1. The chain's own
 * contract decides what holds at once and what waits; here is decided whether
 * the co-signer's key may ask for it.
 *
 *	bytes -> account (hashes match the hot slot) -> passkey verified
 *	      -> agrees with the policy, or refused -> record -> signature
 */
#include <string.h>

#include "trusted/base/check.h"
#include "trusted/log/chain.h"
#include "trusted/policy/intent.h"
#include "trusted/ta/state.h"

static bool has_network(const struct vch_config *config, uint64_t chain_id)
{
	uint8_t i = 0;

	while (i < config->networks_cnt &&
	       config->networks[i].chain_id != chain_id)
		i++;
	return i < config->networks_cnt;
}

/* The policy of the change that waits, if it is that; else NULL. */
static const struct vch_policy *
waiting(const struct vch_cosign_intent_request *req,
	const struct vch_config *config)
{
	uint8_t hash[32];

	if (req->waits_cnt == 0 || config->pending_due == 0)
		return NULL;
	vch_change_hash(hash, &req->waits[0]);
	return memcmp(hash, config->pending_hash, 32) == 0
		       ? &req->waits[0].policy
		       : NULL;
}

/* The passkey's own word is checked; may the key sign it too? */
static enum vch_err decide(struct vch_opened *a,
			   const struct vch_cosign_intent_request *req,
			   const struct vch_verified_assertion *assertion,
			   uint64_t now)
{
	const struct vch_intent *intent = &req->intent;
	struct vch_policy holds;

	if (a->is.flags & VCH_SLOT_STOPPED)
		return VCH_ROLLBACK;
	VCH_TRY(vch_sign_count_check(&a->is.counters, &a->is.config,
				     assertion));
	if (!has_network(&a->is.config, intent->chain_id))
		return VCH_NETWORK;
	if (intent->valid_until < now ||
	    intent->valid_until - now > VCH_VALID_MAX_S)
		return VCH_VALID_UNTIL;
	vch_policy_of(&holds, &a->is.config, a->is.flags);
	return vch_intent_agrees(intent, &holds, waiting(req, &a->is.config));
}

static void record(struct vch_ta *ta, struct vch_opened *a,
		   const struct vch_time *time, struct vch_decision *rec)
{
	struct vch_record_head head = {VCH_RECORD_INTENT, time->refill_s,
				       vch_time_plain(time)};
	uint8_t config[VCH_CONFIG_MAX], counters[VCH_COUNTERS_MAX];
	struct vch_writer wc = vch_writer(config, sizeof(config));
	struct vch_writer wn = vch_writer(counters, sizeof(counters));

	vch_account_advance(a, &wc, &wn);
	rec->counters = vch_written(&wn);
	vch_decision_record(ta, a->slot, &head, rec);
}

enum vch_err vch_handle_cosign_intent(struct vch_ta *ta,
				      const struct vch_time *time,
				      struct vch_span request,
				      struct vch_writer *answer)
{
	static struct vch_cosign_intent_request req;
	static struct vch_opened a;
	const struct vch_intent *intent = &req.intent;
	VCH_AUTO(sealed_key) sealed;
	VCH_AUTO(secp256k1_sk) sk;
	struct vch_cosign_intent_answer ans = {.result = {.recorded = 1}};
	struct vch_decision rec = {0};
	struct vch_verified_assertion assertion;

	VCH_TRY(vch_cosign_intent_request_decode(&req, request));
	VCH_TRY(vch_account_open(&a, ta, intent->account, req.config,
				 req.counters));
	vch_intent_hash(rec.op_hash, intent);
	VCH_TRY(vch_assertion_verify(&assertion, &a.is.config, &req.assertion,
				     rec.op_hash));
	VCH_TRY(vch_keys_unseal(&sealed, &ta->keys, req.blob,
				VCH_BLOB_COSIGN_KEY, intent->account));
	VCH_TRY(vch_secp256k1_sk_parse(&sk, sealed.secret));
	vch_counters_refill(&a.is.counters, time);
	/* the owner spoke: a jump of the clock is taken, as with a payment */
	rec.code = (uint16_t)decide(
		&a, &req, &assertion,
		time->host_s > time->expiry_s ? time->host_s : time->expiry_s);
	rec.chain_id = intent->chain_id;
	rec.valid_until = intent->valid_until;
	rec.passkey = assertion.passkey_idx;
	record(ta, &a, time, &rec);
	ans.result.code = rec.code;
	if (rec.code == VCH_OK)
		vch_cosign_sign(ans.result.signature, &sk, rec.op_hash,
				intent->valid_until);
	return vch_cosign_intent_answer_encode(answer, &ans);
}
