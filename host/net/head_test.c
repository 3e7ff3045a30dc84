/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/head.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Parses a copy; text must end with its empty line, or be bad. */
static unsigned parse(struct vch_request_head *ret, const char *text,
		      size_t len)
{
	static char copy[2 * VCH_HEAD_MAX];

	assert_true(len < sizeof(copy));
	memcpy(copy, text, len);
	assert_int_equal(vch_head_end(copy, 0, len), len);
	return vch_head_parse(ret, copy, len);
}

static unsigned parse_text(struct vch_request_head *ret, const char *text)
{
	return parse(ret, text, strlen(text));
}

static void test_whole(void **state)
{
	struct vch_request_head h;

	(void)state;
	assert_int_equal(parse_text(&h, "\r\nPOST /x?y=%20 HTTP/1.1\r\n"
					"Host: a\r\n"
					"content-length:   17 \t\r\n"
					"X-Empty:\r\n"
					"X-Bytes: \xc3\xa9\tb\r\n"
					"Expect: 100-Continue\r\n\r\n"),
			 0);
	assert_string_equal(h.method, "POST");
	assert_string_equal(h.path, "/x");
	assert_true(h.keep_alive && h.has_length && h.expects && h.has_host);
	assert_false(h.old || h.chunked);
	assert_int_equal(h.length, 17);
	assert_int_equal(h.field_cnt, 5);
	assert_string_equal(vch_head_field(&h, "X-EMPTY"), "");
	assert_string_equal(vch_head_field(&h, "x-bytes"), "\xc3\xa9\tb");
	assert_null(vch_head_field(&h, "X-Byte"));
}

