/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state machine against a twin that knows nothing of logs, slots, hashes
 * or batches: it has a few numbers for each account and key and a list of what
 * was signed. Random payments, retries, replacements, changes of policy, keys,
 * forgeries and stale state go to two instances of the real vouch-tee (the
 * flavour in which what loosens waits for no time); in between one or both are
 * killed, their log is replayed, its last batches are lost, accounts stop for
 * that and resume, and they must agree at every step. On a device whose
 * counters every answer waits for, a log that lost something is refused.
 *
 * VOUCH_SEED=N repeats a run, VOUCH_MODEL_STEPS=N (600) makes it longer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "tests/model_key.h"
#include "tests/rig.h"
#include "trusted/log/chain.h"

#define ETHER UINT64_C(1000000000000000000)
#define LIMIT (ETHER / 10)
#define NO_FAULT "die-call=4000000000"
#define FEE (UINT64_C(250000) * 1000000000)
#define INSTANCES 2
#define ACCOUNTS 6
#define LANES 3	  /* nonce keys in use: fewer than are remembered */
#define AGE_MAX 6 /* batches that can be lost at once */

/* The last operation of one nonce key. */
struct lane {
	bool used;
	uint64_t nonce;
	uint64_t counted;
	struct rig_op op;
	uint8_t signature[65];
};

/* All that the twin knows of an account. */
struct twin {
	uint64_t spent;
	uint64_t limit;
	bool frozen;
	bool stopped;
	bool waits; /* a change does, for this: */
	uint64_t limit_then;
	bool frozen_then;
	struct vch_change change;
	uint64_t records;
	struct lane lane[LANES];
};

/* The twin and what the host holds, after each batch. */
struct moment {
	size_t batch_cnt;
	size_t accounts;
	struct twin twin[ACCOUNTS];
	struct rig_account account[ACCOUNTS];
	struct model_keys keys;
};

static struct rig rig[INSTANCES];
static struct vch_demo_passkey passkey;
static struct moment now;
static struct moment past[AGE_MAX];
static size_t past_cnt;
/* A receipt of each account from a history that is gone. */
static struct vch_seen lost[ACCOUNTS];
static bool has_lost[ACCOUNTS];
static uint64_t random_state;
static size_t signed_cnt, refused_cnt, forged_cnt, lost_cnt, again_cnt;
static size_t changed_cnt, key_cnt, resumed_cnt, older_cnt;

/* xorshift64*: a seed repeats a run */
static uint64_t draw(uint64_t below)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (random_state * UINT64_C(2685821657736338717) >> 11) % below;
}

static size_t pick_account(void)
{
	return (size_t)draw(now.accounts);
}

/* What the twin says of a new operation in this lane. */
static uint64_t excess_of(const struct lane *lane, uint64_t nonce,
			  uint64_t cost)
{
	uint64_t before =
		lane->used && lane->nonce == nonce ? lane->counted : 0;

	return cost > before ? cost - before : 0;
}

/* Operations view into themselves: a copy is told where it stands now. */
static void op_copy(struct rig_op *to, const struct rig_op *from)
{
	*to = *from;
	to->op.op.call_data.ptr = to->call_data;
	to->assertion.assertion.auth_data.ptr = to->assertion.auth_data;
	to->assertion.assertion.client_data.ptr = to->assertion.client_data;
	to->op.assertion = to->assertion.assertion;
}

static void moment_copy(struct moment *to, const struct moment *from)
{
	*to = *from;
	for (size_t a = 0; a < from->accounts; a++)
		for (size_t l = 0; l < LANES; l++)
			op_copy(&to->twin[a].lane[l].op,
				&from->twin[a].lane[l].op);
}

/* Before each batch the moment is kept, for when batches get lost. */
static void remember(void)
{
	if (past_cnt == AGE_MAX) {
		for (size_t i = 1; i < AGE_MAX; i++)
			moment_copy(&past[i - 1], &past[i]);
		past_cnt--;
	}
	moment_copy(&past[past_cnt++], &now);
}

/* Whoever serves the shard of that id. */
static struct rig *rig_of(const uint8_t id[20])
{
	return &rig[vch_shard_of(id) * INSTANCES / 64];
}

static uint64_t left_of(const struct twin *t)
{
	return t->limit > t->spent ? t->limit - t->spent : 0;
}

