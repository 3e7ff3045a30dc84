/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/rig_key.h"

#include <string.h>

#include "trusted/base/check.h"
#include "trusted/crypto/hpke.h"
#include "trusted/crypto/secp256k1.h"
#include "trusted/crypto/sha256.h"

static uint8_t request_buf[VCH_REQUEST_MAX];

struct vch_key_policy key_policy(uint8_t purpose, uint8_t type)
{
	return (struct vch_key_policy){
		.purpose = purpose,
		.type = type,
		.ops_daily = VCH_OPS_UNLIMITED,
		.native_daily = VCH_NATIVE_UNLIMITED,
	};
}

/* What one record says of the key. */
static void fold_record(struct rig_key *key, struct vch_span record)
{
	struct vch_reader r = vch_reader(record);
	struct vch_span counters = {0};
	struct vch_record_head head;
	struct vch_key_record born;
	struct vch_delete deleted;
	struct vch_resumed resumed;
	static struct vch_uses uses;
	struct vch_use use;

	vch_record_head_read(&r, &head);
	if (head.kind == VCH_RECORD_KEY) {
		vch_key_record_read(&r, &born);
		memcpy(key->config, born.config.ptr, born.config.len);
		key->config_len = born.config.len;
		key->slot = born.slot;
		counters = born.counters;
	} else if (head.kind == VCH_RECORD_USE) {
		vch_use_read(&r, &use);
		key->slot = use.slot;
		key->code = use.code;
		counters = use.counters;
	} else if (head.kind == VCH_RECORD_USES) {
		vch_uses_read(&r, &uses);
		key->slot = uses.slot;
		counters = uses.counters;
	} else if (head.kind == VCH_RECORD_RESUME) {
		vch_resumed_read(&r, &resumed);
		key->slot = resumed.slot;
		key->code = VCH_OK;
		counters = resumed.counters;
	} else {
		VCH_CHECK(head.kind == VCH_RECORD_DELETE);
		vch_delete_read(&r, &deleted);
		key->slot = deleted.slot;
	}
	VCH_CHECK(vch_reader_end(&r) == VCH_OK);
	/* the use of a replicated key moves nothing */
	if (key->slot.seq == 0)
		return;
	if (counters.len > 0)
		memcpy(key->counters, counters.ptr, counters.len);
	key->counters_len = counters.len;
}

/* What the newest batch says of the key. */
static void fold_last(const struct rig *rig, struct rig_key *key)
{
	static struct vch_batch batch;

	rig_last_batch(rig, &batch);
	for (uint8_t i = 0; i < batch.sections[0].records_cnt; i++)
		fold_record(key, batch.sections[0].records[i]);
}

static void fold_one(void *ctx, const struct vch_batch *batch, uint8_t section,
		     uint8_t record)
{
	fold_record(ctx, batch->sections[section].records[record]);
}

size_t key_fold(const struct rig *rig, struct rig_key *key)
{
	return rig_walk(rig, key->id, fold_one, key);
}

enum vch_err key_generate(struct rig *rig, struct rig_key *ret,
			  const struct vch_key_policy *p)
{
	return key_generate_flags(rig, ret, p, 0);
}

/* What a birth answered. */
static void take_born(const struct rig *rig, struct rig_key *ret,
		      const uint8_t id[20], struct vch_span public_key,
		      struct vch_span blob)
{
	memset(ret, 0, sizeof(*ret));
	memcpy(ret->id, id, 20);
	memcpy(ret->public_key, public_key.ptr, public_key.len);
	ret->public_key_len = public_key.len;
	memcpy(ret->blob, blob.ptr, blob.len);
	ret->blob_len = blob.len;
	fold_last(rig, ret);
}

enum vch_err key_generate_flags(struct rig *rig, struct rig_key *ret,
				const struct vch_key_policy *p, uint8_t flags)
{
	struct vch_generate_key_request req = {.policy = *p, .flags = flags};
	struct vch_writer w = vch_writer(request_buf, sizeof(request_buf));
	struct vch_generate_key_answer ans;
	struct vch_span answer;

	VCH_TRY(vch_generate_key_request_encode(&w, &req));
	VCH_TRY(rig_call(rig, VCH_CMD_GENERATE_KEY, vch_written(&w), &answer));
	VCH_TRY(vch_generate_key_answer_decode(&ans, answer));
	take_born(rig, ret, ans.key, ans.public_key, ans.blob);
	return VCH_OK;
}

