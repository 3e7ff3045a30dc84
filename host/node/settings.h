/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every setting of vouchd, in one table: from it come the reader of the
 * configuration file, the environment's names, the command line, what
 * `vouchd --check` prints, deploy/vouch.toml and the man pages.
 *
 * A setting is taken from the strongest place that names it: the command
 * line, VOUCH_<SECTION>_<KEY> in the environment, the file, the default.
 */
#ifndef HOST_NODE_SETTINGS_H
#define HOST_NODE_SETTINGS_H

#include <stdio.h>

#include "host/base/file.h"
#include "host/base/logline.h"
#include "host/net/address.h"

#define VCH_SETTINGS_LIST_MAX 4
#define VCH_SETTINGS_ITEM_MAX 128
#define VCH_SETTINGS_WHY_MAX 512

struct vch_setting_list {
	char item[VCH_SETTINGS_LIST_MAX][VCH_SETTINGS_ITEM_MAX];
	size_t cnt;
};

enum vch_setting {
	VCH_SET_DATA,
	VCH_SET_SECURE,
	VCH_SET_TOKENS,
	VCH_SET_LOG_LEVEL,
	VCH_SET_LISTEN,
	VCH_SET_OPERATOR,
	VCH_SET_UNIX,
	VCH_SET_UNIX_USERS,
	VCH_SET_NAMES,
	VCH_SET_REMOTE,
	VCH_SET_CERTIFICATE,
	VCH_SET_KEY,
	VCH_SET_CONNECTIONS,
	VCH_SET_PER_ADDRESS,
	VCH_SET_REQUEST_TIME,
	VCH_SET_IDLE_TIME,
	VCH_SET_RATE_TOKEN,
	VCH_SET_RATE_ADDRESS,
	VCH_SET_ETH_RPC,
	VCH_SET_PROGRAM,
	VCH_SET_SESSIONS,
	VCH_SET_WINDOW,
	VCH_SET_QUEUE,
	VCH_SET_DEADLINE,
	VCH_SET_BATCH_SIZE,
	VCH_SET_BATCH_TIMEOUT,
	VCH_SET_SESSION_TIMEOUT,
	VCH_SET_MAX_RETRIES,
	VCH_SET_SNAPSHOTS,
	VCH_SET_CNT,
};

/* Where a value came from, weakest first. */
enum vch_source {
	VCH_SOURCE_DEFAULT,
	VCH_SOURCE_FILE,
	VCH_SOURCE_ENVIRONMENT,
	VCH_SOURCE_ARGUMENT,
};

/* Paths may be empty where the table says so; durations in microseconds. */
struct vch_settings {
	char data[VCH_PATH_MAX];
	char secure[VCH_PATH_MAX];
	char tokens[VCH_PATH_MAX]; /* empty: DATA/tokens */
	enum vch_level level;
	struct vch_address rpc;
	struct vch_address operator;
	char unix_path[VCH_PATH_MAX]; /* empty: none */
	struct vch_setting_list unix_users;
	struct vch_setting_list names; /* more Host names */
	bool allow_remote_emulated;
	char certificate[VCH_PATH_MAX]; /* both empty: no TLS */
	char key[VCH_PATH_MAX];
	uint64_t connections;
	uint64_t per_address;
	uint64_t request_us;
	uint64_t idle_us;
	uint64_t rate_token;
	uint64_t rate_address;
	char eth_rpc[VCH_PATH_MAX]; /* a URL; empty: none */
	char tee[VCH_PATH_MAX];	    /* empty: beside vouchd */
	uint64_t sessions;	    /* 0: one for each core */
	char window[VCH_PATH_MAX];  /* seconds, or "never" */
	uint64_t queue;
	uint64_t deadline_us;
	uint64_t batch_size;
	uint64_t batch_us;
	uint64_t session_us;
	uint64_t max_retries;
	uint64_t snapshot_records; /* 0: none */
	/* of each setting */
	enum vch_source source[VCH_SET_CNT];
	unsigned line[VCH_SET_CNT]; /* of VCH_SOURCE_FILE */
};

enum vch_setting_type {
	VCH_TYPE_PATH,
	VCH_TYPE_ADDRESS,
	VCH_TYPE_LEVEL,
	VCH_TYPE_LIST,
	VCH_TYPE_BOOL,
	VCH_TYPE_NUMBER,
	VCH_TYPE_DURATION,
};

struct vch_setting_info {
	const char *section;
	const char *key;
	const char *option; /* on the command line; its first letter below */
	int letter;	    /* 0: no short form */
	const char *arg;    /* what its value is called; NULL: a flag */
	enum vch_setting_type type;
	size_t offset;	      /* in struct vch_settings */
	uint64_t min;	      /* of a path: 0 if it may be empty */
	uint64_t max;	      /* numbers, and durations in microseconds */
	const char *fallback; /* the default, as one would write it */
	const char *help;     /* one line */
};
extern const struct vch_setting_info vch_setting_table[VCH_SET_CNT];

/* All settings at their defaults. */
void vch_settings_init(struct vch_settings *ret);

/*
 * Sets one from text; a list's item is added, but one from a stronger source
 * takes the place of the weaker one's. VCH_ARGUMENT with the reason in
 * why[VCH_SETTINGS_WHY_MAX].
 */
VCH_MUST enum vch_err vch_settings_set(struct vch_settings *config,
				       enum vch_setting setting,
				       enum vch_source source, const char *text,
				       char *why);

/*
 * Takes the settings of a configuration's text; name is the file's, for why.
 * VCH_ARGUMENT with `NAME:LINE: reason`: not TOML as base/toml.h has it, an
 * unknown section or key, a key that comes twice, a value of the wrong type
 * or range.
 */
VCH_MUST enum vch_err vch_settings_read(struct vch_settings *config,
					const char *name, struct vch_span text,
					char *why);

/*
 * Takes VOUCH_<SECTION>_<KEY> of env (`NAME=value` strings, NULL at the end);
 * lists are separated by commas. A name that begins with VOUCH_<SECTION>_ and
 * is no setting is refused, so that a slip is not silence.
 */
VCH_MUST enum vch_err vch_settings_environment(struct vch_settings *config,
					       char *const *env, char *why);

/*
 * What only can be said of all of them together: certificate and key come as
 * a pair, users only with a Unix socket. VCH_ARGUMENT.
 */
VCH_MUST enum vch_err vch_settings_check(const struct vch_settings *config,
					 char *why);

/* The effective settings as TOML, each with where it came from. */
void vch_settings_print(FILE *to, const struct vch_settings *config);

/* The documented defaults: deploy/vouch.toml. */
void vch_settings_print_defaults(FILE *to);

/* The man page of the file, vouch.toml(5). */
void vch_settings_print_man(FILE *to);

#endif
