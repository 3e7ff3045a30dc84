/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <tee_ta_api.h>
#include <unistd.h>

#include "emu/gp.h"
#include "trusted/base/check.h"

uint64_t inside_host_s = 1800000000;
uint64_t inside_monotonic_s = 1000;
static uint64_t random_state;
static int storage_fd = -1;

void inside_seed(uint64_t seed)
{
	random_state = seed;
}

/* splitmix64: only to be the same every time */
static uint8_t random_byte(void)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return (uint8_t)(z >> 56);
}

void __wrap_TEE_GenerateRandom(void *buf, size_t len);
void __wrap_TEE_GetSystemTime(TEE_Time *time);
void __wrap_TEE_GetREETime(TEE_Time *time);
void __wrap_TEE_Panic(TEE_Result code);
void __wrap_vch_panic(const char *where);

void __wrap_TEE_GenerateRandom(void *buf, size_t len)
{
	for (size_t i = 0; i < len; i++)
		((uint8_t *)buf)[i] = random_byte();
}

void __wrap_TEE_GetSystemTime(TEE_Time *time)
{
	*time = (TEE_Time){(uint32_t)inside_monotonic_s, 0};
}

void __wrap_TEE_GetREETime(TEE_Time *time)
{
	*time = (TEE_Time){(uint32_t)inside_host_s, 0};
}

/* In a test a panic is a finding: with a stack to look at. */
void __wrap_TEE_Panic(TEE_Result code)
{
	fprintf(stderr, "the trusted application panicked: 0x%08x\n",
		(unsigned int)code);
	abort();
}

void __wrap_vch_panic(const char *where)
{
	fprintf(stderr, "a check failed at %s\n", where);
	abort();
}

void inside_factory(void)
{
	static uint8_t blank[VCH_STORAGE_SIZE];

	memcpy(blank, VCH_STORAGE_BLANK, 8);
	memcpy(blank + VCH_STORAGE_SLOT, VCH_STORAGE_BLANK, 8);
	if (storage_fd < 0)
		storage_fd = memfd_create("storage", MFD_CLOEXEC);
	VCH_CHECK(pwrite(storage_fd, blank, sizeof(blank), 0) == sizeof(blank));
}

void inside_power_on(void)
{
	static const struct vch_device device = {{0x42}};

	vch_gp_start(&device, storage_fd);
	VCH_CHECK(TA_CreateEntryPoint() == TEE_SUCCESS);
}

_Static_assert(INSIDE_STORAGE_SIZE == VCH_STORAGE_SIZE, "the whole of it");

void inside_storage_read(uint8_t ret[INSIDE_STORAGE_SIZE])
{
	VCH_CHECK(pread(storage_fd, ret, INSIDE_STORAGE_SIZE, 0) ==
		  INSIDE_STORAGE_SIZE);
}

void inside_storage_write(const uint8_t bytes[INSIDE_STORAGE_SIZE])
{
	VCH_CHECK(pwrite(storage_fd, bytes, INSIDE_STORAGE_SIZE, 0) ==
		  INSIDE_STORAGE_SIZE);
}

enum vch_err inside_invoke(uint32_t cmd, struct vch_span request,
			   struct vch_tee_reply *ret)
{
	static uint8_t in[VCH_REQUEST_MAX], answer[VCH_ANSWER_MAX],
		log[VCH_BATCH_MAX];
	TEE_Param params[TEE_NUM_PARAMS];

	VCH_CHECK(request.len <= sizeof(in));
	if (request.len > 0)
		memcpy(in, request.ptr, request.len);
	memset(params, 0, sizeof(params));
	params[0].memref.buffer = in;
	params[0].memref.size = request.len;
	params[1].memref.buffer = answer;
	params[1].memref.size = sizeof(answer);
	params[2].memref.buffer = log;
	params[2].memref.size = sizeof(log);
	ret->tee_result = TA_InvokeCommandEntryPoint(
		NULL, cmd,
		TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT,
				TEE_PARAM_TYPE_MEMREF_OUTPUT,
				TEE_PARAM_TYPE_MEMREF_OUTPUT,
				TEE_PARAM_TYPE_NONE),
		params);
	VCH_CHECK(ret->tee_result == TEE_SUCCESS);
	VCH_CHECK(params[1].memref.size >= 2 &&
		  params[1].memref.size <= sizeof(answer));
	VCH_CHECK(params[2].memref.size <= sizeof(log));
	ret->answer = vch_span(answer, params[1].memref.size);
	ret->log = vch_span(log, params[2].memref.size);
	return VCH_OK;
}
