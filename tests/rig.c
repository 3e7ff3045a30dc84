/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/base/file.h"
#include "host/cli/abi.h"
#include "trusted/base/check.h"
#include "trusted/crypto/sha256.h"
#include "trusted/log/chain.h"
#include "trusted/policy/change.h"
#include "trusted/policy/resume.h"
#include "trusted/policy/userop.h"

static uint8_t request_buf[VCH_REQUEST_MAX];
uint64_t rig_now_s;
__attribute__((weak)) const char *const rig_platform = "EMULATED";

void rig_make(struct rig *rig)
{
	memset(rig, 0, sizeof(*rig));
	rig->window_s = VCH_WINDOW_NEVER;
	strcpy(rig->dir, "/tmp/vouch-rig-XXXXXX");
	VCH_CHECK(mkdtemp(rig->dir) != NULL);
	VCH_CHECK(vch_tee_factory(rig->dir) == VCH_OK);
}

void rig_make_second(struct rig *rig, struct rig *first)
{
	memset(rig, 0, sizeof(*rig));
	rig->first = first;
	rig->window_s = first->window_s;
	rig->window_records = first->window_records;
	memcpy(rig->dir, first->dir, sizeof(rig->dir));
}

/* Whose array of batches is the log. */
static struct rig *log_of(struct rig *rig)
{
	return rig->first ? rig->first : rig;
}

void rig_cut(struct rig *rig, size_t cnt)
{
	rig = log_of(rig);
	if (rig->batch_cnt > cnt)
		rig->batch_cnt = cnt;
}

void rig_free(struct rig *rig)
{
	char cmd[128];

	rig_kill(rig);
	if (rig->first)
		return;
	for (size_t i = 0; i < RIG_BATCHES_MAX; i++)
		free(rig->batch[i].bytes);
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", rig->dir);
	VCH_CHECK(system(cmd) == 0);
}

/* A program of this build: under out, or where VOUCH_OUT says. */
static const char *built(char ret[VCH_PATH_MAX], const char *program)
{
	const char *out = getenv("VOUCH_OUT");

	VCH_CHECK(vch_path_join(ret, out ? out : "out", program) == VCH_OK);
	return ret;
}

enum vch_err rig_try_tee(struct rig *rig, const char *argument)
{
	char program[VCH_PATH_MAX];
	struct vch_tee_options opt = {
		.program = built(program, argument ? "test/vouch-tee-faults"
						   : "bin/vouch-tee"),
		.dir = rig->dir,
		.argument = argument,
		.second = rig->first != NULL,
	};

	if (rig->program)
		opt.program = rig->program;
	return vch_tee_start(&rig->tee, &opt);
}

void rig_start_tee(struct rig *rig, const char *argument)
{
	VCH_CHECK(rig_try_tee(rig, argument) == VCH_OK);
}

void rig_kill(struct rig *rig)
{
	if (rig->tee)
		vch_tee_kill(rig->tee);
	rig->tee = NULL;
}

void rig_keep(struct rig *rig, struct vch_span log)
{
	struct rig_batch *b;

	rig = log_of(rig);
	b = &rig->batch[rig->batch_cnt];
	if (log.len == 0)
		return;
	VCH_CHECK(rig->batch_cnt < RIG_BATCHES_MAX);
	/* each place keeps its memory: tests cut the log and take it back */
	b->bytes = realloc(b->bytes, log.len);
	VCH_CHECK(b->bytes != NULL);
	memcpy(b->bytes, log.ptr, log.len);
	b->len = log.len;
	rig->batch_cnt++;
}

/* By the process, or by the trusted application inside this one. */
static enum vch_err invoke(struct rig *rig, uint32_t cmd,
			   struct vch_span request, struct vch_tee_reply *ret)
{
	return rig->invoke ? rig->invoke(cmd, request, ret)
			   : vch_tee_invoke(rig->tee, cmd, request, ret);
}

/* The batch is kept: the answer comes out. */
static enum vch_err release(struct rig *rig, struct vch_span *ret_answer)
{
	struct vch_release_answer ans;
	struct vch_tee_reply reply;
	struct vch_reader r;
	enum vch_err err;

	VCH_TRY(invoke(rig, VCH_CMD_RELEASE, vch_span(NULL, 0), &reply));
	VCH_CHECK(reply.tee_result == 0 && reply.log.len == 0);
	r = vch_reader(reply.answer);
	err = (enum vch_err)vch_read_u16(&r);
	VCH_TRY(err);
	VCH_TRY(vch_release_answer_decode(&ans, vch_span(r.ptr, r.left)));
	r = vch_reader(ans.held);
	err = (enum vch_err)vch_read_u16(&r);
	if (ret_answer)
		*ret_answer = vch_span(r.ptr, r.left);
	return err;
}

