/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/base/hex.h"
#include "host/node/json_account.h"
#include "host/node/json_change.h"
#include "host/node/json_cosign.h"
#include "host/node/json_create.h"
#include "host/node/json_evidence.h"
#include "host/node/json_userop.h"
#include "trusted/base/check.h"

#define A1 "0x1111111111111111111111111111111111111111"
#define A2 "0x2222222222222222222222222222222222222222"
#define A3 "0x3333333333333333333333333333333333333333"
#define W1 "0x1111111111111111111111111111111111111111111111111111111111111111"
#define W2 "0x2222222222222222222222222222222222222222222222222222222222222222"

static struct vch_json_fault fault;
static yyjson_doc *doc;

static yyjson_val *open_text(const char *text)
{
	yyjson_doc_free(doc);
	doc = yyjson_read(text, strlen(text), YYJSON_READ_NUMBER_AS_RAW);
	assert_non_null(doc);
	memset(&fault, 0, sizeof(fault));
	return yyjson_doc_get_root(doc);
}

static void expect_hex(struct vch_span got, const char *hex)
{
	char *text = calloc(1, VCH_HEX_SIZE(got.len));

	assert_non_null(text);
	vch_hex_write(text, got);
	assert_string_equal(text, hex);
	free(text);
}

/* Members that every operation has; the rest is added behind. */
#define OP_REST                                                                \
	"\"sender\":\"" A1 "\",\"nonce\":\"0x102\",\"callData\":\"0xabcd\","   \
	"\"callGasLimit\":\"0xc1\",\"verificationGasLimit\":\"0xd2\","         \
	"\"preVerificationGas\":\"0xe3\",\"maxFeePerGas\":\"0xf4\","           \
	"\"maxPriorityFeePerGas\":5"

static struct vch_user_op op;
static struct vch_userop_bytes op_bytes;

static enum vch_err read_op(const char *members)
{
	char text[8192];
	struct vch_json_in in;

	snprintf(text, sizeof(text), "{%s}", members);
	in = vch_json_in(open_text(text), "op", &fault);
	return vch_json_userop(&op, &op_bytes, &in);
}

static void test_op_plain(void **state)
{
	(void)state;
	assert_int_equal(read_op(OP_REST), VCH_OK);
	expect_hex(vch_span(op.sender, 20), A1);
	expect_hex(vch_span(op.nonce, 32), "0x00000000000000000000000000000000"
					   "00000000000000000000000000000102");
	expect_hex(op.init_code, "0x");
	expect_hex(op.call_data, "0xabcd");
	/* verificationGasLimit in the high half, as ERC-4337 packs it */
	expect_hex(vch_span(op.account_gas_limits, 32),
		   "0x000000000000000000000000000000d2"
		   "000000000000000000000000000000c1");
	expect_hex(vch_span(op.pre_verification_gas, 32),
		   "0x00000000000000000000000000000000"
		   "000000000000000000000000000000e3");
	/* maxPriorityFeePerGas in the high half */
	expect_hex(vch_span(op.gas_fees, 32),
		   "0x00000000000000000000000000000005"
		   "000000000000000000000000000000f4");
	expect_hex(op.paymaster_and_data, "0x");
}

static void test_op_factory(void **state)
{
	(void)state;
	assert_int_equal(read_op(OP_REST ",\"factory\":\"" A2
					 "\",\"factoryData\":\"0x010203\""),
			 VCH_OK);
	expect_hex(op.init_code, A2 "010203");
	assert_int_equal(read_op(OP_REST ",\"factory\":\"" A2 "\""), VCH_OK);
	expect_hex(op.init_code, A2);
	assert_int_equal(read_op(OP_REST ",\"factory\":null"), VCH_OK);
	expect_hex(op.init_code, "0x");
	assert_int_equal(read_op(OP_REST ",\"factoryData\":\"0x01\""),
			 VCH_ARGUMENT);
	assert_string_equal(fault.detail, "op.factoryData: unknown member");
}

static void test_op_paymaster(void **state)
{
	const char *limits = ",\"paymasterVerificationGasLimit\":\"0x7\""
			     ",\"paymasterPostOpGasLimit\":\"0x8\"";
	char text[2048];

	(void)state;
	snprintf(text, sizeof(text), OP_REST ",\"paymaster\":\"" A3 "\"%s%s",
		 limits, ",\"paymasterData\":\"0xff\"");
	assert_int_equal(read_op(text), VCH_OK);
	expect_hex(op.paymaster_and_data, A3 "00000000000000000000000000000007"
					     "00000000000000000000000000000008"
					     "ff");
	snprintf(text, sizeof(text), OP_REST ",\"paymaster\":\"" A3 "\"%s",
		 limits);
	assert_int_equal(read_op(text), VCH_OK);
	assert_int_equal(op.paymaster_and_data.len, 52);
	/* Gas limits of no paymaster would not be hashed: refused. */
	snprintf(text, sizeof(text), OP_REST "%s", limits);
	assert_int_equal(read_op(text), VCH_ARGUMENT);
	/* A paymaster without its limits is not whole. */
	assert_int_equal(read_op(OP_REST ",\"paymaster\":\"" A3 "\""),
			 VCH_ARGUMENT);
}

