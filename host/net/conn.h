/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The open connections of a server: how many there may be, and until when. A
 * thread looks at them a few times a second and shuts those that are late,
 * also one that sends a byte now and then.
 */
#ifndef HOST_NET_CONN_H
#define HOST_NET_CONN_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "host/net/tokens.h"
#include "trusted/base/bytes.h"

struct vch_conns;

struct vch_conn {
	struct vch_conns *all;
	struct vch_conn *prev;
	struct vch_conn *next;
	int fd;
	_Atomic uint64_t deadline_ns; /* 0: none */
	/* Who is at the other end: its address, or its user on this machine. */
	uint8_t peer_key[VCH_RATE_KEY_LEN];
	bool local;
	uint32_t uid; /* if local */
	/* The token this connection showed last, found good. */
	uint8_t secret_token[VCH_TOKEN_TEXT_MAX];
	size_t token_len;
	uint8_t token_key[VCH_RATE_KEY_LEN];
	uint64_t token_generation;
};

struct vch_conns {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_t reaper;
	struct vch_conn *first;
	bool stop;
	uint32_t max;
	uint32_t max_of_address; /* 0: no limit; Unix sockets have none */
	uint64_t open_cnt;
	uint64_t all_cnt;
	uint64_t slow_cnt;
};

/* Starts the thread. VCH_INTERNAL if the system gives none. */
VCH_MUST enum vch_err vch_conns_start(struct vch_conns *conns, uint32_t max,
				      uint32_t max_of_address);
/* Ends it. The connections must have been closed. */
void vch_conns_stop(struct vch_conns *conns);

/*
 * A new connection from peer; vch_conn_close before its descriptor is closed.
 * Of a Unix socket the kernel is asked whose it is. VCH_OVERLOADED: there are
 * too many, and it is not one of them.
 */
VCH_MUST enum vch_err vch_conn_open(struct vch_conn *ret,
				    struct vch_conns *conns, int fd,
				    const struct sockaddr *peer);
void vch_conn_close(struct vch_conn *conn);

/* It is cut off seconds from now, unless told otherwise. 0: it may wait. */
void vch_conn_deadline(struct vch_conn *conn, uint32_t seconds);

/*
 * True if text is one of the tokens; conn->token_key then names it. What was
 * found good once is remembered for the connection until the tokens change,
 * so the next request with the same text costs a comparison.
 */
bool vch_conn_token(struct vch_conn *conn, struct vch_tokens *tokens,
		    struct vch_span text);

#endif
