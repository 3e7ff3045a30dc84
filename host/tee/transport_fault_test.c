/* SPDX-License-Identifier: Apache-2.0 */
/* The faults of the test flavour do what they say, seen from the host. */
#include "host/tee/transport_testing.h"

#define DIED 137 /* exit code of a process that a fault ended */
#define STORAGE_NOT_AVAILABLE 0xF0100003
#define CORRUPT_OBJECT 0xF0100001

/* A device whose stored byte is 2 (and was 1 before). */
static void count_to_two(const struct test_device *device, const char *program)
{
	struct vch_tee *tee = test_start(device, program, NULL);

	assert_int_equal(test_count(tee), 1);
	assert_int_equal(test_count(tee), 2);
	assert_int_equal(vch_tee_stop(tee), 0);
}

static int count_afterwards(const struct test_device *device)
{
	struct vch_tee *tee = test_start(device, TEST_TEE_FAULTS, NULL);
	int count = test_count(tee);

	vch_tee_stop(tee);
	return count;
}

/* The stored byte would become 3, but the process dies somewhere. */
static void count_and_die(const struct test_device *device, const char *plan)
{
	struct vch_tee *tee = test_start(device, TEST_TEE_FAULTS, plan);
	struct vch_tee_reply reply;

	assert_int_equal(test_call(tee, VCH_TEST_COUNT, &reply), VCH_TEE_LOST);
	assert_int_equal(WEXITSTATUS(vch_tee_stop(tee)), DIED);
}

static void failed_write_is_heard(void **state)
{
	struct vch_tee_reply reply;
	struct vch_tee *tee;

	count_to_two(*state, TEST_TEE_FAULTS);
	tee = test_start(*state, TEST_TEE_FAULTS, "fail-write=1");
	assert_int_equal(test_call(tee, VCH_TEST_COUNT, &reply), VCH_OK);
	assert_int_equal(reply.tee_result, STORAGE_NOT_AVAILABLE);
	assert_int_equal(reply.answer.len, 0);
	/* it is not tried again in this life */
	assert_int_equal(test_call(tee, VCH_TEST_COUNT, &reply), VCH_OK);
	assert_int_equal(reply.tee_result, STORAGE_NOT_AVAILABLE);
	vch_tee_stop(tee);
	assert_int_equal(count_afterwards(*state), 3);
}

static void torn_write_leaves_the_old(void **state)
{
	count_to_two(*state, TEST_TEE_FAULTS);
	count_and_die(*state, "tear-write=1");
	assert_int_equal(count_afterwards(*state), 3);
}

static void torn_first_write_leaves_a_new_device(void **state)
{
	count_and_die(*state, "tear-write=1");
	assert_int_equal(count_afterwards(*state), 1);
}

static void lost_write_is_believed_and_gone(void **state)
{
	struct vch_tee *tee;

	count_to_two(*state, TEST_TEE_FAULTS);
	tee = test_start(*state, TEST_TEE_FAULTS, "lose-write=1");
	assert_int_equal(test_count(tee), 3);
	vch_tee_kill(tee);
	assert_int_equal(count_afterwards(*state), 3);
}

static void rollback_brings_back_the_older(void **state)
{
	struct vch_tee *tee;

	count_to_two(*state, TEST_TEE_FAULTS);
	tee = test_start(*state, TEST_TEE_FAULTS, "rollback");
	assert_int_equal(test_count(tee), 2);
	vch_tee_stop(tee);
	assert_int_equal(count_afterwards(*state), 3);
}

/* The third count makes four GP calls: open, read, seek, write. */
static void death_at_every_call(void **state)
{
	char plan[32];

	count_to_two(*state, TEST_TEE_FAULTS);
	for (int n = 1; n <= 4; n++) {
		snprintf(plan, sizeof(plan), "die-call=%d", n);
		count_and_die(*state, plan);
	}
	assert_int_equal(count_afterwards(*state), 3);
}

