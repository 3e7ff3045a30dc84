/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/submit.h"

#include "host/net/json_out.h"

void vch_node_submit(struct vch_call *call, enum vch_command cmd,
		     struct vch_span request, vch_done_fn *done)
{
	struct vch_node *node = vch_call_ctx(call);
	enum vch_err err = vch_worker_submit(node->worker, cmd, request,
					     node->deadline_ms, done, call);

	if (err != VCH_OK)
		vch_call_error(call, err, NULL, vch_span(NULL, 0));
}

enum vch_err vch_answer_code(uint16_t code)
{
	return vch_err_known(code) ? (enum vch_err)code : VCH_INTERNAL;
}

void vch_call_receipt(struct vch_call *call, enum vch_err err,
		      struct vch_span receipt)
{
	struct vch_buf out;

	if (err != VCH_OK) {
		vch_call_error(call, err, NULL, receipt);
		return;
	}
	out = vch_json_out();
	vch_json_open(&out, NULL, '{');
	vch_json_put_hex(&out, "receipt", receipt.ptr, receipt.len);
	vch_json_close(&out, '}');
	vch_call_result(call, &out);
}
