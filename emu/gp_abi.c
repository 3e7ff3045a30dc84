/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiles or does not: once against emu/include, once against the headers of
 * OP-TEE's dev kit. So both mean the same numbers, types and functions. Not
 * linked into anything.
 */
#include <pta_system.h>
#include <stddef.h>
#include <stdint.h>
#include <tee_internal_api.h>
#include <tee_ta_api.h>

#define IS(name, number) _Static_assert((name) == (number), #name)

IS(TEE_SUCCESS, 0);
IS(TEE_ERROR_CORRUPT_OBJECT, 0xF0100001);
IS(TEE_ERROR_STORAGE_NOT_AVAILABLE, 0xF0100003);
IS(TEE_ERROR_GENERIC, 0xFFFF0000);
IS(TEE_ERROR_ACCESS_DENIED, 0xFFFF0001);
IS(TEE_ERROR_ACCESS_CONFLICT, 0xFFFF0003);
IS(TEE_ERROR_EXCESS_DATA, 0xFFFF0004);
IS(TEE_ERROR_BAD_FORMAT, 0xFFFF0005);
IS(TEE_ERROR_BAD_PARAMETERS, 0xFFFF0006);
IS(TEE_ERROR_BAD_STATE, 0xFFFF0007);
IS(TEE_ERROR_ITEM_NOT_FOUND, 0xFFFF0008);
IS(TEE_ERROR_NOT_IMPLEMENTED, 0xFFFF0009);
IS(TEE_ERROR_NOT_SUPPORTED, 0xFFFF000A);
IS(TEE_ERROR_NO_DATA, 0xFFFF000B);
IS(TEE_ERROR_OUT_OF_MEMORY, 0xFFFF000C);
IS(TEE_ERROR_SECURITY, 0xFFFF000F);
IS(TEE_ERROR_SHORT_BUFFER, 0xFFFF0010);
IS(TEE_ERROR_OVERFLOW, 0xFFFF300F);
IS(TEE_ERROR_TARGET_DEAD, 0xFFFF3024);
IS(TEE_ERROR_STORAGE_NO_SPACE, 0xFFFF3041);
IS(TEE_ORIGIN_API, 1);
IS(TEE_ORIGIN_TRUSTED_APP, 4);
IS(TEE_NUM_PARAMS, 4);
IS(TEE_PARAM_TYPES(TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_VALUE_INPUT,
		   TEE_PARAM_TYPE_VALUE_OUTPUT, TEE_PARAM_TYPE_VALUE_INOUT),
   0x3210);
IS(TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT, TEE_PARAM_TYPE_MEMREF_OUTPUT,
		   TEE_PARAM_TYPE_MEMREF_INOUT, TEE_PARAM_TYPE_NONE),
   0x0765);
IS(TEE_PARAM_TYPE_GET(0x0765, 1), TEE_PARAM_TYPE_MEMREF_OUTPUT);
IS(TEE_TIMEOUT_INFINITE, 0xFFFFFFFF);
IS(TEE_STORAGE_PRIVATE, 1);
IS(TEE_OBJECT_ID_MAX_LEN, 64);
IS(TEE_DATA_MAX_POSITION, 0xFFFFFFFF);
IS(TEE_DATA_FLAG_ACCESS_READ, 0x1);
IS(TEE_DATA_FLAG_ACCESS_WRITE, 0x2);
IS(TEE_DATA_FLAG_ACCESS_WRITE_META, 0x4);
IS(TEE_DATA_FLAG_SHARE_READ, 0x10);
IS(TEE_DATA_FLAG_SHARE_WRITE, 0x20);
IS(TEE_DATA_FLAG_OVERWRITE, 0x400);
IS(TEE_DATA_SEEK_SET, 0);
IS(TEE_DATA_SEEK_CUR, 1);
IS(TEE_DATA_SEEK_END, 2);
IS(PTA_SYSTEM_DERIVE_TA_UNIQUE_KEY, 1);
IS(sizeof(TEE_Result), 4);
IS(sizeof(TEE_UUID), 16);
IS(sizeof(TEE_Time), 8);
IS(offsetof(TEE_Time, millis), 4);
IS(sizeof(TEE_Param), 2 * sizeof(void *));
IS(offsetof(TEE_Param, memref.size), sizeof(void *));
IS(offsetof(TEE_Param, value.b), 4);

extern const TEE_UUID gp_abi_system;
const TEE_UUID gp_abi_system = PTA_SYSTEM_UUID;

/* A pointer of another type would not be accepted. */
struct gp_abi {
	void (*panic)(TEE_Result);
	void (*random)(void *, size_t);
	void (*time)(TEE_Time *);
	void (*ree_time)(TEE_Time *);
	TEE_Result (*open)(uint32_t, const void *, size_t, uint32_t,
			   TEE_ObjectHandle *);
	TEE_Result (*create)(uint32_t, const void *, size_t, uint32_t,
			     TEE_ObjectHandle, const void *, size_t,
			     TEE_ObjectHandle *);
	TEE_Result (*read)(TEE_ObjectHandle, void *, size_t, size_t *);
	TEE_Result (*write)(TEE_ObjectHandle, const void *, size_t);
	TEE_Result (*truncate)(TEE_ObjectHandle, size_t);
	TEE_Result (*seek)(TEE_ObjectHandle, intmax_t, TEE_Whence);
	void (*close)(TEE_ObjectHandle);
	TEE_Result (*delete)(TEE_ObjectHandle);
	TEE_Result (*session_open)(const TEE_UUID *, uint32_t, uint32_t,
				   TEE_Param *, TEE_TASessionHandle *,
				   uint32_t *);
	TEE_Result (*session_invoke)(TEE_TASessionHandle, uint32_t, uint32_t,
				     uint32_t, TEE_Param *, uint32_t *);
	void (*session_close)(TEE_TASessionHandle);
	TEE_Result (*property)(TEE_PropSetHandle, const char *, char *,
			       size_t *);
	TEE_Result (*ta_create)(void);
	void (*ta_destroy)(void);
	TEE_Result (*ta_open)(uint32_t, TEE_Param *, void **);
	void (*ta_close)(void *);
	TEE_Result (*ta_invoke)(void *, uint32_t, uint32_t, TEE_Param *);
};

extern const struct gp_abi gp_abi;
const struct gp_abi gp_abi = {
	TEE_Panic,
	TEE_GenerateRandom,
	TEE_GetSystemTime,
	TEE_GetREETime,
	TEE_OpenPersistentObject,
	TEE_CreatePersistentObject,
	TEE_ReadObjectData,
	TEE_WriteObjectData,
	TEE_TruncateObjectData,
	TEE_SeekObjectData,
	TEE_CloseObject,
	TEE_CloseAndDeletePersistentObject1,
	TEE_OpenTASession,
	TEE_InvokeTACommand,
	TEE_CloseTASession,
	TEE_GetPropertyAsString,
	TA_CreateEntryPoint,
	TA_DestroyEntryPoint,
	TA_OpenSessionEntryPoint,
	TA_CloseSessionEntryPoint,
	TA_InvokeCommandEntryPoint,
};
