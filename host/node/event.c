/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/event.h"

#include <string.h>

static void take_slot(struct vch_event *e, const struct vch_slot *slot)
{
	memcpy(e->account, slot->id, sizeof(e->account));
	e->seq = slot->seq;
}

static enum vch_err read_start(struct vch_event *e, struct vch_reader *r)
{
	struct vch_start rec;

	vch_start_read(r, &rec);
	e->version = rec.version;
	e->shard_cnt = 1;
	return vch_reader_end(r);
}

static enum vch_err read_account(struct vch_event *e, struct vch_reader *r)
{
	struct vch_account_record rec;

	vch_account_record_read(r, &rec);
	take_slot(e, &rec.slot);
	return vch_reader_end(r);
}

static enum vch_err read_decision(struct vch_event *e, struct vch_reader *r)
{
	struct vch_decision rec;

	vch_decision_read(r, &rec);
	take_slot(e, &rec.slot);
	e->code = rec.code;
	e->passkey = rec.passkey;
	e->chain_id = rec.chain_id;
	memcpy(e->op_hash, rec.op_hash, sizeof(e->op_hash));
	e->cost = rec.cost;
	e->valid_until = rec.valid_until;
	return vch_reader_end(r);
}

enum vch_err vch_event_read(struct vch_event *ret,
			    const struct vch_section *section, uint8_t idx)
{
	struct vch_reader r = vch_reader(section->records[idx]);
	struct vch_record_head head;

	vch_record_head_read(&r, &head);
	if (r.bad)
		return VCH_FORMAT;
	memset(ret, 0, sizeof(*ret));
	ret->time_s = head.expiry_s;
	ret->kind = head.kind;
	ret->shard = section->shard;
	ret->index = section->index + idx;
	memcpy(ret->incarnation, section->incarnation,
	       sizeof(ret->incarnation));
	switch (head.kind) {
	case VCH_RECORD_START:
		return read_start(ret, &r);
	case VCH_RECORD_ACCOUNT:
		return read_account(ret, &r);
	case VCH_RECORD_DECISION:
		return read_decision(ret, &r);
	default:
		return VCH_OK;
	}
}

static const char *kind_name(uint8_t kind)
{
	switch (kind) {
	case VCH_RECORD_START:
		return "start";
	case VCH_RECORD_ACCOUNT:
		return "account";
	case VCH_RECORD_DECISION:
		return "decision";
	default:
		return "other";
	}
}

static void put_decision(struct vch_buf *out, const struct vch_event *e)
{
	enum vch_err code =
		vch_err_known(e->code) ? (enum vch_err)e->code : VCH_INTERNAL;

	vch_json_put_bool(out, "approved", e->code == VCH_OK);
	vch_json_put_number(out, "code", e->code);
	vch_json_put_str(out, "name", vch_err_name(code));
	vch_json_put_str(out, "sentence", vch_err_sentence(code));
	vch_json_put_quantity(out, "chainId", e->chain_id);
	vch_json_put_hex(out, "opHash", e->op_hash, sizeof(e->op_hash));
	vch_json_put_quantity(out, "cost", e->cost);
	vch_json_put_quantity(out, "validUntil", e->valid_until);
	vch_json_put_quantity(out, "passkey", e->passkey);
}

void vch_event_put(struct vch_buf *out, const struct vch_event *e,
		   const char *id)
{
	vch_json_open(out, NULL, '{');
	vch_json_put_str(out, "id", id);
	vch_json_put_str(out, "kind", kind_name(e->kind));
	vch_json_put_quantity(out, "time", e->time_s);
	vch_json_put_quantity(out, "shard", e->shard);
	vch_json_put_quantity(out, "index", e->index);
	vch_json_put_hex(out, "incarnation", e->incarnation,
			 sizeof(e->incarnation));
	if (e->kind == VCH_RECORD_START) {
		vch_json_put_quantity(out, "version", e->version);
		vch_json_put_quantity(out, "shards", e->shard_cnt);
	}
	if (e->kind == VCH_RECORD_ACCOUNT || e->kind == VCH_RECORD_DECISION) {
		vch_json_put_hex(out, "account", e->account,
				 sizeof(e->account));
		vch_json_put_quantity(out, "seq", e->seq);
	}
	if (e->kind == VCH_RECORD_DECISION)
		put_decision(out, e);
	vch_json_close(out, '}');
}
