/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Ethereum node behind vouchd (--eth-rpc): a few threads that may wait
 * for it, each with a connection of its own, and a bounded queue before them.
 */
#ifndef HOST_NODE_UPSTREAM_H
#define HOST_NODE_UPSTREAM_H

#include <yyjson.h>

#include "trusted/base/bytes.h"

#define VCH_UPSTREAM_THREADS 4
#define VCH_UPSTREAM_QUEUE_MAX 256

struct vch_upstream;
struct vch_upstream_conn;

/* Nothing is sent yet. VCH_ARGUMENT if it is no URL. */
VCH_MUST enum vch_err vch_upstream_start(struct vch_upstream **ret,
					 const char *url);
/* Finishes what waits. NULL is fine. */
void vch_upstream_stop(struct vch_upstream *upstream);

/* Runs work on one of the threads. VCH_OVERLOADED: the queue is full. */
typedef void vch_upstream_fn(void *ctx, struct vch_upstream_conn *conn);
VCH_MUST enum vch_err vch_upstream_run(struct vch_upstream *upstream,
				       vch_upstream_fn *work, void *ctx);

/*
 * One call; params is the text of a JSON array. *ret_doc is the whole answer,
 * numbers raw, with `result` or `error`; yyjson_doc_free() it. VCH_SOCKET,
 * VCH_TIMEOUT, VCH_CHAIN_RPC if it is no answer.
 */
VCH_MUST enum vch_err vch_upstream_call(struct vch_upstream_conn *conn,
					yyjson_doc **ret_doc,
					const char *method, const char *params);

#endif
