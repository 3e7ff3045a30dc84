/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/base/logline.h"
#include "host/store/io.h"
#include "host/store/segment.h"

static char dir[64];
static struct vch_io_ops real_io;
static struct vch_log *logs;
static uint64_t next_index;
static uint8_t head[32];
static uint8_t buf[8192];
static struct vch_log_batch batch;

/* The next batch of shard 5: one record that holds its own index. */
static const struct vch_log_batch *make_batch(void)
{
	struct vch_writer w = vch_writer(buf, sizeof(buf));
	uint8_t record[40];
	struct vch_batch b = {.sections_cnt = 1};
	struct vch_section *s = &b.sections[0];
	struct vch_leaves leaves = {.cnt = 1};

	memset(record, 0x77, sizeof(record));
	vch_store_be64(record, next_index);
	s->shard = 5;
	s->index = next_index;
	memcpy(s->prev_head, head, 32);
	s->records[0] = vch_span(record, sizeof(record));
	s->records_cnt = 1;
	vch_head_add(head, s->records[0]);
	vch_leaf(leaves.hash[0], 5, s->incarnation, next_index, head);
	vch_root(b.root, &leaves);
	vch_batch_write(&w, &b);
	assert_int_equal(vch_log_batch_parse(&batch, vch_written(&w)), VCH_OK);
	next_index++;
	return &batch;
}

static enum vch_err append(void)
{
	return vch_log_append(logs, NULL, make_batch());
}

static enum vch_err count(void *ctx, struct vch_log_pos pos,
			  const struct vch_log_batch *b)
{
	uint64_t *cnt = ctx;

	(void)pos;
	assert_int_equal(b->batch.sections[0].index, *cnt);
	memcpy(head, b->batch.sections[0].prev_head, 32);
	vch_head_add(head, b->batch.sections[0].records[0]);
	(*cnt)++;
	return VCH_OK;
}

/* Opens and goes on after the last batch that is there. */
static enum vch_err reopen(uint64_t *ret_cnt)
{
	uint64_t cnt = 0;
	enum vch_err err;

	if (logs)
		vch_log_close(logs);
	logs = NULL;
	memset(head, 0, sizeof(head));
	err = vch_log_open(&logs, dir, count, &cnt);
	next_index = *ret_cnt = cnt;
	return err;
}

static int setup(void **state)
{
	uint64_t cnt;

	(void)state;
	strcpy(dir, "/tmp/vouch-log-XXXXXX");
	assert_non_null(mkdtemp(dir));
	vch_io = real_io;
	assert_int_equal(reopen(&cnt), VCH_OK);
	assert_int_equal(cnt, 0);
	return 0;
}

static int teardown(void **state)
{
	char cmd[96];

	(void)state;
	vch_io = real_io;
	if (logs)
		vch_log_close(logs);
	logs = NULL;
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	return system(cmd);
}

static void path_of(char path[PATH_MAX], uint32_t number)
{
	vch_segment_path(path, dir, number);
}

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

static void test_lock(void **state)
{
	struct vch_log *second;

	(void)state;
	assert_int_equal(vch_log_open(&second, dir, NULL, NULL), VCH_FILE);
}

/* A crash may leave any part of the last frame: it is cut off whole. */
static void test_torn_at_every_byte(void **state)
{
	char path[PATH_MAX];
	struct stat before, after;
	uint64_t cnt;

	(void)state;
	path_of(path, 1);
	for (int i = 0; i < 3; i++)
		assert_int_equal(append(), VCH_OK);
	assert_int_equal(stat(path, &before), 0);
	assert_int_equal(append(), VCH_OK);
	assert_int_equal(stat(path, &after), 0);
	for (off_t len = after.st_size - 1; len >= before.st_size; len--) {
		struct vch_log_end end;

		assert_int_equal(truncate(path, len), 0);
		assert_int_equal(vch_log_each(&end, dir, NULL, NULL), VCH_OK);
		assert_int_equal(end.batches, 3);
		assert_int_equal(end.torn_len, len - before.st_size);
	}
	assert_int_equal(truncate(path, before.st_size + 9), 0);
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
	c ^= 0x40;
	assert_int_equal(pwrite(fd, &c, 1, at), 1);
	close(fd);
}

/*
 * Tag and signature of a frame: only those who have a key can check them, the
 * trusted application at its start and `vouch log verify`.
 */
static bool needs_a_key(off_t at, off_t frame_len)
{
	off_t in_frame = (at - VCH_SEGMENT_HEAD) % frame_len;

	return at >= VCH_SEGMENT_HEAD &&
	       ((in_frame >= frame_len - 128 && in_frame < frame_len - 96) ||
		in_frame >= frame_len - 64);
}

