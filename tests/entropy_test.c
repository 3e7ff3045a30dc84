/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A system that gives no randomness: whatever draws a secret says ENTROPY,
 * makes nothing, and works once there is some. getrandom is ours here
 * (--wrap).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "host/base/file.h"
#include "host/net/session.h"
#include "host/net/token.h"
#include "host/node/events.h"
#include "host/tee/transport.h"

/* 0: it works, 1: refused, 2: half of what was asked for */
static int broken;

ssize_t __real_getrandom(void *buf, size_t len, unsigned int flags);
ssize_t __wrap_getrandom(void *buf, size_t len, unsigned int flags);

ssize_t __wrap_getrandom(void *buf, size_t len, unsigned int flags)
{
	if (broken == 1) {
		errno = ENOSYS;
		return -1;
	}
	return __real_getrandom(buf, broken ? len / 2 : len, flags);
}

static char dir[] = "/tmp/vouch-entropy-XXXXXX";

static enum vch_err draw_device(void)
{
	char path[VCH_PATH_MAX];

	assert_int_equal(vch_path_join(path, dir, "device"), VCH_OK);
	return vch_tee_factory(path);
}

static enum vch_err draw_token(void)
{
	VCH_AUTO(token_text) token;

	return vch_token_draw(&token);
}

static enum vch_err draw_session(void)
{
	struct vch_sessions *sessions = vch_sessions_new();
	char secret[VCH_SESSION_DIGITS + 1];
	enum vch_err err = vch_session_begin(sessions, secret, 1);

	vch_sessions_free(sessions);
	return err;
}

static enum vch_err draw_events(void)
{
	struct vch_events *events;

	VCH_TRY(vch_events_new(&events, NULL));
	vch_events_free(events);
	return VCH_OK;
}

static void test_entropy(void **state)
{
	static enum vch_err (*const draws[])(void) = {
		draw_device,
		draw_token,
		draw_session,
		draw_events,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(draws) / sizeof(draws[0]); i++) {
		for (broken = 1; broken <= 2; broken++)
			assert_int_equal(draws[i](), VCH_ENTROPY);
		broken = 0;
		assert_int_equal(draws[i](), VCH_OK);
	}
}

static int setup(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL;
}

static int teardown(void **state)
{
	char cmd[64] = "rm -rf ";

	(void)state;
	strcat(cmd, dir);
	return system(cmd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entropy),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
