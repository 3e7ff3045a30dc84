/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/settings.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/toml.h"
#include "host/net/doors.h"
#include "trusted/base/check.h"

#define PREFIX "VOUCH_"
#define NAME_MAX_LEN 80

static const char *const LEVELS[] = {"debug", "info", "warn", "error"};

static const struct {
	const char *name;
	uint64_t us;
} UNITS[] = {
	{"us", 1},
	{"ms", 1000},
	{"s", 1000000},
	{"m", 60000000},
};

static enum vch_err fail(char *why, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static enum vch_err fail(char *why, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, VCH_SETTINGS_WHY_MAX, format, args);
	va_end(args);
	return VCH_ARGUMENT;
}

static void *member(struct vch_settings *config, enum vch_setting setting)
{
	return (char *)config + vch_setting_table[setting].offset;
}

static const void *value_of(const struct vch_settings *config,
			    enum vch_setting setting)
{
	return (const char *)config + vch_setting_table[setting].offset;
}

/* ---- one value ------------------------------------------------------ */

static enum vch_err set_path(char *to, const struct vch_setting_info *info,
			     const char *text, char *why)
{
	if (strlen(text) >= VCH_PATH_MAX)
		return fail(why, "the path is too long");
	if (text[0] == '\0' && info->min > 0)
		return fail(why, "a path is needed");
	memcpy(to, text, strlen(text) + 1);
	return VCH_OK;
}

/* Host names are checked here; users where they are looked up. */
static enum vch_err add_item(struct vch_setting_list *to,
			     enum vch_setting setting, const char *text,
			     char *why)
{
	struct vch_doors scratch = {0};

	if (to->cnt == VCH_SETTINGS_LIST_MAX)
		return fail(why, "more than %d", VCH_SETTINGS_LIST_MAX);
	if (text[0] == '\0' || strlen(text) >= VCH_SETTINGS_ITEM_MAX)
		return fail(why, "an empty or too long item");
	if (setting == VCH_SET_NAMES &&
	    vch_doors_add(&scratch, text, 0) != VCH_OK)
		return fail(why, "'%s' is not a host name", text);
	memcpy(to->item[to->cnt++], text, strlen(text) + 1);
	return VCH_OK;
}

static enum vch_err set_bool(bool *to, const char *text, char *why)
{
	if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
		return fail(why, "'%s' is neither true nor false", text);
	*to = text[0] == 't';
	return VCH_OK;
}

/* Digits at *text; false if there are none or too many. */
static bool read_digits(uint64_t *ret, const char **text)
{
	size_t len = strspn(*text, "0123456789");

	if (len == 0 || len > 18)
		return false;
	*ret = strtoull(*text, NULL, 10);
	*text += len;
	return true;
}

static enum vch_err set_number(uint64_t *to,
			       const struct vch_setting_info *info,
			       const char *text, char *why)
{
	const char *end = text;
	uint64_t v;

	if (!read_digits(&v, &end) || *end != '\0' || v < info->min ||
	    v > info->max)
		return fail(why, "'%s' is not a whole number from %llu to %llu",
			    text, (unsigned long long)info->min,
			    (unsigned long long)info->max);
	*to = v;
	return VCH_OK;
}

/* The shortest way to say a duration. */
static void print_duration(char *ret, size_t cap, uint64_t us)
{
	size_t i = VCH_ARRAY_LEN(UNITS) - 2; /* seconds */

	while (i > 0 && us % UNITS[i].us != 0)
		i--;
	snprintf(ret, cap, "%llu%s", (unsigned long long)(us / UNITS[i].us),
		 UNITS[i].name);
}

static enum vch_err set_duration(uint64_t *to,
				 const struct vch_setting_info *info,
				 const char *text, char *why)
{
	const char *end = text;
	uint64_t unit = 0;
	char least[32];
	char most[32];
	uint64_t v;

	if (read_digits(&v, &end)) {
		unit = *end == '\0' ? 1000000 : 0;
		for (size_t i = 0; i < VCH_ARRAY_LEN(UNITS); i++)
			if (strcmp(end, UNITS[i].name) == 0)
				unit = UNITS[i].us;
	}
	print_duration(least, sizeof(least), info->min);
	print_duration(most, sizeof(most), info->max);
	if (unit == 0 || v > info->max / unit || v * unit < info->min)
		return fail(why,
			    "'%s' is not a time from %s to %s (us, ms, s or m; "
			    "without: seconds)",
			    text, least, most);
	*to = v * unit;
	return VCH_OK;
}

