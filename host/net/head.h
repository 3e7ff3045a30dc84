/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The head of an HTTP/1.1 request (RFC 9112), strictly: what two programs
 * could read in two ways is refused, so that nothing can be smuggled past a
 * proxy in front of us. Lines end in CR LF and are never folded, names are
 * tokens right before their colon, no byte is a control, a length stands once
 * and is digits, and never beside a transfer coding. Pure.
 */
#ifndef HOST_NET_HEAD_H
#define HOST_NET_HEAD_H

#include "host/net/doors.h"

/* Bytes of one head, its last empty line included; fields in it. */
#define VCH_HEAD_MAX (8u << 10)
#define VCH_FIELDS_MAX 64

struct vch_field {
	const char *name;
	const char *value; /* without the blanks around it */
};

/* All strings lie in the text it was read from. */
struct vch_request_head {
	const char *method;
	const char *path; /* up to a question mark */
	bool old;	  /* HTTP/1.0 */
	bool keep_alive;
	bool chunked; /* the body comes in chunks */
	bool expects; /* the client waits for 100 Continue */
	bool has_host;
	bool has_length;
	uint64_t length; /* of the body, if has_length */
	uint8_t field_cnt;
	struct vch_field field[VCH_FIELDS_MAX];
};

/*
 * Length of the head at the start of text, 0 if it is not all there. What is
 * before `from` was looked at already. It also ends where it can be no head.
 */
size_t vch_head_end(const char *text, size_t from, size_t len);

/*
 * Reads a head of len bytes; text is changed. 0, or the status that refuses
 * it: 400, 417 (Expect), 431 (too many fields), 501 (a transfer coding) or
 * 505 (another HTTP). Then *ret holds nothing.
 */
unsigned vch_head_parse(struct vch_request_head *ret, char *text, size_t len);

/* The value of the first field of that name (any case), or NULL. */
const char *vch_head_field(const struct vch_request_head *head,
			   const char *name);

/* Headers that say who it is; NULL where one is missing. */
struct vch_head_text {
	const char *authorization;
	const char *cookie;
	const char *fetch_site; /* Sec-Fetch-Site */
};

/* What the doors look at. Any of these that came twice: ret->twice. */
void vch_head_read(struct vch_head *ret, struct vch_head_text *ret_text,
		   const struct vch_request_head *head);

#endif
