/* SPDX-License-Identifier: Apache-2.0 */
/* vouch log verify | show, vouch receipt verify */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/base/hex.h"
#include "host/cli/cli.h"
#include "host/cli/doc.h"
#include "host/cli/logwalk.h"
#include "host/cli/term.h"
#include "host/store/segment.h"
#include "trusted/base/check.h"

/* What ends a walk that has found what it was looking for. */
#define FOUND VCH_EXISTS

struct walk_ctx {
	uint32_t first; /* segment; over 1: the log was pruned */
	struct vch_cli *cli;
	struct vch_logwalk walk;
	vch_logwalk_fn *each;
};

static enum vch_err walk_batch(void *ctx, struct vch_log_pos pos,
			       const struct vch_log_batch *batch)
{
	struct walk_ctx *w = ctx;

	(void)pos;
	return vch_logwalk_batch_var(&w->walk, &batch->batch, w->each, w);
}

static enum vch_err read_log_key(struct vch_cli *cli, uint8_t key[32],
				 const uint8_t **ret)
{
	*ret = NULL;
	if (!cli->log_key)
		return VCH_OK;
	if (vch_hex_read(key, 32, cli->log_key))
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "--log-key takes 0x and 64 digits");
	*ret = key;
	return VCH_OK;
}

/* The key that the first record which names one names: of a pruned log. */
static enum vch_err find_key(void *ctx, struct vch_log_pos pos,
			     const struct vch_log_batch *batch)
{
	struct vch_record_head head;
	struct vch_snapshot snapshot;
	struct vch_start start;

	(void)pos;
	for (uint8_t i = 0; i < batch->batch.sections_cnt; i++) {
		struct vch_reader r =
			vch_reader(batch->batch.sections[i].records[0]);

		vch_record_head_read(&r, &head);
		if (head.kind == VCH_RECORD_SNAPSHOT) {
			vch_snapshot_read(&r, &snapshot);
			memcpy(ctx, snapshot.log_key, 32);
		} else if (head.kind == VCH_RECORD_START) {
			vch_start_read(&r, &start);
			memcpy(ctx, start.log_key, 32);
		} else {
			continue;
		}
		return vch_reader_end(&r) ? VCH_CORRUPT : FOUND;
	}
	return VCH_OK;
}

/* Walks the whole log; `each` is told every record as it is checked. */
static enum vch_err walk_log(struct vch_cli *cli, struct walk_ctx *w,
			     vch_logwalk_fn *each)
{
	const uint8_t *log_key;
	struct vch_log_end end;
	uint32_t first, last;
	uint8_t key[32] = {0};
	enum vch_err err;

	VCH_TRY(read_log_key(cli, key, &log_key));
	err = vch_segments_range(&first, &last, cli->args[0]);
	if (err == VCH_OK && first > 1 && !log_key) {
		err = vch_log_each(NULL, cli->args[0], find_key, key);
		err = err == FOUND ? VCH_OK : err;
		log_key = key;
	}
	if (err)
		return vch_cli_fail(cli, err, "the log in %s", cli->args[0]);
	vch_logwalk_init(&w->walk, log_key);
	w->walk.pruned = first > 1;
	w->first = first;
	w->cli = cli;
	w->each = each;
	err = vch_log_each(&end, cli->args[0], walk_batch, w);
	if (err == VCH_RECEIPT || err == VCH_CORRUPT || err == VCH_CHAIN)
		return vch_cli_fail(
			cli, VCH_RECEIPT, "%s, batch %llu: %s", cli->args[0],
			(unsigned long long)w->walk.batches + 1,
			w->walk.why ? w->walk.why : "a frame is damaged");
	if (!err && end.torn_len)
		return vch_cli_fail(cli, VCH_RECEIPT,
				    "%s: behind batch %llu stand %llu bytes "
				    "that are no whole batch: damage, or a "
				    "write that a crash cut short",
				    cli->args[0],
				    (unsigned long long)w->walk.batches,
				    (unsigned long long)end.torn_len);
	return err ? vch_cli_fail(cli, err, "the log in %s", cli->args[0])
		   : VCH_OK;
}

