/* SPDX-License-Identifier: Apache-2.0 */
/* Who may ask for a key: the host, or whoever holds the owner's key. */
#include <string.h>

#include "trusted/crypto/ed25519.h"
#include "trusted/crypto/p256.h"
#include "trusted/crypto/sha256.h"
#include "trusted/policy/key.h"

static const char request_label[] = "vouch key request v1";

enum vch_err vch_key_owner_valid(const struct vch_key_policy *p)
{
	struct vch_ed25519_pk ed25519;
	struct vch_p256_pk p256;

	if (p->owner == VCH_OWNER_HOST && p->owner_key.len == 0)
		return VCH_OK;
	if (p->owner == VCH_OWNER_ED25519 && p->owner_key.len == 32)
		return vch_ed25519_pk_parse(&ed25519, p->owner_key.ptr);
	if (p->owner == VCH_OWNER_P256 && p->owner_key.len == 64)
		return vch_p256_pk_parse(&p256, p->owner_key.ptr);
	return VCH_KEY_POLICY;
}

_Static_assert(sizeof(request_label) - 1 + 32 == VCH_KEY_OWNED_LEN,
	       "label and hash");

void vch_key_owned_bytes(uint8_t ret[VCH_KEY_OWNED_LEN], uint8_t command,
			 const struct vch_key_request *req)
{
	uint8_t nonce[8];
	struct vch_sha256 s;

	vch_store_be64(nonce, req->nonce);
	vch_sha256_init(&s);
	vch_sha256_update(&s, &command, 1);
	vch_sha256_update(&s, req->key, 20);
	vch_sha256_update(&s, nonce, sizeof(nonce));
	vch_sha256_update(&s, &req->kind, 1);
	vch_sha256_update(&s, req->payload.ptr, req->payload.len);
	memcpy(ret, request_label, sizeof(request_label) - 1);
	vch_sha256_final(&s, ret + sizeof(request_label) - 1);
}

static enum vch_err verify_ed25519_var(const uint8_t key[32],
				       struct vch_span message,
				       const uint8_t signature[64])
{
	struct vch_ed25519_pk pk;

	VCH_TRY(vch_ed25519_pk_parse(&pk, key));
	return vch_ed25519_verify_var(&pk, message, signature);
}

static enum vch_err verify_p256_var(const uint8_t key[64],
				    struct vch_span message,
				    const uint8_t signature[64])
{
	struct vch_p256_pk pk;
	uint8_t digest[32];

	VCH_TRY(vch_p256_pk_parse(&pk, key));
	vch_sha256_hash(digest, message);
	return vch_p256_verify_var(&pk, digest, signature);
}

enum vch_err vch_key_owner_check_var(const struct vch_key_policy *policy,
				     const struct vch_key_counters *counters,
				     uint8_t command,
				     const struct vch_key_request *req)
{
	uint8_t bytes[VCH_KEY_OWNED_LEN];
	struct vch_span message = vch_span(bytes, sizeof(bytes));
	enum vch_err err;

	if (policy->owner == VCH_OWNER_HOST)
		return req->nonce == 0 && req->owner_signature.len == 0
			       ? VCH_OK
			       : VCH_OWNER;
	if (req->owner_signature.len != 64)
		return VCH_OWNER;
	vch_key_owned_bytes(bytes, command, req);
	if (policy->owner == VCH_OWNER_ED25519)
		err = verify_ed25519_var(policy->owner_key.ptr, message,
					 req->owner_signature.ptr);
	else
		err = verify_p256_var(policy->owner_key.ptr, message,
				      req->owner_signature.ptr);
	if (err != VCH_OK)
		return VCH_OWNER;
	return req->nonce > counters->nonce ? VCH_OK : VCH_NONCE;
}
