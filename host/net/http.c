/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/http.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "host/base/alloc.h"
#include "host/base/buf.h"
#include "host/base/clock.h"
#include "host/base/logline.h"
#include "host/net/conn.h"
#include "host/net/head.h"
#include "host/net/jsonrpc.h"
#include "host/net/respond.h"
#include "trusted/base/check.h"

/*
 * Of one head. The library wants to answer by itself what does not fit into
 * its memory, so there is more of that.
 */
#define HEAD_MAX (8u << 10)
#define MEMORY_MAX (32u << 10)
/* Ciphers of TLS, in GnuTLS's words. */
#define TLS_PRIORITIES "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
/* All bodies under way together. */
#define BODIES_MAX (64u << 20)
#define BODY_FIRST 4096u
#define THREAD_STACK (1u << 20)
#define LISTEN_BACKLOG 512

struct vch_http {
	struct MHD_Daemon *daemon;
	struct vch_http_options opt;
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

/* Where a request that a handler has stands; who comes second acts. */
enum { RUNNING, SUSPENDED, ANSWERED };

struct vch_http_request {
	struct vch_http *http;
	struct MHD_Connection *connection;
	struct vch_conn *conn;
	const struct vch_http_route *route;
	enum vch_err refusal; /* known before the body was read */
	uint32_t retry_s;     /* of VCH_RATE */
	bool head_too_big;
	bool authorised;
	uint64_t session; /* 0: none */
	/* What its calls are counted against. */
	struct vch_rates *rates;
	uint8_t rate_key[VCH_RATE_KEY_LEN];
	bool started;
	atomic_int state;
	char *body;
	size_t body_len;
	size_t body_cap; /* counted in http->bodies */
	struct vch_answer answer;
};

char *vch_http_body(struct vch_http_request *req, size_t *ret_len)
{
	*ret_len = req->body_len;
	return req->body;
}

bool vch_http_authorised(const struct vch_http_request *req)
{
	return req->authorised;
}

uint64_t vch_http_session(const struct vch_http_request *req)
{
	return req->session;
}

bool vch_http_may_look(const struct vch_http_request *req)
{
	return req->authorised || req->session != 0;
}

const char *vch_http_header(const struct vch_http_request *req,
			    const char *name)
{
	return MHD_lookup_connection_value(req->connection, MHD_HEADER_KIND,
					   name);
}

void vch_http_set_cookie(struct vch_http_request *req, const char *cookie)
{
	char *to = req->answer.cookie;

	VCH_CHECK(strlen(cookie) < VCH_COOKIE_MAX);
	memcpy(to, cookie, strlen(cookie) + 1);
}

void vch_http_count(struct vch_http_request *req, uint32_t cnt)
{
	if (cnt > 1 && req->rates)
		vch_rates_charge(req->rates, req->rate_key, cnt - 1,
				 vch_clock_ns());
}

/* The answer is there: whoever comes second sends it. req may be gone. */
static void answered(struct vch_http_request *req)
{
	struct MHD_Connection *connection = req->connection;

	atomic_fetch_sub(&req->http->unanswered, 1);
	if (atomic_exchange(&req->state, ANSWERED) == SUSPENDED)
		MHD_resume_connection(connection);
}

void vch_http_reply(struct vch_http_request *req, unsigned status,
		    enum vch_http_type type, char *text, size_t len)
{
	req->answer.status = status;
	req->answer.type = type;
	req->answer.text = text;
	req->answer.text_len = len;
	answered(req);
}

void vch_http_reply_fixed(struct vch_http_request *req, enum vch_http_type type,
			  struct vch_span content, const char *etag)
{
	const char *have = vch_http_header(req, "If-None-Match");

	req->answer.type = type;
	req->answer.etag = etag;
	if (have && strcmp(have, etag) == 0) {
		req->answer.status = MHD_HTTP_NOT_MODIFIED;
	} else {
		req->answer.status = MHD_HTTP_OK;
		req->answer.fixed = content;
	}
	answered(req);
}

struct vch_http_stream *vch_http_stream(struct vch_http_request *req,
					enum vch_http_type type,
					const struct vch_http_source *source)
{
	struct vch_http_stream *stream = vch_stream_new(
		req->connection, req->conn, req->http->opt.request_s, source);

	req->answer.status = MHD_HTTP_OK;
	req->answer.type = type;
	req->answer.stream = stream;
	answered(req);
	return stream;
}

void vch_http_refuse(struct vch_http_request *req, enum vch_err err)
{
	struct vch_buf out = vch_error_text(err);

	vch_http_reply(req, vch_doors_status(err), VCH_HTTP_JSON,
		       (char *)out.ptr, out.len);
}

/* --- on the server's threads ------------------------------------------- */

static enum MHD_Result send_answer(struct vch_http_request *req,
				   struct vch_answer *answer)
{
	bool closing = atomic_load(&req->http->quiet);
	struct MHD_Response *response;
	enum MHD_Result queued;

