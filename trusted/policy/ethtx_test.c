/* SPDX-License-Identifier: Apache-2.0 */
/* Strict RLP: one form of each transaction, and nothing else gets through. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "trusted/base/check.h"
#include "trusted/policy/ethtx.h"

/* The example of EIP-155. */
static const uint8_t LEGACY[] = {
	0xec, 0x09, 0x85, 0x04, 0xa8, 0x17, 0xc8, 0x00, 0x82, 0x52, 0x08, 0x94,
	0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x35,
	0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x88, 0x0d, 0xe0, 0xb6,
	0xb3, 0xa7, 0x64, 0x00, 0x00, 0x80, 0x01, 0x80, 0x80};

/* 02 ‖ [1, 2, 3, 4, 5, creation, 6, 07, []] */
static const uint8_t CREATION[] = {0x02, 0xc9, 0x01, 0x02, 0x03, 0x04,
				   0x05, 0x80, 0x06, 0x07, 0xc0};

static enum vch_err read(struct vch_ethtx *ret, const void *in, size_t len)
{
	/* of exactly that length, so that a sanitizer sees a step over */
	uint8_t *copy = malloc(len + 1);
	enum vch_err err;

	assert_non_null(copy);
	if (len > 0)
		memcpy(copy, in, len);
	err = vch_ethtx_read(ret, vch_span(copy, len));
	free(copy);
	return err;
}

static void test_known(void **state)
{
	struct vch_ethtx tx;

	(void)state;
	assert_int_equal(read(&tx, LEGACY, sizeof(LEGACY)), VCH_OK);
	assert_int_equal(tx.chain_id, 1);
	assert_true(tx.cost_wei == (vch_u128)1000000000000000000u +
					   (vch_u128)21000 * 20000000000u);
	assert_int_equal(read(&tx, CREATION, sizeof(CREATION)), VCH_OK);
	assert_int_equal(tx.chain_id, 1);
	assert_true(tx.cost_wei == 6 + 4 * 5);
}

static void test_every_truncation(void **state)
{
	uint8_t longer[sizeof(LEGACY) + 1] = {0};
	struct vch_ethtx tx;

	(void)state;
	for (size_t len = 0; len < sizeof(LEGACY); len++)
		assert_int_equal(read(&tx, LEGACY, len), VCH_PAYLOAD);
	for (size_t len = 0; len < sizeof(CREATION); len++)
		assert_int_equal(read(&tx, CREATION, len), VCH_PAYLOAD);
	memcpy(longer, LEGACY, sizeof(LEGACY));
	assert_int_equal(read(&tx, longer, sizeof(longer)), VCH_PAYLOAD);
}

/* Blobs, set-code and whatever else there may come. */
static void test_other_types(void **state)
{
	uint8_t in[sizeof(CREATION)];
	struct vch_ethtx tx;

	(void)state;
	memcpy(in, CREATION, sizeof(in));
	for (unsigned type = 0; type < 0x80; type++) {
		in[0] = (uint8_t)type;
		if (type != 2)
			assert_int_equal(read(&tx, in, sizeof(in)),
					 VCH_PAYLOAD);
	}
}

static void test_second_forms(void **state)
{
	static const struct {
		uint8_t in[16];
		size_t len;
	} bad[] = {
		/* a nonce with a leading zero, wrapped, in a long form */
		{{2, 0xca, 1, 0x81, 2, 3, 4, 5, 0x80, 6, 7, 0xc0}, 12},
		{{2, 0xcb, 1, 0x82, 0, 2, 3, 4, 5, 0x80, 6, 7, 0xc0}, 13},
		{{2, 0xc9, 1, 0, 3, 4, 5, 0x80, 6, 7, 0xc0}, 11},
		{{2, 0xcb, 1, 0xb8, 1, 2, 3, 4, 5, 0x80, 6, 7, 0xc0}, 13},
		/* the list itself in a long form */
		{{2, 0xf8, 9, 1, 2, 3, 4, 5, 0x80, 6, 7, 0xc0}, 12},
		/* a short receiver, a list for data, a string for a list */
		{{2, 0xc9, 1, 2, 3, 4, 5, 9, 6, 7, 0xc0}, 11},
		{{2, 0xc9, 1, 2, 3, 4, 5, 0x80, 6, 0xc0, 0xc0}, 11},
		{{2, 0xc9, 1, 2, 3, 4, 5, 0x80, 6, 7, 0x80}, 11},
		/* something else in the access list; a member too many */
		{{2, 0xca, 1, 2, 3, 4, 5, 0x80, 6, 7, 0xc1, 1}, 12},
		{{2, 0xca, 1, 2, 3, 4, 5, 0x80, 6, 7, 0xc0, 1}, 12},
		/* chain 0; legacy without a chain */
		{{2, 0xc9, 0x80, 2, 3, 4, 5, 0x80, 6, 7, 0xc0}, 11},
		{{0xc6, 1, 2, 3, 0x80, 4, 5}, 7},
		/* legacy with something where r and s will stand */
		{{0xc9, 1, 2, 3, 0x80, 4, 5, 1, 1, 0x80}, 10},
	};
	struct vch_ethtx tx;

	(void)state;
	for (size_t i = 0; i < VCH_ARRAY_LEN(bad); i++)
		assert_int_equal(read(&tx, bad[i].in, bad[i].len), VCH_PAYLOAD);
}

/* Gas 2^32, a price of 2^64, a value of 17 bytes, a cost over 2^128. */
static void test_beyond_sense(void **state)
{
	static const uint8_t gas[] = {2, 0xce, 1, 2, 3,	   4, 0x85, 1,
				      0, 0,    0, 0, 0x80, 6, 7,    0xc0};
	static const uint8_t price[] = {2, 0xd2, 1, 2, 3, 0x89, 1, 0, 0,   0, 0,
					0, 0,	 0, 0, 5, 0x80, 6, 7, 0xc0};
	uint8_t value[32] = {2, 0xda, 1, 2, 3, 4, 5, 0x80, 0x91, 1};
	struct vch_ethtx tx;

	(void)state;
	assert_int_equal(read(&tx, gas, sizeof(gas)), VCH_FEE);
	assert_int_equal(read(&tx, price, sizeof(price)), VCH_FEE);
	value[26] = 7;
	value[27] = 0xc0;
	assert_int_equal(read(&tx, value, 28), VCH_PAYLOAD);
	value[1] = 0xd9;
	value[8] = 0x90;
	memset(value + 9, 0xff, 16);
	value[25] = 7;
	value[26] = 0xc0;
	assert_int_equal(read(&tx, value, 27), VCH_LIMIT);
}

/* Bytes changed at random: never a step over, never chain 0. */
static void test_mutations(void **state)
{
	uint64_t seed = 88172645463325252u;
	uint8_t in[sizeof(LEGACY)];
	struct vch_ethtx tx;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		memcpy(in, LEGACY, sizeof(in));
		for (int i = 0; i < 3; i++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			in[seed % sizeof(in)] = (uint8_t)(seed >> 32);
		}
		if (read(&tx, in, sizeof(in)) == VCH_OK)
			assert_true(tx.chain_id != 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_other_types),
		cmocka_unit_test(test_second_forms),
		cmocka_unit_test(test_beyond_sense),
		cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
