/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/jsonrpc.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/alloc.h"
#include "host/base/clock.h"
#include "trusted/base/check.h"

#define ID_TEXT_MAX 256

/* JSON-RPC's own codes. */
#define CODE_PARSE (-32700)
#define CODE_INVALID (-32600)
#define CODE_METHOD (-32601)
#define CODE_PARAMS (-32602)
#define CODE_BASE (-32000)

struct rpc;

struct vch_call {
	struct rpc *rpc;
	yyjson_val *id;	  /* NULL: a notification */
	yyjson_val *name; /* of the method */
	int method;	  /* -1: none */
	enum vch_err err; /* how it ended */
	uint64_t start_ns;
	uint64_t note; /* the handler's own */
	atomic_bool answered;
	bool silent; /* a notification gets no answer */
	struct vch_buf answer;
};

/* One body. It lives until every call of it is answered. */
struct rpc {
	struct vch_rpc_server server;
	yyjson_doc *doc;
	vch_rpc_done_fn *done;
	void *ctx;
	bool batch;
	/* Calls not yet answered, and one for whoever starts them. */
	atomic_uint pending;
	uint32_t call_cnt;
	struct vch_call calls[];
};

int vch_rpc_code(enum vch_err err)
{
	switch (err) {
	case VCH_JSON:
		return CODE_INVALID;
	case VCH_METHOD:
		return CODE_METHOD;
	case VCH_ARGUMENT:
		return CODE_PARAMS;
	default:
		return CODE_BASE - (int)err;
	}
}

static void put_error(struct vch_buf *out, const char *key, int code,
		      enum vch_err err, const char *detail,
		      struct vch_span receipt)
{
	vch_json_open(out, key, '{');
	vch_json_put_number(out, "code", code);
	vch_json_put_str(out, "message", vch_err_sentence(err));
	vch_json_open(out, "data", '{');
	vch_json_put_str(out, "name", vch_err_name(err));
	vch_json_put_number(out, "code", err);
	if (detail)
		vch_json_put_str(out, "detail", detail);
	if (receipt.len > 0)
		vch_json_put_hex(out, "receipt", receipt.ptr, receipt.len);
	vch_json_close(out, '}');
	vch_json_close(out, '}');
}

void vch_rpc_put_error(struct vch_buf *out, const char *key, enum vch_err err,
		       const char *detail, struct vch_span receipt)
{
	put_error(out, key, vch_rpc_code(err), err, detail, receipt);
}

static void put_id(struct vch_buf *out, yyjson_val *id)
{
	if (id && yyjson_is_raw(id))
		vch_json_put_json(out, "id", yyjson_get_raw(id),
				  yyjson_get_len(id));
	else if (id && yyjson_is_str(id))
		vch_json_put_text(out, "id", yyjson_get_str(id),
				  yyjson_get_len(id));
	else
		vch_json_put_json(out, "id", "null", 4);
}

static void open_answer(struct vch_buf *out, yyjson_val *id)
{
	vch_json_open(out, NULL, '{');
	vch_json_put_str(out, "jsonrpc", "2.0");
	put_id(out, id);
}

/* The one call's answer, or all of them in the order of the calls. */
static void join(struct rpc *rpc, struct vch_buf *out)
{
	bool any = false;

	if (!rpc->batch) {
		*out = rpc->calls[0].answer;
		rpc->calls[0].answer = vch_json_out();
		return;
	}
	vch_json_open(out, NULL, '[');
	for (uint32_t i = 0; i < rpc->call_cnt; i++) {
		struct vch_buf *one = &rpc->calls[i].answer;

		if (rpc->calls[i].silent)
			continue;
		out->bad = out->bad || one->bad;
		vch_json_put_json(out, NULL, (char *)one->ptr, one->len);
		any = true;
	}
	vch_json_close(out, ']');
	if (!any && !out->bad)
		vch_buf_free(out);
}

static void rpc_free(struct rpc *rpc)
{
	for (uint32_t i = 0; i < rpc->call_cnt; i++)
		vch_buf_free(&rpc->calls[i].answer);
	yyjson_doc_free(rpc->doc);
	free(rpc);
}

/* The last one out sends the answer. */
static void rpc_release(struct rpc *rpc)
{
	vch_rpc_done_fn *done = rpc->done;
	void *ctx = rpc->ctx;
	struct vch_buf out = vch_json_out();
	enum vch_err err = VCH_OK;

	if (atomic_fetch_sub(&rpc->pending, 1) != 1)
		return;
	join(rpc, &out);
	/* What became of a notification is nobody's to know. */
	if (!rpc->batch && !rpc->calls[0].silent)
		err = rpc->calls[0].err;
	rpc_free(rpc);
	if (out.bad) {
		vch_buf_free(&out);
		err = VCH_INTERNAL;
	}
	done(ctx, (char *)out.ptr, out.len, err);
}

