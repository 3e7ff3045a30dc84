/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/methods.h"

#include <stdlib.h>

#include "host/node/json_account.h"
#include "host/node/json_change.h"
#include "host/node/json_cosign.h"
#include "host/node/json_create.h"
#include "host/node/json_evidence.h"
#include "host/node/openrpc.h"
#include "trusted/base/check.h"

static const struct vch_span NONE = {0};

/* Queues a command; `done` gets the call. */
static void submit(struct vch_call *call, enum vch_command cmd,
		   struct vch_span request, vch_done_fn *done)
{
	struct vch_node *node = vch_call_ctx(call);
	enum vch_err err = vch_worker_submit(node->worker, cmd, request,
					     VCH_NODE_DEADLINE_MS, done, call);

	if (err != VCH_OK)
		vch_call_error(call, err, NULL, NONE);
}

/* --- vouch_createAccount ------------------------------------------------ */

static void on_created(void *ctx, const struct vch_outcome *outcome)
{
	struct vch_create_account_answer answer;
	struct vch_call *call = ctx;
	struct vch_buf out = vch_json_out();

	if (outcome->err != VCH_OK) {
		vch_call_error(call, outcome->err, NULL, outcome->receipt);
		return;
	}
	if (vch_create_account_answer_decode(&answer, outcome->answer) !=
	    VCH_OK) {
		vch_call_error(call, VCH_INTERNAL, NULL, NONE);
		return;
	}
	vch_json_open(&out, NULL, '{');
	vch_json_put_hex(&out, "address", answer.address, 20);
	vch_json_put_hex(&out, "cosigner", answer.cosigner, 20);
	vch_json_put_hex(&out, "receipt", outcome->receipt.ptr,
			 outcome->receipt.len);
	vch_json_close(&out, '}');
	vch_call_result(call, &out);
}

