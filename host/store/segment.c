/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/segment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/base/alloc.h"

static const uint8_t magic[8] = {'V', 'O', 'U', 'C', 'H', 'L', 'O', 'G'};

void vch_segment_path(char ret[PATH_MAX], const char *dir, uint32_t number)
{
	snprintf(ret, PATH_MAX, "%s/%010u.log", dir, number);
}

void vch_segment_head(uint8_t ret[VCH_SEGMENT_HEAD], uint32_t number)
{
	struct vch_writer w = vch_writer(ret, VCH_SEGMENT_HEAD);

	vch_write_bytes(&w, magic, sizeof(magic));
	vch_write_u32(&w, VCH_SEGMENT_VERSION);
	vch_write_u32(&w, number);
}

enum vch_err vch_log_batch_parse(struct vch_log_batch *ret,
				 struct vch_span bytes)
{
	ret->bytes = bytes;
	VCH_TRY(vch_batch_decode(&ret->batch, bytes));
	return vch_tree_make(&ret->tree, &ret->batch);
}

/* A shard's first head is zeros; a new incarnation counts from zero. */
static bool continues(const struct vch_log_chain *chain,
		      const struct vch_section *s)
{
	static const uint8_t first_head[32];
	uint8_t leaf[32];
	bool same;

	if (!chain->shard[s->shard].started)
		return chain->pruned ||
		       (s->index == 0 && memcmp(s->prev_head, first_head,
						sizeof(first_head)) == 0);
	vch_leaf(leaf, s->shard, chain->shard[s->shard].incarnation,
		 chain->shard[s->shard].index - 1, s->prev_head);
	if (memcmp(leaf, chain->shard[s->shard].leaf, sizeof(leaf)) != 0)
		return false;
	same = memcmp(s->incarnation, chain->shard[s->shard].incarnation,
		      sizeof(s->incarnation)) == 0;
	return s->index == (same ? chain->shard[s->shard].index : 0);
}

/* The shard stands behind that section, whose last leaf this is. */
static void stand(struct vch_log_chain *chain, const struct vch_section *s,
		  const uint8_t leaf[32])
{
	memcpy(chain->shard[s->shard].leaf, leaf, 32);
	memcpy(chain->shard[s->shard].incarnation, s->incarnation,
	       sizeof(s->incarnation));
	chain->shard[s->shard].index = s->index + s->records_cnt;
	chain->shard[s->shard].started = true;
}

enum vch_err vch_log_chain_add(struct vch_log_chain *chain,
			       struct vch_log_pos pos,
			       const struct vch_log_batch *batch)
{
	const struct vch_section *s = batch->batch.sections;
	uint8_t cnt = batch->batch.sections_cnt, leaf_cnt = 0;
	uint64_t touched = 0;

	for (uint8_t i = 0; i < cnt; i++) {
		if (s[i].shard >= VCH_SHARDS || touched >> s[i].shard & 1)
			return VCH_CHAIN;
		touched |= UINT64_C(1) << s[i].shard;
		if (vch_log_is_behind(chain->from, s[i].shard, pos) &&
		    !continues(chain, &s[i]))
			return VCH_CHAIN;
	}
	for (uint8_t i = 0; i < cnt; i++) {
		leaf_cnt = (uint8_t)(leaf_cnt + s[i].records_cnt);
		if (vch_log_is_behind(chain->from, s[i].shard, pos))
			stand(chain, &s[i], batch->tree.node[leaf_cnt - 1]);
	}
	return VCH_OK;
}

/* One segment, mapped for reading. */
struct mapped {
	const uint8_t *ptr;
	size_t len;
};

static enum vch_err map_segment(struct mapped *ret, const char *dir,
				uint32_t number)
{
	char path[PATH_MAX];
	struct stat st;
	void *ptr = NULL;
	int fd;

	vch_segment_path(path, dir, number);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return VCH_FILE;
	if (fstat(fd, &st) == 0 && st.st_size > 0)
		ptr = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd,
			   0);
	else
		st.st_size = 0;
	close(fd);
	if (ptr == MAP_FAILED)
		return VCH_FILE;
	*ret = (struct mapped){ptr, (size_t)st.st_size};
	return VCH_OK;
}

static void unmap(const struct mapped *m)
{
	if (m->len > 0)
		munmap((void *)(uintptr_t)m->ptr, m->len);
}

/* The batch of the frame at `at`, unchecked; its end in *ret_next. */
static enum vch_err frame_read(struct vch_span *ret, size_t *ret_next,
			       const struct mapped *m, size_t at)
{
	struct vch_reader r = vch_reader(vch_span(m->ptr + at, m->len - at));
	uint32_t word = vch_read_u32(&r), len = word & 0xffffff;
	uint8_t mark = (uint8_t)(word >> 24);

	if (mark != VCH_FRAME_SYNCED && mark != VCH_FRAME_JOINED)
		return VCH_FORMAT;
	if (len > VCH_BATCH_MAX || len > r.left)
		return VCH_FORMAT;
	*ret_next = at + VCH_FRAME_HEAD + len;
	*ret = vch_span(r.ptr, len);
	return VCH_OK;
}

