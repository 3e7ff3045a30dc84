/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "trusted/policy/test_calls.h"

static void random_calls(struct vch_calls *ret, uint8_t cnt)
{
	static uint8_t data[VCH_CALLS_MAX][100];

	ret->cnt = cnt;
	for (uint8_t i = 0; i < cnt; i++) {
		size_t len = (size_t)rand() % sizeof(data[i]);

		for (size_t k = 0; k < len; k++)
			data[i][k] = (uint8_t)rand();
		for (size_t k = 0; k < 20; k++)
			ret->call[i].to[k] = (uint8_t)rand();
		ret->call[i].value = (vch_u128)rand() << 64 | (unsigned)rand();
		ret->call[i].data = vch_span(data[i], len);
	}
}

static void test_round_trip(void **state)
{
	struct vch_calls in, out;

	(void)state;
	for (int round = 0; round < 200; round++) {
		random_calls(&in, (uint8_t)(1 + rand() % VCH_CALLS_MAX));
		assert_int_equal(vch_calls_decode(&out, encode_calls(&in)),
				 VCH_OK);
		assert_int_equal(out.cnt, in.cnt);
		for (uint8_t i = 0; i < in.cnt; i++) {
			assert_memory_equal(out.call[i].to, in.call[i].to, 20);
			assert_true(out.call[i].value == in.call[i].value);
			assert_true(vch_span_equal(out.call[i].data,
						   in.call[i].data));
		}
	}
}

/* What decodes at all has one encoding: change a byte, then encode again. */
static void test_canonical(void **state)
{
	static uint8_t changed[4096];
	struct vch_calls in, out;
	struct vch_span good;
	size_t accepted = 0;

	(void)state;
	random_calls(&in, 3);
	good = encode_calls(&in);
	assert_true(good.len <= sizeof(changed));
	for (size_t at = 0; at < good.len; at++) {
		memcpy(changed, good.ptr, good.len);
		changed[at] ^= (uint8_t)(1 << rand() % 8);
		if (vch_calls_decode(&out, vch_span(changed, good.len)) !=
		    VCH_OK)
			continue;
		accepted++;
		assert_true(vch_span_equal(encode_calls(&out),
					   vch_span(changed, good.len)));
		good = encode_calls(&in);
	}
	/* addresses, low halves of values, data: and nothing else */
	assert_true(accepted > 0 && accepted <= 3 * (20 + 16 + 100));
	for (size_t len = 0; len < good.len; len++)
		assert_int_equal(
			vch_calls_decode(&out, vch_span(calls_buf, len)),
			VCH_CALL_FORM);
	calls_buf[good.len] = 0;
	assert_int_equal(
		vch_calls_decode(&out, vch_span(calls_buf, good.len + 1)),
		VCH_CALL_FORM);
}

static void test_counts(void **state)
{
	struct vch_calls in = {.cnt = 0}, out;
	struct vch_span one;

	(void)state;
	assert_int_equal(vch_calls_decode(&out, encode_calls(&in)),
			 VCH_CALL_FORM);
	random_calls(&in, 1);
	one = encode_calls(&in);
	calls_buf[4 + 32 + 32 + 32 + 32 + 31] = 17; /* says 17 calls */
	assert_int_equal(vch_calls_decode(&out, one), VCH_CALL_FORM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_canonical),
		cmocka_unit_test(test_counts),
	};

	srand(1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
