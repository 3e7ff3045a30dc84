/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HMAC-SHA-256 (RFC 2104, FIPS 198-1), ours over sha256.h. Constant time in
 * key and message, not in their lengths. Any key length is taken; ours are
 * 32 bytes.
 *
 * The state after init is the prepared key: copying it and going on from the
 * copy gives a tag without hashing the key again. It is as secret as the key.
 */
#ifndef TRUSTED_CRYPTO_HMAC_H
#define TRUSTED_CRYPTO_HMAC_H

#include <stddef.h>
#include <stdint.h>

#include "trusted/base/bytes.h"
#include "trusted/base/wipe.h"
#include "trusted/crypto/sha256.h"

enum { VCH_HMAC_SHA256_SIZE = VCH_SHA256_SIZE };

struct vch_hmac_sha256 {
	struct vch_sha256 secret_inner;
	struct vch_sha256 secret_outer;
};
VCH_SECRET(hmac_sha256)

/* Prepares the key; the message follows in any number of pieces. */
void vch_hmac_sha256_init(struct vch_hmac_sha256 *m, struct vch_span key);
/* The next len bytes of the message; in may be NULL if len is 0. */
void vch_hmac_sha256_update(struct vch_hmac_sha256 *m, const void *in,
			    size_t len);
/* Ends the tag; the state must be initialised before it is used again. */
void vch_hmac_sha256_final(struct vch_hmac_sha256 *m,
			   uint8_t out[VCH_HMAC_SHA256_SIZE]);

/* All in one. Compare tags with vch_ct_equal, never with memcmp. */
void vch_hmac_sha256_mac(uint8_t out[VCH_HMAC_SHA256_SIZE], struct vch_span key,
			 struct vch_span msg);

#endif
