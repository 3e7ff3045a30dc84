/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: calls encoded by the ABI's words, independent of the decoder. */
#ifndef TRUSTED_POLICY_TEST_CALLS_H
#define TRUSTED_POLICY_TEST_CALLS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "trusted/policy/calls.h"

static uint8_t calls_buf[16384];

static inline void put_word(struct vch_writer *w, vch_u128 v)
{
	vch_write_u128(w, 0);
	vch_write_u128(w, v);
}

static inline void put_bytes(struct vch_writer *w, struct vch_span b)
{
	static const uint8_t zeros[32];

	put_word(w, b.len);
	vch_write_bytes(w, b.ptr, b.len);
	vch_write_bytes(w, zeros, (32 - b.len % 32) % 32);
}

/* The encoding by the ABI's words, independent of the decoder. */
static inline struct vch_span encode_calls(const struct vch_calls *calls)
{
	static uint8_t inner[16384];
	struct vch_writer in = vch_writer(inner, sizeof(inner));
	struct vch_writer w = vch_writer(calls_buf, sizeof(calls_buf));
	size_t at = 32u * calls->cnt;

	put_word(&in, 32);
	put_word(&in, calls->cnt);
	for (uint8_t i = 0; i < calls->cnt; i++) {
		put_word(&in, at);
		at += 4 * 32 + (calls->call[i].data.len + 31) / 32 * 32;
	}
	for (uint8_t i = 0; i < calls->cnt; i++) {
		static const uint8_t zeros[12];

		vch_write_bytes(&in, zeros, 12);
		vch_write_bytes(&in, calls->call[i].to, 20);
		put_word(&in, calls->call[i].value);
		put_word(&in, 96);
		put_bytes(&in, calls->call[i].data);
	}
	vch_write_bytes(&w, "\xe9\xae\x5c\x53", 4);
	vch_write_u8(&w, 1);
	for (int i = 0; i < 31; i++)
		vch_write_u8(&w, 0);
	put_word(&w, 64);
	put_bytes(&w, vch_written(&in));
	assert_false(w.bad || in.bad);
	return vch_written(&w);
}

/* selector, then `cnt` words: for the data of a token's method. */
static inline struct vch_span put_method(struct vch_writer *w,
					 const uint8_t selector[4],
					 const uint8_t (*words)[32], size_t cnt)
{
	vch_write_bytes(w, selector, 4);
	vch_write_bytes(w, words, cnt * 32);
	assert_false(w->bad);
	return vch_written(w);
}

#endif
