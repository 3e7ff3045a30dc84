// SPDX-License-Identifier: Apache-2.0
/*
 * GlobalPlatform's persistent objects in secure flash: the storage
 * VCH_DEVICE_STORAGE. All objects of a trusted application, a few and small,
 * stand in its one place, so each change is whole or was not. Of an object
 * that is created anew or removed nothing can be read again; one that is
 * written into leaves older entries until the journal is full.
 *
 * Objects belong to the measurement of the application, not to its UUID, and
 * change hands only all together: vouch_place_hand_over.
 */
#include <kernel/mutex.h>
#include <kernel/ts_manager.h>
#include <kernel/user_access.h>
#include <kernel/user_ta.h>
#include <stdlib.h>
#include <string.h>
#include <string_ext.h>
#include <tee/tee_fs.h>
#include <tee/tee_pobj.h>
#include <vouch_flash.h>

#define ID_MAX 24

/* In the place, one after the other: an object's bytes follow its head. */
struct object_head {
	uint8_t id_len;
	uint8_t id[ID_MAX];
	uint16_t size;
} __packed;

struct tee_file_handle {
	struct object_head head; /* size is not kept up to date */
};

/* The caller's place as it is now, and what may become of it. */
static struct {
	struct vouch_code code;
	uint8_t data[VOUCH_PLACE_MAX];
	size_t size;
} now;
static struct mutex fs_lock = MUTEX_INITIALIZER;

static TEE_Result load(void)
{
	struct ts_session *s = ts_get_current_session();
	struct user_ta_ctx *utc = NULL;
	TEE_Result res = TEE_SUCCESS;

	if (!is_user_ta_ctx(s->ctx))
		return TEE_ERROR_ACCESS_DENIED;
	utc = to_user_ta_ctx(s->ctx);
	if (!utc->measured)
		return TEE_ERROR_ACCESS_DENIED;
	memcpy(now.code.measurement, utc->measurement,
	       sizeof(now.code.measurement));
	now.code.uuid = s->ctx->uuid;
	now.size = sizeof(now.data);
	res = vouch_place_read(&now.code, now.data, &now.size);
	if (res == TEE_ERROR_ITEM_NOT_FOUND) {
		now.size = 0;
		res = TEE_SUCCESS;
	}
	return res;
}

static TEE_Result store(bool forget)
{
	return vouch_place_write(&now.code, now.data, now.size, forget);
}

static void begin(void)
{
	mutex_lock(&fs_lock);
}

static void end(void)
{
	memzero_explicit(&now, sizeof(now));
	mutex_unlock(&fs_lock);
}

static TEE_Result head_of(struct object_head *head, const struct tee_pobj *po)
{
	memset(head, 0, sizeof(*head));
	if (!po->obj_id_len || po->obj_id_len > ID_MAX)
		return TEE_ERROR_BAD_PARAMETERS;
	head->id_len = po->obj_id_len;
	memcpy(head->id, po->obj_id, po->obj_id_len);
	return TEE_SUCCESS;
}

/* Where that object's bytes are in `now`. */
static TEE_Result find(size_t *at, size_t *size, const struct object_head *want)
{
	size_t pos = 0;

	while (now.size - pos >= sizeof(struct object_head)) {
		struct object_head head = {};

		memcpy(&head, now.data + pos, sizeof(head));
		pos += sizeof(head);
		if (head.size > now.size - pos)
			return TEE_ERROR_CORRUPT_OBJECT;
		*at = pos;
		*size = head.size;
		if (head.id_len == want->id_len &&
		    !memcmp(head.id, want->id, ID_MAX))
			return TEE_SUCCESS;
		pos += head.size;
	}
	return pos == now.size ? TEE_ERROR_ITEM_NOT_FOUND
			       : TEE_ERROR_CORRUPT_OBJECT;
}

static void cut(size_t at, size_t size)
{
	size_t from = at - sizeof(struct object_head);

	memmove(now.data + from, now.data + at + size, now.size - at - size);
	now.size -= sizeof(struct object_head) + size;
}

/* Its bytes become `size` long, zeros at the end; *at: where they are now. */
static TEE_Result resize(size_t *at, const struct object_head *head,
			 size_t size)
{
	uint8_t old[VOUCH_PLACE_MAX] = {};
	struct object_head with = *head;
	size_t old_size = 0;
	TEE_Result res = find(at, &old_size, head);

	if (res && res != TEE_ERROR_ITEM_NOT_FOUND)
		return res;
	if (!res) {
		memcpy(old, now.data + *at, old_size);
		cut(*at, old_size);
	}
	if (size > sizeof(now.data) - sizeof(with) - now.size) {
		memzero_explicit(old, sizeof(old));
		return TEE_ERROR_STORAGE_NO_SPACE;
	}
	with.size = size;
	memcpy(now.data + now.size, &with, sizeof(with));
	*at = now.size + sizeof(with);
	memcpy(now.data + *at, old, size);
	now.size = *at + size;
	memzero_explicit(old, sizeof(old));
	return TEE_SUCCESS;
}

static TEE_Result copy_in(void *to, const void *core, const void *user,
			  size_t size)
{
	if (core)
		memcpy(to, core, size);
	else if (user)
		return copy_from_user(to, user, size);
	return TEE_SUCCESS;
}

static TEE_Result handle_new(struct tee_file_handle **fh,
			     const struct object_head *head)
{
	*fh = calloc(1, sizeof(**fh));
	if (!*fh)
		return TEE_ERROR_OUT_OF_MEMORY;
	(*fh)->head = *head;
	return TEE_SUCCESS;
}

