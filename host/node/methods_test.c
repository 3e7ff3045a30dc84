/* SPDX-License-Identifier: Apache-2.0 */
/* The methods over a worker and an index that the test plays itself. */
#include "host/node/methods.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/base/alloc.h"
#include "host/base/buf.h"
#include "host/node/metrics.h"
#include "host/node/options.h"
#include "host/node/topology.h"
#include "trusted/base/check.h"
#include "wire/gen/ta.h"

/* What the worker was asked, and how it shall answer. */
#define DEADLINE_MS 1234

static struct {
	uint32_t cmd;
	uint8_t request[VCH_COSIGN_OP_ENC_MAX];
	size_t request_len;
	enum vch_err refuse; /* the submission itself */
	struct vch_outcome outcome;
} worker;

enum vch_err vch_worker_submit(struct vch_worker *w, uint32_t cmd,
			       struct vch_span request, uint32_t deadline_ms,
			       vch_done_fn *done, void *ctx)
{
	(void)w;
	assert_int_equal(deadline_ms, DEADLINE_MS);
	assert_true(request.len <= sizeof(worker.request));
	worker.cmd = cmd;
	memcpy(worker.request, request.ptr, request.len);
	worker.request_len = request.len;
	if (worker.refuse != VCH_OK)
		return worker.refuse;
	done(ctx, &worker.outcome);
	return VCH_OK;
}

void vch_worker_submit_all(struct vch_worker *w, uint32_t cmd,
			   struct vch_submission *sub, size_t cnt,
			   uint32_t deadline_ms, vch_done_fn *done)
{
	for (size_t i = 0; i < cnt; i++)
		sub[i].err = vch_worker_submit(w, cmd, sub[i].request,
					       deadline_ms, done, sub[i].ctx);
}

static uint8_t known_id[20] = {0xaa};

enum vch_err vch_index_get(struct vch_index *index,
			   struct vch_account_view *ret, const uint8_t id[20],
			   bool with_receipt)
{
	(void)index;
	assert_true(with_receipt);
	if (memcmp(id, known_id, 20) != 0)
		return VCH_ACCOUNT;
	memset(ret, 0, sizeof(*ret));
	ret->receipt = vch_alloc(1, 2);
	ret->receipt_len = 2;
	return VCH_OK;
}

size_t vch_index_keys(struct vch_index *index, uint8_t (*ret_ids)[20],
		      size_t cap, const uint8_t after[20])
{
	(void)index;
	assert_int_equal(cap, 64);
	if (memcmp(after, known_id, 20) >= 0)
		return 0;
	memcpy(ret_ids[0], known_id, 20);
	return 1;
}

enum vch_err vch_index_by_address(struct vch_index *index, uint8_t ret_id[20],
				  const uint8_t address[20])
{
	(void)index;
	if (memcmp(address, known_id, 20) != 0)
		return VCH_NO_KEY;
	memcpy(ret_id, known_id, 20);
	return VCH_OK;
}

size_t vch_index_addresses(struct vch_index *index, uint8_t (*ret)[20],
			   size_t cap)
{
	(void)index;
	assert_true(cap > 0);
	memcpy(ret[0], known_id, 20);
	return 1;
}

static struct vch_node node = {.deadline_ms = DEADLINE_MS};
static yyjson_doc *answer;
static enum vch_err ended;

static void on_done(void *ctx, char *text, size_t len, enum vch_err err)
{
	(void)ctx;
	yyjson_doc_free(answer);
	answer = yyjson_read(text, len, 0);
	assert_non_null(answer);
	ended = err;
	free(text);
}

/* Calls a method; returns its result, or its error's data. */
static yyjson_val *call_as(bool authorised, const char *method,
			   const char *params)
{
	const struct vch_rpc_server server = {
		.methods = vch_methods,
		.method_cnt = vch_method_cnt,
		.ctx = &node,
	};
	struct vch_buf body = vch_buf(1u << 16);
	yyjson_val *root;

	vch_buf_printf(&body,
		       "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\","
		       "\"params\":%s}",
		       method, params);
	vch_buf_add(&body, "\0\0\0\0", VCH_RPC_PADDING);
	vch_rpc_run(&server, (char *)body.ptr, body.len - VCH_RPC_PADDING,
		    authorised, on_done, NULL);
	vch_buf_free(&body);
	root = yyjson_doc_get_root(answer);
	if (ended == VCH_OK)
		return yyjson_obj_get(root, "result");
	return yyjson_obj_get(yyjson_obj_get(root, "error"), "data");
}

