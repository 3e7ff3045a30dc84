/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/event.h"

#include <string.h>

#include "host/node/json_key.h"
#include "host/node/submit.h"
#include "trusted/base/check.h"
#include "wire/gen/ta.h"

static void take_slot(struct vch_event *e, const struct vch_slot *slot)
{
	memcpy(e->id, slot->id, sizeof(e->id));
	e->seq = slot->seq;
}

static void read_start(struct vch_event *e, struct vch_reader *r)
{
	struct vch_start rec;

	vch_start_read(r, &rec);
	e->version = rec.version;
	e->shard_cnt = 1;
}

static void read_anchor(struct vch_event *e, struct vch_reader *r)
{
	struct vch_anchor rec;

	vch_anchor_read(r, &rec);
	e->shard_cnt = 1;
}

static void read_snapshot(struct vch_event *e, struct vch_reader *r)
{
	struct vch_snapshot rec;

	vch_snapshot_read(r, &rec);
	e->shard_cnt = 1;
}

static void read_upgrade(struct vch_event *e, struct vch_reader *r)
{
	struct vch_upgrade rec;

	vch_upgrade_read(r, &rec);
	e->version = rec.version;
	memcpy(e->hash, rec.measurement, sizeof(e->hash));
	e->shard_cnt = 1;
}

static void read_account(struct vch_event *e, struct vch_reader *r)
{
	struct vch_account_record rec;

	vch_account_record_read(r, &rec);
	take_slot(e, &rec.slot);
}

static void read_decision(struct vch_event *e, struct vch_reader *r)
{
	struct vch_decision rec;

	vch_decision_read(r, &rec);
	take_slot(e, &rec.slot);
	e->code = rec.code;
	e->passkey = rec.passkey;
	e->chain_id = rec.chain_id;
	memcpy(e->hash, rec.op_hash, sizeof(e->hash));
	e->cost = rec.cost;
	e->valid_until = rec.valid_until;
}

static void read_change(struct vch_event *e, struct vch_reader *r)
{
	struct vch_change_record rec;

	vch_change_record_read(r, &rec);
	take_slot(e, &rec.slot);
	e->code = rec.code;
	e->passkey = rec.passkey;
}

static void read_resume(struct vch_event *e, struct vch_reader *r)
{
	struct vch_resumed rec;

	vch_resumed_read(r, &rec);
	take_slot(e, &rec.slot);
	e->passkey = rec.passkey;
}

static void read_key(struct vch_event *e, struct vch_reader *r)
{
	struct vch_key_config config;
	struct vch_key_record rec;

	vch_key_record_read(r, &rec);
	take_slot(e, &rec.slot);
	if (r->bad || vch_key_config_decode(&config, rec.config) != VCH_OK)
		return;
	e->purpose = config.policy.purpose;
	e->key_type = config.policy.type;
}

static void read_use(struct vch_event *e, struct vch_reader *r)
{
	struct vch_use rec;

	vch_use_read(r, &rec);
	take_slot(e, &rec.slot);
	e->code = rec.code;
	e->payload = rec.kind;
	e->chain_id = rec.chain_id;
	memcpy(e->hash, rec.digest, sizeof(e->hash));
	e->cost = rec.cost;
}

static void read_delete(struct vch_event *e, struct vch_reader *r)
{
	struct vch_delete rec;

	vch_delete_read(r, &rec);
	take_slot(e, &rec.slot);
	e->erased = rec.erased != 0;
}

static const struct {
	const char *name;
	void (*read)(struct vch_event *e, struct vch_reader *r);
} KINDS[] = {
	[VCH_RECORD_START] = {"start", read_start},
	[VCH_RECORD_ACCOUNT] = {"account", read_account},
	[VCH_RECORD_DECISION] = {"decision", read_decision},
	[VCH_RECORD_INTENT] = {"intent", read_decision},
	[VCH_RECORD_CHANGE] = {"change", read_change},
	[VCH_RECORD_RESUME] = {"resume", read_resume},
	[VCH_RECORD_ANCHOR] = {"anchor", read_anchor},
	[VCH_RECORD_SNAPSHOT] = {"snapshot", read_snapshot},
	[VCH_RECORD_KEY] = {"key", read_key},
	[VCH_RECORD_USE] = {"use", read_use},
	[VCH_RECORD_DELETE] = {"delete", read_delete},
	[VCH_RECORD_UPGRADE] = {"upgrade", read_upgrade},
};

static bool is_known(uint8_t kind)
{
	return kind < VCH_ARRAY_LEN(KINDS) && KINDS[kind].read;
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
	if (!is_known(head.kind))
		return VCH_OK;
	KINDS[head.kind].read(ret, &r);
	return vch_reader_end(&r);
}

