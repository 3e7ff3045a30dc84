/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshots as an instance makes and uses them. Each instance makes those of
 * the shards it serves, for only there it knows the newest slots; each takes
 * back all of them, whoever made them. They are made one shard after the
 * other between two invocations, and their files by a thread of their own: so
 * nobody waits for more than the pages of one shard.
 */
#include <stdatomic.h>
#include <stdlib.h>

#include "host/base/alloc.h"
#include "host/base/clock.h"
#include "host/base/logline.h"
#include "host/store/snapshot.h"
#include "host/tee/shared.h"

/* ---- back into the TEE -------------------------------------------------- */

static enum vch_err restore_page(struct vch_instance *in, uint8_t shard,
				 struct vch_span page, struct vch_span batch)
{
	const struct vch_restore_request req = {shard, page, batch};
	struct vch_writer w =
		vch_writer(vch_tee_request_area(in->tee), VCH_REQUEST_MAX);
	struct vch_called called;

	VCH_TRY(vch_restore_request_encode(&w, &req));
	VCH_TRY(vch_instance_call(in, &called, VCH_CMD_RESTORE,
				  vch_written(&w)));
	return called.code;
}

static enum vch_err restore_shard(struct vch_instance *in,
				  const struct vch_snap *snap)
{
	struct vch_reader pages = vch_reader(snap->pages);
	struct vch_span page;

	while (vch_snap_page(&page, &pages))
		VCH_TRY(restore_page(in, snap->name.shard, page,
				     pages.left == 0 ? snap->batch->bytes
						     : vch_span(NULL, 0)));
	return VCH_OK;
}

enum vch_err vch_instance_restore(struct vch_instance *in)
{
	const char *dir = in->worker->opt.log_dir;

	in->last = (struct vch_log_pos){0, 0};
	for (uint8_t i = 0; i < VCH_SHARDS; i++) {
		struct vch_snap *snap = vch_snap_newest(dir, i);
		enum vch_err err;

		in->from.behind[i] = (struct vch_log_pos){0, 0};
		if (!snap)
			continue;
		err = restore_shard(in, snap);
		if (err == VCH_OK)
			in->from.behind[i] = snap->name.pos;
		if (vch_log_pos_after(in->from.behind[i], in->last))
			in->last = in->from.behind[i];
		else
			VCH_LOG(VCH_ERROR, "tee", "the TEE refused a snapshot",
				vch_field_num("shard", i), vch_field_err(err));
		vch_snap_free(snap);
		VCH_TRY(err);
		vch_instance_expire(in);
	}
	return VCH_OK;
}

enum vch_err vch_instance_rest(struct vch_instance *in, struct vch_writer *w,
			       struct vch_log_pos pos, struct vch_span batch)
{
	struct vch_batch *b = &in->batch.batch;
	uint8_t cnt = 0;

	if (vch_log_pos_after(pos, in->last)) {
		vch_write_bytes(w, batch.ptr, batch.len);
		return VCH_OK;
	}
	if (vch_batch_decode(b, batch) != VCH_OK)
		return VCH_CORRUPT;
	for (uint8_t i = 0; i < b->sections_cnt; i++) {
		if (!vch_log_is_behind(&in->from, b->sections[i].shard, pos))
			continue;
		if (cnt < i)
			b->sections[cnt] = b->sections[i];
		cnt++;
	}
	if (cnt == b->sections_cnt) {
		vch_write_bytes(w, batch.ptr, batch.len);
	} else if (cnt > 0) {
		/* root and signature are of more; the TEE looks at neither */
		b->sections_cnt = cnt;
		vch_batch_write(w, b);
	}
	return VCH_OK;
}

/* ---- out of it ---------------------------------------------------------- */

/* One shard's, from its first page until its file is safe. */
struct vch_saving {
	struct vch_snap snap;
	struct vch_buf pages;
	struct vch_buf entries;
	const char *dir;
	uint32_t unsaved; /* records that it spares a start */
	pthread_t thread; /* writes the file, while the instance serves on */
	bool threaded;
	uint64_t held_us; /* that nobody else was served meanwhile */
	atomic_bool done;
	enum vch_err err; /* once it is done */
};

/* The pages one after the other; the last brings the record into the log. */
static enum vch_err gather(struct vch_instance *in, struct vch_saving *m)
{
	struct vch_index *index = in->worker->index;
	struct vch_snapshot_request req = {.shard = m->snap.name.shard};
	uint8_t bytes[VCH_SNAPSHOT_REQUEST_ENC_MAX];
	struct vch_snapshot_answer ans = {.more = 1};
	struct vch_index_stats stats;
	struct vch_called called;
	struct vch_writer w;

	vch_index_stats(index, &stats);
	m->snap.batches = stats.batches;
	m->snap.records = stats.records;
	for (; ans.more; req.page++) {
		w = vch_writer(bytes, sizeof(bytes));
		VCH_TRY(vch_snapshot_request_encode(&w, &req));
		VCH_TRY(vch_instance_call(in, &called, VCH_CMD_SNAPSHOT,
					  vch_written(&w)));
		if (called.code != VCH_OK ||
		    vch_snapshot_answer_decode(&ans, called.answer) != VCH_OK)
			return VCH_SNAPSHOT;
		if (vch_snap_gather(&m->pages, &m->entries, index, ans.page) !=
		    VCH_OK)
			return VCH_SNAPSHOT;
	}
	m->snap.name.pos = in->pos;
	return VCH_OK;
}

