/* SPDX-License-Identifier: Apache-2.0 */
#include "host/tee/transport_testing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#define SELF "/proc/self/exe"
#define FD_PROBE_MAX 1024

/*
 * The other side when it lies: this program, started by the transport as if
 * it were vouch-tee, told by its argument what to get wrong.
 */
static uint32_t fake_fds(void)
{
	uint32_t open = 0;

	for (int fd = 0; fd < FD_PROBE_MAX; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			open |= fd < 31 ? 1u << fd : 1u << 31;
	}
	return open;
}

static void fake_send(uint32_t kind, uint32_t a, uint32_t b, uint32_t c,
		      size_t len)
{
	struct vch_pipe_message message = {kind, {a, b, c}};

	if (send(VCH_PIPE_SOCKET, &message, len, MSG_NOSIGNAL) < 0)
		_exit(1);
}

static int fake_tee(const char *lie)
{
	struct vch_pipe_message in;
	uint32_t version = VCH_PIPE_VERSION, guards = VCH_GUARD_SECCOMP;
	size_t whole = sizeof(in);

	if (strcmp(lie, "silent") == 0)
		pause();
	if (strcmp(lie, "version") == 0)
		version++;
	if (strcmp(lie, "open") == 0)
		guards = 0;
	fake_send(VCH_PIPE_HELLO, version, guards, 0, whole);
	if (recv(VCH_PIPE_SOCKET, &in, whole, 0) != sizeof(in))
		return 1;
	if (strcmp(lie, "fds") == 0)
		fake_send(VCH_PIPE_REPLY, fake_fds(), 0, 0, whole);
	else if (strcmp(lie, "environment") == 0)
		fake_send(VCH_PIPE_REPLY, environ[0] ? 1 : 0, 0, 0, whole);
	else if (strcmp(lie, "answer") == 0)
		fake_send(VCH_PIPE_REPLY, 0, VCH_ANSWER_MAX + 1, 0, whole);
	else if (strcmp(lie, "log") == 0)
		fake_send(VCH_PIPE_REPLY, 0, 0, VCH_BATCH_MAX + 1, whole);
	else if (strcmp(lie, "failed") == 0)
		fake_send(VCH_PIPE_REPLY, 1, 1, 0, whole);
	else if (strcmp(lie, "kind") == 0)
		fake_send(VCH_PIPE_HELLO, 0, 0, 0, whole);
	else
		fake_send(VCH_PIPE_REPLY, 0, 0, 0, whole - 1);
	pause();
	return 0;
}

static struct vch_tee *fake_start(const struct test_device *device,
				  const char *lie)
{
	struct vch_tee_options options = test_options(device);
	struct vch_tee *tee = NULL;

	options.program = SELF;
	options.argument = lie;
	assert_int_equal(vch_tee_start(&tee, &options), VCH_OK);
	return tee;
}

static void factory_keeps_what_is_there(void **state)
{
	const struct test_device *device = *state;
	char path[VCH_PATH_MAX];
	uint8_t before[33], after[33];
	int fd;

	test_path(path, device, VCH_DEVICE_SECRET_FILE);
	fd = open(path, O_RDONLY);
	assert_int_equal(read(fd, before, sizeof(before)), 32);
	close(fd);
	assert_int_equal(vch_tee_factory(device->dir), VCH_OK);
	fd = open(path, O_RDONLY);
	assert_int_equal(read(fd, after, sizeof(after)), 32);
	close(fd);
	assert_memory_equal(before, after, 32);
}

static void factory_refuses_loose_rights(void **state)
{
	const struct test_device *device = *state;
	struct vch_tee_options options = test_options(device);
	struct vch_tee *tee = NULL;
	static const char *const files[] = {VCH_DEVICE_SECRET_FILE,
					    VCH_DEVICE_STORAGE_FILE};
	char path[VCH_PATH_MAX];

	for (size_t i = 0; i < 2; i++) {
		test_path(path, device, files[i]);
		assert_int_equal(chmod(path, 0640), 0);
		assert_int_equal(vch_tee_factory(device->dir), VCH_FILE);
		assert_int_equal(vch_tee_start(&tee, &options), VCH_FILE);
		assert_int_equal(chmod(path, 0600), 0);
	}
	assert_int_equal(chmod(device->dir, 0750), 0);
	assert_int_equal(vch_tee_factory(device->dir), VCH_FILE);
	assert_int_equal(vch_tee_start(&tee, &options), VCH_FILE);
	assert_int_equal(chmod(device->dir, 0700), 0);
	assert_int_equal(vch_tee_factory(device->dir), VCH_OK);
}