static void test_op_bounds(void **state)
{
	const char *huge = "0x100000000000000000000000000000000";
	char text[4096];

	(void)state;
	assert_int_equal(read_op(OP_REST ",\"signature\":\"0xdead\""), VCH_OK);
	assert_int_equal(read_op(OP_REST ",\"eip7702Auth\":{}"), VCH_ARGUMENT);
	/* A gas limit of 2^128 would spill into its neighbour. */
	snprintf(text, sizeof(text),
		 OP_REST ",\"paymaster\":\"" A3
			 "\",\"paymasterVerificationGasLimit\":\"%s\","
			 "\"paymasterPostOpGasLimit\":\"0x8\"",
		 huge);
	assert_int_equal(read_op(text), VCH_ARGUMENT);
	/* 108 bytes fit behind the factory, 109 do not. */
	for (int len = 108; len <= 109; len++) {
		snprintf(text, sizeof(text),
			 OP_REST ",\"factory\":\"" A2
				 "\",\"factoryData\":\"0x%0*d\"",
			 2 * len, 0);
		assert_int_equal(read_op(text),
				 len == 108 ? VCH_OK : VCH_ARGUMENT);
	}
}

#define PASSKEY                                                                \
	"\"passkey\":{\"x\":\"" W1 "\",\"y\":\"" W2 "\",\"rpIdHash\":\"" W1    \
	"\",\"flags\":1}"
#define CREATE_REST                                                            \
	"\"origins\":[\"http://localhost:3000\",\"https://a\"],"               \
	"\"networks\":[{\"chainId\":\"0x7a69\",\"entryPoint\":\"" A1 "\"}],"   \
	"\"factory\":\"" A2 "\",\"implementation\":\"" A3 "\""

static void test_create(void **state)
{
	struct vch_create_account_request req;

	(void)state;
	assert_int_equal(
		vch_json_create(&req,
				open_text("{" PASSKEY "," CREATE_REST "}"),
				&fault),
		VCH_OK);
	expect_hex(vch_span(req.passkey.x, 32), W1);
	expect_hex(vch_span(req.passkey.y, 32), W2);
	expect_hex(vch_span(req.passkey.rp_id_hash, 32), W1);
	assert_int_equal(req.passkey.flags, 1);
	assert_int_equal(req.origins_cnt, 2);
	assert_true(vch_span_equal(req.origins[0],
				   vch_span("http://localhost:3000", 21)));
	assert_int_equal(req.networks_cnt, 1);
	assert_int_equal(req.networks[0].chain_id, 31337);
	expect_hex(vch_span(req.networks[0].entry_point, 20), A1);
	expect_hex(vch_span(req.factory, 20), A2);
	expect_hex(vch_span(req.implementation, 20), A3);
	assert_int_equal(vch_json_create(&req, NULL, &fault), VCH_ARGUMENT);
	memset(&fault, 0, sizeof(fault));
	assert_int_equal(
		vch_json_create(&req, open_text("{" CREATE_REST "}"), &fault),
		VCH_ARGUMENT);
	assert_string_equal(fault.detail, "params.passkey: missing");
}

