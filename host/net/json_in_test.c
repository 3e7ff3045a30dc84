/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/json_in.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "trusted/base/check.h"

static struct vch_json_fault fault;
static yyjson_doc *doc;

static struct vch_json_in open_text(const char *text)
{
	yyjson_doc_free(doc);
	doc = yyjson_read(text, strlen(text), YYJSON_READ_NUMBER_AS_RAW);
	assert_non_null(doc);
	memset(&fault, 0, sizeof(fault));
	return vch_json_in(yyjson_doc_get_root(doc), "p", &fault);
}

/* The one member "v" of {"v": text}. */
static struct vch_json_in open_value(const char *value)
{
	char text[256];

	snprintf(text, sizeof(text), "{\"v\":%s}", value);
	return open_text(text);
}

static void test_numbers(void **state)
{
	static const struct {
		const char *text;
		uint64_t value;
	} good[] = {
		{"\"0x0\"", 0},
		{"\"0x1f\"", 31},
		{"\"0xABCDEF\"", 0xabcdef},
		{"0", 0},
		{"31", 31},
		{"\"0xffffffffffffffff\"", UINT64_MAX},
		{"18446744073709551615", UINT64_MAX},
	};
	static const char *const bad[] = {
		"\"\"",
		"\"0x\"",
		"\"0x00\"",
		"\"0x01\"",
		"\"1f\"",
		"\"31\"",
		"\"0X1\"",
		"\"0x1g\"",
		"\"0x-1\"",
		"\" 0x1\"",
		"-1",
		"1.0",
		"1e3",
		"null",
		"true",
		"{}",
		"[1]",
		"\"0x1\\u0000\"",
		"\"0x10000000000000000\"",
		"18446744073709551616",
		"18446744073709551616000000000000000000000000000000000000000000"
		"0000000000000000000000000000000000000000000000000000000000000",
	};

	(void)state;
	for (size_t i = 0; i < VCH_ARRAY_LEN(good); i++) {
		struct vch_json_in in = open_value(good[i].text);
		uint64_t v = vch_json_get_u64(&in, "v", UINT64_MAX);

		assert_int_equal(v, good[i].value);
		assert_int_equal(vch_json_end(&in), VCH_OK);
	}
	for (size_t i = 0; i < VCH_ARRAY_LEN(bad); i++) {
		struct vch_json_in in = open_value(bad[i]);

		assert_int_equal(vch_json_get_u64(&in, "v", UINT64_MAX), 0);
		assert_int_equal(vch_json_end(&in), VCH_ARGUMENT);
		assert_string_equal(fault.detail,
				    "p.v: want a quantity below 2^64");
	}
}

static void test_wide_numbers(void **state)
{
	struct vch_json_in in = open_value("\"0x1000000000000000000000000000002"
					   "00\"");
	uint8_t wide[32];
	uint8_t narrow[16];

	(void)state;
	vch_json_get_uint(&in, "v", wide, sizeof(wide));
	assert_int_equal(vch_json_end(&in), VCH_OK);
	assert_int_equal(wide[15], 1);
	assert_int_equal(wide[30], 2);
	in = open_value("340282366920938463463374607431768211455");
	vch_json_get_uint(&in, "v", narrow, sizeof(narrow));
	assert_int_equal(vch_json_end(&in), VCH_OK);
	for (size_t i = 0; i < sizeof(narrow); i++)
		assert_int_equal(narrow[i], 0xff);
	in = open_value("340282366920938463463374607431768211456");
	vch_json_get_uint(&in, "v", narrow, sizeof(narrow));
	assert_int_equal(vch_json_end(&in), VCH_ARGUMENT);
}

static void test_maximum(void **state)
{
	struct vch_json_in in = open_value("256");

	(void)state;
	assert_int_equal(vch_json_get_u64(&in, "v", 255), 0);
	assert_int_equal(vch_json_end(&in), VCH_ARGUMENT);
	assert_string_equal(fault.detail, "p.v: want at most 255");
}

static void test_bytes(void **state)
{
	static const char *const bad[] = {
		"\"\"",		"\"0x\"",     "\"0x0102\"",
		"\"0x010\"",	"\"010203\"", "\"0x01020304\"",
		"\"0x01020g\"", "66051",      "\"0x010203\\u0000\"",
	};
	struct vch_json_in in = open_value("\"0x0102fF\"");
	uint8_t three[3];

	(void)state;
	vch_json_get_bytes(&in, "v", three, sizeof(three));
	assert_int_equal(vch_json_end(&in), VCH_OK);
	assert_memory_equal(three, "\x01\x02\xff", 3);
	for (size_t i = 0; i < VCH_ARRAY_LEN(bad); i++) {
		in = open_value(bad[i]);
		memset(three, 0xaa, sizeof(three));
		vch_json_get_bytes(&in, "v", three, sizeof(three));
		assert_int_equal(vch_json_end(&in), VCH_ARGUMENT);
		assert_memory_equal(three, "\0\0\0", 3);
		assert_string_equal(fault.detail,
				    "p.v: want 3 bytes as 0x-hex");
	}
}

