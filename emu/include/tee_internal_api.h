/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls of the GlobalPlatform TEE Internal Core API 1.3.1 that the
 * trusted application uses, and no others: a call that is missing here does
 * not compile. Names, types and numbers are the specification's; emu/gp_abi.c
 * is compiled against this header and against OP-TEE's own.
 */
#ifndef EMU_INCLUDE_TEE_INTERNAL_API_H
#define EMU_INCLUDE_TEE_INTERNAL_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t TEE_Result;

#define TEE_SUCCESS 0x00000000
#define TEE_ERROR_CORRUPT_OBJECT 0xF0100001
#define TEE_ERROR_STORAGE_NOT_AVAILABLE 0xF0100003
#define TEE_ERROR_GENERIC 0xFFFF0000
#define TEE_ERROR_ACCESS_DENIED 0xFFFF0001
#define TEE_ERROR_ACCESS_CONFLICT 0xFFFF0003
#define TEE_ERROR_EXCESS_DATA 0xFFFF0004
#define TEE_ERROR_BAD_FORMAT 0xFFFF0005
#define TEE_ERROR_BAD_PARAMETERS 0xFFFF0006
#define TEE_ERROR_BAD_STATE 0xFFFF0007
#define TEE_ERROR_ITEM_NOT_FOUND 0xFFFF0008
#define TEE_ERROR_NOT_IMPLEMENTED 0xFFFF0009
#define TEE_ERROR_NOT_SUPPORTED 0xFFFF000A
#define TEE_ERROR_NO_DATA 0xFFFF000B
#define TEE_ERROR_OUT_OF_MEMORY 0xFFFF000C
#define TEE_ERROR_SECURITY 0xFFFF000F
#define TEE_ERROR_SHORT_BUFFER 0xFFFF0010
#define TEE_ERROR_OVERFLOW 0xFFFF300F
#define TEE_ERROR_TARGET_DEAD 0xFFFF3024
#define TEE_ERROR_STORAGE_NO_SPACE 0xFFFF3041

#define TEE_ORIGIN_API 0x00000001
#define TEE_ORIGIN_TRUSTED_APP 0x00000004

/* Parameters of a command: four, each with a type of four bits. */
#define TEE_NUM_PARAMS 4
#define TEE_PARAM_TYPE_NONE 0
#define TEE_PARAM_TYPE_VALUE_INPUT 1
#define TEE_PARAM_TYPE_VALUE_OUTPUT 2
#define TEE_PARAM_TYPE_VALUE_INOUT 3
#define TEE_PARAM_TYPE_MEMREF_INPUT 5
#define TEE_PARAM_TYPE_MEMREF_OUTPUT 6
#define TEE_PARAM_TYPE_MEMREF_INOUT 7
#define TEE_PARAM_TYPES(t0, t1, t2, t3)                                        \
	((t0) | ((t1) << 4) | ((t2) << 8) | ((t3) << 12))
#define TEE_PARAM_TYPE_GET(t, i) ((((uint32_t)(t)) >> ((i) * 4)) & 0xF)

typedef union {
	struct {
		void *buffer;
		size_t size;
	} memref;
	struct {
		uint32_t a;
		uint32_t b;
	} value;
} TEE_Param;

typedef struct {
	uint32_t timeLow;
	uint16_t timeMid;
	uint16_t timeHiAndVersion;
	uint8_t clockSeqAndNode[8];
} TEE_UUID;

typedef struct {
	uint32_t seconds;
	uint32_t millis;
} TEE_Time;

typedef struct vch_gp_object *TEE_ObjectHandle;
typedef struct vch_gp_session *TEE_TASessionHandle;
typedef struct vch_gp_propset *TEE_PropSetHandle;

#define TEE_HANDLE_NULL 0
#define TEE_TIMEOUT_INFINITE 0xFFFFFFFF

