/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/crypto/keccak256.h"

#include <string.h>

#include "trusted/crypto/s2n.h"

/* Lanes are little-endian; both our machines are, so bytes are XORed in. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "the sponge addresses lanes as bytes");

/* FIPS 202, 3.2.5 */
static const uint64_t round_constants[24] = {
	0x0000000000000001, 0x0000000000008082, 0x800000000000808a,
	0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
	0x8000000080008081, 0x8000000000008009, 0x000000000000008a,
	0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
	0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
	0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
	0x000000000000800a, 0x800000008000000a, 0x8000000080008081,
	0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

static void permute(struct vch_keccak256 *s)
{
	sha3_keccak_f1600(s->lanes, round_constants);
	s->used = 0;
}

void vch_keccak256_init(struct vch_keccak256 *s)
{
	*s = (struct vch_keccak256){0};
}

/* Eight bytes at a time, at any address. */
static void xor_into(uint8_t *to, const uint8_t *from, size_t len)
{
	uint64_t a, b;

	for (; len >= 8; len -= 8, to += 8, from += 8) {
		memcpy(&a, to, 8);
		memcpy(&b, from, 8);
		a ^= b;
		memcpy(to, &a, 8);
	}
	for (; len > 0; len--)
		*to++ ^= *from++;
}

void vch_keccak256_update(struct vch_keccak256 *s, const void *in, size_t len)
{
	const uint8_t *at = in;
	uint8_t *rate = (uint8_t *)s->lanes;

	while (len > 0) {
		size_t n = VCH_KECCAK256_RATE - s->used;

		n = len < n ? len : n;
		xor_into(rate + s->used, at, n);
		s->used += n;
		if (s->used == VCH_KECCAK256_RATE)
			permute(s);
		at += n;
		len -= n;
	}
}

void vch_keccak256_final(struct vch_keccak256 *s,
			 uint8_t out[VCH_KECCAK256_SIZE])
{
	uint8_t *rate = (uint8_t *)s->lanes;

	rate[s->used] ^= 0x01;
	rate[VCH_KECCAK256_RATE - 1] ^= 0x80;
	permute(s);
	memcpy(out, s->lanes, VCH_KECCAK256_SIZE);
}

void vch_keccak256_hash(uint8_t out[VCH_KECCAK256_SIZE], struct vch_span in)
{
	VCH_AUTO(keccak256) s;

	vch_keccak256_init(&s);
	vch_keccak256_update(&s, in.ptr, in.len);
	vch_keccak256_final(&s, out);
}
