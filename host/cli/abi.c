/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/abi.h"

#include <stdio.h>
#include <string.h>

#include "trusted/base/check.h"
#include "trusted/crypto/keccak256.h"

#define WORD 32

void vch_abi_topic(uint8_t ret[32], const char *signature)
{
	vch_keccak256_hash(ret, vch_span(signature, strlen(signature)));
}

void vch_abi_selector(uint8_t ret[4], const char *signature)
{
	uint8_t hash[32];

	vch_abi_topic(hash, signature);
	memcpy(ret, hash, 4);
}

void vch_abi_write_selector(struct vch_writer *w, const char *signature)
{
	uint8_t selector[4];

	vch_abi_selector(selector, signature);
	vch_write_bytes(w, selector, sizeof(selector));
}

void vch_abi_write_u128(struct vch_writer *w, vch_u128 v)
{
	vch_write_u128(w, 0);
	vch_write_u128(w, v);
}

void vch_abi_write_address(struct vch_writer *w, const uint8_t address[20])
{
	static const uint8_t zeros[12];

	vch_write_bytes(w, zeros, sizeof(zeros));
	vch_write_bytes(w, address, 20);
}

static size_t padded(size_t len)
{
	return (len + WORD - 1) / WORD * WORD;
}

void vch_abi_write_bytes(struct vch_writer *w, struct vch_span bytes)
{
	static const uint8_t zeros[WORD];

	vch_abi_write_u128(w, bytes.len);
	vch_write_bytes(w, bytes.ptr, bytes.len);
	vch_write_bytes(w, zeros, padded(bytes.len) - bytes.len);
}

/* (address,uint256,bytes) with empty bytes takes four words. */
#define PAYMENT_WORDS 4

void vch_abi_write_execute(struct vch_writer *w,
			   const struct vch_payment *payments, size_t cnt)
{
	static const uint8_t mode[WORD] = {0x01};
	size_t i;

	VCH_CHECK(cnt > 0 && cnt <= VCH_PAYMENTS_MAX);
	vch_abi_write_selector(w, "execute(bytes32,bytes)");
	vch_write_bytes(w, mode, sizeof(mode));
	vch_abi_write_u128(w, 2 * WORD);
	vch_abi_write_u128(w, (2 + cnt * (1 + PAYMENT_WORDS)) * WORD);
	vch_abi_write_u128(w, WORD);
	vch_abi_write_u128(w, cnt);
	for (i = 0; i < cnt; i++)
		vch_abi_write_u128(w, (cnt + i * PAYMENT_WORDS) * WORD);
	for (i = 0; i < cnt; i++) {
		vch_abi_write_address(w, payments[i].to);
		vch_abi_write_u128(w, payments[i].wei);
		vch_abi_write_u128(w, 3 * WORD);
		vch_abi_write_u128(w, 0);
	}
}

/* A dynamic field: its offset in the head, which grows by what it holds. */
static void offset(struct vch_writer *w, size_t *tail, struct vch_span field)
{
	vch_abi_write_u128(w, *tail);
	*tail += WORD + padded(field.len);
}

void vch_abi_write_handle_op(struct vch_writer *w, const struct vch_user_op *op,
			     struct vch_span signature,
			     const uint8_t beneficiary[20])
{
	size_t tail = 9 * WORD;

	vch_abi_write_selector(w,
			       "handleOps((address,uint256,bytes,bytes,bytes32,"
			       "uint256,bytes32,bytes,bytes)[],address)");
	vch_abi_write_u128(w, 2 * WORD);
	vch_abi_write_address(w, beneficiary);
	vch_abi_write_u128(w, 1);
	vch_abi_write_u128(w, WORD);
	vch_abi_write_address(w, op->sender);
	vch_write_bytes(w, op->nonce, WORD);
	offset(w, &tail, op->init_code);
	offset(w, &tail, op->call_data);
	vch_write_bytes(w, op->account_gas_limits, WORD);
	vch_write_bytes(w, op->pre_verification_gas, WORD);
	vch_write_bytes(w, op->gas_fees, WORD);
	offset(w, &tail, op->paymaster_and_data);
	offset(w, &tail, signature);
	vch_abi_write_bytes(w, op->init_code);
	vch_abi_write_bytes(w, op->call_data);
	vch_abi_write_bytes(w, op->paymaster_and_data);
	vch_abi_write_bytes(w, signature);
}

/* Reads a word as a size; anything beyond any sense marks the reader bad. */
static size_t read_size(struct vch_reader *r)
{
	vch_u128 high = vch_read_u128(r);
	vch_u128 low = vch_read_u128(r);

	if (high != 0 || low > 1u << 20) {
		r->bad = true;
		return 0;
	}
	return (size_t)low;
}