enum vch_err rig_call(struct rig *rig, uint32_t cmd, struct vch_span request,
		      struct vch_span *ret_answer)
{
	struct vch_tee_reply reply;
	struct vch_reader r;
	enum vch_err err;

	VCH_TRY(invoke(rig, cmd, request, &reply));
	if (reply.tee_result != 0)
		return VCH_PARAMS;
	r = vch_reader(reply.answer);
	err = (enum vch_err)vch_read_u16(&r);
	rig_keep(rig, reply.log);
	if (err == VCH_HELD) {
		rig->held_cnt++;
		if (!rig->never_release)
			return release(rig, ret_answer);
	}
	if (ret_answer)
		*ret_answer = vch_span(r.ptr, r.left);
	return err;
}

enum vch_err rig_replay(struct rig *rig, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++) {
		struct vch_writer w =
			vch_writer(request_buf, sizeof(request_buf));
		const struct rig_batch *b = &log_of(rig)->batch[i];

		vch_write_u32(&w, (uint32_t)b->len + 4);
		vch_write_u32(&w, (uint32_t)b->len);
		vch_write_bytes(&w, b->bytes, b->len);
		VCH_TRY(rig_call(rig, VCH_CMD_REPLAY, vch_written(&w), NULL));
	}
	return VCH_OK;
}

enum vch_err rig_open(struct rig *rig)
{
	const uint8_t all[6] = {rig->shard_first,
				rig->shard_cnt ? rig->shard_cnt : VCH_SHARDS,
				(uint8_t)(rig->window_s >> 8),
				(uint8_t)rig->window_s,
				(uint8_t)(rig->window_records >> 8),
				(uint8_t)rig->window_records};
	struct vch_start_answer ans;
	struct vch_span answer;

	VCH_TRY(rig_call(rig, VCH_CMD_START, vch_span(all, 6), &answer));
	VCH_TRY(vch_start_answer_decode(&ans, answer));
	memcpy(rig->log_key, ans.log_key, 32);
	return VCH_OK;
}

void rig_boot(struct rig *rig)
{
	rig_start_tee(rig, NULL);
	VCH_CHECK(rig_replay(rig, log_of(rig)->batch_cnt) == VCH_OK);
	VCH_CHECK(rig_open(rig) == VCH_OK);
}

void rig_reboot(struct rig *rig)
{
	rig_kill(rig);
	rig_boot(rig);
}

void rig_passkey(struct vch_demo_passkey *ret)
{
	VCH_CHECK(vch_demo_passkey_create(ret, "localhost",
					  "http://localhost:3000",
					  true) == VCH_OK);
}

void rig_born(struct rig *rig, struct rig_account *ret_account,
	      struct vch_demo_passkey *ret_passkey)
{
	rig_boot(rig);
	rig_passkey(ret_passkey);
	VCH_CHECK(rig_create(rig, ret_account, ret_passkey) == VCH_OK);
}

void rig_last_batch(const struct rig *rig, struct vch_batch *ret)
{
	const struct rig *log = rig->first ? rig->first : rig;
	const struct rig_batch *b = &log->batch[log->batch_cnt - 1];

	VCH_CHECK(vch_batch_decode(ret, vch_span(b->bytes, b->len)) == VCH_OK);
}

static void take_counters(struct rig_account *a, struct vch_span counters)
{
	memcpy(a->counters, counters.ptr, counters.len);
	a->counters_len = counters.len;
}

static void take_config(struct rig_account *a, struct vch_span config)
{
	if (config.len == 0)
		return;
	memcpy(a->config, config.ptr, config.len);
	a->config_len = config.len;
}

