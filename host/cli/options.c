/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/cli/cli.h"
#include "host/cli/term.h"
#include "trusted/base/check.h"

#define DEFAULT_MAX 512

const struct vch_cli_option vch_cli_options[VCH_O_CNT] = {
	[VCH_O_NODE] = {"node", "URL",
			"vouchd's JSON-RPC: http, https, or unix:PATH",
			"http://127.0.0.1:3000",
			offsetof(struct vch_cli, node)},
	[VCH_O_TOKEN_FILE] = {"token-file", "FILE", "the node's bearer token",
			      "~/.vouch/node/token",
			      offsetof(struct vch_cli, token_file)},
	[VCH_O_PASSKEY] = {"passkey", "FILE",
			   "the demo passkey and its accounts",
			   "~/.vouch/demo-passkey.json",
			   offsetof(struct vch_cli, passkey)},
	[VCH_O_FILE] = {"file", "FILE", "the demo passkey and its accounts",
			"~/.vouch/demo-passkey.json",
			offsetof(struct vch_cli, passkey)},
	[VCH_O_CHAIN] = {"chain", "URL", "the Ethereum node's JSON-RPC",
			 "http://127.0.0.1:8545",
			 offsetof(struct vch_cli, chain)},
	[VCH_O_DEPLOYMENT] = {"deployment", "FILE",
			      "where the contracts are, from `vouch deploy`",
			      "~/.vouch/deployment.json",
			      offsetof(struct vch_cli, deployment)},
	[VCH_O_ARTIFACTS] = {"artifacts", "DIR", "the built contracts",
			     "out/contracts",
			     offsetof(struct vch_cli, artifacts)},
	[VCH_O_ENTRY_POINT_ARTIFACT] =
		{"entry-point-artifact", "FILE", "the EntryPoint v0.8 artifact",
		 "node_modules/@account-abstraction/contracts/artifacts/"
		 "EntryPoint.json",
		 offsetof(struct vch_cli, entry_point_artifact)},
	[VCH_O_RP_ID] = {"rp-id", "DOMAIN", "the app's domain", "localhost",
			 offsetof(struct vch_cli, rp_id)},
	[VCH_O_ORIGIN] = {"origin", "ORIGIN", "the page that asks",
			  "http://localhost:3000",
			  offsetof(struct vch_cli, origin)},
	[VCH_O_FROM] = {"from", "ACCOUNT", "the paying account", NULL,
			offsetof(struct vch_cli, from)},
	[VCH_O_TO] = {"to", "ADDRESS", "who gets it", NULL,
		      offsetof(struct vch_cli, to)},
	[VCH_O_AMOUNT] = {"amount", "AMOUNT", "0.01ether, 5gwei, 7 (wei)", NULL,
			  offsetof(struct vch_cli, amount)},
	[VCH_O_WITHOUT] = {"without", "passkey|cosignature",
			   "replaces that signature by another key's, to show "
			   "that the chain refuses",
			   NULL, offsetof(struct vch_cli, without)},
	[VCH_O_BUNDLER_FROM] = {"bundler-from", "ADDRESS",
				"who carries it: an account the Ethereum node "
				"signs for (default: its first)",
				NULL, offsetof(struct vch_cli, bundler_from)},
	[VCH_O_ONLY] = {"only", "tee|chain", "one of the two sides", NULL,
			offsetof(struct vch_cli, only)},
	[VCH_O_LOG_KEY] = {"log-key", "HEX", "the log key to insist on", NULL,
			   offsetof(struct vch_cli, log_key)},
	[VCH_O_FACTORY] = {"factory", "HEX",
			   "public key of the factory whose devices you "
			   "believe",
			   NULL, offsetof(struct vch_cli, factory)},
	[VCH_O_MEASUREMENT] = {"measurement", "HEX",
			       "of the code you believe: `make ta-measure`",
			       NULL, offsetof(struct vch_cli, measurement)},
	[VCH_O_CHALLENGE] = {"challenge", "HEX",
			     "the challenge you drew (default: any)", NULL,
			     offsetof(struct vch_cli, challenge)},
	[VCH_O_COUNT] = {"count", "N",
			 "with --print-request: so many for each account, in "
			 "nonce sequences of their own (1 to 4)",
			 NULL, offsetof(struct vch_cli, count)},
	[VCH_O_NONCE_KEY] = {"nonce-key", "N",
			     "which of the account's nonce sequences "
			     "(default 0)",
			     NULL, offsetof(struct vch_cli, nonce_key)},
	[VCH_O_PURPOSE] = {"purpose", "eth|message|raw|paymaster",
			   "what the key is for, for life", "eth",
			   offsetof(struct vch_cli, purpose)},
	[VCH_O_TYPE] = {"type", "secp256k1|ed25519", "the kind of key",
			"secp256k1", offsetof(struct vch_cli, type)},
	[VCH_O_CHAINS] = {"chains", "ID[,ID…]",
			  "the chains whose transactions it may sign "
			  "(default: none)",
			  NULL, offsetof(struct vch_cli, chains)},
	[VCH_O_OPS_DAILY] = {"ops-daily", "N",
			     "signatures a day (default: no limit)", NULL,
			     offsetof(struct vch_cli, ops_daily)},
	[VCH_O_NATIVE_DAILY] = {"native-daily", "AMOUNT",
				"what its transactions may move in a day, "
				"fees included (default: no limit)",
				NULL, offsetof(struct vch_cli, native_daily)},
	[VCH_O_OWNER] = {"owner", "TYPE:HEX|FILE",
			 "create, import: ed25519 or p256 and a public key "
			 "whose signature each request needs (default: the "
			 "host's token); else the file of that key, from "
			 "`vouch key owner`",
			 NULL, offsetof(struct vch_cli, owner)},
	[VCH_O_MESSAGE] = {"message", "TEXT",
			   "signs a text: EIP-191, or plain on Ed25519", NULL,
			   offsetof(struct vch_cli, message)},
	[VCH_O_DIGEST] = {"digest", "HEX",
			  "signs 32 bytes (keys of purpose raw)", NULL,
			  offsetof(struct vch_cli, digest)},
	[VCH_O_TRANSACTION] = {"transaction", "HEX",
			       "signs an unsigned, serialized transaction",
			       NULL, offsetof(struct vch_cli, transaction)},
	[VCH_O_TYPED_DATA] = {"typed-data", "FILE",
			      "signs EIP-712 typed data as wallets send it",
			      NULL, offsetof(struct vch_cli, typed_data)},
	[VCH_O_PAYMASTERS] = {"paymasters", "CHAIN:ADDRESS[,…]",
			      "the paymasters that a key of that purpose signs "
			      "for",
			      NULL, offsetof(struct vch_cli, paymasters)},
	[VCH_O_KEYS] = {"keys", "FILE", "the last receipt of each key used",
			"~/.vouch/keys.json",
			offsetof(struct vch_cli, keys_file)},
	[VCH_O_REPLICATED] = {"replicated", NULL,
			      "any instance of the TEE serves it, so it has no "
			      "limits and no owner",
			      NULL, offsetof(struct vch_cli, replicated)},
	[VCH_O_EMULATED] = {"emulated", NULL,
			    "accepts an emulated TEE, for trying and testing",
			    NULL, offsetof(struct vch_cli, emulated)},
	[VCH_O_NO_COUNTER] = {"no-counter", NULL,
			      "the passkey's counter stays 0, as that of "
			      "synced ones does",
			      NULL, offsetof(struct vch_cli, no_counter)},
	[VCH_O_YES] = {"yes", NULL, "does it", NULL,
		       offsetof(struct vch_cli, yes)},
	[VCH_O_PRINT_REQUEST] = {"print-request", NULL,
				 "prints the params of vouch_cosign, one JSON "
				 "object a line, and sends nothing; --from all "
				 "takes every account",
				 NULL, offsetof(struct vch_cli, print_request)},
	[VCH_O_PRINT_OPERATION] = {"print-operation", NULL,
				   "has it co-signed and prints the signed "
				   "operation, but does not send it",
				   NULL,
				   offsetof(struct vch_cli, print_operation)},
	[VCH_O_DATA] = {"data", "DIR", "the node's folder", "~/.vouch/node",
			offsetof(struct vch_cli, data)},
	[VCH_O_SECURE] = {"secure", "DIR", "the emulated TEE's device",
			  "~/.vouch/tee", offsetof(struct vch_cli, secure)},
	[VCH_O_TOKENS] = {"tokens", "FILE",
			  "the hashed tokens (default: tokens in --data)", NULL,
			  offsetof(struct vch_cli, tokens)},
	[VCH_O_CA] = {"ca", "FILE",
		      "certificate (PEM) that the node's must be, or be signed "
		      "by; default: the system's",
		      NULL, offsetof(struct vch_cli, ca)},
	[VCH_O_VERSION] = {"version", "N",
			   "of the trusted application that is released", NULL,
			   offsetof(struct vch_cli, release_version)},
	[VCH_O_KEY] = {"key", "FILE", "the release key that signs (PEM)", NULL,
		       offsetof(struct vch_cli, release_key)},
	[VCH_O_TA] = {"ta", "FILE",
		      "the trusted application for OP-TEE, to be measured",
		      NULL, offsetof(struct vch_cli, ta)},
	[VCH_O_JSON] = {"json", NULL, "prints JSON", NULL,
			offsetof(struct vch_cli, json)},
	[VCH_O_HELP] = {"help", NULL, "prints this", NULL,
			offsetof(struct vch_cli, help)},
};

