/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "host/cli/logwalk.h"
#include "trusted/crypto/ed25519.h"
#include "trusted/log/chain.h"

/* A small writer of logs: one shard, one record a batch. */
struct rig {
	struct vch_ed25519_sk sk;
	uint8_t head[32];
	uint64_t index;
	uint8_t incarnation;
	uint32_t version; /* of whoever writes */
	uint8_t record[VCH_RECORD_MAX];
	struct vch_batch batch;
};

static void rig_make(struct rig *rig)
{
	static const uint8_t seed[32] = {42};

	memset(rig, 0, sizeof(*rig));
	vch_ed25519_sk_from_seed(&rig->sk, seed);
}

static void finish(struct rig *rig, size_t record_len)
{
	struct vch_section *s = &rig->batch.sections[0];
	struct vch_leaves leaves = {.cnt = 1};

	memset(&rig->batch, 0, sizeof(rig->batch));
	rig->batch.sections_cnt = 1;
	s->shard = 3;
	memset(s->incarnation, rig->incarnation, 16);
	s->index = rig->index++;
	memcpy(s->prev_head, rig->head, 32);
	s->records_cnt = 1;
	s->records[0] = vch_span(rig->record, record_len);
	vch_head_add(rig->head, s->records[0]);
	vch_leaf(leaves.hash[0], s->shard, s->incarnation, s->index, rig->head);
	vch_root(rig->batch.root, &leaves);
	vch_root_sign(rig->batch.signature, &rig->sk, rig->batch.root);
}

static void write_start(struct rig *rig)
{
	struct vch_record_head head = {.kind = VCH_RECORD_START};
	struct vch_start start = {.shard = 3, .version = rig->version};
	struct vch_writer w = vch_writer(rig->record, sizeof(rig->record));

	rig->incarnation++;
	rig->index = 0;
	memset(start.incarnation, rig->incarnation, 16);
	memcpy(start.prev_head, rig->head, 32);
	memcpy(start.log_key, rig->sk.pk.b, 32);
	vch_record_head_write(&w, &head);
	vch_start_write(&w, &start);
	assert_false(w.bad);
	finish(rig, w.len);
}

static void write_decision(struct rig *rig, uint16_t code)
{
	struct vch_record_head head = {.kind = VCH_RECORD_DECISION};
	struct vch_decision decision = {.code = code};
	struct vch_writer w = vch_writer(rig->record, sizeof(rig->record));

	vch_record_head_write(&w, &head);
	vch_decision_write(&w, &decision);
	assert_false(w.bad);
	finish(rig, w.len);
}

static void take(struct vch_logwalk *walk, const struct rig *rig)
{
	assert_int_equal(vch_logwalk_batch_var(walk, &rig->batch, NULL, NULL),
			 VCH_OK);
}

static void refuse(struct vch_logwalk *walk, const struct rig *rig)
{
	walk->why = NULL;
	assert_int_equal(vch_logwalk_batch_var(walk, &rig->batch, NULL, NULL),
			 VCH_RECEIPT);
	assert_non_null(walk->why);
}

static void a_whole_log_holds(void **state)
{
	struct vch_logwalk walk;
	struct rig rig;
	int i;

	(void)state;
	rig_make(&rig);
	vch_logwalk_init(&walk, NULL);
	for (i = 0; i < 3; i++) {
		write_start(&rig);
		take(&walk, &rig);
		write_decision(&rig, VCH_OK);
		take(&walk, &rig);
		write_decision(&rig, VCH_LIMIT);
		take(&walk, &rig);
	}
	assert_int_equal(walk.batches, 9);
	assert_int_equal(walk.starts, 3);
	assert_int_equal(walk.approved, 3);
	assert_int_equal(walk.refused, 3);
	assert_memory_equal(walk.log_key, rig.sk.pk.b, 32);
}

static void another_log_key_is_refused(void **state)
{
	static const uint8_t other_seed[32] = {43};
	static const uint8_t pinned[32] = {1};
	struct vch_logwalk walk;
	struct rig rig;

	(void)state;
	rig_make(&rig);
	write_start(&rig);
	vch_logwalk_init(&walk, pinned);
	refuse(&walk, &rig);
	vch_logwalk_init(&walk, NULL);
	take(&walk, &rig);
	vch_ed25519_sk_from_seed(&rig.sk, other_seed);
	write_decision(&rig, VCH_OK);
	refuse(&walk, &rig);
}

static void a_missing_batch_is_noticed(void **state)
{
	struct vch_logwalk walk;
	struct rig rig;

	(void)state;
	rig_make(&rig);
	vch_logwalk_init(&walk, NULL);
	write_start(&rig);
	take(&walk, &rig);
	write_decision(&rig, VCH_OK);
	write_decision(&rig, VCH_OK);
	refuse(&walk, &rig);
}

static void a_log_must_begin_with_a_start(void **state)
{
	struct vch_logwalk walk;
	struct rig rig;

	(void)state;
	rig_make(&rig);
	vch_logwalk_init(&walk, rig.sk.pk.b);
	write_decision(&rig, VCH_OK);
	refuse(&walk, &rig);
}

