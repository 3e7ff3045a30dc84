/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the trusted application that the board's tests load instead of the
 * product's: it can be many devices. A session begins by saying which one
 * (board.h); what is kept and what keys come from is that one's own. A session
 * that does not say is with the device of zeros. Built
 * with the product's sources by trusted/ta/sub.mk, which renames the door and
 * the calls below; it has another measurement, so it never sees what is the
 * product's.
 */
#include "tests/board.h"

#include <string.h>
#include <tee_internal_api.h>
#include <tee_ta_api.h>

#include "host/cli/vector.h"
#include "trusted/base/check.h"
#include "trusted/crypto/secp256k1.h"
#include "trusted/ta/platform.h"
#include "wire/gen/ta.h"

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
TEE_Result board_write(TEE_ObjectHandle object, const void *data, size_t len);

static struct board_device device;
static uint32_t write_cnt;

/* Before each write of storage. */
static void count_write(void)
{
	if (++write_cnt == device.panic_at_write)
		TEE_Panic(TEE_ERROR_BAD_STATE);
}

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

	count_write();
	return TEE_CreatePersistentObject(storage, name, len, flags, attributes,
					  data, data_len, object);
}

TEE_Result board_write(TEE_ObjectHandle object, const void *data, size_t len)
{
	count_write();
	return TEE_WriteObjectData(object, data, len);
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

#ifdef BOARD_BRITTLE
/* Where a request wants it to end; 0: nowhere. */
static char wanted_end(uint32_t types, const TEE_Param params[4])
{
	static const char word[] = BOARD_PANIC;
	const size_t len = sizeof(word) - 1;
	const char *bytes = params[0].memref.buffer;

	if (TEE_PARAM_TYPE_GET(types, 0) != TEE_PARAM_TYPE_MEMREF_INPUT)
		return 0;
	for (size_t i = 0; i + len < params[0].memref.size; i++) {
		if (memcmp(bytes + i, word, len) == 0)
			return bytes[i + len];
	}
	return 0;
}

static TEE_Result door(void *session, uint32_t command, uint32_t types,
		       TEE_Param params[4])
{
	char end =
		command == VCH_CMD_SIGN_BATCH ? wanted_end(types, params) : 0;
	TEE_Result res;

	if (end == BOARD_PANIC_BEGIN)
		TEE_Panic(TEE_ERROR_BAD_STATE);
	if (end == BOARD_PANIC_WRITE)
		device.panic_at_write = write_cnt + 1;
	res = vch_door(session, command, types, params);
	if (end == BOARD_PANIC_END)
		TEE_Panic(TEE_ERROR_BAD_STATE);
	return res;
}
#else
#define door vch_door
#endif

/* One primitive, by the very code the product has. */
static TEE_Result vector(uint32_t types, TEE_Param params[4])
{
	static char line[VCH_VECTOR_LINE_MAX + 1];
	static char answer[VCH_VECTOR_ANSWER_MAX];

	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT,
				     TEE_PARAM_TYPE_MEMREF_OUTPUT,
				     TEE_PARAM_TYPE_NONE,
				     TEE_PARAM_TYPE_NONE) ||
	    params[0].memref.size > VCH_VECTOR_LINE_MAX ||
	    params[1].memref.size < VCH_VECTOR_ANSWER_MAX)
		return TEE_ERROR_BAD_PARAMETERS;
	memcpy(line, params[0].memref.buffer, params[0].memref.size);
	line[params[0].memref.size] = '\0';
	params[1].memref.size = vch_vector_answer(answer, line);
	memcpy(params[1].memref.buffer, answer, params[1].memref.size);
	return TEE_SUCCESS;
}

TEE_Result TA_InvokeCommandEntryPoint(void *session, uint32_t command,
				      uint32_t types, TEE_Param params[4])
{
	struct board_device given;

	if (command == BOARD_VECTOR)
		return vector(types, params);
	if (command != BOARD_SELECT && command != BOARD_DROP)
		return door(session, command, types, params);
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
	write_cnt = 0;
	return TA_CreateEntryPoint();
}
