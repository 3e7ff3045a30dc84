/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/policy/decide.h"

#include <string.h>

#include "trusted/base/check.h"
#include "trusted/base/ct.h"
#include "trusted/policy/account.h"
#include "trusted/policy/calls.h"
#include "trusted/policy/userop.h"

#define LANES_MAX 4
#define NONCE_KEY_LEN 24
#define VALID_UNTIL_LIMIT ((uint64_t)1 << 48)

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

uint64_t vch_time_plain(const struct vch_time *time)
{
	if (time->host_s > time->expiry_s &&
	    time->host_s - time->expiry_s > VCH_CLOCK_JUMP_S)
		return time->expiry_s;
	return later(time->host_s, time->expiry_s);
}

static uint16_t refill_day(const struct vch_time *time)
{
	return (uint16_t)(time->refill_s / VCH_DAY_S);
}

/* The index of the native coin among the assets, or the count if it has no
 * limit. */
static uint8_t native_idx(const struct vch_config *config)
{
	uint8_t i = 0;

	while (i < config->assets_cnt &&
	       !vch_ct_is_zero(config->assets[i].token, 20))
		i++;
	return i;
}

void vch_counters_new(struct vch_counters *ret, const struct vch_config *config,
		      const struct vch_time *time)
{
	memset(ret, 0, sizeof(*ret));
	ret->day = refill_day(time);
	ret->spent_cnt = config->assets_cnt;
	ret->sign_counts_cnt = config->passkeys_cnt;
}

vch_u128 vch_native_left(const struct vch_config *config,
			 const struct vch_counters *counters)
{
	uint8_t i = native_idx(config);

	if (i == config->assets_cnt ||
	    counters->spent[i] >= config->assets[i].daily_limit)
		return 0;
	return config->assets[i].daily_limit - counters->spent[i];
}

/* A new day of the refill clock: every limit is whole again. */
static void refill(struct vch_counters *counters, const struct vch_time *time)
{
	uint16_t day = refill_day(time);

	if (day <= counters->day)
		return;
	counters->day = day;
	memset(counters->spent, 0, sizeof(counters->spent));
}

static bool network_listed(const struct vch_config *config,
			   const struct vch_cosign_op *op)
{
	for (uint8_t i = 0; i < config->networks_cnt; i++) {
		const struct vch_network *n = &config->networks[i];

		if (n->chain_id == op->chain_id &&
		    memcmp(n->entry_point, op->entry_point, 20) == 0)
			return true;
	}
	return false;
}

/* Empty, or byte for byte the account's own factory call. */
static bool init_code_fits(const struct vch_config *config,
			   struct vch_span init_code)
{
	uint8_t commitment[VCH_COMMITMENT_LEN];
	uint8_t own[VCH_INIT_CODE_LEN];

	if (init_code.len == 0)
		return true;
	vch_account_commitment(commitment, &config->passkeys[0],
			       config->cosigner);
	vch_account_init_code(own, config->factory, commitment);
	return vch_span_equal(init_code, vch_span(own, sizeof(own)));
}

/* What the operation is allowed to be, whatever was spent before. */
static enum vch_err check_form(const struct vch_question *q, vch_u128 *ret_cost)
{
	const struct vch_user_op *op = &q->op->op;
	struct vch_calls calls;
	vch_u128 fee, value;

	if (memcmp(op->sender, q->config->address, 20) != 0)
		return VCH_SENDER;
	if (!network_listed(q->config, q->op))
		return VCH_NETWORK;
	if (!init_code_fits(q->config, op->init_code))
		return VCH_INIT_CODE;
	if (op->paymaster_and_data.len != 0)
		return VCH_PAYMASTER;
	VCH_TRY(vch_userop_fee(&fee, op));
	if (fee > q->config->fee_max)
		return VCH_FEE;
	VCH_TRY(vch_calls_decode(&calls, op->call_data));
	VCH_TRY(vch_calls_value(&value, &calls, q->config->address,
				q->op->entry_point));
	if (__builtin_add_overflow(value, fee, ret_cost))
		return VCH_LIMIT;
	return VCH_OK;
}

static enum vch_err check_valid_until(uint64_t valid_until, uint64_t now)
{
	if (valid_until < now || valid_until - now > VCH_VALID_MAX_S ||
	    valid_until >= VALID_UNTIL_LIMIT ||
	    valid_until / VCH_DAY_S != (now + VCH_DAY_MARGIN_S) / VCH_DAY_S)
		return VCH_VALID_UNTIL;
	return VCH_OK;
}