enum vch_err vch_cmd_log_verify(struct vch_cli *cli)
{
	static struct walk_ctx w;
	const struct vch_logwalk *walk = &w.walk;

	VCH_TRY(walk_log(cli, &w, NULL));
	if (cli->json) {
		printf("{\"batches\":%llu,\"records\":%llu,"
		       "\"firstSegment\":%u,\"logKey\":\"%s\"}\n",
		       (unsigned long long)walk->batches,
		       (unsigned long long)walk->records, w.first,
		       vch_term_hex(vch_span(walk->log_key, 32)));
		return VCH_OK;
	}
	printf("%s✓%s the log holds: %llu batches, %llu records, every chain "
	       "whole,\n  every batch signed by log key %s\n",
	       vch_ink(VCH_INK_GREEN), vch_ink(VCH_INK_NONE),
	       (unsigned long long)walk->batches,
	       (unsigned long long)walk->records,
	       vch_term_hex(vch_span(walk->log_key, 32)));
	printf("  %llu starts of shards, %llu accounts, %llu changes of them, "
	       "%llu keys,\n  %llu approved, %llu signed, %llu refused\n",
	       (unsigned long long)walk->starts,
	       (unsigned long long)walk->accounts,
	       (unsigned long long)walk->changes,
	       (unsigned long long)walk->keys,
	       (unsigned long long)walk->approved,
	       (unsigned long long)walk->signed_cnt,
	       (unsigned long long)walk->refused);
	if (w.first > 1)
		printf("  from segment %u on: what stood before it was pruned, "
		       "and each chain\n  was taken up where it is there\n",
		       w.first);
	if (!cli->log_key)
		puts("  (the log itself names that key: compare it with "
		     "`vouch tee`, or pin --log-key)");
	return VCH_OK;
}

static void show_change(const struct vch_change_record *c)
{
	struct vch_change change;

	if (vch_change_decode(&change, c->change))
		return;
	printf("%s%s%s %s  policy change %llu%s%s\n",
	       vch_ink(c->code ? VCH_INK_RED : VCH_INK_GREEN),
	       c->code ? "refused " : "approved", vch_ink(VCH_INK_NONE),
	       vch_term_hex(vch_span(c->slot.id, 20)),
	       (unsigned long long)change.number,
	       c->passkey == VCH_PASSKEY_NONE ? ", which had waited" : "",
	       c->slot.flags & VCH_SLOT_FROZEN ? ": frozen" : "");
	if (c->code)
		printf("  %s\n", vch_err_sentence((enum vch_err)c->code));
}

static void show_use(const struct vch_use *u)
{
	static const char *const kinds[] = {
		[VCH_PAYLOAD_TX] = "transaction",
		[VCH_PAYLOAD_MESSAGE] = "message",
		[VCH_PAYLOAD_TYPED] = "typed data",
		[VCH_PAYLOAD_RAW] = "digest",
		[VCH_PAYLOAD_PAYMASTER] = "paymaster",
	};
	const char *kind =
		u->kind < VCH_ARRAY_LEN(kinds) ? kinds[u->kind] : NULL;

	printf("%s%s%s %s  %s %s%s%s%s%s\n",
	       vch_ink(u->code ? VCH_INK_RED : VCH_INK_GREEN),
	       u->code ? "refused " : "signed  ", vch_ink(VCH_INK_NONE),
	       vch_term_hex(vch_span(u->slot.id, 20)), kind ? kind : "?",
	       vch_term_short(vch_span(u->digest, 32)), u->cost ? "  " : "",
	       u->cost ? vch_term_amount(u->cost) : "", u->code ? ": " : "",
	       u->code ? vch_err_name((enum vch_err)u->code) : "");
	if (u->code)
		printf("  %s\n", vch_err_sentence((enum vch_err)u->code));
}

