/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trusted application through its door, in the real emulated TEE: what
 * it signs, what it refuses and why, and what it writes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/cli/abi.h"
#include "tests/rig.h"
#include "trusted/crypto/secp256k1.h"
#include "trusted/log/chain.h"
#include "trusted/policy/account.h"
#include "trusted/policy/decide.h"
#include "trusted/policy/userop.h"

#define ETHER UINT64_C(1000000000000000000)

static struct rig rig;
static struct vch_demo_passkey passkey;
static struct rig_account account;

static int setup(void **state)
{
	(void)state;
	rig_make(&rig);
	rig_born(&rig, &account, &passkey);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_free(&rig);
	return 0;
}

static enum vch_err cosign(struct rig_op *op, struct vch_cosign_result *ret)
{
	return rig_cosign_one(&rig, &account, op, ret);
}

/* The signature is the account's co-signer's, over hash and validUntil. */
static void check_signature(const struct rig_op *op, const uint8_t sig[65])
{
	struct vch_config config;
	struct vch_secp256k1_pk pk;
	uint8_t digest[32], recid_sig[65], address[20];

	vch_secp256k1_init();
	assert_int_equal(
		vch_config_decode(&config,
				  vch_span(account.config, account.config_len)),
		VCH_OK);
	vch_cosign_digest(digest, op->hash, op->op.valid_until);
	memcpy(recid_sig, sig, 65);
	recid_sig[64] = (uint8_t)(recid_sig[64] - 27);
	assert_int_equal(vch_secp256k1_recover_var(&pk, digest, recid_sig),
			 VCH_OK);
	vch_secp256k1_address(address, &pk);
	assert_memory_equal(address, config.cosigner, 20);
}

static void test_birth(void **state)
{
	uint8_t commitment[VCH_COMMITMENT_LEN], address[20];
	struct vch_config config;

	(void)state;
	assert_int_equal(
		vch_config_decode(&config,
				  vch_span(account.config, account.config_len)),
		VCH_OK);
	vch_account_commitment(commitment, &config.passkeys[0],
			       config.cosigner);
	vch_account_address(address, config.factory, config.implementation,
			    commitment);
	assert_memory_equal(address, account.address, 20);
	assert_true(config.assets[0].daily_limit == ETHER / 10);
	assert_true(config.fee_max == ETHER / 50);
	assert_int_equal(config.calls_cnt + config.grants_cnt, 0);
	assert_int_equal(account.slot.seq, 1);
}

static void test_birth_refusals(void **state)
{
	struct vch_demo_passkey bad = passkey;
	struct rig_account none;

	(void)state;
	bad.x[5] ^= 1;
	assert_int_equal(rig_create(&rig, &none, &bad), VCH_PUBLIC_KEY);
	bad = passkey;
	strcpy(bad.origin, "http://a\"b");
	assert_int_equal(rig_create(&rig, &none, &bad), VCH_ORIGIN);
	bad.origin[0] = 0;
	assert_int_equal(rig_create(&rig, &none, &bad), VCH_ORIGIN);
}

static void test_sign(void **state)
{
	struct vch_cosign_result res;
	struct vch_batch *batch = malloc(sizeof(*batch));
	struct vch_tree tree;
	struct vch_receipt receipt;
	struct rig_op op;

	(void)state;
	rig_payment(&op, &account, &passkey, 0, ETHER / 100);
	assert_int_equal(cosign(&op, &res), VCH_OK);
	assert_int_equal(res.recorded, 1);
	check_signature(&op, res.signature);
	assert_int_equal(account.slot.seq, 2);
	assert_true(account.slot.remainder ==
		    ETHER / 10 - ETHER / 100 - UINT64_C(250000) * 1000000000);

	rig_last_batch(&rig, batch);
	assert_int_equal(vch_tree_make(&tree, batch), VCH_OK);
	vch_receipt_make(&receipt, batch, &tree, 0, 0);
	assert_int_equal(vch_receipt_verify_var(&receipt, rig.log_key), VCH_OK);
	free(batch);
}

/* The same operation again: the same signature, counted once. */
static void test_retry(void **state)
{
	struct vch_cosign_result first, again;
	struct rig_op op;
	vch_u128 left;

	(void)state;
	rig_payment(&op, &account, &passkey, 0, ETHER / 100);
	assert_int_equal(cosign(&op, &first), VCH_OK);
	left = account.slot.remainder;
	assert_int_equal(cosign(&op, &again), VCH_OK);
	assert_memory_equal(first.signature, again.signature, 65);
	assert_true(account.slot.remainder == left);
	assert_int_equal(account.slot.seq, 3);
}