static void *save(void *arg)
{
	struct vch_saving *m = arg;

	m->snap.pages = vch_buf_span(&m->pages);
	m->snap.entries = vch_buf_span(&m->entries);
	m->err = vch_buf_end(&m->pages);
	if (m->err == VCH_OK)
		m->err = vch_buf_end(&m->entries);
	if (m->err == VCH_OK)
		m->err = vch_snap_write(m->dir, &m->snap);
	atomic_store(&m->done, true);
	return NULL;
}

static void saving_free(struct vch_saving *m)
{
	vch_buf_free(&m->pages);
	vch_buf_free(&m->entries);
	free(m);
}

/* A file that was not made is no harm: it is the next turn's. */
static void tell(const struct vch_saving *m, enum vch_err err)
{
	if (err != VCH_OK)
		VCH_LOG(VCH_WARN, "tee", "no snapshot",
			vch_field_num("shard", m->snap.name.shard),
			vch_field_err(err));
	else
		VCH_LOG(VCH_DEBUG, "tee", "snapshot",
			vch_field_num("shard", m->snap.name.shard),
			vch_field_num("segment", m->snap.name.pos.segment),
			vch_field_num("offset", m->snap.name.pos.offset),
			vch_field_num("held_us", m->held_us));
}

bool vch_instance_saved(struct vch_instance *in, bool wait)
{
	struct vch_saving *m = in->saving;

	if (!m || (!wait && !atomic_load(&m->done)))
		return !m;
	if (m->threaded)
		pthread_join(m->thread, NULL);
	if (m->err != VCH_OK)
		in->worker->unsaved[m->snap.name.shard] += m->unsaved;
	tell(m, m->err);
	saving_free(m);
	in->saving = NULL;
	return true;
}

/* Gathers, and leaves the rest to a thread of its own. */
static enum vch_err snapshot(struct vch_instance *in, uint8_t shard)
{
	struct vch_saving *m = vch_alloc(1, sizeof(*m));
	uint32_t cnt = in->snapshot_cnt;
	uint64_t began = vch_clock_ns();
	enum vch_err err;

	m->snap.name.shard = shard;
	m->pages = vch_buf(VCH_SNAP_MAX / 2);
	m->entries = vch_buf(VCH_SNAP_MAX / 2);
	m->dir = in->worker->opt.log_dir;
	err = gather(in, m);
	in->snapshot_cnt = cnt; /* its own record does not count */
	if (err != VCH_OK) {
		tell(m, err);
		saving_free(m);
		/* else the error is that of the TEE or the log */
		return err == VCH_SNAPSHOT ? VCH_OK : err;
	}
	m->held_us = (vch_clock_ns() - began) / 1000;
	m->unsaved = in->worker->unsaved[shard];
	in->worker->unsaved[shard] = 0;
	in->saving = m;
	m->threaded = pthread_create(&m->thread, NULL, save, m) == 0;
	if (!m->threaded)
		save(m);
	return VCH_OK;
}

/* Records after which one more shard has its turn. */
static uint32_t step_of(const struct vch_instance *in)
{
	uint32_t every = in->worker->opt.snapshot_records;

	return every / VCH_SHARDS > 0 ? every / VCH_SHARDS : 1;
}

static uint64_t unsaved_of(const struct vch_instance *in)
{
	uint64_t sum = 0;

	for (uint8_t i = 0; i < in->shard_cnt; i++)
		sum += in->worker->unsaved[in->shard_first + i];
	return sum;
}

enum vch_err vch_instance_snapshot_due(struct vch_instance *in)
{
	uint32_t every = in->worker->opt.snapshot_records;
	uint8_t shard;

	if (every == 0 || in->snapshot_cnt < step_of(in) ||
	    !vch_instance_saved(in, false))
		return VCH_OK;
	shard = (uint8_t)(in->shard_first + in->snapshot_next);
	in->snapshot_next = (uint8_t)((in->snapshot_next + 1) % in->shard_cnt);
	in->snapshot_cnt -= step_of(in);
	return in->worker->unsaved[shard] > 0 ? snapshot(in, shard) : VCH_OK;
}

void vch_instance_snapshot_begin(struct vch_instance *in)
{
	uint64_t unsaved = unsaved_of(in);
	uint32_t every = in->worker->opt.snapshot_records;

	in->snapshot_cnt = unsaved < every ? (uint32_t)unsaved : every;
}

enum vch_err vch_instance_snapshot_all(struct vch_instance *in)
{
	uint32_t every = in->worker->opt.snapshot_records;

	if (every == 0 || unsaved_of(in) < step_of(in))
		return VCH_OK;
	for (uint8_t i = 0; i < in->shard_cnt; i++) {
		vch_instance_saved(in, true);
		if (in->worker->unsaved[in->shard_first + i] > 0)
			VCH_TRY(snapshot(in, (uint8_t)(in->shard_first + i)));
	}
	vch_instance_saved(in, true);
	return VCH_OK;
}
