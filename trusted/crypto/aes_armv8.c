/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/crypto/aes_armv8.h"

#include <string.h>

#include <inner.h> /* BearSSL: br_enc32be */

#include "trusted/base/check.h"
#include "trusted/base/wipe.h"

#ifdef __aarch64__

#define BLOCK ((size_t)16)

/* AWS-LC: crypto/fipsmodule/aes/internal.h and modes/internal.h there. */
int aes_hw_set_encrypt_key(const uint8_t *key, int bits,
			   struct vch_aes_armv8_keys *ret);
void aes_hw_ctr32_encrypt_blocks(const uint8_t *in, uint8_t *out, size_t cnt,
				 const struct vch_aes_armv8_keys *keys,
				 const uint8_t counter[16]);

struct vch_aes_block {
	uint8_t secret[BLOCK];
};
VCH_SECRET(aes_block)

static uint32_t ctr_run(const br_block_ctr_class *const *ctx, const void *iv,
			uint32_t counter, void *data, size_t len)
{
	const struct vch_aes_armv8_ctr *ctr = (const void *)ctx;
	size_t cnt = len / BLOCK, rest = len % BLOCK;
	uint8_t *at = data, block[BLOCK];
	VCH_AUTO(aes_block) last;

	memcpy(block, iv, 12);
	br_enc32be(block + 12, counter);
	if (cnt > 0)
		aes_hw_ctr32_encrypt_blocks(at, at, cnt, &ctr->keys, block);
	counter += (uint32_t)cnt;
	if (rest == 0)
		return counter;
	br_enc32be(block + 12, counter);
	memset(last.secret, 0, sizeof(last.secret));
	memcpy(last.secret, at + cnt * BLOCK, rest);
	aes_hw_ctr32_encrypt_blocks(last.secret, last.secret, 1, &ctr->keys,
				    block);
	memcpy(at + cnt * BLOCK, last.secret, rest);
	return counter;
}

/* GCM asks a context that is there to run, and for nothing else. */
static const br_block_ctr_class ctr_class = {.run = ctr_run};

void vch_aes_armv8_ctr_init(struct vch_aes_armv8_ctr *ctr,
			    const uint8_t key[32])
{
	ctr->vtable = &ctr_class;
	VCH_CHECK(aes_hw_set_encrypt_key(key, 256, &ctr->keys) == 0);
}

#endif
