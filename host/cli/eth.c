/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/eth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/base/alloc.h"
#include "host/base/clock.h"
#include "host/base/hex.h"
#include "host/cli/abi.h"
#include "host/cli/doc.h"
#include "host/cli/rpc.h"
#include "trusted/base/check.h"

#define WAIT_MS 30000
#define POLL_FIRST_MS 2
#define POLL_LAST_MS 250

struct vch_eth {
	struct vch_rpc *rpc;
	char why[768];
	uint8_t data[VCH_ETH_DATA_MAX];
	uint8_t revert[4]; /* the error of the last revert */
};

enum vch_err vch_eth_open(struct vch_eth **ret, const char *url)
{
	struct vch_eth *eth = vch_alloc(1, sizeof(*eth));
	enum vch_err err;

	err = vch_rpc_open(&eth->rpc, url, NULL);
	if (err) {
		free(eth);
		return err;
	}
	*ret = eth;
	return VCH_OK;
}

void vch_eth_close(struct vch_eth *eth)
{
	if (!eth)
		return;
	vch_rpc_close(eth->rpc);
	free(eth);
}

const char *vch_eth_why(const struct vch_eth *eth)
{
	return eth->why;
}

static enum vch_err call(struct vch_eth *eth, yyjson_val **ret,
			 const char *method)
{
	enum vch_err err = vch_rpc_call(eth->rpc, ret, method);

	if (err)
		snprintf(eth->why, sizeof(eth->why), "%s",
			 vch_rpc_why(eth->rpc));
	return err;
}

/* A result that is not what the method promises. */
static enum vch_err odd(struct vch_eth *eth, const char *method)
{
	snprintf(eth->why, sizeof(eth->why), "%s: an answer of another form",
		 method);
	return VCH_CHAIN_RPC;
}

static enum vch_err text_hex(uint8_t *ret, size_t *ret_len, size_t cap,
			     yyjson_val *val)
{
	const char *text = yyjson_get_str(val);

	return vch_hex_read_some(ret, ret_len, cap, text ? text : "");
}

static enum vch_err quantity(struct vch_eth *eth, vch_u128 *ret,
			     const char *method)
{
	yyjson_val *result;

	VCH_TRY(call(eth, &result, method));
	return vch_doc_get_quantity(result, ret) ? odd(eth, method) : VCH_OK;
}

enum vch_err vch_eth_chain_id(struct vch_eth *eth, uint64_t *ret)
{
	vch_u128 id;

	VCH_TRY(quantity(eth, &id, "eth_chainId"));
	if (id > UINT64_MAX)
		return odd(eth, "eth_chainId");
	*ret = (uint64_t)id;
	return VCH_OK;
}

/* Params [address, "latest"]. */
static void address_params(struct vch_eth *eth, const uint8_t address[20])
{
	yyjson_mut_doc *doc;
	yyjson_mut_val *params = vch_rpc_array(eth->rpc, &doc);

	vch_doc_add_bytes(doc, params, vch_span(address, 20));
	VCH_CHECK(yyjson_mut_arr_add_str(doc, params, "latest"));
}

enum vch_err vch_eth_balance(struct vch_eth *eth, vch_u128 *ret_wei,
			     const uint8_t address[20])
{
	address_params(eth, address);
	return quantity(eth, ret_wei, "eth_getBalance");
}

enum vch_err vch_eth_has_code(struct vch_eth *eth, bool *ret,
			      const uint8_t address[20])
{
	yyjson_val *result;
	const char *text;

	address_params(eth, address);
	VCH_TRY(call(eth, &result, "eth_getCode"));
	text = yyjson_get_str(result);
	if (!text)
		return odd(eth, "eth_getCode");
	*ret = strlen(text) > 2;
	return VCH_OK;
}

enum vch_err vch_eth_dev_account(struct vch_eth *eth, uint8_t ret[20])
{
	yyjson_val *result;
	uint8_t address[20];
	size_t len = 0;

