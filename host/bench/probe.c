/* SPDX-License-Identifier: Apache-2.0 */
#include "host/bench/probe.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/base/clock.h"
#include "trusted/base/check.h"

#define RESERVE (16u << 20)
#define FRAME_MAX 65536

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t) != 0)
		return 0;
	return (uint64_t)t.tv_sec * VCH_NS_PER_S + (uint64_t)t.tv_nsec;
}

uint64_t vch_probe_cpu_ns(pid_t pid)
{
	clockid_t clock;

	return clock_getcpuclockid(pid, &clock) == 0 ? clock_ns(clock) : 0;
}

uint64_t vch_probe_thread_ns(void)
{
	return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

uint64_t vch_probe_quantile(uint64_t *ns, size_t cnt, double part)
{
	VCH_CHECK(cnt > 0 && part >= 0 && part <= 1);
	qsort(ns, cnt, sizeof(*ns), compare);
	return ns[(size_t)((double)(cnt - 1) * part)];
}

enum vch_err vch_disk_open(struct vch_disk *ret, const char *dir)
{
	static const uint8_t zeros[FRAME_MAX];

	snprintf(ret->path, sizeof(ret->path), "%s/sync-probe", dir);
	ret->at = 0;
	ret->fd = open(ret->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (ret->fd < 0)
		return VCH_FILE;
	for (off_t at = 0; at < RESERVE; at += (off_t)sizeof(zeros)) {
		if (pwrite(ret->fd, zeros, sizeof(zeros), at) !=
		    (ssize_t)sizeof(zeros))
			return VCH_FILE;
	}
	return fsync(ret->fd) == 0 ? VCH_OK : VCH_FILE;
}

void vch_disk_close(struct vch_disk *disk)
{
	close(disk->fd);
	unlink(disk->path);
}

enum vch_err vch_disk_sync(struct vch_disk *disk, uint64_t *ret_ns, size_t len)
{
	static uint8_t frame[FRAME_MAX];
	uint64_t began;

	VCH_CHECK(len <= sizeof(frame));
	memset(frame, (int)disk->at, len);
	began = vch_clock_ns();
	if (pwrite(disk->fd, frame, len, (off_t)disk->at) != (ssize_t)len ||
	    fdatasync(disk->fd) != 0)
		return VCH_FILE;
	*ret_ns = vch_clock_ns() - began;
	disk->at += len;
	return VCH_OK;
}
