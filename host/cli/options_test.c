/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "host/cli/cli.h"

#define ARGS_MAX 12

/* Parses "vouch a b c". */
static enum vch_err parse(struct vch_cli *cli, const char *line)
{
	static char text[512];
	char *argv[ARGS_MAX + 1];
	char *at = text;
	int argc = 0;

	assert_true(strlen(line) < sizeof(text));
	strcpy(text, line);
	while (argc < ARGS_MAX && (argv[argc] = strsep(&at, " ")))
		argc++;
	argv[argc] = NULL;
	memset(cli, 0, sizeof(*cli));
	return vch_cli_parse(cli, argc, argv);
}

static void options_are_read(void **state)
{
	struct vch_cli cli;

	(void)state;
	assert_int_equal(parse(&cli, "vouch pay --to 0x12 --amount=5gwei "
				     "--json --node http://x"),
			 VCH_OK);
	assert_string_equal(cli.to, "0x12");
	assert_string_equal(cli.amount, "5gwei");
	assert_string_equal(cli.node, "http://x");
	assert_true(cli.json);
	assert_null(cli.from);
	assert_ptr_equal(cli.command->run, vch_cmd_pay);
	assert_int_equal(parse(&cli, "vouch log verify DIR"), VCH_OK);
	assert_string_equal(cli.args[0], "DIR");
	assert_ptr_equal(cli.command->run, vch_cmd_log_verify);
	assert_int_equal(parse(&cli, "vouch passkey create --file F"), VCH_OK);
	assert_string_equal(cli.passkey, "F");
}

static void defaults_are_filled_in(void **state)
{
	struct vch_cli cli;

	(void)state;
	setenv("HOME", "/home/somebody", 1);
	assert_int_equal(parse(&cli, "vouch pay"), VCH_OK);
	assert_string_equal(cli.node, "http://127.0.0.1:3000");
	assert_string_equal(cli.token_file, "/home/somebody/.vouch/node/token");
	assert_string_equal(cli.passkey,
			    "/home/somebody/.vouch/demo-passkey.json");
	assert_null(cli.amount);
	assert_false(cli.json);
}

static void wrong_usage_is_told(void **state)
{
	static const char *const wrong[] = {
		"vouch",
		"vouch dance",
		"vouch log",
		"vouch log dance",
		"vouch log verify",
		"vouch pay extra",
		"vouch pay --amount",
		"vouch pay --json=yes",
		"vouch pay --dance",
		"vouch pay --amoun 1",
		"vouch tee --amount 1",
		"vouch account show 1 2 3 4 5",
	};
	struct vch_cli cli;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(parse(&cli, wrong[i]), VCH_ARGUMENT);
		assert_true(strlen(cli.why) > 0);
	}
}

static void commands_are_told_apart(void **state)
{
	size_t i, j;

	(void)state;
	assert_true(vch_cli_command_cnt > 10);
	for (i = 0; i < vch_cli_command_cnt; i++) {
		const struct vch_cli_command *a = &vch_cli_commands[i];

		assert_non_null(a->run);
		assert_non_null(a->summary);
		assert_int_equal(a->options >> VCH_O_CNT, 0);
		for (j = 0; j < i; j++) {
			const struct vch_cli_command *b = &vch_cli_commands[j];

			if (strcmp(a->noun, b->noun) != 0)
				continue;
			/* the noun alone stands last, and takes no words */
			assert_non_null(b->verb);
			assert_true(a->verb ? strcmp(a->verb, b->verb) != 0
					    : !a->args);
		}
	}
}

static void exit_codes_are_those_of_the_help(void **state)
{
	(void)state;
	assert_int_equal(vch_cli_exit_code(VCH_OK), 0);
	assert_int_equal(vch_cli_exit_code(VCH_LIMIT), 1);
	assert_int_equal(vch_cli_exit_code(VCH_CHAIN_RPC), 1);
	assert_int_equal(vch_cli_exit_code(VCH_ARGUMENT), 2);
	assert_int_equal(vch_cli_exit_code(VCH_SOCKET), 3);
	assert_int_equal(vch_cli_exit_code(VCH_TIMEOUT), 3);
	assert_int_equal(vch_cli_exit_code(VCH_RECEIPT), 4);
}

static void reasons_cannot_steer_the_terminal(void **state)
{
	struct vch_cli cli = {0};

	(void)state;
	assert_int_equal(vch_cli_fail(&cli, VCH_JSON, "%s", "a\033[2Jb\nc"),
			 VCH_JSON);
	assert_string_equal(cli.why, "a?[2Jb?c");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_read),
		cmocka_unit_test(defaults_are_filled_in),
		cmocka_unit_test(wrong_usage_is_told),
		cmocka_unit_test(commands_are_told_apart),
		cmocka_unit_test(exit_codes_are_those_of_the_help),
		cmocka_unit_test(reasons_cannot_steer_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