static void check_account(size_t a)
{
	const struct vch_slot *slot = &now.account[a].slot;
	const struct twin *t = &now.twin[a];

	assert_true(slot->remainder == left_of(t));
	assert_int_equal(slot->seq, t->records);
	assert_int_equal(slot->flags,
			 (t->frozen ? VCH_SLOT_FROZEN : 0) |
				 (t->stopped ? VCH_SLOT_STOPPED : 0));
	now.batch_cnt = rig[0].batch_cnt;
}

static void step_create(void)
{
	struct twin *t = &now.twin[now.accounts];

	if (now.accounts == ACCOUNTS)
		return;
	remember();
	assert_int_equal(rig_create(&rig[draw(INSTANCES)],
				    &now.account[now.accounts], &passkey),
			 VCH_OK);
	memset(t, 0, sizeof(*t));
	t->records = 1;
	t->limit = LIMIT;
	has_lost[now.accounts] = false;
	check_account(now.accounts++);
}

/* Why nothing is signed for it, whatever it is. */
static enum vch_err closed(const struct twin *t)
{
	if (t->stopped)
		return VCH_ROLLBACK;
	return t->frozen ? VCH_FROZEN : VCH_OK;
}

/* A new operation, or a replacement of the last one of its lane. */
static void step_pay(void)
{
	static struct rig_op op;
	size_t a = pick_account();
	struct twin *t = &now.twin[a];
	struct lane *lane = &t->lane[draw(LANES)];
	uint64_t wei = draw(4) ? draw(ETHER / 50) : draw(ETHER / 5);
	bool replace = lane->used && draw(3) == 0;
	uint64_t nonce = lane->used ? lane->nonce + !replace : 0;
	uint64_t excess = excess_of(lane, nonce, wei + FEE);
	enum vch_err want = closed(t);
	struct vch_cosign_result res;

	if (want == VCH_OK && excess > left_of(t))
		want = VCH_LIMIT;
	remember();
	rig_payment(&op, &now.account[a], &passkey, nonce, wei);
	op.op.op.nonce[0] = (uint8_t)(lane - t->lane);
	rig_sign(&op, &passkey);
	assert_int_equal(rig_cosign_one(rig_of(now.account[a].address),
					&now.account[a], &op, &res),
			 want);
	t->records++;
	if (want == VCH_OK) {
		lane->counted =
			(lane->used && lane->nonce == nonce ? lane->counted
							    : 0) +
			excess;
		lane->used = true;
		lane->nonce = nonce;
		memcpy(lane->signature, res.signature, 65);
		op_copy(&lane->op, &op);
		t->spent += excess;
	}
	*(want == VCH_OK ? &signed_cnt : &refused_cnt) += 1;
	check_account(a);
}

/* The very same operation: the same signature, nothing counted. */
static void step_again(void)
{
	size_t a = pick_account();
	struct twin *t = &now.twin[a];
	struct lane *lane = &t->lane[draw(LANES)];
	struct vch_cosign_result res;
	enum vch_err want = closed(t);

	if (!lane->used || lane->op.op.valid_until < (uint64_t)time(NULL) + 5)
		return;
	remember();
	assert_int_equal(rig_cosign_one(rig_of(now.account[a].address),
					&now.account[a], &lane->op, &res),
			 want);
	if (want == VCH_OK)
		assert_memory_equal(res.signature, lane->signature, 65);
	t->records++;
	again_cnt++;
	check_account(a);
}

/* Not the passkey's signature, not the account's state, not its instance. */
static void step_forge(void)
{
	static struct rig_op op;
	static struct rig_account old;
	size_t a = pick_account();
	struct rig *to = rig_of(now.account[a].address);
	struct vch_cosign_result res;
	size_t batches = rig[0].batch_cnt;
	enum vch_err want = VCH_SIGNATURE;
	uint64_t how = draw(3);

	old = now.account[a];
	rig_payment(&op, &old, &passkey, 99, 1);
	if (how == 0) {
		op.op.assertion.signature[draw(64)] ^= (uint8_t)(1 + draw(255));
	} else if (how == 1) {
		old.counters[draw(old.counters_len)] ^= 1;
		want = VCH_STALE;
	} else {
		to = to == &rig[0] ? &rig[1] : &rig[0];
		want = VCH_ACCOUNT;
	}
	assert_int_equal(rig_cosign_one(to, &old, &op, &res), want);
	assert_int_equal(rig[0].batch_cnt, batches);
	forged_cnt++;
}