static void factory_refuses_half_a_device(void **state)
{
	const struct test_device *device = *state;
	struct vch_tee *tee;
	char secret[VCH_PATH_MAX], storage[VCH_PATH_MAX];

	test_path(secret, device, VCH_DEVICE_SECRET_FILE);
	test_path(storage, device, VCH_DEVICE_STORAGE_FILE);
	/* cut off before the secret: goes on */
	assert_int_equal(unlink(secret), 0);
	assert_int_equal(vch_tee_factory(device->dir), VCH_OK);
	/* a used device without its secret, and one without its storage */
	tee = test_start(device, TEST_TEE, NULL);
	assert_int_equal(test_count(tee), 1);
	vch_tee_stop(tee);
	assert_int_equal(unlink(secret), 0);
	assert_int_equal(vch_tee_factory(device->dir), VCH_CORRUPT);
	assert_int_equal(unlink(storage), 0);
	assert_int_equal(vch_tee_factory(device->dir), VCH_OK);
	assert_int_equal(unlink(storage), 0);
	assert_int_equal(vch_tee_factory(device->dir), VCH_CORRUPT);
}

static void echo_of_all_sizes(void **state)
{
	static const size_t sizes[] = {0, 1, 31, 4096, VCH_ANSWER_MAX};
	static uint8_t request[VCH_ANSWER_MAX];
	struct vch_tee *tee = test_start(*state, TEST_TEE, NULL);
	struct vch_tee_reply reply;

	for (size_t i = 0; i < sizeof(request); i++)
		request[i] = (uint8_t)(i * 7 + i / 256);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t len = sizes[i];

		assert_int_equal(vch_tee_invoke(tee, VCH_TEST_ECHO,
						vch_span(request, len), &reply),
				 VCH_OK);
		assert_int_equal(reply.tee_result, 0);
		assert_int_equal(reply.answer.len, len);
		assert_int_equal(reply.log.len, len);
		assert_memory_equal(reply.answer.ptr, request, len);
		for (size_t j = 0; j < len; j++)
			assert_int_equal(reply.log.ptr[j],
					 request[len - 1 - j]);
	}
	memcpy(vch_tee_request_area(tee), "in place", 8);
	assert_int_equal(vch_tee_invoke(tee, VCH_TEST_ECHO,
					vch_span(vch_tee_request_area(tee), 8),
					&reply),
			 VCH_OK);
	assert_memory_equal(reply.answer.ptr, "in place", 8);
	assert_true(WIFEXITED(vch_tee_stop(tee)));
}

static void sizes_too_large_are_refused(void **state)
{
	static uint8_t request[VCH_REQUEST_MAX + 1];
	struct vch_tee *tee = test_start(*state, TEST_TEE, NULL);
	struct vch_tee_reply reply;

	assert_int_equal(vch_tee_invoke(tee, VCH_TEST_ECHO,
					vch_span(request, sizeof(request)),
					&reply),
			 VCH_SIZE);
	/* the largest request goes in; the answer to it would not fit */
	assert_int_equal(vch_tee_invoke(tee, VCH_TEST_ECHO,
					vch_span(request, VCH_REQUEST_MAX),
					&reply),
			 VCH_OK);
	assert_int_equal(reply.tee_result, 0xFFFF0010);
	assert_int_equal(reply.answer.len, 0);
	assert_int_equal(reply.log.len, 0);
	assert_true(vch_tee_alive(tee));
	assert_int_equal(vch_tee_stop(tee), 0);
}

static void refusals_come_through(void **state)
{
	struct vch_tee *tee = test_start(*state, TEST_TEE, NULL);
	struct vch_tee_reply reply;

	assert_int_equal(test_call(tee, VCH_TEST_UNKNOWN, &reply), VCH_OK);
	assert_int_equal(reply.tee_result, 0xFFFF000A);
	assert_int_equal(test_count(tee), 1);
	assert_int_equal(vch_tee_stop(tee), 0);
}

/* Every way to die inside a call is a lost TEE, and stays one. */
static void death_is_lost(void **state)
{
	static const struct {
		uint32_t cmd;
		int exit;
		int signal;
	} deaths[] = {
		{VCH_TEST_PANIC, 70, 0},
		{VCH_TEST_OVERRUN, 70, 0},
		{VCH_TEST_ESCAPE, 0, SIGSYS},
	};

	for (size_t i = 0; i < sizeof(deaths) / sizeof(deaths[0]); i++) {
		struct vch_tee *tee = test_start(*state, TEST_TEE, NULL);
		struct vch_tee_reply reply;
		int status;

		assert_int_equal(test_call(tee, deaths[i].cmd, &reply),
				 VCH_TEE_LOST);
		assert_int_equal(test_call(tee, VCH_TEST_ECHO, &reply),
				 VCH_TEE_LOST);
		assert_false(vch_tee_alive(tee));
		status = vch_tee_stop(tee);
		if (deaths[i].signal)
			assert_int_equal(WTERMSIG(status), deaths[i].signal);
		else
			assert_int_equal(WEXITSTATUS(status), deaths[i].exit);
	}
}

