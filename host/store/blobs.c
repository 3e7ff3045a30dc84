/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/blobs.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/base/alloc.h"
#include "host/base/buf.h"
#include "host/base/file.h"
#include "host/base/hex.h"
#include "trusted/base/wipe.h"

/* Kept in memory: a power of two of sets, each with a few places. */
#define SET_CNT 16384
#define WAYS 4

struct cached {
	uint8_t id[20];
	uint16_t len; /* 0: nothing here */
	uint8_t bytes[VCH_BLOB_MAX];
};

struct set {
	struct cached way[WAYS];
	unsigned oldest;  /* the place that the next newcomer gets */
	unsigned changes; /* of files; what was read before one is stale */
};

struct vch_blobs {
	char *dir;
	pthread_mutex_t mutex;
	struct set *sets;
};

enum vch_err vch_blobs_open(struct vch_blobs **ret, const char *dir)
{
	struct vch_blobs *blobs;

	VCH_TRY(vch_dir_make(dir));
	VCH_TRY(vch_dir_check_private(dir));
	blobs = vch_alloc(1, sizeof(*blobs));
	blobs->dir = vch_strdup(dir);
	blobs->sets = vch_alloc(SET_CNT, sizeof(*blobs->sets));
	pthread_mutex_init(&blobs->mutex, NULL);
	*ret = blobs;
	return VCH_OK;
}

void vch_blobs_close(struct vch_blobs *blobs)
{
	pthread_mutex_destroy(&blobs->mutex);
	free(blobs->sets);
	free(blobs->dir);
	free(blobs);
}

static struct set *set_of(struct vch_blobs *blobs, const uint8_t id[20])
{
	return &blobs->sets[vch_load_be64(id + 8) & (SET_CNT - 1)];
}

static struct cached *find(struct set *set, const uint8_t id[20])
{
	for (unsigned i = 0; i < WAYS; i++) {
		struct cached *c = &set->way[i];

		if (c->len > 0 && memcmp(c->id, id, sizeof(c->id)) == 0)
			return c;
	}
	return NULL;
}

/* The caller holds the mutex. */
static void cache_set(struct set *set, const uint8_t id[20],
		      struct vch_span blob)
{
	struct cached *c = find(set, id);

	if (!c) {
		c = &set->way[set->oldest];
		set->oldest = (set->oldest + 1) % WAYS;
	}
	memcpy(c->id, id, sizeof(c->id));
	memcpy(c->bytes, blob.ptr, blob.len);
	c->len = (uint16_t)blob.len;
}

/* What a file has from now on. */
static void cache_put(struct vch_blobs *blobs, const uint8_t id[20],
		      struct vch_span blob)
{
	struct set *set = set_of(blobs, id);

	pthread_mutex_lock(&blobs->mutex);
	set->changes++;
	cache_set(set, id, blob);
	pthread_mutex_unlock(&blobs->mutex);
}

/* What a file had, unless one of its set has changed since. */
static void cache_keep(struct vch_blobs *blobs, const uint8_t id[20],
		       struct vch_span blob, unsigned changes)
{
	struct set *set = set_of(blobs, id);

	pthread_mutex_lock(&blobs->mutex);
	if (set->changes == changes)
		cache_set(set, id, blob);
	pthread_mutex_unlock(&blobs->mutex);
}

static bool cache_get(struct vch_blobs *blobs, uint8_t *ret, size_t *ret_len,
		      unsigned *ret_changes, const uint8_t id[20])
{
	struct set *set = set_of(blobs, id);
	const struct cached *c;

	pthread_mutex_lock(&blobs->mutex);
	*ret_changes = set->changes;
	c = find(set, id);
	if (c) {
		memcpy(ret, c->bytes, c->len);
		*ret_len = c->len;
	}
	pthread_mutex_unlock(&blobs->mutex);
	return c != NULL;
}

static enum vch_err path_of(char ret[VCH_PATH_MAX],
			    const struct vch_blobs *blobs, const uint8_t id[20])
{
	char name[2 * 20 + 1];

	vch_hex_write_plain(name, vch_span(id, 20));
	return vch_path_join(ret, blobs->dir, name);
}

enum vch_err vch_blobs_put(struct vch_blobs *blobs, const uint8_t id[20],
			   struct vch_span blob)
{
	char path[VCH_PATH_MAX];

	if (blob.len == 0 || blob.len > VCH_BLOB_MAX)
		return VCH_SIZE;
	VCH_TRY(path_of(path, blobs, id));
	VCH_TRY(vch_file_write(path, blob, 0600));
	cache_put(blobs, id, blob);
	return VCH_OK;
}

