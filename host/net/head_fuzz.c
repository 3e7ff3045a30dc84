/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the input is what a client sends, request after request.
 * Where a head ends does not depend on how it came; what is read of it lies
 * in its text, is clean, and reads the same when it is written anew; a body
 * in chunks is the same however it is cut.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "host/base/buf.h"
#include "host/net/chunks.h"
#include "host/net/head.h"
#include "trusted/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text, const char *from, const char *to)
{
	VCH_CHECK(text >= from && text + strlen(text) < to);
	for (; *text; text++)
		VCH_CHECK((unsigned char)*text >= ' ' || *text == '\t');
}

/* The same request in its plainest form. */
static struct vch_buf write_head(const struct vch_request_head *h)
{
	struct vch_buf out = vch_buf(4 * VCH_HEAD_MAX);

	vch_buf_printf(&out, "%s %s HTTP/1.%d\r\n", h->method, h->path,
		       !h->old);
	for (uint8_t i = 0; i < h->field_cnt; i++)
		vch_buf_printf(&out, "%s: %s\r\n", h->field[i].name,
			       h->field[i].value);
	vch_buf_add_text(&out, "\r\n");
	VCH_CHECK(vch_buf_end(&out) == VCH_OK);
	return out;
}

static void check_again(const struct vch_request_head *h)
{
	struct vch_buf out = write_head(h);
	struct vch_request_head again;

	VCH_CHECK(vch_head_end((char *)out.ptr, 0, out.len) == out.len);
	VCH_CHECK(vch_head_parse(&again, (char *)out.ptr, out.len) == 0);
	VCH_CHECK(again.keep_alive == h->keep_alive &&
		  again.chunked == h->chunked && again.length == h->length &&
		  again.expects == h->expects && again.old == h->old &&
		  again.field_cnt == h->field_cnt);
	vch_buf_free(&out);
}

static void check_head(const struct vch_request_head *h, const char *text,
		       size_t len)
{
	struct vch_head_text who;
	struct vch_head doors;

	check_text(h->method, text, text + len);
	check_text(h->path, text, text + len);
	VCH_CHECK(h->field_cnt <= VCH_FIELDS_MAX);
	for (uint8_t i = 0; i < h->field_cnt; i++) {
		check_text(h->field[i].name, text, text + len);
		check_text(h->field[i].value, text, text + len);
		VCH_CHECK(h->field[i].name[0] != '\0');
	}
	VCH_CHECK(!(h->chunked && h->has_length));
	VCH_CHECK(h->has_length || h->length == 0);
	vch_head_read(&doors, &who, h);
	VCH_CHECK(h->old || doors.host);
	check_again(h);
}

struct body {
	enum vch_err err;
	bool done;
	size_t used;
	uint32_t sum; /* of its bytes and their places */
	size_t len;
};

static struct body take_body(const uint8_t *data, size_t size, size_t step)
{
	struct vch_chunks chunks = {0};
	struct body body = {0};
	struct vch_span in, out;

	while (body.err == VCH_OK && body.used < size && !body.done) {
		size_t n = size - body.used < step ? size - body.used : step;

		in = vch_span(data + body.used, n);
		body.err = vch_chunks_take(&chunks, &out, &in);
		for (size_t i = 0; body.err == VCH_OK && i < out.len; i++)
			body.sum = body.sum * 31 + out.ptr[i];
		body.len += body.err == VCH_OK ? out.len : 0;
		body.used += n - in.len;
		body.done = vch_chunks_done(&chunks);
	}
	return body;
}

static size_t check_body(const uint8_t *data, size_t size)
{
	struct body whole = take_body(data, size, size);
	struct body bytes = take_body(data, size, 1);

	VCH_CHECK(whole.err == bytes.err);
	if (whole.err != VCH_OK)
		return size;
	VCH_CHECK(whole.done == bytes.done && whole.used == bytes.used &&
		  whole.len == bytes.len && whole.sum == bytes.sum);
	VCH_CHECK(whole.len <= whole.used);
	return whole.used;
}

/* One request; how much of the input it was, all of it if it is bad. */
static size_t check_one(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	size_t end = vch_head_end(text, 0, size);
	struct vch_request_head h;
	size_t body = 0;
	char *copy;

	for (size_t len = 0; len < size && len <= end; len++)
		VCH_CHECK(vch_head_end(text, len, size) == end || len >= end);
	if (end == 0 || end > VCH_HEAD_MAX)
		return size;
	copy = malloc(end);
	VCH_CHECK(copy);
	memcpy(copy, data, end);
	if (vch_head_parse(&h, copy, end) != 0) {
		free(copy);
		return size;
	}
	check_head(&h, copy, end);
	if (h.chunked)
		body = check_body(data + end, size - end);
	else if (h.length < size - end)
		body = (size_t)h.length;
	else
		body = size - end;
	free(copy);
	return end + body;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (size_t at = 0; at < size;) {
		size_t used = check_one(data + at, size - at);

		VCH_CHECK(used > 0 && used <= size - at);
		at += used;
	}
	return 0;
}
