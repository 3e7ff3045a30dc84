/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <regex.h>
#include <string.h>
#include <unistd.h>

#include "host/base/logline.h"

static int pipe_out;
static int stderr_kept;
static char line[4096];

/* stderr into a pipe; what a test writes is short enough for it. */
static int setup(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	stderr_kept = dup(STDERR_FILENO);
	assert_true(dup2(fds[1], STDERR_FILENO) >= 0);
	close(fds[1]);
	pipe_out = fds[0];
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	vch_logline_level(VCH_INFO);
	close(pipe_out);
	return 0;
}

/* All that was written, and stderr as it was. */
static const char *written(void)
{
	ssize_t got;

	dup2(stderr_kept, STDERR_FILENO);
	close(stderr_kept);
	got = read(pipe_out, line, sizeof(line) - 1);
	assert_true(got >= 0);
	line[got] = 0;
	return line;
}

static void check(const char *pattern)
{
	regex_t re;
	int found;

	assert_int_equal(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB), 0);
	found = regexec(&re, line, 0, NULL, 0);
	regfree(&re);
	if (found != 0)
		fail_msg("'%s' does not match %s", line, pattern);
}

#define TIME "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z "

static void test_form(void **state)
{
	(void)state;
	VCH_LOG(VCH_WARN, "store", "tail cut", vch_field_num("bytes", 42),
		vch_field_text("path", "/a/b"), vch_field_err(VCH_CORRUPT));
	written();
	check(TIME "warn store tail cut bytes=42 path=/a/b err=CORRUPT\n$");
}

/* What came from outside cannot begin a line or a field. */
static void test_hostile_values(void **state)
{
	(void)state;
	VCH_LOG(VCH_INFO, "net", "got", vch_field_text("a", "x\ny"),
		vch_field_text("b", "1 c=2"), vch_field_text("d", "\"\\"),
		vch_field_text("e", ""), vch_field_text("f", NULL),
		vch_field_num("g", UINT64_MAX));
	written();
	check("got a=x\\?y b=\"1 c=2\" d=\"\\\\\"\\\\\\\\\" e=\"\" f=\"\" "
	      "g=18446744073709551615\n$");
}

static void test_bound(void **state)
{
	char text[2 * VCH_LOGLINE_MAX];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = 0;
	VCH_LOG(VCH_INFO, "net", "got", vch_field_text("a", text),
		vch_field_text("b", text));
	assert_int_equal(strlen(written()), VCH_LOGLINE_MAX);
	check("x\\.\\.\\.\n$");
}

static void test_level(void **state)
{
	enum vch_level level;

	(void)state;
	VCH_LOG(VCH_DEBUG, "net", "quiet", vch_field_num("n", 1));
	assert_int_equal(vch_level_parse(&level, "error"), VCH_OK);
	vch_logline_level(level);
	VCH_LOG(VCH_WARN, "net", "quiet", vch_field_num("n", 1));
	VCH_LOG(VCH_ERROR, "net", "loud", vch_field_num("n", 1));
	written();
	check(TIME "error net loud n=1\n$");
	assert_int_equal(vch_level_parse(&level, "Error"), VCH_ARGUMENT);
	assert_int_equal(vch_level_parse(&level, ""), VCH_ARGUMENT);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_form),
		T(test_hostile_values),
		T(test_bound),
		T(test_level),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
