/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "trusted/policy/calls.h"

static uint8_t buf[16384];

static void put_word(struct vch_writer *w, vch_u128 v)
{
	vch_write_u128(w, 0);
	vch_write_u128(w, v);
}

static void put_bytes(struct vch_writer *w, struct vch_span b)
{
	static const uint8_t zeros[32];

	put_word(w, b.len);
	vch_write_bytes(w, b.ptr, b.len);
	vch_write_bytes(w, zeros, (32 - b.len % 32) % 32);
}

/* The encoding by the ABI's words, independent of the decoder. */
static struct vch_span encode(const struct vch_calls *calls)
{
	static uint8_t inner[16384];
	struct vch_writer in = vch_writer(inner, sizeof(inner));
	struct vch_writer w = vch_writer(buf, sizeof(buf));
	size_t at = 32u * calls->cnt;

	put_word(&in, 32);
	put_word(&in, calls->cnt);
	for (uint8_t i = 0; i < calls->cnt; i++) {
		put_word(&in, at);
		at += 4 * 32 + (calls->call[i].data.len + 31) / 32 * 32;
	}
	for (uint8_t i = 0; i < calls->cnt; i++) {
		static const uint8_t zeros[12];

		vch_write_bytes(&in, zeros, 12);
		vch_write_bytes(&in, calls->call[i].to, 20);
		put_word(&in, calls->call[i].value);
		put_word(&in, 96);
		put_bytes(&in, calls->call[i].data);
	}
	vch_write_bytes(&w, "\xe9\xae\x5c\x53", 4);
	vch_write_u8(&w, 1);
	for (int i = 0; i < 31; i++)
		vch_write_u8(&w, 0);
	put_word(&w, 64);
	put_bytes(&w, vch_written(&in));
	assert_false(w.bad || in.bad);
	return vch_written(&w);
}

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
		assert_int_equal(vch_calls_decode(&out, encode(&in)), VCH_OK);
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
	good = encode(&in);
	assert_true(good.len <= sizeof(changed));
	for (size_t at = 0; at < good.len; at++) {
		memcpy(changed, good.ptr, good.len);
		changed[at] ^= (uint8_t)(1 << rand() % 8);
		if (vch_calls_decode(&out, vch_span(changed, good.len)) !=
		    VCH_OK)
			continue;
		accepted++;
		assert_true(vch_span_equal(encode(&out),
					   vch_span(changed, good.len)));
		good = encode(&in);
	}
	/* addresses, low halves of values, data: and nothing else */
	assert_true(accepted > 0 && accepted <= 3 * (20 + 16 + 100));
	for (size_t len = 0; len < good.len; len++)
		assert_int_equal(vch_calls_decode(&out, vch_span(buf, len)),
				 VCH_CALL_FORM);
	buf[good.len] = 0;
	assert_int_equal(vch_calls_decode(&out, vch_span(buf, good.len + 1)),
			 VCH_CALL_FORM);
}

static void test_counts(void **state)
{
	struct vch_calls in = {.cnt = 0}, out;
	struct vch_span one;

	(void)state;
	assert_int_equal(vch_calls_decode(&out, encode(&in)), VCH_CALL_FORM);
	random_calls(&in, 1);
	one = encode(&in);
	buf[4 + 32 + 32 + 32 + 32 + 31] = 17; /* says 17 calls */
	assert_int_equal(vch_calls_decode(&out, one), VCH_CALL_FORM);
}

static void test_value(void **state)
{
	uint8_t self[20] = {1}, entry_point[20] = {2};
	uint8_t deposit[36] = {0xb7, 0x60, 0xfa, 0xf9};
	struct vch_calls c = {.cnt = 2};
	vch_u128 value = 0;

	(void)state;
	c.call[0].to[0] = 3;
	c.call[0].value = 5;
	memcpy(c.call[1].to, entry_point, 20);
	c.call[1].value = 7;
	c.call[1].data = vch_span(deposit, sizeof(deposit));
	assert_int_equal(vch_calls_value(&value, &c, self, entry_point),
			 VCH_OK);
	assert_true(value == 12);

	deposit[4] = 1; /* dirty address */
	assert_int_equal(vch_calls_value(&value, &c, self, entry_point),
			 VCH_CALL);
	deposit[4] = 0;
	deposit[0] ^= 1; /* another method of the entry point */
	assert_int_equal(vch_calls_value(&value, &c, self, entry_point),
			 VCH_CALL);
	c.call[1].data = vch_span(NULL, 0); /* its receive() */
	assert_int_equal(vch_calls_value(&value, &c, self, entry_point),
			 VCH_CALL);
	c.cnt = 1;
	c.call[0].data = vch_span(deposit, 1);
	assert_int_equal(vch_calls_value(&value, &c, self, entry_point),
			 VCH_CALL);
	c.call[0].data = vch_span(NULL, 0);
	memcpy(c.call[0].to, self, 20);
	assert_int_equal(vch_calls_value(&value, &c, self, entry_point),
			 VCH_CALL);
}

static void test_value_edges(void **state)
{
	uint8_t self[20] = {1}, entry_point[20] = {2};
	struct vch_calls c = {.cnt = 1};
	vch_u128 value = 0;

	(void)state;
	/* zero is the account itself to ERC-7821 */
	assert_int_equal(vch_calls_value(&value, &c, self, entry_point),
			 VCH_CALL);
	c.call[0].to[0] = c.call[1].to[0] = 9;
	c.call[0].value = c.call[1].value = (vch_u128)1 << 127;
	c.call[1].data = vch_span(NULL, 0);
	c.cnt = 2;
	assert_int_equal(vch_calls_value(&value, &c, self, entry_point),
			 VCH_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_canonical),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_value),
		cmocka_unit_test(test_value_edges),
	};

	srand(1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
