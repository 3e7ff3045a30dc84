/* SPDX-License-Identifier: Apache-2.0 */
/* Parts that the params of several methods have in common. */
#ifndef HOST_NODE_JSON_PARTS_H
#define HOST_NODE_JSON_PARTS_H

#include "host/net/json_in.h"
#include "host/net/json_out.h"
#include "wire/gen/ta.h"

/* The bytes that an assertion views. */
struct vch_assertion_bytes {
	uint8_t auth_data[VCH_ASSERTION_AUTH_DATA_MAX];
	uint8_t client_data[VCH_ASSERTION_CLIENT_DATA_MAX];
};

/* Member "assertion". VCH_ARGUMENT. */
VCH_MUST enum vch_err vch_json_assertion(struct vch_assertion *ret,
					 struct vch_assertion_bytes *bytes,
					 struct vch_json_in *params);

/* Member "origins": at most max, views into the document. */
void vch_json_origins(struct vch_span *ret, uint8_t *ret_cnt,
		      struct vch_json_in *params, uint8_t max);

/* Member "networks": at most max. VCH_ARGUMENT. */
VCH_MUST enum vch_err vch_json_networks(struct vch_network *ret,
					uint8_t *ret_cnt,
					struct vch_json_in *params,
					uint8_t max);

/* The same two, and the list of calls, in the other direction. */
void vch_json_put_origins(struct vch_buf *out, const struct vch_span *origins,
			  uint8_t cnt);
void vch_json_put_networks(struct vch_buf *out,
			   const struct vch_network *networks, uint8_t cnt);
void vch_json_put_calls(struct vch_buf *out,
			const struct vch_listed_call *calls, uint8_t cnt);

#endif
