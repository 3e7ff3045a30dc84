/* SPDX-License-Identifier: Apache-2.0 */
/* What /state tells: the node as a whole, for the console. */
#ifndef HOST_NODE_JSON_STATE_H
#define HOST_NODE_JSON_STATE_H

#include "host/node/node.h"

/*
 * Writes {uptime, ready, degraded, tee, queue, restarts, batch, times,
 * log, accounts: {count, latest: […]}, samples}: the accounts_max accounts
 * with the latest records.
 */
void vch_json_state(struct vch_buf *out, struct vch_node *node,
		    size_t accounts_max);

/* Writes "ready" and "degraded" with reasons; returns ready. */
bool vch_json_health(struct vch_buf *out, struct vch_node *node);

/*
 * Writes "teePids": one for each instance that is a process, 0 while it
 * restarts; what is no process has no place in it.
 */
void vch_json_tee_pids(struct vch_buf *out,
		       const struct vch_worker_stats *stats);

#endif
