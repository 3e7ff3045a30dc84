/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AES-256 in counter mode by the instructions of Armv8 (AWS-LC's assembly), in
 * the shape that BearSSL's GCM takes: bearssl_block.h. Only where
 * vch_cpu_has(VCH_CPU_AES). Constant time. GHASH stays BearSSL's: what is
 * sealed here is short, and AWS-LC prepares powers of the key first.
 */
#ifndef TRUSTED_CRYPTO_AES_ARMV8_H
#define TRUSTED_CRYPTO_AES_ARMV8_H

#include <bearssl_block.h>

/* The round keys, as AWS-LC's aes_hw_set_encrypt_key lays them out. */
struct vch_aes_armv8_keys {
	uint32_t round_key[60];
	uint32_t rounds;
};

/* A context of BearSSL's counter mode: the vtable is first. */
struct vch_aes_armv8_ctr {
	const br_block_ctr_class *vtable;
	struct vch_aes_armv8_keys keys;
};

/* Expands the key: a secret, as the context is from then on. */
void vch_aes_armv8_ctr_init(struct vch_aes_armv8_ctr *ctr,
			    const uint8_t key[32]);

#endif