	/* Before the response is: a stream's own deadlines come later. */
	vch_conn_deadline(req->conn, req->http->opt.request_s);
	response = vch_respond(answer, closing);
	if (!response)
		return MHD_NO;
	queued = MHD_queue_response(req->connection, answer->status, response);
	MHD_destroy_response(response);
	return queued;
}

static enum MHD_Result send_refusal(struct vch_http_request *req)
{
	struct vch_buf out = vch_error_text(req->refusal);
	struct vch_answer answer = {
		.status = vch_doors_status(req->refusal),
		.type = VCH_HTTP_JSON,
		.text = (char *)out.ptr,
		.text_len = out.len,
		.retry_s = req->retry_s,
	};

	if (req->head_too_big)
		answer.status = MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE;
	if (req->refusal == VCH_RATE)
		atomic_fetch_add(&req->http->limited_all, 1);
	atomic_fetch_add(&req->http->refused_all, 1);
	return send_answer(req, &answer);
}

static const struct vch_http_route *
find_route(const struct vch_http *http, const char *method, const char *path)
{
	for (size_t i = 0; i < http->opt.route_cnt; i++)
		if (strcmp(http->opt.routes[i].path, path) == 0 &&
		    strcmp(http->opt.routes[i].method, method) == 0)
			return &http->opt.routes[i];
	return NULL;
}

/* A user of this machine who needs no token. */
static bool is_known_user(const struct vch_http_request *req)
{
	const struct vch_http_options *opt = &req->http->opt;

	for (size_t i = 0; req->conn->local && i < opt->user_cnt; i++)
		if (opt->users[i] == req->conn->uid)
			return true;
	return false;
}

/*
 * Who it is, and whether they may go on: wrong tokens count against the
 * address they come from, so guessing is slow too.
 */
static enum vch_err know(struct vch_http_request *req, const char *header)
{
	struct vch_tokens *tokens = req->http->opt.tokens;
	struct vch_span token = vch_doors_bearer(header);
	bool shown =
		header && tokens && vch_conn_token(req->conn, tokens, token);
	bool user = !header && is_known_user(req);

	req->authorised = shown || user;
	req->rates = req->authorised ? req->http->rates_known
				     : req->http->rates_address;
	memcpy(req->rate_key,
	       shown ? req->conn->token_key : req->conn->peer_key,
	       VCH_RATE_KEY_LEN);
	req->retry_s =
		vch_rates_take(req->rates, req->rate_key, vch_clock_ns());
	if (req->retry_s > 0)
		return VCH_RATE;
	return header && !shown ? VCH_TOKEN : VCH_OK;
}

static void find_session(struct vch_http_request *req,
			 const struct vch_head_text *text)
{
	const struct vch_http_options *opt = &req->http->opt;
	struct vch_span cookie;

	if (!opt->sessions || !vch_doors_is_own_page(text->fetch_site))
		return;
	cookie = vch_cookie_find(text->cookie, opt->cookie);
	req->session = vch_session_find(opt->sessions, cookie, vch_clock_ns());
}

/* All that can be said before the body: doors, token, limit, route. */
static enum vch_err admit(struct vch_http_request *req, const char *method,
			  const char *path)
{
	const struct vch_http_options *opt = &req->http->opt;
	struct vch_head_text text;
	struct vch_head head;

	req->head_too_big = vch_head_size(req->connection) > HEAD_MAX;
	if (req->head_too_big)
		return VCH_SIZE;
	vch_head_read(&head, &text, req->connection, method);
	VCH_TRY(vch_doors_check(&opt->doors, &head));
	VCH_TRY(know(req, text.authorization));
	find_session(req, &text);
	req->route = find_route(req->http, method, path);
	if (!req->route)
		return VCH_METHOD;
	return atomic_load(&req->http->quiet) ? VCH_OVERLOADED : VCH_OK;
}

static struct vch_conn *conn_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info->socket_context;
}

/*
 * Who may come again on this connection is refused after the body, which is
 * not kept: an answer before it would end the connection. The others go.
 */
static bool answers_later(enum vch_err refusal)
{
	return refusal == VCH_OK || refusal == VCH_RATE ||
	       refusal == VCH_TOKEN || refusal == VCH_METHOD;
}

static enum MHD_Result on_head(struct vch_http *http,
			       struct MHD_Connection *connection,
			       const char *method, const char *path,
			       void **ret_req)
{
	struct vch_http_request *req = vch_alloc(1, sizeof(*req));

	req->http = http;
	req->connection = connection;
	req->conn = conn_of(connection);
	*ret_req = req;
	atomic_fetch_add(&http->under_way, 1);
	atomic_fetch_add(&http->requests_all, 1);
	req->refusal = admit(req, method, path);
	return answers_later(req->refusal) ? MHD_YES : send_refusal(req);
}

