/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ed25519 (RFC 8032, section 5.1; the pure form). Group and scalar arithmetic
 * are s2n-bignum's, SHA-512 is BearSSL's, the composition is ours. Signing is
 * constant time in the key and the message.
 *
 * What is accepted, exactly: the key decodes canonically (y < p, no negative
 * zero) to a point that is not of small order; S < L; and the canonical
 * encoding of S*B - k*A equals the 32 bytes of R (the equation without the
 * cofactor). So every implementation that follows RFC 8032 accepts what is
 * accepted here, and no signature has a second form. Points with a component
 * of small order beside a large one are taken, as everywhere.
 */
#ifndef TRUSTED_CRYPTO_ED25519_H
#define TRUSTED_CRYPTO_ED25519_H

#include <stdint.h>

#include "trusted/base/bytes.h"
#include "trusted/base/err.h"
#include "trusted/base/wipe.h"

/* A canonical encoding of a point not of small order. */
struct vch_ed25519_pk {
	uint8_t b[32];
};

/* A secret key, expanded once. Make it with vch_ed25519_sk_from_seed. */
struct vch_ed25519_sk {
	uint8_t secret_seed[32];
	uint64_t secret_scalar[4];
	uint8_t secret_prefix[32];
	struct vch_ed25519_pk pk; /* public */
};
VCH_SECRET(ed25519_sk)

/* Any 32 bytes are a seed. */
void vch_ed25519_sk_from_seed(struct vch_ed25519_sk *ret_sk,
			      const uint8_t secret_seed[32]);

/* VCH_PUBLIC_KEY if the encoding is not one described above. */
VCH_MUST enum vch_err vch_ed25519_pk_parse(struct vch_ed25519_pk *ret_pk,
					   const uint8_t in[32]);

/* R (32) | S (32). */
void vch_ed25519_sign(uint8_t ret_sig[64], const struct vch_ed25519_sk *sk,
		      struct vch_span msg);

/* VCH_SIGNATURE if it does not fit. */
VCH_MUST enum vch_err vch_ed25519_verify_var(const struct vch_ed25519_pk *pk,
					     struct vch_span msg,
					     const uint8_t sig64[64]);

#endif