/* Another limit, frozen or not: what is tighter holds, the rest waits. */
static void step_change(void)
{
	static struct vch_config config;
	size_t a = pick_account();
	struct twin *t = &now.twin[a];
	uint64_t limit = draw(2) ? t->limit / 4 * 3 : t->limit + ETHER / 50;
	bool frozen = draw(5) == 0;
	struct vch_change c;

	remember();
	rig_change_begin(&c, &config, &now.account[a]);
	c.policy.assets[0].daily_limit = limit;
	c.policy.frozen = frozen;
	assert_int_equal(rig_change(rig_of(now.account[a].address),
				    &now.account[a], &passkey, &c),
			 t->stopped ? VCH_ROLLBACK : VCH_OK);
	t->records++;
	if (!t->stopped) {
		t->waits = limit > t->limit || (t->frozen && !frozen);
		t->change = c;
		t->limit_then = limit;
		t->frozen_then = frozen;
		t->limit = limit < t->limit ? limit : t->limit;
		t->frozen |= frozen;
	}
	changed_cnt++;
	check_account(a);
}

static void step_apply(void)
{
	size_t a = pick_account(), batches = rig[0].batch_cnt;
	struct twin *t = &now.twin[a];
	enum vch_err want = t->waits ? VCH_OK : VCH_NO_CHANGE;

	if (t->records == 1 || t->change.number == 0)
		return;
	if (t->stopped)
		want = VCH_ROLLBACK;
	remember();
	assert_int_equal(rig_apply(rig_of(now.account[a].address),
				   &now.account[a], &t->change),
			 want);
	if (want != VCH_OK) {
		assert_int_equal(rig[0].batch_cnt, batches);
		past_cnt--;
		return;
	}
	t->records++;
	t->limit = t->limit_then;
	t->frozen = t->frozen_then;
	t->waits = false;
	check_account(a);
}

/* A client comes who was on a history that is gone; then its owner resumes. */
static void step_stop(void)
{
	static struct rig_op op;
	size_t a = pick_account();
	struct twin *t = &now.twin[a];
	struct vch_cosign_result res;
	struct vch_seen here;

	if (!has_lost[a])
		return;
	remember();
	if (t->stopped) {
		rig_seen_of(&rig[0], &now.account[a], &here);
		assert_int_equal(rig_resume(rig_of(now.account[a].address),
					    &now.account[a], &passkey, &here,
					    t->records),
				 VCH_OK);
		t->spent = t->limit > t->spent ? t->limit : t->spent;
		resumed_cnt++;
	} else {
		rig_payment(&op, &now.account[a], &passkey, 99, 1);
		op.op.seen[op.op.seen_cnt++] = lost[a];
		assert_int_equal(rig_cosign_one(rig_of(now.account[a].address),
						&now.account[a], &op, &res),
				 VCH_ROLLBACK);
	}
	t->stopped = !t->stopped;
	t->records++;
	check_account(a);
}

static void step_key_create(void)
{
	if (now.keys.cnt == MODEL_KEYS)
		return;
	remember();
	model_key_create(&now.keys, &rig[draw(INSTANCES)]);
	now.batch_cnt = rig[0].batch_cnt;
}

static void step_key(void)
{
	size_t k = (size_t)draw(MODEL_KEYS), batches = rig[0].batch_cnt;
	struct rig *to;

	if (k >= now.keys.cnt)
		return;
	remember();
	to = rig_of(now.keys.key[k].id);
	if (draw(12) == 0)
		model_key_delete(&now.keys, k, to);
	else
		model_key_sign(&now.keys, k, to, (uint8_t)draw(MODEL_PAYLOADS));
	if (rig[0].batch_cnt == batches)
		past_cnt--;
	else
		key_cnt++;
	now.batch_cnt = rig[0].batch_cnt;
}

/* ---- the machine --------------------------------------------------------- */

static void boot_one(size_t i)
{
	rig_kill(&rig[i]);
	rig_start_tee(&rig[i], NO_FAULT);
	assert_int_equal(rig_replay(&rig[i], rig[0].batch_cnt), VCH_OK);
	assert_int_equal(rig_open(&rig[i]), VCH_OK);
	now.batch_cnt = rig[0].batch_cnt;
}

static void boot_all(void)
{
	for (size_t i = 0; i < INSTANCES; i++)
		rig_kill(&rig[i]);
	for (size_t i = 0; i < INSTANCES; i++)
		boot_one(i);
}

/* Clients of accounts that lose something keep their last receipt. */
static void keep_receipts(const struct moment *then)
{
	for (size_t a = 0; a < then->accounts; a++) {
		if (now.twin[a].records == then->twin[a].records)
			continue;
		rig_seen_of(&rig[0], &now.account[a], &lost[a]);
		has_lost[a] = true;
	}
}

