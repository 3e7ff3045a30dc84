/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses to listen on, as a person writes them: `127.0.0.1:3000`,
 * `[::1]:3000`, `localhost:3000`, `0.0.0.0:3000`. Numbers only, but for
 * `localhost`: no name is looked up. Port 0 asks for any free port.
 */
#ifndef HOST_NET_ADDRESS_H
#define HOST_NET_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>

#include "trusted/base/err.h"

/* `[` 39 characters of IPv6 `]:` 5 digits and the final zero. */
#define VCH_ADDRESS_TEXT_MAX 48

struct vch_address {
	bool v6;
	uint8_t ip[16]; /* the first 4 if not v6; network byte order */
	uint16_t port;
};

/* VCH_FORMAT if text is not one of the forms above. */
VCH_MUST enum vch_err vch_address_parse(struct vch_address *ret,
					const char *text);

/* `127.0.0.1:3000`, `[::1]:3000` */
void vch_address_print(char ret_text[VCH_ADDRESS_TEXT_MAX],
		       const struct vch_address *address);

/* True for 127.0.0.0/8 and ::1: nothing beyond this machine gets there. */
bool vch_address_is_loopback(const struct vch_address *address);

/*
 * Makes a socket bound to the address and, if the port was 0, stores the one
 * it got in *address. Nobody can connect before vch_http_start listens.
 * VCH_SOCKET with errno as the system left it.
 */
VCH_MUST enum vch_err vch_address_bind(struct vch_address *address,
				       int *ret_fd);

#endif
