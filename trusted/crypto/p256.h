/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ECDSA on P-256 (FIPS 186-5, SEC 1), verification only: passkeys sign
 * elsewhere. The field, the group law and the arithmetic modulo n are
 * s2n-bignum's, the composition is ours. All input is public; nothing here
 * may be given a secret.
 */
#ifndef TRUSTED_CRYPTO_P256_H
#define TRUSTED_CRYPTO_P256_H

#include <stdint.h>

#include "trusted/base/err.h"

/* A point on the curve, not infinity: x and y, big-endian. */
struct vch_p256_pk {
	uint8_t xy[64];
};

/*
 * VCH_PUBLIC_KEY if a coordinate is not below p or the point not on the
 * curve. (The curve's order is prime: no subgroup check is needed.)
 */
VCH_MUST enum vch_err vch_p256_pk_parse(struct vch_p256_pk *ret_pk,
					const uint8_t xy[64]);

/*
 * sig64 is r | s, big-endian. VCH_SIGNATURE if either is not in 1 .. n-1 or
 * they do not fit. Both halves of s are taken, as WebAuthn does.
 */
VCH_MUST enum vch_err vch_p256_verify_var(const struct vch_p256_pk *pk,
					  const uint8_t digest[32],
					  const uint8_t sig64[64]);

#endif
