/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t counting[] = {
	0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b,
	0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16,
	0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f};

static const vch_u128 u128 =
	(vch_u128)0x1011121314151617 << 64 | 0x18191a1b1c1d1e1f;

static void test_read(void **state)
{
	struct vch_reader r = vch_reader(vch_span(counting, sizeof(counting)));

	(void)state;
	assert_int_equal(vch_read_u8(&r), 0x01);
	assert_int_equal(vch_read_u16(&r), 0x0203);
	assert_int_equal(vch_read_u32(&r), 0x04050607);
	assert_int_equal(vch_read_u64(&r), 0x08090a0b0c0d0e0f);
	assert_int_equal(vch_reader_end(&r), VCH_FORMAT);
	assert_true(vch_read_u128(&r) == u128);
	assert_int_equal(vch_reader_end(&r), VCH_OK);
}

static void test_read_parts(void **state)
{
	struct vch_reader r = vch_reader(vch_span(counting, 8));
	uint8_t three[3];
	struct vch_span rest;

	(void)state;
	vch_read_bytes(&r, three, 3);
	assert_memory_equal(three, counting, 3);
	vch_read_bytes(&r, three, 0);
	rest = vch_read_span(&r, 5);
	assert_ptr_equal(rest.ptr, counting + 3);
	assert_int_equal(rest.len, 5);
	assert_int_equal(vch_reader_end(&r), VCH_OK);
}

/* Every kind of read, with every number of bytes too few: zeros, and bad. */
static void test_read_past_end(void **state)
{
	(void)state;
	for (size_t len = 0; len < 16; len++) {
		struct vch_span in = vch_span(counting, len);
		struct vch_reader r = vch_reader(in);
		uint8_t out[16];

		assert_true(vch_read_u128(&r) == 0);
		assert_int_equal(vch_reader_end(&r), VCH_FORMAT);
		/* sticky: what would have fitted does not come any more */
		assert_int_equal(vch_read_u8(&r), 0);
		assert_int_equal(vch_read_span(&r, 0).len, 0);
		r = vch_reader(in);
		memset(out, 0xff, sizeof(out));
		vch_read_bytes(&r, out, sizeof(out));
		for (size_t i = 0; i < sizeof(out); i++)
			assert_int_equal(out[i], 0);
		assert_int_equal(vch_reader_end(&r), VCH_FORMAT);
		r = vch_reader(in);
		assert_int_equal(vch_read_span(&r, len + 1).len, 0);
		assert_int_equal(vch_reader_end(&r), VCH_FORMAT);
		r = vch_reader(in);
		assert_int_equal(vch_read_span(&r, SIZE_MAX).len, 0);
		assert_int_equal(vch_reader_end(&r), VCH_FORMAT);
	}
}

static void test_write(void **state)
{
	uint8_t out[sizeof(counting)];
	struct vch_writer w = vch_writer(out, sizeof(out));

	(void)state;
	vch_write_u8(&w, 0x01);
	vch_write_u16(&w, 0x0203);
	vch_write_u32(&w, 0x04050607);
	vch_write_u64(&w, 0x08090a0b0c0d0e0f);
	vch_write_u128(&w, u128);
	vch_write_bytes(&w, NULL, 0);
	assert_true(vch_span_equal(vch_written(&w),
				   vch_span(counting, sizeof(counting))));
}

/* A write that does not fit changes nothing and spoils the whole. */
static void test_write_past_end(void **state)
{
	uint8_t out[8];
	struct vch_writer w = vch_writer(out, 7);

	(void)state;
	memset(out, 0xee, sizeof(out));
	vch_write_u32(&w, 0x01020304);
	vch_write_u32(&w, 0x05060708);
	assert_int_equal(out[4], 0xee);
	assert_true(w.bad);
	vch_write_u8(&w, 9);
	assert_int_equal(out[4], 0xee);
	assert_int_equal(vch_written(&w).len, 0);
	w = vch_writer(out, 7);
	vch_write_bytes(&w, counting, SIZE_MAX);
	assert_true(w.bad);
	w = vch_writer(out, 7);
	vch_write_bytes(&w, counting, 7);
	assert_int_equal(vch_written(&w).len, 7);
	assert_int_equal(out[7], 0xee);
}

static void test_fixed_places(void **state)
{
	uint8_t out[16];

	(void)state;
	assert_int_equal(vch_load_be64(counting), 0x0102030405060708);
	vch_store_be64(out, 0x0102030405060708);
	assert_memory_equal(out, counting, 8);
	vch_store_be128(out, vch_load_be128(counting));
	assert_memory_equal(out, counting, 16);
	assert_true(vch_load_be128(counting + 15) == u128);
}

static void test_span_equal(void **state)
{
	(void)state;
	assert_true(vch_span_equal(vch_span(NULL, 0), vch_span(counting, 0)));
	assert_false(
		vch_span_equal(vch_span(counting, 1), vch_span(counting, 2)));
	assert_false(vch_span_equal(vch_span(counting, 2),
				    vch_span(counting + 1, 2)));
	assert_true(vch_span_equal(vch_span("\1\2", 2), vch_span(counting, 2)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_parts),
		cmocka_unit_test(test_read_past_end),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_write_past_end),
		cmocka_unit_test(test_fixed_places),
		cmocka_unit_test(test_span_equal),
	};

	return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
