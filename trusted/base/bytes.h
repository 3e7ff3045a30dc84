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
bool vch_span_equal(struct vch_span a, struct vch_span b);

struct vch_reader {
	const uint8_t *ptr;
	size_t left;
	bool bad;
};

/* A cursor at the first byte. */
struct vch_reader vch_reader(struct vch_span in);
uint8_t vch_read_u8(struct vch_reader *r);
uint16_t vch_read_u16(struct vch_reader *r);
uint32_t vch_read_u32(struct vch_reader *r);
uint64_t vch_read_u64(struct vch_reader *r);
vch_u128 vch_read_u128(struct vch_reader *r);
/* Copies len bytes to out (zeros if there are fewer left). */
void vch_read_bytes(struct vch_reader *r, void *out, size_t len);
/* A view of the next len bytes (empty if there are fewer left). */
struct vch_span vch_read_span(struct vch_reader *r, size_t len);
/* VCH_OK if nothing was bad and nothing is left, else VCH_FORMAT. */
VCH_MUST enum vch_err vch_reader_end(const struct vch_reader *r);

struct vch_writer {
	uint8_t *ptr;
	size_t cap;
	size_t len;
	bool bad;
};

/* A cursor at the start of cap bytes. */
struct vch_writer vch_writer(void *ptr, size_t cap);
void vch_write_u8(struct vch_writer *w, uint8_t v);
void vch_write_u16(struct vch_writer *w, uint16_t v);
void vch_write_u32(struct vch_writer *w, uint32_t v);
void vch_write_u64(struct vch_writer *w, uint64_t v);
void vch_write_u128(struct vch_writer *w, vch_u128 v);
void vch_write_bytes(struct vch_writer *w, const void *in, size_t len);
/* What was written so far; empty if the writer is bad. */
struct vch_span vch_written(const struct vch_writer *w);

/* Big-endian integers at fixed places. */
uint64_t vch_load_be64(const uint8_t in[8]);
void vch_store_be64(uint8_t out[8], uint64_t v);
vch_u128 vch_load_be128(const uint8_t in[16]);
void vch_store_be128(uint8_t out[16], vch_u128 v);

#endif
