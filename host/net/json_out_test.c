/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/net/json_out.h"
#include "trusted/base/check.h"

static void test_numbers(void **state)
{
	static const struct {
		int64_t value;
		const char *want;
	} cases[] = {
		{0, "0"},
		{7, "7"},
		{-1, "-1"},
		{10, "10"},
		{INT64_MAX, "9223372036854775807"},
		{INT64_MIN, "-9223372036854775808"},
	};

	(void)state;
	for (size_t i = 0; i < VCH_ARRAY_LEN(cases); i++) {
		struct vch_buf out = vch_json_out();

		vch_json_put_number(&out, NULL, cases[i].value);
		assert_string_equal(vch_buf_text(&out), cases[i].want);
		vch_buf_free(&out);
	}
}

/* Commas and keys where they belong; what a text may not hold is escaped. */
static void test_form(void **state)
{
	struct vch_buf out = vch_json_out();

	(void)state;
	vch_json_open(&out, NULL, '{');
	vch_json_put_str(&out, "text", "a\"b\\\n\x7f");
	vch_json_open(&out, "list", '[');
	vch_json_put_hex(&out, NULL, "\x01\xff", 2);
	vch_json_put_bool(&out, NULL, false);
	vch_json_close(&out, ']');
	vch_json_put_quantity(&out, "wei", (vch_u128)1 << 127);
	vch_json_close(&out, '}');
	assert_string_equal(vch_buf_text(&out),
			    "{\"text\":\"a\\\"b\\\\\\u000a\\u007f\","
			    "\"list\":[\"0x01ff\",false],"
			    "\"wei\":\"0x80000000000000000000000000000000\"}");
	vch_buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_form),
	};

	return cmocka_run_group_tests_name("json_out", tests, NULL, NULL);
}
