/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/policy/userop.h"

#include <string.h>

#include "trusted/base/ct.h"
#include "trusted/crypto/keccak256.h"

#define GAS_MAX ((vch_u128)1 << 32)
#define FEE_PER_GAS_MAX ((vch_u128)1 << 64)

const uint8_t vch_entry_point[20] = {0x43, 0x37, 0x08, 0x4d, 0x9e, 0x25, 0x5f,
				     0xf0, 0x70, 0x24, 0x61, 0xcf, 0x88, 0x95,
				     0xce, 0x9e, 0x3b, 0x5f, 0xf1, 0x08};

static const char op_type[] =
	"PackedUserOperation(address sender,uint256 nonce,bytes initCode,"
	"bytes callData,bytes32 accountGasLimits,uint256 preVerificationGas,"
	"bytes32 gasFees,bytes paymasterAndData)";
static const char domain_type[] =
	"EIP712Domain(string name,string version,uint256 chainId,"
	"address verifyingContract)";

static void word_address(struct vch_keccak256 *k, const uint8_t address[20])
{
	static const uint8_t zeros[12];

	vch_keccak256_update(k, zeros, sizeof(zeros));
	vch_keccak256_update(k, address, 20);
}

static void word_u64(struct vch_keccak256 *k, uint64_t v)
{
	uint8_t word[32] = {0};

	vch_store_be64(word + 24, v);
	vch_keccak256_update(k, word, sizeof(word));
}

static void word_hash(struct vch_keccak256 *k, struct vch_span bytes)
{
	uint8_t hash[32];

	vch_keccak256_hash(hash, bytes);
	vch_keccak256_update(k, hash, sizeof(hash));
}

static void word_hash_str(struct vch_keccak256 *k, const char *str)
{
	word_hash(k, vch_span(str, strlen(str)));
}

static void domain_hash(uint8_t ret[32], uint64_t chain_id,
			const uint8_t entry_point[20])
{
	struct vch_keccak256 k;

	vch_keccak256_init(&k);
	word_hash_str(&k, domain_type);
	word_hash_str(&k, "ERC4337");
	word_hash_str(&k, "1");
	word_u64(&k, chain_id);
	word_address(&k, entry_point);
	vch_keccak256_final(&k, ret);
}

static void struct_hash(uint8_t ret[32], const struct vch_user_op *op)
{
	struct vch_keccak256 k;

	vch_keccak256_init(&k);
	word_hash_str(&k, op_type);
	word_address(&k, op->sender);
	vch_keccak256_update(&k, op->nonce, 32);
	word_hash(&k, op->init_code);
	word_hash(&k, op->call_data);
	vch_keccak256_update(&k, op->account_gas_limits, 32);
	vch_keccak256_update(&k, op->pre_verification_gas, 32);
	vch_keccak256_update(&k, op->gas_fees, 32);
	word_hash(&k, op->paymaster_and_data);
	vch_keccak256_final(&k, ret);
}

void vch_userop_hash(uint8_t ret_hash[32], const struct vch_user_op *op,
		     uint64_t chain_id, const uint8_t entry_point[20])
{
	uint8_t in[2 + 32 + 32] = {0x19, 0x01};

	domain_hash(in + 2, chain_id, entry_point);
	struct_hash(in + 34, op);
	vch_keccak256_hash(ret_hash, vch_span(in, sizeof(in)));
}

void vch_cosign_digest(uint8_t ret_digest[32], const uint8_t userop_hash[32],
		       uint64_t valid_until)
{
	uint8_t in[32 + 6];
	uint8_t until[8];

	vch_store_be64(until, valid_until);
	memcpy(in, userop_hash, 32);
	memcpy(in + 32, until + 2, 6);
	vch_keccak256_hash(ret_digest, vch_span(in, sizeof(in)));
}

enum vch_err vch_userop_fee(vch_u128 *ret_wei, const struct vch_user_op *op)
{
	vch_u128 verification = vch_load_be128(op->account_gas_limits);
	vch_u128 call = vch_load_be128(op->account_gas_limits + 16);
	vch_u128 pre = vch_load_be128(op->pre_verification_gas + 16);
	vch_u128 per_gas = vch_load_be128(op->gas_fees + 16);

	if (!vch_ct_is_zero(op->pre_verification_gas, 16) ||
	    verification >= GAS_MAX || call >= GAS_MAX || pre >= GAS_MAX ||
	    per_gas >= FEE_PER_GAS_MAX)
		return VCH_FEE;
	*ret_wei = (verification + call + pre) * per_gas;
	return VCH_OK;
}