/* What one record says of the account. */
static void fold_record(struct rig_account *a, struct vch_span record)
{
	struct vch_reader r = vch_reader(record);
	struct vch_account_record born;
	struct vch_change_record changed;
	struct vch_resumed resumed;
	struct vch_decision made;
	struct vch_record_head head;

	vch_record_head_read(&r, &head);
	if (head.kind == VCH_RECORD_ACCOUNT) {
		vch_account_record_read(&r, &born);
		take_config(a, born.config);
		a->slot = born.slot;
		take_counters(a, born.counters);
	} else if (head.kind == VCH_RECORD_CHANGE) {
		vch_change_record_read(&r, &changed);
		take_config(a, changed.config);
		a->slot = changed.slot;
		take_counters(a, changed.counters);
	} else if (head.kind == VCH_RECORD_RESUME) {
		vch_resumed_read(&r, &resumed);
		take_config(a, resumed.config);
		a->slot = resumed.slot;
		take_counters(a, resumed.counters);
	} else {
		VCH_CHECK(head.kind == VCH_RECORD_DECISION ||
			  head.kind == VCH_RECORD_INTENT);
		vch_decision_read(&r, &made);
		a->slot = made.slot;
		take_counters(a, made.counters);
	}
	VCH_CHECK(vch_reader_end(&r) == VCH_OK);
}

/* What the newest batch says of the account. */
static void fold_last(const struct rig *rig, struct rig_account *a)
{
	static struct vch_batch batch;

	rig_last_batch(rig, &batch);
	for (uint8_t i = 0; i < batch.sections[0].records_cnt; i++)
		fold_record(a, batch.sections[0].records[i]);
}

static bool is_of(struct vch_span record, const uint8_t id[20])
{
	struct vch_reader r = vch_reader(record);
	struct vch_record_head head;
	struct vch_slot slot;

	vch_record_head_read(&r, &head);
	if (head.kind == VCH_RECORD_START || head.kind == VCH_RECORD_ANCHOR)
		return false;
	vch_slot_read(&r, &slot);
	return !r.bad && memcmp(slot.id, id, 20) == 0;
}

static size_t walk_section(const struct vch_batch *b, uint8_t section,
			   const uint8_t id[20], rig_walk_fn *fn, void *ctx)
{
	const struct vch_section *s = &b->sections[section];
	size_t cnt = 0;

	for (uint8_t i = 0; i < s->records_cnt; i++) {
		if (!is_of(s->records[i], id))
			continue;
		fn(ctx, b, section, i);
		cnt++;
	}
	return cnt;
}

size_t rig_walk(const struct rig *rig, const uint8_t id[20], rig_walk_fn *fn,
		void *ctx)
{
	static struct vch_batch b;
	const struct rig *log = rig->first ? rig->first : rig;
	size_t cnt = 0;

	for (size_t i = 0; i < log->batch_cnt; i++) {
		struct vch_span bytes =
			vch_span(log->batch[i].bytes, log->batch[i].len);

		VCH_CHECK(vch_batch_decode(&b, bytes) == VCH_OK);
		for (uint8_t s = 0; s < b.sections_cnt; s++)
			cnt += walk_section(&b, s, id, fn, ctx);
	}
	return cnt;
}

static void fold_one(void *ctx, const struct vch_batch *batch, uint8_t section,
		     uint8_t record)
{
	fold_record(ctx, batch->sections[section].records[record]);
}

size_t rig_fold(const struct rig *rig, struct rig_account *account)
{
	return rig_walk(rig, account->address, fold_one, account);
}

static void seen_one(void *ctx, const struct vch_batch *batch, uint8_t section,
		     uint8_t record)
{
	struct vch_tree tree;
	struct vch_receipt receipt;

	VCH_CHECK(vch_tree_make(&tree, batch) == VCH_OK);
	vch_receipt_make(&receipt, batch, &tree, section, record);
	vch_seen_from(ctx, &receipt);
}

void rig_seen_of(const struct rig *rig, const struct rig_account *account,
		 struct vch_seen *ret)
{
	VCH_CHECK(rig_walk(rig, account->address, seen_one, ret) > 0);
}

enum vch_err rig_create(struct rig *rig, struct rig_account *ret,
			const struct vch_demo_passkey *passkey)
{
	struct vch_create_account_request req = {0};
	struct vch_create_account_answer ans;
	struct vch_writer w = vch_writer(request_buf, sizeof(request_buf));
	struct vch_span answer;

	vch_demo_passkey_public(&req.passkey, passkey);
	req.origins[0] = vch_span(passkey->origin, strlen(passkey->origin));
	req.origins_cnt = 1;
	req.networks[0].chain_id = RIG_CHAIN_ID;
	memcpy(req.networks[0].entry_point, vch_entry_point, 20);
	req.networks_cnt = 1;
	memset(req.factory, 0xfa, 20);
	memset(req.implementation, 0x1a, 20);
	VCH_TRY(vch_create_account_request_encode(&w, &req));
	VCH_TRY(rig_call(rig, VCH_CMD_CREATE_ACCOUNT, vch_written(&w),
			 &answer));
	VCH_TRY(vch_create_account_answer_decode(&ans, answer));
	memcpy(ret->address, ans.address, 20);
	memcpy(ret->blob, ans.blob.ptr, ans.blob.len);
	ret->blob_len = ans.blob.len;
	fold_last(rig, ret);
	return VCH_OK;
}

