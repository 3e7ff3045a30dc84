/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trusted application in the test's own process, over emu/'s GP calls
 * and a storage in memory: for fuzzing its door and for measuring its stack.
 * The program links trusted/ta/platform.o before the host's archives: both
 * have a vch_panic, and the trusted one it must be.
 *
 * Linked with INSIDE_WRAPS (tests.mk), randomness and clocks are the test's:
 * the same input does the same thing.
 */
#ifndef TESTS_INSIDE_H
#define TESTS_INSIDE_H

#include "tests/rig.h"

/* Seconds: the host's clock, and since the platform started. */
extern uint64_t inside_host_s;
extern uint64_t inside_monotonic_s;

/* Randomness starts anew from this. */
void inside_seed(uint64_t seed);

/* A new device with empty storage. */
void inside_factory(void);
/* What a new process does before its first command: storage is read. */
void inside_power_on(void);

/* What the storage holds, out and in again. */
#define INSIDE_STORAGE_SIZE 8192
void inside_storage_read(uint8_t ret[INSIDE_STORAGE_SIZE]);
void inside_storage_write(const uint8_t bytes[INSIDE_STORAGE_SIZE]);

/* A rig_invoke_fn: one call through the door, as emu/main.c makes it. */
enum vch_err inside_invoke(uint32_t cmd, struct vch_span request,
			   struct vch_tee_reply *ret);

#endif
