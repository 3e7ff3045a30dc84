/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/payment.h"

#include <stdio.h>
#include <string.h>

#include "trusted/base/check.h"
#include "trusted/crypto/secp256k1.h"
#include "trusted/policy/decide.h"
#include "trusted/policy/userop.h"

#define VALID_S 300u
#define WEI_PER_ETHER ((vch_u128)1000000000000000000u)

/*
 * Gas limits, measured with these contracts plus a margin: validation by
 * precompile, one payment to an account that never existed, and what the
 * EntryPoint spends outside of both. The first of an account that somebody
 * else made still finds its nonce and its deposit empty.
 */
#define GAS_VERIFY 70000u
#define GAS_CREATE 110000u
#define GAS_FIRST 50000u
#define GAS_CALL_BASE 12000u
#define GAS_CALL_EACH 40000u
#define GAS_OUTSIDE 50000u

/* Signature version 1: one secp256k1 co-signer, or the passkey alone. */
#define KIND_BOTH 1
#define KIND_PASSKEY 2
#define AUTH_DATA_MIN 37
#define CHALLENGE_CHARS 43

static const char client_prefix[] =
	"{\"type\":\"webauthn.get\",\"challenge\":\"";

uint64_t vch_payment_valid_until(uint64_t now_s)
{
	uint64_t day = (now_s + VCH_DAY_MARGIN_S) / VCH_DAY_S;
	uint64_t last = (day + 1) * VCH_DAY_S - 1;

	return now_s + VALID_S < last ? now_s + VALID_S : last;
}

/* Two 128-bit numbers in one word. */
static void pack(uint8_t ret[32], vch_u128 high, vch_u128 low)
{
	vch_store_be128(ret, high);
	vch_store_be128(ret + 16, low);
}

static uint64_t gas_to_verify(const struct vch_payment_plan *plan)
{
	if (plan->deploy)
		return GAS_VERIFY + GAS_CREATE;
	return GAS_VERIFY +
	       (vch_load_be64(plan->nonce + 24) == 0 ? GAS_FIRST : 0);
}

enum vch_err vch_payment_build(struct vch_payment_op *ret,
			       const struct vch_payment_plan *plan,
			       const struct vch_passkey *passkey)
{
	const struct vch_wallet_account *account = plan->account;
	struct vch_writer w =
		vch_writer(ret->call_data, sizeof(ret->call_data));
	uint8_t commitment[VCH_COMMITMENT_LEN];
	struct vch_user_op *op = &ret->op;

	memset(op, 0, sizeof(*op));
	memcpy(op->sender, account->address, 20);
	memcpy(op->nonce, plan->nonce, 32);
	if (plan->deploy) {
		vch_account_commitment(commitment, passkey, account->cosigner);
		vch_account_init_code(ret->init_code, account->at.factory,
				      commitment);
		op->init_code = vch_span(ret->init_code, VCH_INIT_CODE_LEN);
	}
	vch_abi_write_execute(&w, plan->payments, plan->payment_cnt);
	VCH_CHECK(!w.bad);
	op->call_data = vch_written(&w);
	pack(op->account_gas_limits, gas_to_verify(plan),
	     GAS_CALL_BASE + plan->payment_cnt * GAS_CALL_EACH);
	pack(op->pre_verification_gas, 0, GAS_OUTSIDE);
	pack(op->gas_fees, plan->fees.tip, plan->fees.max_fee);
	if (plan->fees.max_fee > UINT64_MAX || plan->fees.tip > UINT64_MAX)
		return VCH_SIZE;
	ret->valid_until = plan->valid_until;
	vch_userop_hash(ret->hash, op, account->at.chain_id,
			account->at.entry_point);
	return VCH_OK;
}

static enum vch_err write_signature(struct vch_writer *w, uint8_t kind,
				    uint64_t valid_until, const uint8_t co[65],
				    const struct vch_assertion *assertion,
				    const struct vch_passkey *passkey)
{
	const struct vch_span auth = assertion->auth_data;
	const struct vch_span client = assertion->client_data;
	const size_t head = sizeof(client_prefix) - 1 + CHALLENGE_CHARS;
	uint8_t until[8];

	if (auth.len < AUTH_DATA_MIN || auth.len > AUTH_DATA_MIN + 255 ||
	    client.len <= head || client.len > head + 1024 ||
	    memcmp(client.ptr, client_prefix, sizeof(client_prefix) - 1) != 0 ||
	    client.ptr[head] != '"')
		return VCH_CLIENT_DATA;
	vch_store_be64(until, valid_until);
	vch_write_u8(w, kind);
	vch_write_bytes(w, until + 2, 6);
	vch_write_u8(w, (uint8_t)(auth.len - AUTH_DATA_MIN));
	vch_write_bytes(w, co, 65);
	vch_write_bytes(w, assertion->signature, 64);
	vch_write_bytes(w, passkey->x, 32);
	vch_write_bytes(w, passkey->y, 32);
	vch_write_bytes(w, auth.ptr, auth.len);
	vch_write_bytes(w, client.ptr + head, client.len - head);
	return w->bad ? VCH_SIZE : VCH_OK;
}

