/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "host/node/topology.h"
#include "trusted/base/check.h"

static char why[VCH_SETTINGS_WHY_MAX];

static enum vch_err read_text(struct vch_settings *s, const char *text)
{
	why[0] = '\0';
	return vch_settings_read(s, "f", vch_span(text, strlen(text)), why);
}

static void test_defaults(void **state)
{
	struct vch_settings s;
	char text[VCH_ADDRESS_TEXT_MAX];

	(void)state;
	vch_settings_init(&s);
	assert_string_equal(s.data, "~/.vouch/node");
	assert_int_equal(s.level, VCH_INFO);
	assert_int_equal(s.request_us, 10000000);
	assert_int_equal(s.batch_us, 1000);
	assert_false(s.allow_remote_emulated);
	assert_int_equal(s.names.cnt, 0);
	/* The table of places says the same. */
	vch_address_print(text, &s.rpc);
	assert_string_equal(text, vch_places[VCH_PLACE_RPC].where);
	vch_address_print(text, &s.operator);
	assert_string_equal(text, vch_places[VCH_PLACE_OPERATOR].where);
	assert_string_equal(s.secure, vch_places[VCH_PLACE_SECURE].where);
	assert_int_equal(vch_settings_check(&s, why), VCH_OK);
}

/* Each setting has a section, a key and an option of its own. */
static void test_table(void **state)
{
	(void)state;
	for (int i = 0; i < VCH_SET_CNT; i++) {
		const struct vch_setting_info *a = &vch_setting_table[i];

		assert_non_null(a->help);
		assert_int_equal(a->arg == NULL, a->type == VCH_TYPE_BOOL);
		for (int j = 0; j < i; j++) {
			const struct vch_setting_info *b =
				&vch_setting_table[j];

			assert_string_not_equal(a->option, b->option);
			assert_false(a->letter && a->letter == b->letter);
			assert_false(strcmp(a->key, b->key) == 0 &&
				     strcmp(a->section, b->section) == 0);
		}
	}
}

/* The documented defaults are the defaults, and are read back. */
static void test_printed_defaults(void **state)
{
	struct vch_settings plain;
	struct vch_settings s;
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	(void)state;
	assert_non_null(to);
	vch_settings_print_defaults(to);
	fclose(to);
	vch_settings_init(&plain);
	vch_settings_init(&s);
	assert_int_equal(read_text(&s, text), VCH_OK);
	for (int i = 0; i < VCH_SET_CNT; i++)
		assert_int_equal(s.source[i], VCH_SOURCE_FILE);
	memcpy(s.source, plain.source, sizeof(s.source));
	memcpy(s.line, plain.line, sizeof(s.line));
	assert_memory_equal(&s, &plain, sizeof(s));
	free(text);
}

static void test_good(void **state)
{
	struct vch_settings s;

	(void)state;
	vch_settings_init(&s);
	assert_int_equal(
		read_text(&s, "[server]\nlisten = \"[::1]:1\"\n"
			      "names = [\"a.example\", \"b.example:7\"]\n"
			      "allow_remote_emulated = true\n"
			      "[limits]\nrequest_time = 7\nidle_time='1m'\n"
			      "rate_token=12\n[node]\nlog_level = \"debug\"\n"
			      "[tee]\nbatch_timeout = \"250us\"\n"),
		VCH_OK);
	assert_true(s.rpc.v6);
	assert_int_equal(s.names.cnt, 2);
	assert_string_equal(s.names.item[1], "b.example:7");
	assert_true(s.allow_remote_emulated);
	assert_int_equal(s.request_us, 7000000);
	assert_int_equal(s.idle_us, 60000000);
	assert_int_equal(s.rate_token, 12);
	assert_int_equal(s.level, VCH_DEBUG);
	assert_int_equal(s.batch_us, 250);
	assert_int_equal(s.line[VCH_SET_NAMES], 3);
}

