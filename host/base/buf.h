/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growing bytes with a stated maximum. Sticky like vch_writer: what would go
 * past the maximum adds nothing and marks the buffer bad, so that a run of
 * adds needs one check at its end.
 */
#ifndef HOST_BASE_BUF_H
#define HOST_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trusted/base/bytes.h"

struct vch_buf {
	uint8_t *ptr;
	size_t len;
	size_t cap;
	size_t max;
	bool bad;
};

/* Empty; allocates nothing yet. */
struct vch_buf vch_buf(size_t max);
void vch_buf_free(struct vch_buf *buf);

/* Forgets the content and keeps the memory. */
void vch_buf_clear(struct vch_buf *buf);

/* len more bytes to be written by the caller, or NULL if that is too many. */
uint8_t *vch_buf_grow(struct vch_buf *buf, size_t len);

/* Adds bytes, a string, or printf text. */
void vch_buf_add(struct vch_buf *buf, const void *in, size_t len);
void vch_buf_add_text(struct vch_buf *buf, const char *text);
void vch_buf_printf(struct vch_buf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* VCH_OK, or VCH_SIZE if anything was left out. */
VCH_MUST enum vch_err vch_buf_end(const struct vch_buf *buf);

/* What is in it; valid until it grows. */
struct vch_span vch_buf_span(const struct vch_buf *buf);

/* The same as a C string: a zero byte is kept behind the content. */
const char *vch_buf_text(struct vch_buf *buf);

#endif
