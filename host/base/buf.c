/* SPDX-License-Identifier: Apache-2.0 */
#include "host/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/alloc.h"
#include "trusted/base/check.h"

struct vch_buf vch_buf(size_t max)
{
	VCH_CHECK(max < SIZE_MAX / 4);
	return (struct vch_buf){.max = max};
}

void vch_buf_free(struct vch_buf *buf)
{
	free(buf->ptr);
	*buf = (struct vch_buf){.max = buf->max};
}

void vch_buf_clear(struct vch_buf *buf)
{
	buf->len = 0;
	buf->bad = false;
}

/* Room for `need` bytes and the zero behind them. */
static void make_room(struct vch_buf *buf, size_t need)
{
	size_t cap = buf->cap > 0 ? buf->cap : 256;

	if (need < buf->cap)
		return;
	while (cap <= need)
		cap *= 2;
	buf->ptr = vch_realloc(buf->ptr, cap);
	buf->cap = cap;
}

uint8_t *vch_buf_grow(struct vch_buf *buf, size_t len)
{
	uint8_t *at;

	if (buf->bad || len > buf->max - buf->len) {
		buf->bad = true;
		return NULL;
	}
	make_room(buf, buf->len + len);
	at = buf->ptr + buf->len;
	buf->len += len;
	return at;
}

void vch_buf_add(struct vch_buf *buf, const void *in, size_t len)
{
	uint8_t *at = vch_buf_grow(buf, len);

	if (at && len > 0)
		memcpy(at, in, len);
}

void vch_buf_add_text(struct vch_buf *buf, const char *text)
{
	vch_buf_add(buf, text, strlen(text));
}

void vch_buf_printf(struct vch_buf *buf, const char *format, ...)
{
	va_list args;
	va_list again;
	uint8_t *at;
	int len;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	VCH_CHECK(len >= 0);
	at = vch_buf_grow(buf, (size_t)len);
	if (at)
		vsnprintf((char *)at, (size_t)len + 1, format, again);
	va_end(again);
}

enum vch_err vch_buf_end(const struct vch_buf *buf)
{
	return buf->bad ? VCH_SIZE : VCH_OK;
}

struct vch_span vch_buf_span(const struct vch_buf *buf)
{
	return vch_span(buf->ptr, buf->len);
}

const char *vch_buf_text(struct vch_buf *buf)
{
	make_room(buf, buf->len);
	buf->ptr[buf->len] = 0;
	return (const char *)buf->ptr;
}
