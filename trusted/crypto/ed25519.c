/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/crypto/ed25519.h"

#include <stdbool.h>
#include <string.h>

#include "trusted/base/check.h"
#include "trusted/crypto/s2n.h"
#include "trusted/crypto/sha512.h"

/* Both RFC 8032 and s2n-bignum are little-endian: numbers are copied. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "numbers are copied as bytes");

/* L, the order of the base point (RFC 8032, 5.1) */
static const uint64_t order[4] = {0x5812631a5cf5d3ed, 0x14def9dea2f79cd6,
				  0x0000000000000000, 0x1000000000000000};

/*
 * The y of the eight points of small order: 1 (order 1), -1 (2), 0 (4), and
 * the two of order 8.
 */
static const uint64_t small_order_y[5][4] = {
	{1, 0, 0, 0},
	{0xffffffffffffffec, 0xffffffffffffffff, 0xffffffffffffffff,
	 0x7fffffffffffffff},
	{0, 0, 0, 0},
	{0xb027b2c28f95e826, 0xf098eff289f4c345, 0x3933c6d305acdfd5,
	 0x05fc536d880238b1},
	{0x4fd84d3d706a17c7, 0x0f67100d760b3cba, 0xc6cc392cfa53202a,
	 0x7a03ac9277fdc74e},
};

/* The output of SHA-512, as bytes and as one number. */
struct vch_ed25519_hash {
	union {
		uint8_t secret[VCH_SHA512_SIZE];
		uint64_t secret_number[8];
	};
};
VCH_SECRET(ed25519_hash)

struct vch_ed25519_nonce {
	uint64_t secret[4];
};
VCH_SECRET(ed25519_nonce)

/* SHA-512(a | b | c) as a number modulo the order. */
static void hash_to_scalar(uint64_t ret[4], struct vch_span a,
			   struct vch_span b, struct vch_span c)
{
	VCH_AUTO(sha512) s;
	VCH_AUTO(ed25519_hash) hash;

	vch_sha512_init(&s);
	vch_sha512_update(&s, a.ptr, a.len);
	vch_sha512_update(&s, b.ptr, b.len);
	vch_sha512_update(&s, c.ptr, c.len);
	vch_sha512_final(&s, hash.secret);
	bignum_mod_n25519(ret, 8, hash.secret_number);
}

static void mul_base(uint8_t ret[32], const uint64_t scalar[4])
{
	uint64_t xy[8];

	edwards25519_scalarmulbase_alt(xy, scalar);
	edwards25519_encode(ret, xy);
}

void vch_ed25519_sk_from_seed(struct vch_ed25519_sk *ret_sk,
			      const uint8_t secret_seed[32])
{
	VCH_AUTO(sha512) s;
	VCH_AUTO(ed25519_hash) hash;

	vch_sha512_init(&s);
	vch_sha512_update(&s, secret_seed, 32);
	vch_sha512_final(&s, hash.secret);
	hash.secret[0] &= 0xf8;
	hash.secret[31] = (uint8_t)((hash.secret[31] & 0x7f) | 0x40);
	memmove(ret_sk->secret_seed, secret_seed, 32);
	memcpy(ret_sk->secret_scalar, hash.secret, 32);
	memcpy(ret_sk->secret_prefix, hash.secret + 32, 32);
	mul_base(ret_sk->pk.b, ret_sk->secret_scalar);
}

static bool has_small_order(const uint64_t xy[8])
{
	for (size_t i = 0; i < VCH_ARRAY_LEN(small_order_y); i++) {
		if (memcmp(xy + 4, small_order_y[i], 32) == 0)
			return true;
	}
	return false;
}

enum vch_err vch_ed25519_pk_parse(struct vch_ed25519_pk *ret_pk,
				  const uint8_t in[32])
{
	uint64_t xy[8];

	if (edwards25519_decode_alt(xy, in) != 0 || has_small_order(xy))
		return VCH_PUBLIC_KEY;
	memmove(ret_pk->b, in, sizeof(ret_pk->b));
	return VCH_OK;
}

void vch_ed25519_sign(uint8_t ret_sig[64], const struct vch_ed25519_sk *sk,
		      struct vch_span msg)
{
	VCH_AUTO(ed25519_nonce) nonce;
	uint64_t k[4], s[4];
	uint8_t r[32];

	hash_to_scalar(nonce.secret, vch_span(sk->secret_prefix, 32), msg,
		       vch_span(NULL, 0));
	mul_base(r, nonce.secret);
	hash_to_scalar(k, vch_span(r, 32), vch_span(sk->pk.b, 32), msg);
	bignum_madd_n25519_alt(s, k, sk->secret_scalar, nonce.secret);
	memcpy(ret_sig, r, 32);
	memcpy(ret_sig + 32, s, 32);
}

static bool below_order(const uint64_t a[4])
{
	for (int i = 3; i >= 0; i--) {
		if (a[i] != order[i])
			return a[i] < order[i];
	}
	return false;
}

enum vch_err vch_ed25519_verify_var(const struct vch_ed25519_pk *pk,
				    struct vch_span msg,
				    const uint8_t sig64[64])
{
	uint64_t s[4], k[4], minus_a[8], sum[8];
	uint8_t r[32];

	memcpy(s, sig64 + 32, sizeof(s));
	if (!below_order(s))
		return VCH_SIGNATURE;
	VCH_CHECK(edwards25519_decode_alt(minus_a, pk->b) == 0);
	bignum_neg_p25519(minus_a, minus_a);
	hash_to_scalar(k, vch_span(sig64, 32), vch_span(pk->b, 32), msg);
	edwards25519_scalarmuldouble_alt(sum, k, minus_a, s);
	edwards25519_encode(r, sum);
	return memcmp(r, sig64, sizeof(r)) == 0 ? VCH_OK : VCH_SIGNATURE;
}
