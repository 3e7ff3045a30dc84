/* SPDX-License-Identifier: Apache-2.0 */
#include "host/tee/transport.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "emu/pipe.h"
#include "host/base/alloc.h"
#include "host/base/clock.h"
#include "host/base/file.h"
#include "trusted/base/wipe.h"

#define LOCK_WAIT_MS 2000
#define LOCK_PAUSE_MS 10
#define START_TIMEOUT_MS 10000
#define CALL_TIMEOUT_MS 30000
#define STOP_TIMEOUT_MS 1000
/* Descriptors for the child are moved up here, clear of where they go. */
#define FD_CLEAR 16

struct vch_tee {
	pid_t pid;
	int socket;
	uint8_t *memory;
	uint32_t guards;
	uint32_t call_timeout_ms;
	bool lost; /* out of step: no more calls */
	bool reaped;
	int status; /* of waitpid, once reaped */
};

/* What the child will hold, by its number there; -1: not open. */
struct child_fds {
	int at[VCH_PIPE_FDS];
};

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void child_fds_close(struct child_fds *fds)
{
	for (int i = 0; i < VCH_PIPE_FDS; i++)
		fd_close(&fds->at[i]);
}

/* Moves *fd out of the child's numbers. */
static enum vch_err fd_lift(int *fd)
{
	int up = fcntl(*fd, F_DUPFD_CLOEXEC, FD_CLEAR);

	if (up < 0)
		return VCH_TEE_START;
	close(*fd);
	*fd = up;
	return VCH_OK;
}

enum vch_err vch_tee_check(const char *program)
{
	struct stat st;

	if (access(program, X_OK) != 0 || stat(program, &st) != 0)
		return VCH_FILE;
	errno = 0;
	return S_ISREG(st.st_mode) ? VCH_OK : VCH_FILE;
}

/* Opens a file of the device; it must be ours and nobody else's. */
static enum vch_err device_file_open(int *ret, const char *dir,
				     const char *name, int flags)
{
	char path[VCH_PATH_MAX];
	struct stat st;
	int fd;

	VCH_TRY(vch_path_join(path, dir, name));
	fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return VCH_FILE;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_uid != geteuid() || (st.st_mode & 0077) != 0) {
		close(fd);
		return VCH_FILE;
	}
	*ret = fd;
	return VCH_OK;
}

static bool device_file_exists(const char *dir, const char *name)
{
	char path[VCH_PATH_MAX];
	struct stat st;

	return vch_path_join(path, dir, name) == VCH_OK &&
	       lstat(path, &st) == 0;
}

static enum vch_err device_file_check(const char *dir, const char *name)
{
	int fd = -1;

	VCH_TRY(device_file_open(&fd, dir, name, O_RDONLY));
	close(fd);
	return VCH_OK;
}

/* The empty storage of a new device: see emu/pipe.h. */
static void storage_blank(uint8_t ret[VCH_STORAGE_SIZE])
{
	memset(ret, 0, VCH_STORAGE_SIZE);
	memcpy(ret, VCH_STORAGE_BLANK, strlen(VCH_STORAGE_BLANK));
	memcpy(ret + VCH_STORAGE_SLOT, VCH_STORAGE_BLANK,
	       strlen(VCH_STORAGE_BLANK));
}

static enum vch_err storage_make(const char *dir)
{
	char path[VCH_PATH_MAX];
	uint8_t blank[VCH_STORAGE_SIZE];
	uint8_t there[VCH_STORAGE_SIZE + 1];
	ssize_t len;
	int fd = -1;

	storage_blank(blank);
	VCH_TRY(vch_path_join(path, dir, VCH_DEVICE_STORAGE_FILE));
	if (!device_file_exists(dir, VCH_DEVICE_STORAGE_FILE))
		return vch_file_write(path, vch_span(blank, sizeof(blank)),
				      0600);
	/* left by a factory that was cut off; or the secret was deleted */
	VCH_TRY(device_file_open(&fd, dir, VCH_DEVICE_STORAGE_FILE, O_RDONLY));
	len = pread(fd, there, sizeof(there), 0);
	close(fd);
	if (len != sizeof(blank) || memcmp(there, blank, sizeof(blank)) != 0)
		return VCH_CORRUPT;
	return VCH_OK;
}

