/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes JSON text, member after member; commas come by themselves:
 *
 *	vch_json_open(out, NULL, '{');
 *	vch_json_put_hex(out, "address", address, 20);
 *	vch_json_close(out, '}');
 *
 * `key` is NULL inside an array and at the top. `out` begins as
 * vch_json_out(); past VCH_JSON_OUT_MAX it is bad from then on, and whoever
 * sends the text looks at `bad` once.
 */
#ifndef HOST_NET_JSON_OUT_H
#define HOST_NET_JSON_OUT_H

#include "host/base/buf.h"
#include "trusted/base/bytes.h"

#define VCH_JSON_OUT_MAX (4u << 20)

static inline struct vch_buf vch_json_out(void)
{
	return vch_buf(VCH_JSON_OUT_MAX);
}

/* bracket: '{' or '[' to open, '}' or ']' to close. */
void vch_json_open(struct vch_buf *out, const char *key, char bracket);
void vch_json_close(struct vch_buf *out, char bracket);

/* text is UTF-8 of len bytes; quotes and controls are escaped. */
void vch_json_put_text(struct vch_buf *out, const char *key, const char *text,
		       size_t len);
void vch_json_put_str(struct vch_buf *out, const char *key, const char *text);
/* 0x and two digits for each byte. */
void vch_json_put_hex(struct vch_buf *out, const char *key, const void *bytes,
		      size_t len);
/* 0x and no leading zeros: a quantity as Ethereum writes it. */
void vch_json_put_quantity(struct vch_buf *out, const char *key,
			   vch_u128 value);
/* A plain number. */
void vch_json_put_number(struct vch_buf *out, const char *key, int64_t value);
void vch_json_put_bool(struct vch_buf *out, const char *key, bool value);
/* Text that is JSON already. */
void vch_json_put_json(struct vch_buf *out, const char *key, const char *json,
		       size_t len);

#endif