	VCH_TRY(call(eth, &result, "eth_accounts"));
	if (text_hex(address, &len, sizeof(address),
		     yyjson_arr_get_first(result)) ||
	    len != sizeof(address)) {
		snprintf(eth->why, sizeof(eth->why),
			 "the node signs for no account of its own");
		return VCH_CHAIN_RPC;
	}
	memcpy(ret, address, sizeof(address));
	return VCH_OK;
}

enum vch_err vch_eth_fees(struct vch_eth *eth, struct vch_eth_fees *ret)
{
	yyjson_mut_doc *doc;
	yyjson_mut_val *params = vch_rpc_array(eth->rpc, &doc);
	yyjson_val *result;
	vch_u128 base;
	vch_u128 tip;

	VCH_CHECK(yyjson_mut_arr_add_str(doc, params, "latest") &&
		  yyjson_mut_arr_add_bool(doc, params, false));
	VCH_TRY(call(eth, &result, "eth_getBlockByNumber"));
	result = yyjson_obj_get(result, "baseFeePerGas");
	if (vch_doc_get_quantity(result, &base) || base > UINT64_MAX)
		return odd(eth, "eth_getBlockByNumber");
	VCH_TRY(quantity(eth, &tip, "eth_maxPriorityFeePerGas"));
	if (tip > UINT64_MAX)
		return odd(eth, "eth_maxPriorityFeePerGas");
	ret->tip = tip;
	ret->max_fee = 2 * base + tip;
	return VCH_OK;
}

static yyjson_mut_val *tx_object(yyjson_mut_doc *doc, yyjson_mut_val *params,
				 const struct vch_eth_tx *tx)
{
	yyjson_mut_val *obj = yyjson_mut_arr_add_obj(doc, params);

	VCH_CHECK(obj);
	vch_doc_put_bytes(doc, obj, "from", vch_span(tx->from, 20));
	vch_doc_put_bytes(doc, obj, "to", vch_span(tx->to, 20));
	vch_doc_put_quantity(doc, obj, "value", tx->wei);
	vch_doc_put_bytes(doc, obj, "data", tx->data);
	if (tx->gas)
		vch_doc_put_quantity(doc, obj, "gas", tx->gas);
	return obj;
}

/* The node's error; where it carries revert data, its reason in words. */
static enum vch_err reverted(struct vch_eth *eth)
{
	struct vch_rpc_error error;
	yyjson_val *data;
	size_t len = 0;

	memset(eth->revert, 0, sizeof(eth->revert));
	vch_rpc_error(eth->rpc, &error);
	data = error.data;
	if (yyjson_is_obj(data))
		data = yyjson_obj_get(data, "data");
	if (text_hex(eth->data, &len, sizeof(eth->data), data) || len < 4)
		return VCH_CHAIN_RPC;
	memcpy(eth->revert, eth->data, sizeof(eth->revert));
	vch_abi_reason(eth->why, sizeof(eth->why), vch_span(eth->data, len));
	return VCH_CHAIN_RPC;
}

bool vch_eth_reverted_with(const struct vch_eth *eth, const char *error)
{
	uint8_t selector[4];

	vch_abi_selector(selector, error);
	return memcmp(selector, eth->revert, 4) == 0;
}

enum vch_err vch_eth_call(struct vch_eth *eth, struct vch_span *ret_out,
			  const struct vch_eth_tx *tx)
{
	yyjson_mut_doc *doc;
	yyjson_mut_val *params = vch_rpc_array(eth->rpc, &doc);
	yyjson_val *result;
	enum vch_err err;
	size_t len;

	(void)tx_object(doc, params, tx);
	VCH_CHECK(yyjson_mut_arr_add_str(doc, params, "latest"));
	err = call(eth, &result, "eth_call");
	if (err == VCH_CHAIN_RPC)
		return reverted(eth);
	VCH_TRY(err);
	if (text_hex(eth->data, &len, sizeof(eth->data), result))
		return odd(eth, "eth_call");
	if (ret_out)
		*ret_out = vch_span(eth->data, len);
	return VCH_OK;
}

