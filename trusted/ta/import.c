/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Import: PROTOCOL 7. The import key and the ids are this incarnation's and
 * live in its memory only. An id is gone with the first try to use it.
 */
#include <string.h>

#include "trusted/base/ct.h"
#include "trusted/crypto/hpke.h"
#include "trusted/crypto/sha256.h"
#include "trusted/log/chain.h"
#include "trusted/ta/key.h"

static const char info[] = "vouch import v1";

/* What was sealed, opened. */
struct vch_opened_import {
	uint8_t secret[VCH_IMPORT_PLAIN_ENC_MAX];
};
VCH_SECRET(opened_import)
VCH_SECRET(import_plain)

void vch_import_start(struct vch_import *import)
{
	memset(import, 0, sizeof(*import));
	vch_platform_random(import->sk.secret, sizeof(import->sk.secret));
	vch_x25519_pk_from_sk(&import->pk, &import->sk);
}

/* A free place, or that of the one that waits longest. */
static struct vch_import_id *place(struct vch_import *import)
{
	return &import->id[import->cnt++ % VCH_IMPORTS_MAX];
}

enum vch_err vch_handle_import_begin(struct vch_ta *ta,
				     const struct vch_time *time,
				     struct vch_span request,
				     struct vch_writer *answer)
{
	struct vch_import_begin_request req;
	struct vch_import_begin_answer ans;
	struct vch_import_id *id;
	uint8_t claims[VCH_EVIDENCE_ENC_MAX];

	(void)time;
	VCH_TRY(vch_import_begin_request_decode(&req, request));
	if (!ta->shard[vch_shard_of(req.key)].served)
		return VCH_NO_KEY;
	if (vch_slots_find(&ta->slots, req.key))
		return VCH_EXISTS;
	ans.claims =
		vch_evidence_make(claims, ans.signature, ta, req.challenge);
	id = place(&ta->import);
	vch_platform_random(id->id, sizeof(id->id));
	id->id[0] = vch_shard_of(req.key);
	vch_sha256_hash(id->evidence_hash, ans.claims);
	id->open = true;
	memcpy(ans.import_id, id->id, sizeof(ans.import_id));
	return vch_import_begin_answer_encode(answer, &ans);
}

/* Takes the id out: whatever becomes of it, it was used. */
static enum vch_err take(struct vch_import_id *ret, struct vch_import *import,
			 const uint8_t id[16])
{
	for (size_t i = 0; i < VCH_IMPORTS_MAX; i++) {
		struct vch_import_id *at = &import->id[i];

		if (!at->open || !vch_ct_equal(at->id, id, sizeof(at->id)))
			continue;
		*ret = *at;
		memset(at, 0, sizeof(*at));
		return VCH_OK;
	}
	return VCH_IMPORT;
}

/* The plain views into opened. */
static enum vch_err opened_plain(struct vch_import_plain *ret,
				 struct vch_opened_import *opened,
				 const struct vch_ta *ta,
				 const struct vch_import_id *id,
				 const struct vch_import_key_request *req)
{
	struct vch_span aad = vch_span(id->id, sizeof(id->id));

	if (req->sealed.len > sizeof(opened->secret) ||
	    vch_hpke_open(opened->secret, &ta->import.sk, req->enc,
			  vch_span(info, sizeof(info) - 1), aad, req->sealed,
			  req->tag) != VCH_OK)
		return VCH_IMPORT;
	if (vch_import_plain_decode(
		    ret, vch_span(opened->secret, req->sealed.len)) != VCH_OK)
		return VCH_IMPORT;
	if (!vch_ct_equal(ret->import_id, id->id, sizeof(id->id)) ||
	    !vch_ct_equal(ret->evidence_hash, id->evidence_hash, 32))
		return VCH_IMPORT;
	return VCH_OK;
}

enum vch_err vch_handle_import_key(struct vch_ta *ta,
				   const struct vch_time *time,
				   struct vch_span request,
				   struct vch_writer *answer)
{
	VCH_AUTO(opened_import) opened;
	VCH_AUTO(import_plain) plain;
	VCH_AUTO(sealed_key) secret;
	struct vch_import_key_request req;
	struct vch_import_key_answer ans;
	struct vch_import_id id;
	struct vch_new_key key = {.config.version = VCH_KEY_CONFIG_VERSION};

	VCH_TRY(vch_import_key_request_decode(&req, request));
	VCH_TRY(take(&id, &ta->import, req.import_id));
	VCH_TRY(opened_plain(&plain, &opened, ta, &id, &req));
	VCH_TRY(vch_key_policy_check(&plain.policy, plain.flags));
	memcpy(secret.secret, plain.secret, sizeof(secret.secret));
	key.config.policy = plain.policy;
	key.config.flags = plain.flags | VCH_KEY_IMPORTED;
	if (vch_key_derive(&key, &secret) != VCH_OK)
		return VCH_IMPORT;
	if (!ta->shard[vch_shard_of(key.id)].served)
		return VCH_NO_KEY;
	VCH_TRY(vch_key_bear(ta, time, &key, &secret));
	memcpy(ans.key, key.id, 20);
	ans.public_key = key.config.public_key;
	ans.blob = vch_span(key.blob, key.blob_len);
	return vch_import_key_answer_encode(answer, &ans);
}
