/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ECDSA with recovery on secp256k1 (SEC 1, SEC 2; nonces of RFC 6979), a thin
 * cover over libsecp256k1. Whatever takes a secret key is constant time in
 * it; the functions in _var take public input only.
 *
 * The library's one context lies in static memory: vch_secp256k1_init first.
 */
#ifndef TRUSTED_CRYPTO_SECP256K1_H
#define TRUSTED_CRYPTO_SECP256K1_H

#include <stdint.h>

#include "trusted/base/err.h"
#include "trusted/base/wipe.h"

/* A secret key, big-endian, known to be 1 .. n-1. */
struct vch_secp256k1_sk {
	uint8_t secret[32];
};
VCH_SECRET(secp256k1_sk)

/* A point on the curve, not infinity: x and y, big-endian. */
struct vch_secp256k1_pk {
	uint8_t xy[64];
};

/* Makes the context. Once, before anything else here; again does nothing. */
void vch_secp256k1_init(void);

/*
 * Blinds the context against power and timing analysis with 32 secret random
 * bytes. Not while another thread uses this room. Changes no result.
 */
void vch_secp256k1_blind(const uint8_t seed[32]);

/* VCH_FORMAT if the number is not in 1 .. n-1. Constant time. */
VCH_MUST enum vch_err vch_secp256k1_sk_parse(struct vch_secp256k1_sk *ret_sk,
					     const uint8_t in[32]);

/*
 * The uncompressed form 04 | x | y and no other. VCH_PUBLIC_KEY if it is not
 * that or the point not on the curve.
 */
VCH_MUST enum vch_err vch_secp256k1_pk_parse(struct vch_secp256k1_pk *ret_pk,
					     const uint8_t in65[65]);

/* The public key of a secret one. Constant time. */
void vch_secp256k1_pk_from_sk(struct vch_secp256k1_pk *ret_pk,
			      const struct vch_secp256k1_sk *sk);

/*
 * r (32) | s (32) | recovery id (0..3) over a digest; deterministic, s in its
 * lower half. What the digest means is the caller's business.
 */
void vch_secp256k1_sign(uint8_t ret_sig[65], const struct vch_secp256k1_sk *sk,
			const uint8_t digest[32]);

/*
 * VCH_SIGNATURE if r | s does not fit, is out of range, or s is in its upper
 * half.
 */
VCH_MUST enum vch_err
vch_secp256k1_verify_var(const struct vch_secp256k1_pk *pk,
			 const uint8_t digest[32], const uint8_t sig64[64]);

/*
 * The key that made r | s | recovery id. VCH_SIGNATURE if there is none. An s
 * in the upper half is taken, as Ethereum's ecrecover does.
 */
VCH_MUST enum vch_err vch_secp256k1_recover_var(struct vch_secp256k1_pk *ret_pk,
						const uint8_t digest[32],
						const uint8_t sig65[65]);

/* The Ethereum address: the last 20 bytes of Keccak-256(x | y). */
void vch_secp256k1_address(uint8_t ret_address[20],
			   const struct vch_secp256k1_pk *pk);

#endif
