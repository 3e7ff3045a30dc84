/* SPDX-License-Identifier: Apache-2.0 */
/* One record of the log as those who watch see it. */
#ifndef HOST_NODE_EVENT_H
#define HOST_NODE_EVENT_H

#include "host/net/json_out.h"
#include "wire/gen/log.h"

struct vch_event {
	uint64_t number; /* vch_events counts */
	uint64_t time_s;
	uint8_t kind; /* VCH_RECORD_… */
	uint8_t shard;
	uint64_t index; /* in its shard's incarnation */
	uint8_t incarnation[16];
	uint8_t id[20]; /* of the account or key */
	uint64_t seq;
	/* start, anchor, snapshot, upgrade: of how many shards */
	uint32_t version;
	uint8_t shard_cnt;
	/* decision, change, resume; in parts of a use */
	uint16_t code;
	uint8_t passkey; /* VCH_PASSKEY_NONE: a change that had waited */
	uint64_t chain_id;
	/* of the operation, the digest that was signed, an upgrade's code */
	uint8_t hash[32];
	vch_u128 cost;
	uint64_t valid_until;
	/* key, use, delete */
	uint8_t purpose;
	uint8_t key_type;
	uint8_t payload;
	bool erased;
};

/*
 * Decodes record `idx` of a section; everything but `number`. A kind that is
 * not known here leaves head and place only. VCH_FORMAT.
 */
VCH_MUST enum vch_err vch_event_read(struct vch_event *ret,
				     const struct vch_section *section,
				     uint8_t idx);

/* Writes it as a JSON object, members as in rpc.discover's shape `event`. */
void vch_event_put(struct vch_buf *out, const struct vch_event *event,
		   const char *id);

#endif
