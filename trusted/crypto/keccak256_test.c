/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/crypto/keccak256.h"

#include "trusted/crypto/test_vectors.h"

static void check(const struct vector *v)
{
	uint8_t out[VCH_KECCAK256_SIZE];

	vch_keccak256_hash(out, v->field[0]);
	assert_span_is(v->want, out, sizeof(out));
}

static void test_vectors(void **state)
{
	(void)state;
	vectors_each("keccak256.txt", 250, check);
}

static uint64_t rotate(uint64_t v, unsigned int by)
{
	return by ? v << by | v >> (64 - by) : v;
}

/*
 * The twin: the permutation as FIPS 202, 3.2 words it, with the rotations
 * and the round constants reckoned, not listed.
 */
static void twin_round(uint64_t a[5][5], unsigned int *lfsr)
{
	uint64_t c[5], b[5][5];

	for (size_t x = 0; x < 5; x++)
		c[x] = a[x][0] ^ a[x][1] ^ a[x][2] ^ a[x][3] ^ a[x][4];
	for (size_t i = 0; i < 25; i++)
		a[i % 5][i / 5] ^= c[(i + 4) % 5] ^ rotate(c[(i + 1) % 5], 1);
	b[0][0] = a[0][0];
	for (size_t t = 0, x = 1, y = 0; t < 24; t++) {
		size_t next_y = (2 * x + 3 * y) % 5;

		b[y][next_y] = rotate(
			a[x][y], (unsigned int)((t + 1) * (t + 2) / 2 % 64));
		x = y;
		y = next_y;
	}
	for (size_t i = 0; i < 25; i++)
		a[i % 5][i / 5] = b[i % 5][i / 5] ^ (~b[(i + 1) % 5][i / 5] &
						     b[(i + 2) % 5][i / 5]);
	for (unsigned int j = 0; j < 7; j++) {
		a[0][0] ^= (uint64_t)(*lfsr & 1) << ((1U << j) - 1);
		*lfsr = *lfsr << 1 ^ (*lfsr >> 7 & 1) * 0x171;
	}
}

static void twin_hash(uint8_t out[32], const uint8_t *in, size_t len)
{
	uint64_t a[5][5] = {{0}};
	unsigned int lfsr;
	size_t blocks = len / VCH_KECCAK256_RATE + 1;

	for (size_t at = 0; at < blocks * VCH_KECCAK256_RATE; at++) {
		size_t i = at % VCH_KECCAK256_RATE;
		uint64_t byte = at < len ? in[at] : at == len;

		if (at + 1 == blocks * VCH_KECCAK256_RATE)
			byte ^= 0x80;
		a[i / 8 % 5][i / 40] ^= byte << i % 8 * 8;
		if (i + 1 < VCH_KECCAK256_RATE)
			continue;
		lfsr = 1;
		for (int round = 0; round < 24; round++)
			twin_round(a, &lfsr);
	}
	for (size_t i = 0; i < 32; i++)
		out[i] = (uint8_t)(a[i / 8 % 5][i / 40] >> i % 8 * 8);
}

static void test_twin_in_pieces(void **state)
{
	static uint8_t msg[600];
	uint8_t got[VCH_KECCAK256_SIZE], want[VCH_KECCAK256_SIZE];

	(void)state;
	for (size_t len = 0; len <= sizeof(msg); len++) {
		struct vch_keccak256 s;

		random_bytes(msg, len);
		vch_keccak256_init(&s);
		for (size_t at = 0; at < len;) {
			size_t n = random_below(300);

			n = n < len - at ? n : len - at;
			vch_keccak256_update(&s, msg + at, n);
			at += n;
		}
		vch_keccak256_final(&s, got);
		twin_hash(want, msg, len);
		assert_memory_equal(got, want, sizeof(want));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_twin_in_pieces),
	};

	return cmocka_run_group_tests_name("keccak256", tests, random_setup,
					   NULL);
}
