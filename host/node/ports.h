/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The node's ports: JSON-RPC on TCP (plain or TLS) and, if wanted, on a Unix
 * socket; the operator's. Bound first, so that a mistake is known before the
 * TEE starts; opened when there is something to answer.
 */
#ifndef HOST_NODE_PORTS_H
#define HOST_NODE_PORTS_H

#include "host/node/node.h"
#include "host/node/settings.h"

/* Own user and those of the list. */
#define VCH_PORTS_USERS_MAX (1 + VCH_SETTINGS_LIST_MAX)

struct vch_ports {
	int rpc_fd;
	int operator_fd;
	int unix_fd; /* -1: none */
	uint32_t users[VCH_PORTS_USERS_MAX];
	size_t user_cnt;
	struct vch_buf certificate;
	struct vch_buf secret_key;
};

/*
 * Reads certificate, key and users, binds the sockets and stores the ports
 * they got in *config. Says on stderr what is wrong.
 */
VCH_MUST enum vch_err vch_ports_bind(struct vch_ports *ret,
				     struct vch_settings *config);

/* Starts the servers of node; the key is wiped. The rest as above. */
VCH_MUST enum vch_err vch_ports_open(struct vch_ports *ports,
				     const struct vch_settings *config,
				     struct vch_node *node,
				     struct vch_tokens *tokens);

/* No more connections; waits until all that came has been answered. */
void vch_ports_drain(struct vch_node *node);

/* Ends and frees the servers; drain first. */
void vch_ports_stop(struct vch_node *node);

#endif
