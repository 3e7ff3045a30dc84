/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing with keys of the key service. For each request of a batch, in
 * order:
 *
 *	bytes -> key (hashes match the hot slot) -> owner verified -> payload
 *	      understood -> decided -> record -> signature
 *
 * Nothing is signed that has no record in the same batch.
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
		VCH_TRY(vch_key_open(key, ta, req->key, req->config,
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
	VCH_TRY(vch_keys_unseal(&secret, &ta->keys, key->blob, VCH_BLOB_KEY,
				key->slot->id));
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

static void record_use(struct vch_ta *ta, const struct vch_time *time,
		       struct vch_open_key *key, const struct vch_key_use *use,
		       enum vch_err code)
{
	uint8_t counters[VCH_COUNTERS_MAX];
	uint8_t buf[VCH_RECORD_HEAD_ENC_MAX + VCH_USE_ENC_MAX];
	struct vch_writer w = vch_writer(buf, sizeof(buf));
	struct vch_use rec = {
		.code = (uint16_t)code,
		.kind = use->kind,
		.chain_id = use->chain_id,
		.cost = use->cost_wei,
	};

	rec.counters = vch_key_advance(key, counters);
	rec.slot = *key->slot;
	memcpy(rec.digest, use->digest, 32);
	vch_key_record_head(&w, ta, VCH_RECORD_USE, time);
	vch_use_write(&w, &rec);
	VCH_CHECK(!w.bad);
	vch_draft_add(ta, vch_shard_of(key->slot->id), vch_written(&w));
}

static enum vch_err serve(struct vch_key_result *ret, uint8_t ret_sig[65],
			  struct vch_signer *signer, struct vch_ta *ta,
			  const struct vch_time *time,
			  const struct vch_key_request *req)
{
	struct vch_open_key *key;
	struct vch_key_use use;
	enum vch_err err;

	VCH_TRY(key_of(&key, ta, req));
	VCH_TRY(vch_key_owner_check_var(&key->config.policy, &key->counters,
					VCH_CMD_SIGN_MESSAGE, req));
	VCH_TRY(vch_key_use_read(&use, &key->config.policy, req->kind,
				 req->payload));
	VCH_TRY(signer_load(signer, ta, key));
	err = vch_key_use_decide(&key->counters, &key->config.policy, &use,
				 time);
	key->counters.nonce = req->nonce;
	record_use(ta, time, key, &use, err);
	ret->recorded = 1;
	if (err == VCH_OK)
		ret->signature = vch_span(
			ret_sig, sign(ret_sig, signer, &use, req->payload));
	return err;
}

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
	opened_cnt = 0;
	ans.result.code =
		(uint16_t)serve(&ans.result, sig, &signer, ta, time, &req.op);
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
	opened_cnt = 0;
	for (uint8_t i = 0; i < request_buf.ops_cnt; i++) {
		struct vch_key_result *res = &ans.results[i];
		struct vch_time now = *time;

		/* a record before this one may have moved the clock */
		now.expiry_s = ta->clock.expiry_s;
		res->code = (uint16_t)serve(res, sig[i], &signer, ta, &now,
					    &request_buf.ops[i]);
	}
	ans.results_cnt = request_buf.ops_cnt;
	return vch_sign_batch_answer_encode(answer, &ans);
}
