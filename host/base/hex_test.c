/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
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

/* The same where many are looked at together: 40 digits, and every length. */
static void test_long(void **state)
{
	uint8_t out[20];
	char text[VCH_HEX_SIZE(20)];

	(void)state;
	for (int c = 1; c < 256; c++) {
		for (size_t at = 0; at < 40; at++) {
			uint8_t want = 0x77;
			int value = vch_hex_digit((char)c);

			strcpy(text,
			       "0x7777777777777777777777777777777777777777");
			text[2 + at] = (char)c;
			if (value < 0) {
				assert_int_equal(vch_hex_read(out, 20, text),
						 VCH_ARGUMENT);
				continue;
			}
			want = (uint8_t)(at % 2 ? 0x70 | value
						: value << 4 | 7);
			assert_int_equal(vch_hex_read(out, 20, text), VCH_OK);
			assert_int_equal(out[at / 2], want);
		}
	}
}

static void test_lengths(void **state)
{
	uint8_t in[70], out[70];
	char text[VCH_HEX_SIZE(70)], want[VCH_HEX_SIZE(70)] = "0x";

	(void)state;
	for (size_t len = 0; len <= sizeof(in); len++) {
		vch_hex_write(text, vch_span(in, len));
		assert_string_equal(text, want);
		memset(out, 9, sizeof(out));
		assert_int_equal(vch_hex_read(out, len, text), VCH_OK);
		assert_memory_equal(out, in, len);
		if (len == sizeof(in))
			break;
		assert_int_equal(out[len], 9);
		in[len] = (uint8_t)(len * 37 + 11);
		snprintf(want + 2 + 2 * len, 3, "%02x", in[len]);
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
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
