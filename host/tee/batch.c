/* SPDX-License-Identifier: Apache-2.0 */
#include "host/tee/batch.h"

#include <stdlib.h>
#include <string.h>

#include "trusted/log/chain.h"

void vch_gather_init(struct vch_gather *gather)
{
	gather->request.ops_cnt = 0;
	gather->request_len = 1;
}

void vch_job_finish(struct vch_job *job, enum vch_err err,
		    struct vch_span answer, struct vch_span receipt)
{
	struct vch_outcome outcome = {err, answer, receipt};

	job->done(job->ctx, &outcome);
	free(job);
}

static bool is_in(const struct vch_gather *gather, const uint8_t id[20])
{
	for (uint8_t i = 0; i < gather->request.ops_cnt; i++) {
		if (memcmp(gather->request.ops[i].account, id, 20) == 0)
			return true;
	}
	return false;
}

/* Config, counters and blob as the trusted application last wrote them. */
static enum vch_err bring(struct vch_cosign_op *op, struct vch_brought *b,
			  struct vch_index *index, struct vch_blobs *blobs)
{
	struct vch_account_view view;
	size_t blob_len = 0;

	VCH_TRY(vch_index_get(index, &view, op->account, false));
	VCH_TRY(vch_blobs_get(blobs, b->blob, &blob_len, op->account));
	memcpy(b->config, view.config, view.config_len);
	memcpy(b->counters, view.counters, view.counters_len);
	op->config = vch_span(b->config, view.config_len);
	op->counters = vch_span(b->counters, view.counters_len);
	op->blob = vch_span(b->blob, blob_len);
	return VCH_OK;
}

enum vch_err vch_gather_add(struct vch_gather *gather, struct vch_job *job,
			    struct vch_index *index, struct vch_blobs *blobs)
{
	uint8_t at = gather->request.ops_cnt;
	struct vch_cosign_op op = job->op;
	size_t len;

	if (at == VCH_OPS_MAX)
		return VCH_SIZE;
	if (!is_in(gather, op.account))
		VCH_TRY(bring(&op, &gather->brought[at], index, blobs));
	len = job->request_len + op.config.len + op.counters.len + op.blob.len;
	if (gather->request_len + len > VCH_REQUEST_MAX)
		return VCH_SIZE;
	gather->request.ops[at] = op;
	gather->job[at] = job;
	gather->request_len += len;
	gather->request.ops_cnt++;
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

enum vch_err vch_resume_bring(struct vch_span *request, uint8_t *area,
			      struct vch_index *index)
{
	struct vch_writer w = vch_writer(area, VCH_REQUEST_MAX);
	struct vch_resume_request req;
	struct vch_account_view view;

	VCH_TRY(vch_resume_request_decode(&req, *request));
	if (req.config.len + req.counters.len > 0)
		return VCH_FORMAT;
	VCH_TRY(vch_index_get(index, &view, req.account, false));
	req.config = vch_span(view.config, view.config_len);
	req.counters = vch_span(view.counters, view.counters_len);
	VCH_TRY(vch_resume_request_encode(&w, &req));
	*request = vch_written(&w);
	return VCH_OK;
}

enum vch_err vch_blob_keep(struct vch_blobs *blobs, uint32_t cmd,
			   const struct vch_said *said)
{
	struct vch_create_account_answer ans;

	if (cmd != VCH_CMD_CREATE_ACCOUNT ||
	    (said->code != VCH_OK && said->code != VCH_HELD))
		return VCH_OK;
	VCH_TRY(vch_create_account_answer_decode(&ans, said->answer));
	return vch_blobs_put(blobs, ans.address, ans.blob);
}

void vch_gather_fail(struct vch_gather *gather, enum vch_err err)
{
	for (uint8_t i = 0; i < gather->request.ops_cnt; i++)
		vch_job_finish(gather->job[i], err, vch_span(NULL, 0),
			       vch_span(NULL, 0));
	gather->request.ops_cnt = 0;
}

/* How many records of each section were handed out already. */
struct cursor {
	const struct vch_log_batch *batch;
	uint8_t used[VCH_SHARDS];
};

/* The next record of that account's shard; VCH_INTERNAL if there is none. */
static enum vch_err next_receipt(struct vch_receipt *ret, struct cursor *c,
				 const uint8_t id[20])
{
	uint8_t shard = vch_shard_of(id), k = 0;
	const struct vch_batch *b;

	if (!c->batch)
		return VCH_INTERNAL;
	b = &c->batch->batch;
	while (k < b->sections_cnt && b->sections[k].shard != shard)
		k++;
	if (k == b->sections_cnt || c->used[k] == b->sections[k].records_cnt)
		return VCH_INTERNAL;
	vch_receipt_make(ret, b, &c->batch->leaves, k, c->used[k]++);
	return VCH_OK;
}

static void finish_one(struct vch_job *job,
		       const struct vch_cosign_result *result, struct cursor *c)
{
	uint8_t answer[VCH_COSIGN_RESULT_ENC_MAX];
	uint8_t receipt_buf[VCH_RECEIPT_ENC_MAX];
	struct vch_writer wa = vch_writer(answer, sizeof(answer));
	struct vch_writer wr = vch_writer(receipt_buf, sizeof(receipt_buf));
	struct vch_receipt receipt;

	if (result->recorded) {
		if (next_receipt(&receipt, c, job->op.account) != VCH_OK) {
			vch_job_finish(job, VCH_INTERNAL, vch_span(NULL, 0),
				       vch_span(NULL, 0));
			return;
		}
		vch_receipt_write(&wr, &receipt);
	}
	vch_cosign_result_write(&wa, result);
	vch_job_finish(job, VCH_OK, vch_written(&wa), vch_written(&wr));
}

void vch_gather_finish(struct vch_gather *gather, struct vch_span answer,
		       const struct vch_log_batch *batch)
{
	struct cursor c = {.batch = batch};
	struct vch_cosign_batch_answer ans;

	if (vch_cosign_batch_answer_decode(&ans, answer) != VCH_OK ||
	    ans.results_cnt != gather->request.ops_cnt) {
		vch_gather_fail(gather, VCH_INTERNAL);
		return;
	}
	for (uint8_t i = 0; i < ans.results_cnt; i++)
		finish_one(gather->job[i], &ans.results[i], &c);
	gather->request.ops_cnt = 0;
}

struct vch_span vch_receipt_of_one(uint8_t buf[VCH_RECEIPT_ENC_MAX],
				   const struct vch_log_batch *batch)
{
	struct vch_writer w = vch_writer(buf, VCH_RECEIPT_ENC_MAX);
	struct vch_receipt receipt;

	if (!batch || batch->leaves.cnt != 1)
		return vch_span(NULL, 0);
	vch_receipt_make(&receipt, &batch->batch, &batch->leaves, 0, 0);
	vch_receipt_write(&w, &receipt);
	return vch_written(&w);
}