static enum vch_err secret_make(const char *dir)
{
	char path[VCH_PATH_MAX];
	uint8_t secret[VCH_DEVICE_SECRET_SIZE];
	enum vch_err err;

	VCH_TRY(vch_path_join(path, dir, VCH_DEVICE_SECRET_FILE));
	if (getrandom(secret, sizeof(secret), 0) != sizeof(secret))
		return VCH_ENTROPY;
	err = vch_file_write(path, vch_span(secret, sizeof(secret)), 0600);
	vch_wipe(secret, sizeof(secret));
	return err;
}

/* The secret comes last: where it is, the device is complete. */
enum vch_err vch_tee_factory(const char *dir)
{
	VCH_TRY(vch_dir_make(dir));
	VCH_TRY(vch_dir_check_private(dir));
	if (!device_file_exists(dir, VCH_DEVICE_SECRET_FILE)) {
		VCH_TRY(storage_make(dir));
		return secret_make(dir);
	}
	if (!device_file_exists(dir, VCH_DEVICE_STORAGE_FILE))
		return VCH_CORRUPT;
	VCH_TRY(device_file_check(dir, VCH_DEVICE_STORAGE_FILE));
	return device_file_check(dir, VCH_DEVICE_SECRET_FILE);
}

/*
 * The lock is the open file's, so the child holds it until it dies: one whose
 * parent was just killed may need some milliseconds for that.
 */
static enum vch_err device_lock(int fd)
{
	const struct timespec pause = {0, LOCK_PAUSE_MS * 1000000};

	for (int waited = 0; waited < LOCK_WAIT_MS; waited += LOCK_PAUSE_MS) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return VCH_OK;
		nanosleep(&pause, NULL);
	}
	return VCH_TEE_START;
}

static enum vch_err device_open(struct child_fds *ret, const char *dir,
				bool second)
{
	VCH_TRY(vch_dir_check_private(dir));
	VCH_TRY(device_file_open(&ret->at[VCH_PIPE_SECRET], dir,
				 VCH_DEVICE_SECRET_FILE, O_RDONLY));
	VCH_TRY(device_file_open(&ret->at[VCH_PIPE_STORAGE], dir,
				 VCH_DEVICE_STORAGE_FILE, O_RDWR));
	return second ? VCH_OK : device_lock(ret->at[VCH_PIPE_STORAGE]);
}

/* Neither side can shrink the memory under the other's feet. */
static enum vch_err memory_make(struct vch_tee *tee, int *ret_fd)
{
	void *memory;