static const char **text_of(struct vch_cli *cli, const struct vch_cli_option *o)
{
	return (const char **)(void *)((char *)cli + o->offset);
}

enum vch_err vch_cli_fail(struct vch_cli *cli, enum vch_err err,
			  const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(cli->why, sizeof(cli->why), format, args);
	va_end(args);
	vch_term_clean(cli->why);
	return err;
}

enum vch_exit vch_cli_exit_code(enum vch_err err)
{
	switch ((int)err) {
	case VCH_OK:
		return VCH_EXIT_DONE;
	case VCH_ARGUMENT:
		return VCH_EXIT_USAGE;
	case VCH_SOCKET:
	case VCH_TIMEOUT:
		return VCH_EXIT_UNREACHED;
	case VCH_RECEIPT:
	case VCH_ROLLBACK:
		return VCH_EXIT_UNPROVED;
	default:
		return VCH_EXIT_REFUSED;
	}
}

static const struct vch_cli_command *command_of(int argc, char *const *argv,
						int *ret_used)
{
	size_t i;

	for (i = 0; argc > 1 && i < vch_cli_command_cnt; i++) {
		const struct vch_cli_command *c = &vch_cli_commands[i];

		*ret_used = c->verb ? 3 : 2;
		if (strcmp(c->noun, argv[1]) == 0 &&
		    (!c->verb || (argc > 2 && strcmp(c->verb, argv[2]) == 0)))
			return c;
	}
	return NULL;
}

