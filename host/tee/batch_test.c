/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/tee/batch.h"
#include "trusted/log/chain.h"

static char dir[64];
static struct vch_index *index_;
static struct vch_blobs *blobs;
static struct vch_gather gather;
static struct vch_log_batch batch;
static uint8_t record[VCH_OPS_MAX][8];

static void id_of(uint8_t ret[20], uint8_t account)
{
	memset(ret, account, 20);
}

static void know(uint8_t account)
{
	static uint8_t config[VCH_CONFIG_MAX], counters[10];
	struct vch_fold fold = {.item_cnt = 1, .record_cnt = 1};
	uint8_t id[20];

	id_of(id, account);
	memcpy(fold.items[0].slot.id, id, 20);
	fold.items[0].slot.seq = 1;
	fold.items[0].config = vch_span(config, sizeof(config));
	fold.items[0].counters = vch_span(counters, sizeof(counters));
	vch_index_apply(index_, (struct vch_log_pos){1, 16}, &fold);
	assert_int_equal(vch_blobs_put(blobs, id, vch_span("blob", 4)), VCH_OK);
}

static int setup(void **state)
{
	char path[80];

	(void)state;
	strcpy(dir, "/tmp/vouch-batch-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/blobs", dir);
	assert_int_equal(vch_index_new(&index_, dir), VCH_OK);
	assert_int_equal(vch_blobs_open(&blobs, path), VCH_OK);
	for (uint8_t i = 1; i <= 100; i++)
		know(i);
	vch_gather_init(&gather);
	return 0;
}

static int teardown(void **state)
{
	char cmd[96];

	(void)state;
	vch_index_free(index_);
	vch_blobs_close(blobs);
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	return system(cmd);
}

struct seen {
	unsigned cnt;
	enum vch_err err;
	bool receipt;
	uint64_t record;
};

static void note(void *ctx, const struct vch_outcome *outcome)
{
	struct seen *seen = ctx;
	struct vch_receipt receipt;

	seen->cnt++;
	seen->err = outcome->err;
	seen->receipt = outcome->receipt.len > 0;
	if (!seen->receipt)
		return;
	assert_int_equal(vch_receipt_decode(&receipt, outcome->receipt),
			 VCH_OK);
	seen->record = vch_load_be64(receipt.record.ptr);
}

static struct vch_job *job(uint8_t account, struct seen *seen, size_t len)
{
	struct vch_job *j = calloc(1, sizeof(*j) + len);

	assert_non_null(j);
	j->cmd = VCH_CMD_COSIGN_BATCH;
	id_of(j->op.account, account);
	j->request_len = len;
	j->done = note;
	j->ctx = seen;
	return j;
}

static enum vch_err add(struct vch_job *j)
{
	enum vch_err err = vch_gather_add(&gather, j, index_, blobs);

	if (err != VCH_OK)
		free(j);
	return err;
}

/* An account is brought with its first operation and not again. */
static void test_brought_once(void **state)
{
	struct seen seen = {0};

	(void)state;
	assert_int_equal(add(job(1, &seen, 500)), VCH_OK);
	assert_int_equal(add(job(2, &seen, 500)), VCH_OK);
	assert_int_equal(add(job(1, &seen, 500)), VCH_OK);
	assert_int_equal(gather.request.ops[0].config.len, VCH_CONFIG_MAX);
	assert_int_equal(gather.request.ops[0].counters.len, 10);
	assert_int_equal(gather.request.ops[0].blob.len, 4);
	assert_int_equal(gather.request.ops[1].config.len, VCH_CONFIG_MAX);
	assert_int_equal(gather.request.ops[2].config.len +
				 gather.request.ops[2].counters.len +
				 gather.request.ops[2].blob.len,
			 0);
	vch_gather_fail(&gather, VCH_TEE_LOST);
	assert_int_equal(seen.cnt, 3);
	assert_int_equal(seen.err, VCH_TEE_LOST);
}

static void test_bounds(void **state)
{
	struct seen seen = {0};
	unsigned added = 0;

	(void)state;
	assert_int_equal(add(job(101, &seen, 10)), VCH_ACCOUNT);
	while (add(job(1, &seen, 10)) == VCH_OK)
		added++;
	assert_int_equal(added, VCH_OPS_MAX);
	vch_gather_fail(&gather, VCH_TIMEOUT);
	vch_gather_init(&gather);
	for (added = 0; add(job(1, &seen, 16000)) == VCH_OK; added++)
		;
	assert_int_equal(added, (VCH_REQUEST_MAX - VCH_CONFIG_MAX) / 16000);
	vch_gather_fail(&gather, VCH_TIMEOUT);
}

/* A batch as the TEE writes it: sections by shard, records in their order. */
static void write_record(uint8_t account, uint64_t value)
{
	struct vch_batch *b = &batch.batch;
	uint8_t id[20], k = 0, n = batch.tree.cnt++;
	uint8_t shard;

	id_of(id, account);
	shard = vch_shard_of(id);
	while (k < b->sections_cnt && b->sections[k].shard != shard)
		k++;
	if (k == b->sections_cnt)
		b->sections_cnt++;
	b->sections[k].shard = shard;
	vch_store_be64(record[n], value);
	b->sections[k].records[b->sections[k].records_cnt++] =
		vch_span(record[n], 8);
}

/* Each operation gets the receipt of its own record, the unrecorded none. */
static void test_receipts(void **state)
{
	static struct vch_cosign_batch_answer ans;
	static uint8_t buf[8192];
	struct vch_writer w = vch_writer(buf, sizeof(buf));
	struct seen seen[40] = {{0}};

	(void)state;
	memset(&batch, 0, sizeof(batch));
	for (uint8_t i = 0; i < 40; i++) {
		uint8_t account = (uint8_t)(1 + i % 7);

		assert_int_equal(add(job(account, &seen[i], 10)), VCH_OK);
		ans.results[i].recorded = i % 3 != 0;
		if (ans.results[i].recorded)
			write_record(account, i);
		ans.results_cnt++;
	}
	vch_cosign_batch_answer_write(&w, &ans);
	vch_gather_finish(&gather, vch_written(&w), &batch);
	for (uint8_t i = 0; i < 40; i++) {
		assert_int_equal(seen[i].cnt, 1);
		assert_int_equal(seen[i].err, VCH_OK);
		assert_int_equal(seen[i].receipt, i % 3 != 0);
		if (seen[i].receipt)
			assert_int_equal(seen[i].record, i);
	}
}

/* Answers that do not fit the questions are nobody's answers. */
static void test_mismatch(void **state)
{
	static struct vch_cosign_batch_answer ans = {.results_cnt = 1};
	static uint8_t buf[8192];
	struct vch_writer w = vch_writer(buf, sizeof(buf));
	struct seen seen = {0};

	(void)state;
	ans.results[0].recorded = 1;
	vch_cosign_batch_answer_write(&w, &ans);
	assert_int_equal(add(job(1, &seen, 10)), VCH_OK);
	vch_gather_finish(&gather, vch_written(&w), NULL);
	assert_int_equal(seen.err, VCH_INTERNAL);

	vch_gather_init(&gather);
	assert_int_equal(add(job(1, &seen, 10)), VCH_OK);
	assert_int_equal(add(job(2, &seen, 10)), VCH_OK);
	vch_gather_finish(&gather, vch_written(&w), NULL);
	assert_int_equal(seen.err, VCH_INTERNAL);
	assert_int_equal(seen.cnt, 3);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_brought_once),
		T(test_bounds),
		T(test_receipts),
		T(test_mismatch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
