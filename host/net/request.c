/* SPDX-License-Identifier: Apache-2.0 */
/* From a request's head and body to a handler, or to what refuses it. */
#include <stdlib.h>
#include <string.h>

#include "host/base/alloc.h"
#include "host/base/clock.h"
#include "host/net/jsonrpc.h"
#include "host/net/talk.h"

/* All bodies under way together. */
#define BODIES_MAX (64u << 20)
#define BODY_FIRST 2048u

struct vch_http_request *vch_request_new(struct vch_talk *talk,
					 const char *text, size_t len)
{
	struct vch_http_request *req;

	req = vch_realloc(NULL, sizeof(*req) + len + 1);
	/* the many fields of the head stay as they are: parsing counts them */
	memset(req, 0, offsetof(struct vch_http_request, head.field));
	memcpy(req->text, text, len);
	req->http = talk->http;
	req->talk = talk;
	atomic_fetch_add(&talk->http->under_way, 1);
	atomic_fetch_add(&talk->http->requests_all, 1);
	return req;
}

void vch_request_free(struct vch_http_request *req)
{
	atomic_fetch_sub(&req->http->bodies, req->body_cap);
	free(req->body);
	free(req->answer.text);
	free(req);
}

/* --- the doors ------------------------------------------------------------ */

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
	const struct vch_conn *conn = &req->talk->conn;

	for (size_t i = 0; conn->local && i < opt->user_cnt; i++)
		if (opt->users[i] == conn->uid)
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
	struct vch_conn *conn = &req->talk->conn;
	struct vch_span token = vch_doors_bearer(header);
	bool shown = header && tokens && vch_conn_token(conn, tokens, token);
	bool user = !header && is_known_user(req);

	req->authorised = shown || user;
	req->rates = req->authorised ? req->http->rates_known
				     : req->http->rates_address;
	memcpy(req->rate_key, shown ? conn->token_key : conn->peer_key,
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
static enum vch_err admit(struct vch_http_request *req)
{
	const struct vch_http_options *opt = &req->http->opt;
	struct vch_head_text text;
	struct vch_head head;

	vch_head_read(&head, &text, &req->head);
	VCH_TRY(vch_doors_check(&opt->doors, &head));
	VCH_TRY(know(req, text.authorization));
	find_session(req, &text);
	req->route = find_route(req->http, req->head.method, req->head.path);
	if (!req->route)
		return VCH_METHOD;
	return atomic_load(&req->http->quiet) ? VCH_OVERLOADED : VCH_OK;
}

/*
 * Who may come again on this connection is refused after the body, which is
 * not kept: an answer before it would end the connection. The others go, and
 * so does who asks before sending it.
 */
static bool answers_later(const struct vch_http_request *req)
{
	return req->refusal == VCH_OK ||
	       (!req->head.expects &&
		(req->refusal == VCH_RATE || req->refusal == VCH_TOKEN ||
		 req->refusal == VCH_METHOD));
}

enum vch_step vch_request_begin(struct vch_http_request *req, size_t len)
{
	unsigned status = vch_head_parse(&req->head, req->text, len);

	if (status != 0) {
		req->status = status;
		req->refusal = status == 431 ? VCH_SIZE : VCH_FORMAT;
		return VCH_STEP_REFUSE;
	}
	req->closing = !req->head.keep_alive;
	req->head_only = strcmp(req->head.method, "HEAD") == 0;
	req->left = req->head.length;
	req->refusal = admit(req);
	return answers_later(req) ? VCH_STEP_MORE : VCH_STEP_REFUSE;
}

/* --- the body ------------------------------------------------------------- */

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
static bool add_body(struct vch_http_request *req, struct vch_span data)
{
	if (data.len == 0)
		return true;
	if (req->refusal == VCH_OK && body_room(req, data.len)) {
		memcpy(req->body + req->body_len, data.ptr, data.len);
		req->body_len += data.len;
		return true;
	}
	req->body_len += data.len;
	return req->body_len <= 2 * VCH_BODY_MAX;
}

static enum vch_step take_chunks(struct vch_http_request *req,
				 struct vch_span *in)
{
	struct vch_span data;

	while (in->len > 0 && !vch_chunks_done(&req->chunks)) {
		if (vch_chunks_take(&req->chunks, &data, in) != VCH_OK) {
			req->refusal = VCH_FORMAT;
			return VCH_STEP_REFUSE;
		}
		if (!add_body(req, data))
			return VCH_STEP_BROKEN;
	}
	return vch_chunks_done(&req->chunks) ? VCH_STEP_WHOLE : VCH_STEP_MORE;
}

enum vch_step vch_request_take(struct vch_http_request *req,
			       struct vch_span *in)
{
	size_t n = in->len < req->left ? in->len : (size_t)req->left;

	if (req->head.chunked)
		return take_chunks(req, in);
	if (!add_body(req, vch_span(in->ptr, n)))
		return VCH_STEP_BROKEN;
	*in = vch_span(in->ptr + n, in->len - n);
	req->left -= n;
	return req->left == 0 ? VCH_STEP_WHOLE : VCH_STEP_MORE;
}

/* --- what becomes of it --------------------------------------------------- */

static void answer_refusal(struct vch_http_request *req)
{
	struct vch_buf out = vch_error_text(req->refusal);

	req->answer.status =
		req->status ? req->status : vch_doors_status(req->refusal);
	req->answer.type = VCH_HTTP_JSON;
	req->answer.text = (char *)out.ptr;
	req->answer.text_len = out.len;
	req->answer.retry_s = req->retry_s;
	if (req->refusal == VCH_RATE)
		atomic_fetch_add(&req->http->limited_all, 1);
	atomic_fetch_add(&req->http->refused_all, 1);
	vch_talk_answer(req);
}

void vch_request_refuse(struct vch_http_request *req)
{
	req->closing = true;
	answer_refusal(req);
}

/*
 * Counted first, then asked whether the server is quiet: so once it is quiet
 * and nothing is unanswered, no handler runs any more.
 */
void vch_request_run(struct vch_http_request *req)
{
	struct vch_http *http = req->http;

	if (req->refusal != VCH_OK) {
		answer_refusal(req);
		return;
	}
	vch_talk_busy(req->talk);
	atomic_fetch_add(&http->unanswered, 1);
	if (atomic_load(&http->quiet))
		vch_http_refuse(req, VCH_OVERLOADED);
	else
		req->route->run(http->opt.ctx, req);
}
