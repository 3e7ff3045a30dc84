/* SPDX-License-Identifier: Apache-2.0 */
/* The source itself: the KEM alone has an official vector. */
#include "trusted/crypto/hpke.c"

#include "trusted/crypto/test_vectors.h"

/* RFC 9180, A.1.1: the KEM does not depend on the AEAD. */
static const char A11[] =
	"kem 52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736 "
	"3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d "
	"37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431 = "
	"fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc";

static void test_kem(void **state)
{
	static struct vector v;
	struct vch_hpke_shared shared;
	struct vch_x25519_pk receiver, enc;
	struct vch_x25519_sk sk;

	(void)state;
	memcpy(v.line, A11, sizeof(A11));
	vector_parse(&v);
	memcpy(sk.secret, v.field[0].ptr, 32);
	memcpy(receiver.b, v.field[1].ptr, 32);
	vch_x25519_pk_from_sk(&enc, &sk);
	assert_span_is(v.field[2], enc.b, 32);
	assert_int_equal(kem_shared(&shared, &sk, &receiver, enc.b, &receiver),
			 VCH_OK);
	assert_span_is(v.want, shared.secret, 32);
}

static void check_seal(const struct vector *v)
{
	uint8_t out[512];
	struct vch_x25519_pk pk;
	struct vch_x25519_sk sk;
	size_t len = v->field[4].len;
	enum vch_err err;

	memcpy(pk.b, v->field[0].ptr, 32);
	memcpy(sk.secret, v->field[1].ptr, 32);
	err = vch_hpke_seal(out, out + 32, out + 32 + len, &pk, &sk,
			    v->field[2], v->field[3], v->field[4]);
	assert_int_equal(err, v->bad ? VCH_PUBLIC_KEY : VCH_OK);
	if (!v->bad)
		assert_span_is(v->want, out, 32 + len + VCH_AEAD_TAG_SIZE);
}

static void check_open(const struct vector *v)
{
	uint8_t out[512];
	struct vch_x25519_sk sk;
	enum vch_err err;

	memcpy(sk.secret, v->field[0].ptr, 32);
	err = vch_hpke_open(out, &sk, v->field[1].ptr, v->field[2], v->field[3],
			    v->field[4], v->field[5].ptr);
	assert_int_equal(err, v->bad ? VCH_UNSEAL : VCH_OK);
	if (!v->bad)
		assert_span_is(v->want, out, v->field[4].len);
}

static void check(const struct vector *v)
{
	if (strcmp(v->op, "hpke-seal") == 0)
		check_seal(v);
	else
		check_open(v);
}

static void test_vectors(void **state)
{
	(void)state;
	vectors_each("hpke.txt", 70, check);
}

/* Nothing else opens it: another info, aad, key or sender. */
static void test_bound(void **state)
{
	const uint8_t text[] = "text";
	const struct vch_span a = vch_span("a", 1), b = vch_span("b", 1);
	const struct vch_span pt = vch_span(text, 4);
	struct vch_x25519_sk sk, ephemeral;
	struct vch_x25519_pk pk;
	uint8_t enc[32], ct[4], tag[16], out[4];
	struct vch_span sealed = vch_span(ct, 4);

	(void)state;
	random_bytes(&sk, 32);
	random_bytes(&ephemeral, 32);
	vch_x25519_pk_from_sk(&pk, &sk);
	assert_int_equal(vch_hpke_seal(enc, ct, tag, &pk, &ephemeral, a, b, pt),
			 VCH_OK);
	assert_int_equal(vch_hpke_open(out, &sk, enc, a, b, sealed, tag),
			 VCH_OK);
	assert_memory_equal(out, text, 4);
	assert_int_equal(vch_hpke_open(out, &sk, enc, b, b, sealed, tag),
			 VCH_UNSEAL);
	assert_int_equal(vch_hpke_open(out, &sk, enc, a, a, sealed, tag),
			 VCH_UNSEAL);
	assert_int_equal(vch_hpke_open(out, &ephemeral, enc, a, b, sealed, tag),
			 VCH_UNSEAL);
	enc[0] ^= 1;
	assert_int_equal(vch_hpke_open(out, &sk, enc, a, b, sealed, tag),
			 VCH_UNSEAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kem),
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_bound),
	};

	return cmocka_run_group_tests(tests, random_setup, NULL);
}
