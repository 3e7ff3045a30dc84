/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/snapshot.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/base/alloc.h"
#include "host/base/file.h"
#include "host/base/logline.h"
#include "host/store/index_inside.h"
#include "trusted/base/check.h"
#include "trusted/crypto/sha256.h"
#include "trusted/log/chain.h"

static const uint8_t magic[8] = {'V', 'O', 'U', 'C', 'H', 'S', 'N', 'P'};
#define SUM_LEN 32
#define HEAD_LEN (8 + 4 + 1 + 4 + 4 + 8 + 8 + 4)

/* ---- the form ----------------------------------------------------------- */

static struct vch_span read_short(struct vch_reader *r, size_t max)
{
	struct vch_span ret = vch_read_span(r, vch_read_u16(r));

	r->bad = r->bad || ret.len > max;
	return ret;
}

static void entry_read(struct vch_reader *r, struct vch_snap_entry *ret)
{
	ret->pos.segment = vch_read_u32(r);
	ret->pos.offset = vch_read_u32(r);
	ret->section_idx = vch_read_u8(r);
	ret->record_idx = vch_read_u8(r);
	ret->config = read_short(r, VCH_CONFIG_MAX);
	ret->counters = read_short(r, VCH_COUNTERS_MAX);
	ret->change = read_short(r, VCH_CHANGE_MAX);
	ret->receipt = read_short(r, VCH_RECEIPT_ENC_MAX);
}

static void add_short(struct vch_buf *out, struct vch_span in)
{
	const uint8_t len[2] = {(uint8_t)(in.len >> 8), (uint8_t)in.len};

	vch_buf_add(out, len, sizeof(len));
	vch_buf_add(out, in.ptr, in.len);
}

void vch_snap_entry_write(struct vch_buf *out, const struct vch_snap_entry *e)
{
	uint8_t head[10];
	struct vch_writer w = vch_writer(head, sizeof(head));

	vch_write_u32(&w, e->pos.segment);
	vch_write_u32(&w, e->pos.offset);
	vch_write_u8(&w, e->section_idx);
	vch_write_u8(&w, e->record_idx);
	vch_buf_add(out, head, sizeof(head));
	add_short(out, e->config);
	add_short(out, e->counters);
	add_short(out, e->change);
	add_short(out, e->receipt);
}

bool vch_snap_page(struct vch_span *ret, struct vch_reader *pages)
{
	if (pages->left == 0 || pages->bad)
		return false;
	*ret = vch_read_span(pages, vch_read_u32(pages));
	return !pages->bad;
}

/* What the host brings is what the slot was made from. */
static bool fits(const struct vch_slot *slot, const struct vch_snap_entry *e)
{
	uint8_t config_hash[32], state[32];

	if (e->config.len == 0)
		return false;
	if (slot->flags & VCH_SLOT_DELETED)
		return true; /* its state is zeros */
	vch_sha256_hash(config_hash, e->config);
	vch_slot_state(state, config_hash, e->counters);
	return memcmp(state, slot->state, sizeof(state)) == 0;
}

static enum vch_err check_entry(void *ctx, const struct vch_slot *slot,
				const struct vch_snap_entry *entry)
{
	const struct vch_snap *snap = ctx;

	return vch_shard_of(slot->id) == snap->name.shard && fits(slot, entry)
		       ? VCH_OK
		       : VCH_SNAPSHOT;
}

static enum vch_err page_each(const struct vch_snapshot_page *page,
			      struct vch_reader *entries,
			      vch_snap_entry_fn *each, void *ctx)
{
	struct vch_snap_entry entry;

	for (uint8_t i = 0; i < page->slots_cnt; i++) {
		entry_read(entries, &entry);
		if (entries->bad)
			return VCH_SNAPSHOT;
		VCH_TRY(each(ctx, &page->slots[i].slot, &entry));
	}
	return VCH_OK;
}

enum vch_err vch_snap_each(const struct vch_snap *snap, vch_snap_entry_fn *each,
			   void *ctx)
{
	struct vch_reader pages = vch_reader(snap->pages);
	struct vch_reader entries = vch_reader(snap->entries);
	struct vch_snapshot_page page;
	struct vch_span bytes;

	while (vch_snap_page(&bytes, &pages)) {
		if (vch_snapshot_page_decode(&page, bytes) != VCH_OK)
			return VCH_SNAPSHOT;
		VCH_TRY(page_each(&page, &entries, each, ctx));
	}
	return !pages.bad && vch_reader_end(&entries) == VCH_OK ? VCH_OK
								: VCH_SNAPSHOT;
}

enum vch_err vch_snap_parse(struct vch_snap *ret, struct vch_span bytes)
{
	uint8_t sum[SUM_LEN], kind[sizeof(magic)];
	struct vch_snap snap = {0};
	struct vch_reader r;

