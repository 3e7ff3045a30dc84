/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/options.h"

#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/node/topology.h"
#include "host/tee/worker.h"
#include "trusted/base/check.h"
#include "wire/gen/ta.h"

#define REQUEST_S 10
#define WINDOW_S 1
#define USAGE_STATUS 2

enum {
	KEY_DATA = 'd',
	KEY_SECURE = 's',
	KEY_LISTEN = 'l',
	KEY_OPERATOR = 'o',
	KEY_TEE = 't',
	KEY_NAME = 'n',
	KEY_LEVEL = 256,
	KEY_CHECK,
	KEY_TOPOLOGY,
	KEY_REMOTE,
	KEY_REQUEST,
	KEY_WORKERS,
	KEY_ETH_RPC,
	KEY_WINDOW,
};

static const struct argp_option OPTIONS[] = {
	{"data", KEY_DATA, "DIR", 0,
	 "log, sealed keys, token (default ~/.vouch/node)", 1},
	{"secure", KEY_SECURE, "DIR", 0,
	 "the emulated TEE's own device, kept out of backups, so not inside "
	 "--data (default ~/.vouch/tee)",
	 1},
	{"tee", KEY_TEE, "PATH", 0,
	 "the program vouch-tee (default: beside vouchd)", 1},
	{"listen", KEY_LISTEN, "ADDRESS:PORT", 0,
	 "JSON-RPC (default 127.0.0.1:3000; port 0: any that is free)", 2},
	{"operator", KEY_OPERATOR, "ADDRESS:PORT", 0,
	 "/health and /metrics (default 127.0.0.1:9000)", 2},
	{"name", KEY_NAME, "NAME[:PORT]", 0,
	 "answer to this Host name too; may be given up to four times", 2},
	{"allow-remote-emulated", KEY_REMOTE, 0, 0,
	 "listen beyond this machine although the TEE is only emulated", 2},
	{"request-time", KEY_REQUEST, "SECONDS", 0,
	 "time for one whole request to arrive (default 10)", 2},
	{"workers", KEY_WORKERS, "N", 0,
	 "instances of the TEE that share the accounts, 1 to 64 (default: as "
	 "many as cores)",
	 3},
	{"eth-rpc", KEY_ETH_RPC, "URL", 0,
	 "the Ethereum node behind eth_sendTransaction and all methods of "
	 "eth_, net_ and web3_ that are not vouchd's own",
	 2},
	{"counter-window", KEY_WINDOW, "SECONDS", 0,
	 "bump the counter that tells an older log at most so often; 0: before "
	 "each answer; never: not at all. Needs --workers 1 (default: 1 with "
	 "one "
	 "worker, else never)",
	 1},
	{"log-level", KEY_LEVEL, "LEVEL", 0,
	 "debug, info (default), warn or error", 3},
	{"check", KEY_CHECK, 0, 0,
	 "check options, folders, program and ports, then exit", 4},
	{"topology", KEY_TOPOLOGY, 0, 0,
	 "print processes, sockets, files and who holds them, then exit", 4},
	{0},
};

static const char DOC[] =
	"The node of vouch: keeps the log, runs the TEE, answers JSON-RPC.\v"
	"Examples:\n"
	"  vouchd                          everything at its default place\n"
	"  vouchd --data /srv/vouch --secure /var/lib/vouch-tee\n"
	"  vouchd --listen 127.0.0.1:0 --operator 127.0.0.1:0\n"
	"                                  any free ports: DIR/ready.json\n"
	"                                  says which once it serves\n"
	"  curl -H 'Content-Type: application/json' \\\n"
	"       -H \"Authorization: Bearer $(cat ~/.vouch/node/token)\" \\\n"
	"       -d '{\"jsonrpc\":\"2.0\",\"id\":1,"
	"\"method\":\"rpc.discover\"}' http://127.0.0.1:3000\n"
	"\n"
	"Stops on SIGTERM or SIGINT after answering what it has. Exit status: "
	"0 stopped or checked, 1 failed, 2 wrong usage.";

/* --listen, --operator and up to four --name with two forms each. */
#define NAMES_GIVEN_MAX 4

