/* SPDX-License-Identifier: Apache-2.0 */
/* Persistent objects, over emu/store.h. Each change is one commit. */
#include <string.h>

#include "emu/fault.h"
#include "emu/gp.h"
#include "trusted/base/check.h"

#define HANDLES_MAX VCH_STORE_OBJECTS_MAX
#define FLAGS_KNOWN                                                            \
	(TEE_DATA_FLAG_ACCESS_READ | TEE_DATA_FLAG_ACCESS_WRITE |              \
	 TEE_DATA_FLAG_ACCESS_WRITE_META | TEE_DATA_FLAG_SHARE_READ |          \
	 TEE_DATA_FLAG_SHARE_WRITE | TEE_DATA_FLAG_OVERWRITE)

/*
 * An open object: handle i is place i of the store. Another process that
 * deletes what is open here is not hindered, as GP would: the handle then
 * finds nothing.
 */
struct vch_gp_object {
	bool open;
	uint32_t flags;
	size_t position;
};
static struct vch_gp_object handles[HANDLES_MAX];

void vch_gp_objects_reset(void)
{
	memset(handles, 0, sizeof(handles));
}

static void store_leave(struct vch_store **store)
{
	vch_store_leave(*store);
}

static struct vch_store *store_enter(void)
{
	vch_store_enter(vch_gp_store());
	return vch_gp_store();
}

/* Until the end of the scope no other process uses the storage. */
#define STORE_HELD __attribute__((cleanup(store_leave))) struct vch_store

static TEE_Result result_of(enum vch_err err)
{
	switch (err) {
	case VCH_OK:
		return TEE_SUCCESS;
	case VCH_CORRUPT:
		return TEE_ERROR_CORRUPT_OBJECT;
	default:
		return TEE_ERROR_STORAGE_NOT_AVAILABLE;
	}
}

/* The place of a handle in the store. A wrong handle is a panic, as GP has. */
static size_t place_of(TEE_ObjectHandle object)
{
	for (size_t i = 0; i < HANDLES_MAX; i++) {
		if (object == &handles[i] && handles[i].open)
			return i;
	}
	TEE_Panic(TEE_ERROR_BAD_PARAMETERS);
}

static size_t place_find(const struct vch_store_image *image, const void *id,
			 size_t id_len)
{
	for (size_t i = 0; i < VCH_STORE_OBJECTS_MAX; i++) {
		const struct vch_store_object *object = &image->objects[i];

		if (object->id_len == id_len &&
		    memcmp(object->id, id, id_len) == 0)
			return i;
	}
	return VCH_STORE_OBJECTS_MAX;
}

static size_t place_free(const struct vch_store_image *image)
{
	for (size_t i = 0; i < VCH_STORE_OBJECTS_MAX; i++) {
		if (image->objects[i].id_len == 0)
			return i;
	}
	return VCH_STORE_OBJECTS_MAX;
}

/*
 * Arguments that both ways to a handle share. An empty name is legal in GP
 * but not here: length 0 marks a free place.
 */
static TEE_Result name_check(const struct vch_store *store, uint32_t storage_id,
			     const void *id, size_t id_len, uint32_t flags)
{
	if (!id || id_len == 0 || id_len > TEE_OBJECT_ID_MAX_LEN ||
	    (flags & ~(uint32_t)FLAGS_KNOWN) != 0)
		TEE_Panic(TEE_ERROR_BAD_PARAMETERS);
	if (vch_fault_call())
		return TEE_ERROR_GENERIC;
	if (storage_id != TEE_STORAGE_PRIVATE)
		return TEE_ERROR_ITEM_NOT_FOUND;
	return result_of(store->state);
}

static TEE_ObjectHandle handle_open(size_t place, uint32_t flags)
{
	handles[place] = (struct vch_gp_object){true, flags, 0};
	return &handles[place];
}

