/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets that leave scope are wiped by the compiler's cleanup, never by
 * hand:
 *
 *	VCH_AUTO(secp256k1_sk) sk;
 *
 * declares `struct vch_secp256k1_sk sk` and wipes it on every way out. A
 * secret type makes itself usable so with VCH_SECRET(secp256k1_sk) after its
 * definition.
 */
#ifndef TRUSTED_BASE_WIPE_H
#define TRUSTED_BASE_WIPE_H

#include <stddef.h>

/* Overwrites len bytes with zeros in a way no compiler may leave out. */
void vch_wipe(void *ptr, size_t len);

#define VCH_SECRET(type)                                                       \
	static inline void vch_##type##_wipe(struct vch_##type *secret)        \
	{                                                                      \
		vch_wipe(secret, sizeof(*secret));                             \
	}

#define VCH_AUTO(type)                                                         \
	__attribute__((cleanup(vch_##type##_wipe))) struct vch_##type

#endif
