/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/io.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int write_at(int fd, struct vch_span in, off_t at)
{
	while (in.len > 0) {
		ssize_t n = pwrite(fd, in.ptr, in.len, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		in.ptr += n;
		in.len -= (size_t)n;
		at += n;
	}
	return 0;
}

static int reserve(int fd, off_t at, off_t len)
{
	static const uint8_t zeros[65536];

	while (len > 0) {
		off_t n =
			len < (off_t)sizeof(zeros) ? len : (off_t)sizeof(zeros);

		if (write_at(fd, vch_span(zeros, (size_t)n), at))
			return -1;
		at += n;
		len -= n;
	}
	return 0;
}

static int forget(int fd)
{
	/* only clean pages can be dropped */
	if (fsync(fd) != 0)
		return -1;
	errno = posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	return errno == 0 ? 0 : -1;
}

struct vch_io_ops vch_io = {write_at, fdatasync, reserve, forget};
