/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/policy.h"

#include <stdlib.h>
#include <string.h>

#include "host/base/hex.h"
#include "host/cli/abi.h"
#include "host/cli/payment.h"
#include "trusted/base/check.h"
#include "trusted/crypto/sha256.h"
#include "trusted/policy/spend.h"
#include "trusted/policy/userop.h"

/* The change that waits is the one that the config names, or there is none. */
static enum vch_err read_waiting(struct vch_account_state *state)
{
	uint8_t hash[32];

	if (state->change_len == 0)
		return state->is.config.pending_due ? VCH_FORMAT : VCH_OK;
	VCH_TRY(vch_change_decode(&state->waits,
				  vch_span(state->change, state->change_len)));
	vch_change_hash(hash, &state->waits);
	return memcmp(hash, state->is.config.pending_hash, 32) ? VCH_FORMAT
							       : VCH_OK;
}

enum vch_err vch_account_state_read(struct vch_account_state *state,
				    uint32_t flags)
{
	struct vch_span config = vch_span(state->config, state->config_len);

	VCH_TRY(vch_config_decode(&state->is.config, config));
	VCH_TRY(vch_counters_decode(
		&state->is.counters,
		vch_span(state->counters, state->counters_len)));
	state->is.flags = flags;
	vch_sha256_hash(state->config_hash, config);
	return read_waiting(state);
}

void vch_policy_to_come(struct vch_policy *ret,
			const struct vch_account_state *state)
{
	if (state->change_len)
		*ret = state->waits.policy;
	else
		vch_policy_of(ret, &state->is.config, state->is.flags);
}

void vch_policy_change(struct vch_change *ret,
		       const struct vch_account_state *state,
		       const struct vch_policy *policy)
{
	memset(ret, 0, sizeof(*ret));
	memcpy(ret->account, state->is.config.address, 20);
	ret->number = state->is.config.number + 1;
	memcpy(ret->config_hash, state->config_hash, 32);
	ret->policy = *policy;
}

/* ---- the order a change has its lists in --------------------------------- */

static int by_origin(const void *a, const void *b)
{
	const struct vch_span *x = a, *y = b;

	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return memcmp(x->ptr, y->ptr, x->len);
}

static int by_chain(const void *a, const void *b)
{
	const struct vch_network *x = a, *y = b;

	return (x->chain_id > y->chain_id) - (x->chain_id < y->chain_id);
}

static int by_token(const void *a, const void *b)
{
	return memcmp(((const struct vch_asset *)a)->token,
		      ((const struct vch_asset *)b)->token, 20);
}

static int by_call(const void *a, const void *b)
{
	const struct vch_listed_call *x = a, *y = b;
	int order = memcmp(x->to, y->to, 20);

	return order ? order : memcmp(x->selector, y->selector, 4);
}

static void sort(struct vch_policy *p)
{
	qsort(p->origins, p->origins_cnt, sizeof(p->origins[0]), by_origin);
	qsort(p->networks, p->networks_cnt, sizeof(p->networks[0]), by_chain);
	qsort(p->assets, p->assets_cnt, sizeof(p->assets[0]), by_token);
	qsort(p->calls, p->calls_cnt, sizeof(p->calls[0]), by_call);
}

/* ---- the edits ----------------------------------------------------------- */

/* One run of an edit; a false answer leaves its reason in why. */
struct edit {
	struct vch_policy *policy;
	const char *const *args;
	size_t arg_cnt;
	bool on; /* list or unlist, allow or drop, freeze or unfreeze */
	const char *why;
};

static bool no(struct edit *e, const char *why)
{
	e->why = why;
	return false;
}

static bool edit_limit(struct edit *e)
{
	struct vch_policy *p = e->policy;
	bool none = strcmp(e->args[0], "none") == 0;
	uint8_t token[20] = {0};
	vch_u128 amount = 0;
	uint8_t i = 0;

	if (!none && vch_amount_parse(&amount, e->args[0]))
		return no(e, "a limit is an amount like 0.5ether, or none");
	if (e->arg_cnt > 1 && vch_hex_read(token, 20, e->args[1]))
		return no(e, "the token is no address");
	while (i < p->assets_cnt && memcmp(p->assets[i].token, token, 20) != 0)
		i++;
	if (none) {
		if (i == p->assets_cnt)
			return no(e, "that asset has no limit");
		p->assets[i] = p->assets[--p->assets_cnt];
		return true;
	}
	if (i == VCH_POLICY_ASSETS_MAX)
		return no(e, "an account has at most 8 assets");
	if (i == p->assets_cnt)
		p->assets_cnt++;
	memcpy(p->assets[i].token, token, 20);
	p->assets[i].daily_limit = amount;
	return true;
}

static bool edit_fee(struct edit *e)
{
	if (vch_amount_parse(&e->policy->fee_max, e->args[0]))
		return no(e, "the cap is an amount like 0.02ether");
	return true;
}

