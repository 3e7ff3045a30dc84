/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "host/base/toml.h"
#include "trusted/base/check.h"

/* What was read, one "section.key:line=type items" after the other. */
struct seen {
	char text[4096];
	size_t len;
	const char *refuse; /* this key */
};

static enum vch_err see(void *ctx, const struct vch_toml_entry *e,
			struct vch_toml_fault *fault)
{
	static const char *const types[] = {"s", "n", "b", "l"};
	struct seen *seen = ctx;

	if (seen->refuse && strcmp(seen->refuse, e->key) == 0)
		return vch_toml_fail(fault, "no %s", e->key);
	seen->len += (size_t)snprintf(
		seen->text + seen->len, sizeof(seen->text) - seen->len,
		"%s.%s:%u=%s", e->section, e->key, e->line, types[e->type]);
	for (size_t i = 0; i < e->item_cnt; i++)
		seen->len += (size_t)snprintf(seen->text + seen->len,
					      sizeof(seen->text) - seen->len,
					      "<%.40s>", e->items[i]);
	return VCH_OK;
}

static enum vch_err read_text(struct seen *seen, struct vch_toml_fault *fault,
			      const char *text)
{
	*seen = (struct seen){.refuse = seen->refuse};
	return vch_toml_read(vch_span(text, strlen(text)), see, seen, fault);
}

static void test_good(void **state)
{
	static const struct {
		const char *text;
		const char *seen;
	} rows[] = {
		{"", ""},
		{"\n\r\n  # only a comment", ""},
		{"a = 1", ".a:1=n<1>"},
		{"[s]\nkey=\"v\"", "s.key:2=s<v>"},
		{"[a]\n[b-_9] # x\r\n\tk\t=\ttrue\t# y\r\n",
		 "b-_9.k:3=b<true>"},
		{"a = \"q\\\"b\\\\\" \nb='\\n'", ".a:1=s<q\"b\\>.b:2=s<\\n>"},
		{"a=[]\nb=[ \"x\", 'y' ]", ".a:1=l.b:2=l<x><y>"},
		{"a = [ # one\n \"x\",\n\n # two\n 'y',\n]\nb=0",
		 ".a:1=l<x><y>.b:7=n<0>"},
		{"a = \"\xc3\xa4\xf0\x9f\x94\x91\"",
		 ".a:1=s<\xc3\xa4\xf0\x9f\x94\x91>"},
		{"a=false\na=false", ".a:1=b<false>.a:2=b<false>"},
		{"a = \"\"", ".a:1=s<>"},
		{"n = 999999999999999999", ".n:1=n<999999999999999999>"},
	};
	struct vch_toml_fault fault;
	struct seen seen = {0};

	(void)state;
	for (size_t i = 0; i < VCH_ARRAY_LEN(rows); i++) {
		assert_int_equal(read_text(&seen, &fault, rows[i].text),
				 VCH_OK);
		assert_string_equal(seen.text, rows[i].seen);
	}
}

static void test_bad(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *why;
	} rows[] = {
		{"a", 1, "'=' is missing"},
		{"\n\na = ", 3, "the value must be"},
		{"a = b", 1, "the value must be"},
		{"a = -1", 1, "the value must be"},
		{"a = 1.5", 1, "behind the value"},
		{"a = 01", 1, "the value must be"},
		{"a = 1000000000000000000", 1, "the value must be"},
		{"a = 1 2", 1, "behind the value"},
		{"a = \"x\" y", 1, "behind the value"},
		{"a = \"x", 1, "does not end"},
		{"a = \"x\ny\"", 1, "does not end"},
		{"a = \"\\n\"", 1, "only \\\" and \\\\"},
		{"a = \"\"\"x\"\"\"", 1, "behind the value"},
		{"= 1", 1, "a name is missing"},
		{"a.b = 1", 1, "'=' is missing"},
		{"\"a\" = 1", 1, "a name is missing"},
		{"[]", 1, "a name is missing"},
		{"[a", 1, "']' is missing"},
		{"[a.b]", 1, "']' is missing"},
		{"[[a]]", 1, "a name is missing"},
		{"[a] b = 1", 1, "behind the value"},
		{"[a]\n[b]\n[a]", 3, "stands above"},
		{"a = [1]", 1, "strings only"},
		{"a = [\"x\" \"y\"]", 1, "',' or ']'"},
		{"a = [\"x\",\n\"y\"", 2, "',' or ']'"},
		{"a = [,]", 1, "strings only"},
		{"a = {b = 1}", 1, "the value must be"},
		{"a = \"\x01\"", 1, "control character"},
		{"a = 1\rb = 2", 1, "control character"},
		{"# \xff", 1, "not UTF-8"},
		{"# ok\n# \xc0\x80", 2, "not UTF-8"},
		{"# \xed\xa0\x80", 1, "not UTF-8"},
		{"# \xf4\x90\x80\x80", 1, "not UTF-8"},
		{"# \xe2\x82", 1, "not UTF-8"},
		{"abcdefghijklmnopqrstuvwxyz0123456789 = 1", 1, "too long"},
	};
	struct vch_toml_fault fault;
	struct seen seen = {0};

	(void)state;
	for (size_t i = 0; i < VCH_ARRAY_LEN(rows); i++) {
		assert_int_equal(read_text(&seen, &fault, rows[i].text),
				 VCH_FORMAT);
		assert_int_equal(fault.line, rows[i].line);
		assert_non_null(strstr(fault.why, rows[i].why));
	}
}

