/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/ta/platform.h"

#include <pta_system.h>
#include <string.h>
#include <tee_internal_api.h>

#include "trusted/base/check.h"
#include "trusted/ta/device.h"

#ifdef VCH_BOARD
#define PLACE VCH_DEVICE_STORAGE
#else
#define PLACE TEE_STORAGE_PRIVATE
#endif

static const char generation_id[] = "generation";
static const char counters_id[] = "counters";

void vch_panic(const char *where)
{
	(void)where;
	TEE_Panic(TEE_ERROR_BAD_STATE);
	__builtin_unreachable();
}

void vch_platform_random(void *out, size_t len)
{
	TEE_GenerateRandom(out, len);
}

enum vch_err vch_platform_unique_key(struct vch_root_key *ret)
{
	static const TEE_UUID system = PTA_SYSTEM_UUID;
	static char label[] = "vouch root v1";
	const uint32_t types = TEE_PARAM_TYPES(
		TEE_PARAM_TYPE_MEMREF_INPUT, TEE_PARAM_TYPE_MEMREF_OUTPUT,
		TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE);
	TEE_Param params[4] = {
		{.memref = {label, sizeof(label)}},
		{.memref = {ret->secret, sizeof(ret->secret)}},
	};
	TEE_TASessionHandle session = TEE_HANDLE_NULL;
	TEE_Result res;

	res = TEE_OpenTASession(&system, TEE_TIMEOUT_INFINITE, 0, NULL,
				&session, NULL);
	if (res != TEE_SUCCESS)
		return VCH_STORAGE;
	res = TEE_InvokeTACommand(session, TEE_TIMEOUT_INFINITE,
				  PTA_SYSTEM_DERIVE_TA_UNIQUE_KEY, types,
				  params, NULL);
	TEE_CloseTASession(session);
	if (res == TEE_ERROR_ACCESS_DENIED)
		return VCH_UPGRADED;
	if (res != TEE_SUCCESS || params[1].memref.size != sizeof(ret->secret))
		return VCH_STORAGE;
	return VCH_OK;
}

static enum vch_err storage_err(TEE_Result res)
{
	switch (res) {
	case TEE_SUCCESS:
		return VCH_OK;
	case TEE_ERROR_ITEM_NOT_FOUND:
		return VCH_ROLLBACK;
	case TEE_ERROR_CORRUPT_OBJECT:
		return VCH_CORRUPT;
	default:
		return VCH_STORAGE;
	}
}

/* At most *len bytes of an object; *len: how many there were. */
static enum vch_err object_load_some(void *ret, size_t *len, const char *id)
{
	TEE_ObjectHandle object = TEE_HANDLE_NULL;
	size_t got = 0;
	TEE_Result res;

	res = TEE_OpenPersistentObject(PLACE, id, strlen(id),
				       TEE_DATA_FLAG_ACCESS_READ, &object);
	VCH_TRY(storage_err(res));
	res = TEE_ReadObjectData(object, ret, *len, &got);
	TEE_CloseObject(object);
	*len = got;
	return storage_err(res);
}

/* Exactly that many bytes. */
static enum vch_err object_load(void *ret, size_t len, const char *id)
{
	size_t got = len;

	VCH_TRY(object_load_some(ret, &got, id));
	return got == len ? VCH_OK : VCH_CORRUPT;
}

/* Refuses to overwrite, unless the flags say so. */
static enum vch_err object_create(const char *id, const void *data, size_t len,
				  uint32_t flags)
{
	TEE_ObjectHandle object = TEE_HANDLE_NULL;
	TEE_Result res;

	res = TEE_CreatePersistentObject(PLACE, id, strlen(id),
					 TEE_DATA_FLAG_ACCESS_WRITE | flags,
					 TEE_HANDLE_NULL, data, len, &object);
	if (res != TEE_SUCCESS)
		return VCH_STORAGE;
	TEE_CloseObject(object);
	return VCH_OK;
}

/*
 * key ‖ number ‖ the next key if there is one. The key alone, as devices
 * stored it once, has the number 1.
 */
#define GENERATION_LEN_KEY 32
#define GENERATION_LEN (32 + 8)
#define GENERATION_LEN_NEXT (32 + 8 + 32)

