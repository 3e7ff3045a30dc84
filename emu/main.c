/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vouch-tee: the trusted application in an emulated TEE. Started by vouchd
 * with its descriptors open (emu/pipe.h); opens nothing, then closes itself
 * in (emu/sandbox.h), then serves one call at a time until the socket ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emu/fault.h"
#include "emu/gp.h"
#include "emu/pipe.h"
#include "emu/sandbox.h"
#include "trusted/base/check.h"

static void __attribute__((noreturn)) end(int code, const char *line)
{
	vch_gp_say(line);
	_exit(code);
}

static bool fd_is_socket(int fd)
{
	int type = 0;
	socklen_t len = sizeof(type);

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
	       type == SOCK_SEQPACKET;
}

/* A file with nobody else's rights on it. */
static bool fd_is_private(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	       (st.st_mode & 0077) == 0;
}

/* The host cannot take the memory away later: its size is sealed. */
static uint8_t *memory_map(void)
{
	struct stat st;
	int seals = fcntl(VCH_PIPE_MEMORY, F_GET_SEALS);
	void *memory;

	if (fstat(VCH_PIPE_MEMORY, &st) != 0 ||
	    st.st_size != VCH_PIPE_MEMORY_SIZE || seals < 0 ||
	    !(seals & F_SEAL_SHRINK))
		return NULL;
	memory = mmap(NULL, VCH_PIPE_MEMORY_SIZE, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_POPULATE, VCH_PIPE_MEMORY, 0);
	if (memory == MAP_FAILED)
		return NULL;
	madvise(memory, VCH_PIPE_MEMORY_SIZE, MADV_DONTDUMP);
	return memory;
}

/* Everything that is read from outside before the sandbox closes. */
static uint8_t *devices_open(void)
{
	VCH_AUTO(device) device;
	char more;
	uint8_t *memory;

	if (!fd_is_socket(VCH_PIPE_SOCKET))
		end(VCH_EXIT_USAGE, "this is the emulated TEE of vouchd, which "
				    "starts it; it does nothing by itself");
	memory = memory_map();
	if (!memory)
		end(VCH_EXIT_USAGE, "the shared memory is not what it must be");
	if (!fd_is_private(VCH_PIPE_SECRET) || !fd_is_private(VCH_PIPE_STORAGE))
		end(VCH_EXIT_USAGE, "device secret or storage can be read by "
				    "others; set their mode to 0600");
	if (read(VCH_PIPE_SECRET, device.secret, sizeof(device.secret)) !=
		    sizeof(device.secret) ||
	    read(VCH_PIPE_SECRET, &more, 1) != 0)
		end(VCH_EXIT_USAGE, "the device secret is not 32 bytes");
	vch_gp_start(&device, VCH_PIPE_STORAGE);
	return memory;
}

/* False: the other side is gone. */
static bool message_send(const struct vch_pipe_message *message)
{
	ssize_t n;

	do {
		n = send(VCH_PIPE_SOCKET, message, sizeof(*message),
			 MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	return n == sizeof(*message);
}

static bool message_receive(struct vch_pipe_message *ret)
{
	ssize_t n;

	do {
		n = recv(VCH_PIPE_SOCKET, ret, sizeof(*ret), MSG_TRUNC);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return false;
	if (n != sizeof(*ret))
		end(VCH_EXIT_HOST, "the host sent a message of a wrong size");
	return true;
}

/* One call through the trusted application's door. */
static struct vch_pipe_message call(void *session, uint8_t *memory,
				    const struct vch_pipe_message *in)
{
	struct vch_pipe_message reply = {.kind = VCH_PIPE_REPLY};
	TEE_Param params[TEE_NUM_PARAMS];

	if (in->kind != VCH_PIPE_CALL || in->word[1] > VCH_REQUEST_MAX)
		end(VCH_EXIT_HOST, "the host sent a call of a wrong form");
	memset(params, 0, sizeof(params));
	params[0].memref.buffer = memory + VCH_PIPE_REQUEST_AT;
	params[0].memref.size = in->word[1];
	params[1].memref.buffer = memory + VCH_PIPE_ANSWER_AT;
	params[1].memref.size = VCH_ANSWER_MAX;
	params[2].memref.buffer = memory + VCH_PIPE_LOG_AT;
	params[2].memref.size = VCH_BATCH_MAX;
	reply.word[0] = TA_InvokeCommandEntryPoint(
		session, in->word[0],
		TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT,
				TEE_PARAM_TYPE_MEMREF_OUTPUT,
				TEE_PARAM_TYPE_MEMREF_OUTPUT,
				TEE_PARAM_TYPE_NONE),
		params);
	/* as in GP: what a failed command wrote does not count */
	if (reply.word[0] != TEE_SUCCESS)
		return reply;
	VCH_CHECK(params[1].memref.size <= VCH_ANSWER_MAX);
	VCH_CHECK(params[2].memref.size <= VCH_BATCH_MAX);
	reply.word[1] = (uint32_t)params[1].memref.size;
	reply.word[2] = (uint32_t)params[2].memref.size;
	return reply;
}

static void *session_open(void)
{
	TEE_Param params[TEE_NUM_PARAMS];
	void *session = NULL;

	memset(params, 0, sizeof(params));
	if (TA_CreateEntryPoint() != TEE_SUCCESS ||
	    TA_OpenSessionEntryPoint(0, params, &session) != TEE_SUCCESS)
		end(VCH_EXIT_REFUSED, "the trusted application refused to "
				      "start");
	return session;
}

static void serve(void *session, uint8_t *memory, uint32_t guards)
{
	struct vch_pipe_message message = {
		.kind = VCH_PIPE_HELLO,
		.word = {VCH_PIPE_VERSION, guards, 0},
	};

	if (!message_send(&message))
		return;
	while (message_receive(&message)) {
		message = call(session, memory, &message);
		vch_fault_before_reply();
		if (!message_send(&message))
			return;
		vch_fault_after_reply();
	}
}

static void plan_read(int argc, char **argv)
{
#ifdef VCH_FAULTS
	if (argc == 3 && vch_fault_plan(argv[2]) != VCH_OK)
		end(VCH_EXIT_USAGE, "not a plan of faults");
#else
	(void)argv;
	if (argc == 3)
		end(VCH_EXIT_USAGE, "takes one argument only");
#endif
}

int main(int argc, char **argv)
{
	uint32_t guards = 0;
	uint8_t *memory;
	pid_t parent;
	void *session;

	if (argc < 2 || argc > 3)
		end(VCH_EXIT_USAGE, "this is the emulated TEE of vouchd, which "
				    "starts it; it does nothing by itself");
	plan_read(argc, argv);
	parent = (pid_t)strtol(argv[1], NULL, 10);
	memory = devices_open();
	if (vch_sandbox_enter(&guards, parent) != VCH_OK)
		end(VCH_EXIT_SANDBOX, "could not close the sandbox: no "
				      "seccomp, or vouchd has gone");
	if (!(guards & VCH_GUARD_MEMORY))
		vch_gp_say("warning: memory is not locked (RLIMIT_MEMLOCK): "
			   "keys may reach the swap device");
	session = session_open();
	serve(session, memory, guards);
	TA_CloseSessionEntryPoint(session);
	TA_DestroyEntryPoint();
	_exit(0);
}