/* Use idx of a record of several, as one of its own. */
static void use_of(struct vch_use *ret, const struct vch_uses *u, uint8_t idx)
{
	const struct vch_used *used = &u->used[idx];

	*ret = (struct vch_use){
		.slot = u->slot,
		.code = used->code,
		.kind = used->kind,
		.chain_id = used->chain_id,
		.cost = used->cost,
	};
	memcpy(ret->digest, used->digest, 32);
}

static void show_uses(const struct vch_uses *u)
{
	struct vch_use use;

	for (uint8_t i = 0; i < u->used_cnt; i++) {
		use_of(&use, u, i);
		show_use(&use);
	}
}

static void show_decision(const struct vch_decision *d, bool intent)
{
	printf("%s%s%s %s  %s %s  ",
	       vch_ink(d->code ? VCH_INK_RED : VCH_INK_GREEN),
	       d->code ? "refused " : "approved", vch_ink(VCH_INK_NONE),
	       vch_term_hex(vch_span(d->slot.id, 20)), intent ? "intent" : "op",
	       vch_term_short(vch_span(d->op_hash, 32)));
	if (intent)
		printf("chain %llu", (unsigned long long)d->chain_id);
	else
		printf("%s", vch_term_amount(d->cost));
	printf(", passkey %u%s%s\n", d->passkey, d->code ? ": " : "",
	       d->code ? vch_err_name((enum vch_err)d->code) : "");
	if (d->code)
		printf("  %s\n", vch_err_sentence((enum vch_err)d->code));
}

static void show_key(const struct vch_key_record *k)
{
	struct vch_key_config config = {0};

	if (vch_key_config_decode(&config, k->config))
		config.flags = 0;
	printf("key      %s  %s%s\n", vch_term_hex(vch_span(k->slot.id, 20)),
	       config.flags & VCH_KEY_IMPORTED ? "imported" : "made",
	       config.flags & VCH_KEY_REPLICATED ? ", replicated" : "");
}

static void show_resumed(const struct vch_resumed *r)
{
	printf("resumed  %s  by ", vch_term_hex(vch_span(r->slot.id, 20)));
	if (r->passkey == VCH_PASSKEY_NONE)
		puts("its owner");
	else
		printf("passkey %u\n", r->passkey);
}

static void show_record(void *ctx, const struct vch_logwalk_record *rec)
{
	time_t at = (time_t)rec->head.expiry_s;
	char when[32] = "";
	struct tm tm;

	(void)ctx;
	if (gmtime_r(&at, &tm))
		strftime(when, sizeof(when), "%F %TZ", &tm);
	if (rec->start || rec->anchor || rec->snapshot) /* of all shards */
		return;
	if (rec->upgrade && rec->shard > 0) /* the same in each */
		return;
	printf("%s%s%s shard %2u ", vch_ink(VCH_INK_DIM), when,
	       vch_ink(VCH_INK_NONE), rec->shard);
	if (rec->account)
		printf("account  %s  made\n",
		       vch_term_hex(vch_span(rec->account->slot.id, 20)));
	if (rec->change)
		show_change(rec->change);
	if (rec->key)
		show_key(rec->key);
	if (rec->resumed)
		show_resumed(rec->resumed);
	if (rec->deleted)
		printf("key      %s  deleted, %s\n",
		       vch_term_hex(vch_span(rec->deleted->slot.id, 20)),
		       rec->deleted->erased ? "erased" : "dropped");
	if (rec->use)
		show_use(rec->use);
	if (rec->uses)
		show_uses(rec->uses);
	if (rec->decision)
		show_decision(rec->decision,
			      rec->head.kind == VCH_RECORD_INTENT);
	if (rec->upgrade)
		printf("upgrade  from version %u to %u, measurement %s\n",
		       rec->upgrade->from, rec->upgrade->version,
		       vch_term_hex(vch_span(rec->upgrade->measurement, 32)));
}