/* The lane of this (chain, nonce key), or the count if there is none. */
static uint8_t lane_idx(const struct vch_counters *c,
			const struct vch_cosign_op *op)
{
	uint8_t i = 0;

	while (i < c->lanes_cnt &&
	       (c->lanes[i].chain_id != op->chain_id ||
		memcmp(c->lanes[i].nonce, op->op.nonce, NONCE_KEY_LEN) != 0))
		i++;
	return i;
}

static bool same_op(const struct vch_counters *c, const struct vch_question *q)
{
	uint8_t i = lane_idx(c, q->op);

	return i < c->lanes_cnt &&
	       memcmp(c->lanes[i].op_hash, q->op_hash, 32) == 0;
}

/* Of a replacement (same nonce, same day) only the excess counts. */
static vch_u128 already_counted(const struct vch_counters *c,
				const struct vch_question *q)
{
	uint8_t i = lane_idx(c, q->op);

	if (i == c->lanes_cnt || c->lanes[i].day != c->day ||
	    memcmp(c->lanes[i].nonce, q->op->op.nonce, 32) != 0)
		return 0;
	return c->lanes[i].counted;
}

/* Makes the operation the last of its lane; the lane used longest ago goes. */
static void lane_set(struct vch_counters *c, const struct vch_question *q,
		     vch_u128 counted)
{
	uint8_t i = lane_idx(c, q->op);
	struct vch_lane *last;

	if (i == c->lanes_cnt && i == LANES_MAX)
		i = 0;
	if (i == c->lanes_cnt)
		c->lanes_cnt++;
	last = &c->lanes[c->lanes_cnt - 1];
	memmove(&c->lanes[i], &c->lanes[i + 1],
		(size_t)(c->lanes_cnt - 1 - i) * sizeof(*last));
	last->chain_id = q->op->chain_id;
	memcpy(last->nonce, q->op->op.nonce, 32);
	memcpy(last->op_hash, q->op_hash, 32);
	last->counted = counted;
	last->day = c->day;
}

static enum vch_err count(struct vch_counters *c, const struct vch_question *q,
			  vch_u128 cost)
{
	vch_u128 before = already_counted(c, q);
	vch_u128 excess = cost > before ? cost - before : 0;
	uint8_t native = native_idx(q->config);

	if (excess > vch_native_left(q->config, c))
		return VCH_LIMIT;
	if (excess > 0)
		c->spent[native] += excess;
	lane_set(c, q, before + excess);
	return VCH_OK;
}

/* A device-bound key's counter must rise; 0 and 0 means it has none. */
static enum vch_err check_sign_count(struct vch_counters *c,
				     const struct vch_question *q)
{
	uint8_t i = q->assertion.passkey_idx;
	uint32_t now = q->assertion.sign_count;
	bool lax = q->config->passkeys[i].flags & VCH_PASSKEY_COUNT_LAX;

	VCH_CHECK(i < c->sign_counts_cnt);
	if (now <= c->sign_counts[i] && (now | c->sign_counts[i]) != 0 &&
	    !lax && !q->assertion.backup_eligible)
		return VCH_SIGN_COUNT;
	c->sign_counts[i] = (uint32_t)later(now, c->sign_counts[i]);
	return VCH_OK;
}

struct vch_decision_made vch_decide(struct vch_counters *counters,
				    const struct vch_question *q)
{
	uint64_t now = later(q->time.expiry_s, q->time.host_s);
	struct vch_decision_made made = {
		.expiry_s = vch_time_plain(&q->time),
	};
	struct vch_counters next;

	refill(counters, &q->time);
	next = *counters;
	made.code = check_form(q, &made.cost);
	if (made.code == VCH_OK && q->flags & VCH_SLOT_FROZEN)
		made.code = VCH_FROZEN;
	if (made.code == VCH_OK)
		made.code = check_valid_until(q->op->valid_until, now);
	if (made.code == VCH_OK && !same_op(&next, q)) {
		made.code = check_sign_count(&next, q);
		if (made.code == VCH_OK)
			made.code = count(&next, q, made.cost);
	}
	if (made.code != VCH_OK)
		return made;
	*counters = next;
	/* the owner named this time and signed: a jump to it is taken */
	made.expiry_s = now;
	return made;
}