/* Room for len more bytes of body; false if that is too much. */
static bool body_room(struct vch_http_request *req, size_t len)
{
	size_t want = req->body_len + len + VCH_RPC_PADDING;
	size_t cap = req->body_cap > 0 ? req->body_cap : BODY_FIRST;

	if (len > VCH_BODY_MAX - req->body_len) {
		req->refusal = VCH_SIZE;
		return false;
	}
	while (cap < want)
		cap *= 2;
	if (cap == req->body_cap)
		return true;
	if (atomic_fetch_add(&req->http->bodies, cap - req->body_cap) + cap -
		    req->body_cap >
	    BODIES_MAX) {
		atomic_fetch_sub(&req->http->bodies, cap - req->body_cap);
		req->refusal = VCH_OVERLOADED;
		return false;
	}
	req->body = vch_realloc(req->body, cap);
	req->body_cap = cap;
	return true;
}

/* A refused body is read on, so that the refusal can be sent, but not far. */
static enum MHD_Result on_body(struct vch_http_request *req, const char *data,
			       size_t len)
{
	if (req->refusal == VCH_OK && body_room(req, len)) {
		memcpy(req->body + req->body_len, data, len);
		req->body_len += len;
		return MHD_YES;
	}
	req->body_len += len;
	return req->body_len > 2 * VCH_BODY_MAX ? MHD_NO : MHD_YES;
}

/*
 * Counted first, then asked whether the server is quiet: so once it is quiet
 * and nothing is unanswered, no handler runs any more.
 */
static void run_handler(struct vch_http_request *req)
{
	atomic_fetch_add(&req->http->unanswered, 1);
	if (atomic_load(&req->http->quiet))
		vch_http_refuse(req, VCH_OVERLOADED);
	else
		req->route->run(req->http->opt.ctx, req);
}

/* The request is whole: hands it over, or sends what became of it. */
static enum MHD_Result on_whole(struct vch_http_request *req)
{
	int running = RUNNING;

	if (req->refusal != VCH_OK)
		return send_refusal(req);
	if (!req->started) {
		req->started = true;
		vch_conn_deadline(req->conn, 0);
		run_handler(req);
		if (atomic_load(&req->state) != ANSWERED) {
			MHD_suspend_connection(req->connection);
			if (!atomic_compare_exchange_strong(
				    &req->state, &running, SUSPENDED))
				MHD_resume_connection(req->connection);
			return MHD_YES;
		}
	}
	VCH_CHECK(atomic_load(&req->state) == ANSWERED);
	return send_answer(req, &req->answer);
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection,
				  const char *url, const char *method,
				  const char *version, const char *data,
				  size_t *data_len, void **ret_req)
{
	struct vch_http_request *req = *ret_req;
	size_t len = *data_len;

	(void)version;
	if (!req)
		return on_head(ctx, connection, method, url, ret_req);
	if (len == 0)
		return on_whole(req);
	*data_len = 0;
	return on_body(req, data, len);
}

static void on_completed(void *ctx, struct MHD_Connection *connection,
			 void **req_cls, enum MHD_RequestTerminationCode how)
{
	struct vch_http_request *req = *req_cls;
	struct vch_http *http = ctx;

	(void)connection;
	(void)how;
	if (!req)
		return;
	/* Silence is the library's to time; this is for what then trickles. */
	vch_conn_deadline(req->conn, http->opt.idle_s + http->opt.request_s);
	atomic_fetch_sub(&http->bodies, req->body_cap);
	atomic_fetch_sub(&http->under_way, 1);
	free(req->body);
	free(req->answer.text);
	if (req->answer.stream)
		vch_stream_free(req->answer.stream);
	free(req);
	*req_cls = NULL;
}

/* The first line of a request came: its time runs from now. */
static void *on_line(void *ctx, const char *uri,
		     struct MHD_Connection *connection)
{
	struct vch_http *http = ctx;

	(void)uri;
	vch_conn_deadline(conn_of(connection), http->opt.request_s);
	return NULL;
}

static void on_connection(void *ctx, struct MHD_Connection *connection,
			  void **socket_context,
			  enum MHD_ConnectionNotificationCode what)
{
	struct vch_http *http = ctx;
	const union MHD_ConnectionInfo *info;
	const union MHD_ConnectionInfo *peer;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		vch_conn_close(*socket_context);
		return;
	}
	info = MHD_get_connection_info(connection,
				       MHD_CONNECTION_INFO_CONNECTION_FD);
	peer = MHD_get_connection_info(connection,
				       MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	*socket_context = vch_conn_open(&http->conns, info->connect_fd,
					peer ? peer->client_addr : NULL);
	vch_conn_deadline(*socket_context, http->opt.request_s);
}

