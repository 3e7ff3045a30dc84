/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hot path: DESIGN 4, PROTOCOL 8. For each operation of a batch, in
 * order:
 *
 *	bytes -> account (hashes match the hot slot) -> passkey verified
 *	      -> decided -> record -> signature
 *
 * Nothing is recorded before the passkey was verified; nothing is signed
 * that has no record in the same batch.
 */
#include <string.h>

#include "trusted/base/check.h"
#include "trusted/crypto/secp256k1.h"
#include "trusted/crypto/sha256.h"
#include "trusted/log/chain.h"
#include "trusted/policy/userop.h"
#include "trusted/ta/state.h"

/* An account as one operation of the batch left it for the next. */
struct carried {
	bool valid;
	uint8_t id[20];
	uint8_t config_hash[32];
	struct vch_span config; /* in the request */
	struct vch_span blob;	/* in the request */
	uint8_t counters[VCH_COUNTERS_MAX];
	size_t counters_len;
};

/* An account whose config and counters are those of its slot. */
struct account {
	struct vch_slot *slot;
	struct carried *carry;
	struct vch_config config;
	struct vch_counters counters;
};

static struct vch_cosign_batch_request request_buf;
static struct carried carry[VCH_OPS_MAX];
static struct vch_userop_domain domain; /* of the last operation */

/* Where this batch has the account already, else the next free place. */
static struct carried *carry_find(const uint8_t id[20])
{
	size_t i = 0;

	while (carry[i].valid && memcmp(carry[i].id, id, 20) != 0)
		i++;
	return &carry[i];
}

/* Takes what the host brought, if it is what the slot was made from. */
static enum vch_err carry_bring(struct carried *c, const struct vch_slot *slot,
				const struct vch_cosign_op *op)
{
	VCH_TRY(vch_slot_check(c->config_hash, slot, op->config, op->counters));
	memcpy(c->id, slot->id, 20);
	c->config = op->config;
	c->blob = op->blob;
	memcpy(c->counters, op->counters.ptr, op->counters.len);
	c->counters_len = op->counters.len;
	c->valid = true;
	return VCH_OK;
}

static enum vch_err account_open(struct account *ret, struct vch_ta *ta,
				 const struct vch_cosign_op *op)
{
	bool empty = op->config.len + op->counters.len + op->blob.len == 0;

	ret->slot = vch_slot_served(ta, op->account, false);
	if (!ret->slot)
		return VCH_ACCOUNT;
	ret->carry = carry_find(op->account);
	if (ret->carry->valid != empty)
		return VCH_STALE;
	if (!empty)
		VCH_TRY(carry_bring(ret->carry, ret->slot, op));
	VCH_TRY(vch_config_decode(&ret->config, ret->carry->config));
	return vch_counters_decode(
		&ret->counters,
		vch_span(ret->carry->counters, ret->carry->counters_len));
}

/* Carries the counters forward and moves the slot on by one record. */
static void account_advance(struct account *a)
{
	struct carried *c = a->carry;
	struct vch_writer w = vch_writer(c->counters, sizeof(c->counters));

	VCH_CHECK(vch_counters_encode(&w, &a->counters) == VCH_OK);
	c->counters_len = w.len;
	vch_slot_state(a->slot->state, c->config_hash, vch_written(&w));
	a->slot->seq++;
	a->slot->day = a->counters.day;
	a->slot->remainder = vch_native_left(&a->config, &a->counters);
}

void vch_decision_record(struct vch_ta *ta, const struct vch_slot *slot,
			 const struct vch_record_head *head,
			 struct vch_decision *rec)
{
	uint8_t buf[VCH_RECORD_HEAD_ENC_MAX + VCH_DECISION_ENC_MAX];
	struct vch_writer w = vch_writer(buf, sizeof(buf));

	rec->slot = *slot;
	vch_record_head_write(&w, head);
	vch_decision_write(&w, rec);
	vch_draft_add(ta, vch_slot_shard(ta, slot), vch_written(&w));
	if (head->expiry_s > ta->clock.expiry_s)
		ta->clock.expiry_s = head->expiry_s;
}

