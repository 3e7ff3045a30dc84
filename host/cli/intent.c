/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/intent.h"

#include <string.h>

#include "host/cli/abi.h"
#include "trusted/base/check.h"
#include "trusted/policy/typed.h"

#define WORD 32
/* 0.1 ether in gwei: contracts/AccountStorage.sol */
#define DAILY_LIMIT_BORN 100000000u

/* ---- settings ------------------------------------------------------------ */

static bool same_place(const struct vch_chain_setting *a,
		       const struct vch_chain_setting *b)
{
	return a->kind == b->kind && !memcmp(a->target, b->target, 20) &&
	       !memcmp(a->selector, b->selector, 4);
}

/* Once each, with the value that the policy says. */
static void add(struct vch_settings *to, const struct vch_policy *wanted,
		struct vch_chain_setting setting)
{
	for (size_t i = 0; i < to->cnt; i++) {
		if (same_place(&to->of[i], &setting))
			return;
	}
	VCH_CHECK(to->cnt < VCH_SETTINGS_MAX);
	VCH_CHECK(vch_setting_of(&setting.value, &setting, wanted) == VCH_OK);
	to->of[to->cnt++] = setting;
}

static void add_lists(struct vch_settings *to, const struct vch_policy *wanted,
		      const struct vch_policy *speaks)
{
	static const uint8_t native[20];
	struct vch_chain_setting s;

	for (uint8_t i = 0; i < speaks->assets_cnt; i++) {
		s = (struct vch_chain_setting){.kind = VCH_SETTING_TOKEN_LIMIT};
		memcpy(s.target, speaks->assets[i].token, 20);
		if (memcmp(s.target, native, 20) != 0)
			add(to, wanted, s);
	}
	for (uint8_t i = 0; i < speaks->calls_cnt; i++) {
		s = (struct vch_chain_setting){.kind = VCH_SETTING_CALL};
		memcpy(s.target, speaks->calls[i].to, 20);
		memcpy(s.selector, speaks->calls[i].selector, 4);
		add(to, wanted, s);
	}
}

void vch_settings_of(struct vch_settings *ret, const struct vch_policy *wanted,
		     const struct vch_policy *before)
{
	ret->cnt = 0;
	add(ret, wanted,
	    (struct vch_chain_setting){.kind = VCH_SETTING_DAILY_LIMIT});
	add(ret, wanted, (struct vch_chain_setting){.kind = VCH_SETTING_OPEN});
	add_lists(ret, wanted, wanted);
	add_lists(ret, wanted, before);
}

bool vch_setting_holds(const struct vch_chain_setting *s, vch_u128 there)
{
	return s->value == there || (s->kind == VCH_SETTING_DAILY_LIMIT &&
				     s->value == 0 && there == 1);
}

bool vch_settings_equal(const struct vch_chain_setting *a, size_t a_cnt,
			const struct vch_chain_setting *b, size_t b_cnt)
{
	if (a_cnt != b_cnt)
		return false;
	for (size_t i = 0; i < a_cnt; i++) {
		if (!same_place(&a[i], &b[i]) || a[i].value != b[i].value)
			return false;
	}
	return true;
}

vch_u128 vch_setting_at_birth(const struct vch_chain_setting *setting)
{
	switch (setting->kind) {
	case VCH_SETTING_DAILY_LIMIT:
		return DAILY_LIMIT_BORN;
	case VCH_SETTING_OPEN:
		return 1;
	default:
		return 0;
	}
}

/* ---- what the passkey signs alone ---------------------------------------- */

static void alone_hash(uint8_t ret[32], const char *type,
		       const uint8_t account[20], uint64_t chain_id,
		       uint64_t number)
{
	struct vch_typed_data data = {
		.domain = VCH_DOMAIN_NAME | VCH_DOMAIN_VERSION |
			  VCH_DOMAIN_CHAIN_ID | VCH_DOMAIN_CONTRACT,
		.name = vch_span("vouch", 5),
		.version = vch_span("1", 1),
		.chain_id = chain_id,
		.type = vch_span(type, strlen(type)),
		.words_cnt = 1,
	};
	uint8_t type_hash[32];

	memcpy(data.contract, account, 20);
	vch_store_be64(data.words[0] + WORD - 8, number);
	VCH_CHECK(vch_typed_hash(ret, type_hash, &data) == VCH_OK);
}

