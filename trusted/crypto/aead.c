/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/crypto/aead.h"

#include <stdbool.h>
#include <string.h>

#include <bearssl_aead.h>
#include <bearssl_block.h>
#include <bearssl_hash.h>

#include "trusted/base/ct.h"
#include "trusted/crypto/cpu.h"
#include "trusted/crypto/ctime.h"

#ifdef __aarch64__
#include "trusted/crypto/aes_armv8.h"
#define HARD_KEYS struct vch_aes_armv8_ctr
#define HARD_GHASH br_ghash_ctmul64
#define HARD_INIT(keys, key) vch_aes_armv8_ctr_init(keys, key)
#else
#define HARD_KEYS br_aes_x86ni_ctr_keys
#define HARD_GHASH br_ghash_pclmul
#define HARD_INIT(keys, key) br_aes_x86ni_ctr_init(keys, key, sizeof(key))
#endif

/* The expanded key and the running state of one message. */
struct vch_gcm {
	union {
		const br_block_ctr_class *vtable;
		br_aes_ct64_ctr_keys soft;
		HARD_KEYS hard;
	} secret_aes;
	br_gcm_context secret_gcm;
};
VCH_SECRET(gcm)

static void init(struct vch_gcm *g, const struct vch_aead_key *key)
{
	br_ghash ghash = br_ghash_ctmul64;

	if (vch_cpu_has(VCH_CPU_AES)) {
		HARD_INIT(&g->secret_aes.hard, key->secret_key);
		ghash = HARD_GHASH;
	} else {
		br_aes_ct64_ctr_init(&g->secret_aes.soft, key->secret_key,
				     sizeof(key->secret_key));
	}
	br_gcm_init(&g->secret_gcm, &g->secret_aes.vtable, ghash);
}

struct vch_gcm_tag {
	uint8_t secret[VCH_AEAD_TAG_SIZE];
};
VCH_SECRET(gcm_tag)

/* data is replaced by its encryption or decryption, tag is computed. */
static void run(uint8_t *data, size_t len, uint8_t tag[VCH_AEAD_TAG_SIZE],
		const struct vch_aead_key *key, struct vch_span iv,
		struct vch_span aad, bool encrypt)
{
	VCH_AUTO(gcm) g;

	init(&g, key);
	br_gcm_reset(&g.secret_gcm, iv.ptr, iv.len);
	br_gcm_aad_inject(&g.secret_gcm, aad.ptr, aad.len);
	br_gcm_flip(&g.secret_gcm);
	br_gcm_run(&g.secret_gcm, encrypt, data, len);
	br_gcm_get_tag(&g.secret_gcm, tag);
}

enum vch_err vch_aead_seal_iv(uint8_t *ret_ct,
			      uint8_t ret_tag[VCH_AEAD_TAG_SIZE],
			      const struct vch_aead_key *key,
			      struct vch_span iv, struct vch_span aad,
			      struct vch_span pt)
{
	if (iv.len == 0)
		return VCH_SIZE;
	if (pt.len > 0)
		memmove(ret_ct, pt.ptr, pt.len);
	run(ret_ct, pt.len, ret_tag, key, iv, aad, true);
	return VCH_OK;
}

enum vch_err vch_aead_open_iv(uint8_t *ret_pt, const struct vch_aead_key *key,
			      struct vch_span iv, struct vch_span aad,
			      struct vch_span ct,
			      const uint8_t tag[VCH_AEAD_TAG_SIZE])
{
	VCH_AUTO(gcm_tag) good;
	bool fits;

	if (iv.len == 0)
		return VCH_SIZE;
	if (ct.len > 0)
		memmove(ret_pt, ct.ptr, ct.len);
	run(ret_pt, ct.len, good.secret, key, iv, aad, false);
	fits = vch_ct_equal(good.secret, tag, sizeof(good.secret));
	VCH_DECLASSIFY(&fits, sizeof(fits)); /* the answer is the output */
	if (!fits) {
		vch_wipe(ret_pt, ct.len);
		return VCH_UNSEAL;
	}
	return VCH_OK;
}

void vch_aead_seal(uint8_t *ret_ct, uint8_t ret_tag[VCH_AEAD_TAG_SIZE],
		   const struct vch_aead_key *key,
		   const uint8_t nonce[VCH_AEAD_NONCE_SIZE],
		   struct vch_span aad, struct vch_span pt)
{
	if (pt.len > 0)
		memmove(ret_ct, pt.ptr, pt.len);
	run(ret_ct, pt.len, ret_tag, key, vch_span(nonce, VCH_AEAD_NONCE_SIZE),
	    aad, true);
}

enum vch_err vch_aead_open(uint8_t *ret_pt, const struct vch_aead_key *key,
			   const uint8_t nonce[VCH_AEAD_NONCE_SIZE],
			   struct vch_span aad, struct vch_span ct,
			   const uint8_t tag[VCH_AEAD_TAG_SIZE])
{
	return vch_aead_open_iv(ret_pt, key,
				vch_span(nonce, VCH_AEAD_NONCE_SIZE), aad, ct,
				tag);
}
