/* SPDX-License-Identifier: Apache-2.0 */
/* The end of the replay: a new incarnation for every shard it will serve. */
#include <string.h>

#include "trusted/ta/state.h"

static void write_start(struct vch_ta *ta, uint8_t shard, bool unclean)
{
	struct vch_record_head head = {VCH_RECORD_START, ta->clock.refill_s,
				       ta->clock.expiry_s};
	struct vch_shard *chain = &ta->shard[shard];
	struct vch_start start = {
		.shard = shard,
		.version = VCH_TA_VERSION,
		.counter = chain->window.counter,
		.unclean = unclean,
	};
	uint8_t buf[VCH_RECORD_HEAD_ENC_MAX + VCH_START_ENC_MAX];
	struct vch_writer w = vch_writer(buf, sizeof(buf));

	vch_history_leave(ta, shard);
	chain->unclean_cnt += unclean;
	memcpy(chain->incarnation, ta->incarnation, 16);
	chain->index = 0;
	chain->started = true;
	vch_keys_tag(&chain->tag_key, &ta->keys, shard, ta->incarnation);

	memcpy(start.incarnation, ta->incarnation, 16);
	memcpy(start.prev_head, chain->head, 32);
	memcpy(start.log_key, ta->keys.log_sk.pk.b, 32);
	vch_record_head_write(&w, &head);
	vch_start_write(&w, &start);
	vch_draft_add(ta, shard, vch_written(&w));
}

static enum vch_err check_request(const struct vch_start_request *req)
{
	if (req->shard_cnt == 0 || req->shard_first >= VCH_SHARDS ||
	    req->shard_cnt > VCH_SHARDS - req->shard_first)
		return VCH_FORMAT;
	if (req->window_s != VCH_WINDOW_NEVER &&
	    req->window_s > VCH_WINDOW_S_MAX)
		return VCH_FORMAT;
	return req->window_records <= VCH_WINDOW_RECORDS_MAX ? VCH_OK
							     : VCH_FORMAT;
}

enum vch_err vch_handle_start(struct vch_ta *ta, const struct vch_time *time,
			      struct vch_span request,
			      struct vch_writer *answer)
{
	struct vch_start_request req;
	struct vch_start_answer ans;
	bool fresh = ta->batch_cnt == 0 && !ta->restored;
	bool unclean[VCH_SHARDS];

	VCH_TRY(vch_start_request_decode(&req, request));
	VCH_TRY(check_request(&req));
	if (ta->paging.active)
		return VCH_SNAPSHOT;
	VCH_TRY(vch_version_check(ta));
	ta->window_s = req.window_s;
	ta->window_records = req.window_records;
	for (uint8_t i = 0; i < req.shard_cnt; i++)
		ta->shard[req.shard_first + i].served = true;
	VCH_TRY(vch_counters_begin(ta, unclean));
	VCH_TRY(vch_keys_generation(&ta->keys, fresh));
	if (fresh) {
		/* the first start of all has only the host's word for it */
		ta->clock.refill_s = time->host_s;
		ta->clock.expiry_s = time->host_s;
	}
	vch_platform_random(ta->incarnation, sizeof(ta->incarnation));
	for (uint8_t i = 0; i < req.shard_cnt; i++)
		write_start(ta, (uint8_t)(req.shard_first + i),
			    unclean[req.shard_first + i]);
	vch_import_start(&ta->import);
	ta->shard_first = req.shard_first;
	ta->wait_for_bump = true;
	ta->phase = VCH_PHASE_SERVE;
	memcpy(ans.incarnation, ta->incarnation, 16);
	memcpy(ans.log_key, ta->keys.log_sk.pk.b, 32);
	return vch_start_answer_encode(answer, &ans);
}

enum vch_err vch_handle_version(struct vch_ta *ta, const struct vch_time *time,
				struct vch_span request,
				struct vch_writer *answer)
{
	struct vch_version_request req;
	struct vch_version_answer ans = {
		.version = VCH_TA_VERSION,
		.phase = (uint8_t)ta->phase,
		.slot_max = VCH_SLOT_MAX,
		.slot_cnt = ta->slots.cnt,
	};

	(void)time;
	VCH_TRY(vch_version_request_decode(&req, request));
	memcpy(ans.log_key, ta->keys.log_sk.pk.b, 32);
	return vch_version_answer_encode(answer, &ans);
}
