/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A DEMO authenticator: a P-256 key in a file, signing what a passkey would
 * sign, without anybody's finger. For trying the system and for its tests;
 * real accounts use real authenticators. It answers as WebAuthn level 2
 * does (ES256): authenticatorData with the UP and UV flags and a counter,
 * clientDataJSON in the standard's serialisation.
 */
#ifndef HOST_CLI_DEMO_PASSKEY_H
#define HOST_CLI_DEMO_PASSKEY_H

#include "trusted/base/bytes.h"
#include "trusted/base/wipe.h"
#include "wire/gen/ta.h"

#define VCH_RP_ID_MAX 64
#define VCH_ORIGIN_MAX 128

struct vch_demo_passkey {
	uint8_t secret_d[32];
	uint8_t x[32];
	uint8_t y[32];
	char rp_id[VCH_RP_ID_MAX + 1];
	char origin[VCH_ORIGIN_MAX + 1];
	uint32_t sign_count;
	bool counts; /* false: the counter stays 0, as synced passkeys do */
};
VCH_SECRET(demo_passkey)

/* Draws a new key. VCH_ARGUMENT: rp_id or origin too long or not plain. */
VCH_MUST enum vch_err vch_demo_passkey_create(struct vch_demo_passkey *ret,
					      const char *rp_id,
					      const char *origin, bool counts);

/* Checks that x and y belong to secret_d: VCH_PUBLIC_KEY if not. */
VCH_MUST enum vch_err
vch_demo_passkey_check(const struct vch_demo_passkey *passkey);

/* What an account is registered with. */
void vch_demo_passkey_public(struct vch_passkey *ret,
			     const struct vch_demo_passkey *passkey);

/* An assertion and the bytes it views. */
struct vch_demo_assertion {
	uint8_t auth_data[37];
	uint8_t client_data[512];
	struct vch_assertion assertion; /* passkey 0 */
};

/*
 * Answers the challenge; raises the counter (the caller saves it first).
 * The result views into itself: do not copy it. Low s.
 */
VCH_MUST enum vch_err vch_demo_passkey_assert(struct vch_demo_passkey *passkey,
					      struct vch_demo_assertion *ret,
					      const uint8_t challenge[32]);

/* Its plain signature over SHA-256 of the message, r ‖ s. Low s. */
VCH_MUST enum vch_err
vch_demo_passkey_sign_raw(uint8_t ret[64],
			  const struct vch_demo_passkey *passkey,
			  struct vch_span message);

/* base64url without padding: 43 characters and a NUL. */
void vch_base64url_32(char ret[44], const uint8_t in[32]);

#endif
