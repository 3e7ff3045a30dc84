/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A life with every command in it, and in it every call of the trusted
 * application to its platform failing once or being the last, every write of
 * the counters failing or tearing, death around every reply; where answers do
 * not wait for the counters, and where each does. ta_fault_test.c does the
 * same with births and payments, also over a second life.
 *
 * Whatever happens, the host folds the log again and asks again for what was
 * not answered: everything is there once, and what was answered stays.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tests/rig.h"
#include "tests/rig_key.h"
#include "tests/rig_snapshot.h"
#include "tests/rig_upgrade.h"
#include "trusted/base/check.h"
#include "trusted/log/chain.h"

#define ETHER UINT64_C(1000000000000000000)
#define FEE (UINT64_C(250000) * 1000000000)
#define NO_FAULT "die-call=4000000000"
#define WALK_MAX 1000
#define SIGNATURES 3

/* One device and what its host and its clients have, as far as they came. */
struct story {
	struct rig rig;
	struct rig_account account, stopped;
	struct vch_seen lost; /* of a history of `stopped` that is gone */
	struct rig_key key, doomed;
	struct rig_op op;
	struct vch_config config;
	struct vch_change loose;
	uint8_t cosigned[65];
	uint8_t signature[SIGNATURES][65];
	struct rig_snap snap; /* of the account's shard */
	bool has_account, has_key, has_doomed, has_snap;
	bool answered;
	bool signed_already[SIGNATURES];
};

static struct story story;
static struct vch_demo_passkey passkey;
static uint16_t window_s;

/* A command that failed left nothing; one whose answer waited, its batch. */
static enum vch_err failed(enum vch_err err, size_t batches)
{
	size_t more = story.rig.batch_cnt - batches;

	if (err != VCH_OK)
		assert_true(more <= (window_s == 0 ? 1 : 0));
	return err;
}

static enum vch_err call(uint32_t cmd, struct vch_span request)
{
	return rig_call(&story.rig, cmd, request, NULL);
}

/* What the host holds, from the log alone. */
static void fold(void)
{
	rig_fold(&story.rig, &story.stopped);
	if (story.has_account)
		rig_fold(&story.rig, &story.account);
	if (story.has_key)
		key_fold(&story.rig, &story.key);
	if (story.has_doomed)
		key_fold(&story.rig, &story.doomed);
}

/* ---- the steps: each does what is still to be done ----------------------- */

static enum vch_err step_version(void)
{
	return call(VCH_CMD_VERSION, vch_span(NULL, 0));
}

static enum vch_err step_attest(void)
{
	static const uint8_t challenge[32] = {7};

	return call(VCH_CMD_ATTEST, vch_span(challenge, 32));
}

static enum vch_err step_create(void)
{
	if (story.has_account)
		return VCH_OK;
	VCH_TRY(rig_create(&story.rig, &story.account, &passkey));
	story.has_account = true;
	return VCH_OK;
}

static enum vch_err step_pay(void)
{
	struct vch_cosign_result res;

	if (story.op.op.op.call_data.len == 0)
		rig_payment(&story.op, &story.account, &passkey, 0,
			    ETHER / 100);
	VCH_TRY(rig_cosign_one(&story.rig, &story.account, &story.op, &res));
	if (story.answered)
		assert_memory_equal(res.signature, story.cosigned, 65);
	memcpy(story.cosigned, res.signature, 65);
	story.answered = true;
	return VCH_OK;
}

/* Halves the highest fee: holds at once. */
static enum vch_err step_tighten(void)
{
	struct vch_change change;

	rig_change_begin(&change, &story.config, &story.account);
	if (change.number != 1)
		return VCH_OK;
	change.policy.fee_max /= 2;
	return rig_change(&story.rig, &story.account, &passkey, &change);
}

/* And back: waits until it is asked for. */
static enum vch_err step_loosen(void)
{
	struct vch_change change;

	rig_change_begin(&change, &story.config, &story.account);
	if (change.number != 2)
		return VCH_OK;
	change.policy.fee_max *= 2;
	story.loose = change;
	return rig_change(&story.rig, &story.account, &passkey, &change);
}

