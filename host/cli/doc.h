/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the CLI takes from and puts into JSON: hex bytes, quantities, fields.
 * A getter that finds nothing, or something else, answers VCH_JSON and
 * writes nothing.
 */
#ifndef HOST_CLI_DOC_H
#define HOST_CLI_DOC_H

#include <yyjson.h>

#include "trusted/base/bytes.h"

/* Fixed and variable bytes of a field. */
VCH_MUST enum vch_err vch_doc_get_fixed(yyjson_val *obj, const char *key,
					uint8_t *ret, size_t len);
VCH_MUST enum vch_err vch_doc_get_bytes(yyjson_val *obj, const char *key,
					uint8_t *ret, size_t *ret_len,
					size_t cap);
/* A JSON-RPC quantity, "0x1f". */
VCH_MUST enum vch_err vch_doc_get_quantity(yyjson_val *val, vch_u128 *ret);
VCH_MUST enum vch_err vch_doc_get_u64(yyjson_val *obj, const char *key,
				      uint64_t *ret);
/* Text of 1 to cap - 1 bytes. */
VCH_MUST enum vch_err vch_doc_get_text(yyjson_val *obj, const char *key,
				       char *ret, size_t cap);

/* The same in the other direction; memory belongs to doc. */
void vch_doc_put_bytes(yyjson_mut_doc *doc, yyjson_mut_val *obj,
		       const char *key, struct vch_span in);
void vch_doc_put_quantity(yyjson_mut_doc *doc, yyjson_mut_val *obj,
			  const char *key, vch_u128 v);
/* A 256-bit number as a quantity. */
void vch_doc_put_word(yyjson_mut_doc *doc, yyjson_mut_val *obj, const char *key,
		      const uint8_t word[32]);
/* Appends to an array. */
void vch_doc_add_bytes(yyjson_mut_doc *doc, yyjson_mut_val *arr,
		       struct vch_span in);

/* An object under `key`, or an array. */
yyjson_mut_val *vch_doc_put_obj(yyjson_mut_doc *doc, yyjson_mut_val *obj,
				const char *key);
yyjson_mut_val *vch_doc_put_arr(yyjson_mut_doc *doc, yyjson_mut_val *obj,
				const char *key);

/* One value on standard output, and a newline. */
void vch_doc_show(const yyjson_mut_doc *doc);

#endif
