/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The methods of a wallet's JSON-RPC account, so that viem, web3 or a node
 * use vouchd without knowing it: keys of purpose `eth` sign, everything else
 * goes to the Ethereum node of --eth-rpc. See the table in methods.c.
 */
#ifndef HOST_NODE_ETH_H
#define HOST_NODE_ETH_H

#include "host/net/jsonrpc.h"

vch_method_fn vch_eth_accounts;
vch_method_fn vch_eth_sign;
vch_method_fn vch_eth_personal_sign;
vch_method_fn vch_eth_sign_typed_data;
vch_method_fn vch_eth_sign_transaction;
vch_method_fn vch_eth_send_transaction;
vch_method_fn vch_eth_pass_on;

#endif
