/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/jsonrpc.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trusted/base/check.h"

/* Calls that `hold` took, to be answered by the test. */
static struct vch_call *held[VCH_RPC_CALLS_MAX];
static size_t held_cnt;

static struct {
	char text[8192];
	enum vch_err err;
	int times;
	bool none;
} got;

/* atomic: calls that are held are answered by threads of their own */
static _Atomic int observed;
static _Atomic int observed_method;
static _Atomic enum vch_err observed_err;

static void echo(struct vch_call *call, yyjson_val *params)
{
	struct vch_json_fault fault = {0};
	struct vch_json_in in = vch_json_in(params, "params", &fault);
	struct vch_buf out = vch_json_out();
	uint64_t n = vch_json_get_u64(&in, "n", 1000);

	if (vch_json_end(&in) != VCH_OK) {
		vch_call_fault(call, &fault);
		return;
	}
	vch_json_put_quantity(&out, NULL, n);
	vch_call_result(call, &out);
}

static void hold(struct vch_call *call, yyjson_val *params)
{
	(void)params;
	VCH_CHECK(held_cnt < VCH_RPC_CALLS_MAX);
	vch_call_keep(call, held_cnt);
	held[held_cnt++] = call;
}

static void too_much(struct vch_call *call, yyjson_val *params)
{
	struct vch_buf out = vch_json_out();

	(void)params;
	vch_json_put_hex(&out, NULL, "", VCH_JSON_OUT_MAX);
	vch_call_result(call, &out);
}

/* The name it was called by and how many params; "far_off" fails. */
static void far(struct vch_call *call, yyjson_val *params)
{
	static const char error[] = "{\"code\":3,\"message\":\"no\"}";
	struct vch_buf out = vch_json_out();

	if (strcmp(vch_call_method(call), "far_off") == 0) {
		vch_call_foreign_error(call, error, sizeof(error) - 1);
		return;
	}
	vch_json_open(&out, NULL, '[');
	vch_json_put_str(&out, NULL, vch_call_method(call));
	vch_json_put_number(&out, NULL, (int64_t)yyjson_arr_size(params));
	vch_json_close(&out, ']');
	vch_call_result(call, &out);
}

static const struct vch_method METHODS[] = {
	{.name = "echo", .run = echo},
	{.name = "hold", .needs_token = true, .run = hold},
	{.name = "big", .run = too_much},
	{.name = "far_*", .run = far, .positional = true},
};

static void observe(void *ctx, int method, enum vch_err err, uint64_t ns)
{
	(void)ns;
	assert_ptr_equal(ctx, &observed);
	observed++;
	observed_method = method;
	observed_err = err;
}

static uint32_t counted;

static void count(void *ctx, uint32_t cnt)
{
	(void)ctx;
	counted = cnt;
}

static const struct vch_rpc_server SERVER = {
	.methods = METHODS,
	.method_cnt = VCH_ARRAY_LEN(METHODS),
	.count = count,
	.observe = observe,
	.ctx = &observed,
};

static void on_done(void *ctx, char *text, size_t len, enum vch_err err)
{
	assert_null(ctx);
	assert_true(len < sizeof(got.text));
	got.times++;
	got.none = !text;
	got.err = err;
	if (text)
		memcpy(got.text, text, len);
	got.text[len] = '\0';
	free(text);
}

static char body[70000];

static void run_as(bool authorised, const char *text)
{
	size_t len = strlen(text);

	assert_true(len + VCH_RPC_PADDING <= sizeof(body));
	memcpy(body, text, len);
	memset(&got, 0, sizeof(got));
	held_cnt = 0;
	observed = 0;
	vch_rpc_run(&SERVER, body, len, authorised, on_done, NULL);
}

static void expect(const char *request, const char *answer)
{
	run_as(true, request);
	assert_int_equal(got.times, 1);
	assert_string_equal(got.text, answer);
}

#define HEAD "{\"jsonrpc\":\"2.0\","

