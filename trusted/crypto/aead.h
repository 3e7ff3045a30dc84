/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AES-256-GCM (FIPS 197, NIST SP 800-38D), 16-byte tags. BearSSL: by the
 * processor's instructions where it has them, else bit-sliced AES (ct64) and a
 * table-free GHASH (ctmul64). Constant time in key, data and associated data,
 * not in their lengths.
 *
 * A nonce must never be used twice with one key: the caller's duty. Texts of
 * up to 2^36 - 32 bytes.
 */
#ifndef TRUSTED_CRYPTO_AEAD_H
#define TRUSTED_CRYPTO_AEAD_H

#include <stddef.h>
#include <stdint.h>

#include "trusted/base/bytes.h"
#include "trusted/base/err.h"
#include "trusted/base/wipe.h"

enum {
	VCH_AEAD_KEY_SIZE = 32,
	VCH_AEAD_NONCE_SIZE = 12,
	VCH_AEAD_TAG_SIZE = 16,
};

struct vch_aead_key {
	uint8_t secret_key[VCH_AEAD_KEY_SIZE];
};
VCH_SECRET(aead_key)

/* Writes pt.len bytes to ret_ct, which may be pt.ptr itself. */
void vch_aead_seal(uint8_t *ret_ct, uint8_t ret_tag[VCH_AEAD_TAG_SIZE],
		   const struct vch_aead_key *key,
		   const uint8_t nonce[VCH_AEAD_NONCE_SIZE],
		   struct vch_span aad, struct vch_span pt);

/*
 * Writes ct.len bytes to ret_pt, which may be ct.ptr itself. VCH_UNSEAL if
 * the tag does not fit; then ret_pt holds zeros.
 */
VCH_MUST enum vch_err vch_aead_open(uint8_t *ret_pt,
				    const struct vch_aead_key *key,
				    const uint8_t nonce[VCH_AEAD_NONCE_SIZE],
				    struct vch_span aad, struct vch_span ct,
				    const uint8_t tag[VCH_AEAD_TAG_SIZE]);

/*
 * The same with a nonce of any length, for data that others made; our own
 * always has 12 bytes. VCH_SIZE if the nonce is empty.
 */
VCH_MUST enum vch_err vch_aead_seal_iv(uint8_t *ret_ct,
				       uint8_t ret_tag[VCH_AEAD_TAG_SIZE],
				       const struct vch_aead_key *key,
				       struct vch_span iv, struct vch_span aad,
				       struct vch_span pt);
VCH_MUST enum vch_err vch_aead_open_iv(uint8_t *ret_pt,
				       const struct vch_aead_key *key,
				       struct vch_span iv, struct vch_span aad,
				       struct vch_span ct,
				       const uint8_t tag[VCH_AEAD_TAG_SIZE]);

#endif
