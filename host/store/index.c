/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/index.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "host/base/alloc.h"
#include "host/store/index_inside.h"
#include "trusted/base/check.h"
#include "trusted/crypto/secp256k1.h"

#define CAP_FIRST 1024

enum vch_err vch_index_new(struct vch_index **ret, const char *log_dir)
{
	struct vch_index *index = vch_alloc(1, sizeof(*index));

	pthread_mutex_init(&index->mutex, NULL);
	index->log_dir = vch_strdup(log_dir);
	index->cap = CAP_FIRST;
	VCH_CHECK(getrandom(index->seed, sizeof(index->seed), 0) ==
		  sizeof(index->seed));
	index->table = vch_alloc(index->cap, sizeof(*index->table));
	*ret = index;
	return VCH_OK;
}

void vch_index_free(struct vch_index *index)
{
	for (size_t i = 0; i < index->cap; i++) {
		free(index->table[i].config);
		free(index->table[i].counters);
		free(index->table[i].change);
		free(index->table[i].receipt);
	}
	pthread_mutex_destroy(&index->mutex);
	vch_aliases_free(&index->aliases);
	free(index->table);
	free(index->log_dir);
	free(index);
}

static size_t hash(const struct vch_index *index, const uint8_t id[20])
{
	uint64_t a = vch_load_be64(id) ^ index->seed[0];
	uint64_t b = vch_load_be64(id + 12) ^ index->seed[1];
	vch_u128 product = (vch_u128)a * b;

	return (size_t)(product ^ product >> 64);
}

struct vch_entry *vch_index_find(const struct vch_index *index,
				 const uint8_t id[20])
{
	size_t at = hash(index, id);

	for (;; at++) {
		struct vch_entry *e = &index->table[at & (index->cap - 1)];

		if (!e->config ||
		    memcmp(e->slot.id, id, sizeof(e->slot.id)) == 0)
			return e;
	}
}

/* At most half of it is in use. */
void vch_index_grow(struct vch_index *index)
{
	struct vch_entry *old = index->table;
	size_t old_cap = index->cap;

	if (index->used * 2 <= old_cap)
		return;
	index->cap = old_cap * 2;
	index->table = vch_alloc(index->cap, sizeof(*index->table));
	for (size_t i = 0; i < old_cap; i++) {
		if (old[i].config)
			*vch_index_find(index, old[i].slot.id) = old[i];
	}
	free(old);
}

static enum vch_err decode_account(struct vch_fold_item *ret,
				   struct vch_reader *r)
{
	struct vch_account_record rec;

	vch_account_record_read(r, &rec);
	ret->slot = rec.slot;
	ret->config = rec.config;
	ret->counters = rec.counters;
	return vch_reader_end(r);
}

/* The change is kept while the config says that it waits. */
static enum vch_err decode_change(struct vch_fold_item *ret,
				  struct vch_reader *r)
{
	struct vch_change_record rec;
	struct vch_config config;

	vch_change_record_read(r, &rec);
	VCH_TRY(vch_reader_end(r));
	ret->slot = rec.slot;
	ret->config = rec.config;
	ret->counters = rec.counters;
	if (rec.config.len == 0)
		return VCH_OK; /* refused: what waits still does */
	ret->changes = true;
	VCH_TRY(vch_config_decode(&config, rec.config));
	if (config.pending_due != 0)
		ret->change = rec.change;
	return VCH_OK;
}

static enum vch_err decode_decision(struct vch_fold_item *ret,
				    struct vch_reader *r)
{
	struct vch_decision rec;

	vch_decision_read(r, &rec);
	ret->slot = rec.slot;
	ret->counters = rec.counters;
	return vch_reader_end(r);
}

static enum vch_err decode_key(struct vch_fold_item *ret, struct vch_reader *r)
{
	struct vch_key_record rec;

	vch_key_record_read(r, &rec);
	ret->slot = rec.slot;
	ret->config = rec.config;
	ret->counters = rec.counters;
	return vch_reader_end(r);
}

