/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/base/alloc.h"
#include "host/base/buf.h"
#include "host/base/file.h"
#include "host/base/logline.h"
#include "host/store/io.h"
#include "host/store/segment.h"
#include "trusted/base/check.h"

/* Space is made this far ahead, so that a full disk is met early. */
#define RESERVE (1u << 20)

/* Frames that are written and synced together. */
#define GROUP_MAX (1u << 20)

/*
 * Whoever finds nobody writing writes for all who wait: one write and one
 * sync for the group. Meanwhile the next group gathers.
 */
struct vch_log {
	char *dir;
	int lock_fd;
	pthread_mutex_t mutex; /* of what follows */
	pthread_cond_t changed;
	struct vch_log_chain chain;
	struct vch_log_pos pos;	    /* where the next frame will stand */
	struct vch_buf waiting;	    /* frames that end at pos */
	struct vch_log_pos durable; /* what stands before it is on the disk */
	uint64_t queued_cnt;	    /* frames ever taken */
	uint64_t durable_cnt;	    /* of these, on the disk */
	bool writing;
	bool dead;

	/* of who writes, or of nobody if nobody does */
	int fd;
	struct vch_buf group;
	uint64_t reserved;
};

enum vch_err vch_log_lock(int *ret_fd, const char *dir)
{
	char path[VCH_PATH_MAX];
	int fd;

	VCH_TRY(vch_path_join(path, dir, "lock"));
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return VCH_FILE;
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		close(fd);
		return VCH_FILE;
	}
	*ret_fd = fd;
	return VCH_OK;
}

/* Only the last segment may have space behind its frames. */
static enum vch_err segment_end(struct vch_log *log)
{
	off_t end = (off_t)log->pos.offset;
	struct stat st;
	int bad;

	if (log->fd < 0)
		return VCH_OK;
	bad = fstat(log->fd, &st) ||
	      (st.st_size > end && (ftruncate(log->fd, end) || fsync(log->fd)));
	bad |= close(log->fd);
	log->fd = -1;
	return bad ? VCH_LOG_WRITE : VCH_OK;
}

/* The names in the folder are durable before a segment is written. */
static enum vch_err segment_begin(struct vch_log *log, uint32_t number)
{
	uint8_t head[VCH_SEGMENT_HEAD];
	char path[PATH_MAX];

	VCH_TRY(segment_end(log));
	vch_segment_path(path, log->dir, number);
	log->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (log->fd < 0)
		return VCH_LOG_WRITE;
	vch_segment_head(head, number);
	log->reserved = 0;
	if (vch_io.write_at(log->fd, vch_span(head, sizeof(head)), 0) ||
	    vch_io.sync(log->fd) || vch_dir_sync(log->dir) != VCH_OK)
		return VCH_LOG_WRITE;
	log->pos = (struct vch_log_pos){number, VCH_SEGMENT_HEAD};
	log->durable = log->pos;
	return VCH_OK;
}

/* ---- opening ------------------------------------------------------------ */

/*
 * What is read next is what the disk has. Only the last segments can differ:
 * a log that was opened stands in a segment of its own, and its first frame
 * was written when all before was durable.
 */
static enum vch_err forget_tail(struct vch_log *log)
{
	uint32_t first, last;

	VCH_TRY(vch_segments_range(&first, &last, log->dir));
	for (uint32_t i = last > first ? last - 1 : first; i > 0 && i <= last;
	     i++) {
		char path[PATH_MAX];
		int fd, bad;

		vch_segment_path(path, log->dir, i);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			return VCH_FILE;
		bad = vch_io.forget(fd);
		close(fd);
		if (bad)
			return VCH_FILE;
	}
	return VCH_OK;
}

static enum vch_err cut_at(const char *path, off_t len)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	int bad;

	if (fd < 0)
		return VCH_FILE;
	bad = ftruncate(fd, len) || fsync(fd);
	close(fd);
	return bad ? VCH_FILE : VCH_OK;
}

/*
 * Cuts what a crash tore; what is left is what the log says from now on. A
 * segment of which nothing is left goes, so that its number is free.
 */
