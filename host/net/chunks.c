/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/chunks.h"

#define SIZE_MAX_BITS 32
/* Extensions of all chunks and trailers together. */
#define EXTRA_MAX 4096

enum {
	SIZE,	   /* digits */
	EXTENSION, /* behind them, up to CR */
	SIZE_LF,
	DATA,
	DATA_CR,
	DATA_LF,
	TRAILER,      /* at the start of a line of it */
	TRAILER_TEXT, /* up to CR */
	TRAILER_LF,
	LAST_LF,
	DONE,
};

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static enum vch_err take_size(struct vch_chunks *k, uint8_t c)
{
	int digit = hex_digit(c);

	if (digit >= 0) {
		k->left = k->left << 4 | (unsigned)digit;
		k->has_digit = true;
		return k->left >> SIZE_MAX_BITS == 0 ? VCH_OK : VCH_FORMAT;
	}
	if (!k->has_digit || (c != '\r' && c != ';'))
		return VCH_FORMAT;
	k->state = c == '\r' ? SIZE_LF : EXTENSION;
	return VCH_OK;
}

/* Text that is not kept, up to a CR. */
static enum vch_err take_extra(struct vch_chunks *k, uint8_t c, uint8_t then)
{
	if (c == '\r') {
		k->state = then;
		return VCH_OK;
	}
	if (++k->extra > EXTRA_MAX || (c < ' ' && c != '\t') || c == 0x7f)
		return VCH_FORMAT;
	return VCH_OK;
}

static enum vch_err want(struct vch_chunks *k, uint8_t c, uint8_t is,
			 uint8_t then)
{
	if (c != is)
		return VCH_FORMAT;
	k->state = then;
	return VCH_OK;
}

static enum vch_err take_byte(struct vch_chunks *k, uint8_t c)
{
	switch (k->state) {
	case SIZE:
		return take_size(k, c);
	case EXTENSION:
		return take_extra(k, c, SIZE_LF);
	case SIZE_LF:
		return want(k, c, '\n', k->left > 0 ? DATA : TRAILER);
	case DATA_CR:
		return want(k, c, '\r', DATA_LF);
	case DATA_LF:
		k->has_digit = false;
		return want(k, c, '\n', SIZE);
	case TRAILER:
		k->state = TRAILER_TEXT;
		return take_extra(k, c, LAST_LF);
	case TRAILER_TEXT:
		return take_extra(k, c, TRAILER_LF);
	case TRAILER_LF:
		return want(k, c, '\n', TRAILER);
	case LAST_LF:
		return want(k, c, '\n', DONE);
	default:
		return VCH_FORMAT;
	}
}

enum vch_err vch_chunks_take(struct vch_chunks *chunks, struct vch_span *ret,
			     struct vch_span *in)
{
	size_t n;

	*ret = vch_span(in->ptr, 0);
	while (in->len > 0 && chunks->state != DATA && chunks->state != DONE) {
		VCH_TRY(take_byte(chunks, in->ptr[0]));
		*in = vch_span(in->ptr + 1, in->len - 1);
	}
	if (chunks->state != DATA)
		return VCH_OK;
	n = in->len < chunks->left ? in->len : (size_t)chunks->left;
	*ret = vch_span(in->ptr, n);
	*in = vch_span(in->ptr + n, in->len - n);
	chunks->left -= n;
	if (chunks->left == 0)
		chunks->state = DATA_CR;
	return VCH_OK;
}

bool vch_chunks_done(const struct vch_chunks *chunks)
{
	return chunks->state == DONE;
}