enum vch_err vch_eth_send(struct vch_eth *eth, uint8_t ret_hash[32],
			  const struct vch_eth_tx *tx)
{
	yyjson_mut_doc *doc;
	yyjson_mut_val *params = vch_rpc_array(eth->rpc, &doc);
	yyjson_val *result;
	enum vch_err err;
	uint8_t hash[32];
	size_t len = 0;

	(void)tx_object(doc, params, tx);
	err = call(eth, &result, "eth_sendTransaction");
	if (err == VCH_CHAIN_RPC)
		return reverted(eth);
	VCH_TRY(err);
	if (text_hex(hash, &len, sizeof(hash), result) || len != sizeof(hash))
		return odd(eth, "eth_sendTransaction");
	memcpy(ret_hash, hash, sizeof(hash));
	return VCH_OK;
}

static void read_log(struct vch_eth_log *ret, yyjson_val *obj)
{
	yyjson_val *topics = yyjson_obj_get(obj, "topics");
	static uint8_t data[VCH_ETH_DATA_MAX];
	size_t len = 0;
	size_t i;

	memset(ret, 0, sizeof(*ret));
	if (vch_doc_get_fixed(obj, "address", ret->address, 20) ||
	    vch_doc_get_bytes(obj, "data", data, &len, sizeof(data)))
		return;
	ret->data_len = len < sizeof(ret->data) ? len : sizeof(ret->data);
	memcpy(ret->data, data, ret->data_len);
	for (i = 0; i < yyjson_arr_size(topics) && i < 4; i++)
		if (!text_hex(ret->topics[i], &len, 32,
			      yyjson_arr_get(topics, i)))
			ret->topic_cnt++;
}

static enum vch_err read_receipt(struct vch_eth *eth,
				 struct vch_eth_receipt *ret, yyjson_val *obj)
{
	yyjson_val *logs = yyjson_obj_get(obj, "logs");
	uint64_t status;
	size_t i;

	if (vch_doc_get_u64(obj, "status", &status) ||
	    vch_doc_get_u64(obj, "blockNumber", &ret->block) ||
	    vch_doc_get_u64(obj, "gasUsed", &ret->gas_used))
		return odd(eth, "eth_getTransactionReceipt");
	ret->success = status == 1;
	ret->log_cnt = 0;
	for (i = 0; i < yyjson_arr_size(logs) && i < VCH_ETH_LOGS_MAX; i++)
		read_log(&ret->logs[ret->log_cnt++], yyjson_arr_get(logs, i));
	return VCH_OK;
}

static void sleep_ms(long ms)
{
	struct timespec t = {.tv_sec = ms / 1000,
			     .tv_nsec = ms % 1000 * VCH_NS_PER_MS};

	nanosleep(&t, NULL);
}

enum vch_err vch_eth_wait(struct vch_eth *eth, struct vch_eth_receipt *ret,
			  const uint8_t hash[32])
{
	long pause = POLL_FIRST_MS;
	long waited;

	for (waited = 0; waited < WAIT_MS; waited += pause) {
		yyjson_mut_doc *doc;
		yyjson_mut_val *params = vch_rpc_array(eth->rpc, &doc);
		yyjson_val *result;

		vch_doc_add_bytes(doc, params, vch_span(hash, 32));
		VCH_TRY(call(eth, &result, "eth_getTransactionReceipt"));
		if (yyjson_is_obj(result))
			return read_receipt(eth, ret, result);
		sleep_ms(pause);
		pause = pause * 2 < POLL_LAST_MS ? pause * 2 : POLL_LAST_MS;
	}
	snprintf(eth->why, sizeof(eth->why),
		 "the transaction is in no block after %d s", WAIT_MS / 1000);
	return VCH_TIMEOUT;
}

enum vch_err vch_eth_transact(struct vch_eth *eth, struct vch_eth_receipt *ret,
			      const struct vch_eth_tx *tx)
{
	uint8_t hash[32];

	VCH_TRY(vch_eth_send(eth, hash, tx));
	VCH_TRY(vch_eth_wait(eth, ret, hash));
	if (ret->success)
		return VCH_OK;
	snprintf(eth->why, sizeof(eth->why),
		 "the transaction was included in block %llu and reverted",
		 (unsigned long long)ret->block);
	return VCH_CHAIN_RPC;
}
