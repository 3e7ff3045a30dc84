/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "host/base/clock.h"
#include "trusted/base/check.h"

#define LIFE_NS (VCH_SESSION_S * (uint64_t)VCH_NS_PER_S)

static struct vch_span text(const char *s)
{
	return vch_span(s, strlen(s));
}

static void test_life(void **state)
{
	struct vch_sessions *all = vch_sessions_new();
	char id[VCH_SESSION_DIGITS + 1];
	char other[VCH_SESSION_DIGITS + 1];
	uint64_t n;

	(void)state;
	assert_int_equal(vch_session_find(all, text(""), 5), 0);
	assert_int_equal(vch_session_begin(all, id, 5), VCH_OK);
	assert_int_equal(vch_session_begin(all, other, 5), VCH_OK);
	assert_int_equal(strlen(id), VCH_SESSION_DIGITS);
	assert_string_not_equal(id, other);
	n = vch_session_find(all, text(id), 6);
	assert_int_not_equal(n, 0);
	assert_int_not_equal(vch_session_find(all, text(other), 6), n);
	assert_true(vch_session_lives(all, n, 6));
	assert_true(vch_session_lives(all, n, 5 + LIFE_NS - 1));
	assert_false(vch_session_lives(all, n, 5 + LIFE_NS));
	assert_int_equal(vch_session_find(all, text(id), 5 + LIFE_NS), 0);
	vch_session_end(all, n);
	assert_int_equal(vch_session_find(all, text(id), 6), 0);
	assert_false(vch_session_lives(all, n, 6));
	assert_int_not_equal(vch_session_find(all, text(other), 6), 0);
	/* nobody has number 0, however many places are free */
	assert_false(vch_session_lives(all, 0, 6));
	vch_sessions_free(all);
}

static void test_nearly(void **state)
{
	struct vch_sessions *all = vch_sessions_new();
	char id[VCH_SESSION_DIGITS + 1];

	(void)state;
	assert_int_equal(vch_session_begin(all, id, 0), VCH_OK);
	for (size_t i = 0; i < VCH_SESSION_DIGITS; i++) {
		id[i] ^= 1;
		assert_int_equal(vch_session_find(all, text(id), 1), 0);
		id[i] ^= 1;
	}
	assert_int_equal(vch_session_find(all, vch_span(id, 63), 1), 0);
	assert_int_not_equal(vch_session_find(all, text(id), 1), 0);
	vch_sessions_free(all);
}

static void test_one_too_many(void **state)
{
	char ids[VCH_SESSIONS_MAX + 1][VCH_SESSION_DIGITS + 1];
	struct vch_sessions *all = vch_sessions_new();

	(void)state;
	for (uint64_t i = 0; i <= VCH_SESSIONS_MAX; i++)
		assert_int_equal(vch_session_begin(all, ids[i], i), VCH_OK);
	assert_int_equal(vch_session_find(all, text(ids[0]), 99), 0);
	for (size_t i = 1; i <= VCH_SESSIONS_MAX; i++)
		assert_int_not_equal(vch_session_find(all, text(ids[i]), 99),
				     0);
	vch_sessions_free(all);
}

static void test_cookie(void **state)
{
	static const struct {
		const char *header;
		const char *value;
	} rows[] = {
		{NULL, ""},
		{"", ""},
		{"vouch=1", "1"},
		{"a=2; vouch=1", "1"},
		{"vouch=1;b=3", "1"},
		{"vouch=1 ; b=3", "1"},
		{"xvouch=1", ""},
		{"vouchx=1", ""},
		{"a=vouch=1", ""},
		{"vouch", ""},
		{"vouch=", ""},
		{"vouch=1; vouch=2", ""},
		{"vouch=1; vouch=1", ""},
		{"; ;;vouch=a=b", "a=b"},
	};

	(void)state;
	for (size_t i = 0; i < VCH_ARRAY_LEN(rows); i++) {
		struct vch_span v = vch_cookie_find(rows[i].header, "vouch");

		assert_int_equal(v.len, strlen(rows[i].value));
		assert_memory_equal(v.ptr, rows[i].value, v.len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_nearly),
		cmocka_unit_test(test_one_too_many),
		cmocka_unit_test(test_cookie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
