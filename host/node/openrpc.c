/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/openrpc.h"

#include <stdio.h>
#include <string.h>

#include "trusted/base/check.h"

#define WORD_MAX 64

static const struct {
	const char *type;
	const char *schema;
} BASIC[] = {
	{"address", "{\"type\":\"string\","
		    "\"pattern\":\"^0x[0-9a-fA-F]{40}$\"}"},
	{"word", "{\"type\":\"string\","
		 "\"pattern\":\"^0x[0-9a-fA-F]{64}$\"}"},
	{"signature64", "{\"type\":\"string\","
			"\"pattern\":\"^0x[0-9a-fA-F]{128}$\"}"},
	{"signature65", "{\"type\":\"string\","
			"\"pattern\":\"^0x[0-9a-fA-F]{130}$\"}"},
	{"bytes", "{\"type\":\"string\","
		  "\"pattern\":\"^0x([0-9a-fA-F]{2})*$\"}"},
	{"quantity", "{\"oneOf\":[{\"type\":\"string\","
		     "\"pattern\":\"^0x(0|[1-9a-fA-F][0-9a-fA-F]*)$\"},"
		     "{\"type\":\"integer\",\"minimum\":0}]}"},
	{"string", "{\"type\":\"string\"}"},
	{"bool", "{\"type\":\"boolean\"}"},
	{"any", "{}"},
};

/* One word of a list of members, taken apart. */
struct member {
	char name[WORD_MAX];
	char type[WORD_MAX];
	bool optional;
	bool list;
};

/* Reads the next member at *at; false at the end. */
static bool next_member(struct member *ret, const char **at)
{
	size_t len;
	const char *word = *at + strspn(*at, " ");
	const char *colon = strchr(word, ':');

	if (*word == '\0')
		return false;
	VCH_CHECK(colon);
	len = (size_t)(colon - word);
	ret->optional = word[len - 1] == '?';
	if (ret->optional)
		len--;
	VCH_CHECK(len < WORD_MAX);
	memcpy(ret->name, word, len);
	ret->name[len] = '\0';
	ret->list = colon[1] == '[';
	word = colon + (ret->list ? 2 : 1);
	len = strcspn(word, " ]");
	VCH_CHECK(len > 0 && len < WORD_MAX);
	memcpy(ret->type, word, len);
	ret->type[len] = '\0';
	*at = word + len + (ret->list ? 1 : 0);
	return true;
}

static void put_type(struct vch_buf *out, const char *key, const char *type)
{
	char ref[WORD_MAX + 32];

	for (size_t i = 0; i < VCH_ARRAY_LEN(BASIC); i++) {
		if (strcmp(type, BASIC[i].type) != 0)
			continue;
		vch_json_put_json(out, key, BASIC[i].schema,
				  strlen(BASIC[i].schema));
		return;
	}
	snprintf(ref, sizeof(ref), "#/components/schemas/%s", type);
	vch_json_open(out, key, '{');
	vch_json_put_str(out, "$ref", ref);
	vch_json_close(out, '}');
}

static void put_schema(struct vch_buf *out, const char *key,
		       const struct member *m)
{
	if (!m->list) {
		put_type(out, key, m->type);
		return;
	}
	vch_json_open(out, key, '{');
	vch_json_put_str(out, "type", "array");
	put_type(out, "items", m->type);
	vch_json_close(out, '}');
}

/* The schema of an object with exactly these members. */
static void put_object(struct vch_buf *out, const char *key,
		       const char *members)
{
	struct member m;
	const char *at;

	vch_json_open(out, key, '{');
	vch_json_put_str(out, "type", "object");
	vch_json_put_bool(out, "additionalProperties", false);
	vch_json_open(out, "required", '[');
	for (at = members; next_member(&m, &at);)
		if (!m.optional)
			vch_json_put_str(out, NULL, m.name);
	vch_json_close(out, ']');
	vch_json_open(out, "properties", '{');
	for (at = members; next_member(&m, &at);)
		put_schema(out, m.name, &m);
	vch_json_close(out, '}');
	vch_json_close(out, '}');
}

static void put_params(struct vch_buf *out, const char *members,
		       bool positional)
{
	struct member m;

	vch_json_put_str(out, "paramStructure",
			 positional ? "by-position" : "by-name");
	vch_json_open(out, "params", '[');
	while (next_member(&m, &members)) {
		vch_json_open(out, NULL, '{');
		vch_json_put_str(out, "name", m.name);
		vch_json_put_bool(out, "required", !m.optional);
		put_schema(out, "schema", &m);
		vch_json_close(out, '}');
	}
	vch_json_close(out, ']');
}

static void put_method(struct vch_buf *out, const struct vch_method *method)
{
	vch_json_open(out, NULL, '{');
	vch_json_put_str(out, "name", method->name);
	vch_json_put_str(out, "summary", method->summary);
	/* Extensions of OpenRPC begin with x-. */
	vch_json_put_bool(out, "x-needs-token", method->needs_token);
	put_params(out, method->params, method->positional);
	vch_json_open(out, "result", '{');
	vch_json_put_str(out, "name", "result");
	/* methods by position answer with a value, not with members */
	if (method->positional)
		put_type(out, "schema", method->result);
	else
		put_object(out, "schema", method->result);
	vch_json_close(out, '}');
	vch_json_close(out, '}');
}

void vch_openrpc(struct vch_buf *out, const struct vch_method *methods,
		 uint8_t method_cnt, const struct vch_shape *shapes,
		 uint8_t shape_cnt)
{
	vch_json_open(out, NULL, '{');
	vch_json_put_str(out, "openrpc", "1.3.2");
	vch_json_open(out, "info", '{');
	vch_json_put_str(out, "title", "vouch");
	vch_json_put_str(out, "version", "1");
	vch_json_close(out, '}');
	vch_json_open(out, "methods", '[');
	for (uint8_t i = 0; i < method_cnt; i++)
		put_method(out, &methods[i]);
	vch_json_close(out, ']');
	vch_json_open(out, "components", '{');
	vch_json_open(out, "schemas", '{');
	for (uint8_t i = 0; i < shape_cnt; i++)
		put_object(out, shapes[i].name, shapes[i].members);
	vch_json_close(out, '}');
	vch_json_close(out, '}');
	vch_json_close(out, '}');
}