static void failure_of_every_call(void **state)
{
	static const uint32_t results[] = {0xFFFF0000, CORRUPT_OBJECT,
					   STORAGE_NOT_AVAILABLE,
					   STORAGE_NOT_AVAILABLE};
	char plan[32];

	count_to_two(*state, TEST_TEE_FAULTS);
	for (int n = 1; n <= 4; n++) {
		struct vch_tee_reply reply;
		struct vch_tee *tee;

		snprintf(plan, sizeof(plan), "fail-call=%d", n);
		tee = test_start(*state, TEST_TEE_FAULTS, plan);
		assert_int_equal(test_call(tee, VCH_TEST_COUNT, &reply),
				 VCH_OK);
		assert_int_equal(reply.tee_result, results[n - 1]);
		vch_tee_stop(tee);
	}
	assert_int_equal(count_afterwards(*state), 3);
}

static void death_around_the_reply(void **state)
{
	struct vch_tee_reply reply;
	struct vch_tee *tee;

	count_to_two(*state, TEST_TEE_FAULTS);
	/* done, durable, and nobody was told */
	count_and_die(*state, "die-before=1");
	tee = test_start(*state, TEST_TEE_FAULTS, "die-after=1");
	assert_int_equal(test_count(tee), 4);
	assert_int_equal(test_call(tee, VCH_TEST_COUNT, &reply), VCH_TEE_LOST);
	assert_int_equal(WEXITSTATUS(vch_tee_stop(tee)), DIED);
	assert_int_equal(count_afterwards(*state), 5);
}

static void plans_in_other_words_are_refused(void **state)
{
	static const char *const plans[] = {"die-call=0", "die-call=",	 "die",
					    "rollback=1", "die-call=1;", "x"};
	struct vch_tee_options options = test_options(*state);
	struct vch_tee *tee = NULL;

	options.program = test_program(TEST_TEE_FAULTS);
	for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		options.argument = plans[i];
		assert_int_equal(vch_tee_start(&tee, &options), VCH_TEE_START);
	}
	tee = test_start(*state, TEST_TEE_FAULTS, "fail-write=9,die-after=9");
	assert_int_equal(test_count(tee), 1);
	vch_tee_stop(tee);
}

/* Device files of the test flavour do not pass for the product's. */
static void product_refuses_a_device_of_tests(void **state)
{
	struct vch_tee_reply reply;
	struct vch_tee *tee;

	count_to_two(*state, TEST_TEE_FAULTS);
	tee = test_start(*state, TEST_TEE, NULL);
	assert_int_equal(test_call(tee, VCH_TEST_COUNT, &reply), VCH_OK);
	assert_int_equal(reply.tee_result, CORRUPT_OBJECT);
	vch_tee_stop(tee);
}

/* True if the program's file holds the words of a plan. */
static bool knows_faults(const char *program)
{
	static const char word[] = "tear-write=";
	struct vch_buf file = vch_buf(64 << 20);
	bool found;

	assert_int_equal(vch_file_read(&file, test_program(program)), VCH_OK);
	found = memmem(file.ptr, file.len, word, sizeof(word) - 1) != NULL;
	vch_buf_free(&file);
	return found;
}

static void faults_are_in_the_test_flavour_only(void **state)
{
	(void)state;
	assert_true(knows_faults(TEST_TEE_FAULTS));
	assert_false(knows_faults(TEST_TEE));
}

#define DEVICE_TEST(f)                                                         \
	cmocka_unit_test_setup_teardown(f, test_device_make, test_device_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DEVICE_TEST(failed_write_is_heard),
		DEVICE_TEST(torn_write_leaves_the_old),
		DEVICE_TEST(torn_first_write_leaves_a_new_device),
		DEVICE_TEST(lost_write_is_believed_and_gone),
		DEVICE_TEST(rollback_brings_back_the_older),
		DEVICE_TEST(death_at_every_call),
		DEVICE_TEST(failure_of_every_call),
		DEVICE_TEST(death_around_the_reply),
		DEVICE_TEST(plans_in_other_words_are_refused),
		DEVICE_TEST(product_refuses_a_device_of_tests),
		cmocka_unit_test(faults_are_in_the_test_flavour_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
