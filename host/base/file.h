/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files whole: read bounded, written so that after a power cut there is the
 * old content or the new, never a part. All errors are VCH_FILE with errno as
 * it was, unless stated.
 */
#ifndef HOST_BASE_FILE_H
#define HOST_BASE_FILE_H

#include <stdint.h>
#include <sys/types.h>

#include "host/base/buf.h"

/* Longest path that these functions take. */
#define VCH_PATH_MAX 1024

/* "dir/name" into ret[VCH_PATH_MAX]. VCH_SIZE if it is longer. */
VCH_MUST enum vch_err vch_path_join(char *ret, const char *dir,
				    const char *name);

/* Appends the whole file to ret. VCH_SIZE if it is over ret's maximum. */
VCH_MUST enum vch_err vch_file_read(struct vch_buf *ret, const char *path);

/*
 * As vch_file_read, but refuses (VCH_FILE, errno EACCES) a file that anyone
 * but its owner could read or write, or that is not ours.
 */
VCH_MUST enum vch_err vch_file_read_private(struct vch_buf *ret,
					    const char *path);

/* Writes a new file beside it, syncs, renames over path, syncs the folder. */
VCH_MUST enum vch_err vch_file_write(const char *path, struct vch_span in,
				     mode_t mode);

/* Makes the folder, 0700, parents too; nothing if it is there. */
VCH_MUST enum vch_err vch_dir_make(const char *path);

/* VCH_FILE (errno EACCES) if it is not our folder, or group or others have
 * any right to it. */
VCH_MUST enum vch_err vch_dir_check_private(const char *path);

/* Makes durable which names the folder holds. */
VCH_MUST enum vch_err vch_dir_sync(const char *path);

/* Writes all of in at the current place; goes on after short writes. */
VCH_MUST enum vch_err vch_fd_write(int fd, struct vch_span in);

#endif
