/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hand-over to the next version of the trusted application: PROTOCOL 6.
 * vouch_upgrade noted it in a file and let the node end; now the TEE is started
 * once more, alone, to record it and to give the device away. If that is cut
 * short, the next start finds the file and goes on; the file goes when a
 * version serves again.
 */
#ifndef HOST_NODE_HANDOVER_H
#define HOST_NODE_HANDOVER_H

#include "host/tee/worker.h"

/* vouchd's exit code when another version has to go on. */
#define VCH_EXIT_OTHER_VERSION 6

/*
 * Hands over as the file says; options as for serving. VCH_UPGRADED: it is
 * done, or was, and standard error says what to do now. VCH_FILE: nothing was
 * asked for; VCH_CORRUPT: the file is no note of ours; else as
 * vch_worker_start.
 */
VCH_MUST enum vch_err
vch_handover_run(const char *path, const struct vch_worker_options *options);

/* A version serves: what was asked for is done, or was not begun. */
void vch_handover_forget(const char *path);

#endif
