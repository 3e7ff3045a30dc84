/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing with keys of the key service. For each request of a batch, in
 * order:
 *
 *	bytes -> key (hashes match the hot slot) -> owner verified -> payload
 *	      understood -> secret -> decided -> record -> signature
 *
 * Nothing is signed that has no record in the same batch. Requests that are
 * joined share one.
 */
#include <string.h>

#include "trusted/base/check.h"
#include "trusted/crypto/secp256k1.h"
#include "trusted/log/chain.h"
#include "trusted/ta/key.h"

/* The keys of this batch, each as its last request left it. */
static struct vch_sign_batch_request request_buf;
static struct vch_open_key opened[VCH_OPS_MAX];
static uint8_t opened_cnt;

/* Uses of one key that have no record yet. */
static struct vch_uses group;
static struct vch_open_key *group_key;
static uint8_t group_joined;

/* The secret that was used last: most batches are of few keys. */
struct vch_signer {
	const struct vch_open_key *of;
	struct vch_secp256k1_sk secp256k1;
	struct vch_ed25519_sk ed25519;
};
VCH_SECRET(signer)

/* The key of this batch with that id, or NULL. */
static struct vch_open_key *opened_find(const uint8_t id[20])
{
	for (uint8_t i = 0; i < opened_cnt; i++) {
		if (memcmp(opened[i].slot->id, id, 20) == 0)
			return &opened[i];
	}
	return NULL;
}

/* Brought by its first request of the batch, and by no other. */
static enum vch_err key_of(struct vch_open_key **ret, struct vch_ta *ta,
			   const struct vch_key_request *req)
{
	bool empty = req->config.len + req->counters.len + req->blob.len == 0;
	struct vch_open_key *key = opened_find(req->key);

	if (key && !empty)
		return VCH_STALE;
	if (!key) {
		key = &opened[opened_cnt];
		VCH_TRY(vch_key_open_to_sign(key, ta, req->key, req->config,
					     req->counters));
		key->blob = req->blob;
		opened_cnt++;
	}
	*ret = key;
	return VCH_OK;
}

static enum vch_err signer_load(struct vch_signer *s, const struct vch_ta *ta,
				const struct vch_open_key *key)
{
	VCH_AUTO(sealed_key) secret;

	if (s->of == key)
		return VCH_OK;
	s->of = NULL;
	VCH_TRY(vch_key_unseal(&secret, ta, key));
	if (key->config.policy.type == VCH_KEY_ED25519)
		vch_ed25519_sk_from_seed(&s->ed25519, secret.secret);
	else
		VCH_TRY(vch_secp256k1_sk_parse(&s->secp256k1, secret.secret));
	s->of = key;
	return VCH_OK;
}

static size_t sign(uint8_t ret[65], const struct vch_signer *s,
		   const struct vch_key_use *use, struct vch_span payload)
{
	if (s->of->config.policy.type == VCH_KEY_ED25519) {
		vch_ed25519_sign(ret, &s->ed25519, payload);
		return 64;
	}
	vch_secp256k1_sign(ret, &s->secp256k1, use->digest);
	return 65;
}

/* ---- what is recorded ---- */

/* A replicated key's uses stand in a shard of whoever served it. */
static uint8_t shard_of(const struct vch_ta *ta, const struct vch_open_key *key)
{
	return key->slot == &key->replica ? ta->shard_first
					  : vch_shard_of(key->slot->id);
}

static void write_one(struct vch_writer *w)
{
	const struct vch_used *used = &group.used[0];
	struct vch_use rec = {
		.slot = group.slot,
		.counters = group.counters,
		.code = used->code,
		.kind = used->kind,
		.chain_id = used->chain_id,
		.cost = used->cost,
	};

	memcpy(rec.digest, used->digest, 32);
	vch_use_write(w, &rec);
}

/* Writes the record of the group, if there is one. */
static void group_end(struct vch_ta *ta, const struct vch_time *time)
{
	static uint8_t buf[VCH_RECORD_HEAD_ENC_MAX + VCH_USES_ENC_MAX];
	struct vch_writer w = vch_writer(buf, sizeof(buf));
	uint8_t counters[VCH_COUNTERS_MAX];
	bool one = group.used_cnt == 1;

	if (group.used_cnt == 0)
		return;
	group.counters = vch_key_advance(group_key, counters);
	group.slot = *group_key->slot;
	vch_key_record_head(&w, ta, one ? VCH_RECORD_USE : VCH_RECORD_USES,
			    time);
	if (one)
		write_one(&w);
	else
		vch_uses_write(&w, &group);
	VCH_CHECK(!w.bad);
	vch_draft_add(ta, shard_of(ta, group_key), vch_written(&w));
	group.used_cnt = 0;
}

/* Adds a use to the group of its key, or begins another. */
static void group_add(struct vch_key_result *ret, struct vch_ta *ta,
		      const struct vch_time *time, struct vch_open_key *key,
		      uint8_t joined, const struct vch_key_use *use,
		      enum vch_err code)
{
	bool joins = joined != 0 && group.used_cnt > 0 && group_key == key &&
		     group_joined == joined;
	struct vch_used *used;