static void killed_from_outside_is_lost(void **state)
{
	struct vch_tee *tee = test_start(*state, TEST_TEE, NULL);
	struct vch_tee_reply reply;

	assert_int_equal(kill(vch_tee_pid(tee), SIGKILL), 0);
	assert_int_equal(test_call(tee, VCH_TEST_ECHO, &reply), VCH_TEE_LOST);
	assert_int_equal(WTERMSIG(vch_tee_kill(tee)), SIGKILL);
}

static void no_reply_in_time(void **state)
{
	struct vch_tee_options options = test_options(*state);
	struct vch_tee *tee = NULL;
	struct vch_tee_reply reply;

	options.call_timeout_ms = 50;
	assert_int_equal(vch_tee_start(&tee, &options), VCH_OK);
	assert_int_equal(test_call(tee, VCH_TEST_HANG, &reply), VCH_TIMEOUT);
	assert_int_equal(test_call(tee, VCH_TEST_ECHO, &reply), VCH_TEE_LOST);
	assert_int_equal(WTERMSIG(vch_tee_kill(tee)), SIGKILL);
}

static void storage_outlives_the_process(void **state)
{
	for (int i = 0; i < 5; i++) {
		struct vch_tee *tee = test_start(*state, TEST_TEE, NULL);

		assert_int_equal(test_count(tee), 2 * i + 1);
		assert_int_equal(test_count(tee), 2 * i + 2);
		if (i % 2)
			vch_tee_kill(tee);
		else
			vch_tee_stop(tee);
	}
}

static void one_device_one_process(void **state)
{
	struct vch_tee_options options = test_options(*state);
	struct vch_tee *tee = test_start(*state, TEST_TEE, NULL);
	struct vch_tee *second = NULL;

	assert_int_equal(vch_tee_start(&second, &options), VCH_TEE_START);
	assert_int_equal(test_count(tee), 1);
	vch_tee_kill(tee);
	assert_int_equal(vch_tee_start(&second, &options), VCH_OK);
	assert_int_equal(test_count(second), 2);
	vch_tee_kill(second);
}

static void programs_that_do_not_start(void **state)
{
	static const char *const programs[] = {"/nowhere/vouch-tee",
					       "/bin/false"};
	struct vch_tee_options options = test_options(*state);
	struct vch_tee *tee = NULL;

	for (size_t i = 0; i < 2; i++) {
		options.program = programs[i];
		assert_int_equal(vch_tee_start(&tee, &options), VCH_TEE_START);
	}
	/* the product flavour takes no faults */
	options = test_options(*state);
	options.argument = "die-call=1";
	assert_int_equal(vch_tee_start(&tee, &options), VCH_TEE_START);
	/* by hand it says what it is and ends */
	assert_int_equal(WEXITSTATUS(system(test_program(TEST_TEE))), 64);
}

static void guards_are_told(void **state)
{
	struct vch_tee *tee = test_start(*state, TEST_TEE, NULL);

	assert_true(vch_tee_guards(tee) & VCH_GUARD_SECCOMP);
	assert_false(vch_tee_guards(tee) & VCH_GUARD_FAULTS);
	print_message("guards on this machine: 0x%x\n",
		      (unsigned int)vch_tee_guards(tee));
	vch_tee_stop(tee);
	tee = test_start(*state, TEST_TEE_FAULTS, NULL);
	assert_true(vch_tee_guards(tee) & VCH_GUARD_FAULTS);
	vch_tee_stop(tee);
}

/* What the transport hands over: the table of emu/pipe.h and no more. */
static void child_inherits_its_table_only(void **state)
{
	int stray = open("/dev/null", O_RDONLY); /* not CLOEXEC */
	struct vch_tee *tee = fake_start(*state, "fds");
	struct vch_tee_reply reply;

	assert_true(stray > 2);
	assert_int_equal(test_call(tee, 0, &reply), VCH_OK);
	assert_int_equal(reply.tee_result, (1u << VCH_PIPE_FDS) - 1);
	vch_tee_kill(tee);
	close(stray);
	tee = fake_start(*state, "environment");
	assert_int_equal(test_call(tee, 0, &reply), VCH_OK);
	assert_int_equal(reply.tee_result, 0);
	vch_tee_kill(tee);
}