/* 0x and eight digits, a signature like mint(uint256), or "spender". */
static bool read_selector(uint8_t ret[4], const char *text)
{
	if (strcmp(text, "spender") == 0)
		memcpy(ret, vch_erc20_approve, 4);
	else if (strchr(text, '('))
		vch_abi_selector(ret, text);
	else
		return vch_hex_read(ret, 4, text) == VCH_OK;
	return true;
}

static bool edit_call(struct edit *e)
{
	struct vch_policy *p = e->policy;
	struct vch_listed_call call;
	uint8_t i = 0;

	if (vch_hex_read(call.to, 20, e->args[0]))
		return no(e, "the contract is no address");
	if (!read_selector(call.selector, e->args[1]))
		return no(e, "the method is 0x and 8 digits, a signature like "
			     "mint(uint256), or spender");
	while (i < p->calls_cnt && by_call(&p->calls[i], &call) != 0)
		i++;
	if (e->on == (i < p->calls_cnt))
		return no(e,
			  e->on ? "it is listed already" : "it is not listed");
	if (!e->on)
		p->calls[i] = p->calls[--p->calls_cnt];
	else if (i == VCH_POLICY_CALLS_MAX)
		return no(e, "an account lists at most 32 calls");
	else
		p->calls[p->calls_cnt++] = call;
	return true;
}

static bool edit_page(struct edit *e)
{
	struct vch_policy *p = e->policy;
	struct vch_span page = vch_span(e->args[0], strlen(e->args[0]));
	uint8_t i = 0;

	if (!vch_origin_valid(page) || page.len > VCH_CONFIG_ORIGINS_LEN_MAX)
		return no(e, "a page is an origin like https://example.org");
	while (i < p->origins_cnt && by_origin(&p->origins[i], &page) != 0)
		i++;
	if (e->on == (i < p->origins_cnt))
		return no(e, e->on ? "it is allowed already"
				   : "it is not allowed");
	if (!e->on)
		p->origins[i] = p->origins[--p->origins_cnt];
	else if (i == VCH_POLICY_ORIGINS_MAX)
		return no(e, "an account has at most 4 pages");
	else
		p->origins[p->origins_cnt++] = page;
	return true;
}

static bool edit_chain(struct edit *e)
{
	struct vch_policy *p = e->policy;
	struct vch_network network = {0};
	vch_u128 id;
	uint8_t i = 0;

	if (vch_amount_parse(&id, e->args[0]) || id > UINT64_MAX)
		return no(e, "a chain is a number");
	network.chain_id = (uint64_t)id;
	memcpy(network.entry_point, vch_entry_point, 20);
	while (i < p->networks_cnt && by_chain(&p->networks[i], &network) != 0)
		i++;
	if (e->on == (i < p->networks_cnt))
		return no(e, e->on ? "it is allowed already"
				   : "it is not allowed");
	if (!e->on)
		p->networks[i] = p->networks[--p->networks_cnt];
	else if (i == VCH_POLICY_NETWORKS_MAX)
		return no(e, "an account has at most 8 chains");
	else
		p->networks[p->networks_cnt++] = network;
	return true;
}

static bool edit_frozen(struct edit *e)
{
	e->policy->frozen = e->on;
	return true;
}

/* The policy as it stands takes the place of what waits. */
static bool edit_nothing(struct edit *e)
{
	(void)e;
	return true;
}

static const struct {
	const char *name;
	bool (*run)(struct edit *e);
	uint8_t args_min;
	uint8_t args_max;
	bool on;
} edits[] = {
	{"limit", edit_limit, 1, 2, true},
	{"fee", edit_fee, 1, 1, true},
	{"list", edit_call, 2, 2, true},
	{"unlist", edit_call, 2, 2, false},
	{"allow-page", edit_page, 1, 1, true},
	{"drop-page", edit_page, 1, 1, false},
	{"allow-chain", edit_chain, 1, 1, true},
	{"drop-chain", edit_chain, 1, 1, false},
	{"freeze", edit_frozen, 0, 0, true},
	{"unfreeze", edit_frozen, 0, 0, false},
	{"cancel", edit_nothing, 0, 0, true},
};

enum vch_err vch_policy_edit(struct vch_policy *policy, const char **ret_why,
			     const char *name, const char *const *args,
			     size_t arg_cnt)
{
	struct vch_policy next = *policy;
	struct edit e = {&next, args, arg_cnt, false, NULL};
	size_t i = 0;

	while (i < VCH_ARRAY_LEN(edits) && strcmp(edits[i].name, name) != 0)
		i++;
	VCH_CHECK(i < VCH_ARRAY_LEN(edits));
	e.on = edits[i].on;
	if (arg_cnt < edits[i].args_min || arg_cnt > edits[i].args_max)
		e.why = "too few or too many arguments; see --help";
	else if (edits[i].run(&e))
		e.why = NULL;
	if (e.why) {
		*ret_why = e.why;
		return VCH_ARGUMENT;
	}
	sort(&next);
	*policy = next;
	return VCH_OK;
}
