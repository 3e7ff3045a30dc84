/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/policy/ethtx.h"

#define GAS_MAX ((vch_u128)1 << 32)
#define PRICE_MAX ((vch_u128)1 << 64)

/* First bytes of RLP items. */
#define SHORT_STRING 0x80
#define LONG_STRING 0xb7
#define SHORT_LIST 0xc0
#define LONG_LIST 0xf7
#define SHORT_LEN_MAX 55

/* The big-endian length of a long item: no leading zero, no short length. */
static size_t read_len(struct vch_reader *r, unsigned len_size)
{
	size_t len = 0;

	if (len_size > 3 || (r->left > 0 && r->ptr[0] == 0))
		r->bad = true;
	for (unsigned i = 0; i < len_size && !r->bad; i++)
		len = len << 8 | vch_read_u8(r);
	if (len <= SHORT_LEN_MAX)
		r->bad = true;
	return len;
}

/* The contents of the next string; empty and bad if it is a list. */
static struct vch_span read_string(struct vch_reader *r)
{
	const uint8_t *at = r->ptr;
	uint8_t first = vch_read_u8(r);
	struct vch_span ret;

	if (r->bad || first >= SHORT_LIST) {
		r->bad = true;
		return vch_span(NULL, 0);
	}
	if (first < SHORT_STRING)
		return vch_span(at, 1);
	if (first > LONG_STRING)
		return vch_read_span(r, read_len(r, first - LONG_STRING));
	ret = vch_read_span(r, (size_t)(first - SHORT_STRING));
	/* a byte below 0x80 stands for itself */
	if (ret.len == 1 && ret.ptr[0] < SHORT_STRING)
		r->bad = true;
	return ret;
}

/* A cursor over the next list; empty and bad if it is a string. */
static struct vch_reader read_list(struct vch_reader *r)
{
	uint8_t first = vch_read_u8(r);
	size_t len = (size_t)first - SHORT_LIST;

	if (r->bad || first < SHORT_LIST) {
		r->bad = true;
		return vch_reader(vch_span(NULL, 0));
	}
	if (first > LONG_LIST)
		len = read_len(r, first - LONG_LIST);
	return vch_reader(vch_read_span(r, len));
}

/* A number of at most 16 bytes without leading zeros. */
static vch_u128 read_number(struct vch_reader *r)
{
	struct vch_span in = read_string(r);
	vch_u128 v = 0;

	if (in.len > 16 || (in.len > 0 && in.ptr[0] == 0))
		r->bad = true;
	for (size_t i = 0; i < in.len && !r->bad; i++)
		v = v << 8 | in.ptr[i];
	return v;
}

static uint64_t read_u64(struct vch_reader *r)
{
	vch_u128 v = read_number(r);

	if (v > UINT64_MAX)
		r->bad = true;
	return (uint64_t)v;
}

/* The receiver: an address, or nothing where a contract is created. */
static void read_receiver(struct vch_reader *r)
{
	size_t len = read_string(r).len;

	if (len != 0 && len != 20)
		r->bad = true;
}

/* [[address, [key, ...]], ...] of EIP-2930: only its form matters here. */
static void read_access_list(struct vch_reader *r)
{
	struct vch_reader list = read_list(r);

	while (!list.bad && list.left > 0) {
		struct vch_reader one = read_list(&list);
		struct vch_reader keys;

		if (read_string(&one).len != 20)
			one.bad = true;
		keys = read_list(&one);
		while (!keys.bad && keys.left > 0) {
			if (read_string(&keys).len != 32)
				keys.bad = true;
		}
		if (keys.bad || one.bad || one.left > 0)
			list.bad = true;
	}
	if (list.bad)
		r->bad = true;
}

/* What the three kinds differ in. */
enum tx_type { LEGACY, EIP2930, EIP1559 };

/* The members in order; the price that counts is the greatest there is. */
static enum vch_err read_members(struct vch_ethtx *ret, struct vch_reader *r,
				 enum tx_type type)
{
	vch_u128 price, gas, value;

	if (type != LEGACY)
		ret->chain_id = read_u64(r);
	(void)read_u64(r); /* nonce */
	if (type == EIP1559)
		(void)read_number(r); /* the priority fee is part of the fee */
	price = read_number(r);
	gas = read_number(r);
	read_receiver(r);
	value = read_number(r);
	(void)read_string(r); /* data */
	if (type == LEGACY) {
		ret->chain_id = read_u64(r);
		/* EIP-155: two empty places for r and s */
		if (read_string(r).len + read_string(r).len != 0)
			r->bad = true;
	} else {
		read_access_list(r);
	}
	if (vch_reader_end(r) != VCH_OK || ret->chain_id == 0)
		return VCH_PAYLOAD;
	if (gas >= GAS_MAX || price >= PRICE_MAX)
		return VCH_FEE;
	if (__builtin_add_overflow(value, gas * price, &ret->cost_wei))
		return VCH_LIMIT;
	return VCH_OK;
}

enum vch_err vch_ethtx_read(struct vch_ethtx *ret, struct vch_span payload)
{
	struct vch_reader r = vch_reader(payload), members;
	struct vch_ethtx tx = {0};
	enum tx_type type = LEGACY;

	if (payload.len > 0 && payload.ptr[0] < SHORT_STRING) {
		switch (vch_read_u8(&r)) {
		case 1:
			type = EIP2930;
			break;
		case 2:
			type = EIP1559;
			break;
		default:
			return VCH_PAYLOAD;
		}
	}
	members = read_list(&r);
	if (vch_reader_end(&r) != VCH_OK)
		return VCH_PAYLOAD;
	VCH_TRY(read_members(&tx, &members, type));
	*ret = tx;
	return VCH_OK;
}
