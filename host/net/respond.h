/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes the library's responses: which headers go with what. Only http.c
 * uses it.
 */
#ifndef HOST_NET_RESPOND_H
#define HOST_NET_RESPOND_H

#include <microhttpd.h>

#include "host/base/buf.h"
#include "host/net/conn.h"
#include "host/net/http.h"

#define VCH_COOKIE_MAX 200

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
	struct vch_http_stream *stream; /* instead of both */
};

/*
 * NULL if there is no memory. Takes text and stream over either way. closing:
 * say that the connection ends with this answer.
 */
struct MHD_Response *vch_respond(struct vch_answer *answer, bool closing);

/* JSON-RPC's error body, for what never became a call. */
struct vch_buf vch_error_text(enum vch_err err);

/* A stream to be answered with; its deadlines are those of conn. */
struct vch_http_stream *vch_stream_new(struct MHD_Connection *connection,
				       struct vch_conn *conn, uint32_t send_s,
				       const struct vch_http_source *source);
/* For a stream that no response took over. */
void vch_stream_free(struct vch_http_stream *stream);

#endif
