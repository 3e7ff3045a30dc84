/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/rpc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/alloc.h"
#include "host/net/web.h"
#include "trusted/base/check.h"

struct vch_rpc {
	struct vch_web *web;
	yyjson_mut_doc *ask;
	yyjson_mut_val *params;
	yyjson_doc *answer;
	yyjson_val *error;
	uint64_t id;
	char why[512];
};

enum vch_err vch_rpc_open(struct vch_rpc **ret, const char *url,
			  const char *token)
{
	struct vch_rpc *rpc = vch_alloc(1, sizeof(*rpc));
	enum vch_err err;

	err = vch_web_open(&rpc->web, url, token);
	if (err) {
		vch_rpc_close(rpc);
		return err;
	}
	*ret = rpc;
	return VCH_OK;
}

/* Begun if need be. */
yyjson_mut_doc *vch_rpc_doc(struct vch_rpc *rpc)
{
	if (!rpc->ask)
		rpc->ask = yyjson_mut_doc_new(NULL);
	VCH_CHECK(rpc->ask);
	return rpc->ask;
}

yyjson_mut_val *vch_rpc_object(struct vch_rpc *rpc, yyjson_mut_doc **ret_doc)
{
	*ret_doc = vch_rpc_doc(rpc);
	rpc->params = yyjson_mut_obj(*ret_doc);
	VCH_CHECK(rpc->params);
	return rpc->params;
}

yyjson_mut_val *vch_rpc_array(struct vch_rpc *rpc, yyjson_mut_doc **ret_doc)
{
	*ret_doc = vch_rpc_doc(rpc);
	rpc->params = yyjson_mut_arr(*ret_doc);
	VCH_CHECK(rpc->params);
	return rpc->params;
}

void vch_rpc_params(struct vch_rpc *rpc, yyjson_mut_val *params)
{
	rpc->params = params;
}

/* The request as text, to be freed; the params are used up. */
static char *ask_text(struct vch_rpc *rpc, size_t *ret_len, const char *method)
{
	yyjson_mut_doc *doc = vch_rpc_doc(rpc);
	yyjson_mut_val *root = yyjson_mut_obj(doc);
	yyjson_mut_val *params =
		rpc->params ? rpc->params : yyjson_mut_arr(doc);
	char *text = NULL;

	if (yyjson_mut_obj_add_str(doc, root, "jsonrpc", "2.0") &&
	    yyjson_mut_obj_add_uint(doc, root, "id", ++rpc->id) &&
	    yyjson_mut_obj_add_str(doc, root, "method", method) &&
	    yyjson_mut_obj_add_val(doc, root, "params", params)) {
		yyjson_mut_doc_set_root(doc, root);
		text = yyjson_mut_write(doc, YYJSON_WRITE_NOFLAG, ret_len);
	}
	yyjson_mut_doc_free(doc);
	rpc->ask = NULL;
	rpc->params = NULL;
	return text;
}

static enum vch_err read_answer(struct vch_rpc *rpc, yyjson_val **ret_result,
				struct vch_span body, long status,
				const char *method)
{
	yyjson_val *root;
	yyjson_val *result;

	rpc->answer = yyjson_read((const char *)body.ptr, body.len, 0);
	root = yyjson_doc_get_root(rpc->answer);
	rpc->error = yyjson_obj_get(root, "error");
	result = yyjson_obj_get(root, "result");
	if (yyjson_is_obj(rpc->error)) {
		const char *text =
			yyjson_get_str(yyjson_obj_get(rpc->error, "message"));

		snprintf(rpc->why, sizeof(rpc->why), "%s: %.400s", method,
			 text ? text : "refused without a word");
		return VCH_CHAIN_RPC;
	}
	if (!result || yyjson_get_uint(yyjson_obj_get(root, "id")) != rpc->id) {
		snprintf(rpc->why, sizeof(rpc->why),
			 "%.100s answered %s with no JSON-RPC (HTTP %ld)",
			 vch_web_url(rpc->web), method, status);
		return VCH_JSON;
	}
	*ret_result = result;
	return VCH_OK;
}

enum vch_err vch_rpc_call(struct vch_rpc *rpc, yyjson_val **ret_result,
			  const char *method)
{
	struct vch_span body;
	enum vch_err err;
	size_t len = 0;
	char *text;
	long status;

	yyjson_doc_free(rpc->answer);
	rpc->answer = NULL;
	rpc->error = NULL;
	text = ask_text(rpc, &len, method);
	VCH_CHECK(text);
	err = vch_web_post(rpc->web, &body, &status, vch_span(text, len));
	free(text);
	if (err) {
		snprintf(rpc->why, sizeof(rpc->why), "%s",
			 vch_web_why(rpc->web));
		return err;
	}
	return read_answer(rpc, ret_result, body, status, method);
}

void vch_rpc_error(const struct vch_rpc *rpc, struct vch_rpc_error *ret)
{
	const char *text =
		yyjson_get_str(yyjson_obj_get(rpc->error, "message"));

	ret->code = yyjson_get_sint(yyjson_obj_get(rpc->error, "code"));
	ret->message = text ? text : "";
	ret->data = yyjson_obj_get(rpc->error, "data");
}

const char *vch_rpc_why(const struct vch_rpc *rpc)
{
	return rpc->why;
}

void vch_rpc_close(struct vch_rpc *rpc)
{
	if (!rpc)
		return;
	vch_web_close(rpc->web);
	yyjson_mut_doc_free(rpc->ask);
	yyjson_doc_free(rpc->answer);
	free(rpc);
}
