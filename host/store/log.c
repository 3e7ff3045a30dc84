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
#include "host/base/file.h"
#include "host/base/logline.h"
#include "host/store/io.h"
#include "host/store/segment.h"

/* Space is reserved this far ahead, so that a full disk is met early. */
#define RESERVE (4u << 20)

struct vch_log {
	char *dir;
	int lock_fd;
	int fd; /* of the segment that is written */
	struct vch_log_pos pos;
	uint64_t reserved;
	struct vch_log_chain chain;
	pthread_mutex_t mutex;
	bool dead;
	uint8_t frame[4 + VCH_BATCH_MAX];
};

static enum vch_err lock_take(struct vch_log *log)
{
	char path[VCH_PATH_MAX];

	VCH_TRY(vch_path_join(path, log->dir, "lock"));
	log->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (log->lock_fd < 0)
		return VCH_FILE;
	return flock(log->lock_fd, LOCK_EX | LOCK_NB) == 0 ? VCH_OK : VCH_FILE;
}

/* The names in the folder are durable before a segment is written. */
static enum vch_err segment_begin(struct vch_log *log, uint32_t number)
{
	uint8_t head[VCH_SEGMENT_HEAD];
	char path[PATH_MAX];

	if (log->fd >= 0)
		close(log->fd);
	vch_segment_path(path, log->dir, number);
	log->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (log->fd < 0)
		return VCH_LOG_WRITE;
	vch_segment_head(head, number);
	log->reserved = 0;
	if (vch_io.write_at(log->fd, vch_span(head, sizeof(head)), 0) ||
	    vch_io.sync(log->fd) || vch_dir_sync(log->dir) != VCH_OK)
		return VCH_LOG_WRITE;
	log->pos = (struct vch_log_pos){number, VCH_SEGMENT_HEAD};
	return VCH_OK;
}

/* Cuts what a crash tore; what is left is what the log says from now on. */
static enum vch_err tail_cut(struct vch_log *log, const struct vch_log_end *end)
{
	char path[PATH_MAX];
	int fd, bad;

	if (end->torn_len == 0)
		return VCH_OK;
	VCH_LOG(VCH_WARN, "store", "cut a torn tail",
		vch_field_num("segment", end->pos.segment),
		vch_field_num("bytes", end->torn_len));
	vch_segment_path(path, log->dir, end->pos.segment);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return VCH_FILE;
	bad = ftruncate(fd, (off_t)end->pos.offset) || fsync(fd);
	close(fd);
	return bad ? VCH_FILE : VCH_OK;
}

/* A segment that never got its header is begun again under its number. */
static enum vch_err recover(struct vch_log *log, vch_log_batch_fn *each,
			    void *ctx)
{
	struct vch_log_end end;
	uint32_t next;

	VCH_TRY(vch_dir_make(log->dir));
	VCH_TRY(vch_dir_check_private(log->dir));
	VCH_TRY(lock_take(log));
	VCH_TRY(vch_segments_walk(&end, &log->chain, log->dir, each, ctx));
	VCH_TRY(tail_cut(log, &end));
	next = end.pos.segment + (end.pos.offset > 0 || !end.pos.segment);
	return segment_begin(log, next) == VCH_OK ? VCH_OK : VCH_FILE;
}

enum vch_err vch_log_open(struct vch_log **ret, const char *dir,
			  vch_log_batch_fn *each, void *ctx)
{
	struct vch_log *log = vch_alloc(1, sizeof(*log));
	enum vch_err err;

	log->dir = strdup(dir);
	log->fd = log->lock_fd = -1;
	pthread_mutex_init(&log->mutex, NULL);
	err = recover(log, each, ctx);
	if (err != VCH_OK) {
		vch_log_close(log);
		return err;
	}
	*ret = log;
	return VCH_OK;
}

static enum vch_err reserve(struct vch_log *log, size_t len)
{
	uint64_t want = log->pos.offset + len;

	if (want <= log->reserved)
		return VCH_OK;
	if (vch_io.reserve(log->fd, (off_t)want, RESERVE) != 0)
		return VCH_LOG_WRITE;
	log->reserved = want + RESERVE;
	return VCH_OK;
}

/* One write, one sync; after a failure nobody knows what the disk holds. */
static enum vch_err write_frame(struct vch_log *log, struct vch_span batch)
{
	struct vch_writer w = vch_writer(log->frame, sizeof(log->frame));

	if (log->pos.offset >= VCH_LOG_SEGMENT_MAX)
		VCH_TRY(segment_begin(log, log->pos.segment + 1));
	vch_write_u32(&w, (uint32_t)batch.len);
	vch_write_bytes(&w, batch.ptr, batch.len);
	if (w.bad)
		return VCH_LOG_WRITE;
	VCH_TRY(reserve(log, w.len));
	if (vch_io.write_at(log->fd, vch_written(&w), log->pos.offset) ||
	    vch_io.sync(log->fd))
		return VCH_LOG_WRITE;
	return VCH_OK;
}

static enum vch_err append(struct vch_log *log, struct vch_log_pos *ret_pos,
			   const struct vch_log_batch *batch)
{
	if (log->dead)
		return VCH_LOG_WRITE;
	VCH_TRY(vch_log_chain_add(&log->chain, &batch->batch));
	if (write_frame(log, batch->bytes) != VCH_OK) {
		VCH_LOG(VCH_ERROR, "store", "the log cannot be written",
			vch_field_text("why", strerror(errno)));
		log->dead = true;
		return VCH_LOG_WRITE;
	}
	if (ret_pos)
		*ret_pos = log->pos;
	log->pos.offset += (uint32_t)batch->bytes.len + 4;
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
	return vch_log_each(NULL, log->dir, each, ctx);
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
	if (log->fd >= 0)
		close(log->fd);
	if (log->lock_fd >= 0)
		close(log->lock_fd);
	pthread_mutex_destroy(&log->mutex);
	free(log->dir);
	free(log);
}
