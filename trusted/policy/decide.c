/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/policy/decide.h"

#include <string.h>

#include "trusted/base/check.h"
#include "trusted/base/ct.h"
#include "trusted/policy/account.h"
#include "trusted/policy/calls.h"
#include "trusted/policy/spend.h"
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

/* The place of the native coin among the assets, or their count. */
static uint8_t native_idx(const struct vch_config *config)
{
	static const uint8_t native[20];

	return vch_asset_idx(config, native);
}

void vch_counters_new(struct vch_counters *ret, const struct vch_config *config,
		      const struct vch_time *time)
{
	memset(ret, 0, sizeof(*ret));
	ret->day = refill_day(time);
	ret->spent_cnt = config->assets_cnt;
	ret->sign_counts_cnt = config->passkeys_cnt;
}

/* What is left today of the asset in that place. */
static vch_u128 left_of(const struct vch_config *config,
			const struct vch_counters *c, uint8_t i)
{
	vch_u128 limit = config->assets[i].daily_limit;

	return limit > c->spent[i] ? limit - c->spent[i] : 0;
}

vch_u128 vch_native_left(const struct vch_config *config,
			 const struct vch_counters *counters)
{
	uint8_t i = native_idx(config);

	return i < config->assets_cnt ? left_of(config, counters, i) : 0;
}

void vch_counters_refill(struct vch_counters *counters,
			 const struct vch_time *time)
{
	uint16_t day = refill_day(time);

	if (day <= counters->day)
		return;
	counters->day = day;
	memset(counters->spent, 0, sizeof(counters->spent));
}

/* What an unclean start may have lost counts as spent. */
static void charge_leases(struct vch_counters *counters,
			  const struct vch_question *q)
{
	uint32_t owed = q->owed_leases > 10 ? 10 : q->owed_leases;

	for (uint8_t i = 0; i < counters->spent_cnt; i++) {
		vch_u128 limit = q->config->assets[i].daily_limit;
		vch_u128 lease = limit / 10 * owed + limit % 10 * owed / 10;

		if (counters->spent[i] >= limit)
			continue;
		if (lease > limit - counters->spent[i])
			lease = limit - counters->spent[i];
		counters->spent[i] += lease;
	}
}

