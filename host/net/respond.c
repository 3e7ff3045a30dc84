/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/respond.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "host/base/alloc.h"
#include "host/net/jsonrpc.h"

/* Bytes that one call of a source may give. */
#define BLOCK_MAX 16384u

/*
 * A page may load and ask nothing but ourselves, runs no inline script, is
 * shown in nobody's frame, sends no form and turns no text into markup.
 */
#define PAGE_POLICY                                                            \
	"default-src 'none'; script-src 'self'; style-src 'self'; "            \
	"img-src 'self'; connect-src 'self'; base-uri 'none'; "                \
	"form-action 'none'; frame-ancestors 'none'; "                         \
	"require-trusted-types-for 'script'"
/* Data is no page at all. */
#define DATA_POLICY "default-src 'none'; frame-ancestors 'none'"

/* --- streams ------------------------------------------------------------ */

struct vch_http_stream {
	struct MHD_Connection *connection;
	struct vch_conn *conn;
	uint32_t send_s;
	struct vch_http_source source;
	pthread_mutex_t mutex; /* of what follows */
	bool parked;	       /* the connection is suspended */
	bool woken;	       /* since the source was asked last */
};

struct vch_http_stream *vch_stream_new(struct MHD_Connection *connection,
				       struct vch_conn *conn, uint32_t send_s,
				       const struct vch_http_source *source)
{
	struct vch_http_stream *s = vch_alloc(1, sizeof(*s));

	s->connection = connection;
	s->conn = conn;
	s->send_s = send_s;
	s->source = *source;
	pthread_mutex_init(&s->mutex, NULL);
	return s;
}

void vch_stream_free(struct vch_http_stream *s)
{
	s->source.close(s->source.ctx);
	pthread_mutex_destroy(&s->mutex);
	free(s);
}

static void free_stream(void *s)
{
	vch_stream_free(s);
}

void vch_http_stream_wake(struct vch_http_stream *s)
{
	pthread_mutex_lock(&s->mutex);
	s->woken = true;
	if (s->parked) {
		s->parked = false;
		MHD_resume_connection(s->connection);
	}
	pthread_mutex_unlock(&s->mutex);
}

bool vch_http_stream_is_left(const struct vch_http_stream *s)
{
	struct pollfd fd = {.fd = s->conn->fd, .events = POLLRDHUP};

	return poll(&fd, 1, 0) > 0;
}

/* True if it rests now; false if it was woken since the source was asked. */
static bool park(struct vch_http_stream *s)
{
	bool parks;

	pthread_mutex_lock(&s->mutex);
	parks = !s->woken;
	if (parks) {
		s->parked = true;
		vch_conn_deadline(s->conn, 0);
		MHD_suspend_connection(s->connection);
	}
	s->woken = false;
	pthread_mutex_unlock(&s->mutex);
	return parks;
}

static ssize_t on_read(void *ctx, uint64_t pos, char *buf, size_t max)
{
	struct vch_http_stream *s = ctx;
	ssize_t len;

	(void)pos;
	do
		len = s->source.read(s->source.ctx, buf, max);
	while (len == 0 && !park(s));
	if (len == 0)
		return 0;
	vch_conn_deadline(s->conn, s->send_s);
	return len > 0 ? len : MHD_CONTENT_READER_END_OF_STREAM;
}

/* --- responses ---------------------------------------------------------- */

static struct MHD_Response *make(const struct vch_answer *a)
{
	if (a->stream)
		return MHD_create_response_from_callback(
			MHD_SIZE_UNKNOWN, BLOCK_MAX, on_read, a->stream,
			free_stream);
	if (a->text)
		return MHD_create_response_from_buffer_with_free_callback(
			a->text_len, a->text, free);
	/* The library only reads what is persistent. */
	return MHD_create_response_from_buffer(a->fixed.len,
					       (void *)(uintptr_t)a->fixed.ptr,
					       MHD_RESPMEM_PERSISTENT);
}

static void add(struct MHD_Response *r, const char *name, const char *value)
{
	(void)MHD_add_response_header(r, name, value);
}

static void add_headers(struct MHD_Response *r, const struct vch_answer *a)
{
	static const char *const TYPES[] = {
		[VCH_HTTP_JSON] = "application/json",
		[VCH_HTTP_METRICS] = "text/plain; version=0.0.4",
		[VCH_HTTP_EVENTS] = "text/event-stream",
		[VCH_HTTP_HTML] = "text/html; charset=utf-8",
		[VCH_HTTP_CSS] = "text/css; charset=utf-8",
		[VCH_HTTP_JS] = "text/javascript; charset=utf-8",
		[VCH_HTTP_SVG] = "image/svg+xml",
	};
	bool busy = a->status == MHD_HTTP_SERVICE_UNAVAILABLE;
	bool page = a->type == VCH_HTTP_HTML;
	char retry[12];

	add(r, "Content-Type", TYPES[a->type]);
	add(r, "Cache-Control", a->etag ? "no-cache" : "no-store");
	add(r, "X-Content-Type-Options", "nosniff");
	add(r, "Referrer-Policy", "no-referrer");
	add(r, "Cross-Origin-Resource-Policy", "same-origin");
	add(r, "Content-Security-Policy", page ? PAGE_POLICY : DATA_POLICY);
	if (page)
		add(r, "Cross-Origin-Opener-Policy", "same-origin");
	if (a->etag)
		add(r, "ETag", a->etag);
	if (a->cookie[0])
		add(r, "Set-Cookie", a->cookie);
	if (a->status == MHD_HTTP_UNAUTHORIZED)
		add(r, "WWW-Authenticate", "Bearer");
	snprintf(retry, sizeof(retry), "%u", a->retry_s ? a->retry_s : 1);
	if (busy || a->retry_s > 0)
		add(r, "Retry-After", retry);
}

struct MHD_Response *vch_respond(struct vch_answer *a, bool closing)
{
	struct MHD_Response *r = make(a);

	if (r) {
		add_headers(r, a);
		if (closing)
			add(r, "Connection", "close");
	} else {
		free(a->text);
		if (a->stream)
			vch_stream_free(a->stream);
	}
	a->text = NULL;
	a->stream = NULL;
	return r;
}

struct vch_buf vch_error_text(enum vch_err err)
{
	struct vch_buf out = vch_json_out();

	vch_json_open(&out, NULL, '{');
	vch_json_put_str(&out, "jsonrpc", "2.0");
	vch_json_put_json(&out, "id", "null", 4);
	vch_rpc_put_error(&out, "error", err, NULL, vch_span(NULL, 0));
	vch_json_close(&out, '}');
	return out;
}
