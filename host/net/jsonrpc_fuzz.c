/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the input is a body. There must be exactly one answer,
 * and it must be JSON that says id and either result or error; what a getter
 * of every kind reads must be within its bounds.
 */
#include "host/net/jsonrpc.h"

#include <stdlib.h>
#include <string.h>

#include "host/base/alloc.h"
#include "trusted/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int answers;

/* Reads one of everything, optional where it can be. */
static void all_kinds(struct vch_call *call, yyjson_val *params)
{
	struct vch_json_fault fault = {0};
	struct vch_json_in in = vch_json_in(params, "params", &fault);
	struct vch_json_list list = vch_json_get_list(&in, "l", 4);
	struct vch_json_in object = vch_json_get_object(&in, "o");
	struct vch_buf out = vch_json_out();
	uint8_t bytes[33];

	VCH_CHECK(list.cnt <= 4);
	for (size_t i = 0; i < list.cnt; i++)
		VCH_CHECK(vch_json_list_text(&list, i, 8).len <= 8);
	vch_json_get_bytes(&object, "b", bytes, 20);
	vch_json_get_uint(&object, "u", bytes, 32);
	VCH_CHECK(vch_json_get_hex(&object, "h", bytes, 33).len <= 33);
	VCH_CHECK(vch_json_get_u64(&object, "n", 99) <= 99);
	VCH_CHECK(vch_json_get_text(&object, "t", 5).len <= 5);
	if (vch_json_end(&object) != VCH_OK || vch_json_end(&in) != VCH_OK) {
		VCH_CHECK(strlen(fault.detail) < VCH_JSON_DETAIL_MAX);
		vch_call_fault(call, &fault);
		return;
	}
	VCH_CHECK(!fault.bad);
	vch_json_put_hex(&out, NULL, bytes, sizeof(bytes));
	vch_call_result(call, &out);
}

static void check_one(yyjson_val *one)
{
	bool result = yyjson_obj_get(one, "result") != NULL;
	bool error = yyjson_obj_get(one, "error") != NULL;

	VCH_CHECK(yyjson_obj_get(one, "id"));
	VCH_CHECK(result != error);
}

static void on_done(void *ctx, char *text, size_t len, enum vch_err err)
{
	yyjson_doc *doc;
	yyjson_val *one;
	size_t i;
	size_t max;

	(void)ctx;
	answers++;
	if (!text) {
		VCH_CHECK(err == VCH_OK);
		return;
	}
	doc = yyjson_read(text, len, YYJSON_READ_NUMBER_AS_RAW);
	VCH_CHECK(doc);
	if (yyjson_is_obj(yyjson_doc_get_root(doc)))
		check_one(yyjson_doc_get_root(doc));
	yyjson_arr_foreach (yyjson_doc_get_root(doc), i, max, one)
		check_one(one);
	yyjson_doc_free(doc);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct vch_method methods[] = {
		{.name = "m", .run = all_kinds},
	};
	static const struct vch_rpc_server server = {
		.methods = methods,
		.method_cnt = 1,
	};
	char *body = vch_alloc(1, size + VCH_RPC_PADDING);

	if (size > 0)
		memcpy(body, data, size);
	answers = 0;
	vch_rpc_run(&server, body, size, false, on_done, NULL);
	VCH_CHECK(answers == 1);
	free(body);
	return 0;
}