/* Who goes on and who does not. */
static void test_keep_alive(void **state)
{
	static const struct {
		const char *text;
		bool keep_alive;
	} cases[] = {
		{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", true},
		{"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
		 false},
		{"GET / HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE ,\r\n\r\n",
		 false},
		{"GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n\r\n",
		 true},
		{"GET / HTTP/1.0\r\n\r\n", false},
		{"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true},
	};
	struct vch_request_head h;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(parse_text(&h, cases[i].text), 0);
		assert_int_equal(h.keep_alive, cases[i].keep_alive);
	}
}

/* What could be read in two ways is refused (RFC 9112, 11.2). */
static const struct {
	unsigned status;
	const char *text;
} refused[] = {
	{400, "GET / HTTP/1.1\n"},
	{400, "GET / HTTP/1.1\r\nHost: a\n"},
	{400, "\n"},
	{400, "\r\n\r\n"},
	{400, "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
	{400, " GET / HTTP/1.1\r\nHost: a\r\n\r\n"},
	{400, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"},
	{400, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"},
	{400, "GET /\r\nHost: a\r\n\r\n"},
	{400, "GET\r\n\r\n"},
	{400, "GET ?x HTTP/1.1\r\nHost: a\r\n\r\n"},
	{400, "G@T / HTTP/1.1\r\nHost: a\r\n\r\n"},
	{400, "GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n"},
	{400, "GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n"},
	{400, "GET / HTTP/11\r\nHost: a\r\n\r\n"},
	{400, "GET / http/1.1\r\nHost: a\r\n\r\n"},
	{505, "GET / HTTP/9.9\r\nHost: a\r\n\r\n"},
	{505, "PRI * HTTP/2.0\r\n\r\n"},
	{400, "GET / HTTP/1.1\r\n\r\n"},
	{400, "GET / HTTP/1.1\r\nHost : a\r\n\r\n"},
	{400, "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n"},
	{400, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"},
	{400, "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n"},
	{400, "GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n"},
	{400, "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n"},
	{400, "GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n"},
	{400, "GET / HTTP/1.1\r\nHost: a\r\nX: \x7f\r\n\r\n"},
	{400, "P / HTTP/1.1\r\nHost: a\r\nContent-Length: \r\n\r\n"},
	{400, "P / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"},
	{400, "P / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n"},
	{400, "P / HTTP/1.1\r\nHost: a\r\nContent-Length: 1a\r\n\r\n"},
	{400, "P / HTTP/1.1\r\nHost: a\r\nContent-Length: 1,1\r\n\r\n"},
	{400, "P / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\n"},
	{400, "P / HTTP/1.1\r\nHost: a\r\n"
	      "Content-Length: 1000000000000000000\r\n\r\n"},
	{400, "P / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
	      "Content-Length: 1\r\n\r\n"},
	{400, "P / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
	      "Transfer-Encoding: chunked\r\n\r\n"},
	{400, "P / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
	      "Transfer-Encoding: chunked\r\n\r\n"},
	{400, "P / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"},
	{501, "P / HTTP/1.1\r\nHost: a\r\n"
	      "Transfer-Encoding: gzip, chunked\r\n\r\n"},
	{501, "P / HTTP/1.1\r\nHost: a\r\n"
	      "Transfer-Encoding: xchunked\r\n\r\n"},
	{501, "P / HTTP/1.1\r\nHost: a\r\n"
	      "Transfer-Encoding: identity\r\n\r\n"},
	{400, "P / HTTP/1.1\r\nHost: a\r\nConnection: \"\r\n\r\n"},
	{417, "P / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n"},
};

static void test_refused(void **state)
{
	struct vch_request_head h;

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		char text[256];
		size_t len = strlen(refused[i].text);

		memcpy(text, refused[i].text, len);
		/* as far as it would be read */
		len = vch_head_end(text, 0, len);
		assert_true(len > 0);
		if (vch_head_parse(&h, text, len) != refused[i].status)
			fail_msg("%s", refused[i].text);
		assert_int_equal(h.field_cnt, 0);
		assert_false(h.has_length);
	}
}

/* A zero ends a C string: what stands behind it must not be hidden. */
static void test_zeros(void **state)
{
	static const char good[] =
		"GET /abc HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n";
	struct vch_request_head h;

	(void)state;
	for (size_t i = 0; i < sizeof(good) - 1; i++) {
		char text[sizeof(good)];
		size_t end;

		memcpy(text, good, sizeof(text));
		text[i] = '\0';
		end = vch_head_end(text, 0, sizeof(good) - 1);
		if (end > 0)
			assert_int_equal(vch_head_parse(&h, text, end), 400);
	}
}

static void test_too_many_fields(void **state)
{
	static char text[VCH_HEAD_MAX];
	struct vch_request_head h;
	int at;

	(void)state;
	for (unsigned cnt = VCH_FIELDS_MAX - 1; cnt <= VCH_FIELDS_MAX; cnt++) {
		at = snprintf(text, sizeof(text),
			      "GET / HTTP/1.1\r\nHost: a\r\n");
		for (unsigned i = 0; i < cnt; i++)
			at += snprintf(text + at, sizeof(text) - (size_t)at,
				       "X: y\r\n");
		at += snprintf(text + at, sizeof(text) - (size_t)at, "\r\n");
		assert_int_equal(parse(&h, text, (size_t)at),
				 cnt < VCH_FIELDS_MAX ? 0 : 431);
	}
}

/* Where it ends does not depend on how it came. */
static void test_pieces(void **state)
{
	static const char text[] = "POST / HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n"
				   "GET / HTTP/1.1\r\n\r\n";
	const size_t end = (size_t)(strstr(text, "\r\n\r\n") - text) + 4;

	(void)state;
	for (size_t len = 0; len <= sizeof(text) - 1; len++) {
		size_t want = len < end ? 0 : end;

		assert_int_equal(vch_head_end(text, 0, len), want);
		/* all that came before was looked at and was no end */
		for (size_t from = 0; from <= len && from < end; from++)
			assert_int_equal(vch_head_end(text, from, len), want);
	}
}

static void test_for_the_doors(void **state)
{
	static const char text[] =
		"POST / HTTP/1.1\r\nhost: h\r\nORIGIN: o\r\n"
		"Content-Type: t\r\nAuthorization: a\r\nCookie: c\r\n"
		"Sec-Fetch-Site: s\r\nContent-Length: 9\r\n%s\r\n";
	static const char *const twice[] = {
		"Host: h\r\n",	       "Origin: o\r\n",
		"Content-Type: t\r\n", "Authorization: a\r\n",
		"Cookie: c\r\n",       "sec-fetch-site: s\r\n",
	};
	struct vch_request_head h;
	struct vch_head_text who;
	struct vch_head doors;
	char all[512];

	(void)state;
	snprintf(all, sizeof(all), text, "");
	assert_int_equal(parse_text(&h, all), 0);
	vch_head_read(&doors, &who, &h);
	assert_string_equal(doors.host, "h");
	assert_string_equal(doors.origin, "o");
	assert_string_equal(doors.content_type, "t");
	assert_string_equal(who.authorization, "a");
	assert_string_equal(who.cookie, "c");
	assert_string_equal(who.fetch_site, "s");
	assert_int_equal(doors.body_len, 9);
	assert_true(doors.has_body && !doors.twice);
	for (size_t i = 0; i < sizeof(twice) / sizeof(twice[0]); i++) {
		snprintf(all, sizeof(all), text, twice[i]);
		assert_int_equal(parse_text(&h, all), 0);
		vch_head_read(&doors, &who, &h);
		assert_true(doors.twice);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_keep_alive),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_zeros),
		cmocka_unit_test(test_too_many_fields),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_for_the_doors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
