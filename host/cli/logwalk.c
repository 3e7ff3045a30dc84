/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/logwalk.h"

#include <string.h>

#include "trusted/base/ct.h"
#include "trusted/log/chain.h"

#define HOLDS(walk, cond, text)                                                \
	do {                                                                   \
		if (!(cond)) {                                                 \
			(walk)->why = text;                                    \
			return VCH_RECEIPT;                                    \
		}                                                              \
	} while (0)

void vch_logwalk_init(struct vch_logwalk *walk, const uint8_t *log_key)
{
	memset(walk, 0, sizeof(*walk));
	if (!log_key)
		return;
	memcpy(walk->log_key, log_key, 32);
	walk->has_log_key = true;
}

static enum vch_err take_log_key(struct vch_logwalk *walk,
				 const uint8_t log_key[32])
{
	if (!walk->has_log_key)
		memcpy(walk->log_key, log_key, 32);
	walk->has_log_key = true;
	HOLDS(walk, !memcmp(walk->log_key, log_key, 32),
	      "a record names another log key");
	return VCH_OK;
}

/* No older version goes on where a newer one was, or was announced. */
static enum vch_err take_version(struct vch_logwalk *walk,
				 struct vch_logwalk_shard *at, uint32_t version)
{
	HOLDS(walk, version >= at->version,
	      "an older version of the trusted application went on");
	at->version = version;
	return VCH_OK;
}

/* A START begins an incarnation where the shard's chain stands. */
static enum vch_err take_start(struct vch_logwalk *walk,
			       const struct vch_section *section,
			       const struct vch_start *start)
{
	struct vch_logwalk_shard *at = &walk->shard[section->shard];

	HOLDS(walk,
	      start->shard == section->shard &&
		      !memcmp(start->incarnation, section->incarnation, 16) &&
		      !memcmp(start->prev_head, at->head, 32),
	      "a START does not begin where its shard stands");
	HOLDS(walk,
	      !at->started ||
		      memcmp(at->incarnation, section->incarnation, 16) != 0,
	      "an incarnation starts twice");
	VCH_TRY(take_log_key(walk, start->log_key));
	VCH_TRY(take_version(walk, at, start->version));
	memcpy(at->incarnation, section->incarnation, 16);
	at->index = 0;
	at->started = true;
	walk->starts++;
	return VCH_OK;
}

void vch_logwalk_record_set(struct vch_logwalk_record *rec,
			    const struct vch_proof *decoded)
{
	switch (rec->head.kind) {
	case VCH_RECORD_ACCOUNT:
		rec->account = &decoded->account;
		break;
	case VCH_RECORD_DECISION:
	case VCH_RECORD_INTENT:
		rec->decision = &decoded->decision;
		break;
	case VCH_RECORD_CHANGE:
		rec->change = &decoded->change;
		break;
	case VCH_RECORD_RESUME:
		rec->resumed = &decoded->resumed;
		break;
	case VCH_RECORD_KEY:
		rec->key = &decoded->key;
		break;
	case VCH_RECORD_USE:
		rec->use = &decoded->use;
		break;
	case VCH_RECORD_USES:
		rec->uses = &decoded->uses;
		break;
	case VCH_RECORD_DELETE:
		rec->deleted = &decoded->deleted;
		break;
	default:
		break;
	}
}

static void count(struct vch_logwalk *walk,
		  const struct vch_logwalk_record *rec)
{
	walk->accounts += rec->account != NULL;
	walk->keys += rec->key != NULL;
	walk->resumed += rec->resumed != NULL;
	if (rec->decision) {
		walk->approved += rec->decision->code == VCH_OK;
		walk->refused += rec->decision->code != VCH_OK;
	}
	if (rec->change) {
		walk->changes += rec->change->code == VCH_OK;
		walk->refused += rec->change->code != VCH_OK;
	}
	if (rec->use) {
		walk->signed_cnt += rec->use->code == VCH_OK;
		walk->refused += rec->use->code != VCH_OK;
	}
	for (uint8_t i = 0; rec->uses && i < rec->uses->used_cnt; i++) {
		walk->signed_cnt += rec->uses->used[i].code == VCH_OK;
		walk->refused += rec->uses->used[i].code != VCH_OK;
	}
}

static enum vch_err take_snapshot(struct vch_logwalk *walk,
				  const struct vch_section *section,
				  const struct vch_snapshot *snapshot)
{
	HOLDS(walk, snapshot->shard == section->shard,
	      "a record does not decode");
	walk->snapshots++;
	VCH_TRY(take_version(walk, &walk->shard[section->shard],
			     snapshot->version));
	return take_log_key(walk, snapshot->log_key);
}

static enum vch_err take_upgrade(struct vch_logwalk *walk,
				 const struct vch_section *section,
				 const struct vch_upgrade *upgrade)
{
	HOLDS(walk, upgrade->shard == section->shard,
	      "a record does not decode");
	HOLDS(walk, upgrade->version > upgrade->from,
	      "an UPGRADE to a version that is not higher");
	return take_version(walk, &walk->shard[section->shard],
			    upgrade->version);
}

