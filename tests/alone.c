/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/alone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <tee_internal_api.h>
#include <tee_ta_api.h>
#include <ucontext.h>

#include "trusted/base/check.h"
#include "trusted/ta/platform.h"

#ifdef VCH_SAN
#define STACK_BYTES (2 * 1024 * 1024)
#else
#define STACK_BYTES (256 * 1024)
#endif
#define PAINT 0xa5

/* ---- a platform of a few lines ------------------------------------------- */

uint64_t alone_host_s = 1800000000, alone_monotonic_s = 1000;
static uint64_t random_state = 1;
/* Shared with children: one device, whoever runs it. */
static struct place {
	struct vch_generation generation;
	uint64_t counters[VCH_COUNTER_CNT];
	bool has_generation, has_counters;
} *place;

/* splitmix64: only to be the same every time */
static uint64_t next_random(void)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

void vch_panic(const char *where)
{
	fprintf(stderr, "a check failed at %s\n", where);
	abort();
}

void vch_platform_random(void *out, size_t len)
{
	for (size_t i = 0; i < len; i++)
		((uint8_t *)out)[i] = (uint8_t)next_random();
}

enum vch_err vch_platform_unique_key(struct vch_root_key *ret)
{
	memset(ret->secret, 0x42, sizeof(ret->secret));
	return VCH_OK;
}

enum vch_err vch_platform_generation_load(struct vch_generation *ret)
{
	*ret = place->generation;
	return place->has_generation ? VCH_OK : VCH_ROLLBACK;
}

enum vch_err
vch_platform_generation_store(const struct vch_generation *generation)
{
	place->generation = *generation;
	place->has_generation = true;
	return VCH_OK;
}

enum vch_err
vch_platform_generation_create(const struct vch_generation *generation)
{
	return vch_platform_generation_store(generation);
}

enum vch_err vch_platform_counters_load(uint64_t ret[VCH_COUNTER_CNT])
{
	memcpy(ret, place->counters, sizeof(place->counters));
	return place->has_counters ? VCH_OK : VCH_ROLLBACK;
}

enum vch_err vch_platform_counters_store(const uint64_t in[VCH_COUNTER_CNT],
					 uint8_t first, uint8_t cnt)
{
	memcpy(place->counters + first, in + first, cnt * sizeof(in[0]));
	place->has_counters = true;
	return VCH_OK;
}

uint64_t vch_platform_monotonic_s(void)
{
	return alone_monotonic_s;
}

uint64_t vch_platform_host_s(void)
{
	return alone_host_s;
}

struct vch_span vch_platform_name(char *buf, size_t cap)
{
	VCH_CHECK(cap >= 8);
	memcpy(buf, "EMULATED", 8);
	return vch_span(buf, 8);
}

/* ---- the painted stack --------------------------------------------------- */

static struct {
	uint32_t cmd;
	struct vch_span in;
	struct vch_tee_reply *ret;
} call;
static _Alignas(4096) uint8_t stack[STACK_BYTES];
static ucontext_t here, there;

static void door(void)
{
	static uint8_t in[VCH_REQUEST_MAX], answer[VCH_ANSWER_MAX],
		log[VCH_BATCH_MAX];
	TEE_Param params[TEE_NUM_PARAMS] = {
		{.memref = {in, call.in.len}},
		{.memref = {answer, sizeof(answer)}},
		{.memref = {log, sizeof(log)}},
	};

	if (call.in.len > 0)
		memcpy(in, call.in.ptr, call.in.len);
	call.ret->tee_result = TA_InvokeCommandEntryPoint(
		NULL, call.cmd,
		TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT,
				TEE_PARAM_TYPE_MEMREF_OUTPUT,
				TEE_PARAM_TYPE_MEMREF_OUTPUT,
				TEE_PARAM_TYPE_NONE),
		params);
	call.ret->answer = vch_span(answer, params[1].memref.size);
	call.ret->log = vch_span(log, params[2].memref.size);
}

static void create(void)
{
	VCH_CHECK(TA_CreateEntryPoint() == TEE_SUCCESS);
}

/* Runs fn there: how many bytes of the stack it changed. */
static size_t run(void (*fn)(void))
{
	static size_t painted = STACK_BYTES;
	size_t untouched = 0;

	memset(stack + STACK_BYTES - painted, PAINT, painted);
	VCH_CHECK(getcontext(&there) == 0);
	there.uc_stack.ss_sp = stack;
	there.uc_stack.ss_size = sizeof(stack);
	there.uc_link = &here;
	makecontext(&there, fn, 0);
	VCH_CHECK(swapcontext(&here, &there) == 0);
	while (untouched < STACK_BYTES && stack[untouched] == PAINT)
		untouched++;
	/* what a frame leaves as it found it is not seen: a little more */
	painted = STACK_BYTES - untouched;
	return painted;
}

void alone_factory(void)
{
	place = mmap(NULL, sizeof(*place), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	VCH_CHECK(place != MAP_FAILED);
}

size_t alone_power_on(void)
{
	return run(create);
}

size_t alone_invoke(uint32_t cmd, struct vch_span request,
		    struct vch_tee_reply *ret)
{
	call.cmd = cmd;
	call.in = request;
	call.ret = ret;
	return run(door);
}
