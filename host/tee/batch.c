/* SPDX-License-Identifier: Apache-2.0 */
#include "host/tee/batch.h"

#include <stdlib.h>
#include <string.h>

#include "trusted/log/chain.h"

bool vch_cmd_gathers(uint32_t cmd)
{
	return cmd == VCH_CMD_COSIGN_BATCH || cmd == VCH_CMD_SIGN_BATCH;
}

/* The fields of an operation that the host fills in, whatever it is. */
struct host_part {
	const uint8_t *id;
	struct vch_span *config;
	struct vch_span *counters;
	struct vch_span *blob;
};

static struct host_part part_of_cosign(struct vch_cosign_op *op)
{
	return (struct host_part){op->account, &op->config, &op->counters,
				  &op->blob};
}

static struct host_part part_of_key(struct vch_key_request *op)
{
	return (struct host_part){op->key, &op->config, &op->counters,
				  &op->blob};
}

static struct host_part part_of_job(struct vch_job *job)
{
	return job->cmd == VCH_CMD_COSIGN_BATCH ? part_of_cosign(&job->op)
						: part_of_key(&job->key_op);
}

/* Operation idx of the request that the gather builds. */
static struct host_part part_of_request(struct vch_gather *g, uint8_t idx)
{
	return g->cmd == VCH_CMD_COSIGN_BATCH
		       ? part_of_cosign(&g->request.ops[idx])
		       : part_of_key(&g->sign.ops[idx]);
}

static size_t part_len(const struct host_part *part)
{
	return part->config->len + part->counters->len + part->blob->len;
}

static enum vch_err resume_account_of(uint8_t ret[20], struct vch_span request)
{
	struct vch_resume_request req;

	VCH_TRY(vch_resume_request_decode(&req, request));
	if (req.config.len + req.counters.len > 0)
		return VCH_FORMAT;
	memcpy(ret, req.account, 20);
	return VCH_OK;
}

static enum vch_err intent_account_of(uint8_t ret[20], struct vch_span request)
{
	struct vch_cosign_intent_request req;

	VCH_TRY(vch_cosign_intent_request_decode(&req, request));
	if (req.config.len + req.counters.len + req.blob.len + req.waits_cnt >
	    0)
		return VCH_FORMAT;
	memcpy(ret, req.intent.account, 20);
	return VCH_OK;
}

enum vch_err vch_job_parse(struct vch_job *job)
{
	struct vch_span in = vch_span(job->request, job->request_len);
	struct host_part part;

	if (vch_is_change(job->cmd))
		return vch_change_account_of(job->op.account, job->cmd, in);
	if (job->cmd == VCH_CMD_RESUME)
		return resume_account_of(job->op.account, in);
	if (job->cmd == VCH_CMD_COSIGN_INTENT)
		return intent_account_of(job->op.account, in);
	if (job->cmd == VCH_CMD_COSIGN_BATCH)
		VCH_TRY(vch_cosign_op_decode(&job->op, in));
	else if (job->cmd == VCH_CMD_SIGN_BATCH ||
		 job->cmd == VCH_CMD_DELETE_KEY)
		VCH_TRY(vch_key_request_decode(&job->key_op, in));
	else
		return VCH_OK;
	part = part_of_job(job);
	return part_len(&part) == 0 ? VCH_OK : VCH_FORMAT;
}

void vch_gather_init(struct vch_gather *gather)
{
	gather->job_cnt = 0;
	gather->request_len = 1;
}

bool vch_gather_takes(const struct vch_gather *gather, uint32_t cmd)
{
	return vch_cmd_gathers(cmd) &&
	       (gather->job_cnt == 0 || gather->cmd == cmd);
}

void vch_job_finish(struct vch_job *job, enum vch_err err,
		    struct vch_span answer, struct vch_span receipt)
{
	struct vch_outcome outcome = {err, answer, receipt};

	job->done(job->ctx, &outcome);
	free(job);
}

/* From the last: most come in rows. */
static bool is_in(struct vch_gather *gather, const uint8_t id[20])
{
	for (uint8_t i = gather->job_cnt; i > 0; i--) {
		if (memcmp(part_of_request(gather, i - 1).id, id, 20) == 0)
			return true;
	}
	return false;
}