	*ret_fd = memfd_create("vouch-tee", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (*ret_fd < 0 || ftruncate(*ret_fd, VCH_PIPE_MEMORY_SIZE) != 0 ||
	    fcntl(*ret_fd, F_ADD_SEALS,
		  F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
		return VCH_TEE_START;
	memory = mmap(NULL, VCH_PIPE_MEMORY_SIZE, PROT_READ | PROT_WRITE,
		      MAP_SHARED, *ret_fd, 0);
	if (memory == MAP_FAILED)
		return VCH_TEE_START;
	tee->memory = memory;
	return VCH_OK;
}

static enum vch_err socket_make(struct vch_tee *tee, int *ret_fd)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return VCH_TEE_START;
	tee->socket = pair[0];
	*ret_fd = pair[1];
	return VCH_OK;
}

/* Exactly the descriptors of emu/pipe.h, /dev/null twice, and our stderr. */
static bool actions_fill(posix_spawn_file_actions_t *actions,
			 const struct child_fds *fds)
{
	bool ok = posix_spawn_file_actions_addopen(actions, 0, "/dev/null",
						   O_RDONLY, 0) == 0 &&
		  posix_spawn_file_actions_addopen(actions, 1, "/dev/null",
						   O_WRONLY, 0) == 0;

	for (int i = VCH_PIPE_SOCKET; i < VCH_PIPE_FDS; i++)
		ok = ok && posix_spawn_file_actions_adddup2(actions, fds->at[i],
							    i) == 0;
	return ok && posix_spawn_file_actions_addclosefrom_np(
			     actions, VCH_PIPE_FDS) == 0;
}

/* A session of its own (no signals of our terminal), and fresh signals. */
static bool attributes_fill(posix_spawnattr_t *attributes)
{
	sigset_t all, none;

	sigfillset(&all);
	sigemptyset(&none);
	return posix_spawnattr_setsigdefault(attributes, &all) == 0 &&
	       posix_spawnattr_setsigmask(attributes, &none) == 0 &&
	       posix_spawnattr_setflags(
		       attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF |
					   POSIX_SPAWN_SETSIGMASK) == 0;
}

static enum vch_err child_spawn(struct vch_tee *tee,
				const struct child_fds *fds,
				const struct vch_tee_options *options)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	char name[] = "vouch-tee";
	char parent[16];
	/* execve does not write to its arguments */
	char *argv[] = {name, parent, (char *)(uintptr_t)options->argument,
			NULL};
	char *envp[] = {NULL};
	enum vch_err err = VCH_TEE_START;

	snprintf(parent, sizeof(parent), "%d", (int)getpid());
	if (posix_spawn_file_actions_init(&actions) != 0)
		return VCH_TEE_START;
	if (posix_spawnattr_init(&attributes) == 0) {
		if (actions_fill(&actions, fds) &&
		    attributes_fill(&attributes) &&
		    posix_spawn(&tee->pid, options->program, &actions,
				&attributes, argv, envp) == 0)
			err = VCH_OK;
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	if (err != VCH_OK)
		tee->pid = -1;
	return err;
}

static bool message_send(const struct vch_tee *tee,
			 const struct vch_pipe_message *message)
{
	ssize_t n;

	do {
		n = send(tee->socket, message, sizeof(*message), MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	return n == sizeof(*message);
}

/* Milliseconds until the deadline, rounded up; 0 when it has passed. */
static int left_ms(uint64_t deadline_ns)
{
	uint64_t now = vch_clock_ns();

	if (now >= deadline_ns)
		return 0;
	return (int)((deadline_ns - now + VCH_NS_PER_MS - 1) / VCH_NS_PER_MS);
}

static uint64_t deadline_in(uint32_t ms)
{
	return vch_clock_ns() + (uint64_t)ms * VCH_NS_PER_MS;
}

static enum vch_err message_receive(const struct vch_tee *tee,
				    struct vch_pipe_message *ret,
				    uint32_t timeout_ms)
{
	uint64_t deadline = deadline_in(timeout_ms);
	ssize_t n;

	for (;;) {
		struct pollfd wait = {.fd = tee->socket, .events = POLLIN};
		int ready = poll(&wait, 1, left_ms(deadline));

		if (ready == 0)
			return VCH_TIMEOUT;
		if (ready < 0 && errno != EINTR)
			return VCH_TEE_LOST;
		if (ready < 0)
			continue;
		n = recv(tee->socket, ret, sizeof(*ret),
			 MSG_DONTWAIT | MSG_TRUNC);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		return n == sizeof(*ret) ? VCH_OK : VCH_TEE_LOST;
	}
}

static enum vch_err hello_receive(struct vch_tee *tee, uint32_t timeout_ms)
{
	struct vch_pipe_message hello;
	enum vch_err err = message_receive(tee, &hello, timeout_ms);

	if (err == VCH_TIMEOUT)
		return err;
	if (err != VCH_OK || hello.kind != VCH_PIPE_HELLO ||
	    hello.word[0] != VCH_PIPE_VERSION ||
	    !(hello.word[1] & VCH_GUARD_SECCOMP))
		return VCH_TEE_START;
	tee->guards = hello.word[1];
	return VCH_OK;
}

static enum vch_err start(struct vch_tee *tee, struct child_fds *fds,
			  const struct vch_tee_options *options)
{
	VCH_TRY(device_open(fds, options->dir, options->second));
	VCH_TRY(memory_make(tee, &fds->at[VCH_PIPE_MEMORY]));
	VCH_TRY(socket_make(tee, &fds->at[VCH_PIPE_SOCKET]));
	for (int i = VCH_PIPE_SOCKET; i < VCH_PIPE_FDS; i++)
		VCH_TRY(fd_lift(&fds->at[i]));
	VCH_TRY(child_spawn(tee, fds, options));
	/* or the end of the child would not close its socket */
	child_fds_close(fds);
	return hello_receive(tee, options->start_timeout_ms
					  ? options->start_timeout_ms
					  : START_TIMEOUT_MS);
}

enum vch_err vch_tee_start(struct vch_tee **ret,
			   const struct vch_tee_options *options)
{
	struct vch_tee *tee = vch_alloc(1, sizeof(*tee));
	struct child_fds fds;
	enum vch_err err;

	tee->pid = -1;
	tee->socket = -1;
	tee->call_timeout_ms = options->call_timeout_ms
				       ? options->call_timeout_ms
				       : CALL_TIMEOUT_MS;
	for (int i = 0; i < VCH_PIPE_FDS; i++)
		fds.at[i] = -1;
	err = start(tee, &fds, options);
	child_fds_close(&fds);
	if (err != VCH_OK) {
		vch_tee_kill(tee);
		return err;
	}
	*ret = tee;
	return VCH_OK;
}

static enum vch_err call(struct vch_tee *tee, uint32_t cmd, size_t request_len,
			 struct vch_pipe_message *ret)
{
	struct vch_pipe_message message = {
		.kind = VCH_PIPE_CALL,
		.word = {cmd, (uint32_t)request_len, 0},
	};

	if (!message_send(tee, &message))
		return VCH_TEE_LOST;
	VCH_TRY(message_receive(tee, ret, tee->call_timeout_ms));
	if (ret->kind != VCH_PIPE_REPLY || ret->word[1] > VCH_ANSWER_MAX ||
	    ret->word[2] > VCH_BATCH_MAX ||
	    (ret->word[0] != 0 && (ret->word[1] || ret->word[2])))
		return VCH_TEE_LOST;
	return VCH_OK;
}

enum vch_err vch_tee_invoke(struct vch_tee *tee, uint32_t cmd,
			    struct vch_span request, struct vch_tee_reply *ret)
{
	uint8_t *area = vch_tee_request_area(tee);
	struct vch_pipe_message reply;
	enum vch_err err;

	if (tee->lost)
		return VCH_TEE_LOST;
	if (request.len > VCH_REQUEST_MAX)
		return VCH_SIZE;
	if (request.len > 0 && request.ptr != area)
		memmove(area, request.ptr, request.len);
	err = call(tee, cmd, request.len, &reply);
	if (err != VCH_OK) {
		tee->lost = true;
		return err;
	}
	ret->tee_result = reply.word[0];
	ret->answer = vch_span(tee->memory + VCH_PIPE_ANSWER_AT, reply.word[1]);
	ret->log = vch_span(tee->memory + VCH_PIPE_LOG_AT, reply.word[2]);
	return VCH_OK;
}

uint8_t *vch_tee_request_area(struct vch_tee *tee)
{
	return tee->memory + VCH_PIPE_REQUEST_AT;
}

uint32_t vch_tee_guards(const struct vch_tee *tee)
{
	return tee->guards;
}

pid_t vch_tee_pid(const struct vch_tee *tee)
{
	return tee->pid;
}

/* Takes the wait status if there is one, or waits for it. */
static void reap(struct vch_tee *tee, int flags)
{
	pid_t got;

	if (tee->reaped || tee->pid < 0)
		return;
	do {
		got = waitpid(tee->pid, &tee->status, flags);
	} while (got < 0 && errno == EINTR);
	if (got != 0)
		tee->reaped = true;
}

bool vch_tee_alive(struct vch_tee *tee)
{
	reap(tee, WNOHANG);
	return !tee->lost && !tee->reaped;
}

int vch_tee_kill(struct vch_tee *tee)
{
	int status;

	reap(tee, WNOHANG);
	if (tee->pid >= 0 && !tee->reaped) {
		kill(tee->pid, SIGKILL);
		reap(tee, 0);
	}
	status = tee->status;
	fd_close(&tee->socket);
	if (tee->memory)
		munmap(tee->memory, VCH_PIPE_MEMORY_SIZE);
	free(tee);
	return status;
}

int vch_tee_stop(struct vch_tee *tee)
{
	uint64_t deadline = deadline_in(STOP_TIMEOUT_MS);
	struct pollfd wait = {.fd = -1, .events = POLLIN};

	shutdown(tee->socket, SHUT_WR);
	reap(tee, WNOHANG);
	if (!tee->reaped)
		wait.fd = pidfd_open(tee->pid, 0);
	while (wait.fd >= 0 && poll(&wait, 1, left_ms(deadline)) < 0) {
		if (errno != EINTR)
			break;
	}
	fd_close(&wait.fd);
	return vch_tee_kill(tee);
}
