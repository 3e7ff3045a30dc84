/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/events.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "host/base/alloc.h"
#include "host/base/clock.h"
#include "host/base/hex.h"
#include "host/node/event.h"
#include "trusted/base/check.h"

/* Digits of the run; then '-' and the number. */
#define RUN_BYTES 8
#define RUN_DIGITS (2 * RUN_BYTES)
/* Events that one step of a stream or of a list copies out. */
#define STEP_MAX 16u
#define STEP_TEXT_MAX (64u << 10)
/* A word now and then shows those between that the stream is wanted. */
#define BEAT_NS (15 * (uint64_t)VCH_NS_PER_S)
/* What a browser waits before it connects again. */
#define RETRY_LINE "retry: 2000\n\n"

struct stream {
	struct vch_events *events;
	struct stream *prev;
	struct stream *next;
	struct vch_http_stream *http;
	uint64_t session;
	uint64_t at;	 /* number of the next event it gets */
	uint64_t missed; /* to be told before it */
	bool beat;
	const char *end; /* why it ends; NULL: it does not */
	/* The reader's own: text made and not yet taken. */
	struct vch_buf text;
	size_t taken;
	bool live; /* it was told that it has caught up */
	bool over;
};

struct vch_events {
	char run[RUN_DIGITS + 1];
	struct vch_sessions *sessions;
	pthread_mutex_t mutex; /* of what follows */
	struct vch_event ring[VCH_EVENTS_KEPT];
	uint64_t next; /* number of the next event */
	struct vch_log_pos last_pos;
	bool any_pos;
	struct stream *first;
	uint32_t stream_cnt;
	uint64_t beat_ns;
	bool closed;
};

enum vch_err vch_events_new(struct vch_events **ret,
			    struct vch_sessions *sessions)
{
	uint8_t run[RUN_BYTES];
	struct vch_events *events;

	if (getrandom(run, sizeof(run), 0) != sizeof(run))
		return VCH_ENTROPY;
	events = vch_alloc(1, sizeof(*events));
	vch_hex_write_plain(events->run, vch_span(run, sizeof(run)));
	events->sessions = sessions;
	events->next = 1;
	pthread_mutex_init(&events->mutex, NULL);
	*ret = events;
	return VCH_OK;
}

void vch_events_free(struct vch_events *events)
{
	VCH_CHECK(!events->first);
	pthread_mutex_destroy(&events->mutex);
	free(events);
}

/* --- the ring; the caller holds the mutex -------------------------------- */

static uint64_t oldest(const struct vch_events *events)
{
	return events->next > VCH_EVENTS_KEPT ? events->next - VCH_EVENTS_KEPT
					      : 1;
}

static struct vch_event *place(struct vch_events *events, uint64_t number)
{
	return &events->ring[number % VCH_EVENTS_KEPT];
}

/* The 64 starts, or anchors, of one batch are one event. */
static void add_one(struct vch_events *events, const struct vch_event *event,
		    bool first)
{
	struct vch_event *last = place(events, events->next - 1);

	if (event->shard_cnt > 0 && !first && last->kind == event->kind) {
		last->shard_cnt++;
		return;
	}
	last = place(events, events->next);
	*last = *event;
	last->number = events->next++;
}

static bool is_known(const struct vch_events *events, struct vch_log_pos pos)
{
	return events->any_pos && !vch_log_pos_after(pos, events->last_pos);
}

static void add_batch(struct vch_events *events, const struct vch_batch *batch)
{
	struct vch_event event;
	bool first = true;

	for (uint8_t i = 0; i < batch->sections_cnt; i++) {
		const struct vch_section *s = &batch->sections[i];

		for (uint8_t j = 0; j < s->records_cnt; j++) {
			if (vch_event_read(&event, s, j) != VCH_OK)
				continue; /* the index has checked them */
			add_one(events, &event, first);
			first = false;
		}
	}
}

void vch_events_add(void *ctx, struct vch_log_pos pos,
		    const struct vch_batch *batch, bool replayed)
{
	struct vch_events *events = ctx;

	pthread_mutex_lock(&events->mutex);
	if (!replayed || !is_known(events, pos)) {
		add_batch(events, batch);
		for (struct stream *s = events->first; s; s = s->next)
			vch_http_stream_wake(s->http);
	}
	if (!is_known(events, pos))
		events->last_pos = pos;
	events->any_pos = true;
	pthread_mutex_unlock(&events->mutex);
}

/* --- ids ----------------------------------------------------------------- */

static void id_text(char ret[VCH_EVENT_ID_MAX], const struct vch_events *events,
		    uint64_t number)
{
	snprintf(ret, VCH_EVENT_ID_MAX, "%s-%llu", events->run,
		 (unsigned long long)number);
}

