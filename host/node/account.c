/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/account.h"

#include <stdlib.h>

#include "host/node/json_account.h"
#include "host/node/json_change.h"
#include "host/node/json_cosign.h"
#include "host/node/json_create.h"
#include "host/node/submit.h"

static const struct vch_span NONE = {0};

/* --- vouch_createAccount ------------------------------------------------ */

static void on_created(void *ctx, const struct vch_outcome *outcome)
{
	struct vch_create_account_answer answer;
	struct vch_call *call = ctx;
	struct vch_buf out = vch_json_out();

	if (outcome->err != VCH_OK) {
		vch_call_error(call, outcome->err, NULL, outcome->receipt);
		return;
	}
	if (vch_create_account_answer_decode(&answer, outcome->answer) !=
	    VCH_OK) {
		vch_call_error(call, VCH_INTERNAL, NULL, NONE);
		return;
	}
	vch_json_open(&out, NULL, '{');
	vch_json_put_hex(&out, "address", answer.address, 20);
	vch_json_put_hex(&out, "cosigner", answer.cosigner, 20);
	vch_json_put_hex(&out, "receipt", outcome->receipt.ptr,
			 outcome->receipt.len);
	vch_json_close(&out, '}');
	vch_call_result(call, &out);
}

void vch_call_create_account(struct vch_call *call, yyjson_val *params)
{
	uint8_t bytes[VCH_CREATE_ACCOUNT_REQUEST_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_create_account_request req;
	struct vch_json_fault fault = {0};

	if (vch_json_create(&req, params, &fault) != VCH_OK) {
		vch_call_fault(call, &fault);
		return;
	}
	if (vch_create_account_request_encode(&w, &req) != VCH_OK) {
		vch_call_error(call, VCH_SIZE, NULL, NONE);
		return;
	}
	vch_node_submit(call, VCH_CMD_CREATE_ACCOUNT, vch_written(&w),
			on_created);
}

/* --- vouch_getAccount, vouch_getReceipt --------------------------------- */

/* Reads {name: address} and finds the account; answers if it cannot. */
static bool find_account(struct vch_call *call, yyjson_val *params,
			 const char *name, bool accounts_only,
			 struct vch_account_view *ret)
{
	struct vch_node *node = vch_call_ctx(call);
	struct vch_json_fault fault = {0};
	struct vch_json_in in = vch_json_in(params, "params", &fault);
	uint8_t id[20];
	enum vch_err err;

	vch_json_get_bytes(&in, name, id, sizeof(id));
	if (vch_json_end(&in) != VCH_OK) {
		vch_call_fault(call, &fault);
		return false;
	}
	err = vch_index_get(node->index, ret, id, true);
	if (err == VCH_OK && accounts_only && ret->slot.flags & VCH_SLOT_KEY) {
		free(ret->receipt);
		err = VCH_ACCOUNT;
	}
	if (err != VCH_OK)
		vch_call_error(call, err, NULL, NONE);
	return err == VCH_OK;
}

void vch_call_get_account(struct vch_call *call, yyjson_val *params)
{
	struct vch_buf out = vch_json_out();
	struct vch_account_view account;
	enum vch_err err;

	if (!find_account(call, params, "address", true, &account))
		return;
	err = vch_json_account(&out, &account);
	free(account.receipt);
	if (err == VCH_OK) {
		vch_call_result(call, &out);
		return;
	}
	vch_buf_free(&out);
	vch_call_error(call, err, NULL, NONE);
}

void vch_call_get_receipt(struct vch_call *call, yyjson_val *params)
{
	struct vch_account_view account;

	if (!find_account(call, params, "account", false, &account))
		return;
	vch_call_receipt(call, VCH_OK,
			 vch_span(account.receipt, account.receipt_len));
	free(account.receipt);
}

/* --- vouch_cosign ------------------------------------------------------- */

/* An operation or an intent: the answer of both is one cosign_result. */
static void on_cosigned(void *ctx, const struct vch_outcome *outcome)
{
	struct vch_call *call = ctx;
	struct vch_cosign_result result;
	struct vch_buf out = vch_json_out();
	enum vch_err err = outcome->err;

	if (err == VCH_OK &&
	    vch_cosign_result_decode(&result, outcome->answer) != VCH_OK)
		err = VCH_INTERNAL;
	if (err == VCH_OK)
		err = vch_answer_code(result.code);
	if (err != VCH_OK) {
		vch_call_error(call, err, NULL, outcome->receipt);
		return;
	}
	vch_json_open(&out, NULL, '{');
	vch_json_put_hex(&out, "signature", result.signature, 65);
	vch_json_put_quantity(&out, "validUntil", vch_call_kept(call));
	vch_json_put_hex(&out, "receipt", outcome->receipt.ptr,
			 outcome->receipt.len);
	vch_json_close(&out, '}');
	vch_call_result(call, &out);
}

void vch_call_cosign(struct vch_call *call, yyjson_val *params)
{
	uint8_t bytes[VCH_COSIGN_OP_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_json_fault fault = {0};
	uint64_t valid_until;

	if (vch_json_cosign(&w, &valid_until, params, &fault) != VCH_OK) {
		vch_call_fault(call, &fault);
		return;
	}
	vch_call_keep(call, valid_until);
	vch_node_submit(call, VCH_CMD_COSIGN_BATCH, vch_written(&w),
			on_cosigned);
}

void vch_call_cosign_intent(struct vch_call *call, yyjson_val *params)
{
	uint8_t bytes[VCH_COSIGN_INTENT_REQUEST_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_json_fault fault = {0};
	uint64_t valid_until;

	if (vch_json_intent(&w, &valid_until, params, &fault) != VCH_OK) {
		vch_call_fault(call, &fault);
		return;
	}
	vch_call_keep(call, valid_until);
	vch_node_submit(call, VCH_CMD_COSIGN_INTENT, vch_written(&w),
			on_cosigned);
}

/* --- vouch_changeAccount, vouch_applyChange ------------------------------ */

static void on_changed(void *ctx, const struct vch_outcome *outcome)
{
	struct vch_change_account_answer answer; /* APPLY_CHANGE has the same */
	enum vch_err err = outcome->err;

	if (err == VCH_OK && vch_change_account_answer_decode(
				     &answer, outcome->answer) != VCH_OK)
		err = VCH_INTERNAL;
	if (err == VCH_OK)
		err = vch_answer_code(answer.code);
	vch_call_receipt(ctx, err, outcome->receipt);
}

void vch_call_change_account(struct vch_call *call, yyjson_val *params)
{
	uint8_t bytes[VCH_CHANGE_ACCOUNT_REQUEST_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_json_fault fault = {0};

	if (vch_json_change(&w, params, &fault) != VCH_OK) {
		vch_call_fault(call, &fault);
		return;
	}
	vch_node_submit(call, VCH_CMD_CHANGE_ACCOUNT, vch_written(&w),
			on_changed);
}

void vch_call_apply_change(struct vch_call *call, yyjson_val *params)
{
	uint8_t bytes[VCH_APPLY_CHANGE_REQUEST_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_apply_change_request req = {0};
	struct vch_account_view account;

	if (!find_account(call, params, "account", true, &account))
		return;
	free(account.receipt);
	if (vch_change_decode(&req.change,
			      vch_span(account.change, account.change_len)) !=
		    VCH_OK ||
	    vch_apply_change_request_encode(&w, &req) != VCH_OK) {
		vch_call_error(call, VCH_NO_CHANGE, NULL, NONE);
		return;
	}
	vch_node_submit(call, VCH_CMD_APPLY_CHANGE, vch_written(&w),
			on_changed);
}

/* --- vouch_resume ------------------------------------------------------- */

static void on_resumed(void *ctx, const struct vch_outcome *outcome)
{
	vch_call_receipt(ctx, outcome->err, outcome->receipt);
}

void vch_call_resume(struct vch_call *call, yyjson_val *params)
{
	uint8_t bytes[VCH_RESUME_REQUEST_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_json_fault fault = {0};

	if (vch_json_resume(&w, params, &fault) != VCH_OK) {
		vch_call_fault(call, &fault);
		return;
	}
	vch_node_submit(call, VCH_CMD_RESUME, vch_written(&w), on_resumed);
}
