/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HKDF-SHA-256 (RFC 5869), ours over hmac.h. Constant time in salt, input and
 * info, not in their lengths.
 */
#ifndef TRUSTED_CRYPTO_HKDF_H
#define TRUSTED_CRYPTO_HKDF_H

#include <stddef.h>
#include <stdint.h>

#include "trusted/base/bytes.h"
#include "trusted/base/err.h"
#include "trusted/base/wipe.h"
#include "trusted/crypto/hmac.h"

enum { VCH_HKDF_SHA256_MAX = 255 * VCH_HMAC_SHA256_SIZE };

/* The pseudorandom key between extract and expand. */
struct vch_hkdf_prk {
	uint8_t secret[VCH_HMAC_SHA256_SIZE];
};
VCH_SECRET(hkdf_prk)

/* An empty salt counts as 32 zero bytes (RFC 5869, 2.2). */
void vch_hkdf_sha256_extract(struct vch_hkdf_prk *ret_prk, struct vch_span salt,
			     struct vch_span ikm);

/*
 * len bytes to out, as secret as the key. VCH_SIZE if len is more than
 * VCH_HKDF_SHA256_MAX (8160); then nothing is written.
 */
VCH_MUST enum vch_err vch_hkdf_sha256_expand(uint8_t *out, size_t len,
					     const struct vch_hkdf_prk *prk,
					     struct vch_span info);

/* Both in one. The same error. */
VCH_MUST enum vch_err vch_hkdf_sha256(uint8_t *out, size_t len,
				      struct vch_span salt, struct vch_span ikm,
				      struct vch_span info);

#endif
