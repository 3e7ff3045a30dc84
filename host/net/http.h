/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP/1.1 server (RFC 9110, 9112; epoll, a few threads). A request
 * reaches a handler only through the doors (host/net/doors.h), whole, with
 * its body in one piece, and is answered from any thread, now or later.
 *
 * Limits: connections in all and of one address, calls a second of one
 * address, token or user, bytes of head and body, bytes of all bodies under
 * way, idle time, and the time one whole request may take to arrive or one
 * answer to be taken: a client that sends a byte now and then is cut off.
 */
#ifndef HOST_NET_HTTP_H
#define HOST_NET_HTTP_H

#include <sys/types.h>

#include "host/net/doors.h"
#include "host/net/session.h"
#include "host/net/tokens.h"
#include "trusted/base/bytes.h"

struct vch_http;
struct vch_http_request;

enum vch_http_type {
	VCH_HTTP_JSON,
	VCH_HTTP_METRICS,
	VCH_HTTP_EVENTS, /* server-sent events */
	VCH_HTTP_HTML,
	VCH_HTTP_CSS,
	VCH_HTTP_JS,
	VCH_HTTP_SVG,
};

typedef void vch_http_fn(void *ctx, struct vch_http_request *req);

struct vch_http_route {
	const char *method; /* "GET", "POST" or "DELETE" */
	const char *path;
	vch_http_fn *run;
};

struct vch_http_options {
	int listen_fd; /* bound; taken over */
	struct vch_doors doors;
	struct vch_tokens *tokens; /* NULL: none is known; used, not owned */
	/* Users who need no token on a Unix socket; used, not owned. */
	const uint32_t *users;
	size_t user_cnt;
	struct vch_sessions *sessions; /* NULL: none are known */
	const char *cookie;	       /* name of the sessions' cookie */
	const struct vch_http_route *routes;
	uint8_t route_cnt;
	void *ctx;
	uint32_t threads;
	uint32_t connections_max;
	uint32_t connections_per_address; /* 0: no limit */
	uint32_t rate_known;   /* calls a second with a token; 0: no limit */
	uint32_t rate_address; /* and without one */
	/* PEM, NULL: plain HTTP; may go once vch_http_start is back. */
	const char *certificate;
	const char *secret_key;
	uint32_t idle_s;    /* between requests */
	uint32_t request_s; /* for one whole request, and for its answer */
};

/* Nobody can connect yet. */
struct vch_http *vch_http_new(const struct vch_http_options *opt);

/* VCH_SOCKET if the server does not start. Either way: vch_http_stop. */
VCH_MUST enum vch_err vch_http_start(struct vch_http *http);

/* The body, changeable, with at least 4 bytes of its buffer behind it. */
char *vch_http_body(struct vch_http_request *req, size_t *ret_len);

/*
 * True if the request showed a token or came from a user who needs none. A
 * wrong token never gets here.
 */
bool vch_http_authorised(const struct vch_http_request *req);

/* The body held cnt calls, not the one that was counted at the door. */
void vch_http_count(struct vch_http_request *req, uint32_t cnt);
/* The number of the session whose cookie the request brought; 0: none. */
uint64_t vch_http_session(const struct vch_http_request *req);

/* True for whoever may look: the token or a session. */
bool vch_http_may_look(const struct vch_http_request *req);

/*
 * A header's value or NULL; name as in the specification. Only in a handler,
 * before it returns or answers.
 */
const char *vch_http_header(const struct vch_http_request *req,
			    const char *name);

/* Sets a cookie with the answer that follows: `name=value; attributes`. */
void vch_http_set_cookie(struct vch_http_request *req, const char *cookie);

/*
 * Answers, exactly once; req is gone afterwards. text was malloc()ed and is
 * taken over; it may be NULL if len is 0.
 */
void vch_http_reply(struct vch_http_request *req, unsigned status,
		    enum vch_http_type type, char *text, size_t len);

/*
 * Answers with something fixed that stays where it is. etag (RFC 9110, quoted)
 * is compared with If-None-Match. Only in a handler, before it returns.
 */
void vch_http_reply_fixed(struct vch_http_request *req, enum vch_http_type type,
			  struct vch_span content, const char *etag);

/* What a stream is made of; called on the server's threads, one at a time. */
struct vch_http_source {
	/* How many bytes it wrote; 0: none now; below 0: it is over. */
	ssize_t (*read)(void *ctx, char *buf, size_t max);
	/* It is over, however it ended; once. */
	void (*close)(void *ctx);
	void *ctx;
};

/*
 * Answers with a stream. It may be used until its source is told to close.
 * A client that does not take what was read in time is cut off.
 */
struct vch_http_stream;
struct vch_http_stream *vch_http_stream(struct vch_http_request *req,
					enum vch_http_type type,
					const struct vch_http_source *source);

/*
 * True if the client closed its side: a stream that rests would not notice
 * before something is written to it.
 */
bool vch_http_stream_is_left(const struct vch_http_stream *stream);

/* There may be something to read again. From any thread but in read(). */
void vch_http_stream_wake(struct vch_http_stream *stream);

/* Answers with the error body of JSON-RPC. */
void vch_http_refuse(struct vch_http_request *req, enum vch_err err);

struct vch_http_stats {
	uint64_t connections; /* open now */
	uint64_t connections_all;
	uint64_t requests_all;
	uint64_t under_way;   /* requests not yet answered and sent */
	uint64_t slow_all;    /* connections cut off for taking too long */
	uint64_t refused_all; /* at the doors */
	uint64_t limited_all; /* of them: over the rate limit */
};
void vch_http_stats(struct vch_http *http, struct vch_http_stats *ret);

/* Takes no more connections; requests that still come are refused. */
void vch_http_quiesce(struct vch_http *http);

/* The same, and waits (at most wait_s) until no handler owes an answer. */
void vch_http_drain(struct vch_http *http, uint32_t wait_s);

/*
 * Waits until all is sent (at most wait_s), then ends and frees. Every request
 * must have been answered: drain first, and end whoever still holds one.
 */
void vch_http_stop(struct vch_http *http, uint32_t wait_s);

#endif