static int set_up(void **state)
{
	(void)state;
	memset(&worker, 0, sizeof(worker));
	return 0;
}

#define ADDRESS "\"0x1111111111111111111111111111111111111111\""
#define WORD                                                                   \
	"\"0x111111111111111111111111111111111111111111111111111111111111111"  \
	"1\""
#define SIGNATURE                                                              \
	"\"0x111111111111111111111111111111111111111111111111111111111111111"  \
	"11111111111111111111111111111111111111111111111111111111111111111\""
#define COSIGN                                                                 \
	"{\"account\":" ADDRESS ",\"chainId\":1,\"entryPoint\":" ADDRESS       \
	",\"userOperation\":{\"sender\":" ADDRESS ",\"nonce\":0,"              \
	"\"callData\":\"0x\",\"callGasLimit\":1,\"verificationGasLimit\":1,"   \
	"\"preVerificationGas\":1,\"maxFeePerGas\":1,"                         \
	"\"maxPriorityFeePerGas\":1},\"validUntil\":99,\"assertion\":{"        \
	"\"passkey\":0,\"authenticatorData\":\"0x\",\"clientDataJSON\":"       \
	"\"0x\",\"signature\":" SIGNATURE "}}"
#define CREATE                                                                 \
	"{\"passkey\":{\"x\":" WORD ",\"y\":" WORD ",\"rpIdHash\":" WORD "},"  \
	"\"origins\":[],\"networks\":[],\"factory\":" ADDRESS                  \
	",\"implementation\":" ADDRESS "}"

static struct vch_span encode_result(uint8_t *to, enum vch_err code)
{
	const struct vch_cosign_result result = {
		.code = (uint16_t)code, .recorded = 1, .signature = {0xab}};
	struct vch_writer w = vch_writer(to, VCH_COSIGN_RESULT_ENC_MAX);

	assert_int_equal(vch_cosign_result_encode(&w, &result), VCH_OK);
	return vch_written(&w);
}

static void test_cosign(void **state)
{
	uint8_t bytes[VCH_COSIGN_RESULT_ENC_MAX];
	yyjson_val *got;

	(void)state;
	worker.outcome.answer = encode_result(bytes, VCH_OK);
	worker.outcome.receipt = vch_span("\x01\x02", 2);
	got = call_as(true, "vouch_cosign", COSIGN);
	assert_int_equal(ended, VCH_OK);
	assert_int_equal(worker.cmd, VCH_CMD_COSIGN_BATCH);
	assert_int_equal(yyjson_get_len(yyjson_obj_get(got, "signature")), 132);
	assert_true(
		yyjson_equals_str(yyjson_obj_get(got, "validUntil"), "0x63"));
	assert_true(
		yyjson_equals_str(yyjson_obj_get(got, "receipt"), "0x0102"));
}

/* A refusal carries its receipt; one the host cannot read is INTERNAL. */
static void test_cosign_refused(void **state)
{
	uint8_t bytes[VCH_COSIGN_RESULT_ENC_MAX];
	yyjson_val *got;

	(void)state;
	worker.outcome.answer = encode_result(bytes, VCH_LIMIT);
	worker.outcome.receipt = vch_span("\x03", 1);
	got = call_as(true, "vouch_cosign", COSIGN);
	assert_int_equal(ended, VCH_LIMIT);
	assert_true(yyjson_equals_str(yyjson_obj_get(got, "name"), "LIMIT"));
	assert_true(yyjson_equals_str(yyjson_obj_get(got, "receipt"), "0x03"));
	worker.outcome.receipt = vch_span(NULL, 0);
	got = call_as(true, "vouch_cosign", COSIGN);
	assert_null(yyjson_obj_get(got, "receipt"));
	worker.outcome.answer = encode_result(bytes, (enum vch_err)999);
	call_as(true, "vouch_cosign", COSIGN);
	assert_int_equal(ended, VCH_INTERNAL);
	worker.outcome.answer = vch_span("x", 1);
	call_as(true, "vouch_cosign", COSIGN);
	assert_int_equal(ended, VCH_INTERNAL);
}

