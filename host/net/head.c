/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/head.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct headers {
	struct vch_head head;
	struct vch_head_text text;
};

static void take_header(struct headers *h, const char **place,
			const char *value)
{
	h->head.twice = h->head.twice || *place;
	*place = value;
}

static enum MHD_Result on_header(void *ctx, enum MHD_ValueKind kind,
				 const char *key, const char *value)
{
	struct headers *h = ctx;

	(void)kind;
	if (!value)
		return MHD_YES;
	if (strcasecmp(key, "Host") == 0)
		take_header(h, &h->head.host, value);
	else if (strcasecmp(key, "Origin") == 0)
		take_header(h, &h->head.origin, value);
	else if (strcasecmp(key, "Content-Type") == 0)
		take_header(h, &h->head.content_type, value);
	else if (strcasecmp(key, "Authorization") == 0)
		take_header(h, &h->text.authorization, value);
	else if (strcasecmp(key, "Cookie") == 0)
		take_header(h, &h->text.cookie, value);
	else if (strcasecmp(key, "Sec-Fetch-Site") == 0)
		take_header(h, &h->text.fetch_site, value);
	else if (strcasecmp(key, "Content-Length") == 0)
		h->head.body_len = strtoull(value, NULL, 10);
	return MHD_YES;
}

void vch_head_read(struct vch_head *ret, struct vch_head_text *ret_text,
		   struct MHD_Connection *connection, const char *method)
{
	struct headers h = {0};

	h.head.has_body = strcmp(method, "GET") != 0;
	MHD_get_connection_values(connection, MHD_HEADER_KIND, on_header, &h);
	*ret = h.head;
	*ret_text = h.text;
}

size_t vch_head_size(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

	return info ? info->header_size : 0;
}
