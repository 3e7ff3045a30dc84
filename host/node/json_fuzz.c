/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the input is the params of every method that has more
 * than a word of them: vouch_cosign, cosignIntent, createAccount,
 * changeAccount and resume, kms_createKey and kms_sign. What is taken must fit
 * its struct and encode to what decodes again.
 */
#include <stdlib.h>

#include "host/node/json_change.h"
#include "host/node/json_cosign.h"
#include "host/node/json_create.h"
#include "host/node/json_key.h"
#include "trusted/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_cosign(yyjson_val *params)
{
	static uint8_t bytes[VCH_COSIGN_OP_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_json_fault fault = {0};
	struct vch_cosign_op op;
	uint64_t valid_until;
	enum vch_err err;

	err = vch_json_cosign(&w, &valid_until, params, &fault);
	if (err != VCH_OK) {
		VCH_CHECK(err == VCH_ARGUMENT && fault.bad);
		return;
	}
	VCH_CHECK(!fault.bad);
	VCH_CHECK(vch_cosign_op_decode(&op, vch_written(&w)) == VCH_OK);
	VCH_CHECK(op.valid_until == valid_until);
	VCH_CHECK(op.config.len + op.counters.len + op.blob.len == 0);
}

static void try_intent(yyjson_val *params)
{
	static uint8_t bytes[VCH_COSIGN_INTENT_REQUEST_ENC_MAX];
	static struct vch_cosign_intent_request req;
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_json_fault fault = {0};
	uint64_t valid_until;

	if (vch_json_intent(&w, &valid_until, params, &fault) != VCH_OK) {
		VCH_CHECK(fault.bad);
		return;
	}
	VCH_CHECK(vch_cosign_intent_request_decode(&req, vch_written(&w)) ==
		  VCH_OK);
	VCH_CHECK(req.intent.valid_until == valid_until);
	VCH_CHECK(req.config.len + req.counters.len + req.blob.len +
			  req.waits_cnt ==
		  0);
}

static void try_create(yyjson_val *params)
{
	static uint8_t bytes[VCH_CREATE_ACCOUNT_REQUEST_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_create_account_request req;
	struct vch_json_fault fault = {0};

	if (vch_json_create(&req, params, &fault) != VCH_OK) {
		VCH_CHECK(fault.bad);
		return;
	}
	VCH_CHECK(vch_create_account_request_encode(&w, &req) == VCH_OK);
	VCH_CHECK(vch_create_account_request_decode(&req, vch_written(&w)) ==
		  VCH_OK);
}

static void try_change(yyjson_val *params)
{
	static uint8_t bytes[VCH_CHANGE_ACCOUNT_REQUEST_ENC_MAX];
	static struct vch_change_account_request req;
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_json_fault fault = {0};

	if (vch_json_change(&w, params, &fault) != VCH_OK) {
		VCH_CHECK(fault.bad);
		return;
	}
	VCH_CHECK(vch_change_account_request_decode(&req, vch_written(&w)) ==
		  VCH_OK);
	VCH_CHECK(req.config.len + req.counters.len == 0);
}

static void try_resume(yyjson_val *params)
{
	static uint8_t bytes[VCH_RESUME_REQUEST_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_json_fault fault = {0};
	struct vch_resume_request req;

	if (vch_json_resume(&w, params, &fault) != VCH_OK) {
		VCH_CHECK(fault.bad);
		return;
	}
	VCH_CHECK(vch_resume_request_decode(&req, vch_written(&w)) == VCH_OK);
	VCH_CHECK(req.config.len + req.counters.len == 0);
}

static void try_policy(yyjson_val *params)
{
	static uint8_t bytes[VCH_GENERATE_KEY_REQUEST_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_json_fault fault = {0};
	struct vch_generate_key_request req = {0};
	struct vch_policy_bytes owner;

	if (vch_json_policy(&req.policy, &req.flags, &owner, params, &fault) !=
	    VCH_OK) {
		VCH_CHECK(fault.bad);
		return;
	}
	VCH_CHECK(vch_generate_key_request_encode(&w, &req) == VCH_OK);
	VCH_CHECK(vch_generate_key_request_decode(&req, vch_written(&w)) ==
		  VCH_OK);
}

static void try_key_request(yyjson_val *params)
{
	static uint8_t bytes[VCH_KEY_REQUEST_ENC_MAX];
	static struct vch_key_request_bytes parts;
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_json_fault fault = {0};
	struct vch_json_in in = vch_json_in(params, "params", &fault);
	struct vch_key_request req = {0};

	vch_json_get_bytes(&in, "key", req.key, 20);
	vch_json_key_request(&req, &parts, &in);
	if (vch_json_end(&in) != VCH_OK) {
		VCH_CHECK(fault.bad);
		return;
	}
	vch_key_request_write(&w, &req);
	VCH_CHECK(!w.bad && req.kind >= VCH_PAYLOAD_TX &&
		  req.kind <= VCH_PAYLOAD_PAYMASTER);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	yyjson_doc *doc = yyjson_read((const char *)data, size,
				      YYJSON_READ_NUMBER_AS_RAW);
	yyjson_val *root = yyjson_doc_get_root(doc);

	if (yyjson_is_obj(root)) {
		try_cosign(root);
		try_intent(root);
		try_create(root);
		try_change(root);
		try_resume(root);
		try_policy(root);
		try_key_request(root);
	}
	yyjson_doc_free(doc);
	return 0;
}
