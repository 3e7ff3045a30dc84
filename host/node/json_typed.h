/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed data as wallets send it (eth_signTypedData_v4: types, primaryType,
 * domain, message) to what the trusted application takes (wire/ta.wire,
 * typed_data): encodeType of the primary type, and a word for each member.
 * The trusted application computes the hashes that count from that.
 */
#ifndef HOST_NODE_JSON_TYPED_H
#define HOST_NODE_JSON_TYPED_H

#include "host/net/json_in.h"

/*
 * Takes the member `key` of in: an object, or a string that holds one. The
 * encoded typed_data goes to w. What is wrong is noted as a fault of in.
 */
void vch_json_typed(struct vch_writer *w, struct vch_json_in *in,
		    const char *key);

/* The same for a value found elsewhere; NULL or what is wrong with it. */
const char *vch_typed_encode(struct vch_writer *w, yyjson_val *value);

#endif