	if (bytes.len < HEAD_LEN + SUM_LEN)
		return VCH_SNAPSHOT;
	bytes.len -= SUM_LEN;
	vch_sha256_hash(sum, bytes);
	if (memcmp(sum, bytes.ptr + bytes.len, sizeof(sum)) != 0)
		return VCH_SNAPSHOT;
	r = vch_reader(bytes);
	vch_read_bytes(&r, kind, sizeof(kind));
	if (memcmp(kind, magic, sizeof(magic)) != 0 ||
	    vch_read_u32(&r) != VCH_SNAP_VERSION)
		return VCH_SNAPSHOT;
	snap.name.shard = vch_read_u8(&r);
	snap.name.pos.segment = vch_read_u32(&r);
	snap.name.pos.offset = vch_read_u32(&r);
	snap.batches = vch_read_u64(&r);
	snap.records = vch_read_u64(&r);
	snap.pages = vch_read_span(&r, vch_read_u32(&r));
	snap.entries = vch_span(r.ptr, r.left);
	if (r.bad || snap.name.shard >= VCH_SHARDS)
		return VCH_SNAPSHOT;
	VCH_TRY(vch_snap_each(&snap, check_entry, &snap));
	*ret = snap;
	return VCH_OK;
}

/* ---- files -------------------------------------------------------------- */

static void path_of(char ret[VCH_PATH_MAX], const char *dir,
		    const struct vch_snap_name *n, const char *ending)
{
	VCH_CHECK(snprintf(ret, VCH_PATH_MAX, "%s/%02u-%010u-%010u.%s", dir,
			   n->shard, n->pos.segment, n->pos.offset,
			   ending) < VCH_PATH_MAX);
}

/* It is not taken again; who looks for the cause still has it. */
static void set_aside(const char *dir, const struct vch_snap_name *name)
{
	char from[VCH_PATH_MAX], to[VCH_PATH_MAX];

	path_of(from, dir, name, "snap");
	path_of(to, dir, name, "bad");
	if (rename(from, to) != 0 || vch_dir_sync(dir) != VCH_OK)
		VCH_LOG(VCH_WARN, "store", "cannot rename",
			vch_field_text("file", from));
}

/* The record of the frame speaks of these pages. */
static enum vch_err check_record(const struct vch_snap *snap)
{
	const struct vch_section *s = &snap->batch->batch.sections[0];
	struct vch_reader r, pages = vch_reader(snap->pages);
	struct vch_record_head head;
	struct vch_snapshot record;
	struct vch_sha256 sum;
	uint32_t page_cnt = 0;
	struct vch_span page;
	uint8_t hash[32];

	if (snap->batch->batch.sections_cnt != 1 || s->records_cnt != 1 ||
	    s->shard != snap->name.shard)
		return VCH_SNAPSHOT;
	r = vch_reader(s->records[0]);
	vch_record_head_read(&r, &head);
	vch_snapshot_read(&r, &record);
	if (head.kind != VCH_RECORD_SNAPSHOT || vch_reader_end(&r) != VCH_OK)
		return VCH_SNAPSHOT;
	vch_sha256_init(&sum);
	for (; vch_snap_page(&page, &pages); page_cnt++)
		vch_sha256_update(&sum, page.ptr, page.len);
	vch_sha256_final(&sum, hash);
	return page_cnt == record.page_cnt &&
			       memcmp(hash, record.pages_hash, 32) == 0
		       ? VCH_OK
		       : VCH_SNAPSHOT;
}

static enum vch_err read_checked(struct vch_snap *ret, struct vch_buf *bytes,
				 const char *dir,
				 const struct vch_snap_name *name)
{
	char path[VCH_PATH_MAX];

	path_of(path, dir, name, "snap");
	VCH_TRY(vch_file_read(bytes, path));
	VCH_TRY(vch_snap_parse(ret, vch_buf_span(bytes)));
	if (ret->name.shard != name->shard ||
	    ret->name.pos.segment != name->pos.segment ||
	    ret->name.pos.offset != name->pos.offset ||
	    vch_log_batch_at(&ret->batch, dir, name->pos) != VCH_OK)
		return VCH_SNAPSHOT;
	return check_record(ret);
}

enum vch_err vch_snap_read(struct vch_snap **ret, const char *dir,
			   const struct vch_snap_name *name)
{
	struct vch_snap *snap = vch_alloc(1, sizeof(*snap));
	struct vch_buf bytes = vch_buf(VCH_SNAP_MAX);
	enum vch_err err = read_checked(snap, &bytes, dir, name);

	snap->bytes = bytes;
	if (err != VCH_OK)
		vch_snap_free(snap);
	else
		*ret = snap;
	return err;
}