static enum vch_err decode_resumed(struct vch_fold_item *ret,
				   struct vch_reader *r)
{
	struct vch_resumed rec;

	vch_resumed_read(r, &rec);
	ret->slot = rec.slot;
	ret->config = rec.config;
	ret->counters = rec.counters;
	return vch_reader_end(r);
}

static enum vch_err decode_use(struct vch_fold_item *ret, struct vch_reader *r)
{
	struct vch_use rec;

	vch_use_read(r, &rec);
	ret->slot = rec.slot;
	ret->counters = rec.counters;
	return vch_reader_end(r);
}

static enum vch_err decode_uses(struct vch_fold_item *ret, struct vch_reader *r)
{
	struct vch_uses rec;

	vch_uses_read(r, &rec);
	ret->slot = rec.slot;
	ret->counters = rec.counters;
	return vch_reader_end(r);
}

static enum vch_err decode_delete(struct vch_fold_item *ret,
				  struct vch_reader *r)
{
	struct vch_delete rec;

	vch_delete_read(r, &rec);
	ret->slot = rec.slot;
	return vch_reader_end(r);
}

/* *ret_account: whether the record speaks of an account. */
static enum vch_err decode_record(struct vch_fold_item *ret, bool *ret_account,
				  struct vch_span record)
{
	struct vch_reader r = vch_reader(record);
	struct vch_record_head head;
	struct vch_start start;
	struct vch_anchor anchor;
	struct vch_snapshot snapshot;
	struct vch_upgrade upgrade;

	*ret = (struct vch_fold_item){0};
	vch_record_head_read(&r, &head);
	*ret_account = head.kind != VCH_RECORD_START &&
		       head.kind != VCH_RECORD_ANCHOR &&
		       head.kind != VCH_RECORD_SNAPSHOT &&
		       head.kind != VCH_RECORD_UPGRADE;
	switch (head.kind) {
	case VCH_RECORD_START:
		vch_start_read(&r, &start);
		return vch_reader_end(&r);
	case VCH_RECORD_ANCHOR:
		vch_anchor_read(&r, &anchor);
		return vch_reader_end(&r);
	case VCH_RECORD_SNAPSHOT:
		vch_snapshot_read(&r, &snapshot);
		return vch_reader_end(&r);
	case VCH_RECORD_UPGRADE:
		vch_upgrade_read(&r, &upgrade);
		return vch_reader_end(&r);
	case VCH_RECORD_ACCOUNT:
		return decode_account(ret, &r);
	case VCH_RECORD_DECISION:
	case VCH_RECORD_INTENT:
		return decode_decision(ret, &r);
	case VCH_RECORD_CHANGE:
		return decode_change(ret, &r);
	case VCH_RECORD_KEY:
		return decode_key(ret, &r);
	case VCH_RECORD_USE:
		return decode_use(ret, &r);
	case VCH_RECORD_USES:
		return decode_uses(ret, &r);
	case VCH_RECORD_DELETE:
		return decode_delete(ret, &r);
	case VCH_RECORD_RESUME:
		return decode_resumed(ret, &r);
	default:
		return VCH_CORRUPT;
	}
}

static enum vch_err fold_section(struct vch_fold *ret, uint8_t section_idx,
				 const struct vch_section *s)
{
	for (uint8_t i = 0; i < s->records_cnt; i++) {
		struct vch_fold_item *item = &ret->items[ret->item_cnt];
		bool account;

		if (ret->record_cnt == VCH_BATCH_RECORDS_MAX ||
		    decode_record(item, &account, s->records[i]) != VCH_OK)
			return VCH_CORRUPT;
		item->section_idx = section_idx;
		item->record_idx = i;
		ret->record_cnt++;
		ret->item_cnt = (uint8_t)(ret->item_cnt + account);
	}
	return VCH_OK;
}

