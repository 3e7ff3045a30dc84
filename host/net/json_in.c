/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/json_in.h"

#include <stdio.h>
#include <string.h>

#include "host/base/hex.h"
#include "trusted/base/check.h"

/* What is shown of a name that came from outside. */
#define NAME_SHOWN_MAX 40

struct vch_json_in vch_json_in(yyjson_val *obj, const char *name,
			       struct vch_json_fault *fault)
{
	struct vch_json_in in = {
		.obj = obj, .name = name, .index = -1, .fault = fault};

	return in;
}

/* Adds `name`, `name[3]` or `.name` at *at of the detail. */
static void add_name(struct vch_json_fault *fault, size_t *at, const char *name,
		     int index)
{
	size_t left = sizeof(fault->detail) - *at;
	const char *dot = *at > 0 ? "." : "";
	int len;

	if (index < 0)
		len = snprintf(fault->detail + *at, left, "%s%s", dot, name);
	else
		len = snprintf(fault->detail + *at, left, "%s%s[%d]", dot, name,
			       index);
	*at += (size_t)len < left ? (size_t)len : left - 1;
}

/* The outermost name first; params, one operation, one list: four at most. */
static void add_path(struct vch_json_fault *fault, size_t *at,
		     const struct vch_json_in *in)
{
	const struct vch_json_in *path[4];
	size_t depth = 0;

	for (; in && depth < VCH_ARRAY_LEN(path); in = in->parent)
		path[depth++] = in;
	while (depth-- > 0)
		add_name(fault, at, path[depth]->name, path[depth]->index);
}

/* key may be NULL: the fault is in the object itself. */
static void fail(const struct vch_json_in *in, const char *key, int index,
		 const char *what)
{
	struct vch_json_fault *fault = in->fault;
	size_t at = 0;

	if (fault->bad)
		return;
	fault->bad = true;
	add_path(fault, &at, in);
	if (key)
		add_name(fault, &at, key, index);
	snprintf(fault->detail + at, sizeof(fault->detail) - at, ": %s", what);
}

bool vch_json_has(const struct vch_json_in *in, const char *key)
{
	yyjson_val *val = in->obj ? yyjson_obj_get(in->obj, key) : NULL;

	return val && !yyjson_is_null(val);
}

/* The member, or NULL; it counts as taken either way. */
static yyjson_val *take(struct vch_json_in *in, const char *key)
{
	yyjson_val *val = in->obj ? yyjson_obj_get(in->obj, key) : NULL;

	VCH_CHECK(in->taken_cnt < VCH_JSON_MEMBERS_MAX);
	in->taken[in->taken_cnt++] = key;
	in->present_cnt = (uint8_t)(in->present_cnt + (val != NULL));
	return val;
}

static yyjson_val *need(struct vch_json_in *in, const char *key)
{
	yyjson_val *val = take(in, key);

	if (!val)
		fail(in, key, -1, "missing");
	return val;
}

void vch_json_ignore(struct vch_json_in *in, const char *key)
{
	(void)take(in, key);
}

/* Whole bytes after 0x into buf. Returns false if it is not that. */
static bool hex_read(uint8_t *buf, size_t cap, size_t *ret_len, yyjson_val *val)
{
	const char *text = yyjson_get_str(val);

	if (!text || vch_hex_read_some(buf, ret_len, cap, text) != VCH_OK)
		return false;
	/* A zero byte inside would have ended the text early. */
	return yyjson_get_len(val) == 2 + 2 * *ret_len;
}

void vch_json_get_bytes(struct vch_json_in *in, const char *key, uint8_t *ret,
			size_t len)
{
	yyjson_val *val = need(in, key);
	char what[48];
	size_t got = 0;

	if (val && hex_read(ret, len, &got, val) && got == len)
		return;
	memset(ret, 0, len);
	snprintf(what, sizeof(what), "want %zu bytes as 0x-hex", len);
	fail(in, key, -1, what);
}

