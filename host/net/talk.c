/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/talk.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/base/alloc.h"
#include "host/base/clock.h"
#include "trusted/base/check.h"

/* Of one connection: a head, and what came with its end. */
#define IN_MAX (VCH_HEAD_MAX + VCH_SCRATCH)
/* What a client may still send after the last answer, and how long. */
#define DROP_MAX (4u << 20)
#define LEAVE_S 2

/* --- beginning and end ---------------------------------------------------- */

static void no_delay(int fd)
{
	const int on = 1;

	/* of a Unix socket it fails, and is not needed */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

/* fd stays the caller's if it fails. */
static enum vch_err begin(struct vch_talk *t, struct vch_loop *loop, int fd,
			  const struct sockaddr *peer)
{
	enum vch_err err;

	VCH_TRY(vch_conn_open(&t->conn, &t->http->conns, fd, peer));
	no_delay(fd);
	t->state = t->http->tls ? VCH_TALK_SHAKING : VCH_TALK_READING;
	vch_conn_deadline(&t->conn, t->http->opt.request_s);
	err = vch_link_open(&t->link, fd, t->http->tls);
	if (err == VCH_OK)
		err = vch_loop_add(loop, &t->ready, fd);
	if (err == VCH_OK)
		return VCH_OK;
	vch_conn_close(&t->conn);
	vch_tls_session_free(t->link.tls);
	return err;
}

void vch_talk_accepted(void *ctx, struct vch_loop *loop, int fd,
		       const struct sockaddr *peer)
{
	struct vch_talk *t = vch_alloc(1, sizeof(*t));

	t->http = ctx;
	pthread_mutex_init(&t->mutex, NULL);
	if (begin(t, loop, fd, peer) == VCH_OK)
		return;
	close(fd);
	pthread_mutex_destroy(&t->mutex);
	free(t);
}

/* Freed at the next turn: it may be among those that are woken already. */
static void close_talk(struct vch_talk *t)
{
	if (t->state == VCH_TALK_WRITING)
		atomic_fetch_sub(&t->http->under_way, 1);
	if (t->state == VCH_TALK_STREAMING) {
		vch_stream_end(t);
		atomic_fetch_sub(&t->http->under_way, 1);
	}
	if (t->req) {
		vch_request_free(t->req);
		atomic_fetch_sub(&t->http->under_way, 1);
	}
	t->req = NULL;
	t->state = VCH_TALK_CLOSED;
	vch_loop_remove(&t->ready);
	vch_conn_close(&t->conn);
	vch_link_close(&t->link);
	vch_loop_wake(&t->ready);
}

static void free_talk(struct vch_talk *t)
{
	free(t->in);
	pthread_mutex_destroy(&t->mutex);
	free(t);
}

void vch_talk_ended(void *ctx, struct vch_ready *ready)
{
	(void)ctx;
	close_talk((struct vch_talk *)ready);
}

/* --- answers, from any thread --------------------------------------------- */

void vch_talk_busy(struct vch_talk *talk)
{
	talk->req = NULL;
	talk->timed = false;
	vch_conn_deadline(&talk->conn, 0);
	pthread_mutex_lock(&talk->mutex);
	talk->state = VCH_TALK_BUSY;
	pthread_mutex_unlock(&talk->mutex);
}

void vch_talk_sent(struct vch_talk *talk, int rc)
{
	struct vch_http *http = talk->http;

	if (rc == VCH_LINK_AGAIN) {
		talk->state = VCH_TALK_WRITING;
		vch_conn_deadline(&talk->conn, http->opt.request_s);
	} else {
		talk->broken = rc != VCH_LINK_DONE;
		talk->state =
			talk->closing ? VCH_TALK_LEAVING : VCH_TALK_READING;
		vch_conn_deadline(&talk->conn,
				  talk->closing ? LEAVE_S : http->opt.idle_s);
		if (talk->closing && !talk->broken)
			vch_link_finish(&talk->link);
	}
	/* an edge that came while the answer was owed comes not again */
	if (talk->again || talk->broken || talk->in_len > 0 || talk->closing)
		vch_loop_wake(&talk->ready);
}

void vch_talk_answer(struct vch_http_request *req)
{
	struct vch_http *http = req->http;
	struct vch_talk *t = req->talk;
	const struct vch_answer_form form = {
		.old = req->head.old,
		.closing = req->closing || atomic_load(&req->http->quiet),
		.wall_s = vch_clock_wall_s(),
	};
	char head[VCH_ANSWER_HEAD_MAX];
	struct vch_span piece[] = {
		vch_span(head, vch_answer_head(head, &req->answer, &form)),
		vch_answer_body(&req->answer),
	};
	int rc;

	pthread_mutex_lock(&t->mutex);
	t->req = NULL;
	t->timed = false;
	t->closing = form.closing;
	rc = vch_link_send(&t->link, piece, req->head_only ? 1 : 2);
	vch_request_free(req);
	vch_talk_sent(t, rc);
	pthread_mutex_unlock(&t->mutex);
	/* last of all: whoever ends the server waits for it */
	if (rc != VCH_LINK_AGAIN)
		atomic_fetch_sub(&http->under_way, 1);
}

/* --- reading, on the loop's thread ---------------------------------------- */

/* Keeps what was not used; bytes may lie in what was kept before. */
static void keep(struct vch_talk *t, struct vch_span bytes)
{
	VCH_CHECK(bytes.len <= IN_MAX);
	if (bytes.len == 0) {
		free(t->in);
		t->in = NULL;
	} else {
		if (!t->in)
			t->in = vch_realloc(NULL, IN_MAX);
		memmove(t->in, bytes.ptr, bytes.len);
	}
	t->in_len = bytes.len;
}

/* Of the next request. MORE also once it has begun. */
static enum vch_step take_head(struct vch_talk *t, struct vch_span *in)
{
	const char *text = (const char *)in->ptr;
	size_t end = vch_head_end(text, t->scanned, in->len);
	bool too_big =
		end > VCH_HEAD_MAX || (end == 0 && in->len >= VCH_HEAD_MAX);

	if (end == 0 && !too_big) {
		t->scanned = in->len;
		return VCH_STEP_MORE;
	}
	t->scanned = 0;
	t->req = vch_request_new(t, text, too_big ? 0 : end);
	if (too_big) {
		t->req->refusal = VCH_SIZE;
		t->req->status = 431;
		return VCH_STEP_REFUSE;
	}
	*in = vch_span(in->ptr + end, in->len - end);
	return vch_request_begin(t->req, end);
}

/* "100 Continue", once, to whoever waits for it before the body. */
static enum vch_step ask_for_body(struct vch_talk *t)
{
	static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
	const struct vch_span piece = vch_span(text, sizeof(text) - 1);

	if (!t->req || !t->req->head.expects)
		return VCH_STEP_MORE;
	t->req->head.expects = false;
	/* a socket that takes not even this is of no use */
	return vch_link_send(&t->link, &piece, 1) == VCH_LINK_DONE
		       ? VCH_STEP_MORE
		       : VCH_STEP_BROKEN;
}

/*
 * Uses what stands in `in`; true if more can be read. What is left is kept
 * first: once a handler has the request, its answer may come from another
 * thread, and the connection is not ours to touch.
 */
static bool take(struct vch_talk *t, struct vch_span in)
{
	enum vch_step step = VCH_STEP_MORE;

	if (!t->req)
		step = take_head(t, &in);
	if (step == VCH_STEP_MORE && t->req)
		step = vch_request_take(t->req, &in);
	keep(t, in);
	if (step == VCH_STEP_MORE)
		step = ask_for_body(t);
	if (step == VCH_STEP_WHOLE)
		vch_request_run(t->req);
	else if (step == VCH_STEP_REFUSE)
		vch_request_refuse(t->req);
	else if (step == VCH_STEP_BROKEN)
		close_talk(t);
	return step == VCH_STEP_MORE;
}

/* The time for a request runs from its first byte. */
static void begin_time(struct vch_talk *t)
{
	if (t->timed || (!t->req && t->in_len == 0))
		return;
	t->timed = true;
	vch_conn_deadline(&t->conn, t->http->opt.request_s);
}

/* Reads once; false if the connection is to be left alone. */
static bool read_once(struct vch_talk *t, bool to_end)
{
	char *scratch = vch_loop_scratch(t->ready.loop);
	char *to = t->in ? t->in + t->in_len : scratch;
	ssize_t n = vch_link_receive(&t->link, to, VCH_SCRATCH);

	if (n == VCH_LINK_AGAIN) {
		t->again = false;
		begin_time(t);
		return false;
	}
	if (n <= 0) {
		close_talk(t);
		return false;
	}
	/* TLS does not tell */
	t->again = to_end || t->link.tls || n == VCH_SCRATCH;
	return take(t, t->in ? vch_span(t->in, t->in_len + (size_t)n)
			     : vch_span(scratch, (size_t)n));
}

static void read_on(struct vch_talk *t, uint32_t events)
{
	/*
	 * Less than was asked for is all there is, if the event told of bytes
	 * alone. An end is read behind them, and has no event of its own; nor
	 * does anybody know what a woken one was told of while it was busy.
	 */
	bool to_end =
		events == 0 || events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR);

	if (t->in_len > 0 && !take(t, vch_span(t->in, t->in_len)))
		return;
	if (events == 0 && !t->again) {
		begin_time(t);
		return;
	}
	do {
		if (!read_once(t, to_end))
			return;
	} while (t->again);
	begin_time(t);
}

