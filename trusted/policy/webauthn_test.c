/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The assertions that the W3C publishes: Web Authentication level 3, section
 * 16 (level 2 has none; what is signed is the same), with ES256, for the
 * relying party example.org. DER signatures are r ‖ s here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "trusted/base/check.h"
#include "trusted/crypto/sha256.h"
#include "trusted/policy/webauthn.h"

#define RP_ID "example.org"
#define ORIGIN "https://example.org"

static const struct published {
	const char *x, *y, *challenge, *auth_data, *client_data, *signature;
	uint8_t flags; /* as the passkey was registered */
	enum vch_err err;
} published[] = {
	/* 16.6: a long credential id; user verified, backup eligible */
	{"3b8176b7504489cc593046d7988abb7905a742de6ac2cdc748a873c663e90cb1",
	 "1436d5edc9a75f23999eef9d5950a5c2455514ee1014084720f841a06b828a11",
	 "ef1deba56dce48f674a447ccf63b9599258ce87648e5c396f2ef0ca1da460e3b",
	 "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b5"
	 "0d00000000",
	 "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e67"
	 "65223a22377833727057334f53505a307045664d396a75566d53574d36485a49"
	 "35634f573875384d6f647047446a73222c226f726967696e223a226874747073"
	 "3a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a6661"
	 "6c73657d",
	 "3ecef83fb12a0cae7841055f9f87103a99fd14b424194bbf06c4623d3ee6e3fd"
	 "d2ace346db262b1374a6b70faa51f518a42ddca13a4125ce6f5052a75bac9fb6",
	 VCH_PASSKEY_BACKUP_ELIGIBLE, VCH_OK},
	/* 16.2: the user was there, but not verified */
	{"afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61",
	 "930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220",
	 "39c0e7521417ba54d43e8dc95174f423dee9bf3cd804ff6d65c857c9abf4d408",
	 "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b5"
	 "1900000000",
	 "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e67"
	 "65223a224f63446e55685158756c5455506f334a5558543049393770767a7a59"
	 "425039745a63685879617630314167222c226f726967696e223a226874747073"
	 "3a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a6661"
	 "6c73657d",
	 "f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd38"
	 "8480ac0f0b93538174f575bf11a1dd5d78c6e486013f937295ea13653e331e87",
	 VCH_PASSKEY_BACKUP_ELIGIBLE, VCH_USER},
	/* 16.4: asked for in a page of another origin, and one more member */
	{"22200a473f90b11078851550d03b4e44a2279f8c4eca27b3153dedfe03e4e97d",
	 "cbd0be95e746ad6f5a8191be11756e4c0420e72f65b466d39bc56b8b123a9c6e",
	 "876aa517ba83fdee65fcffdbca4c84eeae5d54f8041a1fc85c991e5bbb273137",
	 "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b5"
	 "0500000000",
	 "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e67"
	 "65223a226832716c463771445f65356c5f505f62796b79453771356456506745"
	 "47685f49584a6b655737736e4d5463222c226f726967696e223a226874747073"
	 "3a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a7472"
	 "75652c22657874726144617461223a22636c69656e74446174614a534f4e206d"
	 "617920626520657874656e6465642077697468206164646974696f6e616c2066"
	 "69656c647320696e20746865206675747572652c207375636820617320746869"
	 "733a2039327063545644304162792d713464746d6a36656667227d",
	 "eb12fcf23b12764c0f122e22371fab92e283879fd798f38ee1841c951b6e40e7"
	 "c76237ff9db77b3c56f30837cda6a09acfa2e915544e609c0733b1184036d1cf",
	 0, VCH_CLIENT_DATA},
};

/* One of them in the form that the door takes. */
static struct {
	struct vch_config config;
	struct vch_assertion assertion;
	uint8_t challenge[32];
	uint8_t auth_data[64];
	uint8_t client_data[512];
} it;

static uint8_t digit(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static size_t bytes_of(uint8_t *ret, const char *hex)
{
	size_t len = strlen(hex) / 2;

	for (size_t i = 0; i < len; i++)
		ret[i] = (uint8_t)(digit(hex[2 * i]) << 4 |
				   digit(hex[2 * i + 1]));
	return len;
}

static void take(const struct published *p)
{
	struct vch_passkey *passkey = &it.config.passkeys[0];
	struct vch_assertion *a = &it.assertion;

	memset(&it, 0, sizeof(it));
	bytes_of(passkey->x, p->x);
	bytes_of(passkey->y, p->y);
	vch_sha256_hash(passkey->rp_id_hash, vch_span(RP_ID, strlen(RP_ID)));
	passkey->flags = p->flags;
	it.config.passkeys_cnt = 1;
	it.config.origins[0] = vch_span(ORIGIN, strlen(ORIGIN));
	it.config.origins_cnt = 1;
	bytes_of(it.challenge, p->challenge);
	a->auth_data =
		vch_span(it.auth_data, bytes_of(it.auth_data, p->auth_data));
	a->client_data = vch_span(it.client_data,
				  bytes_of(it.client_data, p->client_data));
	bytes_of(a->signature, p->signature);
}

static enum vch_err verify(void)
{
	struct vch_verified_assertion ret = {0};
	enum vch_err err = vch_assertion_verify(&ret, &it.config, &it.assertion,
						it.challenge);

	if (err == VCH_OK)
		assert_true(ret.passkey_idx == 0 && ret.sign_count == 0 &&
			    ret.backup_eligible);
	return err;
}

static void test_published(void **state)
{
	(void)state;
	for (size_t i = 0; i < VCH_ARRAY_LEN(published); i++) {
		take(&published[i]);
		assert_int_equal(verify(), published[i].err);
	}
}

/* Every byte that the authenticator signed, and of its signature. */
static void test_every_byte(void **state)
{
	struct {
		uint8_t *at;
		size_t len;
	} parts[4];

	(void)state;
	take(&published[0]);
	parts[0].at = it.auth_data;
	parts[0].len = it.assertion.auth_data.len;
	parts[1].at = it.client_data;
	parts[1].len = it.assertion.client_data.len;
	parts[2].at = it.assertion.signature;
	parts[2].len = sizeof(it.assertion.signature);
	parts[3].at = it.challenge;
	parts[3].len = sizeof(it.challenge);
	for (size_t p = 0; p < 4; p++) {
		for (size_t i = 0; i < parts[p].len; i++) {
			parts[p].at[i] ^= 1;
			assert_int_not_equal(verify(), VCH_OK);
			parts[p].at[i] ^= 1;
		}
	}
	assert_int_equal(verify(), VCH_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_published),
		cmocka_unit_test(test_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
