/* SPDX-License-Identifier: Apache-2.0 */
#include "host/bench/inputs.h"

#include <string.h>

#include "host/cli/demo_passkey.h"
#include "trusted/base/check.h"
#include "trusted/crypto/sha256.h"

void vch_bench_assertion_make(struct vch_bench_assertion *ret)
{
	static const uint8_t challenge[32] = {1, 2, 3};
	struct vch_demo_passkey passkey;
	struct vch_demo_assertion made;
	uint8_t msg[37 + 32];

	VCH_CHECK(vch_demo_passkey_create(&passkey, "localhost",
					  "http://localhost", false) == VCH_OK);
	VCH_CHECK(vch_demo_passkey_assert(&passkey, &made, challenge) ==
		  VCH_OK);
	memcpy(ret->xy, passkey.x, 32);
	memcpy(ret->xy + 32, passkey.y, 32);
	memcpy(msg, made.auth_data, 37);
	vch_sha256_hash(msg + 37, made.assertion.client_data);
	vch_sha256_hash(ret->digest, vch_span(msg, sizeof(msg)));
	memcpy(ret->signature, made.assertion.signature, 64);
}
