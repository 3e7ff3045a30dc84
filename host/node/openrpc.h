/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The OpenRPC document (spec.open-rpc.org), made from the table of methods.
 *
 * Members are written as words `name:type`, `name?:type` if it may be left
 * out, `name:[type]` for a list. A type is one of
 *
 *	address word bytes signature65 signature64	0x-hex
 *	quantity string bool any
 *
 * or the name of a shape, which is a list of members itself.
 */
#ifndef HOST_NODE_OPENRPC_H
#define HOST_NODE_OPENRPC_H

#include "host/net/jsonrpc.h"

struct vch_shape {
	const char *name;
	const char *members;
};

/* Writes the document. */
void vch_openrpc(struct vch_buf *out, const struct vch_method *methods,
		 uint8_t method_cnt, const struct vch_shape *shapes,
		 uint8_t shape_cnt);

#endif
