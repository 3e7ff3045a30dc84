/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads that wait, each with an epoll of its own, for connections that are
 * all theirs. A connection is added once, edge-triggered, so that a request
 * costs no call but its own reading and writing; whoever acts on one from
 * another thread wakes it, and its loop looks at it again.
 */
#ifndef HOST_NET_LOOP_H
#define HOST_NET_LOOP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "trusted/base/err.h"

#define VCH_LOOPS_MAX 64
/* What a loop's thread reads into. */
#define VCH_SCRATCH (16u << 10)

struct vch_loop;
struct vch_loops;

/* Part of whatever waits on a loop. */
struct vch_ready {
	struct vch_loop *loop;
	struct vch_ready *prev; /* of all on the loop */
	struct vch_ready *next;
	struct vch_ready *next_woken;
	atomic_bool woken;
};

/* Called on the loops' threads. */
struct vch_loop_use {
	void *ctx;
	/* A new connection; fd is theirs to close. */
	void (*accepted)(void *ctx, struct vch_loop *loop, int fd,
			 const struct sockaddr *peer);
	/* Something came, may be sent, or (events 0) it was woken. */
	void (*ready)(void *ctx, struct vch_ready *ready, uint32_t events);
	/* The loop ends: this is to be closed. */
	void (*ended)(void *ctx, struct vch_ready *ready);
};

/* Starts cnt threads that accept from listen_fd. VCH_SOCKET. */
VCH_MUST enum vch_err vch_loops_start(struct vch_loops **ret,
				      const struct vch_loop_use *use,
				      int listen_fd, uint32_t cnt);
/* Accepts no more; others are told that nobody listens. */
void vch_loops_quiesce(struct vch_loops *loops);
/* Ends the threads. */
void vch_loops_stop(struct vch_loops *loops);

/* Waits for fd from now on. VCH_SOCKET. */
VCH_MUST enum vch_err vch_loop_add(struct vch_loop *loop,
				   struct vch_ready *ready, int fd);

/* Before fd is closed, on the loop's thread. It may still be woken. */
void vch_loop_remove(struct vch_ready *ready);

/*
 * From any thread: its loop calls `ready` once more, however often it is woken
 * until then.
 */
void vch_loop_wake(struct vch_ready *ready);

/* The thread's own buffer; what is in it dies with the call. */
char *vch_loop_scratch(struct vch_loop *loop);

#endif
