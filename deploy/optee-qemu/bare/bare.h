/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the bare trusted application is asked: the arithmetic of vouch's and
 * nothing else, through the same client library. Its host's side is
 * host/bench/bare.c. It keeps no key of anybody: its only one is a constant.
 */
#ifndef DEPLOY_OPTEE_QEMU_BARE_BARE_H
#define DEPLOY_OPTEE_QEMU_BARE_BARE_H

#include <stdint.h>

#define BARE_UUID                                                              \
	{0x64f4a4f0,                                                           \
	 0x05f8,                                                               \
	 0x4ef7,                                                               \
	 {0xb4, 0x07, 0x23, 0x06, 0xce, 0xb1, 0x22, 0x46}}

/*
 * Commands: a memref in, a memref out. BARE_SIGN: digests to recoverable
 * secp256k1 signatures. BARE_COSIGN: struct bare_passkey, then each
 * struct bare_assertion is verified before its digest is signed.
 */
#define BARE_EMPTY 0
#define BARE_SIGN 1
#define BARE_COSIGN 2

#define BARE_OPS_MAX 64
#define BARE_DIGEST_LEN 32
#define BARE_SIGNATURE_LEN 65

struct bare_passkey {
	uint8_t xy[64];
};

struct bare_assertion {
	uint8_t asserted[BARE_DIGEST_LEN];
	uint8_t signature[64];
	uint8_t digest[BARE_DIGEST_LEN];
};

#define BARE_IN_MAX                                                            \
	(sizeof(struct bare_passkey) +                                         \
	 BARE_OPS_MAX * sizeof(struct bare_assertion))
#define BARE_OUT_MAX (BARE_OPS_MAX * BARE_SIGNATURE_LEN)

#endif