static void record_decision(struct vch_ta *ta, const struct account *a,
			    const struct vch_question *q,
			    const struct vch_decision_made *made)
{
	struct vch_record_head head = {VCH_RECORD_DECISION, q->time.refill_s,
				       made->expiry_s};
	struct vch_decision rec = {
		.counters =
			vch_span(a->carry->counters, a->carry->counters_len),
		.code = (uint16_t)made->code,
		.chain_id = q->op->chain_id,
		.cost = made->cost,
		.valid_until = q->op->valid_until,
		.passkey = q->assertion.passkey_idx,
	};

	memcpy(rec.op_hash, q->op_hash, 32);
	vch_decision_record(ta, a->slot, &head, &rec);
}

void vch_cosign_sign(uint8_t ret_signature[65],
		     const struct vch_secp256k1_sk *sk, const uint8_t hash[32],
		     uint64_t valid_until)
{
	uint8_t digest[32];

	vch_cosign_digest(digest, hash, valid_until);
	vch_secp256k1_sign(ret_signature, sk, digest);
	ret_signature[64] = (uint8_t)(ret_signature[64] + 27);
}

static enum vch_err cosign(struct vch_cosign_result *ret, struct vch_ta *ta,
			   const struct vch_time *time,
			   const struct vch_cosign_op *op)
{
	VCH_AUTO(sealed_key) sealed;
	VCH_AUTO(secp256k1_sk) sk;
	struct account a;
	struct vch_decision_made made = {.expiry_s = time->expiry_s};
	uint8_t op_hash[32];
	struct vch_question q = {
		.config = &a.config,
		.op = op,
		.op_hash = op_hash,
		.time = *time,
	};

	VCH_TRY(account_open(&a, ta, op));
	vch_userop_hash_next(op_hash, &domain, &op->op, op->chain_id,
			     op->entry_point);
	VCH_TRY(vch_assertion_verify(&q.assertion, &a.config, &op->assertion,
				     op_hash));
	VCH_TRY(vch_keys_unseal(&sealed, &ta->keys, a.carry->blob,
				VCH_BLOB_COSIGN_KEY, op->account));
	VCH_TRY(vch_secp256k1_sk_parse(&sk, sealed.secret));
	made.code = vch_history_show(ta, a.slot, op->seen, op->seen_cnt);
	if (made.code == VCH_RECEIPT)
		return VCH_RECEIPT;
	q.flags = a.slot->flags;
	if (made.code == VCH_OK) {
		q.owed_leases = vch_lease_owed(ta, a.slot);
		made = vch_decide(&a.counters, &q);
	}
	if (made.code == VCH_OK)
		vch_lease_take(ta, a.slot, made.limit_ppm);
	account_advance(&a);
	record_decision(ta, &a, &q, &made);
	ret->recorded = 1;
	if (made.code == VCH_OK)
		vch_cosign_sign(ret->signature, &sk, op_hash, op->valid_until);
	return made.code;
}

enum vch_err vch_handle_cosign_batch(struct vch_ta *ta,
				     const struct vch_time *time,
				     struct vch_span request,
				     struct vch_writer *answer)
{
	struct vch_cosign_batch_answer ans;

	VCH_TRY(vch_cosign_batch_request_decode(&request_buf, request));
	memset(&ans, 0, sizeof(ans));
	for (size_t i = 0; i < VCH_OPS_MAX; i++)
		carry[i].valid = false;
	for (uint8_t i = 0; i < request_buf.ops_cnt; i++) {
		struct vch_cosign_result *res = &ans.results[i];
		struct vch_time now = *time;

		/* a record before this one may have moved the clock */
		now.expiry_s = ta->clock.expiry_s;
		res->code =
			(uint16_t)cosign(res, ta, &now, &request_buf.ops[i]);
		ans.results_cnt++;
	}
	return vch_cosign_batch_answer_encode(answer, &ans);
}
