/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/doc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/alloc.h"
#include "host/base/hex.h"
#include "trusted/base/check.h"

enum vch_err vch_doc_get_bytes(yyjson_val *obj, const char *key, uint8_t *ret,
			       size_t *ret_len, size_t cap)
{
	const char *text = yyjson_get_str(yyjson_obj_get(obj, key));

	return vch_hex_read_some(ret, ret_len, cap, text ? text : "") ? VCH_JSON
								      : VCH_OK;
}

enum vch_err vch_doc_get_fixed(yyjson_val *obj, const char *key, uint8_t *ret,
			       size_t len)
{
	const char *text = yyjson_get_str(yyjson_obj_get(obj, key));

	return vch_hex_read(ret, len, text ? text : "") ? VCH_JSON : VCH_OK;
}

enum vch_err vch_doc_get_quantity(yyjson_val *val, vch_u128 *ret)
{
	const char *text = yyjson_get_str(val);
	size_t len = text ? strlen(text) : 0;
	vch_u128 v = 0;
	size_t i;

	if (len < 3 || len > 2 + 32 || text[0] != '0' || text[1] != 'x')
		return VCH_JSON;
	for (i = 2; i < len; i++) {
		if (vch_hex_digit(text[i]) < 0)
			return VCH_JSON;
		v = v << 4 | (unsigned)vch_hex_digit(text[i]);
	}
	*ret = v;
	return VCH_OK;
}

enum vch_err vch_doc_get_u64(yyjson_val *obj, const char *key, uint64_t *ret)
{
	vch_u128 v;

	VCH_TRY(vch_doc_get_quantity(yyjson_obj_get(obj, key), &v));
	if (v > UINT64_MAX)
		return VCH_JSON;
	*ret = (uint64_t)v;
	return VCH_OK;
}

enum vch_err vch_doc_get_text(yyjson_val *obj, const char *key, char *ret,
			      size_t cap)
{
	yyjson_val *val = yyjson_obj_get(obj, key);
	const char *text = yyjson_get_str(val);

	if (!text || yyjson_get_len(val) != strlen(text) || !*text ||
	    strlen(text) >= cap)
		return VCH_JSON;
	memcpy(ret, text, strlen(text) + 1);
	return VCH_OK;
}

static yyjson_mut_val *hex_val(yyjson_mut_doc *doc, struct vch_span in)
{
	char *text = vch_alloc(1, VCH_HEX_SIZE(in.len));
	yyjson_mut_val *val;

	vch_hex_write(text, in);
	val = yyjson_mut_strcpy(doc, text);
	free(text);
	VCH_CHECK(val);
	return val;
}

void vch_doc_put_bytes(yyjson_mut_doc *doc, yyjson_mut_val *obj,
		       const char *key, struct vch_span in)
{
	VCH_CHECK(yyjson_mut_obj_add_val(doc, obj, key, hex_val(doc, in)));
}

void vch_doc_add_bytes(yyjson_mut_doc *doc, yyjson_mut_val *arr,
		       struct vch_span in)
{
	VCH_CHECK(yyjson_mut_arr_append(arr, hex_val(doc, in)));
}

void vch_doc_put_quantity(yyjson_mut_doc *doc, yyjson_mut_val *obj,
			  const char *key, vch_u128 v)
{
	uint64_t high = (uint64_t)(v >> 64);
	uint64_t low = (uint64_t)v;
	char text[40];

	if (high)
		snprintf(text, sizeof(text), "0x%llx%016llx",
			 (unsigned long long)high, (unsigned long long)low);
	else
		snprintf(text, sizeof(text), "0x%llx", (unsigned long long)low);
	VCH_CHECK(yyjson_mut_obj_add_strcpy(doc, obj, key, text));
}

void vch_doc_put_word(yyjson_mut_doc *doc, yyjson_mut_val *obj, const char *key,
		      const uint8_t word[32])
{
	char text[VCH_HEX_SIZE(32)];
	char *digits = text;

	vch_hex_write(text, vch_span(word, 32));
	for (digits += 2; digits[0] == '0' && digits[1]; digits++)
		;
	*--digits = 'x';
	*--digits = '0';
	VCH_CHECK(yyjson_mut_obj_add_strcpy(doc, obj, key, digits));
}

yyjson_mut_val *vch_doc_put_obj(yyjson_mut_doc *doc, yyjson_mut_val *obj,
				const char *key)
{
	yyjson_mut_val *val = yyjson_mut_obj(doc);

	VCH_CHECK(val && yyjson_mut_obj_add_val(doc, obj, key, val));
	return val;
}

yyjson_mut_val *vch_doc_put_arr(yyjson_mut_doc *doc, yyjson_mut_val *obj,
				const char *key)
{
	yyjson_mut_val *val = yyjson_mut_arr(doc);

	VCH_CHECK(val && yyjson_mut_obj_add_val(doc, obj, key, val));
	return val;
}

void vch_doc_show(const yyjson_mut_doc *doc)
{
	char *text = yyjson_mut_write(doc, YYJSON_WRITE_NOFLAG, NULL);

	VCH_CHECK(text);
	puts(text);
	free(text);
}
