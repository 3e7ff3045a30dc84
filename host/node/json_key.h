/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of the key service as JSON: what is asked for, and what there is. */
#ifndef HOST_NODE_JSON_KEY_H
#define HOST_NODE_JSON_KEY_H

#include "host/net/json_in.h"
#include "host/net/json_out.h"
#include "host/store/index.h"
#include "wire/gen/ta.h"

/* Where a policy's bytes of variable length go. */
struct vch_policy_bytes {
	uint8_t owner_key[VCH_KEY_POLICY_OWNER_KEY_MAX];
};

/*
 * The params of kms_createKey; what is left out is no limit and nobody's
 * list. VCH_ARGUMENT.
 */
VCH_MUST enum vch_err vch_json_policy(struct vch_key_policy *ret,
				      uint8_t *ret_flags,
				      struct vch_policy_bytes *bytes,
				      yyjson_val *params,
				      struct vch_json_fault *fault);

/* Where a request's bytes go; large: not on a small stack. */
struct vch_key_request_bytes {
	uint8_t payload[VCH_KEY_REQUEST_PAYLOAD_MAX];
	uint8_t owner_signature[VCH_KEY_REQUEST_OWNER_SIGNATURE_MAX];
};

/*
 * Takes what is to be signed out of an object: exactly one of `transaction`,
 * `message`, `digest`, `typedData`, `paymaster`; `nonce` and `ownerSignature`
 * if the owner signed; `lastReceipt`. The key is the caller's.
 */
void vch_json_key_request(struct vch_key_request *ret,
			  struct vch_key_request_bytes *bytes,
			  struct vch_json_in *in);

/* Only nonce and ownerSignature, as a deletion has them. */
void vch_json_owner(struct vch_key_request *ret,
		    struct vch_key_request_bytes *bytes,
		    struct vch_json_in *in);

/* Writes a key as an object under `name`. VCH_CORRUPT. */
VCH_MUST enum vch_err vch_json_key(struct vch_buf *out, const char *name,
				   const struct vch_account_view *key);

/* Their names in JSON. */
const char *vch_json_purpose_name(uint8_t purpose);
const char *vch_json_type_name(uint8_t type);

/* Members publicKey and, on secp256k1, address. */
void vch_json_public_key(struct vch_buf *out, struct vch_span public_key);

#endif
