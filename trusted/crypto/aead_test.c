/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/crypto/aead.h"

#include <openssl/evp.h>

#include "trusted/base/ct.h"
#include "trusted/crypto/cpu.h"
#include "trusted/crypto/test_vectors.h"

static void check_seal(const struct vch_aead_key *key, const struct vector *v)
{
	static uint8_t out[4096];
	size_t len = v->field[3].len;

	assert_int_equal(vch_aead_seal_iv(out, out + len, key, v->field[1],
					  v->field[2], v->field[3]),
			 VCH_OK);
	assert_span_is(v->want, out, len + VCH_AEAD_TAG_SIZE);
}

static void check_open(const struct vch_aead_key *key, const struct vector *v)
{
	static uint8_t out[4096];
	size_t len = v->field[3].len;
	enum vch_err err;

	memset(out, 0xee, sizeof(out));
	err = vch_aead_open_iv(out, key, v->field[1], v->field[2], v->field[3],
			       v->field[4].ptr);
	if (v->bad) {
		assert_int_equal(err, VCH_UNSEAL);
		assert_true(vch_ct_is_zero(out, len));
	} else {
		assert_int_equal(err, VCH_OK);
		assert_span_is(v->want, out, len);
	}
	assert_int_equal(out[len], 0xee);
}

static void check(const struct vector *v)
{
	struct vch_aead_key key;

	assert_int_equal(v->field[0].len, sizeof(key.secret_key));
	memcpy(key.secret_key, v->field[0].ptr, sizeof(key.secret_key));
	if (strcmp(v->op, "aes256gcm-seal") == 0)
		check_seal(&key, v);
	else
		check_open(&key, v);
}

static void test_vectors(void **state)
{
	(void)state;
	vectors_each("aead.txt", 400, check);
}

static void twin_seal(uint8_t *ct, uint8_t *tag, const uint8_t *key,
		      const uint8_t *nonce, struct vch_span aad,
		      struct vch_span pt)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;

	assert_non_null(ctx);
	assert_int_equal(
		EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, nonce),
		1);
	if (aad.len > 0)
		assert_int_equal(
			EVP_EncryptUpdate(ctx, NULL, &n, aad.ptr, (int)aad.len),
			1);
	assert_int_equal(EVP_EncryptUpdate(ctx, ct, &n, pt.ptr, (int)pt.len),
			 1);
	assert_int_equal(EVP_EncryptFinal_ex(ctx, ct + n, &n), 1);
	assert_int_equal(
		EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, 16, tag), 1);
	EVP_CIPHER_CTX_free(ctx);
}

/* Against OpenSSL, in place, and every kind of damage is noticed. */
static void test_twin_and_damage(void **state)
{
	static uint8_t data[700], want[700];
	uint8_t aad[50], nonce[12], tag[16], want_tag[16];
	struct vch_aead_key key;

	(void)state;
	for (size_t len = 0; len < 600; len++) {
		struct vch_span a = vch_span(aad, random_below(sizeof(aad)));
		struct vch_span d = vch_span(data, len);
		size_t bit = random_below(8 * (len + 16));

		random_bytes(key.secret_key, sizeof(key.secret_key));
		random_bytes(nonce, sizeof(nonce));
		random_bytes(aad, sizeof(aad));
		random_bytes(data, len);
		twin_seal(want, want_tag, key.secret_key, nonce, a, d);
		vch_aead_seal(data, tag, &key, nonce, a, d);
		assert_memory_equal(data, want, len);
		assert_memory_equal(tag, want_tag, sizeof(tag));
		if (bit < 8 * len)
			data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		else
			tag[bit / 8 - len] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(vch_aead_open(want, &key, nonce, a, d, tag),
				 VCH_UNSEAL);
		assert_true(vch_ct_is_zero(want, len));
	}
}

static void test_round_trip(void **state)
{
	uint8_t data[100], copy[100], nonce[12], tag[16], aad = 7;
	struct vch_span d = vch_span(data, sizeof(data));
	struct vch_aead_key key;

	(void)state;
	random_bytes(key.secret_key, sizeof(key.secret_key));
	random_bytes(nonce, sizeof(nonce));
	random_bytes(data, sizeof(data));
	memcpy(copy, data, sizeof(copy));
	vch_aead_seal(data, tag, &key, nonce, vch_span(&aad, 1), d);
	assert_int_equal(
		vch_aead_open(data, &key, nonce, vch_span(&aad, 1), d, tag),
		VCH_OK);
	assert_memory_equal(data, copy, sizeof(copy));
	vch_aead_seal(data, tag, &key, nonce, vch_span(&aad, 1), d);
	aad = 8;
	assert_int_equal(
		vch_aead_open(data, &key, nonce, vch_span(&aad, 1), d, tag),
		VCH_UNSEAL);
}

static void test_empty_nonce(void **state)
{
	struct vch_aead_key key = {{0}};
	struct vch_span none = vch_span(NULL, 0);
	uint8_t tag[16] = {0};

	(void)state;
	assert_int_equal(vch_aead_seal_iv(NULL, tag, &key, none, none, none),
			 VCH_SIZE);
	assert_int_equal(vch_aead_open_iv(NULL, &key, none, none, none, tag),
			 VCH_SIZE);
}

/* What serves where the processor has no instructions for it. */
static void test_without_hardware(void **state)
{
	vch_cpu_hide(true);
	test_vectors(state);
	test_twin_and_damage(state);
	test_round_trip(state);
	vch_cpu_hide(false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_twin_and_damage),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_empty_nonce),
		cmocka_unit_test(test_without_hardware),
	};

	return cmocka_run_group_tests_name("aead", tests, random_setup, NULL);
}
