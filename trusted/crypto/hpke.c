/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/crypto/hpke.h"

#include <string.h>

#include "trusted/base/check.h"
#include "trusted/crypto/hkdf.h"

/* RFC 9180, 7: 0x0020 is the KEM, 0x0001 the KDF, 0x0002 the AEAD. */
static const uint8_t kem_id[] = {'K', 'E', 'M', 0x00, 0x20};
static const uint8_t suite_id[] = {'H',	 'P',  'K',  'E',  0x00,
				   0x20, 0x00, 0x01, 0x00, 0x02};

struct vch_hpke_shared {
	uint8_t secret[32];
};
VCH_SECRET(hpke_shared)

/* What one message is sealed with. */
struct vch_hpke_context {
	struct vch_aead_key key;
	uint8_t nonce[VCH_AEAD_NONCE_SIZE];
};
VCH_SECRET(hpke_context)

/* "HPKE-v1" ‖ suite ‖ label ‖ ikm, for a few words of info; secret. */
struct vch_hpke_ikm {
	uint8_t secret[96];
};
VCH_SECRET(hpke_ikm)

static void extract(struct vch_hkdf_prk *ret, struct vch_span salt,
		    struct vch_span suite, const char *label,
		    struct vch_span ikm)
{
	VCH_AUTO(hpke_ikm) in;
	struct vch_writer w = vch_writer(in.secret, sizeof(in.secret));

	vch_write_bytes(&w, "HPKE-v1", 7);
	vch_write_bytes(&w, suite.ptr, suite.len);
	vch_write_bytes(&w, label, strlen(label));
	vch_write_bytes(&w, ikm.ptr, ikm.len);
	VCH_CHECK(!w.bad);
	vch_hkdf_sha256_extract(ret, salt, vch_written(&w));
}

static void expand(uint8_t *ret, uint16_t len, const struct vch_hkdf_prk *prk,
		   struct vch_span suite, const char *label,
		   struct vch_span info)
{
	uint8_t in[128];
	struct vch_writer w = vch_writer(in, sizeof(in));

	vch_write_u16(&w, len);
	vch_write_bytes(&w, "HPKE-v1", 7);
	vch_write_bytes(&w, suite.ptr, suite.len);
	vch_write_bytes(&w, label, strlen(label));
	vch_write_bytes(&w, info.ptr, info.len);
	VCH_CHECK(!w.bad);
	VCH_CHECK(vch_hkdf_sha256_expand(ret, len, prk, vch_written(&w)) ==
		  VCH_OK);
}

/* RFC 9180, 4.1: the shared secret of the KEM. */
static enum vch_err kem_shared(struct vch_hpke_shared *ret,
			       const struct vch_x25519_sk *sk,
			       const struct vch_x25519_pk *other,
			       const uint8_t enc[32],
			       const struct vch_x25519_pk *receiver)
{
	const struct vch_span suite = vch_span(kem_id, sizeof(kem_id));
	VCH_AUTO(x25519_shared) dh;
	VCH_AUTO(hkdf_prk) prk;
	uint8_t context[64];

	VCH_TRY(vch_x25519(&dh, sk, other));
	memcpy(context, enc, 32);
	memcpy(context + 32, receiver->b, 32);
	extract(&prk, vch_span(NULL, 0), suite, "eae_prk",
		vch_span(dh.secret, 32));
	expand(ret->secret, 32, &prk, suite, "shared_secret",
	       vch_span(context, sizeof(context)));
	return VCH_OK;
}

/* RFC 9180, 5.1: mode_base has neither a shared key nor a name for one. */
static void key_schedule(struct vch_hpke_context *ret,
			 const struct vch_hpke_shared *shared,
			 struct vch_span info)
{
	const struct vch_span none = vch_span(NULL, 0);
	const struct vch_span suite = vch_span(suite_id, sizeof(suite_id));
	struct vch_hkdf_prk psk_id_hash, info_hash;
	VCH_AUTO(hkdf_prk) secret;
	uint8_t context[1 + 32 + 32] = {0};
	struct vch_span where = vch_span(context, sizeof(context));

	extract(&psk_id_hash, none, suite, "psk_id_hash", none);
	extract(&info_hash, none, suite, "info_hash", info);
	memcpy(context + 1, psk_id_hash.secret, 32);
	memcpy(context + 33, info_hash.secret, 32);
	extract(&secret, vch_span(shared->secret, 32), suite, "secret", none);
	expand(ret->key.secret_key, VCH_AEAD_KEY_SIZE, &secret, suite, "key",
	       where);
	expand(ret->nonce, VCH_AEAD_NONCE_SIZE, &secret, suite, "base_nonce",
	       where);
}

enum vch_err vch_hpke_seal(uint8_t ret_enc[32], uint8_t *ret_ct,
			   uint8_t ret_tag[VCH_AEAD_TAG_SIZE],
			   const struct vch_x25519_pk *pk,
			   const struct vch_x25519_sk *ephemeral,
			   struct vch_span info, struct vch_span aad,
			   struct vch_span pt)
{
	VCH_AUTO(hpke_shared) shared;
	VCH_AUTO(hpke_context) context;
	struct vch_x25519_pk enc;

	vch_x25519_pk_from_sk(&enc, ephemeral);
	VCH_TRY(kem_shared(&shared, ephemeral, pk, enc.b, pk));
	key_schedule(&context, &shared, info);
	vch_aead_seal(ret_ct, ret_tag, &context.key, context.nonce, aad, pt);
	memcpy(ret_enc, enc.b, 32);
	return VCH_OK;
}

enum vch_err vch_hpke_open(uint8_t *ret_pt, const struct vch_x25519_sk *sk,
			   const uint8_t enc[32], struct vch_span info,
			   struct vch_span aad, struct vch_span ct,
			   const uint8_t tag[VCH_AEAD_TAG_SIZE])
{
	VCH_AUTO(hpke_shared) shared;
	VCH_AUTO(hpke_context) context;
	struct vch_x25519_pk own, sender;

	memcpy(sender.b, enc, 32);
	vch_x25519_pk_from_sk(&own, sk);
	if (kem_shared(&shared, sk, &sender, enc, &own) != VCH_OK)
		return VCH_UNSEAL;
	key_schedule(&context, &shared, info);
	return vch_aead_open(ret_pt, &context.key, context.nonce, aad, ct, tag);
}
