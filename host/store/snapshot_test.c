/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of snapshots: form, damage, which are taken and kept, and a log that
 * is read from where they stand. The records are made here, without a key:
 * only the trusted application looks at those.
 */
#include "host/base/file.h"
#include "host/store/log_testing.h"
#include "host/store/prune.h"
#include "host/store/snapshot.h"
#include "trusted/crypto/sha256.h"

#define ACCOUNTS 3

/* The bytes of the newest record that is made here. */
static uint8_t own[VCH_RECORD_MAX];

/* A batch of the maker's shard with that one record. */
static const struct vch_log_batch *batch_of(struct vch_span record)
{
	struct maker *m = &main_maker;
	struct vch_writer w = vch_writer(m->buf, sizeof(m->buf));
	struct vch_batch *b = calloc(1, sizeof(*b));
	struct vch_leaves leaves = {.cnt = 1};

	assert_non_null(b);
	b->sections_cnt = 1;
	b->sections[0].shard = m->shard;
	b->sections[0].index = m->index;
	memcpy(b->sections[0].prev_head, m->head, 32);
	b->sections[0].records_cnt = 1;
	b->sections[0].records[0] = record;
	vch_head_add(m->head, record);
	vch_leaf(leaves.hash[0], m->shard, b->sections[0].incarnation,
		 m->index++, m->head);
	vch_root(b->root, &leaves);
	vch_batch_write(&w, b);
	free(b);
	assert_int_equal(vch_log_batch_parse(&batch, vch_written(&w)), VCH_OK);
	return &batch;
}

/* An account of the maker's shard; its counters say which and seq. */
static void account_of(struct vch_account_record *ret, uint8_t i, uint64_t seq,
		       uint8_t bytes[8])
{
	uint8_t config_hash[32];

	memset(ret, 0, sizeof(*ret));
	ret->slot.id[0] = i;
	for (uint16_t n = 0; vch_shard_of(ret->slot.id) != main_maker.shard;
	     n++) {
		ret->slot.id[18] = (uint8_t)(n >> 8);
		ret->slot.id[19] = (uint8_t)n;
	}
	ret->slot.seq = seq;
	vch_store_be64(bytes, (uint64_t)i << 56 | seq);
	ret->config = vch_span("conf", 4);
	ret->counters = vch_span(bytes, 8);
	vch_sha256_hash(config_hash, ret->config);
	vch_slot_state(ret->slot.state, config_hash, ret->counters);
}

/* Its record, into the log and the index. */
static void write_account(struct vch_index *index, uint8_t i, uint64_t seq)
{
	struct vch_record_head head = {VCH_RECORD_ACCOUNT, 1, 1};
	struct vch_writer w = vch_writer(own, sizeof(own));
	static struct vch_fold fold;
	struct vch_account_record rec;
	struct vch_log_pos pos;
	uint8_t bytes[8];

	account_of(&rec, i, seq, bytes);
	vch_record_head_write(&w, &head);
	vch_account_record_write(&w, &rec);
	batch_of(vch_written(&w));
	assert_int_equal(vch_log_append(logs, &pos, &batch), VCH_OK);
	assert_int_equal(vch_fold_decode(&fold, &batch.batch), VCH_OK);
	vch_index_apply(index, pos, &fold);
}

/* The page that the trusted application would give. */
static struct vch_span page_of(uint8_t buf[VCH_PAGE_MAX], uint64_t seq)
{
	static struct vch_snapshot_page page;
	struct vch_account_record rec;
	uint8_t bytes[8];
	struct vch_writer w = vch_writer(buf, VCH_PAGE_MAX);

	page.slots_cnt = ACCOUNTS;
	for (uint8_t i = 0; i < ACCOUNTS; i++) {
		account_of(&rec, i, seq, bytes);
		page.slots[i].slot = rec.slot;
	}
	vch_snapshot_page_write(&w, &page);
	return vch_written(&w);
}