/* What it keeps. Not dumpable, so only the superuser can look. */
static void child_keeps_three_descriptors(void **state)
{
	struct vch_tee *tee = test_start(*state, TEST_TEE, NULL);
	uint32_t open = 0;
	struct dirent *entry;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)vch_tee_pid(tee));
	dir = opendir(path);
	if (!dir) {
		assert_int_equal(errno, EACCES);
		assert_int_not_equal(geteuid(), 0);
		vch_tee_kill(tee);
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] != '.')
			open |= 1u << strtoul(entry->d_name, NULL, 10);
	}
	closedir(dir);
	assert_int_equal(open, 1u << VCH_PIPE_SAY | 1u << VCH_PIPE_SOCKET |
				       1u << VCH_PIPE_STORAGE);
	vch_tee_kill(tee);
}

static void lies_are_lost(void **state)
{
	static const char *const lies[] = {"answer", "log", "failed", "kind",
					   "short"};

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct vch_tee *tee = fake_start(*state, lies[i]);
		struct vch_tee_reply reply;

		assert_int_equal(test_call(tee, 0, &reply), VCH_TEE_LOST);
		assert_false(vch_tee_alive(tee));
		vch_tee_kill(tee);
	}
}

static void hello_is_checked(void **state)
{
	struct vch_tee_options options = test_options(*state);
	struct vch_tee *tee = NULL;

	options.program = SELF;
	options.argument = "version";
	assert_int_equal(vch_tee_start(&tee, &options), VCH_TEE_START);
	options.argument = "open";
	assert_int_equal(vch_tee_start(&tee, &options), VCH_TEE_START);
	options.argument = "silent";
	options.start_timeout_ms = 50;
	assert_int_equal(vch_tee_start(&tee, &options), VCH_TIMEOUT);
}

/* A vouchd that dies of SIGKILL takes its TEE along, even one that hangs. */
static void dies_with_its_parent(void **state)
{
	struct vch_tee_options options = test_options(*state);
	int pipe_fds[2], status;
	pid_t vouchd, tee_pid;

	options.call_timeout_ms = 50;
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
	assert_int_equal(pipe(pipe_fds), 0);
	vouchd = fork();
	if (vouchd == 0) {
		struct vch_tee_reply reply;
		struct vch_tee *tee = NULL;

		if (vch_tee_start(&tee, &options) != VCH_OK ||
		    test_call(tee, VCH_TEST_HANG, &reply) != VCH_TIMEOUT)
			_exit(1);
		tee_pid = vch_tee_pid(tee);
		if (write(pipe_fds[1], &tee_pid, sizeof(tee_pid)) < 0)
			_exit(1);
		pause();
	}
	close(pipe_fds[1]);
	assert_int_equal(read(pipe_fds[0], &tee_pid, sizeof(tee_pid)),
			 sizeof(tee_pid));
	assert_int_equal(kill(vouchd, SIGKILL), 0);
	assert_int_equal(waitpid(vouchd, &status, 0), vouchd);
	alarm(10);
	assert_int_equal(waitpid(tee_pid, &status, 0), tee_pid);
	alarm(0);
	assert_int_equal(WTERMSIG(status), SIGKILL);
	close(pipe_fds[0]);
}

#define DEVICE_TEST(f)                                                         \
	cmocka_unit_test_setup_teardown(f, test_device_make, test_device_remove)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		DEVICE_TEST(factory_keeps_what_is_there),
		DEVICE_TEST(factory_refuses_loose_rights),
		DEVICE_TEST(factory_refuses_half_a_device),
		DEVICE_TEST(echo_of_all_sizes),
		DEVICE_TEST(sizes_too_large_are_refused),
		DEVICE_TEST(refusals_come_through),
		DEVICE_TEST(death_is_lost),
		DEVICE_TEST(killed_from_outside_is_lost),
		DEVICE_TEST(no_reply_in_time),
		DEVICE_TEST(storage_outlives_the_process),
		DEVICE_TEST(one_device_one_process),
		DEVICE_TEST(programs_that_do_not_start),
		DEVICE_TEST(guards_are_told),
		DEVICE_TEST(child_inherits_its_table_only),
		DEVICE_TEST(child_keeps_three_descriptors),
		DEVICE_TEST(lies_are_lost),
		DEVICE_TEST(hello_is_checked),
		DEVICE_TEST(dies_with_its_parent),
	};

	if (argc == 3 && strcmp(argv[0], "vouch-tee") == 0)
		return fake_tee(argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
