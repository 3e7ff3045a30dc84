/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/doors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "trusted/base/check.h"

static struct vch_doors doors;

static int set_up(void **state)
{
	(void)state;
	memset(&doors, 0, sizeof(doors));
	if (vch_doors_add(&doors, "127.0.0.1", 3000) != VCH_OK ||
	    vch_doors_add(&doors, "localhost", 3000) != VCH_OK ||
	    vch_doors_add(&doors, "[::1]", 3000) != VCH_OK ||
	    vch_doors_add(&doors, "Node.Example:443", 3000) != VCH_OK)
		return -1;
	return 0;
}

/* What our own client sends; each test spoils one thing. */
static struct vch_head good_head(void)
{
	return (struct vch_head){
		.host = "127.0.0.1:3000",
		.content_type = "application/json",
		.body_len = 100,
		.has_body = true,
	};
}

static void test_host(void **state)
{
	static const char *const good[] = {
		"127.0.0.1:3000", "localhost:3000",   "LocalHost:3000",
		"[::1]:3000",	  "node.example:443", "NODE.example:443",
	};
	static const char *const bad[] = {
		"",
		"127.0.0.1",
		"localhost",
		"localhost:3001",
		"evil.example:3000",
		"evil.example",
		"localhost:3000.evil",
		"localhost.:3000",
		"[::1]",
		"node.example:3000",
		"node.example",
		"localhost:03000",
		"127.0.0.1:3000 ",
		"user@localhost:3000",
	};
	struct vch_head head = good_head();

	(void)state;
	for (size_t i = 0; i < VCH_ARRAY_LEN(good); i++) {
		head.host = good[i];
		assert_int_equal(vch_doors_check(&doors, &head), VCH_OK);
	}
	for (size_t i = 0; i < VCH_ARRAY_LEN(bad); i++) {
		head.host = bad[i];
		assert_int_equal(vch_doors_check(&doors, &head), VCH_HOST_NAME);
	}
	head.host = NULL;
	assert_int_equal(vch_doors_check(&doors, &head), VCH_HOST_NAME);
}

static void test_origin(void **state)
{
	static const char *const bad[] = {
		"",
		"null",
		"http://evil.example",
		"https://localhost:3000",
		"http://localhost",
		"http://localhost:3001",
		"http://localhost:3000/",
		"http://localhost:3000.evil.example",
		"localhost:3000",
		"file://",
	};
	struct vch_head head = good_head();

	(void)state;
	head.origin = "http://localhost:3000";
	assert_int_equal(vch_doors_check(&doors, &head), VCH_OK);
	for (size_t i = 0; i < VCH_ARRAY_LEN(bad); i++) {
		head.origin = bad[i];
		assert_int_equal(vch_doors_check(&doors, &head), VCH_FOREIGN);
	}
}

/* Behind TLS our pages come by https, and only by it. */
static void test_origin_tls(void **state)
{
	struct vch_head head = good_head();
	struct vch_doors tls = doors;

	(void)state;
	tls.tls = true;
	head.origin = "https://localhost:3000";
	assert_int_equal(vch_doors_check(&tls, &head), VCH_OK);
	head.origin = "http://localhost:3000";
	assert_int_equal(vch_doors_check(&tls, &head), VCH_FOREIGN);
}

static void test_content_type(void **state)
{
	static const char *const good[] = {
		"application/json", "Application/JSON",
		"application/json; charset=utf-8", "application/json ;x"};
	static const char *const bad[] = {
		"",
		"text/plain",
		"application/jsonp",
		"application/json-rpc",
		"application/x-www-form-urlencoded",
		"multipart/form-data; boundary=application/json",
		"text/plain; application/json",
	};
	struct vch_head head = good_head();

	(void)state;
	for (size_t i = 0; i < VCH_ARRAY_LEN(good); i++) {
		head.content_type = good[i];
		assert_int_equal(vch_doors_check(&doors, &head), VCH_OK);
	}
	for (size_t i = 0; i < VCH_ARRAY_LEN(bad); i++) {
		head.content_type = bad[i];
		assert_int_equal(vch_doors_check(&doors, &head),
				 VCH_CONTENT_TYPE);
	}
	head.content_type = NULL;
	assert_int_equal(vch_doors_check(&doors, &head), VCH_CONTENT_TYPE);
	head.has_body = false;
	assert_int_equal(vch_doors_check(&doors, &head), VCH_OK);
}