enum vch_err vch_account_signature(struct vch_writer *w, uint64_t valid_until,
				   const uint8_t cosignature[65],
				   const struct vch_assertion *assertion,
				   const struct vch_passkey *passkey)
{
	return write_signature(w, KIND_BOTH, valid_until, cosignature,
			       assertion, passkey);
}

enum vch_err vch_passkey_signature(struct vch_writer *w,
				   const uint8_t cosigner[20],
				   const struct vch_assertion *assertion,
				   const struct vch_passkey *passkey)
{
	uint8_t co[65] = {0};

	memcpy(co + 45, cosigner, 20);
	return write_signature(w, KIND_PASSKEY, 0, co, assertion, passkey);
}

enum vch_err vch_cosignature_check_var(const uint8_t hash[32],
				       uint64_t valid_until,
				       const uint8_t cosignature[65],
				       const uint8_t cosigner[20])
{
	struct vch_secp256k1_pk pk;
	uint8_t digest[32];
	uint8_t sig[65];
	uint8_t address[20];

	memcpy(sig, cosignature, 65);
	sig[64] = (uint8_t)(sig[64] - 27);
	vch_cosign_digest(digest, hash, valid_until);
	if (vch_secp256k1_recover_var(&pk, digest, sig))
		return VCH_RECEIPT;
	vch_secp256k1_address(address, &pk);
	return memcmp(address, cosigner, 20) ? VCH_RECEIPT : VCH_OK;
}

/* The digits before the point or the unit; false if there are none. */
static bool whole_part(vch_u128 *ret, const char **at)
{
	const char *p = *at;

	for (*ret = 0; *p >= '0' && *p <= '9'; p++) {
		if (*ret > (vch_u128)UINT64_MAX * 1000)
			return false;
		*ret = *ret * 10 + (unsigned)(*p - '0');
	}
	if (p == *at)
		return false;
	*at = p;
	return true;
}

enum vch_err vch_amount_parse(vch_u128 *ret_wei, const char *text)
{
	static const struct {
		const char *name;
		uint64_t wei;
	} units[] = {
		{"", 1},
		{"wei", 1},
		{"gwei", 1000000000u},
		{"ether", 1000000000000000000u},
		{"eth", 1000000000000000000u},
	};
	const char *digits;
	vch_u128 whole;
	vch_u128 part = 0;
	vch_u128 unit;
	size_t i = 0;

	if (!whole_part(&whole, &text))
		return VCH_ARGUMENT;
	digits = *text == '.' ? ++text : NULL;
	while (*text >= '0' && *text <= '9')
		text++;
	while (i < VCH_ARRAY_LEN(units) && strcmp(units[i].name, text) != 0)
		i++;
	if (i == VCH_ARRAY_LEN(units) || digits == text)
		return VCH_ARGUMENT;
	unit = units[i].wei;
	for (; digits && digits < text; digits++) {
		if (unit % 10 != 0)
			return VCH_ARGUMENT;
		unit /= 10;
		part += (unsigned)(*digits - '0') * unit;
	}
	if (__builtin_mul_overflow(whole, (vch_u128)units[i].wei, &whole) ||
	    __builtin_add_overflow(whole, part, &whole))
		return VCH_ARGUMENT;
	*ret_wei = whole;
	return VCH_OK;
}

void vch_amount_print(char ret[VCH_AMOUNT_TEXT], vch_u128 wei)
{
	char part[20];
	size_t len;

	snprintf(part, sizeof(part), "%018llu",
		 (unsigned long long)(wei % WEI_PER_ETHER));
	for (len = strlen(part); len > 0 && part[len - 1] == '0'; len--)
		part[len - 1] = '\0';
	snprintf(ret, VCH_AMOUNT_TEXT, "%llu%s%s ether",
		 (unsigned long long)(wei / WEI_PER_ETHER), len ? "." : "",
		 part);
}
