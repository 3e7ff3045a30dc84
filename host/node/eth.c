/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/eth.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/alloc.h"
#include "host/base/hex.h"
#include "host/node/json_ethtx.h"
#include "host/node/json_typed.h"
#include "host/node/kms.h"
#include "host/node/node.h"
#include "host/node/upstream.h"
#include "trusted/base/check.h"

#define ACCOUNTS_MAX 1024

static const struct vch_span NONE = {0};

/* A call that cannot go on, in words. */
static void wrong(struct vch_call *call, const char *detail)
{
	vch_call_error(call, VCH_ARGUMENT, detail, NONE);
}

/* ---- signing what is there whole ---------------------------------- */

/* The key of an address; answers the call if there is none. */
static bool find_key(struct vch_call *call, struct vch_key_request *req,
		     yyjson_val *address)
{
	struct vch_node *node = vch_call_ctx(call);
	const char *text = yyjson_get_str(address);
	uint8_t bytes[20];

	if (!text || vch_hex_read(bytes, sizeof(bytes), text) != VCH_OK) {
		wrong(call, "want an address");
		return false;
	}
	if (vch_index_by_address(node->index, req->key, bytes) != VCH_OK) {
		vch_call_error(call, VCH_NO_KEY, NULL, NONE);
		return false;
	}
	return true;
}

static void on_signed(void *ctx, const struct vch_outcome *outcome)
{
	struct vch_call *call = ctx;
	struct vch_key_result result;
	struct vch_buf out = vch_json_out();
	enum vch_err err =
		vch_key_result_of(&result, outcome->err, outcome->answer);

	if (err != VCH_OK) {
		vch_call_error(call, err, NULL, outcome->receipt);
		return;
	}
	vch_json_put_signature(&out, NULL, result.signature);
	vch_call_result(call, &out);
}

