/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/blobs.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/alloc.h"
#include "host/base/buf.h"
#include "host/base/file.h"
#include "host/base/hex.h"

/* Kept in memory; a power of two. A place holds whoever came last. */
#define CACHE_CNT 4096

struct cached {
	uint8_t id[20];
	uint16_t len; /* 0: nothing here */
	uint8_t bytes[VCH_BLOB_MAX];
};

struct vch_blobs {
	char *dir;
	pthread_mutex_t mutex;
	struct cached *cache;
};

enum vch_err vch_blobs_open(struct vch_blobs **ret, const char *dir)
{
	struct vch_blobs *blobs;

	VCH_TRY(vch_dir_make(dir));
	VCH_TRY(vch_dir_check_private(dir));
	blobs = vch_alloc(1, sizeof(*blobs));
	blobs->dir = strdup(dir);
	blobs->cache = vch_alloc(CACHE_CNT, sizeof(*blobs->cache));
	pthread_mutex_init(&blobs->mutex, NULL);
	*ret = blobs;
	return VCH_OK;
}

void vch_blobs_close(struct vch_blobs *blobs)
{
	pthread_mutex_destroy(&blobs->mutex);
	free(blobs->cache);
	free(blobs->dir);
	free(blobs);
}

static struct cached *place_of(struct vch_blobs *blobs, const uint8_t id[20])
{
	return &blobs->cache[vch_load_be64(id + 8) & (CACHE_CNT - 1)];
}

static void cache_put(struct vch_blobs *blobs, const uint8_t id[20],
		      struct vch_span blob)
{
	struct cached *c = place_of(blobs, id);

	pthread_mutex_lock(&blobs->mutex);
	memcpy(c->id, id, sizeof(c->id));
	memcpy(c->bytes, blob.ptr, blob.len);
	c->len = (uint16_t)blob.len;
	pthread_mutex_unlock(&blobs->mutex);
}

static bool cache_get(struct vch_blobs *blobs, uint8_t *ret, size_t *ret_len,
		      const uint8_t id[20])
{
	struct cached *c = place_of(blobs, id);
	bool here;

	pthread_mutex_lock(&blobs->mutex);
	here = c->len > 0 && memcmp(c->id, id, sizeof(c->id)) == 0;
	if (here) {
		memcpy(ret, c->bytes, c->len);
		*ret_len = c->len;
	}
	pthread_mutex_unlock(&blobs->mutex);
	return here;
}

static enum vch_err path_of(char ret[VCH_PATH_MAX],
			    const struct vch_blobs *blobs,
			    const uint8_t id[20])
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
	enum vch_err err;

	if (cache_get(blobs, ret, ret_len, id))
		return VCH_OK;
	VCH_TRY(path_of(path, blobs, id));
	err = vch_file_read(&buf, path);
	if (err == VCH_OK && buf.len > 0) {
		memcpy(ret, buf.ptr, buf.len);
		*ret_len = buf.len;
		cache_put(blobs, id, vch_buf_span(&buf));
	}
	vch_buf_free(&buf);
	return err == VCH_OK && *ret_len > 0 ? VCH_OK : VCH_FILE;
}