/* A replacement with the same nonce counts its excess only. */
static void test_replacement(void **state)
{
	struct vch_cosign_result res;
	struct rig_op op;
	vch_u128 left;

	(void)state;
	rig_payment(&op, &account, &passkey, 7, ETHER / 100);
	assert_int_equal(cosign(&op, &res), VCH_OK);
	left = account.slot.remainder;
	rig_payment(&op, &account, &passkey, 7, ETHER / 50);
	assert_int_equal(cosign(&op, &res), VCH_OK);
	assert_true(left - account.slot.remainder == ETHER / 100);
	rig_payment(&op, &account, &passkey, 7, 1);
	left = account.slot.remainder;
	assert_int_equal(cosign(&op, &res), VCH_OK);
	assert_true(left == account.slot.remainder);
}

static void test_limit(void **state)
{
	struct vch_cosign_result res;
	struct rig_op op;

	(void)state;
	rig_payment(&op, &account, &passkey, 0, ETHER);
	assert_int_equal(cosign(&op, &res), VCH_LIMIT);
	assert_int_equal(res.recorded, 1);
	assert_int_equal(account.slot.seq, 2);
	assert_true(account.slot.remainder == ETHER / 10);
	for (uint64_t i = 0; i < 3; i++) {
		rig_payment(&op, &account, &passkey, 1 + i, ETHER / 33);
		assert_int_equal(cosign(&op, &res), VCH_OK);
	}
	rig_payment(&op, &account, &passkey, 9, ETHER / 33);
	assert_int_equal(cosign(&op, &res), VCH_LIMIT);
}

/* One batch: state is carried from operation to operation inside it. */
static void test_batch(void **state)
{
	static struct rig_op op[VCH_OPS_MAX];
	struct rig_op *ops[VCH_OPS_MAX];
	struct vch_cosign_result res[VCH_OPS_MAX];
	size_t batches = rig.batch_cnt, ok = 0;

	(void)state;
	for (size_t i = 0; i < VCH_OPS_MAX; i++) {
		rig_payment(&op[i], &account, &passkey, i, ETHER / 400);
		ops[i] = &op[i];
	}
	assert_int_equal(rig_cosign(&rig, &account, ops, VCH_OPS_MAX, res),
			 VCH_OK);
	assert_int_equal(rig.batch_cnt, batches + 1);
	for (size_t i = 0; i < VCH_OPS_MAX; i++) {
		if (res[i].code != VCH_OK) {
			assert_int_equal(res[i].code, VCH_LIMIT);
			continue;
		}
		check_signature(&op[i], res[i].signature);
		ok++;
	}
	/* each costs 0.0025 and a fee of 0.00025 ether; the limit is 0.1 */
	assert_int_equal(ok, 36);
	assert_int_equal(account.slot.seq, 1 + VCH_OPS_MAX);
}

/* Before the passkey is verified, nothing is recorded. */
static void test_passkey_refusals(void **state)
{
	static const struct {
		enum vch_err want;
		size_t auth_at; /* byte of authenticatorData that is flipped */
		uint8_t flip;
	} cases[] = {
		{VCH_RP_ID, 0, 1},	{VCH_USER, 32, 0x01},
		{VCH_USER, 32, 0x04},	{VCH_BACKUP, 32, 0x08},
		{VCH_BACKUP, 32, 0x10}, {VCH_FORMAT, 32, 0x40},
		{VCH_FORMAT, 32, 0x80}, {VCH_SIGNATURE, 36, 0x80},
	};
	size_t batches = rig.batch_cnt;
	struct vch_cosign_result res;
	struct rig_op op;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		rig_payment(&op, &account, &passkey, i, 1);
		op.assertion.auth_data[cases[i].auth_at] ^= cases[i].flip;
		assert_int_equal(cosign(&op, &res), cases[i].want);
	}
	rig_payment(&op, &account, &passkey, 0, 1);
	op.op.assertion.passkey = 1;
	assert_int_equal(cosign(&op, &res), VCH_PASSKEY);
	rig_payment(&op, &account, &passkey, 0, 1);
	op.op.assertion.signature[0] ^= 1;
	assert_int_equal(cosign(&op, &res), VCH_SIGNATURE);
	rig_payment(&op, &account, &passkey, 0, 1);
	op.op.op.nonce[31] = 1;
	assert_int_equal(cosign(&op, &res), VCH_CHALLENGE);
	assert_int_equal(rig.batch_cnt, batches);
	assert_int_equal(res.recorded, 0);
}

