/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A transaction as wallets ask for it (eth_signTransaction,
 * eth_sendTransaction) and as it is signed and sent: RLP, legacy with
 * EIP-155, EIP-2930 or EIP-1559.
 */
#ifndef HOST_NODE_JSON_ETHTX_H
#define HOST_NODE_JSON_ETHTX_H

#include "host/net/json_in.h"
#include "wire/gen/ta.h"

enum vch_ethtx_type {
	VCH_ETHTX_LEGACY,
	VCH_ETHTX_EIP2930,
	VCH_ETHTX_EIP1559,
};

/* Room for the transaction with its signature. */
#define VCH_ETHTX_RAW_MAX (VCH_KEY_REQUEST_PAYLOAD_MAX + 128)

/* has_x: the wallet said so; what it did not must be filled in. price is the
 * greatest per gas. Large: not on a small stack. */
struct vch_ethtx_request {
	enum vch_ethtx_type type;
	uint8_t from[20];
	uint8_t to[20];
	bool has_to;
	bool has_nonce;
	bool has_gas;
	bool has_price;
	bool has_priority;
	bool has_chain;
	uint64_t nonce;
	uint64_t gas;
	uint64_t chain_id;
	vch_u128 price;
	vch_u128 priority;
	vch_u128 value;
	size_t data_len;
	size_t access_len;
	uint8_t data[VCH_KEY_REQUEST_PAYLOAD_MAX];
	uint8_t access[VCH_KEY_REQUEST_PAYLOAD_MAX]; /* RLP, without header */
};

/* Reads the object. VCH_ARGUMENT. */
VCH_MUST enum vch_err vch_ethtx_request_read(struct vch_ethtx_request *ret,
					     yyjson_val *params,
					     struct vch_json_fault *fault);

/* What is signed: VCH_SIZE if it does not fit. */
VCH_MUST enum vch_err vch_ethtx_unsigned(struct vch_writer *w,
					 const struct vch_ethtx_request *tx);

/* What is sent; signature is r ‖ s ‖ recovery id. VCH_SIZE. */
VCH_MUST enum vch_err vch_ethtx_raw(struct vch_writer *w,
				    const struct vch_ethtx_request *tx,
				    const uint8_t signature[65]);

#endif
