/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An unsigned Ethereum transaction as its signer sees it: the bytes whose
 * Keccak-256 is signed. Legacy with EIP-155, EIP-2930 and EIP-1559, in strict
 * RLP (Yellow Paper, appendix B): any other encoding of the same is refused,
 * and so are transactions without a chain id, with blobs, and those that set
 * code (EIP-7702). Nothing is secret.
 */
#ifndef TRUSTED_POLICY_ETHTX_H
#define TRUSTED_POLICY_ETHTX_H

#include "trusted/base/bytes.h"

/* cost_wei: the most it can take from the sender, value and fee together. */
struct vch_ethtx {
	uint64_t chain_id;
	vch_u128 cost_wei;
};

/*
 * VCH_PAYLOAD if it is no such transaction; VCH_FEE if gas or price are
 * beyond any sense (2^32, 2^64); VCH_LIMIT if the cost does not fit 128 bits.
 */
VCH_MUST enum vch_err vch_ethtx_read(struct vch_ethtx *ret,
				     struct vch_span payload);

#endif