static enum vch_err set_value(struct vch_settings *config,
			      enum vch_setting setting, const char *text,
			      char *why)
{
	const struct vch_setting_info *info = &vch_setting_table[setting];
	void *to = member(config, setting);

	switch (info->type) {
	case VCH_TYPE_PATH:
		return set_path(to, info, text, why);
	case VCH_TYPE_ADDRESS:
		return vch_address_parse(to, text) == VCH_OK
			       ? VCH_OK
			       : fail(why, "'%s' is not ADDRESS:PORT", text);
	case VCH_TYPE_LEVEL:
		return vch_level_parse(to, text) == VCH_OK
			       ? VCH_OK
			       : fail(why, "there is no log level '%s'", text);
	case VCH_TYPE_LIST:
		return add_item(to, setting, text, why);
	case VCH_TYPE_BOOL:
		return set_bool(to, text, why);
	case VCH_TYPE_NUMBER:
		return set_number(to, info, text, why);
	case VCH_TYPE_DURATION:
		return set_duration(to, info, text, why);
	}
	return VCH_INTERNAL;
}

static void claim(struct vch_settings *config, enum vch_setting setting,
		  enum vch_source source)
{
	if (vch_setting_table[setting].type == VCH_TYPE_LIST &&
	    config->source[setting] != source)
		((struct vch_setting_list *)member(config, setting))->cnt = 0;
	config->source[setting] = source;
}

enum vch_err vch_settings_set(struct vch_settings *config,
			      enum vch_setting setting, enum vch_source source,
			      const char *text, char *why)
{
	if (source < config->source[setting])
		return VCH_OK;
	claim(config, setting, source);
	return set_value(config, setting, text, why);
}

void vch_settings_init(struct vch_settings *ret)
{
	char why[VCH_SETTINGS_WHY_MAX];

	*ret = (struct vch_settings){0};
	for (int i = 0; i < VCH_SET_CNT; i++)
		if (vch_setting_table[i].type != VCH_TYPE_LIST)
			VCH_CHECK(set_value(ret, (enum vch_setting)i,
					    vch_setting_table[i].fallback,
					    why) == VCH_OK);
}

enum vch_err vch_settings_check(const struct vch_settings *config, char *why)
{
	if (!config->certificate[0] != !config->key[0])
		return fail(why, "tls.certificate and tls.key come together");
	if (config->unix_users.cnt > 0 && !config->unix_path[0])
		return fail(why, "server.unix_users needs server.unix");
	return VCH_OK;
}

/* ---- the file ------------------------------------------------------- */

struct reading {
	struct vch_settings *config;
	bool seen[VCH_SET_CNT];
};

static bool has_section(const char *section)
{
	for (int i = 0; i < VCH_SET_CNT; i++)
		if (strcmp(vch_setting_table[i].section, section) == 0)
			return true;
	return false;
}

static int find(const char *section, const char *key)
{
	for (int i = 0; i < VCH_SET_CNT; i++)
		if (strcmp(vch_setting_table[i].section, section) == 0 &&
		    strcmp(vch_setting_table[i].key, key) == 0)
			return i;
	return -1;
}

/* The type that the file must use; durations have two. */
static const char *wrong_type(const struct vch_setting_info *info,
			      enum vch_toml_type type)
{
	switch (info->type) {
	case VCH_TYPE_LIST:
		return type == VCH_TOML_LIST ? NULL : "a list [\"…\"]";
	case VCH_TYPE_BOOL:
		return type == VCH_TOML_BOOL ? NULL : "true or false";
	case VCH_TYPE_NUMBER:
		return type == VCH_TOML_NUMBER ? NULL : "a whole number";
	case VCH_TYPE_DURATION:
		return type == VCH_TOML_NUMBER || type == VCH_TOML_STRING
			       ? NULL
			       : "a time as \"10s\"";
	case VCH_TYPE_PATH:
	case VCH_TYPE_ADDRESS:
	case VCH_TYPE_LEVEL:
		return type == VCH_TOML_STRING ? NULL : "a \"string\"";
	}
	return NULL;
}

static enum vch_err take_entry(void *ctx, const struct vch_toml_entry *e,
			       struct vch_toml_fault *fault)
{
	int at = find(e->section, e->key);
	char why[VCH_SETTINGS_WHY_MAX];
	struct reading *r = ctx;
	const char *want;

