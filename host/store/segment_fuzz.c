/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the input is a segment file, the only one of its log.
 * What the walk says is good must, cut there, be a whole log with the same
 * batches: a crash during the cut changes nothing.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/store/segment.h"
#include "trusted/base/check.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[] = "/dev/shm/vouch-fuzz-XXXXXX";
static char path[PATH_MAX];

static void remove_all(void)
{
	unlink(path);
	rmdir(dir);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	VCH_CHECK(mkdtemp(dir));
	vch_segment_path(path, dir, 1);
	atexit(remove_all);
	return 0;
}

static void file_write(const uint8_t *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	VCH_CHECK(fd >= 0);
	VCH_CHECK(write(fd, data, size) == (ssize_t)size);
	close(fd);
}

/* Every batch that is handed out is one that this file really holds. */
static enum vch_err one_batch(void *ctx, struct vch_log_pos pos,
			      const struct vch_log_batch *batch)
{
	size_t *size = ctx;

	VCH_CHECK(pos.segment == 1 && pos.offset >= VCH_SEGMENT_HEAD);
	VCH_CHECK(pos.offset + 4 + batch->bytes.len <= *size);
	return VCH_OK;
}

static enum vch_err walk(struct vch_log_end *ret, size_t size)
{
	static struct vch_log_chain chain;

	memset(&chain, 0, sizeof(chain));
	memset(ret, 0, sizeof(*ret));
	return vch_segments_walk(ret, &chain, dir, one_batch, &size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vch_log_end end, again;
	enum vch_err err;

	file_write(data, size);
	err = walk(&end, size);
	if (err != VCH_OK) {
		VCH_CHECK(err == VCH_CORRUPT || err == VCH_FILE);
		return 0;
	}
	VCH_CHECK(end.torn_len == 0 || end.spare_len == 0);
	VCH_CHECK(end.pos.offset + end.torn_len + end.spare_len == size);
	file_write(data, end.pos.offset);
	VCH_CHECK(walk(&again, end.pos.offset) == VCH_OK);
	VCH_CHECK(again.batches == end.batches);
	VCH_CHECK(again.pos.offset == end.pos.offset && again.torn_len == 0 &&
		  again.spare_len == 0);
	return 0;
}
