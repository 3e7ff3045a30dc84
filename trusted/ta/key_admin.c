/* SPDX-License-Identifier: Apache-2.0 */
/* What there is, and the end of a key. */
#include <string.h>

#include "trusted/base/check.h"
#include "trusted/log/chain.h"
#include "trusted/ta/key.h"

enum vch_err vch_handle_get_public_key(struct vch_ta *ta,
				       const struct vch_time *time,
				       struct vch_span request,
				       struct vch_writer *answer)
{
	struct vch_get_public_key_request req;
	struct vch_get_public_key_answer ans;
	struct vch_open_key key;

	(void)time;
	VCH_TRY(vch_get_public_key_request_decode(&req, request));
	VCH_TRY(vch_key_open(&key, ta, req.key, req.config, req.counters));
	ans.seq = key.slot->seq;
	ans.config = req.config;
	return vch_get_public_key_answer_encode(answer, &ans);
}

enum vch_err vch_handle_list_keys(struct vch_ta *ta,
				  const struct vch_time *time,
				  struct vch_span request,
				  struct vch_writer *answer)
{
	struct vch_list_keys_request req;
	struct vch_list_keys_answer ans = {0};

	(void)time;
	VCH_TRY(vch_list_keys_request_decode(&req, request));
	for (uint32_t i = req.first; i < ta->slots.cnt; i++) {
		const struct vch_slot *slot = &ta->slots.slot[i];

		if (ans.keys_cnt == VCH_LIST_KEYS_ANSWER_KEYS_MAX) {
			ans.next = i;
			break;
		}
		if ((slot->flags & (VCH_SLOT_KEY | VCH_SLOT_DELETED)) ==
		    VCH_SLOT_KEY)
			ans.keys[ans.keys_cnt++] = *slot;
	}
	return vch_list_keys_answer_encode(answer, &ans);
}

/*
 * The blob still opens under the generation key for whoever kept a copy, so
 * the answer says that it was dropped, not erased; but never again here: the
 * slot stays as a tombstone.
 */
enum vch_err vch_handle_delete_key(struct vch_ta *ta,
				   const struct vch_time *time,
				   struct vch_span request,
				   struct vch_writer *answer)
{
	uint8_t buf[VCH_RECORD_HEAD_ENC_MAX + VCH_DELETE_ENC_MAX];
	struct vch_writer w = vch_writer(buf, sizeof(buf));
	struct vch_delete_key_answer ans = {.erased = 0};
	struct vch_delete_key_request req;
	struct vch_delete rec = {.erased = ans.erased};
	struct vch_open_key key;

	VCH_TRY(vch_delete_key_request_decode(&req, request));
	if (req.op.kind != 0 || req.op.payload.len != 0)
		return VCH_PAYLOAD;
	VCH_TRY(vch_key_open(&key, ta, req.op.key, req.op.config,
			     req.op.counters));
	VCH_TRY(vch_key_owner_check_var(&key.config.policy, &key.counters,
					VCH_CMD_DELETE_KEY, &req.op));
	VCH_TRY(vch_delete_key_answer_encode(answer, &ans));
	key.slot->flags |= VCH_SLOT_DELETED;
	key.slot->seq++;
	key.slot->remainder = 0;
	memset(key.slot->state, 0, sizeof(key.slot->state));
	rec.slot = *key.slot;
	vch_key_record_head(&w, ta, VCH_RECORD_DELETE, time);
	vch_delete_write(&w, &rec);
	VCH_CHECK(!w.bad);
	vch_draft_add(ta, vch_shard_of(key.slot->id), vch_written(&w));
	/* an end may not be lost with a window */
	ta->wait_for_bump = true;
	return VCH_OK;
}
