/* SPDX-License-Identifier: Apache-2.0 */
/* The log's form: what is read back, what is cut, what is damage. */
#include "host/store/log_testing.h"

#include <fcntl.h>
#include <sys/stat.h>

static void test_append_and_read(void **state)
{
	uint64_t cnt = 0;

	(void)state;
	for (int i = 0; i < 20; i++)
		assert_int_equal(append(), VCH_OK);
	assert_int_equal(vch_log_read(logs, count, &cnt), VCH_OK);
	assert_int_equal(cnt, 20);
	assert_int_equal(reopen(&cnt), VCH_OK);
	assert_int_equal(cnt, 20);
	assert_int_equal(append(), VCH_OK);
	assert_int_equal(reopen(&cnt), VCH_OK);
	assert_int_equal(cnt, 21);
}

static enum vch_err count_bytes(void *ctx, struct vch_log_pos pos,
				struct vch_span bytes)
{
	(void)pos;
	*(uint64_t *)ctx += bytes.len;
	return VCH_OK;
}

/* What is handed out again is what was appended, over all segments. */
static void test_replay(void **state)
{
	uint64_t want = 0, got = 0, cnt;

	(void)state;
	for (int i = 0; i < 6; i++) {
		assert_int_equal(append(), VCH_OK);
		want += batch.bytes.len;
		if (i == 2)
			assert_int_equal(reopen(&cnt), VCH_OK);
	}
	assert_int_equal(vch_log_replay(logs, NULL, count_bytes, &got), VCH_OK);
	assert_int_equal(got, want);
}

/* What does not continue the chain is not written, and the log lives on. */
static void test_chain(void **state)
{
	uint64_t cnt = 0;

	(void)state;
	assert_int_equal(append(), VCH_OK);
	make_batch();
	assert_int_equal(append(), VCH_CHAIN);
	assert_false(vch_log_is_dead(logs));
	assert_int_equal(reopen(&cnt), VCH_OK);
	assert_int_equal(cnt, 1);
}

/* Index and incarnation must fit, and a shard has one section in a batch. */
static void test_chain_forms(void **state)
{
	struct vch_log_chain *chain = calloc(1, sizeof(*chain));
	const struct vch_log_pos here = {1, VCH_SEGMENT_HEAD};
	struct vch_section *s = &batch.batch.sections[0];

	(void)state;
	assert_non_null(chain);
	assert_int_equal(vch_log_chain_add(chain, here, make_batch()), VCH_OK);
	make_batch();
	s->index++;
	assert_int_equal(vch_log_chain_add(chain, here, &batch), VCH_CHAIN);
	s->index = 0;
	assert_int_equal(vch_log_chain_add(chain, here, &batch), VCH_CHAIN);
	s->index = 1;
	s->incarnation[0] ^= 1;
	assert_int_equal(vch_log_chain_add(chain, here, &batch), VCH_CHAIN);
	s->incarnation[0] ^= 1;
	s->prev_head[31] ^= 1;
	assert_int_equal(vch_log_chain_add(chain, here, &batch), VCH_CHAIN);
	s->prev_head[31] ^= 1;
	s->shard = VCH_SHARDS;
	assert_int_equal(vch_log_chain_add(chain, here, &batch), VCH_CHAIN);
	s->shard = 6;
	assert_int_equal(vch_log_chain_add(chain, here, &batch), VCH_CHAIN);
	s->shard = main_maker.shard;
	s[1] = s[0];
	batch.batch.sections_cnt = 2;
	assert_int_equal(vch_log_chain_add(chain, here, &batch), VCH_CHAIN);
	batch.batch.sections_cnt = 1;
	/* another incarnation begins at zero */
	s->incarnation[0] ^= 1;
	s->index = 0;
	assert_int_equal(vch_log_chain_add(chain, here, &batch), VCH_OK);
	free(chain);
}

static void test_lock(void **state)
{
	struct vch_log *second;

	(void)state;
	assert_int_equal(vch_log_open(&second, dir, NULL, NULL, NULL),
			 VCH_FILE);
}

/* Where the last frame of the last segment ends. */
static off_t end_of_frames(void)
{
	struct vch_log_end end;

	assert_int_equal(vch_log_each(&end, dir, NULL, NULL), VCH_OK);
	assert_int_equal(end.torn_len, 0);
	return (off_t)end.pos.offset;
}

/* A crash may leave any part of the last frame: it is cut off whole. */
static void test_torn_at_every_byte(void **state)
{
	char path[PATH_MAX];
	off_t before, after;
	uint64_t cnt;

	(void)state;
	path_of(path, 1);
	for (int i = 0; i < 3; i++)
		assert_int_equal(append(), VCH_OK);
	before = end_of_frames();
	assert_int_equal(append(), VCH_OK);
	after = end_of_frames();
	for (off_t len = after - 1; len >= before; len--) {
		struct vch_log_end end;

		assert_int_equal(truncate(path, len), 0);
		assert_int_equal(vch_log_each(&end, dir, NULL, NULL), VCH_OK);
		assert_int_equal(end.batches, 3);
		assert_int_equal(end.torn_len, len - before);
	}
	assert_int_equal(truncate(path, before + 9), 0);
	assert_int_equal(reopen(&cnt), VCH_OK);
	assert_int_equal(cnt, 3);
	assert_int_equal(append(), VCH_OK);
	assert_int_equal(reopen(&cnt), VCH_OK);
	assert_int_equal(cnt, 4);
}

static void flip(const char *path, off_t at)
{
	int fd = open(path, O_RDWR);
	uint8_t c;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &c, 1, at), 1);
	c ^= (uint8_t)(1 << at % 8);
	assert_int_equal(pwrite(fd, &c, 1, at), 1);
	close(fd);
}