void rig_sign(struct rig_op *op, struct vch_demo_passkey *passkey)
{
	vch_userop_hash(op->hash, &op->op.op, op->op.chain_id,
			op->op.entry_point);
	VCH_CHECK(vch_demo_passkey_assert(passkey, &op->assertion, op->hash) ==
		  VCH_OK);
	op->op.assertion = op->assertion.assertion;
}

void rig_payment(struct rig_op *ret, const struct rig_account *account,
		 struct vch_demo_passkey *passkey, uint64_t nonce, uint64_t wei)
{
	struct vch_payment payment = {.to = {0xbe, 0xef}, .wei = wei};
	struct vch_writer w =
		vch_writer(ret->call_data, sizeof(ret->call_data));
	struct vch_cosign_op *op = &ret->op;
	uint64_t now = rig_now_s ? rig_now_s : (uint64_t)time(NULL);

	memset(ret, 0, sizeof(*ret));
	vch_abi_write_execute(&w, &payment, 1);
	memcpy(op->account, account->address, 20);
	op->chain_id = RIG_CHAIN_ID;
	memcpy(op->entry_point, vch_entry_point, 20);
	memcpy(op->op.sender, account->address, 20);
	vch_store_be64(op->op.nonce + 24, nonce);
	op->op.call_data = vch_written(&w);
	vch_store_be64(op->op.account_gas_limits + 8, 100000);
	vch_store_be64(op->op.account_gas_limits + 24, 100000);
	vch_store_be64(op->op.pre_verification_gas + 24, 50000);
	vch_store_be64(op->op.gas_fees + 24, 1000000000);
	op->valid_until = now + 60;
	/* in the last two minutes of a day it counts into the next */
	if ((now + 120) / 86400 != op->valid_until / 86400)
		op->valid_until = (now + 120) / 86400 * 86400;
	rig_sign(ret, passkey);
}

/* execute with one call, by the ABI's words. */
static void write_call(struct vch_writer *w, const uint8_t to[20],
		       struct vch_span data)
{
	static const uint8_t mode[32] = {0x01};
	size_t padded = (data.len + 31) / 32 * 32;

	vch_abi_write_selector(w, "execute(bytes32,bytes)");
	vch_write_bytes(w, mode, 32);
	vch_abi_write_u128(w, 64);
	vch_abi_write_u128(w, 7 * 32 + padded);
	vch_abi_write_u128(w, 32);
	vch_abi_write_u128(w, 1);
	vch_abi_write_u128(w, 32);
	vch_abi_write_address(w, to);
	vch_abi_write_u128(w, 0);
	vch_abi_write_u128(w, 96);
	vch_abi_write_bytes(w, data);
}

void rig_call_op(struct rig_op *ret, const struct rig_account *account,
		 struct vch_demo_passkey *passkey, uint64_t nonce,
		 const uint8_t to[20], struct vch_span data)
{
	struct vch_writer w;

	rig_payment(ret, account, passkey, nonce, 0);
	w = vch_writer(ret->call_data, sizeof(ret->call_data));
	write_call(&w, to, data);
	VCH_CHECK(!w.bad);
	ret->op.op.call_data = vch_written(&w);
	rig_sign(ret, passkey);
}

enum vch_err rig_cosign(struct rig *rig, struct rig_account *account,
			struct rig_op **ops, size_t cnt,
			struct vch_cosign_result *ret_results)
{
	static struct vch_cosign_batch_request req;
	static struct vch_cosign_batch_answer ans;
	struct vch_writer w = vch_writer(request_buf, sizeof(request_buf));
	size_t before = log_of(rig)->batch_cnt;
	struct vch_span answer;

	for (size_t i = 0; i < cnt; i++)
		req.ops[i] = ops[i]->op;
	req.ops_cnt = (uint8_t)cnt;
	req.ops[0].config = vch_span(account->config, account->config_len);
	req.ops[0].counters =
		vch_span(account->counters, account->counters_len);
	req.ops[0].blob = vch_span(account->blob, account->blob_len);
	VCH_TRY(vch_cosign_batch_request_encode(&w, &req));
	VCH_TRY(rig_call(rig, VCH_CMD_COSIGN_BATCH, vch_written(&w), &answer));
	VCH_TRY(vch_cosign_batch_answer_decode(&ans, answer));
	VCH_CHECK(ans.results_cnt == cnt);
	memcpy(ret_results, ans.results, cnt * sizeof(ans.results[0]));
	if (log_of(rig)->batch_cnt > before)
		fold_last(rig, account);
	return VCH_OK;
}

