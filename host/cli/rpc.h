/* SPDX-License-Identifier: Apache-2.0 */
/* JSON-RPC 2.0, one call at a time, over one kept connection. */
#ifndef HOST_CLI_RPC_H
#define HOST_CLI_RPC_H

#include <yyjson.h>

#include "trusted/base/bytes.h"

struct vch_rpc;

/* As vch_web_open. */
VCH_MUST enum vch_err vch_rpc_open(struct vch_rpc **ret, const char *url,
				   const char *token);

/*
 * The params of the next call: an empty object or array to be filled, in
 * *ret_doc. Both belong to the rpc until vch_rpc_call returns.
 */
yyjson_mut_val *vch_rpc_object(struct vch_rpc *rpc, yyjson_mut_doc **ret_doc);
yyjson_mut_val *vch_rpc_array(struct vch_rpc *rpc, yyjson_mut_doc **ret_doc);
/* The same for params made elsewhere, in that document. */
yyjson_mut_doc *vch_rpc_doc(struct vch_rpc *rpc);
void vch_rpc_params(struct vch_rpc *rpc, yyjson_mut_val *params);

/*
 * Calls the method with the params made before (none: an empty array) and
 * hands out the result, valid until the next call. Errors: those of
 * vch_web_post; VCH_JSON if the answer is not JSON-RPC; VCH_CHAIN_RPC if the
 * server answered with an error: see vch_rpc_error.
 */
VCH_MUST enum vch_err vch_rpc_call(struct vch_rpc *rpc, yyjson_val **ret_result,
				   const char *method);

/* The server's error of the last call. data may be NULL. */
struct vch_rpc_error {
	int64_t code;
	const char *message;
	yyjson_val *data;
};
void vch_rpc_error(const struct vch_rpc *rpc, struct vch_rpc_error *ret);

/* What went wrong last, for a person. */
const char *vch_rpc_why(const struct vch_rpc *rpc);

void vch_rpc_close(struct vch_rpc *rpc);

#endif