/* Its record and its file. */
static enum vch_err write_snapshot(struct vch_index *index, uint64_t seq)
{
	struct vch_record_head head = {VCH_RECORD_SNAPSHOT, 1, 1};
	struct vch_snapshot rec = {.shard = main_maker.shard, .page_cnt = 1};
	struct vch_buf pages = vch_buf(1 << 20), entries = vch_buf(1 << 20);
	struct vch_snap snap = {.name = {.shard = main_maker.shard}};
	uint8_t buf[VCH_PAGE_MAX], record[200];
	struct vch_writer w = vch_writer(record, sizeof(record));
	struct vch_span page = page_of(buf, seq);
	enum vch_err err;

	err = vch_snap_gather(&pages, &entries, index, page);
	if (err == VCH_OK) {
		vch_sha256_hash(rec.pages_hash, page);
		vch_record_head_write(&w, &head);
		vch_snapshot_write(&w, &rec);
		batch_of(vch_written(&w));
		assert_int_equal(vch_log_append(logs, &snap.name.pos, &batch),
				 VCH_OK);
		snap.pages = vch_buf_span(&pages);
		snap.entries = vch_buf_span(&entries);
		snap.records = ACCOUNTS;
		err = vch_snap_write(dir, &snap);
	}
	vch_buf_free(&pages);
	vch_buf_free(&entries);
	return err;
}

static struct vch_index *index_of_accounts(uint64_t seq)
{
	struct vch_index *index;

	assert_int_equal(vch_index_new(&index, dir), VCH_OK);
	for (uint8_t i = 0; i < ACCOUNTS; i++)
		write_account(index, i, seq);
	return index;
}

/* The counters of account i begin with this sequence number's bytes. */
static void check_account(struct vch_index *index, uint8_t i, uint64_t seq)
{
	struct vch_account_view view;
	struct vch_account_record rec;
	uint8_t bytes[8];

	account_of(&rec, i, seq, bytes);
	assert_int_equal(vch_index_get(index, &view, rec.slot.id, true),
			 VCH_OK);
	assert_int_equal(view.slot.seq, seq);
	assert_memory_equal(view.counters, bytes, 8);
	assert_int_equal(view.config_len, 4);
	assert_int_not_equal(view.receipt_len, 0);
	free(view.receipt);
}

static size_t file_cnt(const char *ending)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	size_t cnt = 0;

	assert_non_null(d);
	while ((e = readdir(d))) {
		const char *dot = strchr(e->d_name, '.');

		cnt += dot && strcmp(dot, ending) == 0;
	}
	closedir(d);
	return cnt;
}

/* What was saved comes back, checked against the log. */
static void test_back(void **state)
{
	struct vch_index *index = index_of_accounts(1), *again;
	struct vch_log_from from;
	struct vch_index_stats stats;

	(void)state;
	assert_int_equal(write_snapshot(index, 1), VCH_OK);
	assert_int_equal(vch_index_new(&again, dir), VCH_OK);
	vch_snaps_load(&from, again, dir);
	vch_index_stats(again, &stats);
	assert_int_equal(stats.accounts, ACCOUNTS);
	/* other shards have none: the log will be read from its start */
	assert_int_equal(stats.records, 0);
	assert_int_equal(from.behind[main_maker.shard].segment, 1);
	assert_int_equal(from.behind[0].segment, 0);
	for (uint8_t i = 0; i < ACCOUNTS; i++)
		check_account(again, i, 1);
	vch_index_free(again);
	vch_index_free(index);
}

/* An index that knows other than the trusted application saves nothing. */
static void test_stale(void **state)
{
	struct vch_index *index = index_of_accounts(1);

	(void)state;
	assert_int_equal(write_snapshot(index, 2), VCH_STALE);
	assert_int_equal(file_cnt(".snap"), 0);
	vch_index_free(index);
}

