/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one door into the trusted application. Every call goes: parameter
 * types, sizes, copy in (once: the other world can change its memory at any
 * time), command, phase, handler, encode, copy out, wipe. Only this file and
 * platform.c know the platform's types.
 */
#include <string.h>
#include <tee_internal_api.h>
#include <tee_ta_api.h>

#include "trusted/base/check.h"
#include "trusted/crypto/secp256k1.h"
#include "trusted/ta/state.h"

static struct vch_ta ta;
static uint8_t request[VCH_REQUEST_MAX];
static uint8_t answer[VCH_ANSWER_MAX];
static size_t answer_len; /* of one that is held */
static uint8_t batch[VCH_BATCH_MAX];

static const uint32_t door_types = TEE_PARAM_TYPES(
	TEE_PARAM_TYPE_MEMREF_INPUT, TEE_PARAM_TYPE_MEMREF_OUTPUT,
	TEE_PARAM_TYPE_MEMREF_OUTPUT, TEE_PARAM_TYPE_NONE);

static const struct {
	enum vch_command command;
	vch_handler *handler;
} handlers[] = {
	{VCH_CMD_VERSION, vch_handle_version},
	{VCH_CMD_ATTEST, vch_handle_attest},
	{VCH_CMD_REPLAY, vch_handle_replay},
	{VCH_CMD_COMPARE, vch_handle_compare},
	{VCH_CMD_START, vch_handle_start},
	{VCH_CMD_CREATE_ACCOUNT, vch_handle_create_account},
	{VCH_CMD_COSIGN_BATCH, vch_handle_cosign_batch},
	{VCH_CMD_CHANGE_ACCOUNT, vch_handle_change_account},
	{VCH_CMD_APPLY_CHANGE, vch_handle_apply_change},
	{VCH_CMD_COSIGN_INTENT, vch_handle_cosign_intent},
	{VCH_CMD_GENERATE_KEY, vch_handle_generate_key},
	{VCH_CMD_IMPORT_KEY, vch_handle_import_key},
	{VCH_CMD_IMPORT_BEGIN, vch_handle_import_begin},
	{VCH_CMD_GENERATION, vch_handle_generation},
	{VCH_CMD_REWRAP, vch_handle_rewrap},
	{VCH_CMD_SIGN_MESSAGE, vch_handle_sign_message},
	{VCH_CMD_GET_PUBLIC_KEY, vch_handle_get_public_key},
	{VCH_CMD_DELETE_KEY, vch_handle_delete_key},
	{VCH_CMD_LIST_KEYS, vch_handle_list_keys},
	{VCH_CMD_SIGN_BATCH, vch_handle_sign_batch},
	{VCH_CMD_RESUME, vch_handle_resume},
	{VCH_CMD_CLOSE, vch_handle_close},
	{VCH_CMD_RELEASE, vch_handle_release},
	{VCH_CMD_SNAPSHOT, vch_handle_snapshot},
	{VCH_CMD_RESTORE, vch_handle_restore},
	{VCH_CMD_UPGRADE, vch_handle_upgrade},
};
_Static_assert(VCH_ARRAY_LEN(handlers) == VCH_COMMAND_CNT,
	       "every command has a handler");

static vch_handler *handler_find(uint32_t command)
{
	for (size_t i = 0; i < VCH_ARRAY_LEN(handlers); i++) {
		if (handlers[i].command == command)
			return handlers[i].handler;
	}
	return NULL;
}

/* After a failed replay the state is half of something: it serves nothing. */
static enum vch_err run(uint32_t command, struct vch_span in,
			struct vch_writer *out)
{
	const struct vch_command_info *info = vch_command_find(command);
	struct vch_time time;
	enum vch_err err;

	if (!info)
		return VCH_COMMAND;
	if (!(info->phases & ta.phase))
		return ta.phase == VCH_PHASE_UPGRADED ? VCH_UPGRADED
						      : VCH_PHASE;
	if (in.len > info->request_max)
		return VCH_SIZE;
	vch_clock_tick(&ta.clock, &time, vch_platform_monotonic_s(),
		       vch_platform_host_s());
	err = handler_find(command)(&ta, &time, in, out);
	VCH_CHECK(err == VCH_OK || ta.draft.record_cnt == 0);
	if (err != VCH_OK && ta.phase == VCH_PHASE_BOOT)
		ta.phase = 0;
	return err;
}