struct vch_span vch_json_get_hex(struct vch_json_in *in, const char *key,
				 uint8_t *buf, size_t cap)
{
	yyjson_val *val = need(in, key);
	char what[48];
	size_t len = 0;

	if (val && hex_read(buf, cap, &len, val))
		return vch_span(buf, len);
	snprintf(what, sizeof(what), "want at most %zu bytes as 0x-hex", cap);
	fail(in, key, -1, what);
	return vch_span(buf, 0);
}

/* ret = ret * 10 + digit; false if it does not fit len bytes. */
static bool push_digit(uint8_t *ret, size_t len, unsigned digit)
{
	for (size_t i = len; i-- > 0;) {
		unsigned v = ret[i] * 10 + digit;

		ret[i] = (uint8_t)v;
		digit = v >> 8;
	}
	return digit == 0;
}

static bool decimal_read(uint8_t *ret, size_t len, const char *text,
			 size_t text_len)
{
	if (text_len == 0 || (text_len > 1 && text[0] == '0'))
		return false;
	for (size_t i = 0; i < text_len; i++) {
		int digit = vch_hex_digit(text[i]);

		if (digit < 0 || digit > 9 ||
		    !push_digit(ret, len, (unsigned)digit))
			return false;
	}
	return true;
}

/* Hex digits to the end of ret; false if they are not, or do not fit. */
static bool hex_uint_read(uint8_t *ret, size_t len, const char *text,
			  size_t text_len)
{
	if (text_len == 0 || text_len > 2 * len ||
	    (text_len > 1 && text[0] == '0'))
		return false;
	for (size_t i = 0; i < text_len; i++) {
		int digit = vch_hex_digit(text[text_len - 1 - i]);

		if (digit < 0)
			return false;
		ret[len - 1 - i / 2] |= (uint8_t)(digit << 4 * (i % 2));
	}
	return true;
}

static bool uint_read(uint8_t *ret, size_t len, yyjson_val *val)
{
	const char *text = yyjson_get_str(val);
	size_t text_len = yyjson_get_len(val);

	memset(ret, 0, len);
	if (yyjson_is_raw(val))
		return decimal_read(ret, len, yyjson_get_raw(val), text_len);
	if (!text || text_len < 3 || text[0] != '0' || text[1] != 'x')
		return false;
	return hex_uint_read(ret, len, text + 2, text_len - 2);
}

void vch_json_get_uint(struct vch_json_in *in, const char *key, uint8_t *ret,
		       size_t len)
{
	yyjson_val *val = need(in, key);
	char what[64];

	if (val && uint_read(ret, len, val))
		return;
	memset(ret, 0, len);
	snprintf(what, sizeof(what), "want a quantity below 2^%zu", 8 * len);
	fail(in, key, -1, what);
}

uint64_t vch_json_get_u64(struct vch_json_in *in, const char *key, uint64_t max)
{
	uint8_t be[8];
	char what[64];
	uint64_t v;

	vch_json_get_uint(in, key, be, sizeof(be));
	v = vch_load_be64(be);
	if (v <= max)
		return v;
	snprintf(what, sizeof(what), "want at most %llu",
		 (unsigned long long)max);
	fail(in, key, -1, what);
	return 0;
}

static struct vch_span text_of(const struct vch_json_in *in, yyjson_val *val,
			       const char *key, int index, size_t max)
{
	const char *text = yyjson_get_str(val);
	char what[64];

	if (text && yyjson_get_len(val) <= max)
		return vch_span(text, yyjson_get_len(val));
	snprintf(what, sizeof(what), "want a string of at most %zu bytes", max);
	fail(in, key, index, what);
	return vch_span("", 0);
}

struct vch_span vch_json_get_text(struct vch_json_in *in, const char *key,
				  size_t max)
{
	return text_of(in, need(in, key), key, -1, max);
}

uint8_t vch_json_get_word(struct vch_json_in *in, const char *key,
			  const char *const *words, uint8_t cnt)
{
	yyjson_val *val = need(in, key);
	char what[96] = "want one of";
	size_t at = strlen(what);

	for (uint8_t i = 0; i < cnt; i++) {
		if (yyjson_equals_str(val, words[i]))
			return i;
		if (at < sizeof(what))
			at += (size_t)snprintf(what + at, sizeof(what) - at,
					       " %s", words[i]);
	}
	fail(in, key, -1, what);
	return 0;
}