enum vch_err vch_fold_decode(struct vch_fold *ret,
			     const struct vch_batch *batch)
{
	ret->item_cnt = ret->record_cnt = 0;
	for (uint8_t i = 0; i < batch->sections_cnt; i++)
		VCH_TRY(fold_section(ret, i, &batch->sections[i]));
	return VCH_OK;
}

void vch_entry_set(uint8_t **ptr, uint16_t *len, struct vch_span in)
{
	*ptr = vch_realloc(*ptr, in.len + 1);
	if (in.len > 0)
		memcpy(*ptr, in.ptr, in.len);
	*len = (uint16_t)in.len;
}

void vch_index_add_alias(struct vch_index *index, const struct vch_slot *slot,
			 struct vch_span key_config)
{
	struct vch_key_config config;
	struct vch_secp256k1_pk pk;
	uint8_t address[20];

	if (key_config.len == 0 || !(slot->flags & VCH_SLOT_KEY) ||
	    vch_key_config_decode(&config, key_config) != VCH_OK ||
	    config.policy.purpose != VCH_PURPOSE_ETH ||
	    config.public_key.len != sizeof(pk.xy))
		return;
	memcpy(pk.xy, config.public_key.ptr, sizeof(pk.xy));
	vch_secp256k1_address(address, &pk);
	vch_aliases_put(&index->aliases, address, slot->id);
}

static bool is_living_key(const struct vch_slot *slot)
{
	return (slot->flags & (VCH_SLOT_KEY | VCH_SLOT_DELETED)) ==
	       VCH_SLOT_KEY;
}

void vch_index_count(struct vch_index *index, const struct vch_entry *e,
		     const struct vch_slot *slot)
{
	if (!e->config) {
		index->used++;
		index->stats.accounts += !(slot->flags & VCH_SLOT_KEY);
	} else if (is_living_key(&e->slot)) {
		index->stats.keys--;
	}
	index->stats.keys += is_living_key(slot);
}

static void apply_item(struct vch_index *index, struct vch_log_pos pos,
		       const struct vch_fold_item *item)
{
	struct vch_entry *e = vch_index_find(index, item->slot.id);

	if (e->config && item->slot.seq <= e->slot.seq)
		return;
	if (!e->config && item->config.len == 0)
		return; /* a decision of an account that was never made */
	vch_index_count(index, e, &item->slot);
	if (item->config.len > 0)
		vch_entry_set(&e->config, &e->config_len, item->config);
	if (item->changes)
		vch_entry_set(&e->change, &e->change_len, item->change);
	vch_entry_set(&e->counters, &e->counters_len, item->counters);
	vch_index_add_alias(index, &item->slot, item->config);
	e->slot = item->slot;
	e->pos = pos;
	e->section_idx = item->section_idx;
	e->record_idx = item->record_idx;
	e->receipt_len = 0;
	vch_index_grow(index);
}

void vch_index_apply(struct vch_index *index, struct vch_log_pos pos,
		     const struct vch_fold *fold)
{
	pthread_mutex_lock(&index->mutex);
	index->stats.batches++;
	index->stats.records += fold->record_cnt;
	for (uint8_t i = 0; i < fold->item_cnt; i++)
		apply_item(index, pos, &fold->items[i]);
	pthread_mutex_unlock(&index->mutex);
}

void vch_index_rewind(struct vch_index *index, uint64_t batches,
		      uint64_t records)
{
	pthread_mutex_lock(&index->mutex);
	index->stats.batches = batches;
	index->stats.records = records;
	pthread_mutex_unlock(&index->mutex);
}

static void copy_view(struct vch_account_view *ret, const struct vch_entry *e)
{
	memset(ret, 0, sizeof(*ret));
	ret->slot = e->slot;
	ret->config_len = e->config_len;
	ret->counters_len = e->counters_len;
	memcpy(ret->config, e->config, e->config_len);
	memcpy(ret->counters, e->counters, e->counters_len);
	ret->change_len = e->change_len;
	if (e->change_len > 0)
		memcpy(ret->change, e->change, e->change_len);
}

