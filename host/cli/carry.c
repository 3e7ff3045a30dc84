/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/carry.h"

#include <string.h>

#include "host/base/clock.h"
#include "trusted/base/check.h"

/* change() with 16 settings: 16 KiB are plenty. */
#define CALL_DATA_MAX 16384
/* Sixteen settings an intent, and one that finds nothing left. */
#define ROUNDS_MAX (VCH_SETTINGS_MAX / VCH_INTENT_SETTINGS_MAX + 2)

/* One account on its chain. */
struct chain {
	struct vch_session *s;
	struct vch_carried *is;
	struct vch_wallet_account *account;
	struct vch_passkey passkey;
};

static enum vch_err eth_fail(struct vch_session *s, enum vch_err err)
{
	return err ? vch_cli_fail(s->cli, err, "the chain: %s",
				  vch_eth_why(s->eth))
		   : VCH_OK;
}

enum vch_err vch_carry_open(struct vch_session *s,
			    const struct vch_wallet_account *account)
{
	uint64_t chain_id;

	VCH_TRY(vch_session_add_chain(s));
	VCH_TRY(eth_fail(s, vch_eth_chain_id(s->eth, &chain_id)));
	if (chain_id == account->at.chain_id)
		return VCH_OK;
	return vch_cli_fail(s->cli, VCH_NETWORK,
			    "%s is chain %llu, the account is on %llu",
			    s->cli->chain, (unsigned long long)chain_id,
			    (unsigned long long)account->at.chain_id);
}

/* ---- asking -------------------------------------------------------------- */

static enum vch_err odd(struct vch_session *s)
{
	return vch_cli_fail(s->cli, VCH_CHAIN_RPC,
			    "the chain: the account there is no vouch account");
}

static enum vch_err ask(struct chain *c, struct vch_span *ret,
			struct vch_span data)
{
	struct vch_eth_tx tx = {.to = c->account->address, .data = data};

	return eth_fail(c->s, vch_eth_call(c->s->eth, ret, &tx));
}

/* intents() and frozen(); an account without code is as at its birth. */
static enum vch_err look(struct chain *c)
{
	struct vch_carried *is = c->is;
	struct vch_chain_setting open = {.kind = VCH_SETTING_OPEN};
	uint8_t data[4];
	struct vch_writer w = vch_writer(data, sizeof(data));
	struct vch_span out;
	vch_u128 value;

	VCH_TRY(eth_fail(c->s, vch_eth_has_code(c->s->eth, &is->deployed,
						c->account->address)));
	if (!is->deployed)
		return VCH_OK;
	vch_abi_write_selector(&w, "intents()");
	VCH_TRY(ask(c, &out, vch_written(&w)));
	if (out.len != 3 * 32)
		return odd(c->s);
	is->number = (uint64_t)vch_load_be128(out.ptr + 16);
	is->due_s = (uint64_t)vch_load_be128(out.ptr + 32 + 16);
	memcpy(is->pending, out.ptr + 2 * 32, 32);
	w = vch_writer(data, sizeof(data));
	vch_abi_write_setting_query(&w, &open);
	VCH_TRY(ask(c, &out, vch_written(&w)));
	if (vch_abi_read_setting(&value, &open, out))
		return odd(c->s);
	is->frozen = value == 0;
	return VCH_OK;
}

static enum vch_err ask_setting(struct chain *c, vch_u128 *ret,
				const struct vch_chain_setting *setting)
{
	uint8_t data[4 + 2 * 32];
	struct vch_writer w = vch_writer(data, sizeof(data));
	struct vch_span out;

	if (!c->is->deployed) {
		*ret = vch_setting_at_birth(setting);
		return VCH_OK;
	}
	vch_abi_write_setting_query(&w, setting);
	VCH_TRY(ask(c, &out, vch_written(&w)));
	return vch_abi_read_setting(ret, setting, out) ? odd(c->s) : VCH_OK;
}

/* ---- sending ------------------------------------------------------------- */

/* Tried first, so that a refusal has its reason; then waited for. */
static enum vch_err transact(struct chain *c, const uint8_t to[20],
			     struct vch_span data)
{
	struct vch_eth_tx tx = {.to = to, .data = data};
	struct vch_eth_receipt receipt;

	memcpy(tx.from, c->s->bundler, 20);
	VCH_TRY(eth_fail(c->s, vch_eth_call(c->s->eth, NULL, &tx)));
	VCH_TRY(eth_fail(c->s, vch_eth_transact(c->s->eth, &receipt, &tx)));
	c->is->tx_cnt++;
	c->is->gas_used += receipt.gas_used;
	return VCH_OK;
}

/* The factory makes the account for whoever asks: its keys are its address. */
static enum vch_err deploy(struct chain *c)
{
	uint8_t commitment[VCH_COMMITMENT_LEN], code[VCH_INIT_CODE_LEN];

