/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On a board: what the arithmetic alone costs inside the TEE, through the same
 * client library and registered memory as vouchd's, by a trusted application
 * that does nothing else (deploy/optee-qemu/bare). One line of JSON: medians
 * over many calls, in nanoseconds of wall time and, for a signature of a batch,
 * of CPU time: the secure world's is that of the thread that called it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tee_client_api.h>

#include "deploy/optee-qemu/bare/bare.h"
#include "host/base/clock.h"
#include "host/bench/inputs.h"
#include "host/bench/probe.h"
#include "trusted/base/check.h"

#define CALLS_MAX 10000
#define OUT_AT BARE_IN_MAX

struct bare {
	TEEC_Context context;
	TEEC_Session session;
	TEEC_SharedMemory memory;
	uint64_t wall[CALLS_MAX];
	uint64_t cpu[CALLS_MAX];
	size_t calls;
};

static void bare_open(struct bare *b)
{
	static const TEEC_UUID uuid = BARE_UUID;

	VCH_CHECK(TEEC_InitializeContext(NULL, &b->context) == TEEC_SUCCESS);
	b->memory.size = BARE_IN_MAX + BARE_OUT_MAX;
	b->memory.flags = TEEC_MEM_INPUT | TEEC_MEM_OUTPUT;
	VCH_CHECK(TEEC_AllocateSharedMemory(&b->context, &b->memory) ==
		  TEEC_SUCCESS);
	VCH_CHECK(TEEC_OpenSession(&b->context, &b->session, &uuid,
				   TEEC_LOGIN_PUBLIC, NULL, NULL,
				   NULL) == TEEC_SUCCESS);
}

static void bare_close(struct bare *b)
{
	TEEC_CloseSession(&b->session);
	TEEC_ReleaseSharedMemory(&b->memory);
	TEEC_FinalizeContext(&b->context);
}

static void call(struct bare *b, uint32_t command, size_t in_len,
		 size_t out_len)
{
	TEEC_Operation op = {
		.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_PARTIAL_INPUT,
					       TEEC_MEMREF_PARTIAL_OUTPUT,
					       TEEC_NONE, TEEC_NONE),
	};

	op.params[0].memref = (TEEC_RegisteredMemoryReference){
		.parent = &b->memory, .size = in_len};
	op.params[1].memref = (TEEC_RegisteredMemoryReference){
		.parent = &b->memory, .size = BARE_OUT_MAX, .offset = OUT_AT};
	VCH_CHECK(TEEC_InvokeCommand(&b->session, command, &op, NULL) ==
		  TEEC_SUCCESS);
	VCH_CHECK(command == BARE_EMPTY || op.params[1].memref.size == out_len);
}

/* What a call takes, wall and CPU: medians, one warm-up before. */
static void time_calls(struct bare *b, double ret_ns[2], uint32_t command,
		       size_t in_len, size_t cnt)
{
	size_t out_len = cnt * BARE_SIGNATURE_LEN;

	call(b, command, in_len, out_len);
	for (size_t i = 0; i < b->calls; i++) {
		uint64_t cpu = vch_probe_thread_ns(), began = vch_clock_ns();

		call(b, command, in_len, out_len);
		b->wall[i] = vch_clock_ns() - began;
		b->cpu[i] = vch_probe_thread_ns() - cpu;
	}
	ret_ns[0] = (double)vch_probe_quantile(b->wall, b->calls, 0.5);
	ret_ns[1] = (double)vch_probe_quantile(b->cpu, b->calls, 0.5);
}

static size_t put_cosign(uint8_t *in)
{
	struct bare_passkey *passkey = (void *)in;
	struct bare_assertion *op = (void *)(passkey + 1);
	struct vch_bench_assertion made;

	vch_bench_assertion_make(&made);
	memcpy(passkey->xy, made.xy, sizeof(made.xy));
	for (size_t i = 0; i < BARE_OPS_MAX; i++) {
		memcpy(op[i].asserted, made.digest, sizeof(made.digest));
		memcpy(op[i].signature, made.signature, sizeof(made.signature));
		memset(op[i].digest, (int)i + 1, sizeof(op[i].digest));
	}
	return (size_t)((uint8_t *)(op + BARE_OPS_MAX) - in);
}

int main(int argc, char **argv)
{
	static struct bare b;
	double empty[2], one[2], sign[2], cosign[2];
	size_t len;

	b.calls = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	if (b.calls == 0 || b.calls > CALLS_MAX) {
		fprintf(stderr, "usage: bare CALLS, 1 to %d\n", CALLS_MAX);
		return 2;
	}
	bare_open(&b);
	memset(b.memory.buffer, 7, b.memory.size);
	time_calls(&b, empty, BARE_EMPTY, 0, 0);
	time_calls(&b, one, BARE_SIGN, BARE_DIGEST_LEN, 1);
	time_calls(&b, sign, BARE_SIGN, BARE_OPS_MAX * BARE_DIGEST_LEN,
		   BARE_OPS_MAX);
	len = put_cosign(b.memory.buffer);
	time_calls(&b, cosign, BARE_COSIGN, len, BARE_OPS_MAX);
	bare_close(&b);
	printf("{\"empty_ns\": %.0f, \"one_ns\": %.0f, \"sign_ns\": %.0f, "
	       "\"sign_cpu_ns\": %.0f, \"cosign_ns\": %.0f, "
	       "\"cosign_cpu_ns\": %.0f}\n",
	       empty[0], one[0], sign[0] / BARE_OPS_MAX, sign[1] / BARE_OPS_MAX,
	       cosign[0] / BARE_OPS_MAX, cosign[1] / BARE_OPS_MAX);
	return 0;
}
