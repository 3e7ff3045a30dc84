/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/submit.h"

void vch_node_submit(struct vch_call *call, enum vch_command cmd,
		     struct vch_span request, vch_done_fn *done)
{
	struct vch_node *node = vch_call_ctx(call);
	enum vch_err err = vch_worker_submit(node->worker, cmd, request,
					     node->deadline_ms, done, call);

	if (err != VCH_OK)
		vch_call_error(call, err, NULL, vch_span(NULL, 0));
}
