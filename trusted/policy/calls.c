/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/policy/calls.h"

#include <string.h>

#include "trusted/base/ct.h"

/* execute(bytes32,bytes) */
static const uint8_t execute_selector[4] = {0xe9, 0xae, 0x5c, 0x53};
static const uint8_t batch_mode[32] = {0x01};

/* An ABI word that must be a small number; bad if it is 2^32 or more. */
static size_t read_size(struct vch_reader *r)
{
	vch_u128 high = vch_read_u128(r);
	vch_u128 low = vch_read_u128(r);

	if (high != 0 || low > UINT32_MAX)
		r->bad = true;
	return (size_t)low;
}

static void expect_size(struct vch_reader *r, size_t want)
{
	if (read_size(r) != want)
		r->bad = true;
}

static size_t padded(size_t len)
{
	return (len + 31) & ~(size_t)31;
}

/* ABI bytes: length, content, zeros up to a whole word. */
static struct vch_span read_bytes(struct vch_reader *r)
{
	size_t len = read_size(r);
	struct vch_span content = vch_read_span(r, len);
	struct vch_span padding = vch_read_span(r, padded(len) - len);

	if (!vch_ct_is_zero(padding.ptr, padding.len))
		r->bad = true;
	return content;
}

/* One (address to, uint256 value, bytes data); returns its encoded length. */
static size_t read_call(struct vch_reader *r, struct vch_call *ret)
{
	size_t before = r->left;
	struct vch_span high = vch_read_span(r, 12);

	vch_read_bytes(r, ret->to, 20);
	if (!vch_ct_is_zero(high.ptr, high.len))
		r->bad = true;
	if (vch_read_u128(r) != 0)
		r->bad = true;
	ret->value = vch_read_u128(r);
	expect_size(r, 3 * 32);
	ret->data = read_bytes(r);
	return before - r->left;
}

/* abi.encode(Call[]): offsets first, then the calls they point to. */
static enum vch_err decode_batch(struct vch_calls *ret, struct vch_span data)
{
	struct vch_reader r = vch_reader(data);
	struct vch_reader offsets;
	size_t cnt, at;

	expect_size(&r, 32);
	cnt = read_size(&r);
	if (r.bad || cnt == 0 || cnt > VCH_CALLS_MAX)
		return VCH_CALL_FORM;
	offsets = vch_reader(vch_read_span(&r, cnt * 32));
	at = cnt * 32;
	for (size_t i = 0; i < cnt; i++) {
		expect_size(&offsets, at);
		at += read_call(&r, &ret->call[i]);
	}
	ret->cnt = (uint8_t)cnt;
	if (offsets.bad || vch_reader_end(&r) != VCH_OK)
		return VCH_CALL_FORM;
	return VCH_OK;
}

enum vch_err vch_calls_decode(struct vch_calls *ret, struct vch_span call_data)
{
	struct vch_reader r = vch_reader(call_data);
	struct vch_span selector = vch_read_span(&r, 4);
	struct vch_span mode = vch_read_span(&r, 32);
	struct vch_calls calls = {.cnt = 0};
	struct vch_span data;

	expect_size(&r, 2 * 32);
	data = read_bytes(&r);
	if (vch_reader_end(&r) != VCH_OK ||
	    memcmp(selector.ptr, execute_selector, 4) != 0 ||
	    memcmp(mode.ptr, batch_mode, 32) != 0)
		return VCH_CALL_FORM;
	VCH_TRY(decode_batch(&calls, data));
	*ret = calls;
	return VCH_OK;
}