static void test_cosign(void **state)
{
	static const char text[] =
		"{\"account\":\"" A1 "\",\"chainId\":1,\"entryPoint\":\"" A2
		"\",\"userOperation\":{" OP_REST "},\"validUntil\":\"0x6\","
		"\"assertion\":{\"passkey\":2,\"authenticatorData\":\"0x0102\","
		"\"clientDataJSON\":\"0x03\",\"signature\":\"" W1
		"1111111111111111111111111111111111111111111111111111111111111"
		"111\"}}";
	uint8_t bytes[VCH_COSIGN_OP_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_cosign_op cosign;
	uint64_t valid_until = 0;

	(void)state;
	assert_int_equal(
		vch_json_cosign(&w, &valid_until, open_text(text), &fault),
		VCH_OK);
	assert_int_equal(valid_until, 6);
	assert_int_equal(vch_cosign_op_decode(&cosign, vch_written(&w)),
			 VCH_OK);
	expect_hex(vch_span(cosign.account, 20), A1);
	expect_hex(vch_span(cosign.entry_point, 20), A2);
	expect_hex(cosign.op.call_data, "0xabcd");
	expect_hex(cosign.assertion.auth_data, "0x0102");
	expect_hex(cosign.assertion.client_data, "0x03");
	assert_int_equal(cosign.assertion.passkey, 2);
	assert_int_equal(cosign.chain_id, 1);
	/* These are the worker's to bring. */
	assert_int_equal(
		cosign.config.len + cosign.counters.len + cosign.blob.len, 0);
	w = vch_writer(bytes, 100);
	assert_int_equal(
		vch_json_cosign(&w, &valid_until, open_text(text), &fault),
		VCH_SIZE);
}

/* There and back: what a change is written as is read as the same. */
static void test_change(void **state)
{
	static const char tail[] =
		",\"assertion\":{\"passkey\":0,\"authenticatorData\":\"0x01\","
		"\"clientDataJSON\":\"0x02\",\"signature\":\"" W1
		"1111111111111111111111111111111111111111111111111111111111111"
		"111\"}}";
	struct vch_change change = {
		.account = {1},
		.number = 7,
		.config_hash = {2},
		.policy = {.frozen = 1,
			   .fee_max = (vch_u128)3 << 64,
			   .origins_cnt = 1,
			   .origins = {{(const uint8_t *)"http://a", 8}},
			   .networks_cnt = 1,
			   .networks = {{.chain_id = 5}},
			   .assets_cnt = 1,
			   .assets = {{.token = {6}, .daily_limit = 8}},
			   .calls_cnt = 1,
			   .calls = {{.to = {9}, .selector = {10}}}}};
	static uint8_t bytes[VCH_CHANGE_ACCOUNT_REQUEST_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	uint8_t want[VCH_CHANGE_ENC_MAX], got[VCH_CHANGE_ENC_MAX];
	struct vch_writer wa = vch_writer(want, sizeof(want));
	struct vch_writer wb = vch_writer(got, sizeof(got));
	struct vch_change_account_request req;
	struct vch_buf out = vch_json_out();
	char text[2048];

	(void)state;
	vch_json_open(&out, NULL, '{');
	vch_json_put_change(&out, "change", &change);
	snprintf(text, sizeof(text), "%s%s", vch_buf_text(&out), tail);
	assert_int_equal(vch_json_change(&w, open_text(text), &fault), VCH_OK);
	assert_int_equal(
		vch_change_account_request_decode(&req, vch_written(&w)),
		VCH_OK);
	vch_change_write(&wa, &change);
	vch_change_write(&wb, &req.change);
	assert_true(vch_span_equal(vch_written(&wa), vch_written(&wb)));
	assert_int_equal(req.config.len + req.counters.len, 0);
	*strstr(text, "frozen") = 'F';
	w = vch_writer(bytes, sizeof(bytes));
	assert_int_equal(vch_json_change(&w, open_text(text), &fault),
			 VCH_ARGUMENT);
	vch_buf_free(&out);
}

static void test_intent(void **state)
{
	static const char text[] =
		"{\"account\":\"0x0100000000000000000000000000000000000000\","
		"\"chainId\":\"0x7a69\",\"number\":3,\"validUntil\":9,"
		"\"settings\":[{\"kind\":2,\"target\":"
		"\"0x0200000000000000000000000000000000000000\","
		"\"selector\":\"0x04050607\",\"value\":\"0x1\"}],"
		"\"assertion\":{\"passkey\":0,\"authenticatorData\":\"0x01\","
		"\"clientDataJSON\":\"0x02\",\"signature\":\"" W1
		"1111111111111111111111111111111111111111111111111111111111111"
		"111\"}}";
	static uint8_t bytes[VCH_COSIGN_INTENT_REQUEST_ENC_MAX];
	static struct vch_cosign_intent_request req;
	static const char *const keys[] = {"number", "kind", "selector"};
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	char bad[sizeof(text)];
	uint64_t until;

	(void)state;
	assert_int_equal(vch_json_intent(&w, &until, open_text(text), &fault),
			 VCH_OK);
	assert_int_equal(
		vch_cosign_intent_request_decode(&req, vch_written(&w)),
		VCH_OK);
	assert_int_equal(until, 9);
	assert_int_equal(req.intent.valid_until, 9);
	assert_int_equal(req.intent.account[0], 1);
	assert_int_equal(req.intent.chain_id, 31337);
	assert_int_equal(req.intent.number, 3);
	assert_int_equal(req.intent.settings_cnt, 1);
	assert_int_equal(req.intent.settings[0].kind, VCH_SETTING_CALL);
	assert_int_equal(req.intent.settings[0].target[0], 2);
	assert_int_equal(req.intent.settings[0].selector[3], 7);
	assert_true(req.intent.settings[0].value == 1);
	assert_int_equal(req.config.len + req.blob.len + req.waits_cnt, 0);
	for (size_t i = 0; i < VCH_ARRAY_LEN(keys); i++) {
		strcpy(bad, text);
		*strstr(bad, keys[i]) = 'X';
		w = vch_writer(bytes, sizeof(bytes));
		assert_int_equal(
			vch_json_intent(&w, &until, open_text(bad), &fault),
			VCH_ARGUMENT);
	}
}

static void test_account(void **state)
{
	struct vch_config config = {
		.version = VCH_CONFIG_VERSION,
		.address = {1},
		.fee_max = 16,
		.passkeys_cnt = 1,
		.origins_cnt = 1,
		.origins = {{(const uint8_t *)"https://\"a\"", 11}},
		.assets_cnt = 1,
		.assets = {{.daily_limit = 255}},
	};
	struct vch_counters counters = {
		.day = 20000, .spent_cnt = 1, .spent = {17}};
	struct vch_account_view account = {
		.slot = {.flags = VCH_SLOT_FROZEN, .seq = 9}};
	struct vch_writer w = vch_writer(account.config, VCH_CONFIG_MAX);
	struct vch_buf out = vch_json_out();
	yyjson_val *got;

	(void)state;
	assert_int_equal(vch_config_encode(&w, &config), VCH_OK);
	account.config_len = w.len;
	w = vch_writer(account.counters, VCH_COUNTERS_MAX);
	assert_int_equal(vch_counters_encode(&w, &counters), VCH_OK);
	account.counters_len = w.len;
	account.receipt = (uint8_t[]){0xaa, 0xbb};
	account.receipt_len = 2;
	assert_int_equal(vch_json_account(&out, &account), VCH_OK);
	got = open_text(vch_buf_text(&out));
	assert_true(yyjson_equals_str(yyjson_obj_get(got, "feeMax"), "0x10"));
	assert_true(yyjson_equals_str(yyjson_obj_get(got, "seq"), "0x9"));
	assert_true(yyjson_equals_str(yyjson_obj_get(got, "day"), "0x4e20"));
	assert_true(
		yyjson_equals_str(yyjson_obj_get(got, "receipt"), "0xaabb"));
	assert_true(yyjson_is_true(yyjson_obj_get(got, "frozen")));
	assert_true(yyjson_equals_str(
		yyjson_arr_get_first(yyjson_obj_get(got, "origins")),
		"https://\"a\""));
	got = yyjson_arr_get_first(yyjson_obj_get(got, "assets"));
	assert_true(
		yyjson_equals_str(yyjson_obj_get(got, "dailyLimit"), "0xff"));
	assert_true(yyjson_equals_str(yyjson_obj_get(got, "spent"), "0x11"));
	vch_buf_free(&out);
	account.config_len--;
	assert_int_equal(vch_json_account(&out, &account), VCH_CORRUPT);
	vch_buf_free(&out);
}

static void test_evidence(void **state)
{
	uint8_t claims[VCH_EVIDENCE_ENC_MAX];
	uint8_t bytes[VCH_ATTEST_ANSWER_ENC_MAX];
	const struct vch_evidence evidence = {
		.challenge = {7},
		.platform = vch_span("EMULATED", 8),
		.version = 3,
		.protect = vch_span("none", 4),
	};
	struct vch_attest_answer answer = {.signature = {9}};
	struct vch_writer w = vch_writer(claims, sizeof(claims));
	struct vch_buf out = vch_json_out();
	yyjson_val *got;

	(void)state;
	assert_int_equal(vch_evidence_encode(&w, &evidence), VCH_OK);
	answer.claims = vch_written(&w);
	w = vch_writer(bytes, sizeof(bytes));
	assert_int_equal(vch_attest_answer_encode(&w, &answer), VCH_OK);
	assert_int_equal(vch_json_evidence(&out, vch_written(&w)), VCH_OK);
	got = open_text(vch_buf_text(&out));
	assert_true(
		yyjson_equals_str(yyjson_obj_get(got, "platform"), "EMULATED"));
	assert_true(yyjson_equals_str(yyjson_obj_get(got, "protect"), "none"));
	assert_true(yyjson_equals_str(yyjson_obj_get(got, "version"), "0x3"));
	assert_int_equal(yyjson_get_len(yyjson_obj_get(got, "claims")),
			 2 + 2 * answer.claims.len);
	vch_buf_free(&out);
	assert_int_equal(vch_json_evidence(&out, vch_span(bytes, w.len - 1)),
			 VCH_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_op_plain),
		cmocka_unit_test(test_op_factory),
		cmocka_unit_test(test_op_paymaster),
		cmocka_unit_test(test_op_bounds),
		cmocka_unit_test(test_create),
		cmocka_unit_test(test_cosign),
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_intent),
		cmocka_unit_test(test_account),
		cmocka_unit_test(test_evidence),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	yyjson_doc_free(doc);
	return failed;
}