/* The frame at `at`, if it is whole and good; its end in *ret_next. */
static enum vch_err frame_at(struct vch_log_batch *ret, size_t *ret_next,
			     const struct mapped *m, size_t at)
{
	struct vch_span batch;

	VCH_TRY(frame_read(&batch, ret_next, m, at));
	return vch_log_batch_parse(ret, batch);
}

/*
 * Whether nothing behind the bad frame at `at` was written after a sync. The
 * frames of one write reach the disk in any order; but a synced one says that
 * all before it was there once, and then what is bad now is damage. The bad
 * frame's length cannot be trusted, so every place is looked at.
 */
static bool is_tail(struct vch_log_batch *scratch, const struct mapped *m,
		    size_t at)
{
	size_t next;

	for (size_t i = at + 1; i + VCH_FRAME_HEAD < m->len; i++) {
		if (m->ptr[i] == VCH_FRAME_SYNCED &&
		    frame_at(scratch, &next, m, i) == VCH_OK)
			return false;
	}
	return true;
}

/* The first frame to read of that segment. */
static size_t begin_in(struct vch_log_pos begin, uint32_t number)
{
	return number == begin.segment ? begin.offset : VCH_SEGMENT_HEAD;
}

/* Space for frames to come; what was never written there is zeros. */
static bool is_spare(const struct mapped *m, size_t at)
{
	const uint8_t *p = m->ptr + at;
	size_t len = m->len - at;

	return p[0] == 0 && memcmp(p, p + 1, len - 1) == 0;
}

struct walk {
	struct vch_log_pos begin;
	struct vch_log_end *end;
	struct vch_log_chain *chain;
	struct vch_log_batch *batch;
	vch_log_batch_fn *each;
	void *ctx;
};

static enum vch_err walk_frames(struct walk *w, const struct mapped *m,
				uint32_t number, bool last)
{
	size_t at = begin_in(w->begin, number), next;

	while (at < m->len) {
		struct vch_log_pos pos = {number, (uint32_t)at};

		if (frame_at(w->batch, &next, m, at) != VCH_OK) {
			if (last && is_spare(m, at))
				w->end->spare_len = m->len - at;
			else if (last && is_tail(w->batch, m, at))
				w->end->torn_len = m->len - at;
			else
				return VCH_CORRUPT;
			break;
		}
		if (vch_log_chain_add(w->chain, pos, w->batch) != VCH_OK)
			return VCH_CORRUPT;
		w->end->batches++;
		if (w->each)
			VCH_TRY(w->each(w->ctx, pos, w->batch));
		at = next;
	}
	w->end->pos = (struct vch_log_pos){number, (uint32_t)at};
	return VCH_OK;
}

static enum vch_err walk_segment(struct walk *w, const char *dir,
				 uint32_t number, bool last)
{
	uint8_t head[VCH_SEGMENT_HEAD];
	struct mapped m;
	enum vch_err err = VCH_OK;

	VCH_TRY(map_segment(&m, dir, number));
	vch_segment_head(head, number);
	if (m.len >= sizeof(head) && memcmp(m.ptr, head, sizeof(head)) == 0) {
		err = walk_frames(w, &m, number, last);
	} else if (last && m.len < sizeof(head)) {
		/* made, and then the power went */
		w->end->pos = (struct vch_log_pos){number, 0};
		w->end->torn_len = m.len;
	} else {
		err = VCH_CORRUPT;
	}
	unmap(&m);
	return err;
}

enum vch_err vch_segments_range(uint32_t *ret_first, uint32_t *ret_last,
				const char *dir)
{
	DIR *d = opendir(dir);
	uint32_t cnt = 0, most = 0, least = UINT32_MAX;
	struct dirent *e;

	if (!d)
		return VCH_FILE;
	while ((e = readdir(d))) {
		unsigned number;
		int used = 0;

		if (sscanf(e->d_name, "%10u.log%n", &number, &used) != 1 ||
		    used != 14 || e->d_name[used] != 0)
			continue;
		cnt++;
		most = number > most ? number : most;
		least = number < least ? number : least;
	}
	closedir(d);
	*ret_last = most;
	*ret_first = cnt > 0 ? least : 0;
	return cnt == 0 || cnt == most - least + 1 ? VCH_OK : VCH_CORRUPT;
}

/* Some shard has no snapshot: its first record is needed. */
static bool needs_all(const struct vch_log_from *from)
{
	for (size_t i = 0; from && i < VCH_SHARDS; i++) {
		if (from->behind[i].segment == 0)
			return true;
	}
	return !from;
}

/* The first frame that somebody needs. */
static struct vch_log_pos begin_of(const struct vch_log_from *from,
				   uint32_t first)
{
	struct vch_log_pos begin = {UINT32_MAX, 0};

	if (needs_all(from))
		return (struct vch_log_pos){first, VCH_SEGMENT_HEAD};
	for (size_t i = 0; i < VCH_SHARDS; i++) {
		if (vch_log_pos_after(begin, from->behind[i]))
			begin = from->behind[i];
	}
	return begin;
}