/* Persistent objects. */
#define TEE_STORAGE_PRIVATE 0x00000001
#define TEE_OBJECT_ID_MAX_LEN 64
#define TEE_DATA_MAX_POSITION 0xFFFFFFFF
#define TEE_DATA_FLAG_ACCESS_READ 0x00000001
#define TEE_DATA_FLAG_ACCESS_WRITE 0x00000002
#define TEE_DATA_FLAG_ACCESS_WRITE_META 0x00000004
#define TEE_DATA_FLAG_SHARE_READ 0x00000010
#define TEE_DATA_FLAG_SHARE_WRITE 0x00000020
#define TEE_DATA_FLAG_OVERWRITE 0x00000400

typedef enum {
	TEE_DATA_SEEK_SET = 0,
	TEE_DATA_SEEK_CUR = 1,
	TEE_DATA_SEEK_END = 2,
} TEE_Whence;

#define TEE_PROPSET_TEE_IMPLEMENTATION ((TEE_PropSetHandle)0xFFFFFFFD)

/* Ends the trusted application and with it the process. */
void TEE_Panic(TEE_Result panicCode) __attribute__((noreturn));

/* Fills len bytes from the kernel's generator; panics if it fails. */
void TEE_GenerateRandom(void *randomBuffer, size_t randomBufferLen);

/* Time that only goes forward, from a start that means nothing. */
void TEE_GetSystemTime(TEE_Time *time);
/* The host's clock, which may say anything. */
void TEE_GetREETime(TEE_Time *time);

/*
 * Objects: at most six, of at most 512 bytes, each open at most once at a
 * time (a second open is ACCESS_CONFLICT whatever the share flags). Every
 * change is durable when the call returns, or it did not happen, and what it
 * replaced is overwritten. A damaged store is CORRUPT_OBJECT for ever; a
 * store whose write failed is STORAGE_NOT_AVAILABLE until the next start.
 */
TEE_Result TEE_OpenPersistentObject(uint32_t storageID, const void *objectID,
				    size_t objectIDLen, uint32_t flags,
				    TEE_ObjectHandle *object);
/* attributes: TEE_HANDLE_NULL. object may be NULL: created, not opened. */
TEE_Result TEE_CreatePersistentObject(uint32_t storageID, const void *objectID,
				      size_t objectIDLen, uint32_t flags,
				      TEE_ObjectHandle attributes,
				      const void *initialData,
				      size_t initialDataLen,
				      TEE_ObjectHandle *object);
TEE_Result TEE_ReadObjectData(TEE_ObjectHandle object, void *buffer,
			      size_t size, size_t *count);
TEE_Result TEE_WriteObjectData(TEE_ObjectHandle object, const void *buffer,
			       size_t size);
TEE_Result TEE_TruncateObjectData(TEE_ObjectHandle object, size_t size);
TEE_Result TEE_SeekObjectData(TEE_ObjectHandle object, intmax_t offset,
			      TEE_Whence whence);
void TEE_CloseObject(TEE_ObjectHandle object);
TEE_Result TEE_CloseAndDeletePersistentObject1(TEE_ObjectHandle object);

/* The one application there is to talk to: PTA_SYSTEM_UUID (pta_system.h). */
TEE_Result TEE_OpenTASession(const TEE_UUID *destination,
			     uint32_t cancellationRequestTimeout,
			     uint32_t paramTypes,
			     TEE_Param params[TEE_NUM_PARAMS],
			     TEE_TASessionHandle *session,
			     uint32_t *returnOrigin);
TEE_Result TEE_InvokeTACommand(TEE_TASessionHandle session,
			       uint32_t cancellationRequestTimeout,
			       uint32_t commandID, uint32_t paramTypes,
			       TEE_Param params[TEE_NUM_PARAMS],
			       uint32_t *returnOrigin);
void TEE_CloseTASession(TEE_TASessionHandle session);

/*
 * "gpd.tee.description" of TEE_PROPSET_TEE_IMPLEMENTATION says EMULATED; all
 * else is ITEM_NOT_FOUND. valueBufferLen counts the closing zero byte.
 */
TEE_Result TEE_GetPropertyAsString(TEE_PropSetHandle propsetOrEnumerator,
				   const char *name, char *valueBuffer,
				   size_t *valueBufferLen);

#include <tee_ta_api.h>

#endif
