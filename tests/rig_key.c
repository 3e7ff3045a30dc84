/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/rig_key.h"

#include <string.h>

#include "trusted/base/check.h"
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
	struct vch_generate_key_request req = {.policy = *p};
	struct vch_writer w = vch_writer(request_buf, sizeof(request_buf));
	struct vch_generate_key_answer ans;
	struct vch_span answer;

	memset(ret, 0, sizeof(*ret));
	VCH_TRY(vch_generate_key_request_encode(&w, &req));
	VCH_TRY(rig_call(rig, VCH_CMD_GENERATE_KEY, vch_written(&w), &answer));
	VCH_TRY(vch_generate_key_answer_decode(&ans, answer));
	memcpy(ret->id, ans.key, 20);
	memcpy(ret->public_key, ans.public_key.ptr, ans.public_key.len);
	ret->public_key_len = ans.public_key.len;
	memcpy(ret->blob, ans.blob.ptr, ans.blob.len);
	ret->blob_len = ans.blob.len;
	fold_last(rig, ret);
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
	VCH_CHECK((ans.result.signature.len > 0) ==
		  (ans.result.code == VCH_OK));
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
