/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the input is an unsigned transaction. What is taken must
 * be byte for byte what an encoder of our own makes of what a plain reader
 * finds in it: RLP has one encoding of everything.
 */
#include "trusted/policy/ethtx.h"

#include <stdlib.h>
#include <string.h>

#include "trusted/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DEPTH_MAX 8
#define OUT_MAX 16384

struct out {
	uint8_t bytes[OUT_MAX];
	size_t len;
};

static size_t add(struct out *out, const uint8_t *in, size_t len)
{
	VCH_CHECK(len <= OUT_MAX - out->len);
	if (len > 0)
		memcpy(out->bytes + out->len, in, len);
	out->len += len;
	return len;
}

static void head(struct out *out, size_t len, uint8_t base)
{
	uint8_t text[4] = {(uint8_t)(base + len)};
	size_t digits = 0;

	if (len <= 55) {
		add(out, text, 1);
		return;
	}
	for (size_t rest = len; rest > 0; rest >>= 8)
		digits++;
	text[0] = (uint8_t)(base + 55 + digits);
	for (size_t i = 0; i < digits; i++)
		text[1 + i] = (uint8_t)(len >> 8 * (digits - 1 - i));
	add(out, text, 1 + digits);
}

static size_t item(struct out *out, const uint8_t *in, size_t len, int depth);

/* What lies at in: where its content begins, and how long it is. */
static size_t content(const uint8_t *in, size_t len, size_t *ret_len)
{
	uint8_t base = in[0] < 0xc0 ? 0x80 : 0xc0;
	size_t digits, n = 0;

	if (in[0] < 0x80) {
		*ret_len = 1;
		return 0;
	}
	if (in[0] - base <= 55) {
		*ret_len = (size_t)(in[0] - base);
		return 1;
	}
	digits = (size_t)(in[0] - base) - 55;
	VCH_CHECK(digits < 4 && digits < len);
	for (size_t i = 0; i < digits; i++)
		n = n << 8 | in[1 + i];
	*ret_len = n;
	return 1 + digits;
}

static void list(struct out *out, const uint8_t *in, size_t len, int depth)
{
	struct out *inner = calloc(1, sizeof(*inner));
	size_t at = 0;

	VCH_CHECK(inner && depth < DEPTH_MAX);
	while (at < len)
		at += item(inner, in + at, len - at, depth + 1);
	VCH_CHECK(at == len);
	head(out, inner->len, 0xc0);
	add(out, inner->bytes, inner->len);
	free(inner);
}

/* Encodes what stands at in anew; how many bytes of in it was. */
static size_t item(struct out *out, const uint8_t *in, size_t len, int depth)
{
	size_t n, at;

	VCH_CHECK(len > 0);
	at = content(in, len, &n);
	VCH_CHECK(at <= len && n <= len - at);
	if (in[0] >= 0xc0) {
		list(out, in + at, n, depth);
	} else {
		if (n != 1 || in[at] >= 0x80)
			head(out, n, 0x80);
		add(out, in + at, n);
	}
	return at + n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct out out;
	struct vch_ethtx tx;
	size_t at = 0;

	if (size > OUT_MAX / 2 ||
	    vch_ethtx_read(&tx, vch_span(data, size)) != VCH_OK)
		return 0;
	VCH_CHECK(tx.chain_id > 0 && size > 2);
	out.len = 0;
	if (data[0] < 0x80)
		at = add(&out, data, 1);
	VCH_CHECK(item(&out, data + at, size - at, 0) == size - at);
	VCH_CHECK(out.len == size && memcmp(out.bytes, data, size) == 0);
	return 0;
}