/* The id that the key of this secret will have. */
static void id_of(uint8_t ret[20], const uint8_t secret[32],
		  const struct vch_key_policy *p)
{
	struct vch_key_config config = {.policy = *p};
	struct vch_secp256k1_sk sk;
	struct vch_secp256k1_pk pk;
	struct vch_ed25519_sk ed;

	vch_ed25519_sk_from_seed(&ed, secret);
	config.public_key = vch_span(ed.pk.b, 32);
	if (p->type == VCH_KEY_SECP256K1 &&
	    vch_secp256k1_sk_parse(&sk, secret) == VCH_OK) {
		vch_secp256k1_pk_from_sk(&pk, &sk);
		config.public_key = vch_span(pk.xy, 64);
	}
	vch_key_id(ret, &config);
}

enum vch_err key_import_begin(struct rig *rig, struct rig_import *ret,
			      const uint8_t secret[32],
			      const struct vch_key_policy *policy)
{
	struct vch_import_begin_request req = {.challenge = {1, 2, 3}};
	struct vch_writer w = vch_writer(request_buf, sizeof(request_buf));
	struct vch_import_begin_answer ans;
	struct vch_evidence e;
	struct vch_span answer;

	memset(ret, 0, sizeof(*ret));
	id_of(ret->key, secret, policy);
	memcpy(req.key, ret->key, 20);
	VCH_TRY(vch_import_begin_request_encode(&w, &req));
	VCH_TRY(rig_call(rig, VCH_CMD_IMPORT_BEGIN, vch_written(&w), &answer));
	VCH_TRY(vch_import_begin_answer_decode(&ans, answer));
	VCH_TRY(vch_evidence_decode(&e, ans.claims));
	VCH_CHECK(memcmp(e.challenge, req.challenge, 32) == 0);
	memcpy(ret->claims, ans.claims.ptr, ans.claims.len);
	ret->claims_len = ans.claims.len;
	memcpy(ret->id, ans.import_id, 16);
	memcpy(ret->to, e.import_key, 32);
	memcpy(ret->plain.secret, secret, 32);
	ret->plain.policy = *policy;
	memcpy(ret->plain.import_id, ans.import_id, 16);
	vch_sha256_hash(ret->plain.evidence_hash, ans.claims);
	return VCH_OK;
}

enum vch_err key_import(struct rig *rig, struct rig_key *ret,
			const struct rig_import *import, const uint8_t *aad)
{
	uint8_t plain[VCH_IMPORT_PLAIN_ENC_MAX], sealed[sizeof(plain)];
	struct vch_writer wp = vch_writer(plain, sizeof(plain));
	struct vch_writer w = vch_writer(request_buf, sizeof(request_buf));
	struct vch_x25519_sk ephemeral = {{7}};
	struct vch_import_key_request req = {0};
	struct vch_import_key_answer ans;
	struct vch_x25519_pk to;
	struct vch_span answer;

	VCH_TRY(vch_import_plain_encode(&wp, &import->plain));
	memcpy(req.import_id, import->id, 16);
	memcpy(to.b, import->to, 32);
	VCH_TRY(vch_hpke_seal(req.enc, sealed, req.tag, &to, &ephemeral,
			      vch_span("vouch import v1", 15),
			      vch_span(aad ? aad : import->id, 16),
			      vch_written(&wp)));
	req.sealed = vch_span(sealed, wp.len);
	VCH_TRY(vch_import_key_request_encode(&w, &req));
	VCH_TRY(rig_call(rig, VCH_CMD_IMPORT_KEY, vch_written(&w), &answer));
	VCH_TRY(vch_import_key_answer_decode(&ans, answer));
	take_born(rig, ret, ans.key, ans.public_key, ans.blob);
	return VCH_OK;
}

enum vch_err key_generation(struct rig *rig, struct vch_generation_answer *ret,
			    uint8_t step)
{
	const uint8_t request[2] = {rig->shard_first, step};
	struct vch_span answer;

	VCH_TRY(rig_call(rig, VCH_CMD_GENERATION, vch_span(request, 2),
			 &answer));
	return vch_generation_answer_decode(ret, answer);
}