/* Two are kept; the newest good one is taken. */
static void test_kept(void **state)
{
	struct vch_index *index = index_of_accounts(1);
	struct vch_snap_name names[VCH_SNAPS_LIST_MAX];
	struct vch_snap *snap;
	uint32_t removed;

	(void)state;
	assert_null(vch_snap_newest(dir, main_maker.shard));
	for (uint64_t seq = 2; seq < 6; seq++) {
		for (uint8_t i = 0; i < ACCOUNTS; i++)
			write_account(index, i, seq);
		assert_int_equal(write_snapshot(index, seq), VCH_OK);
	}
	assert_int_equal(vch_snaps_list(names, VCH_SNAPS_LIST_MAX, dir,
					main_maker.shard),
			 2);
	assert_true(vch_log_pos_after(names[0].pos, names[1].pos));
	assert_int_equal(vch_snaps_list(names, 1, dir, main_maker.shard), 1);
	snap = vch_snap_newest(dir, main_maker.shard);
	assert_non_null(snap);
	assert_int_equal(snap->name.pos.offset, names[0].pos.offset);
	vch_snap_free(snap);
	assert_int_equal(vch_snaps_remove(&removed, dir), VCH_OK);
	assert_int_equal(removed, 2);
	vch_index_free(index);
}

static void file_path(char path[PATH_MAX], const struct vch_snap_name *n)
{
	snprintf(path, PATH_MAX, "%s/%02u-%010u-%010u.snap", dir, n->shard,
		 n->pos.segment, n->pos.offset);
}

/* Any byte changed, any length: it is not taken, the one before it is. */
static void test_damage(void **state)
{
	struct vch_index *index = index_of_accounts(1);
	struct vch_snap_name names[VCH_SNAPS_LIST_MAX];
	struct vch_buf bytes = vch_buf(1 << 20);
	struct vch_snap parsed, *snap;
	char path[PATH_MAX];

	(void)state;
	assert_int_equal(write_snapshot(index, 1), VCH_OK);
	assert_int_equal(write_snapshot(index, 1), VCH_OK);
	assert_int_equal(vch_snaps_list(names, 2, dir, main_maker.shard), 2);
	file_path(path, &names[0]);
	assert_int_equal(vch_file_read(&bytes, path), VCH_OK);
	for (size_t i = 0; i < bytes.len; i++) {
		bytes.ptr[i] ^= 4;
		assert_int_equal(vch_snap_parse(&parsed, vch_buf_span(&bytes)),
				 VCH_SNAPSHOT);
		bytes.ptr[i] ^= 4;
		assert_int_equal(
			vch_snap_parse(&parsed, vch_span(bytes.ptr, i)),
			VCH_SNAPSHOT);
	}
	assert_int_equal(vch_snap_parse(&parsed, vch_buf_span(&bytes)), VCH_OK);
	assert_int_equal(truncate(path, 20), 0);
	snap = vch_snap_newest(dir, main_maker.shard);
	assert_non_null(snap);
	assert_int_equal(snap->name.pos.offset, names[1].pos.offset);
	vch_snap_free(snap);
	assert_int_equal(file_cnt(".bad"), 1);
	vch_buf_free(&bytes);
	vch_index_free(index);
}

/* A file with a right sum is none of this log if the log does not say so. */
static void test_other_log(void **state)
{
	struct vch_index *index = index_of_accounts(1);
	struct vch_snap_name name, wrong;
	char from[PATH_MAX], to[PATH_MAX];
	struct vch_snap *snap;

	(void)state;
	assert_int_equal(write_snapshot(index, 1), VCH_OK);
	assert_int_equal(vch_snaps_list(&name, 1, dir, main_maker.shard), 1);
	file_path(from, &name);
	/* under another name; over another record; beyond the end */
	wrong = name;
	wrong.pos.offset = VCH_SEGMENT_HEAD;
	file_path(to, &wrong);
	assert_int_equal(rename(from, to), 0);
	assert_int_equal(vch_snap_read(&snap, dir, &wrong), VCH_SNAPSHOT);
	assert_int_equal(rename(to, from), 0);
	assert_int_equal(vch_snap_read(&snap, dir, &name), VCH_OK);
	snap->name = wrong;
	assert_int_equal(vch_snap_write(dir, snap), VCH_OK);
	vch_snap_free(snap);
	assert_int_equal(vch_snap_read(&snap, dir, &wrong), VCH_SNAPSHOT);
	path_of(to, 1);
	assert_int_equal(truncate(to, name.pos.offset), 0);
	assert_int_equal(vch_snap_read(&snap, dir, &name), VCH_SNAPSHOT);
	vch_index_free(index);
}

