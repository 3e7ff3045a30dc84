/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of TOML 1.0 (toml.io) that a configuration needs, read strictly:
 * `[section]`, `key = value`, `#` comments. A value is a "string" (with \" and
 * \\ only), a 'literal string', a whole number that is not negative, true or
 * false, or a list of strings, which may go over several lines. Names are
 * letters, digits, `_` and `-`. Nothing else is taken: no dotted keys, no
 * tables in tables, no dates; the text must be UTF-8.
 */
#ifndef HOST_BASE_TOML_H
#define HOST_BASE_TOML_H

#include "trusted/base/bytes.h"

#define VCH_TOML_NAME_MAX 32
#define VCH_TOML_SECTIONS_MAX 16
#define VCH_TOML_ITEMS_MAX 32
/* Bytes of all strings of one value. */
#define VCH_TOML_TEXT_MAX 4096
#define VCH_TOML_WHY_MAX 160

enum vch_toml_type {
	VCH_TOML_STRING,
	VCH_TOML_NUMBER,
	VCH_TOML_BOOL,
	VCH_TOML_LIST,
};

/* One `key = value`. section is "" before the first one. */
struct vch_toml_entry {
	const char *section;
	const char *key;
	unsigned line;
	enum vch_toml_type type;
	/* The string; of a number or bool its text; of a list each item's. */
	const char *items[VCH_TOML_ITEMS_MAX];
	size_t item_cnt;
};

/* What was wrong, and in which line (from 1). */
struct vch_toml_fault {
	unsigned line;
	char why[VCH_TOML_WHY_MAX];
};

/*
 * Takes one entry, valid during the call only. Any error but VCH_OK ends the
 * reading; it may write fault->why.
 */
typedef enum vch_err vch_toml_fn(void *ctx, const struct vch_toml_entry *entry,
				 struct vch_toml_fault *fault);

/*
 * Hands out the entries in order. A section may stand once; whether a key
 * comes twice is for fn to see. VCH_FORMAT with *fault if the text is not in
 * the form above (entries before it were handed out); else fn's error, with
 * the line of its entry.
 */
VCH_MUST enum vch_err vch_toml_read(struct vch_span text, vch_toml_fn *fn,
				    void *ctx, struct vch_toml_fault *fault);

/* Writes why, printf-like, and answers VCH_FORMAT. */
enum vch_err vch_toml_fail(struct vch_toml_fault *fault, const char *format,
			   ...) __attribute__((format(printf, 2, 3)));

#endif