static void test_client_data(void **state)
{
	struct vch_demo_passkey other = passkey;
	struct vch_cosign_result res;
	struct rig_op op;
	char *at;

	(void)state;
	strcpy(other.origin, "http://localhost:30001");
	rig_payment(&op, &account, &other, 0, 1);
	assert_int_equal(cosign(&op, &res), VCH_ORIGIN);
	strcpy(other.origin, "http://localhost:300");
	rig_payment(&op, &account, &other, 0, 1);
	assert_int_equal(cosign(&op, &res), VCH_ORIGIN);

	rig_payment(&op, &account, &passkey, 0, 1);
	at = memmem(op.assertion.client_data, sizeof(op.assertion.client_data),
		    "false", 5);
	assert_non_null(at);
	memcpy(at, "true ", 5);
	assert_int_equal(cosign(&op, &res), VCH_CLIENT_DATA);
	rig_payment(&op, &account, &passkey, 0, 1);
	op.assertion.client_data[18] = 'c'; /* webauthn.get -> webauthn.cet */
	assert_int_equal(cosign(&op, &res), VCH_CLIENT_DATA);
}

struct form_case {
	enum vch_err want;
	void (*change)(struct rig_op *op);
};

static void to_sender(struct rig_op *op)
{
	op->op.op.sender[0] ^= 1;
}

static void to_chain(struct rig_op *op)
{
	op->op.chain_id++;
}

static void to_entry_point(struct rig_op *op)
{
	op->op.entry_point[0] ^= 1;
}

static void to_init_code(struct rig_op *op)
{
	static const uint8_t code[56];

	op->op.op.init_code = vch_span(code, sizeof(code));
}

static void to_paymaster(struct rig_op *op)
{
	static const uint8_t paymaster[52] = {1};

	op->op.op.paymaster_and_data = vch_span(paymaster, sizeof(paymaster));
}

static void to_fee(struct rig_op *op)
{
	vch_store_be64(op->op.op.gas_fees + 24, 100000000000);
}

static void to_huge_fee(struct rig_op *op)
{
	op->op.op.pre_verification_gas[0] = 1;
}

static void to_form(struct rig_op *op)
{
	op->call_data[36 + 31] ^= 0x20; /* the offset of executionData */
}

static void to_self(struct rig_op *op)
{
	uint8_t *to = op->call_data + 100 + 3 * 32 + 12;

	memcpy(to, account.address, 20);
}

static void to_late(struct rig_op *op)
{
	op->op.valid_until += VCH_VALID_MAX_S;
}

static void to_early(struct rig_op *op)
{
	op->op.valid_until -= 300;
}

/* After it, every refusal is a record and costs nothing of the limit. */
static void test_policy_refusals(void **state)
{
	static const struct form_case cases[] = {
		{VCH_SENDER, to_sender},       {VCH_NETWORK, to_chain},
		{VCH_NETWORK, to_entry_point}, {VCH_INIT_CODE, to_init_code},
		{VCH_PAYMASTER, to_paymaster}, {VCH_FEE, to_fee},
		{VCH_FEE, to_huge_fee},	       {VCH_CALL_FORM, to_form},
		{VCH_CALL, to_self},	       {VCH_VALID_UNTIL, to_late},
		{VCH_VALID_UNTIL, to_early},
	};
	struct vch_cosign_result res;
	struct rig_op op;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t seq = account.slot.seq;

		rig_payment(&op, &account, &passkey, i, 1);
		cases[i].change(&op);
		rig_sign(&op, &passkey);
		assert_int_equal(cosign(&op, &res), cases[i].want);
		assert_int_equal(res.recorded, 1);
		assert_int_equal(account.slot.seq, seq + 1);
		assert_true(account.slot.remainder == ETHER / 10);
	}
}

/* A device-bound key's counter must rise. */
static void test_sign_count(void **state)
{
	struct vch_cosign_result res;
	struct rig_op op;

	(void)state;
	passkey.sign_count = 50;
	rig_payment(&op, &account, &passkey, 0, 1);
	assert_int_equal(cosign(&op, &res), VCH_OK);
	passkey.sign_count = 40;
	rig_payment(&op, &account, &passkey, 1, 1);
	assert_int_equal(cosign(&op, &res), VCH_SIGN_COUNT);
	assert_int_equal(res.recorded, 1);
	passkey.sign_count = 51;
	rig_payment(&op, &account, &passkey, 2, 1);
	assert_int_equal(cosign(&op, &res), VCH_OK);
}

