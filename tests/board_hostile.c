/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hostile client on the board: it calls the product's trusted application
 * past vouchd, with every kind of parameter, any size, any bytes, and memory
 * that changes while it is read. Nothing of that may end it or be obeyed.
 * VOUCH_SEED repeats a run, VOUCH_STEPS makes it longer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <tee_client_api.h>

#include "trusted/base/bytes.h"
#include "trusted/base/check.h"
#include "trusted/ta/device.h"
#include "trusted/ta/uuid.h"
#include "wire/gen/ta.h"

#define MEMORY_SIZE (VCH_REQUEST_MAX + VCH_ANSWER_MAX + VCH_BATCH_MAX)
#define GOOD                                                                   \
	TEEC_PARAM_TYPES(TEEC_MEMREF_PARTIAL_INPUT,                            \
			 TEEC_MEMREF_PARTIAL_OUTPUT,                           \
			 TEEC_MEMREF_PARTIAL_OUTPUT, TEEC_NONE)

static TEEC_Context context;
static TEEC_Session session;
static TEEC_SharedMemory memory;
static uint64_t random_state;

/* xorshift64: only to be the same again */
static uint32_t draw(uint32_t below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return below ? (uint32_t)(random_state >> 32) % below : 0;
}

static unsigned knob(const char *name, unsigned otherwise)
{
	const char *text = getenv(name);

	return text ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

static TEEC_Result open_session(TEEC_Session *ret)
{
	static const TEEC_UUID uuid = VCH_TA_UUID;

	return TEEC_OpenSession(&context, ret, &uuid, TEEC_LOGIN_PUBLIC, NULL,
				NULL, NULL);
}

static int setup(void **state)
{
	unsigned seed = 0;

	(void)state;
	assert_int_equal(getrandom(&seed, sizeof(seed), 0), sizeof(seed));
	seed = knob("VOUCH_SEED", seed);
	print_message("# seed: VOUCH_SEED=%u\n", seed);
	random_state = (uint64_t)seed << 1 | 1;
	assert_int_equal(TEEC_InitializeContext(NULL, &context), TEEC_SUCCESS);
	memory.size = MEMORY_SIZE;
	memory.flags = TEEC_MEM_INPUT | TEEC_MEM_OUTPUT;
	assert_int_equal(TEEC_AllocateSharedMemory(&context, &memory),
			 TEEC_SUCCESS);
	assert_int_equal(open_session(&session), TEEC_SUCCESS);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	TEEC_CloseSession(&session);
	TEEC_ReleaseSharedMemory(&memory);
	TEEC_FinalizeContext(&context);
	return 0;
}

static void refer(TEEC_Parameter *param, size_t at, size_t size)
{
	param->memref = (TEEC_RegisteredMemoryReference){
		.parent = &memory, .offset = at, .size = size};
}

/* The call as vouchd makes it; its code, or UINT32_MAX if the door refused. */
static uint32_t good_call(uint32_t command, size_t request_len)
{
	TEEC_Operation op = {.paramTypes = GOOD};
	const uint8_t *answer = (uint8_t *)memory.buffer + VCH_REQUEST_MAX;

	refer(&op.params[0], 0, request_len);
	refer(&op.params[1], VCH_REQUEST_MAX, VCH_ANSWER_MAX);
	refer(&op.params[2], VCH_REQUEST_MAX + VCH_ANSWER_MAX, VCH_BATCH_MAX);
	if (TEEC_InvokeCommand(&session, command, &op, NULL) != TEEC_SUCCESS)
		return UINT32_MAX;
	return (uint32_t)answer[0] << 8 | answer[1];
}

static void assert_alive(void)
{
	assert_int_equal(good_call(VCH_CMD_VERSION, 0), VCH_OK);
}

static const uint32_t kinds[] = {
	TEEC_NONE,
	TEEC_VALUE_INPUT,
	TEEC_VALUE_OUTPUT,
	TEEC_VALUE_INOUT,
	TEEC_MEMREF_TEMP_INPUT,
	TEEC_MEMREF_TEMP_OUTPUT,
	TEEC_MEMREF_TEMP_INOUT,
	TEEC_MEMREF_WHOLE,
	TEEC_MEMREF_PARTIAL_INPUT,
	TEEC_MEMREF_PARTIAL_OUTPUT,
	TEEC_MEMREF_PARTIAL_INOUT,
};

static void any_param(TEEC_Parameter *param, uint32_t kind)
{
	size_t at = draw(4) ? draw(MEMORY_SIZE) : 0;
	size_t size = draw(3) ? draw((uint32_t)(MEMORY_SIZE - at)) : 0;

	memset(param, 0, sizeof(*param));
	if (kind == TEEC_NONE)
		return;
	if (kind <= TEEC_VALUE_INOUT) {
		param->value = (TEEC_Value){draw(UINT32_MAX), draw(UINT32_MAX)};
	} else if (kind <= TEEC_MEMREF_TEMP_INOUT) {
		param->tmpref.buffer =
			size ? (uint8_t *)memory.buffer + at : NULL;
		param->tmpref.size = size;
	} else {
		refer(param, at, size);
	}
}

static uint32_t any_command(void)
{
	return draw(8) ? draw(64) : draw(UINT32_MAX);
}

/* Every combination of types but the right one, with any sizes. */
static void test_types(void **state)
{
	unsigned refused = 0;

	(void)state;
	for (unsigned i = 0; i < knob("VOUCH_STEPS", 4000); i++) {
		TEEC_Operation op = {0};
		uint32_t type[4], origin = 0;
		TEEC_Result res;

		for (int k = 0; k < 4; k++) {
			type[k] = kinds[draw(VCH_ARRAY_LEN(kinds))];
			any_param(&op.params[k], type[k]);
		}
		op.paramTypes =
			TEEC_PARAM_TYPES(type[0], type[1], type[2], type[3]);
		res = TEEC_InvokeCommand(&session, any_command(), &op, &origin);
		assert_int_not_equal(res, TEEC_ERROR_TARGET_DEAD);
		refused += res != TEEC_SUCCESS;
		if (i % 64 == 0)
			assert_alive();
	}
	assert_true(refused > 0);
	assert_alive();
}

/* The right types with any bytes: a code, and nothing for the log. */
static void test_bytes(void **state)
{
	(void)state;
	for (unsigned i = 0; i < knob("VOUCH_STEPS", 4000); i++) {
		size_t len = draw(draw(8) ? 600 : VCH_REQUEST_MAX);
		uint32_t command = any_command(), code;

		if (len >= 8)
			((uint8_t *)memory.buffer)[draw((uint32_t)len)] =
				(uint8_t)draw(256);
		for (size_t k = 0; k < len && k < 64; k++)
			((uint8_t *)memory.buffer)[k] = (uint8_t)draw(256);
		/* START would be obeyed: it is the host's to ask for */
		if (command == VCH_CMD_START)
			continue;
		code = good_call(command, len);
		assert_int_not_equal(code, UINT32_MAX);
		assert_true(code != VCH_OK || command == VCH_CMD_VERSION ||
			    command == VCH_CMD_REPLAY);
		if (code == VCH_OK && command == VCH_CMD_REPLAY)
			assert_true(len >= 4);
	}
	TEEC_CloseSession(&session);
	assert_int_equal(open_session(&session), TEEC_SUCCESS);
	assert_alive();
}

static atomic_bool stop;

static void *scribble(void *arg)
{
	uint8_t *bytes = memory.buffer;
	uint32_t x = 1;

	while (!atomic_load(&stop)) {
		x = x * 1664525 + 1013904223;
		((volatile uint8_t *)bytes)[x % MEMORY_SIZE] =
			(uint8_t)(x >> 24);
	}
	return arg;
}

/* Memory that changes all the time, and all areas in one place. */
static void test_changing_memory(void **state)
{
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, scribble, NULL), 0);
	for (unsigned i = 0; i < knob("VOUCH_STEPS", 4000) / 4; i++) {
		TEEC_Operation op = {.paramTypes = GOOD};
		size_t at = draw(2) ? draw(4096) : 0;

		refer(&op.params[0], at, draw(VCH_REQUEST_MAX));
		refer(&op.params[1], at, VCH_ANSWER_MAX);
		refer(&op.params[2], at, VCH_BATCH_MAX);
		assert_int_not_equal(
			TEEC_InvokeCommand(&session, any_command(), &op, NULL),
			TEEC_ERROR_TARGET_DEAD);
	}
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
	TEEC_CloseSession(&session);
	assert_int_equal(open_session(&session), TEEC_SUCCESS);
	assert_alive();
}

/* One at a time: a second client cannot get between vouchd and its TEE. */
static void test_second_session(void **state)
{
	TEEC_Session second;

	(void)state;
	assert_int_equal(open_session(&second), TEEC_ERROR_BUSY);
	assert_alive();
}

/* The board's own service is for trusted applications only. */
static void test_service(void **state)
{
	static const TEEC_UUID uuid = VCH_DEVICE_UUID;
	TEEC_Session service;

	(void)state;
	assert_int_equal(TEEC_OpenSession(&context, &service, &uuid,
					  TEEC_LOGIN_PUBLIC, NULL, NULL, NULL),
			 TEEC_ERROR_ACCESS_DENIED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_changing_memory),
		cmocka_unit_test(test_second_session),
		cmocka_unit_test(test_service),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
