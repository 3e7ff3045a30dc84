/* SPDX-License-Identifier: Apache-2.0 */
#include "host/base/toml.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DIGITS_MAX 18

struct reader {
	const uint8_t *at;
	const uint8_t *end;
	unsigned line;
	struct vch_toml_fault *fault;
	char sections[VCH_TOML_SECTIONS_MAX][VCH_TOML_NAME_MAX];
	size_t section_cnt;
	char key[VCH_TOML_NAME_MAX];
	struct vch_toml_entry entry;
	char text[VCH_TOML_TEXT_MAX];
	size_t text_len;
};

enum vch_err vch_toml_fail(struct vch_toml_fault *fault, const char *format,
			   ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(fault->why, sizeof(fault->why), format, args);
	va_end(args);
	return VCH_FORMAT;
}

static enum vch_err fail(struct reader *r, const char *why)
{
	r->fault->line = r->line;
	return vch_toml_fail(r->fault, "%s", why);
}

/* ---- characters ----------------------------------------------------- */

/* Bytes of the UTF-8 character at `at`; 0 if it is none. */
static size_t utf8_len(const uint8_t *at, size_t left)
{
	uint32_t point;
	size_t len;

	if (at[0] < 0x80)
		return 1;
	len = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
	if (at[0] < 0xc2 || at[0] > 0xf4 || left < len)
		return 0;
	point = at[0] & (0xffu >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (at[i] & 0x3f);
	}
	if ((len == 3 &&
	     (point < 0x800 || (point >= 0xd800 && point < 0xe000))) ||
	    (len == 4 && (point < 0x10000 || point > 0x10ffff)))
		return 0;
	return len;
}

/* Control characters have no place in the text, UTF-8 must be right. */
static enum vch_err check_text(struct reader *r)
{
	const uint8_t *at = r->at;

	for (r->line = 1; at < r->end;) {
		size_t len = utf8_len(at, (size_t)(r->end - at));
		bool end = *at == '\r' && at + 1 < r->end && at[1] == '\n';

		if (len == 0)
			return fail(r, "this is not UTF-8");
		if ((*at < 0x20 && *at != '\t' && *at != '\n' && !end) ||
		    *at == 0x7f)
			return fail(r, "there is a control character");
		r->line += *at == '\n';
		at += len;
	}
	r->line = 1;
	return VCH_OK;
}

static int peek(const struct reader *r)
{
	return r->at < r->end ? *r->at : -1;
}

static bool take(struct reader *r, char c)
{
	if (peek(r) != c)
		return false;
	r->at++;
	return true;
}

static void skip_blanks(struct reader *r)
{
	while (peek(r) == ' ' || peek(r) == '\t')
		r->at++;
}

/* To the end of the line, over a comment; false if something else is there. */
static bool skip_line(struct reader *r)
{
	skip_blanks(r);
	if (peek(r) == '#')
		while (peek(r) != '\n' && peek(r) != '\r' && peek(r) >= 0)
			r->at++;
	if (peek(r) < 0)
		return true;
	take(r, '\r');
	if (!take(r, '\n'))
		return false;
	r->line++;
	return true;
}

