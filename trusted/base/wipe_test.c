/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/base/wipe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct vch_example {
	uint8_t secret[32];
};
static void vch_example_wipe(struct vch_example *secret);

/* How the memory looked when the cleanup had run. */
static uint8_t after[32];
static int wiped;

static void vch_example_wipe(struct vch_example *secret)
{
	vch_wipe(secret, sizeof(*secret));
	memcpy(after, secret->secret, sizeof(after));
	wiped++;
}

struct vch_other {
	uint8_t secret[7];
};
VCH_SECRET(other)

static void test_wipe(void **state)
{
	uint8_t bytes[9];

	(void)state;
	memset(bytes, 0xaa, sizeof(bytes));
	vch_wipe(bytes + 1, 7);
	assert_int_equal(bytes[0], 0xaa);
	for (size_t i = 1; i < 8; i++)
		assert_int_equal(bytes[i], 0);
	assert_int_equal(bytes[8], 0xaa);
	vch_wipe(bytes, 0);
	assert_int_equal(bytes[0], 0xaa);
}

static int leave(int by)
{
	VCH_AUTO(example) local;

	memset(&local, 0xaa, sizeof(local));
	for (int i = 0; i < 3; i++) {
		VCH_AUTO(example) inner;

		memset(&inner, 0xbb, sizeof(inner));
		if (i == by)
			return local.secret[3] + inner.secret[3];
	}
	return local.secret[0];
}

/* Whichever way a scope is left. */
static void test_scope(void **state)
{
	static const uint8_t zeros[sizeof(after)];

	(void)state;
	for (int by = 0; by < 4; by++) {
		wiped = 0;
		memset(after, 0xcc, sizeof(after));
		assert_int_equal(leave(by), by < 3 ? 0xaa + 0xbb : 0xaa);
		assert_int_equal(wiped, by < 3 ? by + 2 : 4);
		assert_memory_equal(after, zeros, sizeof(after));
	}
}

static void test_secret(void **state)
{
	struct vch_other other;

	(void)state;
	memset(&other, 0xaa, sizeof(other));
	vch_other_wipe(&other);
	for (size_t i = 0; i < sizeof(other.secret); i++)
		assert_int_equal(other.secret[i], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wipe),
		cmocka_unit_test(test_scope),
		cmocka_unit_test(test_secret),
	};

	return cmocka_run_group_tests_name("wipe", tests, NULL, NULL);
}
