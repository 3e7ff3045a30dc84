/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshots through the door of the real vouch-tee. The twin: the same random
 * life of a device, once folded from its whole log and once from snapshots of
 * random age and the log behind each, gives the same state. And no page but
 * the right ones brings it up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/rig_key.h"
#include "tests/rig_snapshot.h"
#include "trusted/log/chain.h"

#define ETHER UINT64_C(1000000000000000000)
#define ACCOUNTS 6
#define KEYS 3
#define SLOTS_MAX 256

static struct rig rig;
static struct vch_demo_passkey passkey;
static struct rig_account account;

static int setup(void **state)
{
	(void)state;
	rig_make(&rig);
	rig_boot(&rig);
	rig_passkey(&passkey);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_free(&rig);
	return 0;
}

static enum vch_err page_out(uint8_t shard, uint32_t page,
			     struct vch_snapshot_answer *ret)
{
	return rig_page_out(&rig, shard, page, ret);
}

static void take(struct rig_snap *ret, uint8_t shard)
{
	assert_int_equal(rig_snap_take(&rig, shard, ret), VCH_OK);
}

static enum vch_err page_in(struct rig *to, uint8_t shard,
			    const struct rig_snap *k, uint32_t page, bool last)
{
	return rig_page_in(to, shard, k, page,
			   last ? &rig.batch[k->batch_idx] : NULL);
}

static enum vch_err give(uint8_t shard, struct rig_snap *k)
{
	k->shard = shard;
	return rig_snap_give(&rig, k);
}

static void new_tee(void)
{
	rig_kill(&rig);
	rig_start_tee(&rig, NULL);
}

/* ---- the twin ----------------------------------------------------------- */

/* All of the state that can be seen: every slot, every past, each shard. */
struct state {
	struct vch_kept_slot slot[SLOTS_MAX];
	size_t slot_cnt;
	struct vch_past_place place[VCH_SHARDS][SLOTS_MAX];
	size_t place_cnt[VCH_SHARDS];
	uint32_t unclean_cnt[VCH_SHARDS];
	uint64_t counter[VCH_SHARDS];
};

static int by_id(const void *a, const void *b)
{
	return memcmp(((const struct vch_kept_slot *)a)->slot.id,
		      ((const struct vch_kept_slot *)b)->slot.id, 20);
}