/* Millionths of the limits between two counters of one day. */
static uint32_t limit_ppm(const struct vch_counters *before,
			  const struct vch_counters *after,
			  const struct vch_config *config)
{
	vch_u128 sum = 0;

	for (uint8_t i = 0; i < after->spent_cnt; i++) {
		vch_u128 part = config->assets[i].daily_limit / 1000000;
		vch_u128 spent = after->spent[i] - before->spent[i];

		if (spent > 0)
			sum += spent / (part > 0 ? part : 1) + 1;
	}
	return sum > UINT32_MAX ? UINT32_MAX : (uint32_t)sum;
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

/* What the operation is allowed to be, whatever was spent before; the fee
 * counts with the native value. */
static enum vch_err check_form(const struct vch_question *q,
			       struct vch_spend *ret_cost)
{
	const struct vch_user_op *op = &q->op->op;
	struct vch_calls calls;
	vch_u128 fee;

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
	VCH_TRY(vch_spend_of(ret_cost, &calls, q->config, q->op->entry_point));
	if (__builtin_add_overflow(ret_cost->native, fee, &ret_cost->native))
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
static void already_counted(vch_u128 ret[VCH_CONFIG_ASSETS_MAX],
			    const struct vch_counters *c,
			    const struct vch_question *q)
{
	uint8_t i = lane_idx(c, q->op);
	const struct vch_lane *lane = &c->lanes[i];

	memset(ret, 0, VCH_CONFIG_ASSETS_MAX * sizeof(*ret));
	if (i == c->lanes_cnt || lane->day != c->day ||
	    memcmp(lane->nonce, q->op->op.nonce, 32) != 0)
		return;
	for (uint8_t k = 0; k < lane->counted_cnt; k++) {
		VCH_CHECK(lane->counted[k].asset < VCH_CONFIG_ASSETS_MAX);
		ret[lane->counted[k].asset] = lane->counted[k].amount;
	}
}

static void lane_counted(struct vch_lane *lane,
			 const vch_u128 counted[VCH_CONFIG_ASSETS_MAX])
{
	lane->counted_cnt = 0;
	for (uint8_t i = 0; i < VCH_CONFIG_ASSETS_MAX; i++) {
		if (counted[i] == 0)
			continue;
		lane->counted[lane->counted_cnt++] =
			(struct vch_counted){i, counted[i]};
	}
}

void vch_counters_fit(struct vch_counters *c)
{
	uint8_t buf[VCH_COUNTERS_ENC_MAX];
	struct vch_writer w = vch_writer(buf, sizeof(buf));

	vch_counters_write(&w, c);
	while (w.len > VCH_COUNTERS_MAX) {
		VCH_CHECK(c->lanes_cnt > 1);
		c->lanes_cnt--;
		memmove(&c->lanes[0], &c->lanes[1],
			c->lanes_cnt * sizeof(c->lanes[0]));
		w = vch_writer(buf, sizeof(buf));
		vch_counters_write(&w, c);
	}
}

/* Makes the operation the last of its lane; the lane used longest ago goes. */
static void lane_set(struct vch_counters *c, const struct vch_question *q,
		     const vch_u128 counted[VCH_CONFIG_ASSETS_MAX])
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
	lane_counted(last, counted);
	last->day = c->day;
	vch_counters_fit(c);
}

static enum vch_err count(struct vch_counters *c, const struct vch_question *q,
			  const struct vch_spend *cost)
{
	vch_u128 counted[VCH_CONFIG_ASSETS_MAX];
	uint8_t native = native_idx(q->config);

	if (native == q->config->assets_cnt && cost->native > 0)
		return VCH_LIMIT;
	already_counted(counted, c, q);
	for (uint8_t i = 0; i < q->config->assets_cnt; i++) {
		vch_u128 want = i == native ? cost->native : cost->token[i];
		vch_u128 excess = want > counted[i] ? want - counted[i] : 0;

		if (excess > left_of(q->config, c, i))
			return VCH_LIMIT;
		c->spent[i] += excess;
		counted[i] += excess;
	}
	lane_set(c, q, counted);
	return VCH_OK;
}

enum vch_err
vch_sign_count_check(struct vch_counters *counters,
		     const struct vch_config *config,
		     const struct vch_verified_assertion *assertion)
{
	uint8_t i = assertion->passkey_idx;
	uint32_t *seen = &counters->sign_counts[i];
	uint32_t now = assertion->sign_count;
	bool lax = config->passkeys[i].flags & VCH_PASSKEY_COUNT_LAX;

	VCH_CHECK(i < counters->sign_counts_cnt);
	if (now <= *seen && (now | *seen) != 0 && !lax &&
	    !assertion->backup_eligible)
		return VCH_SIGN_COUNT;
	*seen = (uint32_t)later(now, *seen);
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
	struct vch_spend cost = {0};

	vch_counters_refill(counters, &q->time);
	charge_leases(counters, q);
	next = *counters;
	made.code = check_form(q, &cost);
	made.cost = cost.native;
	if (made.code == VCH_OK && q->flags & VCH_SLOT_FROZEN)
		made.code = VCH_FROZEN;
	if (made.code == VCH_OK)
		made.code = check_valid_until(q->op->valid_until, now);
	if (made.code == VCH_OK && !same_op(&next, q)) {
		made.code =
			vch_sign_count_check(&next, q->config, &q->assertion);
		if (made.code == VCH_OK)
			made.code = count(&next, q, &cost);
	}
	if (made.code != VCH_OK)
		return made;
	made.limit_ppm = limit_ppm(counters, &next, q->config);
	*counters = next;
	/* the owner named this time and signed: a jump to it is taken */
	made.expiry_s = now;
	return made;
}
