/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the input is a transaction as a wallet asks for it. What
 * is taken, and names a chain, the trusted application reads as the same: the
 * same chain, the same most it can cost.
 */
#include <stdlib.h>
#include <string.h>

#include "host/node/json_ethtx.h"
#include "trusted/base/check.h"
#include "trusted/policy/ethtx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t raw[VCH_ETHTX_RAW_MAX];

static void check_read(const struct vch_ethtx_request *tx, struct vch_span in)
{
	vch_u128 cost = tx->value + tx->gas * tx->price;
	struct vch_ethtx read;

	switch (vch_ethtx_read(&read, in)) {
	case VCH_OK:
		VCH_CHECK(read.chain_id == tx->chain_id);
		VCH_CHECK(read.cost_wei == cost);
		break;
	case VCH_FEE:
	case VCH_LIMIT:
		break; /* beyond any sense */
	default:
		VCH_CHECK(tx->chain_id == 0);
	}
}

static void try_transaction(yyjson_val *root)
{
	static struct vch_ethtx_request tx;
	static const uint8_t signature[65] = {1, [32] = 1};
	struct vch_json_fault fault = {0};
	struct vch_writer w = vch_writer(raw, sizeof(raw));
	size_t len;

	if (vch_ethtx_request_read(&tx, root, &fault) != VCH_OK) {
		VCH_CHECK(fault.bad);
		return;
	}
	if (vch_ethtx_unsigned(&w, &tx) != VCH_OK)
		return;
	len = w.len;
	VCH_CHECK(len <= VCH_KEY_REQUEST_PAYLOAD_MAX);
	check_read(&tx, vch_written(&w));
	w = vch_writer(raw, sizeof(raw));
	VCH_CHECK(vch_ethtx_raw(&w, &tx, signature) == VCH_OK);
	VCH_CHECK(w.len > len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	yyjson_doc *doc = yyjson_read((const char *)data, size,
				      YYJSON_READ_NUMBER_AS_RAW);
	yyjson_val *root = yyjson_doc_get_root(doc);

	if (yyjson_is_obj(root))
		try_transaction(root);
	yyjson_doc_free(doc);
	return 0;
}
