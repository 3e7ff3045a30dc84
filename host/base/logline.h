/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a host program tells its operator: one line on stderr for each event,
 *
 *	2025-01-31T12:00:00.123Z warn store the message key=value key="a b"
 *
 * The message is a constant; all that varies stands in fields. Secrets,
 * tokens and request bodies are never fields. A line is at most
 * VCH_LOGLINE_MAX bytes (longer ones end in "..."), control characters in
 * values become '?'. Thread-safe: a line is one write.
 */
#ifndef HOST_BASE_LOGLINE_H
#define HOST_BASE_LOGLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "trusted/base/err.h"

#define VCH_LOGLINE_MAX 512

enum vch_level { VCH_DEBUG, VCH_INFO, VCH_WARN, VCH_ERROR };

/* Lines below this are left out; VCH_INFO at first. */
void vch_logline_level(enum vch_level least);

/* "debug", "info", "warn" or "error"; VCH_ARGUMENT for anything else. */
VCH_MUST enum vch_err vch_level_parse(enum vch_level *ret, const char *name);

/* One key=value; made by vch_field_text() and its like. */
struct vch_field {
	const char *key;
	const char *text; /* NULL: the number */
	uint64_t number;
};

static inline struct vch_field vch_field_text(const char *key, const char *text)
{
	return (struct vch_field){key, text ? text : "", 0};
}

static inline struct vch_field vch_field_num(const char *key, uint64_t number)
{
	return (struct vch_field){key, 0, number};
}

/* The name of an error code. */
struct vch_field vch_field_err(enum vch_err err);

/* What VCH_LOG calls. */
void vch_logline_write(enum vch_level level, const char *room, const char *msg,
		       const struct vch_field *fields, unsigned field_cnt);

/*
 * VCH_LOG(VCH_WARN, "store", "tail cut", vch_field_num("bytes", n), ...);
 * with at least one field.
 */
#define VCH_LOG(level, room, msg, ...)                                         \
	vch_logline_write(level, room, msg,                                    \
			  (const struct vch_field[]){__VA_ARGS__},             \
			  sizeof((const struct vch_field[]){__VA_ARGS__}) /    \
				  sizeof(struct vch_field))

#endif