static void call_end(struct vch_call *call, enum vch_err err)
{
	const struct vch_rpc_server *server = &call->rpc->server;

	VCH_CHECK(!atomic_exchange(&call->answered, true));
	if (call->silent)
		vch_buf_free(&call->answer);
	call->err = err;
	if (server->observe)
		server->observe(server->ctx, call->method, err,
				vch_clock_ns() - call->start_ns);
	rpc_release(call->rpc);
}

void *vch_call_ctx(const struct vch_call *call)
{
	return call->rpc->server.ctx;
}

void vch_call_keep(struct vch_call *call, uint64_t note)
{
	call->note = note;
}

uint64_t vch_call_kept(const struct vch_call *call)
{
	return call->note;
}

void vch_call_result(struct vch_call *call, struct vch_buf *json)
{
	if (json->bad) {
		vch_buf_free(json);
		vch_call_error(call, VCH_INTERNAL, NULL, vch_span(NULL, 0));
		return;
	}
	open_answer(&call->answer, call->id);
	vch_json_put_json(&call->answer, "result", (char *)json->ptr,
			  json->len);
	vch_json_close(&call->answer, '}');
	vch_buf_free(json);
	call_end(call, VCH_OK);
}

void vch_call_error(struct vch_call *call, enum vch_err err, const char *detail,
		    struct vch_span receipt)
{
	open_answer(&call->answer, call->id);
	vch_rpc_put_error(&call->answer, "error", err, detail, receipt);
	vch_json_close(&call->answer, '}');
	call_end(call, err);
}

void vch_call_fault(struct vch_call *call, const struct vch_json_fault *fault)
{
	vch_call_error(call, VCH_ARGUMENT, fault->detail, vch_span(NULL, 0));
}

const char *vch_call_method(const struct vch_call *call)
{
	return yyjson_get_str(call->name);
}

void vch_call_foreign_error(struct vch_call *call, const char *json, size_t len)
{
	open_answer(&call->answer, call->id);
	vch_json_put_json(&call->answer, "error", json, len);
	vch_json_close(&call->answer, '}');
	call_end(call, VCH_CHAIN_RPC);
}

/* True for a row "eth_*" and a name that begins so. */
static bool stands_for(const char *row, const char *name)
{
	size_t len = strlen(row);

	return row[len - 1] == '*' && strncmp(row, name, len - 1) == 0;
}

/* likely: what it probably is, or -1; a body's calls are mostly of one. */
static int find_method(const struct vch_rpc_server *server, yyjson_val *name,
		       int likely)
{
	if (likely >= 0 &&
	    yyjson_equals_str(name, server->methods[likely].name))
		return likely;
	for (int i = 0; i < server->method_cnt; i++)
		if (yyjson_equals_str(name, server->methods[i].name))
			return i;
	for (int i = 0; i < server->method_cnt; i++)
		if (stands_for(server->methods[i].name, yyjson_get_str(name)))
			return i;
	return -1;
}

static bool id_is_good(yyjson_val *id)
{
	return !id || yyjson_is_null(id) ||
	       ((yyjson_is_str(id) || yyjson_is_raw(id)) &&
		yyjson_get_len(id) <= ID_TEXT_MAX);
}

/* What a method by position takes: an array, or nothing. */
static bool params_array(yyjson_val **ret, yyjson_val *params)
{
	*ret = params;
	return !params || yyjson_is_arr(params);
}

/* The object in params, NULL if there is none; false if it has a bad form. */
static bool params_object(yyjson_val **ret, yyjson_val *params)
{
	if (yyjson_is_arr(params) && yyjson_arr_size(params) <= 1) {
		params = yyjson_arr_get_first(params);
		*ret = params;
		return !params || yyjson_is_obj(params);
	}
	*ret = params;
	return !params || yyjson_is_obj(params);
}

/* The members of a call; NULL where one is not there. */
struct envelope {
	yyjson_val *version, *method, *id, *params;
	bool only; /* these, each once */
};

static yyjson_val **member_of(struct envelope *e, yyjson_val *key)
{
	if (yyjson_equals_str(key, "jsonrpc"))
		return &e->version;
	if (yyjson_equals_str(key, "id"))
		return &e->id;
	if (yyjson_equals_str(key, "method"))
		return &e->method;
	return yyjson_equals_str(key, "params") ? &e->params : NULL;
}

static struct envelope envelope_of(yyjson_val *one)
{
	struct envelope ret = {.only = true};
	yyjson_val *key, **member;
	yyjson_obj_iter iter;

	yyjson_obj_iter_init(one, &iter);
	while ((key = yyjson_obj_iter_next(&iter))) {
		member = member_of(&ret, key);
		if (member && !*member)
			*member = yyjson_obj_iter_get_val(key);
		else
			ret.only = false;
	}
	return ret;
}

