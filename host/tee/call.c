/* SPDX-License-Identifier: Apache-2.0 */
#include "host/tee/call.h"

#include "wire/gen/ta.h"

enum vch_err vch_tee_ask(struct vch_tee *tee, struct vch_said *ret,
			 uint32_t cmd, struct vch_span request)
{
	struct vch_tee_reply reply;
	struct vch_reader r;

	VCH_TRY(vch_tee_invoke(tee, cmd, request, &reply));
	if (reply.tee_result != 0)
		return VCH_PARAMS;
	r = vch_reader(reply.answer);
	ret->code = (enum vch_err)vch_read_u16(&r);
	if (r.bad)
		return VCH_TEE_LOST;
	ret->answer = vch_span(r.ptr, r.left);
	ret->log = reply.log;
	return VCH_OK;
}

enum vch_err vch_tee_release(struct vch_tee *tee, struct vch_said *ret)
{
	struct vch_release_answer ans;
	struct vch_reader r;

	VCH_TRY(vch_tee_ask(tee, ret, VCH_CMD_RELEASE, vch_span(NULL, 0)));
	if (ret->code != VCH_OK ||
	    vch_release_answer_decode(&ans, ret->answer) != VCH_OK)
		return VCH_TEE_LOST;
	r = vch_reader(ans.held);
	ret->code = (enum vch_err)vch_read_u16(&r);
	ret->answer = vch_span(r.ptr, r.left);
	return r.bad ? VCH_TEE_LOST : VCH_OK;
}