/* After length, count, shard, incarnation and index. */
#define COUNTER_AT (4 + 1 + 1 + 16 + 8)

/*
 * Counter, tag and signature of a frame: only those who have a key can check
 * them, the trusted application at its start and `vouch log verify`.
 */
static bool needs_a_key(off_t at, off_t frame_len)
{
	off_t in_frame = (at - VCH_SEGMENT_HEAD) % frame_len;

	if (at < VCH_SEGMENT_HEAD)
		return false;
	return (in_frame >= COUNTER_AT && in_frame < COUNTER_AT + 8) ||
	       (in_frame >= frame_len - 128 && in_frame < frame_len - 96) ||
	       in_frame >= frame_len - 64;
}

/* A bad byte before the last frame is no tear: nothing is cut. */
static void test_damage_in_the_middle(void **state)
{
	char path[PATH_MAX];
	off_t frame_len, end;
	uint64_t cnt;

	(void)state;
	path_of(path, 1);
	for (int i = 0; i < 6; i++)
		assert_int_equal(append(), VCH_OK);
	end = end_of_frames();
	frame_len = (end - VCH_SEGMENT_HEAD) / 6;
	for (off_t at = 0; at < end - frame_len; at++) {
		if (needs_a_key(at, frame_len))
			continue;
		flip(path, at);
		assert_int_equal(reopen(&cnt), VCH_CORRUPT);
		flip(path, at);
	}
	assert_int_equal(reopen(&cnt), VCH_OK);
	assert_int_equal(cnt, 6);
}

/* Space that was made ahead is no tear, and goes when the log is closed. */
static void test_spare_space(void **state)
{
	char path[PATH_MAX];
	struct vch_log_end end;
	struct stat st;
	uint64_t cnt;

	(void)state;
	path_of(path, 1);
	assert_int_equal(append(), VCH_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(vch_log_each(&end, dir, NULL, NULL), VCH_OK);
	assert_true(end.spare_len > 0);
	assert_int_equal(end.spare_len + end.pos.offset, st.st_size);
	vch_log_close(logs);
	logs = NULL;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, end.pos.offset);
	/* as after a crash: closed by nobody; and with a byte in it */
	assert_int_equal(truncate(path, st.st_size + 100000), 0);
	assert_int_equal(vch_log_each(&end, dir, NULL, NULL), VCH_OK);
	assert_int_equal(end.spare_len, 100000);
	flip(path, st.st_size + 50000);
	assert_int_equal(vch_log_each(&end, dir, NULL, NULL), VCH_OK);
	assert_int_equal(end.torn_len, 100000);
	assert_int_equal(vch_log_open(&logs, dir, NULL, NULL, NULL), VCH_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, end.pos.offset);
	assert_int_equal(append(), VCH_OK);
	assert_int_equal(reopen(&cnt), VCH_OK);
	assert_int_equal(cnt, 2);
}

static void test_missing_segment(void **state)
{
	char path[PATH_MAX];
	uint64_t cnt;

	(void)state;
	assert_int_equal(append(), VCH_OK);
	assert_int_equal(reopen(&cnt), VCH_OK);
	assert_int_equal(append(), VCH_OK);
	assert_int_equal(reopen(&cnt), VCH_OK);
	assert_int_equal(append(), VCH_OK);
	path_of(path, 2);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(reopen(&cnt), VCH_CORRUPT);
	/* from the third on it would be a log that was pruned, without
	 * snapshots that say where its shards stand */
	path_of(path, 1);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(reopen(&cnt), VCH_PRUNED);
	assert_int_equal(vch_log_each(NULL, dir, NULL, NULL), VCH_OK);
}

/* Starts that write nothing leave nothing, nor does a torn header. */
static void test_empty_segments_go(void **state)
{
	char path[PATH_MAX];
	uint64_t cnt;

	(void)state;
	assert_int_equal(append(), VCH_OK);
	for (int i = 0; i < 5; i++)
		assert_int_equal(reopen(&cnt), VCH_OK);
	assert_int_equal(segment_cnt(), 2);
	path_of(path, 2);
	for (off_t len = 0; len < VCH_SEGMENT_HEAD; len++) {
		assert_int_equal(truncate(path, len), 0);
		assert_int_equal(reopen(&cnt), VCH_OK);
	}
	assert_int_equal(append(), VCH_OK);
	assert_int_equal(reopen(&cnt), VCH_OK);
	assert_int_equal(cnt, 2);
	assert_int_equal(segment_cnt(), 3);
}

static int sync_not(int fd)
{
	(void)fd;
	return 0;
}

/* More than one segment holds: the next begins, and nothing is lost. */
static void test_next_segment(void **state)
{
	uint64_t cnt, want = VCH_LOG_SEGMENT_MAX / BIG_RECORD / 60 + 2;

	(void)state;
	vch_io.sync = sync_not;
	record_len = BIG_RECORD;
	records_cnt = 60;
	for (uint64_t i = 0; i < want; i++)
		assert_int_equal(append(), VCH_OK);
	assert_int_equal(segment_cnt(), 2);
	assert_int_equal(reopen(&cnt), VCH_OK);
	assert_int_equal(cnt, want);
	assert_int_equal(append(), VCH_OK);
}

static void test_folder_is_private(void **state)
{
	uint64_t cnt;

	(void)state;
	assert_int_equal(chmod(dir, 0755), 0);
	assert_int_equal(reopen(&cnt), VCH_FILE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_append_and_read),
		T(test_replay),
		T(test_chain),
		T(test_chain_forms),
		T(test_lock),
		T(test_torn_at_every_byte),
		T(test_damage_in_the_middle),
		T(test_spare_space),
		T(test_missing_segment),
		T(test_empty_segments_go),
		T(test_next_segment),
		T(test_folder_is_private),
	};

	testing_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
