// SPDX-License-Identifier: Apache-2.0
/*
 * The service of trusted/ta/device.h: a trusted application's
 * measurement, the device's own signature under what it says, and the
 * hand-over of what it has to the next one.
 */
#include <crypto/crypto.h>
#include <kernel/pseudo_ta.h>
#include <kernel/user_access.h>
#include <kernel/user_ta.h>
#include <string.h>
#include <string_ext.h>
#include <tee_api_defines_extensions.h>
#include <vouch_device.h>
#include <vouch_flash.h>

#define NONE TEE_PARAM_TYPE_NONE
#define IN TEE_PARAM_TYPE_MEMREF_INPUT
#define OUT TEE_PARAM_TYPE_MEMREF_OUTPUT

/* Only the trusted application that called has a measurement. */
static TEE_Result caller(struct vouch_code *code)
{
	struct ts_session *s = ts_get_calling_session();
	struct user_ta_ctx *utc = NULL;

	if (!s || !is_user_ta_ctx(s->ctx))
		return TEE_ERROR_ACCESS_DENIED;
	utc = to_user_ta_ctx(s->ctx);
	if (!utc->measured)
		return TEE_ERROR_ACCESS_DENIED;
	memcpy(code->measurement, utc->measurement, sizeof(code->measurement));
	code->uuid = s->ctx->uuid;
	return TEE_SUCCESS;
}

static TEE_Result give(TEE_Param *param, const void *data, size_t size)
{
	if (param->memref.size < size)
		return TEE_ERROR_SHORT_BUFFER;
	param->memref.size = size;
	return copy_to_user(param->memref.buffer, data, size);
}

/* The device's own key signs what this application says. */
static TEE_Result endorse(const struct vouch_code *code, TEE_Param *in,
			  TEE_Param *out)
{
	static const char label[] = VCH_DEVICE_ENDORSED;
	uint8_t msg[sizeof(label) - 1 + 64] = {};
	uint8_t answer[VCH_DEVICE_ENDORSEMENT_LEN] = {};
	struct vouch_fuses fuses = {};
	struct ed25519_keypair key = {
		.priv = fuses.attest_seed,
		.pub = fuses.attest_key,
	};
	size_t sig_len = 64;
	uint8_t origin[32] = {};
	TEE_Result res = TEE_ERROR_BAD_PARAMETERS;

	if (in->memref.size != 32)
		return res;
	/* not of code that was succeeded */
	res = vouch_place_origin(origin, code);
	if (res)
		return res;
	memcpy(msg, label, sizeof(label) - 1);
	memcpy(msg + sizeof(label) - 1, code->measurement, 32);
	res = copy_from_user(msg + sizeof(label) + 31, in->memref.buffer, 32);
	if (res)
		return res;
	vouch_fuses_read(&fuses);
	memcpy(answer, fuses.attest_key, 32);
	memcpy(answer + 32, fuses.certificate, 64);
	res = crypto_acipher_ed25519_sign(&key, msg, sizeof(msg), answer + 96,
					  &sig_len);
	memzero_explicit(&fuses, sizeof(fuses));
	return res ? res : give(out, answer, sizeof(answer));
}

static TEE_Result hand_over(const struct vouch_code *code, TEE_Param *in,
			    bool really)
{
	uint8_t successor[32] = {};
	TEE_Result res = TEE_ERROR_BAD_PARAMETERS;

	if (in->memref.size != sizeof(successor))
		return res;
	res = copy_from_user(successor, in->memref.buffer, sizeof(successor));
	return res ? res : vouch_place_hand_over(code, successor, really);
}

static TEE_Result open_session(uint32_t types __unused,
			       TEE_Param params[TEE_NUM_PARAMS] __unused,
			       void **session __unused)
{
	struct vouch_code me = {};

	return caller(&me);
}

static TEE_Result invoke(void *session __unused, uint32_t cmd, uint32_t types,
			 TEE_Param params[TEE_NUM_PARAMS])
{
	struct vouch_code me = {};
	TEE_Result res = caller(&me);

	if (res)
		return res;
	switch (cmd) {
	case VCH_DEVICE_MEASUREMENT:
		if (types != TEE_PARAM_TYPES(OUT, NONE, NONE, NONE))
			return TEE_ERROR_BAD_PARAMETERS;
		return give(&params[0], me.measurement, sizeof(me.measurement));
	case VCH_DEVICE_ENDORSE:
		if (types != TEE_PARAM_TYPES(IN, OUT, NONE, NONE))
			return TEE_ERROR_BAD_PARAMETERS;
		return endorse(&me, &params[0], &params[1]);
	case VCH_DEVICE_HAND_OVER:
	case VCH_DEVICE_CAN_HAND_OVER:
		if (types != TEE_PARAM_TYPES(IN, NONE, NONE, NONE))
			return TEE_ERROR_BAD_PARAMETERS;
		return hand_over(&me, &params[0], cmd == VCH_DEVICE_HAND_OVER);
	default:
		return TEE_ERROR_NOT_SUPPORTED;
	}
}

pseudo_ta_register(.uuid = VCH_DEVICE_UUID, .name = "vouch.pta",
		   .flags = PTA_DEFAULT_FLAGS,
		   .open_session_entry_point = open_session,
		   .invoke_command_entry_point = invoke);