void vch_snap_free(struct vch_snap *snap)
{
	vch_buf_free(&snap->bytes);
	vch_log_batch_free(snap->batch);
	free(snap);
}

static bool name_read(struct vch_snap_name *ret, const char *text,
		      uint8_t shard)
{
	unsigned n, segment, offset;
	int used = 0;

	if (sscanf(text, "%2u-%10u-%10u.snap%n", &n, &segment, &offset,
		   &used) != 3 ||
	    used != 29 || text[used] != 0 || n != shard)
		return false;
	*ret = (struct vch_snap_name){shard, {segment, offset}};
	return true;
}

size_t vch_snaps_list(struct vch_snap_name *ret, size_t max, const char *dir,
		      uint8_t shard)
{
	DIR *d = opendir(dir);
	struct vch_snap_name name;
	struct dirent *e;
	size_t cnt = 0;

	while (d && (e = readdir(d))) {
		size_t at = cnt;

		if (!name_read(&name, e->d_name, shard))
			continue;
		while (at > 0 && vch_log_pos_after(name.pos, ret[at - 1].pos))
			at--;
		if (at == max)
			continue;
		cnt += cnt < max;
		memmove(&ret[at + 1], &ret[at], (cnt - at - 1) * sizeof(*ret));
		ret[at] = name;
	}
	if (d)
		closedir(d);
	return cnt;
}

struct vch_snap *vch_snap_newest(const char *dir, uint8_t shard)
{
	struct vch_snap_name names[VCH_SNAPS_LIST_MAX];
	size_t cnt = vch_snaps_list(names, VCH_SNAPS_LIST_MAX, dir, shard);
	struct vch_snap *snap;

	for (size_t i = 0; i < cnt; i++) {
		enum vch_err err = vch_snap_read(&snap, dir, &names[i]);

		if (err == VCH_OK)
			return snap;
		VCH_LOG(VCH_WARN, "store", "a snapshot cannot be used",
			vch_field_num("shard", shard),
			vch_field_num("segment", names[i].pos.segment),
			vch_field_num("offset", names[i].pos.offset),
			vch_field_err(err));
		set_aside(dir, &names[i]);
	}
	return NULL;
}

enum vch_err vch_snap_write(const char *dir, const struct vch_snap *snap)
{
	struct vch_buf out = vch_buf(VCH_SNAP_MAX);
	struct vch_snap_name old[VCH_SNAPS_LIST_MAX];
	uint8_t head[HEAD_LEN], sum[SUM_LEN];
	struct vch_writer w = vch_writer(head, sizeof(head));
	char path[VCH_PATH_MAX];
	enum vch_err err;
	size_t cnt;

	vch_write_bytes(&w, magic, sizeof(magic));
	vch_write_u32(&w, VCH_SNAP_VERSION);
	vch_write_u8(&w, snap->name.shard);
	vch_write_u32(&w, snap->name.pos.segment);
	vch_write_u32(&w, snap->name.pos.offset);
	vch_write_u64(&w, snap->batches);
	vch_write_u64(&w, snap->records);
	vch_write_u32(&w, (uint32_t)snap->pages.len);
	vch_buf_add(&out, head, w.len);
	vch_buf_add(&out, snap->pages.ptr, snap->pages.len);
	vch_buf_add(&out, snap->entries.ptr, snap->entries.len);
	vch_sha256_hash(sum, vch_buf_span(&out));
	vch_buf_add(&out, sum, sizeof(sum));
	path_of(path, dir, &snap->name, "snap");
	err = vch_buf_end(&out);
	if (err == VCH_OK)
		err = vch_file_write(path, vch_buf_span(&out), 0600);
	vch_buf_free(&out);
	VCH_TRY(err);
	cnt = vch_snaps_list(old, VCH_SNAPS_LIST_MAX, dir, snap->name.shard);
	for (size_t i = VCH_SNAPS_KEPT; i < cnt; i++) {
		path_of(path, dir, &old[i], "snap");
		unlink(path);
	}
	return VCH_OK;
}

/* ---- the index ---------------------------------------------------------- */

static bool slots_equal(const struct vch_slot *a, const struct vch_slot *b)
{
	uint8_t bytes[2][VCH_SLOT_ENC_MAX];
	struct vch_writer wa = vch_writer(bytes[0], sizeof(bytes[0]));
	struct vch_writer wb = vch_writer(bytes[1], sizeof(bytes[1]));

	vch_slot_write(&wa, a);
	vch_slot_write(&wb, b);
	return vch_span_equal(vch_written(&wa), vch_written(&wb));
}

