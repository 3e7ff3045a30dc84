/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounded, sticky cursors. A read past the end yields zeros and marks the
 * cursor bad; a write past the end writes nothing and marks it bad. So a
 * parser is a straight list of fields with one check at its end. Integers
 * are big-endian.
 */
#ifndef TRUSTED_BASE_BYTES_H
#define TRUSTED_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "trusted/base/err.h"

typedef unsigned __int128 vch_u128;

/* A view of bytes that somebody else owns; valid as long as the owner's. */
struct vch_span {
	const uint8_t *ptr;
	size_t len;
};

static inline struct vch_span vch_span(const void *ptr, size_t len)
{
	return (struct vch_span){ptr, len};
}

/* True if both hold the same bytes. Not for secrets. */
static inline bool vch_span_equal(struct vch_span a, struct vch_span b)
{
	return a.len == b.len &&
	       (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Big-endian integers at fixed places. */
static inline uint64_t vch_load_be64(const uint8_t in[8])
{
	return (uint64_t)in[0] << 56 | (uint64_t)in[1] << 48 |
	       (uint64_t)in[2] << 40 | (uint64_t)in[3] << 32 |
	       (uint64_t)in[4] << 24 | (uint64_t)in[5] << 16 |
	       (uint64_t)in[6] << 8 | in[7];
}

static inline void vch_store_be64(uint8_t out[8], uint64_t v)
{
	out[0] = (uint8_t)(v >> 56);
	out[1] = (uint8_t)(v >> 48);
	out[2] = (uint8_t)(v >> 40);
	out[3] = (uint8_t)(v >> 32);
	out[4] = (uint8_t)(v >> 24);
	out[5] = (uint8_t)(v >> 16);
	out[6] = (uint8_t)(v >> 8);
	out[7] = (uint8_t)v;
}

static inline vch_u128 vch_load_be128(const uint8_t in[16])
{
	return (vch_u128)vch_load_be64(in) << 64 | vch_load_be64(in + 8);
}

static inline void vch_store_be128(uint8_t out[16], vch_u128 v)
{
	vch_store_be64(out, (uint64_t)(v >> 64));
	vch_store_be64(out + 8, (uint64_t)v);
}

struct vch_reader {
	const uint8_t *ptr;
	size_t left;
	bool bad;
};

/* A cursor at the first byte. */
static inline struct vch_reader vch_reader(struct vch_span in)
{
	return (struct vch_reader){in.ptr, in.len, false};
}

/* The next len bytes, or NULL; the cursor is bad from then on. */
static inline const uint8_t *vch_read_at(struct vch_reader *r, size_t len)
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

static inline uint8_t vch_read_u8(struct vch_reader *r)
{
	const uint8_t *at = vch_read_at(r, 1);

	return at ? at[0] : 0;
}

static inline uint16_t vch_read_u16(struct vch_reader *r)
{
	const uint8_t *at = vch_read_at(r, 2);

	return at ? (uint16_t)(at[0] << 8 | at[1]) : 0;
}

static inline uint32_t vch_read_u32(struct vch_reader *r)
{
	const uint8_t *at = vch_read_at(r, 4);

	return at ? (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
			       (uint32_t)at[2] << 8 | at[3]
		  : 0;
}

static inline uint64_t vch_read_u64(struct vch_reader *r)
{
	const uint8_t *at = vch_read_at(r, 8);

	return at ? vch_load_be64(at) : 0;
}

static inline vch_u128 vch_read_u128(struct vch_reader *r)
{
	const uint8_t *at = vch_read_at(r, 16);

	return at ? vch_load_be128(at) : 0;
}

/* Copies len bytes to out (zeros if there are fewer left). */
static inline void vch_read_bytes(struct vch_reader *r, void *out, size_t len)
{
	const uint8_t *at = vch_read_at(r, len);

	if (at && len > 0)
		memcpy(out, at, len);
	else
		memset(out, 0, len);
}

/* A view of the next len bytes (empty if there are fewer left). */
static inline struct vch_span vch_read_span(struct vch_reader *r, size_t len)
{
	const uint8_t *at = vch_read_at(r, len);

	return vch_span(at, at ? len : 0);
}

/* VCH_OK if nothing was bad and nothing is left, else VCH_FORMAT. */
VCH_MUST static inline enum vch_err vch_reader_end(const struct vch_reader *r)
{
	return r->bad || r->left != 0 ? VCH_FORMAT : VCH_OK;
}

struct vch_writer {
	uint8_t *ptr;
	size_t cap;
	size_t len;
	bool bad;
};

/* A cursor at the start of cap bytes. */
static inline struct vch_writer vch_writer(void *ptr, size_t cap)
{
	return (struct vch_writer){ptr, cap, 0, false};
}

static inline void vch_write_bytes(struct vch_writer *w, const void *in,
				   size_t len)
{
	if (w->bad || len > w->cap - w->len) {
		w->bad = true;
		return;
	}
	if (len > 0)
		memcpy(w->ptr + w->len, in, len);
	w->len += len;
}

static inline void vch_write_u8(struct vch_writer *w, uint8_t v)
{
	vch_write_bytes(w, &v, 1);
}

static inline void vch_write_u64(struct vch_writer *w, uint64_t v)
{
	uint8_t be[8];

	vch_store_be64(be, v);
	vch_write_bytes(w, be, 8);
}

static inline void vch_write_u16(struct vch_writer *w, uint16_t v)
{
	const uint8_t be[2] = {(uint8_t)(v >> 8), (uint8_t)v};

	vch_write_bytes(w, be, 2);
}

static inline void vch_write_u32(struct vch_writer *w, uint32_t v)
{
	const uint8_t be[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16),
			       (uint8_t)(v >> 8), (uint8_t)v};

	vch_write_bytes(w, be, 4);
}

static inline void vch_write_u128(struct vch_writer *w, vch_u128 v)
{
	uint8_t be[16];

	vch_store_be128(be, v);
	vch_write_bytes(w, be, 16);
}

/* What was written so far; empty if the writer is bad. */
static inline struct vch_span vch_written(const struct vch_writer *w)
{
	return vch_span(w->ptr, w->bad ? 0 : w->len);
}

#endif
