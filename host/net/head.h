/* SPDX-License-Identifier: Apache-2.0 */
/* What the doors look at, out of libmicrohttpd's connection. */
#ifndef HOST_NET_HEAD_H
#define HOST_NET_HEAD_H

#include <microhttpd.h>

#include "host/net/doors.h"

/* Headers that say who it is; NULL where one is missing. */
struct vch_head_text {
	const char *authorization;
	const char *cookie;
	const char *fetch_site; /* Sec-Fetch-Site */
};

/* All are valid as long as the request. Any that came twice: ret->twice. */
void vch_head_read(struct vch_head *ret, struct vch_head_text *ret_text,
		   struct MHD_Connection *connection, const char *method);

/* Bytes of the request's head as it came; 0 if the library cannot say. */
size_t vch_head_size(struct MHD_Connection *connection);

#endif
