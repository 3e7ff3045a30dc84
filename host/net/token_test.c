/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/token.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/base/file.h"
#include "host/net/conn.h"

#define DIGITS_60 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ab"

static char dir[64];
static char path[128];

static int set_up(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/vouch-token-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/token", dir);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

static void write_token(const char *text, mode_t mode)
{
	unlink(path);
	assert_int_equal(
		vch_file_write(path, vch_span(text, strlen(text)), mode),
		VCH_OK);
	assert_int_equal(chmod(path, mode), 0);
}

static void test_made_once(void **state)
{
	struct vch_buf text = vch_buf(100);
	struct vch_token first;
	struct vch_token again;
	struct stat st;

	(void)state;
	assert_int_equal(vch_token_load(&first, path), VCH_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(st.st_size, 65);
	assert_int_equal(vch_token_load(&again, path), VCH_OK);
	assert_memory_equal(&first, &again, sizeof(first));
	assert_int_equal(vch_file_read(&text, path), VCH_OK);
	assert_true(vch_token_check(&first, vch_span(text.ptr, 64)));
	assert_false(vch_token_check(&first, vch_span(text.ptr, 65)));
	assert_false(vch_token_check(&first, vch_span(text.ptr, 63)));
	text.ptr[0] ^= 1;
	assert_false(vch_token_check(&first, vch_span(text.ptr, 64)));
	vch_buf_free(&text);
}

static void test_bad_files(void **state)
{
	static const char *const bad[] = {
		"",
		"\n",
		DIGITS_60 "cde",
		DIGITS_60 "cdefg",
		DIGITS_60 "cdeF",
		DIGITS_60 "cdef0",
		DIGITS_60 "cdef\n\n",
	};
	struct vch_token token;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_token(bad[i], 0600);
		assert_int_equal(vch_token_load(&token, path), VCH_FORMAT);
	}
}

static void test_open_to_others(void **state)
{
	struct vch_token token;

	(void)state;
	write_token("0123456789abcdef0123456789abcdef"
		    "0123456789abcdef0123456789abcdef\n",
		    0640);
	assert_int_equal(vch_token_load(&token, path), VCH_FILE);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(vch_token_load(&token, path), VCH_OK);
}

/* A connection remembers what it found good, and only that. */
static void test_remembered(void **state)
{
	const char *good = "0123456789abcdef0123456789abcdef"
			   "0123456789abcdef0123456789abcdef";
	struct vch_span text = vch_span(good, strlen(good));
	struct vch_span shorter = vch_span(good, strlen(good) - 1);
	struct vch_token token;
	struct vch_token other;
	struct vch_conns conns;
	struct vch_conn *conn;

	(void)state;
	write_token(good, 0600);
	assert_int_equal(vch_token_load(&token, path), VCH_OK);
	memset(&other, 0, sizeof(other));
	assert_int_equal(vch_conns_start(&conns), VCH_OK);
	conn = vch_conn_open(&conns, -1);
	assert_false(vch_conn_token(conn, &other, text));
	assert_true(vch_conn_token(conn, &token, text));
	/* Not hashed again: it no longer matters against what. */
	assert_true(vch_conn_token(conn, &other, text));
	assert_false(vch_conn_token(conn, &token, shorter));
	assert_false(vch_conn_token(conn, &token, vch_span("", 0)));
	vch_conn_close(conn);
	conn = vch_conn_open(&conns, -1);
	assert_false(vch_conn_token(conn, &other, text));
	vch_conn_close(conn);
	vch_conns_stop(&conns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made_once),
		cmocka_unit_test(test_bad_files),
		cmocka_unit_test(test_open_to_others),
		cmocka_unit_test(test_remembered),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
