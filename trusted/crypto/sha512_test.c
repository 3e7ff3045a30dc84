/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/crypto/sha512.h"

#include <openssl/sha.h>

#include "trusted/crypto/test_vectors.h"

static void check(const struct vector *v)
{
	uint8_t out[VCH_SHA512_SIZE];
	struct vch_sha512 s;

	vch_sha512_init(&s);
	vch_sha512_update(&s, v->field[0].ptr, v->field[0].len);
	vch_sha512_final(&s, out);
	assert_span_is(v->want, out, sizeof(out));
}

static void test_vectors(void **state)
{
	(void)state;
	vectors_each("sha512.txt", 130, check);
}

static void test_pieces(void **state)
{
	static uint8_t msg[1000];
	uint8_t got[VCH_SHA512_SIZE], want[VCH_SHA512_SIZE];

	(void)state;
	for (int round = 0; round < 1000; round++) {
		size_t len = random_below(sizeof(msg) + 1);
		size_t cut = random_below(len + 1);
		struct vch_sha512 s;

		random_bytes(msg, len);
		vch_sha512_init(&s);
		vch_sha512_update(&s, msg, cut);
		vch_sha512_update(&s, msg + cut, len - cut);
		vch_sha512_final(&s, got);
		SHA512(msg, len, want);
		assert_memory_equal(got, want, sizeof(want));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_pieces),
	};

	return cmocka_run_group_tests_name("sha512", tests, random_setup, NULL);
}
