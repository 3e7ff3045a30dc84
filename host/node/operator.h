/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an operator's tools ask: GET /health and GET /metrics (Prometheus
 * text format 0.0.4). Neither needs a token, neither tells of any account.
 */
#ifndef HOST_NODE_OPERATOR_H
#define HOST_NODE_OPERATOR_H

#include "host/node/node.h"

/*
 * {"live":true,"ready":…,"degraded":["…"],"tee":"…","teePids":[…]}; status 200
 * if ready, else 503. degraded: reasons in words, empty if all is well.
 * teePids: vch_json_tee_pids.
 */
void vch_operator_health(void *node, struct vch_http_request *req);

/* All counters, gauges and histograms of the node. */
void vch_operator_metrics(void *node, struct vch_http_request *req);

#endif