/* The option `text` (behind its dashes) names, up to a '=' if it has one. */
static const struct vch_cli_option *option_of(const char *text)
{
	size_t len = strcspn(text, "=");
	size_t i;

	for (i = 0; i < VCH_O_CNT; i++)
		if (strlen(vch_cli_options[i].name) == len &&
		    strncmp(vch_cli_options[i].name, text, len) == 0)
			return &vch_cli_options[i];
	return NULL;
}

static enum vch_err take_option(struct vch_cli *cli, int argc,
				char *const *argv, int *i)
{
	const char *text = argv[*i] + 2;
	const struct vch_cli_option *o = option_of(text);
	const char *value = strchr(text, '=');
	uint64_t bits = cli->command->options | VCH_O(HELP);

	if (!o || !(bits >> (o - vch_cli_options) & 1))
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "%s is no option of this command",
				    argv[*i]);
	if (!o->arg) {
		*(bool *)((char *)cli + o->offset) = true;
		return value ? vch_cli_fail(cli, VCH_ARGUMENT,
					    "--%s takes no value", o->name)
			     : VCH_OK;
	}
	if (!value && *i + 1 == argc)
		return vch_cli_fail(cli, VCH_ARGUMENT, "--%s needs %s", o->name,
				    o->arg);
	*text_of(cli, o) = value ? value + 1 : argv[++*i];
	return VCH_OK;
}

