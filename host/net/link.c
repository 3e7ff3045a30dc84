/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "host/base/alloc.h"
#include "trusted/base/check.h"

enum vch_err vch_link_open(struct vch_link *ret, int fd, struct vch_tls *tls)
{
	struct vch_link link = {.fd = fd};

	if (tls) {
		link.tls = vch_tls_session_new(tls, fd);
		if (!link.tls)
			return VCH_SOCKET;
	}
	*ret = link;
	return VCH_OK;
}

static void forget(struct vch_link *link)
{
	free(link->kept);
	link->kept = NULL;
	link->kept_len = link->sent = 0;
}

void vch_link_close(struct vch_link *link)
{
	forget(link);
	vch_tls_session_free(link->tls);
	close(link->fd);
}

int vch_link_handshake(struct vch_link *link)
{
	int rc = link->tls && !link->shaken ? vch_tls_handshake(link->tls) : 1;

	link->shaken = rc == 1;
	if (rc < 0)
		return VCH_LINK_BROKEN;
	return link->shaken ? VCH_LINK_DONE : VCH_LINK_AGAIN;
}

static ssize_t result_of(ssize_t n)
{
	if (n >= 0)
		return n;
	return errno == EAGAIN || errno == EWOULDBLOCK ? VCH_LINK_AGAIN
						       : VCH_LINK_BROKEN;
}

ssize_t vch_link_receive(struct vch_link *link, void *buf, size_t cap)
{
	ssize_t n;

	if (link->tls)
		return vch_tls_receive(link->tls, buf, cap);
	do
		n = recv(link->fd, buf, cap, MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	return result_of(n);
}

static ssize_t send_some(struct vch_link *link, const struct vch_span *piece,
			 size_t cnt)
{
	struct iovec io[VCH_LINK_PIECES_MAX];
	struct msghdr message = {.msg_iov = io, .msg_iovlen = cnt};
	ssize_t n;

	for (size_t i = 0; i < cnt; i++) {
		io[i].iov_base = (void *)(uintptr_t)piece[i].ptr;
		io[i].iov_len = piece[i].len;
	}
	do
		n = sendmsg(link->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	return result_of(n);
}

/* What stands behind the first `sent` bytes of all pieces. */
static void keep(struct vch_link *link, const struct vch_span *piece,
		 size_t cnt, size_t sent)
{
	size_t len = 0;

	for (size_t i = 0; i < cnt; i++)
		len += piece[i].len;
	link->kept = vch_realloc(NULL, len - sent);
	for (size_t i = 0; i < cnt; i++) {
		size_t skip = sent < piece[i].len ? sent : piece[i].len;

		sent -= skip;
		if (piece[i].len > skip)
			memcpy(link->kept + link->kept_len, piece[i].ptr + skip,
			       piece[i].len - skip);
		link->kept_len += piece[i].len - skip;
	}
}

int vch_link_send(struct vch_link *link, const struct vch_span *piece,
		  size_t cnt)
{
	size_t len = 0;
	ssize_t n = 0;

	VCH_CHECK(cnt <= VCH_LINK_PIECES_MAX && !link->kept);
	for (size_t i = 0; i < cnt; i++)
		len += piece[i].len;
	if (len == 0)
		return VCH_LINK_DONE;
	if (!link->tls)
		n = send_some(link, piece, cnt);
	if (n == VCH_LINK_BROKEN || n == (ssize_t)len)
		return n < 0 ? VCH_LINK_BROKEN : VCH_LINK_DONE;
	/* of TLS all: its records are then as large as they can be */
	keep(link, piece, cnt, n > 0 ? (size_t)n : 0);
	return n == 0 ? vch_link_flush(link) : VCH_LINK_AGAIN;
}

static ssize_t flush_some(struct vch_link *link)
{
	const uint8_t *at = link->kept + link->sent;
	size_t len = link->kept_len - link->sent;
	struct vch_span piece = vch_span(at, len);

	return link->tls ? vch_tls_send(link->tls, at, len)
			 : send_some(link, &piece, 1);
}

int vch_link_flush(struct vch_link *link)
{
	while (link->sent < link->kept_len) {
		ssize_t n = flush_some(link);

		if (n < 0)
			return (int)n;
		link->sent += (size_t)n;
	}
	forget(link);
	return VCH_LINK_DONE;
}

void vch_link_finish(struct vch_link *link)
{
	if (link->tls && link->shaken)
		vch_tls_bye(link->tls);
	shutdown(link->fd, SHUT_WR);
}