	if (!has_section(e->section))
		return vch_toml_fail(fault, "there is no section [%s]",
				     e->section);
	if (at < 0)
		return vch_toml_fail(fault, "there is no setting '%s' in [%s]",
				     e->key, e->section);
	if (r->seen[at])
		return vch_toml_fail(fault, "'%s' stands above already",
				     e->key);
	r->seen[at] = true;
	want = wrong_type(&vch_setting_table[at], e->type);
	if (want)
		return vch_toml_fail(fault, "%s: want %s", e->key, want);
	claim(r->config, (enum vch_setting)at, VCH_SOURCE_FILE);
	r->config->line[at] = e->line;
	for (size_t i = 0; i < e->item_cnt; i++)
		if (set_value(r->config, (enum vch_setting)at, e->items[i],
			      why) != VCH_OK)
			return vch_toml_fail(fault, "%s: %.120s", e->key, why);
	return VCH_OK;
}

enum vch_err vch_settings_read(struct vch_settings *config, const char *name,
			       struct vch_span text, char *why)
{
	struct vch_settings next = *config;
	struct reading r = {.config = &next};
	struct vch_toml_fault fault;

	if (vch_toml_read(text, take_entry, &r, &fault) != VCH_OK)
		return fail(why, "%.200s:%u: %s", name, fault.line, fault.why);
	*config = next;
	return VCH_OK;
}

/* ---- the environment ------------------------------------------------ */

static void env_name(char ret[NAME_MAX_LEN], const char *section,
		     const char *key)
{
	snprintf(ret, NAME_MAX_LEN, PREFIX "%s_%s", section, key);
	for (; *ret; ret++)
		if (*ret >= 'a' && *ret <= 'z')
			*ret = (char)(*ret - 'a' + 'A');
}

/* The setting of NAME=…; -1 if it is none, but looks like one. */
static bool find_env(const char *line, size_t len, int *ret)
{
	char name[NAME_MAX_LEN];
	bool ours = false;

	*ret = -1;
	for (int i = 0; i < VCH_SET_CNT; i++) {
		env_name(name, vch_setting_table[i].section, "");
		ours |= strncmp(line, name, strlen(name)) == 0;
		env_name(name, vch_setting_table[i].section,
			 vch_setting_table[i].key);
		if (strlen(name) == len && strncmp(line, name, len) == 0)
			*ret = i;
	}
	return ours;
}

static enum vch_err set_env(struct vch_settings *config,
			    enum vch_setting setting, const char *text,
			    char *why)
{
	char item[VCH_SETTINGS_ITEM_MAX];

	if (vch_setting_table[setting].type != VCH_TYPE_LIST)
		return vch_settings_set(config, setting, VCH_SOURCE_ENVIRONMENT,
					text, why);
	claim(config, setting, VCH_SOURCE_ENVIRONMENT);
	while (*text) {
		size_t len = strcspn(text, ",");

		if (len >= sizeof(item))
			return fail(why, "an item is too long");
		memcpy(item, text, len);
		item[len] = '\0';
		VCH_TRY(vch_settings_set(config, setting,
					 VCH_SOURCE_ENVIRONMENT, item, why));
		text += len + (text[len] == ',');
	}
	return VCH_OK;
}

enum vch_err vch_settings_environment(struct vch_settings *config,
				      char *const *env, char *why)
{
	char reason[VCH_SETTINGS_WHY_MAX];
	int at;

	for (; *env; env++) {
		size_t len = strcspn(*env, "=");
		int shown = (int)(len < NAME_MAX_LEN ? len : NAME_MAX_LEN);

		if (!find_env(*env, len, &at))
			continue;
		if (at < 0)
			return fail(why,
				    "%.*s in the environment is no setting",
				    shown, *env);
		if (set_env(config, (enum vch_setting)at,
			    *env + len + ((*env)[len] == '='),
			    reason) != VCH_OK)
			return fail(why, "%.*s: %.400s", shown, *env, reason);
	}
	return VCH_OK;
}

/* ---- printing ------------------------------------------------------- */

static void put_string(FILE *to, const char *text)
{
	fputc('"', to);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', to);
		fputc(*text, to);
	}
	fputc('"', to);
}

static void put_list(FILE *to, const struct vch_setting_list *list)
{
	fputc('[', to);
	for (size_t i = 0; i < list->cnt; i++) {
		fputs(i > 0 ? ", " : "", to);
		put_string(to, list->item[i]);
	}
	fputc(']', to);
}

static void put_value(FILE *to, const struct vch_settings *config,
		      enum vch_setting setting)
{
	const void *v = value_of(config, setting);
	char text[VCH_ADDRESS_TEXT_MAX];

