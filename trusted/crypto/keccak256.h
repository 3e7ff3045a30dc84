/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keccak-256 as Ethereum uses it: Keccak[c = 512] with the padding of the
 * original submission (first byte 0x01), not that of FIPS 202's SHA3-256
 * (0x06). The permutation is s2n-bignum's, the sponge is ours. Constant time
 * in the data, not in its length.
 */
#ifndef TRUSTED_CRYPTO_KECCAK256_H
#define TRUSTED_CRYPTO_KECCAK256_H

#include <stddef.h>
#include <stdint.h>

#include "trusted/base/bytes.h"
#include "trusted/base/wipe.h"

enum {
	VCH_KECCAK256_SIZE = 32,
	VCH_KECCAK256_RATE = 136,
};

struct vch_keccak256 {
	uint64_t lanes[25];
	size_t used; /* bytes of the rate that hold input, < 136 */
};
VCH_SECRET(keccak256)

/* The state of the empty input. */
void vch_keccak256_init(struct vch_keccak256 *s);
/* The next len bytes; in may be NULL if len is 0. */
void vch_keccak256_update(struct vch_keccak256 *s, const void *in, size_t len);
/* Ends the hash; the state must be initialised before it is used again. */
void vch_keccak256_final(struct vch_keccak256 *s,
			 uint8_t out[VCH_KECCAK256_SIZE]);

/* All in one; leaves nothing of the input behind. */
void vch_keccak256_hash(uint8_t out[VCH_KECCAK256_SIZE], struct vch_span in);

#endif
