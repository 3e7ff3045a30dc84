/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hand-over to a newer version, through the doors of three versions of
 * the trusted application: who may name the next one, what the log then says,
 * what the old one still does (nothing), and that whatever is cut short is
 * whole after the next start.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/file.h"
#include "tests/rig_snapshot.h"
#include "tests/rig_upgrade.h"

#define ETHER UINT64_C(1000000000000000000)
#define NO_FAULT "die-call=4000000000"
#define WALK_MAX 200
#define CODE 0x22 /* measurement of the next version, 32 times */

static struct rig rig;
static struct vch_demo_passkey passkey;
static struct rig_account account;
static uint64_t nonce;

static const char *program_of(int version)
{
	static char path[4][VCH_PATH_MAX];
	const char *out = getenv("VOUCH_OUT");

	snprintf(path[version], VCH_PATH_MAX, "%s/test/vouch-tee-v%d",
		 out ? out : "out", version);
	return path[version];
}

/* That version with the log from its start, up to what START says. */
static enum vch_err start_with(int version, const char *plan)
{
	rig_kill(&rig);
	rig.program = program_of(version);
	VCH_TRY(rig_try_tee(&rig, plan));
	VCH_TRY(rig_replay(&rig, rig.batch_cnt));
	VCH_TRY(rig_call(&rig, VCH_CMD_COMPARE, vch_span(NULL, 0), NULL));
	return rig_open(&rig);
}

static enum vch_err start(int version)
{
	return start_with(version, NO_FAULT);
}

static enum vch_err pay(void)
{
	struct vch_cosign_result res;
	struct rig_op op;

	rig_payment(&op, &account, &passkey, nonce++, 1);
	return rig_cosign_one(&rig, &account, &op, &res);
}

