/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the input is call data. What is taken as a batch of calls
 * must be byte for byte what an encoder of our own makes of those calls: there
 * is one canonical form, and it is what the account will run.
 */
#include "trusted/policy/calls.h"
#include "trusted/policy/spend.h"

#include <stdlib.h>
#include <string.h>

#include "trusted/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void word(struct vch_writer *w, uint64_t v)
{
	static const uint8_t zeros[24];

	vch_write_bytes(w, zeros, sizeof(zeros));
	vch_write_u64(w, v);
}

static size_t padded(size_t len)
{
	return (len + 31) / 32 * 32;
}

static void pad(struct vch_writer *w, size_t len)
{
	static const uint8_t zeros[32];

	vch_write_bytes(w, zeros, padded(len) - len);
}

/* (address to, uint256 value, bytes data): 32 * 4 bytes and the data */
static void tuple(struct vch_writer *w, const struct vch_call *call)
{
	static const uint8_t zeros[16];

	vch_write_bytes(w, zeros, 12);
	vch_write_bytes(w, call->to, 20);
	vch_write_bytes(w, zeros, 16);
	vch_write_u64(w, (uint64_t)(call->value >> 64));
	vch_write_u64(w, (uint64_t)call->value);
	word(w, 96);
	word(w, call->data.len);
	vch_write_bytes(w, call->data.ptr, call->data.len);
	pad(w, call->data.len);
}

static void encode(struct vch_writer *w, const struct vch_calls *calls)
{
	static const uint8_t execute[4] = {0xe9, 0xae, 0x5c, 0x53};
	static const uint8_t mode[32] = {1};
	size_t at = 32 * (size_t)calls->cnt, len;

	len = 64 + at;
	for (uint8_t i = 0; i < calls->cnt; i++)
		len += 128 + padded(calls->call[i].data.len);
	vch_write_bytes(w, execute, 4);
	vch_write_bytes(w, mode, 32);
	word(w, 64);
	word(w, len);
	word(w, 32);
	word(w, calls->cnt);
	for (uint8_t i = 0; i < calls->cnt; i++) {
		word(w, at);
		at += 128 + padded(calls->call[i].data.len);
	}
	for (uint8_t i = 0; i < calls->cnt; i++)
		tuple(w, &calls->call[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct vch_config config = {.address = {1}};
	static const uint8_t entry_point[20] = {2};
	struct vch_span in = vch_span(data, size);
	struct vch_calls calls;
	struct vch_writer w;
	struct vch_spend spend;
	uint8_t *out;

	if (vch_calls_decode(&calls, in) != VCH_OK)
		return 0;
	VCH_CHECK(calls.cnt >= 1 && calls.cnt <= VCH_CALLS_MAX);
	out = malloc(size);
	VCH_CHECK(out);
	w = vch_writer(out, size);
	encode(&w, &calls);
	VCH_CHECK(!w.bad && vch_span_equal(vch_written(&w), in));
	free(out);
	if (vch_spend_of(&spend, &calls, &config, entry_point) != VCH_OK)
		return 0;
	for (uint8_t i = 0; i < calls.cnt; i++) {
		VCH_CHECK(memcmp(calls.call[i].to, config.address, 20) != 0);
		VCH_CHECK(calls.call[i].value <= spend.native);
	}
	return 0;
}