enum vch_err rig_cosign_one(struct rig *rig, struct rig_account *account,
			    struct rig_op *op, struct vch_cosign_result *ret)
{
	VCH_TRY(rig_cosign(rig, account, &op, 1, ret));
	return (enum vch_err)ret->code;
}

void rig_change_begin(struct vch_change *ret, struct vch_config *ret_config,
		      const struct rig_account *account)
{
	struct vch_span config = vch_span(account->config, account->config_len);

	VCH_CHECK(vch_config_decode(ret_config, config) == VCH_OK);
	memset(ret, 0, sizeof(*ret));
	memcpy(ret->account, account->address, 20);
	ret->number = ret_config->number + 1;
	vch_sha256_hash(ret->config_hash, config);
	vch_policy_of(&ret->policy, ret_config, account->slot.flags);
}

enum vch_err rig_change(struct rig *rig, struct rig_account *account,
			struct vch_demo_passkey *passkey,
			const struct vch_change *change)
{
	struct vch_change_account_request req = {
		.config = vch_span(account->config, account->config_len),
		.counters = vch_span(account->counters, account->counters_len),
		.change = *change,
	};
	struct vch_writer w = vch_writer(request_buf, sizeof(request_buf));
	struct vch_change_account_answer ans;
	struct vch_demo_assertion assertion;
	struct vch_span answer;
	uint8_t hash[32];

	vch_change_hash(hash, change);
	VCH_CHECK(vch_demo_passkey_assert(passkey, &assertion, hash) == VCH_OK);
	req.assertion = assertion.assertion;
	VCH_TRY(vch_change_account_request_encode(&w, &req));
	VCH_TRY(rig_call(rig, VCH_CMD_CHANGE_ACCOUNT, vch_written(&w),
			 &answer));
	VCH_TRY(vch_change_account_answer_decode(&ans, answer));
	VCH_CHECK(ans.recorded == 1);
	fold_last(rig, account);
	return (enum vch_err)ans.code;
}

enum vch_err rig_apply(struct rig *rig, struct rig_account *account,
		       const struct vch_change *change)
{
	struct vch_apply_change_request req = {
		.config = vch_span(account->config, account->config_len),
		.counters = vch_span(account->counters, account->counters_len),
		.change = *change,
	};
	struct vch_writer w = vch_writer(request_buf, sizeof(request_buf));

	VCH_TRY(vch_apply_change_request_encode(&w, &req));
	VCH_TRY(rig_call(rig, VCH_CMD_APPLY_CHANGE, vch_written(&w), NULL));
	fold_last(rig, account);
	return VCH_OK;
}

void rig_seen(const struct rig *rig, struct vch_seen *ret)
{
	static struct vch_batch batch;
	struct vch_tree tree;
	struct vch_receipt receipt;
	uint8_t last;

	rig_last_batch(rig, &batch);
	VCH_CHECK(vch_tree_make(&tree, &batch) == VCH_OK);
	last = (uint8_t)(batch.sections[0].records_cnt - 1);
	vch_receipt_make(&receipt, &batch, &tree, 0, last);
	vch_seen_from(ret, &receipt);
}

enum vch_err rig_resume(struct rig *rig, struct rig_account *account,
			struct vch_demo_passkey *passkey,
			const struct vch_seen *seen, uint64_t sequence)
{
	struct vch_writer w = vch_writer(request_buf, sizeof(request_buf));
	struct vch_resume_request req = {.seen = *seen, .sequence = sequence};
	struct vch_demo_assertion assertion;
	uint8_t hash[32];

	vch_resume_hash(hash, account->address, seen->head, sequence);
	VCH_TRY(vch_demo_passkey_assert(passkey, &assertion, hash));
	memcpy(req.account, account->address, 20);
	req.config = vch_span(account->config, account->config_len);
	req.counters = vch_span(account->counters, account->counters_len);
	req.assertion = assertion.assertion;
	VCH_TRY(vch_resume_request_encode(&w, &req));
	VCH_TRY(rig_call(rig, VCH_CMD_RESUME, vch_written(&w), NULL));
	fold_last(rig, account);
	return VCH_OK;
}
