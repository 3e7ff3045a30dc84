/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/crypto/p256.h"

#include "trusted/crypto/test_ecdsa.h"

static bool verify(const struct ecdsa_case *c)
{
	struct vch_p256_pk pk;

	if (vch_p256_pk_parse(&pk, c->pub65 + 1) != VCH_OK)
		return false;
	return vch_p256_verify_var(&pk, c->digest, c->sig) == VCH_OK;
}

static void check(const struct vector *v)
{
	struct ecdsa_case c;

	memcpy(c.pub65, v->field[0].ptr, sizeof(c.pub65));
	memcpy(c.digest, v->field[1].ptr, sizeof(c.digest));
	memcpy(c.sig, v->field[2].ptr, 32);
	memcpy(c.sig + 32, v->field[3].ptr, 32);
	assert_int_equal(verify(&c), !v->bad);
}

static void test_vectors(void **state)
{
	(void)state;
	vectors_each("p256.txt", 100, check);
}

static void test_twin(void **state)
{
	(void)state;
	curve_open(NID_X9_62_prime256v1);
	ecdsa_cases(300, verify);
	curve_close();
}

/* (r, s) and (r, n - s) are both signatures: passkeys make either. */
static void test_both_halves(void **state)
{
	struct ecdsa_case c;

	(void)state;
	curve_open(NID_X9_62_prime256v1);
	for (size_t i = 0; i < 50; i++) {
		case_random(&c, i);
		assert_true(verify(&c));
		BN_sub(curve.s, curve.n, curve.s);
		BN_bn2binpad(curve.s, c.sig + 32, 32);
		assert_true(verify(&c));
	}
	curve_close();
}

/* Coordinates of p and more, and points beside the curve. */
static void test_keys(void **state)
{
	struct vch_p256_pk pk, before;
	uint8_t xy[64];

	(void)state;
	curve_open(NID_X9_62_prime256v1);
	memset(&pk, 0x5a, sizeof(pk));
	before = pk;
	memset(xy, 0, sizeof(xy));
	assert_int_equal(vch_p256_pk_parse(&pk, xy), VCH_PUBLIC_KEY);
	memset(xy, 0xff, sizeof(xy));
	assert_int_equal(vch_p256_pk_parse(&pk, xy), VCH_PUBLIC_KEY);
	for (uint64_t i = 0; i < 300; i++) {
		/* a good point of small x, then the same x plus p */
		BN_set_word(curve.r, i);
		point_at(curve.r, 1);
		EC_POINT_get_affine_coordinates(curve.group, curve.point,
						curve.r, curve.s, curve.ctx);
		BN_bn2binpad(curve.r, xy, 32);
		BN_bn2binpad(curve.s, xy + 32, 32);
		assert_int_equal(vch_p256_pk_parse(&pk, xy), VCH_OK);
		assert_memory_equal(pk.xy, xy, sizeof(xy));
		pk = before;
		BN_add(curve.t, curve.r, curve.p);
		BN_bn2binpad(curve.t, xy, 32);
		assert_int_equal(vch_p256_pk_parse(&pk, xy), VCH_PUBLIC_KEY);
		BN_bn2binpad(curve.r, xy, 32);
		BN_sub_word(curve.s, 1);
		BN_bn2binpad(curve.s, xy + 32, 32);
		assert_int_equal(vch_p256_pk_parse(&pk, xy), VCH_PUBLIC_KEY);
		assert_memory_equal(&pk, &before, sizeof(pk));
	}
	curve_close();
}

/* A y so small that y + p, too, fits in 32 bytes. */
static void test_small_y(void **state)
{
	struct vch_p256_pk pk;
	uint8_t xy[64];

	(void)state;
	curve_open(NID_X9_62_prime256v1);
	BN_hex2bn(&curve.r, "bcbb2914c79f045eaa6ecbbc612816b3"
			    "be5d2d6796707d8125e9f851c18af015");
	BN_hex2bn(&curve.s,
		  "1352bb4a0fa2ea4cceb9ab63dd684ade5a1127bcf300a698a7193bc2");
	BN_bn2binpad(curve.r, xy, 32);
	BN_bn2binpad(curve.s, xy + 32, 32);
	assert_int_equal(vch_p256_pk_parse(&pk, xy), VCH_OK);
	BN_add(curve.s, curve.s, curve.p);
	assert_int_equal(BN_bn2binpad(curve.s, xy + 32, 32), 32);
	assert_int_equal(vch_p256_pk_parse(&pk, xy), VCH_PUBLIC_KEY);
	curve_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),	    cmocka_unit_test(test_twin),
		cmocka_unit_test(test_both_halves), cmocka_unit_test(test_keys),
		cmocka_unit_test(test_small_y),
	};

	return cmocka_run_group_tests_name("p256", tests, random_setup, NULL);
}