static void test_single(void **state)
{
	(void)state;
	expect(HEAD "\"id\":7,\"method\":\"echo\",\"params\":{\"n\":\"0x2a\"}}",
	       HEAD "\"id\":7,\"result\":\"0x2a\"}");
	assert_int_equal(observed, 1);
	assert_int_equal(observed_method, 0);
	assert_int_equal(observed_err, VCH_OK);
	expect(HEAD "\"id\":7,\"method\":\"echo\",\"params\":[{\"n\":42}]}",
	       HEAD "\"id\":7,\"result\":\"0x2a\"}");
}

/* Each call of a body is of its own method, whatever the one before was. */
static void test_mixed(void **state)
{
	(void)state;
	expect("[" HEAD
	       "\"id\":1,\"method\":\"echo\",\"params\":{\"n\":1}}," HEAD
	       "\"id\":2,\"method\":\"far_a\"}," HEAD
	       "\"id\":3,\"method\":\"far_b\"}," HEAD
	       "\"id\":4,\"method\":\"echo\",\"params\":{\"n\":2}}," HEAD
	       "\"id\":5,\"method\":\"echo\",\"params\":{\"n\":3}}]",
	       "[" HEAD "\"id\":1,\"result\":\"0x1\"}," HEAD
	       "\"id\":2,\"result\":[\"far_a\",0]}," HEAD
	       "\"id\":3,\"result\":[\"far_b\",0]}," HEAD
	       "\"id\":4,\"result\":\"0x2\"}," HEAD
	       "\"id\":5,\"result\":\"0x3\"}]");
}

/* A row that stands for many names, with params by position. */
static void test_positional(void **state)
{
	(void)state;
	expect(HEAD "\"id\":1,\"method\":\"far_a\",\"params\":[1,{},\"x\"]}",
	       HEAD "\"id\":1,\"result\":[\"far_a\",3]}");
	assert_int_equal(observed_method, 3);
	expect(HEAD "\"id\":1,\"method\":\"far_\"}",
	       HEAD "\"id\":1,\"result\":[\"far_\",0]}");
	expect(HEAD "\"id\":1,\"method\":\"far_off\"}",
	       HEAD "\"id\":1,\"error\":{\"code\":3,\"message\":\"no\"}}");
	assert_int_equal(observed_err, VCH_CHAIN_RPC);
	run_as(true, HEAD "\"id\":1,\"method\":\"far_a\",\"params\":{}}");
	assert_int_equal(got.err, VCH_ARGUMENT);
	run_as(true, HEAD "\"id\":1,\"method\":\"farther\"}");
	assert_int_equal(got.err, VCH_METHOD);
}

/* Ids come back as they were sent, to the digit. */
static void test_ids(void **state)
{
	static const char *const good[] = {
		"0",
		"-1",
		"1.50",
		"1e3",
		"18446744073709551616",
		"\"\"",
		"\"abc\"",
		"\"a\\\"b\"",
		"\"\\u0001\"",
		"null",
	};
	static const char *const bad[] = {"{}", "[]", "true", "[1]"};
	char request[256];
	char answer[256];

	(void)state;
	for (size_t i = 0; i < VCH_ARRAY_LEN(good); i++) {
		snprintf(request, sizeof(request),
			 HEAD "\"id\":%s,\"method\":\"echo\","
			      "\"params\":{\"n\":1}}",
			 good[i]);
		snprintf(answer, sizeof(answer),
			 HEAD "\"id\":%s,\"result\":\"0x1\"}", good[i]);
		expect(request, answer);
	}
	for (size_t i = 0; i < VCH_ARRAY_LEN(bad); i++) {
		snprintf(request, sizeof(request),
			 HEAD "\"id\":%s,\"method\":\"echo\"}", bad[i]);
		run_as(true, request);
		assert_int_equal(got.err, VCH_JSON);
		assert_non_null(strstr(got.text, "\"id\":null"));
		assert_non_null(strstr(got.text, "\"code\":-32600"));
	}
}

