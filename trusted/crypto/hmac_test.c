/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/crypto/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "trusted/crypto/test_vectors.h"

static void check(const struct vector *v)
{
	uint8_t out[VCH_HMAC_SHA256_SIZE];

	vch_hmac_sha256_mac(out, v->field[0], v->field[1]);
	assert_span_is(v->want, out, sizeof(out));
}

static void test_vectors(void **state)
{
	(void)state;
	vectors_each("hmac.txt", 6, check);
}

/* A prepared key used again and again, against OpenSSL. */
static void test_prepared_key(void **state)
{
	uint8_t key[150], msg[300];
	uint8_t got[VCH_HMAC_SHA256_SIZE], want[VCH_HMAC_SHA256_SIZE];

	(void)state;
	for (size_t key_len = 1; key_len <= sizeof(key); key_len++) {
		struct vch_hmac_sha256 prepared, m;

		random_bytes(key, key_len);
		vch_hmac_sha256_init(&prepared, vch_span(key, key_len));
		for (int round = 0; round < 8; round++) {
			size_t len = random_below(sizeof(msg) + 1);
			size_t cut = random_below(len + 1);

			random_bytes(msg, len);
			m = prepared;
			vch_hmac_sha256_update(&m, msg, cut);
			vch_hmac_sha256_update(&m, msg + cut, len - cut);
			vch_hmac_sha256_final(&m, got);
			assert_non_null(HMAC(EVP_sha256(), key, (int)key_len,
					     msg, len, want, NULL));
			assert_memory_equal(got, want, sizeof(want));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_prepared_key),
	};

	return cmocka_run_group_tests_name("hmac", tests, random_setup, NULL);
}
