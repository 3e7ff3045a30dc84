/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/json_out.h"

#include <string.h>

#include "host/base/hex.h"

static const char DIGITS[] = "0123456789abcdef";

static void add(struct vch_buf *out, const char *text, size_t len)
{
	vch_buf_add(out, text, len);
}

/* The comma, if something stands before, and the key, if there is one. */
static void begin(struct vch_buf *out, const char *key)
{
	char last = out->len > 0 ? (char)out->ptr[out->len - 1] : '[';
	bool comma = last != '{' && last != '[' && last != ':';
	size_t key_len = key ? strlen(key) : 0;
	uint8_t *at = vch_buf_grow(out, comma + (key ? key_len + 3 : 0));

	if (!at)
		return;
	if (comma)
		*at++ = ',';
	if (key) {
		*at++ = '"';
		memcpy(at, key, key_len);
		memcpy(at + key_len, "\":", 2);
	}
}

void vch_json_open(struct vch_buf *out, const char *key, char bracket)
{
	begin(out, key);
	add(out, &bracket, 1);
}

void vch_json_close(struct vch_buf *out, char bracket)
{
	add(out, &bracket, 1);
}

static void add_escaped(struct vch_buf *out, char c)
{
	char six[6] = {'\\', 'u', '0', '0', 0, 0};
	char two[2] = {'\\', c};

	if (c == '"' || c == '\\') {
		add(out, two, sizeof(two));
		return;
	}
	six[4] = DIGITS[(unsigned char)c >> 4];
	six[5] = DIGITS[c & 15];
	add(out, six, sizeof(six));
}

static bool is_plain(char c)
{
	return (unsigned char)c >= 0x20 && c != '"' && c != '\\' && c != 0x7f;
}

void vch_json_put_text(struct vch_buf *out, const char *key, const char *text,
		       size_t len)
{
	size_t from = 0;

	begin(out, key);
	add(out, "\"", 1);
	for (size_t i = 0; i < len; i++) {
		if (is_plain(text[i]))
			continue;
		add(out, text + from, i - from);
		add_escaped(out, text[i]);
		from = i + 1;
	}
	add(out, text + from, len - from);
	add(out, "\"", 1);
}

void vch_json_put_str(struct vch_buf *out, const char *key, const char *text)
{
	vch_json_put_text(out, key, text, strlen(text));
}

void vch_json_put_hex(struct vch_buf *out, const char *key, const void *bytes,
		      size_t len)
{
	uint8_t *at;

	begin(out, key);
	add(out, "\"0x", 3);
	at = len <= VCH_JSON_OUT_MAX / 2 ? vch_buf_grow(out, 2 * len) : NULL;
	if (!at) {
		out->bad = true;
		return;
	}
	vch_hex_put((char *)at, vch_span(bytes, len));
	add(out, "\"", 1);
}

void vch_json_put_quantity(struct vch_buf *out, const char *key, vch_u128 value)
{
	char text[2 + 32];
	size_t at = sizeof(text);

	do {
		text[--at] = DIGITS[(unsigned)(value & 15)];
		value >>= 4;
	} while (value != 0);
	text[--at] = 'x';
	text[--at] = '0';
	vch_json_put_text(out, key, text + at, sizeof(text) - at);
}

void vch_json_put_number(struct vch_buf *out, const char *key, int64_t value)
{
	uint64_t left = value < 0 ? -(uint64_t)value : (uint64_t)value;
	char text[20]; /* that of INT64_MIN */
	size_t at = sizeof(text);

	do {
		text[--at] = DIGITS[left % 10];
		left /= 10;
	} while (left != 0);
	if (value < 0)
		text[--at] = '-';
	vch_json_put_json(out, key, text + at, sizeof(text) - at);
}

void vch_json_put_bool(struct vch_buf *out, const char *key, bool value)
{
	vch_json_put_json(out, key, value ? "true" : "false", value ? 4 : 5);
}

void vch_json_put_json(struct vch_buf *out, const char *key, const char *json,
		       size_t len)
{
	begin(out, key);
	add(out, json, len);
}
