/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child closes itself in exactly as vouch-tee does, then tries one thing.
 * What is forbidden must end it by SIGSYS; what it lives by must work.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "emu/pipe.h"
#include "emu/sandbox.h"
#include "trusted/base/check.h"

/* Exit codes of the child. */
#define DONE 0
#define NOT_DONE 1
#define NOT_SEALED 2

/* What the next child has as its stderr; -1: this program's. */
static int say_fd = -1;

static void fds_place(void)
{
	char path[] = "/tmp/vouch-sandbox-XXXXXX";
	int storage = mkstemp(path);
	int pair[2];

	unlink(path);
	if (storage < 0 || ftruncate(storage, VCH_STORAGE_SIZE) != 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) != 0)
		_exit(NOT_SEALED);
	/* out of the way first: their numbers may be the very ones */
	storage = fcntl(storage, F_DUPFD, 20);
	pair[0] = fcntl(pair[0], F_DUPFD, 20);
	pair[1] = fcntl(pair[1], F_DUPFD, 20);
	if (dup2(pair[0], VCH_PIPE_SOCKET) < 0 ||
	    dup2(storage, VCH_PIPE_STORAGE) < 0 ||
	    send(pair[1], "message", 7, 0) != 7 ||
	    (say_fd >= 0 && dup2(say_fd, VCH_PIPE_SAY) < 0))
		_exit(NOT_SEALED);
}