static int setup(void **state)
{
	(void)state;
	rig_make(&rig);
	assert_int_equal(vch_demo_passkey_create(&passkey, "localhost",
						 "http://localhost:3000", true),
			 VCH_OK);
	rig.window_s = 60;
	rig.window_records = 1000;
	nonce = 0;
	assert_int_equal(start(1), VCH_OK);
	assert_int_equal(rig_create(&rig, &account, &passkey), VCH_OK);
	assert_int_equal(pay(), VCH_OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_free(&rig);
	return 0;
}

static enum vch_err step(uint8_t what, const struct vch_manifest *m)
{
	return rig_upgrade(&rig, what, m);
}

/* One hand-over, as a host does it. */
static enum vch_err hand_over(const struct vch_manifest *m)
{
	VCH_TRY(step(VCH_UPGRADE_CHECK, m));
	VCH_TRY(step(VCH_UPGRADE_RECORD, m));
	return step(VCH_UPGRADE_GIVE, m);
}

/* Every command but those two says where things stand. */
static void assert_serves_nothing(void)
{
	size_t batches = rig.batch_cnt;

	for (size_t i = 0; i < VCH_COMMAND_CNT; i++) {
		uint32_t cmd = vch_commands[i].number;
		enum vch_err want = cmd == VCH_CMD_VERSION   ? VCH_OK
				    : cmd == VCH_CMD_UPGRADE ? VCH_FORMAT
							     : VCH_UPGRADED;

		assert_int_equal(rig_call(&rig, cmd, vch_span(NULL, 0), NULL),
				 want);
	}
	assert_int_equal(rig.batch_cnt, batches);
}

/* The newest batch says in all shards what this manifest says. */
static void assert_recorded(const struct vch_manifest *m, uint32_t from)
{
	static struct vch_batch batch;
	struct vch_record_head head;
	struct vch_upgrade rec;
	struct vch_reader r;

	rig_last_batch(&rig, &batch);
	assert_int_equal(batch.sections_cnt, VCH_SHARDS);
	for (uint8_t i = 0; i < VCH_SHARDS; i++) {
		assert_int_equal(batch.sections[i].records_cnt, 1);
		r = vch_reader(batch.sections[i].records[0]);
		vch_record_head_read(&r, &head);
		assert_int_equal(head.kind, VCH_RECORD_UPGRADE);
		vch_upgrade_read(&r, &rec);
		assert_int_equal(vch_reader_end(&r), VCH_OK);
		assert_int_equal(rec.shard, batch.sections[i].shard);
		assert_int_equal(rec.from, from);
		assert_int_equal(rec.version, m->release.version);
		assert_memory_equal(rec.measurement, m->release.measurement,
				    32);
	}
}

static bool was_unclean(void)
{
	static struct vch_batch batch;
	struct vch_record_head head;
	struct vch_start rec;
	struct vch_reader r;

	rig_last_batch(&rig, &batch);
	r = vch_reader(batch.sections[0].records[0]);
	vch_record_head_read(&r, &head);
	assert_int_equal(head.kind, VCH_RECORD_START);
	vch_start_read(&r, &rec);
	return rec.unclean;
}

/* ---- tests --------------------------------------------------------------- */

static void test_whole(void **state)
{
	struct vch_manifest m, next;
	uint8_t log_key[32];

	(void)state;
	memcpy(log_key, rig.log_key, 32);
	rig_manifest_signed(&m, 2, CODE);
	assert_int_equal(step(VCH_UPGRADE_CHECK, &m), VCH_OK);
	assert_int_equal(pay(), VCH_OK); /* so far it was only asked */
	assert_int_equal(step(VCH_UPGRADE_RECORD, &m), VCH_OK);
	assert_recorded(&m, 1);
	assert_serves_nothing();
	assert_int_equal(step(VCH_UPGRADE_GIVE, &m), VCH_OK);
	assert_serves_nothing();

	/* the end was no crash: nobody is charged for it */
	assert_int_equal(start(2), VCH_OK);
	assert_false(was_unclean());
	assert_memory_equal(rig.log_key, log_key, 32);
	assert_int_equal(pay(), VCH_OK);
	assert_int_equal(start(1), VCH_DOWNGRADE);
	assert_int_equal(pay(), VCH_PHASE);

	/* and on; each version knows only what comes after it */
	assert_int_equal(start(2), VCH_OK);
	rig_manifest_signed(&next, 3, CODE + 1);
	assert_int_equal(step(VCH_UPGRADE_CHECK, &m), VCH_DOWNGRADE);
	assert_int_equal(hand_over(&next), VCH_OK);
	assert_recorded(&next, 2);
	assert_int_equal(start(2), VCH_UPGRADED);
	assert_int_equal(start(1), VCH_DOWNGRADE);
	assert_int_equal(start(3), VCH_OK);
	assert_int_equal(pay(), VCH_OK);
	assert_int_equal(start(2), VCH_DOWNGRADE);
}

static void assert_refused(const struct vch_manifest *m, enum vch_err want)
{
	size_t batches = rig.batch_cnt;

	for (uint8_t i = 0; i <= VCH_UPGRADE_GIVE; i++)
		assert_int_equal(step(i, m), want);
	assert_int_equal(rig.batch_cnt, batches);
}

static void test_signatures(void **state)
{
	struct vch_ed25519_sk key, unknown;
	struct vch_manifest good, m;

	(void)state;
	rig_manifest_signed(&good, 2, CODE);
	rig_manifest(&m, 2, CODE);
	assert_refused(&m, VCH_SIGNATURE);
	rig_release_key(&key, 2);
	assert_int_equal(vch_manifest_sign(&m, &key), VCH_OK);
	assert_refused(&m, VCH_SIGNATURE); /* one of two */
	m.signature[1] = m.signature[2] = m.signature[0];
	m.signature_cnt = 3;
	assert_refused(&m, VCH_SIGNATURE); /* the same thrice */
	rig_release_key(&unknown, 4);
	m.signature_cnt = 1;
	assert_int_equal(vch_manifest_sign(&m, &unknown), VCH_OK);
	assert_refused(&m, VCH_SIGNATURE); /* and a stranger */
	memcpy(m.signature[1].key, good.signature[1].key, 32);
	assert_refused(&m, VCH_SIGNATURE); /* who says to be another */
	for (size_t i = 0; i < 64; i++) {
		m = good;
		m.signature[i % 2].signature[i] ^= 1;
		assert_int_equal(step(VCH_UPGRADE_CHECK, &m), VCH_SIGNATURE);
	}
	m = good;
	m.release.version++;
	assert_refused(&m, VCH_SIGNATURE);
	m = good;
	m.release.measurement[31] ^= 1;
	assert_refused(&m, VCH_SIGNATURE);
	assert_int_equal(pay(), VCH_OK);
	/* a bad one beside enough good ones does no harm */
	m = good;
	m.signature[2] = m.signature[0];
	m.signature[2].signature[0] ^= 1;
	m.signature_cnt = 3;
	assert_int_equal(step(VCH_UPGRADE_CHECK, &m), VCH_OK);
	assert_int_equal(hand_over(&good), VCH_OK);
}

static void test_release(void **state)
{
	struct vch_manifest m;

	(void)state;
	rig_manifest_signed(&m, 1, CODE);
	assert_refused(&m, VCH_DOWNGRADE);
	rig_manifest_signed(&m, 0, CODE);
	assert_refused(&m, VCH_DOWNGRADE);
	/* on this platform all code has the measurement zero */
	rig_manifest_signed(&m, 2, 0);
	assert_refused(&m, VCH_DOWNGRADE);
	rig_manifest_signed(&m, 2, CODE);
	assert_int_equal(step(VCH_UPGRADE_GIVE, &m), VCH_PHASE);
	assert_int_equal(step(VCH_UPGRADE_GIVE + 1, &m), VCH_FORMAT);
	assert_int_equal(pay(), VCH_OK);
}

/* Only who serves all shards may end for all. */
static void test_part_of_the_shards(void **state)
{
	struct vch_manifest m;

	(void)state;
	rig_manifest_signed(&m, 2, CODE);
	for (uint8_t first = 0; first < 2; first++) {
		rig.shard_first = first;
		rig.shard_cnt = VCH_SHARDS - 1;
		assert_int_equal(start(1), VCH_OK);
		assert_int_equal(step(VCH_UPGRADE_CHECK, &m), VCH_OK);
		assert_int_equal(step(VCH_UPGRADE_RECORD, &m), VCH_PHASE);
		assert_int_equal(step(VCH_UPGRADE_GIVE, &m), VCH_PHASE);
	}
	rig.shard_first = rig.shard_cnt = 0;
	assert_int_equal(start(1), VCH_OK);
	assert_int_equal(hand_over(&m), VCH_OK);
}

static void test_cut_between(void **state)
{
	struct vch_manifest m, other, same;
	size_t batches;

	(void)state;
	rig_manifest_signed(&m, 2, CODE);
	assert_int_equal(step(VCH_UPGRADE_RECORD, &m), VCH_OK);
	batches = rig.batch_cnt;
	/* whichever part would serve: nothing serves, one thing can go on */
	for (uint8_t cnt = 0; cnt < 2; cnt++) {
		rig.shard_cnt = cnt;
		assert_int_equal(start(1), VCH_UPGRADED);
		assert_serves_nothing();
		assert_int_equal(rig_open(&rig), VCH_UPGRADED);
	}
	rig_manifest_signed(&other, 3, CODE);
	assert_refused(&other, VCH_UPGRADED);
	rig_manifest_signed(&other, 2, CODE + 1);
	assert_refused(&other, VCH_UPGRADED);
	rig_manifest(&same, 2, CODE);
	assert_refused(&same, VCH_SIGNATURE);
	assert_int_equal(step(VCH_UPGRADE_CHECK, &m), VCH_OK);
	assert_int_equal(step(VCH_UPGRADE_RECORD, &m), VCH_OK);
	assert_int_equal(step(VCH_UPGRADE_GIVE, &m), VCH_OK);
	assert_int_equal(rig.batch_cnt, batches);
	rig.shard_cnt = 0;
	assert_int_equal(start(2), VCH_OK);
	assert_int_equal(pay(), VCH_OK);
}

/* The end of the old version cannot be cut off its log. */
static void test_rollback(void **state)
{
	struct vch_manifest m;
	size_t before = rig.batch_cnt;

	(void)state;
	rig_manifest_signed(&m, 2, CODE);
	assert_int_equal(step(VCH_UPGRADE_RECORD, &m), VCH_OK);
	rig_cut(&rig, before);
	assert_int_equal(start(1), VCH_ROLLBACK);
	assert_int_equal(start(2), VCH_ROLLBACK);
}

/* Without any manifest: where there is no measurement, the log alone binds. */
static void test_never_down(void **state)
{
	(void)state;
	assert_int_equal(start(3), VCH_OK);
	assert_int_equal(start(1), VCH_DOWNGRADE);
	assert_int_equal(start(2), VCH_DOWNGRADE);
	assert_int_equal(start(3), VCH_OK);
	assert_int_equal(pay(), VCH_OK);
}

/* What began before the snapshots is known from them. */
static void test_snapshots(void **state)
{
	static struct rig_snap snap[VCH_SHARDS];
	size_t behind[VCH_SHARDS];
	struct vch_manifest m;

	(void)state;
	rig_manifest_signed(&m, 2, CODE);
	assert_int_equal(hand_over(&m), VCH_OK);
	assert_int_equal(start(2), VCH_OK);
	for (uint8_t i = 0; i < VCH_SHARDS; i++) {
		assert_int_equal(rig_snap_take(&rig, i, &snap[i]), VCH_OK);
		behind[i] = snap[i].batch_idx + 1;
	}
	for (int version = 1; version <= 3; version++) {
		rig_kill(&rig);
		rig.program = program_of(version);
		assert_int_equal(rig_try_tee(&rig, NO_FAULT), VCH_OK);
		for (uint8_t i = 0; i < VCH_SHARDS; i++)
			assert_int_equal(rig_snap_give(&rig, &snap[i]), VCH_OK);
		assert_int_equal(rig_replay_behind(&rig, behind), VCH_OK);
		assert_int_equal(rig_open(&rig),
				 version == 1 ? VCH_DOWNGRADE : VCH_OK);
	}
	assert_int_equal(pay(), VCH_OK);
}

/* ---- every call fails once ----------------------------------------------- */

/* As much of a hand-over as the plan lets it have. */
static enum vch_err life(const char *plan, const struct vch_manifest *m)
{
	enum vch_err err = start_with(1, plan);

	if (err == VCH_OK || err == VCH_UPGRADED)
		err = step(VCH_UPGRADE_RECORD, m);
	return err == VCH_OK ? step(VCH_UPGRADE_GIVE, m) : err;
}

static void walk(const char *kind)
{
	struct vch_manifest m;
	char plan[64];
	enum vch_err err;
	int n = 0;

	rig_manifest_signed(&m, 2, CODE);
	do {
		size_t batches;

		assert_int_equal(setup(NULL), 0);
		batches = rig.batch_cnt;
		snprintf(plan, sizeof(plan), "%s=%d", kind, ++n);
		err = life(plan, &m);
		/* whatever it was, the next try ends it, and no log is lost */
		assert_true(rig.batch_cnt >= batches);
		assert_int_equal(life(NO_FAULT, &m), VCH_OK);
		assert_int_equal(start(1), VCH_UPGRADED);
		assert_int_equal(start(2), VCH_OK);
		assert_int_equal(pay(), VCH_OK);
		assert_int_equal(teardown(NULL), 0);
	} while (err != VCH_OK && n < WALK_MAX);
	assert_in_range(n, 5, WALK_MAX - 1);
	print_message("# %s: %d\n", kind, n);
}

static void test_every_call(void **state)
{
	(void)state;
	walk("die-call");
	walk("fail-call");
}

static void test_every_reply(void **state)
{
	(void)state;
	walk("die-before");
	walk("die-after");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(test_signatures, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_release, setup, teardown),
		cmocka_unit_test_setup_teardown(test_part_of_the_shards, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_cut_between, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_rollback, setup, teardown),
		cmocka_unit_test_setup_teardown(test_never_down, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_snapshots, setup,
						teardown),
		cmocka_unit_test(test_every_call),
		cmocka_unit_test(test_every_reply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