	vch_account_commitment(commitment, &c->passkey, c->account->cosigner);
	vch_account_init_code(code, c->account->at.factory, commitment);
	VCH_TRY(transact(c, code, vch_span(code + 20, sizeof(code) - 20)));
	return look(c);
}

/* The contract's function of the account, and what it says afterwards. */
static enum vch_err carry(struct chain *c, struct vch_writer *call)
{
	uint64_t number = c->is->number;

	VCH_CHECK(!call->bad);
	VCH_TRY(transact(c, c->account->address, vch_written(call)));
	VCH_TRY(look(c));
	if (c->is->number == number + 1)
		return VCH_OK;
	return vch_cli_fail(c->s->cli, VCH_CHAIN_RPC,
			    "the chain: another intent came in between; run "
			    "it again");
}

static enum vch_err begin(struct chain *c, struct vch_session *s,
			  struct vch_carried *ret,
			  struct vch_wallet_account *account)
{
	memset(ret, 0, sizeof(*ret));
	*c = (struct chain){.s = s, .is = ret, .account = account};
	vch_demo_passkey_public(&c->passkey, &s->wallet.passkey);
	return look(c);
}

static enum vch_err assert_hash(struct chain *c, struct vch_demo_assertion *ret,
				const uint8_t hash[32])
{
	struct vch_demo_passkey *passkey = &c->s->wallet.passkey;

	VCH_TRY(vch_demo_passkey_assert(passkey, ret, hash));
	return passkey->counts ? vch_session_save(c->s) : VCH_OK;
}

/* ---- the passkey alone --------------------------------------------------- */

typedef void alone_hash_fn(uint8_t ret[32], const uint8_t account[20],
			   uint64_t chain_id, uint64_t number);
typedef void alone_write_fn(struct vch_writer *w, struct vch_span signature);

static enum vch_err alone(struct chain *c, alone_hash_fn *hash_of,
			  alone_write_fn *write)
{
	uint8_t hash[32], sig[VCH_SIGNATURE_MAX], data[CALL_DATA_MAX];
	struct vch_writer ws = vch_writer(sig, sizeof(sig));
	struct vch_writer w = vch_writer(data, sizeof(data));
	struct vch_demo_assertion assertion;

	hash_of(hash, c->account->address, c->account->at.chain_id,
		c->is->number + 1);
	VCH_TRY(assert_hash(c, &assertion, hash));
	VCH_TRY(vch_passkey_signature(&ws, c->account->cosigner,
				      &assertion.assertion, &c->passkey));
	write(&w, vch_written(&ws));
	return carry(c, &w);
}

/* What waited on chain does so no more. */
static enum vch_err forget(struct chain *c)
{
	memset(&c->account->waits, 0, sizeof(c->account->waits));
	return vch_session_save(c->s);
}

enum vch_err vch_carry_freeze(struct vch_session *s, struct vch_carried *ret,
			      struct vch_wallet_account *account)
{
	struct chain c;

	VCH_TRY(begin(&c, s, ret, account));
	if (!ret->deployed)
		VCH_TRY(deploy(&c));
	if (ret->frozen)
		return VCH_OK;
	VCH_TRY(alone(&c, vch_intent_freeze_hash, vch_abi_write_freeze));
	return forget(&c);
}

/* ---- both keys ----------------------------------------------------------- */

/* Kept before it is carried: without its settings nobody could apply it. */
static enum vch_err carry_kept(struct chain *c, struct vch_writer *call,
			       const struct vch_intent *intent)
{
	struct vch_intent before = c->account->waits;
	enum vch_err err;

	c->account->waits = *intent;
	VCH_TRY(vch_session_save(c->s));
	err = carry(c, call);
	if (err != VCH_CHAIN_RPC)
		return err;
	c->account->waits = before;
	VCH_TRY(vch_session_save(c->s));
	return err;
}

/* Has both keys sign the intent, and carries it. */
static enum vch_err change(struct chain *c, struct vch_intent *intent)
{
	static struct vch_proof proof;
	uint8_t hash[32], co[65], sig[VCH_SIGNATURE_MAX], data[CALL_DATA_MAX];
	struct vch_writer ws = vch_writer(sig, sizeof(sig));
	struct vch_writer w = vch_writer(data, sizeof(data));
	struct vch_demo_assertion assertion;
	struct vch_session *s = c->s;
	enum vch_err err;

	memcpy(intent->account, c->account->address, 20);
	intent->chain_id = c->account->at.chain_id;
	intent->number = c->is->number + 1;
	intent->valid_until = vch_payment_valid_until(vch_clock_wall_s());
	vch_intent_hash(hash, intent);
	VCH_TRY(assert_hash(c, &assertion, hash));
	err = vch_client_intent(s->client, c->account, co, &proof, intent,
				&assertion.assertion);
	if (proof.len)
		VCH_TRY(vch_session_save(s));
	if (err)
		return vch_cli_fail(s->cli, err, "%s",
				    vch_client_why(s->client));
	VCH_TRY(vch_account_signature(&ws, intent->valid_until, co,
				      &assertion.assertion, &c->passkey));
	vch_abi_write_change(&w, intent, vch_written(&ws));
	VCH_TRY(carry_kept(c, &w, intent));
	if (c->is->due_s && memcmp(c->is->pending, hash, 32) != 0)
		return odd(s);
	return c->is->due_s ? VCH_OK : forget(c);
}

