/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/base/bytes.h"

#include <string.h>

bool vch_span_equal(struct vch_span a, struct vch_span b)
{
	if (a.len != b.len)
		return false;
	return a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0;
}

struct vch_reader vch_reader(struct vch_span in)
{
	return (struct vch_reader){in.ptr, in.len, false};
}

/* The next len bytes, or NULL; the cursor is bad from then on. */
static const uint8_t *take(struct vch_reader *r, size_t len)
{
	const uint8_t *at = r->ptr;

	if (r->bad || len > r->left) {
		r->bad = true;
		r->left = 0;
		return NULL;
	}
	r->ptr += len;
	r->left -= len;
	return at;
}

static vch_u128 take_int(struct vch_reader *r, size_t len)
{
	const uint8_t *at = take(r, len);
	vch_u128 v = 0;

	for (size_t i = 0; at && i < len; i++)
		v = v << 8 | at[i];
	return v;
}

uint8_t vch_read_u8(struct vch_reader *r)
{
	return (uint8_t)take_int(r, 1);
}

uint16_t vch_read_u16(struct vch_reader *r)
{
	return (uint16_t)take_int(r, 2);
}

uint32_t vch_read_u32(struct vch_reader *r)
{
	return (uint32_t)take_int(r, 4);
}

uint64_t vch_read_u64(struct vch_reader *r)
{
	return (uint64_t)take_int(r, 8);
}

vch_u128 vch_read_u128(struct vch_reader *r)
{
	return take_int(r, 16);
}

void vch_read_bytes(struct vch_reader *r, void *out, size_t len)
{
	const uint8_t *at = take(r, len);

	if (at && len > 0)
		memcpy(out, at, len);
	else
		memset(out, 0, len);
}

struct vch_span vch_read_span(struct vch_reader *r, size_t len)
{
	const uint8_t *at = take(r, len);

	return vch_span(at, at ? len : 0);
}

enum vch_err vch_reader_end(const struct vch_reader *r)
{
	return r->bad || r->left != 0 ? VCH_FORMAT : VCH_OK;
}

struct vch_writer vch_writer(void *ptr, size_t cap)
{
	return (struct vch_writer){ptr, cap, 0, false};
}

void vch_write_bytes(struct vch_writer *w, const void *in, size_t len)
{
	if (w->bad || len > w->cap - w->len) {
		w->bad = true;
		return;
	}
	if (len > 0)
		memcpy(w->ptr + w->len, in, len);
	w->len += len;
}

static void put_int(struct vch_writer *w, vch_u128 v, size_t len)
{
	uint8_t be[16];

	vch_store_be128(be, v);
	vch_write_bytes(w, be + 16 - len, len);
}

void vch_write_u8(struct vch_writer *w, uint8_t v)
{
	put_int(w, v, 1);
}

void vch_write_u16(struct vch_writer *w, uint16_t v)
{
	put_int(w, v, 2);
}

void vch_write_u32(struct vch_writer *w, uint32_t v)
{
	put_int(w, v, 4);
}

void vch_write_u64(struct vch_writer *w, uint64_t v)
{
	put_int(w, v, 8);
}

void vch_write_u128(struct vch_writer *w, vch_u128 v)
{
	put_int(w, v, 16);
}

struct vch_span vch_written(const struct vch_writer *w)
{
	return vch_span(w->ptr, w->bad ? 0 : w->len);
}

uint64_t vch_load_be64(const uint8_t in[8])
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | in[i];
	return v;
}

void vch_store_be64(uint8_t out[8], uint64_t v)
{
	for (int i = 7; i >= 0; i--, v >>= 8)
		out[i] = (uint8_t)v;
}

vch_u128 vch_load_be128(const uint8_t in[16])
{
	return (vch_u128)vch_load_be64(in) << 64 | vch_load_be64(in + 8);
}

void vch_store_be128(uint8_t out[16], vch_u128 v)
{
	vch_store_be64(out, (uint64_t)(v >> 64));
	vch_store_be64(out + 8, (uint64_t)v);
}