enum vch_err vch_blobs_get(struct vch_blobs *blobs, uint8_t *ret,
			   size_t *ret_len, const uint8_t id[20])
{
	struct vch_buf buf = vch_buf(VCH_BLOB_MAX);
	char path[VCH_PATH_MAX];
	unsigned changes;
	enum vch_err err;

	if (cache_get(blobs, ret, ret_len, &changes, id))
		return VCH_OK;
	VCH_TRY(path_of(path, blobs, id));
	err = vch_file_read(&buf, path);
	if (err == VCH_OK && buf.len == 0)
		err = VCH_FILE;
	if (err == VCH_OK) {
		memcpy(ret, buf.ptr, buf.len);
		*ret_len = buf.len;
		cache_keep(blobs, id, vch_buf_span(&buf), changes);
	}
	vch_buf_free(&buf);
	return err;
}

void vch_blobs_drop(struct vch_blobs *blobs, const uint8_t id[20])
{
	char path[VCH_PATH_MAX];
	struct cached *c;

	pthread_mutex_lock(&blobs->mutex);
	set_of(blobs, id)->changes++;
	c = find(set_of(blobs, id), id);
	if (c)
		vch_wipe(c, sizeof(*c));
	pthread_mutex_unlock(&blobs->mutex);
	if (path_of(path, blobs, id) == VCH_OK)
		unlink(path);
}

/* ---- all of them ---- */

static enum vch_err beside(char ret[VCH_PATH_MAX], const char *path)
{
	int len = snprintf(ret, VCH_PATH_MAX, "%s.new", path);

	return len < 0 || len >= VCH_PATH_MAX ? VCH_SIZE : VCH_OK;
}

/* Not durable yet. */
static enum vch_err write_beside(const struct vch_blobs *blobs,
				 const struct vch_blob_file *file)
{
	char path[VCH_PATH_MAX], temp[VCH_PATH_MAX];
	enum vch_err err;
	int fd;

	VCH_TRY(path_of(path, blobs, file->id));
	VCH_TRY(beside(temp, path));
	fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return VCH_FILE;
	err = vch_fd_write(fd, vch_span(file->bytes, file->len));
	if (close(fd) != 0 && err == VCH_OK)
		err = VCH_FILE;
	return err;
}

static enum vch_err put_in_place(struct vch_blobs *blobs,
				 const struct vch_blob_file *file)
{
	char path[VCH_PATH_MAX], temp[VCH_PATH_MAX];

	VCH_TRY(path_of(path, blobs, file->id));
	VCH_TRY(beside(temp, path));
	if (rename(temp, path) != 0)
		return VCH_FILE;
	cache_put(blobs, file->id, vch_span(file->bytes, file->len));
	return VCH_OK;
}

/* Everything written so far, with one call for all files. */
static enum vch_err sync_all(const struct vch_blobs *blobs)
{
	int fd = open(blobs->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return VCH_FILE;
	rc = syncfs(fd);
	close(fd);
	return rc == 0 ? VCH_OK : VCH_FILE;
}

enum vch_err vch_blobs_replace(struct vch_blobs *blobs,
			       const struct vch_blob_file *file, size_t cnt)
{
	if (cnt > VCH_BLOBS_REPLACE_MAX)
		return VCH_SIZE;
	for (size_t i = 0; i < cnt; i++)
		VCH_TRY(write_beside(blobs, &file[i]));
	VCH_TRY(sync_all(blobs));
	for (size_t i = 0; i < cnt; i++)
		VCH_TRY(put_in_place(blobs, &file[i]));
	return vch_dir_sync(blobs->dir);
}

/* False: not the name of a blob. */
static bool id_of(uint8_t ret[20], const char *name)
{
	char hex[2 + 2 * 20 + 1] = "0x";

	if (strlen(name) != 2 * 20)
		return false;
	memcpy(hex + 2, name, 2 * 20);
	return vch_hex_read(ret, 20, hex) == VCH_OK;
}

enum vch_err vch_blobs_ids(struct vch_blobs *blobs, uint8_t (**ret_ids)[20],
			   size_t *ret_cnt)
{
	uint8_t(*ids)[20] = NULL;
	size_t cnt = 0, cap = 0;
	struct dirent *entry;
	DIR *dir = opendir(blobs->dir);

	if (!dir)
		return VCH_FILE;
	while ((entry = readdir(dir))) {
		if (cnt == cap) {
			cap = cap * 2 + 1024;
			ids = vch_realloc(ids, cap * sizeof(*ids));
		}
		if (id_of(ids[cnt], entry->d_name))
			cnt++;
	}
	closedir(dir);
	*ret_ids = ids;
	*ret_cnt = cnt;
	return VCH_OK;
}
