/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS 1.2 and 1.3 for the server, by GnuTLS, over sockets that do not block.
 * What is here never waits: the results are those of vch_link_* in link.h.
 */
#ifndef HOST_NET_TLS_H
#define HOST_NET_TLS_H

#include <stddef.h>
#include <sys/types.h>

#include "trusted/base/err.h"

struct vch_tls;		/* a certificate and its key */
struct vch_tls_session; /* one connection */

/* Both PEM. VCH_SOCKET if they cannot be used or do not belong together. */
VCH_MUST enum vch_err vch_tls_new(struct vch_tls **ret, const char *certificate,
				  const char *secret_key);
void vch_tls_free(struct vch_tls *tls);

/* NULL: there is no memory for one. */
struct vch_tls_session *vch_tls_session_new(struct vch_tls *tls, int fd);
void vch_tls_session_free(struct vch_tls_session *session);

/* 1 done, 0 not yet, -1 it failed. */
int vch_tls_handshake(struct vch_tls_session *session);

/* As vch_link_receive and vch_link_send for one piece. */
ssize_t vch_tls_receive(struct vch_tls_session *session, void *buf, size_t cap);
ssize_t vch_tls_send(struct vch_tls_session *session, const void *buf,
		     size_t len);

/* Says that nothing more will be sent. */
void vch_tls_bye(struct vch_tls_session *session);

#endif
