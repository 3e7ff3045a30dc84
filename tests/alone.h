/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trusted application in this process, on a painted stack of its own and
 * over a platform of a few lines: what a call leaves there is its own and not
 * the emulation's.
 */
#ifndef TESTS_ALONE_H
#define TESTS_ALONE_H

#include "host/tee/transport.h"
#include "wire/gen/ta.h"

/* What it takes for the clocks. */
extern uint64_t alone_host_s, alone_monotonic_s;

/* A new device; children made by fork from here on have the same. */
void alone_factory(void);

/* Both return how many bytes of the stack were changed. */
size_t alone_power_on(void);
size_t alone_invoke(uint32_t cmd, struct vch_span request,
		    struct vch_tee_reply *ret);

#endif
