/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the transport share: a device in a folder of its own. */
#ifndef HOST_TEE_TRANSPORT_TESTING_H
#define HOST_TEE_TRANSPORT_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "emu/pipe.h"
#include "emu/test_ta.h"
#include "host/base/file.h"
#include "host/tee/transport.h"

#define TEST_TEE "test/vouch-tee-test"
#define TEST_TEE_FAULTS "test/vouch-tee-test-faults"

struct test_device {
	char root[64]; /* a folder that is removed afterwards */
	char dir[80];  /* the device's, inside it */
};

static inline void test_path(char ret[VCH_PATH_MAX],
			     const struct test_device *device, const char *name)
{
	assert_int_equal(vch_path_join(ret, device->dir, name), VCH_OK);
}

static inline int test_device_make(void **state)
{
	struct test_device *device = calloc(1, sizeof(*device));

	if (!device)
		return -1;
	strcpy(device->root, "/tmp/vouch-test-XXXXXX");
	if (!mkdtemp(device->root))
		return -1;
	snprintf(device->dir, sizeof(device->dir), "%s/tee", device->root);
	*state = device;
	return vch_tee_factory(device->dir) == VCH_OK ? 0 : -1;
}

static inline int test_device_remove(void **state)
{
	struct test_device *device = *state;
	char path[VCH_PATH_MAX];

	test_path(path, device, VCH_DEVICE_SECRET_FILE);
	unlink(path);
	test_path(path, device, VCH_DEVICE_STORAGE_FILE);
	unlink(path);
	rmdir(device->dir);
	rmdir(device->root);
	free(device);
	return 0;
}

/* Where the program of a test was built: under out, or VOUCH_OUT. */
static inline const char *test_program(const char *program)
{
	static char path[VCH_PATH_MAX];
	const char *out = getenv("VOUCH_OUT");

	assert_int_equal(vch_path_join(path, out ? out : "out", program),
			 VCH_OK);
	return path;
}

static inline struct vch_tee_options
test_options(const struct test_device *device)
{
	return (struct vch_tee_options){
		.program = test_program(TEST_TEE),
		.dir = device->dir,
		.call_timeout_ms = 5000,
	};
}

static inline struct vch_tee *test_start(const struct test_device *device,
					 const char *program,
					 const char *argument)
{
	struct vch_tee_options options = test_options(device);
	struct vch_tee *tee = NULL;

	options.program = test_program(program);
	options.argument = argument;
	assert_int_equal(vch_tee_start(&tee, &options), VCH_OK);
	return tee;
}

/* A command without a request. */
static inline enum vch_err test_call(struct vch_tee *tee, uint32_t cmd,
				     struct vch_tee_reply *ret)
{
	return vch_tee_invoke(tee, cmd, vch_span(NULL, 0), ret);
}

/* The stored byte after it rose; the reply must be whole. */
static inline int test_count(struct vch_tee *tee)
{
	struct vch_tee_reply reply;

	assert_int_equal(test_call(tee, VCH_TEST_COUNT, &reply), VCH_OK);
	assert_int_equal(reply.tee_result, 0);
	assert_int_equal(reply.answer.len, 1);
	return reply.answer.ptr[0];
}

#endif
