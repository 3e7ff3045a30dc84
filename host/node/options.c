/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/options.h"

#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/node/topology.h"
#include "trusted/base/check.h"

#define USAGE_STATUS 2
#define GIVEN_MAX 128
#define CONFIG_FILE_MAX (64u << 10)

enum {
	KEY_CONFIG = 'c',
	/* Settings without a letter: this and their place in the table. */
	KEY_SETTING = 256,
	KEY_CHECK = KEY_SETTING + VCH_SET_CNT,
	KEY_TOPOLOGY,
	KEY_PRINT,
};

/* What does something else than set; behind the settings in --help. */
static const struct argp_option ACTIONS[] = {
	{"config", KEY_CONFIG, "FILE", 0,
	 "take the settings in FILE (TOML; see deploy/vouch.toml)", 8},
	{"check", KEY_CHECK, 0, 0,
	 "check settings, folders, program and ports, print the settings that "
	 "hold, then exit",
	 9},
	{"topology", KEY_TOPOLOGY, 0, 0,
	 "print processes, sockets, files and who holds them, then exit", 9},
	{"print", KEY_PRINT, "WHAT", 0,
	 "print `config` (the defaults as a file), `openrpc`, `man` or "
	 "`man-config`, then exit",
	 9},
	{0},
};

static const struct {
	const char *name;
	enum vch_options_print what;
} PRINTS[] = {
	{"config", VCH_PRINT_CONFIG},
	{"openrpc", VCH_PRINT_OPENRPC},
	{"man", VCH_PRINT_MAN},
	{"man-config", VCH_PRINT_MAN_CONFIG},
};

static const char DOC[] =
	"The node of vouch: keeps the log, runs the TEE, answers JSON-RPC.\v"
	"Stronger than FILE is VOUCH_<SECTION>_<KEY> in the environment "
	"(VOUCH_SERVER_LISTEN), stronger than both the command line. Times are "
	"10s, 500ms, 200us, 1m or whole seconds.\n"
	"\n"
	"Examples:\n"
	"  vouchd                          everything at its default place\n"
	"  vouchd --config /etc/vouch/vouch.toml\n"
	"  vouchd --data /srv/vouch --secure /var/lib/vouch-tee\n"
	"  vouchd --listen 127.0.0.1:0 --operator 127.0.0.1:0\n"
	"                                  any free ports: DIR/ready.json\n"
	"                                  says which once it serves\n"
	"  curl -H 'Content-Type: application/json' \\\n"
	"       -H \"Authorization: Bearer $(cat ~/.vouch/node/token)\" \\\n"
	"       -d '{\"jsonrpc\":\"2.0\",\"id\":1,"
	"\"method\":\"rpc.discover\"}' http://127.0.0.1:3000\n"
	"\n"
	"Stops on SIGTERM or SIGINT after answering what it has; reads the "
	"tokens anew on SIGHUP. Exit status: "
	"0 stopped or checked, 1 failed, 2 wrong usage or settings, "
	"6 the TEE was handed over: another version of it has to be put in "
	"place.";

/* What the command line said, to be set after the weaker sources. */
struct given {
	struct {
		enum vch_setting setting;
		const char *text;
	} set[GIVEN_MAX];
	size_t cnt;
	const char *file;
	struct vch_options *options;
};

static enum vch_options_print take_print(const char *arg,
					 struct argp_state *state)
{
	for (size_t i = 0; i < VCH_ARRAY_LEN(PRINTS); i++)
		if (strcmp(arg, PRINTS[i].name) == 0)
			return PRINTS[i].what;
	argp_error(state, "there is no '%s' to print", arg);
	return VCH_PRINT_NOTHING;
}

static int key_of(int setting)
{
	int letter = vch_setting_table[setting].letter;

	return letter ? letter : KEY_SETTING + setting;
}