/* The host brings old counters, a foreign config, somebody else's key. */
static void test_stale_state(void **state)
{
	struct rig_account old = account, other;
	struct vch_cosign_result res;
	struct rig_op op;

	(void)state;
	rig_payment(&op, &account, &passkey, 0, ETHER / 100);
	assert_int_equal(cosign(&op, &res), VCH_OK);
	rig_payment(&op, &account, &passkey, 1, ETHER / 100);
	assert_int_equal(rig_cosign_one(&rig, &old, &op, &res), VCH_STALE);
	old = account;
	old.config[old.config_len - 1] ^= 1;
	assert_int_equal(rig_cosign_one(&rig, &old, &op, &res), VCH_STALE);
	assert_int_equal(rig_create(&rig, &other, &passkey), VCH_OK);
	old = account;
	memcpy(old.blob, other.blob, other.blob_len);
	assert_int_equal(rig_cosign_one(&rig, &old, &op, &res), VCH_UNSEAL);
	op.op.account[0] ^= 1;
	assert_int_equal(rig_cosign_one(&rig, &account, &op, &res),
			 VCH_ACCOUNT);
}

static void test_door(void **state)
{
	static uint8_t long_request[300];
	struct vch_version_answer version;
	struct vch_span answer;

	(void)state;
	assert_int_equal(rig_call(&rig, 4711, vch_span(NULL, 0), NULL),
			 VCH_COMMAND);
	assert_int_equal(
		rig_call(&rig, VCH_CMD_START, vch_span("\0\100", 2), NULL),
		VCH_PHASE);
	assert_int_equal(
		rig_call(&rig, VCH_CMD_REPLAY, vch_span(NULL, 0), NULL),
		VCH_PHASE);
	assert_int_equal(
		rig_call(&rig, VCH_CMD_VERSION, vch_span("x", 1), NULL),
		VCH_SIZE);
	assert_int_equal(rig_call(&rig, VCH_CMD_ATTEST,
				  vch_span(long_request, 300), NULL),
			 VCH_SIZE);
	assert_int_equal(rig_call(&rig, VCH_CMD_ATTEST,
				  vch_span(long_request, 31), NULL),
			 VCH_FORMAT);
	assert_int_equal(
		rig_call(&rig, VCH_CMD_VERSION, vch_span(NULL, 0), &answer),
		VCH_OK);
	assert_int_equal(vch_version_answer_decode(&version, answer), VCH_OK);
	assert_int_equal(version.slot_cnt, 1);
	assert_int_equal(version.phase, VCH_PHASE_SERVE);
}

static void test_attest(void **state)
{
	static const char label[] = "vouch evidence v1";
	uint8_t challenge[32], signed_bytes[1100];
	struct vch_writer w = vch_writer(signed_bytes, sizeof(signed_bytes));
	struct vch_attest_answer ans;
	struct vch_ed25519_pk pk;
	struct vch_evidence e;
	struct vch_span answer;

	(void)state;
	memset(challenge, 0x5a, 32);
	assert_int_equal(rig_call(&rig, VCH_CMD_ATTEST, vch_span(challenge, 32),
				  &answer),
			 VCH_OK);
	assert_int_equal(vch_attest_answer_decode(&ans, answer), VCH_OK);
	assert_int_equal(vch_evidence_decode(&e, ans.claims), VCH_OK);
	assert_memory_equal(e.challenge, challenge, 32);
	assert_memory_equal(e.log_key, rig.log_key, 32);
	assert_non_null(memmem(e.platform.ptr, e.platform.len, rig_platform,
			       strlen(rig_platform)));
	vch_write_bytes(&w, label, sizeof(label) - 1);
	vch_write_bytes(&w, ans.claims.ptr, ans.claims.len);
	assert_int_equal(vch_ed25519_pk_parse(&pk, e.device_key), VCH_OK);
	assert_int_equal(
		vch_ed25519_verify_var(&pk, vch_written(&w), ans.signature),
		VCH_OK);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_birth),	     T(test_birth_refusals),
		T(test_sign),	     T(test_retry),
		T(test_replacement), T(test_limit),
		T(test_batch),	     T(test_passkey_refusals),
		T(test_client_data), T(test_policy_refusals),
		T(test_sign_count),  T(test_stale_state),
		T(test_door),	     T(test_attest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
