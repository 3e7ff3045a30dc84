/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/rig.h"
#include "trusted/base/check.h"
#include "trusted/policy/intent.h"

enum vch_err rig_intent(struct rig *rig, struct rig_account *account,
			struct vch_demo_passkey *passkey,
			const struct vch_intent *intent,
			const struct vch_change *waits,
			struct vch_cosign_result *ret)
{
	struct vch_cosign_intent_request req = {
		.config = vch_span(account->config, account->config_len),
		.counters = vch_span(account->counters, account->counters_len),
		.blob = vch_span(account->blob, account->blob_len),
		.intent = *intent,
	};
	static uint8_t request[VCH_COSIGN_INTENT_REQUEST_ENC_MAX];
	struct vch_writer w = vch_writer(request, sizeof(request));
	struct vch_cosign_intent_answer ans;
	struct vch_demo_assertion assertion;
	struct vch_span answer;
	uint8_t hash[32];

	if (waits)
		req.waits[req.waits_cnt++] = *waits;
	vch_intent_hash(hash, intent);
	VCH_CHECK(vch_demo_passkey_assert(passkey, &assertion, hash) == VCH_OK);
	req.assertion = assertion.assertion;
	VCH_TRY(vch_cosign_intent_request_encode(&w, &req));
	VCH_TRY(rig_call(rig, VCH_CMD_COSIGN_INTENT, vch_written(&w), &answer));
	VCH_TRY(vch_cosign_intent_answer_decode(&ans, answer));
	VCH_CHECK(ans.result.recorded == 1);
	*ret = ans.result;
	VCH_CHECK(rig_fold(rig, account) > 0);
	return (enum vch_err)ret->code;
}