enum vch_err key_rewrap(struct rig *rig, const uint8_t id[20],
			struct vch_span blob, uint8_t ret[VCH_BLOB_MAX],
			size_t *ret_len)
{
	static struct vch_rewrap_request req;
	static struct vch_rewrap_answer ans;
	struct vch_writer w = vch_writer(request_buf, sizeof(request_buf));
	struct vch_span answer;

	req.blobs_cnt = 1;
	memcpy(req.blobs[0].id, id, 20);
	req.blobs[0].blob = blob;
	VCH_TRY(vch_rewrap_request_encode(&w, &req));
	VCH_TRY(rig_call(rig, VCH_CMD_REWRAP, vch_written(&w), &answer));
	VCH_TRY(vch_rewrap_answer_decode(&ans, answer));
	VCH_CHECK(ans.blobs_cnt == 1);
	memcpy(ret, ans.blobs[0].blob.ptr, ans.blobs[0].blob.len);
	*ret_len = ans.blobs[0].blob.len;
	return VCH_OK;
}

void key_bring(struct vch_key_request *req, const struct rig_key *key)
{
	req->config = vch_span(key->config, key->config_len);
	req->counters = vch_span(key->counters, key->counters_len);
	req->blob = vch_span(key->blob, key->blob_len);
}

struct vch_key_request key_request(const struct rig_key *key, uint8_t kind,
				   const void *payload, size_t len)
{
	struct vch_key_request req = {.kind = kind};

	memcpy(req.key, key->id, 20);
	req.payload = vch_span(payload, len);
	return req;
}

/* One request through SIGN_MESSAGE; ret_sig holds 65 bytes. */
enum vch_err key_sign_request(struct rig *rig, struct rig_key *key,
			      const struct vch_key_request *req,
			      uint8_t *ret_sig)
{
	struct vch_sign_message_request one = {.op = *req};
	struct vch_writer w = vch_writer(request_buf, sizeof(request_buf));
	struct vch_sign_message_answer ans;
	struct vch_span answer;

	if (req->config.len == 0)
		key_bring(&one.op, key);
	VCH_TRY(vch_sign_message_request_encode(&w, &one));
	VCH_TRY(rig_call(rig, VCH_CMD_SIGN_MESSAGE, vch_written(&w), &answer));
	VCH_TRY(vch_sign_message_answer_decode(&ans, answer));
	if (ans.result.recorded) {
		fold_last(rig, key);
		VCH_CHECK(key->code == ans.result.code);
	}
	VCH_CHECK(
		(ans.result.signature.len > 0) ==
		(ans.result.code == VCH_OK && req->kind != VCH_PAYLOAD_RESUME));
	if (ret_sig && ans.result.code == VCH_OK)
		memcpy(ret_sig, ans.result.signature.ptr,
		       ans.result.signature.len);
	return (enum vch_err)ans.result.code;
}

enum vch_err key_sign(struct rig *rig, struct rig_key *key, uint8_t kind,
		      const void *payload, size_t len, uint8_t *ret_sig)
{
	struct vch_key_request req = key_request(key, kind, payload, len);

	return key_sign_request(rig, key, &req, ret_sig);
}

/* What an Ed25519 owner signs; see wire/ta.wire. */
void key_own(struct vch_key_request *req, uint8_t sig[64],
	     const struct vch_ed25519_sk *owner, uint8_t command,
	     uint64_t nonce)
{
	uint8_t in[64 + 1024], signed_bytes[20 + 32];
	struct vch_writer w = vch_writer(in, sizeof(in));

	req->nonce = nonce;
	vch_write_u8(&w, command);
	vch_write_bytes(&w, req->key, 20);
	vch_write_u64(&w, nonce);
	vch_write_u8(&w, req->kind);
	vch_write_bytes(&w, req->payload.ptr, req->payload.len);
	memcpy(signed_bytes, "vouch key request v1", 20);
	vch_sha256_hash(signed_bytes + 20, vch_written(&w));
	vch_ed25519_sign(sig, owner, vch_span(signed_bytes, 52));
	req->owner_signature = vch_span(sig, 64);
}

enum vch_err key_delete(struct rig *rig, struct rig_key *key,
			const struct vch_key_request *req, uint8_t *ret_erased)
{
	struct vch_delete_key_request one = {.op = *req};
	struct vch_writer w = vch_writer(request_buf, sizeof(request_buf));
	struct vch_delete_key_answer ans;
	struct vch_span answer;

	key_bring(&one.op, key);
	one.op.blob = vch_span(NULL, 0);
	VCH_TRY(vch_delete_key_request_encode(&w, &one));
	VCH_TRY(rig_call(rig, VCH_CMD_DELETE_KEY, vch_written(&w), &answer));
	VCH_TRY(vch_delete_key_answer_decode(&ans, answer));
	fold_last(rig, key);
	*ret_erased = ans.erased;
	return VCH_OK;
}