/* Config, counters and blob as the trusted application last wrote them. */
static enum vch_err bring(struct host_part *part, struct vch_brought *b,
			  struct vch_index *index, struct vch_blobs *blobs)
{
	struct vch_account_view view;
	size_t blob_len = 0;

	VCH_TRY(vch_index_get(index, &view, part->id, false));
	if (view.slot.flags & VCH_SLOT_DELETED)
		return VCH_NO_KEY;
	VCH_TRY(vch_blobs_get(blobs, b->blob, &blob_len, part->id));
	memcpy(b->config, view.config, view.config_len);
	memcpy(b->counters, view.counters, view.counters_len);
	*part->config = vch_span(b->config, view.config_len);
	*part->counters = vch_span(b->counters, view.counters_len);
	*part->blob = vch_span(b->blob, blob_len);
	return VCH_OK;
}

/* An id that is not there is called what was asked for. */
static enum vch_err no_such(const struct vch_job *job, enum vch_err err)
{
	bool key = job->cmd != VCH_CMD_COSIGN_BATCH;

	return err == VCH_ACCOUNT && key ? VCH_NO_KEY : err;
}

static enum vch_err resume_bring(struct vch_writer *w, struct vch_span request,
				 struct vch_index *index)
{
	struct vch_resume_request req;
	struct vch_account_view view;

	VCH_TRY(vch_resume_request_decode(&req, request));
	VCH_TRY(vch_index_get(index, &view, req.account, false));
	if (view.slot.flags & VCH_SLOT_KEY)
		return VCH_ACCOUNT;
	req.config = vch_span(view.config, view.config_len);
	req.counters = vch_span(view.counters, view.counters_len);
	return vch_resume_request_encode(w, &req);
}

static enum vch_err intent_bring(struct vch_writer *w, struct vch_span request,
				 struct vch_index *index,
				 struct vch_blobs *blobs)
{
	struct vch_cosign_intent_request req;
	struct vch_account_view view;
	uint8_t blob[VCH_BLOB_MAX];
	size_t blob_len = 0;

	VCH_TRY(vch_cosign_intent_request_decode(&req, request));
	VCH_TRY(vch_index_get(index, &view, req.intent.account, false));
	if (view.slot.flags & VCH_SLOT_KEY)
		return VCH_ACCOUNT;
	VCH_TRY(vch_blobs_get(blobs, blob, &blob_len, req.intent.account));
	req.config = vch_span(view.config, view.config_len);
	req.counters = vch_span(view.counters, view.counters_len);
	req.blob = vch_span(blob, blob_len);
	if (view.change_len > 0)
		VCH_TRY(vch_change_decode(
			&req.waits[req.waits_cnt++],
			vch_span(view.change, view.change_len)));
	return vch_cosign_intent_request_encode(w, &req);
}

enum vch_err vch_job_bring(struct vch_writer *w, struct vch_job *job,
			   struct vch_index *index, struct vch_blobs *blobs)
{
	struct vch_delete_key_request req = {.op = job->key_op};
	struct host_part part = part_of_key(&req.op);
	struct vch_brought brought;
	const struct vch_span request =
		vch_span(job->request, job->request_len);
	enum vch_err err;

	if (vch_is_change(job->cmd))
		return vch_change_bring(w, job->cmd, request, index);
	if (job->cmd == VCH_CMD_RESUME)
		return resume_bring(w, request, index);
	if (job->cmd == VCH_CMD_COSIGN_INTENT)
		return intent_bring(w, request, index, blobs);
	err = bring(&part, &brought, index, blobs);
	if (err != VCH_OK)
		return no_such(job, err);
	req.op.blob = vch_span(NULL, 0);
	return vch_delete_key_request_encode(w, &req);
}

enum vch_err vch_gather_add(struct vch_gather *gather, struct vch_job *job,
			    struct vch_index *index, struct vch_blobs *blobs)
{
	uint8_t at = gather->job_cnt;
	struct host_part part;
	enum vch_err err;
	size_t len;

