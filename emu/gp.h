/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the GP calls stand on. The API of GlobalPlatform has no context
 * argument, so this state is the process's own, set once before the sandbox
 * closes. One thread only.
 */
#ifndef EMU_GP_H
#define EMU_GP_H

#include <tee_internal_api.h>

#include "emu/store.h"

/* Exit codes of vouch-tee, for the host's log. */
#define VCH_EXIT_USAGE 64   /* not started by vouchd as it should be */
#define VCH_EXIT_SANDBOX 65 /* the sandbox could not be closed */
#define VCH_EXIT_REFUSED 66 /* the trusted application refused to start */
#define VCH_EXIT_PANIC 70   /* TEE_Panic */
#define VCH_EXIT_HOST 71    /* the host broke the rules of the pipe */

/*
 * Copies the device secret and reads the storage behind storage_fd, which
 * stays open and is the GP layer's from now on. May be called again: it then
 * starts as a new process would (for tests).
 */
void vch_gp_start(const struct vch_device *device, int storage_fd);

/* The secret of this device; only the GP layer may look. */
const struct vch_device *vch_gp_device(void);
struct vch_store *vch_gp_store(void);
/* Closes every open object. */
void vch_gp_objects_reset(void);

/* One line for a person on stderr. Never a secret. No heap, no locks. */
void vch_gp_say(const char *line);

#endif
