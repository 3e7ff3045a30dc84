/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Closes the process in. Afterwards it can talk on its socket, read and write
 * its storage, draw randomness, read the clock, write a line to stderr and
 * end; any other system call kills it (SIGSYS). Single-threaded only.
 */
#ifndef EMU_SANDBOX_H
#define EMU_SANDBOX_H

#include <stdint.h>
#include <sys/types.h>

#include "trusted/base/err.h"

/*
 * parent: the process whose death is ours too (VCH_TEE_LOST if it is dead
 * already). Sets *ret_guards (VCH_GUARD_* of emu/pipe.h): seccomp is there
 * whenever this returns VCH_OK, the others where the machine allows them.
 * VCH_TEE_START: a part that must hold does not; the caller has to end.
 */
VCH_MUST enum vch_err vch_sandbox_enter(uint32_t *ret_guards, pid_t parent);

/* Its first step alone: closes all but stderr, socket and storage. */
VCH_MUST enum vch_err vch_sandbox_close_fds(void);

#endif