static void give_receipt(struct vch_account_view *ret, struct vch_span receipt)
{
	ret->receipt = vch_alloc(1, receipt.len);
	ret->receipt_len = receipt.len;
	memcpy(ret->receipt, receipt.ptr, receipt.len);
}

static enum vch_err copy_entry(struct vch_index *index,
			       struct vch_account_view *ret,
			       struct vch_entry *ret_at, const uint8_t id[20],
			       bool with_receipt)
{
	const struct vch_entry *e = vch_index_find(index, id);

	if (!e->config)
		return VCH_ACCOUNT;
	copy_view(ret, e);
	if (with_receipt && e->receipt_len > 0)
		give_receipt(ret, vch_span(e->receipt, e->receipt_len));
	*ret_at = *e;
	return VCH_OK;
}

/* Keeps the ids in order and the lowest of them. */
static void insert_id(uint8_t (*ids)[20], size_t *cnt, size_t cap,
		      const uint8_t id[20])
{
	size_t at = *cnt;

	while (at > 0 && memcmp(id, ids[at - 1], 20) < 0)
		at--;
	if (at == cap)
		return;
	if (*cnt < cap)
		(*cnt)++;
	memmove(ids[at + 1], ids[at], (*cnt - 1 - at) * 20);
	memcpy(ids[at], id, 20);
}

size_t vch_index_keys(struct vch_index *index, uint8_t (*ret_ids)[20],
		      size_t cap, const uint8_t after[20])
{
	size_t cnt = 0;

	pthread_mutex_lock(&index->mutex);
	for (size_t i = 0; i < index->cap; i++) {
		const struct vch_entry *e = &index->table[i];

		if (e->config && is_living_key(&e->slot) &&
		    memcmp(e->slot.id, after, 20) > 0)
			insert_id(ret_ids, &cnt, cap, e->slot.id);
	}
	pthread_mutex_unlock(&index->mutex);
	return cnt;
}

enum vch_err vch_index_by_address(struct vch_index *index, uint8_t ret_id[20],
				  const uint8_t address[20])
{
	const uint8_t *id;

	pthread_mutex_lock(&index->mutex);
	id = vch_aliases_find(&index->aliases, address);
	if (id)
		memcpy(ret_id, id, 20);
	pthread_mutex_unlock(&index->mutex);
	return id ? VCH_OK : VCH_NO_KEY;
}

static bool is_deleted(struct vch_index *index, const uint8_t id[20])
{
	const struct vch_entry *e = vch_index_find(index, id);

	return !e->config || e->slot.flags & VCH_SLOT_DELETED;
}

uint32_t vch_index_flags(struct vch_index *index, const uint8_t id[20])
{
	const struct vch_entry *e;
	uint32_t flags;

	pthread_mutex_lock(&index->mutex);
	e = vch_index_find(index, id);
	flags = e->config ? e->slot.flags : 0;
	pthread_mutex_unlock(&index->mutex);
	return flags;
}

size_t vch_index_to_erase(struct vch_index *index)
{
	const uint32_t both = VCH_SLOT_DELETED | VCH_SLOT_ERASED;
	size_t cnt = 0;

	pthread_mutex_lock(&index->mutex);
	for (size_t i = 0; i < index->cap; i++) {
		const struct vch_entry *e = &index->table[i];

		cnt += e->config && (e->slot.flags & both) == VCH_SLOT_DELETED;
	}
	pthread_mutex_unlock(&index->mutex);
	return cnt;
}

size_t vch_index_addresses(struct vch_index *index, uint8_t (*ret)[20],
			   size_t cap)
{
	const struct vch_aliases *a = &index->aliases;
	size_t cnt = 0;

	pthread_mutex_lock(&index->mutex);
	for (size_t i = 0; i < a->cap && cnt < cap; i++) {
		if (a->table[i].used && !is_deleted(index, a->table[i].id))
			memcpy(ret[cnt++], a->table[i].address, 20);
	}
	pthread_mutex_unlock(&index->mutex);
	return cnt;
}

