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

static char list_path[128];

static void load(struct vch_tokens *tokens)
{
	assert_int_equal(vch_tokens_load(tokens, path, list_path), VCH_OK);
}

/* A connection remembers what it found good, until the tokens change. */
static void test_remembered(void **state)
{
	const char *good = DIGITS_60 "cdef";
	struct vch_span text = vch_span(good, strlen(good));
	struct vch_span shorter = vch_span(good, strlen(good) - 1);
	struct vch_tokens *tokens = vch_tokens_new();
	const struct sockaddr_in peer = {.sin_family = AF_INET};
	struct vch_conns conns;
	struct vch_conn one, *conn = &one;

	(void)state;
	snprintf(list_path, sizeof(list_path), "%s/tokens", dir);
	write_token(good, 0600);
	assert_int_equal(vch_conns_start(&conns, 1, 0), VCH_OK);
	assert_int_equal(
		vch_conn_open(conn, &conns, -1, (const struct sockaddr *)&peer),
		VCH_OK);
	assert_false(vch_conn_token(conn, tokens, text));
	load(tokens);
	assert_true(vch_conn_token(conn, tokens, text));
	assert_true(vch_conn_token(conn, tokens, text));
	assert_false(vch_conn_token(conn, tokens, shorter));
	assert_false(vch_conn_token(conn, tokens, vch_span("", 0)));
	/* Another token now: what was remembered opens nothing any more. */
	write_token(DIGITS_60 "0000", 0600);
	load(tokens);
	assert_false(vch_conn_token(conn, tokens, text));
	vch_conn_close(conn);
	vch_conns_stop(&conns);
	vch_tokens_free(tokens);
}

static void test_named(void **state)
{
	struct vch_tokens *tokens = vch_tokens_new();
	struct vch_token_list list = {0};
	struct vch_token_list back;
	VCH_AUTO(token_text) one;
	VCH_AUTO(token_text) two;
	uint8_t key[VCH_RATE_KEY_LEN];
	uint8_t key_two[VCH_RATE_KEY_LEN];
	struct stat st;

	(void)state;
	snprintf(list_path, sizeof(list_path), "%s/tokens", dir);
	write_token(DIGITS_60 "cdef", 0600);
	load(tokens);
	assert_int_equal(vch_token_draw(&one), VCH_OK);
	assert_int_equal(vch_token_draw(&two), VCH_OK);
	assert_int_equal(vch_token_list_add(&list, "laptop", 7, &one), VCH_OK);
	assert_int_equal(vch_token_list_add(&list, "ci.2_b-3", 8, &two),
			 VCH_OK);
	assert_int_equal(vch_token_list_add(&list, "laptop", 9, &two),
			 VCH_EXISTS);
	assert_int_equal(vch_token_list_write(&list, list_path), VCH_OK);
	assert_int_equal(stat(list_path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(vch_token_list_read(&back, list_path), VCH_OK);
	assert_memory_equal(&back, &list, sizeof(list));

	assert_false(
		vch_tokens_check(tokens, key, vch_span(one.secret_text, 64)));
	load(tokens);
	assert_true(
		vch_tokens_check(tokens, key, vch_span(one.secret_text, 64)));
	assert_true(vch_tokens_check(tokens, key_two,
				     vch_span(two.secret_text, 64)));
	assert_memory_not_equal(key, key_two, sizeof(key));
	assert_true(
		vch_tokens_check(tokens, key, vch_span(DIGITS_60 "cdef", 64)));

	assert_int_equal(vch_token_list_remove(&list, "nobody"), VCH_ARGUMENT);
	assert_int_equal(vch_token_list_remove(&list, "laptop"), VCH_OK);
	assert_int_equal(list.cnt, 1);
	assert_string_equal(list.token[0].name, "ci.2_b-3");
	assert_int_equal(vch_token_list_write(&list, list_path), VCH_OK);
	load(tokens);
	assert_false(
		vch_tokens_check(tokens, key, vch_span(one.secret_text, 64)));
	assert_true(
		vch_tokens_check(tokens, key, vch_span(two.secret_text, 64)));
	assert_int_equal(chmod(list_path, 0644), 0);
	assert_int_equal(vch_tokens_load(tokens, path, list_path), VCH_FILE);
	/* and what was there goes on */
	assert_true(
		vch_tokens_check(tokens, key, vch_span(two.secret_text, 64)));
	unlink(list_path);
	vch_tokens_free(tokens);
}

static void test_names(void **state)
{
	static const char *const bad[] = {
		"",	"a b",	    "a/b",
		"a\nb", "\xc3\xa4", "abcdefghijklmnopqrstuvwxyz0123456",
	};
	struct vch_token_list list = {0};
	VCH_AUTO(token_text) text;
	char name[16];

	(void)state;
	assert_int_equal(vch_token_draw(&text), VCH_OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(vch_token_list_add(&list, bad[i], 0, &text),
				 VCH_ARGUMENT);
	for (int i = 0; i < VCH_TOKENS_MAX; i++) {
		snprintf(name, sizeof(name), "t%d", i);
		assert_int_equal(vch_token_list_add(&list, name, 0, &text),
				 VCH_OK);
	}
	assert_int_equal(vch_token_list_add(&list, "more", 0, &text), VCH_FULL);
	snprintf(list_path, sizeof(list_path), "%s/tokens", dir);
	assert_int_equal(vch_token_list_write(&list, list_path), VCH_OK);
	assert_int_equal(vch_token_list_read(&list, list_path), VCH_OK);
	assert_int_equal(list.cnt, VCH_TOKENS_MAX);
	unlink(list_path);
}

static void test_bad_lists(void **state)
{
	static const char *const bad[] = {
		"a",
		"a " DIGITS_60 "cdef 1",
		"a " DIGITS_60 "cdef\n",
		"a " DIGITS_60 "cde 1\n",
		"a " DIGITS_60 "cdeg 1\n",
		"a " DIGITS_60 "cdef x\n",
		"a " DIGITS_60 "cdef \n",
		"a " DIGITS_60 "cdef 1 2\n",
		"a b " DIGITS_60 "cdef 1\n",
		"a " DIGITS_60 "cdef 1\n\n",
		"a " DIGITS_60 "cdef 1\na " DIGITS_60 "cdef 1\n",
		" " DIGITS_60 "cdef 1\n",
	};
	struct vch_token_list list;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_token(bad[i], 0600);
		assert_int_equal(vch_token_list_read(&list, path), VCH_FORMAT);
	}
	write_token("a " DIGITS_60 "cdef 1\n", 0600);
	assert_int_equal(vch_token_list_read(&list, path), VCH_OK);
	assert_int_equal(list.cnt, 1);
	write_token("", 0600);
	assert_int_equal(vch_token_list_read(&list, path), VCH_OK);
	assert_int_equal(list.cnt, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made_once),
		cmocka_unit_test(test_bad_files),
		cmocka_unit_test(test_open_to_others),
		cmocka_unit_test(test_remembered),
		cmocka_unit_test(test_named),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_bad_lists),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