static void test_long_id(void **state)
{
	char request[512];
	char id[300];

	(void)state;
	memset(id, 'i', sizeof(id));
	id[256] = '\0';
	snprintf(request, sizeof(request),
		 HEAD "\"id\":\"%s\",\"method\":\"echo\","
		      "\"params\":{\"n\":1}}",
		 id);
	run_as(true, request);
	assert_int_equal(got.err, VCH_OK);
	id[256] = 'i';
	id[257] = '\0';
	snprintf(request, sizeof(request),
		 HEAD "\"id\":\"%s\",\"method\":\"echo\"}", id);
	run_as(true, request);
	assert_int_equal(got.err, VCH_JSON);
}

static void test_refused(void **state)
{
	static const struct {
		const char *request;
		const char *code;
		enum vch_err err;
	} rows[] = {
		{"", "-32700", VCH_JSON},
		{"{", "-32700", VCH_JSON},
		{"\x80", "-32700", VCH_JSON},
		{HEAD "\"id\":1,\"method\":\"echo\"} x", "-32700", VCH_JSON},
		{"[]", "-32600", VCH_JSON},
		{"7", "-32600", VCH_JSON},
		{"{\"id\":1,\"method\":\"echo\"}", "-32600", VCH_JSON},
		{"{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"echo\"}", "-32600",
		 VCH_JSON},
		{HEAD "\"id\":1,\"method\":1}", "-32600", VCH_JSON},
		{HEAD "\"id\":1}", "-32600", VCH_JSON},
		{HEAD "\"id\":1,\"method\":\"echo\",\"more\":1}", "-32600",
		 VCH_JSON},
		{HEAD "\"id\":1,\"id\":1,\"method\":\"echo\"}", "-32600",
		 VCH_JSON},
		{HEAD "\"id\":1,\"method\":\"none\"}", "-32601", VCH_METHOD},
		{HEAD "\"id\":1,\"method\":\"echo\"}", "-32602", VCH_ARGUMENT},
		{HEAD "\"id\":1,\"method\":\"echo\",\"params\":[{},{}]}",
		 "-32602", VCH_ARGUMENT},
		{HEAD "\"id\":1,\"method\":\"echo\",\"params\":[1]}", "-32602",
		 VCH_ARGUMENT},
		{HEAD "\"id\":1,\"method\":\"echo\",\"params\":3}", "-32602",
		 VCH_ARGUMENT},
		{HEAD "\"id\":1,\"method\":\"big\"}", "-32060", VCH_INTERNAL},
	};
	char code[32];

	(void)state;
	for (size_t i = 0; i < VCH_ARRAY_LEN(rows); i++) {
		run_as(true, rows[i].request);
		snprintf(code, sizeof(code), "\"code\":%s,", rows[i].code);
		assert_int_equal(got.times, 1);
		assert_int_equal(got.err, rows[i].err);
		assert_non_null(strstr(got.text, code));
	}
}

static void test_token(void **state)
{
	(void)state;
	run_as(false, HEAD "\"id\":1,\"method\":\"hold\"}");
	assert_int_equal(held_cnt, 0);
	assert_int_equal(got.err, VCH_TOKEN);
	assert_non_null(strstr(got.text, "\"code\":-32064,"));
	run_as(false, "[" HEAD "\"id\":1,\"method\":\"hold\"}]");
	assert_int_equal(held_cnt, 0);
	assert_int_equal(got.err, VCH_OK);
	assert_non_null(strstr(got.text, "\"name\":\"TOKEN\""));
}

static void test_notifications(void **state)
{
	(void)state;
	run_as(true, HEAD "\"method\":\"echo\",\"params\":{\"n\":1}}");
	assert_true(got.none);
	assert_int_equal(got.err, VCH_OK);
	assert_int_equal(observed, 1);
	run_as(true, HEAD "\"method\":\"none\"}");
	assert_true(got.none);
	assert_int_equal(got.err, VCH_OK);
	run_as(true, "[" HEAD "\"method\":\"none\"}]");
	assert_true(got.none);
	expect("[" HEAD "\"method\":\"none\"}," HEAD
	       "\"id\":2,\"method\":\"echo\",\"params\":{\"n\":0}}]",
	       "[" HEAD "\"id\":2,\"result\":\"0x0\"}]");
}

