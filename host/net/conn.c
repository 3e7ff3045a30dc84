/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/conn.h"

#include <netinet/in.h>
#include <string.h>
#include <time.h>

#include "host/base/clock.h"
#include "trusted/base/check.h"
#include "trusted/base/ct.h"
#include "trusted/base/wipe.h"

#define TICK_NS (VCH_NS_PER_S / 4)

/* Shuts who is late. The lock keeps the descriptors open meanwhile. */
static void reap(struct vch_conns *conns, uint64_t now)
{
	for (struct vch_conn *c = conns->first; c; c = c->next) {
		uint64_t deadline = atomic_load(&c->deadline_ns);

		if (deadline == 0 || deadline > now)
			continue;
		atomic_store(&c->deadline_ns, 0);
		shutdown(c->fd, SHUT_RDWR);
		conns->slow_cnt++;
	}
}

static void wait_tick(struct vch_conns *conns)
{
	struct timespec at = vch_clock_from_now(TICK_NS);

	pthread_cond_timedwait(&conns->wake, &conns->lock, &at);
}

static void *reaper_main(void *ctx)
{
	struct vch_conns *conns = ctx;

	pthread_mutex_lock(&conns->lock);
	while (!conns->stop) {
		wait_tick(conns);
		reap(conns, vch_clock_ns());
	}
	pthread_mutex_unlock(&conns->lock);
	return NULL;
}

enum vch_err vch_conns_start(struct vch_conns *conns, uint32_t max,
			     uint32_t max_of_address)
{
	pthread_condattr_t attr;

	*conns = (struct vch_conns){
		.max = max,
		.max_of_address = max_of_address,
	};
	pthread_mutex_init(&conns->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&conns->wake, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&conns->reaper, NULL, reaper_main, conns) != 0)
		return VCH_INTERNAL;
	return VCH_OK;
}

void vch_conns_stop(struct vch_conns *conns)
{
	pthread_mutex_lock(&conns->lock);
	VCH_CHECK(!conns->first);
	conns->stop = true;
	pthread_cond_signal(&conns->wake);
	pthread_mutex_unlock(&conns->lock);
	pthread_join(conns->reaper, NULL);
	pthread_cond_destroy(&conns->wake);
	pthread_mutex_destroy(&conns->lock);
}

static void find_peer(struct vch_conn *conn, const struct sockaddr *peer)
{
	struct vch_address address = {.v6 = peer->sa_family == AF_INET6};
	struct sockaddr_in6 in6;
	struct sockaddr_in in;
	struct ucred user;
	socklen_t len = sizeof(user);

	if (peer->sa_family == AF_INET6) {
		memcpy(&in6, peer, sizeof(in6));
		memcpy(address.ip, &in6.sin6_addr, 16);
	} else if (peer->sa_family == AF_INET) {
		memcpy(&in, peer, sizeof(in));
		memcpy(address.ip, &in.sin_addr, 4);
	} else if (getsockopt(conn->fd, SOL_SOCKET, SO_PEERCRED, &user, &len) ==
		   0) {
		conn->local = true;
		conn->uid = user.uid;
		memcpy(conn->peer_key + 1, &user.uid, sizeof(user.uid));
		return;
	}
	vch_rate_key(conn->peer_key, &address);
}

/* Under the lock. */
static bool has_room(const struct vch_conns *conns, const struct vch_conn *conn)
{
	uint32_t same = 0;

	if (conns->open_cnt >= conns->max)
		return false;
	if (conns->max_of_address == 0 || conn->local)
		return true;
	for (const struct vch_conn *c = conns->first; c; c = c->next)
		same += memcmp(c->peer_key, conn->peer_key,
			       sizeof(c->peer_key)) == 0;
	return same < conns->max_of_address;
}

static void link_in(struct vch_conns *conns, struct vch_conn *conn)
{
	conn->next = conns->first;
	if (conn->next)
		conn->next->prev = conn;
	conns->first = conn;
	conns->open_cnt++;
	conns->all_cnt++;
}

enum vch_err vch_conn_open(struct vch_conn *ret, struct vch_conns *conns,
			   int fd, const struct sockaddr *peer)
{
	bool room;

	*ret = (struct vch_conn){.all = conns, .fd = fd};
	find_peer(ret, peer);
	pthread_mutex_lock(&conns->lock);
	room = has_room(conns, ret);
	if (room)
		link_in(conns, ret);
	pthread_mutex_unlock(&conns->lock);
	return room ? VCH_OK : VCH_OVERLOADED;
}

void vch_conn_close(struct vch_conn *conn)
{
	struct vch_conns *conns = conn->all;

	pthread_mutex_lock(&conns->lock);
	if (conn->next)
		conn->next->prev = conn->prev;
	if (conn->prev)
		conn->prev->next = conn->next;
	else
		conns->first = conn->next;
	conns->open_cnt--;
	pthread_mutex_unlock(&conns->lock);
	vch_wipe(conn->secret_token, sizeof(conn->secret_token));
}

void vch_conn_deadline(struct vch_conn *conn, uint32_t seconds)
{
	uint64_t at = seconds * (uint64_t)VCH_NS_PER_S;

	atomic_store(&conn->deadline_ns, at > 0 ? vch_clock_ns() + at : 0);
}

bool vch_conn_token(struct vch_conn *conn, struct vch_tokens *tokens,
		    struct vch_span text)
{
	uint64_t generation = vch_tokens_generation(tokens);

	if (generation == conn->token_generation && text.len > 0 &&
	    text.len == conn->token_len &&
	    vch_ct_equal(text.ptr, conn->secret_token, text.len))
		return true;
	if (!vch_tokens_check(tokens, conn->token_key, text))
		return false;
	memcpy(conn->secret_token, text.ptr, text.len);
	conn->token_len = text.len;
	/* Read before the check: a load meanwhile is seen at the next one. */
	conn->token_generation = generation;
	return true;
}