/* Their order within one second does not matter. */
static int by_incarnation(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

static void look_at_page(struct state *s, uint8_t shard, struct vch_span bytes)
{
	struct vch_snapshot_page page;

	assert_int_equal(vch_snapshot_page_decode(&page, bytes), VCH_OK);
	for (uint8_t i = 0; i < page.places_cnt; i++)
		s->place[shard][s->place_cnt[shard]++] = page.places[i];
	for (uint8_t i = 0; i < page.slots_cnt; i++) {
		assert_int_equal(vch_shard_of(page.slots[i].slot.id), shard);
		s->slot[s->slot_cnt++] = page.slots[i];
	}
}

static void look(struct state *ret)
{
	static struct vch_batch batch;
	static struct rig_snap k;
	struct vch_record_head head;
	struct vch_snapshot snapshot;
	struct vch_reader r;

	memset(ret, 0, sizeof(*ret));
	for (uint8_t i = 0; i < VCH_SHARDS; i++) {
		take(&k, i);
		for (uint32_t j = 0; j < k.page_cnt; j++)
			look_at_page(ret, i,
				     vch_span(k.page[j], k.page_len[j]));
		rig_last_batch(&rig, &batch);
		r = vch_reader(batch.sections[0].records[0]);
		vch_record_head_read(&r, &head);
		vch_snapshot_read(&r, &snapshot);
		assert_int_equal(vch_reader_end(&r), VCH_OK);
		assert_memory_equal(snapshot.log_key, rig.log_key, 32);
		ret->unclean_cnt[i] = snapshot.unclean_cnt;
		qsort(ret->place[i], ret->place_cnt[i],
		      sizeof(ret->place[i][0]), by_incarnation);
		ret->counter[i] = batch.sections[0].counter;
	}
	qsort(ret->slot, ret->slot_cnt, sizeof(ret->slot[0]), by_id);
}

static void assert_same(const struct state *a, const struct state *b)
{
	assert_int_equal(a->slot_cnt, b->slot_cnt);
	for (size_t i = 0; i < a->slot_cnt; i++) {
		uint8_t bytes[2][VCH_KEPT_SLOT_ENC_MAX];
		struct vch_writer wa = vch_writer(bytes[0], sizeof(bytes[0]));
		struct vch_writer wb = vch_writer(bytes[1], sizeof(bytes[1]));

		vch_kept_slot_write(&wa, &a->slot[i]);
		vch_kept_slot_write(&wb, &b->slot[i]);
		assert_memory_equal(bytes[0], bytes[1], sizeof(bytes[0]));
	}
	assert_memory_equal(a->unclean_cnt, b->unclean_cnt,
			    sizeof(a->unclean_cnt));
	assert_memory_equal(a->counter, b->counter, sizeof(a->counter));
	assert_memory_equal(a->place_cnt, b->place_cnt, sizeof(a->place_cnt));
	for (size_t i = 0; i < VCH_SHARDS; i++) {
		for (size_t j = 0; j < a->place_cnt[i]; j++) {
			assert_memory_equal(a->place[i][j].incarnation,
					    b->place[i][j].incarnation, 16);
			assert_int_equal(a->place[i][j].end,
					 b->place[i][j].end);
		}
	}
}

/* The clocks that the newest START records carry. */
static void clocks(uint64_t ret[2])
{
	static struct vch_batch batch;
	struct vch_record_head head;
	struct vch_reader r;

	rig_last_batch(&rig, &batch);
	r = vch_reader(batch.sections[0].records[0]);
	vch_record_head_read(&r, &head);
	assert_int_equal(head.kind, VCH_RECORD_START);
	ret[0] = head.refill_s;
	ret[1] = head.expiry_s;
}

struct life {
	struct rig_account account[ACCOUNTS];
	uint64_t nonce[ACCOUNTS];
	size_t account_cnt;
	struct rig_key key[KEYS];
	size_t key_cnt;
	struct rig_snap kept[VCH_SHARDS];
	bool has[VCH_SHARDS];
};

static void pay_some(struct life *l)
{
	size_t who = (size_t)rand() % l->account_cnt;
	struct vch_cosign_result res;
	struct rig_op op;

	/* sometimes more than there is: a refusal is a record too */
	rig_payment(&op, &l->account[who], &passkey, l->nonce[who]++,
		    rand() % 4 == 0 ? ETHER : ETHER / 1000);
	(void)!rig_cosign_one(&rig, &l->account[who], &op, &res);
}

/* Made, used within a limit, and the last of them deleted. */
static void key_some(struct life *l)
{
	struct vch_key_policy policy =
		key_policy(VCH_PURPOSE_MESSAGE, VCH_KEY_ED25519);
	struct rig_key *key = &l->key[l->key_cnt];
	struct vch_key_request req;
	const uint8_t text = (uint8_t)rand();
	uint8_t sig[65], erased;

	policy.ops_daily = 3;
	if (l->key_cnt < KEYS) {
		assert_int_equal(key_generate(&rig, key, &policy), VCH_OK);
		l->key_cnt++;
		return;
	}
	key = &l->key[(size_t)rand() % KEYS];
	if (key == &l->key[KEYS - 1] && !(key->slot.flags & VCH_SLOT_DELETED)) {
		req = key_request(key, 0, NULL, 0);
		assert_int_equal(key_delete(&rig, key, &req, &erased), VCH_OK);
	} else {
		(void)!key_sign(&rig, key, VCH_PAYLOAD_MESSAGE, &text, 1, sig);
	}
}

static void freeze_some(struct life *l)
{
	struct rig_account *a = &l->account[(size_t)rand() % l->account_cnt];
	struct vch_change change;
	struct vch_config config;

	rig_change_begin(&change, &config, a);
	change.policy.fee_max -= 1;
	assert_int_equal(rig_change(&rig, a, &passkey, &change), VCH_OK);
}

/* Ends well or not. */
static void end_some(void)
{
	static const uint8_t final = 1;

	if (rand() % 2)
		assert_int_equal(rig_call(&rig, VCH_CMD_CLOSE,
					  vch_span(&final, 1), NULL),
				 VCH_OK);
}

/* From the whole log, or from what snapshots there are and the rest. */
static void come_up(struct life *l, bool whole)
{
	size_t behind[VCH_SHARDS] = {0};

	new_tee();
	for (uint8_t i = 0; i < VCH_SHARDS && !whole; i++) {
		if (!l->has[i])
			continue;
		assert_int_equal(give(i, &l->kept[i]), VCH_OK);
		behind[i] = l->kept[i].batch_idx + 1;
	}
	assert_int_equal(rig_replay_behind(&rig, behind), VCH_OK);
	assert_int_equal(rig_open(&rig), VCH_OK);
}

static void restart(struct life *l)
{
	end_some();
	come_up(l, false);
}

static void live(struct life *l, int steps)
{
	for (int i = 0; i < steps; i++) {
		uint8_t shard = (uint8_t)(rand() % VCH_SHARDS);
		int what = rand() % 12;

		if (l->account_cnt < ACCOUNTS && (what == 0 || i < 1))
			assert_int_equal(
				rig_create(&rig, &l->account[l->account_cnt++],
					   &passkey),
				VCH_OK);
		else if (what < 5)
			pay_some(l);
		else if (what == 5)
			key_some(l);
		else if (what == 6)
			freeze_some(l);
		else if (what == 7)
			restart(l);
		else if (what < 10)
			shard = vch_shard_of(
				l->account[(size_t)rand() % l->account_cnt]
					.address);
		if (what < 8)
			continue;
		take(&l->kept[shard], shard);
		l->has[shard] = true;
	}
}

/* Two devices' worth of hindsight: the log is cut back and told twice. */
static void test_twin(void **state)
{
	static struct state by_log, by_snapshots;
	struct life *l = calloc(1, sizeof(*l));
	uint64_t clock[2][2];
	size_t cnt;

	(void)state;
	assert_non_null(l);
	rig.window_s = 60;
	rig.window_records = 4;
	new_tee();
	assert_int_equal(rig_replay(&rig, rig.batch_cnt), VCH_OK);
	assert_int_equal(rig_open(&rig), VCH_OK);
	live(l, 90);
	end_some();
	/* with windows the counter would tell one of the two that it is late */
	rig.window_s = VCH_WINDOW_NEVER;
	cnt = rig.batch_cnt;
	come_up(l, true);
	clocks(clock[0]);
	look(&by_log);
	rig_cut(&rig, cnt);
	come_up(l, false);
	clocks(clock[1]);
	look(&by_snapshots);
	assert_same(&by_log, &by_snapshots);
	/* both lived on since they came up, one of them longer */
	for (size_t i = 0; i < 2; i++)
		assert_in_range(clock[1][i], clock[0][i] - 3, clock[0][i] + 3);
	assert_int_not_equal(by_log.slot_cnt, 0);
	assert_int_not_equal(l->key_cnt, 0);
	free(l);
}

/* ---- what is refused ---------------------------------------------------- */

/* All accounts in shard 10, more than one page of them. */
static uint32_t fill_shard(void)
{
	static const uint8_t one[6] = {10, 1, 0xff, 0xff, 0, 0};

	new_tee();
	assert_int_equal(rig_replay(&rig, rig.batch_cnt), VCH_OK);
	assert_int_equal(rig_call(&rig, VCH_CMD_START, vch_span(one, 6), NULL),
			 VCH_OK);
	for (int i = 0; i < VCH_SNAPSHOT_PAGE_SLOTS_MAX + 2; i++)
		assert_int_equal(rig_create(&rig, &account, &passkey), VCH_OK);
	return 2;
}

static void test_pages_out(void **state)
{
	struct vch_snapshot_answer ans;
	struct vch_cosign_result res;
	struct rig_op op;

	(void)state;
	assert_int_equal(page_out(VCH_SHARDS, 0, &ans), VCH_SNAPSHOT);
	assert_int_equal(page_out(10, 1, &ans), VCH_SNAPSHOT);
	fill_shard();
	assert_int_equal(page_out(11, 0, &ans), VCH_SNAPSHOT);
	assert_int_equal(page_out(10, 0, &ans), VCH_OK);
	assert_true(ans.more);
	assert_int_equal(page_out(10, 2, &ans), VCH_SNAPSHOT);
	/* a record in between: begin anew */
	rig_payment(&op, &account, &passkey, 0, ETHER / 1000);
	assert_int_equal(rig_cosign_one(&rig, &account, &op, &res), VCH_OK);
	assert_int_equal(page_out(10, 1, &ans), VCH_SNAPSHOT);
	assert_int_equal(page_out(10, 0, &ans), VCH_OK);
	assert_int_equal(page_out(10, 1, &ans), VCH_OK);
	assert_false(ans.more);
	assert_int_equal(page_out(10, 1, &ans), VCH_SNAPSHOT);
}

/* The error with which k does not come in; nothing is served after it. */
static enum vch_err refused(struct rig_snap *k)
{
	enum vch_err err;

	new_tee();
	err = give(10, k);
	assert_int_not_equal(err, VCH_OK);
	assert_int_equal(rig_open(&rig), VCH_PHASE);
	return err;
}

static void test_pages_in(void **state)
{
	static struct rig_snap older, newer, mixed;
	struct vch_cosign_result res;
	struct rig_op op;

	(void)state;
	fill_shard();
	take(&older, 10);
	rig_payment(&op, &account, &passkey, 0, ETHER / 1000);
	assert_int_equal(rig_cosign_one(&rig, &account, &op, &res), VCH_OK);
	take(&newer, 10);
	assert_int_equal(older.page_cnt, 2);
	assert_int_equal(newer.page_cnt, 2);

	/* an old page among new ones, an old record over new pages */
	mixed = newer;
	memcpy(mixed.page[1], older.page[1], older.page_len[1]);
	assert_int_equal(mixed.page_len[1], older.page_len[1]);
	assert_int_equal(refused(&mixed), VCH_SNAPSHOT);
	mixed = newer;
	mixed.batch_idx = older.batch_idx;
	assert_int_equal(refused(&mixed), VCH_SNAPSHOT);
	/* one missing, one twice, the other way round */
	mixed = newer;
	mixed.page_cnt = 1;
	assert_int_equal(refused(&mixed), VCH_SNAPSHOT);
	memcpy(mixed.page[1], newer.page[0], newer.page_len[0]);
	mixed.page_len[1] = newer.page_len[0];
	mixed.page_cnt = 2;
	assert_int_equal(refused(&mixed), VCH_SNAPSHOT);
	/* another record of the log in the snapshot's place */
	mixed = newer;
	mixed.batch_idx--;
	assert_int_equal(refused(&mixed), VCH_SNAPSHOT);
	/* the right ones come in, both */
	new_tee();
	assert_int_equal(give(10, &older), VCH_OK);
	new_tee();
	assert_int_equal(give(10, &newer), VCH_OK);
}

/* Any bit of a page, or of its record's batch. */
static void test_tampered(void **state)
{
	static struct rig_snap k, bad;
	struct rig_batch *b;
	uint8_t shard;

	(void)state;
	assert_int_equal(rig_create(&rig, &account, &passkey), VCH_OK);
	shard = vch_shard_of(account.address);
	take(&k, shard);
	for (size_t at = 0; at < k.page_len[0]; at += 5) {
		enum vch_err err;

		bad = k;
		bad.page[0][at] ^= 0x10;
		new_tee();
		err = give(shard, &bad);
		assert_true(err == VCH_SNAPSHOT || err == VCH_FORMAT);
		assert_int_equal(rig_open(&rig), VCH_PHASE);
	}
	b = &rig.batch[k.batch_idx];
	/* root and signature are for others */
	for (size_t at = 0; at < b->len - 96; at += 5) {
		enum vch_err err;

		new_tee();
		b->bytes[at] ^= 0x10;
		err = give(shard, &k);
		b->bytes[at] ^= 0x10;
		assert_true(err == VCH_SNAPSHOT || err == VCH_FORMAT ||
			    err == VCH_TAG);
		assert_int_equal(rig_open(&rig), VCH_PHASE);
	}
}

static void test_order(void **state)
{
	static struct rig_snap k;
	struct rig other;

	(void)state;
	fill_shard();
	take(&k, 10);
	/* half of one is nothing to start or to replay on */
	new_tee();
	assert_int_equal(page_in(&rig, 10, &k, 0, false), VCH_OK);
	assert_int_equal(rig_open(&rig), VCH_SNAPSHOT);
	new_tee();
	assert_int_equal(page_in(&rig, 10, &k, 0, false), VCH_OK);
	assert_int_equal(rig_replay(&rig, 1), VCH_SNAPSHOT);
	new_tee();
	assert_int_equal(page_in(&rig, 10, &k, 0, false), VCH_OK);
	assert_int_equal(page_in(&rig, 11, &k, 1, true), VCH_SNAPSHOT);
	/* twice, and after a replay */
	new_tee();
	assert_int_equal(give(10, &k), VCH_OK);
	assert_int_equal(give(10, &k), VCH_SNAPSHOT);
	new_tee();
	assert_int_equal(rig_replay(&rig, 1), VCH_OK);
	assert_int_equal(give(10, &k), VCH_SNAPSHOT);
	/* as another shard's; on another device */
	new_tee();
	assert_int_equal(give(9, &k), VCH_SNAPSHOT);
	rig_make(&other);
	rig_start_tee(&other, NULL);
	assert_int_equal(page_in(&other, 10, &k, 0, false), VCH_OK);
	assert_int_equal(page_in(&other, 10, &k, 1, true), VCH_TAG);
	rig_free(&other);
}

/* A snapshot is no way around the counters: what is behind it must come. */
static void test_rollback(void **state)
{
	static struct rig_snap k[VCH_SHARDS];
	struct vch_cosign_result res;
	size_t behind[VCH_SHARDS];
	struct rig_op op;

	(void)state;
	rig.window_s = 0;
	rig_free(&rig);
	rig_make(&rig);
	rig.window_s = 0;
	rig_boot(&rig);
	assert_int_equal(rig_create(&rig, &account, &passkey), VCH_OK);
	for (uint8_t i = 0; i < VCH_SHARDS; i++) {
		take(&k[i], i);
		behind[i] = k[i].batch_idx + 1;
	}
	for (uint64_t i = 0; i < 2; i++) {
		rig_payment(&op, &account, &passkey, i, ETHER / 1000);
		assert_int_equal(rig_cosign_one(&rig, &account, &op, &res),
				 VCH_OK);
	}
	new_tee();
	for (uint8_t i = 0; i < VCH_SHARDS; i++)
		assert_int_equal(give(i, &k[i]), VCH_OK);
	assert_int_equal(rig_open(&rig), VCH_ROLLBACK);
	new_tee();
	for (uint8_t i = 0; i < VCH_SHARDS; i++)
		assert_int_equal(give(i, &k[i]), VCH_OK);
	assert_int_equal(rig_replay_behind(&rig, behind), VCH_OK);
	assert_int_equal(rig_open(&rig), VCH_OK);
	rig_payment(&op, &account, &passkey, 7, ETHER / 1000);
	assert_int_equal(rig_cosign_one(&rig, &account, &op, &res), VCH_OK);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_twin),	  T(test_pages_out), T(test_pages_in),
		T(test_tampered), T(test_order),     T(test_rollback),
	};
	const char *seed = getenv("VCH_SEED");

	printf("seed %s\n", seed ? seed : "1");
	srand(seed ? (unsigned)strtoul(seed, NULL, 10) : 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
