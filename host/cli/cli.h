/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frame of the program: the table of commands, the table of options that
 * help, parsing and completion all come from, and how a command ends.
 */
#ifndef HOST_CLI_CLI_H
#define HOST_CLI_CLI_H

#include "trusted/base/bytes.h"

/* Exit codes; `vouch --help` lists them. */
enum vch_exit {
	VCH_EXIT_DONE = 0,
	VCH_EXIT_REFUSED = 1,
	VCH_EXIT_USAGE = 2,
	VCH_EXIT_UNREACHED = 3,
	VCH_EXIT_UNPROVED = 4,
};

#define VCH_CLI_ARGS_MAX 4
#define VCH_CLI_WHY_MAX 1024

/* One run: what was asked for, and what went wrong. */
struct vch_cli {
	const struct vch_cli_command *command;
	const char *node;
	const char *token_file;
	const char *passkey;
	const char *chain;
	const char *deployment;
	const char *artifacts;
	const char *entry_point_artifact;
	const char *rp_id;
	const char *origin;
	const char *from;
	const char *to;
	const char *amount;
	const char *without;
	const char *bundler_from;
	const char *only;
	const char *log_key;
	const char *factory;
	const char *measurement;
	const char *challenge;
	const char *count;
	const char *nonce_key;
	const char *purpose;
	const char *type;
	const char *chains;
	const char *ops_daily;
	const char *native_daily;
	const char *owner;
	const char *message;
	const char *digest;
	const char *transaction;
	const char *typed_data;
	const char *paymasters;
	const char *keys_file;
	const char *data;
	const char *secure;
	const char *tokens;
	const char *ca;
	const char *release_version;
	const char *release_key;
	const char *ta;
	bool replicated;
	bool emulated;
	bool no_counter;
	bool yes;
	bool print_request;
	bool print_operation;
	bool json;
	bool help;
	const char *args[VCH_CLI_ARGS_MAX];
	size_t arg_cnt;
	char why[VCH_CLI_WHY_MAX];
};

typedef enum vch_err vch_cli_fn(struct vch_cli *cli);

/* Which options a command takes: bits by their place in the table. */
#define VCH_O(name) (UINT64_C(1) << VCH_O_##name)
enum vch_cli_option_bit {
	VCH_O_NODE,
	VCH_O_TOKEN_FILE,
	VCH_O_PASSKEY,
	VCH_O_FILE,
	VCH_O_CHAIN,
	VCH_O_DEPLOYMENT,
	VCH_O_ARTIFACTS,
	VCH_O_ENTRY_POINT_ARTIFACT,
	VCH_O_RP_ID,
	VCH_O_ORIGIN,
	VCH_O_FROM,
	VCH_O_TO,
	VCH_O_AMOUNT,
	VCH_O_WITHOUT,
	VCH_O_BUNDLER_FROM,
	VCH_O_ONLY,
	VCH_O_LOG_KEY,
	VCH_O_FACTORY,
	VCH_O_MEASUREMENT,
	VCH_O_CHALLENGE,
	VCH_O_COUNT,
	VCH_O_NONCE_KEY,
	VCH_O_PURPOSE,
	VCH_O_TYPE,
	VCH_O_CHAINS,
	VCH_O_OPS_DAILY,
	VCH_O_NATIVE_DAILY,
	VCH_O_OWNER,
	VCH_O_MESSAGE,
	VCH_O_DIGEST,
	VCH_O_TRANSACTION,
	VCH_O_TYPED_DATA,
	VCH_O_PAYMASTERS,
	VCH_O_KEYS,
	VCH_O_REPLICATED,
	VCH_O_EMULATED,
	VCH_O_NO_COUNTER,
	VCH_O_YES,
	VCH_O_PRINT_REQUEST,
	VCH_O_PRINT_OPERATION,
	VCH_O_DATA,
	VCH_O_SECURE,
	VCH_O_TOKENS,
	VCH_O_CA,
	VCH_O_VERSION,
	VCH_O_KEY,
	VCH_O_TA,
	VCH_O_JSON,
	VCH_O_HELP,
	VCH_O_CNT,
};

struct vch_cli_command {
	const char *noun;
	const char *verb; /* NULL: the noun alone */
	const char *args; /* "DIR", for help; NULL: takes none */
	const char *summary;
	const char *details; /* more for its own --help; may be NULL */
	const char *example;
	uint64_t options;
	vch_cli_fn *run;
};

/* arg NULL: a flag. fallback: what it is if not given; ~ is the home. */
struct vch_cli_option {
	const char *name;
	const char *arg;
	const char *help;
	const char *fallback;
	size_t offset; /* in struct vch_cli */
};
extern const struct vch_cli_option vch_cli_options[VCH_O_CNT];

extern const struct vch_cli_command vch_cli_commands[];
extern const size_t vch_cli_command_cnt;

/* Finds the command, reads its options. VCH_ARGUMENT: cli->why says what. */
VCH_MUST enum vch_err vch_cli_parse(struct vch_cli *cli, int argc,
				    char *const *argv);

void vch_cli_help(void);
void vch_cli_command_help(const struct vch_cli_command *command);
vch_cli_fn vch_cli_completion;
vch_cli_fn vch_cli_man;

/* Notes what went wrong and hands the code on: return vch_cli_fail(...). */
enum vch_err vch_cli_fail(struct vch_cli *cli, enum vch_err err,
			  const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* How the process ends for a result. */
enum vch_exit vch_cli_exit_code(enum vch_err err);

/* The commands. */
vch_cli_fn vch_cmd_passkey_create;
vch_cli_fn vch_cmd_passkey_show;
vch_cli_fn vch_cmd_account_create;
vch_cli_fn vch_cmd_account_show;
vch_cli_fn vch_cmd_account_change;
vch_cli_fn vch_cmd_account_apply;
vch_cli_fn vch_cmd_account_carry;
vch_cli_fn vch_cmd_key_create;
vch_cli_fn vch_cmd_key_list;
vch_cli_fn vch_cmd_key_show;
vch_cli_fn vch_cmd_key_import;
vch_cli_fn vch_cmd_key_owner;
vch_cli_fn vch_cmd_key_sign;
vch_cli_fn vch_cmd_key_resume;
vch_cli_fn vch_cmd_key_delete;
vch_cli_fn vch_cmd_account_resume;
vch_cli_fn vch_cmd_pay;
vch_cli_fn vch_cmd_operation_hash;
vch_cli_fn vch_cmd_log_verify;
vch_cli_fn vch_cmd_log_show;
vch_cli_fn vch_cmd_log_prune;
vch_cli_fn vch_cmd_log_reindex;
vch_cli_fn vch_cmd_receipt_verify;
vch_cli_fn vch_cmd_receipt_compare;
vch_cli_fn vch_cmd_tee;
vch_cli_fn vch_cmd_tee_upgrade;
vch_cli_fn vch_cmd_release_key;
vch_cli_fn vch_cmd_release_sign;
vch_cli_fn vch_cmd_release_show;
vch_cli_fn vch_cmd_attest_verify;
vch_cli_fn vch_cmd_token_add;
vch_cli_fn vch_cmd_token_list;
vch_cli_fn vch_cmd_token_revoke;
vch_cli_fn vch_cmd_doctor;
vch_cli_fn vch_cmd_deploy;
vch_cli_fn vch_cmd_demo;

#endif
