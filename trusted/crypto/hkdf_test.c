/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/crypto/hkdf.h"

#include <openssl/evp.h>
#include <openssl/kdf.h>

#include "trusted/crypto/test_vectors.h"

static void check(const struct vector *v)
{
	uint8_t out[VCH_HKDF_SHA256_MAX];
	size_t len = strtoul(v->word[3], NULL, 10);

	assert_int_equal(vch_hkdf_sha256(out, len, v->field[1], v->field[0],
					 v->field[2]),
			 VCH_OK);
	assert_span_is(v->want, out, len);
}

static void test_vectors(void **state)
{
	(void)state;
	vectors_each("hkdf.txt", 3, check);
}

/* RFC 5869, A.1: the key between the two steps. */
static void test_steps(void **state)
{
	static const uint8_t want[32] = {
		0x07, 0x77, 0x09, 0x36, 0x2c, 0x2e, 0x32, 0xdf,
		0x0d, 0xdc, 0x3f, 0x0d, 0xc4, 0x7b, 0xba, 0x63,
		0x90, 0xb6, 0xc7, 0x3b, 0xb5, 0x0f, 0x9c, 0x31,
		0x22, 0xec, 0x84, 0x4a, 0xd7, 0xc2, 0xb3, 0xe5};
	uint8_t ikm[22], salt[13];
	struct vch_hkdf_prk prk;

	(void)state;
	memset(ikm, 0x0b, sizeof(ikm));
	for (size_t i = 0; i < sizeof(salt); i++)
		salt[i] = (uint8_t)i;
	vch_hkdf_sha256_extract(&prk, vch_span(salt, sizeof(salt)),
				vch_span(ikm, sizeof(ikm)));
	assert_memory_equal(prk.secret, want, sizeof(want));
}

static void test_size(void **state)
{
	static uint8_t out[VCH_HKDF_SHA256_MAX + 1];
	struct vch_span none = vch_span(NULL, 0);

	(void)state;
	out[0] = 0x5a;
	assert_int_equal(vch_hkdf_sha256(out, sizeof(out), none, none, none),
			 VCH_SIZE);
	assert_int_equal(vch_hkdf_sha256(out, 0, none, none, none), VCH_OK);
	assert_int_equal(out[0], 0x5a);
	assert_int_equal(
		vch_hkdf_sha256(out, VCH_HKDF_SHA256_MAX, none, none, none),
		VCH_OK);
	assert_int_equal(out[VCH_HKDF_SHA256_MAX], 0);
}

static void twin(uint8_t *out, size_t len, struct vch_span salt,
		 struct vch_span ikm, struct vch_span info)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, NULL);

	assert_non_null(ctx);
	assert_int_equal(EVP_PKEY_derive_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_hkdf_md(ctx, EVP_sha256()), 1);
	assert_int_equal(
		EVP_PKEY_CTX_set1_hkdf_salt(ctx, salt.ptr, (int)salt.len), 1);
	assert_int_equal(EVP_PKEY_CTX_set1_hkdf_key(ctx, ikm.ptr, (int)ikm.len),
			 1);
	assert_int_equal(
		EVP_PKEY_CTX_add1_hkdf_info(ctx, info.ptr, (int)info.len), 1);
	assert_int_equal(EVP_PKEY_derive(ctx, out, &len), 1);
	EVP_PKEY_CTX_free(ctx);
}

static void test_twin(void **state)
{
	uint8_t in[300], got[400], want[400];

	(void)state;
	for (int round = 0; round < 500; round++) {
		struct vch_span salt = vch_span(in, 1 + random_below(99));
		struct vch_span ikm = vch_span(in + 100, 1 + random_below(99));
		struct vch_span info = vch_span(in + 200, random_below(99));
		size_t len = 1 + random_below(sizeof(got));

		random_bytes(in, sizeof(in));
		assert_int_equal(vch_hkdf_sha256(got, len, salt, ikm, info),
				 VCH_OK);
		twin(want, len, salt, ikm, info);
		assert_memory_equal(got, want, len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_twin),
	};

	return cmocka_run_group_tests_name("hkdf", tests, random_setup, NULL);
}
