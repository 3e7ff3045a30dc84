/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/crypto/sha512.h"

void vch_sha512_init(struct vch_sha512 *s)
{
	br_sha512_init(&s->ctx);
}

void vch_sha512_update(struct vch_sha512 *s, const void *in, size_t len)
{
	if (len > 0)
		br_sha512_update(&s->ctx, in, len);
}

void vch_sha512_final(struct vch_sha512 *s, uint8_t out[VCH_SHA512_SIZE])
{
	br_sha512_out(&s->ctx, out);
}
