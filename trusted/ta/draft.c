/* SPDX-License-Identifier: Apache-2.0 */
/* The writing side of the log: from records to a tagged, signed batch. */
#include <string.h>

#include "trusted/base/check.h"
#include "trusted/log/chain.h"
#include "trusted/ta/state.h"

void vch_section_tag(uint8_t ret_tag[32], const struct vch_section *section,
		     const struct vch_hmac_sha256 *tag_key,
		     const uint8_t new_head[32])
{
	struct vch_hmac_sha256 mac = *tag_key;
	uint8_t in[1 + 16 + 8 + 8 + 1 + 32 + 32];
	struct vch_writer w = vch_writer(in, sizeof(in));

	vch_write_u8(&w, section->shard);
	vch_write_bytes(&w, section->incarnation, 16);
	vch_write_u64(&w, section->index);
	vch_write_u64(&w, section->counter);
	vch_write_u8(&w, section->records_cnt);
	vch_write_bytes(&w, section->prev_head, 32);
	vch_write_bytes(&w, new_head, 32);
	vch_hmac_sha256_update(&mac, in, w.len);
	vch_hmac_sha256_final(&mac, ret_tag);
	vch_hmac_sha256_wipe(&mac);
}

/* The section of that shard, begun at the shard's head if it is the first. */
static uint8_t section_of(struct vch_ta *ta, uint8_t shard)
{
	struct vch_batch *batch = &ta->draft.batch;
	struct vch_section *s;
	uint8_t i = 0;

	while (i < batch->sections_cnt && batch->sections[i].shard != shard)
		i++;
	if (i < batch->sections_cnt)
		return i;
	s = &batch->sections[batch->sections_cnt++];
	s->shard = shard;
	memcpy(s->incarnation, ta->shard[shard].incarnation, 16);
	s->index = ta->shard[shard].index;
	memcpy(s->prev_head, ta->shard[shard].head, 32);
	s->records_cnt = 0;
	return i;
}

void vch_draft_add(struct vch_ta *ta, uint8_t shard, struct vch_span record)
{
	struct vch_draft *d = &ta->draft;
	struct vch_shard *chain = &ta->shard[shard];
	uint8_t at = section_of(ta, shard);
	struct vch_section *s = &d->batch.sections[at];
	uint8_t *copy = d->bytes + d->bytes_len;

	VCH_CHECK(record.len <= VCH_RECORD_MAX &&
		  d->record_cnt < VCH_BATCH_RECORDS_MAX &&
		  record.len <= sizeof(d->bytes) - d->bytes_len);
	memcpy(copy, record.ptr, record.len);
	d->bytes_len += record.len;
	vch_head_add(chain->head, record);
	vch_leaf(d->leaf[d->record_cnt], shard, chain->incarnation,
		 chain->index, chain->head);
	chain->index++;
	d->leaf_idx[at][s->records_cnt] = d->record_cnt++;
	s->records[s->records_cnt++] = vch_span(copy, record.len);
}

/* Leaves stand in the order of sections, not in that of the operations. */
static void leaves_in_order(struct vch_leaves *ret, const struct vch_draft *d)
{
	ret->cnt = 0;
	for (uint8_t i = 0; i < d->batch.sections_cnt; i++) {
		for (uint8_t j = 0; j < d->batch.sections[i].records_cnt; j++)
			memcpy(ret->hash[ret->cnt++],
			       d->leaf[d->leaf_idx[i][j]], 32);
	}
}

void vch_draft_seal(struct vch_ta *ta, struct vch_writer *w)
{
	struct vch_draft *d = &ta->draft;
	struct vch_leaves leaves;

	if (d->record_cnt == 0)
		return;
	for (uint8_t i = 0; i < d->batch.sections_cnt; i++) {
		struct vch_section *s = &d->batch.sections[i];
		const struct vch_shard *chain = &ta->shard[s->shard];

		s->counter = chain->window.counter + chain->window.held;
		vch_section_tag(s->tag, s, &chain->tag_key, chain->head);
	}
	leaves_in_order(&leaves, d);
	vch_root(d->batch.root, &leaves);
	vch_root_sign(d->batch.signature, &ta->keys.log_sk, d->batch.root);
	vch_batch_write(w, &d->batch);
	VCH_CHECK(!w->bad);
	d->batch.sections_cnt = 0;
	d->bytes_len = 0;
	d->record_cnt = 0;
}

void vch_ta_seal(struct vch_writer *w, const struct vch_ta *ta, uint8_t kind,
		 const uint8_t id[20], const struct vch_sealed_key *secret)
{
	struct vch_blob blob = {.shard = vch_shard_of(id), .kind = kind};
	const struct vch_shard *chain = &ta->shard[blob.shard];

	memcpy(blob.incarnation, chain->incarnation, 16);
	memcpy(blob.prev_head, chain->head, 32);
	blob.index = chain->index;
	vch_keys_seal(w, &ta->keys, &blob, id, secret);
}