bool vch_json_get_bool(struct vch_json_in *in, const char *key)
{
	yyjson_val *val = need(in, key);

	if (val && !yyjson_is_bool(val))
		fail(in, key, -1, "want true or false");
	return yyjson_is_true(val);
}

void vch_json_fail(struct vch_json_in *in, const char *key, const char *what)
{
	fail(in, key, -1, what);
}

struct vch_json_in vch_json_get_object(struct vch_json_in *in, const char *key)
{
	yyjson_val *val = need(in, key);
	struct vch_json_in ret;

	if (val && !yyjson_is_obj(val))
		fail(in, key, -1, "want an object");
	ret = vch_json_in(yyjson_is_obj(val) ? val : NULL, key, in->fault);
	ret.parent = in;
	return ret;
}

struct vch_json_list vch_json_get_list(struct vch_json_in *in, const char *key,
				       size_t max)
{
	yyjson_val *val = need(in, key);
	struct vch_json_list list = {val, key, in, yyjson_arr_size(val)};
	char what[64];

	if (yyjson_is_arr(val) && list.cnt <= max)
		return list;
	snprintf(what, sizeof(what), "want an array of at most %zu", max);
	fail(in, key, -1, what);
	list.cnt = 0;
	return list;
}

struct vch_json_in vch_json_list_object(const struct vch_json_list *list,
					size_t idx)
{
	yyjson_val *val = yyjson_arr_get(list->array, idx);
	struct vch_json_in ret;

	if (!yyjson_is_obj(val))
		fail(list->in, list->name, (int)idx, "want an object");
	ret = vch_json_in(yyjson_is_obj(val) ? val : NULL, list->name,
			  list->in->fault);
	ret.parent = list->in;
	ret.index = (int)idx;
	return ret;
}

struct vch_span vch_json_list_text(const struct vch_json_list *list, size_t idx,
				   size_t max)
{
	return text_of(list->in, yyjson_arr_get(list->array, idx), list->name,
		       (int)idx, max);
}

uint64_t vch_json_list_u64(const struct vch_json_list *list, size_t idx,
			   uint64_t max)
{
	yyjson_val *val = yyjson_arr_get(list->array, idx);
	uint8_t be[8];

	if (uint_read(be, sizeof(be), val) && vch_load_be64(be) <= max)
		return vch_load_be64(be);
	fail(list->in, list->name, (int)idx, "want a quantity");
	return 0;
}

void vch_json_list_bytes(const struct vch_json_list *list, size_t idx,
			 uint8_t *ret, size_t len)
{
	size_t got = 0;

	if (hex_read(ret, len, &got, yyjson_arr_get(list->array, idx)) &&
	    got == len)
		return;
	memset(ret, 0, len);
	fail(list->in, list->name, (int)idx, "want bytes as 0x-hex");
}

static bool was_taken(const struct vch_json_in *in, yyjson_val *key)
{
	for (size_t i = 0; i < in->taken_cnt; i++)
		if (yyjson_equals_str(key, in->taken[i]))
			return true;
	return false;
}

/* Names the member that is too many. */
static void fail_extra(struct vch_json_in *in)
{
	char shown[NAME_SHOWN_MAX + 1] = "";
	yyjson_obj_iter iter;
	yyjson_val *key;

	yyjson_obj_iter_init(in->obj, &iter);
	while ((key = yyjson_obj_iter_next(&iter)) && was_taken(in, key))
		;
	if (!key) {
		fail(in, NULL, -1, "a member stands twice");
		return;
	}
	snprintf(shown, sizeof(shown), "%s", yyjson_get_str(key));
	for (size_t i = 0; shown[i]; i++)
		if (shown[i] < 0x20 || shown[i] > 0x7e)
			shown[i] = '?';
	fail(in, shown, -1, "unknown member");
}

enum vch_err vch_json_end(struct vch_json_in *in)
{
	if (!in->fault->bad && yyjson_obj_size(in->obj) != in->present_cnt)
		fail_extra(in);
	return in->fault->bad ? VCH_ARGUMENT : VCH_OK;
}