static void *answer_held(void *ctx)
{
	size_t first = *(size_t *)ctx;

	for (size_t i = held_cnt; i-- > 0;) {
		struct vch_buf out = vch_json_out();

		if (i % 2 != first)
			continue;
		assert_int_equal(vch_call_kept(held[i]), i);
		vch_json_put_number(&out, NULL, (int64_t)i);
		vch_call_result(held[i], &out);
	}
	return NULL;
}

/* Answers come late, from two threads, backwards; they leave in order. */
static void test_late(void **state)
{
	struct vch_buf request = vch_buf(sizeof(body));
	size_t parity[2] = {0, 1};
	pthread_t thread[2];
	char *at;

	(void)state;
	for (int i = 0; i < VCH_RPC_CALLS_MAX; i++)
		vch_buf_printf(&request,
			       "%s" HEAD "\"id\":%d,\"method\":\"hold\"}",
			       i == 0 ? "[" : ",", i);
	vch_buf_add_text(&request, "]");
	run_as(true, vch_buf_text(&request));
	vch_buf_free(&request);
	assert_int_equal(held_cnt, VCH_RPC_CALLS_MAX);
	assert_int_equal(got.times, 0);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, answer_held,
						&parity[i]),
				 0);
	for (size_t i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	assert_int_equal(got.times, 1);
	at = got.text;
	for (int i = 0; i < VCH_RPC_CALLS_MAX; i++) {
		char one[64];

		snprintf(one, sizeof(one), "\"id\":%d,\"result\":%d}", i, i);
		at = strstr(at, one);
		assert_non_null(at);
	}
}

/* Told before any runs, so that limits can count what a body holds. */
static void test_counted(void **state)
{
	(void)state;
	run_as(true, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\"}");
	assert_int_equal(counted, 1);
	run_as(true, "[{},{},{}]");
	assert_int_equal(counted, 3);
}

static void test_batch_of_65(void **state)
{
	struct vch_buf request = vch_buf(sizeof(body));

	(void)state;
	for (int i = 0; i <= VCH_RPC_CALLS_MAX; i++)
		vch_buf_add_text(&request, i == 0 ? "[{}" : ",{}");
	vch_buf_add_text(&request, "]");
	run_as(true, vch_buf_text(&request));
	vch_buf_free(&request);
	assert_non_null(strstr(got.text, "\"code\":-32600"));
	assert_int_equal(got.text[0], '{');
}

static void test_deep(void **state)
{
	const size_t depth = 30000;
	char *text = calloc(1, 2 * depth + 1);

	(void)state;
	assert_non_null(text);
	memset(text, '[', depth);
	memset(text + depth, ']', depth);
	run_as(true, text);
	assert_int_equal(got.times, 1);
	assert_non_null(strstr(got.text, "\"code\":-32600"));
	free(text);
}

static void test_receipt_in_error(void **state)
{
	(void)state;
	run_as(true, HEAD "\"id\":1,\"method\":\"hold\"}");
	vch_call_error(held[0], VCH_LIMIT, "too \"much\"",
		       vch_span("\x01\xff", 2));
	assert_string_equal(
		got.text,
		HEAD "\"id\":1,\"error\":{\"code\":-32047,\"message\":\"The "
		     "amount is over what is left of today's limit; wait until "
		     "the limit refills or send less.\",\"data\":{\"name\":"
		     "\"LIMIT\",\"code\":47,\"detail\":\"too \\\"much\\\"\","
		     "\"receipt\":\"0x01ff\"}}}");
	assert_int_equal(got.err, VCH_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_single),
		cmocka_unit_test(test_mixed),
		cmocka_unit_test(test_positional),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_long_id),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_notifications),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_counted),
		cmocka_unit_test(test_batch_of_65),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_receipt_in_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
