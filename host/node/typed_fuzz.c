/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the input is typed data as wallets send it. What is taken
 * the trusted application takes too: a type string with as many members as
 * there are words, and no part of a domain that the domain does not have.
 */
#include <stdlib.h>
#include <string.h>

#include "host/node/json_typed.h"
#include "trusted/base/check.h"
#include "trusted/policy/typed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_typed(yyjson_val *root)
{
	static uint8_t bytes[VCH_KEY_REQUEST_PAYLOAD_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	const char *wrong = vch_typed_encode(&w, root);
	uint8_t digest[32], type_hash[32];
	struct vch_typed_data data;
	enum vch_err err;

	if (wrong) {
		VCH_CHECK(*wrong != '\0');
		return;
	}
	VCH_CHECK(vch_typed_data_decode(&data, vch_written(&w)) == VCH_OK);
	err = vch_typed_hash(digest, type_hash, &data);
	if (err == VCH_PURPOSE)
		VCH_CHECK(data.name.len == 7 &&
			  memcmp(data.name.ptr, "ERC4337", 7) == 0);
	else
		VCH_CHECK(err == VCH_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	yyjson_doc *doc = yyjson_read((const char *)data, size,
				      YYJSON_READ_NUMBER_AS_RAW);

	if (yyjson_doc_get_root(doc))
		try_typed(yyjson_doc_get_root(doc));
	yyjson_doc_free(doc);
	return 0;
}