static void test_bad(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} rows[] = {
		{"listen = 1", "f:1: there is no section []"},
		{"\n[serve]\nlisten = 1", "f:3: there is no section [serve]"},
		{"[server]\n\nlissten = 1",
		 "f:3: there is no setting 'lissten' in [server]"},
		{"[node]\nlisten = \"127.0.0.1:1\"",
		 "f:2: there is no setting 'listen' in [node]"},
		{"[tee]\nqueue = 1\nqueue = 1", "f:3: 'queue' stands above"},
		{"[tee]\nqueue = \"1\"", "f:2: queue: want a whole number"},
		{"[tee]\nqueue = 0", "f:2: queue: '0' is not a whole"},
		{"[tee]\nbatch_size = 65", "f:2: batch_size: '65' is not a"},
		{"[tee]\ndeadline = true", "f:2: deadline: want a time"},
		{"[tee]\ndeadline = \"1h\"", "f:2: deadline: '1h' is not"},
		{"[tee]\ndeadline = \"s\"", "f:2: deadline: 's' is not"},
		{"[tee]\ndeadline = \"1 s\"", "f:2: deadline: '1 s' is not"},
		{"[tee]\ndeadline = 999999999999999999",
		 "f:2: deadline: '999999999999999999' is not"},
		{"[server]\nlisten = 3000", "f:2: listen: want a \"string\""},
		{"[server]\nlisten = \"example.org:1\"",
		 "f:2: listen: 'example.org:1' is not ADDRESS:PORT"},
		{"[server]\nnames = \"a\"", "f:2: names: want a list"},
		{"[server]\nnames = [\"a b\"]",
		 "f:2: names: 'a b' is not a host name"},
		{"[server]\nnames = [\"a\",\"b\",\"c\",\"d\",\"e\"]",
		 "f:2: names: more than 4"},
		{"[server]\nallow_remote_emulated = 1",
		 "f:2: allow_remote_emulated: want true or false"},
		{"[node]\nlog_level = \"loud\"",
		 "f:2: log_level: there is no log level 'loud'"},
		{"[node]\ndata = \"\"", "f:2: data: a path is needed"},
		{"[node]\ndata = \"x", "f:2: the string does not end"},
		{"[limits]\nrequest_time = 0", "f:2: request_time: '0' is no"},
		{"[limits]\nrequest_time = \"999ms\"", "f:2: request_time: "},
	};
	struct vch_settings s;
	struct vch_settings before;

	(void)state;
	for (size_t i = 0; i < VCH_ARRAY_LEN(rows); i++) {
		vch_settings_init(&s);
		before = s;
		assert_int_equal(read_text(&s, rows[i].text), VCH_ARGUMENT);
		assert_memory_equal(why, rows[i].why, strlen(rows[i].why));
		/* nothing was taken */
		assert_memory_equal(&s, &before, sizeof(s));
	}
}

static void test_environment(void **state)
{
	char *const good[] = {"HOME=/root",
			      "VOUCH_PORT=1",
			      "VOUCH_TEE=/x",
			      "VOUCH_TEE_QUEUE=7",
			      "VOUCH_SERVER_NAMES=a.example,b.example",
			      "VOUCH_SERVER_ALLOW_REMOTE_EMULATED=true",
			      NULL};
	char *const unknown[] = {"VOUCH_SERVER_LISSTEN=1", NULL};
	char *const bad[] = {"VOUCH_TEE_QUEUE=-1", NULL};
	char *const bare[] = {"VOUCH_NODE_DATA", NULL};
	struct vch_settings s;

	(void)state;
	vch_settings_init(&s);
	assert_int_equal(read_text(&s, "[server]\nnames=[\"c.example\"]"),
			 VCH_OK);
	assert_int_equal(vch_settings_environment(&s, good, why), VCH_OK);
	assert_int_equal(s.queue, 7);
	assert_int_equal(s.names.cnt, 2);
	assert_string_equal(s.names.item[0], "a.example");
	assert_true(s.allow_remote_emulated);
	assert_int_equal(vch_settings_environment(&s, unknown, why),
			 VCH_ARGUMENT);
	assert_string_equal(why, "VOUCH_SERVER_LISSTEN in the environment is "
				 "no setting");
	assert_int_equal(vch_settings_environment(&s, bad, why), VCH_ARGUMENT);
	assert_memory_equal(why, "VOUCH_TEE_QUEUE: '-1'", 21);
	assert_int_equal(vch_settings_environment(&s, bare, why), VCH_ARGUMENT);
}

