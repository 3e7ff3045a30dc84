/* SPDX-License-Identifier: Apache-2.0 */
/* From a call to the worker's queue. */
#ifndef HOST_NODE_SUBMIT_H
#define HOST_NODE_SUBMIT_H

#include "host/net/jsonrpc.h"
#include "host/node/node.h"
#include "wire/gen/ta.h"

/* Queues a command; `done` gets the call. Answers the call if it cannot. */
void vch_node_submit(struct vch_call *call, enum vch_command cmd,
		     struct vch_span request, vch_done_fn *done);

/* The code in an answer of the trusted application; VCH_INTERNAL: unknown. */
enum vch_err vch_answer_code(uint16_t code);

/* Answers {receipt}, or the error; what was recorded is told either way. */
void vch_call_receipt(struct vch_call *call, enum vch_err err,
		      struct vch_span receipt);

#endif
