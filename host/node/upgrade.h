/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hand-over to the next version of the trusted application: PROTOCOL 6.
 * vouch_upgrade has the TEE check the release manifest, notes it in a file and
 * lets the node end; then the TEE is started once more, alone, for the
 * hand-over. If that is cut short, the next start finds the file and goes on;
 * the file goes when a version serves again.
 */
#ifndef HOST_NODE_UPGRADE_H
#define HOST_NODE_UPGRADE_H

#include "host/net/jsonrpc.h"
#include "host/node/node.h"

/* vouchd's exit code when another version has to go on. */
#define VCH_EXIT_OTHER_VERSION 6

/* The method vouch_upgrade. */
void vch_call_upgrade(struct vch_call *call, yyjson_val *params);

/*
 * Hands over as the file says; options as for serving. VCH_UPGRADED: it is
 * done, or was, and standard error says what to do now. VCH_FILE: nothing was
 * asked for; VCH_CORRUPT: the file is no note of ours; else as
 * vch_worker_start.
 */
VCH_MUST enum vch_err vch_upgrade_run(const char *path,
				      const struct vch_worker_options *options);

/* A version serves: what was asked for is done, or was not begun. */
void vch_upgrade_forget(const char *path);

#endif
