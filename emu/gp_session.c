/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions with the one application there is: OP-TEE's system application,
 * and of its commands the one that derives a key of this device.
 */
#include <pta_system.h>
#include <string.h>

#include "emu/fault.h"
#include "emu/gp.h"
#include "trusted/base/bytes.h"
#include "trusted/crypto/hmac.h"

/* OP-TEE's bounds. */
#define KEY_MIN 16
#define KEY_MAX 32
#define EXTRA_MAX 1024

/* There is nothing to remember of a session but that it is one. */
struct vch_gp_session {
	bool open;
};
static struct vch_gp_session system_session;

struct vch_unique_key {
	uint8_t secret[KEY_MAX];
};
VCH_SECRET(unique_key)

static TEE_Result done(uint32_t *ret_origin, uint32_t origin, TEE_Result result)
{
	if (ret_origin)
		*ret_origin = origin;
	return result;
}

TEE_Result TEE_OpenTASession(const TEE_UUID *destination,
			     uint32_t cancellationRequestTimeout,
			     uint32_t paramTypes,
			     TEE_Param params[TEE_NUM_PARAMS],
			     TEE_TASessionHandle *session,
			     uint32_t *returnOrigin)
{
	static const TEE_UUID system_uuid = PTA_SYSTEM_UUID;

	(void)cancellationRequestTimeout;
	(void)params;
	if (!destination || !session)
		TEE_Panic(TEE_ERROR_BAD_PARAMETERS);
	*session = TEE_HANDLE_NULL;
	if (vch_fault_call())
		return done(returnOrigin, TEE_ORIGIN_API, TEE_ERROR_GENERIC);
	if (memcmp(destination, &system_uuid, sizeof(system_uuid)) != 0)
		return done(returnOrigin, TEE_ORIGIN_API,
			    TEE_ERROR_ITEM_NOT_FOUND);
	if (paramTypes != 0)
		return done(returnOrigin, TEE_ORIGIN_TRUSTED_APP,
			    TEE_ERROR_BAD_PARAMETERS);
	system_session.open = true;
	*session = &system_session;
	return done(returnOrigin, TEE_ORIGIN_TRUSTED_APP, TEE_SUCCESS);
}

static TEE_Result unique_key_derive(const TEE_Param *extra, TEE_Param *ret_key)
{
	static const char label[] = "vouch emulated unique key";
	const struct vch_device *device = vch_gp_device();
	VCH_AUTO(hmac_sha256) mac;
	VCH_AUTO(unique_key) key;

	if (extra->memref.size > EXTRA_MAX ||
	    (extra->memref.size > 0 && !extra->memref.buffer) ||
	    !ret_key->memref.buffer || ret_key->memref.size < KEY_MIN ||
	    ret_key->memref.size > KEY_MAX)
		return TEE_ERROR_BAD_PARAMETERS;
	vch_hmac_sha256_init(&mac,
			     vch_span(device->secret, sizeof(device->secret)));
	vch_hmac_sha256_update(&mac, label, sizeof(label) - 1);
	if (extra->memref.size > 0)
		vch_hmac_sha256_update(&mac, extra->memref.buffer,
				       extra->memref.size);
	vch_hmac_sha256_final(&mac, key.secret);
	memcpy(ret_key->memref.buffer, key.secret, ret_key->memref.size);
	return TEE_SUCCESS;
}

TEE_Result TEE_InvokeTACommand(TEE_TASessionHandle session,
			       uint32_t cancellationRequestTimeout,
			       uint32_t commandID, uint32_t paramTypes,
			       TEE_Param params[TEE_NUM_PARAMS],
			       uint32_t *returnOrigin)
{
	TEE_Result result = TEE_ERROR_BAD_PARAMETERS;

	(void)cancellationRequestTimeout;
	if (session != &system_session || !session->open || !params)
		TEE_Panic(TEE_ERROR_BAD_PARAMETERS);
	if (vch_fault_call())
		return done(returnOrigin, TEE_ORIGIN_API, TEE_ERROR_GENERIC);
	if (commandID != PTA_SYSTEM_DERIVE_TA_UNIQUE_KEY)
		result = TEE_ERROR_NOT_SUPPORTED;
	else if (paramTypes == TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT,
					       TEE_PARAM_TYPE_MEMREF_OUTPUT,
					       TEE_PARAM_TYPE_NONE,
					       TEE_PARAM_TYPE_NONE))
		result = unique_key_derive(&params[0], &params[1]);
	return done(returnOrigin, TEE_ORIGIN_TRUSTED_APP, result);
}

void TEE_CloseTASession(TEE_TASessionHandle session)
{
	if (session == TEE_HANDLE_NULL)
		return;
	if (session != &system_session)
		TEE_Panic(TEE_ERROR_BAD_PARAMETERS);
	session->open = false;
}
