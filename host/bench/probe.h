/* SPDX-License-Identifier: Apache-2.0 */
/* What is read of the machine: another process's CPU time, a disk's sync. */
#ifndef HOST_BENCH_PROBE_H
#define HOST_BENCH_PROBE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "trusted/base/bytes.h"
#include "trusted/base/err.h"

/* CPU time, user and system, of all threads of a process; 0: it has gone. */
uint64_t vch_probe_cpu_ns(pid_t pid);

/* CPU time of the calling thread. */
uint64_t vch_probe_thread_ns(void);

/* Sorts ns and returns the value below which `part` of them lie, 0 to 1. */
uint64_t vch_probe_quantile(uint64_t *ns, size_t cnt, double part);

/*
 * A file of its own in a folder, written as the log writes: frames one after
 * the other over zeros that are there already, each synced.
 */
struct vch_disk {
	int fd;
	uint64_t at;
	char path[1024];
};

/* VCH_FILE. */
VCH_MUST enum vch_err vch_disk_open(struct vch_disk *ret, const char *dir);
void vch_disk_close(struct vch_disk *disk);

/* Writes len bytes and syncs them: the time it took. VCH_FILE. */
VCH_MUST enum vch_err vch_disk_sync(struct vch_disk *disk, uint64_t *ret_ns,
				    size_t len);

#endif
