/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-512 (FIPS 180-4), all of it BearSSL's; inside this room only, for
 * Ed25519. Constant time in the data, not in its length.
 */
#ifndef TRUSTED_CRYPTO_SHA512_H
#define TRUSTED_CRYPTO_SHA512_H

#include <stddef.h>
#include <stdint.h>

#include <bearssl_hash.h>

#include "trusted/base/wipe.h"

enum { VCH_SHA512_SIZE = 64 };

struct vch_sha512 {
	br_sha512_context ctx;
};
VCH_SECRET(sha512)

/* The state of the empty input. */
void vch_sha512_init(struct vch_sha512 *s);
/* The next len bytes; in may be NULL if len is 0. */
void vch_sha512_update(struct vch_sha512 *s, const void *in, size_t len);
/* Ends the hash; the state must be initialised before it is used again. */
void vch_sha512_final(struct vch_sha512 *s, uint8_t out[VCH_SHA512_SIZE]);

#endif
