/* SPDX-License-Identifier: Apache-2.0 */
/* The head of an answer: which headers go with what. Pure. */
#ifndef HOST_NET_RESPOND_H
#define HOST_NET_RESPOND_H

#include "host/base/buf.h"
#include "host/net/http.h"

#define VCH_COOKIE_MAX 200
/* The longest head: its policies, a cookie, the numbers. */
#define VCH_ANSWER_HEAD_MAX 1536

/* What a handler answered. */
struct vch_answer {
	unsigned status;
	enum vch_http_type type;
	char *text; /* malloc()ed, or NULL */
	size_t text_len;
	struct vch_span fixed; /* instead: not ours to free */
	const char *etag;      /* or NULL */
	uint32_t retry_s;      /* Retry-After; 0: none, but 1 with a 503 */
	char cookie[VCH_COOKIE_MAX];
	bool streams; /* instead of both: in chunks, or up to the end */
};

/* How the answer goes over the connection. */
struct vch_answer_form {
	bool old;	 /* HTTP/1.0: no chunks */
	bool closing;	 /* the connection ends with it */
	uint64_t wall_s; /* now, for Date */
};

/* Writes the head, its empty line included; how long it is. */
size_t vch_answer_head(char ret[VCH_ANSWER_HEAD_MAX],
		       const struct vch_answer *answer,
		       const struct vch_answer_form *form);

/* What stands behind the head; empty with 204 and 304. */
struct vch_span vch_answer_body(const struct vch_answer *answer);

/* JSON-RPC's error body, for what never became a call. */
struct vch_buf vch_error_text(enum vch_err err);

#endif
