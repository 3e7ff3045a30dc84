/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the tests of the log: a folder of their own for each, batches that
 * continue each other, and the table of I/O calls put back.
 */
#ifndef HOST_STORE_LOG_TESTING_H
#define HOST_STORE_LOG_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/base/logline.h"
#include "host/store/io.h"
#include "host/store/segment.h"

static char dir[64];
static struct vch_io_ops real_io;
static struct vch_log *logs;

#define BIG_RECORD 3000

/* One shard's chain, and the bytes of its newest batch. */
struct maker {
	uint8_t shard;
	uint64_t index;
	uint8_t head[32];
	uint8_t buf[VCH_BATCH_MAX];
};

/* Of each record that is made; each begins with its index. */
static size_t record_len;
static uint8_t records_cnt;

static struct maker main_maker;
static struct vch_log_batch batch;

static inline void maker_next(struct maker *m, struct vch_log_batch *ret)
{
	static const uint8_t filling[BIG_RECORD];
	struct vch_writer w = vch_writer(m->buf, sizeof(m->buf));
	static _Thread_local uint8_t record[VCH_BATCH_RECORDS_MAX][BIG_RECORD];
	struct vch_batch *b = calloc(1, sizeof(*b));
	struct vch_section *s = &b->sections[0];
	struct vch_leaves leaves = {.cnt = records_cnt};

	b->sections_cnt = 1;
	s->shard = m->shard;
	s->index = m->index;
	memcpy(s->prev_head, m->head, 32);
	s->records_cnt = records_cnt;
	for (uint8_t i = 0; i < records_cnt; i++, m->index++) {
		memcpy(record[i], filling, record_len);
		vch_store_be64(record[i], m->index);
		s->records[i] = vch_span(record[i], record_len);
		vch_head_add(m->head, s->records[i]);
		vch_leaf(leaves.hash[i], m->shard, s->incarnation, m->index,
			 m->head);
	}
	vch_root(b->root, &leaves);
	vch_batch_write(&w, b);
	free(b);
	assert_int_equal(vch_log_batch_parse(ret, vch_written(&w)), VCH_OK);
}

static inline const struct vch_log_batch *make_batch(void)
{
	maker_next(&main_maker, &batch);
	return &batch;
}

static inline enum vch_err append(void)
{
	return vch_log_append(logs, NULL, make_batch());
}

/* Counts, and brings the maker to where the log ends. */
static inline enum vch_err count(void *ctx, struct vch_log_pos pos,
				 const struct vch_log_batch *b)
{
	const struct vch_section *s = &b->batch.sections[0];
	uint64_t *cnt = ctx;

	(void)pos;
	assert_int_equal(s->index, *cnt * records_cnt);
	main_maker.index = s->index + s->records_cnt;
	vch_section_head(main_maker.head, s);
	(*cnt)++;
	return VCH_OK;
}

/* Opens and goes on after the last batch that is there. */
static inline enum vch_err reopen(uint64_t *ret_cnt)
{
	uint64_t cnt = 0;
	enum vch_err err;

	if (logs)
		vch_log_close(logs);
	logs = NULL;
	memset(main_maker.head, 0, sizeof(main_maker.head));
	main_maker.index = 0;
	err = vch_log_open(&logs, dir, NULL, count, &cnt);
	*ret_cnt = cnt;
	return err;
}

static inline int setup(void **state)
{
	uint64_t cnt;

	(void)state;
	record_len = 40;
	records_cnt = 1;
	main_maker.shard = 5;
	strcpy(dir, "/tmp/vouch-log-XXXXXX");
	assert_non_null(mkdtemp(dir));
	vch_io = real_io;
	assert_int_equal(reopen(&cnt), VCH_OK);
	assert_int_equal(cnt, 0);
	return 0;
}

static inline int teardown(void **state)
{
	char cmd[96];

	(void)state;
	vch_io = real_io;
	if (logs)
		vch_log_close(logs);
	logs = NULL;
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	return system(cmd);
}

static inline void path_of(char path[PATH_MAX], uint32_t number)
{
	vch_segment_path(path, dir, number);
}

static inline unsigned segment_cnt(void)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	unsigned cnt = 0;

	assert_non_null(d);
	while ((e = readdir(d)))
		cnt += strstr(e->d_name, ".log") != NULL;
	closedir(d);
	return cnt;
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* What every main() of these tests begins with: VCH_SEED repeats a run. */
static inline void testing_begin(void)
{
	const char *seed = getenv("VCH_SEED");

	printf("seed %s\n", seed ? seed : "1");
	srand(seed ? (unsigned)strtoul(seed, NULL, 10) : 1);
	vch_logline_level(VCH_ERROR + 1);
	real_io = vch_io;
}

#endif
