/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/base/file.h"

static char dir[64];
static char path[VCH_PATH_MAX];

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/vouch-file-XXXXXX");
	assert_non_null(mkdtemp(dir));
	assert_int_equal(vch_path_join(path, dir, "a"), VCH_OK);
	return 0;
}

static int teardown(void **state)
{
	char cmd[96];

	(void)state;
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	return system(cmd);
}

/* How many names the folder holds. */
static int names(void)
{
	DIR *d = opendir(dir);
	int cnt = 0;

	assert_non_null(d);
	while (readdir(d))
		cnt++;
	closedir(d);
	return cnt - 2;
}

static enum vch_err put(const char *text)
{
	return vch_file_write(path, vch_span(text, strlen(text)), 0600);
}

static void check(const char *want)
{
	struct vch_buf buf = vch_buf(64);

	assert_int_equal(vch_file_read(&buf, path), VCH_OK);
	assert_string_equal(vch_buf_text(&buf), want);
	vch_buf_free(&buf);
}

static void test_write_and_read(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(put("one"), VCH_OK);
	check("one");
	assert_int_equal(put("another"), VCH_OK);
	check("another");
	assert_int_equal(put(""), VCH_OK);
	check("");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(names(), 1);
}

/* What cannot be put in place leaves what was there, and nothing beside. */
static void test_failed_write(void **state)
{
	(void)state;
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(put("x"), VCH_FILE);
	assert_int_equal(names(), 1);
	assert_int_equal(vch_path_join(path, dir, "none/a"), VCH_OK);
	assert_int_equal(put("x"), VCH_FILE);
	assert_int_equal(errno, ENOENT);
}

static void test_bounds(void **state)
{
	struct vch_buf buf = vch_buf(10);
	char name[VCH_PATH_MAX];

	(void)state;
	assert_int_equal(put("0123456789"), VCH_OK);
	assert_int_equal(vch_file_read(&buf, path), VCH_OK);
	assert_int_equal(vch_file_read(&buf, path), VCH_SIZE);
	assert_string_equal(vch_buf_text(&buf), "0123456789");
	vch_buf_clear(&buf);
	assert_int_equal(put("0123456789a"), VCH_OK);
	assert_int_equal(vch_file_read(&buf, path), VCH_SIZE);
	assert_int_equal(buf.len, 0);
	vch_buf_free(&buf);
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = 0;
	assert_int_equal(vch_path_join(path, "a", name), VCH_SIZE);
	assert_int_equal(vch_dir_make(name), VCH_FILE);
}

static void test_private_file(void **state)
{
	static const mode_t loose[] = {0640, 0620, 0604, 0602, 0610, 0601};
	struct vch_buf buf = vch_buf(16);

	(void)state;
	assert_int_equal(put("secret"), VCH_OK);
	assert_int_equal(vch_file_read_private(&buf, path), VCH_OK);
	vch_buf_clear(&buf);
	for (size_t i = 0; i < sizeof(loose) / sizeof(loose[0]); i++) {
		assert_int_equal(chmod(path, loose[i]), 0);
		assert_int_equal(vch_file_read_private(&buf, path), VCH_FILE);
		assert_int_equal(errno, EACCES);
	}
	assert_int_equal(buf.len, 0);
	/* a folder is no file */
	assert_int_equal(vch_file_read_private(&buf, dir), VCH_FILE);
	vch_buf_free(&buf);
}

static void test_folder(void **state)
{
	char deep[VCH_PATH_MAX];
	struct stat st;

	(void)state;
	assert_int_equal(vch_path_join(deep, dir, "b/c/d"), VCH_OK);
	assert_int_equal(vch_dir_make(deep), VCH_OK);
	assert_int_equal(vch_dir_make(deep), VCH_OK);
	assert_int_equal(stat(deep, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(vch_dir_check_private(deep), VCH_OK);
	assert_int_equal(vch_dir_sync(deep), VCH_OK);
	assert_int_equal(chmod(deep, 0750), 0);
	assert_int_equal(vch_dir_check_private(deep), VCH_FILE);
	assert_int_equal(errno, EACCES);
	assert_int_equal(put("a file"), VCH_OK);
	assert_int_equal(vch_dir_make(path), VCH_FILE);
	assert_int_equal(vch_dir_check_private(path), VCH_FILE);
	assert_int_equal(vch_dir_make(""), VCH_SIZE);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_write_and_read), T(test_failed_write), T(test_bounds),
		T(test_private_file),	T(test_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
