/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "trusted/crypto/sha256.h"
#include "trusted/log/chain.h"

static struct vch_ed25519_sk key;
static struct vch_batch batch;
static uint8_t record[VCH_BATCH_RECORDS_MAX][40];

/* The tree by its definition: split at the largest power of two below cnt. */
static void root_twin(uint8_t ret[32], const uint8_t (*leaf)[32], size_t cnt)
{
	uint8_t in[65] = {1};
	size_t left = 1;

	if (cnt == 1) {
		memcpy(ret, leaf[0], 32);
		return;
	}
	while (left * 2 < cnt)
		left *= 2;
	root_twin(in + 1, leaf, left);
	root_twin(in + 33, leaf + left, cnt - left);
	vch_sha256_hash(ret, vch_span(in, sizeof(in)));
}

/* cnt records, spread over up to three sections, signed. */
static void make_batch(uint8_t cnt, struct vch_leaves *ret_leaves)
{
	memset(&batch, 0, sizeof(batch));
	for (uint8_t i = 0; i < cnt; i++) {
		struct vch_section *s = &batch.sections[i % 3];

		memset(record[i], i, sizeof(record[i]));
		s->shard = i % 3;
		s->incarnation[0] = (uint8_t)(i % 3);
		s->index = 5;
		s->records[s->records_cnt++] =
			vch_span(record[i], 1 + i % sizeof(record[i]));
		if (s->records_cnt == 1)
			batch.sections_cnt++;
	}
	/* the root is not known yet: compute it through the check itself */
	for (uint8_t k = 0, n = 0; k < batch.sections_cnt; k++) {
		uint8_t head[32] = {0};

		for (uint8_t i = 0; i < batch.sections[k].records_cnt; i++) {
			vch_head_add(head, batch.sections[k].records[i]);
			vch_leaf(ret_leaves->hash[n++], k,
				 batch.sections[k].incarnation, 5u + i, head);
		}
		ret_leaves->cnt = n;
	}
	vch_root(batch.root, ret_leaves);
	vch_root_sign(batch.signature, &key, batch.root);
}

static void test_root(void **state)
{
	struct vch_leaves leaves;
	struct vch_tree tree;
	uint8_t twin[32];

	(void)state;
	for (uint8_t cnt = 1; cnt <= VCH_BATCH_RECORDS_MAX; cnt++) {
		make_batch(cnt, &leaves);
		root_twin(twin, (const uint8_t(*)[32])leaves.hash, cnt);
		assert_memory_equal(twin, batch.root, 32);
		assert_int_equal(vch_tree_make(&tree, &batch), VCH_OK);
		assert_int_equal(tree.cnt, cnt);
		assert_memory_equal(tree.node, leaves.hash, 32u * cnt);
	}
}

static void test_receipts(void **state)
{
	struct vch_leaves leaves;
	struct vch_receipt receipt;
	struct vch_tree tree;

	(void)state;
	for (uint8_t cnt = 1; cnt <= VCH_BATCH_RECORDS_MAX; cnt++) {
		make_batch(cnt, &leaves);
		assert_int_equal(vch_tree_make(&tree, &batch), VCH_OK);
		for (uint8_t i = 0; i < cnt; i++) {
			vch_receipt_make(&receipt, &batch, &tree, i % 3, i / 3);
			assert_int_equal(
				vch_receipt_verify_var(&receipt, key.pk.b),
				VCH_OK);
			assert_int_equal(receipt.index, 5 + i / 3);
		}
	}
}

/* Every bit of an encoded receipt counts. */
static void test_receipt_tampered(void **state)
{
	struct vch_leaves leaves;
	struct vch_receipt receipt;
	struct vch_tree tree;
	uint8_t buf[VCH_RECEIPT_ENC_MAX];
	struct vch_writer w = vch_writer(buf, sizeof(buf));

	(void)state;
	make_batch(11, &leaves);
	assert_int_equal(vch_tree_make(&tree, &batch), VCH_OK);
	vch_receipt_make(&receipt, &batch, &tree, 1, 2);
	vch_receipt_write(&w, &receipt);
	for (size_t bit = 0; bit < 8 * w.len; bit++) {
		buf[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (vch_receipt_decode(&receipt, vch_written(&w)) == VCH_OK)
			assert_int_equal(
				vch_receipt_verify_var(&receipt, key.pk.b),
				VCH_RECEIPT);
		buf[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(vch_receipt_decode(&receipt, vch_written(&w)), VCH_OK);
	assert_int_equal(vch_receipt_verify_var(&receipt, key.pk.b), VCH_OK);
}

static void test_batch_refusals(void **state)
{
	struct vch_leaves leaves;
	struct vch_tree tree;

	(void)state;
	make_batch(6, &leaves);
	record[3][0] ^= 1;
	assert_int_equal(vch_tree_make(&tree, &batch), VCH_CHAIN);
	assert_int_equal(tree.cnt, 0);
	make_batch(6, &leaves);
	batch.sections[1].index++;
	assert_int_equal(vch_tree_make(&tree, &batch), VCH_CHAIN);
	batch.sections_cnt = 0;
	assert_int_equal(vch_tree_make(&tree, &batch), VCH_FORMAT);
	make_batch(64, &leaves);
	batch.sections[2].records_cnt++;
	assert_int_equal(vch_tree_make(&tree, &batch), VCH_FORMAT);
}

static void test_shards(void **state)
{
	uint8_t id[20] = {0}, hash[32];
	uint64_t seen = 0;

	(void)state;
	for (uint32_t i = 0; i < 2000; i++) {
		id[0] = (uint8_t)i;
		id[1] = (uint8_t)(i >> 8);
		vch_sha256_hash(hash, vch_span(id, 20));
		assert_int_equal(vch_shard_of(id), hash[0] / 4);
		seen |= UINT64_C(1) << vch_shard_of(id);
	}
	assert_true(seen == UINT64_MAX);
}

int main(void)
{
	static const uint8_t seed[32] = {7};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_root),
		cmocka_unit_test(test_receipts),
		cmocka_unit_test(test_receipt_tampered),
		cmocka_unit_test(test_batch_refusals),
		cmocka_unit_test(test_shards),
	};

	vch_ed25519_sk_from_seed(&key, seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