TEE_Result TEE_OpenPersistentObject(uint32_t storageID, const void *objectID,
				    size_t objectIDLen, uint32_t flags,
				    TEE_ObjectHandle *object)
{
	STORE_HELD *store = store_enter();
	TEE_Result result;
	size_t place;

	if (!object)
		TEE_Panic(TEE_ERROR_BAD_PARAMETERS);
	*object = TEE_HANDLE_NULL;
	result = name_check(store, storageID, objectID, objectIDLen, flags);
	if (result != TEE_SUCCESS)
		return result;
	place = place_find(&store->image, objectID, objectIDLen);
	if (place == VCH_STORE_OBJECTS_MAX)
		return TEE_ERROR_ITEM_NOT_FOUND;
	if (handles[place].open)
		return TEE_ERROR_ACCESS_CONFLICT;
	*object = handle_open(place, flags);
	return TEE_SUCCESS;
}

/* The place a new object goes to, or why there is none. */
static TEE_Result place_for(size_t *ret_place,
			    const struct vch_store_image *image, const void *id,
			    size_t id_len, uint32_t flags)
{
	size_t place = place_find(image, id, id_len);

	if (place == VCH_STORE_OBJECTS_MAX) {
		place = place_free(image);
		if (place == VCH_STORE_OBJECTS_MAX)
			return TEE_ERROR_STORAGE_NO_SPACE;
	} else if (handles[place].open || !(flags & TEE_DATA_FLAG_OVERWRITE)) {
		return TEE_ERROR_ACCESS_CONFLICT;
	}
	*ret_place = place;
	return TEE_SUCCESS;
}

TEE_Result TEE_CreatePersistentObject(uint32_t storageID, const void *objectID,
				      size_t objectIDLen, uint32_t flags,
				      TEE_ObjectHandle attributes,
				      const void *initialData,
				      size_t initialDataLen,
				      TEE_ObjectHandle *object)
{
	STORE_HELD *store = store_enter();
	VCH_AUTO(store_image) next = store->image;
	struct vch_store_object new_object = {.id_len = (uint8_t)objectIDLen};
	TEE_Result result;
	size_t place;

	if (attributes != TEE_HANDLE_NULL || (initialDataLen && !initialData))
		TEE_Panic(TEE_ERROR_BAD_PARAMETERS);
	if (object)
		*object = TEE_HANDLE_NULL;
	result = name_check(store, storageID, objectID, objectIDLen, flags);
	if (result == TEE_SUCCESS)
		result = place_for(&place, &next, objectID, objectIDLen, flags);
	if (result != TEE_SUCCESS)
		return result;
	if (initialDataLen > VCH_STORE_DATA_MAX)
		return TEE_ERROR_STORAGE_NO_SPACE;
	memcpy(new_object.id, objectID, objectIDLen);
	next.objects[place] = new_object;
	next.objects[place].len = (uint16_t)initialDataLen;
	if (initialDataLen > 0)
		memcpy(next.objects[place].secret_data, initialData,
		       initialDataLen);
	result = result_of(vch_store_commit(store, &next));
	if (result == TEE_SUCCESS && object)
		*object = handle_open(place, flags);
	return result;
}

TEE_Result TEE_ReadObjectData(TEE_ObjectHandle object, void *buffer,
			      size_t size, size_t *count)
{
	size_t place = place_of(object);
	STORE_HELD *store = store_enter();
	const struct vch_store_object *stored = &store->image.objects[place];
	size_t left = 0;

	if (!count || (size && !buffer) ||
	    !(object->flags & TEE_DATA_FLAG_ACCESS_READ))
		TEE_Panic(TEE_ERROR_BAD_PARAMETERS);
	*count = 0;
	if (vch_fault_call())
		return TEE_ERROR_CORRUPT_OBJECT;
	if (store->state != VCH_OK)
		return result_of(store->state);
	if (stored->id_len == 0)
		return TEE_ERROR_CORRUPT_OBJECT;
	if (object->position < stored->len)
		left = stored->len - object->position;
	if (size > left)
		size = left;
	if (size > 0)
		memcpy(buffer, stored->secret_data + object->position, size);
	object->position += size;
	*count = size;
	return TEE_SUCCESS;
}

