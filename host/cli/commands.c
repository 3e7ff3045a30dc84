/* SPDX-License-Identifier: Apache-2.0 */
/* The commands there are: help, parsing and completion all read this. */
#include "host/cli/cli.h"
#include "trusted/base/check.h"

#define NODE_OPTIONS (VCH_O(NODE) | VCH_O(CA) | VCH_O(TOKEN_FILE))
#define PAY_OPTIONS                                                            \
	(NODE_OPTIONS | VCH_O(PASSKEY) | VCH_O(CHAIN) | VCH_O(BUNDLER_FROM))

/* What a key is to be, made here or elsewhere. */
#define KEY_OPTIONS                                                            \
	(VCH_O(PURPOSE) | VCH_O(TYPE) | VCH_O(CHAINS) | VCH_O(PAYMASTERS) |    \
	 VCH_O(OPS_DAILY) | VCH_O(NATIVE_DAILY) | VCH_O(OWNER) |               \
	 VCH_O(REPLICATED))
#define POLICY_OPTIONS (PAY_OPTIONS | VCH_O(ONLY) | VCH_O(JSON))
#define POLICY_HELP                                                            \
	"The passkey signs the whole new policy for the TEE, and the part of " \
	"it that the\nchain knows for the chain, which the co-signer then "    \
	"signs too; anybody may carry\nthat. What is tighter than before "     \
	"holds at once; if anything is not, the rest\nwaits two days on each " \
	"side, and any other change takes its place. Record and\nchain are "   \
	"checked. Freezing and cancelling need the passkey alone, and no TEE."
/* One row of `vouch account`: they differ in what they edit. */
#define POLICY(verb, args, summary, example)                                   \
	{"account",   verb,    args,	       summary,                        \
	 POLICY_HELP, example, POLICY_OPTIONS, vch_cmd_account_change}