static void shake(struct vch_talk *t, uint32_t events)
{
	int rc = vch_link_handshake(&t->link);

	if (rc == VCH_LINK_BROKEN)
		close_talk(t);
	if (rc != VCH_LINK_DONE)
		return;
	t->state = VCH_TALK_READING;
	t->again = true;
	read_on(t, events);
}

static void write_on(struct vch_talk *t)
{
	int rc = vch_link_flush(&t->link);

	if (rc == VCH_LINK_AGAIN)
		return;
	t->again = true; /* edges were let pass meanwhile */
	vch_talk_sent(t, rc);
	atomic_fetch_sub(&t->http->under_way, 1);
}

/*
 * What still comes is read and dropped: a socket that is closed before would
 * take the answer back from a client that is still sending.
 */
static void leave(struct vch_talk *t)
{
	ssize_t n;

	do {
		n = recv(t->link.fd, vch_loop_scratch(t->ready.loop),
			 VCH_SCRATCH, MSG_DONTWAIT);
		t->dropped += n > 0 ? (size_t)n : 0;
	} while (n > 0 && t->dropped < DROP_MAX);
	if (n == 0 || t->dropped >= DROP_MAX ||
	    (n < 0 && errno != EAGAIN && errno != EINTR))
		close_talk(t);
}