/* The dynamic bytes whose offset stands in word `idx` of the arguments. */
static struct vch_span dynamic_bytes(struct vch_span args, size_t idx)
{
	struct vch_reader head = vch_reader(args);
	struct vch_reader tail = vch_reader(args);
	struct vch_span bytes;
	size_t at;

	(void)vch_read_span(&head, idx * WORD);
	at = read_size(&head);
	if (head.bad)
		return vch_span(NULL, 0);
	(void)vch_read_span(&tail, at);
	bytes = vch_read_span(&tail, read_size(&tail));
	return tail.bad ? vch_span(NULL, 0) : bytes;
}

/* Only what a terminal shows harmlessly. */
static void put_text(char *ret, size_t cap, const char *before,
		     struct vch_span text)
{
	size_t len = (size_t)snprintf(ret, cap, "%s", before);
	size_t i;

	for (i = 0; i < text.len && len + 1 < cap; i++)
		ret[len++] = text.ptr[i] >= 0x20 && text.ptr[i] < 0x7f
				     ? (char)text.ptr[i]
				     : '?';
	if (len < cap)
		ret[len] = '\0';
}

static void put_hex(char *ret, size_t cap, struct vch_span bytes)
{
	size_t len = (size_t)snprintf(ret, cap, "0x");
	size_t i;

	for (i = 0; i < bytes.len && len + 3 < cap; i++)
		len += (size_t)snprintf(ret + len, cap - len, "%02x",
					bytes.ptr[i]);
}

/* Errors told by their name alone: the EntryPoint's and the account's. */
static const char *const plain_errors[] = {
	"NotEntryPoint()",
	"Frozen()",
	"CallDataRefused()",
	"CallRefused(uint256)",
	"SpenderRefused(address)",
	"FeeOverCap(uint256,uint256)",
	"OverDailyLimit(uint256,uint256)",
	"OverTokenLimit(address,uint256,uint256)",
	"DayRefused(uint256,uint256)",
	"CallFailed(uint256,bytes)",
	"SignatureRefused()",
	"SettingRefused(uint256)",
	"NothingWaits()",
	"NotDue(uint256)",
	"FailedSendToBeneficiary(address,uint256,bytes)",
	"PostOpReverted(bytes)",
	"Reentrancy()",
};

static bool put_named(char *ret, size_t cap, struct vch_span revert)
{
	uint8_t selector[4];
	size_t i;

	for (i = 0; i < VCH_ARRAY_LEN(plain_errors); i++) {
		vch_abi_selector(selector, plain_errors[i]);
		if (memcmp(selector, revert.ptr, 4) == 0) {
			snprintf(ret, cap, "%s", plain_errors[i]);
			return true;
		}
	}
	return false;
}

static bool is_error(struct vch_span revert, const char *signature)
{
	uint8_t selector[4];

	vch_abi_selector(selector, signature);
	return memcmp(selector, revert.ptr, 4) == 0;
}

static void inner_reason(char *ret, size_t cap, struct vch_span revert)
{
	struct vch_span args = vch_span(revert.ptr + 4, revert.len - 4);

	if (is_error(revert, "Error(string)"))
		put_text(ret, cap, "", dynamic_bytes(args, 0));
	else if (is_error(revert, "FailedOp(uint256,string)"))
		put_text(ret, cap, "", dynamic_bytes(args, 1));
	else if (is_error(revert, "Panic(uint256)"))
		put_text(ret, cap, "Solidity panic", vch_span(NULL, 0));
	else if (!put_named(ret, cap, revert))
		put_hex(ret, cap, revert);
}

void vch_abi_reason(char *ret, size_t cap, struct vch_span revert)
{
	struct vch_span args;
	struct vch_span inner;
	size_t len;

	if (revert.len < 4) {
		snprintf(ret, cap, "no reason given");
		return;
	}
	if (!is_error(revert, "FailedOpWithRevert(uint256,string,bytes)")) {
		inner_reason(ret, cap, revert);
		return;
	}
	args = vch_span(revert.ptr + 4, revert.len - 4);
	put_text(ret, cap, "", dynamic_bytes(args, 1));
	inner = dynamic_bytes(args, 2);
	len = strlen(ret);
	if (inner.len < 4 || len + 3 >= cap)
		return;
	snprintf(ret + len, cap - len, ": ");
	inner_reason(ret + len + 2, cap - len - 2, inner);
}
