/* SPDX-License-Identifier: Apache-2.0 */
/* What a board of ours says of itself: trusted/ta/device.h. */
#include <string.h>
#include <tee_internal_api.h>

#include "trusted/base/check.h"
#include "trusted/ta/device.h"
#include "trusted/ta/platform.h"

_Static_assert(VCH_ENDORSEMENT_MAX == VCH_DEVICE_ENDORSEMENT_LEN,
	       "an endorsement has its place in the evidence");

static enum vch_err ask(uint32_t command, uint32_t types, TEE_Param params[4])
{
	static const TEE_UUID device = VCH_DEVICE_UUID;
	TEE_TASessionHandle session = TEE_HANDLE_NULL;
	TEE_Result res;

	res = TEE_OpenTASession(&device, TEE_TIMEOUT_INFINITE, 0, NULL,
				&session, NULL);
	if (res != TEE_SUCCESS)
		return VCH_STORAGE;
	res = TEE_InvokeTACommand(session, TEE_TIMEOUT_INFINITE, command, types,
				  params, NULL);
	TEE_CloseTASession(session);
	switch (res) {
	case TEE_SUCCESS:
		return VCH_OK;
	case TEE_ERROR_ACCESS_DENIED:
		return VCH_UPGRADED;
	case TEE_ERROR_ACCESS_CONFLICT:
		return VCH_EXISTS;
	default:
		return VCH_STORAGE;
	}
}

struct vch_span vch_platform_erase(void)
{
	return vch_span("flash", 5);
}

void vch_platform_claims(struct vch_platform_claims *ret)
{
	uint8_t measurement[32];
	TEE_Param params[4] = {
		{.memref = {measurement, sizeof(measurement)}},
	};

	VCH_CHECK(ask(VCH_DEVICE_MEASUREMENT,
		      TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_OUTPUT,
				      TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE,
				      TEE_PARAM_TYPE_NONE),
		      params) == VCH_OK);
	*ret = (struct vch_platform_claims){
		.protect = "flash",
		.seal = "measurement",
		.counter = "flash",
	};
	memcpy(ret->measurement, measurement, sizeof(measurement));
}

enum vch_err vch_platform_endorse(uint8_t ret[VCH_ENDORSEMENT_MAX],
				  size_t *ret_len, const uint8_t hash[32])
{
	uint8_t in[32];
	TEE_Param params[4] = {
		{.memref = {in, sizeof(in)}},
		{.memref = {ret, VCH_ENDORSEMENT_MAX}},
	};

	memcpy(in, hash, sizeof(in));
	VCH_TRY(ask(VCH_DEVICE_ENDORSE,
		    TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT,
				    TEE_PARAM_TYPE_MEMREF_OUTPUT,
				    TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE),
		    params));
	*ret_len = params[1].memref.size;
	return VCH_OK;
}

enum vch_err vch_platform_hand_over(const uint8_t measurement[32], bool give)
{
	uint8_t in[32];
	TEE_Param params[4] = {
		{.memref = {in, sizeof(in)}},
	};

	memcpy(in, measurement, sizeof(in));
	return ask(give ? VCH_DEVICE_HAND_OVER : VCH_DEVICE_CAN_HAND_OVER,
		   TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT,
				   TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE,
				   TEE_PARAM_TYPE_NONE),
		   params);
}
