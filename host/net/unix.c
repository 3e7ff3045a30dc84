/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/unix.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int new_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static bool answers(const struct sockaddr_un *name)
{
	int fd = new_socket();
	bool yes = fd >= 0 && (connect(fd, (const struct sockaddr *)name,
				       sizeof(*name)) == 0 ||
			       errno == EAGAIN);

	if (fd >= 0)
		close(fd);
	return yes;
}

/* What an earlier run left behind. */
static enum vch_err clear_away(const struct sockaddr_un *name)
{
	struct stat st;

	if (lstat(name->sun_path, &st) != 0)
		return errno == ENOENT ? VCH_OK : VCH_SOCKET;
	if (!S_ISSOCK(st.st_mode) || answers(name))
		return VCH_EXISTS;
	return unlink(name->sun_path) == 0 ? VCH_OK : VCH_SOCKET;
}

enum vch_err vch_unix_bind(int *ret_fd, const char *path, bool shared)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int saved;
	int fd;

	if (strlen(path) >= sizeof(name.sun_path))
		return VCH_SIZE;
	memcpy(name.sun_path, path, strlen(path) + 1);
	VCH_TRY(clear_away(&name));
	fd = new_socket();
	if (fd < 0)
		return VCH_SOCKET;
	if (bind(fd, (struct sockaddr *)&name, sizeof(name)) == 0 &&
	    chmod(path, shared ? 0666 : 0600) == 0) {
		*ret_fd = fd;
		return VCH_OK;
	}
	saved = errno;
	close(fd);
	errno = saved;
	return VCH_SOCKET;
}
