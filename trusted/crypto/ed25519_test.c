/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/crypto/ed25519.h"

#include <openssl/evp.h>

#include "trusted/crypto/s2n.h"
#include "trusted/crypto/test_vectors.h"

static void check(const struct vector *v)
{
	struct vch_ed25519_sk sk;
	struct vch_ed25519_pk pk;
	uint8_t sig[64];
	enum vch_err err;

	if (strcmp(v->op, "ed25519-sign") == 0) {
		vch_ed25519_sk_from_seed(&sk, v->field[0].ptr);
		vch_ed25519_sign(sig, &sk, v->field[1]);
		assert_span_is(v->want, sig, sizeof(sig));
		return;
	}
	err = vch_ed25519_pk_parse(&pk, v->field[0].ptr);
	assert_int_equal(err, VCH_OK);
	err = vch_ed25519_verify_var(&pk, v->field[1], v->field[2].ptr);
	assert_int_equal(err, v->bad ? VCH_SIGNATURE : VCH_OK);
}

static void test_vectors(void **state)
{
	(void)state;
	vectors_each("ed25519.txt", 150, check);
}

static void twin_sign(uint8_t sig[64], uint8_t pub[32], const uint8_t seed[32],
		      struct vch_span msg)
{
	EVP_PKEY *key =
		EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t len = 64, pub_len = 32;

	assert_non_null(key);
	assert_int_equal(EVP_DigestSignInit(ctx, NULL, NULL, NULL, key), 1);
	assert_int_equal(EVP_DigestSign(ctx, sig, &len, msg.ptr, msg.len), 1);
	assert_int_equal(EVP_PKEY_get_raw_public_key(key, pub, &pub_len), 1);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
}

/* The same signature as OpenSSL's, and no flipped bit passes. */
static void test_twin(void **state)
{
	uint8_t msg[200], seed[32], want[64], want_pub[32], sig[64];

	(void)state;
	for (int i = 0; i < 500; i++) {
		struct vch_span m = vch_span(msg, random_below(sizeof(msg)));
		size_t bit = random_below(64 * 8);
		struct vch_ed25519_sk sk;
		struct vch_ed25519_pk pk;

		random_bytes(seed, sizeof(seed));
		random_bytes(msg, m.len);
		twin_sign(want, want_pub, seed, m);
		vch_ed25519_sk_from_seed(&sk, seed);
		assert_memory_equal(sk.pk.b, want_pub, sizeof(want_pub));
		assert_memory_equal(sk.secret_seed, seed, sizeof(seed));
		vch_ed25519_sign(sig, &sk, m);
		assert_memory_equal(sig, want, sizeof(want));
		assert_int_equal(vch_ed25519_pk_parse(&pk, want_pub), VCH_OK);
		assert_int_equal(vch_ed25519_verify_var(&pk, m, sig), VCH_OK);
		sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(vch_ed25519_verify_var(&pk, m, sig),
				 VCH_SIGNATURE);
	}
}

/* S + L is the same number, but not the same bytes: refused. */
static void test_large_s(void **state)
{
	static const uint8_t order[32] = {
		0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,	      0xd6,
		0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
	struct vch_ed25519_sk sk;
	uint8_t seed[32], sig[64];
	unsigned int carry = 0;

	(void)state;
	random_bytes(seed, sizeof(seed));
	vch_ed25519_sk_from_seed(&sk, seed);
	vch_ed25519_sign(sig, &sk, vch_span(seed, 3));
	for (size_t i = 0; i < 32; i++) {
		carry += (unsigned int)sig[32 + i] + order[i];
		sig[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_int_equal(vch_ed25519_verify_var(&sk.pk, vch_span(seed, 3), sig),
			 VCH_SIGNATURE);
}

/* All eight points of small order, found as 2^255-19 says they must be. */
static void test_small_order(void **state)
{
	static const uint64_t zero[4],
		eight[4] = {8},
		order[4] = {0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0,
			    0x1000000000000000};
	uint64_t p[8], q[8];
	uint8_t in[32], out[32];
	size_t found = 0;

	(void)state;
	for (int i = 0; i < 400; i++) {
		struct vch_ed25519_pk pk;

		/* order * any point has small order: each of the eight soon */
		do
			random_bytes(in, sizeof(in));
		while (edwards25519_decode_alt(p, in) != 0);
		edwards25519_scalarmuldouble_alt(q, order, p, zero);
		edwards25519_encode(out, q);
		assert_int_equal(vch_ed25519_pk_parse(&pk, out),
				 VCH_PUBLIC_KEY);
		found |= (size_t)1 << (out[0] & 7) << (out[31] >> 7) * 8;
		edwards25519_scalarmuldouble_alt(p, eight, q, zero);
		assert_true(p[0] == 0 && p[4] == 1);
	}
	/* first bytes 00 01 c7 26 ec, with and without the sign: eight */
	assert_int_equal(__builtin_popcountll(found), 8);
}

/* y of p and more is not canonical; nor is minus zero. */
static void test_canonical(void **state)
{
	struct vch_ed25519_pk pk;
	uint8_t in[32];

	(void)state;
	for (unsigned int y = 0; y < 19; y++) {
		memset(in, 0xff, sizeof(in));
		in[0] = (uint8_t)(0xed + y);
		assert_int_equal(vch_ed25519_pk_parse(&pk, in), VCH_PUBLIC_KEY);
		in[31] = 0x7f;
		assert_int_equal(vch_ed25519_pk_parse(&pk, in), VCH_PUBLIC_KEY);
	}
	memset(in, 0, sizeof(in));
	in[0] = 1;
	in[31] = 0x80;
	assert_int_equal(vch_ed25519_pk_parse(&pk, in), VCH_PUBLIC_KEY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_twin),
		cmocka_unit_test(test_large_s),
		cmocka_unit_test(test_small_order),
		cmocka_unit_test(test_canonical),
	};

	return cmocka_run_group_tests_name("ed25519", tests, random_setup,
					   NULL);
}
