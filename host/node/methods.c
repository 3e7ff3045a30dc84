/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/methods.h"

#include <stdlib.h>

#include "host/node/account.h"
#include "host/node/eth.h"
#include "host/node/json_evidence.h"
#include "host/node/kms.h"
#include "host/node/openrpc.h"
#include "host/node/submit.h"
#include "host/node/upgrade.h"
#include "trusted/base/check.h"

static const struct vch_span NONE = {0};

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
	vch_node_submit(call, VCH_CMD_ATTEST,
			vch_span(req.challenge, sizeof(req.challenge)),
			on_attested);
}

/* --- rpc.discover ------------------------------------------------------- */

#define KEY_REQUEST                                                            \
	"key:address transaction?:bytes message?:bytes typedData?:any "        \
	"digest?:word paymaster?:paymasterOp lastReceipt?:bytes "              \
	"nonce?:quantity ownerSignature?:signature64"

static const struct vch_shape SHAPES[] = {
	{"passkey", "x:word y:word rpIdHash:word flags?:quantity"},
	{"event", "id:string kind:string time:quantity shard:quantity "
		  "index:quantity incarnation:bytes version?:quantity "
		  "measurement?:word "
		  "shards?:quantity account?:address key?:address "
		  "seq?:quantity purpose?:string type?:string payload?:string "
		  "digest?:word erased?:bool "
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
	{"setting",
	 "kind:quantity target:address selector:bytes value:quantity"},
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
	{"owner", "type:string publicKey:bytes"},
	{"listedType", "chainId:quantity contract:address typeHash?:word"},
	{"key", "key:address publicKey:bytes address?:address purpose:string "
		"type:string owner:string opsDaily?:quantity "
		"nativeDaily?:quantity chains:[quantity] types:[listedType] "
		"imported:bool replicated:bool stopped:bool "
		"day:quantity ops:quantity spent:quantity "
		"nonce:quantity seq:quantity receipt?:bytes"},
	{"keyRequest", KEY_REQUEST},
	{"keyResult",
	 "signature?:bytes error?:any receipt?:bytes receiptOf?:quantity"},
	{"releaseSignature", "key:word signature:signature64"},
	{"paymasterOp", "chainId:quantity userOperation:userOperation "
			"validUntil:quantity validAfter?:quantity"},
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

void vch_methods_print(FILE *to)
{
	struct vch_buf out = vch_json_out();
	yyjson_doc *doc;

	vch_openrpc(&out, vch_methods, vch_method_cnt, SHAPES,
		    VCH_ARRAY_LEN(SHAPES));
	VCH_CHECK(vch_buf_end(&out) == VCH_OK);
	doc = yyjson_read((const char *)out.ptr, out.len, 0);
	VCH_CHECK(doc);
	VCH_CHECK(yyjson_write_fp(to, doc, YYJSON_WRITE_PRETTY_TWO_SPACES, NULL,
				  NULL));
	fputc('\n', to);
	yyjson_doc_free(doc);
	vch_buf_free(&out);
}

/* --- the table ---------------------------------------------------------- */

const struct vch_method vch_methods[] = {
	{
		.name = "vouch_createAccount",
		.needs_token = true,
		.run = vch_call_create_account,
		.summary = "Makes a co-signer key and the account around it.",
		.params = "passkey:passkey origins:[string] "
			  "networks:[network] factory:address "
			  "implementation:address",
		.result = "address:address cosigner:address receipt:bytes",
	},
	{
		.name = "vouch_getAccount",
		.run = vch_call_get_account,
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
		.run = vch_call_cosign,
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
		.run = vch_call_change_account,
		.summary = "Changes an account's policy by its passkey's word: "
			   "what tightens holds at once, what loosens waits.",
		.params = "change:change assertion:assertion",
		.result = "receipt:bytes",
	},
	{
		.name = "vouch_applyChange",
		.needs_token = true,
		.run = vch_call_apply_change,
		.summary = "Takes the change that waited, once it is due.",
		.params = "account:address",
		.result = "receipt:bytes",
	},
	{
		.name = "vouch_cosignIntent",
		.needs_token = true,
		.run = vch_call_cosign_intent,
		.summary = "Adds the co-signature to an intent that brings one "
			   "chain in line with the account's policy; its "
			   "passkey signed it.",
		.params = "account:address chainId:quantity number:quantity "
			  "validUntil:quantity settings:[setting] "
			  "assertion:assertion",
		.result = "signature:signature65 validUntil:quantity "
			  "receipt:bytes",
	},
	{
		.name = "vouch_resume",
		.needs_token = true,
		.run = vch_call_resume,
		.summary = "Goes on with an account that a receipt of another "
			   "history stopped: its passkey signed the newest "
			   "record here.",
		.params = "account:address receipt:bytes sequence:quantity "
			  "assertion:assertion",
		.result = "receipt:bytes",
	},
	{
		.name = "vouch_getReceipt",
		.run = vch_call_get_receipt,
		.summary = "The latest receipt of an account or key.",
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
		.result = "claims:bytes signature:signature64 "
			  "endorsement:bytes platform:string challenge:word "
			  "measurement:word version:quantity "
			  "incarnation:bytes logKey:word deviceKey:word "
			  "headsHash:word importKey:word "
			  "generation:quantity erase:string protect:string "
			  "detect:string seal:string signer:string "
			  "counter:string windowSeconds:quantity "
			  "windowRecords:quantity",
	},
	{
		.name = "vouch_upgrade",
		.needs_token = true,
		.run = vch_call_upgrade,
		.summary = "Hands the device over to the next version of the "
			   "trusted application, which enough release keys "
			   "signed; then the node ends.",
		.params = "version:quantity measurement:word "
			  "signatures:[releaseSignature]",
		.result = "version:quantity measurement:word",
	},
	{
		.name = "kms_createKey",
		.needs_token = true,
		.run = vch_kms_create_key,
		.summary = "Makes a key in the TEE with one purpose for life.",
		.params = "purpose:string type?:string owner?:owner "
			  "opsDaily?:quantity nativeDaily?:quantity "
			  "chains?:[quantity] types?:[listedType] "
			  "replicated?:bool",
		.result = "key:address publicKey:bytes address?:address "
			  "receipt:bytes",
	},
	{
		.name = "kms_importBegin",
		.needs_token = true,
		.run = vch_kms_import_begin,
		.summary = "An id to import the key with that id under, and "
			   "evidence to check before.",
		.params = "key:address challenge:word",
		.result = "importId:bytes claims:bytes signature:signature64",
	},
	{
		.name = "kms_importKey",
		.needs_token = true,
		.run = vch_kms_import_key,
		.summary = "Takes in a key that was sealed (HPKE) to the "
			   "evidence's import key.",
		.params = "importId:bytes enc:word sealed:bytes tag:bytes",
		.result = "key:address publicKey:bytes address?:address "
			  "receipt:bytes",
	},
	{
		.name = "kms_sign",
		.needs_token = true,
		.run = vch_kms_sign,
		.summary = "Signs one of transaction, message, typedData, "
			   "digest or paymaster, if the key's policy allows "
			   "it.",
		.params = KEY_REQUEST,
		.result = "signature:bytes receipt:bytes",
	},
	{
		.name = "kms_signBatch",
		.needs_token = true,
		.run = vch_kms_sign_batch,
		.summary = "Up to 64 requests of kms_sign; each ends by "
			   "itself.",
		.params = "requests:[keyRequest]",
		.result = "results:[keyResult]",
	},
	{
		.name = "kms_resumeKey",
		.needs_token = true,
		.run = vch_kms_resume_key,
		.summary = "Goes on with a key that ROLLBACK stopped: its "
			   "owner takes this node's history for the true one.",
		.params = "key:address receipt:bytes sequence:quantity "
			  "nonce?:quantity ownerSignature?:signature64",
		.result = "receipt:bytes",
	},
	{
		.name = "kms_getPublicKey",
		.run = vch_kms_get_public_key,
		.summary = "What a key is, what it may do and did today.",
		.params = "key:address",
		.result = "key:address publicKey:bytes address?:address "
			  "purpose:string type:string owner:string "
			  "opsDaily?:quantity nativeDaily?:quantity "
			  "chains:[quantity] types:[listedType] "
			  "imported:bool replicated:bool stopped:bool "
			  "day:quantity ops:quantity spent:quantity "
			  "nonce:quantity seq:quantity receipt:bytes",
	},
	{
		.name = "kms_listKeys",
		.needs_token = true,
		.run = vch_kms_list_keys,
		.summary = "The keys there are, 64 at a time.",
		.params = "after?:address",
		.result = "keys:[key] next?:address",
	},
	{
		.name = "kms_deleteKey",
		.needs_token = true,
		.run = vch_kms_delete_key,
		.summary = "Ends a key for ever: erased, or dropped where "
			   "copies could still be opened.",
		.params = "key:address nonce?:quantity "
			  "ownerSignature?:signature64",
		.result = "deleted:string receipt:bytes",
	},
	{
		.name = "eth_accounts",
		.needs_token = true,
		.positional = true,
		.run = vch_eth_accounts,
		.summary = "The addresses of the keys of purpose eth.",
		.params = "",
		.result = "any",
	},
	{
		.name = "eth_sign",
		.needs_token = true,
		.positional = true,
		.run = vch_eth_sign,
		.summary = "Signs a message (EIP-191).",
		.params = "address:address message:bytes",
		.result = "signature65",
	},
	{
		.name = "personal_sign",
		.needs_token = true,
		.positional = true,
		.run = vch_eth_personal_sign,
		.summary = "The same, the other way round.",
		.params = "message:bytes address:address",
		.result = "signature65",
	},
	{
		.name = "eth_signTypedData_v4",
		.needs_token = true,
		.positional = true,
		.run = vch_eth_sign_typed_data,
		.summary = "Signs typed data (EIP-712) that is on the key's "
			   "list.",
		.params = "address:address typedData:any",
		.result = "signature65",
	},
	{
		.name = "eth_signTransaction",
		.needs_token = true,
		.positional = true,
		.run = vch_eth_sign_transaction,
		.summary = "Signs a transaction; nothing is sent.",
		.params = "transaction:any",
		.result = "bytes",
	},
	{
		.name = "eth_sendTransaction",
		.needs_token = true,
		.positional = true,
		.run = vch_eth_send_transaction,
		.summary = "Fills in what is open, signs, and sends it.",
		.params = "transaction:any",
		.result = "word",
	},
	{
		.name = "eth_*",
		.needs_token = true,
		.positional = true,
		.run = vch_eth_pass_on,
		.summary = "Any other is the Ethereum node's to answer.",
		.params = "",
		.result = "any",
	},
	{
		.name = "net_*",
		.needs_token = true,
		.positional = true,
		.run = vch_eth_pass_on,
		.summary = "Any other is the Ethereum node's to answer.",
		.params = "",
		.result = "any",
	},
	{
		.name = "web3_*",
		.needs_token = true,
		.positional = true,
		.run = vch_eth_pass_on,
		.summary = "Any other is the Ethereum node's to answer.",
		.params = "",
		.result = "any",
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

static void count(void *ctx, uint32_t cnt)
{
	vch_http_count(ctx, cnt);
}

void vch_methods_serve(void *node, struct vch_http_request *req)
{
	struct vch_rpc_server server = {
		.methods = vch_methods,
		.method_cnt = vch_method_cnt,
		.count = count,
		.observe = observe,
		.ctx = node,
	};
	size_t len;
	char *body = vch_http_body(req, &len);

	vch_rpc_run(&server, body, len, vch_http_authorised(req), on_rpc_done,
		    req);
}