static void test_worker_errors(void **state)
{
	static const enum vch_err errs[] = {VCH_TEE_LOST, VCH_LOG_WRITE,
					    VCH_TIMEOUT};

	(void)state;
	for (size_t i = 0; i < VCH_ARRAY_LEN(errs); i++) {
		worker.outcome.err = errs[i];
		call_as(true, "vouch_cosign", COSIGN);
		assert_int_equal(ended, errs[i]);
		call_as(true, "vouch_createAccount", CREATE);
		assert_int_equal(ended, errs[i]);
		call_as(true, "kms_attest", "{\"challenge\":" WORD "}");
		assert_int_equal(ended, errs[i]);
	}
	worker.refuse = VCH_OVERLOADED;
	call_as(true, "vouch_cosign", COSIGN);
	assert_int_equal(ended, VCH_OVERLOADED);
}

static void test_create(void **state)
{
	uint8_t bytes[VCH_CREATE_ACCOUNT_ANSWER_ENC_MAX];
	const struct vch_create_account_answer made = {.address = {1},
						       .cosigner = {2}};
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	yyjson_val *got;

	(void)state;
	assert_int_equal(vch_create_account_answer_encode(&w, &made), VCH_OK);
	worker.outcome.answer = vch_written(&w);
	worker.outcome.receipt = vch_span("\x05", 1);
	got = call_as(true, "vouch_createAccount", CREATE);
	assert_int_equal(ended, VCH_OK);
	assert_int_equal(worker.cmd, VCH_CMD_CREATE_ACCOUNT);
	assert_true(yyjson_equals_str(
		yyjson_obj_get(got, "cosigner"),
		"0x0200000000000000000000000000000000000000"));
	assert_true(yyjson_equals_str(yyjson_obj_get(got, "receipt"), "0x05"));
}

/* What signs or changes needs the token, and never reaches the TEE else. */
static void test_tokens(void **state)
{
	(void)state;
	call_as(false, "vouch_cosign", COSIGN);
	assert_int_equal(ended, VCH_TOKEN);
	call_as(false, "vouch_createAccount", CREATE);
	assert_int_equal(ended, VCH_TOKEN);
	assert_int_equal(worker.cmd, 0);
}

static void test_receipt(void **state)
{
	yyjson_val *got;

	(void)state;
	got = call_as(false, "vouch_getReceipt",
		      "{\"account\":"
		      "\"0xaa00000000000000000000000000000000000000\"}");
	assert_int_equal(ended, VCH_OK);
	assert_true(
		yyjson_equals_str(yyjson_obj_get(got, "receipt"), "0x0000"));
	call_as(false, "vouch_getReceipt", "{\"account\":" ADDRESS "}");
	assert_int_equal(ended, VCH_ACCOUNT);
	got = call_as(false, "vouch_getReceipt", "{\"address\":" ADDRESS "}");
	assert_int_equal(ended, VCH_ARGUMENT);
	assert_true(yyjson_equals_str(yyjson_obj_get(got, "detail"),
				      "params.account: missing"));
}

/* Every $ref of the document is there, and every method. */
static void check_refs(yyjson_val *schemas, yyjson_val *val, int depth)
{
	yyjson_val *ref = yyjson_obj_get(val, "$ref");
	const char *prefix = "#/components/schemas/";
	yyjson_val *child;
	yyjson_val *key;
	size_t i;
	size_t max;

	assert_true(depth < 16);
	if (ref) {
		assert_memory_equal(yyjson_get_str(ref), prefix,
				    strlen(prefix));
		assert_non_null(yyjson_obj_get(
			schemas, yyjson_get_str(ref) + strlen(prefix)));
	}
	yyjson_arr_foreach (val, i, max, child)
		check_refs(schemas, child, depth + 1);
	yyjson_obj_foreach (val, i, max, key, child)
		check_refs(schemas, child, depth + 1);
}

