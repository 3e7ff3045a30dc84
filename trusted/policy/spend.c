/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/policy/spend.h"

#include <string.h>

#include "trusted/base/ct.h"

#define SELECTOR_LEN 4

const uint8_t vch_erc20_transfer[4] = {0xa9, 0x05, 0x9c, 0xbb};
const uint8_t vch_erc20_transfer_from[4] = {0x23, 0xb8, 0x72, 0xdd};
const uint8_t vch_erc20_approve[4] = {0x09, 0x5e, 0xa7, 0xb3};

/* depositTo(address) of the entry point */
static const uint8_t deposit_selector[4] = {0xb7, 0x60, 0xfa, 0xf9};

uint8_t vch_asset_idx(const struct vch_config *config, const uint8_t token[20])
{
	uint8_t i = 0;

	while (i < config->assets_cnt &&
	       memcmp(config->assets[i].token, token, 20) != 0)
		i++;
	return i;
}

static bool listed(const struct vch_config *config, const uint8_t to[20],
		   const uint8_t selector[4])
{
	for (uint8_t i = 0; i < config->calls_cnt; i++) {
		const struct vch_listed_call *c = &config->calls[i];

		if (memcmp(c->to, to, 20) == 0 &&
		    memcmp(c->selector, selector, SELECTOR_LEN) == 0)
			return true;
	}
	return false;
}

static bool calls_method(const struct vch_call *call, const uint8_t selector[4])
{
	return call->data.len >= SELECTOR_LEN &&
	       memcmp(call->data.ptr, selector, SELECTOR_LEN) == 0;
}

/* An ABI word that holds an address and nothing above it. */
static void read_address(struct vch_reader *r, uint8_t ret[20])
{
	struct vch_span high = vch_read_span(r, 12);

	if (!vch_ct_is_zero(high.ptr, high.len))
		r->bad = true;
	vch_read_bytes(r, ret, 20);
}

/*
 * One of the three methods of ERC-20 that move a token: its amount. The data
 * is the selector and whole words, not a byte more.
 */
static enum vch_err token_amount(vch_u128 *ret, const struct vch_call *call,
				 const struct vch_config *config)
{
	struct vch_reader r = vch_reader(call->data);
	bool approves = calls_method(call, vch_erc20_approve);
	uint8_t from[20], to[20];
	vch_u128 high;

	(void)vch_read_span(&r, SELECTOR_LEN);
	memcpy(from, config->address, 20);
	if (calls_method(call, vch_erc20_transfer_from))
		read_address(&r, from);
	read_address(&r, to);
	high = vch_read_u128(&r);
	*ret = vch_read_u128(&r);
	if (vch_reader_end(&r) != VCH_OK || call->value != 0 ||
	    memcmp(from, config->address, 20) != 0)
		return VCH_CALL;
	/* taking an approval back moves nothing */
	if (approves && (high | *ret) != 0 &&
	    !listed(config, to, vch_erc20_approve))
		return VCH_SPENDER;
	return high == 0 ? VCH_OK : VCH_LIMIT;
}

static bool moves_token(const struct vch_call *call)
{
	return calls_method(call, vch_erc20_transfer) ||
	       calls_method(call, vch_erc20_transfer_from) ||
	       calls_method(call, vch_erc20_approve);
}

static bool is_deposit(const struct vch_call *call)
{
	return call->data.len == SELECTOR_LEN + 32 &&
	       calls_method(call, deposit_selector) &&
	       vch_ct_is_zero(call->data.ptr + SELECTOR_LEN, 12);
}

/* Understood by its native value alone? */
static bool plain(const struct vch_call *call, const struct vch_config *config,
		  const uint8_t entry_point[20])
{
	/* to zero means the account itself (ERC-7821) */
	if (memcmp(call->to, config->address, 20) == 0 ||
	    vch_ct_is_zero(call->to, 20))
		return false;
	if (memcmp(call->to, entry_point, 20) == 0)
		return is_deposit(call);
	if (call->data.len == 0)
		return true;
	return call->data.len >= SELECTOR_LEN && !moves_token(call) &&
	       listed(config, call->to, call->data.ptr);
}

static enum vch_err add_call(struct vch_spend *sum, const struct vch_call *call,
			     const struct vch_config *config,
			     const uint8_t entry_point[20])
{
	uint8_t i = vch_asset_idx(config, call->to);
	vch_u128 amount;

	/* the native coin's place is token zero: no contract is there */
	if (i < config->assets_cnt && moves_token(call) &&
	    !vch_ct_is_zero(call->to, 20)) {
		VCH_TRY(token_amount(&amount, call, config));
		if (__builtin_add_overflow(sum->token[i], amount,
					   &sum->token[i]))
			return VCH_LIMIT;
		return VCH_OK;
	}
	if (!plain(call, config, entry_point))
		return VCH_CALL;
	if (__builtin_add_overflow(sum->native, call->value, &sum->native))
		return VCH_LIMIT;
	return VCH_OK;
}

enum vch_err vch_spend_of(struct vch_spend *ret, const struct vch_calls *calls,
			  const struct vch_config *config,
			  const uint8_t entry_point[20])
{
	struct vch_spend sum = {0};

	for (uint8_t i = 0; i < calls->cnt; i++)
		VCH_TRY(add_call(&sum, &calls->call[i], config, entry_point));
	*ret = sum;
	return VCH_OK;
}