void vch_intent_freeze_hash(uint8_t ret[32], const uint8_t account[20],
			    uint64_t chain_id, uint64_t number)
{
	alone_hash(ret, "Freeze(uint64 number)", account, chain_id, number);
}

void vch_intent_cancel_hash(uint8_t ret[32], const uint8_t account[20],
			    uint64_t chain_id, uint64_t number)
{
	alone_hash(ret, "Cancel(uint64 number)", account, chain_id, number);
}

/* ---- calls --------------------------------------------------------------- */

static void write_selector_word(struct vch_writer *w, const uint8_t selector[4])
{
	static const uint8_t zeros[WORD - 4];

	vch_write_bytes(w, selector, 4);
	vch_write_bytes(w, zeros, sizeof(zeros));
}

void vch_abi_write_setting_query(struct vch_writer *w,
				 const struct vch_chain_setting *setting)
{
	switch (setting->kind) {
	case VCH_SETTING_DAILY_LIMIT:
		vch_abi_write_selector(w, "limits()");
		return;
	case VCH_SETTING_OPEN:
		vch_abi_write_selector(w, "frozen()");
		return;
	case VCH_SETTING_TOKEN_LIMIT:
		vch_abi_write_selector(w, "tokenLimits(address)");
		vch_abi_write_address(w, setting->target);
		return;
	default:
		vch_abi_write_selector(w, "listed(address,bytes4)");
		vch_abi_write_address(w, setting->target);
		write_selector_word(w, setting->selector);
		return;
	}
}

enum vch_err vch_abi_read_setting(vch_u128 *ret,
				  const struct vch_chain_setting *s,
				  struct vch_span answer)
{
	struct vch_reader r = vch_reader(answer);
	vch_u128 high = vch_read_u128(&r);
	vch_u128 value = vch_read_u128(&r);

	if (r.bad || high != 0)
		return VCH_CHAIN_RPC;
	*ret = s->kind == VCH_SETTING_OPEN ? value == 0 : value;
	return VCH_OK;
}

static void write_settings(struct vch_writer *w,
			   const struct vch_intent *intent)
{
	vch_abi_write_u128(w, intent->settings_cnt);
	for (uint8_t i = 0; i < intent->settings_cnt; i++) {
		const struct vch_chain_setting *s = &intent->settings[i];

		vch_abi_write_u128(w, s->kind);
		vch_abi_write_address(w, s->target);
		write_selector_word(w, s->selector);
		vch_abi_write_u128(w, s->value);
	}
}

void vch_abi_write_change(struct vch_writer *w, const struct vch_intent *intent,
			  struct vch_span signature)
{
	vch_abi_write_selector(
		w, "change((uint8,address,bytes4,uint128)[],bytes)");
	vch_abi_write_u128(w, 2 * WORD);
	vch_abi_write_u128(w, (3 + 4u * intent->settings_cnt) * WORD);
	write_settings(w, intent);
	vch_abi_write_bytes(w, signature);
}

void vch_abi_write_apply(struct vch_writer *w, const struct vch_intent *intent)
{
	vch_abi_write_selector(
		w, "applyChange(uint64,(uint8,address,bytes4,uint128)[])");
	vch_abi_write_u128(w, intent->number);
	vch_abi_write_u128(w, 2 * WORD);
	write_settings(w, intent);
}

void vch_abi_write_freeze(struct vch_writer *w, struct vch_span signature)
{
	vch_abi_write_selector(w, "freeze(bytes)");
	vch_abi_write_u128(w, WORD);
	vch_abi_write_bytes(w, signature);
}

void vch_abi_write_cancel(struct vch_writer *w, struct vch_span signature)
{
	vch_abi_write_selector(w, "cancel(bytes)");
	vch_abi_write_u128(w, WORD);
	vch_abi_write_bytes(w, signature);
}