	if (!joins)
		group_end(ta, time);
	group_key = key;
	group_joined = joined;
	used = &group.used[group.used_cnt++];
	used->code = (uint16_t)code;
	used->kind = use->kind;
	used->chain_id = use->chain_id;
	used->cost = use->cost_wei;
	memcpy(used->digest, use->digest, 32);
	ret->recorded = joins ? 2 : 1;
	ret->shard = shard_of(ta, key);
}

/* ---- one request ---- */

/* There is no order among the uses of a replicated key. */
static enum vch_err check_seen(struct vch_ta *ta, struct vch_open_key *key,
			       const struct vch_key_request *req)
{
	if (key->slot == &key->replica)
		return req->seen_cnt > 0 ? VCH_RECEIPT : VCH_OK;
	return vch_history_show(ta, key->slot, req->seen, req->seen_cnt);
}

static struct vch_key_decision decide(struct vch_ta *ta,
				      struct vch_open_key *key,
				      const struct vch_key_use *use,
				      const struct vch_time *time)
{
	bool replica = key->slot == &key->replica;
	uint32_t owed = replica ? 0 : vch_lease_owed(ta, key->slot);
	struct vch_key_decision made = vch_key_use_decide(
		&key->counters, &key->config.policy, use, time, owed);

	if (made.limit_ppm > 0)
		vch_lease_take(ta, key->slot, made.limit_ppm);
	return made;
}

static enum vch_err resume(struct vch_key_result *ret, struct vch_ta *ta,
			   const struct vch_time *time,
			   struct vch_open_key *key,
			   const struct vch_key_request *req)
{
	group_end(ta, time);
	VCH_TRY(vch_key_resume(ta, time, key, req));
	ret->recorded = 1;
	ret->shard = vch_shard_of(req->key);
	return VCH_OK;
}

static enum vch_err serve(struct vch_key_result *ret, uint8_t ret_sig[65],
			  struct vch_signer *signer, struct vch_ta *ta,
			  const struct vch_time *time,
			  const struct vch_key_request *req)
{
	struct vch_key_decision made = {0};
	struct vch_open_key *key;
	struct vch_key_use use;

	VCH_TRY(key_of(&key, ta, req));
	VCH_TRY(vch_key_owner_check_var(&key->config.policy, &key->counters,
					VCH_CMD_SIGN_MESSAGE, req));
	if (req->kind == VCH_PAYLOAD_RESUME)
		return resume(ret, ta, time, key, req);
	VCH_TRY(vch_key_use_read(&use, &key->config.policy, req->kind,
				 req->payload));
	VCH_TRY(signer_load(signer, ta, key));
	made.code = check_seen(ta, key, req);
	if (made.code == VCH_RECEIPT)
		return VCH_RECEIPT;
	if (made.code == VCH_OK)
		made = decide(ta, key, &use, time);
	key->counters.nonce = req->nonce;
	group_add(ret, ta, time, key, req->joined, &use, made.code);
	if (made.code == VCH_OK)
		ret->signature = vch_span(
			ret_sig, sign(ret_sig, signer, &use, req->payload));
	return made.code;
}

/* ---- the commands ---- */

enum vch_err vch_handle_sign_message(struct vch_ta *ta,
				     const struct vch_time *time,
				     struct vch_span request,
				     struct vch_writer *answer)
{
	VCH_AUTO(signer) signer = {0};
	struct vch_sign_message_request req;
	struct vch_sign_message_answer ans = {0};
	uint8_t sig[65];

	VCH_TRY(vch_sign_message_request_decode(&req, request));
	opened_cnt = group.used_cnt = 0;
	ans.result.code =
		(uint16_t)serve(&ans.result, sig, &signer, ta, time, &req.op);
	group_end(ta, time);
	return vch_sign_message_answer_encode(answer, &ans);
}

enum vch_err vch_handle_sign_batch(struct vch_ta *ta,
				   const struct vch_time *time,
				   struct vch_span request,
				   struct vch_writer *answer)
{
	static uint8_t sig[VCH_OPS_MAX][65];
	VCH_AUTO(signer) signer = {0};
	struct vch_sign_batch_answer ans;

	VCH_TRY(vch_sign_batch_request_decode(&request_buf, request));
	memset(&ans, 0, sizeof(ans));
	opened_cnt = group.used_cnt = 0;
	for (uint8_t i = 0; i < request_buf.ops_cnt; i++) {
		struct vch_key_result *res = &ans.results[i];
		struct vch_time now = *time;

		/* a record before this one may have moved the clock */
		now.expiry_s = ta->clock.expiry_s;
		res->code = (uint16_t)serve(res, sig[i], &signer, ta, &now,
					    &request_buf.ops[i]);
	}
	group_end(ta, time);
	ans.results_cnt = request_buf.ops_cnt;
	return vch_sign_batch_answer_encode(answer, &ans);
}