static void put_code(struct vch_buf *out, const struct vch_event *e)
{
	enum vch_err code = vch_answer_code(e->code);

	vch_json_put_bool(out, "approved", e->code == VCH_OK);
	vch_json_put_number(out, "code", e->code);
	vch_json_put_str(out, "name", vch_err_name(code));
	vch_json_put_str(out, "sentence", vch_err_sentence(code));
}

static void put_decision(struct vch_buf *out, const struct vch_event *e)
{
	put_code(out, e);
	vch_json_put_quantity(out, "chainId", e->chain_id);
	vch_json_put_hex(out, "opHash", e->hash, sizeof(e->hash));
	vch_json_put_quantity(out, "cost", e->cost);
	vch_json_put_quantity(out, "validUntil", e->valid_until);
	vch_json_put_quantity(out, "passkey", e->passkey);
}

static void put_use(struct vch_buf *out, const struct vch_event *e)
{
	static const char *const payloads[] = {
		[VCH_PAYLOAD_TX] = "transaction",
		[VCH_PAYLOAD_MESSAGE] = "message",
		[VCH_PAYLOAD_TYPED] = "typed",
		[VCH_PAYLOAD_RAW] = "raw",
	};
	const char *payload = e->payload < VCH_ARRAY_LEN(payloads)
				      ? payloads[e->payload]
				      : NULL;

	put_code(out, e);
	vch_json_put_str(out, "payload", payload ? payload : "other");
	vch_json_put_quantity(out, "chainId", e->chain_id);
	vch_json_put_hex(out, "digest", e->hash, sizeof(e->hash));
	vch_json_put_quantity(out, "cost", e->cost);
}

/* What only records of this kind have. */
static void put_rest(struct vch_buf *out, const struct vch_event *e)
{
	switch (e->kind) {
	case VCH_RECORD_START:
		vch_json_put_quantity(out, "version", e->version);
		vch_json_put_quantity(out, "shards", e->shard_cnt);
		break;
	case VCH_RECORD_UPGRADE:
		vch_json_put_quantity(out, "version", e->version);
		vch_json_put_hex(out, "measurement", e->hash, sizeof(e->hash));
		vch_json_put_quantity(out, "shards", e->shard_cnt);
		break;
	case VCH_RECORD_ANCHOR:
	case VCH_RECORD_SNAPSHOT:
		vch_json_put_quantity(out, "shards", e->shard_cnt);
		break;
	case VCH_RECORD_DECISION:
	case VCH_RECORD_INTENT:
		put_decision(out, e);
		break;
	case VCH_RECORD_CHANGE:
		put_code(out, e);
		if (e->passkey != VCH_PASSKEY_NONE)
			vch_json_put_quantity(out, "passkey", e->passkey);
		break;
	case VCH_RECORD_RESUME:
		vch_json_put_quantity(out, "passkey", e->passkey);
		break;
	case VCH_RECORD_KEY:
		vch_json_put_str(out, "purpose",
				 vch_json_purpose_name(e->purpose));
		vch_json_put_str(out, "type", vch_json_type_name(e->key_type));
		break;
	case VCH_RECORD_USE:
		put_use(out, e);
		break;
	case VCH_RECORD_DELETE:
		vch_json_put_bool(out, "erased", e->erased);
		break;
	default:
		break;
	}
}

static const char *id_name(uint8_t kind)
{
	switch (kind) {
	case VCH_RECORD_ACCOUNT:
	case VCH_RECORD_DECISION:
	case VCH_RECORD_INTENT:
	case VCH_RECORD_CHANGE:
	case VCH_RECORD_RESUME:
		return "account";
	case VCH_RECORD_KEY:
	case VCH_RECORD_USE:
	case VCH_RECORD_DELETE:
		return "key";
	default:
		return NULL;
	}
}

void vch_event_put(struct vch_buf *out, const struct vch_event *e,
		   const char *id)
{
	vch_json_open(out, NULL, '{');
	vch_json_put_str(out, "id", id);
	vch_json_put_str(out, "kind",
			 is_known(e->kind) ? KINDS[e->kind].name : "other");
	vch_json_put_quantity(out, "time", e->time_s);
	vch_json_put_quantity(out, "shard", e->shard);
	vch_json_put_quantity(out, "index", e->index);
	vch_json_put_hex(out, "incarnation", e->incarnation,
			 sizeof(e->incarnation));
	if (id_name(e->kind)) {
		vch_json_put_hex(out, id_name(e->kind), e->id, sizeof(e->id));
		vch_json_put_quantity(out, "seq", e->seq);
	}
	put_rest(out, e);
	vch_json_close(out, '}');
}
