/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the trusted application that the board's tests load instead of the
 * product's: it can be many devices. A session begins by saying which one
 * (board.h); what is kept and what keys come from is that one's own. Built
 * with the product's sources by trusted/ta/sub.mk, which renames the door and
 * the calls below; it has another measurement, so it never sees what is the
 * product's.
 */
#include "tests/board.h"

#include <string.h>
#include <tee_internal_api.h>
#include <tee_ta_api.h>

#include "trusted/base/check.h"
#include "trusted/ta/platform.h"

/* What these are called before they were renamed. */
TEE_Result vch_door(void *session, uint32_t command, uint32_t types,
		    TEE_Param params[4]);
enum vch_err vch_board_unique_key(struct vch_root_key *ret);

TEE_Result board_open(uint32_t storage, const void *id, size_t id_len,
		      uint32_t flags, TEE_ObjectHandle *object);
TEE_Result board_create(uint32_t storage, const void *id, size_t id_len,
			uint32_t flags, TEE_ObjectHandle attributes,
			const void *data, size_t data_len,
			TEE_ObjectHandle *object);

static struct board_device device;

static size_t name_of(uint8_t ret[TEE_OBJECT_ID_MAX_LEN],
		      const uint8_t storage[BOARD_ID_LEN], const void *id,
		      size_t id_len)
{
	VCH_CHECK(BOARD_ID_LEN + id_len <= TEE_OBJECT_ID_MAX_LEN);
	memcpy(ret, storage, BOARD_ID_LEN);
	memcpy(ret + BOARD_ID_LEN, id, id_len);
	return BOARD_ID_LEN + id_len;
}

TEE_Result board_open(uint32_t storage, const void *id, size_t id_len,
		      uint32_t flags, TEE_ObjectHandle *object)
{
	uint8_t name[TEE_OBJECT_ID_MAX_LEN];
	size_t len = name_of(name, device.storage, id, id_len);

	return TEE_OpenPersistentObject(storage, name, len, flags, object);
}

TEE_Result board_create(uint32_t storage, const void *id, size_t id_len,
			uint32_t flags, TEE_ObjectHandle attributes,
			const void *data, size_t data_len,
			TEE_ObjectHandle *object)
{
	uint8_t name[TEE_OBJECT_ID_MAX_LEN];
	size_t len = name_of(name, device.storage, id, id_len);

	return TEE_CreatePersistentObject(storage, name, len, flags, attributes,
					  data, data_len, object);
}

enum vch_err vch_platform_unique_key(struct vch_root_key *ret)
{
	VCH_TRY(vch_board_unique_key(ret));
	for (size_t i = 0; i < BOARD_ID_LEN; i++)
		ret->secret[i] ^= device.secret[i];
	return VCH_OK;
}

static void drop(const uint8_t storage[BOARD_ID_LEN])
{
	static const char *const ids[] = BOARD_OBJECTS;

	for (size_t i = 0; i < VCH_ARRAY_LEN(ids); i++) {
		TEE_ObjectHandle object = TEE_HANDLE_NULL;
		uint8_t name[TEE_OBJECT_ID_MAX_LEN];
		size_t len = name_of(name, storage, ids[i], strlen(ids[i]));

		if (TEE_OpenPersistentObject(VCH_DEVICE_STORAGE, name, len,
					     TEE_DATA_FLAG_ACCESS_WRITE_META,
					     &object) == TEE_SUCCESS)
			TEE_CloseAndDeletePersistentObject1(object);
	}
}

TEE_Result TA_InvokeCommandEntryPoint(void *session, uint32_t command,
				      uint32_t types, TEE_Param params[4])
{
	struct board_device given;

	if (command != BOARD_SELECT && command != BOARD_DROP)
		return vch_door(session, command, types, params);
	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT,
				     TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE,
				     TEE_PARAM_TYPE_NONE) ||
	    params[0].memref.size != sizeof(given))
		return TEE_ERROR_BAD_PARAMETERS;
	memcpy(&given, params[0].memref.buffer, sizeof(given));
	if (command == BOARD_DROP) {
		drop(given.storage);
		return TEE_SUCCESS;
	}
	device = given;
	return TA_CreateEntryPoint();
}
