/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One HTTP server, seen from here: posts JSON, reuses the connection, never
 * waits for ever, never reads more than a bound. libcurl underneath.
 */
#ifndef HOST_NET_WEB_H
#define HOST_NET_WEB_H

#include "trusted/base/bytes.h"

#define VCH_WEB_BODY_MAX (8u << 20)
#define VCH_WEB_WHY_MAX 256

struct vch_web;

/*
 * From now on the server at this very url must show a certificate that ca (a
 * PEM file) is or signed. ca NULL: what the system trusts. Not copied.
 */
void vch_web_trust(const char *url, const char *ca);

/*
 * Nothing is sent yet. token: sent as a bearer token, or NULL. Only http://
 * and https:// are spoken, and http over a Unix socket (`unix:PATH`, where
 * no token is sent: the user is known); redirects are not followed.
 */
VCH_MUST enum vch_err vch_web_open(struct vch_web **ret, const char *url,
				   const char *token);

/*
 * Posts a JSON body and hands out the answer's, valid until the next post.
 * The HTTP status is not judged: JSON-RPC errors come with any. Errors:
 * VCH_SOCKET (no connection), VCH_TIMEOUT (30 s), VCH_SIZE.
 */
VCH_MUST enum vch_err vch_web_post(struct vch_web *web,
				   struct vch_span *ret_body, long *ret_status,
				   struct vch_span body);

/* What went wrong last, for a person; the url it was about. */
const char *vch_web_why(const struct vch_web *web);
const char *vch_web_url(const struct vch_web *web);

void vch_web_close(struct vch_web *web);

#endif
