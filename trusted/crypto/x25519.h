/* SPDX-License-Identifier: Apache-2.0 */
/*
 * X25519 (RFC 7748, sections 5 and 6.1), a thin cover over s2n-bignum.
 * Constant time in the secret key.
 */
#ifndef TRUSTED_CRYPTO_X25519_H
#define TRUSTED_CRYPTO_X25519_H

#include <stdint.h>

#include "trusted/base/err.h"
#include "trusted/base/wipe.h"

/* Any 32 random bytes; clamped when used. */
struct vch_x25519_sk {
	uint8_t secret[32];
};
VCH_SECRET(x25519_sk)

/* Any 32 bytes: the bad ones are found when they are used. */
struct vch_x25519_pk {
	uint8_t b[32];
};

/* The common secret; to be hashed (HKDF), never used as a key itself. */
struct vch_x25519_shared {
	uint8_t secret[32];
};
VCH_SECRET(x25519_shared)

/* The public key of a secret one: X25519(sk, 9). Constant time. */
void vch_x25519_pk_from_sk(struct vch_x25519_pk *ret_pk,
			   const struct vch_x25519_sk *sk);

/*
 * VCH_PUBLIC_KEY if the other side's key has small order, which would make
 * the secret zero whatever ours is (RFC 7748, 6.1); RFC 9180 demands it.
 */
VCH_MUST enum vch_err vch_x25519(struct vch_x25519_shared *ret_shared,
				 const struct vch_x25519_sk *sk,
				 const struct vch_x25519_pk *pk);

#endif
