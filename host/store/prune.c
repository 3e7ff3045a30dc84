/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/prune.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/base/alloc.h"
#include "host/base/file.h"
#include "host/store/segment.h"
#include "trusted/base/check.h"

/* Two that are good; bad ones among them do not count. */
static enum vch_err find_two(struct vch_prune *p, uint8_t shard)
{
	struct vch_snap_name names[VCH_SNAPS_LIST_MAX];
	size_t cnt = vch_snaps_list(names, VCH_SNAPS_LIST_MAX, p->dir, shard);
	struct vch_snap *snap;
	size_t good = 0;

	for (size_t i = 0; i < cnt && good < VCH_SNAPS_KEPT; i++) {
		if (vch_snap_read(&snap, p->dir, &names[i]) != VCH_OK)
			continue;
		p->snap[shard][good++] = names[i];
		vch_snap_free(snap);
	}
	p->shard = shard;
	return good == VCH_SNAPS_KEPT ? VCH_OK : VCH_UNCOVERED;
}

static enum vch_err count_bytes(struct vch_prune *p)
{
	char path[PATH_MAX];
	struct stat st;

	for (uint32_t i = p->first; i < p->keep; i++) {
		vch_segment_path(path, p->dir, i);
		if (stat(path, &st) != 0)
			return VCH_FILE;
		p->bytes += (uint64_t)st.st_size;
	}
	return VCH_OK;
}

static enum vch_err plan(struct vch_prune *p)
{
	uint32_t last;

	VCH_TRY(vch_segments_range(&p->first, &last, p->dir));
	if (last == 0)
		return VCH_FILE;
	p->keep = last;
	for (uint8_t i = 0; i < VCH_SHARDS; i++) {
		uint32_t older;

		VCH_TRY(find_two(p, i));
		older = p->snap[i][VCH_SNAPS_KEPT - 1].pos.segment;
		p->keep = older < p->keep ? older : p->keep;
	}
	return count_bytes(p);
}

enum vch_err vch_prune_begin(struct vch_prune *ret, const char *dir)
{
	enum vch_err err;

	memset(ret, 0, sizeof(*ret));
	ret->lock_fd = -1;
	if (snprintf(ret->dir, sizeof(ret->dir), "%s", dir) >=
	    (int)sizeof(ret->dir))
		return VCH_SIZE;
	err = vch_log_lock(&ret->lock_fd, dir);
	if (err == VCH_OK)
		err = plan(ret);
	if (err != VCH_OK)
		vch_prune_end(ret);
	return err;
}

void vch_prune_end(struct vch_prune *prune)
{
	if (prune->lock_fd >= 0)
		close(prune->lock_fd);
	prune->lock_fd = -1;
}

/* One snapshot's entries, written anew. */
struct keeping {
	const struct vch_prune *prune;
	struct vch_buf entries;
	bool changed;
};

static enum vch_err keep_receipt(void *ctx, const struct vch_slot *slot,
				 const struct vch_snap_entry *entry)
{
	struct keeping *k = ctx;
	uint8_t receipt[VCH_RECEIPT_ENC_MAX];
	struct vch_writer w = vch_writer(receipt, sizeof(receipt));
	struct vch_snap_entry e = *entry;

	(void)slot;
	if (e.receipt.len == 0 && e.pos.segment < k->prune->keep) {
		VCH_TRY(vch_receipt_at(&w, k->prune->dir, e.pos, e.section_idx,
				       e.record_idx));
		e.receipt = vch_written(&w);
		k->changed = true;
	}
	vch_snap_entry_write(&k->entries, &e);
	return VCH_OK;
}

static enum vch_err keep_receipts(const struct vch_prune *p,
				  const struct vch_snap_name *name)
{
	struct keeping k = {p, vch_buf(VCH_SNAP_MAX), false};
	struct vch_snap *snap;
	enum vch_err err;

	VCH_TRY(vch_snap_read(&snap, p->dir, name));
	err = vch_snap_each(snap, keep_receipt, &k);
	if (err == VCH_OK)
		err = vch_buf_end(&k.entries);
	if (err == VCH_OK && k.changed) {
		snap->entries = vch_buf_span(&k.entries);
		err = vch_snap_write(p->dir, snap);
	}
	vch_buf_free(&k.entries);
	vch_snap_free(snap);
	return err;
}

enum vch_err vch_prune_run(struct vch_prune *p)
{
	char path[PATH_MAX];

	if (p->first == p->keep)
		return VCH_OK;
	for (uint8_t i = 0; i < VCH_SHARDS; i++) {
		for (size_t j = 0; j < VCH_SNAPS_KEPT; j++)
			VCH_TRY(keep_receipts(p, &p->snap[i][j]));
	}
	for (uint32_t i = p->first; i < p->keep; i++) {
		vch_segment_path(path, p->dir, i);
		if (unlink(path) != 0)
			return VCH_FILE;
		/* a later one never goes while an earlier one comes back */
		VCH_TRY(vch_dir_sync(p->dir));
	}
	return VCH_OK;
}

/* ---- without snapshots -------------------------------------------------- */

struct folding {
	struct vch_index *index;
	struct vch_fold fold;
};

static enum vch_err fold_batch(void *ctx, struct vch_log_pos pos,
			       const struct vch_log_batch *batch)
{
	struct folding *f = ctx;

	VCH_TRY(vch_fold_decode(&f->fold, &batch->batch));
	vch_index_apply(f->index, pos, &f->fold);
	return VCH_OK;
}

static enum vch_err index_whole(struct vch_index_stats *ret_stats,
				const char *dir)
{
	struct folding *f = vch_alloc(1, sizeof(*f));
	struct vch_log_end end;
	enum vch_err err = vch_index_new(&f->index, dir);

	if (err == VCH_OK) {
		err = vch_log_each(&end, dir, fold_batch, f);
		vch_index_stats(f->index, ret_stats);
		vch_index_free(f->index);
	}
	if (err == VCH_OK && end.first != 1)
		err = end.first == 0 ? VCH_FILE : VCH_PRUNED;
	free(f);
	return err;
}

enum vch_err vch_reindex(struct vch_index_stats *ret_stats,
			 uint32_t *ret_removed, const char *dir)
{
	enum vch_err err;
	int lock_fd;

	VCH_TRY(vch_log_lock(&lock_fd, dir));
	err = index_whole(ret_stats, dir);
	if (err == VCH_OK)
		err = vch_snaps_remove(ret_removed, dir);
	close(lock_fd);
	return err;
}
