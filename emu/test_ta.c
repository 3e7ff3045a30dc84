/* SPDX-License-Identifier: Apache-2.0 */
/* A trusted application for the tests of pipe and sandbox. Test flavour. */
#include "emu/test_ta.h"

#include <string.h>
#include <sys/syscall.h>
#include <tee_internal_api.h>
#include <unistd.h>

#include "trusted/base/check.h"

static const char counter_id[] = "counter";

void vch_panic(const char *where)
{
	(void)where;
	TEE_Panic(TEE_ERROR_BAD_STATE);
}

TEE_Result TA_CreateEntryPoint(void)
{
	return TEE_SUCCESS;
}

void TA_DestroyEntryPoint(void)
{
}

TEE_Result TA_OpenSessionEntryPoint(uint32_t paramTypes,
				    TEE_Param params[TEE_NUM_PARAMS],
				    void **sessionContext)
{
	(void)params;
	*sessionContext = NULL;
	return paramTypes == 0 ? TEE_SUCCESS : TEE_ERROR_BAD_PARAMETERS;
}

void TA_CloseSessionEntryPoint(void *sessionContext)
{
	(void)sessionContext;
}

/* Answer: the request. Log: the request backwards. */
static TEE_Result echo(TEE_Param params[TEE_NUM_PARAMS])
{
	size_t len = params[0].memref.size;
	const uint8_t *in = params[0].memref.buffer;
	uint8_t *log = params[2].memref.buffer;

	if (len > params[1].memref.size)
		return TEE_ERROR_SHORT_BUFFER;
	memcpy(params[1].memref.buffer, in, len);
	for (size_t i = 0; i < len; i++)
		log[i] = in[len - 1 - i];
	params[1].memref.size = len;
	params[2].memref.size = len;
	return TEE_SUCCESS;
}

/* Adds one to a stored byte and answers it; a new one starts at 1. */
static TEE_Result count(TEE_Param params[TEE_NUM_PARAMS])
{
	TEE_ObjectHandle object = TEE_HANDLE_NULL;
	uint8_t value = 0;
	size_t got = 0;
	TEE_Result result = TEE_OpenPersistentObject(
		TEE_STORAGE_PRIVATE, counter_id, sizeof(counter_id),
		TEE_DATA_FLAG_ACCESS_READ | TEE_DATA_FLAG_ACCESS_WRITE,
		&object);

	if (result == TEE_ERROR_ITEM_NOT_FOUND)
		result = TEE_CreatePersistentObject(
			TEE_STORAGE_PRIVATE, counter_id, sizeof(counter_id),
			TEE_DATA_FLAG_ACCESS_READ | TEE_DATA_FLAG_ACCESS_WRITE,
			TEE_HANDLE_NULL, &value, 1, &object);
	if (result == TEE_SUCCESS)
		result = TEE_ReadObjectData(object, &value, 1, &got);
	value++;
	if (result == TEE_SUCCESS)
		result = TEE_SeekObjectData(object, 0, TEE_DATA_SEEK_SET);
	if (result == TEE_SUCCESS)
		result = TEE_WriteObjectData(object, &value, 1);
	TEE_CloseObject(object);
	memcpy(params[1].memref.buffer, &value, 1);
	params[1].memref.size = 1;
	params[2].memref.size = 0;
	return result;
}

TEE_Result TA_InvokeCommandEntryPoint(void *sessionContext, uint32_t commandID,
				      uint32_t paramTypes,
				      TEE_Param params[TEE_NUM_PARAMS])
{
	(void)sessionContext;
	if (paramTypes != TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT,
					  TEE_PARAM_TYPE_MEMREF_OUTPUT,
					  TEE_PARAM_TYPE_MEMREF_OUTPUT,
					  TEE_PARAM_TYPE_NONE))
		return TEE_ERROR_BAD_PARAMETERS;
	switch (commandID) {
	case VCH_TEST_ECHO:
		return echo(params);
	case VCH_TEST_COUNT:
		return count(params);
	case VCH_TEST_PANIC:
		TEE_Panic(TEE_ERROR_GENERIC);
	case VCH_TEST_HANG:
		for (;;)
			__asm__ volatile("");
	case VCH_TEST_OVERRUN:
		params[1].memref.size++;
		return TEE_SUCCESS;
	case VCH_TEST_ESCAPE:
		syscall(SYS_openat, 0, "/", 0);
		return TEE_SUCCESS;
	default:
		return TEE_ERROR_NOT_SUPPORTED;
	}
}