static bool is_name(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static enum vch_err read_name(struct reader *r, char ret[VCH_TOML_NAME_MAX])
{
	size_t len = 0;

	while (is_name(peek(r))) {
		if (len == VCH_TOML_NAME_MAX - 1)
			return fail(r, "the name is too long");
		ret[len++] = (char)*r->at++;
	}
	ret[len] = '\0';
	return len > 0 ? VCH_OK : fail(r, "a name is missing");
}

/* ---- values --------------------------------------------------------- */

static enum vch_err put(struct reader *r, char c)
{
	if (r->text_len == sizeof(r->text))
		return fail(r, "the value is too long");
	r->text[r->text_len++] = c;
	return VCH_OK;
}

static enum vch_err begin_item(struct reader *r)
{
	if (r->entry.item_cnt == VCH_TOML_ITEMS_MAX)
		return fail(r, "the list is too long");
	r->entry.items[r->entry.item_cnt++] = r->text + r->text_len;
	return VCH_OK;
}

static enum vch_err read_string(struct reader *r, char quote)
{
	VCH_TRY(begin_item(r));
	r->at++;
	while (!take(r, quote)) {
		int c = peek(r);

		if (c < 0 || c == '\n' || c == '\r')
			return fail(r, "the string does not end in its line");
		r->at++;
		if (c == '\\' && quote == '"') {
			c = peek(r);
			if (c != '"' && c != '\\')
				return fail(r, "in a string only \\\" and \\\\ "
					       "are known");
			r->at++;
		}
		VCH_TRY(put(r, (char)c));
	}
	return put(r, '\0');
}

static enum vch_err read_strings(struct reader *r)
{
	if (peek(r) != '"' && peek(r) != '\'')
		return fail(r, "a list holds strings only");
	return read_string(r, (char)peek(r));
}

/* Blanks, comments and ends of lines between the items of a list. */
static void skip_between(struct reader *r)
{
	for (;;) {
		skip_blanks(r);
		if (peek(r) != '#' && peek(r) != '\n' && peek(r) != '\r')
			return;
		if (!skip_line(r))
			return;
	}
}

static enum vch_err read_list(struct reader *r)
{
	r->entry.type = VCH_TOML_LIST;
	r->at++;
	for (;;) {
		skip_between(r);
		if (take(r, ']'))
			return VCH_OK;
		VCH_TRY(read_strings(r));
		skip_between(r);
		if (peek(r) != ']' && !take(r, ','))
			return fail(r, "the list wants ',' or ']' here");
	}
}

static enum vch_err read_word(struct reader *r)
{
	const char *word;
	size_t len;

	VCH_TRY(begin_item(r));
	word = r->entry.items[0];
	while (is_name(peek(r)))
		VCH_TRY(put(r, (char)*r->at++));
	VCH_TRY(put(r, '\0'));
	len = strlen(word);
	r->entry.type = VCH_TOML_BOOL;
	if (strcmp(word, "true") == 0 || strcmp(word, "false") == 0)
		return VCH_OK;
	r->entry.type = VCH_TOML_NUMBER;
	if (len > 0 && len <= DIGITS_MAX && strspn(word, "0123456789") == len &&
	    (len == 1 || word[0] != '0'))
		return VCH_OK;
	return fail(r, "the value must be a \"string\", a whole number, true, "
		       "false, or a list [\"…\"]");
}

static enum vch_err read_value(struct reader *r)
{
	int c = peek(r);

	r->text_len = 0;
	r->entry.item_cnt = 0;
	r->entry.type = VCH_TOML_STRING;
	if (c == '"' || c == '\'')
		return read_string(r, (char)c);
	return c == '[' ? read_list(r) : read_word(r);
}

/* ---- lines ---------------------------------------------------------- */

static enum vch_err read_section(struct reader *r)
{
	char *name = r->sections[r->section_cnt];

	r->at++;
	if (r->section_cnt == VCH_TOML_SECTIONS_MAX)
		return fail(r, "there are too many sections");
	VCH_TRY(read_name(r, name));
	if (!take(r, ']'))
		return fail(r, "']' is missing");
	for (size_t i = 0; i < r->section_cnt; i++)
		if (strcmp(r->sections[i], name) == 0)
			return fail(r, "this section stands above already");
	r->section_cnt++;
	r->entry.section = name;
	return VCH_OK;
}

static enum vch_err read_entry(struct reader *r, vch_toml_fn *fn, void *ctx)
{
	enum vch_err err;

	VCH_TRY(read_name(r, r->key));
	r->entry.key = r->key;
	r->entry.line = r->line;
	skip_blanks(r);
	if (!take(r, '='))
		return fail(r, "'=' is missing after the name");
	skip_blanks(r);
	VCH_TRY(read_value(r));
	err = fn(ctx, &r->entry, r->fault);
	if (err != VCH_OK)
		r->fault->line = r->entry.line;
	return err;
}

enum vch_err vch_toml_read(struct vch_span text, vch_toml_fn *fn, void *ctx,
			   struct vch_toml_fault *fault)
{
	struct reader r = {.at = text.ptr, .end = text.ptr, .fault = fault};

	*fault = (struct vch_toml_fault){0};
	if (text.len > 0)
		r.end += text.len;
	r.entry.section = "";
	VCH_TRY(check_text(&r));
	while (r.at < r.end) {
		int c;

		skip_blanks(&r);
		c = peek(&r);
		if (c == '[')
			VCH_TRY(read_section(&r));
		else if (c >= 0 && c != '#' && c != '\n' && c != '\r')
			VCH_TRY(read_entry(&r, fn, ctx));
		if (!skip_line(&r))
			return fail(&r, "something stands behind the value");
	}
	return VCH_OK;
}
