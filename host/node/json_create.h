/* SPDX-License-Identifier: Apache-2.0 */
/* The params of vouch_createAccount to the request of CREATE_ACCOUNT. */
#ifndef HOST_NODE_JSON_CREATE_H
#define HOST_NODE_JSON_CREATE_H

#include "host/net/json_in.h"
#include "wire/gen/ta.h"

/*
 * The origins in *ret are views into the document. Only the form is checked;
 * what it means is the trusted application's to say. VCH_ARGUMENT.
 */
VCH_MUST enum vch_err vch_json_create(struct vch_create_account_request *ret,
				      yyjson_val *params,
				      struct vch_json_fault *fault);

#endif
