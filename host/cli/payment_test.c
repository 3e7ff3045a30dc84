/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "host/cli/payment.h"
#include "trusted/crypto/secp256k1.h"
#include "trusted/policy/decide.h"
#include "trusted/policy/userop.h"
#include "trusted/policy/webauthn.h"

static void amounts_are_exact(void **state)
{
	static const struct {
		const char *text;
		vch_u128 wei;
		const char *shown;
	} good[] = {
		{"0", 0, "0 ether"},
		{"7", 7, "0.000000000000000007 ether"},
		{"7wei", 7, "0.000000000000000007 ether"},
		{"1.5gwei", 1500000000u, "0.0000000015 ether"},
		{"0.01ether", 10000000000000000u, "0.01 ether"},
		{"2eth", 2000000000000000000u, "2 ether"},
		{"1.000000000000000001ether", 1000000000000000001u,
		 "1.000000000000000001 ether"},
	};
	static const char *const bad[] = {
		"",	    ".5ether",
		"1.ether",  "-1",
		"1.5",	    "1.5wei",
		"1,5ether", "1 ether",
		"0x10",	    "1.0000000000000000001ether",
		"1etherr",  "99999999999999999999999999999999999999999999ether",
		"ether",
	};
	char shown[VCH_AMOUNT_TEXT];
	vch_u128 wei;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(vch_amount_parse(&wei, good[i].text), VCH_OK);
		assert_true(wei == good[i].wei);
		vch_amount_print(shown, wei);
		assert_string_equal(shown, good[i].shown);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(vch_amount_parse(&wei, bad[i]), VCH_ARGUMENT);
}

/* Every second of a day: what the co-signer demands of validUntil holds. */
static void valid_until_is_what_the_signer_takes(void **state)
{
	uint64_t now;

	(void)state;
	for (now = 20000 * 86400ull; now < 20001 * 86400ull; now++) {
		uint64_t until = vch_payment_valid_until(now);

		assert_true(until >= now + 119 &&
			    until - now <= VCH_VALID_MAX_S);
		assert_int_equal(until / VCH_DAY_S,
				 (now + VCH_DAY_MARGIN_S) / VCH_DAY_S);
	}
}

struct rig {
	struct vch_demo_passkey passkey;
	struct vch_passkey public;
	struct vch_secp256k1_sk sk;
	struct vch_wallet_account account;
	struct vch_payment_op op;
	struct vch_demo_assertion assertion;
	uint8_t cosignature[65];
};

static void rig_make(struct rig *rig)
{
	static const uint8_t seed[32] = {[31] = 9};
	struct vch_secp256k1_pk pk;
	struct vch_payment_plan plan = {
		.account = &rig->account,
		.deploy = true,
		.payments[0] = {.to = {1}, .wei = 5},
		.payment_cnt = 1,
		.fees = {.max_fee = 3000000000u, .tip = 1000000000u},
		.valid_until = 1700000000,
	};
	uint8_t digest[32];

	memset(rig, 0, sizeof(*rig));
	vch_secp256k1_init();
	assert_int_equal(vch_demo_passkey_create(&rig->passkey, "localhost",
						 "http://localhost:3000", true),
			 VCH_OK);
	vch_demo_passkey_public(&rig->public, &rig->passkey);
	assert_int_equal(vch_secp256k1_sk_parse(&rig->sk, seed), VCH_OK);
	vch_secp256k1_pk_from_sk(&pk, &rig->sk);
	vch_secp256k1_address(rig->account.cosigner, &pk);
	rig->account.at.chain_id = 31337;
	memcpy(rig->account.at.entry_point, vch_entry_point, 20);
	memset(rig->account.address, 0xaa, 20);
	assert_int_equal(vch_payment_build(&rig->op, &plan, &rig->public),
			 VCH_OK);
	assert_int_equal(vch_demo_passkey_assert(&rig->passkey, &rig->assertion,
						 rig->op.hash),
			 VCH_OK);
	vch_cosign_digest(digest, rig->op.hash, rig->op.valid_until);
	vch_secp256k1_sign(rig->cosignature, &rig->sk, digest);
	rig->cosignature[64] = (uint8_t)(rig->cosignature[64] + 27);
}