static void put_change(yyjson_mut_doc *doc, yyjson_mut_val *root,
		       const struct vch_change_record *c)
{
	struct vch_config config;

	VCH_CHECK(yyjson_mut_obj_add_uint(doc, root, "code", c->code) &&
		  yyjson_mut_obj_add_str(doc, root, "name",
					 vch_err_name((enum vch_err)c->code)) &&
		  yyjson_mut_obj_add_uint(doc, root, "passkey", c->passkey) &&
		  yyjson_mut_obj_add_bool(doc, root, "frozen",
					  c->slot.flags & VCH_SLOT_FROZEN));
	if (vch_config_decode(&config, c->config))
		return;
	VCH_CHECK(yyjson_mut_obj_add_uint(doc, root, "number", config.number) &&
		  yyjson_mut_obj_add_uint(doc, root, "pendingDue",
					  config.pending_due));
}

static void put_decision(yyjson_mut_doc *doc, yyjson_mut_val *root,
			 const struct vch_decision *d)
{
	VCH_CHECK(yyjson_mut_obj_add_uint(doc, root, "code", d->code) &&
		  yyjson_mut_obj_add_str(doc, root, "name",
					 vch_err_name((enum vch_err)d->code)) &&
		  yyjson_mut_obj_add_uint(doc, root, "validUntil",
					  d->valid_until) &&
		  yyjson_mut_obj_add_uint(doc, root, "chainId", d->chain_id) &&
		  yyjson_mut_obj_add_uint(doc, root, "passkey", d->passkey));
	vch_doc_put_bytes(doc, root, "opHash", vch_span(d->op_hash, 32));
	vch_doc_put_quantity(doc, root, "cost", d->cost);
}

static void put_slot(yyjson_mut_doc *doc, yyjson_mut_val *root,
		     const struct vch_slot *slot)
{
	vch_doc_put_bytes(doc, root,
			  slot->flags & VCH_SLOT_KEY ? "key" : "account",
			  vch_span(slot->id, 20));
	VCH_CHECK(yyjson_mut_obj_add_uint(doc, root, "seq", slot->seq));
	vch_doc_put_quantity(doc, root, "remainder", slot->remainder);
}

static void put_use(yyjson_mut_doc *doc, yyjson_mut_val *root,
		    const struct vch_use *u)
{
	VCH_CHECK(yyjson_mut_obj_add_uint(doc, root, "code", u->code) &&
		  yyjson_mut_obj_add_str(doc, root, "name",
					 vch_err_name((enum vch_err)u->code)) &&
		  yyjson_mut_obj_add_uint(doc, root, "payload", u->kind) &&
		  yyjson_mut_obj_add_uint(doc, root, "chainId", u->chain_id));
	vch_doc_put_bytes(doc, root, "digest", vch_span(u->digest, 32));
	vch_doc_put_quantity(doc, root, "cost", u->cost);
}

static void put_uses(yyjson_mut_doc *doc, yyjson_mut_val *root,
		     const struct vch_uses *u)
{
	yyjson_mut_val *arr = vch_doc_put_arr(doc, root, "uses");
	struct vch_use use;

	for (uint8_t i = 0; i < u->used_cnt; i++) {
		use_of(&use, u, i);
		put_use(doc, yyjson_mut_arr_add_obj(doc, arr), &use);
	}
}

static void put_upgrade(yyjson_mut_doc *doc, yyjson_mut_val *root,
			const struct vch_upgrade *u)
{
	VCH_CHECK(yyjson_mut_obj_add_uint(doc, root, "from", u->from) &&
		  yyjson_mut_obj_add_uint(doc, root, "version", u->version));
	vch_doc_put_bytes(doc, root, "measurement",
			  vch_span(u->measurement, 32));
	vch_doc_put_bytes(doc, root, "releaseHash",
			  vch_span(u->release_hash, 32));
}