static void test_discover(void **state)
{
	yyjson_val *got = call_as(false, "rpc.discover", "{}");
	yyjson_val *methods = yyjson_obj_get(got, "methods");
	yyjson_val *schemas =
		yyjson_obj_get(yyjson_obj_get(got, "components"), "schemas");
	yyjson_val *op = yyjson_obj_get(schemas, "userOperation");

	(void)state;
	assert_int_equal(ended, VCH_OK);
	assert_int_equal(yyjson_arr_size(methods), vch_method_cnt);
	check_refs(schemas, got, 0);
	assert_int_equal(yyjson_arr_size(yyjson_obj_get(op, "required")), 8);
	assert_int_equal(yyjson_obj_size(yyjson_obj_get(op, "properties")), 15);
	call_as(false, "rpc.discover", "{\"x\":1}");
	assert_int_equal(ended, VCH_ARGUMENT);
}

static void test_metrics(void **state)
{
	static struct vch_metrics metrics;
	static const char *const names[] = {"one", "two"};
	struct vch_buf out = vch_buf(1u << 20);
	const char *text;

	(void)state;
	vch_metrics_add(&metrics, 0, VCH_OK, 1000000);
	vch_metrics_add(&metrics, 0, VCH_OK, 50000);
	vch_metrics_add(&metrics, 0, VCH_LIMIT, 20000000000);
	vch_metrics_add(&metrics, -1, VCH_METHOD, 1);
	vch_metrics_print(&out, &metrics, names, 2);
	text = vch_buf_text(&out);
	assert_non_null(strstr(text, "vouch_operations_total{method=\"one\","
				     "code=\"OK\"} 2\n"));
	assert_non_null(strstr(text, "{method=\"one\",code=\"LIMIT\"} 1\n"));
	assert_non_null(strstr(text, "{method=\"two\",code=\"OK\"} 0\n"));
	assert_non_null(
		strstr(text, "{method=\"unknown\",code=\"METHOD\"} 1\n"));
	/* Buckets are cumulative and hold their own bound. */
	assert_non_null(strstr(text, "{method=\"one\",le=\"5e-05\"} 1\n"));
	assert_non_null(strstr(text, "{method=\"one\",le=\"0.0005\"} 1\n"));
	assert_non_null(strstr(text, "{method=\"one\",le=\"0.001\"} 2\n"));
	assert_non_null(strstr(text, "{method=\"one\",le=\"10\"} 2\n"));
	assert_non_null(strstr(text, "{method=\"one\",le=\"+Inf\"} 3\n"));
	assert_non_null(strstr(text, "_sum{method=\"one\"} 20.001050000\n"));
	assert_non_null(strstr(text, "_count{method=\"one\"} 3\n"));
	vch_buf_free(&out);
}

static void test_inside(void **state)
{
	(void)state;
	assert_true(vch_path_is_inside("/a/b", "/a/b"));
	assert_true(vch_path_is_inside("/a/b/c", "/a/b"));
	assert_true(vch_path_is_inside("/a/b/c", "/a/b/"));
	assert_true(vch_path_is_inside("/a", "/"));
	assert_false(vch_path_is_inside("/a/bc", "/a/b"));
	assert_false(vch_path_is_inside("/a", "/a/b"));
	assert_false(vch_path_is_inside("/b", "/a"));
}

static void test_topology(void **state)
{
	(void)state;
	for (int i = 0; i < VCH_PLACE_CNT; i++) {
		assert_non_null(vch_places[i].holder);
		assert_non_null(vch_places[i].kind);
		assert_non_null(vch_places[i].where);
		assert_non_null(vch_places[i].what);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_cosign, set_up),
		cmocka_unit_test_setup(test_cosign_refused, set_up),
		cmocka_unit_test_setup(test_worker_errors, set_up),
		cmocka_unit_test_setup(test_create, set_up),
		cmocka_unit_test_setup(test_tokens, set_up),
		cmocka_unit_test_setup(test_receipt, set_up),
		cmocka_unit_test_setup(test_discover, set_up),
		cmocka_unit_test(test_metrics),
		cmocka_unit_test(test_inside),
		cmocka_unit_test(test_topology),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	yyjson_doc_free(answer);
	return failed;
}
