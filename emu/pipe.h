/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pipe between vouchd and vouch-tee: the one border of the emulated TEE.
 * Both sides run on one machine, so integers are the machine's own.
 *
 * vouchd starts vouch-tee with exactly these descriptors, and /dev/null as 0
 * and 1. The socket (SOCK_SEQPACKET) carries messages of 16 bytes, one at a
 * time: HELLO from vouch-tee when it is ready, then CALL and REPLY in turn.
 * Requests, answers and batches for the log stand in the shared memory, which
 * either side can write at any moment: both copy before they believe.
 */
#ifndef EMU_PIPE_H
#define EMU_PIPE_H

#include <stdint.h>

#include "wire/gen/ta.h"

#define VCH_PIPE_SAY 2 /* lines for a person (stderr) */
#define VCH_PIPE_SOCKET 3
#define VCH_PIPE_MEMORY 4  /* memfd, size sealed */
#define VCH_PIPE_SECRET 5  /* the device secret, read-only */
#define VCH_PIPE_STORAGE 6 /* the secure storage */
#define VCH_PIPE_FDS 7

/* The shared memory: three areas, one after the other. */
#define VCH_PIPE_REQUEST_AT 0
#define VCH_PIPE_ANSWER_AT (VCH_PIPE_REQUEST_AT + VCH_REQUEST_MAX)
#define VCH_PIPE_LOG_AT (VCH_PIPE_ANSWER_AT + VCH_ANSWER_MAX)
#define VCH_PIPE_MEMORY_SIZE (VCH_PIPE_LOG_AT + VCH_BATCH_MAX)

/* kind: what word[0], word[1], word[2] mean */
#define VCH_PIPE_HELLO 0x56434831 /* version, guards, 0 */
#define VCH_PIPE_CALL 0x56434832  /* command, request length, 0 */
#define VCH_PIPE_REPLY 0x56434833 /* TEE_Result, answer, log length */
#define VCH_PIPE_VERSION 1

struct vch_pipe_message {
	uint32_t kind;
	uint32_t word[3];
};

/* What the sandbox of vouch-tee achieved, as HELLO tells it. */
#define VCH_GUARD_SECCOMP 1    /* system calls from a list; always set */
#define VCH_GUARD_MEMORY 2     /* what holds secrets never swaps */
#define VCH_GUARD_EMPTY_ROOT 4 /* no file system, network or IPC at all */
#define VCH_GUARD_LANDLOCK 8   /* no file can be opened */
#define VCH_GUARD_FAULTS 256   /* the test flavour: never in a product */

/* Files of a device's folder (mode 0700, files 0600). */
#define VCH_DEVICE_SECRET_FILE "device.secret"
#define VCH_DEVICE_SECRET_SIZE 32
#define VCH_DEVICE_STORAGE_FILE "storage"
/*
 * The storage file is two equal slots. A slot of a new device begins with
 * these eight bytes, the rest is zero; so an emptied file is not a new one.
 */
#define VCH_STORAGE_SLOT 4096
#define VCH_STORAGE_SIZE (2 * VCH_STORAGE_SLOT)
#define VCH_STORAGE_BLANK "VCHBLANK"

#endif