/* What holds, for a chain: as often as it is asked for. */
static enum vch_err step_carry(void)
{
	struct vch_cosign_result res;
	struct vch_intent intent = {
		.chain_id = RIG_CHAIN_ID,
		.number = 1,
		.valid_until = (uint64_t)time(NULL) + 300,
		.settings = {{.kind = VCH_SETTING_OPEN, .value = 1}},
		.settings_cnt = 1,
	};

	memcpy(intent.account, story.account.address, 20);
	return rig_intent(&story.rig, &story.account, &passkey, &intent, NULL,
			  &res);
}

static enum vch_err step_apply(void)
{
	struct vch_change change;

	rig_change_begin(&change, &story.config, &story.account);
	if (story.config.pending_due == 0)
		return VCH_OK;
	return rig_apply(&story.rig, &story.account, &story.loose);
}

static enum vch_err step_stop(void)
{
	struct vch_cosign_result res;
	static struct rig_op op;
	enum vch_err err;

	if (story.stopped.slot.seq > 1)
		return VCH_OK;
	rig_payment(&op, &story.stopped, &passkey, 0, 1);
	op.op.seen[op.op.seen_cnt++] = story.lost;
	err = rig_cosign_one(&story.rig, &story.stopped, &op, &res);
	return err == VCH_ROLLBACK ? VCH_OK : err;
}

static enum vch_err step_resume(void)
{
	struct vch_seen here;

	if (!(story.stopped.slot.flags & VCH_SLOT_STOPPED))
		return VCH_OK;
	rig_seen_of(&story.rig, &story.stopped, &here);
	return rig_resume(&story.rig, &story.stopped, &passkey, &here,
			  story.stopped.slot.seq);
}

static enum vch_err step_generate(void)
{
	struct vch_key_policy policy =
		key_policy(VCH_PURPOSE_MESSAGE, VCH_KEY_SECP256K1);

	policy.ops_daily = SIGNATURES;
	if (story.has_key)
		return VCH_OK;
	VCH_TRY(key_generate(&story.rig, &story.key, &policy));
	story.has_key = true;
	return VCH_OK;
}

static void check_signature(size_t i, const uint8_t *sig)
{
	if (story.signed_already[i])
		assert_memory_equal(sig, story.signature[i], 65);
	memcpy(story.signature[i], sig, 65);
	story.signed_already[i] = true;
}

static enum vch_err step_sign(void)
{
	uint8_t sig[65];

	VCH_TRY(key_sign(&story.rig, &story.key, VCH_PAYLOAD_MESSAGE, "a", 1,
			 sig));
	check_signature(0, sig);
	return VCH_OK;
}

static enum vch_err step_sign_batch(void)
{
	static struct vch_sign_batch_request req;
	static struct vch_sign_batch_answer ans;
	static uint8_t bytes[8192];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_span answer;

	for (size_t i = 0; i < 2; i++)
		req.ops[i] = key_request(&story.key, VCH_PAYLOAD_MESSAGE,
					 &"bc"[i], 1);
	key_bring(&req.ops[0], &story.key);
	req.ops_cnt = 2;
	assert_int_equal(vch_sign_batch_request_encode(&w, &req), VCH_OK);
	VCH_TRY(rig_call(&story.rig, VCH_CMD_SIGN_BATCH, vch_written(&w),
			 &answer));
	assert_int_equal(vch_sign_batch_answer_decode(&ans, answer), VCH_OK);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(ans.results[i].code, VCH_OK);
		check_signature(1 + i, ans.results[i].signature.ptr);
	}
	key_fold(&story.rig, &story.key);
	return VCH_OK;
}

static enum vch_err step_snapshot(void)
{
	story.has_snap = false;
	VCH_TRY(rig_snap_take(&story.rig, vch_shard_of(story.account.address),
			      &story.snap));
	story.has_snap = true;
	return VCH_OK;
}

static enum vch_err step_list(void)
{
	static const uint8_t first[4];