static enum vch_err tail_cut(uint32_t *ret_next, const struct vch_log *log,
			     const struct vch_log_end *end)
{
	char path[PATH_MAX];

	if (end->torn_len > 0)
		VCH_LOG(VCH_WARN, "store", "cut a torn tail",
			vch_field_num("segment", end->pos.segment),
			vch_field_num("bytes", end->torn_len));
	*ret_next = end->pos.segment + 1;
	if (end->pos.segment == 0)
		return VCH_OK;
	vch_segment_path(path, log->dir, end->pos.segment);
	if (end->pos.offset <= VCH_SEGMENT_HEAD) {
		*ret_next = end->pos.segment;
		return unlink(path) == 0 ? VCH_OK : VCH_FILE;
	}
	return end->torn_len + end->spare_len > 0
		       ? cut_at(path, (off_t)end->pos.offset)
		       : VCH_OK;
}

static enum vch_err recover(struct vch_log *log, vch_log_batch_fn *each,
			    void *ctx)
{
	struct vch_log_end end;
	uint32_t next;

	VCH_TRY(vch_dir_make(log->dir));
	VCH_TRY(vch_dir_check_private(log->dir));
	VCH_TRY(vch_log_lock(&log->lock_fd, log->dir));
	VCH_TRY(forget_tail(log));
	VCH_TRY(vch_segments_walk(&end, &log->chain, log->dir, each, ctx));
	VCH_TRY(tail_cut(&next, log, &end));
	return segment_begin(log, next) == VCH_OK ? VCH_OK : VCH_FILE;
}

enum vch_err vch_log_open(struct vch_log **ret, const char *dir,
			  const struct vch_log_from *from,
			  vch_log_batch_fn *each, void *ctx)
{
	struct vch_log *log = vch_alloc(1, sizeof(*log));
	enum vch_err err;

	log->dir = vch_strdup(dir);
	log->fd = log->lock_fd = -1;
	log->waiting = vch_buf(GROUP_MAX);
	log->group = vch_buf(GROUP_MAX);
	pthread_mutex_init(&log->mutex, NULL);
	pthread_cond_init(&log->changed, NULL);
	log->chain.from = from;
	err = recover(log, each, ctx);
	log->chain.from = NULL; /* what comes is behind all of it */
	if (err != VCH_OK) {
		vch_log_close(log);
		return err;
	}
	*ret = log;
	return VCH_OK;
}

/* ---- appending; the caller holds the mutex unless stated ----------------- */

/* One write, one sync; without the mutex. */
static enum vch_err write_group(struct vch_log *log, off_t at)
{
	uint64_t want = (uint64_t)at + log->group.len;

	if (want > log->reserved) {
		if (vch_io.reserve(log->fd, at,
				   (off_t)log->group.len + RESERVE) != 0)
			return VCH_LOG_WRITE;
		log->reserved = want + RESERVE;
	}
	if (vch_io.write_at(log->fd, vch_buf_span(&log->group), at) ||
	    vch_io.sync(log->fd))
		return VCH_LOG_WRITE;
	return VCH_OK;
}

/* After a failure nobody knows what the disk holds. */
static void die(struct vch_log *log, int why)
{
	log->dead = true;
	VCH_LOG(VCH_ERROR, "store", "the log cannot be written",
		vch_field_text("why", strerror(why)));
}

/* Makes durable what waits. Lets the mutex go meanwhile. */
static void lead(struct vch_log *log)
{
	off_t at = (off_t)(log->pos.offset - log->waiting.len);
	struct vch_log_pos end = log->pos;
	struct vch_buf group = log->waiting;
	uint64_t cnt = log->queued_cnt;
	enum vch_err err;
	int why;

	log->waiting = log->group;
	log->group = group;
	log->writing = true;
	pthread_mutex_unlock(&log->mutex);
	err = write_group(log, at);
	why = errno;
	pthread_mutex_lock(&log->mutex);
	vch_buf_clear(&log->group);
	log->writing = false;
	if (err == VCH_OK) {
		log->durable_cnt = cnt;
		log->durable = end;
	} else {
		die(log, why);
	}
	pthread_cond_broadcast(&log->changed);
}

static bool has_room(const struct vch_log *log, size_t len)
{
	return log->waiting.len + len <= GROUP_MAX &&
	       log->pos.offset < VCH_LOG_SEGMENT_MAX;
}

