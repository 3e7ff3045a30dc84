/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what waits to one invocation and back: pure, so that it is tested
 * without a thread or a TEE.
 */
#ifndef HOST_TEE_BATCH_H
#define HOST_TEE_BATCH_H

#include "host/store/blobs.h"
#include "host/store/index.h"
#include "host/tee/call.h"
#include "host/tee/worker.h"
#include "wire/gen/ta.h"

/* One request that waits, and the bytes it brought. */
struct vch_job {
	struct vch_job *next;
	uint32_t cmd;
	uint64_t deadline_ns;
	uint32_t retries; /* times it was sent again */
	vch_done_fn *done;
	void *ctx;
	union { /* by cmd; all view into request */
		/* of a COSIGN_BATCH; of a change, a RESUME or an intent: its
		 * account alone */
		struct vch_cosign_op op;
		struct vch_key_request key_op; /* SIGN_BATCH, DELETE_KEY */
	};
	size_t request_len;
	uint8_t request[];
};

/* What the host brings of an account, for as long as the batch is built. */
struct vch_brought {
	uint8_t config[VCH_CONFIG_MAX];
	uint8_t counters[VCH_COUNTERS_MAX];
	uint8_t blob[VCH_BLOB_MAX];
};

/*
 * The operations of one invocation, in order; all of one command, which fills
 * in its own of the two requests. Large: not on the stack.
 */
struct vch_gather {
	uint32_t cmd;
	uint8_t job_cnt;
	struct vch_job *job[VCH_OPS_MAX];
	struct vch_cosign_batch_request request;
	struct vch_sign_batch_request sign;
	struct vch_brought brought[VCH_OPS_MAX];
	size_t request_len;
};

/* True for the commands whose requests share an invocation. */
bool vch_cmd_gathers(uint32_t cmd);

/* Decodes what a job brought. VCH_FORMAT, also if it brings the host's part. */
VCH_MUST enum vch_err vch_job_parse(struct vch_job *job);

/*
 * The request of a DELETE_KEY, a change, a RESUME or a COSIGN_INTENT with what
 * the host brings, in w. VCH_NO_KEY, VCH_ACCOUNT, VCH_FILE.
 */
VCH_MUST enum vch_err vch_job_bring(struct vch_writer *w, struct vch_job *job,
				    struct vch_index *index,
				    struct vch_blobs *blobs);

void vch_gather_init(struct vch_gather *gather);

/* True if the gather is empty or of this command. */
bool vch_gather_takes(const struct vch_gather *gather, uint32_t cmd);

/*
 * Adds an operation; brings config, counters and blob if it is the first of
 * its account or key. VCH_SIZE if it does not fit any more (nothing was added);
 * VCH_ACCOUNT, VCH_NO_KEY, VCH_FILE if it can never be sent.
 */
VCH_MUST enum vch_err vch_gather_add(struct vch_gather *gather,
				     struct vch_job *job,
				     struct vch_index *index,
				     struct vch_blobs *blobs);

/*
 * Rewrites the request of a change (CHANGE_ACCOUNT or APPLY_CHANGE) so that it
 * brings the account's config and counters. VCH_ACCOUNT, VCH_FORMAT.
 */
VCH_MUST enum vch_err vch_change_bring(struct vch_writer *w, uint32_t cmd,
				       struct vch_span request,
				       struct vch_index *index);

/* True for the two commands that bring an account and change it. */
bool vch_is_change(uint32_t cmd);
/* Whose change it is. VCH_FORMAT, also if it brings what the worker brings. */
VCH_MUST enum vch_err vch_change_account_of(uint8_t ret[20], uint32_t cmd,
					    struct vch_span request);

/* The request of the whole gather, in w. */
VCH_MUST enum vch_err vch_gather_encode(struct vch_writer *w,
					struct vch_gather *gather);
/* What a birth or an import sealed must not be lost. VCH_FILE. */
VCH_MUST enum vch_err vch_blob_keep(struct vch_blobs *blobs, uint32_t cmd,
				    const struct vch_said *said);

/* Answers a job and frees it. */
void vch_job_finish(struct vch_job *job, enum vch_err err,
		    struct vch_span answer, struct vch_span receipt);

/*
 * Answers every operation of the gather from the TEE's answer and the batch
 * it wrote (NULL if it wrote none): results and records of one shard are in
 * the same order. Should they not match, all are answered VCH_INTERNAL.
 */
void vch_gather_finish(struct vch_gather *gather, struct vch_span answer,
		       const struct vch_log_batch *batch);

/* The same error for every operation of the gather. */
void vch_gather_fail(struct vch_gather *gather, enum vch_err err);

/* The receipt of a batch's only record, for commands that are sent alone. */
struct vch_span vch_receipt_of_one(uint8_t buf[VCH_RECEIPT_ENC_MAX],
				   const struct vch_log_batch *batch);

#endif
