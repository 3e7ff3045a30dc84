/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/crypto/sha256.h"

#include <string.h>

#include <inner.h> /* BearSSL: br_sha2small_round */

#include "trusted/crypto/cpu.h"

/* AWS-LC: cnt blocks, by the processor's instructions; constant time. */
void sha256_block_data_order_hw(uint32_t state[8], const uint8_t *in,
				size_t cnt);

static void blocks(uint32_t state[8], const uint8_t *in, size_t cnt)
{
	if (vch_cpu_has(VCH_CPU_SHA)) {
		sha256_block_data_order_hw(state, in, cnt);
		return;
	}
	for (; cnt > 0; cnt--, in += VCH_SHA256_BLOCK)
		br_sha2small_round(in, state);
}

void vch_sha256_init(struct vch_sha256 *s)
{
	*s = (struct vch_sha256){
		.state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
			  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19},
	};
}

void vch_sha256_update(struct vch_sha256 *s, const void *in, size_t len)
{
	const uint8_t *at = in;
	size_t used = s->len % VCH_SHA256_BLOCK;

	s->len += len;
	while (len > 0) {
		size_t n = VCH_SHA256_BLOCK - used;

		if (used == 0 && len >= VCH_SHA256_BLOCK) {
			n = len - len % VCH_SHA256_BLOCK;
			blocks(s->state, at, n / VCH_SHA256_BLOCK);
		} else {
			n = len < n ? len : n;
			memcpy(s->block + used, at, n);
			used = (used + n) % VCH_SHA256_BLOCK;
			if (used == 0)
				blocks(s->state, s->block, 1);
		}
		at += n;
		len -= n;
	}
}

void vch_sha256_final(struct vch_sha256 *s, uint8_t out[VCH_SHA256_SIZE])
{
	static const uint8_t pad[VCH_SHA256_BLOCK] = {0x80};
	uint64_t bits = s->len * 8;
	size_t used = s->len % VCH_SHA256_BLOCK;
	uint8_t be[8];

	vch_store_be64(be, bits);
	/* up to 8 bytes short of a block: of this one or of the next */
	vch_sha256_update(s, pad, used < 56 ? 56 - used : 120 - used);
	vch_sha256_update(s, be, sizeof(be));
	for (size_t i = 0; i < 8; i++) {
		out[4 * i] = (uint8_t)(s->state[i] >> 24);
		out[4 * i + 1] = (uint8_t)(s->state[i] >> 16);
		out[4 * i + 2] = (uint8_t)(s->state[i] >> 8);
		out[4 * i + 3] = (uint8_t)s->state[i];
	}
}

void vch_sha256_hash(uint8_t out[VCH_SHA256_SIZE], struct vch_span in)
{
	VCH_AUTO(sha256) s;

	vch_sha256_init(&s);
	vch_sha256_update(&s, in.ptr, in.len);
	vch_sha256_final(&s, out);
}