const struct vch_cli_command vch_cli_commands[] = {
	{"demo", NULL, NULL, "the whole story once, from passkey to refusals",
	 "Makes a new demo passkey and account, funds it from the chain's "
	 "development\naccount, pays, and shows three refusals. Exit 0 only if "
	 "all of it happened.",
	 "vouch demo --passkey demo.json --deployment deployment.json",
	 PAY_OPTIONS | VCH_O(DEPLOYMENT), vch_cmd_demo},
	{"passkey", "create", NULL, "makes a demo authenticator in a file",
	 "For trying and testing: real accounts use real authenticators.",
	 "vouch passkey create --file demo.json",
	 VCH_O(FILE) | VCH_O(RP_ID) | VCH_O(ORIGIN) | VCH_O(NO_COUNTER) |
		 VCH_O(JSON),
	 vch_cmd_passkey_create},
	{"passkey", "show", NULL, "its public key, counter and accounts", NULL,
	 NULL, VCH_O(FILE) | VCH_O(JSON), vch_cmd_passkey_show},
	{"account", "create", NULL,
	 "an account for the passkey, checked before it is believed",
	 "The address is computed here; receipt, statement and evidence must "
	 "all hold.",
	 "vouch account create --deployment deployment.json",
	 NODE_OPTIONS | VCH_O(PASSKEY) | VCH_O(CHAIN) | VCH_O(DEPLOYMENT) |
		 VCH_O(JSON),
	 vch_cmd_account_create},
	{"account", "show", "ADDRESS", "what the node knows of an account",
	 NULL, NULL, VCH_O(NODE) | VCH_O(CA) | VCH_O(JSON),
	 vch_cmd_account_show},
	POLICY("limit", "ADDRESS AMOUNT [TOKEN]",
	       "the daily limit of the native coin or a token, in its smallest "
	       "unit; none: not at all",
	       "vouch account limit 0x… 0.05ether"),
	POLICY("fee", "ADDRESS AMOUNT",
	       "the most one operation may cost in "
	       "fees",
	       NULL),
	POLICY("list", "ADDRESS CONTRACT METHOD",
	       "allows calls outside the limits: 0x and 8 digits, "
	       "mint(uint256), or spender",
	       "vouch account list 0x… 0x… 'mint(uint256)'"),
	POLICY("unlist", "ADDRESS CONTRACT METHOD", "takes that back", NULL),
	POLICY("allow-page", "ADDRESS URL", "one more page may ask the passkey",
	       NULL),
	POLICY("drop-page", "ADDRESS URL", "takes that back", NULL),
	POLICY("allow-chain", "ADDRESS ID", "one more chain to act on", NULL),
	POLICY("drop-chain", "ADDRESS ID", "takes that back", NULL),
	POLICY("freeze", "ADDRESS",
	       "stops it all, at once, with or without the TEE",
	       "vouch account freeze 0x…"),
	POLICY("unfreeze", "ADDRESS", "lets them go on, after the wait", NULL),
	POLICY("cancel", "ADDRESS", "drops the change that waits", NULL),
	{"account", "apply", "ADDRESS",
	 "makes the change hold that has waited long enough", NULL, NULL,
	 POLICY_OPTIONS, vch_cmd_account_apply},
	{"account", "carry", "ADDRESS",
	 "brings the chain in line with what the TEE says",
	 "For a chain that was not reached when the policy changed. Does "
	 "nothing if there is\nno difference.",
	 "vouch account carry 0x…", PAY_OPTIONS | VCH_O(JSON),
	 vch_cmd_account_carry},
	{"key", "create", NULL, "a key in the TEE with one purpose for life",
	 "The record of its birth is checked before it is believed.",
	 "vouch key create --purpose eth --chains 1 --native-daily 1ether",
	 NODE_OPTIONS | KEY_OPTIONS | VCH_O(JSON), vch_cmd_key_create},
	{"key", "import", "FILE",
	 "a key that was made elsewhere (-: from standard input)",
	 "64 digits of hex. The TEE's evidence is checked, then the key is "
	 "sealed to it "
	 "here\n(HPKE); the node never sees it. It stays marked as imported: "
	 "whoever had it before\nstill has.",
	 "vouch key import --purpose raw key.hex",
	 NODE_OPTIONS | KEY_OPTIONS | VCH_O(EMULATED) | VCH_O(JSON),
	 vch_cmd_key_import},
	{"key", "list", NULL, "the keys there are", NULL, NULL,
	 NODE_OPTIONS | VCH_O(JSON), vch_cmd_key_list},
	{"key", "show", "KEY", "what a key may do and did today", NULL, NULL,
	 VCH_O(NODE) | VCH_O(JSON), vch_cmd_key_show},
	{"key", "sign", "KEY", "signs what the key's policy allows",
	 "Record and signature are checked before they are shown, and the "
	 "receipt is kept:\nit is shown with the next request, so that a node "
	 "with an older log is found out.",
	 "vouch key sign 0x… --message hello",
	 NODE_OPTIONS | VCH_O(MESSAGE) | VCH_O(DIGEST) | VCH_O(TRANSACTION) |
		 VCH_O(TYPED_DATA) | VCH_O(OWNER) | VCH_O(KEYS) | VCH_O(JSON),
	 vch_cmd_key_sign},
	{"key", "resume", "KEY", "goes on with a key that ROLLBACK stopped",
	 "The node's log is another than the one your last receipt is from. "
	 "Find out why first.\nToday's limits then count as spent.",
	 "vouch key resume 0x…",
	 NODE_OPTIONS | VCH_O(OWNER) | VCH_O(KEYS) | VCH_O(JSON),
	 vch_cmd_key_resume},
	{"key", "delete", "KEY", "ends a key for ever", NULL, NULL,
	 NODE_OPTIONS | VCH_O(OWNER) | VCH_O(JSON), vch_cmd_key_delete},
	{"key", "owner", "TYPE FILE",
	 "makes an owner's key (ed25519 or p256) in a new, private file",
	 "Prints what `vouch key create --owner` takes.",
	 "vouch key owner p256 owner.json", 0, vch_cmd_key_owner},
	{"account", "resume", "ADDRESS",
	 "goes on with an account that ROLLBACK stopped",
	 "The node's log is another than the one your last receipt is from: an "
	 "older copy,\nor a fork. Find out why first. This signs with the "
	 "passkey that the node's history\nis the true one from here; today's "
	 "limits then count as spent, grants are void.",
	 "vouch account resume 0x…",
	 NODE_OPTIONS | VCH_O(PASSKEY) | VCH_O(JSON), vch_cmd_account_resume},
	{"pay", NULL, NULL, "pays: passkey, co-signer, chain",
	 "The co-signer's record is checked before the operation is sent "
	 "through\nEntryPoint.handleOps.",
	 "vouch pay --from 0x… --to 0x… --amount 0.01ether",
	 PAY_OPTIONS | VCH_O(JSON) | VCH_O(FROM) | VCH_O(TO) | VCH_O(AMOUNT) |
		 VCH_O(WITHOUT) | VCH_O(COUNT) | VCH_O(NONCE_KEY) |
		 VCH_O(PRINT_REQUEST) | VCH_O(PRINT_OPERATION),
	 vch_cmd_pay},
	{"operation", "hash", "FILE",
	 "userOpHash of packed operations (-: one JSON object a line)", NULL,
	 NULL, 0, vch_cmd_operation_hash},
	{"log", "verify", "DIR", "checks chains, roots and signatures, no key",
	 "All but the tags: only the TEE that made them can check those.",
	 "vouch log verify ~/.vouch/node/log", VCH_O(LOG_KEY) | VCH_O(JSON),
	 vch_cmd_log_verify},
	{"log", "show", "DIR", "what was approved, refused, and why", NULL,
	 NULL, VCH_O(LOG_KEY) | VCH_O(JSON), vch_cmd_log_show},
	{"log", "prune", "DIR", "removes what two snapshots of all cover",
	 "The node must be stopped. Says what would go; --yes removes it. The "
	 "last receipt\nof every account is kept with the snapshots.",
	 "vouch log prune ~/.vouch/node/log --yes", VCH_O(YES),
	 vch_cmd_log_prune},
	{"log", "reindex", "DIR", "makes the next start begin with the log",
	 "The node must be stopped. Reads the whole log, then removes its "
	 "snapshots: what\nthey held is made anew. A pruned log needs them.",
	 NULL, 0, vch_cmd_log_reindex},
	{"receipt", "verify", "HEX", "checks receipts (-: one a line)", NULL,
	 NULL, VCH_O(LOG_KEY) | VCH_O(JSON), vch_cmd_receipt_verify},
	{"receipt", "compare", "A B",
	 "exit 4 if two receipts prove a fork of the log",
	 "One account and one sequence number but different records: whoever "
	 "holds both can\nshow it to anybody. Both must hold under --log-key.",
	 NULL, VCH_O(LOG_KEY), vch_cmd_receipt_compare},
	{"tee", "upgrade", "FILE",
	 "hands the device over to the version a manifest names",
	 "FILE is from `vouch release sign`. The TEE checks it first; if "
	 "enough "
	 "release keys\nsigned it, the node finishes what it has, hands over "
	 "and ends, and the version that\nran can never use this device's keys "
	 "again. Then put the new version in place.",
	 "vouch tee upgrade release.json", NODE_OPTIONS, vch_cmd_tee_upgrade},
	{"tee", NULL, NULL, "asks the TEE for evidence and checks it", NULL,
	 "vouch tee --node http://127.0.0.1:3000",
	 VCH_O(NODE) | VCH_O(CA) | VCH_O(JSON), vch_cmd_tee},
	{"attest", "verify", "FILE", "checks evidence without any node",
	 "FILE is what `vouch tee --json` printed, or the answer of "
	 "kms_attest. Believed\nare only a factory and a measurement you "
	 "name: emulated TEEs have neither.",
	 "vouch attest verify evidence.json --factory 0x… --measurement 0x…",
	 VCH_O(FACTORY) | VCH_O(MEASUREMENT) | VCH_O(CHALLENGE),
	 vch_cmd_attest_verify},
	{"release", "key", "FILE", "makes a release key in a new, private file",
	 "Prints its public half, a line for the list that `make "
	 "RELEASE_KEYS=LIST` builds in.",
	 "vouch release key release.pem", 0, vch_cmd_release_key},
	{"release", "sign", "FILE", "signs a release manifest, new or begun",
	 "Several signers add theirs to the same file, one after the other.",
	 "vouch release sign release.json --version 2 --ta new.ta --key "
	 "release.pem",
	 VCH_O(VERSION) | VCH_O(TA) | VCH_O(MEASUREMENT) | VCH_O(KEY),
	 vch_cmd_release_sign},
	{"release", "show", "FILE", "what a manifest names, and who signed it",
	 NULL, NULL, 0, vch_cmd_release_show},
	{"deploy", NULL, NULL, "puts EntryPoint v0.8 and the factory on chain",
	 "At the same addresses on every chain, by the deterministic deployer.",
	 "vouch deploy --chain http://127.0.0.1:8545 --deployment d.json",
	 VCH_O(CHAIN) | VCH_O(DEPLOYMENT) | VCH_O(ARTIFACTS) |
		 VCH_O(ENTRY_POINT_ARTIFACT) | VCH_O(BUNDLER_FROM) |
		 VCH_O(JSON),
	 vch_cmd_deploy},
	{"token", "add", "NAME", "a new token for the node, shown once",
	 "The node keeps its hash only. Whoever shows it may sign and change.",
	 "vouch token add laptop > laptop.token",
	 VCH_O(DATA) | VCH_O(TOKENS) | VCH_O(JSON), vch_cmd_token_add},
	{"token", "list", NULL, "the tokens there are, by name", NULL, NULL,
	 VCH_O(DATA) | VCH_O(TOKENS) | VCH_O(JSON), vch_cmd_token_list},
	{"token", "revoke", "NAME", "a token that opens nothing from now on",
	 "The node's first token (DIR/token) is revoked by deleting its file "
	 "and starting\nvouchd anew, which makes another.",
	 "vouch token revoke laptop", VCH_O(DATA) | VCH_O(TOKENS) | VCH_O(JSON),
	 vch_cmd_token_revoke},
	{"doctor", NULL, NULL, "is this machine fit to run a node?",
	 "Looks at TEE devices, limits, sandbox, disk, clock, ports and "
	 "folders; exit 1 if\nsomething is bad.",
	 "vouch doctor", VCH_O(DATA) | VCH_O(SECURE) | VCH_O(JSON),
	 vch_cmd_doctor},
	{"completion", NULL, "SHELL", "prints completion for bash, zsh or fish",
	 NULL, "source <(vouch completion bash)", 0, vch_cli_completion},
	{"man", NULL, NULL, "prints the man page of vouch", NULL,
	 "vouch man | man -l -", 0, vch_cli_man},
};
const size_t vch_cli_command_cnt = VCH_ARRAY_LEN(vch_cli_commands);