/* Stronger places win, whatever the order; lists are replaced whole. */
static void test_precedence(void **state)
{
	struct vch_settings s;

	(void)state;
	vch_settings_init(&s);
	assert_int_equal(vch_settings_set(&s, VCH_SET_QUEUE,
					  VCH_SOURCE_ARGUMENT, "5", why),
			 VCH_OK);
	assert_int_equal(vch_settings_set(&s, VCH_SET_QUEUE,
					  VCH_SOURCE_ENVIRONMENT, "6", why),
			 VCH_OK);
	assert_int_equal(s.queue, 5);
	assert_int_equal(vch_settings_set(&s, VCH_SET_NAMES,
					  VCH_SOURCE_ENVIRONMENT, "a", why),
			 VCH_OK);
	assert_int_equal(vch_settings_set(&s, VCH_SET_NAMES,
					  VCH_SOURCE_ARGUMENT, "b", why),
			 VCH_OK);
	assert_int_equal(vch_settings_set(&s, VCH_SET_NAMES,
					  VCH_SOURCE_ARGUMENT, "c", why),
			 VCH_OK);
	assert_int_equal(s.names.cnt, 2);
	assert_string_equal(s.names.item[0], "b");
}

static void test_together(void **state)
{
	struct vch_settings s;

	(void)state;
	vch_settings_init(&s);
	assert_int_equal(read_text(&s, "[tls]\nkey=\"k\""), VCH_OK);
	assert_int_equal(vch_settings_check(&s, why), VCH_ARGUMENT);
	assert_int_equal(read_text(&s, "[tls]\ncertificate=\"c\""), VCH_OK);
	assert_int_equal(vch_settings_check(&s, why), VCH_OK);
	assert_int_equal(read_text(&s, "[server]\nunix_users=[\"x\"]"), VCH_OK);
	assert_int_equal(vch_settings_check(&s, why), VCH_ARGUMENT);
}

/* Whatever was set is printed as text that sets the same again. */
static void test_random(void **state)
{
	static const char *const texts[] = {
		"",	   "0",		  "1",
		"64",	   "true",	  "false",
		"debug",   "warn",	  "10s",
		"5ms",	   "3us",	  "2m",
		"1",	   "a.example",	  "/x\"y",
		"a\\b c",  "x,y",	  "::",
		"[::1]:5", "127.0.0.1:0", "18446744073709551616",
		"1000000",
	};
	const char *given = getenv("VOUCH_SEED");
	unsigned seed = given ? (unsigned)strtoul(given, NULL, 10)
			      : (unsigned)time(NULL);

	(void)state;
	print_message("# VOUCH_SEED=%u\n", seed);
	srandom(seed);
	for (int round = 0; round < 500; round++) {
		struct vch_settings s;
		struct vch_settings back;
		char *text = NULL;
		size_t len = 0;
		FILE *to;

		vch_settings_init(&s);
		for (int i = 0; i < 20; i++) {
			struct vch_settings next = s;
			enum vch_setting at =
				(enum vch_setting)(random() % VCH_SET_CNT);
			const char *v =
				texts[(size_t)random() % VCH_ARRAY_LEN(texts)];

			if (vch_settings_set(&next, at, VCH_SOURCE_FILE, v,
					     why) == VCH_OK)
				s = next;
		}
		to = open_memstream(&text, &len);
		assert_non_null(to);
		vch_settings_print(to, &s);
		fclose(to);
		vch_settings_init(&back);
		if (read_text(&back, text) != VCH_OK)
			fail_msg("%s in\n%s", why, text);
		memcpy(back.source, s.source, sizeof(s.source));
		memcpy(back.line, s.line, sizeof(s.line));
		for (int i = 0; i < VCH_SET_CNT; i++)
			if (vch_setting_table[i].type == VCH_TYPE_PATH)
				assert_string_equal(
					(char *)&s +
						vch_setting_table[i].offset,
					(char *)&back +
						vch_setting_table[i].offset);
		assert_int_equal(s.queue, back.queue);
		assert_int_equal(s.deadline_us, back.deadline_us);
		assert_int_equal(s.batch_us, back.batch_us);
		assert_int_equal(s.idle_us, back.idle_us);
		assert_int_equal(s.level, back.level);
		assert_int_equal(s.names.cnt, back.names.cnt);
		assert_memory_equal(&s.rpc, &back.rpc, sizeof(s.rpc));
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_printed_defaults),
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_precedence),
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
