/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 (FIPS 180-4). The compression function is AWS-LC's where the
 * processor has instructions for it, else BearSSL's; the padding is ours.
 * Constant time in the data, not in its length. Input of up to 2^61 - 1
 * bytes.
 *
 * The state is plain bytes: it may be copied to fork a hash. A state that
 * absorbed a secret is a secret: declare it with VCH_AUTO(sha256).
 */
#ifndef TRUSTED_CRYPTO_SHA256_H
#define TRUSTED_CRYPTO_SHA256_H

#include <stddef.h>
#include <stdint.h>

#include "trusted/base/bytes.h"
#include "trusted/base/wipe.h"

enum {
	VCH_SHA256_SIZE = 32,
	VCH_SHA256_BLOCK = 64,
};

struct vch_sha256 {
	uint32_t state[8];
	uint64_t len;			 /* bytes absorbed so far */
	uint8_t block[VCH_SHA256_BLOCK]; /* the first len mod 64 are in use */
};
VCH_SECRET(sha256)

/* The state of the empty input. */
void vch_sha256_init(struct vch_sha256 *s);
/* The next len bytes; in may be NULL if len is 0. */
void vch_sha256_update(struct vch_sha256 *s, const void *in, size_t len);
/* Ends the hash; the state must be initialised before it is used again. */
void vch_sha256_final(struct vch_sha256 *s, uint8_t out[VCH_SHA256_SIZE]);

/* All in one; leaves nothing of the input behind. */
void vch_sha256_hash(uint8_t out[VCH_SHA256_SIZE], struct vch_span in);

#endif
