/* SPDX-License-Identifier: Apache-2.0 */
/* vouch: what a person types, and how it ends. */
#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "host/cli/cli.h"
#include "host/cli/term.h"
#include "host/net/web.h"
#include "trusted/crypto/secp256k1.h"

static enum vch_exit finish(const struct vch_cli *cli, enum vch_err err)
{
	if (err)
		fprintf(stderr, "%svouch: %s%s%s%s%s\n", vch_ink(VCH_INK_RED),
			vch_err_name(err), vch_ink(VCH_INK_NONE),
			cli->why[0] ? ": " : "", cli->why,
			err == VCH_ARGUMENT && !cli->command ? "" : ".");
	if (err && err != VCH_ARGUMENT)
		fprintf(stderr, "  %s\n", vch_err_sentence(err));
	return vch_cli_exit_code(err);
}

int main(int argc, char **argv)
{
	static struct vch_cli cli;
	enum vch_err err;

	umask(077);
	signal(SIGPIPE, SIG_IGN);
	vch_term_init();
	if (argc < 2 || strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		vch_cli_help();
		return argc < 2 ? VCH_EXIT_USAGE : VCH_EXIT_DONE;
	}
	err = vch_cli_parse(&cli, argc, argv);
	if (err)
		return finish(&cli, err);
	if (cli.help) {
		vch_cli_command_help(cli.command);
		return VCH_EXIT_DONE;
	}
	curl_global_init(CURL_GLOBAL_DEFAULT);
	vch_web_trust(cli.node, cli.ca);
	vch_secp256k1_init();
	err = cli.command->run(&cli);
	curl_global_cleanup();
	return finish(&cli, err);
}
