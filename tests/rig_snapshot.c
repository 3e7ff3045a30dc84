/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/rig_snapshot.h"

#include <string.h>

#include "trusted/base/check.h"

static uint8_t request[VCH_REQUEST_MAX];

enum vch_err rig_page_out(struct rig *rig, uint8_t shard, uint32_t page,
			  struct vch_snapshot_answer *ret)
{
	const struct vch_snapshot_request req = {shard, page};
	uint8_t bytes[VCH_SNAPSHOT_REQUEST_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_span answer;

	VCH_CHECK(vch_snapshot_request_encode(&w, &req) == VCH_OK);
	VCH_TRY(rig_call(rig, VCH_CMD_SNAPSHOT, vch_written(&w), &answer));
	return vch_snapshot_answer_decode(ret, answer);
}

enum vch_err rig_snap_take(struct rig *rig, uint8_t shard, struct rig_snap *ret)
{
	struct vch_snapshot_answer ans = {.more = 1};

	ret->shard = shard;
	for (ret->page_cnt = 0; ans.more; ret->page_cnt++) {
		VCH_CHECK(ret->page_cnt < RIG_PAGES_MAX);
		VCH_TRY(rig_page_out(rig, shard, ret->page_cnt, &ans));
		memcpy(ret->page[ret->page_cnt], ans.page.ptr, ans.page.len);
		ret->page_len[ret->page_cnt] = ans.page.len;
	}
	ret->batch_idx = rig->batch_cnt - 1;
	return VCH_OK;
}

enum vch_err rig_page_in(struct rig *to, uint8_t shard,
			 const struct rig_snap *snap, uint32_t page,
			 const struct rig_batch *batch)
{
	const struct vch_restore_request req = {
		shard, vch_span(snap->page[page], snap->page_len[page]),
		batch ? vch_span(batch->bytes, batch->len) : vch_span(NULL, 0)};
	struct vch_writer w = vch_writer(request, sizeof(request));

	VCH_CHECK(vch_restore_request_encode(&w, &req) == VCH_OK);
	return rig_call(to, VCH_CMD_RESTORE, vch_written(&w), NULL);
}

enum vch_err rig_snap_give(struct rig *rig, const struct rig_snap *snap)
{
	for (uint32_t i = 0; i < snap->page_cnt; i++)
		VCH_TRY(rig_page_in(rig, snap->shard, snap, i,
				    i + 1 == snap->page_cnt
					    ? &rig->batch[snap->batch_idx]
					    : NULL));
	return VCH_OK;
}

/* Batch idx without the sections that a snapshot has. */
static enum vch_err replay_rest(struct rig *rig, size_t idx,
				const size_t behind[VCH_SHARDS])
{
	static struct vch_batch b;
	const struct rig_batch *from = &rig->batch[idx];
	struct vch_writer w = vch_writer(request, 8), body;
	uint8_t cnt = 0;

	VCH_CHECK(vch_batch_decode(&b, vch_span(from->bytes, from->len)) ==
		  VCH_OK);
	for (uint8_t i = 0; i < b.sections_cnt; i++) {
		if (idx < behind[b.sections[i].shard])
			continue;
		if (cnt < i)
			b.sections[cnt] = b.sections[i];
		cnt++;
	}
	if (cnt == 0)
		return VCH_OK;
	b.sections_cnt = cnt;
	body = vch_writer(request + 8, sizeof(request) - 8);
	vch_batch_write(&body, &b);
	vch_write_u32(&w, (uint32_t)body.len + 4);
	vch_write_u32(&w, (uint32_t)body.len);
	return rig_call(rig, VCH_CMD_REPLAY, vch_span(request, 8 + body.len),
			NULL);
}

enum vch_err rig_replay_behind(struct rig *rig, const size_t behind[VCH_SHARDS])
{
	for (size_t i = 0; i < rig->batch_cnt; i++)
		VCH_TRY(replay_rest(rig, i, behind));
	return VCH_OK;
}