/* NULL if it is what JSON-RPC says, or why not. */
static const char *envelope_fault(yyjson_val *one, const struct envelope *e)
{
	if (!yyjson_is_obj(one))
		return "a call is an object";
	if (!e->only)
		return "only jsonrpc, id, method and params, each once";
	if (!yyjson_equals_str(e->version, "2.0"))
		return "jsonrpc must be \"2.0\"";
	if (!yyjson_is_str(e->method))
		return "method must be a string";
	if (!id_is_good(e->id))
		return "id must be a short string, a number or null";
	return NULL;
}

static void call_start(struct rpc *rpc, yyjson_val *one, bool authorised,
		       struct vch_call *call)
{
	const struct vch_method *methods = rpc->server.methods;
	const struct envelope e = envelope_of(one);
	const char *fault = envelope_fault(one, &e);
	struct vch_span none = vch_span(NULL, 0);
	const struct vch_method *method;
	yyjson_val *params = NULL;

	call->id = e.id;
	if (fault) {
		if (!id_is_good(call->id))
			call->id = NULL;
		vch_call_error(call, VCH_JSON, fault, none);
		return;
	}
	call->silent = !call->id;
	call->name = e.method;
	call->method = find_method(&rpc->server, call->name,
				   call > rpc->calls ? call[-1].method : -1);
	if (call->method < 0) {
		vch_call_error(call, VCH_METHOD, NULL, none);
		return;
	}
	method = &methods[call->method];
	if (method->needs_token && !authorised)
		vch_call_error(call, VCH_TOKEN, NULL, none);
	else if (!method->positional && !params_object(&params, e.params))
		vch_call_error(call, VCH_ARGUMENT,
			       "params: want one object of named members",
			       none);
	else if (method->positional && !params_array(&params, e.params))
		vch_call_error(call, VCH_ARGUMENT, "params: want an array",
			       none);
	else
		method->run(call, params);
}

/* Answers a body that holds no call at all. */
static void refuse(vch_rpc_done_fn *done, void *ctx, int code, enum vch_err err,
		   const char *detail)
{
	struct vch_buf out = vch_json_out();

	open_answer(&out, NULL);
	put_error(&out, "error", code, err, detail, vch_span(NULL, 0));
	vch_json_close(&out, '}');
	done(ctx, (char *)out.ptr, out.len, err);
}

static struct rpc *rpc_new(const struct vch_rpc_server *server, yyjson_doc *doc)
{
	yyjson_val *root = yyjson_doc_get_root(doc);
	size_t cnt = yyjson_is_arr(root) ? yyjson_arr_size(root) : 1;
	uint64_t now = vch_clock_ns();
	struct rpc *rpc;

	rpc = vch_alloc(1, sizeof(*rpc) + cnt * sizeof(rpc->calls[0]));
	rpc->server = *server;
	rpc->doc = doc;
	rpc->batch = yyjson_is_arr(root);
	rpc->call_cnt = (uint32_t)cnt;
	atomic_init(&rpc->pending, rpc->call_cnt + 1);
	for (size_t i = 0; i < cnt; i++) {
		rpc->calls[i].rpc = rpc;
		rpc->calls[i].method = -1;
		rpc->calls[i].start_ns = now;
		rpc->calls[i].answer = vch_json_out();
	}
	return rpc;
}

static void start_all(struct rpc *rpc, bool authorised)
{
	yyjson_val *root = yyjson_doc_get_root(rpc->doc);
	yyjson_val *one = root;
	yyjson_arr_iter iter;

	if (rpc->batch)
		yyjson_arr_iter_init(root, &iter);
	for (uint32_t i = 0; i < rpc->call_cnt; i++) {
		if (rpc->batch)
			one = yyjson_arr_iter_next(&iter);
		call_start(rpc, one, authorised, &rpc->calls[i]);
	}
}

void vch_rpc_run(const struct vch_rpc_server *server, char *body, size_t len,
		 bool authorised, vch_rpc_done_fn *done, void *ctx)
{
	const yyjson_read_flag flags =
		YYJSON_READ_INSITU | YYJSON_READ_NUMBER_AS_RAW;
	yyjson_read_err why = {0};
	yyjson_doc *doc = NULL;
	yyjson_val *root;
	struct rpc *rpc;

	if (len > 0) {
		memset(body + len, 0, VCH_RPC_PADDING);
		doc = yyjson_read_opts(body, len, flags, NULL, &why);
	}
	if (!doc) {
		refuse(done, ctx, CODE_PARSE, VCH_JSON,
		       len > 0 ? why.msg : "the body is empty");
		return;
	}
	root = yyjson_doc_get_root(doc);
	if (yyjson_is_arr(root) &&
	    (yyjson_arr_size(root) == 0 ||
	     yyjson_arr_size(root) > VCH_RPC_CALLS_MAX)) {
		yyjson_doc_free(doc);
		refuse(done, ctx, CODE_INVALID, VCH_JSON,
		       "a batch holds 1 to 64 calls");
		return;
	}
	rpc = rpc_new(server, doc);
	rpc->done = done;
	rpc->ctx = ctx;
	if (server->count)
		server->count(ctx, rpc->call_cnt);
	start_all(rpc, authorised);
	rpc_release(rpc);
}
