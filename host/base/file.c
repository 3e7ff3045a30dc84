/* SPDX-License-Identifier: Apache-2.0 */
#include "host/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_STEP 65536u

/* Closes without losing the errno of what went wrong before. */
static void close_quiet(int fd)
{
	int kept = errno;

	close(fd);
	errno = kept;
}

enum vch_err vch_path_join(char *ret, const char *dir, const char *name)
{
	int len = snprintf(ret, VCH_PATH_MAX, "%s/%s", dir, name);

	return len < 0 || len >= VCH_PATH_MAX ? VCH_SIZE : VCH_OK;
}

/* VCH_FILE unless what fd shows is ours alone and of that type. */
static enum vch_err check_private(int fd, mode_t type)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return VCH_FILE;
	if ((st.st_mode & S_IFMT) != type || (st.st_mode & 077) != 0 ||
	    st.st_uid != geteuid()) {
		errno = EACCES;
		return VCH_FILE;
	}
	return VCH_OK;
}

static enum vch_err read_all(struct vch_buf *ret, int fd)
{
	size_t start = ret->len;

	for (;;) {
		size_t room = ret->max - ret->len;
		size_t step = room < READ_STEP ? room + 1 : READ_STEP;
		uint8_t part[READ_STEP];
		ssize_t got = read(fd, part, step);

		if (got < 0 && errno == EINTR)
			continue;
		if (got > 0)
			vch_buf_add(ret, part, (size_t)got);
		if (got > 0 && !ret->bad)
			continue;
		if (got == 0)
			return VCH_OK;
		ret->len = start;
		ret->bad = false;
		return got < 0 ? VCH_FILE : VCH_SIZE;
	}
}

static enum vch_err file_read(struct vch_buf *ret, const char *path,
			      bool private)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	enum vch_err err = VCH_OK;

	if (fd < 0)
		return VCH_FILE;
	if (private)
		err = check_private(fd, S_IFREG);
	if (err == VCH_OK)
		err = read_all(ret, fd);
	close_quiet(fd);
	return err;
}

enum vch_err vch_file_read(struct vch_buf *ret, const char *path)
{
	return file_read(ret, path, false);
}

enum vch_err vch_file_read_private(struct vch_buf *ret, const char *path)
{
	return file_read(ret, path, true);
}

enum vch_err vch_fd_write(int fd, struct vch_span in)
{
	while (in.len > 0) {
		ssize_t put = write(fd, in.ptr, in.len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return VCH_FILE;
		in.ptr += put;
		in.len -= (size_t)put;
	}
	return VCH_OK;
}

/* The folder that holds path. */
static enum vch_err parent(char ret[VCH_PATH_MAX], const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;

	if (len >= VCH_PATH_MAX)
		return VCH_SIZE;
	memcpy(ret, path, len);
	if (len == 0)
		ret[len++] = slash ? '/' : '.';
	ret[len] = 0;
	return VCH_OK;
}

static enum vch_err fill_new(int fd, struct vch_span in, mode_t mode)
{
	if (fchmod(fd, mode) != 0)
		return VCH_FILE;
	VCH_TRY(vch_fd_write(fd, in));
	return fsync(fd) == 0 ? VCH_OK : VCH_FILE;
}

enum vch_err vch_file_write(const char *path, struct vch_span in, mode_t mode)
{
	char temp[VCH_PATH_MAX];
	char dir[VCH_PATH_MAX];
	enum vch_err err;
	int fd;
	int len = snprintf(temp, sizeof(temp), "%s.XXXXXX", path);

	if (len < 0 || (size_t)len >= sizeof(temp))
		return VCH_SIZE;
	VCH_TRY(parent(dir, path));
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0)
		return VCH_FILE;
	err = fill_new(fd, in, mode);
	close_quiet(fd);
	if (err == VCH_OK && rename(temp, path) != 0)
		err = VCH_FILE;
	if (err != VCH_OK) {
		int kept = errno;

		unlink(temp);
		errno = kept;
		return err;
	}
	return vch_dir_sync(dir);
}

enum vch_err vch_dir_sync(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum vch_err err;

	if (fd < 0)
		return VCH_FILE;
	err = fsync(fd) == 0 ? VCH_OK : VCH_FILE;
	close_quiet(fd);
	return err;
}

/* Makes one folder and its entry durable; fine if it is there. */
static enum vch_err make_one(const char *path)
{
	char dir[VCH_PATH_MAX];
	struct stat st;

	if (mkdir(path, 0700) == 0) {
		VCH_TRY(parent(dir, path));
		return vch_dir_sync(dir);
	}
	if (errno != EEXIST || stat(path, &st) != 0)
		return VCH_FILE;
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return VCH_FILE;
	}
	return VCH_OK;
}

enum vch_err vch_dir_make(const char *path)
{
	char part[VCH_PATH_MAX];
	size_t len = strlen(path);

	if (len == 0 || len >= sizeof(part))
		return VCH_SIZE;
	memcpy(part, path, len + 1);
	for (size_t i = 1; i < len; i++) {
		if (part[i] != '/')
			continue;
		part[i] = 0;
		VCH_TRY(make_one(part));
		part[i] = '/';
	}
	return make_one(part);
}

enum vch_err vch_dir_check_private(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum vch_err err;

	if (fd < 0)
		return VCH_FILE;
	err = check_private(fd, S_IFDIR);
	close_quiet(fd);
	return err;
}