/* Up to one intent's worth of what the chain has otherwise. */
struct difference {
	struct vch_intent tight;
	struct vch_intent loose;
};

static void take(struct vch_intent *to, const struct vch_chain_setting *s)
{
	if (to->settings_cnt < VCH_INTENT_SETTINGS_MAX)
		to->settings[to->settings_cnt++] = *s;
}

static enum vch_err compare(struct chain *c, struct difference *ret,
			    const struct vch_settings *wanted)
{
	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < wanted->cnt; i++) {
		const struct vch_chain_setting *s = &wanted->of[i];
		vch_u128 there;

		VCH_TRY(ask_setting(c, &there, s));
		if (vch_setting_holds(s, there))
			continue;
		take(s->value < there ? &ret->tight : &ret->loose, s);
	}
	return VCH_OK;
}

/* Does this wait on chain already, by the wallet's word and the chain's? */
static bool waits(const struct chain *c, const struct vch_intent *intent)
{
	const struct vch_intent *kept = &c->account->waits;
	uint8_t hash[32];

	if (c->is->due_s == 0)
		return false;
	vch_intent_hash(hash, kept);
	return memcmp(hash, c->is->pending, 32) == 0 &&
	       vch_settings_equal(kept->settings, kept->settings_cnt,
				  intent->settings, intent->settings_cnt);
}

/* Sixteen settings a round; in *ret what is left, which only loosens. */
static enum vch_err tighten(struct chain *c, struct difference *ret,
			    const struct vch_settings *wanted)
{
	for (size_t i = 0; i < ROUNDS_MAX; i++) {
		VCH_TRY(compare(c, ret, wanted));
		if (ret->tight.settings_cnt == 0)
			return VCH_OK;
		if (!c->is->deployed)
			VCH_TRY(deploy(c));
		VCH_TRY(change(c, &ret->tight));
	}
	return odd(c->s);
}

static enum vch_err loosen(struct chain *c, struct vch_intent *intent)
{
	if (waits(c, intent))
		return VCH_OK;
	if (!c->is->deployed)
		VCH_TRY(deploy(c));
	return change(c, intent);
}

static enum vch_err cancel(struct chain *c)
{
	if (c->is->due_s)
		VCH_TRY(alone(c, vch_intent_cancel_hash, vch_abi_write_cancel));
	return forget(c);
}

enum vch_err vch_carry_policy(struct vch_session *s, struct vch_carried *ret,
			      struct vch_wallet_account *account,
			      const struct vch_policy *wanted,
			      const struct vch_policy *before)
{
	static struct vch_settings settings;
	static struct difference d;
	struct chain c;

	VCH_TRY(begin(&c, s, ret, account));
	vch_settings_of(&settings, wanted, before);
	VCH_TRY(tighten(&c, &d, &settings));
	return d.loose.settings_cnt ? loosen(&c, &d.loose) : cancel(&c);
}

enum vch_err vch_carry_cancel(struct vch_session *s, struct vch_carried *ret,
			      struct vch_wallet_account *account,
			      const struct vch_policy *wanted,
			      const struct vch_policy *before)
{
	static struct vch_settings settings;
	static struct difference d;
	struct chain c;

	VCH_TRY(begin(&c, s, ret, account));
	VCH_TRY(cancel(&c));
	if (!wanted)
		return VCH_OK;
	vch_settings_of(&settings, wanted, before);
	return tighten(&c, &d, &settings);
}

enum vch_err vch_carry_apply(struct vch_session *s, struct vch_carried *ret,
			     struct vch_wallet_account *account)
{
	uint8_t hash[32], data[CALL_DATA_MAX];
	struct vch_writer w = vch_writer(data, sizeof(data));
	enum vch_err err;
	struct chain c;

	VCH_TRY(begin(&c, s, ret, account));
	if (ret->due_s == 0)
		return vch_cli_fail(s->cli, VCH_NO_CHANGE,
				    "nothing waits on chain");
	vch_intent_hash(hash, &account->waits);
	if (memcmp(hash, ret->pending, 32) != 0)
		return vch_cli_fail(s->cli, VCH_NO_CHANGE,
				    "what waits on chain was not carried with "
				    "this wallet");
	vch_abi_write_apply(&w, &account->waits);
	VCH_CHECK(!w.bad);
	err = transact(&c, account->address, vch_written(&w));
	if (err == VCH_CHAIN_RPC &&
	    vch_eth_reverted_with(s->eth, "NotDue(uint256)"))
		return vch_cli_fail(s->cli, VCH_NOT_DUE, "the chain's waits");
	VCH_TRY(err);
	VCH_TRY(look(&c));
	return forget(&c);
}
