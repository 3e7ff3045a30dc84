/* SPDX-License-Identifier: Apache-2.0 */
/* The methods of the key service, kms_*; see the table in methods.c. */
#ifndef HOST_NODE_KMS_H
#define HOST_NODE_KMS_H

#include "host/net/jsonrpc.h"
#include "wire/gen/ta.h"

vch_method_fn vch_kms_create_key;
vch_method_fn vch_kms_import_begin;
vch_method_fn vch_kms_import_key;
vch_method_fn vch_kms_sign;
vch_method_fn vch_kms_resume_key;
vch_method_fn vch_kms_sign_batch;
vch_method_fn vch_kms_get_public_key;
vch_method_fn vch_kms_list_keys;
vch_method_fn vch_kms_delete_key;

/* What a refused or unreadable key_result is; VCH_OK: it holds a signature. */
VCH_MUST enum vch_err vch_key_result_of(struct vch_key_result *ret,
					enum vch_err outcome,
					struct vch_span answer);

/* Recovery id to 27 or 28 where there is one: signatures as Ethereum has. */
void vch_json_put_signature(struct vch_buf *out, const char *key,
			    struct vch_span signature);

#endif
