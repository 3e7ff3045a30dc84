/* SPDX-License-Identifier: Apache-2.0 */
/* Written by tools/wire.py from wire/ta.wire: edit that. */
#include "wire/gen/ta.h"

#include <string.h>

static struct vch_span read_span16(struct vch_reader *r, size_t most)
{
	size_t len = vch_read_u16(r);

	if (len > most) {
		r->bad = true;
		r->left = 0;
		len = 0;
	}
	return vch_read_span(r, len);
}

static void write_span16(struct vch_writer *w, struct vch_span in, size_t most)
{
	if (in.len > most) {
		w->bad = true;
		return;
	}
	vch_write_u16(w, (uint16_t)in.len);
	vch_write_bytes(w, in.ptr, in.len);
}

static struct vch_span read_span32(struct vch_reader *r, size_t most)
{
	size_t len = vch_read_u32(r);

	if (len > most) {
		r->bad = true;
		r->left = 0;
		len = 0;
	}
	return vch_read_span(r, len);
}

static void write_span32(struct vch_writer *w, struct vch_span in, size_t most)
{
	if (in.len > most) {
		w->bad = true;
		return;
	}
	vch_write_u32(w, (uint32_t)in.len);
	vch_write_bytes(w, in.ptr, in.len);
}

static uint8_t read_cnt(struct vch_reader *r, uint8_t most)
{
	uint8_t cnt = vch_read_u8(r);

	if (cnt <= most)
		return cnt;
	r->bad = true;
	r->left = 0;
	return 0;
}

/* How many to write: none if there are too many. */
static uint8_t write_cnt(struct vch_writer *w, uint8_t cnt, uint8_t most)
{
	vch_write_u8(w, cnt);
	if (cnt <= most)
		return cnt;
	w->bad = true;
	return 0;
}

void vch_user_op_read(struct vch_reader *r, struct vch_user_op *ret)
{
	vch_read_bytes(r, ret->sender, sizeof(ret->sender));
	vch_read_bytes(r, ret->nonce, sizeof(ret->nonce));
	ret->init_code = read_span16(r, VCH_USER_OP_INIT_CODE_MAX);
	ret->call_data = read_span16(r, VCH_USER_OP_CALL_DATA_MAX);
	vch_read_bytes(r, ret->account_gas_limits, sizeof(
			ret->account_gas_limits));
	vch_read_bytes(r, ret->pre_verification_gas, sizeof(
			ret->pre_verification_gas));
	vch_read_bytes(r, ret->gas_fees, sizeof(ret->gas_fees));
	ret->paymaster_and_data = read_span16(r,
			VCH_USER_OP_PAYMASTER_AND_DATA_MAX);
}

void vch_user_op_write(struct vch_writer *w, const struct vch_user_op *in)
{
	vch_write_bytes(w, in->sender, sizeof(in->sender));
	vch_write_bytes(w, in->nonce, sizeof(in->nonce));
	write_span16(w, in->init_code, VCH_USER_OP_INIT_CODE_MAX);
	write_span16(w, in->call_data, VCH_USER_OP_CALL_DATA_MAX);
	vch_write_bytes(w, in->account_gas_limits, sizeof(
			in->account_gas_limits));
	vch_write_bytes(w, in->pre_verification_gas, sizeof(
			in->pre_verification_gas));
	vch_write_bytes(w, in->gas_fees, sizeof(in->gas_fees));
	write_span16(w, in->paymaster_and_data,
			VCH_USER_OP_PAYMASTER_AND_DATA_MAX);
}