/* A log that lacks something is refused before anybody begins. */
static void older_log(size_t batches)
{
	size_t all = rig[0].batch_cnt;

	rig_kill(&rig[0]);
	rig_start_tee(&rig[0], NO_FAULT);
	assert_int_equal(rig_replay(&rig[0], batches), VCH_OK);
	assert_int_equal(
		rig_call(&rig[0], VCH_CMD_COMPARE, vch_span(NULL, 0), NULL),
		VCH_ROLLBACK);
	assert_int_equal(rig[0].batch_cnt, all);
	boot_all();
	past_cnt = 0;
	older_cnt++;
}

/* The host loses batches, all after a moment. */
static void step_lose(void)
{
	size_t to;

	if (past_cnt == 0)
		return;
	to = (size_t)draw(past_cnt);
	if (rig[0].window_s == 0) {
		older_log(past[to].batch_cnt);
		return;
	}
	keep_receipts(&past[to]);
	moment_copy(&now, &past[to]);
	past_cnt = 0;
	rig_cut(&rig[0], now.batch_cnt);
	boot_all();
	lost_cnt++;
}

/* Batches of a former life are no more lost: it was flushed and released. */
static void step_restart(void)
{
	past_cnt = 0;
	if (draw(2))
		boot_all();
	else
		boot_one((size_t)draw(INSTANCES));
}

static void one_step(void)
{
	static const struct {
		void (*step)(void);
		uint64_t weight;
	} steps[] = {
		{step_create, 4},  {step_pay, 42},	 {step_again, 10},
		{step_forge, 8},   {step_change, 6},	 {step_apply, 4},
		{step_stop, 4},	   {step_key_create, 2}, {step_key, 12},
		{step_restart, 4}, {step_lose, 4},
	};
	uint64_t what = draw(100);
	size_t i = 0;

	while (what >= steps[i].weight)
		what -= steps[i++].weight;
	(now.accounts == 0 ? step_create : steps[i].step)();
}

static uint64_t knob(const char *name, uint64_t usual)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : usual;
}

/* Limits refill at midnight UTC: a device lives within one day. */
static void stay_within_a_day(void)
{
	unsigned int left = (unsigned int)(86400 - time(NULL) % 86400);

	if (left < 60)
		sleep(left + 1);
}

/* A new device when limits are used up or the rig's memory is. */
static void new_device(void)
{
	for (size_t i = INSTANCES; i-- > 0;) {
		if (rig[0].batch_cnt > 0)
			rig_free(&rig[i]);
	}
	memset(&now, 0, sizeof(now));
	memset(has_lost, 0, sizeof(has_lost));
	past_cnt = 0;
	stay_within_a_day();
	rig_make(&rig[0]);
	rig[0].window_s = draw(3) ? VCH_WINDOW_NEVER : 0;
	rig_make_second(&rig[1], &rig[0]);
	rig[0].shard_cnt = rig[1].shard_first = rig[1].shard_cnt = 32;
	boot_all();
}

static void test_twin(void **state)
{
	uint64_t steps = knob("VOUCH_MODEL_STEPS", 600), seed = 0;

	(void)state;
	assert_int_equal(getrandom(&seed, 4, 0), 4);
	seed = knob("VOUCH_SEED", seed | 1);
	random_state = seed;
	print_message("# seed: VOUCH_SEED=%llu\n", (unsigned long long)seed);
	assert_int_equal(vch_demo_passkey_create(&passkey, "localhost",
						 "http://localhost:3000",
						 false),
			 VCH_OK);
	for (uint64_t i = 0; i < steps; i++) {
		if (i % 150 == 0 || rig[0].batch_cnt > RIG_BATCHES_MAX - 4)
			new_device();
		one_step();
	}
	rig_free(&rig[1]);
	rig_free(&rig[0]);
	print_message("# %zu signed, %zu refused, %zu retried, %zu forged, "
		      "%zu times the tail was lost\n",
		      signed_cnt, refused_cnt, again_cnt, forged_cnt, lost_cnt);
	print_message("# %zu changes, %zu uses of keys, %zu resumed, %zu older "
		      "logs refused\n",
		      changed_cnt, key_cnt, resumed_cnt, older_cnt);
	/* some seeds never meet the limit, or lose nothing */
	assert_true(signed_cnt > 0 && forged_cnt > 0 && changed_cnt > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_twin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