/* A group stands in one segment: the next begins when nothing waits. */
static enum vch_err make_room(struct vch_log *log, size_t len)
{
	while (!log->dead && !has_room(log, len)) {
		if (log->writing)
			pthread_cond_wait(&log->changed, &log->mutex);
		else if (log->waiting.len > 0)
			lead(log);
		else if (segment_begin(log, log->pos.segment + 1) != VCH_OK)
			die(log, errno);
	}
	return log->dead ? VCH_LOG_WRITE : VCH_OK;
}

static enum vch_err enqueue(struct vch_log *log, struct vch_log_pos *ret_pos,
			    const struct vch_log_batch *batch)
{
	size_t len = VCH_FRAME_HEAD + batch->bytes.len;
	uint8_t head[VCH_FRAME_HEAD];
	uint32_t mark;
	struct vch_writer w = vch_writer(head, sizeof(head));

	if (batch->bytes.len > VCH_BATCH_MAX)
		return VCH_SIZE;
	VCH_TRY(make_room(log, len));
	VCH_TRY(vch_log_chain_add(&log->chain, log->pos, batch));
	/* the first of a group is written when all before is durable */
	mark = log->waiting.len > 0 ? VCH_FRAME_JOINED : VCH_FRAME_SYNCED;
	vch_write_u32(&w, mark << 24 | (uint32_t)batch->bytes.len);
	vch_buf_add(&log->waiting, head, sizeof(head));
	vch_buf_add(&log->waiting, batch->bytes.ptr, batch->bytes.len);
	VCH_CHECK(vch_buf_end(&log->waiting) == VCH_OK);
	*ret_pos = log->pos;
	log->pos.offset += (uint32_t)len;
	log->queued_cnt++;
	return VCH_OK;
}

static enum vch_err append(struct vch_log *log, struct vch_log_pos *ret_pos,
			   const struct vch_log_batch *batch)
{
	struct vch_log_pos pos;
	uint64_t mine;

	VCH_TRY(enqueue(log, &pos, batch));
	mine = log->queued_cnt;
	while (!log->dead && log->durable_cnt < mine) {
		if (log->writing)
			pthread_cond_wait(&log->changed, &log->mutex);
		else
			lead(log);
	}
	if (log->durable_cnt < mine)
		return VCH_LOG_WRITE;
	if (ret_pos)
		*ret_pos = pos;
	return VCH_OK;
}

enum vch_err vch_log_append(struct vch_log *log, struct vch_log_pos *ret_pos,
			    const struct vch_log_batch *batch)
{
	enum vch_err err;

	pthread_mutex_lock(&log->mutex);
	err = append(log, ret_pos, batch);
	pthread_mutex_unlock(&log->mutex);
	return err;
}

enum vch_err vch_log_read(struct vch_log *log, vch_log_batch_fn *each,
			  void *ctx)
{
	enum vch_err err = VCH_LOG_WRITE;

	pthread_mutex_lock(&log->mutex);
	while (log->writing || (log->waiting.len > 0 && !log->dead)) {
		if (log->writing)
			pthread_cond_wait(&log->changed, &log->mutex);
		else
			lead(log);
	}
	if (!log->dead)
		err = vch_log_each(NULL, log->dir, each, ctx);
	pthread_mutex_unlock(&log->mutex);
	return err;
}

enum vch_err vch_log_replay(struct vch_log *log,
			    const struct vch_log_from *from,
			    vch_log_frame_fn *each, void *ctx)
{
	struct vch_log_pos durable;

	pthread_mutex_lock(&log->mutex);
	durable = log->durable;
	pthread_mutex_unlock(&log->mutex);
	return vch_segments_replay(log->dir, from, durable, each, ctx);
}

bool vch_log_is_dead(struct vch_log *log)
{
	bool dead;

	pthread_mutex_lock(&log->mutex);
	dead = log->dead;
	pthread_mutex_unlock(&log->mutex);
	return dead;
}

void vch_log_close(struct vch_log *log)
{
	/* of a dead one nobody knows where it ends; opening finds out */
	if (log->fd >= 0 && !log->dead)
		(void)!segment_end(log);
	if (log->fd >= 0)
		close(log->fd);
	if (log->lock_fd >= 0)
		close(log->lock_fd);
	pthread_cond_destroy(&log->changed);
	pthread_mutex_destroy(&log->mutex);
	vch_buf_free(&log->waiting);
	vch_buf_free(&log->group);
	free(log->dir);
	free(log);
}