/* A bad byte before the last frame is no tear: nothing is cut. */
static void test_damage_in_the_middle(void **state)
{
	char path[PATH_MAX];
	struct stat st;
	off_t frame_len;
	uint64_t cnt;

	(void)state;
	path_of(path, 1);
	for (int i = 0; i < 6; i++)
		assert_int_equal(append(), VCH_OK);
	assert_int_equal(stat(path, &st), 0);
	frame_len = (st.st_size - VCH_SEGMENT_HEAD) / 6;
	for (off_t at = 0; at < st.st_size - frame_len; at++) {
		if (needs_a_key(at, frame_len))
			continue;
		flip(path, at);
		assert_int_equal(reopen(&cnt), VCH_CORRUPT);
		flip(path, at);
	}
	assert_int_equal(reopen(&cnt), VCH_OK);
	assert_int_equal(cnt, 6);
}

static void test_missing_segment(void **state)
{
	char path[PATH_MAX];
	uint64_t cnt;

	(void)state;
	assert_int_equal(append(), VCH_OK);
	assert_int_equal(reopen(&cnt), VCH_OK);
	assert_int_equal(append(), VCH_OK);
	path_of(path, 1);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(reopen(&cnt), VCH_CORRUPT);
}

static int fail_at;

static int sync_fails(int fd)
{
	if (fail_at-- == 0) {
		errno = EIO;
		return -1;
	}
	return real_io.sync(fd);
}

/* The disk says no once, then "succeeds": the log must not believe it. */
static void test_sync_fails_once(void **state)
{
	uint64_t cnt;

	(void)state;
	assert_int_equal(append(), VCH_OK);
	vch_io.sync = sync_fails;
	fail_at = 1;
	assert_int_equal(append(), VCH_OK);
	assert_int_equal(append(), VCH_LOG_WRITE);
	assert_true(vch_log_is_dead(logs));
	for (int i = 0; i < 3; i++)
		assert_int_equal(append(), VCH_LOG_WRITE);
	vch_io = real_io;
	assert_int_equal(reopen(&cnt), VCH_OK);
	/* the two that were acknowledged; the third may be there or not */
	assert_in_range(cnt, 2, 3);
	assert_int_equal(append(), VCH_OK);
}

static int write_tears(int fd, struct vch_span in, off_t at)
{
	in.len /= 2;
	if (fail_at-- == 0) {
		assert_int_equal(real_io.write_at(fd, in, at), 0);
		errno = ENOSPC;
		return -1;
	}
	in.len *= 2;
	return real_io.write_at(fd, in, at);
}

static void test_write_tears(void **state)
{
	uint64_t cnt;

	(void)state;
	assert_int_equal(append(), VCH_OK);
	vch_io.write_at = write_tears;
	fail_at = 0;
	assert_int_equal(append(), VCH_LOG_WRITE);
	vch_io = real_io;
	assert_int_equal(reopen(&cnt), VCH_OK);
	assert_int_equal(cnt, 1);
}

static int reserve_fails(int fd, off_t at, off_t len)
{
	(void)fd;
	(void)at;
	(void)len;
	errno = ENOSPC;
	return -1;
}

static void test_no_space(void **state)
{
	uint64_t cnt;

	(void)state;
	vch_io.reserve = reserve_fails;
	assert_int_equal(append(), VCH_LOG_WRITE);
	vch_io = real_io;
	assert_int_equal(reopen(&cnt), VCH_OK);
	assert_int_equal(cnt, 0);
}

/* A child appends and tells of each; it is killed somewhere. */
static void kill_round(void)
{
	uint64_t told = 0, there;
	int fds[2];
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	vch_log_close(logs);
	logs = NULL;
	pid = fork();
	if (pid == 0) {
		uint64_t cnt;

		if (reopen(&cnt) != VCH_OK)
			_exit(1);
		while (append() == VCH_OK) {
			if (write(fds[1], &next_index, 8) != 8)
				_exit(1);
		}
		_exit(1);
	}
	close(fds[1]);
	usleep((useconds_t)(rand() % 20000));
	kill(pid, SIGKILL);
	while (read(fds[0], &there, 8) == 8)
		told = there;
	close(fds[0]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(reopen(&there), VCH_OK);
	assert_true(there >= told);
}

static void test_kill(void **state)
{
	(void)state;
	for (int i = 0; i < 30; i++)
		kill_round();
}

static void test_folder_is_private(void **state)
{
	uint64_t cnt;

	(void)state;
	assert_int_equal(chmod(dir, 0755), 0);
	assert_int_equal(reopen(&cnt), VCH_FILE);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_append_and_read),
		T(test_chain),
		T(test_lock),
		T(test_torn_at_every_byte),
		T(test_damage_in_the_middle),
		T(test_missing_segment),
		T(test_sync_fails_once),
		T(test_write_tears),
		T(test_no_space),
		T(test_kill),
		T(test_folder_is_private),
	};
	const char *seed = getenv("VCH_SEED");

	printf("seed %s\n", seed ? seed : "1");
	srand(seed ? (unsigned)strtoul(seed, NULL, 10) : 1);
	vch_logline_level(VCH_ERROR + 1);
	real_io = vch_io;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
