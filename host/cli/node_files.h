/* SPDX-License-Identifier: Apache-2.0 */
/* What a node on this machine leaves in its folder for others to find it. */
#ifndef HOST_CLI_NODE_FILES_H
#define HOST_CLI_NODE_FILES_H

/* The process of the vouchd that serves from the folder; 0 if none does. */
int vch_node_pid(const char *data);

#endif