static error_t take_setting(struct given *g, int key, const char *arg,
			    struct argp_state *state)
{
	for (int i = 0; i < VCH_SET_CNT; i++) {
		if (key_of(i) != key)
			continue;
		if (g->cnt == GIVEN_MAX)
			argp_error(state, "too many options");
		g->set[g->cnt].setting = (enum vch_setting)i;
		g->set[g->cnt++].text = arg ? arg : "true";
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static error_t take(int key, char *arg, struct argp_state *state)
{
	struct given *g = state->input;

	switch (key) {
	case KEY_CONFIG:
		g->file = arg;
		return 0;
	case KEY_CHECK:
		g->options->check = true;
		return 0;
	case KEY_TOPOLOGY:
		g->options->print = VCH_PRINT_TOPOLOGY;
		return 0;
	case KEY_PRINT:
		g->options->print = take_print(arg, state);
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is not an option", arg);
		return 0;
	default:
		return take_setting(g, key, arg, state);
	}
}

/* The settings as argp wants them, in groups by their section. */
static const struct argp_option *all_options(void)
{
	static struct argp_option all[VCH_SET_CNT + VCH_ARRAY_LEN(ACTIONS)];
	static char help[VCH_SET_CNT][256];
	int group = 0;

	for (int i = 0; i < VCH_SET_CNT; i++) {
		const struct vch_setting_info *s = &vch_setting_table[i];

		if (i == 0 ||
		    strcmp(vch_setting_table[i - 1].section, s->section))
			group++;
		snprintf(help[i], sizeof(help[i]), "%s%s%s%s", s->help,
			 s->arg && s->fallback[0] ? " (default " : "",
			 s->arg ? s->fallback : "",
			 s->arg && s->fallback[0] ? ")" : "");
		all[i] = (struct argp_option){s->option, key_of(i), s->arg,
					      0,	 help[i],   group};
	}
	memcpy(all + VCH_SET_CNT, ACTIONS, sizeof(ACTIONS));
	return all;
}

static void __attribute__((noreturn)) fail(const char *what)
{
	fprintf(stderr, "vouchd: %s\n", what);
	exit(USAGE_STATUS);
}

static void read_file(struct vch_settings *config, const char *path)
{
	struct vch_buf text = vch_buf(CONFIG_FILE_MAX);
	char why[VCH_SETTINGS_WHY_MAX];
	enum vch_err err = vch_file_read(&text, path);

	if (err != VCH_OK) {
		fprintf(stderr, "vouchd: cannot read %s: %s\n", path,
			err == VCH_SIZE ? "too long" : strerror(errno));
		exit(USAGE_STATUS);
	}
	if (vch_settings_read(config, path, vch_buf_span(&text), why) != VCH_OK)
		fail(why);
	vch_buf_free(&text);
}

/* Weakest first. */
static void settle(struct vch_settings *config, const struct given *g)
{
	char why[VCH_SETTINGS_WHY_MAX];

	vch_settings_init(config);
	if (g->file)
		read_file(config, g->file);
	if (vch_settings_environment(config, environ, why) != VCH_OK)
		fail(why);
	for (size_t i = 0; i < g->cnt; i++) {
		enum vch_setting at = g->set[i].setting;

		if (vch_settings_set(config, at, VCH_SOURCE_ARGUMENT,
				     g->set[i].text, why) == VCH_OK)
			continue;
		fprintf(stderr,
			"vouchd: --%s: %s\nTry `vouchd --help' for more "
			"information.\n",
			vch_setting_table[at].option, why);
		exit(USAGE_STATUS);
	}
	if (vch_settings_check(config, why) != VCH_OK)
		fail(why);
}

/* ---- paths ---------------------------------------------------------- */

/* to[VCH_PATH_MAX] = head ‖ tail; false if that is too long. */
static bool path_set(char *to, const char *head, const char *tail)
{
	return snprintf(to, VCH_PATH_MAX, "%s%s", head, tail) < VCH_PATH_MAX;
}

/* ~/ is the home folder, as in a shell. */
static void expand_home(char *path)
{
	const char *home = getenv("HOME");
	char rest[VCH_PATH_MAX];

	if (strncmp(path, "~/", 2) != 0)
		return;
	if (!home || home[0] != '/')
		fail("HOME is not set: name the folders with --data and "
		     "--secure");
	memcpy(rest, path, VCH_PATH_MAX);
	if (!path_set(path, home, rest + 1))
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

static void find_paths(struct vch_settings *c)
{
	char *paths[] = {c->data,      c->secure,      c->tee, c->tokens,
			 c->unix_path, c->certificate, c->key};

	default_tee(c->tee);
	if (!c->tokens[0] &&
	    vch_path_join(c->tokens, c->data,
			  vch_places[VCH_PLACE_TOKENS].where) != VCH_OK)
		fail("a path is too long");
	for (size_t i = 0; i < VCH_ARRAY_LEN(paths); i++) {
		if (!paths[i][0])
			continue;
		expand_home(paths[i]);
		resolve(paths[i]);
	}
	if (vch_path_is_inside(c->secure, c->data))
		fail("--secure may not lie inside --data: a copy of the data "
		     "folder would carry the device's secret with it");
}

void vch_options_parse(struct vch_options *ret, int argc, char **argv)
{
	const struct argp argp = {all_options(), take, NULL, DOC,
				  NULL,		 NULL, NULL};
	struct given given = {.options = ret};

	*ret = (struct vch_options){0};
	argp_err_exit_status = USAGE_STATUS;
	argp_parse(&argp, argc, argv, 0, NULL, &given);
	if (ret->print != VCH_PRINT_NOTHING)
		return;
	settle(&ret->settings, &given);
	find_paths(&ret->settings);
}

/* ---- the man page --------------------------------------------------- */

/* Text that begins no request and holds no escape of roff. */
static void put_roff(FILE *to, const char *text)
{
	for (bool first = true; *text; text++) {
		if (first && (*text == '.' || *text == '\''))
			fputs("\\&", to);
		if (*text == '-' || *text == '\\')
			fputc('\\', to);
		fputc(*text, to);
		first = *text == '\n';
	}
}

void vch_options_print_man(FILE *to)
{
	const struct argp_option *o = all_options();
	const char *examples = strstr(DOC, "Examples:\n");
	const char *end = strstr(examples, "\n\n");

	fputs(".TH VOUCHD 8 \"\" vouch\n.SH NAME\n"
	      "vouchd \\- the node of vouch: keeps the log, runs the TEE, "
	      "answers JSON\\-RPC\n.SH SYNOPSIS\n.B vouchd\n"
	      ".RI [ OPTIONS ]\n.SH OPTIONS\n",
	      to);
	for (; o->name; o++) {
		fputs(".TP\n\\fB", to);
		if (o->key < KEY_SETTING)
			fprintf(to, "\\-%c\\fR, \\fB", o->key);
		fputs("\\-\\-", to);
		put_roff(to, o->name);
		fprintf(to, "\\fR%s\\fI%s\\fR\n", o->arg ? "=" : "",
			o->arg ? o->arg : "");
		put_roff(to, o->doc);
		fputs(".\n", to);
	}
	fputs(".SH FILES AND SETTINGS\nSee\n.BR vouch.toml (5).\n"
	      ".SH EXAMPLES\n.nf\n",
	      to);
	for (const char *c = examples + strlen("Examples:\n"); c < end; c++) {
		if (*c == '\\' || *c == '-')
			fputc('\\', to);
		fputc(*c, to);
	}
	fputs("\n.fi\n.SH SIGNALS AND EXIT STATUS\n", to);
	put_roff(to, end + 2);
	fputs("\n.SH SEE ALSO\n.BR vouch (1), \\ vouch.toml (5)\n", to);
}
