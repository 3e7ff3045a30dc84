/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/crypto/x25519.h"

#include <openssl/evp.h>

#include "trusted/crypto/test_vectors.h"

static void check(const struct vector *v)
{
	struct vch_x25519_shared shared;
	struct vch_x25519_sk sk;
	struct vch_x25519_pk pk;
	enum vch_err err;

	assert_int_equal(v->field[0].len, sizeof(sk.secret));
	assert_int_equal(v->field[1].len, sizeof(pk.b));
	memcpy(sk.secret, v->field[0].ptr, sizeof(sk.secret));
	memcpy(pk.b, v->field[1].ptr, sizeof(pk.b));
	err = vch_x25519(&shared, &sk, &pk);
	assert_int_equal(err, v->bad ? VCH_PUBLIC_KEY : VCH_OK);
	if (!v->bad)
		assert_span_is(v->want, shared.secret, sizeof(shared.secret));
}

static void test_vectors(void **state)
{
	(void)state;
	vectors_each("x25519.txt", 12, check);
}

/* RFC 7748, 5.2: a thousand steps, each from the last two. */
static void test_iterated(void **state)
{
	static const uint8_t want[32] = {
		0x68, 0x4c, 0xf5, 0x9b, 0xa8, 0x33, 0x09, 0x55,
		0x28, 0x00, 0xef, 0x56, 0x6f, 0x2f, 0x4d, 0x3c,
		0x1c, 0x38, 0x87, 0xc4, 0x93, 0x60, 0xe3, 0x87,
		0x5f, 0x2e, 0xb9, 0x4d, 0x99, 0x53, 0x2c, 0x51};
	struct vch_x25519_sk k = {{9}};
	struct vch_x25519_pk u = {{9}};
	struct vch_x25519_shared next;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(vch_x25519(&next, &k, &u), VCH_OK);
		memcpy(u.b, k.secret, sizeof(u.b));
		memcpy(k.secret, next.secret, sizeof(k.secret));
	}
	assert_memory_equal(k.secret, want, sizeof(want));
}

static void test_twin(void **state)
{
	(void)state;
	for (int round = 0; round < 500; round++) {
		struct vch_x25519_shared shared, back;
		struct vch_x25519_sk a, b;
		struct vch_x25519_pk pa, pb;
		uint8_t want[32];
		size_t len = sizeof(want);
		EVP_PKEY *key;

		random_bytes(&a, sizeof(a));
		random_bytes(&b, sizeof(b));
		vch_x25519_pk_from_sk(&pa, &a);
		vch_x25519_pk_from_sk(&pb, &b);
		assert_int_equal(vch_x25519(&shared, &a, &pb), VCH_OK);
		assert_int_equal(vch_x25519(&back, &b, &pa), VCH_OK);
		assert_memory_equal(&shared, &back, sizeof(back));
		key = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL,
						   a.secret, 32);
		assert_non_null(key);
		assert_int_equal(EVP_PKEY_get_raw_public_key(key, want, &len),
				 1);
		assert_memory_equal(pa.b, want, sizeof(want));
		EVP_PKEY_free(key);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_iterated),
		cmocka_unit_test(test_twin),
	};

	return cmocka_run_group_tests_name("x25519", tests, random_setup, NULL);
}