static void test_hex(void **state)
{
	struct vch_json_in in = open_value("\"0x\"");
	uint8_t buf[2];

	(void)state;
	assert_int_equal(vch_json_get_hex(&in, "v", buf, 2).len, 0);
	assert_int_equal(vch_json_end(&in), VCH_OK);
	in = open_value("\"0x0102\"");
	assert_int_equal(vch_json_get_hex(&in, "v", buf, 2).len, 2);
	assert_int_equal(vch_json_end(&in), VCH_OK);
	in = open_value("\"0x010203\"");
	assert_int_equal(vch_json_get_hex(&in, "v", buf, 2).len, 0);
	assert_int_equal(vch_json_end(&in), VCH_ARGUMENT);
	assert_string_equal(fault.detail,
			    "p.v: want at most 2 bytes as 0x-hex");
}

static void test_members(void **state)
{
	struct vch_json_in in = open_text("{\"a\":1,\"b\":2}");

	(void)state;
	vch_json_get_u64(&in, "a", 9);
	assert_int_equal(vch_json_end(&in), VCH_ARGUMENT);
	assert_string_equal(fault.detail, "p.b: unknown member");
	in = open_text("{\"a\":1,\"a\":2}");
	vch_json_get_u64(&in, "a", 9);
	assert_int_equal(vch_json_end(&in), VCH_ARGUMENT);
	assert_string_equal(fault.detail, "p: a member stands twice");
	in = open_text("{\"a\":1}");
	vch_json_get_u64(&in, "a", 9);
	vch_json_get_u64(&in, "b", 9);
	vch_json_get_u64(&in, "c", 9);
	assert_int_equal(vch_json_end(&in), VCH_ARGUMENT);
	assert_string_equal(fault.detail, "p.b: missing");
	in = open_text("{\"a\":null}");
	assert_false(vch_json_has(&in, "a"));
	vch_json_ignore(&in, "a");
	assert_int_equal(vch_json_end(&in), VCH_OK);
	in = vch_json_in(NULL, "p", &fault);
	assert_false(vch_json_has(&in, "a"));
	assert_int_equal(vch_json_end(&in), VCH_OK);
}

/* A name from outside is cut and made harmless before it is shown. */
static void test_hostile_name(void **state)
{
	struct vch_json_in in =
		open_text("{\"\\n\xc3\xa9"
			  "0123456789012345678901234567890123456789\":1}");

	(void)state;
	assert_int_equal(vch_json_end(&in), VCH_ARGUMENT);
	assert_string_equal(fault.detail,
			    "p.???0123456789012345678901234567890123456"
			    ": unknown member");
}

static void test_nesting(void **state)
{
	struct vch_json_in in =
		open_text("{\"o\":{\"l\":[{\"x\":1},{\"x\":-1}]}}");
	struct vch_json_in o = vch_json_get_object(&in, "o");
	struct vch_json_list list = vch_json_get_list(&o, "l", 2);

	(void)state;
	assert_int_equal(list.cnt, 2);
	for (size_t i = 0; i < list.cnt; i++) {
		struct vch_json_in e = vch_json_list_object(&list, i);

		vch_json_get_u64(&e, "x", 9);
		assert_int_equal(vch_json_end(&e),
				 i == 0 ? VCH_OK : VCH_ARGUMENT);
	}
	assert_string_equal(fault.detail,
			    "p.o.l[1].x: want a quantity below 2^64");
	assert_int_equal(vch_json_end(&o), VCH_ARGUMENT);
	assert_int_equal(vch_json_end(&in), VCH_ARGUMENT);
}

static void test_lists(void **state)
{
	struct vch_json_in in = open_text("{\"l\":[\"ab\",\"abc\"]}");
	struct vch_json_list list = vch_json_get_list(&in, "l", 2);
	struct vch_span text = vch_json_list_text(&list, 0, 2);

	(void)state;
	assert_int_equal(text.len, 2);
	assert_memory_equal(text.ptr, "ab", 2);
	assert_int_equal(vch_json_list_text(&list, 1, 2).len, 0);
	assert_int_equal(vch_json_end(&in), VCH_ARGUMENT);
	assert_string_equal(fault.detail,
			    "p.l[1]: want a string of at most 2 bytes");
	in = open_text("{\"l\":[1,2,3]}");
	assert_int_equal(vch_json_get_list(&in, "l", 2).cnt, 0);
	assert_int_equal(vch_json_end(&in), VCH_ARGUMENT);
	in = open_text("{\"l\":{}}");
	assert_int_equal(vch_json_get_list(&in, "l", 2).cnt, 0);
	assert_int_equal(vch_json_end(&in), VCH_ARGUMENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_wide_numbers),
		cmocka_unit_test(test_maximum),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_hostile_name),
		cmocka_unit_test(test_nesting),
		cmocka_unit_test(test_lists),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	yyjson_doc_free(doc);
	return failed;
}