/* One JSON object a line. */
static void show_record_json(void *ctx, const struct vch_logwalk_record *rec)
{
	static const char *const kinds[] = {
		[VCH_RECORD_START] = "start",
		[VCH_RECORD_ACCOUNT] = "account",
		[VCH_RECORD_DECISION] = "decision",
		[VCH_RECORD_CHANGE] = "change",
		[VCH_RECORD_KEY] = "key",
		[VCH_RECORD_USE] = "use",
		[VCH_RECORD_USES] = "uses",
		[VCH_RECORD_DELETE] = "delete",
		[VCH_RECORD_RESUME] = "resume",
		[VCH_RECORD_ANCHOR] = "anchor",
		[VCH_RECORD_INTENT] = "intent",
		[VCH_RECORD_SNAPSHOT] = "snapshot",
		[VCH_RECORD_UPGRADE] = "upgrade",
	};
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc);

	(void)ctx;
	VCH_CHECK(root &&
		  yyjson_mut_obj_add_str(doc, root, "kind",
					 kinds[rec->head.kind]) &&
		  yyjson_mut_obj_add_uint(doc, root, "time",
					  rec->head.expiry_s) &&
		  yyjson_mut_obj_add_uint(doc, root, "shard", rec->shard) &&
		  yyjson_mut_obj_add_uint(doc, root, "index", rec->index));
	yyjson_mut_doc_set_root(doc, root);
	vch_doc_put_bytes(doc, root, "incarnation",
			  vch_span(rec->incarnation, 16));
	if (rec->account)
		put_slot(doc, root, &rec->account->slot);
	if (rec->key)
		put_slot(doc, root, &rec->key->slot);
	if (rec->use) {
		put_slot(doc, root, &rec->use->slot);
		put_use(doc, root, rec->use);
	}
	if (rec->uses) {
		put_slot(doc, root, &rec->uses->slot);
		put_uses(doc, root, rec->uses);
	}
	if (rec->deleted)
		put_slot(doc, root, &rec->deleted->slot);
	if (rec->resumed)
		put_slot(doc, root, &rec->resumed->slot);
	if (rec->decision) {
		put_slot(doc, root, &rec->decision->slot);
		put_decision(doc, root, rec->decision);
	}
	if (rec->change) {
		put_slot(doc, root, &rec->change->slot);
		put_change(doc, root, rec->change);
	}
	if (rec->upgrade)
		put_upgrade(doc, root, rec->upgrade);
	vch_doc_put_bytes(doc, root, "record", rec->bytes);
	vch_doc_show(doc);
	yyjson_mut_doc_free(doc);
}

enum vch_err vch_cmd_log_show(struct vch_cli *cli)
{
	static struct walk_ctx w;

	return walk_log(cli, &w, cli->json ? show_record_json : show_record);
}

static enum vch_err verify_receipt(struct vch_cli *cli, const char *hex,
				   const uint8_t log_key[32])
{
	static struct vch_proof proof;
	struct vch_logwalk_record rec = {0};

	if (vch_hex_read_some(proof.bytes, &proof.len, sizeof(proof.bytes),
			      hex))
		return vch_cli_fail(cli, VCH_RECEIPT, "a receipt is not hex");
	if (vch_proof_check_var(&proof, log_key))
		return vch_cli_fail(cli, VCH_RECEIPT, "%s", proof.why);
	rec.shard = proof.receipt.shard;
	rec.incarnation = proof.receipt.incarnation;
	rec.index = proof.receipt.index;
	rec.bytes = proof.receipt.record;
	rec.head = proof.head;
	vch_logwalk_record_set(&rec, &proof);
	if (cli->json)
		show_record_json(NULL, &rec);
	else
		show_record(NULL, &rec);
	return VCH_OK;
}

enum vch_err vch_cmd_receipt_verify(struct vch_cli *cli)
{
	static char line[VCH_HEX_SIZE(VCH_RECEIPT_ENC_MAX) + 2];
	const uint8_t *log_key;
	uint8_t key[32];

	VCH_TRY(read_log_key(cli, key, &log_key));
	if (!log_key)
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "--log-key is needed; `vouch tee` tells "
				    "it");
	if (strcmp(cli->args[0], "-") != 0)
		return verify_receipt(cli, cli->args[0], log_key);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\r\n")] = '\0';
		VCH_TRY(verify_receipt(cli, line, log_key));
	}
	return VCH_OK;
}
