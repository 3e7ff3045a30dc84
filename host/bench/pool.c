/* SPDX-License-Identifier: Apache-2.0 */
#include "host/bench/pool.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/base/alloc.h"
#include "trusted/base/check.h"

#define ANSWER_MAX (256u << 10)
#define EVENTS 64

struct connection {
	int fd;
	bool busy;
	size_t id;
	size_t len; /* received */
	char answer[ANSWER_MAX + 1];
};

struct vch_pool {
	int epoll;
	uint32_t cnt;
	uint32_t busy_cnt;
	struct connection connection[];
};

static int connect_to(const struct sockaddr_in *to)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int one = 1;

	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)) != 0) {
		close(fd);
		return -1;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

enum vch_err vch_pool_open(struct vch_pool **ret, const char *address,
			   uint16_t port, uint32_t cnt)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(port)};
	struct vch_pool *pool;

	VCH_CHECK(cnt > 0 && cnt <= VCH_POOL_MAX);
	if (inet_pton(AF_INET, address, &to.sin_addr) != 1)
		return VCH_ARGUMENT;
	pool = vch_alloc(1, sizeof(*pool) + cnt * sizeof(struct connection));
	pool->epoll = epoll_create1(EPOLL_CLOEXEC);
	for (; pool->cnt < cnt; pool->cnt++) {
		struct connection *c = &pool->connection[pool->cnt];
		struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};

		c->fd = connect_to(&to);
		if (c->fd < 0 ||
		    epoll_ctl(pool->epoll, EPOLL_CTL_ADD, c->fd, &event)) {
			vch_pool_close(pool);
			return VCH_SOCKET;
		}
	}
	*ret = pool;
	return VCH_OK;
}

void vch_pool_close(struct vch_pool *pool)
{
	for (uint32_t i = 0; i < pool->cnt; i++)
		close(pool->connection[i].fd);
	close(pool->epoll);
	free(pool);
}

/* Requests are far smaller than a socket's buffer: sent in one piece. */
static enum vch_err send_next(struct vch_pool *pool, struct connection *c,
			      const struct vch_pool_work *work)
{
	struct vch_span in;

	c->busy = work->next(work->ctx, &c->id, &in);
	if (!c->busy)
		return VCH_OK;
	pool->busy_cnt++;
	c->len = 0;
	while (in.len > 0) {
		ssize_t n = send(c->fd, in.ptr, in.len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return VCH_SOCKET;
		in = vch_span(in.ptr + n, in.len - (size_t)n);
	}
	return VCH_OK;
}

/* True once the answer is whole; its body then stands in *ret. */
static enum vch_err body_of(struct connection *c, struct vch_span *ret,
			    bool *ret_whole)
{
	const char *end, *length;
	size_t head, body;

	c->answer[c->len] = '\0';
	*ret_whole = false;
	end = strstr(c->answer, "\r\n\r\n");
	if (!end)
		return c->len < ANSWER_MAX ? VCH_OK : VCH_SOCKET;
	head = (size_t)(end - c->answer) + 4;
	length = strcasestr(c->answer, "\r\ncontent-length: ");
	if (strncmp(c->answer, "HTTP/1.1 200 ", 13) != 0 || !length ||
	    length > end)
		return VCH_SOCKET;
	body = strtoul(length + 18, NULL, 10);
	if (head + body > ANSWER_MAX)
		return VCH_SOCKET;
	*ret = vch_span(c->answer + head, body);
	*ret_whole = c->len >= head + body;
	return VCH_OK;
}

static enum vch_err receive(struct vch_pool *pool, struct connection *c,
			    const struct vch_pool_work *work)
{
	struct vch_span body;
	bool whole;
	ssize_t n;

	n = recv(c->fd, c->answer + c->len, ANSWER_MAX - c->len, 0);
	if (n < 0 && errno == EINTR)
		return VCH_OK;
	if (n <= 0 || !c->busy)
		return VCH_SOCKET;
	c->len += (size_t)n;
	VCH_TRY(body_of(c, &body, &whole));
	if (!whole)
		return VCH_OK;
	pool->busy_cnt--;
	VCH_TRY(work->answer(work->ctx, c->id, body));
	return send_next(pool, c, work);
}

enum vch_err vch_pool_run(struct vch_pool *pool,
			  const struct vch_pool_work *work)
{
	struct epoll_event events[EVENTS];

	for (uint32_t i = 0; i < pool->cnt; i++)
		VCH_TRY(send_next(pool, &pool->connection[i], work));
	while (pool->busy_cnt > 0) {
		int cnt = epoll_wait(pool->epoll, events, EVENTS, -1);

		if (cnt < 0 && errno != EINTR)
			return VCH_SOCKET;
		for (int i = 0; i < cnt; i++)
			VCH_TRY(receive(pool, events[i].data.ptr, work));
	}
	return VCH_OK;
}