/* True, and the number, if it is an id of this run; plain digits only. */
static bool id_read(const struct vch_events *events, uint64_t *ret,
		    struct vch_span id)
{
	uint64_t number = 0;

	if (id.len < RUN_DIGITS + 2 || id.len > RUN_DIGITS + 16 ||
	    memcmp(id.ptr, events->run, RUN_DIGITS) != 0 ||
	    id.ptr[RUN_DIGITS] != '-')
		return false;
	for (size_t i = RUN_DIGITS + 1; i < id.len; i++) {
		if (id.ptr[i] < '0' || id.ptr[i] > '9')
			return false;
		number = number * 10 + (uint64_t)(id.ptr[i] - '0');
	}
	*ret = number;
	return number > 0;
}

/*
 * Where to go on after id, and how many events before that are lost; of
 * another run nobody knows how many: 1 stands for "some". The caller holds
 * the mutex.
 */
static uint64_t start_after(const struct vch_events *events, struct vch_span id,
			    uint64_t *ret_missed)
{
	uint64_t number;

	*ret_missed = 0;
	if (id.len == 0)
		return oldest(events);
	if (!id_read(events, &number, id) || number >= events->next) {
		*ret_missed = 1;
		return oldest(events);
	}
	if (number + 1 >= oldest(events))
		return number + 1;
	*ret_missed = oldest(events) - number - 1;
	return oldest(events);
}

/* --- one stream ---------------------------------------------------------- */

static void put_event(struct vch_buf *out, const char *name, const char *id,
		      struct vch_buf *json)
{
	if (id)
		vch_buf_printf(out, "id: %s\n", id);
	vch_buf_printf(out, "event: %s\ndata: ", name);
	vch_buf_add(out, json->ptr, json->len);
	vch_buf_add_text(out, "\n\n");
	vch_buf_free(json);
}

static void put_gap(struct vch_buf *out, uint64_t missed)
{
	struct vch_buf json = vch_json_out();

	vch_json_open(&json, NULL, '{');
	vch_json_put_quantity(&json, "missed", missed);
	vch_json_close(&json, '}');
	put_event(out, "gap", NULL, &json);
}

static void put_live(struct vch_buf *out)
{
	struct vch_buf json = vch_json_out();

	vch_json_open(&json, NULL, '{');
	vch_json_close(&json, '}');
	put_event(out, "live", NULL, &json);
}

static void put_end(struct vch_buf *out, const char *why)
{
	struct vch_buf json = vch_json_out();

	vch_json_open(&json, NULL, '{');
	vch_json_put_str(&json, "why", why);
	vch_json_close(&json, '}');
	put_event(out, "end", NULL, &json);
}

static void put_records(struct vch_buf *out, const struct vch_events *events,
			const struct vch_event *list, uint32_t cnt)
{
	for (uint32_t i = 0; i < cnt; i++) {
		struct vch_buf json = vch_json_out();
		char id[VCH_EVENT_ID_MAX];

		id_text(id, events, list[i].number);
		vch_event_put(&json, &list[i], id);
		put_event(out, "record", id, &json);
	}
}

/* Copies out at most max events from number *at on, and moves it. */
static uint32_t copy(struct vch_events *events, struct vch_event *ret,
		     uint64_t *at, uint32_t max)
{
	uint32_t cnt = 0;

	while (cnt < max && *at < events->next)
		ret[cnt++] = *place(events, (*at)++);
	return cnt;
}

/* Makes the text of what is next; nothing if there is nothing. */
static void make_text(struct stream *s)
{
	struct vch_events *events = s->events;
	struct vch_event list[STEP_MAX];
	const char *end;
	uint64_t missed;
	uint32_t cnt;
	bool beat;

	pthread_mutex_lock(&events->mutex);
	if (s->at < oldest(events)) {
		s->missed = oldest(events) - s->at;
		s->end = "too slow";
	}
	missed = s->missed;
	end = s->end;
	beat = s->beat;
	s->missed = 0;
	s->beat = false;
	cnt = end ? 0 : copy(events, list, &s->at, STEP_MAX);
	pthread_mutex_unlock(&events->mutex);
	if (missed > 0)
		put_gap(&s->text, missed);
	put_records(&s->text, events, list, cnt);
	if (end)
		put_end(&s->text, end);
	else if (cnt < STEP_MAX && !s->live)
		put_live(&s->text);
	else if (beat && s->text.len == 0)
		vch_buf_add_text(&s->text, ":\n\n");
	s->live = s->live || cnt < STEP_MAX;
	s->over = end != NULL;
}

