/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "trusted/base/check.h"

/* The port after the colon: digits only, no sign, at most 65535. */
static enum vch_err parse_port(uint16_t *ret, const char *text)
{
	size_t len = strlen(text);
	unsigned long port;

	if (len < 1 || len > 5 || strspn(text, "0123456789") != len)
		return VCH_FORMAT;
	port = strtoul(text, NULL, 10);
	if (port > UINT16_MAX)
		return VCH_FORMAT;
	*ret = (uint16_t)port;
	return VCH_OK;
}

enum vch_err vch_address_parse(struct vch_address *ret, const char *text)
{
	struct vch_address address = {0};
	const char *colon = strrchr(text, ':');
	char host[VCH_ADDRESS_TEXT_MAX];
	const char *ip = host;
	size_t len = colon ? (size_t)(colon - text) : 0;

	if (len == 0 || len >= sizeof(host))
		return VCH_FORMAT;
	memcpy(host, text, len);
	host[len] = '\0';
	VCH_TRY(parse_port(&address.port, colon + 1));
	if (strcmp(host, "localhost") == 0)
		ip = "127.0.0.1";
	if (host[0] == '[' && host[len - 1] == ']') {
		host[len - 1] = '\0';
		address.v6 = true;
		if (inet_pton(AF_INET6, host + 1, address.ip) != 1)
			return VCH_FORMAT;
	} else if (inet_pton(AF_INET, ip, address.ip) != 1) {
		return VCH_FORMAT;
	}
	*ret = address;
	return VCH_OK;
}

void vch_address_print(char ret_text[VCH_ADDRESS_TEXT_MAX],
		       const struct vch_address *address)
{
	char ip[INET6_ADDRSTRLEN];
	int family = address->v6 ? AF_INET6 : AF_INET;

	VCH_CHECK(inet_ntop(family, address->ip, ip, sizeof(ip)));
	snprintf(ret_text, VCH_ADDRESS_TEXT_MAX,
		 address->v6 ? "[%.39s]:%u" : "%.39s:%u", ip, address->port);
}

bool vch_address_is_loopback(const struct vch_address *address)
{
	static const uint8_t one[16] = {[15] = 1};

	if (address->v6)
		return memcmp(address->ip, one, sizeof(one)) == 0;
	return address->ip[0] == 127;
}

/* Fills a socket address; returns its length. */
static socklen_t to_sockaddr(struct sockaddr_storage *ret,
			     const struct vch_address *address)
{
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
	struct sockaddr_in in = {.sin_family = AF_INET};

	memset(ret, 0, sizeof(*ret));
	if (address->v6) {
		in6.sin6_port = htons(address->port);
		memcpy(&in6.sin6_addr, address->ip, 16);
		memcpy(ret, &in6, sizeof(in6));
		return sizeof(in6);
	}
	in.sin_port = htons(address->port);
	memcpy(&in.sin_addr, address->ip, 4);
	memcpy(ret, &in, sizeof(in));
	return sizeof(in);
}

static enum vch_err read_port(struct vch_address *address, int fd)
{
	struct sockaddr_storage name;
	struct sockaddr_in6 in6;
	struct sockaddr_in in;
	socklen_t len = sizeof(name);

	if (getsockname(fd, (struct sockaddr *)&name, &len) != 0)
		return VCH_SOCKET;
	memcpy(&in6, &name, sizeof(in6));
	memcpy(&in, &name, sizeof(in));
	address->port = ntohs(address->v6 ? in6.sin6_port : in.sin_port);
	return VCH_OK;
}

/* The caller closes fd if this fails. */
static enum vch_err bind_to(struct vch_address *address, int fd)
{
	struct sockaddr_storage name;
	socklen_t len = to_sockaddr(&name, address);
	const int on = 1;

	/* A restart must not wait for the old connections to be forgotten. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0)
		return VCH_SOCKET;
	if (address->v6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) != 0)
		return VCH_SOCKET;
	if (bind(fd, (struct sockaddr *)&name, len) != 0)
		return VCH_SOCKET;
	return read_port(address, fd);
}

enum vch_err vch_address_bind(struct vch_address *address, int *ret_fd)
{
	int family = address->v6 ? AF_INET6 : AF_INET;
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	enum vch_err err;
	int saved;

	if (fd < 0)
		return VCH_SOCKET;
	err = bind_to(address, fd);
	if (err != VCH_OK) {
		saved = errno;
		close(fd);
		errno = saved;
		return err;
	}
	*ret_fd = fd;
	return VCH_OK;
}
