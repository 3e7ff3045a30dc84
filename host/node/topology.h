/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The processes of a node, their sockets, files and descriptors, and who
 * holds what: one table, printed by `vouchd --topology`. What vouchd itself
 * opens, it opens by this table.
 */
#ifndef HOST_NODE_TOPOLOGY_H
#define HOST_NODE_TOPOLOGY_H

#include <stdio.h>

enum vch_place {
	VCH_PLACE_RPC,
	VCH_PLACE_OPERATOR,
	VCH_PLACE_ETH_RPC,
	VCH_PLACE_UNIX,
	VCH_PLACE_TOKEN,
	VCH_PLACE_TOKENS,
	VCH_PLACE_READY,
	VCH_PLACE_UPGRADE,
	VCH_PLACE_LOG,
	VCH_PLACE_BLOBS,
	VCH_PLACE_SECURE,
	VCH_PLACE_TEE_PROGRAM,
	VCH_PLACE_TEE_SOCKET,
	VCH_PLACE_TEE_MEMORY,
	VCH_PLACE_TEE_SECRET,
	VCH_PLACE_TEE_STORAGE,
	VCH_PLACE_CNT,
};

struct vch_place_info {
	const char *holder; /* process */
	const char *kind;
	/* address, or path: in the data folder unless it begins with ~ */
	const char *where;
	const char *what;
};

extern const struct vch_place_info vch_places[VCH_PLACE_CNT];

void vch_topology_print(FILE *to);

#endif