/* to[VCH_PATH_MAX] = head ‖ tail; false if that is too long. */
static bool path_set(char *to, const char *head, const char *tail)
{
	return snprintf(to, VCH_PATH_MAX, "%s%s", head, tail) < VCH_PATH_MAX;
}

static void take_path(char *to, const char *arg, struct argp_state *state)
{
	if (strlen(arg) == 0 || !path_set(to, "", arg))
		argp_error(state, "a path is empty or too long");
}

static void take_address(struct vch_address *to, const char *arg,
			 struct argp_state *state)
{
	if (vch_address_parse(to, arg) != VCH_OK)
		argp_error(state, "'%s' is not ADDRESS:PORT", arg);
}

static void take_name(struct vch_options *o, const char *arg,
		      struct argp_state *state)
{
	struct vch_doors scratch = {0};

	if (o->name_cnt == NAMES_GIVEN_MAX)
		argp_error(state, "more than %d names", NAMES_GIVEN_MAX);
	if (vch_doors_add(&scratch, arg, 0) != VCH_OK)
		argp_error(state, "'%s' is not a host name", arg);
	o->names[o->name_cnt++] = arg;
}

static uint32_t take_seconds(const char *arg, struct argp_state *state)
{
	char *end;
	long v = strtol(arg, &end, 10);

	if (*arg == '\0' || *end != '\0' || v < 1 || v > 600)
		argp_error(state, "'%s' is not 1 to 600 seconds", arg);
	return (uint32_t)v;
}

static uint8_t take_workers(const char *arg, struct argp_state *state)
{
	char *end;
	long v = strtol(arg, &end, 10);

	if (*arg == '\0' || *end != '\0' || v < 1 || v > VCH_WORKERS_MAX)
		argp_error(state, "'%s' is not 1 to %d workers", arg,
			   VCH_WORKERS_MAX);
	return (uint8_t)v;
}

/* One for each core: a TEE's instance does one thing at a time. */
static uint8_t default_workers(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	return (uint8_t)(cores < 1		   ? 1
			 : cores > VCH_WORKERS_MAX ? VCH_WORKERS_MAX
						   : cores);
}

static uint16_t take_window(const char *arg, struct argp_state *state)
{
	char *end;
	long v = strtol(arg, &end, 10);

	if (strcmp(arg, "never") == 0)
		return VCH_WINDOW_NEVER;
	if (*arg == '\0' || *end != '\0' || v < 0 || v > VCH_WINDOW_S_MAX)
		argp_error(state, "'%s' is not 0 to %d seconds, or never", arg,
			   VCH_WINDOW_S_MAX);
	return (uint16_t)v;
}

