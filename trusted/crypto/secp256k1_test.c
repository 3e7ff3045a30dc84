/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/crypto/secp256k1.h"

#include "trusted/crypto/test_ecdsa.h"

/* Before init everything panics; this test must come first. */
static void test_no_context(void **state)
{
	static struct vch_secp256k1_sk sk = {{1}};
	static uint8_t sig[65];

	(void)state;
	expect_assert_failure(vch_secp256k1_sign(sig, &sk, sk.secret));
	vch_secp256k1_init();
	vch_secp256k1_init();
	vch_secp256k1_sign(sig, &sk, sk.secret);
}

static bool verify(const struct ecdsa_case *c)
{
	struct vch_secp256k1_pk pk;

	if (vch_secp256k1_pk_parse(&pk, c->pub65) != VCH_OK)
		return false;
	return vch_secp256k1_verify_var(&pk, c->digest, c->sig) == VCH_OK;
}

static void check_sign(const struct vector *v)
{
	struct vch_secp256k1_pk pk, back;
	struct vch_secp256k1_sk sk;
	uint8_t sig[65];

	assert_int_equal(vch_secp256k1_sk_parse(&sk, v->field[0].ptr), VCH_OK);
	vch_secp256k1_sign(sig, &sk, v->field[1].ptr);
	assert_span_is(v->want, sig, sizeof(sig));
	vch_secp256k1_pk_from_sk(&pk, &sk);
	assert_int_equal(vch_secp256k1_recover_var(&back, v->field[1].ptr, sig),
			 VCH_OK);
	assert_memory_equal(&pk, &back, sizeof(pk));
}

static void check_recover(const struct vector *v)
{
	struct vch_secp256k1_pk pk;
	uint8_t sig[65];

	memcpy(sig, v->field[1].ptr, 32);
	memcpy(sig + 32, v->field[2].ptr, 32);
	sig[64] = v->field[3].ptr[0];
	assert_int_equal(vch_secp256k1_recover_var(&pk, v->field[0].ptr, sig),
			 VCH_OK);
	assert_int_equal(v->want.ptr[0], 4);
	assert_span_is(vch_span(v->want.ptr + 1, v->want.len - 1), pk.xy,
		       sizeof(pk.xy));
}

static void check(const struct vector *v)
{
	struct ecdsa_case c;

	if (strcmp(v->op, "secp256k1-sign") == 0) {
		check_sign(v);
	} else if (strcmp(v->op, "secp256k1-recover") == 0) {
		check_recover(v);
	} else {
		memcpy(c.pub65, v->field[0].ptr, sizeof(c.pub65));
		memcpy(c.digest, v->field[1].ptr, sizeof(c.digest));
		memcpy(c.sig, v->field[2].ptr, 32);
		memcpy(c.sig + 32, v->field[3].ptr, 32);
		assert_int_equal(verify(&c), !v->bad);
	}
}

static void test_vectors(void **state)
{
	(void)state;
	vectors_each("secp256k1.txt", 70, check);
}

/* s in its upper half is refused by us alone: such a one must be bad. */
static bool verify_either_half(const struct ecdsa_case *c)
{
	struct ecdsa_case other = *c;
	bool ok = verify(c);

	BN_bin2bn(c->sig + 32, 32, curve.s);
	if (BN_is_zero(curve.s) || BN_cmp(curve.s, curve.n) >= 0)
		return ok;
	BN_sub(curve.s, curve.n, curve.s);
	BN_bn2binpad(curve.s, other.sig + 32, 32);
	/* never both */
	assert_false(ok && verify(&other));
	return ok || verify(&other);
}

static void test_twin(void **state)
{
	(void)state;
	curve_open(NID_secp256k1);
	ecdsa_cases(120, verify_either_half);
	curve_close();
}

/* Ours signs, OpenSSL verifies; recovery gives the key back; s is low. */
static void test_sign(void **state)
{
	BIGNUM *half = BN_new();

	(void)state;
	curve_open(NID_secp256k1);
	BN_rshift1(half, curve.n);
	for (int i = 0; i < 300; i++) {
		struct vch_secp256k1_pk pk, back;
		struct vch_secp256k1_sk sk;
		struct ecdsa_case c;
		uint8_t in[32], sig[65];

		random_bytes(in, sizeof(in));
		random_bytes(c.digest, sizeof(c.digest));
		assert_int_equal(vch_secp256k1_sk_parse(&sk, in), VCH_OK);
		vch_secp256k1_pk_from_sk(&pk, &sk);
		vch_secp256k1_sign(sig, &sk, c.digest);
		c.pub65[0] = 4;
		memcpy(c.pub65 + 1, pk.xy, sizeof(pk.xy));
		memcpy(c.sig, sig, sizeof(c.sig));
		assert_true(twin_verify(&c));
		assert_true(verify(&c));
		assert_int_equal(
			vch_secp256k1_recover_var(&back, c.digest, sig),
			VCH_OK);
		assert_memory_equal(&pk, &back, sizeof(pk));
		BN_bin2bn(sig + 32, 32, curve.s);
		assert_true(BN_cmp(curve.s, half) <= 0);
		if (i == 100)
			vch_secp256k1_blind(in);
	}
	BN_free(half);
	curve_close();
}

