/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of one connection, plain or TLS, over a socket that does not
 * block: what it does not take at once is kept and sent later. Used by one
 * thread at a time.
 */
#ifndef HOST_NET_LINK_H
#define HOST_NET_LINK_H

#include <stdbool.h>
#include <sys/types.h>

#include "host/net/tls.h"
#include "trusted/base/bytes.h"

#define VCH_LINK_DONE 0
#define VCH_LINK_AGAIN (-1)  /* not now */
#define VCH_LINK_BROKEN (-2) /* the connection is of no use any more */

/* Pieces of one answer, and of a stream's block. */
#define VCH_LINK_PIECES_MAX 3

struct vch_link {
	int fd;
	struct vch_tls_session *tls; /* NULL: plain */
	bool shaken;		     /* TLS: the handshake is done */
	uint8_t *kept;		     /* not sent yet: kept + sent */
	size_t kept_len;
	size_t sent;
};

/* tls: NULL for plain. VCH_SOCKET; fd is the caller's until it is open. */
VCH_MUST enum vch_err vch_link_open(struct vch_link *ret, int fd,
				    struct vch_tls *tls);
void vch_link_close(struct vch_link *link);

/* DONE, AGAIN or BROKEN; DONE at once where there is no TLS. */
int vch_link_handshake(struct vch_link *link);

/* Bytes that came, 0 at the end of them, AGAIN or BROKEN. */
ssize_t vch_link_receive(struct vch_link *link, void *buf, size_t cap);

/*
 * Sends all pieces, one after the other. AGAIN: some are kept, and go with
 * vch_link_flush once the socket takes more; until then nothing may be sent.
 */
int vch_link_send(struct vch_link *link, const struct vch_span *piece,
		  size_t cnt);
int vch_link_flush(struct vch_link *link);

/* Nothing more will be sent; the other side may go on. */
void vch_link_finish(struct vch_link *link);

#endif