static void submit(struct vch_call *call, const struct vch_key_request *req,
		   vch_done_fn *done, void *ctx)
{
	uint8_t bytes[VCH_KEY_REQUEST_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_node *node = vch_call_ctx(call);
	enum vch_err err = vch_key_request_encode(&w, req);
	struct vch_outcome failed = {0};

	if (err == VCH_OK)
		err = vch_worker_submit(node->worker, VCH_CMD_SIGN_BATCH,
					vch_written(&w), node->deadline_ms,
					done, ctx);
	failed.err = err;
	if (err != VCH_OK)
		done(ctx, &failed);
}

static void sign_message(struct vch_call *call, yyjson_val *address,
			 yyjson_val *message)
{
	uint8_t bytes[VCH_KEY_REQUEST_PAYLOAD_MAX];
	struct vch_key_request req = {.kind = VCH_PAYLOAD_MESSAGE};
	const char *text = yyjson_get_str(message);
	size_t len;

	if (!text ||
	    vch_hex_read_some(bytes, &len, sizeof(bytes), text) != VCH_OK) {
		wrong(call, "want the message as 0x-hex");
		return;
	}
	if (!find_key(call, &req, address))
		return;
	req.payload = vch_span(bytes, len);
	submit(call, &req, on_signed, call);
}

void vch_eth_sign(struct vch_call *call, yyjson_val *params)
{
	sign_message(call, yyjson_arr_get(params, 0),
		     yyjson_arr_get(params, 1));
}

void vch_eth_personal_sign(struct vch_call *call, yyjson_val *params)
{
	sign_message(call, yyjson_arr_get(params, 1),
		     yyjson_arr_get(params, 0));
}

void vch_eth_sign_typed_data(struct vch_call *call, yyjson_val *params)
{
	uint8_t bytes[VCH_KEY_REQUEST_PAYLOAD_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_key_request req = {.kind = VCH_PAYLOAD_TYPED};
	yyjson_val *data = yyjson_arr_get(params, 1);
	yyjson_doc *doc = NULL;
	const char *why;

	if (yyjson_is_str(data)) {
		doc = yyjson_read(yyjson_get_str(data), yyjson_get_len(data),
				  YYJSON_READ_NUMBER_AS_RAW);
		data = yyjson_doc_get_root(doc);
	}
	why = vch_typed_encode(&w, data);
	yyjson_doc_free(doc);
	if (why) {
		wrong(call, why);
		return;
	}
	if (!find_key(call, &req, yyjson_arr_get_first(params)))
		return;
	req.payload = vch_written(&w);
	submit(call, &req, on_signed, call);
}

void vch_eth_accounts(struct vch_call *call, yyjson_val *params)
{
	struct vch_node *node = vch_call_ctx(call);
	uint8_t(*found)[20] = vch_alloc(ACCOUNTS_MAX, sizeof(*found));
	struct vch_buf out = vch_json_out();
	size_t cnt = vch_index_addresses(node->index, found, ACCOUNTS_MAX);

	(void)params;
	vch_json_open(&out, NULL, '[');
	for (size_t i = 0; i < cnt; i++)
		vch_json_put_hex(&out, NULL, found[i], 20);
	vch_json_close(&out, ']');
	free(found);
	vch_call_result(call, &out);
}

/* ---- transactions ------------------------------------------------- */

/* A transaction on its way; all that it needs until it is answered. */
struct sending {
	struct vch_call *call;
	struct vch_ethtx_request tx;
	struct vch_key_request req;
	char *asked; /* the wallet's object in an array, as JSON text */
	uint8_t payload[VCH_KEY_REQUEST_PAYLOAD_MAX];
	uint8_t raw[VCH_ETHTX_RAW_MAX];
	size_t raw_len;
	enum vch_err err; /* of signing */
	uint8_t receipt[VCH_RECEIPT_ENC_MAX];
	size_t receipt_len;
	sem_t is_signed;
};

static void sending_free(struct sending *s)
{
	sem_destroy(&s->is_signed);
	free(s->asked);
	free(s);
}

static void sending_fail(struct sending *s, enum vch_err err,
			 const char *detail)
{
	vch_call_error(s->call, err, detail,
		       vch_span(s->receipt, s->receipt_len));
	sending_free(s);
}

/* Takes the wallet's object and its key; answers the call if it cannot. */
static struct sending *sending_new(struct vch_call *call, yyjson_val *params)
{
	struct sending *s = vch_alloc(1, sizeof(*s));
	struct vch_json_fault fault = {0};
	yyjson_val *tx = yyjson_arr_get_first(params);

	s->call = call;
	sem_init(&s->is_signed, 0, 0);
	if (vch_ethtx_request_read(&s->tx, yyjson_is_obj(tx) ? tx : NULL,
				   &fault) != VCH_OK) {
		vch_call_fault(call, &fault);
		sending_free(s);
		return NULL;
	}
	if (!find_key(call, &s->req, yyjson_obj_get(tx, "from"))) {
		sending_free(s);
		return NULL;
	}
	s->req.kind = VCH_PAYLOAD_TX;
	s->asked = yyjson_val_write(params, 0, NULL);
	return s;
}

/* Signed or not: the raw transaction, or why not. */
static void take_signature(struct sending *s, const struct vch_outcome *outcome)
{
	struct vch_writer w = vch_writer(s->raw, sizeof(s->raw));
	struct vch_key_result result;

	s->err = vch_key_result_of(&result, outcome->err, outcome->answer);
	if (s->err == VCH_OK && result.signature.len != 65)
		s->err = VCH_INTERNAL;
	if (s->err == VCH_OK)
		s->err = vch_ethtx_raw(&w, &s->tx, result.signature.ptr);
	s->raw_len = w.len;
	if (outcome->receipt.len <= sizeof(s->receipt)) {
		s->receipt_len = outcome->receipt.len;
		if (s->receipt_len > 0)
			memcpy(s->receipt, outcome->receipt.ptr,
			       s->receipt_len);
	}
}

static enum vch_err make_payload(struct sending *s)
{
	struct vch_writer w = vch_writer(s->payload, sizeof(s->payload));

	VCH_TRY(vch_ethtx_unsigned(&w, &s->tx));
	s->req.payload = vch_written(&w);
	return VCH_OK;
}

/* A key for one chain need not be told which. */
static void only_chain(struct sending *s)
{
	struct vch_node *node = vch_call_ctx(s->call);
	struct vch_account_view view;
	struct vch_key_config config;

	if (s->tx.has_chain ||
	    vch_index_get(node->index, &view, s->req.key, false) != VCH_OK ||
	    vch_key_config_decode(&config,
				  vch_span(view.config, view.config_len)) !=
		    VCH_OK ||
	    config.policy.chains_cnt != 1)
		return;
	s->tx.chain_id = config.policy.chains[0];
	s->tx.has_chain = true;
}

/* NULL, or what the wallet left open. */
static const char *missing(const struct vch_ethtx_request *tx)
{
	if (!tx->has_nonce)
		return "transaction.nonce: missing";
	if (!tx->has_gas)
		return "transaction.gas: missing";
	if (!tx->has_price)
		return "transaction.maxFeePerGas or gasPrice: missing";
	return tx->has_chain ? NULL : "transaction.chainId: missing";
}

static void on_tx_signed(void *ctx, const struct vch_outcome *outcome)
{
	struct vch_buf out = vch_json_out();
	struct sending *s = ctx;

	take_signature(s, outcome);
	if (s->err != VCH_OK) {
		sending_fail(s, s->err, NULL);
		return;
	}
	vch_json_put_hex(&out, NULL, s->raw, s->raw_len);
	vch_call_result(s->call, &out);
	sending_free(s);
}

void vch_eth_sign_transaction(struct vch_call *call, yyjson_val *params)
{
	struct sending *s = sending_new(call, params);
	const char *what;

	if (!s)
		return;
	only_chain(s);
	what = missing(&s->tx);
	if (what)
		sending_fail(s, VCH_ARGUMENT, what);
	else if (make_payload(s) != VCH_OK)
		sending_fail(s, VCH_SIZE, NULL);
	else
		submit(call, &s->req, on_tx_signed, s);
}

/* ---- with the Ethereum node --------------------------------------- */

/* Hands the node's answer on, whatever it is; frees it. */
static void hand_on(struct vch_call *call, yyjson_doc *doc)
{
	yyjson_val *root = yyjson_doc_get_root(doc);
	yyjson_val *error = yyjson_obj_get(root, "error");
	struct vch_buf out = vch_json_out();
	size_t len;
	char *text = yyjson_val_write(
		error ? error : yyjson_obj_get(root, "result"), 0, &len);

	VCH_CHECK(text);
	if (error) {
		vch_call_foreign_error(call, text, len);
	} else {
		vch_json_put_json(&out, NULL, text, len);
		vch_call_result(call, &out);
	}
	free(text);
	yyjson_doc_free(doc);
}

/* A call whose result is a quantity, or an object that holds one. */
static enum vch_err ask_number(struct vch_upstream_conn *conn, vch_u128 *ret,
			       const char *method, const char *params,
			       const char *member)
{
	struct vch_json_fault fault = {0};
	struct vch_json_in in;
	yyjson_doc *doc;
	uint8_t be[16];

	VCH_TRY(vch_upstream_call(conn, &doc, method, params));
	in = vch_json_in(yyjson_doc_get_root(doc), "answer", &fault);
	if (member)
		in.obj = yyjson_obj_get(in.obj, "result");
	vch_json_get_uint(&in, member ? member : "result", be, sizeof(be));
	yyjson_doc_free(doc);
	if (fault.bad)
		return VCH_CHAIN_RPC;
	*ret = vch_load_be128(be);
	return VCH_OK;
}

/* Fees as wallets set them: twice the base fee, and the node's own tip. */
static enum vch_err fill_fees(struct sending *s, struct vch_upstream_conn *conn)
{
	struct vch_ethtx_request *tx = &s->tx;
	vch_u128 base;

	if (tx->type != VCH_ETHTX_EIP1559)
		return tx->has_price ? VCH_OK
				     : ask_number(conn, &tx->price,
						  "eth_gasPrice", "[]", NULL);
	if (!tx->has_priority)
		VCH_TRY(ask_number(conn, &tx->priority,
				   "eth_maxPriorityFeePerGas", "[]", NULL));
	if (tx->has_price) {
		if (!tx->has_priority && tx->priority > tx->price)
			tx->priority = tx->price;
		return VCH_OK;
	}
	VCH_TRY(ask_number(conn, &base, "eth_getBlockByNumber",
			   "[\"latest\",false]", "baseFeePerGas"));
	tx->price = base * 2 + tx->priority;
	return VCH_OK;
}

/* What the wallet left open, from the node. */
static enum vch_err fill(struct sending *s, struct vch_upstream_conn *conn)
{
	struct vch_ethtx_request *tx = &s->tx;
	char address[VCH_HEX_SIZE(20)], params[80];
	vch_u128 v;

	if (!tx->has_chain) {
		VCH_TRY(ask_number(conn, &v, "eth_chainId", "[]", NULL));
		tx->chain_id = (uint64_t)v;
	}
	if (!tx->has_gas) {
		VCH_TRY(ask_number(conn, &v, "eth_estimateGas", s->asked,
				   NULL));
		tx->gas = (uint64_t)v;
	}
	VCH_TRY(fill_fees(s, conn));
	if (tx->has_nonce)
		return VCH_OK;
	vch_hex_write(address, vch_span(tx->from, 20));
	snprintf(params, sizeof(params), "[\"%s\",\"pending\"]", address);
	VCH_TRY(ask_number(conn, &v, "eth_getTransactionCount", params, NULL));
	tx->nonce = (uint64_t)v;
	return VCH_OK;
}

static void on_signed_wake(void *ctx, const struct vch_outcome *outcome)
{
	struct sending *s = ctx;

	take_signature(s, outcome);
	sem_post(&s->is_signed);
}

static enum vch_err sign_and_wait(struct sending *s)
{
	VCH_TRY(make_payload(s));
	submit(s->call, &s->req, on_signed_wake, s);
	while (sem_wait(&s->is_signed) != 0)
		;
	return s->err;
}

static enum vch_err send_raw(struct sending *s, struct vch_upstream_conn *conn,
			     yyjson_doc **ret)
{
	struct vch_buf params = vch_json_out();
	enum vch_err err;

	vch_json_open(&params, NULL, '[');
	vch_json_put_hex(&params, NULL, s->raw, s->raw_len);
	vch_json_close(&params, ']');
	err = vch_upstream_call(conn, ret, "eth_sendRawTransaction",
				vch_buf_text(&params));
	vch_buf_free(&params);
	return err;
}

/*
 * Nonces that we choose are given out one at a time: from asking for it until
 * the node has the transaction, nobody else asks.
 */
static void forward(void *ctx, struct vch_upstream_conn *conn)
{
	static pthread_mutex_t nonces = PTHREAD_MUTEX_INITIALIZER;
	struct sending *s = ctx;
	bool ours = !s->tx.has_nonce;
	yyjson_doc *doc;
	enum vch_err err;

	if (ours)
		pthread_mutex_lock(&nonces);
	err = fill(s, conn);
	if (err == VCH_OK)
		err = sign_and_wait(s);
	if (err == VCH_OK)
		err = send_raw(s, conn, &doc);
	if (ours)
		pthread_mutex_unlock(&nonces);
	if (err != VCH_OK) {
		sending_fail(s, err, NULL);
		return;
	}
	hand_on(s->call, doc);
	sending_free(s);
}

void vch_eth_send_transaction(struct vch_call *call, yyjson_val *params)
{
	struct vch_node *node = vch_call_ctx(call);
	struct sending *s;
	enum vch_err err;

	if (!node->upstream) {
		wrong(call, "no Ethereum node: start vouchd with --eth-rpc");
		return;
	}
	s = sending_new(call, params);
	if (!s)
		return;
	err = vch_upstream_run(node->upstream, forward, s);
	if (err != VCH_OK)
		sending_fail(s, err, NULL);
}

/* A call of somebody else's method. */
struct passing {
	struct vch_call *call;
	char *params;
};

static void pass(void *ctx, struct vch_upstream_conn *conn)
{
	struct passing *p = ctx;
	yyjson_doc *doc;
	enum vch_err err = vch_upstream_call(
		conn, &doc, vch_call_method(p->call), p->params);

	if (err == VCH_OK)
		hand_on(p->call, doc);
	else
		vch_call_error(p->call, err, NULL, NONE);
	free(p->params);
	free(p);
}

void vch_eth_pass_on(struct vch_call *call, yyjson_val *params)
{
	struct vch_node *node = vch_call_ctx(call);
	struct passing *p;
	enum vch_err err;

	if (!node->upstream) {
		vch_call_error(call, VCH_METHOD,
			       "no Ethereum node: start vouchd with --eth-rpc",
			       NONE);
		return;
	}
	p = vch_alloc(1, sizeof(*p));
	p->call = call;
	p->params = params ? yyjson_val_write(params, 0, NULL) : strdup("[]");
	VCH_CHECK(p->params);
	err = vch_upstream_run(node->upstream, pass, p);
	if (err == VCH_OK)
		return;
	vch_call_error(call, err, NULL, NONE);
	free(p->params);
	free(p);
}
