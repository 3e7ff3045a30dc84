/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/log/chain.h"

#include <string.h>

#include "trusted/base/check.h"
#include "trusted/crypto/sha256.h"

static const char root_label[] = "vouch batch v1";

uint8_t vch_shard_of(const uint8_t id[20])
{
	uint8_t hash[32];

	vch_sha256_hash(hash, vch_span(id, 20));
	return hash[0] >> 2;
}

void vch_slot_state(uint8_t ret_state[32], const uint8_t config_hash[32],
		    struct vch_span counters)
{
	uint8_t both[64];

	memcpy(both, config_hash, 32);
	vch_sha256_hash(both + 32, counters);
	vch_sha256_hash(ret_state, vch_span(both, sizeof(both)));
}

void vch_head_add(uint8_t head[32], struct vch_span record)
{
	struct vch_sha256 s;

	vch_sha256_init(&s);
	vch_sha256_update(&s, head, 32);
	vch_sha256_update(&s, record.ptr, record.len);
	vch_sha256_final(&s, head);
}

void vch_leaf(uint8_t ret_leaf[32], uint8_t shard,
	      const uint8_t incarnation[16], uint64_t index,
	      const uint8_t head[32])
{
	uint8_t in[1 + 1 + 16 + 8 + 32];
	struct vch_writer w = vch_writer(in, sizeof(in));

	vch_write_u8(&w, 0);
	vch_write_u8(&w, shard);
	vch_write_bytes(&w, incarnation, 16);
	vch_write_u64(&w, index);
	vch_write_bytes(&w, head, 32);
	vch_sha256_hash(ret_leaf, vch_written(&w));
}

static void node_hash(uint8_t ret[32], const uint8_t left[32],
		      const uint8_t right[32])
{
	uint8_t in[65];

	in[0] = 1;
	memcpy(in + 1, left, 32);
	memcpy(in + 33, right, 32);
	vch_sha256_hash(ret, vch_span(in, sizeof(in)));
}

/* The level above cnt nodes, maybe in their place; returns its width. */
static size_t level_up(uint8_t (*up)[32], uint8_t (*node)[32], size_t cnt)
{
	for (size_t i = 0; i < cnt / 2; i++)
		node_hash(up[i], node[2 * i], node[2 * i + 1]);
	if (cnt % 2)
		memmove(up[cnt / 2], node[cnt - 1], 32);
	return (cnt + 1) / 2;
}

void vch_root(uint8_t ret_root[32], const struct vch_leaves *leaves)
{
	struct vch_leaves node = *leaves;
	size_t cnt = leaves->cnt;

	VCH_CHECK(cnt > 0 && cnt <= VCH_BATCH_RECORDS_MAX);
	while (cnt > 1)
		cnt = level_up(node.hash, node.hash, cnt);
	memcpy(ret_root, node.hash[0], 32);
}

/* Adds a section's leaves; false if that would be more than 64. */
static bool add_section(struct vch_tree *tree, const struct vch_section *s)
{
	uint8_t *head;

	if (s->records_cnt == 0 ||
	    s->records_cnt > VCH_BATCH_RECORDS_MAX - tree->cnt)
		return false;
	for (uint8_t i = 0; i < s->records_cnt; i++, tree->cnt++) {
		head = tree->head[tree->cnt];
		memcpy(head, i > 0 ? head - 32 : s->prev_head, 32);
		vch_head_add(head, s->records[i]);
		vch_leaf(tree->node[tree->cnt], s->shard, s->incarnation,
			 s->index + i, head);
	}
	return true;
}

/* The levels above the leaves, each behind the one below; returns the root. */
static const uint8_t *grow(struct vch_tree *tree)
{
	uint8_t(*level)[32] = tree->node;

	for (size_t cnt = tree->cnt; cnt > 1;) {
		uint8_t(*up)[32] = level + cnt;

		cnt = level_up(up, level, cnt);
		level = up;
	}
	return level[0];
}

static enum vch_err make(struct vch_tree *tree, const struct vch_batch *batch)
{
	tree->cnt = 0;
	for (uint8_t i = 0; i < batch->sections_cnt; i++) {
		if (!add_section(tree, &batch->sections[i]))
			return VCH_FORMAT;
	}
	if (tree->cnt == 0)
		return VCH_FORMAT;
	return memcmp(grow(tree), batch->root, 32) == 0 ? VCH_OK : VCH_CHAIN;
}

enum vch_err vch_tree_make(struct vch_tree *ret, const struct vch_batch *batch)
{
	enum vch_err err = make(ret, batch);

	if (err != VCH_OK)
		ret->cnt = 0; /* of which no receipt is made */
	return err;
}

void vch_section_head(uint8_t ret_head[32], const struct vch_section *section)
{
	memcpy(ret_head, section->prev_head, 32);
	for (uint8_t i = 0; i < section->records_cnt; i++)
		vch_head_add(ret_head, section->records[i]);
}