/* The shard stands where its snapshot was taken. */
static enum vch_err stand_behind(struct vch_log_chain *chain, const char *dir,
				 uint8_t shard, struct vch_log_pos pos)
{
	struct vch_log_batch *batch;
	const struct vch_section *s;
	enum vch_err err = VCH_OK;

	VCH_TRY(vch_log_batch_at(&batch, dir, pos));
	s = &batch->batch.sections[0];
	if (batch->batch.sections_cnt != 1 || s->shard != shard)
		err = VCH_CORRUPT;
	else
		stand(chain, s, batch->tree.node[s->records_cnt - 1]);
	vch_log_batch_free(batch);
	return err;
}

static enum vch_err chain_begin(struct vch_log_chain *chain, const char *dir)
{
	const struct vch_log_from *from = chain->from;

	for (uint8_t i = 0; from && i < VCH_SHARDS; i++) {
		if (from->behind[i].segment > 0)
			VCH_TRY(stand_behind(chain, dir, i, from->behind[i]));
	}
	return VCH_OK;
}

enum vch_err vch_segments_walk(struct vch_log_end *ret_end,
			       struct vch_log_chain *chain, const char *dir,
			       vch_log_batch_fn *each, void *ctx)
{
	struct vch_log_end end = {.pos = {0, 0}};
	struct walk w = {{0, 0}, &end, chain, NULL, each, ctx};
	enum vch_err err = VCH_OK;
	uint32_t last;

	VCH_TRY(vch_segments_range(&end.first, &last, dir));
	if (end.first > 1 && needs_all(chain->from) && !chain->pruned)
		return VCH_PRUNED;
	w.begin = begin_of(chain->from, end.first);
	VCH_TRY(chain_begin(chain, dir));
	w.batch = vch_alloc(1, sizeof(*w.batch));
	for (uint32_t i = w.begin.segment; i > 0 && err == VCH_OK && i <= last;
	     i++)
		err = walk_segment(&w, dir, i, i == last);
	free(w.batch);
	*ret_end = end;
	return err;
}

static enum vch_err replay_segment(const struct mapped *m,
				   struct vch_log_pos begin, size_t end,
				   vch_log_frame_fn *each, void *ctx)
{
	size_t next, at = begin.offset;
	struct vch_span batch;

	if (end > m->len)
		return VCH_FILE;
	for (; at < end; at = next) {
		struct vch_log_pos pos = {begin.segment, (uint32_t)at};

		if (frame_read(&batch, &next, m, at) != VCH_OK)
			return VCH_FILE;
		VCH_TRY(each(ctx, pos, batch));
	}
	return VCH_OK;
}

enum vch_err vch_segments_replay(const char *dir,
				 const struct vch_log_from *from,
				 struct vch_log_pos end, vch_log_frame_fn *each,
				 void *ctx)
{
	enum vch_err err = VCH_OK;
	struct vch_log_pos begin;
	uint32_t first, last;
	struct mapped m;

	VCH_TRY(vch_segments_range(&first, &last, dir));
	if (first > 1 && needs_all(from))
		return VCH_PRUNED;
	begin = begin_of(from, first);
	while (err == VCH_OK && begin.segment <= end.segment) {
		VCH_TRY(map_segment(&m, dir, begin.segment));
		err = replay_segment(&m, begin,
				     begin.segment < end.segment ? m.len
								 : end.offset,
				     each, ctx);
		unmap(&m);
		begin = (struct vch_log_pos){begin.segment + 1,
					     VCH_SEGMENT_HEAD};
	}
	return err;
}

enum vch_err vch_log_each(struct vch_log_end *ret, const char *dir,
			  vch_log_batch_fn *each, void *ctx)
{
	struct vch_log_chain *chain = vch_alloc(1, sizeof(*chain));
	struct vch_log_end end;
	enum vch_err err;

	chain->pruned = true;
	err = vch_segments_walk(&end, chain, dir, each, ctx);
	free(chain);
	if (ret)
		*ret = end;
	return err;
}

/* The batch and the bytes it views, in one piece. */
struct owned_batch {
	struct vch_log_batch batch;
	uint8_t bytes[];
};

enum vch_err vch_log_batch_at(struct vch_log_batch **ret, const char *dir,
			      struct vch_log_pos pos)
{
	struct owned_batch *owned;
	struct vch_log_batch *seen;
	struct mapped m;
	enum vch_err err;
	size_t next;

	VCH_TRY(map_segment(&m, dir, pos.segment));
	seen = vch_alloc(1, sizeof(*seen));
	err = pos.offset < m.len ? frame_at(seen, &next, &m, pos.offset)
				 : VCH_CORRUPT;
	if (err == VCH_OK) {
		owned = vch_alloc(1, sizeof(*owned) + seen->bytes.len);
		memcpy(owned->bytes, seen->bytes.ptr, seen->bytes.len);
		err = vch_log_batch_parse(
			&owned->batch, vch_span(owned->bytes, seen->bytes.len));
		*ret = &owned->batch;
	}
	free(seen);
	unmap(&m);
	return err == VCH_OK ? VCH_OK : VCH_CORRUPT;
}

void vch_log_batch_free(struct vch_log_batch *batch)
{
	free(batch);
}
