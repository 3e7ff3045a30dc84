/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/kms.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/alloc.h"
#include "host/node/json_cosign.h"
#include "host/node/json_evidence.h"
#include "host/node/json_key.h"
#include "host/node/node.h"
#include "host/node/submit.h"

/* Keys in one answer of kms_listKeys. */
#define LIST_MAX 64

static const struct vch_span NONE = {0};

enum vch_err vch_key_result_of(struct vch_key_result *ret, enum vch_err outcome,
			       struct vch_span answer)
{
	VCH_TRY(outcome);
	return vch_key_result_decode(ret, answer) == VCH_OK
		       ? vch_answer_code(ret->code)
		       : VCH_INTERNAL;
}

void vch_json_put_signature(struct vch_buf *out, const char *key,
			    struct vch_span signature)
{
	uint8_t sig[VCH_KEY_RESULT_SIGNATURE_MAX];

	memcpy(sig, signature.ptr, signature.len);
	if (signature.len == 65)
		sig[64] = (uint8_t)(sig[64] + 27);
	vch_json_put_hex(out, key, sig, signature.len);
}

/* --- kms_createKey ------------------------------------------------------ */

/* The result of a birth, made here or elsewhere. */
static void answer_born(struct vch_call *call, const uint8_t key[20],
			struct vch_span public_key, struct vch_span receipt)
{
	struct vch_buf out = vch_json_out();

	vch_json_open(&out, NULL, '{');
	vch_json_put_hex(&out, "key", key, 20);
	vch_json_public_key(&out, public_key);
	vch_json_put_hex(&out, "receipt", receipt.ptr, receipt.len);
	vch_json_close(&out, '}');
	vch_call_result(call, &out);
}

static void on_created(void *ctx, const struct vch_outcome *outcome)
{
	struct vch_generate_key_answer answer;
	struct vch_call *call = ctx;

	if (outcome->err != VCH_OK)
		vch_call_error(call, outcome->err, NULL, outcome->receipt);
	else if (vch_generate_key_answer_decode(&answer, outcome->answer))
		vch_call_error(call, VCH_INTERNAL, NULL, NONE);
	else
		answer_born(call, answer.key, answer.public_key,
			    outcome->receipt);
}