static enum vch_err gather_slot(struct vch_buf *entries,
				struct vch_index *index,
				const struct vch_slot *slot)
{
	const struct vch_entry *e = vch_index_find(index, slot->id);

	if (!e->config || !slots_equal(&e->slot, slot))
		return VCH_STALE;
	vch_snap_entry_write(entries,
			     &(struct vch_snap_entry){
				     .pos = e->pos,
				     .section_idx = e->section_idx,
				     .record_idx = e->record_idx,
				     .config = {e->config, e->config_len},
				     .counters = {e->counters, e->counters_len},
				     .change = {e->change, e->change_len},
				     .receipt = {e->receipt, e->receipt_len},
			     });
	return VCH_OK;
}

enum vch_err vch_snap_gather(struct vch_buf *pages, struct vch_buf *entries,
			     struct vch_index *index, struct vch_span page)
{
	struct vch_snapshot_page decoded;
	enum vch_err err = VCH_OK;
	uint8_t len[4];
	struct vch_writer w = vch_writer(len, sizeof(len));

	VCH_TRY(vch_snapshot_page_decode(&decoded, page));
	vch_write_u32(&w, (uint32_t)page.len);
	vch_buf_add(pages, len, sizeof(len));
	vch_buf_add(pages, page.ptr, page.len);
	pthread_mutex_lock(&index->mutex);
	for (uint8_t i = 0; err == VCH_OK && i < decoded.slots_cnt; i++)
		err = gather_slot(entries, index, &decoded.slots[i].slot);
	pthread_mutex_unlock(&index->mutex);
	return err;
}

static enum vch_err load_entry(void *ctx, const struct vch_slot *slot,
			       const struct vch_snap_entry *in)
{
	struct vch_index *index = ctx;
	struct vch_entry *e;

	vch_index_grow(index);
	e = vch_index_find(index, slot->id);
	if (e->config && slot->seq <= e->slot.seq)
		return VCH_OK;
	vch_index_count(index, e, slot);
	e->slot = *slot;
	e->pos = in->pos;
	e->section_idx = in->section_idx;
	e->record_idx = in->record_idx;
	vch_entry_set(&e->config, &e->config_len, in->config);
	vch_entry_set(&e->counters, &e->counters_len, in->counters);
	e->change_len = e->receipt_len = 0;
	if (in->change.len > 0)
		vch_entry_set(&e->change, &e->change_len, in->change);
	if (in->receipt.len > 0)
		vch_entry_set(&e->receipt, &e->receipt_len, in->receipt);
	vch_index_add_alias(index, slot, in->config);
	return VCH_OK;
}

/* Files that are a snapshot's and end so: how many went. */
static uint32_t remove_ending(const char *dir, const char *ending)
{
	DIR *d = opendir(dir);
	char path[VCH_PATH_MAX];
	struct dirent *e;
	uint32_t cnt = 0;

	while (d && (e = readdir(d))) {
		unsigned n[3];
		int used = 0;

		if (sscanf(e->d_name, "%2u-%10u-%10u%n", &n[0], &n[1], &n[2],
			   &used) != 3 ||
		    used != 24 ||
		    strncmp(e->d_name + used, ending, strlen(ending)) != 0 ||
		    vch_path_join(path, dir, e->d_name) != VCH_OK)
			continue;
		cnt += unlink(path) == 0;
	}
	if (d)
		closedir(d);
	return cnt;
}

enum vch_err vch_snaps_remove(uint32_t *ret_cnt, const char *dir)
{
	*ret_cnt = remove_ending(dir, ".snap") + remove_ending(dir, ".bad");
	return vch_dir_sync(dir);
}

static void load(struct vch_index *index, const struct vch_snap *snap)
{
	pthread_mutex_lock(&index->mutex);
	VCH_CHECK(vch_snap_each(snap, load_entry, index) == VCH_OK);
	pthread_mutex_unlock(&index->mutex);
}

void vch_snaps_load(struct vch_log_from *ret_from, struct vch_index *index,
		    const char *dir)
{
	struct vch_log_pos first = {UINT32_MAX, 0};
	uint64_t batches = 0, records = 0;

	/* what a crash left of one that was being written */
	remove_ending(dir, ".snap.");
	for (uint8_t i = 0; i < VCH_SHARDS; i++) {
		struct vch_snap *snap = vch_snap_newest(dir, i);

		ret_from->behind[i] = (struct vch_log_pos){0, 0};
		if (snap) {
			load(index, snap);
			ret_from->behind[i] = snap->name.pos;
		}
		if (!snap || vch_log_pos_after(first, snap->name.pos)) {
			/* the log will be read from there on */
			first = ret_from->behind[i];
			batches = snap ? snap->batches : 0;
			records = snap ? snap->records : 0;
		}
		if (snap)
			vch_snap_free(snap);
	}
	vch_index_rewind(index, batches, records);
}
