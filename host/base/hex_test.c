/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "host/base/hex.h"

static void test_both_ways(void **state)
{
	uint8_t in[256], out[256];
	char text[VCH_HEX_SIZE(256)];

	(void)state;
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)i;
	vch_hex_write(text, vch_span(in, sizeof(in)));
	assert_int_equal(strlen(text), VCH_HEX_SIZE(256) - 1);
	assert_int_equal(vch_hex_read(out, sizeof(out), text), VCH_OK);
	assert_memory_equal(in, out, sizeof(in));
	for (char *c = text + 2; *c; c++) {
		if (*c >= 'a')
			*c = (char)(*c - 'a' + 'A');
	}
	assert_int_equal(vch_hex_read(out, sizeof(out), text), VCH_OK);
	assert_memory_equal(in, out, sizeof(in));
	vch_hex_write_plain(text, vch_span(in + 254, 2));
	assert_string_equal(text, "feff");
	vch_hex_write(text, vch_span(NULL, 0));
	assert_string_equal(text, "0x");
}

/* Every character in every place: digits alone are digits. */
static void test_digits(void **state)
{
	uint8_t out;

	(void)state;
	for (int c = 1; c < 256; c++) {
		char high[] = {'0', 'x', (char)c, '7', 0};
		char low[] = {'0', 'x', '7', (char)c, 0};
		bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
			     (c >= 'A' && c <= 'F');
		enum vch_err want = digit ? VCH_OK : VCH_ARGUMENT;

		assert_int_equal(vch_hex_read(&out, 1, high), want);
		assert_int_equal(vch_hex_read(&out, 1, low), want);
	}
}

static void test_form(void **state)
{
	static const char *const bad[] = {"",	   "0",	   "x",	    "00",
					  "0X00",  "0x0",  "0x000", " 0x00",
					  "0x00 ", "0x0g", "00x0",  "0x0x"};
	uint8_t out[4] = {9, 9, 9, 9};
	size_t len = 77;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(vch_hex_read_some(out, &len, 4, bad[i]),
				 VCH_ARGUMENT);
	assert_int_equal(vch_hex_read_some(out, &len, 4, "0x0102030405"),
			 VCH_SIZE);
	assert_int_equal(vch_hex_read(out, 4, "0x010203"), VCH_ARGUMENT);
	assert_int_equal(vch_hex_read(out, 4, "0x0102030405"), VCH_ARGUMENT);
	/* nothing was written so far */
	assert_int_equal(len, 77);
	assert_memory_equal(out, ((uint8_t[]){9, 9, 9, 9}), 4);
	assert_int_equal(vch_hex_read_some(out, &len, 4, "0x0102"), VCH_OK);
	assert_int_equal(len, 2);
	assert_int_equal(vch_hex_read_some(out, &len, 4, "0x"), VCH_OK);
	assert_int_equal(len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_digits),
		cmocka_unit_test(test_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
