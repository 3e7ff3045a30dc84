/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the tests of this room: ECDSA by OpenSSL on either curve, as the second
 * opinion, and signatures built around the exceptional cases of the group
 * law. Each case says what the answer must be; OpenSSL is asked too.
 */
#ifndef TRUSTED_CRYPTO_TEST_ECDSA_H
#define TRUSTED_CRYPTO_TEST_ECDSA_H

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/params.h>

#include "trusted/crypto/test_vectors.h"

/* What is asked: is r | s over digest a signature of the key? */
struct ecdsa_case {
	uint8_t pub65[65];
	uint8_t digest[32];
	uint8_t sig[64];
	bool want;
};

/* Numbers of the curve and of the case at hand; made once a test. */
static struct ecdsa_curve {
	const char *name;
	EC_GROUP *group;
	BN_CTX *ctx;
	const BIGNUM *p, *n;
	BIGNUM *d, *k, *e, *r, *s, *t;
	EC_POINT *q, *point;
} curve;

static void curve_open(int nid)
{
	BIGNUM *p = BN_new();

	curve.name = OBJ_nid2sn(nid);
	curve.group = EC_GROUP_new_by_curve_name(nid);
	curve.ctx = BN_CTX_new();
	EC_GROUP_get_curve(curve.group, p, NULL, NULL, curve.ctx);
	curve.p = p;
	curve.n = EC_GROUP_get0_order(curve.group);
	curve.d = BN_new();
	curve.k = BN_new();
	curve.e = BN_new();
	curve.r = BN_new();
	curve.s = BN_new();
	curve.t = BN_new();
	curve.q = EC_POINT_new(curve.group);
	curve.point = EC_POINT_new(curve.group);
}

static void curve_close(void)
{
	BN_free((BIGNUM *)curve.p);
	BN_free(curve.d);
	BN_free(curve.k);
	BN_free(curve.e);
	BN_free(curve.r);
	BN_free(curve.s);
	BN_free(curve.t);
	EC_POINT_free(curve.q);
	EC_POINT_free(curve.point);
	EC_GROUP_free(curve.group);
	BN_CTX_free(curve.ctx);
}

