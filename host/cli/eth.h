/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An Ethereum client, as far as a payment needs it. Transactions are sent from
 * accounts that the node itself signs for (a development chain's, or an
 * external signer in front of it).
 */
#ifndef HOST_CLI_ETH_H
#define HOST_CLI_ETH_H

#include "trusted/base/bytes.h"

#define VCH_ETH_DATA_MAX (128u << 10)

struct vch_eth;

/* Nothing is sent yet. VCH_ARGUMENT: no url. */
VCH_MUST enum vch_err vch_eth_open(struct vch_eth **ret, const char *url);
void vch_eth_close(struct vch_eth *eth);

/* What went wrong last, for a person. */
const char *vch_eth_why(const struct vch_eth *eth);

/*
 * What the chain says. Errors here and below: VCH_SOCKET, VCH_TIMEOUT,
 * VCH_JSON, VCH_CHAIN_RPC (the node refused, or answered nonsense).
 */
VCH_MUST enum vch_err vch_eth_chain_id(struct vch_eth *eth, uint64_t *ret);
VCH_MUST enum vch_err vch_eth_balance(struct vch_eth *eth, vch_u128 *ret_wei,
				      const uint8_t address[20]);
VCH_MUST enum vch_err vch_eth_has_code(struct vch_eth *eth, bool *ret,
				       const uint8_t address[20]);
/* The first account the node signs for; VCH_CHAIN_RPC if there is none. */
VCH_MUST enum vch_err vch_eth_dev_account(struct vch_eth *eth, uint8_t ret[20]);

/* Fees per gas that get an operation in soon: twice the base fee and a tip. */
struct vch_eth_fees {
	vch_u128 max_fee;
	vch_u128 tip;
};
VCH_MUST enum vch_err vch_eth_fees(struct vch_eth *eth,
				   struct vch_eth_fees *ret);

struct vch_eth_tx {
	uint8_t from[20];
	const uint8_t *to; /* 20 bytes */
	vch_u128 wei;
	struct vch_span data;
	uint64_t gas; /* 0: the node estimates */
};

/*
 * Tries the transaction without sending it. VCH_CHAIN_RPC when it reverts;
 * then vch_eth_why tells the decoded reason. *ret_out (may be NULL) views
 * into eth until the next call.
 */
VCH_MUST enum vch_err vch_eth_call(struct vch_eth *eth,
				   struct vch_span *ret_out,
				   const struct vch_eth_tx *tx);
/* Was the last VCH_CHAIN_RPC a revert with this error, "Name(type,…)"? */
bool vch_eth_reverted_with(const struct vch_eth *eth, const char *error);

/* Sends it and does not wait; as vch_eth_call. */
VCH_MUST enum vch_err vch_eth_send(struct vch_eth *eth, uint8_t ret_hash[32],
				   const struct vch_eth_tx *tx);

#define VCH_ETH_LOGS_MAX 16

struct vch_eth_log {
	uint8_t address[20];
	uint8_t topics[4][32];
	uint8_t topic_cnt;
	uint8_t data[512];
	size_t data_len; /* what fits; longer data is cut */
};

struct vch_eth_receipt {
	bool success;
	uint64_t block;
	uint64_t gas_used;
	struct vch_eth_log logs[VCH_ETH_LOGS_MAX];
	size_t log_cnt;
};

/* Waits until the transaction is in a block; VCH_TIMEOUT after 30 s. */
VCH_MUST enum vch_err vch_eth_wait(struct vch_eth *eth,
				   struct vch_eth_receipt *ret,
				   const uint8_t hash[32]);

/* Sends, waits; VCH_CHAIN_RPC if it was included and failed. */
VCH_MUST enum vch_err vch_eth_transact(struct vch_eth *eth,
				       struct vch_eth_receipt *ret,
				       const struct vch_eth_tx *tx);

#endif
