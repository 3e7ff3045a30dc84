/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/node_files.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <yyjson.h>

#include "host/base/file.h"

#define READY_MAX 4096
#define PROGRAM "/vouchd"

/* A file that outlived its process may name another one's number. */
static bool is_vouchd(int pid)
{
	char link[64];
	char path[VCH_PATH_MAX];
	ssize_t len;
	char *end;

	snprintf(link, sizeof(link), "/proc/%d/exe", pid);
	len = readlink(link, path, sizeof(path) - 1);
	if (len <= 0)
		return false;
	path[len] = '\0';
	end = strstr(path, " (deleted)");
	if (end)
		*end = '\0';
	end = strrchr(path, '/');
	return end && strcmp(end, PROGRAM) == 0;
}

int vch_node_pid(const char *data)
{
	struct vch_buf text = vch_buf(READY_MAX);
	char path[VCH_PATH_MAX];
	yyjson_doc *doc;
	int pid = 0;

	if (vch_path_join(path, data, "ready.json") == VCH_OK &&
	    vch_file_read_private(&text, path) == VCH_OK && text.len > 0) {
		doc = yyjson_read((const char *)text.ptr, text.len, 0);
		pid = yyjson_get_int(
			yyjson_obj_get(yyjson_doc_get_root(doc), "pid"));
		yyjson_doc_free(doc);
	}
	vch_buf_free(&text);
	return pid > 0 && is_vouchd(pid) ? pid : 0;
}