/* What the log key signs. Without the label's final zero. */
#define SIGNED_LEN (sizeof(root_label) - 1 + 32)

static struct vch_span signed_bytes(uint8_t buf[SIGNED_LEN],
				    const uint8_t root[32])
{
	memcpy(buf, root_label, sizeof(root_label) - 1);
	memcpy(buf + sizeof(root_label) - 1, root, 32);
	return vch_span(buf, SIGNED_LEN);
}

void vch_root_sign(uint8_t ret_signature[64], const struct vch_ed25519_sk *key,
		   const uint8_t root[32])
{
	uint8_t buf[SIGNED_LEN];

	vch_ed25519_sign(ret_signature, key, signed_bytes(buf, root));
}

enum vch_err vch_root_verify_var(const uint8_t log_key[32],
				 const uint8_t root[32],
				 const uint8_t signature[64])
{
	struct vch_ed25519_pk pk;
	uint8_t buf[SIGNED_LEN];

	VCH_TRY(vch_ed25519_pk_parse(&pk, log_key));
	return vch_ed25519_verify_var(&pk, signed_bytes(buf, root), signature);
}

/* The position of a record among all leaves of its batch. */
static size_t leaf_index(const struct vch_batch *batch, uint8_t section_idx,
			 uint8_t record_idx)
{
	size_t at = record_idx;

	for (uint8_t i = 0; i < section_idx; i++)
		at += batch->sections[i].records_cnt;
	return at;
}

void vch_receipt_make(struct vch_receipt *ret, const struct vch_batch *batch,
		      const struct vch_tree *tree, uint8_t section_idx,
		      uint8_t record_idx)
{
	const struct vch_section *s = &batch->sections[section_idx];
	size_t at = leaf_index(batch, section_idx, record_idx);
	const uint8_t(*level)[32] = tree->node;

	VCH_CHECK(section_idx < batch->sections_cnt &&
		  record_idx < s->records_cnt && at < tree->cnt);
	memset(ret, 0, sizeof(*ret));
	ret->shard = s->shard;
	memcpy(ret->incarnation, s->incarnation, 16);
	ret->index = s->index + record_idx;
	memcpy(ret->prev_head,
	       record_idx > 0 ? tree->head[at - 1] : s->prev_head, 32);
	ret->record = s->records[record_idx];
	for (size_t cnt = tree->cnt; cnt > 1; cnt = (cnt + 1) / 2, at /= 2) {
		size_t other = at ^ 1;

		if (other < cnt) {
			memcpy(ret->path[ret->path_cnt], level[other], 32);
			ret->left |= (uint8_t)((at & 1) << ret->path_cnt);
			ret->path_cnt++;
		}
		level += cnt;
	}
	memcpy(ret->root, batch->root, 32);
	memcpy(ret->signature, batch->signature, 64);
}

void vch_seen_from(struct vch_seen *ret, const struct vch_receipt *receipt)
{
	memset(ret, 0, sizeof(*ret));
	memcpy(ret->incarnation, receipt->incarnation, 16);
	ret->index = receipt->index;
	memcpy(ret->head, receipt->prev_head, 32);
	vch_head_add(ret->head, receipt->record);
	memcpy(ret->path, receipt->path, sizeof(ret->path));
	ret->path_cnt = receipt->path_cnt;
	ret->left = receipt->left;
	memcpy(ret->signature, receipt->signature, 64);
}

/* From the leaf up; VCH_RECEIPT if the path is not in its one form. */
static enum vch_err seen_root(uint8_t ret_root[32], const struct vch_seen *seen,
			      uint8_t shard)
{
	if (seen->path_cnt > 6 || seen->left >> seen->path_cnt)
		return VCH_RECEIPT;
	vch_leaf(ret_root, shard, seen->incarnation, seen->index, seen->head);
	for (uint8_t i = 0; i < seen->path_cnt; i++) {
		if (seen->left >> i & 1)
			node_hash(ret_root, seen->path[i], ret_root);
		else
			node_hash(ret_root, ret_root, seen->path[i]);
	}
	return VCH_OK;
}

enum vch_err vch_seen_verify_var(const struct vch_seen *seen, uint8_t shard,
				 const uint8_t log_key[32])
{
	uint8_t root[32];

	VCH_TRY(seen_root(root, seen, shard));
	if (vch_root_verify_var(log_key, root, seen->signature) != VCH_OK)
		return VCH_RECEIPT;
	return VCH_OK;
}

enum vch_err vch_receipt_verify_var(const struct vch_receipt *receipt,
				    const uint8_t log_key[32])
{
	struct vch_seen seen;
	uint8_t root[32];

	vch_seen_from(&seen, receipt);
	VCH_TRY(seen_root(root, &seen, receipt->shard));
	if (memcmp(root, receipt->root, 32) != 0 ||
	    vch_root_verify_var(log_key, root, receipt->signature) != VCH_OK)
		return VCH_RECEIPT;
	return VCH_OK;
}
