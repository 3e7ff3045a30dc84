/* SPDX-License-Identifier: Apache-2.0 */
/* The log when the disk fails, when many write, and when it is killed. */
#include "host/store/log_testing.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

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

/* The disk says no, and what memory shows of that frame was never written. */
static uint8_t synced[4u << 20];
static ssize_t synced_len;

static int sync_loses(int fd)
{
	if (fail_at-- == 0) {
		errno = EIO;
		return -1;
	}
	synced_len = pread(fd, synced, sizeof(synced), 0);
	assert_in_range(synced_len, 1, sizeof(synced) - 1);
	return real_io.sync(fd);
}

static int forget_shows_disk(int fd)
{
	assert_int_equal(pwrite(fd, synced, (size_t)synced_len, 0), synced_len);
	assert_int_equal(ftruncate(fd, synced_len), 0);
	return real_io.forget(fd);
}

static void test_disk_is_read_not_memory(void **state)
{
	uint64_t cnt;

	(void)state;
	vch_io.sync = sync_loses;
	fail_at = 2;
	assert_int_equal(append(), VCH_OK);
	assert_int_equal(append(), VCH_OK);
	assert_int_equal(append(), VCH_LOG_WRITE);
	vch_io = real_io;
	vch_io.forget = forget_shows_disk;
	assert_int_equal(reopen(&cnt), VCH_OK);
	assert_int_equal(cnt, 2);
	vch_io = real_io;
	assert_int_equal(append(), VCH_OK);
	assert_int_equal(reopen(&cnt), VCH_OK);
	assert_int_equal(cnt, 3);
}

static int forget_fails(int fd)
{
	(void)fd;
	errno = EIO;
	return -1;
}

static void test_disk_cannot_be_read(void **state)
{
	uint64_t cnt;

	(void)state;
	assert_int_equal(append(), VCH_OK);
	vch_io.forget = forget_fails;
	assert_int_equal(reopen(&cnt), VCH_FILE);
}

/* ---- several threads ----------------------------------------------------- */

#define THREADS 8
#define THREAD_BATCHES 25

struct writer {
	pthread_t thread;
	uint8_t shard;
	unsigned done;
};

static _Atomic unsigned sync_cnt;

/* A slow disk: others come while one writes. */
static int sync_slow(int fd)
{
	sync_cnt++;
	usleep(2000);
	return real_io.sync(fd);
}

static void *write_shard(void *arg)
{
	struct writer *t = arg;
	struct vch_log_batch *b = calloc(1, sizeof(*b));
	struct maker m = {.shard = t->shard};

	assert_non_null(b);
	while (t->done < THREAD_BATCHES) {
		maker_next(&m, b);
		if (vch_log_append(logs, NULL, b) != VCH_OK)
			break;
		t->done++;
	}
	free(b);
	return NULL;
}

static void run_writers(struct writer t[THREADS])
{
	for (uint8_t i = 0; i < THREADS; i++) {
		t[i] = (struct writer){.shard = (uint8_t)(10 + i)};
		assert_int_equal(
			pthread_create(&t[i].thread, NULL, write_shard, &t[i]),
			0);
	}
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(t[i].thread, NULL), 0);
}

/* How many batches of each shard there are, in order. */
static enum vch_err count_shards(void *ctx, struct vch_log_pos pos,
				 const struct vch_log_batch *b)
{
	uint64_t *cnt = ctx;
	const struct vch_section *s = &b->batch.sections[0];

	(void)pos;
	assert_int_equal(s->index, cnt[s->shard]);
	cnt[s->shard]++;
	return VCH_OK;
}

static void reopen_shards(uint64_t ret_cnt[VCH_SHARDS])
{
	memset(ret_cnt, 0, VCH_SHARDS * sizeof(*ret_cnt));
	vch_log_close(logs);
	logs = NULL;
	assert_int_equal(vch_log_open(&logs, dir, NULL, count_shards, ret_cnt),
			 VCH_OK);
}

static void test_threads_share_a_sync(void **state)
{
	struct writer t[THREADS];
	uint64_t cnt[VCH_SHARDS];

	(void)state;
	sync_cnt = 0;
	vch_io.sync = sync_slow;
	run_writers(t);
	assert_in_range(sync_cnt, THREAD_BATCHES, THREADS * THREAD_BATCHES / 2);
	reopen_shards(cnt);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(t[i].done, THREAD_BATCHES);
		assert_int_equal(cnt[10 + i], THREAD_BATCHES);
	}
}

static size_t group_len;

/* The first group gets through slowly, so that the next one is of many. */
static int second_write_loses_first_frame(int fd, struct vch_span in, off_t at)
{
	static const uint8_t zeros[100];

	if (fail_at-- != 0)
		return real_io.write_at(fd, in, at);
	group_len = in.len;
	assert_int_equal(real_io.write_at(fd, in, at), 0);
	assert_int_equal(
		real_io.write_at(fd, vch_span(zeros, sizeof(zeros)), at), 0);
	errno = EIO;
	return -1;
}

static int sync_slowly_once(int fd)
{
	usleep(100000);
	return real_io.sync(fd);
}

/*
 * Of a group that was never acknowledged the disk may have the end and not
 * the beginning: that is a tear, not damage.
 */
static void test_group_loses_its_start(void **state)
{
	struct writer t[THREADS];
	uint64_t cnt[VCH_SHARDS];
	unsigned done = 0;

	(void)state;
	vch_io.write_at = second_write_loses_first_frame;
	vch_io.sync = sync_slowly_once;
	fail_at = 1;
	run_writers(t);
	vch_io = real_io;
	assert_in_range(group_len, 300, 8192);
	reopen_shards(cnt);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(cnt[10 + i], t[i].done);
		done += t[i].done;
	}
	assert_int_equal(done, 1);
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
			if (write(fds[1], &main_maker.index, 8) != 8)
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_sync_fails_once),
		T(test_write_tears),
		T(test_no_space),
		T(test_disk_is_read_not_memory),
		T(test_disk_cannot_be_read),
		T(test_threads_share_a_sync),
		T(test_group_loses_its_start),
		T(test_kill),
	};

	testing_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
