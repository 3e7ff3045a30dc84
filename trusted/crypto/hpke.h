/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hybrid public key encryption (RFC 9180), one suite and one shot:
 * DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, base mode, and only
 * the first message of a context (sequence number 0).
 *
 * Constant time in secret keys and texts, not in lengths.
 */
#ifndef TRUSTED_CRYPTO_HPKE_H
#define TRUSTED_CRYPTO_HPKE_H

#include "trusted/crypto/aead.h"
#include "trusted/crypto/x25519.h"

/*
 * Seals pt to pk. ephemeral: 32 fresh random bytes, never used again.
 * ret_enc: what the other side needs to open it. Writes pt.len bytes to
 * ret_ct. VCH_PUBLIC_KEY if pk is of small order.
 */
VCH_MUST enum vch_err vch_hpke_seal(uint8_t ret_enc[32], uint8_t *ret_ct,
				    uint8_t ret_tag[VCH_AEAD_TAG_SIZE],
				    const struct vch_x25519_pk *pk,
				    const struct vch_x25519_sk *ephemeral,
				    struct vch_span info, struct vch_span aad,
				    struct vch_span pt);

/*
 * Opens ct with sk, writing ct.len bytes to ret_pt. VCH_UNSEAL if anything
 * does not fit; then ret_pt holds zeros or what it held.
 */
VCH_MUST enum vch_err vch_hpke_open(uint8_t *ret_pt,
				    const struct vch_x25519_sk *sk,
				    const uint8_t enc[32], struct vch_span info,
				    struct vch_span aad, struct vch_span ct,
				    const uint8_t tag[VCH_AEAD_TAG_SIZE]);

#endif