	if (at == VCH_OPS_MAX)
		return VCH_SIZE;
	gather->cmd = job->cmd;
	if (job->cmd == VCH_CMD_COSIGN_BATCH)
		gather->request.ops[at] = job->op;
	else
		gather->sign.ops[at] = job->key_op;
	part = part_of_request(gather, at);
	if (!is_in(gather, part.id)) {
		err = bring(&part, &gather->brought[at], index, blobs);
		if (err != VCH_OK)
			return no_such(job, err);
	}
	len = job->request_len + part_len(&part);
	if (gather->request_len + len > VCH_REQUEST_MAX)
		return VCH_SIZE;
	gather->job[at] = job;
	gather->request_len += len;
	gather->job_cnt++;
	return VCH_OK;
}

bool vch_is_change(uint32_t cmd)
{
	return cmd == VCH_CMD_CHANGE_ACCOUNT || cmd == VCH_CMD_APPLY_CHANGE;
}

enum vch_err vch_change_account_of(uint8_t ret[20], uint32_t cmd,
				   struct vch_span request)
{
	struct vch_change_account_request req = {0};
	struct vch_apply_change_request apply = {0};

	if (cmd == VCH_CMD_CHANGE_ACCOUNT) {
		VCH_TRY(vch_change_account_request_decode(&req, request));
		memcpy(ret, req.change.account, 20);
	} else {
		VCH_TRY(vch_apply_change_request_decode(&apply, request));
		memcpy(ret, apply.change.account, 20);
	}
	if (req.config.len + req.counters.len + apply.config.len +
		    apply.counters.len >
	    0)
		return VCH_FORMAT;
	return VCH_OK;
}

enum vch_err vch_change_bring(struct vch_writer *w, uint32_t cmd,
			      struct vch_span request, struct vch_index *index)
{
	struct vch_change_account_request req;
	struct vch_apply_change_request apply;
	struct vch_account_view view;

	if (cmd == VCH_CMD_CHANGE_ACCOUNT) {
		VCH_TRY(vch_change_account_request_decode(&req, request));
		VCH_TRY(vch_index_get(index, &view, req.change.account, false));
		req.config = vch_span(view.config, view.config_len);
		req.counters = vch_span(view.counters, view.counters_len);
		return vch_change_account_request_encode(w, &req);
	}
	VCH_TRY(vch_apply_change_request_decode(&apply, request));
	VCH_TRY(vch_index_get(index, &view, apply.change.account, false));
	apply.config = vch_span(view.config, view.config_len);
	apply.counters = vch_span(view.counters, view.counters_len);
	return vch_apply_change_request_encode(w, &apply);
}

enum vch_err vch_gather_encode(struct vch_writer *w, struct vch_gather *g)
{
	if (g->cmd == VCH_CMD_SIGN_BATCH) {
		g->sign.ops_cnt = g->job_cnt;
		return vch_sign_batch_request_encode(w, &g->sign);
	}
	g->request.ops_cnt = g->job_cnt;
	return vch_cosign_batch_request_encode(w, &g->request);
}

enum vch_err vch_blob_keep(struct vch_blobs *blobs, uint32_t cmd,
			   const struct vch_said *said)
{
	struct vch_create_account_answer account;
	struct vch_generate_key_answer key;
	struct vch_import_key_answer imported;

	if (said->code != VCH_OK && said->code != VCH_HELD)
		return VCH_OK;
	switch (cmd) {
	case VCH_CMD_CREATE_ACCOUNT:
		VCH_TRY(vch_create_account_answer_decode(&account,
							 said->answer));
		return vch_blobs_put(blobs, account.address, account.blob);
	case VCH_CMD_GENERATE_KEY:
		VCH_TRY(vch_generate_key_answer_decode(&key, said->answer));
		return vch_blobs_put(blobs, key.key, key.blob);
	case VCH_CMD_IMPORT_KEY:
		VCH_TRY(vch_import_key_answer_decode(&imported, said->answer));
		return vch_blobs_put(blobs, imported.key, imported.blob);
	default:
		return VCH_OK;
	}
}

void vch_gather_fail(struct vch_gather *gather, enum vch_err err)
{
	for (uint8_t i = 0; i < gather->job_cnt; i++)
		vch_job_finish(gather->job[i], err, vch_span(NULL, 0),
			       vch_span(NULL, 0));
	gather->job_cnt = 0;
}