/* The records that are the log's own. */
static enum vch_err take_own(struct vch_logwalk *walk,
			     const struct vch_section *section,
			     struct vch_logwalk_record *rec,
			     struct vch_reader *r)
{
	static struct vch_start start;
	static struct vch_snapshot snapshot;
	static struct vch_upgrade upgrade;
	struct vch_anchor anchor;

	if (rec->head.kind == VCH_RECORD_START) {
		vch_start_read(r, &start);
		HOLDS(walk, !vch_reader_end(r), "a record does not decode");
		rec->start = &start;
		return take_start(walk, section, &start);
	}
	HOLDS(walk, walk->shard[section->shard].started,
	      "a shard has records and no START");
	if (rec->head.kind == VCH_RECORD_SNAPSHOT) {
		vch_snapshot_read(r, &snapshot);
		HOLDS(walk, !vch_reader_end(r), "a record does not decode");
		rec->snapshot = &snapshot;
		return take_snapshot(walk, section, &snapshot);
	}
	if (rec->head.kind == VCH_RECORD_UPGRADE) {
		vch_upgrade_read(r, &upgrade);
		HOLDS(walk, !vch_reader_end(r), "a record does not decode");
		rec->upgrade = &upgrade;
		return take_upgrade(walk, section, &upgrade);
	}
	vch_anchor_read(r, &anchor);
	HOLDS(walk, !vch_reader_end(r) && anchor.shard == section->shard,
	      "a record does not decode");
	rec->anchor = true;
	return VCH_OK;
}

static bool is_own(uint8_t kind)
{
	return kind == VCH_RECORD_START || kind == VCH_RECORD_ANCHOR ||
	       kind == VCH_RECORD_SNAPSHOT || kind == VCH_RECORD_UPGRADE;
}

/* Decodes what stands behind the head; the counts follow. */
static enum vch_err take_record(struct vch_logwalk *walk,
				const struct vch_section *section, uint8_t idx,
				vch_logwalk_fn *each, void *ctx)
{
	static struct vch_proof decoded;
	struct vch_logwalk_shard *at = &walk->shard[section->shard];
	struct vch_span bytes = section->records[idx];
	struct vch_logwalk_record rec = {.shard = section->shard,
					 .bytes = bytes};
	struct vch_reader r = vch_reader(bytes);

	vch_record_head_read(&r, &rec.head);
	if (is_own(rec.head.kind)) {
		VCH_TRY(take_own(walk, section, &rec, &r));
	} else {
		HOLDS(walk, !vch_record_decode(&decoded, bytes),
		      "a record does not decode");
		HOLDS(walk, at->started, "a shard has records and no START");
	}
	HOLDS(walk,
	      at->index == section->index + idx &&
		      !memcmp(at->incarnation, section->incarnation, 16),
	      "records are missing, or of another incarnation");
	vch_logwalk_record_set(&rec, &decoded);
	count(walk, &rec);
	rec.incarnation = at->incarnation;
	rec.index = at->index++;
	vch_head_add(at->head, bytes);
	walk->records++;
	if (each)
		each(ctx, &rec);
	return VCH_OK;
}

/* What stood before its first section was pruned: it begins there. */
static void begin_pruned(struct vch_logwalk_shard *at,
			 const struct vch_section *section)
{
	memcpy(at->head, section->prev_head, 32);
	if (section->index == 0)
		return; /* with a START */
	memcpy(at->incarnation, section->incarnation, 16);
	at->index = section->index;
	at->started = true;
}

static enum vch_err take_section(struct vch_logwalk *walk,
				 const struct vch_section *section,
				 vch_logwalk_fn *each, void *ctx)
{
	HOLDS(walk, section->shard < VCH_SHARDS, "a shard beyond all shards");
	if (walk->pruned && !walk->shard[section->shard].seen)
		begin_pruned(&walk->shard[section->shard], section);
	walk->shard[section->shard].seen = true;
	HOLDS(walk,
	      !memcmp(walk->shard[section->shard].head, section->prev_head, 32),
	      "a section does not continue its shard's chain");
	HOLDS(walk, section->counter >= walk->shard[section->shard].counter,
	      "a shard's counter goes back");
	walk->shard[section->shard].counter = section->counter;
	for (uint8_t i = 0; i < section->records_cnt; i++)
		VCH_TRY(take_record(walk, section, i, each, ctx));
	return VCH_OK;
}

enum vch_err vch_logwalk_batch_var(struct vch_logwalk *walk,
				   const struct vch_batch *batch,
				   vch_logwalk_fn *each, void *ctx)
{
	struct vch_tree tree;

	HOLDS(walk, !vch_tree_make(&tree, batch),
	      "a batch's root is not that of its records");
	for (uint8_t i = 0; i < batch->sections_cnt; i++)
		VCH_TRY(take_section(walk, &batch->sections[i], each, ctx));
	HOLDS(walk,
	      !vch_root_verify_var(walk->log_key, batch->root,
				   batch->signature),
	      "a batch is not signed by the log key");
	walk->batches++;
	return VCH_OK;
}