struct vch_generation_bytes {
	uint8_t secret[GENERATION_LEN_NEXT];
};
VCH_SECRET(generation_bytes)

enum vch_err vch_platform_generation_load(struct vch_generation *ret)
{
	VCH_AUTO(generation_bytes) in = {0};
	size_t len = sizeof(in.secret);

	VCH_TRY(object_load_some(in.secret, &len, generation_id));
	if (len != GENERATION_LEN_KEY && len != GENERATION_LEN &&
	    len != GENERATION_LEN_NEXT)
		return VCH_CORRUPT;
	memcpy(ret->key.secret, in.secret, 32);
	memcpy(ret->next.secret, in.secret + GENERATION_LEN, 32);
	ret->number = len == GENERATION_LEN_KEY
			      ? 1
			      : vch_load_be64(in.secret + GENERATION_LEN_KEY);
	ret->has_next = len == GENERATION_LEN_NEXT;
	return VCH_OK;
}

static enum vch_err generation_write(const struct vch_generation *g,
				     uint32_t flags)
{
	VCH_AUTO(generation_bytes) out;

	memcpy(out.secret, g->key.secret, 32);
	vch_store_be64(out.secret + GENERATION_LEN_KEY, g->number);
	memcpy(out.secret + GENERATION_LEN, g->next.secret, 32);
	return object_create(generation_id, out.secret,
			     g->has_next ? GENERATION_LEN_NEXT : GENERATION_LEN,
			     flags);
}

enum vch_err
vch_platform_generation_create(const struct vch_generation *generation)
{
	return generation_write(generation, 0);
}

enum vch_err
vch_platform_generation_store(const struct vch_generation *generation)
{
	return generation_write(generation, TEE_DATA_FLAG_OVERWRITE);
}

#define COUNTERS_LEN (8 * VCH_COUNTER_CNT)

enum vch_err vch_platform_counters_load(uint64_t ret[VCH_COUNTER_CNT])
{
	uint8_t bytes[COUNTERS_LEN];

	VCH_TRY(object_load(bytes, sizeof(bytes), counters_id));
	for (size_t i = 0; i < VCH_COUNTER_CNT; i++)
		ret[i] = vch_load_be64(bytes + 8 * i);
	return VCH_OK;
}

enum vch_err
vch_platform_counters_store(const uint64_t counters[VCH_COUNTER_CNT],
			    uint8_t first, uint8_t cnt)
{
	TEE_ObjectHandle object = TEE_HANDLE_NULL;
	uint8_t bytes[COUNTERS_LEN];
	TEE_Result res;

	for (size_t i = 0; i < VCH_COUNTER_CNT; i++)
		vch_store_be64(bytes + 8 * i, counters[i]);
	res = TEE_OpenPersistentObject(PLACE, counters_id, strlen(counters_id),
				       TEE_DATA_FLAG_ACCESS_WRITE, &object);
	if (res == TEE_ERROR_ITEM_NOT_FOUND)
		return object_create(counters_id, bytes, sizeof(bytes), 0);
	if (res != TEE_SUCCESS)
		return VCH_STORAGE;
	res = TEE_SeekObjectData(object, 8 * (intmax_t)first,
				 TEE_DATA_SEEK_SET);
	if (res == TEE_SUCCESS)
		res = TEE_WriteObjectData(object, bytes + 8 * first,
					  8 * (size_t)cnt);
	TEE_CloseObject(object);
	return res == TEE_SUCCESS ? VCH_OK : VCH_STORAGE;
}

uint64_t vch_platform_monotonic_s(void)
{
	TEE_Time t;

	TEE_GetSystemTime(&t);
	return t.seconds;
}

uint64_t vch_platform_host_s(void)
{
	TEE_Time t;

	TEE_GetREETime(&t);
	return t.seconds;
}

struct vch_span vch_platform_name(char *buf, size_t cap)
{
	size_t len = cap;

	VCH_CHECK(TEE_GetPropertyAsString(TEE_PROPSET_TEE_IMPLEMENTATION,
					  "gpd.tee.description", buf,
					  &len) == TEE_SUCCESS);
	VCH_CHECK(len > 0 && len <= cap);
	return vch_span(buf, len - 1);
}
