/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/index.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/alloc.h"

/* One account: what the trusted application needs brought with a request. */
struct entry {
	struct vch_slot slot;
	struct vch_log_pos pos; /* of its latest record */
	uint8_t section_idx;
	uint8_t record_idx;
	uint16_t config_len;
	uint16_t counters_len;
	uint8_t *config;
	uint8_t *counters;
};

/* Open addressing; a power of two, at most half full. */
struct vch_index {
	pthread_mutex_t mutex;
	char *log_dir;
	struct entry *table;
	size_t cap;
	struct vch_index_stats stats;
};

#define CAP_FIRST 1024

enum vch_err vch_index_new(struct vch_index **ret, const char *log_dir)
{
	struct vch_index *index = vch_alloc(1, sizeof(*index));

	pthread_mutex_init(&index->mutex, NULL);
	index->log_dir = strdup(log_dir);
	index->cap = CAP_FIRST;
	index->table = vch_alloc(index->cap, sizeof(*index->table));
	*ret = index;
	return VCH_OK;
}

void vch_index_free(struct vch_index *index)
{
	for (size_t i = 0; i < index->cap; i++) {
		free(index->table[i].config);
		free(index->table[i].counters);
	}
	pthread_mutex_destroy(&index->mutex);
	free(index->table);
	free(index->log_dir);
	free(index);
}

/* Where the id is, or the free place where it belongs. */
static struct entry *find(struct entry *table, size_t cap, const uint8_t id[20])
{
	size_t at = (size_t)vch_load_be64(id + 8) & (cap - 1);

	while (table[at].config &&
	       memcmp(table[at].slot.id, id, sizeof(table[at].slot.id)) != 0)
		at = (at + 1) & (cap - 1);
	return &table[at];
}

static void grow(struct vch_index *index)
{
	size_t cap = index->cap * 2;
	struct entry *table = vch_alloc(cap, sizeof(*table));

	for (size_t i = 0; i < index->cap; i++) {
		const struct entry *e = &index->table[i];

		if (e->config)
			*find(table, cap, e->slot.id) = *e;
	}
	free(index->table);
	index->table = table;
	index->cap = cap;
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

static enum vch_err decode_decision(struct vch_fold_item *ret,
				    struct vch_reader *r)
{
	struct vch_decision rec;

	vch_decision_read(r, &rec);
	ret->slot = rec.slot;
	ret->config = vch_span(NULL, 0);
	ret->counters = rec.counters;
	return vch_reader_end(r);
}

/* *ret_account: whether the record speaks of an account. */
static enum vch_err decode_record(struct vch_fold_item *ret, bool *ret_account,
				  struct vch_span record)
{
	struct vch_reader r = vch_reader(record);
	struct vch_record_head head;
	struct vch_start start;

	vch_record_head_read(&r, &head);
	*ret_account = head.kind != VCH_RECORD_START;
	switch (head.kind) {
	case VCH_RECORD_START:
		vch_start_read(&r, &start);
		return vch_reader_end(&r);
	case VCH_RECORD_ACCOUNT:
		return decode_account(ret, &r);
	case VCH_RECORD_DECISION:
		return decode_decision(ret, &r);
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

static void replace(uint8_t **ptr, uint16_t *len, struct vch_span in)
{
	*ptr = vch_realloc(*ptr, in.len + 1);
	memcpy(*ptr, in.ptr, in.len);
	*len = (uint16_t)in.len;
}

static void apply_item(struct vch_index *index, struct vch_log_pos pos,
		       const struct vch_fold_item *item)
{
	struct entry *e = find(index->table, index->cap, item->slot.id);

	if (e->config && item->slot.seq <= e->slot.seq)
		return;
	if (!e->config && item->config.len == 0)
		return; /* a decision of an account that was never made */
	if (!e->config)
		index->stats.accounts++;
	if (item->config.len > 0)
		replace(&e->config, &e->config_len, item->config);
	replace(&e->counters, &e->counters_len, item->counters);
	e->slot = item->slot;
	e->pos = pos;
	e->section_idx = item->section_idx;
	e->record_idx = item->record_idx;
	if (index->stats.accounts * 2 > index->cap)
		grow(index);
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

void vch_index_rewind(struct vch_index *index)
{
	pthread_mutex_lock(&index->mutex);
	index->stats.batches = index->stats.records = 0;
	pthread_mutex_unlock(&index->mutex);
}

static enum vch_err copy_entry(struct vch_index *index,
			       struct vch_account_view *ret,
			       struct entry *ret_at, const uint8_t id[20])
{
	const struct entry *e = find(index->table, index->cap, id);

	if (!e->config)
		return VCH_ACCOUNT;
	memset(ret, 0, sizeof(*ret));
	ret->slot = e->slot;
	ret->config_len = e->config_len;
	ret->counters_len = e->counters_len;
	memcpy(ret->config, e->config, e->config_len);
	memcpy(ret->counters, e->counters, e->counters_len);
	*ret_at = *e;
	return VCH_OK;
}

static enum vch_err read_receipt(const char *log_dir,
				 struct vch_account_view *ret,
				 const struct entry *at)
{
	struct vch_log_batch *batch;
	struct vch_receipt receipt;
	struct vch_writer w;

	VCH_TRY(vch_log_batch_at(&batch, log_dir, at->pos));
	vch_receipt_make(&receipt, &batch->batch, &batch->leaves,
			 at->section_idx, at->record_idx);
	ret->receipt = vch_alloc(1, VCH_RECEIPT_ENC_MAX);
	w = vch_writer(ret->receipt, VCH_RECEIPT_ENC_MAX);
	vch_receipt_write(&w, &receipt);
	ret->receipt_len = w.len;
	vch_log_batch_free(batch);
	return VCH_OK;
}

enum vch_err vch_index_get(struct vch_index *index,
			   struct vch_account_view *ret, const uint8_t id[20],
			   bool with_receipt)
{
	struct entry at;
	enum vch_err err;

	pthread_mutex_lock(&index->mutex);
	err = copy_entry(index, ret, &at, id);
	pthread_mutex_unlock(&index->mutex);
	if (err == VCH_OK && with_receipt)
		err = read_receipt(index->log_dir, ret, &at);
	return err;
}

void vch_index_stats(struct vch_index *index, struct vch_index_stats *ret)
{
	pthread_mutex_lock(&index->mutex);
	*ret = index->stats;
	pthread_mutex_unlock(&index->mutex);
}