static void test_ranges(void **state)
{
	static const uint8_t n[32] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
				      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
				      0xff, 0xfe, 0xba, 0xae, 0xdc, 0xe6, 0xaf,
				      0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c,
				      0xd0, 0x36, 0x41, 0x41};
	struct vch_secp256k1_sk sk, before;
	uint8_t in[32] = {0};

	(void)state;
	memset(&sk, 0x5a, sizeof(sk));
	before = sk;
	assert_int_equal(vch_secp256k1_sk_parse(&sk, in), VCH_FORMAT);
	assert_int_equal(vch_secp256k1_sk_parse(&sk, n), VCH_FORMAT);
	memset(in, 0xff, sizeof(in));
	assert_int_equal(vch_secp256k1_sk_parse(&sk, in), VCH_FORMAT);
	assert_memory_equal(&sk, &before, sizeof(sk));
	memcpy(in, n, sizeof(in));
	in[31]--;
	assert_int_equal(vch_secp256k1_sk_parse(&sk, in), VCH_OK);
	assert_memory_equal(sk.secret, in, sizeof(in));
}

/* 04 | x | y is the only form; recovery ids end at 3. */
static void test_forms(void **state)
{
	struct vch_secp256k1_sk sk = {{7}};
	struct vch_secp256k1_pk pk, back;
	uint8_t in[65], sig[65];

	(void)state;
	vch_secp256k1_pk_from_sk(&pk, &sk);
	memcpy(in + 1, pk.xy, sizeof(pk.xy));
	for (int form = 0; form < 256; form++) {
		in[0] = (uint8_t)form;
		assert_int_equal(vch_secp256k1_pk_parse(&back, in),
				 form == 4 ? VCH_OK : VCH_PUBLIC_KEY);
	}
	in[0] = 4;
	in[64] ^= 1;
	assert_int_equal(vch_secp256k1_pk_parse(&back, in), VCH_PUBLIC_KEY);
	vch_secp256k1_sign(sig, &sk, sk.secret);
	for (int id = 4; id < 256; id++) {
		sig[64] = (uint8_t)id;
		assert_int_equal(
			vch_secp256k1_recover_var(&back, sk.secret, sig),
			VCH_SIGNATURE);
	}
	/* r + n does not fit under p for a common r */
	sig[64] = 2;
	assert_int_equal(vch_secp256k1_recover_var(&back, sk.secret, sig),
			 VCH_SIGNATURE);
}

/* The address of a key that is printed in web3's documentation. */
static void test_address(void **state)
{
	static const uint8_t key[32] = {
		0x4c, 0x08, 0x83, 0xa6, 0x91, 0x02, 0x93, 0x7d,
		0x62, 0x31, 0x47, 0x1b, 0x5d, 0xbb, 0x62, 0x04,
		0xfe, 0x51, 0x29, 0x61, 0x70, 0x82, 0x79, 0x2a,
		0xe4, 0x68, 0xd0, 0x1a, 0x3f, 0x36, 0x23, 0x18};
	static const uint8_t want[20] = {
		0x2c, 0x75, 0x36, 0xe3, 0x60, 0x5d, 0x9c, 0x16, 0xa7, 0xa3,
		0xd7, 0xb1, 0x89, 0x8e, 0x52, 0x93, 0x96, 0xa6, 0x5c, 0x23};
	struct vch_secp256k1_sk sk;
	struct vch_secp256k1_pk pk;
	uint8_t address[20];

	(void)state;
	assert_int_equal(vch_secp256k1_sk_parse(&sk, key), VCH_OK);
	vch_secp256k1_pk_from_sk(&pk, &sk);
	vch_secp256k1_address(address, &pk);
	assert_memory_equal(address, want, sizeof(want));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_context),
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_twin),
		cmocka_unit_test(test_sign),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_address),
	};

	return cmocka_run_group_tests_name("secp256k1", tests, random_setup,
					   NULL);
}
