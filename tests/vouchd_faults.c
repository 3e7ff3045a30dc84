/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log's faults on demand, for out/test/vouchd-faults only: the product's
 * vouchd does not have this file. The environment variable VOUCHD_FAULTS is a
 * list of steps with commas between them; n counts from 1, over all segments:
 *	fail-sync=n    the n-th fdatasync says EIO; those after it say "done",
 *	               as Linux does once it has dropped the dirty pages
 *	fail-write=n   the n-th write ends in the middle with ENOSPC
 *	               (what it should have made durable is gone once it is
 *	               read from the disk; until then VOUCHD_LOST names a file
 *	               that says what it is, "path offset length": the test
 *	               lets it vanish as a power cut would)
 *	die-synced=n   SIGKILL right after the n-th fdatasync, before any answer
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/store/io.h"

static struct vch_io_ops real;
static long fail_sync, fail_write, die_synced;
static long syncs, writes;

/* The last write, and the one that is on no disk. */
static struct {
	char path[256];
	long long at;
	size_t len;
} last, lost;

static void path_of(char ret[256], int fd)
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, ret, 255);
	ret[n > 0 ? n : 0] = 0;
}

static void lose(void)
{
	FILE *f = fopen(getenv("VOUCHD_LOST"), "w");

	lost = last;
	if (!f)
		abort();
	fprintf(f, "%s %lld %zu\n", lost.path, lost.at, lost.len);
	fclose(f);
}

static void written(int fd, struct vch_span in, off_t at)
{
	path_of(last.path, fd);
	last.at = at;
	last.len = in.len;
	if (strcmp(last.path, lost.path) == 0 && at <= lost.at &&
	    at + (off_t)in.len >= lost.at + (off_t)lost.len)
		unlink(getenv("VOUCHD_LOST"));
}

static int faulty_sync(int fd)
{
	long n = __atomic_add_fetch(&syncs, 1, __ATOMIC_SEQ_CST);

	if (n == fail_sync) {
		lose();
		errno = EIO;
		return -1;
	}
	if (real.sync(fd) != 0)
		return -1;
	if (n == die_synced)
		kill(getpid(), SIGKILL);
	return 0;
}

static int faulty_write(int fd, struct vch_span in, off_t at)
{
	long n = __atomic_add_fetch(&writes, 1, __ATOMIC_SEQ_CST);

	written(fd, in, at);
	if (n != fail_write)
		return real.write_at(fd, in, at);
	in.len /= 2;
	if (real.write_at(fd, in, at) == 0)
		errno = ENOSPC;
	return -1;
}

/* Memory is dropped: what the disk never got shows as what it has, zeros. */
static int faulty_forget(int fd)
{
	static const uint8_t zeros[4096];
	char path[256];

	path_of(path, fd);
	if (lost.len > 0 && strcmp(path, lost.path) == 0) {
		for (size_t done = 0; done < lost.len; done += sizeof(zeros)) {
			size_t len = lost.len - done < sizeof(zeros)
					     ? lost.len - done
					     : sizeof(zeros);

			if (real.write_at(fd, vch_span(zeros, len),
					  lost.at + (off_t)done) != 0)
				return -1;
		}
		lost.len = 0;
		unlink(getenv("VOUCHD_LOST"));
	}
	return real.forget(fd);
}

static long step(const char *plan, const char *name)
{
	const char *at = strstr(plan, name);

	return at ? strtol(at + strlen(name), NULL, 10) : 0;
}

static void __attribute__((constructor)) faults_begin(void)
{
	const char *plan = getenv("VOUCHD_FAULTS");

	if (!plan)
		return;
	fail_sync = step(plan, "fail-sync=");
	fail_write = step(plan, "fail-write=");
	die_synced = step(plan, "die-synced=");
	real = vch_io;
	vch_io.sync = faulty_sync;
	vch_io.write_at = faulty_write;
	vch_io.forget = faulty_forget;
}
