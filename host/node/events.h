/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The latest records of the log for whoever watches: as server-sent events
 * (html.spec.whatwg.org, "Server-sent events") and for polling. Fed by the
 * worker once a batch is durable; the feed only copies a few fields, text is
 * made by those who read. Thread-safe.
 *
 * Every event has an id, "<run>-<number>": run is drawn at the start of
 * vouchd, numbers count from 1 in the order in which records became durable.
 * Whoever gives the id of the last event it knows gets what came after it;
 * if that is no longer there (or from another run) it is told what it missed.
 */
#ifndef HOST_NODE_EVENTS_H
#define HOST_NODE_EVENTS_H

#include "host/net/http.h"
#include "host/net/json_out.h"
#include "host/store/log.h"

#define VCH_EVENTS_KEPT 256
#define VCH_EVENT_STREAMS_MAX 32
#define VCH_EVENT_ID_MAX 40

struct vch_events;

/* VCH_ENTROPY if the system gives no randomness. sessions may be NULL. */
VCH_MUST enum vch_err vch_events_new(struct vch_events **ret,
				     struct vch_sessions *sessions);
/* All streams must have ended: vch_events_close, then the server's stop. */
void vch_events_free(struct vch_events *events);

/*
 * Takes the records of a durable batch; vch_worker_kept_fn, ctx is the
 * struct vch_events. A replay after a restart adds only what is new.
 */
void vch_events_add(void *ctx, struct vch_log_pos pos,
		    const struct vch_batch *batch, bool replayed);

/*
 * Answers with a stream: events `record`, `live` once what was there before
 * has been sent, `gap` {missed} if something was lost before what follows,
 * `end` {why} before the server ends it. A reader
 * that is overtaken by VCH_EVENTS_KEPT events gets `gap` and `end`. after:
 * the client's Last-Event-ID, or NULL. session: the stream ends with it;
 * 0: of a token. VCH_OVERLOADED if there are too many: nothing is answered.
 */
VCH_MUST enum vch_err vch_events_stream(struct vch_events *events,
					struct vch_http_request *req,
					const char *after, uint64_t session);

/*
 * Writes {"events":[…],"last":id,"missed":n}: at most limit events after the
 * one with id `after` (empty: from the oldest there is).
 */
void vch_events_list(struct vch_events *events, struct vch_buf *out,
		     struct vch_span after, uint32_t limit);

/* Keeps streams alive and ends those whose session is over. Twice a second. */
void vch_events_tick(struct vch_events *events, uint64_t now_ns);

/* Ends all streams and takes no more. */
void vch_events_close(struct vch_events *events);

/* How many streams there are now. */
uint32_t vch_events_streams(struct vch_events *events);

#endif