enum vch_err vch_user_op_decode(struct vch_user_op *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_user_op_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_user_op_encode(struct vch_writer *w,
		const struct vch_user_op *in)
{
	vch_user_op_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_assertion_read(struct vch_reader *r, struct vch_assertion *ret)
{
	ret->passkey = vch_read_u8(r);
	ret->auth_data = read_span16(r, VCH_ASSERTION_AUTH_DATA_MAX);
	ret->client_data = read_span16(r, VCH_ASSERTION_CLIENT_DATA_MAX);
	vch_read_bytes(r, ret->signature, sizeof(ret->signature));
}

void vch_assertion_write(struct vch_writer *w, const struct vch_assertion *in)
{
	vch_write_u8(w, in->passkey);
	write_span16(w, in->auth_data, VCH_ASSERTION_AUTH_DATA_MAX);
	write_span16(w, in->client_data, VCH_ASSERTION_CLIENT_DATA_MAX);
	vch_write_bytes(w, in->signature, sizeof(in->signature));
}

enum vch_err vch_assertion_decode(struct vch_assertion *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_assertion_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_assertion_encode(struct vch_writer *w,
		const struct vch_assertion *in)
{
	vch_assertion_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_cosign_op_read(struct vch_reader *r, struct vch_cosign_op *ret)
{
	size_t cnt;

	vch_read_bytes(r, ret->account, sizeof(ret->account));
	ret->config = read_span16(r, VCH_COSIGN_OP_CONFIG_MAX);
	ret->counters = read_span16(r, VCH_COSIGN_OP_COUNTERS_MAX);
	ret->blob = read_span16(r, VCH_COSIGN_OP_BLOB_MAX);
	ret->chain_id = vch_read_u64(r);
	vch_read_bytes(r, ret->entry_point, sizeof(ret->entry_point));
	vch_user_op_read(r, &ret->op);
	ret->valid_until = vch_read_u64(r);
	vch_assertion_read(r, &ret->assertion);
	cnt = ret->seen_cnt = read_cnt(r, VCH_COSIGN_OP_SEEN_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_seen_read(r, &ret->seen[i]);
}

void vch_cosign_op_write(struct vch_writer *w, const struct vch_cosign_op *in)
{
	size_t cnt;

	vch_write_bytes(w, in->account, sizeof(in->account));
	write_span16(w, in->config, VCH_COSIGN_OP_CONFIG_MAX);
	write_span16(w, in->counters, VCH_COSIGN_OP_COUNTERS_MAX);
	write_span16(w, in->blob, VCH_COSIGN_OP_BLOB_MAX);
	vch_write_u64(w, in->chain_id);
	vch_write_bytes(w, in->entry_point, sizeof(in->entry_point));
	vch_user_op_write(w, &in->op);
	vch_write_u64(w, in->valid_until);
	vch_assertion_write(w, &in->assertion);
	cnt = write_cnt(w, in->seen_cnt, VCH_COSIGN_OP_SEEN_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_seen_write(w, &in->seen[i]);
}

enum vch_err vch_cosign_op_decode(struct vch_cosign_op *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_cosign_op_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_cosign_op_encode(struct vch_writer *w,
		const struct vch_cosign_op *in)
{
	vch_cosign_op_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_cosign_result_read(struct vch_reader *r, struct vch_cosign_result *ret)
{
	ret->code = vch_read_u16(r);
	ret->recorded = vch_read_u8(r);
	vch_read_bytes(r, ret->signature, sizeof(ret->signature));
}

void vch_cosign_result_write(struct vch_writer *w,
		const struct vch_cosign_result *in)
{
	vch_write_u16(w, in->code);
	vch_write_u8(w, in->recorded);
	vch_write_bytes(w, in->signature, sizeof(in->signature));
}

enum vch_err vch_cosign_result_decode(struct vch_cosign_result *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_cosign_result_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_cosign_result_encode(struct vch_writer *w,
		const struct vch_cosign_result *in)
{
	vch_cosign_result_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_version_request_read(struct vch_reader *r,
		struct vch_version_request *ret)
{
	(void)r;
	ret->unused = 0;
}

void vch_version_request_write(struct vch_writer *w,
		const struct vch_version_request *in)
{
	(void)w;
	(void)in;
}

enum vch_err vch_version_request_decode(struct vch_version_request *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_version_request_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_version_request_encode(struct vch_writer *w,
		const struct vch_version_request *in)
{
	vch_version_request_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_version_answer_read(struct vch_reader *r,
		struct vch_version_answer *ret)
{
	ret->version = vch_read_u32(r);
	ret->phase = vch_read_u8(r);
	ret->slot_max = vch_read_u32(r);
	ret->slot_cnt = vch_read_u32(r);
	vch_read_bytes(r, ret->log_key, sizeof(ret->log_key));
}

void vch_version_answer_write(struct vch_writer *w,
		const struct vch_version_answer *in)
{
	vch_write_u32(w, in->version);
	vch_write_u8(w, in->phase);
	vch_write_u32(w, in->slot_max);
	vch_write_u32(w, in->slot_cnt);
	vch_write_bytes(w, in->log_key, sizeof(in->log_key));
}

enum vch_err vch_version_answer_decode(struct vch_version_answer *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_version_answer_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_version_answer_encode(struct vch_writer *w,
		const struct vch_version_answer *in)
{
	vch_version_answer_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_attest_request_read(struct vch_reader *r,
		struct vch_attest_request *ret)
{
	vch_read_bytes(r, ret->challenge, sizeof(ret->challenge));
}

void vch_attest_request_write(struct vch_writer *w,
		const struct vch_attest_request *in)
{
	vch_write_bytes(w, in->challenge, sizeof(in->challenge));
}

enum vch_err vch_attest_request_decode(struct vch_attest_request *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_attest_request_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_attest_request_encode(struct vch_writer *w,
		const struct vch_attest_request *in)
{
	vch_attest_request_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_attest_answer_read(struct vch_reader *r, struct vch_attest_answer *ret)
{
	ret->claims = read_span16(r, VCH_ATTEST_ANSWER_CLAIMS_MAX);
	vch_read_bytes(r, ret->signature, sizeof(ret->signature));
	ret->endorsement = read_span16(r, VCH_ATTEST_ANSWER_ENDORSEMENT_MAX);
}

void vch_attest_answer_write(struct vch_writer *w,
		const struct vch_attest_answer *in)
{
	write_span16(w, in->claims, VCH_ATTEST_ANSWER_CLAIMS_MAX);
	vch_write_bytes(w, in->signature, sizeof(in->signature));
	write_span16(w, in->endorsement, VCH_ATTEST_ANSWER_ENDORSEMENT_MAX);
}

enum vch_err vch_attest_answer_decode(struct vch_attest_answer *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_attest_answer_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_attest_answer_encode(struct vch_writer *w,
		const struct vch_attest_answer *in)
{
	vch_attest_answer_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_evidence_read(struct vch_reader *r, struct vch_evidence *ret)
{
	vch_read_bytes(r, ret->challenge, sizeof(ret->challenge));
	ret->platform = read_span16(r, VCH_EVIDENCE_PLATFORM_MAX);
	vch_read_bytes(r, ret->measurement, sizeof(ret->measurement));
	ret->version = vch_read_u32(r);
	vch_read_bytes(r, ret->incarnation, sizeof(ret->incarnation));
	vch_read_bytes(r, ret->log_key, sizeof(ret->log_key));
	vch_read_bytes(r, ret->device_key, sizeof(ret->device_key));
	vch_read_bytes(r, ret->heads_hash, sizeof(ret->heads_hash));
	vch_read_bytes(r, ret->import_key, sizeof(ret->import_key));
	ret->generation = vch_read_u64(r);
	ret->erase = read_span16(r, VCH_EVIDENCE_ERASE_MAX);
	ret->protect = read_span16(r, VCH_EVIDENCE_PROTECT_MAX);
	ret->detect = read_span16(r, VCH_EVIDENCE_DETECT_MAX);
	ret->seal = read_span16(r, VCH_EVIDENCE_SEAL_MAX);
	ret->signer = read_span16(r, VCH_EVIDENCE_SIGNER_MAX);
	ret->counter = read_span16(r, VCH_EVIDENCE_COUNTER_MAX);
	ret->window_s = vch_read_u16(r);
	ret->window_records = vch_read_u16(r);
}

void vch_evidence_write(struct vch_writer *w, const struct vch_evidence *in)
{
	vch_write_bytes(w, in->challenge, sizeof(in->challenge));
	write_span16(w, in->platform, VCH_EVIDENCE_PLATFORM_MAX);
	vch_write_bytes(w, in->measurement, sizeof(in->measurement));
	vch_write_u32(w, in->version);
	vch_write_bytes(w, in->incarnation, sizeof(in->incarnation));
	vch_write_bytes(w, in->log_key, sizeof(in->log_key));
	vch_write_bytes(w, in->device_key, sizeof(in->device_key));
	vch_write_bytes(w, in->heads_hash, sizeof(in->heads_hash));
	vch_write_bytes(w, in->import_key, sizeof(in->import_key));
	vch_write_u64(w, in->generation);
	write_span16(w, in->erase, VCH_EVIDENCE_ERASE_MAX);
	write_span16(w, in->protect, VCH_EVIDENCE_PROTECT_MAX);
	write_span16(w, in->detect, VCH_EVIDENCE_DETECT_MAX);
	write_span16(w, in->seal, VCH_EVIDENCE_SEAL_MAX);
	write_span16(w, in->signer, VCH_EVIDENCE_SIGNER_MAX);
	write_span16(w, in->counter, VCH_EVIDENCE_COUNTER_MAX);
	vch_write_u16(w, in->window_s);
	vch_write_u16(w, in->window_records);
}

enum vch_err vch_evidence_decode(struct vch_evidence *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_evidence_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_evidence_encode(struct vch_writer *w,
		const struct vch_evidence *in)
{
	vch_evidence_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_replay_request_read(struct vch_reader *r,
		struct vch_replay_request *ret)
{
	ret->batches = read_span32(r, VCH_REPLAY_REQUEST_BATCHES_MAX);
}

void vch_replay_request_write(struct vch_writer *w,
		const struct vch_replay_request *in)
{
	write_span32(w, in->batches, VCH_REPLAY_REQUEST_BATCHES_MAX);
}

enum vch_err vch_replay_request_decode(struct vch_replay_request *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_replay_request_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_replay_request_encode(struct vch_writer *w,
		const struct vch_replay_request *in)
{
	vch_replay_request_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_replay_answer_read(struct vch_reader *r, struct vch_replay_answer *ret)
{
	ret->batch_cnt = vch_read_u32(r);
}

void vch_replay_answer_write(struct vch_writer *w,
		const struct vch_replay_answer *in)
{
	vch_write_u32(w, in->batch_cnt);
}

enum vch_err vch_replay_answer_decode(struct vch_replay_answer *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_replay_answer_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_replay_answer_encode(struct vch_writer *w,
		const struct vch_replay_answer *in)
{
	vch_replay_answer_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_start_request_read(struct vch_reader *r, struct vch_start_request *ret)
{
	ret->shard_first = vch_read_u8(r);
	ret->shard_cnt = vch_read_u8(r);
	ret->window_s = vch_read_u16(r);
	ret->window_records = vch_read_u16(r);
}

void vch_start_request_write(struct vch_writer *w,
		const struct vch_start_request *in)
{
	vch_write_u8(w, in->shard_first);
	vch_write_u8(w, in->shard_cnt);
	vch_write_u16(w, in->window_s);
	vch_write_u16(w, in->window_records);
}

enum vch_err vch_start_request_decode(struct vch_start_request *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_start_request_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_start_request_encode(struct vch_writer *w,
		const struct vch_start_request *in)
{
	vch_start_request_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_start_answer_read(struct vch_reader *r, struct vch_start_answer *ret)
{
	vch_read_bytes(r, ret->incarnation, sizeof(ret->incarnation));
	vch_read_bytes(r, ret->log_key, sizeof(ret->log_key));
}

void vch_start_answer_write(struct vch_writer *w,
		const struct vch_start_answer *in)
{
	vch_write_bytes(w, in->incarnation, sizeof(in->incarnation));
	vch_write_bytes(w, in->log_key, sizeof(in->log_key));
}

enum vch_err vch_start_answer_decode(struct vch_start_answer *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_start_answer_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_start_answer_encode(struct vch_writer *w,
		const struct vch_start_answer *in)
{
	vch_start_answer_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_compare_request_read(struct vch_reader *r,
		struct vch_compare_request *ret)
{
	(void)r;
	ret->unused = 0;
}

void vch_compare_request_write(struct vch_writer *w,
		const struct vch_compare_request *in)
{
	(void)w;
	(void)in;
}

enum vch_err vch_compare_request_decode(struct vch_compare_request *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_compare_request_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_compare_request_encode(struct vch_writer *w,
		const struct vch_compare_request *in)
{
	vch_compare_request_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_compare_answer_read(struct vch_reader *r,
		struct vch_compare_answer *ret)
{
	(void)r;
	ret->unused = 0;
}

void vch_compare_answer_write(struct vch_writer *w,
		const struct vch_compare_answer *in)
{
	(void)w;
	(void)in;
}

enum vch_err vch_compare_answer_decode(struct vch_compare_answer *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_compare_answer_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_compare_answer_encode(struct vch_writer *w,
		const struct vch_compare_answer *in)
{
	vch_compare_answer_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_create_account_request_read(struct vch_reader *r,
		struct vch_create_account_request *ret)
{
	size_t cnt;

	vch_passkey_read(r, &ret->passkey);
	cnt = ret->origins_cnt = read_cnt(r,
			VCH_CREATE_ACCOUNT_REQUEST_ORIGINS_MAX);
	for (size_t i = 0; i < cnt; i++)
		ret->origins[i] = read_span16(r,
				VCH_CREATE_ACCOUNT_REQUEST_ORIGINS_LEN_MAX);
	cnt = ret->networks_cnt = read_cnt(r,
			VCH_CREATE_ACCOUNT_REQUEST_NETWORKS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_network_read(r, &ret->networks[i]);
	vch_read_bytes(r, ret->factory, sizeof(ret->factory));
	vch_read_bytes(r, ret->implementation, sizeof(ret->implementation));
}

void vch_create_account_request_write(struct vch_writer *w,
		const struct vch_create_account_request *in)
{
	size_t cnt;

	vch_passkey_write(w, &in->passkey);
	cnt = write_cnt(w, in->origins_cnt,
			VCH_CREATE_ACCOUNT_REQUEST_ORIGINS_MAX);
	for (size_t i = 0; i < cnt; i++)
		write_span16(w, in->origins[i],
				VCH_CREATE_ACCOUNT_REQUEST_ORIGINS_LEN_MAX);
	cnt = write_cnt(w, in->networks_cnt,
			VCH_CREATE_ACCOUNT_REQUEST_NETWORKS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_network_write(w, &in->networks[i]);
	vch_write_bytes(w, in->factory, sizeof(in->factory));
	vch_write_bytes(w, in->implementation, sizeof(in->implementation));
}

enum vch_err vch_create_account_request_decode(
		struct vch_create_account_request *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_create_account_request_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_create_account_request_encode(struct vch_writer *w,
		const struct vch_create_account_request *in)
{
	vch_create_account_request_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_create_account_answer_read(struct vch_reader *r,
		struct vch_create_account_answer *ret)
{
	vch_read_bytes(r, ret->address, sizeof(ret->address));
	vch_read_bytes(r, ret->cosigner, sizeof(ret->cosigner));
	ret->blob = read_span16(r, VCH_CREATE_ACCOUNT_ANSWER_BLOB_MAX);
}

void vch_create_account_answer_write(struct vch_writer *w,
		const struct vch_create_account_answer *in)
{
	vch_write_bytes(w, in->address, sizeof(in->address));
	vch_write_bytes(w, in->cosigner, sizeof(in->cosigner));
	write_span16(w, in->blob, VCH_CREATE_ACCOUNT_ANSWER_BLOB_MAX);
}

enum vch_err vch_create_account_answer_decode(
		struct vch_create_account_answer *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_create_account_answer_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_create_account_answer_encode(struct vch_writer *w,
		const struct vch_create_account_answer *in)
{
	vch_create_account_answer_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_cosign_batch_request_read(struct vch_reader *r,
		struct vch_cosign_batch_request *ret)
{
	size_t cnt;

	cnt = ret->ops_cnt = read_cnt(r, VCH_COSIGN_BATCH_REQUEST_OPS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_cosign_op_read(r, &ret->ops[i]);
}

void vch_cosign_batch_request_write(struct vch_writer *w,
		const struct vch_cosign_batch_request *in)
{
	size_t cnt;

	cnt = write_cnt(w, in->ops_cnt, VCH_COSIGN_BATCH_REQUEST_OPS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_cosign_op_write(w, &in->ops[i]);
}

enum vch_err vch_cosign_batch_request_decode(
		struct vch_cosign_batch_request *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_cosign_batch_request_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_cosign_batch_request_encode(struct vch_writer *w,
		const struct vch_cosign_batch_request *in)
{
	vch_cosign_batch_request_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_cosign_batch_answer_read(struct vch_reader *r,
		struct vch_cosign_batch_answer *ret)
{
	size_t cnt;

	cnt = ret->results_cnt = read_cnt(r,
			VCH_COSIGN_BATCH_ANSWER_RESULTS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_cosign_result_read(r, &ret->results[i]);
}

void vch_cosign_batch_answer_write(struct vch_writer *w,
		const struct vch_cosign_batch_answer *in)
{
	size_t cnt;

	cnt = write_cnt(w, in->results_cnt,
			VCH_COSIGN_BATCH_ANSWER_RESULTS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_cosign_result_write(w, &in->results[i]);
}

enum vch_err vch_cosign_batch_answer_decode(struct vch_cosign_batch_answer *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_cosign_batch_answer_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_cosign_batch_answer_encode(struct vch_writer *w,
		const struct vch_cosign_batch_answer *in)
{
	vch_cosign_batch_answer_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_change_account_request_read(struct vch_reader *r,
		struct vch_change_account_request *ret)
{
	ret->config = read_span16(r, VCH_CHANGE_ACCOUNT_REQUEST_CONFIG_MAX);
	ret->counters = read_span16(r, VCH_CHANGE_ACCOUNT_REQUEST_COUNTERS_MAX);
	vch_change_read(r, &ret->change);
	vch_assertion_read(r, &ret->assertion);
}

void vch_change_account_request_write(struct vch_writer *w,
		const struct vch_change_account_request *in)
{
	write_span16(w, in->config, VCH_CHANGE_ACCOUNT_REQUEST_CONFIG_MAX);
	write_span16(w, in->counters, VCH_CHANGE_ACCOUNT_REQUEST_COUNTERS_MAX);
	vch_change_write(w, &in->change);
	vch_assertion_write(w, &in->assertion);
}

enum vch_err vch_change_account_request_decode(
		struct vch_change_account_request *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_change_account_request_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_change_account_request_encode(struct vch_writer *w,
		const struct vch_change_account_request *in)
{
	vch_change_account_request_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_change_account_answer_read(struct vch_reader *r,
		struct vch_change_account_answer *ret)
{
	ret->code = vch_read_u16(r);
	ret->recorded = vch_read_u8(r);
}

void vch_change_account_answer_write(struct vch_writer *w,
		const struct vch_change_account_answer *in)
{
	vch_write_u16(w, in->code);
	vch_write_u8(w, in->recorded);
}

enum vch_err vch_change_account_answer_decode(
		struct vch_change_account_answer *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_change_account_answer_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_change_account_answer_encode(struct vch_writer *w,
		const struct vch_change_account_answer *in)
{
	vch_change_account_answer_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_apply_change_request_read(struct vch_reader *r,
		struct vch_apply_change_request *ret)
{
	ret->config = read_span16(r, VCH_APPLY_CHANGE_REQUEST_CONFIG_MAX);
	ret->counters = read_span16(r, VCH_APPLY_CHANGE_REQUEST_COUNTERS_MAX);
	vch_change_read(r, &ret->change);
}

void vch_apply_change_request_write(struct vch_writer *w,
		const struct vch_apply_change_request *in)
{
	write_span16(w, in->config, VCH_APPLY_CHANGE_REQUEST_CONFIG_MAX);
	write_span16(w, in->counters, VCH_APPLY_CHANGE_REQUEST_COUNTERS_MAX);
	vch_change_write(w, &in->change);
}

enum vch_err vch_apply_change_request_decode(
		struct vch_apply_change_request *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_apply_change_request_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_apply_change_request_encode(struct vch_writer *w,
		const struct vch_apply_change_request *in)
{
	vch_apply_change_request_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_apply_change_answer_read(struct vch_reader *r,
		struct vch_apply_change_answer *ret)
{
	ret->code = vch_read_u16(r);
	ret->recorded = vch_read_u8(r);
}

void vch_apply_change_answer_write(struct vch_writer *w,
		const struct vch_apply_change_answer *in)
{
	vch_write_u16(w, in->code);
	vch_write_u8(w, in->recorded);
}

enum vch_err vch_apply_change_answer_decode(struct vch_apply_change_answer *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_apply_change_answer_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_apply_change_answer_encode(struct vch_writer *w,
		const struct vch_apply_change_answer *in)
{
	vch_apply_change_answer_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_chain_setting_read(struct vch_reader *r, struct vch_chain_setting *ret)
{
	ret->kind = vch_read_u8(r);
	vch_read_bytes(r, ret->target, sizeof(ret->target));
	vch_read_bytes(r, ret->selector, sizeof(ret->selector));
	ret->value = vch_read_u128(r);
}

void vch_chain_setting_write(struct vch_writer *w,
		const struct vch_chain_setting *in)
{
	vch_write_u8(w, in->kind);
	vch_write_bytes(w, in->target, sizeof(in->target));
	vch_write_bytes(w, in->selector, sizeof(in->selector));
	vch_write_u128(w, in->value);
}

enum vch_err vch_chain_setting_decode(struct vch_chain_setting *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_chain_setting_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_chain_setting_encode(struct vch_writer *w,
		const struct vch_chain_setting *in)
{
	vch_chain_setting_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_intent_read(struct vch_reader *r, struct vch_intent *ret)
{
	size_t cnt;

	vch_read_bytes(r, ret->account, sizeof(ret->account));
	ret->chain_id = vch_read_u64(r);
	ret->number = vch_read_u64(r);
	ret->valid_until = vch_read_u64(r);
	cnt = ret->settings_cnt = read_cnt(r, VCH_INTENT_SETTINGS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_chain_setting_read(r, &ret->settings[i]);
}

void vch_intent_write(struct vch_writer *w, const struct vch_intent *in)
{
	size_t cnt;

	vch_write_bytes(w, in->account, sizeof(in->account));
	vch_write_u64(w, in->chain_id);
	vch_write_u64(w, in->number);
	vch_write_u64(w, in->valid_until);
	cnt = write_cnt(w, in->settings_cnt, VCH_INTENT_SETTINGS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_chain_setting_write(w, &in->settings[i]);
}

enum vch_err vch_intent_decode(struct vch_intent *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_intent_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_intent_encode(struct vch_writer *w,
		const struct vch_intent *in)
{
	vch_intent_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_cosign_intent_request_read(struct vch_reader *r,
		struct vch_cosign_intent_request *ret)
{
	size_t cnt;

	ret->config = read_span16(r, VCH_COSIGN_INTENT_REQUEST_CONFIG_MAX);
	ret->counters = read_span16(r, VCH_COSIGN_INTENT_REQUEST_COUNTERS_MAX);
	ret->blob = read_span16(r, VCH_COSIGN_INTENT_REQUEST_BLOB_MAX);
	vch_intent_read(r, &ret->intent);
	cnt = ret->waits_cnt = read_cnt(r, VCH_COSIGN_INTENT_REQUEST_WAITS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_change_read(r, &ret->waits[i]);
	vch_assertion_read(r, &ret->assertion);
}

void vch_cosign_intent_request_write(struct vch_writer *w,
		const struct vch_cosign_intent_request *in)
{
	size_t cnt;

	write_span16(w, in->config, VCH_COSIGN_INTENT_REQUEST_CONFIG_MAX);
	write_span16(w, in->counters, VCH_COSIGN_INTENT_REQUEST_COUNTERS_MAX);
	write_span16(w, in->blob, VCH_COSIGN_INTENT_REQUEST_BLOB_MAX);
	vch_intent_write(w, &in->intent);
	cnt = write_cnt(w, in->waits_cnt, VCH_COSIGN_INTENT_REQUEST_WAITS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_change_write(w, &in->waits[i]);
	vch_assertion_write(w, &in->assertion);
}

enum vch_err vch_cosign_intent_request_decode(
		struct vch_cosign_intent_request *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_cosign_intent_request_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_cosign_intent_request_encode(struct vch_writer *w,
		const struct vch_cosign_intent_request *in)
{
	vch_cosign_intent_request_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_cosign_intent_answer_read(struct vch_reader *r,
		struct vch_cosign_intent_answer *ret)
{
	vch_cosign_result_read(r, &ret->result);
}

void vch_cosign_intent_answer_write(struct vch_writer *w,
		const struct vch_cosign_intent_answer *in)
{
	vch_cosign_result_write(w, &in->result);
}

enum vch_err vch_cosign_intent_answer_decode(
		struct vch_cosign_intent_answer *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_cosign_intent_answer_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_cosign_intent_answer_encode(struct vch_writer *w,
		const struct vch_cosign_intent_answer *in)
{
	vch_cosign_intent_answer_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_key_request_read(struct vch_reader *r, struct vch_key_request *ret)
{
	size_t cnt;

	vch_read_bytes(r, ret->key, sizeof(ret->key));
	ret->config = read_span16(r, VCH_KEY_REQUEST_CONFIG_MAX);
	ret->counters = read_span16(r, VCH_KEY_REQUEST_COUNTERS_MAX);
	ret->blob = read_span16(r, VCH_KEY_REQUEST_BLOB_MAX);
	ret->kind = vch_read_u8(r);
	ret->payload = read_span16(r, VCH_KEY_REQUEST_PAYLOAD_MAX);
	ret->nonce = vch_read_u64(r);
	ret->owner_signature = read_span16(r,
			VCH_KEY_REQUEST_OWNER_SIGNATURE_MAX);
	ret->joined = vch_read_u8(r);
	cnt = ret->seen_cnt = read_cnt(r, VCH_KEY_REQUEST_SEEN_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_seen_read(r, &ret->seen[i]);
}

void vch_key_request_write(struct vch_writer *w,
		const struct vch_key_request *in)
{
	size_t cnt;

	vch_write_bytes(w, in->key, sizeof(in->key));
	write_span16(w, in->config, VCH_KEY_REQUEST_CONFIG_MAX);
	write_span16(w, in->counters, VCH_KEY_REQUEST_COUNTERS_MAX);
	write_span16(w, in->blob, VCH_KEY_REQUEST_BLOB_MAX);
	vch_write_u8(w, in->kind);
	write_span16(w, in->payload, VCH_KEY_REQUEST_PAYLOAD_MAX);
	vch_write_u64(w, in->nonce);
	write_span16(w, in->owner_signature,
			VCH_KEY_REQUEST_OWNER_SIGNATURE_MAX);
	vch_write_u8(w, in->joined);
	cnt = write_cnt(w, in->seen_cnt, VCH_KEY_REQUEST_SEEN_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_seen_write(w, &in->seen[i]);
}

enum vch_err vch_key_request_decode(struct vch_key_request *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_key_request_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_key_request_encode(struct vch_writer *w,
		const struct vch_key_request *in)
{
	vch_key_request_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_paymaster_op_read(struct vch_reader *r, struct vch_paymaster_op *ret)
{
	ret->chain_id = vch_read_u64(r);
	vch_user_op_read(r, &ret->op);
	ret->valid_until = vch_read_u64(r);
	ret->valid_after = vch_read_u64(r);
}

void vch_paymaster_op_write(struct vch_writer *w,
		const struct vch_paymaster_op *in)
{
	vch_write_u64(w, in->chain_id);
	vch_user_op_write(w, &in->op);
	vch_write_u64(w, in->valid_until);
	vch_write_u64(w, in->valid_after);
}

enum vch_err vch_paymaster_op_decode(struct vch_paymaster_op *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_paymaster_op_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_paymaster_op_encode(struct vch_writer *w,
		const struct vch_paymaster_op *in)
{
	vch_paymaster_op_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_key_resume_read(struct vch_reader *r, struct vch_key_resume *ret)
{
	vch_seen_read(r, &ret->seen);
	ret->sequence = vch_read_u64(r);
}

void vch_key_resume_write(struct vch_writer *w, const struct vch_key_resume *in)
{
	vch_seen_write(w, &in->seen);
	vch_write_u64(w, in->sequence);
}

enum vch_err vch_key_resume_decode(struct vch_key_resume *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_key_resume_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_key_resume_encode(struct vch_writer *w,
		const struct vch_key_resume *in)
{
	vch_key_resume_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_typed_data_read(struct vch_reader *r, struct vch_typed_data *ret)
{
	size_t cnt;

	ret->domain = vch_read_u8(r);
	ret->name = read_span16(r, VCH_TYPED_DATA_NAME_MAX);
	ret->version = read_span16(r, VCH_TYPED_DATA_VERSION_MAX);
	ret->chain_id = vch_read_u64(r);
	vch_read_bytes(r, ret->contract, sizeof(ret->contract));
	vch_read_bytes(r, ret->salt, sizeof(ret->salt));
	ret->type = read_span16(r, VCH_TYPED_DATA_TYPE_MAX);
	cnt = ret->words_cnt = read_cnt(r, VCH_TYPED_DATA_WORDS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_read_bytes(r, ret->words[i], sizeof(ret->words[i]));
}

void vch_typed_data_write(struct vch_writer *w, const struct vch_typed_data *in)
{
	size_t cnt;

	vch_write_u8(w, in->domain);
	write_span16(w, in->name, VCH_TYPED_DATA_NAME_MAX);
	write_span16(w, in->version, VCH_TYPED_DATA_VERSION_MAX);
	vch_write_u64(w, in->chain_id);
	vch_write_bytes(w, in->contract, sizeof(in->contract));
	vch_write_bytes(w, in->salt, sizeof(in->salt));
	write_span16(w, in->type, VCH_TYPED_DATA_TYPE_MAX);
	cnt = write_cnt(w, in->words_cnt, VCH_TYPED_DATA_WORDS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_write_bytes(w, in->words[i], sizeof(in->words[i]));
}

enum vch_err vch_typed_data_decode(struct vch_typed_data *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_typed_data_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_typed_data_encode(struct vch_writer *w,
		const struct vch_typed_data *in)
{
	vch_typed_data_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_key_result_read(struct vch_reader *r, struct vch_key_result *ret)
{
	ret->code = vch_read_u16(r);
	ret->recorded = vch_read_u8(r);
	ret->shard = vch_read_u8(r);
	ret->signature = read_span16(r, VCH_KEY_RESULT_SIGNATURE_MAX);
}

void vch_key_result_write(struct vch_writer *w, const struct vch_key_result *in)
{
	vch_write_u16(w, in->code);
	vch_write_u8(w, in->recorded);
	vch_write_u8(w, in->shard);
	write_span16(w, in->signature, VCH_KEY_RESULT_SIGNATURE_MAX);
}

enum vch_err vch_key_result_decode(struct vch_key_result *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_key_result_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_key_result_encode(struct vch_writer *w,
		const struct vch_key_result *in)
{
	vch_key_result_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_generate_key_request_read(struct vch_reader *r,
		struct vch_generate_key_request *ret)
{
	vch_key_policy_read(r, &ret->policy);
	ret->flags = vch_read_u8(r);
}

void vch_generate_key_request_write(struct vch_writer *w,
		const struct vch_generate_key_request *in)
{
	vch_key_policy_write(w, &in->policy);
	vch_write_u8(w, in->flags);
}

enum vch_err vch_generate_key_request_decode(
		struct vch_generate_key_request *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_generate_key_request_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_generate_key_request_encode(struct vch_writer *w,
		const struct vch_generate_key_request *in)
{
	vch_generate_key_request_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_generate_key_answer_read(struct vch_reader *r,
		struct vch_generate_key_answer *ret)
{
	vch_read_bytes(r, ret->key, sizeof(ret->key));
	ret->public_key = read_span16(r,
			VCH_GENERATE_KEY_ANSWER_PUBLIC_KEY_MAX);
	ret->blob = read_span16(r, VCH_GENERATE_KEY_ANSWER_BLOB_MAX);
}

void vch_generate_key_answer_write(struct vch_writer *w,
		const struct vch_generate_key_answer *in)
{
	vch_write_bytes(w, in->key, sizeof(in->key));
	write_span16(w, in->public_key, VCH_GENERATE_KEY_ANSWER_PUBLIC_KEY_MAX);
	write_span16(w, in->blob, VCH_GENERATE_KEY_ANSWER_BLOB_MAX);
}

enum vch_err vch_generate_key_answer_decode(struct vch_generate_key_answer *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_generate_key_answer_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_generate_key_answer_encode(struct vch_writer *w,
		const struct vch_generate_key_answer *in)
{
	vch_generate_key_answer_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_import_plain_read(struct vch_reader *r, struct vch_import_plain *ret)
{
	vch_read_bytes(r, ret->secret, sizeof(ret->secret));
	vch_key_policy_read(r, &ret->policy);
	ret->flags = vch_read_u8(r);
	vch_read_bytes(r, ret->import_id, sizeof(ret->import_id));
	vch_read_bytes(r, ret->evidence_hash, sizeof(ret->evidence_hash));
}

void vch_import_plain_write(struct vch_writer *w,
		const struct vch_import_plain *in)
{
	vch_write_bytes(w, in->secret, sizeof(in->secret));
	vch_key_policy_write(w, &in->policy);
	vch_write_u8(w, in->flags);
	vch_write_bytes(w, in->import_id, sizeof(in->import_id));
	vch_write_bytes(w, in->evidence_hash, sizeof(in->evidence_hash));
}

enum vch_err vch_import_plain_decode(struct vch_import_plain *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_import_plain_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_import_plain_encode(struct vch_writer *w,
		const struct vch_import_plain *in)
{
	vch_import_plain_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_import_key_request_read(struct vch_reader *r,
		struct vch_import_key_request *ret)
{
	vch_read_bytes(r, ret->import_id, sizeof(ret->import_id));
	vch_read_bytes(r, ret->enc, sizeof(ret->enc));
	ret->sealed = read_span16(r, VCH_IMPORT_KEY_REQUEST_SEALED_MAX);
	vch_read_bytes(r, ret->tag, sizeof(ret->tag));
}

void vch_import_key_request_write(struct vch_writer *w,
		const struct vch_import_key_request *in)
{
	vch_write_bytes(w, in->import_id, sizeof(in->import_id));
	vch_write_bytes(w, in->enc, sizeof(in->enc));
	write_span16(w, in->sealed, VCH_IMPORT_KEY_REQUEST_SEALED_MAX);
	vch_write_bytes(w, in->tag, sizeof(in->tag));
}

enum vch_err vch_import_key_request_decode(struct vch_import_key_request *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_import_key_request_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_import_key_request_encode(struct vch_writer *w,
		const struct vch_import_key_request *in)
{
	vch_import_key_request_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_import_key_answer_read(struct vch_reader *r,
		struct vch_import_key_answer *ret)
{
	vch_read_bytes(r, ret->key, sizeof(ret->key));
	ret->public_key = read_span16(r, VCH_IMPORT_KEY_ANSWER_PUBLIC_KEY_MAX);
	ret->blob = read_span16(r, VCH_IMPORT_KEY_ANSWER_BLOB_MAX);
}

void vch_import_key_answer_write(struct vch_writer *w,
		const struct vch_import_key_answer *in)
{
	vch_write_bytes(w, in->key, sizeof(in->key));
	write_span16(w, in->public_key, VCH_IMPORT_KEY_ANSWER_PUBLIC_KEY_MAX);
	write_span16(w, in->blob, VCH_IMPORT_KEY_ANSWER_BLOB_MAX);
}

enum vch_err vch_import_key_answer_decode(struct vch_import_key_answer *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_import_key_answer_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_import_key_answer_encode(struct vch_writer *w,
		const struct vch_import_key_answer *in)
{
	vch_import_key_answer_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_import_begin_request_read(struct vch_reader *r,
		struct vch_import_begin_request *ret)
{
	vch_read_bytes(r, ret->key, sizeof(ret->key));
	vch_read_bytes(r, ret->challenge, sizeof(ret->challenge));
}

void vch_import_begin_request_write(struct vch_writer *w,
		const struct vch_import_begin_request *in)
{
	vch_write_bytes(w, in->key, sizeof(in->key));
	vch_write_bytes(w, in->challenge, sizeof(in->challenge));
}

enum vch_err vch_import_begin_request_decode(
		struct vch_import_begin_request *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_import_begin_request_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_import_begin_request_encode(struct vch_writer *w,
		const struct vch_import_begin_request *in)
{
	vch_import_begin_request_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_import_begin_answer_read(struct vch_reader *r,
		struct vch_import_begin_answer *ret)
{
	vch_read_bytes(r, ret->import_id, sizeof(ret->import_id));
	ret->claims = read_span16(r, VCH_IMPORT_BEGIN_ANSWER_CLAIMS_MAX);
	vch_read_bytes(r, ret->signature, sizeof(ret->signature));
}

void vch_import_begin_answer_write(struct vch_writer *w,
		const struct vch_import_begin_answer *in)
{
	vch_write_bytes(w, in->import_id, sizeof(in->import_id));
	write_span16(w, in->claims, VCH_IMPORT_BEGIN_ANSWER_CLAIMS_MAX);
	vch_write_bytes(w, in->signature, sizeof(in->signature));
}

enum vch_err vch_import_begin_answer_decode(struct vch_import_begin_answer *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_import_begin_answer_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_import_begin_answer_encode(struct vch_writer *w,
		const struct vch_import_begin_answer *in)
{
	vch_import_begin_answer_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_generation_request_read(struct vch_reader *r,
		struct vch_generation_request *ret)
{
	ret->shard = vch_read_u8(r);
	ret->step = vch_read_u8(r);
}

void vch_generation_request_write(struct vch_writer *w,
		const struct vch_generation_request *in)
{
	vch_write_u8(w, in->shard);
	vch_write_u8(w, in->step);
}

enum vch_err vch_generation_request_decode(struct vch_generation_request *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_generation_request_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_generation_request_encode(struct vch_writer *w,
		const struct vch_generation_request *in)
{
	vch_generation_request_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_generation_answer_read(struct vch_reader *r,
		struct vch_generation_answer *ret)
{
	ret->number = vch_read_u64(r);
	ret->next = vch_read_u8(r);
	ret->pending = vch_read_u32(r);
}

void vch_generation_answer_write(struct vch_writer *w,
		const struct vch_generation_answer *in)
{
	vch_write_u64(w, in->number);
	vch_write_u8(w, in->next);
	vch_write_u32(w, in->pending);
}

enum vch_err vch_generation_answer_decode(struct vch_generation_answer *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_generation_answer_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_generation_answer_encode(struct vch_writer *w,
		const struct vch_generation_answer *in)
{
	vch_generation_answer_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_rewrap_read(struct vch_reader *r, struct vch_rewrap *ret)
{
	vch_read_bytes(r, ret->id, sizeof(ret->id));
	ret->blob = read_span16(r, VCH_REWRAP_BLOB_MAX);
}

void vch_rewrap_write(struct vch_writer *w, const struct vch_rewrap *in)
{
	vch_write_bytes(w, in->id, sizeof(in->id));
	write_span16(w, in->blob, VCH_REWRAP_BLOB_MAX);
}

enum vch_err vch_rewrap_decode(struct vch_rewrap *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_rewrap_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_rewrap_encode(struct vch_writer *w,
		const struct vch_rewrap *in)
{
	vch_rewrap_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_rewrap_request_read(struct vch_reader *r,
		struct vch_rewrap_request *ret)
{
	size_t cnt;

	ret->shard = vch_read_u8(r);
	cnt = ret->blobs_cnt = read_cnt(r, VCH_REWRAP_REQUEST_BLOBS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_rewrap_read(r, &ret->blobs[i]);
}

void vch_rewrap_request_write(struct vch_writer *w,
		const struct vch_rewrap_request *in)
{
	size_t cnt;

	vch_write_u8(w, in->shard);
	cnt = write_cnt(w, in->blobs_cnt, VCH_REWRAP_REQUEST_BLOBS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_rewrap_write(w, &in->blobs[i]);
}

enum vch_err vch_rewrap_request_decode(struct vch_rewrap_request *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_rewrap_request_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_rewrap_request_encode(struct vch_writer *w,
		const struct vch_rewrap_request *in)
{
	vch_rewrap_request_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_rewrap_answer_read(struct vch_reader *r, struct vch_rewrap_answer *ret)
{
	size_t cnt;

	cnt = ret->blobs_cnt = read_cnt(r, VCH_REWRAP_ANSWER_BLOBS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_rewrap_read(r, &ret->blobs[i]);
}

void vch_rewrap_answer_write(struct vch_writer *w,
		const struct vch_rewrap_answer *in)
{
	size_t cnt;

	cnt = write_cnt(w, in->blobs_cnt, VCH_REWRAP_ANSWER_BLOBS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_rewrap_write(w, &in->blobs[i]);
}

enum vch_err vch_rewrap_answer_decode(struct vch_rewrap_answer *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_rewrap_answer_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_rewrap_answer_encode(struct vch_writer *w,
		const struct vch_rewrap_answer *in)
{
	vch_rewrap_answer_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_sign_message_request_read(struct vch_reader *r,
		struct vch_sign_message_request *ret)
{
	vch_key_request_read(r, &ret->op);
}

void vch_sign_message_request_write(struct vch_writer *w,
		const struct vch_sign_message_request *in)
{
	vch_key_request_write(w, &in->op);
}

enum vch_err vch_sign_message_request_decode(
		struct vch_sign_message_request *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_sign_message_request_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_sign_message_request_encode(struct vch_writer *w,
		const struct vch_sign_message_request *in)
{
	vch_sign_message_request_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_sign_message_answer_read(struct vch_reader *r,
		struct vch_sign_message_answer *ret)
{
	vch_key_result_read(r, &ret->result);
}

void vch_sign_message_answer_write(struct vch_writer *w,
		const struct vch_sign_message_answer *in)
{
	vch_key_result_write(w, &in->result);
}

enum vch_err vch_sign_message_answer_decode(struct vch_sign_message_answer *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_sign_message_answer_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_sign_message_answer_encode(struct vch_writer *w,
		const struct vch_sign_message_answer *in)
{
	vch_sign_message_answer_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_get_public_key_request_read(struct vch_reader *r,
		struct vch_get_public_key_request *ret)
{
	vch_read_bytes(r, ret->key, sizeof(ret->key));
	ret->config = read_span16(r, VCH_GET_PUBLIC_KEY_REQUEST_CONFIG_MAX);
	ret->counters = read_span16(r, VCH_GET_PUBLIC_KEY_REQUEST_COUNTERS_MAX);
}

void vch_get_public_key_request_write(struct vch_writer *w,
		const struct vch_get_public_key_request *in)
{
	vch_write_bytes(w, in->key, sizeof(in->key));
	write_span16(w, in->config, VCH_GET_PUBLIC_KEY_REQUEST_CONFIG_MAX);
	write_span16(w, in->counters, VCH_GET_PUBLIC_KEY_REQUEST_COUNTERS_MAX);
}

enum vch_err vch_get_public_key_request_decode(
		struct vch_get_public_key_request *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_get_public_key_request_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_get_public_key_request_encode(struct vch_writer *w,
		const struct vch_get_public_key_request *in)
{
	vch_get_public_key_request_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_get_public_key_answer_read(struct vch_reader *r,
		struct vch_get_public_key_answer *ret)
{
	ret->seq = vch_read_u64(r);
	ret->config = read_span16(r, VCH_GET_PUBLIC_KEY_ANSWER_CONFIG_MAX);
}

void vch_get_public_key_answer_write(struct vch_writer *w,
		const struct vch_get_public_key_answer *in)
{
	vch_write_u64(w, in->seq);
	write_span16(w, in->config, VCH_GET_PUBLIC_KEY_ANSWER_CONFIG_MAX);
}

enum vch_err vch_get_public_key_answer_decode(
		struct vch_get_public_key_answer *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_get_public_key_answer_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_get_public_key_answer_encode(struct vch_writer *w,
		const struct vch_get_public_key_answer *in)
{
	vch_get_public_key_answer_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_delete_key_request_read(struct vch_reader *r,
		struct vch_delete_key_request *ret)
{
	vch_key_request_read(r, &ret->op);
}

void vch_delete_key_request_write(struct vch_writer *w,
		const struct vch_delete_key_request *in)
{
	vch_key_request_write(w, &in->op);
}

enum vch_err vch_delete_key_request_decode(struct vch_delete_key_request *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_delete_key_request_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_delete_key_request_encode(struct vch_writer *w,
		const struct vch_delete_key_request *in)
{
	vch_delete_key_request_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_delete_key_answer_read(struct vch_reader *r,
		struct vch_delete_key_answer *ret)
{
	ret->erased = vch_read_u8(r);
}

void vch_delete_key_answer_write(struct vch_writer *w,
		const struct vch_delete_key_answer *in)
{
	vch_write_u8(w, in->erased);
}

enum vch_err vch_delete_key_answer_decode(struct vch_delete_key_answer *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_delete_key_answer_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_delete_key_answer_encode(struct vch_writer *w,
		const struct vch_delete_key_answer *in)
{
	vch_delete_key_answer_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_list_keys_request_read(struct vch_reader *r,
		struct vch_list_keys_request *ret)
{
	ret->first = vch_read_u32(r);
}

void vch_list_keys_request_write(struct vch_writer *w,
		const struct vch_list_keys_request *in)
{
	vch_write_u32(w, in->first);
}

enum vch_err vch_list_keys_request_decode(struct vch_list_keys_request *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_list_keys_request_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_list_keys_request_encode(struct vch_writer *w,
		const struct vch_list_keys_request *in)
{
	vch_list_keys_request_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_list_keys_answer_read(struct vch_reader *r,
		struct vch_list_keys_answer *ret)
{
	size_t cnt;

	ret->next = vch_read_u32(r);
	cnt = ret->keys_cnt = read_cnt(r, VCH_LIST_KEYS_ANSWER_KEYS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_slot_read(r, &ret->keys[i]);
}

void vch_list_keys_answer_write(struct vch_writer *w,
		const struct vch_list_keys_answer *in)
{
	size_t cnt;

	vch_write_u32(w, in->next);
	cnt = write_cnt(w, in->keys_cnt, VCH_LIST_KEYS_ANSWER_KEYS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_slot_write(w, &in->keys[i]);
}

enum vch_err vch_list_keys_answer_decode(struct vch_list_keys_answer *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_list_keys_answer_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_list_keys_answer_encode(struct vch_writer *w,
		const struct vch_list_keys_answer *in)
{
	vch_list_keys_answer_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_sign_batch_request_read(struct vch_reader *r,
		struct vch_sign_batch_request *ret)
{
	size_t cnt;

	cnt = ret->ops_cnt = read_cnt(r, VCH_SIGN_BATCH_REQUEST_OPS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_key_request_read(r, &ret->ops[i]);
}

void vch_sign_batch_request_write(struct vch_writer *w,
		const struct vch_sign_batch_request *in)
{
	size_t cnt;

	cnt = write_cnt(w, in->ops_cnt, VCH_SIGN_BATCH_REQUEST_OPS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_key_request_write(w, &in->ops[i]);
}

enum vch_err vch_sign_batch_request_decode(struct vch_sign_batch_request *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_sign_batch_request_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_sign_batch_request_encode(struct vch_writer *w,
		const struct vch_sign_batch_request *in)
{
	vch_sign_batch_request_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_sign_batch_answer_read(struct vch_reader *r,
		struct vch_sign_batch_answer *ret)
{
	size_t cnt;

	cnt = ret->results_cnt = read_cnt(r, VCH_SIGN_BATCH_ANSWER_RESULTS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_key_result_read(r, &ret->results[i]);
}

void vch_sign_batch_answer_write(struct vch_writer *w,
		const struct vch_sign_batch_answer *in)
{
	size_t cnt;

	cnt = write_cnt(w, in->results_cnt, VCH_SIGN_BATCH_ANSWER_RESULTS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_key_result_write(w, &in->results[i]);
}

enum vch_err vch_sign_batch_answer_decode(struct vch_sign_batch_answer *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_sign_batch_answer_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_sign_batch_answer_encode(struct vch_writer *w,
		const struct vch_sign_batch_answer *in)
{
	vch_sign_batch_answer_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_resume_request_read(struct vch_reader *r,
		struct vch_resume_request *ret)
{
	vch_read_bytes(r, ret->account, sizeof(ret->account));
	ret->config = read_span16(r, VCH_RESUME_REQUEST_CONFIG_MAX);
	ret->counters = read_span16(r, VCH_RESUME_REQUEST_COUNTERS_MAX);
	vch_seen_read(r, &ret->seen);
	ret->sequence = vch_read_u64(r);
	vch_assertion_read(r, &ret->assertion);
}

void vch_resume_request_write(struct vch_writer *w,
		const struct vch_resume_request *in)
{
	vch_write_bytes(w, in->account, sizeof(in->account));
	write_span16(w, in->config, VCH_RESUME_REQUEST_CONFIG_MAX);
	write_span16(w, in->counters, VCH_RESUME_REQUEST_COUNTERS_MAX);
	vch_seen_write(w, &in->seen);
	vch_write_u64(w, in->sequence);
	vch_assertion_write(w, &in->assertion);
}

enum vch_err vch_resume_request_decode(struct vch_resume_request *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_resume_request_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_resume_request_encode(struct vch_writer *w,
		const struct vch_resume_request *in)
{
	vch_resume_request_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_resume_answer_read(struct vch_reader *r, struct vch_resume_answer *ret)
{
	(void)r;
	ret->unused = 0;
}

void vch_resume_answer_write(struct vch_writer *w,
		const struct vch_resume_answer *in)
{
	(void)w;
	(void)in;
}

enum vch_err vch_resume_answer_decode(struct vch_resume_answer *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_resume_answer_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_resume_answer_encode(struct vch_writer *w,
		const struct vch_resume_answer *in)
{
	vch_resume_answer_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_close_request_read(struct vch_reader *r, struct vch_close_request *ret)
{
	ret->final = vch_read_u8(r);
}

void vch_close_request_write(struct vch_writer *w,
		const struct vch_close_request *in)
{
	vch_write_u8(w, in->final);
}

enum vch_err vch_close_request_decode(struct vch_close_request *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_close_request_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_close_request_encode(struct vch_writer *w,
		const struct vch_close_request *in)
{
	vch_close_request_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_close_answer_read(struct vch_reader *r, struct vch_close_answer *ret)
{
	ret->anchor_cnt = vch_read_u8(r);
}

void vch_close_answer_write(struct vch_writer *w,
		const struct vch_close_answer *in)
{
	vch_write_u8(w, in->anchor_cnt);
}

enum vch_err vch_close_answer_decode(struct vch_close_answer *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_close_answer_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_close_answer_encode(struct vch_writer *w,
		const struct vch_close_answer *in)
{
	vch_close_answer_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_release_request_read(struct vch_reader *r,
		struct vch_release_request *ret)
{
	(void)r;
	ret->unused = 0;
}

void vch_release_request_write(struct vch_writer *w,
		const struct vch_release_request *in)
{
	(void)w;
	(void)in;
}

enum vch_err vch_release_request_decode(struct vch_release_request *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_release_request_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_release_request_encode(struct vch_writer *w,
		const struct vch_release_request *in)
{
	vch_release_request_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_release_answer_read(struct vch_reader *r,
		struct vch_release_answer *ret)
{
	ret->held = read_span16(r, VCH_RELEASE_ANSWER_HELD_MAX);
}

void vch_release_answer_write(struct vch_writer *w,
		const struct vch_release_answer *in)
{
	write_span16(w, in->held, VCH_RELEASE_ANSWER_HELD_MAX);
}

enum vch_err vch_release_answer_decode(struct vch_release_answer *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_release_answer_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_release_answer_encode(struct vch_writer *w,
		const struct vch_release_answer *in)
{
	vch_release_answer_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_snapshot_request_read(struct vch_reader *r,
		struct vch_snapshot_request *ret)
{
	ret->shard = vch_read_u8(r);
	ret->page = vch_read_u32(r);
}

void vch_snapshot_request_write(struct vch_writer *w,
		const struct vch_snapshot_request *in)
{
	vch_write_u8(w, in->shard);
	vch_write_u32(w, in->page);
}

enum vch_err vch_snapshot_request_decode(struct vch_snapshot_request *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_snapshot_request_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_snapshot_request_encode(struct vch_writer *w,
		const struct vch_snapshot_request *in)
{
	vch_snapshot_request_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_snapshot_answer_read(struct vch_reader *r,
		struct vch_snapshot_answer *ret)
{
	ret->more = vch_read_u8(r);
	ret->page = read_span16(r, VCH_SNAPSHOT_ANSWER_PAGE_MAX);
}

void vch_snapshot_answer_write(struct vch_writer *w,
		const struct vch_snapshot_answer *in)
{
	vch_write_u8(w, in->more);
	write_span16(w, in->page, VCH_SNAPSHOT_ANSWER_PAGE_MAX);
}

enum vch_err vch_snapshot_answer_decode(struct vch_snapshot_answer *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_snapshot_answer_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_snapshot_answer_encode(struct vch_writer *w,
		const struct vch_snapshot_answer *in)
{
	vch_snapshot_answer_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_restore_request_read(struct vch_reader *r,
		struct vch_restore_request *ret)
{
	ret->shard = vch_read_u8(r);
	ret->page = read_span16(r, VCH_RESTORE_REQUEST_PAGE_MAX);
	ret->batch = read_span16(r, VCH_RESTORE_REQUEST_BATCH_MAX);
}

void vch_restore_request_write(struct vch_writer *w,
		const struct vch_restore_request *in)
{
	vch_write_u8(w, in->shard);
	write_span16(w, in->page, VCH_RESTORE_REQUEST_PAGE_MAX);
	write_span16(w, in->batch, VCH_RESTORE_REQUEST_BATCH_MAX);
}

enum vch_err vch_restore_request_decode(struct vch_restore_request *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_restore_request_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_restore_request_encode(struct vch_writer *w,
		const struct vch_restore_request *in)
{
	vch_restore_request_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_restore_answer_read(struct vch_reader *r,
		struct vch_restore_answer *ret)
{
	(void)r;
	ret->unused = 0;
}

void vch_restore_answer_write(struct vch_writer *w,
		const struct vch_restore_answer *in)
{
	(void)w;
	(void)in;
}

enum vch_err vch_restore_answer_decode(struct vch_restore_answer *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_restore_answer_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_restore_answer_encode(struct vch_writer *w,
		const struct vch_restore_answer *in)
{
	vch_restore_answer_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_release_read(struct vch_reader *r, struct vch_release *ret)
{
	ret->version = vch_read_u32(r);
	vch_read_bytes(r, ret->measurement, sizeof(ret->measurement));
}

void vch_release_write(struct vch_writer *w, const struct vch_release *in)
{
	vch_write_u32(w, in->version);
	vch_write_bytes(w, in->measurement, sizeof(in->measurement));
}

enum vch_err vch_release_decode(struct vch_release *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_release_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_release_encode(struct vch_writer *w,
		const struct vch_release *in)
{
	vch_release_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_release_signature_read(struct vch_reader *r,
		struct vch_release_signature *ret)
{
	vch_read_bytes(r, ret->key, sizeof(ret->key));
	vch_read_bytes(r, ret->signature, sizeof(ret->signature));
}

void vch_release_signature_write(struct vch_writer *w,
		const struct vch_release_signature *in)
{
	vch_write_bytes(w, in->key, sizeof(in->key));
	vch_write_bytes(w, in->signature, sizeof(in->signature));
}

enum vch_err vch_release_signature_decode(struct vch_release_signature *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_release_signature_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_release_signature_encode(struct vch_writer *w,
		const struct vch_release_signature *in)
{
	vch_release_signature_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_upgrade_request_read(struct vch_reader *r,
		struct vch_upgrade_request *ret)
{
	size_t cnt;

	ret->step = vch_read_u8(r);
	vch_release_read(r, &ret->release);
	cnt = ret->signatures_cnt = read_cnt(r,
			VCH_UPGRADE_REQUEST_SIGNATURES_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_release_signature_read(r, &ret->signatures[i]);
}

void vch_upgrade_request_write(struct vch_writer *w,
		const struct vch_upgrade_request *in)
{
	size_t cnt;

	vch_write_u8(w, in->step);
	vch_release_write(w, &in->release);
	cnt = write_cnt(w, in->signatures_cnt,
			VCH_UPGRADE_REQUEST_SIGNATURES_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_release_signature_write(w, &in->signatures[i]);
}

enum vch_err vch_upgrade_request_decode(struct vch_upgrade_request *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_upgrade_request_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_upgrade_request_encode(struct vch_writer *w,
		const struct vch_upgrade_request *in)
{
	vch_upgrade_request_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_upgrade_answer_read(struct vch_reader *r,
		struct vch_upgrade_answer *ret)
{
	(void)r;
	ret->unused = 0;
}

void vch_upgrade_answer_write(struct vch_writer *w,
		const struct vch_upgrade_answer *in)
{
	(void)w;
	(void)in;
}

enum vch_err vch_upgrade_answer_decode(struct vch_upgrade_answer *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_upgrade_answer_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_upgrade_answer_encode(struct vch_writer *w,
		const struct vch_upgrade_answer *in)
{
	vch_upgrade_answer_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

const struct vch_command_info vch_commands[VCH_COMMAND_CNT] = {
	{VCH_CMD_VERSION, "VERSION", VCH_PHASE_ANY, 0, 45},
	{VCH_CMD_ATTEST, "ATTEST", VCH_PHASE_SERVE, 32, 1252},
	{VCH_CMD_REPLAY, "REPLAY", VCH_PHASE_BOOT, 261124, 4},
	{VCH_CMD_START, "START", VCH_PHASE_BOOT, 6, 48},
	{VCH_CMD_COMPARE, "COMPARE", VCH_PHASE_BOOT, 0, 0},
	{VCH_CMD_CREATE_ACCOUNT, "CREATE_ACCOUNT", VCH_PHASE_SERVE, 883, 298},
	{VCH_CMD_COSIGN_BATCH, "COSIGN_BATCH", VCH_PHASE_SERVE, 262144, 4353},
	{VCH_CMD_CHANGE_ACCOUNT, "CHANGE_ACCOUNT", VCH_PHASE_SERVE, 5831, 3},
	{VCH_CMD_APPLY_CHANGE, "APPLY_CHANGE", VCH_PHASE_SERVE, 4445, 3},
	{VCH_CMD_COSIGN_INTENT, "COSIGN_INTENT", VCH_PHASE_SERVE, 6791, 68},
	{VCH_CMD_GENERATE_KEY, "GENERATE_KEY", VCH_PHASE_SERVE, 2076, 344},
	{VCH_CMD_IMPORT_KEY, "IMPORT_KEY", VCH_PHASE_SERVE, 2626, 344},
	{VCH_CMD_IMPORT_BEGIN, "IMPORT_BEGIN", VCH_PHASE_SERVE, 52, 1106},
	{VCH_CMD_GENERATION, "GENERATION", VCH_PHASE_SERVE, 2, 13},
	{VCH_CMD_REWRAP, "REWRAP", VCH_PHASE_SERVE, 17794, 17793},
	{VCH_CMD_SIGN_MESSAGE, "SIGN_MESSAGE", VCH_PHASE_SERVE, 15523, 71},
	{VCH_CMD_GET_PUBLIC_KEY, "GET_PUBLIC_KEY", VCH_PHASE_SERVE, 2584, 2058},
	{VCH_CMD_DELETE_KEY, "DELETE_KEY", VCH_PHASE_SERVE, 15523, 1},
	{VCH_CMD_LIST_KEYS, "LIST_KEYS", VCH_PHASE_SERVE, 4, 20915},
	{VCH_CMD_SIGN_BATCH, "SIGN_BATCH", VCH_PHASE_SERVE, 262144, 4545},
	{VCH_CMD_RESUME, "RESUME", VCH_PHASE_SERVE, 4292, 0},
	{VCH_CMD_CLOSE, "CLOSE", VCH_PHASE_SERVE, 1, 1},
	{VCH_CMD_RELEASE, "RELEASE", VCH_PHASE_SERVE, 0, 65502},
	{VCH_CMD_SNAPSHOT, "SNAPSHOT", VCH_PHASE_SERVE, 5, 16387},
	{VCH_CMD_RESTORE, "RESTORE", VCH_PHASE_BOOT, 17413, 0},
	{VCH_CMD_UPGRADE, "UPGRADE", VCH_PHASE_UPGRADE, 326, 0},
};

const struct vch_command_info *vch_command_find(uint32_t number)
{
	for (size_t i = 0; i < VCH_COMMAND_CNT; i++) {
		if (vch_commands[i].number == number)
			return &vch_commands[i];
	}
	return NULL;
}