enum vch_err vch_receipt_at(struct vch_writer *w, const char *log_dir,
			    struct vch_log_pos pos, uint8_t section_idx,
			    uint8_t record_idx)
{
	struct vch_log_batch *batch;
	struct vch_receipt receipt;
	enum vch_err err = VCH_CORRUPT;

	VCH_TRY(vch_log_batch_at(&batch, log_dir, pos));
	if (section_idx < batch->batch.sections_cnt &&
	    record_idx < batch->batch.sections[section_idx].records_cnt) {
		vch_receipt_make(&receipt, &batch->batch, &batch->tree,
				 section_idx, record_idx);
		vch_receipt_write(w, &receipt);
		err = w->bad ? VCH_CORRUPT : VCH_OK;
	}
	vch_log_batch_free(batch);
	return err;
}

/* Unless the entry brought it, because the log that held it was pruned. */
static enum vch_err read_receipt(const char *log_dir,
				 struct vch_account_view *ret,
				 const struct vch_entry *at)
{
	uint8_t bytes[VCH_RECEIPT_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));

	if (ret->receipt)
		return VCH_OK;
	VCH_TRY(vch_receipt_at(&w, log_dir, at->pos, at->section_idx,
			       at->record_idx));
	give_receipt(ret, vch_written(&w));
	return VCH_OK;
}

enum vch_err vch_index_get(struct vch_index *index,
			   struct vch_account_view *ret, const uint8_t id[20],
			   bool with_receipt)
{
	struct vch_entry at;
	enum vch_err err;

	pthread_mutex_lock(&index->mutex);
	err = copy_entry(index, ret, &at, id, with_receipt);
	pthread_mutex_unlock(&index->mutex);
	if (err == VCH_OK && with_receipt)
		err = read_receipt(index->log_dir, ret, &at);
	return err;
}

static bool is_later(const struct vch_entry *a, const struct vch_entry *b)
{
	if (a->pos.segment != b->pos.segment)
		return a->pos.segment > b->pos.segment;
	if (a->pos.offset != b->pos.offset)
		return a->pos.offset > b->pos.offset;
	if (a->section_idx != b->section_idx)
		return a->section_idx > b->section_idx;
	return a->record_idx > b->record_idx;
}

/* Puts e where it belongs among the cnt latest; returns how many there are. */
static size_t insert(const struct vch_entry **latest, size_t cnt, size_t max,
		     const struct vch_entry *e)
{
	size_t at = cnt;

	while (at > 0 && is_later(e, latest[at - 1]))
		at--;
	if (at == max)
		return cnt;
	if (cnt < max)
		cnt++;
	memmove(&latest[at + 1], &latest[at],
		(cnt - at - 1) * sizeof(latest[0]));
	latest[at] = e;
	return cnt;
}

size_t vch_index_latest(struct vch_index *index, struct vch_account_view *ret,
			size_t max, bool keys)
{
	const struct vch_entry **latest =
		vch_alloc(max + 1, sizeof(const void *));
	size_t cnt = 0;

	pthread_mutex_lock(&index->mutex);
	for (size_t i = 0; i < index->cap; i++) {
		const struct vch_entry *e = &index->table[i];

		if (e->config && (keys ? is_living_key(&e->slot)
				       : !(e->slot.flags & VCH_SLOT_KEY)))
			cnt = insert(latest, cnt, max, e);
	}
	for (size_t i = 0; i < cnt; i++)
		copy_view(&ret[i], latest[i]);
	pthread_mutex_unlock(&index->mutex);
	free(latest);
	return cnt;
}

void vch_index_stats(struct vch_index *index, struct vch_index_stats *ret)
{
	pthread_mutex_lock(&index->mutex);
	*ret = index->stats;
	pthread_mutex_unlock(&index->mutex);
}