/* Whose turn it is; where it is another's, it looks again afterwards. */
static enum vch_talk_state state_of(struct vch_talk *t)
{
	enum vch_talk_state state;

	pthread_mutex_lock(&t->mutex);
	state = t->state;
	if (state == VCH_TALK_BUSY)
		t->again = true;
	else if (state != VCH_TALK_CLOSED && t->broken)
		state = VCH_TALK_BROKEN;
	pthread_mutex_unlock(&t->mutex);
	return state;
}

void vch_talk_ready(void *ctx, struct vch_ready *ready, uint32_t events)
{
	struct vch_talk *t = (struct vch_talk *)ready;

	(void)ctx;
	switch (state_of(t)) {
	case VCH_TALK_SHAKING:
		shake(t, events);
		return;
	case VCH_TALK_READING:
		read_on(t, events);
		return;
	case VCH_TALK_WRITING:
		write_on(t);
		return;
	case VCH_TALK_STREAMING:
		vch_stream_run(t, events);
		return;
	case VCH_TALK_LEAVING:
		leave(t);
		return;
	case VCH_TALK_BUSY:
		return;
	case VCH_TALK_BROKEN:
		close_talk(t);
		return;
	case VCH_TALK_CLOSED:
		free_talk(t);
		return;
	}
}
