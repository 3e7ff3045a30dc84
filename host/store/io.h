/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls by which the log becomes durable, behind a table: a test puts
 * its own there and lets a write fail, tear, or a sync lie.
 */
#ifndef HOST_STORE_IO_H
#define HOST_STORE_IO_H

#include <sys/types.h>

#include "trusted/base/bytes.h"

/* Each returns 0, or -1 with errno. */
struct vch_io_ops {
	int (*write_at)(int fd, struct vch_span in, off_t at);
	int (*sync)(int fd);
	/*
	 * Zeros from `at` on, len of them: the file grows now, so that the sync
	 * of a frame that is written there later has only data to write.
	 */
	int (*reserve)(int fd, off_t at, off_t len);
	/*
	 * Drops what memory holds of the file, so that what is read next is
	 * what the disk has: after a failed sync the two may differ, and the
	 * kernel would go on to show what was never written.
	 */
	int (*forget)(int fd);
};

extern struct vch_io_ops vch_io;

#endif
