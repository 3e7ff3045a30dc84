/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transport.h over OP-TEE's client library: the trusted application behind
 * /dev/tee0. One session is one instance of it (it takes no second one), so
 * opening it is the start and closing it the end. A call cannot be given up:
 * call_timeout_ms does not hold here.
 */
#include "host/tee/transport.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tee_client_api.h>
#include <unistd.h>

#include "host/base/alloc.h"
#include "host/base/file.h"
#include "host/base/logline.h"
#include "trusted/ta/uuid.h"
#include "wire/gen/ta.h"

/*
 * The request last, as it has no fixed length: so the three touch each other,
 * and OP-TEE maps and unmaps them as one for each call.
 */
#define ANSWER_AT 0
#define LOG_AT (ANSWER_AT + VCH_ANSWER_MAX)
#define REQUEST_AT (LOG_AT + VCH_BATCH_MAX)
#define MEMORY_SIZE (REQUEST_AT + VCH_REQUEST_MAX)

struct vch_tee {
	TEEC_Context context;
	TEEC_SharedMemory memory;
	TEEC_Session session;
	bool has_context, has_memory, has_session;
	bool lost;   /* no more calls */
	bool denied; /* the device was handed over to other code */
};

enum vch_err vch_tee_check(const char *program)
{
	struct stat st;

	if (access(program, R_OK | W_OK) != 0 || stat(program, &st) != 0 ||
	    !S_ISCHR(st.st_mode))
		return VCH_FILE;
	return VCH_OK;
}

/* The device was made in its factory; here is a folder that stays empty. */
enum vch_err vch_tee_factory(const char *dir)
{
	VCH_TRY(vch_dir_make(dir));
	return vch_dir_check_private(dir);
}

/* With the client library's own reason, which says more than ours. */
static bool ok(const char *what, TEEC_Result res)
{
	if (res != TEEC_SUCCESS)
		VCH_LOG(VCH_ERROR, "tee", what, vch_field_num("teec", res));
	return res == TEEC_SUCCESS;
}

static bool start(struct vch_tee *tee)
{
	static const TEEC_UUID uuid = VCH_TA_UUID;
	TEEC_Result res;

	/* it looks for the device itself; vch_tee_check saw that it is there */
	tee->has_context =
		ok("no OP-TEE", TEEC_InitializeContext(NULL, &tee->context));
	if (!tee->has_context)
		return false;
	tee->memory.size = MEMORY_SIZE;
	tee->memory.flags = TEEC_MEM_INPUT | TEEC_MEM_OUTPUT;
	tee->has_memory =
		ok("no shared memory",
		   TEEC_AllocateSharedMemory(&tee->context, &tee->memory));
	if (!tee->has_memory)
		return false;
	res = TEEC_OpenSession(&tee->context, &tee->session, &uuid,
			       TEEC_LOGIN_PUBLIC, NULL, NULL, NULL);
	tee->denied = res == TEEC_ERROR_ACCESS_DENIED;
	tee->has_session = ok("no session", res);
	return tee->has_session;
}

enum vch_err vch_tee_start(struct vch_tee **ret,
			   const struct vch_tee_options *options)
{
	struct vch_tee *tee = vch_alloc(1, sizeof(*tee));

	if (options->second || !start(tee)) {
		enum vch_err err = tee->denied ? VCH_UPGRADED : VCH_TEE_START;

		vch_tee_kill(tee);
		return err;
	}
	*ret = tee;
	return VCH_OK;
}

static TEEC_RegisteredMemoryReference area(struct vch_tee *tee, size_t at,
					   size_t size)
{
	return (TEEC_RegisteredMemoryReference){
		.parent = &tee->memory, .size = size, .offset = at};
}

/* Died, or never came back: the session is of no more use. */
static bool is_lost(TEEC_Result res, uint32_t origin)
{
	return res == TEEC_ERROR_TARGET_DEAD ||
	       (res != TEEC_SUCCESS && origin != TEEC_ORIGIN_TRUSTED_APP);
}

enum vch_err vch_tee_invoke(struct vch_tee *tee, uint32_t cmd,
			    struct vch_span request, struct vch_tee_reply *ret)
{
	uint8_t *memory = tee->memory.buffer;
	TEEC_Operation op = {
		.paramTypes = TEEC_PARAM_TYPES(
			TEEC_MEMREF_PARTIAL_INPUT, TEEC_MEMREF_PARTIAL_OUTPUT,
			TEEC_MEMREF_PARTIAL_OUTPUT, TEEC_NONE),
	};
	uint32_t origin = 0;
	TEEC_Result res;

	if (tee->lost)
		return VCH_TEE_LOST;
	if (request.len > VCH_REQUEST_MAX)
		return VCH_SIZE;
	if (request.len > 0 && request.ptr != memory + REQUEST_AT)
		memmove(memory + REQUEST_AT, request.ptr, request.len);
	op.params[0].memref = area(tee, REQUEST_AT, request.len);
	op.params[1].memref = area(tee, ANSWER_AT, VCH_ANSWER_MAX);
	op.params[2].memref = area(tee, LOG_AT, VCH_BATCH_MAX);
	res = TEEC_InvokeCommand(&tee->session, cmd, &op, &origin);
	if (is_lost(res, origin) || op.params[1].memref.size > VCH_ANSWER_MAX ||
	    op.params[2].memref.size > VCH_BATCH_MAX) {
		(void)ok(res == TEEC_ERROR_TARGET_DEAD
				 ? "the trusted application panicked"
				 : "a call was lost",
			 res);
		tee->lost = true;
		return VCH_TEE_LOST;
	}
	*ret = (struct vch_tee_reply){.tee_result = res};
	if (res != TEEC_SUCCESS)
		return VCH_OK;
	ret->answer = vch_span(memory + ANSWER_AT, op.params[1].memref.size);
	ret->log = vch_span(memory + LOG_AT, op.params[2].memref.size);
	return VCH_OK;
}

uint8_t *vch_tee_request_area(struct vch_tee *tee)
{
	return (uint8_t *)tee->memory.buffer + REQUEST_AT;
}

uint32_t vch_tee_guards(const struct vch_tee *tee)
{
	(void)tee;
	return 0;
}

pid_t vch_tee_pid(const struct vch_tee *tee)
{
	(void)tee;
	return -1;
}

bool vch_tee_alive(struct vch_tee *tee)
{
	return !tee->lost;
}

int vch_tee_kill(struct vch_tee *tee)
{
	if (tee->has_session)
		TEEC_CloseSession(&tee->session);
	if (tee->has_memory)
		TEEC_ReleaseSharedMemory(&tee->memory);
	if (tee->has_context)
		TEEC_FinalizeContext(&tee->context);
	free(tee);
	return 0;
}

int vch_tee_stop(struct vch_tee *tee)
{
	return vch_tee_kill(tee);
}
