/* SPDX-License-Identifier: Apache-2.0 */
/* Tells a service manager how we stand, as sd_notify(3) describes it. */
#ifndef HOST_NODE_NOTIFY_H
#define HOST_NODE_NOTIFY_H

/* state: "READY=1" and its like. Nothing if nobody wants to know. */
void vch_notify(const char *state);

#endif
