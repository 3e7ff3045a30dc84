/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/policy/paymaster.h"

#include <string.h>

#include "trusted/crypto/keccak256.h"
#include "trusted/policy/userop.h"

/* paymasterAndData: address(20) ‖ validation gas(16) ‖ postOp gas(16) ‖ … */
#define DATA_AT 52u
#define GAS_MAX ((vch_u128)1 << 32)
#define TIME_MAX ((uint64_t)1 << 48)
#define WORDS 12u

static void word(struct vch_writer *w, const void *bytes, size_t len)
{
	static const uint8_t zeros[32];

	vch_write_bytes(w, zeros, 32 - len);
	vch_write_bytes(w, bytes, len);
}

static void word_u64(struct vch_writer *w, uint64_t v)
{
	uint8_t bytes[8];

	vch_store_be64(bytes, v);
	word(w, bytes, sizeof(bytes));
}

static void word_hash(struct vch_writer *w, struct vch_span bytes)
{
	uint8_t hash[32];

	vch_keccak256_hash(hash, bytes);
	word(w, hash, sizeof(hash));
}

/* getHash(userOp, validUntil, validAfter), then EIP-191 over its 32 bytes. */
static void digest(uint8_t ret[32], const struct vch_paymaster_op *p)
{
	static const char prefix[] = "\x19"
				     "Ethereum Signed Message:\n32";
	const struct vch_user_op *op = &p->op;
	uint8_t in[WORDS * 32], hash[32];
	struct vch_writer w = vch_writer(in, sizeof(in));
	struct vch_keccak256 k;

	word(&w, op->sender, 20);
	word(&w, op->nonce, 32);
	word_hash(&w, op->init_code);
	word_hash(&w, op->call_data);
	word(&w, op->account_gas_limits, 32);
	word(&w, op->paymaster_and_data.ptr + 20, 32);
	word(&w, op->pre_verification_gas, 32);
	word(&w, op->gas_fees, 32);
	word_u64(&w, p->chain_id);
	word(&w, op->paymaster_and_data.ptr, 20);
	word_u64(&w, p->valid_until);
	word_u64(&w, p->valid_after);
	vch_keccak256_hash(hash, vch_written(&w));
	vch_keccak256_init(&k);
	vch_keccak256_update(&k, prefix, sizeof(prefix) - 1);
	vch_keccak256_update(&k, hash, sizeof(hash));
	vch_keccak256_final(&k, ret);
}

/* All the gas there is, at the greatest fee: under 2^98. */
static enum vch_err greatest_cost(vch_u128 *ret, const struct vch_user_op *op)
{
	vch_u128 validation = vch_load_be128(op->paymaster_and_data.ptr + 20);
	vch_u128 post = vch_load_be128(op->paymaster_and_data.ptr + 36);
	vch_u128 fee;

	VCH_TRY(vch_userop_fee(&fee, op));
	if (validation >= GAS_MAX || post >= GAS_MAX)
		return VCH_FEE;
	*ret = fee + (validation + post) * vch_load_be128(op->gas_fees + 16);
	return VCH_OK;
}

enum vch_err vch_paymaster_read(struct vch_key_use *ret,
				struct vch_span payload)
{
	struct vch_paymaster_op p;

	if (vch_paymaster_op_decode(&p, payload) != VCH_OK ||
	    p.op.paymaster_and_data.len < DATA_AT ||
	    p.valid_until >= TIME_MAX || p.valid_after > p.valid_until)
		return VCH_PAYLOAD;
	VCH_TRY(greatest_cost(&ret->cost_wei, &p.op));
	ret->chain_id = p.chain_id;
	ret->valid_until = p.valid_until;
	memcpy(ret->contract, p.op.paymaster_and_data.ptr, 20);
	digest(ret->digest, &p);
	return VCH_OK;
}