static void create_account(struct vch_call *call, yyjson_val *params)
{
	uint8_t bytes[VCH_CREATE_ACCOUNT_REQUEST_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_create_account_request req;
	struct vch_json_fault fault = {0};

	if (vch_json_create(&req, params, &fault) != VCH_OK) {
		vch_call_fault(call, &fault);
		return;
	}
	if (vch_create_account_request_encode(&w, &req) != VCH_OK) {
		vch_call_error(call, VCH_SIZE, NULL, NONE);
		return;
	}
	submit(call, VCH_CMD_CREATE_ACCOUNT, vch_written(&w), on_created);
}

/* --- vouch_getAccount, vouch_getReceipt --------------------------------- */

/* Reads {name: address} and finds the account; answers if it cannot. */
static bool find_account(struct vch_call *call, yyjson_val *params,
			 const char *name, struct vch_account_view *ret)
{
	struct vch_node *node = vch_call_ctx(call);
	struct vch_json_fault fault = {0};
	struct vch_json_in in = vch_json_in(params, "params", &fault);
	uint8_t id[20];
	enum vch_err err;

	vch_json_get_bytes(&in, name, id, sizeof(id));
	if (vch_json_end(&in) != VCH_OK) {
		vch_call_fault(call, &fault);
		return false;
	}
	err = vch_index_get(node->index, ret, id, true);
	if (err != VCH_OK)
		vch_call_error(call, err, NULL, NONE);
	return err == VCH_OK;
}

static void get_account(struct vch_call *call, yyjson_val *params)
{
	struct vch_buf out = vch_json_out();
	struct vch_account_view account;
	enum vch_err err;

	if (!find_account(call, params, "address", &account))
		return;
	err = vch_json_account(&out, &account);
	free(account.receipt);
	if (err == VCH_OK) {
		vch_call_result(call, &out);
		return;
	}
	vch_buf_free(&out);
	vch_call_error(call, err, NULL, NONE);
}

static void get_receipt(struct vch_call *call, yyjson_val *params)
{
	struct vch_buf out = vch_json_out();
	struct vch_account_view account;

	if (!find_account(call, params, "account", &account))
		return;
	vch_json_open(&out, NULL, '{');
	vch_json_put_hex(&out, "receipt", account.receipt, account.receipt_len);
	vch_json_close(&out, '}');
	free(account.receipt);
	vch_call_result(call, &out);
}

/* --- vouch_cosign ------------------------------------------------------- */

static void on_cosigned(void *ctx, const struct vch_outcome *outcome)
{
	struct vch_call *call = ctx;
	struct vch_cosign_result result;
	struct vch_buf out = vch_json_out();
	enum vch_err err = outcome->err;

	if (err == VCH_OK &&
	    vch_cosign_result_decode(&result, outcome->answer) != VCH_OK)
		err = VCH_INTERNAL;
	if (err == VCH_OK && result.code != VCH_OK)
		err = vch_err_known(result.code) ? (enum vch_err)result.code
						 : VCH_INTERNAL;
	if (err != VCH_OK) {
		vch_call_error(call, err, NULL, outcome->receipt);
		return;
	}
	vch_json_open(&out, NULL, '{');
	vch_json_put_hex(&out, "signature", result.signature, 65);
	vch_json_put_quantity(&out, "validUntil", vch_call_kept(call));
	vch_json_put_hex(&out, "receipt", outcome->receipt.ptr,
			 outcome->receipt.len);
	vch_json_close(&out, '}');
	vch_call_result(call, &out);
}

static void cosign(struct vch_call *call, yyjson_val *params)
{
	uint8_t bytes[VCH_COSIGN_OP_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_json_fault fault = {0};
	uint64_t valid_until;

	if (vch_json_cosign(&w, &valid_until, params, &fault) != VCH_OK) {
		vch_call_fault(call, &fault);
		return;
	}
	vch_call_keep(call, valid_until);
	submit(call, VCH_CMD_COSIGN_BATCH, vch_written(&w), on_cosigned);
}

/* --- vouch_changeAccount, vouch_applyChange ------------------------------ */

static void on_changed(void *ctx, const struct vch_outcome *outcome)
{
	struct vch_change_account_answer answer; /* APPLY_CHANGE has the same */
	struct vch_call *call = ctx;
	struct vch_buf out = vch_json_out();
	enum vch_err err = outcome->err;

	if (err == VCH_OK && vch_change_account_answer_decode(
				     &answer, outcome->answer) != VCH_OK)
		err = VCH_INTERNAL;
	if (err == VCH_OK && answer.code != VCH_OK)
		err = vch_err_known(answer.code) ? (enum vch_err)answer.code
						 : VCH_INTERNAL;
	if (err != VCH_OK) {
		vch_call_error(call, err, NULL, outcome->receipt);
		return;
	}
	vch_json_open(&out, NULL, '{');
	vch_json_put_hex(&out, "receipt", outcome->receipt.ptr,
			 outcome->receipt.len);
	vch_json_close(&out, '}');
	vch_call_result(call, &out);
}

static void change_account(struct vch_call *call, yyjson_val *params)
{
	uint8_t bytes[VCH_CHANGE_ACCOUNT_REQUEST_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_json_fault fault = {0};

	if (vch_json_change(&w, params, &fault) != VCH_OK) {
		vch_call_fault(call, &fault);
		return;
	}
	submit(call, VCH_CMD_CHANGE_ACCOUNT, vch_written(&w), on_changed);
}

static void apply_change(struct vch_call *call, yyjson_val *params)
{
	uint8_t bytes[VCH_APPLY_CHANGE_REQUEST_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_apply_change_request req = {0};
	struct vch_account_view account;

	if (!find_account(call, params, "account", &account))
		return;
	free(account.receipt);
	if (vch_change_decode(&req.change,
			      vch_span(account.change, account.change_len)) !=
		    VCH_OK ||
	    vch_apply_change_request_encode(&w, &req) != VCH_OK) {
		vch_call_error(call, VCH_NO_CHANGE, NULL, NONE);
		return;
	}
	submit(call, VCH_CMD_APPLY_CHANGE, vch_written(&w), on_changed);
}

/* --- vouch_events ------------------------------------------------------- */

#define EVENTS_DEFAULT 64

static void get_events(struct vch_call *call, yyjson_val *params)
{
	struct vch_node *node = vch_call_ctx(call);
	struct vch_json_fault fault = {0};
	struct vch_json_in in = vch_json_in(params, "params", &fault);
	struct vch_span after = vch_span("", 0);
	uint64_t limit = EVENTS_DEFAULT;
	struct vch_buf out;

	if (vch_json_has(&in, "after"))
		after = vch_json_get_text(&in, "after", VCH_EVENT_ID_MAX);
	if (vch_json_has(&in, "limit"))
		limit = vch_json_get_u64(&in, "limit", VCH_EVENTS_KEPT);
	if (vch_json_end(&in) != VCH_OK) {
		vch_call_fault(call, &fault);
		return;
	}
	out = vch_json_out();
	vch_events_list(node->events, &out, after, (uint32_t)limit);
	vch_call_result(call, &out);
}

/* --- vouch_resume ------------------------------------------------------- */

static void on_resumed(void *ctx, const struct vch_outcome *outcome)
{
	struct vch_call *call = ctx;
	struct vch_buf out = vch_json_out();

	if (outcome->err != VCH_OK) {
		vch_call_error(call, outcome->err, NULL, outcome->receipt);
		return;
	}
	vch_json_open(&out, NULL, '{');
	vch_json_put_hex(&out, "receipt", outcome->receipt.ptr,
			 outcome->receipt.len);
	vch_json_close(&out, '}');
	vch_call_result(call, &out);
}

static void resume(struct vch_call *call, yyjson_val *params)
{
	uint8_t bytes[VCH_RESUME_REQUEST_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_json_fault fault = {0};

	if (vch_json_resume(&w, params, &fault) != VCH_OK) {
		vch_call_fault(call, &fault);
		return;
	}
	submit(call, VCH_CMD_RESUME, vch_written(&w), on_resumed);
}

/* --- kms_attest --------------------------------------------------------- */

static void on_attested(void *ctx, const struct vch_outcome *outcome)
{
	struct vch_call *call = ctx;
	struct vch_buf out = vch_json_out();
	enum vch_err err = outcome->err;

	if (err == VCH_OK && vch_json_evidence(&out, outcome->answer) != VCH_OK)
		err = VCH_INTERNAL;
	if (err == VCH_OK) {
		vch_call_result(call, &out);
		return;
	}
	vch_buf_free(&out);
	vch_call_error(call, err, NULL, NONE);
}

static void attest(struct vch_call *call, yyjson_val *params)
{
	struct vch_json_fault fault = {0};
	struct vch_json_in in = vch_json_in(params, "params", &fault);
	struct vch_attest_request req;

	vch_json_get_bytes(&in, "challenge", req.challenge,
			   sizeof(req.challenge));
	if (vch_json_end(&in) != VCH_OK) {
		vch_call_fault(call, &fault);
		return;
	}
	submit(call, VCH_CMD_ATTEST,
	       vch_span(req.challenge, sizeof(req.challenge)), on_attested);
}

/* --- rpc.discover ------------------------------------------------------- */

static const struct vch_shape SHAPES[] = {
	{"passkey", "x:word y:word rpIdHash:word flags?:quantity"},
	{"event", "id:string kind:string time:quantity shard:quantity "
		  "index:quantity incarnation:bytes version?:quantity "
		  "shards?:quantity account?:address seq?:quantity "
		  "approved?:bool code?:any name?:string sentence?:string "
		  "chainId?:quantity opHash?:word cost?:quantity "
		  "validUntil?:quantity passkey?:quantity"},
	{"network", "chainId:quantity entryPoint:address"},
	{"asset", "token:address dailyLimit:quantity spent:quantity"},
	{"limit", "token:address dailyLimit:quantity"},
	{"call", "to:address selector:bytes"},
	{"change", "account:address number:quantity configHash:word "
		   "frozen:quantity feeMax:quantity origins:[string] "
		   "networks:[network] assets:[limit] calls:[call]"},
	{"userOperation",
	 "sender:address nonce:quantity factory?:address factoryData?:bytes "
	 "callData:bytes callGasLimit:quantity verificationGasLimit:quantity "
	 "preVerificationGas:quantity maxFeePerGas:quantity "
	 "maxPriorityFeePerGas:quantity paymaster?:address "
	 "paymasterVerificationGasLimit?:quantity "
	 "paymasterPostOpGasLimit?:quantity paymasterData?:bytes "
	 "signature?:any"},
	{"assertion", "passkey:quantity authenticatorData:bytes "
		      "clientDataJSON:bytes signature:signature64"},
};

static void discover(struct vch_call *call, yyjson_val *params)
{
	struct vch_json_fault fault = {0};
	struct vch_json_in in = vch_json_in(params, "params", &fault);
	struct vch_buf out = vch_json_out();

	if (vch_json_end(&in) != VCH_OK) {
		vch_call_fault(call, &fault);
		return;
	}
	vch_openrpc(&out, vch_methods, vch_method_cnt, SHAPES,
		    VCH_ARRAY_LEN(SHAPES));
	vch_call_result(call, &out);
}

/* --- the table ---------------------------------------------------------- */

const struct vch_method vch_methods[] = {
	{
		.name = "vouch_createAccount",
		.needs_token = true,
		.run = create_account,
		.summary = "Makes a co-signer key and the account around it.",
		.params = "passkey:passkey origins:[string] "
			  "networks:[network] factory:address "
			  "implementation:address",
		.result = "address:address cosigner:address receipt:bytes",
	},
	{
		.name = "vouch_getAccount",
		.run = get_account,
		.summary = "What an account is and what it spent today.",
		.params = "address:address",
		.result =
			"address:address cosigner:address factory:address "
			"implementation:address feeMax:quantity "
			"passkeys:[passkey] origins:[string] "
			"networks:[network] day:quantity assets:[asset] "
			"calls:[call] number:quantity pending:any "
			"config:bytes counters:bytes frozen:bool stopped:bool "
			"seq:quantity receipt:bytes",
	},
	{
		.name = "vouch_cosign",
		.needs_token = true,
		.run = cosign,
		.summary = "Checks a user operation that its passkey approved "
			   "and adds the co-signature.",
		.params = "account:address chainId:quantity entryPoint:address "
			  "userOperation:userOperation validUntil:quantity "
			  "assertion:assertion lastReceipt?:bytes",
		.result = "signature:signature65 validUntil:quantity "
			  "receipt:bytes",
	},
	{
		.name = "vouch_changeAccount",
		.needs_token = true,
		.run = change_account,
		.summary = "Changes an account's policy by its passkey's word: "
			   "what tightens holds at once, what loosens waits.",
		.params = "change:change assertion:assertion",
		.result = "receipt:bytes",
	},
	{
		.name = "vouch_applyChange",
		.needs_token = true,
		.run = apply_change,
		.summary = "Takes the change that waited, once it is due.",
		.params = "account:address",
		.result = "receipt:bytes",
	},
	{
		.name = "vouch_resume",
		.needs_token = true,
		.run = resume,
		.summary = "Goes on with an account that a receipt of another "
			   "history stopped: its passkey signed the newest "
			   "record here.",
		.params = "account:address receipt:bytes sequence:quantity "
			  "assertion:assertion",
		.result = "receipt:bytes",
	},
	{
		.name = "vouch_getReceipt",
		.run = get_receipt,
		.summary = "The latest receipt of an account.",
		.params = "account:address",
		.result = "receipt:bytes",
	},
	{
		.name = "vouch_events",
		.needs_token = true,
		.only_looks = true,
		.run = get_events,
		.summary = "The latest records of the log, after the event "
			   "with id `after`; GET /events streams them.",
		.params = "after?:string limit?:quantity",
		.result = "events:[event] last:string missed:quantity",
	},
	{
		.name = "kms_attest",
		.run = attest,
		.summary = "Evidence of what the TEE is, bound to a challenge.",
		.params = "challenge:word",
		.result = "claims:bytes signature:signature64 platform:string "
			  "challenge:word measurement:word version:quantity "
			  "incarnation:bytes logKey:word deviceKey:word "
			  "headsHash:word erase:string protect:string "
			  "detect:string seal:string signer:string "
			  "counter:string windowSeconds:quantity "
			  "windowRecords:quantity",
	},
	{
		.name = "rpc.discover",
		.run = discover,
		.summary = "This document.",
		.params = "",
		.result = "openrpc:string info:any methods:any components:any",
	},
};
const uint8_t vch_method_cnt = VCH_ARRAY_LEN(vch_methods);

_Static_assert(VCH_ARRAY_LEN(vch_methods) <= VCH_METRICS_METHODS_MAX,
	       "a method without metrics");

/* --- between HTTP and JSON-RPC ------------------------------------------ */

static void observe(void *ctx, int method, enum vch_err err, uint64_t ns)
{
	struct vch_node *node = ctx;

	vch_metrics_add(&node->metrics, method, err, ns);
}

/* JSON-RPC errors travel with 200; what HTTP knows itself says so too. */
static void on_rpc_done(void *ctx, char *text, size_t len, enum vch_err err)
{
	struct vch_http_request *req = ctx;
	unsigned status = 200;

	if (!text && err != VCH_OK) {
		vch_http_refuse(req, err);
		return;
	}
	if (!text)
		status = 204;
	else if (err == VCH_TOKEN || err == VCH_OVERLOADED)
		status = vch_doors_status(err);
	vch_http_reply(req, status, VCH_HTTP_JSON, text, len);
}

void vch_methods_serve(void *node, struct vch_http_request *req)
{
	struct vch_rpc_server server = {
		.methods = vch_methods,
		.method_cnt = vch_method_cnt,
		.observe = observe,
		.ctx = node,
	};
	size_t len;
	char *body = vch_http_body(req, &len);

	vch_rpc_run(&server, body, len, vch_http_authorised(req), on_rpc_done,
		    req);
}