/* Why an open object may not be changed now, or TEE_SUCCESS. */
static TEE_Result change_check(const struct vch_store *store,
			       TEE_ObjectHandle object, uint32_t flag)
{
	if (!(object->flags & flag))
		TEE_Panic(TEE_ERROR_BAD_PARAMETERS);
	if (vch_fault_call())
		return TEE_ERROR_STORAGE_NOT_AVAILABLE;
	if (store->state == VCH_OK &&
	    store->image.objects[object - handles].id_len == 0)
		return TEE_ERROR_CORRUPT_OBJECT;
	return result_of(store->state);
}

TEE_Result TEE_WriteObjectData(TEE_ObjectHandle object, const void *buffer,
			       size_t size)
{
	size_t place = place_of(object);
	STORE_HELD *store = store_enter();
	VCH_AUTO(store_image) next = store->image;
	struct vch_store_object *stored = &next.objects[place];
	TEE_Result result;

	if (size && !buffer)
		TEE_Panic(TEE_ERROR_BAD_PARAMETERS);
	result = change_check(store, object, TEE_DATA_FLAG_ACCESS_WRITE);
	if (result != TEE_SUCCESS || size == 0)
		return result;
	if (object->position > VCH_STORE_DATA_MAX ||
	    size > VCH_STORE_DATA_MAX - object->position)
		return TEE_ERROR_STORAGE_NO_SPACE;
	memcpy(stored->secret_data + object->position, buffer, size);
	if (object->position + size > stored->len)
		stored->len = (uint16_t)(object->position + size);
	result = result_of(vch_store_commit(store, &next));
	if (result == TEE_SUCCESS)
		object->position += size;
	return result;
}

TEE_Result TEE_TruncateObjectData(TEE_ObjectHandle object, size_t size)
{
	size_t place = place_of(object);
	STORE_HELD *store = store_enter();
	VCH_AUTO(store_image) next = store->image;
	struct vch_store_object *stored = &next.objects[place];
	TEE_Result result =
		change_check(store, object, TEE_DATA_FLAG_ACCESS_WRITE);

	if (result != TEE_SUCCESS)
		return result;
	if (size > VCH_STORE_DATA_MAX)
		return TEE_ERROR_STORAGE_NO_SPACE;
	memset(stored->secret_data + size, 0, VCH_STORE_DATA_MAX - size);
	stored->len = (uint16_t)size;
	return result_of(vch_store_commit(store, &next));
}

TEE_Result TEE_SeekObjectData(TEE_ObjectHandle object, intmax_t offset,
			      TEE_Whence whence)
{
	size_t place = place_of(object);
	STORE_HELD *store = store_enter();
	intmax_t base = 0;

	if (vch_fault_call())
		return TEE_ERROR_STORAGE_NOT_AVAILABLE;
	if (whence == TEE_DATA_SEEK_CUR)
		base = (intmax_t)object->position;
	else if (whence == TEE_DATA_SEEK_END)
		base = store->image.objects[place].len;
	else if (whence != TEE_DATA_SEEK_SET)
		TEE_Panic(TEE_ERROR_BAD_PARAMETERS);
	if (offset > TEE_DATA_MAX_POSITION - base)
		return TEE_ERROR_OVERFLOW;
	/* before the start means the start */
	object->position = offset < -base ? 0 : (size_t)(base + offset);
	return TEE_SUCCESS;
}

void TEE_CloseObject(TEE_ObjectHandle object)
{
	if (object == TEE_HANDLE_NULL)
		return;
	handles[place_of(object)].open = false;
}

TEE_Result TEE_CloseAndDeletePersistentObject1(TEE_ObjectHandle object)
{
	STORE_HELD *store = store_enter();
	VCH_AUTO(store_image) next = store->image;
	TEE_Result result;
	size_t place;

	if (object == TEE_HANDLE_NULL)
		return TEE_SUCCESS;
	place = place_of(object);
	result = change_check(store, object, TEE_DATA_FLAG_ACCESS_WRITE_META);
	handles[place].open = false;
	if (result != TEE_SUCCESS)
		return result;
	memset(&next.objects[place], 0, sizeof(next.objects[place]));
	return result_of(vch_store_commit(store, &next));
}