void vch_kms_create_key(struct vch_call *call, yyjson_val *params)
{
	uint8_t bytes[VCH_GENERATE_KEY_REQUEST_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_generate_key_request req;
	struct vch_policy_bytes policy_bytes;
	struct vch_json_fault fault = {0};

	if (vch_json_policy(&req.policy, &req.flags, &policy_bytes, params,
			    &fault) != VCH_OK) {
		vch_call_fault(call, &fault);
		return;
	}
	if (vch_generate_key_request_encode(&w, &req) != VCH_OK) {
		vch_call_error(call, VCH_SIZE, NULL, NONE);
		return;
	}
	vch_node_submit(call, VCH_CMD_GENERATE_KEY, vch_written(&w),
			on_created);
}

/* --- kms_importBegin, kms_importKey -------------------------------------- */

static void on_import_begun(void *ctx, const struct vch_outcome *outcome)
{
	struct vch_import_begin_answer answer;
	struct vch_call *call = ctx;
	struct vch_buf out = vch_json_out();
	enum vch_err err = outcome->err;

	if (err == VCH_OK)
		err = vch_import_begin_answer_decode(&answer, outcome->answer);
	if (err == VCH_OK) {
		vch_json_open(&out, NULL, '{');
		vch_json_put_hex(&out, "importId", answer.import_id, 16);
		err = vch_json_claims(&out, answer.claims, answer.signature);
		vch_json_close(&out, '}');
	}
	if (err == VCH_OK) {
		vch_call_result(call, &out);
		return;
	}
	vch_buf_free(&out);
	vch_call_error(call, err, NULL, NONE);
}

void vch_kms_import_begin(struct vch_call *call, yyjson_val *params)
{
	uint8_t bytes[VCH_IMPORT_BEGIN_REQUEST_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_import_begin_request req;
	struct vch_json_fault fault = {0};
	struct vch_json_in in = vch_json_in(params, "params", &fault);

	vch_json_get_bytes(&in, "key", req.key, sizeof(req.key));
	vch_json_get_bytes(&in, "challenge", req.challenge,
			   sizeof(req.challenge));
	if (vch_json_end(&in) != VCH_OK ||
	    vch_import_begin_request_encode(&w, &req) != VCH_OK) {
		vch_call_fault(call, &fault);
		return;
	}
	vch_node_submit(call, VCH_CMD_IMPORT_BEGIN, vch_written(&w),
			on_import_begun);
}

static void on_imported(void *ctx, const struct vch_outcome *outcome)
{
	struct vch_import_key_answer answer;
	struct vch_call *call = ctx;

	if (outcome->err != VCH_OK)
		vch_call_error(call, outcome->err, NULL, outcome->receipt);
	else if (vch_import_key_answer_decode(&answer, outcome->answer))
		vch_call_error(call, VCH_INTERNAL, NULL, NONE);
	else
		answer_born(call, answer.key, answer.public_key,
			    outcome->receipt);
}

void vch_kms_import_key(struct vch_call *call, yyjson_val *params)
{
	uint8_t bytes[VCH_IMPORT_KEY_REQUEST_ENC_MAX];
	uint8_t sealed[VCH_IMPORT_KEY_REQUEST_SEALED_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_import_key_request req;
	struct vch_json_fault fault = {0};
	struct vch_json_in in = vch_json_in(params, "params", &fault);

	vch_json_get_bytes(&in, "importId", req.import_id, 16);
	vch_json_get_bytes(&in, "enc", req.enc, sizeof(req.enc));
	req.sealed = vch_json_get_hex(&in, "sealed", sealed, sizeof(sealed));
	vch_json_get_bytes(&in, "tag", req.tag, sizeof(req.tag));
	if (vch_json_end(&in) != VCH_OK ||
	    vch_import_key_request_encode(&w, &req) != VCH_OK) {
		vch_call_fault(call, &fault);
		return;
	}
	vch_node_submit(call, VCH_CMD_IMPORT_KEY, vch_written(&w), on_imported);
}

/* --- kms_sign ----------------------------------------------------------- */

static void on_signed(void *ctx, const struct vch_outcome *outcome)
{
	struct vch_call *call = ctx;
	struct vch_key_result result;
	struct vch_buf out = vch_json_out();
	enum vch_err err =
		vch_key_result_of(&result, outcome->err, outcome->answer);

	if (err != VCH_OK) {
		vch_buf_free(&out);
		vch_call_error(call, err, NULL, outcome->receipt);
		return;
	}
	vch_json_open(&out, NULL, '{');
	vch_json_put_signature(&out, "signature", result.signature);
	vch_json_put_hex(&out, "receipt", outcome->receipt.ptr,
			 outcome->receipt.len);
	vch_json_close(&out, '}');
	vch_call_result(call, &out);
}

/*
 * One request out of an object: {key, what is to be signed}. joined: as in
 * wire/ta.wire.
 */
static enum vch_err read_request(struct vch_writer *w, struct vch_json_in *in,
				 uint8_t joined)
{
	struct vch_key_request_bytes bytes;
	struct vch_key_request req = {.joined = joined};

	vch_json_get_bytes(in, "key", req.key, sizeof(req.key));
	vch_json_key_request(&req, &bytes, in);
	VCH_TRY(vch_json_end(in));
	return vch_key_request_encode(w, &req);
}

void vch_kms_sign(struct vch_call *call, yyjson_val *params)
{
	uint8_t bytes[VCH_KEY_REQUEST_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_json_fault fault = {0};
	struct vch_json_in in = vch_json_in(params, "params", &fault);

	if (read_request(&w, &in, 0) != VCH_OK) {
		vch_call_fault(call, &fault);
		return;
	}
	vch_node_submit(call, VCH_CMD_SIGN_BATCH, vch_written(&w), on_signed);
}

/* --- kms_resumeKey ------------------------------------------------------ */

static void on_resumed(void *ctx, const struct vch_outcome *outcome)
{
	struct vch_key_result result;
	enum vch_err err =
		vch_key_result_of(&result, outcome->err, outcome->answer);

	vch_call_receipt(ctx, err, outcome->receipt);
}

void vch_kms_resume_key(struct vch_call *call, yyjson_val *params)
{
	uint8_t encoded[VCH_KEY_REQUEST_ENC_MAX];
	uint8_t payload[VCH_KEY_RESUME_ENC_MAX];
	struct vch_writer w = vch_writer(encoded, sizeof(encoded));
	struct vch_writer wp = vch_writer(payload, sizeof(payload));
	struct vch_key_request_bytes bytes;
	struct vch_key_request req = {.kind = VCH_PAYLOAD_RESUME};
	struct vch_key_resume resume;
	struct vch_json_fault fault = {0};
	struct vch_json_in in = vch_json_in(params, "params", &fault);
	enum vch_err err;

	vch_json_get_bytes(&in, "key", req.key, sizeof(req.key));
	resume.sequence = vch_json_get_u64(&in, "sequence", UINT64_MAX);
	err = vch_json_seen(&resume.seen, &in, "receipt");
	vch_json_owner(&req, &bytes, &in);
	if (vch_json_end(&in) != VCH_OK || err != VCH_OK ||
	    vch_key_resume_encode(&wp, &resume) != VCH_OK) {
		vch_call_fault(call, &fault);
		return;
	}
	req.payload = vch_written(&wp);
	vch_key_request_write(&w, &req);
	vch_node_submit(call, VCH_CMD_SIGN_BATCH, vch_written(&w), on_resumed);
}

/* --- kms_signBatch ------------------------------------------------------ */

/* One request of a batch and what became of it. */
struct batch_part {
	struct sign_batch *batch;
	enum vch_err err;
	uint8_t signature[VCH_KEY_RESULT_SIGNATURE_MAX];
	uint8_t signature_len;
	bool joined; /* its record is that of the part before it */
	uint8_t *receipt;
	size_t receipt_len;
	uint8_t *request; /* encoded, until it is submitted */
	size_t request_len;
};

/* Lives until its last request is answered. */
struct sign_batch {
	struct vch_call *call;
	atomic_uint pending; /* and one for whoever submits them */
	uint8_t cnt;
	struct batch_part part[VCH_OPS_MAX];
};

static void batch_free(struct sign_batch *batch)
{
	for (uint8_t i = 0; i < batch->cnt; i++) {
		free(batch->part[i].request);
		free(batch->part[i].receipt);
	}
	free(batch);
}

/* receipt_of: the last part that has one of its own. */
static void put_part(struct vch_buf *out, const struct batch_part *part,
		     uint8_t receipt_of)
{
	vch_json_open(out, NULL, '{');
	if (part->err == VCH_OK)
		vch_json_put_signature(
			out, "signature",
			vch_span(part->signature, part->signature_len));
	else
		vch_rpc_put_error(out, "error", part->err, NULL, NONE);
	if (part->receipt)
		vch_json_put_hex(out, "receipt", part->receipt,
				 part->receipt_len);
	else if (part->joined)
		vch_json_put_number(out, "receiptOf", receipt_of);
	vch_json_close(out, '}');
}

static void batch_release(struct sign_batch *batch)
{
	struct vch_buf out = vch_json_out();
	uint8_t receipt_of = 0;

	if (atomic_fetch_sub(&batch->pending, 1) != 1)
		return;
	vch_json_open(&out, NULL, '{');
	vch_json_open(&out, "results", '[');
	for (uint8_t i = 0; i < batch->cnt; i++) {
		if (batch->part[i].receipt)
			receipt_of = i;
		put_part(&out, &batch->part[i], receipt_of);
	}
	vch_json_close(&out, ']');
	vch_json_close(&out, '}');
	vch_call_result(batch->call, &out);
	batch_free(batch);
}

static void on_part(void *ctx, const struct vch_outcome *outcome)
{
	struct batch_part *part = ctx;
	struct vch_key_result result = {0};

	part->err = vch_key_result_of(&result, outcome->err, outcome->answer);
	if (part->err == VCH_OK) {
		memcpy(part->signature, result.signature.ptr,
		       result.signature.len);
		part->signature_len = (uint8_t)result.signature.len;
	}
	part->joined = outcome->err == VCH_OK && result.recorded == 2;
	if (outcome->receipt.len > 0) {
		part->receipt = vch_alloc(1, outcome->receipt.len);
		part->receipt_len = outcome->receipt.len;
		memcpy(part->receipt, outcome->receipt.ptr, part->receipt_len);
	}
	batch_release(part->batch);
}

/* What the parts of one call have in common, and of the next one do not. */
static uint8_t next_joined(void)
{
	static atomic_uint calls;

	return (uint8_t)(1 + atomic_fetch_add(&calls, 1) % 255);
}

static enum vch_err read_batch(struct sign_batch *batch,
			       const struct vch_json_list *list)
{
	uint8_t bytes[VCH_KEY_REQUEST_ENC_MAX];
	uint8_t joined = next_joined();

	for (size_t i = 0; i < list->cnt; i++) {
		struct vch_writer w = vch_writer(bytes, sizeof(bytes));
		struct vch_json_in in = vch_json_list_object(list, i);
		struct batch_part *part = &batch->part[i];

		VCH_TRY(read_request(&w, &in, joined));
		part->batch = batch;
		part->request = vch_alloc(1, w.len);
		memcpy(part->request, bytes, w.len);
		part->request_len = w.len;
		batch->cnt++;
	}
	return VCH_OK;
}

/* A part that was taken is on_part's from then on. */
static void submit_batch(struct vch_node *node, struct sign_batch *batch)
{
	struct vch_submission sub[VCH_OPS_MAX];

	for (uint8_t i = 0; i < batch->cnt; i++)
		sub[i] = (struct vch_submission){
			.request = vch_span(batch->part[i].request,
					    batch->part[i].request_len),
			.ctx = &batch->part[i],
		};
	vch_worker_submit_all(node->worker, VCH_CMD_SIGN_BATCH, sub, batch->cnt,
			      node->deadline_ms, on_part);
	for (uint8_t i = 0; i < batch->cnt; i++) {
		if (sub[i].err == VCH_OK)
			continue;
		batch->part[i].err = sub[i].err;
		batch_release(batch);
	}
}

void vch_kms_sign_batch(struct vch_call *call, yyjson_val *params)
{
	struct vch_node *node = vch_call_ctx(call);
	struct sign_batch *batch = vch_alloc(1, sizeof(*batch));
	struct vch_json_fault fault = {0};
	struct vch_json_in in = vch_json_in(params, "params", &fault);
	struct vch_json_list list =
		vch_json_get_list(&in, "requests", VCH_OPS_MAX);

	batch->call = call;
	if (read_batch(batch, &list) != VCH_OK || vch_json_end(&in) != VCH_OK) {
		vch_call_fault(call, &fault);
		batch_free(batch);
		return;
	}
	atomic_init(&batch->pending, batch->cnt + 1u);
	submit_batch(node, batch);
	batch_release(batch);
}

/* --- kms_getPublicKey, kms_listKeys ------------------------------------- */

static enum vch_err find_key(struct vch_node *node,
			     struct vch_account_view *ret, const uint8_t id[20],
			     bool with_receipt)
{
	enum vch_err err = vch_index_get(node->index, ret, id, with_receipt);

	if (err != VCH_OK)
		return err == VCH_ACCOUNT ? VCH_NO_KEY : err;
	if ((ret->slot.flags & (VCH_SLOT_KEY | VCH_SLOT_DELETED)) ==
	    VCH_SLOT_KEY)
		return VCH_OK;
	free(ret->receipt);
	ret->receipt = NULL;
	return VCH_NO_KEY;
}

void vch_kms_get_public_key(struct vch_call *call, yyjson_val *params)
{
	struct vch_json_fault fault = {0};
	struct vch_json_in in = vch_json_in(params, "params", &fault);
	struct vch_buf out = vch_json_out();
	struct vch_account_view key;
	uint8_t id[20];
	enum vch_err err;

	vch_json_get_bytes(&in, "key", id, sizeof(id));
	if (vch_json_end(&in) != VCH_OK) {
		vch_call_fault(call, &fault);
		return;
	}
	err = find_key(vch_call_ctx(call), &key, id, true);
	if (err == VCH_OK) {
		err = vch_json_key(&out, NULL, &key);
		free(key.receipt);
	}
	if (err == VCH_OK) {
		vch_call_result(call, &out);
		return;
	}
	vch_buf_free(&out);
	vch_call_error(call, err, NULL, NONE);
}

/* The keys above an id, in order; `next` is there if there may be more. */
void vch_kms_list_keys(struct vch_call *call, yyjson_val *params)
{
	struct vch_node *node = vch_call_ctx(call);
	struct vch_json_fault fault = {0};
	struct vch_json_in in = vch_json_in(params, "params", &fault);
	struct vch_buf out = vch_json_out();
	uint8_t ids[LIST_MAX][20], after[20] = {0};
	struct vch_account_view key;
	size_t cnt;

	if (vch_json_has(&in, "after"))
		vch_json_get_bytes(&in, "after", after, sizeof(after));
	else
		vch_json_ignore(&in, "after");
	if (vch_json_end(&in) != VCH_OK) {
		vch_call_fault(call, &fault);
		return;
	}
	cnt = vch_index_keys(node->index, ids, LIST_MAX, after);
	vch_json_open(&out, NULL, '{');
	vch_json_open(&out, "keys", '[');
	for (size_t i = 0; i < cnt; i++) {
		/* one that was deleted a moment ago is left out */
		if (find_key(node, &key, ids[i], false) == VCH_OK &&
		    vch_json_key(&out, NULL, &key) != VCH_OK)
			out.bad = true;
	}
	vch_json_close(&out, ']');
	if (cnt == LIST_MAX)
		vch_json_put_hex(&out, "next", ids[cnt - 1], 20);
	vch_json_close(&out, '}');
	vch_call_result(call, &out);
}

/* --- kms_deleteKey ------------------------------------------------------ */

static void on_deleted(void *ctx, const struct vch_outcome *outcome)
{
	struct vch_delete_key_answer answer;
	struct vch_call *call = ctx;
	struct vch_buf out = vch_json_out();
	enum vch_err err = outcome->err;

	if (err == VCH_OK)
		err = vch_delete_key_answer_decode(&answer, outcome->answer);
	if (err != VCH_OK) {
		vch_call_error(call, err, NULL, outcome->receipt);
		return;
	}
	vch_json_open(&out, NULL, '{');
	vch_json_put_str(&out, "deleted", answer.erased ? "erased" : "dropped");
	vch_json_put_hex(&out, "receipt", outcome->receipt.ptr,
			 outcome->receipt.len);
	vch_json_close(&out, '}');
	vch_call_result(call, &out);
}

void vch_kms_delete_key(struct vch_call *call, yyjson_val *params)
{
	uint8_t encoded[VCH_KEY_REQUEST_ENC_MAX];
	struct vch_writer w = vch_writer(encoded, sizeof(encoded));
	struct vch_key_request_bytes bytes;
	struct vch_key_request req = {0};
	struct vch_json_fault fault = {0};
	struct vch_json_in in = vch_json_in(params, "params", &fault);

	vch_json_get_bytes(&in, "key", req.key, sizeof(req.key));
	vch_json_owner(&req, &bytes, &in);
	if (vch_json_end(&in) != VCH_OK) {
		vch_call_fault(call, &fault);
		return;
	}
	vch_key_request_write(&w, &req);
	vch_node_submit(call, VCH_CMD_DELETE_KEY, vch_written(&w), on_deleted);
}