static error_t take(int key, char *arg, struct argp_state *state)
{
	struct vch_options *o = state->input;

	switch (key) {
	case KEY_DATA:
		take_path(o->data, arg, state);
		return 0;
	case KEY_SECURE:
		take_path(o->secure, arg, state);
		return 0;
	case KEY_TEE:
		take_path(o->tee, arg, state);
		return 0;
	case KEY_LISTEN:
		take_address(&o->rpc, arg, state);
		return 0;
	case KEY_OPERATOR:
		take_address(&o->operator, arg, state);
		return 0;
	case KEY_NAME:
		take_name(o, arg, state);
		return 0;
	case KEY_REQUEST:
		o->request_s = take_seconds(arg, state);
		return 0;
	case KEY_WORKERS:
		o->workers = take_workers(arg, state);
		return 0;
	case KEY_ETH_RPC:
		if (strncmp(arg, "http://", 7) != 0 &&
		    strncmp(arg, "https://", 8) != 0)
			argp_error(state, "'%s' is no http:// URL", arg);
		o->eth_rpc = arg;
		return 0;
	case KEY_WINDOW:
		o->window_s = take_window(arg, state);
		o->window_given = true;
		return 0;
	case KEY_LEVEL:
		if (vch_level_parse(&o->level, arg) != VCH_OK)
			argp_error(state, "there is no log level '%s'", arg);
		return 0;
	case KEY_CHECK:
		o->check = true;
		return 0;
	case KEY_TOPOLOGY:
		o->topology = true;
		return 0;
	case KEY_REMOTE:
		o->allow_remote_emulated = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is not an option", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void __attribute__((noreturn)) fail(const char *what)
{
	fprintf(stderr, "vouchd: %s\n", what);
	exit(USAGE_STATUS);
}

/* to = where in the home folder, unless the user named a place. */
static void default_home(char *to, const char *where)
{
	const char *home = getenv("HOME");

	if (to[0] != '\0')
		return;
	if (!home || home[0] != '/')
		fail("HOME is not set: name the folders with --data and "
		     "--secure");
	if (vch_path_join(to, home, where) != VCH_OK)
		fail("the path of the home folder is too long");
}

/* The folder of this program, and in it the TEE's. */
static void default_tee(char *to)
{
	const char *name = vch_places[VCH_PLACE_TEE_PROGRAM].where;
	char self[VCH_PATH_MAX];
	ssize_t len;

	if (to[0] != '\0')
		return;
	len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (len <= 0)
		fail("cannot find where vouchd lies: name vouch-tee with "
		     "--tee");
	self[len] = '\0';
	*strrchr(self, '/') = '\0';
	if (vch_path_join(to, self, name) != VCH_OK)
		fail("the path of vouch-tee is too long");
}

/*
 * Makes path absolute and resolves links in the part of it that exists; the
 * rest stays as it is, but may not contain "..".
 */
static void resolve(char *path)
{
	char full[VCH_PATH_MAX];
	char head[VCH_PATH_MAX];
	char real[PATH_MAX] = "";
	size_t cut;

	if (path[0] != '/' && !getcwd(real, sizeof(real)))
		fail("the folder we are in is gone");
	if (!path_set(head, real, path[0] == '/' ? "" : "/") ||
	    !path_set(full, head, path) || !path_set(head, full, ""))
		fail("a path is too long");
	for (cut = strlen(head); !realpath(head, real); head[cut] = '\0') {
		if (errno != ENOENT)
			fail("a folder on the way to --data, --secure or --tee "
			     "cannot be entered");
		while (cut > 1 && head[cut - 1] != '/')
			cut--;
		cut -= cut > 1;
	}
	if (strstr(full + cut, "/.."))
		fail("a path leads up from a folder that does not exist");
	if (!path_set(path, real, full + cut))
		fail("a path is too long");
}

bool vch_path_is_inside(const char *inner, const char *outer)
{
	size_t len = strlen(outer);

	while (len > 0 && outer[len - 1] == '/')
		len--;
	return strncmp(inner, outer, len) == 0 &&
	       (inner[len] == '/' || inner[len] == '\0');
}

/* Only the first of several instances can write to the device. */
static void window_check(struct vch_options *o)
{
	if (o->workers == 1 || o->window_s == VCH_WINDOW_NEVER)
		return;
	if (o->window_given)
		fail("--counter-window needs --workers 1");
	o->window_s = VCH_WINDOW_NEVER;
}

void vch_options_parse(struct vch_options *ret, int argc, char **argv)
{
	static const struct argp argp = {OPTIONS, take, NULL, DOC,
					 NULL,	  NULL, NULL};
	struct vch_options o = {.request_s = REQUEST_S,
				.window_s = WINDOW_S,
				.level = VCH_INFO};
	const char *rpc = vch_places[VCH_PLACE_RPC].where;
	const char *operator= vch_places[VCH_PLACE_OPERATOR].where;

	VCH_CHECK(vch_address_parse(&o.rpc, rpc) == VCH_OK);
	VCH_CHECK(vch_address_parse(&o.operator, operator) == VCH_OK);
	argp_err_exit_status = USAGE_STATUS;
	argp_parse(&argp, argc, argv, 0, NULL, &o);
	if (o.workers == 0)
		o.workers = default_workers();
	window_check(&o);
	*ret = o;
	if (o.topology)
		return;
	default_home(ret->data, ".vouch/node");
	default_home(ret->secure, vch_places[VCH_PLACE_SECURE].where + 2);
	default_tee(ret->tee);
	resolve(ret->data);
	resolve(ret->secure);
	resolve(ret->tee);
	if (vch_path_is_inside(ret->secure, ret->data))
		fail("--secure may not lie inside --data: a copy of the data "
		     "folder would carry the device's secret with it");
}