/* Field by field where the contract will look for it. */
static void signature_is_laid_out_as_the_contract_reads_it(void **state)
{
	uint8_t sig[VCH_SIGNATURE_MAX];
	struct vch_writer w = vch_writer(sig, sizeof(sig));
	static const uint8_t until[6] = {0, 0, 0x65, 0x53, 0xf1, 0x00};
	struct vch_span client;
	struct rig rig;

	(void)state;
	rig_make(&rig);
	client = rig.assertion.assertion.client_data;
	assert_int_equal(
		vch_account_signature(&w, rig.op.valid_until, rig.cosignature,
				      &rig.assertion.assertion, &rig.public),
		VCH_OK);
	assert_int_equal(sig[0], 1);
	assert_memory_equal(sig + 1, until, 6);
	assert_int_equal(sig[7], 0);
	assert_memory_equal(sig + 8, rig.cosignature, 65);
	assert_memory_equal(sig + 73, rig.assertion.assertion.signature, 64);
	assert_memory_equal(sig + 137, rig.public.x, 32);
	assert_memory_equal(sig + 169, rig.public.y, 32);
	assert_memory_equal(sig + 201, rig.assertion.auth_data, 37);
	assert_int_equal(w.len, 238 + client.len - 79);
	assert_memory_equal(sig + 238, client.ptr + 79, client.len - 79);
	assert_int_equal(sig[238], '"');
}

static void client_data_of_another_form_is_refused(void **state)
{
	uint8_t sig[VCH_SIGNATURE_MAX];
	uint8_t other[512];
	struct vch_assertion assertion;
	struct rig rig;
	size_t i;

	(void)state;
	rig_make(&rig);
	assertion = rig.assertion.assertion;
	memcpy(other, assertion.client_data.ptr, assertion.client_data.len);
	assertion.client_data.ptr = other;
	for (i = 0; i < 36; i++) {
		struct vch_writer w = vch_writer(sig, sizeof(sig));

		other[i] ^= 1;
		assert_int_equal(vch_account_signature(&w, rig.op.valid_until,
						       rig.cosignature,
						       &assertion, &rig.public),
				 VCH_CLIENT_DATA);
		other[i] ^= 1;
	}
	for (i = 0; i <= 79; i++) {
		struct vch_writer w = vch_writer(sig, sizeof(sig));

		assertion.client_data.len = i;
		assert_int_equal(vch_account_signature(&w, rig.op.valid_until,
						       rig.cosignature,
						       &assertion, &rig.public),
				 VCH_CLIENT_DATA);
	}
}

/* The signer's own check takes what the demo authenticator makes. */
static void assertion_passes_the_signer(void **state)
{
	struct vch_config config = {.passkeys_cnt = 1, .origins_cnt = 1};
	struct vch_verified_assertion verified;
	struct rig rig;

	(void)state;
	rig_make(&rig);
	config.passkeys[0] = rig.public;
	config.origins[0] =
		vch_span(rig.passkey.origin, strlen(rig.passkey.origin));
	assert_int_equal(vch_assertion_verify(&verified, &config,
					      &rig.assertion.assertion,
					      rig.op.hash),
			 VCH_OK);
	assert_int_equal(verified.sign_count, 1);
	rig.op.hash[0] ^= 1;
	assert_int_equal(vch_assertion_verify(&verified, &config,
					      &rig.assertion.assertion,
					      rig.op.hash),
			 VCH_CHALLENGE);
}

static void a_foreign_cosignature_is_noticed(void **state)
{
	struct rig rig;
	size_t i;

	(void)state;
	rig_make(&rig);
	assert_int_equal(vch_cosignature_check_var(
				 rig.op.hash, rig.op.valid_until,
				 rig.cosignature, rig.account.cosigner),
			 VCH_OK);
	for (i = 0; i < 65; i++) {
		rig.cosignature[i] ^= 0x10;
		assert_int_equal(vch_cosignature_check_var(
					 rig.op.hash, rig.op.valid_until,
					 rig.cosignature, rig.account.cosigner),
				 VCH_RECEIPT);
		rig.cosignature[i] ^= 0x10;
	}
	rig.op.valid_until++;
	assert_int_equal(vch_cosignature_check_var(
				 rig.op.hash, rig.op.valid_until,
				 rig.cosignature, rig.account.cosigner),
			 VCH_RECEIPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(amounts_are_exact),
		cmocka_unit_test(valid_until_is_what_the_signer_takes),
		cmocka_unit_test(
			signature_is_laid_out_as_the_contract_reads_it),
		cmocka_unit_test(client_data_of_another_form_is_refused),
		cmocka_unit_test(assertion_passes_the_signer),
		cmocka_unit_test(a_foreign_cosignature_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