	return call(VCH_CMD_LIST_KEYS, vch_span(first, 4));
}

static enum vch_err step_public_key(void)
{
	struct vch_get_public_key_request req = {
		.config = vch_span(story.key.config, story.key.config_len),
		.counters =
			vch_span(story.key.counters, story.key.counters_len),
	};
	uint8_t bytes[VCH_GET_PUBLIC_KEY_REQUEST_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));

	memcpy(req.key, story.key.id, 20);
	assert_int_equal(vch_get_public_key_request_encode(&w, &req), VCH_OK);
	return call(VCH_CMD_GET_PUBLIC_KEY, vch_written(&w));
}

static enum vch_err step_doomed(void)
{
	struct vch_key_policy policy =
		key_policy(VCH_PURPOSE_MESSAGE, VCH_KEY_ED25519);

	if (story.has_doomed)
		return VCH_OK;
	VCH_TRY(key_generate(&story.rig, &story.doomed, &policy));
	story.has_doomed = true;
	return VCH_OK;
}

static enum vch_err step_delete(void)
{
	struct vch_key_request req = key_request(&story.doomed, 0, NULL, 0);
	uint8_t erased;

	if (story.doomed.slot.flags & VCH_SLOT_DELETED)
		return VCH_OK;
	return key_delete(&story.rig, &story.doomed, &req, &erased);
}

static enum vch_err step_close(void)
{
	static const uint8_t go_on[1] = {0};

	return call(VCH_CMD_CLOSE, vch_span(go_on, 1));
}

/* Whether it would go: upgrade_test.c does it. */
static enum vch_err step_upgrade(void)
{
	struct vch_manifest m;

	rig_manifest_signed(&m, 2, 0x22);
	return rig_upgrade(&story.rig, VCH_UPGRADE_CHECK, &m);
}

static enum vch_err step_end(void)
{
	static const uint8_t final[1] = {1};

	return call(VCH_CMD_CLOSE, vch_span(final, 1));
}

typedef enum vch_err step_fn(void);
static step_fn *const steps[] = {
	step_version,	 step_attest, step_create,     step_pay,
	step_tighten,	 step_loosen, step_carry,      step_apply,
	step_stop,	 step_resume, step_snapshot,   step_doomed,
	step_generate,	 step_sign,   step_sign_batch, step_list,
	step_public_key, step_delete, step_close,      step_version,
	step_upgrade,	 step_end,
};

/* ---- lives --------------------------------------------------------------- */

static enum vch_err begin(void)
{
	size_t batches = story.rig.batch_cnt;
	size_t behind[VCH_SHARDS] = {0};

	if (story.has_snap) {
		VCH_TRY(rig_snap_give(&story.rig, &story.snap));
		behind[story.snap.shard] = story.snap.batch_idx + 1;
	}
	VCH_TRY(rig_replay_behind(&story.rig, behind));
	VCH_TRY(call(VCH_CMD_COMPARE, vch_span(NULL, 0)));
	return failed(rig_open(&story.rig), batches);
}

static enum vch_err serve(void)
{
	for (size_t i = 0; i < VCH_ARRAY_LEN(steps); i++) {
		size_t batches = story.rig.batch_cnt;

		VCH_TRY(failed(steps[i](), batches));
	}
	return VCH_OK;
}

/*
 * A whole life, or as much of it as the plan lets it have. In the end the
 * process is killed: that it had closed its windows is all that it leaves.
 */
static enum vch_err life(const char *plan)
{
	enum vch_err err;

	fold();
	story.rig.window_s = window_s;
	err = rig_try_tee(&story.rig, plan);
	if (err == VCH_OK)
		err = begin();
	if (err == VCH_OK)
		err = serve();
	rig_kill(&story.rig);
	return err;
}