/* How many records of each section were handed out already. */
struct cursor {
	const struct vch_log_batch *batch;
	uint8_t used[VCH_SHARDS];
};

/* The next record of that shard; VCH_INTERNAL if there is none. */
static enum vch_err next_receipt(struct vch_receipt *ret, struct cursor *c,
				 uint8_t shard)
{
	uint8_t k = 0;
	const struct vch_batch *b;

	if (!c->batch)
		return VCH_INTERNAL;
	b = &c->batch->batch;
	while (k < b->sections_cnt && b->sections[k].shard != shard)
		k++;
	if (k == b->sections_cnt || c->used[k] == b->sections[k].records_cnt)
		return VCH_INTERNAL;
	vch_receipt_make(ret, b, &c->batch->tree, k, c->used[k]++);
	return VCH_OK;
}

/* result: the encoded result of this job; recorded: with one of its own. */
static void finish_one(struct vch_job *job, struct vch_span result,
		       bool recorded, uint8_t shard, struct cursor *c)
{
	uint8_t receipt_buf[VCH_RECEIPT_ENC_MAX];
	struct vch_writer w = vch_writer(receipt_buf, sizeof(receipt_buf));
	struct vch_receipt receipt;

	if (recorded) {
		if (next_receipt(&receipt, c, shard) != VCH_OK) {
			vch_job_finish(job, VCH_INTERNAL, vch_span(NULL, 0),
				       vch_span(NULL, 0));
			return;
		}
		vch_receipt_write(&w, &receipt);
	}
	vch_job_finish(job, VCH_OK, result, vch_written(&w));
}

static enum vch_err finish_cosign(struct vch_gather *gather,
				  struct vch_span answer, struct cursor *c)
{
	uint8_t buf[VCH_COSIGN_RESULT_ENC_MAX];
	struct vch_cosign_batch_answer ans;

	VCH_TRY(vch_cosign_batch_answer_decode(&ans, answer));
	if (ans.results_cnt != gather->job_cnt)
		return VCH_INTERNAL;
	for (uint8_t i = 0; i < ans.results_cnt; i++) {
		struct vch_writer w = vch_writer(buf, sizeof(buf));

		vch_cosign_result_write(&w, &ans.results[i]);
		finish_one(gather->job[i], vch_written(&w),
			   ans.results[i].recorded,
			   vch_shard_of(gather->job[i]->op.account), c);
	}
	return VCH_OK;
}

static enum vch_err finish_sign(struct vch_gather *gather,
				struct vch_span answer, struct cursor *c)
{
	uint8_t buf[VCH_KEY_RESULT_ENC_MAX];
	struct vch_sign_batch_answer ans;

	VCH_TRY(vch_sign_batch_answer_decode(&ans, answer));
	if (ans.results_cnt != gather->job_cnt)
		return VCH_INTERNAL;
	for (uint8_t i = 0; i < ans.results_cnt; i++) {
		struct vch_writer w = vch_writer(buf, sizeof(buf));

		vch_key_result_write(&w, &ans.results[i]);
		finish_one(gather->job[i], vch_written(&w),
			   ans.results[i].recorded == 1, ans.results[i].shard,
			   c);
	}
	return VCH_OK;
}

void vch_gather_finish(struct vch_gather *gather, struct vch_span answer,
		       const struct vch_log_batch *batch)
{
	struct cursor c = {.batch = batch};
	enum vch_err err;

	if (gather->cmd == VCH_CMD_SIGN_BATCH)
		err = finish_sign(gather, answer, &c);
	else
		err = finish_cosign(gather, answer, &c);
	if (err != VCH_OK)
		vch_gather_fail(gather, VCH_INTERNAL);
	gather->job_cnt = 0;
}

struct vch_span vch_receipt_of_one(uint8_t buf[VCH_RECEIPT_ENC_MAX],
				   const struct vch_log_batch *batch)
{
	struct vch_writer w = vch_writer(buf, VCH_RECEIPT_ENC_MAX);
	struct vch_receipt receipt;

	if (!batch || batch->tree.cnt != 1)
		return vch_span(NULL, 0);
	vch_receipt_make(&receipt, &batch->batch, &batch->tree, 0, 0);
	vch_receipt_write(&w, &receipt);
	return vch_written(&w);
}
