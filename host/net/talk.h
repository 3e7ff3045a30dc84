/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection of the HTTP server: requests one after the other, each
 * answered before the next is read. Only the server's own files include this.
 *
 * Its loop's thread owns it, but while a handler owes the answer: then
 * whoever answers does, under the mutex, and sends the answer itself.
 */
#ifndef HOST_NET_TALK_H
#define HOST_NET_TALK_H

#include <pthread.h>

#include "host/net/chunks.h"
#include "host/net/conn.h"
#include "host/net/head.h"
#include "host/net/http.h"
#include "host/net/link.h"
#include "host/net/loop.h"
#include "host/net/respond.h"

struct vch_http {
	struct vch_http_options opt;
	struct vch_tls *tls; /* NULL: plain */
	struct vch_loops *loops;
	struct vch_conns conns;
	struct vch_rates *rates_known;
	struct vch_rates *rates_address;
	atomic_bool quiet;
	_Atomic uint64_t bodies; /* bytes */
	_Atomic uint64_t under_way;
	_Atomic uint64_t unanswered;
	_Atomic uint64_t requests_all;
	_Atomic uint64_t refused_all;
	_Atomic uint64_t limited_all;
};

enum vch_talk_state {
	VCH_TALK_SHAKING, /* TLS */
	VCH_TALK_READING,
	VCH_TALK_BUSY,	  /* a handler owes the answer */
	VCH_TALK_WRITING, /* of the answer some is left */
	VCH_TALK_STREAMING,
	VCH_TALK_LEAVING, /* all is said; what still comes is dropped */
	VCH_TALK_BROKEN,  /* to be closed */
	VCH_TALK_CLOSED,  /* to be freed */
};

struct vch_talk {
	struct vch_ready ready; /* the first member */
	struct vch_conn conn;
	struct vch_link link;
	struct vch_http *http;
	pthread_mutex_t mutex;
	enum vch_talk_state state;
	bool again;   /* there may be more to read */
	bool broken;  /* nothing can be sent any more */
	bool closing; /* it ends with the answer under way */
	bool timed;   /* the time for one whole request runs */
	/* What came and was not used yet; NULL if it is nothing. */
	char *in;
	size_t in_len;
	size_t scanned; /* of it, for the end of a head */
	size_t dropped;
	struct vch_http_request *req; /* that is being read */
	struct vch_http_stream *stream;
};

struct vch_http_request {
	struct vch_http *http;
	struct vch_talk *talk;
	const struct vch_http_route *route;
	enum vch_err refusal; /* known before the body was read */
	unsigned status;      /* of it, if not the one that goes with it */
	uint32_t retry_s;     /* of VCH_RATE */
	bool closing;	      /* no other request follows */
	bool head_only;	      /* HEAD: an answer without its body */
	bool authorised;
	uint64_t session; /* 0: none */
	/* What its calls are counted against. */
	struct vch_rates *rates;
	uint8_t rate_key[VCH_RATE_KEY_LEN];
	uint64_t left; /* of a body with a length */
	struct vch_chunks chunks;
	char *body;
	size_t body_len;
	size_t body_cap; /* counted in http->bodies */
	struct vch_answer answer;
	struct vch_request_head head;
	char text[]; /* of the head */
};

/* --- request.c: what is asked, and whether it may be ---------------------- */

/* What a step of reading a request came to. */
enum vch_step {
	VCH_STEP_MORE,	 /* it wants more bytes */
	VCH_STEP_WHOLE,	 /* it is there: vch_request_run */
	VCH_STEP_REFUSE, /* so that none can follow: vch_request_refuse */
	VCH_STEP_BROKEN, /* the connection is of no use any more */
};

/* A request whose head is the len bytes of text; it counts as under way. */
struct vch_http_request *vch_request_new(struct vch_talk *talk,
					 const char *text, size_t len);
void vch_request_free(struct vch_http_request *req);

/* Reads the head and decides by it. MORE, REFUSE. */
enum vch_step vch_request_begin(struct vch_http_request *req, size_t len);
/* Takes of its body from the front of *in. Any step. */
enum vch_step vch_request_take(struct vch_http_request *req,
			       struct vch_span *in);

/* Hands it over, or sends what was found against it meanwhile. */
void vch_request_run(struct vch_http_request *req);
/* The connection ends with it. */
void vch_request_refuse(struct vch_http_request *req);

/* --- talk.c --------------------------------------------------------------- */

/* Callbacks of the loops; ctx is the server. */
void vch_talk_accepted(void *ctx, struct vch_loop *loop, int fd,
		       const struct sockaddr *peer);
void vch_talk_ready(void *ctx, struct vch_ready *ready, uint32_t events);
void vch_talk_ended(void *ctx, struct vch_ready *ready);

/* The handler has the request, until vch_talk_answer. */
void vch_talk_busy(struct vch_talk *talk);

/* Sends the request's answer, from any thread, and frees the request. */
void vch_talk_answer(struct vch_http_request *req);

/* --- of a stream (stream.c) ----------------------------------------------- */

/* Sends what there is, until it rests or the socket is full. */
void vch_stream_run(struct vch_talk *talk, uint32_t events);
/* Tells its source that it is over. */
void vch_stream_end(struct vch_talk *talk);

/*
 * What became of sending the answer: goes on to the next request, to writing
 * the rest, or ends. Under the mutex or on the loop's thread. The caller then
 * counts the request no more, if rc is not VCH_LINK_AGAIN.
 */
void vch_talk_sent(struct vch_talk *talk, int rc);

#endif
