/* SPDX-License-Identifier: Apache-2.0 */
/* The methods of the public JSON-RPC port: one table. */
#ifndef HOST_NODE_METHODS_H
#define HOST_NODE_METHODS_H

#include <stdio.h>

#include "host/net/jsonrpc.h"
#include "host/node/node.h"

extern const struct vch_method vch_methods[];
extern const uint8_t vch_method_cnt;

/* The OpenRPC document of rpc.discover, indented: doc/openrpc.json. */
void vch_methods_print(FILE *to);

/* Serves POST /: ctx of the server is the node. */
void vch_methods_serve(void *node, struct vch_http_request *req);

#endif
