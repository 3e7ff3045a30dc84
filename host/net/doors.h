/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a request's head must be like before anything of its body is read.
 * A browser can be made to send requests here by any page; these rules see
 * to it that no page but our own gets through: a name that DNS was made to
 * point at us fails at Host, a page elsewhere at Origin, a plain form at
 * Content-Type. There is no CORS: no preflight is ever answered with yes.
 */
#ifndef HOST_NET_DOORS_H
#define HOST_NET_DOORS_H

#include "trusted/base/bytes.h"

#define VCH_DOOR_NAMES_MAX 8
#define VCH_DOOR_NAME_MAX 128
/* Bytes in one body. */
#define VCH_BODY_MAX (1u << 20)

/* The `host:port` forms that this server answers to, lower case. */
struct vch_doors {
	char names[VCH_DOOR_NAMES_MAX][VCH_DOOR_NAME_MAX];
	uint8_t name_cnt;
	bool tls; /* our own pages come by https */
};

/* What the doors look at; strings are NULL where the header is missing. */
struct vch_head {
	const char *host;
	const char *origin;
	const char *content_type;
	uint64_t body_len; /* announced; 0 if not */
	bool has_body;	   /* the method is one that carries a body */
	bool twice;	   /* one of these headers came twice */
};

/*
 * Adds `name` (`name:port`; without port: the given one; with port 80 also
 * without). VCH_SIZE if it is too long or there are too many, VCH_FORMAT if
 * it has characters that no host name has.
 */
VCH_MUST enum vch_err vch_doors_add(struct vch_doors *doors, const char *name,
				    uint16_t port);

/*
 * VCH_OK, or in this order VCH_FORMAT (a header twice), VCH_HOST_NAME,
 * VCH_FOREIGN, VCH_CONTENT_TYPE, VCH_SIZE.
 */
VCH_MUST enum vch_err vch_doors_check(const struct vch_doors *doors,
				      const struct vch_head *head);

/* The HTTP status that goes with an error. */
unsigned vch_doors_status(enum vch_err err);

/*
 * Whether a request may be a page of ours, by Sec-Fetch-Site (NULL if it is
 * missing, as with older browsers and with programs). A cookie goes to every
 * port of a host and "site" knows no port, so this looks closer.
 */
bool vch_doors_is_own_page(const char *fetch_site);

/* The token of `Bearer …`; empty if header is NULL or of another scheme. */
struct vch_span vch_doors_bearer(const char *header);

#endif
