/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/http.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "host/base/alloc.h"
#include "host/base/buf.h"
#include "host/base/clock.h"
#include "host/net/talk.h"
#include "trusted/base/check.h"

#define LISTEN_BACKLOG 512

/* --- what a handler knows and says ---------------------------------------- */

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
	return vch_head_field(&req->head, name);
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

static void answer(struct vch_http_request *req)
{
	atomic_fetch_sub(&req->http->unanswered, 1);
	vch_talk_answer(req);
}

void vch_http_reply(struct vch_http_request *req, unsigned status,
		    enum vch_http_type type, char *text, size_t len)
{
	req->answer.status = status;
	req->answer.type = type;
	req->answer.text = text;
	req->answer.text_len = len;
	answer(req);
}

void vch_http_reply_fixed(struct vch_http_request *req, enum vch_http_type type,
			  struct vch_span content, const char *etag)
{
	const char *have = vch_http_header(req, "If-None-Match");

	req->answer.type = type;
	req->answer.etag = etag;
	if (have && strcmp(have, etag) == 0) {
		req->answer.status = 304;
	} else {
		req->answer.status = 200;
		req->answer.fixed = content;
	}
	answer(req);
}

void vch_http_refuse(struct vch_http_request *req, enum vch_err err)
{
	struct vch_buf out = vch_error_text(err);

	vch_http_reply(req, vch_doors_status(err), VCH_HTTP_JSON,
		       (char *)out.ptr, out.len);
}

/* --- the server ----------------------------------------------------------- */

struct vch_http *vch_http_new(const struct vch_http_options *opt)
{
	struct vch_http *http = vch_alloc(1, sizeof(*http));

	http->opt = *opt;
	http->opt.doors.tls = opt->certificate != NULL;
	http->rates_known = vch_rates_new(opt->rate_known);
	http->rates_address = vch_rates_new(opt->rate_address);
	return http;
}

static enum vch_err start(struct vch_http *http)
{
	const struct vch_http_options *opt = &http->opt;
	const struct vch_loop_use use = {
		.ctx = http,
		.accepted = vch_talk_accepted,
		.ready = vch_talk_ready,
		.ended = vch_talk_ended,
	};

	if (opt->certificate)
		VCH_TRY(vch_tls_new(&http->tls, opt->certificate,
				    opt->secret_key));
	if (listen(opt->listen_fd, LISTEN_BACKLOG) != 0)
		return VCH_SOCKET;
	return vch_loops_start(&http->loops, &use, opt->listen_fd,
			       opt->threads);
}

enum vch_err vch_http_start(struct vch_http *http)
{
	const struct vch_http_options *opt = &http->opt;
	enum vch_err err;

	VCH_TRY(vch_conns_start(&http->conns, opt->connections_max,
				opt->connections_per_address));
	err = start(http);
	http->opt.certificate = NULL;
	http->opt.secret_key = NULL;
	if (err != VCH_OK)
		vch_conns_stop(&http->conns);
	return err == VCH_OK ? VCH_OK : VCH_SOCKET;
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
	if (http->loops)
		vch_loops_quiesce(http->loops);
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
	if (http->loops) {
		vch_loops_stop(http->loops);
		vch_conns_stop(&http->conns);
	}
	close(http->opt.listen_fd);
	vch_tls_free(http->tls);
	vch_rates_free(http->rates_known);
	vch_rates_free(http->rates_address);
	free(http);
}