static void on_log(void *ctx, const char *format, va_list args)
{
	char text[200];

	(void)ctx;
	vsnprintf(text, sizeof(text), format, args);
	text[strcspn(text, "\r\n")] = '\0';
	VCH_LOG(VCH_DEBUG, "net", "http library says",
		vch_field_text("text", text));
}

/* --- the server --------------------------------------------------------- */

static struct MHD_Daemon *start_daemon(struct vch_http *http)
{
	const struct vch_http_options *opt = &http->opt;
	const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD |
			       MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
			       (opt->certificate ? MHD_USE_TLS : 0);
	const struct MHD_OptionItem tls[] = {
		{MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)opt->certificate},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)opt->secret_key},
		{MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)TLS_PRIORITIES},
		{MHD_OPTION_END, 0, NULL},
	};
	const struct MHD_OptionItem no_tls[] = {{MHD_OPTION_END, 0, NULL}};
	/* One thread is no pool. */
	unsigned pool = opt->threads > 1 ? opt->threads : 0;

	return MHD_start_daemon(
		flags, 0, NULL, NULL, on_request, http,
		MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
		MHD_OPTION_LISTEN_SOCKET, opt->listen_fd,
		MHD_OPTION_THREAD_POOL_SIZE, pool, MHD_OPTION_THREAD_STACK_SIZE,
		(size_t)THREAD_STACK, MHD_OPTION_CONNECTION_LIMIT,
		opt->connections_max, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
		opt->connections_per_address, MHD_OPTION_CONNECTION_TIMEOUT,
		opt->idle_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)MEMORY_MAX, MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
		MHD_OPTION_URI_LOG_CALLBACK, on_line, http,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, http,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, http,
		MHD_OPTION_ARRAY, opt->certificate ? tls : no_tls,
		MHD_OPTION_END);
}

struct vch_http *vch_http_new(const struct vch_http_options *opt)
{
	struct vch_http *http = vch_alloc(1, sizeof(*http));

	http->opt = *opt;
	http->opt.doors.tls = opt->certificate != NULL;
	http->rates_known = vch_rates_new(opt->rate_known);
	http->rates_address = vch_rates_new(opt->rate_address);
	return http;
}

enum vch_err vch_http_start(struct vch_http *http)
{
	VCH_TRY(vch_conns_start(&http->conns));
	if (listen(http->opt.listen_fd, LISTEN_BACKLOG) == 0)
		http->daemon = start_daemon(http);
	http->opt.certificate = NULL;
	http->opt.secret_key = NULL;
	if (http->daemon)
		return VCH_OK;
	vch_conns_stop(&http->conns);
	return VCH_SOCKET;
}

void vch_http_stats(struct vch_http *http, struct vch_http_stats *ret)
{
	struct vch_conns *conns = &http->conns;

	pthread_mutex_lock(&conns->lock);
	ret->connections = conns->open_cnt;
	ret->connections_all = conns->all_cnt;
	ret->slow_all = conns->slow_cnt;
	pthread_mutex_unlock(&conns->lock);
	ret->requests_all = atomic_load(&http->requests_all);
	ret->under_way = atomic_load(&http->under_way);
	ret->refused_all = atomic_load(&http->refused_all);
	ret->limited_all = atomic_load(&http->limited_all);
}

void vch_http_quiesce(struct vch_http *http)
{
	if (atomic_exchange(&http->quiet, true))
		return;
	if (http->daemon)
		(void)MHD_quiesce_daemon(http->daemon);
	close(http->opt.listen_fd);
}

static void wait_until_zero(_Atomic uint64_t *count, uint32_t wait_s)
{
	const struct timespec step = {.tv_nsec = 5 * VCH_NS_PER_MS};
	uint64_t end = vch_clock_ns() + wait_s * (uint64_t)VCH_NS_PER_S;

	while (atomic_load(count) > 0 && vch_clock_ns() < end)
		nanosleep(&step, NULL);
}

void vch_http_drain(struct vch_http *http, uint32_t wait_s)
{
	vch_http_quiesce(http);
	wait_until_zero(&http->unanswered, wait_s);
}

void vch_http_stop(struct vch_http *http, uint32_t wait_s)
{
	vch_http_quiesce(http);
	wait_until_zero(&http->under_way, wait_s);
	/* Whoever hands a request to a handler makes sure of an answer. */
	VCH_CHECK(atomic_load(&http->unanswered) == 0);
	if (http->daemon) {
		MHD_stop_daemon(http->daemon);
		vch_conns_stop(&http->conns);
	}
	vch_rates_free(http->rates_known);
	vch_rates_free(http->rates_address);
	free(http);
}
