/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/crypto/sha256.h"

#include <openssl/sha.h>

#include "trusted/crypto/cpu.h"
#include "trusted/crypto/test_vectors.h"

static void check(const struct vector *v)
{
	uint8_t out[VCH_SHA256_SIZE];

	vch_sha256_hash(out, v->field[0]);
	assert_span_is(v->want, out, sizeof(out));
}

static void test_vectors(void **state)
{
	(void)state;
	vectors_each("sha256.txt", 70, check);
}

/* Any cut into pieces gives what OpenSSL gives for the whole. */
static void test_pieces(void **state)
{
	static uint8_t msg[1000];
	uint8_t got[VCH_SHA256_SIZE], want[VCH_SHA256_SIZE];

	(void)state;
	for (int round = 0; round < 2000; round++) {
		size_t len = random_below(sizeof(msg) + 1);
		struct vch_sha256 s;

		random_bytes(msg, len);
		vch_sha256_init(&s);
		for (size_t at = 0; at < len;) {
			size_t n = random_below(200);

			n = n < len - at ? n : len - at;
			vch_sha256_update(&s, msg + at, n);
			at += n;
		}
		vch_sha256_final(&s, got);
		SHA256(msg, len, want);
		assert_memory_equal(got, want, sizeof(want));
	}
}

/* A copied state goes its own way. */
static void test_fork(void **state)
{
	struct vch_sha256 a, b;
	uint8_t got[VCH_SHA256_SIZE], want[VCH_SHA256_SIZE];

	(void)state;
	vch_sha256_init(&a);
	vch_sha256_update(&a, "ab", 2);
	b = a;
	vch_sha256_update(&a, "x", 1);
	vch_sha256_update(&b, "c", 1);
	vch_sha256_final(&b, got);
	vch_sha256_hash(want, vch_span("abc", 3));
	assert_memory_equal(got, want, sizeof(want));
	vch_sha256_final(&a, got);
	vch_sha256_hash(want, vch_span("abx", 3));
	assert_memory_equal(got, want, sizeof(want));
}

/* What serves where the processor has no instructions for it. */
static void test_without_hardware(void **state)
{
	vch_cpu_hide(true);
	test_vectors(state);
	test_pieces(state);
	vch_cpu_hide(false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_fork),
		cmocka_unit_test(test_without_hardware),
	};

	return cmocka_run_group_tests_name("sha256", tests, random_setup, NULL);
}
