/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/ta/keys.h"

#include <string.h>

#include "trusted/base/check.h"
#include "trusted/crypto/aead.h"

struct vch_seed {
	uint8_t secret[32];
};
VCH_SECRET(seed)

/* Both halves of what sealing rests on. */
struct vch_seal_ikm {
	struct vch_root_key generation;
	struct vch_root_key unique;
};
VCH_SECRET(seal_ikm)

static void expand(uint8_t ret[32], const struct vch_hkdf_prk *prk,
		   const char *label, struct vch_span context)
{
	uint8_t info[64];
	struct vch_writer w = vch_writer(info, sizeof(info));

	vch_write_bytes(&w, label, strlen(label));
	vch_write_bytes(&w, context.ptr, context.len);
	VCH_CHECK(!w.bad);
	VCH_CHECK(vch_hkdf_sha256_expand(ret, 32, prk, vch_written(&w)) ==
		  VCH_OK);
}

static void derive_signer(struct vch_ed25519_sk *ret,
			  const struct vch_hkdf_prk *prk, const char *label)
{
	VCH_AUTO(seed) seed;

	expand(seed.secret, prk, label, vch_span(NULL, 0));
	vch_ed25519_sk_from_seed(ret, seed.secret);
}

enum vch_err vch_keys_init(struct vch_keys *keys)
{
	VCH_TRY(vch_platform_unique_key(&keys->unique));
	vch_hkdf_sha256_extract(&keys->secret_tag_prk, vch_span(NULL, 0),
				vch_span(keys->unique.secret, 32));
	derive_signer(&keys->log_sk, &keys->secret_tag_prk, "vouch log key");
	derive_signer(&keys->device_sk, &keys->secret_tag_prk,
		      "vouch device key");
	return VCH_OK;
}

static void seal_prk(struct vch_hkdf_prk *ret, const struct vch_keys *keys,
		     const struct vch_root_key *generation)
{
	VCH_AUTO(seal_ikm) ikm = {*generation, keys->unique};

	vch_hkdf_sha256_extract(ret, vch_span(NULL, 0),
				vch_span(&ikm, sizeof(ikm)));
}

static void take(struct vch_keys *keys, const struct vch_generation *g)
{
	seal_prk(&keys->secret_seal_prk, keys, &g->key);
	vch_wipe(&keys->secret_next_prk, sizeof(keys->secret_next_prk));
	if (g->has_next)
		seal_prk(&keys->secret_next_prk, keys, &g->next);
	keys->has_next = g->has_next;
	keys->generation = g->number;
}

enum vch_err vch_keys_generation(struct vch_keys *keys, bool fresh)
{
	VCH_AUTO(generation) g = {0};
	enum vch_err err;

	err = vch_platform_generation_load(&g);
	if (err == VCH_ROLLBACK && fresh) {
		g.number = 1;
		vch_platform_random(g.key.secret, 32);
		err = vch_platform_generation_create(&g);
	}
	VCH_TRY(err);
	take(keys, &g);
	return VCH_OK;
}

enum vch_err vch_keys_generation_begin(struct vch_keys *keys)
{
	VCH_AUTO(generation) g = {0};

	VCH_TRY(vch_platform_generation_load(&g));
	if (!g.has_next) {
		g.has_next = true;
		vch_platform_random(g.next.secret, 32);
		VCH_TRY(vch_platform_generation_store(&g));
	}
	take(keys, &g);
	return VCH_OK;
}

enum vch_err vch_keys_generation_end(struct vch_keys *keys)
{
	VCH_AUTO(generation) g = {0};

	VCH_TRY(vch_platform_generation_load(&g));
	if (g.has_next) {
		g.has_next = false;
		g.key = g.next;
		vch_wipe(&g.next, sizeof(g.next));
		g.number++;
		VCH_TRY(vch_platform_generation_store(&g));
	}
	take(keys, &g);
	return VCH_OK;
}

/* shard ‖ incarnation, the context of tag and seal keys */
static struct vch_span place(uint8_t buf[17], uint8_t shard,
			     const uint8_t incarnation[16])
{
	buf[0] = shard;
	memcpy(buf + 1, incarnation, 16);
	return vch_span(buf, 17);
}

