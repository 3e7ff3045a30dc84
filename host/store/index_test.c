/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "host/store/index.h"

static struct vch_index *index_;
static uint8_t config[4] = "conf";
static uint8_t counters[8];

static int setup(void **state)
{
	(void)state;
	assert_int_equal(vch_index_new(&index_, "/nonexistent"), VCH_OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	vch_index_free(index_);
	return 0;
}

static struct vch_log_pos pos = {1, 16};

static void apply(uint32_t account, uint64_t seq, bool with_config)
{
	struct vch_fold fold = {.item_cnt = 1, .record_cnt = 1};
	struct vch_fold_item *item = &fold.items[0];

	vch_store_be64(item->slot.id + 8, account * UINT64_C(0x9e3779b97f4a));
	memcpy(item->slot.id, &account, sizeof(account));
	item->slot.seq = seq;
	if (with_config)
		item->config = vch_span(config, sizeof(config));
	vch_store_be64(counters, seq);
	item->counters = vch_span(counters, sizeof(counters));
	vch_index_apply(index_, pos, &fold);
}

static uint64_t seq_of(uint32_t account)
{
	struct vch_account_view view;
	uint8_t id[20] = {0};

	vch_store_be64(id + 8, account * UINT64_C(0x9e3779b97f4a));
	memcpy(id, &account, sizeof(account));
	if (vch_index_get(index_, &view, id, false) != VCH_OK)
		return 0;
	assert_int_equal(view.config_len, sizeof(config));
	assert_int_equal(vch_load_be64(view.counters), view.slot.seq);
	return view.slot.seq;
}

static void test_many(void **state)
{
	struct vch_index_stats stats;

	(void)state;
	for (uint32_t i = 1; i <= 5000; i++)
		apply(i, 1, true);
	for (uint32_t i = 1; i <= 5000; i += 2)
		apply(i, 2, false);
	for (uint32_t i = 1; i <= 5000; i++)
		assert_int_equal(seq_of(i), 1 + i % 2);
	assert_int_equal(seq_of(5001), 0);
	vch_index_stats(index_, &stats);
	assert_int_equal(stats.accounts, 5000);
	assert_int_equal(stats.records, 7500);
}

/* The same record again, or an older one, changes nothing. */
static void test_again(void **state)
{
	(void)state;
	apply(1, 1, true);
	apply(1, 3, false);
	apply(1, 2, false);
	apply(1, 3, false);
	assert_int_equal(seq_of(1), 3);
	vch_index_rewind(index_, 0, 0);
	apply(1, 1, true);
	assert_int_equal(seq_of(1), 3);
}

/* Newest first, wherever they stand in the table. */
static void test_latest(void **state)
{
	struct vch_account_view views[8];
	uint32_t first;

	(void)state;
	assert_int_equal(vch_index_latest(index_, views, 8, false), 0);
	for (uint32_t i = 1; i <= 100; i++) {
		pos = (struct vch_log_pos){1 + i / 50, 16 + i % 50};
		apply(i, 1, true);
	}
	pos = (struct vch_log_pos){4, 16};
	apply(7, 2, false);
	assert_int_equal(vch_index_latest(index_, views, 8, false), 8);
	memcpy(&first, views[0].slot.id, sizeof(first));
	assert_int_equal(first, 7);
	for (uint32_t i = 1; i < 8; i++) {
		memcpy(&first, views[i].slot.id, sizeof(first));
		assert_int_equal(first, 101 - i);
		assert_int_equal(views[i].config_len, sizeof(config));
	}
	assert_int_equal(vch_index_latest(index_, views, 1, false), 1);
	pos = (struct vch_log_pos){1, 16};
}

/* A decision of an account that was never made is not one. */
static void test_decision_first(void **state)
{
	(void)state;
	apply(9, 1, false);
	assert_int_equal(seq_of(9), 0);
}

static void test_decode_refuses(void **state)
{
	static struct vch_batch batch;
	struct vch_fold fold;
	uint8_t record[17] = {VCH_RECORD_DECISION};

	(void)state;
	batch.sections_cnt = 1;
	batch.sections[0].records_cnt = 1;
	batch.sections[0].records[0] = vch_span(record, sizeof(record));
	assert_int_equal(vch_fold_decode(&fold, &batch), VCH_CORRUPT);
	record[0] = 99;
	assert_int_equal(vch_fold_decode(&fold, &batch), VCH_CORRUPT);
	batch.sections[0].records[0] = vch_span(record, 0);
	assert_int_equal(vch_fold_decode(&fold, &batch), VCH_CORRUPT);
}

/* One batch of one record through the fold that a log's reader reuses. */
static void fold_record(struct vch_fold *fold, struct vch_span record)
{
	static struct vch_batch batch;

	batch.sections_cnt = 1;
	batch.sections[0].records_cnt = 1;
	batch.sections[0].records[0] = record;
	assert_int_equal(vch_fold_decode(fold, &batch), VCH_OK);
	vch_index_apply(index_, pos, fold);
}

/* What waits is kept by everything but another change. */
static void test_waiting_change(void **state)
{
	static struct vch_config c = {.version = VCH_CONFIG_VERSION};
	static struct vch_fold fold;
	struct vch_record_head head = {VCH_RECORD_CHANGE, 1, 1};
	struct vch_change_record change = {
		.slot.seq = 1,
		.counters = vch_span(counters, sizeof(counters)),
		.change = vch_span("the change", 10),
	};
	struct vch_resumed resumed = {.counters = change.counters};
	struct vch_key_record key = {.counters = change.counters};
	struct vch_account_view view;
	uint8_t config_buf[VCH_CONFIG_MAX], buf[VCH_RECORD_MAX];
	struct vch_writer wc = vch_writer(config_buf, sizeof(config_buf));
	struct vch_writer w = vch_writer(buf, sizeof(buf));

	(void)state;
	c.pending_due = 9;
	assert_int_equal(vch_config_encode(&wc, &c), VCH_OK);
	change.config = vch_written(&wc);
	vch_record_head_write(&w, &head);
	assert_int_equal(vch_change_record_encode(&w, &change), VCH_OK);
	fold_record(&fold, vch_written(&w));

	/* a key's record in the same place of the fold has none */
	w = vch_writer(buf, sizeof(buf));
	head.kind = VCH_RECORD_KEY;
	key.slot.id[0] = 1;
	key.slot.seq = 1;
	key.slot.flags = VCH_SLOT_KEY;
	key.config = vch_span("none", 4);
	vch_record_head_write(&w, &head);
	assert_int_equal(vch_key_record_encode(&w, &key), VCH_OK);
	fold_record(&fold, vch_written(&w));
	assert_int_equal(vch_index_get(index_, &view, key.slot.id, false),
			 VCH_OK);
	assert_int_equal(view.change_len, 0);

	w = vch_writer(buf, sizeof(buf));
	head.kind = VCH_RECORD_RESUME;
	resumed.slot.seq = 2;
	resumed.config = change.config;
	vch_record_head_write(&w, &head);
	assert_int_equal(vch_resumed_encode(&w, &resumed), VCH_OK);
	fold_record(&fold, vch_written(&w));
	assert_int_equal(vch_index_get(index_, &view, resumed.slot.id, false),
			 VCH_OK);
	assert_int_equal(view.slot.seq, 2);
	assert_int_equal(view.change_len, 10);
	assert_memory_equal(view.change, "the change", 10);

	/* a refused one leaves it, one that waits for nothing ends it */
	for (change.slot.seq = 3; change.slot.seq < 5; change.slot.seq++) {
		c.pending_due = 0;
		wc = vch_writer(config_buf, sizeof(config_buf));
		assert_int_equal(vch_config_encode(&wc, &c), VCH_OK);
		change.config = change.slot.seq == 3 ? vch_span(NULL, 0)
						     : vch_written(&wc);
		w = vch_writer(buf, sizeof(buf));
		head.kind = VCH_RECORD_CHANGE;
		vch_record_head_write(&w, &head);
		assert_int_equal(vch_change_record_encode(&w, &change), VCH_OK);
		fold_record(&fold, vch_written(&w));
		assert_int_equal(
			vch_index_get(index_, &view, change.slot.id, false),
			VCH_OK);
		assert_int_equal(view.change_len,
				 change.slot.seq == 3 ? 10 : 0);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_many),		T(test_again),
		T(test_latest),		T(test_decision_first),
		T(test_decode_refuses), T(test_waiting_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
