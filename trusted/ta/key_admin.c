/* SPDX-License-Identifier: Apache-2.0 */
/* What there is, the end of a key, and the way back for one that stopped. */
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
 * The blob still opens for whoever kept a copy of it, until a later generation
 * key takes over: it is dropped now, erased then. But never again here: the
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
	struct vch_delete rec = {.erased = 0};
	struct vch_open_key key;

	VCH_TRY(vch_delete_key_request_decode(&req, request));
	if (req.op.kind != 0 || req.op.payload.len != 0 || req.op.joined != 0 ||
	    req.op.seen_cnt != 0)
		return VCH_PAYLOAD;
	VCH_TRY(vch_key_open(&key, ta, req.op.key, req.op.config,
			     req.op.counters));
	VCH_TRY(vch_key_owner_check_var(&key.config.policy, &key.counters,
					VCH_CMD_DELETE_KEY, &req.op));
	VCH_TRY(vch_delete_key_answer_encode(answer, &ans));
	vch_tombstone_make(key.slot, &ta->keys);
	rec.slot = *key.slot;
	vch_key_record_head(&w, ta, VCH_RECORD_DELETE, time);
	vch_delete_write(&w, &rec);
	VCH_CHECK(!w.bad);
	vch_draft_add(ta, vch_shard_of(key.slot->id), vch_written(&w));
	/* an end may not be lost with a window */
	ta->wait_for_bump = true;
	return VCH_OK;
}

static void record_resumed(struct vch_ta *ta, const struct vch_time *time,
			   struct vch_open_key *key, const uint8_t head[32])
{
	uint8_t config[VCH_CONFIG_MAX], counters[VCH_COUNTERS_MAX];
	uint8_t buf[VCH_RECORD_MAX];
	struct vch_writer wc = vch_writer(config, sizeof(config));
	struct vch_writer w = vch_writer(buf, sizeof(buf));
	struct vch_resumed rec = {.passkey = VCH_PASSKEY_NONE};

	VCH_CHECK(vch_key_config_encode(&wc, &key->config) == VCH_OK);
	key->slot->flags &= ~(uint32_t)VCH_SLOT_STOPPED;
	rec.config = vch_written(&wc);
	rec.counters = vch_key_advance(key, counters);
	rec.slot = *key->slot;
	memcpy(rec.head, head, 32);
	vch_key_record_head(&w, ta, VCH_RECORD_RESUME, time);
	vch_resumed_write(&w, &rec);
	VCH_CHECK(!w.bad);
	vch_draft_add(ta, vch_shard_of(key->slot->id), vch_written(&w));
	/* neither the stop nor its end may be lost with a window */
	ta->wait_for_bump = true;
}

enum vch_err vch_key_resume(struct vch_ta *ta, const struct vch_time *time,
			    struct vch_open_key *key,
			    const struct vch_key_request *req)
{
	uint8_t shard = vch_shard_of(req->key);
	struct vch_key_resume ask;

	if (vch_key_resume_decode(&ask, req->payload) != VCH_OK)
		return VCH_PAYLOAD;
	if (!(key->slot->flags & VCH_SLOT_STOPPED))
		return VCH_NOT_STOPPED;
	VCH_TRY(vch_history_check(ta, shard, &ask.seen));
	VCH_TRY(vch_seen_verify_var(&ask.seen, shard, ta->keys.log_sk.pk.b));
	if (ask.sequence != key->slot->seq)
		return VCH_RECEIPT;
	(void)vch_lease_owed(ta, key->slot); /* all of it is spent now */
	key->counters.nonce = req->nonce;
	vch_key_resume_apply(&key->counters, &key->config.policy, time);
	record_resumed(ta, time, key, ask.seen.head);
	return VCH_OK;
}
