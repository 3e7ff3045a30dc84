/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Known answers come from viem 2.57.1 (getUserOperationHash, EntryPoint 0.8)
 * and, for the account, from contracts/test; tests/payment_test.py compares
 * random ones with viem and the contracts while they run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "trusted/crypto/keccak256.h"
#include "trusted/policy/account.h"
#include "trusted/policy/userop.h"

static const uint8_t init_code[] = {
	0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22,
	0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0xde, 0xad, 0xbe, 0xef};
static const uint8_t call_data[] = {1, 2, 3, 4, 5};

static void sample(struct vch_user_op *op)
{
	memset(op, 0, sizeof(*op));
	memset(op->sender, 0x11, 20);
	op->nonce[23] = 7;
	op->nonce[31] = 5;
	op->init_code = vch_span(init_code, sizeof(init_code));
	op->call_data = vch_span(call_data, sizeof(call_data));
	vch_store_be64(op->account_gas_limits + 8, 200000);
	vch_store_be64(op->account_gas_limits + 24, 100000);
	vch_store_be64(op->pre_verification_gas + 24, 50000);
	vch_store_be64(op->gas_fees + 8, 1000000000);
	vch_store_be64(op->gas_fees + 24, 3000000000);
}

static void test_hash(void **state)
{
	static const uint8_t first[32] = {
		0x83, 0x84, 0xb2, 0xf3, 0xea, 0xbd, 0x34, 0xbb,
		0xe7, 0x89, 0x07, 0x8b, 0x5c, 0xcb, 0x89, 0xb9,
		0x8d, 0x06, 0x12, 0x40, 0x80, 0x21, 0x9f, 0x74,
		0x59, 0xb5, 0xee, 0x51, 0x9f, 0x83, 0x06, 0x87};
	static const uint8_t second[32] = {
		0xc0, 0x68, 0x9a, 0x50, 0x2a, 0x7b, 0xec, 0x22,
		0x61, 0xc0, 0x07, 0x2f, 0x80, 0x87, 0x21, 0x50,
		0xdc, 0xee, 0x66, 0x20, 0x9a, 0xed, 0x0d, 0xaf,
		0x01, 0xa2, 0x44, 0xcd, 0xf8, 0x85, 0xc9, 0x5f};
	uint8_t paymaster[53], hash[32];
	struct vch_user_op op;

	(void)state;
	sample(&op);
	vch_userop_hash(hash, &op, 31337, vch_entry_point);
	assert_memory_equal(hash, first, 32);

	memset(paymaster, 0, sizeof(paymaster));
	memset(paymaster, 0x33, 20);
	paymaster[35] = 1;
	paymaster[51] = 2;
	paymaster[52] = 0x99;
	op.init_code = op.call_data = vch_span(NULL, 0);
	op.paymaster_and_data = vch_span(paymaster, sizeof(paymaster));
	vch_userop_hash(hash, &op, 1, vch_entry_point);
	assert_memory_equal(hash, second, 32);
}

/* Whatever domains follow one another, each hash is its own. */
static void test_hash_next(void **state)
{
	struct vch_userop_domain domain = {0};
	uint8_t entry_point[20], want[32], got[32];
	struct vch_user_op op;

	(void)state;
	sample(&op);
	for (unsigned i = 0; i < 64; i++) {
		memcpy(entry_point, vch_entry_point, 20);
		entry_point[19] ^= (uint8_t)(i >> 3 & 1);
		vch_userop_hash(want, &op, i >> 1 & 3, entry_point);
		vch_userop_hash_next(got, &domain, &op, i >> 1 & 3,
				     entry_point);
		assert_memory_equal(got, want, 32);
	}
}

static void test_digest(void **state)
{
	uint8_t in[38], want[32], hash[32], got[32];

	(void)state;
	memset(hash, 0xab, 32);
	memcpy(in, hash, 32);
	memcpy(in + 32, "\x12\x34\x56\x78\x9a\xbc", 6);
	vch_keccak256_hash(want, vch_span(in, sizeof(in)));
	vch_cosign_digest(got, hash, 0x123456789abc);
	assert_memory_equal(got, want, 32);
}

static void test_fee(void **state)
{
	struct vch_user_op op;
	vch_u128 fee = 0;

	(void)state;
	sample(&op);
	assert_int_equal(vch_userop_fee(&fee, &op), VCH_OK);
	assert_true(fee == (vch_u128)350000 * 3000000000u);
	for (size_t at = 0; at < 12; at++) {
		sample(&op);
		op.account_gas_limits[at] = 1;
		assert_int_equal(vch_userop_fee(&fee, &op), VCH_FEE);
		sample(&op);
		op.account_gas_limits[16 + at] = 1;
		assert_int_equal(vch_userop_fee(&fee, &op), VCH_FEE);
	}
	for (size_t at = 0; at < 28; at++) {
		sample(&op);
		op.pre_verification_gas[at] = 1;
		assert_int_equal(vch_userop_fee(&fee, &op), VCH_FEE);
	}
	sample(&op);
	op.gas_fees[16 + 7] = 1;
	assert_int_equal(vch_userop_fee(&fee, &op), VCH_FEE);
}

static void test_account(void **state)
{
	uint8_t commitment[VCH_COMMITMENT_LEN], code[VCH_INIT_CODE_LEN];
	uint8_t address[20], other[20], factory[20] = {1}, impl[20] = {2};
	struct vch_passkey passkey = {.x = {1}, .y = {2}, .rp_id_hash = {3}};
	uint8_t cosigner[20] = {4}, in[128] = {0}, hash[32];

	(void)state;
	in[0] = 1;
	in[32] = 2;
	in[64] = 3;
	in[108] = 4;
	vch_keccak256_hash(hash, vch_span(in, sizeof(in)));
	vch_account_commitment(commitment, &passkey, cosigner);
	assert_memory_equal(commitment, hash, VCH_COMMITMENT_LEN);

	vch_account_init_code(code, factory, commitment);
	assert_memory_equal(code, factory, 20);
	assert_memory_equal(code + 24, commitment, VCH_COMMITMENT_LEN);
	assert_int_equal(code[55] | code[48], 0);

	/* each part of the birth moves the address */
	vch_account_address(address, factory, impl, commitment);
	factory[19] ^= 1;
	vch_account_address(other, factory, impl, commitment);
	assert_memory_not_equal(address, other, 20);
	factory[19] ^= 1;
	impl[19] ^= 1;
	vch_account_address(other, factory, impl, commitment);
	assert_memory_not_equal(address, other, 20);
	impl[19] ^= 1;
	commitment[23] ^= 1;
	vch_account_address(other, factory, impl, commitment);
	assert_memory_not_equal(address, other, 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_hash_next),
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_fee),
		cmocka_unit_test(test_account),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
