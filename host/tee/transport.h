/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's side of the door: one instance of the trusted application, one
 * call at a time. Two transports stand behind these functions, one of them in
 * each build: transport.c, whose other side is the emulated TEE, a process of
 * its own (emu/pipe.h), and transport_teec.c, over OP-TEE's client library.
 *
 * One thread at a time may use a struct vch_tee. The thread that started it
 * must outlive it: the TEE is killed when that thread ends (Linux ties a
 * child to the thread that made it), and so with the whole process.
 */
#ifndef HOST_TEE_TRANSPORT_H
#define HOST_TEE_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "trusted/base/bytes.h"
#include "trusted/base/err.h"

struct vch_tee;

struct vch_tee_options {
	const char *program;	   /* path of vouch-tee, or /dev/tee0 */
	const char *dir;	   /* the device's folder: vch_tee_factory */
	bool second;		   /* beside a first TEE on the same device */
	const char *argument;	   /* test flavour: its faults; else NULL */
	uint32_t start_timeout_ms; /* 0: 10 s */
	uint32_t call_timeout_ms;  /* 0: 30 s */
};

/*
 * What a call brought. answer and log lie in memory shared with the TEE and
 * are valid until the next call; both are empty unless tee_result is 0.
 */
struct vch_tee_reply {
	uint32_t tee_result;	/* GP's TEE_Result */
	struct vch_span answer; /* at most VCH_ANSWER_MAX bytes */
	struct vch_span log;	/* at most VCH_BATCH_MAX bytes */
};

/* Can that be started, as far as one can see? VCH_FILE if not. */
VCH_MUST enum vch_err vch_tee_check(const char *program);

/*
 * Makes a new emulated device in dir: the folder (0700; its parents too),
 * a device secret from the kernel's generator and an empty secure
 * storage (0600), all synced. If dir holds a device already, checks it only.
 * For a real TEE: the empty folder.
 *	VCH_FILE	cannot be made or read, or others may read it
 *	VCH_CORRUPT	a half of a device: secret or storage has gone
 */
VCH_MUST enum vch_err vch_tee_factory(const char *dir);

/*
 * Starts the TEE and waits until it is ready. *ret is to be given to
 * vch_tee_stop or vch_tee_kill. A device serves one TEE and those that are
 * started as `second`, for which the first must have put into the storage what
 * they need; they take turns at it by themselves.
 *	VCH_FILE	no device in dir, or others may read it
 *	VCH_TEE_START	the program cannot be run, did not close its sandbox,
 *			or another process runs this device
 *	VCH_TIMEOUT	not ready in time
 */
VCH_MUST enum vch_err vch_tee_start(struct vch_tee **ret,
				    const struct vch_tee_options *options);

/*
 * One command. The request may stand in vch_tee_request_area already.
 *	VCH_SIZE	over VCH_REQUEST_MAX; the TEE has not seen it
 *	VCH_TIMEOUT	no reply in time: the TEE may still be at it
 *	VCH_TEE_LOST	it died or spoke out of turn
 * After the last two all calls are VCH_TEE_LOST: kill it and start anew.
 */
VCH_MUST enum vch_err vch_tee_invoke(struct vch_tee *tee, uint32_t cmd,
				     struct vch_span request,
				     struct vch_tee_reply *ret);

/* VCH_REQUEST_MAX bytes in which a request can be built without a copy. */
uint8_t *vch_tee_request_area(struct vch_tee *tee);

/* VCH_GUARD_* of emu/pipe.h: what protects the TEE on this machine. */
uint32_t vch_tee_guards(const struct vch_tee *tee);

/* The process, for metrics and the log; -1 where the TEE is no process. */
pid_t vch_tee_pid(const struct vch_tee *tee);

/* False once the process has ended or a call was lost. */
bool vch_tee_alive(struct vch_tee *tee);

/*
 * Both end the TEE, free tee and return its wait status (see waitpid).
 * stop lets it finish for up to a second; kill does not.
 */
int vch_tee_stop(struct vch_tee *tee);
int vch_tee_kill(struct vch_tee *tee);

#endif
