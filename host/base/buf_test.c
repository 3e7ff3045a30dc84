/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "host/base/buf.h"

static void test_grows(void **state)
{
	struct vch_buf buf = vch_buf(100000);
	struct vch_span all;

	(void)state;
	for (uint32_t i = 0; i < 25000; i++)
		vch_buf_add(&buf, &i, 4);
	assert_int_equal(vch_buf_end(&buf), VCH_OK);
	all = vch_buf_span(&buf);
	assert_int_equal(all.len, 100000);
	for (uint32_t i = 0; i < 25000; i++)
		assert_memory_equal(all.ptr + 4 * i, &i, 4);
	assert_int_equal(strlen(vch_buf_text(&buf) + 99996), 2);
	vch_buf_free(&buf);
	assert_int_equal(buf.len, 0);
}

/* One byte too many, and nothing more goes in until it is cleared. */
static void test_maximum_is_sticky(void **state)
{
	struct vch_buf buf = vch_buf(8);

	(void)state;
	vch_buf_add_text(&buf, "12345678");
	assert_int_equal(vch_buf_end(&buf), VCH_OK);
	vch_buf_add(&buf, "9", 1);
	assert_int_equal(vch_buf_end(&buf), VCH_SIZE);
	assert_string_equal(vch_buf_text(&buf), "12345678");
	vch_buf_add(&buf, NULL, 0);
	assert_int_equal(vch_buf_end(&buf), VCH_SIZE);
	assert_null(vch_buf_grow(&buf, 1));
	vch_buf_clear(&buf);
	vch_buf_add_text(&buf, "1234");
	vch_buf_add(&buf, "too long", 8);
	vch_buf_add_text(&buf, "5");
	assert_int_equal(vch_buf_end(&buf), VCH_SIZE);
	assert_string_equal(vch_buf_text(&buf), "1234");
	vch_buf_free(&buf);
}

static void test_printf(void **state)
{
	struct vch_buf buf = vch_buf(16);

	(void)state;
	assert_string_equal(vch_buf_text(&buf), "");
	vch_buf_printf(&buf, "%s-%04d", "abc", 42);
	vch_buf_printf(&buf, "%s", "");
	assert_string_equal(vch_buf_text(&buf), "abc-0042");
	vch_buf_printf(&buf, "%08d", 7);
	assert_int_equal(vch_buf_end(&buf), VCH_OK);
	assert_string_equal(vch_buf_text(&buf), "abc-004200000007");
	vch_buf_printf(&buf, "%d", 1);
	assert_int_equal(vch_buf_end(&buf), VCH_SIZE);
	vch_buf_free(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grows),
		cmocka_unit_test(test_maximum_is_sticky),
		cmocka_unit_test(test_printf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
