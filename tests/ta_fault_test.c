/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every call of the trusted application to its platform fails once, or is the
 * last thing the process did; every write of secure storage tears, fails or
 * is lost; the process dies around every reply. Whatever happens: nothing is
 * answered that is not in the log, and the next life comes up from the log
 * with the same signatures and the same sums.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "tests/rig.h"
#include "trusted/log/chain.h"

#define ETHER UINT64_C(1000000000000000000)
#define NEVER "die-call=4000000000"
#define WALK_MAX 400
#define PAYMENTS 2
#define SPENT_EACH (ETHER / 100 + UINT64_C(250000) * 1000000000)

/* One device, its account and two payments, as far as they came. */
struct story {
	struct rig rig;
	struct rig_account account;
	struct rig_op op[PAYMENTS];
	uint8_t signature[PAYMENTS][65];
	bool has_account;
	bool answered[PAYMENTS];
};

static struct story story;
static struct vch_demo_passkey passkey;

static void story_begin(void)
{
	memset(&story, 0, sizeof(story));
	rig_make(&story.rig);
}

static void story_end(void)
{
	rig_free(&story.rig);
}

/* A command that failed left nothing in the log. */
static enum vch_err failed(enum vch_err err, size_t batches)
{
	if (err != VCH_OK)
		assert_int_equal(story.rig.batch_cnt, batches);
	return err;
}

/* Each payment is a batch with a decision about this operation in it. */
static void check_recorded(const struct rig_op *op)
{
	static struct vch_batch batch;
	struct vch_record_head head;
	struct vch_decision made;
	struct vch_reader r;

	rig_last_batch(&story.rig, &batch);
	assert_int_equal(batch.sections_cnt, 1);
	r = vch_reader(batch.sections[0].records[0]);
	vch_record_head_read(&r, &head);
	assert_int_equal(head.kind, VCH_RECORD_DECISION);
	vch_decision_read(&r, &made);
	assert_int_equal(made.code, VCH_OK);
	assert_memory_equal(made.op_hash, op->hash, 32);
}

/* Signs payment i, now or again: what was answered is answered for ever. */
static enum vch_err pay(size_t i)
{
	size_t batches = story.rig.batch_cnt;
	struct vch_cosign_result res;
	enum vch_err err;

	if (story.op[i].op.op.call_data.len == 0) {
		rig_payment(&story.op[i], &story.account, &passkey, 0,
			    ETHER / 100);
		/* a nonce key of its own: each keeps its last operation */
		story.op[i].op.op.nonce[0] = (uint8_t)i;
		rig_sign(&story.op[i], &passkey);
	}
	err = failed(
		rig_cosign_one(&story.rig, &story.account, &story.op[i], &res),
		batches);
	if (err != VCH_OK)
		return err;
	assert_int_equal(story.rig.batch_cnt, batches + 1);
	check_recorded(&story.op[i]);
	if (story.answered[i])
		assert_memory_equal(res.signature, story.signature[i], 65);
	memcpy(story.signature[i], res.signature, 65);
	story.answered[i] = true;
	return VCH_OK;
}

/* Evidence that does not say EMULATED is no evidence of ours. */
static enum vch_err attest(void)
{
	static const uint8_t challenge[32] = {7};
	struct vch_attest_answer ans;
	struct vch_evidence e;
	struct vch_span answer;

	VCH_TRY(rig_call(&story.rig, VCH_CMD_ATTEST, vch_span(challenge, 32),
			 &answer));
	assert_int_equal(vch_attest_answer_decode(&ans, answer), VCH_OK);
	assert_int_equal(vch_evidence_decode(&e, ans.claims), VCH_OK);
	assert_non_null(memmem(e.platform.ptr, e.platform.len, "EMULATED", 8));
	return VCH_OK;
}

static enum vch_err version(void)
{
	return rig_call(&story.rig, VCH_CMD_VERSION, vch_span(NULL, 0), NULL);
}

static enum vch_err create(void)
{
	size_t batches = story.rig.batch_cnt;
	enum vch_err err = rig_create(&story.rig, &story.account, &passkey);

	if (err == VCH_OK)
		story.has_account = true;
	return failed(err, batches);
}

static enum vch_err serve(void)
{
	VCH_TRY(version());
	if (!story.has_account)
		VCH_TRY(create());
	for (size_t i = 0; i < PAYMENTS; i++)
		VCH_TRY(pay(i));
	return attest();
}

/* A whole life, or as much of it as the plan lets it have. */
static enum vch_err life(const char *plan)
{
	size_t batches = story.rig.batch_cnt;
	enum vch_err err = rig_try_tee(&story.rig, plan);

	if (err == VCH_OK)
		err = rig_replay(&story.rig, batches);
	if (err == VCH_OK)
		err = failed(rig_open(&story.rig), batches);
	if (err == VCH_OK)
		err = serve();
	rig_kill(&story.rig);
	return err;
}

/* After it, a life without faults: everything is there, counted once. */
static void check_whole(void)
{
	assert_int_equal(life(NEVER), VCH_OK);
	assert_true(story.account.slot.remainder ==
		    ETHER / 10 - PAYMENTS * SPENT_EACH);
}

/*
 * Lives with the fault at n = 1, 2, … up to `most`, or until one is not
 * touched by it. A second life has the first one's log to replay.
 */
static int walk(const char *kind, int most, bool second)
{
	char plan[64];
	int n;

	for (n = 1; n <= most; n++) {
		enum vch_err err;

		story_begin();
		if (second)
			assert_int_equal(life(NEVER), VCH_OK);
		snprintf(plan, sizeof(plan), "%s=%d", kind, n);
		err = life(plan);
		check_whole();
		story_end();
		if (err == VCH_OK && most == WALK_MAX)
			break;
	}
	return n - 1;
}

static void every_call(void **state)
{
	(void)state;
	for (int second = 0; second < 2; second++) {
		int calls = walk("die-call", WALK_MAX, second);

		assert_in_range(calls, 10, WALK_MAX - 1);
		print_message("# %d calls in the %s life\n", calls,
			      second ? "second" : "first");
		walk("fail-call", calls, second);
	}
}

static void every_reply(void **state)
{
	(void)state;
	for (int second = 0; second < 2; second++) {
		assert_true(walk("die-before", WALK_MAX, second) >= 5);
		assert_true(walk("die-after", WALK_MAX, second) >= 5);
	}
}

static void every_write(void **state)
{
	(void)state;
	assert_true(walk("tear-write", WALK_MAX, false) >= 1);
	assert_true(walk("fail-write", WALK_MAX, false) >= 1);
}

/* Storage said "done" and forgot, or is an older one: no new key is made. */
static void forgetful_storage(void **state)
{
	(void)state;
	story_begin();
	assert_int_equal(life("lose-write=1"), VCH_OK);
	assert_int_equal(life(NEVER), VCH_ROLLBACK);
	story_end();

	story_begin();
	assert_int_equal(life(NEVER), VCH_OK);
	assert_int_equal(life("rollback"), VCH_ROLLBACK);
	assert_int_equal(life(NEVER), VCH_ROLLBACK);
	story_end();
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
		cmocka_unit_test(every_call),
		cmocka_unit_test(every_reply),
		cmocka_unit_test(every_write),
		cmocka_unit_test(forgetful_storage),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
