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

/*
 * Hashes of what never changes, as whole hashes in userop_test.c show.
 *
 *	op_type		"PackedUserOperation(address sender,uint256 nonce,
 *			bytes initCode,bytes callData,bytes32 accountGasLimits,
 *			uint256 preVerificationGas,bytes32 gasFees,
 *			bytes paymasterAndData)"
 *	domain_type	"EIP712Domain(string name,string version,
 *			uint256 chainId,address verifyingContract)"
 *	domain_name	"ERC4337"
 *	domain_version	"1"
 *	nothing		""
 */
static const uint8_t op_type[32] = {
	0x29, 0xa0, 0xbc, 0xa4, 0xaf, 0x4b, 0xe3, 0x42, 0x13, 0x98, 0xda,
	0x00, 0x29, 0x5e, 0x58, 0xe6, 0xd7, 0xde, 0x38, 0xcb, 0x49, 0x22,
	0x14, 0x75, 0x4c, 0xb6, 0xa4, 0x75, 0x07, 0xdd, 0x6f, 0x8e,
};
static const uint8_t domain_type[32] = {
	0x8b, 0x73, 0xc3, 0xc6, 0x9b, 0xb8, 0xfe, 0x3d, 0x51, 0x2e, 0xcc,
	0x4c, 0xf7, 0x59, 0xcc, 0x79, 0x23, 0x9f, 0x7b, 0x17, 0x9b, 0x0f,
	0xfa, 0xca, 0xa9, 0xa7, 0x5d, 0x52, 0x2b, 0x39, 0x40, 0x0f,
};
static const uint8_t domain_name[32] = {
	0x36, 0x4d, 0xa2, 0x8a, 0x5c, 0x92, 0xbc, 0xc8, 0x7f, 0xe9, 0x7c,
	0x88, 0x13, 0xa6, 0xc6, 0xb8, 0xa3, 0xa0, 0x49, 0xb0, 0xea, 0x0a,
	0x32, 0x8f, 0xcb, 0x0b, 0x4f, 0x0e, 0x00, 0x33, 0x75, 0x86,
};
static const uint8_t domain_version[32] = {
	0xc8, 0x9e, 0xfd, 0xaa, 0x54, 0xc0, 0xf2, 0x0c, 0x7a, 0xdf, 0x61,
	0x28, 0x82, 0xdf, 0x09, 0x50, 0xf5, 0xa9, 0x51, 0x63, 0x7e, 0x03,
	0x07, 0xcd, 0xcb, 0x4c, 0x67, 0x2f, 0x29, 0x8b, 0x8b, 0xc6,
};
static const uint8_t nothing[32] = {
	0xc5, 0xd2, 0x46, 0x01, 0x86, 0xf7, 0x23, 0x3c, 0x92, 0x7e, 0x7d,
	0xb2, 0xdc, 0xc7, 0x03, 0xc0, 0xe5, 0x00, 0xb6, 0x53, 0xca, 0x82,
	0x27, 0x3b, 0x7b, 0xfa, 0xd8, 0x04, 0x5d, 0x85, 0xa4, 0x70,
};

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

	if (bytes.len > 0)
		vch_keccak256_hash(hash, bytes);
	else
		memcpy(hash, nothing, sizeof(hash));
	vch_keccak256_update(k, hash, sizeof(hash));
}

static void domain_hash(uint8_t ret[32], uint64_t chain_id,
			const uint8_t entry_point[20])
{
	struct vch_keccak256 k;

	vch_keccak256_init(&k);
	vch_keccak256_update(&k, domain_type, 32);
	vch_keccak256_update(&k, domain_name, 32);
	vch_keccak256_update(&k, domain_version, 32);
	word_u64(&k, chain_id);
	word_address(&k, entry_point);
	vch_keccak256_final(&k, ret);
}

static void struct_hash(uint8_t ret[32], const struct vch_user_op *op)
{
	struct vch_keccak256 k;

	vch_keccak256_init(&k);
	vch_keccak256_update(&k, op_type, 32);
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

void vch_userop_hash_next(uint8_t ret_hash[32],
			  struct vch_userop_domain *domain,
			  const struct vch_user_op *op, uint64_t chain_id,
			  const uint8_t entry_point[20])
{
	uint8_t in[2 + 32 + 32] = {0x19, 0x01};

	if (!domain->known || domain->chain_id != chain_id ||
	    memcmp(domain->entry_point, entry_point, 20) != 0) {
		domain->chain_id = chain_id;
		memcpy(domain->entry_point, entry_point, 20);
		domain_hash(domain->hash, chain_id, entry_point);
		domain->known = true;
	}
	memcpy(in + 2, domain->hash, 32);
	struct_hash(in + 34, op);
	vch_keccak256_hash(ret_hash, vch_span(in, sizeof(in)));
}

void vch_userop_hash(uint8_t ret_hash[32], const struct vch_user_op *op,
		     uint64_t chain_id, const uint8_t entry_point[20])
{
	struct vch_userop_domain domain = {0};

	vch_userop_hash_next(ret_hash, &domain, op, chain_id, entry_point);
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
