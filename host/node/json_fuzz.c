/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the input is the params of vouch_cosign, of
 * vouch_cosignIntent and of vouch_createAccount. What is taken must fit its
 * struct and encode to what decodes again.
 */
#include <stdlib.h>

#include "host/node/json_change.h"
#include "host/node/json_cosign.h"
#include "host/node/json_create.h"
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	yyjson_doc *doc = yyjson_read((const char *)data, size,
				      YYJSON_READ_NUMBER_AS_RAW);
	yyjson_val *root = yyjson_doc_get_root(doc);

	if (yyjson_is_obj(root)) {
		try_cosign(root);
		try_intent(root);
		try_create(root);
	}
	yyjson_doc_free(doc);
	return 0;
}