static TEE_Result fs_open(struct tee_pobj *po, size_t *ret_size,
			  struct tee_file_handle **fh)
{
	struct object_head head = {};
	size_t at = 0;
	size_t size = 0;
	TEE_Result res = head_of(&head, po);

	if (res)
		return res;
	begin();
	res = load();
	if (!res)
		res = find(&at, &size, &head);
	end();
	if (!res)
		res = handle_new(fh, &head);
	if (!res && ret_size)
		*ret_size = size;
	return res;
}

static TEE_Result fs_create(struct tee_pobj *po, bool overwrite,
			    const void *head, size_t head_size,
			    const void *attr, size_t attr_size,
			    const void *data_core, const void *data_user,
			    size_t data_size, struct tee_file_handle **fh)
{
	struct object_head object = {};
	size_t at = 0;
	size_t size = 0;
	TEE_Result res = head_of(&object, po);

	if (res)
		return res;
	if (head_size > VOUCH_PLACE_MAX || attr_size > VOUCH_PLACE_MAX ||
	    data_size > VOUCH_PLACE_MAX)
		return TEE_ERROR_STORAGE_NO_SPACE;
	begin();
	res = load();
	if (!res && !overwrite && !find(&at, &size, &object))
		res = TEE_ERROR_ACCESS_CONFLICT;
	if (!res)
		res = resize(&at, &object, head_size + attr_size + data_size);
	if (!res)
		res = copy_in(now.data + at, head, NULL, head_size);
	if (!res)
		res = copy_in(now.data + at + head_size, attr, NULL, attr_size);
	if (!res)
		res = copy_in(now.data + at + head_size + attr_size, data_core,
			      data_user, data_size);
	if (!res)
		res = store(true);
	end();
	return res ? res : handle_new(fh, &object);
}

static void fs_close(struct tee_file_handle **fh)
{
	free(*fh);
	*fh = NULL;
}

static TEE_Result fs_read(struct tee_file_handle *fh, size_t pos,
			  void *buf_core, void *buf_user, size_t *len)
{
	size_t at = 0;
	size_t size = 0;
	TEE_Result res = TEE_SUCCESS;

	begin();
	res = load();
	if (!res)
		res = find(&at, &size, &fh->head);
	if (!res) {
		*len = pos < size ? MIN(*len, size - pos) : 0;
		if (buf_core)
			memcpy(buf_core, now.data + at + pos, *len);
		else if (*len)
			res = copy_to_user(buf_user, now.data + at + pos, *len);
	}
	end();
	return res;
}

static TEE_Result fs_write(struct tee_file_handle *fh, size_t pos,
			   const void *buf_core, const void *buf_user,
			   size_t len)
{
	size_t at = 0;
	size_t size = 0;
	TEE_Result res = TEE_SUCCESS;

	if (!len)
		return TEE_SUCCESS;
	if (pos > VOUCH_PLACE_MAX || len > VOUCH_PLACE_MAX)
		return TEE_ERROR_STORAGE_NO_SPACE;
	begin();
	res = load();
	if (!res)
		res = find(&at, &size, &fh->head);
	if (!res && pos + len > size)
		res = resize(&at, &fh->head, pos + len);
	if (!res)
		res = copy_in(now.data + at + pos, buf_core, buf_user, len);
	if (!res)
		res = store(false);
	end();
	return res;
}

static TEE_Result fs_truncate(struct tee_file_handle *fh, size_t size)
{
	size_t at = 0;
	size_t was = 0;
	TEE_Result res = TEE_SUCCESS;

	if (size > VOUCH_PLACE_MAX)
		return TEE_ERROR_STORAGE_NO_SPACE;
	begin();
	res = load();
	if (!res)
		res = find(&at, &was, &fh->head);
	if (!res)
		res = resize(&at, &fh->head, size);
	if (!res)
		res = store(true);
	end();
	return res;
}

static TEE_Result fs_remove(struct tee_pobj *po)
{
	struct object_head head = {};
	size_t at = 0;
	size_t size = 0;
	TEE_Result res = head_of(&head, po);

	if (res)
		return res;
	begin();
	res = load();
	if (!res)
		res = find(&at, &size, &head);
	if (!res) {
		cut(at, size);
		res = store(true);
	}
	end();
	return res;
}

/* Objects have their names from the start; and each knows its own. */
static TEE_Result fs_rename(struct tee_pobj *old_po __unused,
			    struct tee_pobj *new_po __unused,
			    bool overwrite __unused)
{
	return TEE_ERROR_NOT_SUPPORTED;
}

static TEE_Result fs_opendir(const TEE_UUID *uuid __unused,
			     struct tee_fs_dir **d __unused)
{
	return TEE_ERROR_NOT_SUPPORTED;
}

static TEE_Result fs_readdir(struct tee_fs_dir *d __unused,
			     struct tee_fs_dirent **ent __unused)
{
	return TEE_ERROR_NOT_SUPPORTED;
}

static void fs_closedir(struct tee_fs_dir *d __unused)
{
}

const struct tee_file_operations vouch_fs_ops = {
	.open = fs_open,
	.create = fs_create,
	.close = fs_close,
	.read = fs_read,
	.write = fs_write,
	.rename = fs_rename,
	.remove = fs_remove,
	.truncate = fs_truncate,
	.opendir = fs_opendir,
	.readdir = fs_readdir,
	.closedir = fs_closedir,
};