static void give(TEE_Param *param, const void *bytes, size_t len)
{
	memcpy(param->memref.buffer, bytes, len);
	param->memref.size = len;
}

/*
 * HELD, and nothing more; but a sealed key, which is of no use to anybody, has
 * to be safe before the log says that it exists.
 */
static void give_held(TEE_Param *param, uint32_t command)
{
	uint8_t *to = param->memref.buffer;

	param->memref.size = 2;
	if (command == VCH_CMD_CREATE_ACCOUNT ||
	    command == VCH_CMD_GENERATE_KEY || command == VCH_CMD_IMPORT_KEY)
		give(param, answer, answer_len);
	to[0] = VCH_HELD >> 8;
	to[1] = VCH_HELD & 0xff;
}

/* code ‖ answer, and the batch the host must make durable first */
static void call(uint32_t command, size_t request_len, TEE_Param params[4])
{
	struct vch_writer body = vch_writer(answer + 2, sizeof(answer) - 2);
	struct vch_writer log = vch_writer(batch, sizeof(batch));
	bool hold;
	enum vch_err err;

	err = run(command, vch_span(request, request_len), &body);
	if (err != VCH_OK)
		body.len = 0;
	answer[0] = (uint8_t)(err >> 8);
	answer[1] = (uint8_t)err;
	answer_len = 2 + body.len;
	hold = vch_counters_hold(&ta);
	vch_draft_seal(&ta, &log);
	give(&params[2], batch, log.len);
	if (hold) {
		give_held(&params[1], command);
		return;
	}
	give(&params[1], answer, answer_len);
	vch_wipe(answer, answer_len);
}

/* While an answer is held there is only one thing to ask for. */
static void release(uint32_t command, size_t request_len, TEE_Param params[4])
{
	struct vch_writer w = vch_writer(batch, sizeof(batch));
	struct vch_release_answer ans = {.held = vch_span(answer, answer_len)};
	enum vch_err err = VCH_OK;

	if (command != VCH_CMD_RELEASE)
		err = VCH_PHASE;
	else if (request_len != 0)
		err = VCH_SIZE;
	else
		err = vch_counters_bump(&ta);
	vch_write_u16(&w, (uint16_t)err);
	if (err == VCH_OK)
		VCH_CHECK(vch_release_answer_encode(&w, &ans) == VCH_OK);
	give(&params[1], batch, w.len);
	params[2].memref.size = 0;
	if (err == VCH_OK)
		vch_wipe(answer, answer_len);
	vch_wipe(batch, w.len);
}

TEE_Result TA_InvokeCommandEntryPoint(void *session, uint32_t command,
				      uint32_t types, TEE_Param params[4])
{
	size_t len;

	(void)session;
	if (types != door_types)
		return TEE_ERROR_BAD_PARAMETERS;
	len = params[0].memref.size;
	if (len > sizeof(request) || params[1].memref.size < sizeof(answer) ||
	    params[2].memref.size < sizeof(batch))
		return TEE_ERROR_BAD_PARAMETERS;
	if (len > 0)
		memcpy(request, params[0].memref.buffer, len);
	if (ta.held)
		release(command, len, params);
	else
		call(command, len, params);
	vch_wipe(request, len);
	return TEE_SUCCESS;
}

TEE_Result TA_CreateEntryPoint(void)
{
	VCH_AUTO(root_key) blinding;
	enum vch_err err;

	vch_secp256k1_init();
	vch_platform_random(blinding.secret, sizeof(blinding.secret));
	vch_secp256k1_blind(blinding.secret);
	ta.clock.monotonic_s = vch_platform_monotonic_s();
	ta.phase = VCH_PHASE_BOOT;
	err = vch_keys_init(&ta.keys);
	if (err == VCH_UPGRADED)
		return TEE_ERROR_ACCESS_DENIED;
	return err == VCH_OK ? TEE_SUCCESS : TEE_ERROR_STORAGE_NOT_AVAILABLE;
}

void TA_DestroyEntryPoint(void)
{
	vch_wipe(&ta.keys, sizeof(ta.keys));
	vch_wipe(&ta.import, sizeof(ta.import));
}

TEE_Result TA_OpenSessionEntryPoint(uint32_t types, TEE_Param params[4],
				    void **session)
{
	(void)params;
	*session = NULL;
	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE,
				     TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE))
		return TEE_ERROR_BAD_PARAMETERS;
	return TEE_SUCCESS;
}

void TA_CloseSessionEntryPoint(void *session)
{
	(void)session;
}
