/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON-RPC 2.0 (jsonrpc.org/specification): one body in, one text out, calls
 * answered now or later from any thread. Strict: no unknown members in the
 * envelope, ids only strings of at most 256 bytes, numbers or null; `params`
 * is an object or an array of one object.
 *
 * An error object is {code, message, data}: code is -32000 - n for number n
 * of wire/errors.wire, or JSON-RPC's own where it fits; message is the
 * sentence; data is {name, code: n, detail?, receipt?}.
 */
#ifndef HOST_NET_JSONRPC_H
#define HOST_NET_JSONRPC_H

#include "host/net/json_in.h"
#include "host/net/json_out.h"
#include "trusted/base/bytes.h"

/* Calls in one body. */
#define VCH_RPC_CALLS_MAX 64

/* One call; answered exactly once, by _result, _error or _fault. */
struct vch_call;

/* params: the object, or NULL if there is none; valid until it is answered. */
typedef void vch_method_fn(struct vch_call *call, yyjson_val *params);

struct vch_method {
	const char *name; /* "eth_*": whatever no other row is named like */
	bool needs_token;
	bool only_looks; /* changes nothing: no operation for the rates */
	vch_method_fn *run;
	const char *summary; /* one sentence */
	const char *params;  /* members, as host/node/openrpc.h writes them */
	const char *result;  /* the same */
	bool positional;     /* takes the array as it came, or NULL */
};

/* Told of every call when it is answered; method is -1 if it is not known. */
typedef void vch_rpc_observe_fn(void *ctx, int method, enum vch_err err,
				uint64_t duration_ns);

/* Told how many calls a body holds, before any runs. ctx: that of `done`. */
typedef void vch_rpc_count_fn(void *ctx, uint32_t cnt);

struct vch_rpc_server {
	const struct vch_method *methods;
	uint8_t method_cnt;
	vch_rpc_count_fn *count;     /* may be NULL */
	vch_rpc_observe_fn *observe; /* may be NULL */
	void *ctx;		     /* vch_call_ctx */
};

/*
 * text: the answer, to be free()d by the callee; NULL if there is none to
 * give (notifications only). err: how the one call ended, VCH_OK for a batch.
 */
typedef void vch_rpc_done_fn(void *ctx, char *text, size_t len,
			     enum vch_err err);

/*
 * Runs all calls of a body. The body is changed in place, must be followed by
 * VCH_RPC_PADDING bytes of its buffer and live until `done`, which is called
 * once: before this returns, or later from another thread. authorised: the
 * sender showed a valid token. *server is copied.
 */
#define VCH_RPC_PADDING 4
void vch_rpc_run(const struct vch_rpc_server *server, char *body, size_t len,
		 bool authorised, vch_rpc_done_fn *done, void *ctx);

/* The ctx of the server. */
void *vch_call_ctx(const struct vch_call *call);

/* The name that was called, for rows that stand for many. */
const char *vch_call_method(const struct vch_call *call);

/* A number that the handler wants to find again when the answer comes. */
void vch_call_keep(struct vch_call *call, uint64_t note);
uint64_t vch_call_kept(const struct vch_call *call);

/* json: the result; taken over. A bad one is answered VCH_INTERNAL. */
void vch_call_result(struct vch_call *call, struct vch_buf *json);
/* receipt: encoded, empty if there is none. detail may be NULL. */
void vch_call_error(struct vch_call *call, enum vch_err err, const char *detail,
		    struct vch_span receipt);
/* The error object of another server, handed on as it is. */
void vch_call_foreign_error(struct vch_call *call, const char *json,
			    size_t len);
/* VCH_ARGUMENT with the fault's detail. */
void vch_call_fault(struct vch_call *call, const struct vch_json_fault *fault);

/* JSON-RPC's code for err, as described above. */
int vch_rpc_code(enum vch_err err);

/* Writes {"code":…,"message":…,"data":…} for one error. */
void vch_rpc_put_error(struct vch_buf *out, const char *key, enum vch_err err,
		       const char *detail, struct vch_span receipt);

#endif
