/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vouch_upgrade: has the TEE check a release manifest, notes it in
 * node->upgrade_path and lets the node end; host/node/handover.h does the rest.
 */
#ifndef HOST_NODE_UPGRADE_H
#define HOST_NODE_UPGRADE_H

#include "host/net/jsonrpc.h"
#include "host/node/node.h"

/* The method. */
void vch_call_upgrade(struct vch_call *call, yyjson_val *params);

#endif
