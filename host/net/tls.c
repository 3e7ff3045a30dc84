/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/tls.h"

#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/alloc.h"
#include "host/net/link.h"

/* In GnuTLS's words. */
#define PRIORITIES "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct vch_tls {
	gnutls_certificate_credentials_t credentials;
	gnutls_priority_t priorities;
};

struct vch_tls_session {
	gnutls_session_t gnutls;
	size_t owed; /* bytes of a piece that GnuTLS keeps */
};

static gnutls_datum_t datum(const char *text)
{
	return (gnutls_datum_t){(unsigned char *)(uintptr_t)text,
				(unsigned)strlen(text)};
}

enum vch_err vch_tls_new(struct vch_tls **ret, const char *certificate,
			 const char *secret_key)
{
	struct vch_tls *tls = vch_alloc(1, sizeof(*tls));
	gnutls_datum_t cert = datum(certificate), key = datum(secret_key);

	if (gnutls_certificate_allocate_credentials(&tls->credentials) == 0 &&
	    gnutls_certificate_set_x509_key_mem(tls->credentials, &cert, &key,
						GNUTLS_X509_FMT_PEM) == 0 &&
	    gnutls_priority_init(&tls->priorities, PRIORITIES, NULL) == 0) {
		*ret = tls;
		return VCH_OK;
	}
	vch_tls_free(tls);
	return VCH_SOCKET;
}

void vch_tls_free(struct vch_tls *tls)
{
	if (!tls)
		return;
	if (tls->credentials)
		gnutls_certificate_free_credentials(tls->credentials);
	if (tls->priorities)
		gnutls_priority_deinit(tls->priorities);
	free(tls);
}

struct vch_tls_session *vch_tls_session_new(struct vch_tls *tls, int fd)
{
	const unsigned flags =
		GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL;
	struct vch_tls_session *s = vch_alloc(1, sizeof(*s));

	if (gnutls_init(&s->gnutls, flags) != 0) {
		free(s);
		return NULL;
	}
	gnutls_transport_set_int(s->gnutls, fd);
	gnutls_handshake_set_timeout(s->gnutls, 0); /* the deadlines are ours */
	if (gnutls_priority_set(s->gnutls, tls->priorities) == 0 &&
	    gnutls_credentials_set(s->gnutls, GNUTLS_CRD_CERTIFICATE,
				   tls->credentials) == 0)
		return s;
	vch_tls_session_free(s);
	return NULL;
}

void vch_tls_session_free(struct vch_tls_session *session)
{
	if (!session)
		return;
	gnutls_deinit(session->gnutls);
	free(session);
}

int vch_tls_handshake(struct vch_tls_session *session)
{
	int rc;

	do
		rc = gnutls_handshake(session->gnutls);
	while (rc != 0 && rc != GNUTLS_E_AGAIN && !gnutls_error_is_fatal(rc));
	if (rc == 0)
		return 1;
	return rc == GNUTLS_E_AGAIN ? 0 : -1;
}

ssize_t vch_tls_receive(struct vch_tls_session *session, void *buf, size_t cap)
{
	ssize_t n;

	do
		n = gnutls_record_recv(session->gnutls, buf, cap);
	while (n == GNUTLS_E_INTERRUPTED);
	if (n >= 0)
		return n;
	/* a renegotiation, too, is an error: the session ends */
	return n == GNUTLS_E_AGAIN ? VCH_LINK_AGAIN : VCH_LINK_BROKEN;
}

/* A piece that could not go is asked for again by its length alone. */
ssize_t vch_tls_send(struct vch_tls_session *session, const void *buf,
		     size_t len)
{
	ssize_t n;

	do
		n = session->owed > 0
			    ? gnutls_record_send(session->gnutls, NULL, 0)
			    : gnutls_record_send(session->gnutls, buf, len);
	while (n == GNUTLS_E_INTERRUPTED);
	session->owed = n == GNUTLS_E_AGAIN ? len : 0;
	if (n >= 0)
		return n;
	return n == GNUTLS_E_AGAIN ? VCH_LINK_AGAIN : VCH_LINK_BROKEN;
}

void vch_tls_bye(struct vch_tls_session *session)
{
	(void)gnutls_bye(session->gnutls, GNUTLS_SHUT_WR);
}
