/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/store/blobs.h"

static char dir[64];
static char path[80];
static struct vch_blobs *blobs;

static void reopen(void)
{
	if (blobs)
		vch_blobs_close(blobs);
	blobs = NULL;
	assert_int_equal(vch_blobs_open(&blobs, path), VCH_OK);
}

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/vouch-blobs-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/blobs", dir);
	reopen();
	return 0;
}

static int teardown(void **state)
{
	char cmd[96];

	(void)state;
	if (blobs)
		vch_blobs_close(blobs);
	blobs = NULL;
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	return system(cmd);
}

/* All ids of a test share the bytes that choose their place in memory. */
static void id_of(uint8_t ret[20], uint8_t n)
{
	memset(ret, 0, 20);
	ret[0] = n;
}

static enum vch_err put(uint8_t n, size_t len, uint8_t fill)
{
	uint8_t id[20], blob[VCH_BLOB_MAX + 1];

	id_of(id, n);
	memset(blob, fill, sizeof(blob));
	return vch_blobs_put(blobs, id, vch_span(blob, len));
}

static void check(uint8_t n, size_t len, uint8_t fill)
{
	uint8_t id[20], got[VCH_BLOB_MAX];
	size_t got_len = 0;

	id_of(id, n);
	assert_int_equal(vch_blobs_get(blobs, got, &got_len, id), VCH_OK);
	assert_int_equal(got_len, len);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(got[i], fill);
}

/* More of one place than memory keeps: the files have the others. */
static void test_many_of_one_place(void **state)
{
	(void)state;
	for (uint8_t i = 1; i <= 20; i++)
		assert_int_equal(put(i, i, i), VCH_OK);
	for (int round = 0; round < 3; round++) {
		for (uint8_t i = 1; i <= 20; i++)
			check(i, i, i);
	}
	assert_int_equal(put(7, VCH_BLOB_MAX, 77), VCH_OK);
	check(7, VCH_BLOB_MAX, 77);
	reopen();
	check(7, VCH_BLOB_MAX, 77);
	check(20, 20, 20);
}

/* The hot path does no file I/O: what memory holds needs no file. */
static void test_memory(void **state)
{
	char cmd[128];

	(void)state;
	assert_int_equal(put(1, 5, 1), VCH_OK);
	snprintf(cmd, sizeof(cmd), "rm '%s'/*", path);
	assert_int_equal(system(cmd), 0);
	check(1, 5, 1);
}

static void test_refusals(void **state)
{
	uint8_t id[20], got[VCH_BLOB_MAX];
	size_t len = 77;
	char file[128];
	FILE *f;

	(void)state;
	id_of(id, 9);
	assert_int_equal(vch_blobs_get(blobs, got, &len, id), VCH_FILE);
	assert_int_equal(put(9, 0, 0), VCH_SIZE);
	assert_int_equal(put(9, VCH_BLOB_MAX + 1, 0), VCH_SIZE);
	snprintf(file, sizeof(file), "%s/09%038d", path, 0);
	f = fopen(file, "w");
	assert_non_null(f);
	fclose(f);
	assert_int_equal(vch_blobs_get(blobs, got, &len, id), VCH_FILE);
	assert_int_equal(truncate(file, VCH_BLOB_MAX + 1), 0);
	assert_int_equal(vch_blobs_get(blobs, got, &len, id), VCH_SIZE);
	assert_int_equal(len, 77);
}

/* Several at once: the new ones are there, in memory and on disk. */
static void test_replace(void **state)
{
	static struct vch_blob_file file[20];
	uint8_t(*ids)[20];
	size_t cnt;
	char stray[128];
	FILE *f;

	(void)state;
	for (uint8_t i = 1; i <= 20; i++) {
		assert_int_equal(put(i, 9, i), VCH_OK);
		id_of(file[i - 1].id, i);
		file[i - 1].len = 40;
		memset(file[i - 1].bytes, 100 + i, 40);
	}
	assert_int_equal(vch_blobs_replace(blobs, file, 19), VCH_OK);
	for (int round = 0; round < 2; round++) {
		for (uint8_t i = 1; i <= 19; i++)
			check(i, 40, (uint8_t)(100 + i));
		check(20, 9, 20);
		reopen();
	}
	/* what was begun and not finished is no blob */
	snprintf(stray, sizeof(stray), "%s/15%038d.new", path, 0);
	f = fopen(stray, "w");
	assert_non_null(f);
	fclose(f);
	assert_int_equal(vch_blobs_ids(blobs, &ids, &cnt), VCH_OK);
	assert_int_equal(cnt, 20);
	free(ids);
	vch_blobs_drop(blobs, file[0].id);
	assert_int_equal(vch_blobs_ids(blobs, &ids, &cnt), VCH_OK);
	assert_int_equal(cnt, 19);
	free(ids);
	assert_int_equal(
		vch_blobs_replace(blobs, file, VCH_BLOBS_REPLACE_MAX + 1),
		VCH_SIZE);
	snprintf(stray, sizeof(stray), "rm -rf '%s'", path);
	assert_int_equal(system(stray), 0);
	assert_int_equal(vch_blobs_replace(blobs, file, 1), VCH_FILE);
	assert_int_equal(vch_blobs_ids(blobs, &ids, &cnt), VCH_FILE);
}

static void test_folder_is_private(void **state)
{
	struct vch_blobs *second;

	(void)state;
	assert_int_equal(chmod(path, 0750), 0);
	assert_int_equal(vch_blobs_open(&second, path), VCH_FILE);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_many_of_one_place), T(test_memory),
		T(test_refusals),	   T(test_replace),
		T(test_folder_is_private),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
