/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the input is authenticatorData (its length first), then
 * client data. Whatever passes the checks of client data says, at its very
 * beginning, that it is an assertion of this challenge on this page.
 */
#include "trusted/policy/webauthn.h"

#include <string.h>

#include "trusted/base/check.h"
#include "trusted/crypto/sha256.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char origin[] = "http://localhost:3000";
static const char begins[] = "{\"type\":\"webauthn.get\",\"challenge\":"
			     "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
			     "\"origin\":\"http://localhost:3000\"";

static void config_make(struct vch_config *ret)
{
	static const char rp_id[] = "localhost";

	memset(ret, 0, sizeof(*ret));
	ret->passkeys_cnt = 1;
	vch_sha256_hash(ret->passkeys[0].rp_id_hash,
			vch_span(rp_id, sizeof(rp_id) - 1));
	ret->origins_cnt = 1;
	ret->origins[0] = vch_span(origin, sizeof(origin) - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t challenge[32];
	struct vch_reader r = vch_reader(vch_span(data, size));
	struct vch_verified_assertion verified;
	struct vch_assertion assertion = {0};
	struct vch_config config;
	enum vch_err err;

	config_make(&config);
	assertion.auth_data = vch_read_span(&r, vch_read_u8(&r));
	if (r.bad)
		return 0;
	assertion.client_data = vch_span(r.ptr, r.left);
	if (assertion.client_data.len > 1024)
		return 0;
	err = vch_assertion_verify(&verified, &config, &assertion, challenge);
	/* the account's key is no point: the last check never passes */
	VCH_CHECK(err != VCH_OK);
	if (err != VCH_SIGNATURE && err != VCH_PUBLIC_KEY)
		return 0;
	VCH_CHECK(r.left >= sizeof(begins) - 1);
	VCH_CHECK(memcmp(r.ptr, begins, sizeof(begins) - 1) == 0);
	return 0;
}