	switch (vch_setting_table[setting].type) {
	case VCH_TYPE_PATH:
		put_string(to, v);
		return;
	case VCH_TYPE_ADDRESS:
		vch_address_print(text, v);
		put_string(to, text);
		return;
	case VCH_TYPE_LEVEL:
		put_string(to, LEVELS[*(const enum vch_level *)v]);
		return;
	case VCH_TYPE_LIST:
		put_list(to, v);
		return;
	case VCH_TYPE_BOOL:
		fputs(*(const bool *)v ? "true" : "false", to);
		return;
	case VCH_TYPE_NUMBER:
		fprintf(to, "%llu", *(const unsigned long long *)v);
		return;
	case VCH_TYPE_DURATION:
		print_duration(text, sizeof(text), *(const uint64_t *)v);
		put_string(to, text);
		return;
	}
}

static void put_source(FILE *to, const struct vch_settings *config,
		       enum vch_setting setting)
{
	const struct vch_setting_info *info = &vch_setting_table[setting];
	char name[NAME_MAX_LEN];

	switch (config->source[setting]) {
	case VCH_SOURCE_DEFAULT:
		return;
	case VCH_SOURCE_FILE:
		fprintf(to, " # line %u", config->line[setting]);
		return;
	case VCH_SOURCE_ENVIRONMENT:
		env_name(name, info->section, info->key);
		fprintf(to, " # %s", name);
		return;
	case VCH_SOURCE_ARGUMENT:
		fprintf(to, " # --%s", info->option);
		return;
	}
}

/* `[section]` before the first of its settings. */
static void put_section(FILE *to, int setting)
{
	const char *section = vch_setting_table[setting].section;

	if (setting == 0 ||
	    strcmp(vch_setting_table[setting - 1].section, section) != 0)
		fprintf(to, "%s[%s]\n", setting > 0 ? "\n" : "", section);
}

void vch_settings_print(FILE *to, const struct vch_settings *config)
{
	for (int i = 0; i < VCH_SET_CNT; i++) {
		put_section(to, i);
		fprintf(to, "%s = ", vch_setting_table[i].key);
		put_value(to, config, (enum vch_setting)i);
		put_source(to, config, (enum vch_setting)i);
		fputc('\n', to);
	}
}

void vch_settings_print_defaults(FILE *to)
{
	struct vch_settings config;

	vch_settings_init(&config);
	fputs("# The settings of vouchd, each with its default: "
	      "`vouchd --config FILE`.\n"
	      "# Written by `make papers` from the program's own table; copy "
	      "it, keep what\n"
	      "# differs. VOUCH_<SECTION>_<KEY> in the environment is stronger "
	      "than the file,\n"
	      "# the command line than both; `vouchd --check` shows what came "
	      "out of it.\n"
	      "# Times are \"10s\", \"500ms\", \"200us\", \"1m\" or whole "
	      "seconds.\n\n",
	      to);
	for (int i = 0; i < VCH_SET_CNT; i++) {
		put_section(to, i);
		fprintf(to, "# %s\n%s = ", vch_setting_table[i].help,
			vch_setting_table[i].key);
		put_value(to, &config, (enum vch_setting)i);
		fputc('\n', to);
	}
}

void vch_settings_print_man(FILE *to)
{
	fputs(".TH VOUCH.TOML 5 \"\" vouch\n.SH NAME\n"
	      "vouch.toml \\- the settings of vouchd\n.SH SYNOPSIS\n"
	      ".B vouchd \\-\\-config\n.I FILE\n.SH DESCRIPTION\n"
	      "TOML: sections, strings, whole numbers, true, false and lists "
	      "of strings. An unknown key is refused with its line. "
	      "VOUCH_<SECTION>_<KEY> in the environment is stronger than the "
	      "file, the command line than both. Times are \"10s\", "
	      "\"500ms\", \"200us\", \"1m\" or whole seconds.\n",
	      to);
	for (int i = 0; i < VCH_SET_CNT; i++) {
		const struct vch_setting_info *info = &vch_setting_table[i];

		if (i == 0 || strcmp(vch_setting_table[i - 1].section,
				     info->section) != 0)
			fprintf(to, ".SH [%s]\n", info->section);
		fprintf(to, ".TP\n.BR %s \" = %s%s%s\"\n%s.\n", info->key,
			info->type == VCH_TYPE_LIST ? "[" : "",
			info->fallback[0] || info->type == VCH_TYPE_LIST
				? info->fallback
				: "(empty)",
			info->type == VCH_TYPE_LIST ? "]" : "", info->help);
	}
	fputs(".SH SEE ALSO\n.BR vouchd (8), \\ vouch (1)\n", to);
}