static enum vch_err count_only(void *ctx, struct vch_log_pos pos,
			       const struct vch_log_batch *b)
{
	(void)pos;
	(void)b;
	(*(uint64_t *)ctx)++;
	return VCH_OK;
}

static enum vch_err count_frames(void *ctx, struct vch_log_pos pos,
				 struct vch_span b)
{
	(void)pos;
	(void)b;
	(*(uint64_t *)ctx)++;
	return VCH_OK;
}

/* Read from the snapshot on: its own frame, and what is behind it. */
static void test_log_from(void **state)
{
	struct vch_index *index = index_of_accounts(1);
	struct vch_log_from from;
	struct vch_snap_name name;
	char path[PATH_MAX];
	uint64_t cnt = 0;

	(void)state;
	vch_log_close(logs);
	assert_int_equal(vch_log_open(&logs, dir, NULL, NULL, NULL), VCH_OK);
	assert_int_equal(write_snapshot(index, 1), VCH_OK);
	write_account(index, 0, 2);
	write_account(index, 1, 2);
	assert_int_equal(vch_snaps_list(&name, 1, dir, main_maker.shard), 1);
	for (uint8_t i = 0; i < VCH_SHARDS; i++)
		from.behind[i] = name.pos;
	/* 63 shards that have no such frame */
	vch_log_close(logs);
	logs = NULL;
	assert_int_equal(vch_log_open(&logs, dir, &from, NULL, NULL),
			 VCH_CORRUPT);
	/* as if there were but one shard */
	logs = NULL;
	memset(&from, 0, sizeof(from));
	from.behind[main_maker.shard] = name.pos;
	path_of(path, 1);
	assert_int_equal(vch_log_open(&logs, dir, &from, count_only, &cnt),
			 VCH_OK);
	assert_int_equal(cnt, ACCOUNTS + 3);
	cnt = 0;
	assert_int_equal(vch_log_replay(logs, &from, count_frames, &cnt),
			 VCH_OK);
	assert_int_equal(cnt, ACCOUNTS + 3);
	/* the chain goes on where it stood */
	write_account(index, 2, 2);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(vch_log_replay(logs, &from, count_frames, &cnt),
			 VCH_PRUNED);
	vch_index_free(index);
}

/* Nothing goes without two snapshots of every shard. */
static void test_uncovered(void **state)
{
	static struct vch_prune prune;
	struct vch_index *index = index_of_accounts(1);
	struct vch_index_stats stats;
	uint32_t removed;

	(void)state;
	assert_int_equal(write_snapshot(index, 1), VCH_OK);
	assert_int_equal(vch_prune_begin(&prune, dir), VCH_FILE); /* locked */
	assert_int_equal(vch_reindex(&stats, &removed, dir), VCH_FILE);
	vch_log_close(logs);
	logs = NULL;
	assert_int_equal(vch_prune_begin(&prune, dir), VCH_UNCOVERED);
	assert_int_equal(prune.shard, 0);
	assert_int_equal(vch_reindex(&stats, &removed, dir), VCH_OK);
	assert_int_equal(stats.accounts, ACCOUNTS);
	assert_int_equal(removed, 1);
	vch_index_free(index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_back),	   T(test_stale),     T(test_kept),
		T(test_damage),	   T(test_other_log), T(test_log_from),
		T(test_uncovered),
	};

	testing_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