/* What was not given, in static memory: one run, one set. */
static void take_defaults(struct vch_cli *cli)
{
	static char filled[VCH_O_CNT][DEFAULT_MAX];
	const char *home = getenv("HOME");
	size_t i;

	for (i = 0; i < VCH_O_CNT; i++) {
		const struct vch_cli_option *o = &vch_cli_options[i];

		if (!o->arg || !o->fallback || *text_of(cli, o))
			continue;
		if (o->fallback[0] == '~')
			snprintf(filled[i], DEFAULT_MAX, "%s%s",
				 home ? home : ".", o->fallback + 1);
		else
			snprintf(filled[i], DEFAULT_MAX, "%s", o->fallback);
		*text_of(cli, o) = filled[i];
	}
}

enum vch_err vch_cli_parse(struct vch_cli *cli, int argc, char *const *argv)
{
	int i = 0;

	cli->command = command_of(argc, argv, &i);
	if (!cli->command)
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "no such command; try: vouch --help");
	for (; i < argc; i++) {
		if (strncmp(argv[i], "--", 2) == 0) {
			VCH_TRY(take_option(cli, argc, argv, &i));
			continue;
		}
		if (!cli->command->args || cli->arg_cnt == VCH_CLI_ARGS_MAX)
			return vch_cli_fail(cli, VCH_ARGUMENT, "%s is too much",
					    argv[i]);
		cli->args[cli->arg_cnt++] = argv[i];
	}
	take_defaults(cli);
	if (cli->command->args && cli->arg_cnt == 0 && !cli->help)
		return vch_cli_fail(cli, VCH_ARGUMENT, "%s is missing",
				    cli->command->args);
	return VCH_OK;
}

static void command_name(char *ret, size_t cap, const struct vch_cli_command *c)
{
	snprintf(ret, cap, "%s%s%s%s%s", c->noun, c->verb ? " " : "",
		 c->verb ? c->verb : "", c->args ? " " : "",
		 c->args ? c->args : "");
}

void vch_cli_help(void)
{
	char name[64];
	size_t i;

	puts("vouch: accounts that need a passkey and a TEE to agree.\n\n"
	     "usage: vouch COMMAND [OPTIONS]\n");
	for (i = 0; i < vch_cli_command_cnt; i++) {
		command_name(name, sizeof(name), &vch_cli_commands[i]);
		printf("  %-24s %s\n", name, vch_cli_commands[i].summary);
	}
	puts("\nexamples:");
	for (i = 0; i < vch_cli_command_cnt; i++)
		if (vch_cli_commands[i].example)
			printf("  %s\n", vch_cli_commands[i].example);
	puts("\nexit codes: 0 done, 1 refused or failed, 2 usage, 3 the other "
	     "side cannot be\nreached, 4 a proof does not hold.\n"
	     "`vouch COMMAND --help` tells more. Colours only on a terminal; "
	     "NO_COLOR=1: never.");
}

void vch_cli_command_help(const struct vch_cli_command *command)
{
	char name[64];
	size_t i;

	command_name(name, sizeof(name), command);
	printf("usage: vouch %s [OPTIONS]\n\n%s.\n", name, command->summary);
	if (command->details)
		printf("%s\n", command->details);
	puts("");
	for (i = 0; i < VCH_O_CNT; i++) {
		const struct vch_cli_option *o = &vch_cli_options[i];

		if (i != VCH_O_HELP && !(command->options >> i & 1))
			continue;
		snprintf(name, sizeof(name), "--%s%s%s", o->name,
			 o->arg ? " " : "", o->arg ? o->arg : "");
		printf("  %-28s %s\n", name, o->help);
		if (o->fallback)
			printf("  %-28s (default: %s)\n", "", o->fallback);
	}
	if (command->example)
		printf("\nexample:\n  %s\n", command->example);
}
