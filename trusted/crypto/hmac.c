/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/crypto/hmac.h"

#include <string.h>

struct vch_hmac_pad {
	uint8_t secret[VCH_SHA256_BLOCK];
};
VCH_SECRET(hmac_pad)

static void flip(struct vch_hmac_pad *pad, uint8_t with)
{
	for (size_t i = 0; i < sizeof(pad->secret); i++)
		pad->secret[i] ^= with;
}

void vch_hmac_sha256_init(struct vch_hmac_sha256 *m, struct vch_span key)
{
	VCH_AUTO(hmac_pad) pad = {{0}};

	if (key.len > sizeof(pad.secret))
		vch_sha256_hash(pad.secret, key);
	else if (key.len > 0)
		memcpy(pad.secret, key.ptr, key.len);
	flip(&pad, 0x36);
	vch_sha256_init(&m->secret_inner);
	vch_sha256_update(&m->secret_inner, pad.secret, sizeof(pad.secret));
	flip(&pad, 0x36 ^ 0x5c);
	vch_sha256_init(&m->secret_outer);
	vch_sha256_update(&m->secret_outer, pad.secret, sizeof(pad.secret));
}

void vch_hmac_sha256_update(struct vch_hmac_sha256 *m, const void *in,
			    size_t len)
{
	vch_sha256_update(&m->secret_inner, in, len);
}

void vch_hmac_sha256_final(struct vch_hmac_sha256 *m,
			   uint8_t out[VCH_HMAC_SHA256_SIZE])
{
	uint8_t inner[VCH_SHA256_SIZE];

	vch_sha256_final(&m->secret_inner, inner);
	vch_sha256_update(&m->secret_outer, inner, sizeof(inner));
	vch_sha256_final(&m->secret_outer, out);
}

void vch_hmac_sha256_mac(uint8_t out[VCH_HMAC_SHA256_SIZE], struct vch_span key,
			 struct vch_span msg)
{
	VCH_AUTO(hmac_sha256) m;

	vch_hmac_sha256_init(&m, key);
	vch_hmac_sha256_update(&m, msg.ptr, msg.len);
	vch_hmac_sha256_final(&m, out);
}
