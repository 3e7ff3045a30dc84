/* SPDX-License-Identifier: Apache-2.0 */
/* What a trusted application implements (GP TEE Internal Core API 1.3.1). */
#ifndef EMU_INCLUDE_TEE_TA_API_H
#define EMU_INCLUDE_TEE_TA_API_H

#include <tee_internal_api.h>

#define TA_EXPORT

/* Once, before the first session. */
TEE_Result TA_EXPORT TA_CreateEntryPoint(void);
/* Once, after the last session; not called when the application panics. */
void TA_EXPORT TA_DestroyEntryPoint(void);
/* *sessionContext is handed back with every command of the session. */
TEE_Result TA_EXPORT TA_OpenSessionEntryPoint(uint32_t paramTypes,
					      TEE_Param params[TEE_NUM_PARAMS],
					      void **sessionContext);
void TA_EXPORT TA_CloseSessionEntryPoint(void *sessionContext);
/*
 * params[].memref point into memory that the host can write at any moment.
 * Output sizes come in as room and go out as what was written.
 */
TEE_Result TA_EXPORT TA_InvokeCommandEntryPoint(
	void *sessionContext, uint32_t commandID, uint32_t paramTypes,
	TEE_Param params[TEE_NUM_PARAMS]);

#endif