void vch_keys_tag(struct vch_hmac_sha256 *ret, const struct vch_keys *keys,
		  uint8_t shard, const uint8_t incarnation[16])
{
	VCH_AUTO(seed) key;
	uint8_t buf[17];

	expand(key.secret, &keys->secret_tag_prk, "vouch tag",
	       place(buf, shard, incarnation));
	vch_hmac_sha256_init(ret, vch_span(key.secret, 32));
}

static void seal_key(struct vch_aead_key *ret, const struct vch_hkdf_prk *prk,
		     const struct vch_blob *blob)
{
	uint8_t buf[17];

	expand(ret->secret_key, prk, "vouch seal",
	       place(buf, blob->shard, blob->incarnation));
}

#define AAD_LEN (1 + 16 + 8 + 1 + 32 + 20)

static struct vch_span associated_data(uint8_t buf[AAD_LEN],
				       const struct vch_blob *blob,
				       const uint8_t id[20])
{
	struct vch_writer w = vch_writer(buf, AAD_LEN);

	vch_write_u8(&w, blob->shard);
	vch_write_bytes(&w, blob->incarnation, 16);
	vch_write_u64(&w, blob->index);
	vch_write_u8(&w, blob->kind);
	vch_write_bytes(&w, blob->prev_head, 32);
	vch_write_bytes(&w, id, 20);
	return vch_written(&w);
}

static void nonce_of(uint8_t ret[12], const struct vch_blob *blob)
{
	memset(ret, 0, 4);
	vch_store_be64(ret + 4, blob->index);
}

void vch_keys_seal(struct vch_writer *w, const struct vch_keys *keys,
		   struct vch_blob *blob, const uint8_t id[20],
		   const struct vch_sealed_key *secret)
{
	VCH_AUTO(aead_key) key;
	uint8_t aad[AAD_LEN], nonce[12], sealed[32];

	seal_key(&key,
		 keys->has_next ? &keys->secret_next_prk
				: &keys->secret_seal_prk,
		 blob);
	nonce_of(nonce, blob);
	vch_aead_seal(sealed, blob->tag, &key, nonce,
		      associated_data(aad, blob, id),
		      vch_span(secret->secret, 32));
	blob->sealed = vch_span(sealed, sizeof(sealed));
	vch_blob_write(w, blob);
}

static enum vch_err open_with(struct vch_sealed_key *ret,
			      const struct vch_hkdf_prk *prk,
			      const struct vch_blob *b, const uint8_t id[20])
{
	VCH_AUTO(aead_key) key;
	uint8_t aad[AAD_LEN], nonce[12];

	seal_key(&key, prk, b);
	nonce_of(nonce, b);
	return vch_aead_open(ret->secret, &key, nonce,
			     associated_data(aad, b, id), b->sealed, b->tag);
}

static enum vch_err unseal(struct vch_sealed_key *ret,
			   struct vch_blob *ret_blob,
			   const struct vch_keys *keys, struct vch_span blob,
			   uint8_t kind, const uint8_t id[20])
{
	if (vch_blob_decode(ret_blob, blob) != VCH_OK ||
	    ret_blob->kind != kind || ret_blob->sealed.len != 32)
		return VCH_UNSEAL;
	if (keys->has_next &&
	    open_with(ret, &keys->secret_next_prk, ret_blob, id) == VCH_OK)
		return VCH_OK;
	return open_with(ret, &keys->secret_seal_prk, ret_blob, id);
}

enum vch_err vch_keys_unseal(struct vch_sealed_key *ret,
			     const struct vch_keys *keys, struct vch_span blob,
			     uint8_t kind, const uint8_t id[20])
{
	struct vch_blob b;

	return unseal(ret, &b, keys, blob, kind, id);
}

enum vch_err vch_keys_rewrap(struct vch_writer *w, const struct vch_keys *keys,
			     struct vch_span blob, uint8_t kind,
			     const uint8_t id[20])
{
	VCH_AUTO(sealed_key) secret;
	struct vch_blob b;

	VCH_TRY(unseal(&secret, &b, keys, blob, kind, id));
	vch_keys_seal(w, keys, &b, id, &secret);
	return VCH_OK;
}
