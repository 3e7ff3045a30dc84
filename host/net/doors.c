/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/doors.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define JSON_TYPE "application/json"
#define BEARER "bearer "

static bool has_port(const char *name)
{
	const char *bracket = strrchr(name, ']');

	return strchr(bracket ? bracket : name, ':') != NULL;
}

static enum vch_err add_exact(struct vch_doors *doors, const char *name)
{
	char *to = doors->names[doors->name_cnt];

	if (doors->name_cnt == VCH_DOOR_NAMES_MAX ||
	    strlen(name) >= VCH_DOOR_NAME_MAX)
		return VCH_SIZE;
	for (; *name; name++)
		*to++ = (char)(*name >= 'A' && *name <= 'Z' ? *name | 32
							    : *name);
	*to = '\0';
	doors->name_cnt++;
	return VCH_OK;
}

enum vch_err vch_doors_add(struct vch_doors *doors, const char *name,
			   uint16_t port)
{
	const char *good = "abcdefghijklmnopqrstuvwxyz"
			   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:[]";
	char text[VCH_DOOR_NAME_MAX];
	int len;

	if (name[0] == '\0' || name[strspn(name, good)] != '\0')
		return VCH_FORMAT;
	if (has_port(name))
		return add_exact(doors, name);
	len = snprintf(text, sizeof(text), "%s:%u", name, port);
	if (len < 0 || (size_t)len >= sizeof(text))
		return VCH_SIZE;
	VCH_TRY(add_exact(doors, text));
	return port == 80 ? add_exact(doors, name) : VCH_OK;
}

static bool is_name(const struct vch_doors *doors, const char *host)
{
	for (size_t i = 0; i < doors->name_cnt; i++)
		if (strcasecmp(doors->names[i], host) == 0)
			return true;
	return false;
}

/* A page that we served ourselves says where it came from like this. */
static bool is_own_origin(const struct vch_doors *doors, const char *origin)
{
	const char *scheme = doors->tls ? "https://" : "http://";
	size_t len = strlen(scheme);

	return strncasecmp(origin, scheme, len) == 0 &&
	       is_name(doors, origin + len);
}

static bool is_json(const char *type)
{
	size_t len = strlen(JSON_TYPE);

	if (!type || strncasecmp(type, JSON_TYPE, len) != 0)
		return false;
	type += len;
	type += strspn(type, " \t");
	return *type == '\0' || *type == ';';
}

enum vch_err vch_doors_check(const struct vch_doors *doors,
			     const struct vch_head *head)
{
	if (head->twice)
		return VCH_FORMAT;
	if (!head->host || !is_name(doors, head->host))
		return VCH_HOST_NAME;
	if (head->origin && !is_own_origin(doors, head->origin))
		return VCH_FOREIGN;
	if (head->has_body && !is_json(head->content_type))
		return VCH_CONTENT_TYPE;
	if (head->body_len > VCH_BODY_MAX)
		return VCH_SIZE;
	return VCH_OK;
}

unsigned vch_doors_status(enum vch_err err)
{
	switch (err) {
	case VCH_OK:
		return 200;
	case VCH_FORMAT:
	case VCH_JSON:
	case VCH_ARGUMENT:
		return 400;
	case VCH_TOKEN:
		return 401;
	case VCH_FOREIGN:
		return 403;
	case VCH_METHOD:
		return 404;
	case VCH_SIZE:
		return 413;
	case VCH_CONTENT_TYPE:
		return 415;
	case VCH_HOST_NAME:
		return 421;
	case VCH_RATE:
		return 429;
	case VCH_OVERLOADED:
		return 503;
	default:
		return 500;
	}
}

bool vch_doors_is_own_page(const char *fetch_site)
{
	return !fetch_site || strcmp(fetch_site, "same-origin") == 0 ||
	       strcmp(fetch_site, "none") == 0;
}

struct vch_span vch_doors_bearer(const char *header)
{
	size_t len = strlen(BEARER);

	if (!header || strncasecmp(header, BEARER, len) != 0)
		return vch_span("", 0);
	header += len;
	header += strspn(header, " ");
	return vch_span(header, strlen(header));
}