/* A device that has lost an account's last record, before any counter. */
static void story_begin(void)
{
	struct vch_cosign_result res;
	static struct rig_op op;
	size_t cut;

	memset(&story, 0, sizeof(story));
	rig_make(&story.rig);
	rig_start_tee(&story.rig, NO_FAULT);
	assert_int_equal(rig_open(&story.rig), VCH_OK);
	assert_int_equal(rig_create(&story.rig, &story.stopped, &passkey),
			 VCH_OK);
	cut = story.rig.batch_cnt;
	rig_payment(&op, &story.stopped, &passkey, 0, 1);
	assert_int_equal(rig_cosign_one(&story.rig, &story.stopped, &op, &res),
			 VCH_OK);
	rig_seen(&story.rig, &story.lost);
	rig_kill(&story.rig);
	rig_cut(&story.rig, cut);
}

/* After it, a life without faults: everything is there, counted once. */
static void check_whole(void)
{
	struct vch_key_counters used;

	assert_int_equal(life(NO_FAULT), VCH_OK);
	fold();
	assert_true(story.account.slot.remainder ==
		    ETHER / 10 - ETHER / 100 - FEE);
	assert_int_equal(vch_config_decode(&story.config,
					   vch_span(story.account.config,
						    story.account.config_len)),
			 VCH_OK);
	assert_int_equal(story.config.number, 2);
	assert_true(story.config.pending_due == 0);
	assert_true(story.config.fee_max == story.loose.policy.fee_max);
	assert_int_equal(story.stopped.slot.flags, 0);
	assert_true(story.stopped.slot.remainder == 0);
	assert_int_equal(vch_key_counters_decode(
				 &used, vch_span(story.key.counters,
						 story.key.counters_len)),
			 VCH_OK);
	assert_int_equal(used.ops, SIGNATURES);
	assert_true(story.doomed.slot.flags & VCH_SLOT_DELETED);
}

/*
 * Lives with the fault at n = 1, 2, … up to `most`, or until one is not
 * touched by it: how many were. ret_storage: how many ended in STORAGE.
 */
static int walk(const char *kind, int most, int *ret_storage)
{
	char plan[64];
	int n;

	*ret_storage = 0;
	for (n = 1; n <= most; n++) {
		enum vch_err err;

		story_begin();
		snprintf(plan, sizeof(plan), "%s=%d", kind, n);
		err = life(plan);
		*ret_storage += err == VCH_STORAGE;
		check_whole();
		rig_free(&story.rig);
		if (err == VCH_OK && most == WALK_MAX)
			break;
	}
	return n - 1;
}

static void walk_calls(void)
{
	int storage, calls = walk("die-call", WALK_MAX, &storage);

	assert_in_range(calls, 2 * (int)VCH_ARRAY_LEN(steps), WALK_MAX - 1);
	walk("fail-call", calls, &storage);
	print_message("# %d calls; %d of them end in STORAGE\n", calls,
		      storage);
	/* those that can fail are those of the storage */
	assert_true(storage >= (window_s == 0 ? 10 : 1));
}

static void test_every_call(void **state)
{
	(void)state;
	window_s = VCH_WINDOW_NEVER;
	walk_calls();
}

static void test_every_call_waiting(void **state)
{
	(void)state;
	window_s = 0;
	walk_calls();
}

static void test_every_reply(void **state)
{
	int storage;

	(void)state;
	window_s = 0;
	assert_true(walk("die-before", WALK_MAX, &storage) >=
		    (int)VCH_ARRAY_LEN(steps));
	assert_true(walk("die-after", WALK_MAX, &storage) >=
		    (int)VCH_ARRAY_LEN(steps));
}

/* Each write of the counters: what waited for it is asked for again. */
static void test_every_write(void **state)
{
	int storage, writes;

	(void)state;
	window_s = 0;
	assert_true(walk("tear-write", WALK_MAX, &storage) >= 10);
	assert_int_equal(storage, 0);
	writes = walk("fail-write", WALK_MAX, &storage);
	assert_in_range(writes, 10, WALK_MAX - 1);
	assert_int_equal(storage, writes);
}

static int setup(void **state)
{
	(void)state;
	rig_passkey(&passkey);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_call),
		cmocka_unit_test(test_every_call_waiting),
		cmocka_unit_test(test_every_reply),
		cmocka_unit_test(test_every_write),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