static void write_snapshot(struct rig *rig, uint8_t shard)
{
	struct vch_record_head head = {.kind = VCH_RECORD_SNAPSHOT};
	struct vch_snapshot snapshot = {.shard = shard,
					.version = rig->version};
	struct vch_writer w = vch_writer(rig->record, sizeof(rig->record));

	memcpy(snapshot.log_key, rig->sk.pk.b, 32);
	vch_record_head_write(&w, &head);
	vch_snapshot_write(&w, &snapshot);
	finish(rig, w.len);
}

/* From its first batch on it is a chain like any other. */
static void a_pruned_log_begins_where_it_is(void **state)
{
	struct vch_logwalk walk, other;
	struct rig rig;

	(void)state;
	rig_make(&rig);
	write_start(&rig);
	write_decision(&rig, VCH_OK);
	vch_logwalk_init(&walk, rig.sk.pk.b);
	walk.pruned = true;
	write_decision(&rig, VCH_OK);
	take(&walk, &rig);
	write_snapshot(&rig, 3);
	take(&walk, &rig);
	assert_int_equal(walk.snapshots, 1);
	/* what it misses now was not pruned; a snapshot is of its shard */
	other = walk;
	write_snapshot(&rig, 4);
	refuse(&other, &rig);
	write_decision(&rig, VCH_OK);
	refuse(&walk, &rig);
}

static void an_index_that_jumps_is_noticed(void **state)
{
	struct vch_logwalk walk;
	struct rig rig;

	(void)state;
	rig_make(&rig);
	vch_logwalk_init(&walk, NULL);
	write_start(&rig);
	take(&walk, &rig);
	rig.index++;
	write_decision(&rig, VCH_OK);
	refuse(&walk, &rig);
}

static void an_incarnation_starts_once(void **state)
{
	struct vch_logwalk walk;
	struct rig rig;

	(void)state;
	rig_make(&rig);
	vch_logwalk_init(&walk, NULL);
	write_start(&rig);
	take(&walk, &rig);
	rig.incarnation--;
	write_start(&rig);
	refuse(&walk, &rig);
}

static void every_changed_part_is_noticed(void **state)
{
	struct vch_logwalk begun, walk;
	struct vch_section *s;
	struct rig rig;

	(void)state;
	rig_make(&rig);
	vch_logwalk_init(&begun, NULL);
	write_start(&rig);
	take(&begun, &rig);
	write_decision(&rig, VCH_OK);
	s = &rig.batch.sections[0];
	uint8_t *const parts[] = {rig.record,	       s->incarnation,
				  s->prev_head,	       rig.batch.root,
				  rig.batch.signature, &s->shard};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		*parts[i] ^= 1;
		walk = begun;
		refuse(&walk, &rig);
		*parts[i] ^= 1;
	}
	walk = begun;
	take(&walk, &rig);
}

static void write_upgrade(struct rig *rig, uint8_t shard, uint32_t to)
{
	struct vch_record_head head = {.kind = VCH_RECORD_UPGRADE};
	struct vch_upgrade upgrade = {
		.shard = shard,
		.from = rig->version,
		.version = to,
	};
	struct vch_writer w = vch_writer(rig->record, sizeof(rig->record));

	vch_record_head_write(&w, &head);
	vch_upgrade_write(&w, &upgrade);
	assert_false(w.bad);
	finish(rig, w.len);
}

/* A log of version 2 that announces version 4. */
static void rig_upgraded(struct rig *rig, struct vch_logwalk *walk)
{
	rig_make(rig);
	vch_logwalk_init(walk, NULL);
	rig->version = 2;
	write_start(rig);
	take(walk, rig);
	write_upgrade(rig, 3, 4);
	take(walk, rig);
}

static void no_older_version_goes_on(void **state)
{
	struct vch_logwalk walk;
	struct rig rig;

	(void)state;
	for (uint32_t next = 1; next <= 5; next++) {
		rig_upgraded(&rig, &walk);
		rig.version = next;
		write_start(&rig);
		(next < 4 ? refuse : take)(&walk, &rig);
	}
	/* nor what says so in a snapshot, where the START was pruned */
	rig_upgraded(&rig, &walk);
	write_snapshot(&rig, 3);
	refuse(&walk, &rig);
	/* an upgrade goes up, and is of its shard */
	rig_upgraded(&rig, &walk);
	write_upgrade(&rig, 3, 2);
	refuse(&walk, &rig);
	rig_upgraded(&rig, &walk);
	write_upgrade(&rig, 4, 5);
	refuse(&walk, &rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_log_holds),
		cmocka_unit_test(another_log_key_is_refused),
		cmocka_unit_test(a_missing_batch_is_noticed),
		cmocka_unit_test(a_log_must_begin_with_a_start),
		cmocka_unit_test(a_pruned_log_begins_where_it_is),
		cmocka_unit_test(an_index_that_jumps_is_noticed),
		cmocka_unit_test(an_incarnation_starts_once),
		cmocka_unit_test(every_changed_part_is_noticed),
		cmocka_unit_test(no_older_version_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
