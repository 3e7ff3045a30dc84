/* SPDX-License-Identifier: Apache-2.0 */
/* A Unix socket to listen on; who connects is asked of the kernel (conn.h). */
#ifndef HOST_NET_UNIX_H
#define HOST_NET_UNIX_H

#include <stdbool.h>

#include "trusted/base/err.h"

/*
 * Makes a socket bound to path. A socket that lies there and that nobody
 * listens on is cleared away; anything else there is left alone. shared: any
 * user may connect (mode 0666), else ours only (0600). Errors: VCH_SIZE (the
 * path does not fit into an address), VCH_EXISTS (not a socket, or in use),
 * VCH_SOCKET with errno.
 */
VCH_MUST enum vch_err vch_unix_bind(int *ret_fd, const char *path, bool shared);

#endif