static void test_limits(void **state)
{
	static char text[3 * VCH_TOML_TEXT_MAX];
	struct vch_toml_fault fault;
	struct seen seen = {0};
	size_t len = 0;

	(void)state;
	for (int i = 0; i < VCH_TOML_SECTIONS_MAX; i++)
		len += (size_t)sprintf(text + len, "[s%d]\n", i);
	assert_int_equal(read_text(&seen, &fault, text), VCH_OK);
	sprintf(text + len, "[more]");
	assert_int_equal(read_text(&seen, &fault, text), VCH_FORMAT);
	assert_int_equal(fault.line, VCH_TOML_SECTIONS_MAX + 1);

	len = (size_t)sprintf(text, "a=[");
	for (int i = 0; i < VCH_TOML_ITEMS_MAX; i++)
		len += (size_t)sprintf(text + len, "'',");
	sprintf(text + len, "]");
	assert_int_equal(read_text(&seen, &fault, text), VCH_OK);
	sprintf(text + len, "'']");
	assert_int_equal(read_text(&seen, &fault, text), VCH_FORMAT);

	/* With its zero, the text of one value. */
	len = (size_t)sprintf(text, "a='");
	memset(text + len, 'x', VCH_TOML_TEXT_MAX - 1);
	sprintf(text + len + VCH_TOML_TEXT_MAX - 1, "'");
	assert_int_equal(read_text(&seen, &fault, text), VCH_OK);
	sprintf(text + len + VCH_TOML_TEXT_MAX - 1, "x'");
	assert_int_equal(read_text(&seen, &fault, text), VCH_FORMAT);
}

static void test_refused_by_caller(void **state)
{
	struct seen seen = {.refuse = "c"};
	struct vch_toml_fault fault;

	(void)state;
	assert_int_equal(read_text(&seen, &fault, "a=1\n\nc=[\n'x',\n]\nd=1"),
			 VCH_FORMAT);
	assert_int_equal(fault.line, 3);
	assert_string_equal(fault.why, "no c");
	assert_string_equal(seen.text, ".a:1=n<1>");
}

/* Any text is read or refused with a line that it has; nothing else. */
static void test_random(void **state)
{
	static const char *const parts[] = {
		"[",	       "]",
		"=",	       "\"",
		"'",	       "\\",
		"#",	       "\n",
		"\r\n",	       " ",
		",",	       "a",
		"key",	       "1",
		"0",	       "true",
		"\t",	       "\xc3\xa4",
		"\xff",	       "[s]\n",
		"k = \"v\"\n", "l = [\"a\", 'b']\n",
		"n = 7\n",
	};
	const char *given = getenv("VOUCH_SEED");
	unsigned seed = given ? (unsigned)strtoul(given, NULL, 10)
			      : (unsigned)time(NULL);
	struct vch_toml_fault fault;
	struct seen seen = {0};
	char text[256];

	(void)state;
	print_message("# VOUCH_SEED=%u\n", seed);
	for (int round = 0; round < 20000; round++) {
		unsigned lines = 1;
		enum vch_err err;

		text[0] = '\0';
		seed = seed * 1664525u + 1013904223u;
		for (unsigned i = (seed >> 4) % 40; i > 0; i--) {
			seed = seed * 1664525u + 1013904223u;
			strcat(text, parts[(seed >> 8) % VCH_ARRAY_LEN(parts)]);
			if (strlen(text) > sizeof(text) - 24)
				break;
		}
		for (const char *c = text; *c; c++)
			lines += *c == '\n';
		err = read_text(&seen, &fault, text);
		assert_true(err == VCH_OK || err == VCH_FORMAT);
		if (err == VCH_FORMAT) {
			assert_in_range(fault.line, 1, lines);
			assert_true(fault.why[0]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_refused_by_caller),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