static void test_size_and_twice(void **state)
{
	struct vch_head head = good_head();

	(void)state;
	head.body_len = VCH_BODY_MAX;
	assert_int_equal(vch_doors_check(&doors, &head), VCH_OK);
	head.body_len = VCH_BODY_MAX + 1;
	assert_int_equal(vch_doors_check(&doors, &head), VCH_SIZE);
	head.twice = true;
	assert_int_equal(vch_doors_check(&doors, &head), VCH_FORMAT);
}

static void test_names(void **state)
{
	struct vch_doors many = {0};
	char name[2 * VCH_DOOR_NAME_MAX];

	(void)state;
	assert_int_equal(vch_doors_add(&many, "", 1), VCH_FORMAT);
	assert_int_equal(vch_doors_add(&many, "a b", 1), VCH_FORMAT);
	assert_int_equal(vch_doors_add(&many, "http://a", 1), VCH_FORMAT);
	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(vch_doors_add(&many, name, 1), VCH_SIZE);
	assert_int_equal(many.name_cnt, 0);
	assert_int_equal(vch_doors_add(&many, "a", 80), VCH_OK);
	assert_int_equal(many.name_cnt, 2);
	assert_string_equal(many.names[0], "a:80");
	assert_string_equal(many.names[1], "a");
	while (many.name_cnt < VCH_DOOR_NAMES_MAX)
		assert_int_equal(vch_doors_add(&many, "b", 1), VCH_OK);
	assert_int_equal(vch_doors_add(&many, "c", 1), VCH_SIZE);
}

static void expect_bearer(const char *header, const char *token)
{
	struct vch_span span = vch_doors_bearer(header);

	assert_true(vch_span_equal(span, vch_span(token, strlen(token))));
}

static void test_bearer(void **state)
{
	(void)state;
	expect_bearer("Bearer abc", "abc");
	expect_bearer("bearer  abc", "abc");
	expect_bearer("Bearer ", "");
	expect_bearer("Bearer", "");
	expect_bearer("Basic abc", "");
	expect_bearer("", "");
	expect_bearer(NULL, "");
}

static void test_own_page(void **state)
{
	(void)state;
	assert_true(vch_doors_is_own_page(NULL));
	assert_true(vch_doors_is_own_page("same-origin"));
	assert_true(vch_doors_is_own_page("none"));
	assert_false(vch_doors_is_own_page("same-site"));
	assert_false(vch_doors_is_own_page("cross-site"));
	assert_false(vch_doors_is_own_page(""));
}

static void test_status(void **state)
{
	(void)state;
	assert_int_equal(vch_doors_status(VCH_TOKEN), 401);
	assert_int_equal(vch_doors_status(VCH_FOREIGN), 403);
	assert_int_equal(vch_doors_status(VCH_METHOD), 404);
	assert_int_equal(vch_doors_status(VCH_SIZE), 413);
	assert_int_equal(vch_doors_status(VCH_CONTENT_TYPE), 415);
	assert_int_equal(vch_doors_status(VCH_HOST_NAME), 421);
	assert_int_equal(vch_doors_status(VCH_RATE), 429);
	assert_int_equal(vch_doors_status(VCH_OVERLOADED), 503);
	assert_int_equal(vch_doors_status(VCH_LIMIT), 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_host),
		cmocka_unit_test(test_origin),
		cmocka_unit_test(test_origin_tls),
		cmocka_unit_test(test_content_type),
		cmocka_unit_test(test_size_and_twice),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_bearer),
		cmocka_unit_test(test_own_page),
		cmocka_unit_test(test_status),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