/* Runs attempt inside the sandbox; the wait status. */
static int run(void (*attempt)(void))
{
	pid_t parent = getpid();
	pid_t child = fork();
	uint32_t guards;
	int status;

	if (child == 0) {
		fds_place();
		if (vch_sandbox_enter(&guards, parent) != VCH_OK)
			_exit(NOT_SEALED);
		attempt();
		_exit(DONE);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void must(bool done)
{
	if (!done)
		_exit(NOT_DONE);
}

/* What vouch-tee lives by. */
static void receive_and_send(void)
{
	char text[8];

	must(recv(VCH_PIPE_SOCKET, text, sizeof(text), MSG_TRUNC) == 7);
	/* the other end was closed with all the rest: EPIPE, not SIGSYS */
	must(send(VCH_PIPE_SOCKET, text, 7, MSG_NOSIGNAL) == -1 &&
	     errno == EPIPE);
}

static void use_storage(void)
{
	struct flock lock = {.l_type = F_WRLCK};
	char text[5] = {0};

	must(pwrite(VCH_PIPE_STORAGE, "hello", 5, 4096) == 5);
	must(fdatasync(VCH_PIPE_STORAGE) == 0);
	must(pread(VCH_PIPE_STORAGE, text, 5, 4096) == 5);
	must(memcmp(text, "hello", 5) == 0);
	must(fcntl(VCH_PIPE_STORAGE, F_OFD_SETLKW, &lock) == 0);
}

static void use_random_and_clocks(void)
{
	struct timespec now;
	uint8_t bytes[32];

	must(syscall(SYS_getrandom, bytes, sizeof(bytes), 0) == sizeof(bytes));
	must(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
	/* as a machine without the vDSO would */
	must(syscall(SYS_clock_gettime, CLOCK_REALTIME, &now) == 0);
}

static void write_to_stderr(void)
{
	must(write(VCH_PIPE_SAY, "", 0) == 0);
}

static void use_stack(void)
{
	volatile char room[128 * 1024];

	for (size_t i = 0; i < sizeof(room); i += 512)
		room[i] = (char)i;
	must(room[512] == 0);
}

static void allowed_calls_work(void **state)
{
	static void (*const uses[])(void) = {receive_and_send, use_storage,
					     use_random_and_clocks,
					     write_to_stderr, use_stack};

	(void)state;
	for (size_t i = 0; i < VCH_ARRAY_LEN(uses); i++)
		assert_int_equal(run(uses[i]), DONE);
}

#define FORBIDDEN(name, call)                                                  \
	static void try_##name(void)                                           \
	{                                                                      \
		(void)!(call);                                                 \
	}

static struct clone_args {
	uint64_t words[11];
} clone_nothing;
static char byte;
static char *const no_args[] = {NULL};

FORBIDDEN(open, syscall(SYS_open, "/", O_RDONLY))
FORBIDDEN(openat, openat(AT_FDCWD, "/dev/null", O_RDONLY))
FORBIDDEN(socket, socket(AF_INET, SOCK_STREAM, 0))
FORBIDDEN(ptrace, ptrace(PTRACE_TRACEME, 0, NULL, NULL))
FORBIDDEN(execve, execve("/bin/true", no_args, no_args))
FORBIDDEN(kill, kill(1, 0))
FORBIDDEN(kill_self, syscall(SYS_kill, 0, SIGKILL))
FORBIDDEN(fork, fork())
FORBIDDEN(clone3, syscall(SYS_clone3, &clone_nothing, sizeof(clone_nothing)))
FORBIDDEN(mmap, mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANON, -1, 0) ==
			MAP_FAILED)
FORBIDDEN(mprotect, mprotect(&byte, 1, PROT_EXEC))
FORBIDDEN(brk, syscall(SYS_brk, 0))
FORBIDDEN(prctl, prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
FORBIDDEN(unshare, unshare(CLONE_NEWUSER))
FORBIDDEN(io_uring, syscall(425, 1, no_args))
FORBIDDEN(readv, syscall(SYS_process_vm_readv, 1, NULL, 0, NULL, 0, 0))
FORBIDDEN(getpid, syscall(SYS_getpid))
/* allowed calls on descriptors that are not theirs */
FORBIDDEN(read_socket, read(VCH_PIPE_SOCKET, &byte, 1))
FORBIDDEN(recvmsg, recvmsg(VCH_PIPE_SOCKET, NULL, 0))
FORBIDDEN(write_storage, write(VCH_PIPE_STORAGE, &byte, 1))
FORBIDDEN(pread_secret, pread(VCH_PIPE_SECRET, &byte, 1, 0))
FORBIDDEN(pwrite_socket, pwrite(VCH_PIPE_SOCKET, &byte, 1, 0))
FORBIDDEN(dup_storage, fcntl(VCH_PIPE_STORAGE, F_DUPFD, 20))
FORBIDDEN(lock_socket, fcntl(VCH_PIPE_SOCKET, F_OFD_SETLKW, NULL))
FORBIDDEN(truncate, ftruncate(VCH_PIPE_STORAGE, 0))
FORBIDDEN(recv_stderr, recv(VCH_PIPE_SAY, &byte, 1, 0))

static void forbidden_calls_kill(void **state)
{
	static const struct {
		const char *name;
		void (*attempt)(void);
	} tries[] = {
		{"open", try_open},
		{"openat", try_openat},
		{"socket", try_socket},
		{"ptrace", try_ptrace},
		{"execve", try_execve},
		{"kill", try_kill},
		{"kill self", try_kill_self},
		{"fork", try_fork},
		{"clone3", try_clone3},
#ifndef VCH_SAN
		/* sanitizers do these themselves: sandbox.c */
		{"mmap", try_mmap},
		{"mprotect", try_mprotect},
		{"getpid", try_getpid},
#endif
		{"brk", try_brk},
		{"prctl", try_prctl},
		{"unshare", try_unshare},
		{"io_uring_setup", try_io_uring},
		{"process_vm_readv", try_readv},
		{"read of the socket", try_read_socket},
		{"recvmsg (descriptors)", try_recvmsg},
		{"write to the storage", try_write_storage},
		{"pread of the secret", try_pread_secret},
		{"pwrite to the socket", try_pwrite_socket},
		{"fcntl but for its lock", try_dup_storage},
		{"fcntl of the socket", try_lock_socket},
		{"ftruncate", try_truncate},
		{"recv from stderr", try_recv_stderr},
	};

	(void)state;
	for (size_t i = 0; i < VCH_ARRAY_LEN(tries); i++) {
		int status = run(tries[i].attempt);

		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("%s: wait status 0x%x, not killed by SIGSYS",
				 tries[i].name, (unsigned int)status);
	}
}

static void try_large_file(void)
{
	must(pwrite(VCH_PIPE_STORAGE, "x", 1, VCH_STORAGE_SIZE - 1) == 1);
	(void)!pwrite(VCH_PIPE_STORAGE, "x", 1, VCH_STORAGE_SIZE);
}

static void storage_cannot_grow(void **state)
{
	int status = run(try_large_file);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}

static void say_a_word(void)
{
	must(write(VCH_PIPE_SAY, "word", 4) == 4);
}

/* An operator's log file is longer than any storage. */
static void stderr_may_be_a_long_file(void **state)
{
	char path[] = "/tmp/vouch-sandbox-XXXXXX";
	int fd;

	(void)state;
	fd = mkstemp(path);
	unlink(path);
	/* not one of those that the child puts its own at */
	say_fd = fcntl(fd, F_DUPFD, 20);
	close(fd);
	assert_int_equal(lseek(say_fd, 10 << 20, SEEK_SET), 10 << 20);
	assert_int_equal(run(say_a_word), DONE);
	close(say_fd);
	say_fd = -1;
}

/* Before the filter: which descriptors are left, by asking for each. */
static void other_descriptors_are_closed(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	if (child == 0) {
		fds_place();
		must(open("/", O_RDONLY) >= 0);
		must(vch_sandbox_close_fds() == VCH_OK);
		for (int fd = 0; fd < 1024; fd++)
			must((fcntl(fd, F_GETFD) >= 0) ==
			     (fd == VCH_PIPE_SAY || fd == VCH_PIPE_SOCKET ||
			      fd == VCH_PIPE_STORAGE));
		_exit(DONE);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, DONE);
}

/* Started by somebody who has died meanwhile: it does not go on. */
static void an_orphan_refuses(void **state)
{
	pid_t child = fork();
	uint32_t guards;
	int status;

	(void)state;
	if (child == 0) {
		fds_place();
		/* not our parent: as if that one had died */
		if (vch_sandbox_enter(&guards, getpid()) == VCH_TEE_LOST)
			_exit(DONE);
		_exit(NOT_DONE);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, DONE);
}

static void wait_for_ever(void)
{
	char text[8];

	for (;;)
		(void)!recv(VCH_PIPE_SOCKET, text, sizeof(text), MSG_PEEK);
}

/* A line of /proc/<pid>/<file> that begins with key holds value. */
static bool proc_has(pid_t pid, const char *file, const char *key,
		     const char *value)
{
	char path[64], line[256];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	f = fopen(path, "r");
	if (!f)
		return false;
	while (fgets(line, sizeof(line), f)) {
		if (strncmp(line, key, strlen(key)) == 0 && strstr(line, value))
			found = true;
	}
	fclose(f);
	return found;
}

/* Seen from outside, what can be seen without privileges. */
static void state_of_the_sealed_process(void **state)
{
	pid_t parent = getpid();
	pid_t child = fork();
	uint32_t guards;

	(void)state;
	if (child == 0) {
		fds_place();
		if (vch_sandbox_enter(&guards, parent) != VCH_OK)
			_exit(NOT_SEALED);
		wait_for_ever();
	}
	for (int i = 0; i < 5000; i++) {
		if (proc_has(child, "status", "Seccomp:", "2"))
			break;
		usleep(1000);
	}
	assert_true(proc_has(child, "status", "Seccomp:", "2"));
	assert_true(proc_has(child, "status", "NoNewPrivs:", "1"));
	assert_true(proc_has(child, "status", "CapEff:", "0000000000000000"));
	assert_true(proc_has(child, "status", "CapPrm:", "0000000000000000"));
	assert_true(proc_has(child, "limits", "Max open files", " 0 "));
	assert_true(proc_has(child, "limits", "Max core file size", " 0 "));
	assert_int_equal(getsid(child), child);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(allowed_calls_work),
		cmocka_unit_test(forbidden_calls_kill),
		cmocka_unit_test(storage_cannot_grow),
		cmocka_unit_test(stderr_may_be_a_long_file),
		cmocka_unit_test(other_descriptors_are_closed),
		cmocka_unit_test(an_orphan_refuses),
		cmocka_unit_test(state_of_the_sealed_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