/* OpenSSL's key of 65 bytes, or NULL if it refuses them. */
static EVP_PKEY *twin_key(const uint8_t pub65[65])
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
						 (char *)curve.name, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
						  (void *)pub65, 65),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;

	assert_non_null(ctx);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	if (EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static bool twin_verify(const struct ecdsa_case *c)
{
	EVP_PKEY *key = twin_key(c->pub65);
	ECDSA_SIG *sig = ECDSA_SIG_new();
	EVP_PKEY_CTX *ctx;
	uint8_t *der = NULL;
	bool ok;
	int len;

	if (!key) {
		ECDSA_SIG_free(sig);
		return false;
	}
	ECDSA_SIG_set0(sig, BN_bin2bn(c->sig, 32, NULL),
		       BN_bin2bn(c->sig + 32, 32, NULL));
	len = i2d_ECDSA_SIG(sig, &der);
	assert_true(len > 0);
	ctx = EVP_PKEY_CTX_new(key, NULL);
	assert_int_equal(EVP_PKEY_verify_init(ctx), 1);
	ok = EVP_PKEY_verify(ctx, der, (size_t)len, c->digest, 32) == 1;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	ECDSA_SIG_free(sig);
	OPENSSL_free(der);
	return ok;
}

static void random_scalar(BIGNUM *ret)
{
	uint8_t bytes[32];

	do {
		random_bytes(bytes, sizeof(bytes));
		BN_bin2bn(bytes, sizeof(bytes), ret);
		BN_mod(ret, ret, curve.n, curve.ctx);
	} while (BN_is_zero(ret));
}

/* The case from q, e, r and s as they stand. */
static void store(struct ecdsa_case *c, bool want)
{
	assert_int_equal(EC_POINT_point2oct(curve.group, curve.q,
					    POINT_CONVERSION_UNCOMPRESSED,
					    c->pub65, 65, curve.ctx),
			 65);
	assert_int_equal(BN_bn2binpad(curve.e, c->digest, 32), 32);
	assert_int_equal(BN_bn2binpad(curve.r, c->sig, 32), 32);
	assert_int_equal(BN_bn2binpad(curve.s, c->sig + 32, 32), 32);
	c->want = want;
}

/* q = d * G */
static void make_key(void)
{
	EC_POINT_mul(curve.group, curve.q, curve.d, NULL, NULL, curve.ctx);
}

/* r = the x of k * G, modulo n */
static void make_r(void)
{
	EC_POINT_mul(curve.group, curve.point, curve.k, NULL, NULL, curve.ctx);
	EC_POINT_get_affine_coordinates(curve.group, curve.point, curve.r, NULL,
					curve.ctx);
	BN_mod(curve.r, curve.r, curve.n, curve.ctx);
}

/* s = (e + r d) / k; only for k > 1 or so: the signature must exist */
static void make_s(void)
{
	BN_mod_mul(curve.s, curve.r, curve.d, curve.n, curve.ctx);
	BN_mod_add(curve.s, curve.s, curve.e, curve.n, curve.ctx);
	BN_mod_inverse(curve.t, curve.k, curve.n, curve.ctx);
	BN_mod_mul(curve.s, curve.s, curve.t, curve.n, curve.ctx);
}

/* A good signature of d with k over e. */
static void make_signature(struct ecdsa_case *c)
{
	make_key();
	make_r();
	make_s();
	store(c, true);
}

/* i steps from n, below it for odd i; or i itself for even i; never 0. */
static void edge_scalar(BIGNUM *ret, size_t i)
{
	BN_set_word(ret, 1 + i / 2 % 16);
	if (i % 2 == 1)
		BN_sub(ret, curve.n, ret);
}

/* Keys at the edges, digests at the edges, good signatures. */
static void case_edges(struct ecdsa_case *c, size_t i)
{
	edge_scalar(curve.d, i);
	random_scalar(curve.k);
	BN_zero(curve.e);
	if (i % 5 == 1)
		BN_copy(curve.e, curve.n);
	if (i % 5 == 2)
		BN_sub(curve.e, curve.n, BN_value_one());
	if (i % 5 == 3)
		BN_set_word(curve.e, 1);
	if (i % 5 == 4) {
		BN_lshift(curve.e, BN_value_one(), 256);
		BN_sub_word(curve.e, 1);
	}
	make_signature(c);
}

/* e = r d: the two products are the same point, which must be doubled. */
static void case_equal_points(struct ecdsa_case *c, size_t i)
{
	random_scalar(curve.k);
	random_scalar(curve.d);
	if (i % 4 == 0)
		edge_scalar(curve.d, i / 4);
	make_r();
	BN_mod_mul(curve.e, curve.r, curve.d, curve.n, curve.ctx);
	make_signature(c);
}

/* e = -r d: the two products cancel, whatever s is; nothing fits infinity. */
static void case_opposite_points(struct ecdsa_case *c, size_t i)
{
	random_scalar(curve.d);
	random_scalar(curve.r);
	random_scalar(curve.s);
	if (i % 4 == 0)
		edge_scalar(curve.r, i / 4);
	BN_mod_mul(curve.e, curve.r, curve.d, curve.n, curve.ctx);
	BN_sub(curve.e, curve.n, curve.e);
	make_key();
	store(c, false);
}

/*
 * The two products cancel, and r is the x of twice the first: an addition
 * that doubles without comparing the y would take it.
 */
static void case_forged_double(struct ecdsa_case *c, size_t i)
{
	(void)i;
	random_scalar(curve.d);
	random_scalar(curve.k);
	make_key();
	make_r();
	BN_mod_mul(curve.e, curve.r, curve.d, curve.n, curve.ctx);
	BN_sub(curve.e, curve.n, curve.e);
	/* 2 e / s = k */
	BN_mod_inverse(curve.t, curve.k, curve.n, curve.ctx);
	BN_mod_mul(curve.s, curve.e, curve.t, curve.n, curve.ctx);
	BN_mod_lshift1(curve.s, curve.s, curve.n, curve.ctx);
	store(c, false);
}

/* q such that r | s over e leads to the given point: (s R - e G) / r */
static void make_key_for_point(void)
{
	BN_mod_inverse(curve.t, curve.r, curve.n, curve.ctx);
	BN_mod_mul(curve.k, curve.s, curve.t, curve.n, curve.ctx);
	BN_mod_mul(curve.t, curve.e, curve.t, curve.n, curve.ctx);
	BN_sub(curve.t, curve.n, curve.t);
	EC_POINT_mul(curve.group, curve.q, curve.t, curve.point, curve.k,
		     curve.ctx);
}

/* The first point whose x is x or a little more; x is set to it. */
static void point_at(BIGNUM *x, int odd)
{
	while (!EC_POINT_set_compressed_coordinates(curve.group, curve.point, x,
						    odd, curve.ctx))
		BN_add_word(x, 1);
}

/* The point's x is n or more, so r = x - n and only r + n fits. */
static void case_wrapped_r(struct ecdsa_case *c, size_t i)
{
	random_scalar(curve.e);
	random_scalar(curve.s);
	BN_copy(curve.r, curve.n);
	BN_add_word(curve.r, 1 + random_below(1000));
	point_at(curve.r, i & 1);
	BN_sub(curve.r, curve.r, curve.n);
	make_key_for_point();
	store(c, true);
}

/* r + n = x + p: it looks like x modulo p, but r is not x modulo n. */
static void case_wrapped_too_far(struct ecdsa_case *c, size_t i)
{
	random_scalar(curve.e);
	random_scalar(curve.s);
	BN_set_word(curve.r, 1 + random_below(1000));
	point_at(curve.r, i & 1);
	BN_add(curve.r, curve.r, curve.p);
	BN_sub(curve.r, curve.r, curve.n);
	make_key_for_point();
	store(c, false);
}

/* It would fit, were r (the point's own x) or s not n or more. */
static void case_unreduced(struct ecdsa_case *c, size_t i)
{
	random_scalar(curve.e);
	random_scalar(curve.s);
	if (i & 1)
		BN_set_word(curve.s, 1 + random_below(1000));
	BN_copy(curve.r, curve.n);
	BN_add_word(curve.r, 1 + random_below(1000));
	point_at(curve.r, i >> 1 & 1);
	BN_sub(curve.r, curve.r, curve.n);
	make_key_for_point();
	if (i & 1)
		BN_add(curve.s, curve.s, curve.n);
	else
		BN_add(curve.r, curve.r, curve.n);
	store(c, false);
}

/* r or s is 0, n, n + 1 or all ones. */
static void case_out_of_range(struct ecdsa_case *c, size_t i)
{
	BIGNUM *which = i & 1 ? curve.r : curve.s;

	random_scalar(curve.d);
	random_scalar(curve.k);
	random_scalar(curve.e);
	make_signature(c);
	BN_zero(which);
	if (i / 2 % 4 == 1)
		BN_copy(which, curve.n);
	if (i / 2 % 4 == 2)
		BN_add(which, curve.n, BN_value_one());
	if (i / 2 % 4 == 3) {
		BN_lshift(which, BN_value_one(), 256);
		BN_sub_word(which, 1);
	}
	store(c, false);
}

/* A good signature with one bit of anything flipped (the key's too). */
static void case_flipped(struct ecdsa_case *c, size_t i)
{
	size_t bit = random_below(64 * 8);
	uint8_t *part = i % 3 == 0 ? c->pub65 + 1 : c->sig;

	random_scalar(curve.d);
	random_scalar(curve.k);
	random_scalar(curve.e);
	make_signature(c);
	if (i % 3 == 2) {
		part = c->digest;
		bit %= 32 * 8;
	}
	part[bit / 8] ^= (uint8_t)(1 << bit % 8);
	c->want = false;
}

static void case_random(struct ecdsa_case *c, size_t i)
{
	(void)i;
	random_scalar(curve.d);
	random_scalar(curve.k);
	random_scalar(curve.e);
	make_signature(c);
}

/* cnt cases of every kind; verify is ours, asked beside OpenSSL. */
static void ecdsa_cases(size_t cnt, bool (*verify)(const struct ecdsa_case *c))
{
	static void (*const kinds[])(struct ecdsa_case *, size_t) = {
		case_edges,	    case_equal_points, case_opposite_points,
		case_forged_double, case_wrapped_r,    case_wrapped_too_far,
		case_unreduced,	    case_out_of_range, case_flipped,
		case_random,
	};
	struct ecdsa_case c;

	for (size_t i = 0; i < cnt * VCH_ARRAY_LEN(kinds); i++) {
		size_t kind = i % VCH_ARRAY_LEN(kinds);

		kinds[kind](&c, i / VCH_ARRAY_LEN(kinds));
		if (twin_verify(&c) != c.want)
			fail_msg("OpenSSL differs: kind %zu, case %zu", kind,
				 i);
		if (verify(&c) != c.want)
			fail_msg("ours differs: kind %zu, case %zu", kind, i);
	}
}

#endif
