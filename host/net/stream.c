/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that go on: what a source gives, in chunks, until it is over. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "host/base/alloc.h"
#include "host/base/clock.h"
#include "host/net/talk.h"

/* Bytes that one call of a source may give. */
#define BLOCK_MAX 16384u
/* Blocks of one before the loop looks at others. */
#define TURN 16

struct vch_http_stream {
	struct vch_talk *talk;
	struct vch_http_source source;
	bool chunked; /* else it ends with the connection */
};

/* Sends the head; the loop sends the rest. The request is gone. */
static void begin(struct vch_http_request *req, struct vch_http_stream *s)
{
	struct vch_talk *t = req->talk;
	const struct vch_answer_form form = {
		.old = req->head.old,
		.closing = req->closing || req->head.old ||
			   atomic_load(&req->http->quiet),
		.wall_s = vch_clock_wall_s(),
	};
	char head[VCH_ANSWER_HEAD_MAX];
	struct vch_span piece =
		vch_span(head, vch_answer_head(head, &req->answer, &form));

	s->chunked = !form.old;
	pthread_mutex_lock(&t->mutex);
	t->closing = form.closing;
	t->stream = s;
	t->state = VCH_TALK_STREAMING;
	vch_conn_deadline(&t->conn, t->http->opt.request_s);
	t->broken = vch_link_send(&t->link, &piece, 1) == VCH_LINK_BROKEN;
	vch_request_free(req);
	vch_loop_wake(&t->ready);
	pthread_mutex_unlock(&t->mutex);
}

struct vch_http_stream *vch_http_stream(struct vch_http_request *req,
					enum vch_http_type type,
					const struct vch_http_source *source)
{
	struct vch_http_stream *s = vch_alloc(1, sizeof(*s));

	s->talk = req->talk;
	s->source = *source;
	req->answer.status = 200;
	req->answer.type = type;
	req->answer.streams = true;
	atomic_fetch_sub(&req->http->unanswered, 1);
	begin(req, s);
	return s;
}

bool vch_http_stream_is_left(const struct vch_http_stream *stream)
{
	struct pollfd fd = {
		.fd = stream->talk->link.fd,
		.events = POLLRDHUP,
	};

	return poll(&fd, 1, 0) > 0;
}

void vch_http_stream_wake(struct vch_http_stream *stream)
{
	vch_loop_wake(&stream->talk->ready);
}

void vch_stream_end(struct vch_talk *talk)
{
	struct vch_http_stream *s = talk->stream;

	talk->stream = NULL;
	s->source.close(s->source.ctx);
	free(s);
}

static int send_block(struct vch_talk *t, const void *block, size_t len)
{
	char size[16];
	struct vch_span piece[] = {
		vch_span(size, 0),
		vch_span(block, len),
		vch_span("\r\n", 2),
	};
	int n = snprintf(size, sizeof(size), "%zx\r\n", len);

	if (!t->stream->chunked)
		return vch_link_send(&t->link, &piece[1], 1);
	piece[0] = vch_span(size, (size_t)n);
	return vch_link_send(&t->link, piece, 3);
}

/* The source has no more: the answer is over. */
static void finish(struct vch_talk *t)
{
	bool chunked = t->stream->chunked;
	struct vch_span last = vch_span("0\r\n\r\n", chunked ? 5 : 0);
	int rc;

	vch_stream_end(t);
	t->again = true; /* edges were let pass meanwhile */
	rc = vch_link_send(&t->link, &last, 1);
	vch_talk_sent(t, rc);
	if (rc != VCH_LINK_AGAIN)
		atomic_fetch_sub(&t->http->under_way, 1);
}

/* One block; AGAIN: nothing to send or no room; BROKEN; DONE: go on. */
static int run_once(struct vch_talk *t)
{
	struct vch_http_source *source = &t->stream->source;
	char block[BLOCK_MAX];
	ssize_t len = source->read(source->ctx, block, sizeof(block));

	if (len < 0) {
		finish(t);
		return VCH_LINK_AGAIN;
	}
	vch_conn_deadline(&t->conn, len > 0 ? t->http->opt.request_s : 0);
	return len > 0 ? send_block(t, block, (size_t)len) : VCH_LINK_AGAIN;
}

void vch_stream_run(struct vch_talk *talk, uint32_t events)
{
	int rc = events & (EPOLLHUP | EPOLLERR) ? VCH_LINK_BROKEN
						: vch_link_flush(&talk->link);

	for (int i = 0; rc == VCH_LINK_DONE && i < TURN; i++)
		rc = run_once(talk);
	if (rc == VCH_LINK_AGAIN)
		return;
	talk->broken = rc == VCH_LINK_BROKEN;
	vch_loop_wake(&talk->ready);
}
