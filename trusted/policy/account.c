/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/policy/account.h"

#include <string.h>

#include "trusted/crypto/keccak256.h"

void vch_account_commitment(uint8_t ret[VCH_COMMITMENT_LEN],
			    const struct vch_passkey *passkey,
			    const uint8_t cosigner[20])
{
	uint8_t in[4 * 32] = {0};
	uint8_t hash[32];

	memcpy(in, passkey->x, 32);
	memcpy(in + 32, passkey->y, 32);
	memcpy(in + 64, passkey->rp_id_hash, 32);
	memcpy(in + 96 + 12, cosigner, 20);
	vch_keccak256_hash(hash, vch_span(in, sizeof(in)));
	memcpy(ret, hash, VCH_COMMITMENT_LEN);
}

/* PUSH32 word, SSTORE at 0, return the ERC-1167 runtime behind it. */
static void creation_code_hash(uint8_t ret[32],
			       const uint8_t implementation[20],
			       const uint8_t commitment[VCH_COMMITMENT_LEN])
{
	static const uint8_t store_and_copy[] = {0x5f, 0x55, 0x60, 0x2d,
						 0x80, 0x60, 0x2c, 0x5f,
						 0x39, 0x5f, 0xf3};
	static const uint8_t proxy_head[] = {0x36, 0x3d, 0x3d, 0x37, 0x3d,
					     0x3d, 0x3d, 0x36, 0x3d, 0x73};
	static const uint8_t proxy_tail[] = {0x5a, 0xf4, 0x3d, 0x82, 0x80,
					     0x3e, 0x90, 0x3d, 0x91, 0x60,
					     0x2b, 0x57, 0xfd, 0x5b, 0xf3};
	static const uint8_t low_word[32 - VCH_COMMITMENT_LEN];
	uint8_t code[89];
	struct vch_writer w = vch_writer(code, sizeof(code));

	vch_write_u8(&w, 0x7f);
	vch_write_bytes(&w, commitment, VCH_COMMITMENT_LEN);
	vch_write_bytes(&w, low_word, sizeof(low_word));
	vch_write_bytes(&w, store_and_copy, sizeof(store_and_copy));
	vch_write_bytes(&w, proxy_head, sizeof(proxy_head));
	vch_write_bytes(&w, implementation, 20);
	vch_write_bytes(&w, proxy_tail, sizeof(proxy_tail));
	vch_keccak256_hash(ret, vch_written(&w));
}

void vch_account_address(uint8_t ret[20], const uint8_t factory[20],
			 const uint8_t implementation[20],
			 const uint8_t commitment[VCH_COMMITMENT_LEN])
{
	uint8_t in[1 + 20 + 32 + 32] = {0xff};
	uint8_t hash[32];

	memcpy(in + 1, factory, 20);
	creation_code_hash(in + 53, implementation, commitment);
	vch_keccak256_hash(hash, vch_span(in, sizeof(in)));
	memcpy(ret, hash + 12, 20);
}

void vch_account_init_code(uint8_t ret[VCH_INIT_CODE_LEN],
			   const uint8_t factory[20],
			   const uint8_t commitment[VCH_COMMITMENT_LEN])
{
	static const char signature[] = "createAccount(bytes24)";
	uint8_t hash[32];

	vch_keccak256_hash(hash, vch_span(signature, sizeof(signature) - 1));
	memset(ret, 0, VCH_INIT_CODE_LEN);
	memcpy(ret, factory, 20);
	memcpy(ret + 20, hash, 4);
	memcpy(ret + 24, commitment, VCH_COMMITMENT_LEN);
}