static ssize_t stream_read(void *ctx, char *buf, size_t max)
{
	struct stream *s = ctx;
	size_t len;

	if (s->taken == s->text.len) {
		if (s->over)
			return -1;
		vch_buf_clear(&s->text);
		s->taken = 0;
		make_text(s);
		if (s->text.bad)
			return -1;
	}
	len = s->text.len - s->taken;
	if (len > max)
		len = max;
	if (len > 0)
		memcpy(buf, s->text.ptr + s->taken, len);
	s->taken += len;
	return (ssize_t)len;
}

static void stream_close(void *ctx)
{
	struct stream *s = ctx;
	struct vch_events *events = s->events;

	pthread_mutex_lock(&events->mutex);
	if (s->next)
		s->next->prev = s->prev;
	if (s->prev)
		s->prev->next = s->next;
	else
		events->first = s->next;
	events->stream_cnt--;
	pthread_mutex_unlock(&events->mutex);
	vch_buf_free(&s->text);
	free(s);
}

/* --- all streams ---------------------------------------------------------- */

enum vch_err vch_events_stream(struct vch_events *events,
			       struct vch_http_request *req, const char *after,
			       uint64_t session)
{
	const char *id = after ? after : "";
	struct vch_http_source source = {stream_read, stream_close, NULL};
	struct stream *s;

	pthread_mutex_lock(&events->mutex);
	if (events->closed || events->stream_cnt == VCH_EVENT_STREAMS_MAX) {
		pthread_mutex_unlock(&events->mutex);
		return VCH_OVERLOADED;
	}
	s = vch_alloc(1, sizeof(*s));
	s->events = events;
	s->session = session;
	s->text = vch_buf(STEP_TEXT_MAX);
	s->at = start_after(events, vch_span(id, strlen(id)), &s->missed);
	vch_buf_add_text(&s->text, RETRY_LINE);
	source.ctx = s;
	s->http = vch_http_stream(req, VCH_HTTP_EVENTS, &source);
	s->next = events->first;
	if (s->next)
		s->next->prev = s;
	events->first = s;
	events->stream_cnt++;
	pthread_mutex_unlock(&events->mutex);
	return VCH_OK;
}

void vch_events_tick(struct vch_events *events, uint64_t now_ns)
{
	bool beat;

	pthread_mutex_lock(&events->mutex);
	beat = now_ns >= events->beat_ns;
	if (beat)
		events->beat_ns = now_ns + BEAT_NS;
	for (struct stream *s = events->first; s; s = s->next) {
		if (s->session != 0 &&
		    !vch_session_lives(events->sessions, s->session, now_ns))
			s->end = "the session is over";
		if (vch_http_stream_is_left(s->http))
			s->end = "the client left";
		s->beat = s->beat || beat;
		if (s->end || beat)
			vch_http_stream_wake(s->http);
	}
	pthread_mutex_unlock(&events->mutex);
}

void vch_events_close(struct vch_events *events)
{
	pthread_mutex_lock(&events->mutex);
	events->closed = true;
	for (struct stream *s = events->first; s; s = s->next) {
		s->end = "the server is stopping";
		vch_http_stream_wake(s->http);
	}
	pthread_mutex_unlock(&events->mutex);
}

uint32_t vch_events_streams(struct vch_events *events)
{
	uint32_t cnt;

	pthread_mutex_lock(&events->mutex);
	cnt = events->stream_cnt;
	pthread_mutex_unlock(&events->mutex);
	return cnt;
}

void vch_events_list(struct vch_events *events, struct vch_buf *out,
		     struct vch_span after, uint32_t limit)
{
	static const char *const NOTHING = "";
	struct vch_event *list = vch_alloc(VCH_EVENTS_KEPT, sizeof(*list));
	char id[VCH_EVENT_ID_MAX] = "";
	uint64_t missed;
	uint64_t at;
	uint32_t cnt;

	if (limit > VCH_EVENTS_KEPT)
		limit = VCH_EVENTS_KEPT;
	pthread_mutex_lock(&events->mutex);
	at = start_after(events, after, &missed);
	cnt = copy(events, list, &at, limit);
	pthread_mutex_unlock(&events->mutex);
	vch_json_open(out, NULL, '{');
	vch_json_open(out, "events", '[');
	for (uint32_t i = 0; i < cnt; i++) {
		id_text(id, events, list[i].number);
		vch_event_put(out, &list[i], id);
	}
	vch_json_close(out, ']');
	if (at > 1)
		id_text(id, events, at - 1);
	vch_json_put_str(out, "last", at > 1 ? id : NOTHING);
	vch_json_put_quantity(out, "missed", missed);
	vch_json_close(out, '}');
	free(list);
}
