/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/chunks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Takes all in pieces of at most `step`; what is left behind the end. */
static enum vch_err take_all(const char *text, size_t step, char *ret_body,
			     size_t *ret_left)
{
	struct vch_chunks chunks = {0};
	size_t len = strlen(text), at = 0;
	struct vch_span in, data;

	*ret_body = '\0';
	while (at < len && !vch_chunks_done(&chunks)) {
		size_t n = len - at < step ? len - at : step;

		in = vch_span(text + at, n);
		while (in.len > 0 && !vch_chunks_done(&chunks)) {
			VCH_TRY(vch_chunks_take(&chunks, &data, &in));
			strncat(ret_body, (const char *)data.ptr, data.len);
		}
		at += n - in.len;
	}
	*ret_left = len - at;
	return vch_chunks_done(&chunks) ? VCH_OK : VCH_SIZE;
}

/* However it is cut, the body is the same. */
static void test_any_cut(void **state)
{
	static const char text[] =
		"3\r\nabc\r\n1;x=\"y\"\r\nd\r\n00A\r\n0123456789\r\n"
		"0\r\nTrailer: t\r\nX:\r\n\r\nGET";
	char body[64];
	size_t left;

	(void)state;
	for (size_t step = 1; step <= sizeof(text); step++) {
		assert_int_equal(take_all(text, step, body, &left), VCH_OK);
		assert_string_equal(body, "abcd0123456789");
		assert_int_equal(left, 3);
	}
	assert_int_equal(take_all("0\r\n\r\n", 1, body, &left), VCH_OK);
	assert_string_equal(body, "");
}

static void test_refused(void **state)
{
	static const char *const bad[] = {
		"\r\n",
		";\r\n",
		"g\r\n",
		" 1\r\na\r\n",
		"1 \r\na\r\n",
		"-1\r\n",
		"+1\r\na",
		"0x1\r\na",
		"1\na\r\n0\r\n\r\n",
		"1\r\nab",
		"1\r\na\n",
		"1\r\na\rb",
		"1\ra",
		"100000000\r\n",
		"fffffffffffffffff\r\n",
		"0\r\n\n",
		"0\r\nx\n",
		"0\r\n\r\r",
		"1;\x01\r\na\r\n",
		"0\r\nx\x7f\r\n",
		"0\r\n\x01\r\n",
	};
	char body[64];
	size_t left;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		for (size_t step = 1; step < 20; step++) {
			if (take_all(bad[i], step, body, &left) != VCH_FORMAT)
				fail_msg("%zu: %s", i, bad[i]);
		}
	}
}

/* What is not kept has an end, too. */
static void test_endless_extras(void **state)
{
	static char text[20000];
	static char body[4096];
	size_t left, at = 0;

	(void)state;
	at = (size_t)sprintf(text, "1;");
	memset(text + at, 'x', sizeof(text) - at - 1);
	assert_int_equal(take_all(text, 100, body, &left), VCH_FORMAT);
	at = (size_t)sprintf(text, "0\r\n");
	while (at + 10 < sizeof(text))
		at += (size_t)sprintf(text + at, "a:b\r\n");
	assert_int_equal(take_all(text, 100, body, &left), VCH_FORMAT);
	for (at = 0; at + 20 < sizeof(text);)
		at += (size_t)sprintf(text + at, "1;xxx\r\n\r\r\n");
	assert_int_equal(take_all(text, 100, body, &left), VCH_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_cut),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_endless_extras),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
