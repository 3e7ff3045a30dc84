/* SPDX-License-Identifier: Apache-2.0 */
/* Written by tools/wire.py from wire/log.wire: edit that. */
#include "wire/gen/log.h"

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

void vch_passkey_read(struct vch_reader *r, struct vch_passkey *ret)
{
	vch_read_bytes(r, ret->x, sizeof(ret->x));
	vch_read_bytes(r, ret->y, sizeof(ret->y));
	vch_read_bytes(r, ret->rp_id_hash, sizeof(ret->rp_id_hash));
	ret->flags = vch_read_u8(r);
}

void vch_passkey_write(struct vch_writer *w, const struct vch_passkey *in)
{
	vch_write_bytes(w, in->x, sizeof(in->x));
	vch_write_bytes(w, in->y, sizeof(in->y));
	vch_write_bytes(w, in->rp_id_hash, sizeof(in->rp_id_hash));
	vch_write_u8(w, in->flags);
}

enum vch_err vch_passkey_decode(struct vch_passkey *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_passkey_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_passkey_encode(struct vch_writer *w,
		const struct vch_passkey *in)
{
	vch_passkey_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_network_read(struct vch_reader *r, struct vch_network *ret)
{
	ret->chain_id = vch_read_u64(r);
	vch_read_bytes(r, ret->entry_point, sizeof(ret->entry_point));
}

void vch_network_write(struct vch_writer *w, const struct vch_network *in)
{
	vch_write_u64(w, in->chain_id);
	vch_write_bytes(w, in->entry_point, sizeof(in->entry_point));
}

enum vch_err vch_network_decode(struct vch_network *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_network_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_network_encode(struct vch_writer *w,
		const struct vch_network *in)
{
	vch_network_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_asset_read(struct vch_reader *r, struct vch_asset *ret)
{
	vch_read_bytes(r, ret->token, sizeof(ret->token));
	ret->daily_limit = vch_read_u128(r);
}

void vch_asset_write(struct vch_writer *w, const struct vch_asset *in)
{
	vch_write_bytes(w, in->token, sizeof(in->token));
	vch_write_u128(w, in->daily_limit);
}

enum vch_err vch_asset_decode(struct vch_asset *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_asset_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_asset_encode(struct vch_writer *w, const struct vch_asset *in)
{
	vch_asset_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_listed_call_read(struct vch_reader *r, struct vch_listed_call *ret)
{
	vch_read_bytes(r, ret->to, sizeof(ret->to));
	vch_read_bytes(r, ret->selector, sizeof(ret->selector));
}

void vch_listed_call_write(struct vch_writer *w,
		const struct vch_listed_call *in)
{
	vch_write_bytes(w, in->to, sizeof(in->to));
	vch_write_bytes(w, in->selector, sizeof(in->selector));
}

enum vch_err vch_listed_call_decode(struct vch_listed_call *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_listed_call_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_listed_call_encode(struct vch_writer *w,
		const struct vch_listed_call *in)
{
	vch_listed_call_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_policy_read(struct vch_reader *r, struct vch_policy *ret)
{
	size_t cnt;

	ret->frozen = vch_read_u8(r);
	ret->fee_max = vch_read_u128(r);
	cnt = ret->origins_cnt = read_cnt(r, VCH_POLICY_ORIGINS_MAX);
	for (size_t i = 0; i < cnt; i++)
		ret->origins[i] = read_span16(r, VCH_POLICY_ORIGINS_LEN_MAX);
	cnt = ret->networks_cnt = read_cnt(r, VCH_POLICY_NETWORKS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_network_read(r, &ret->networks[i]);
	cnt = ret->assets_cnt = read_cnt(r, VCH_POLICY_ASSETS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_asset_read(r, &ret->assets[i]);
	cnt = ret->calls_cnt = read_cnt(r, VCH_POLICY_CALLS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_listed_call_read(r, &ret->calls[i]);
}

void vch_policy_write(struct vch_writer *w, const struct vch_policy *in)
{
	size_t cnt;

	vch_write_u8(w, in->frozen);
	vch_write_u128(w, in->fee_max);
	cnt = write_cnt(w, in->origins_cnt, VCH_POLICY_ORIGINS_MAX);
	for (size_t i = 0; i < cnt; i++)
		write_span16(w, in->origins[i], VCH_POLICY_ORIGINS_LEN_MAX);
	cnt = write_cnt(w, in->networks_cnt, VCH_POLICY_NETWORKS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_network_write(w, &in->networks[i]);
	cnt = write_cnt(w, in->assets_cnt, VCH_POLICY_ASSETS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_asset_write(w, &in->assets[i]);
	cnt = write_cnt(w, in->calls_cnt, VCH_POLICY_CALLS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_listed_call_write(w, &in->calls[i]);
}

enum vch_err vch_policy_decode(struct vch_policy *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_policy_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_policy_encode(struct vch_writer *w,
		const struct vch_policy *in)
{
	vch_policy_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_change_read(struct vch_reader *r, struct vch_change *ret)
{
	vch_read_bytes(r, ret->account, sizeof(ret->account));
	ret->number = vch_read_u64(r);
	vch_read_bytes(r, ret->config_hash, sizeof(ret->config_hash));
	vch_policy_read(r, &ret->policy);
}

void vch_change_write(struct vch_writer *w, const struct vch_change *in)
{
	vch_write_bytes(w, in->account, sizeof(in->account));
	vch_write_u64(w, in->number);
	vch_write_bytes(w, in->config_hash, sizeof(in->config_hash));
	vch_policy_write(w, &in->policy);
}

enum vch_err vch_change_decode(struct vch_change *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_change_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_change_encode(struct vch_writer *w,
		const struct vch_change *in)
{
	vch_change_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_config_read(struct vch_reader *r, struct vch_config *ret)
{
	size_t cnt;

	ret->version = vch_read_u8(r);
	vch_read_bytes(r, ret->address, sizeof(ret->address));
	vch_read_bytes(r, ret->factory, sizeof(ret->factory));
	vch_read_bytes(r, ret->implementation, sizeof(ret->implementation));
	vch_read_bytes(r, ret->cosigner, sizeof(ret->cosigner));
	ret->fee_max = vch_read_u128(r);
	cnt = ret->passkeys_cnt = read_cnt(r, VCH_CONFIG_PASSKEYS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_passkey_read(r, &ret->passkeys[i]);
	cnt = ret->origins_cnt = read_cnt(r, VCH_CONFIG_ORIGINS_MAX);
	for (size_t i = 0; i < cnt; i++)
		ret->origins[i] = read_span16(r, VCH_CONFIG_ORIGINS_LEN_MAX);
	cnt = ret->networks_cnt = read_cnt(r, VCH_CONFIG_NETWORKS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_network_read(r, &ret->networks[i]);
	cnt = ret->assets_cnt = read_cnt(r, VCH_CONFIG_ASSETS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_asset_read(r, &ret->assets[i]);
	cnt = ret->calls_cnt = read_cnt(r, VCH_CONFIG_CALLS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_listed_call_read(r, &ret->calls[i]);
	cnt = ret->grants_cnt = read_cnt(r, VCH_CONFIG_GRANTS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_read_bytes(r, ret->grants[i], sizeof(ret->grants[i]));
	vch_read_bytes(r, ret->guardians_hash, sizeof(ret->guardians_hash));
	ret->number = vch_read_u64(r);
	vch_read_bytes(r, ret->pending_hash, sizeof(ret->pending_hash));
	ret->pending_due = vch_read_u64(r);
}

void vch_config_write(struct vch_writer *w, const struct vch_config *in)
{
	size_t cnt;

	vch_write_u8(w, in->version);
	vch_write_bytes(w, in->address, sizeof(in->address));
	vch_write_bytes(w, in->factory, sizeof(in->factory));
	vch_write_bytes(w, in->implementation, sizeof(in->implementation));
	vch_write_bytes(w, in->cosigner, sizeof(in->cosigner));
	vch_write_u128(w, in->fee_max);
	cnt = write_cnt(w, in->passkeys_cnt, VCH_CONFIG_PASSKEYS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_passkey_write(w, &in->passkeys[i]);
	cnt = write_cnt(w, in->origins_cnt, VCH_CONFIG_ORIGINS_MAX);
	for (size_t i = 0; i < cnt; i++)
		write_span16(w, in->origins[i], VCH_CONFIG_ORIGINS_LEN_MAX);
	cnt = write_cnt(w, in->networks_cnt, VCH_CONFIG_NETWORKS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_network_write(w, &in->networks[i]);
	cnt = write_cnt(w, in->assets_cnt, VCH_CONFIG_ASSETS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_asset_write(w, &in->assets[i]);
	cnt = write_cnt(w, in->calls_cnt, VCH_CONFIG_CALLS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_listed_call_write(w, &in->calls[i]);
	cnt = write_cnt(w, in->grants_cnt, VCH_CONFIG_GRANTS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_write_bytes(w, in->grants[i], sizeof(in->grants[i]));
	vch_write_bytes(w, in->guardians_hash, sizeof(in->guardians_hash));
	vch_write_u64(w, in->number);
	vch_write_bytes(w, in->pending_hash, sizeof(in->pending_hash));
	vch_write_u64(w, in->pending_due);
}

enum vch_err vch_config_decode(struct vch_config *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_config_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_config_encode(struct vch_writer *w,
		const struct vch_config *in)
{
	vch_config_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_counted_read(struct vch_reader *r, struct vch_counted *ret)
{
	ret->asset = vch_read_u8(r);
	ret->amount = vch_read_u128(r);
}

void vch_counted_write(struct vch_writer *w, const struct vch_counted *in)
{
	vch_write_u8(w, in->asset);
	vch_write_u128(w, in->amount);
}

enum vch_err vch_counted_decode(struct vch_counted *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_counted_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_counted_encode(struct vch_writer *w,
		const struct vch_counted *in)
{
	vch_counted_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_lane_read(struct vch_reader *r, struct vch_lane *ret)
{
	size_t cnt;

	ret->chain_id = vch_read_u64(r);
	vch_read_bytes(r, ret->nonce, sizeof(ret->nonce));
	vch_read_bytes(r, ret->op_hash, sizeof(ret->op_hash));
	cnt = ret->counted_cnt = read_cnt(r, VCH_LANE_COUNTED_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_counted_read(r, &ret->counted[i]);
	ret->day = vch_read_u16(r);
}

void vch_lane_write(struct vch_writer *w, const struct vch_lane *in)
{
	size_t cnt;

	vch_write_u64(w, in->chain_id);
	vch_write_bytes(w, in->nonce, sizeof(in->nonce));
	vch_write_bytes(w, in->op_hash, sizeof(in->op_hash));
	cnt = write_cnt(w, in->counted_cnt, VCH_LANE_COUNTED_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_counted_write(w, &in->counted[i]);
	vch_write_u16(w, in->day);
}

enum vch_err vch_lane_decode(struct vch_lane *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_lane_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_lane_encode(struct vch_writer *w, const struct vch_lane *in)
{
	vch_lane_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_counters_read(struct vch_reader *r, struct vch_counters *ret)
{
	size_t cnt;

	ret->day = vch_read_u16(r);
	cnt = ret->spent_cnt = read_cnt(r, VCH_COUNTERS_SPENT_MAX);
	for (size_t i = 0; i < cnt; i++)
		ret->spent[i] = vch_read_u128(r);
	cnt = ret->lanes_cnt = read_cnt(r, VCH_COUNTERS_LANES_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_lane_read(r, &ret->lanes[i]);
	cnt = ret->sign_counts_cnt = read_cnt(r, VCH_COUNTERS_SIGN_COUNTS_MAX);
	for (size_t i = 0; i < cnt; i++)
		ret->sign_counts[i] = vch_read_u32(r);
}

void vch_counters_write(struct vch_writer *w, const struct vch_counters *in)
{
	size_t cnt;

	vch_write_u16(w, in->day);
	cnt = write_cnt(w, in->spent_cnt, VCH_COUNTERS_SPENT_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_write_u128(w, in->spent[i]);
	cnt = write_cnt(w, in->lanes_cnt, VCH_COUNTERS_LANES_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_lane_write(w, &in->lanes[i]);
	cnt = write_cnt(w, in->sign_counts_cnt, VCH_COUNTERS_SIGN_COUNTS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_write_u32(w, in->sign_counts[i]);
}

enum vch_err vch_counters_decode(struct vch_counters *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_counters_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_counters_encode(struct vch_writer *w,
		const struct vch_counters *in)
{
	vch_counters_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_slot_read(struct vch_reader *r, struct vch_slot *ret)
{
	vch_read_bytes(r, ret->id, sizeof(ret->id));
	ret->flags = vch_read_u32(r);
	vch_read_bytes(r, ret->state, sizeof(ret->state));
	ret->seq = vch_read_u64(r);
	ret->day = vch_read_u16(r);
	ret->remainder = vch_read_u128(r);
}

void vch_slot_write(struct vch_writer *w, const struct vch_slot *in)
{
	vch_write_bytes(w, in->id, sizeof(in->id));
	vch_write_u32(w, in->flags);
	vch_write_bytes(w, in->state, sizeof(in->state));
	vch_write_u64(w, in->seq);
	vch_write_u16(w, in->day);
	vch_write_u128(w, in->remainder);
}

enum vch_err vch_slot_decode(struct vch_slot *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_slot_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_slot_encode(struct vch_writer *w, const struct vch_slot *in)
{
	vch_slot_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_record_head_read(struct vch_reader *r, struct vch_record_head *ret)
{
	ret->kind = vch_read_u8(r);
	ret->refill_s = vch_read_u64(r);
	ret->expiry_s = vch_read_u64(r);
}

void vch_record_head_write(struct vch_writer *w,
		const struct vch_record_head *in)
{
	vch_write_u8(w, in->kind);
	vch_write_u64(w, in->refill_s);
	vch_write_u64(w, in->expiry_s);
}

enum vch_err vch_record_head_decode(struct vch_record_head *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_record_head_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_record_head_encode(struct vch_writer *w,
		const struct vch_record_head *in)
{
	vch_record_head_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_start_read(struct vch_reader *r, struct vch_start *ret)
{
	ret->shard = vch_read_u8(r);
	vch_read_bytes(r, ret->incarnation, sizeof(ret->incarnation));
	vch_read_bytes(r, ret->prev_head, sizeof(ret->prev_head));
	ret->version = vch_read_u32(r);
	ret->counter = vch_read_u64(r);
	vch_read_bytes(r, ret->log_key, sizeof(ret->log_key));
	ret->unclean = vch_read_u8(r);
}

void vch_start_write(struct vch_writer *w, const struct vch_start *in)
{
	vch_write_u8(w, in->shard);
	vch_write_bytes(w, in->incarnation, sizeof(in->incarnation));
	vch_write_bytes(w, in->prev_head, sizeof(in->prev_head));
	vch_write_u32(w, in->version);
	vch_write_u64(w, in->counter);
	vch_write_bytes(w, in->log_key, sizeof(in->log_key));
	vch_write_u8(w, in->unclean);
}

enum vch_err vch_start_decode(struct vch_start *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_start_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_start_encode(struct vch_writer *w, const struct vch_start *in)
{
	vch_start_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_account_record_read(struct vch_reader *r,
		struct vch_account_record *ret)
{
	vch_slot_read(r, &ret->slot);
	ret->config = read_span16(r, VCH_ACCOUNT_RECORD_CONFIG_MAX);
	ret->counters = read_span16(r, VCH_ACCOUNT_RECORD_COUNTERS_MAX);
	vch_read_bytes(r, ret->blob_hash, sizeof(ret->blob_hash));
}

void vch_account_record_write(struct vch_writer *w,
		const struct vch_account_record *in)
{
	vch_slot_write(w, &in->slot);
	write_span16(w, in->config, VCH_ACCOUNT_RECORD_CONFIG_MAX);
	write_span16(w, in->counters, VCH_ACCOUNT_RECORD_COUNTERS_MAX);
	vch_write_bytes(w, in->blob_hash, sizeof(in->blob_hash));
}

enum vch_err vch_account_record_decode(struct vch_account_record *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_account_record_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_account_record_encode(struct vch_writer *w,
		const struct vch_account_record *in)
{
	vch_account_record_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_decision_read(struct vch_reader *r, struct vch_decision *ret)
{
	vch_slot_read(r, &ret->slot);
	ret->counters = read_span16(r, VCH_DECISION_COUNTERS_MAX);
	ret->code = vch_read_u16(r);
	ret->chain_id = vch_read_u64(r);
	vch_read_bytes(r, ret->op_hash, sizeof(ret->op_hash));
	ret->cost = vch_read_u128(r);
	ret->valid_until = vch_read_u64(r);
	ret->passkey = vch_read_u8(r);
}

void vch_decision_write(struct vch_writer *w, const struct vch_decision *in)
{
	vch_slot_write(w, &in->slot);
	write_span16(w, in->counters, VCH_DECISION_COUNTERS_MAX);
	vch_write_u16(w, in->code);
	vch_write_u64(w, in->chain_id);
	vch_write_bytes(w, in->op_hash, sizeof(in->op_hash));
	vch_write_u128(w, in->cost);
	vch_write_u64(w, in->valid_until);
	vch_write_u8(w, in->passkey);
}

enum vch_err vch_decision_decode(struct vch_decision *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_decision_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_decision_encode(struct vch_writer *w,
		const struct vch_decision *in)
{
	vch_decision_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_change_record_read(struct vch_reader *r, struct vch_change_record *ret)
{
	vch_slot_read(r, &ret->slot);
	ret->config = read_span16(r, VCH_CHANGE_RECORD_CONFIG_MAX);
	ret->counters = read_span16(r, VCH_CHANGE_RECORD_COUNTERS_MAX);
	ret->change = read_span16(r, VCH_CHANGE_RECORD_CHANGE_MAX);
	ret->code = vch_read_u16(r);
	ret->passkey = vch_read_u8(r);
}

void vch_change_record_write(struct vch_writer *w,
		const struct vch_change_record *in)
{
	vch_slot_write(w, &in->slot);
	write_span16(w, in->config, VCH_CHANGE_RECORD_CONFIG_MAX);
	write_span16(w, in->counters, VCH_CHANGE_RECORD_COUNTERS_MAX);
	write_span16(w, in->change, VCH_CHANGE_RECORD_CHANGE_MAX);
	vch_write_u16(w, in->code);
	vch_write_u8(w, in->passkey);
}

enum vch_err vch_change_record_decode(struct vch_change_record *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_change_record_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_change_record_encode(struct vch_writer *w,
		const struct vch_change_record *in)
{
	vch_change_record_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_listed_type_read(struct vch_reader *r, struct vch_listed_type *ret)
{
	ret->chain_id = vch_read_u64(r);
	vch_read_bytes(r, ret->contract, sizeof(ret->contract));
	vch_read_bytes(r, ret->type_hash, sizeof(ret->type_hash));
}

void vch_listed_type_write(struct vch_writer *w,
		const struct vch_listed_type *in)
{
	vch_write_u64(w, in->chain_id);
	vch_write_bytes(w, in->contract, sizeof(in->contract));
	vch_write_bytes(w, in->type_hash, sizeof(in->type_hash));
}

enum vch_err vch_listed_type_decode(struct vch_listed_type *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_listed_type_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_listed_type_encode(struct vch_writer *w,
		const struct vch_listed_type *in)
{
	vch_listed_type_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_key_policy_read(struct vch_reader *r, struct vch_key_policy *ret)
{
	size_t cnt;

	ret->purpose = vch_read_u8(r);
	ret->type = vch_read_u8(r);
	ret->owner = vch_read_u8(r);
	ret->owner_key = read_span16(r, VCH_KEY_POLICY_OWNER_KEY_MAX);
	ret->ops_daily = vch_read_u32(r);
	ret->native_daily = vch_read_u128(r);
	cnt = ret->chains_cnt = read_cnt(r, VCH_KEY_POLICY_CHAINS_MAX);
	for (size_t i = 0; i < cnt; i++)
		ret->chains[i] = vch_read_u64(r);
	cnt = ret->types_cnt = read_cnt(r, VCH_KEY_POLICY_TYPES_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_listed_type_read(r, &ret->types[i]);
}

void vch_key_policy_write(struct vch_writer *w, const struct vch_key_policy *in)
{
	size_t cnt;

	vch_write_u8(w, in->purpose);
	vch_write_u8(w, in->type);
	vch_write_u8(w, in->owner);
	write_span16(w, in->owner_key, VCH_KEY_POLICY_OWNER_KEY_MAX);
	vch_write_u32(w, in->ops_daily);
	vch_write_u128(w, in->native_daily);
	cnt = write_cnt(w, in->chains_cnt, VCH_KEY_POLICY_CHAINS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_write_u64(w, in->chains[i]);
	cnt = write_cnt(w, in->types_cnt, VCH_KEY_POLICY_TYPES_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_listed_type_write(w, &in->types[i]);
}

enum vch_err vch_key_policy_decode(struct vch_key_policy *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_key_policy_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_key_policy_encode(struct vch_writer *w,
		const struct vch_key_policy *in)
{
	vch_key_policy_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_key_config_read(struct vch_reader *r, struct vch_key_config *ret)
{
	ret->version = vch_read_u8(r);
	ret->flags = vch_read_u8(r);
	ret->public_key = read_span16(r, VCH_KEY_CONFIG_PUBLIC_KEY_MAX);
	vch_key_policy_read(r, &ret->policy);
}

void vch_key_config_write(struct vch_writer *w, const struct vch_key_config *in)
{
	vch_write_u8(w, in->version);
	vch_write_u8(w, in->flags);
	write_span16(w, in->public_key, VCH_KEY_CONFIG_PUBLIC_KEY_MAX);
	vch_key_policy_write(w, &in->policy);
}

enum vch_err vch_key_config_decode(struct vch_key_config *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_key_config_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_key_config_encode(struct vch_writer *w,
		const struct vch_key_config *in)
{
	vch_key_config_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_key_counters_read(struct vch_reader *r, struct vch_key_counters *ret)
{
	size_t cnt;

	ret->day = vch_read_u16(r);
	ret->ops = vch_read_u32(r);
	ret->spent = vch_read_u128(r);
	ret->nonce = vch_read_u64(r);
	cnt = ret->recent_cnt = read_cnt(r, VCH_KEY_COUNTERS_RECENT_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_read_bytes(r, ret->recent[i], sizeof(ret->recent[i]));
}

void vch_key_counters_write(struct vch_writer *w,
		const struct vch_key_counters *in)
{
	size_t cnt;

	vch_write_u16(w, in->day);
	vch_write_u32(w, in->ops);
	vch_write_u128(w, in->spent);
	vch_write_u64(w, in->nonce);
	cnt = write_cnt(w, in->recent_cnt, VCH_KEY_COUNTERS_RECENT_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_write_bytes(w, in->recent[i], sizeof(in->recent[i]));
}

enum vch_err vch_key_counters_decode(struct vch_key_counters *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_key_counters_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_key_counters_encode(struct vch_writer *w,
		const struct vch_key_counters *in)
{
	vch_key_counters_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_key_record_read(struct vch_reader *r, struct vch_key_record *ret)
{
	vch_slot_read(r, &ret->slot);
	ret->config = read_span16(r, VCH_KEY_RECORD_CONFIG_MAX);
	ret->counters = read_span16(r, VCH_KEY_RECORD_COUNTERS_MAX);
	vch_read_bytes(r, ret->blob_hash, sizeof(ret->blob_hash));
}

void vch_key_record_write(struct vch_writer *w, const struct vch_key_record *in)
{
	vch_slot_write(w, &in->slot);
	write_span16(w, in->config, VCH_KEY_RECORD_CONFIG_MAX);
	write_span16(w, in->counters, VCH_KEY_RECORD_COUNTERS_MAX);
	vch_write_bytes(w, in->blob_hash, sizeof(in->blob_hash));
}

enum vch_err vch_key_record_decode(struct vch_key_record *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_key_record_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_key_record_encode(struct vch_writer *w,
		const struct vch_key_record *in)
{
	vch_key_record_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_use_read(struct vch_reader *r, struct vch_use *ret)
{
	vch_slot_read(r, &ret->slot);
	ret->counters = read_span16(r, VCH_USE_COUNTERS_MAX);
	ret->code = vch_read_u16(r);
	ret->kind = vch_read_u8(r);
	ret->chain_id = vch_read_u64(r);
	vch_read_bytes(r, ret->digest, sizeof(ret->digest));
	ret->cost = vch_read_u128(r);
}

void vch_use_write(struct vch_writer *w, const struct vch_use *in)
{
	vch_slot_write(w, &in->slot);
	write_span16(w, in->counters, VCH_USE_COUNTERS_MAX);
	vch_write_u16(w, in->code);
	vch_write_u8(w, in->kind);
	vch_write_u64(w, in->chain_id);
	vch_write_bytes(w, in->digest, sizeof(in->digest));
	vch_write_u128(w, in->cost);
}

enum vch_err vch_use_decode(struct vch_use *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_use_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_use_encode(struct vch_writer *w, const struct vch_use *in)
{
	vch_use_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_used_read(struct vch_reader *r, struct vch_used *ret)
{
	ret->code = vch_read_u16(r);
	ret->kind = vch_read_u8(r);
	ret->chain_id = vch_read_u64(r);
	vch_read_bytes(r, ret->digest, sizeof(ret->digest));
	ret->cost = vch_read_u128(r);
}

void vch_used_write(struct vch_writer *w, const struct vch_used *in)
{
	vch_write_u16(w, in->code);
	vch_write_u8(w, in->kind);
	vch_write_u64(w, in->chain_id);
	vch_write_bytes(w, in->digest, sizeof(in->digest));
	vch_write_u128(w, in->cost);
}

enum vch_err vch_used_decode(struct vch_used *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_used_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_used_encode(struct vch_writer *w, const struct vch_used *in)
{
	vch_used_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_uses_read(struct vch_reader *r, struct vch_uses *ret)
{
	size_t cnt;

	vch_slot_read(r, &ret->slot);
	ret->counters = read_span16(r, VCH_USES_COUNTERS_MAX);
	cnt = ret->used_cnt = read_cnt(r, VCH_USES_USED_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_used_read(r, &ret->used[i]);
}

void vch_uses_write(struct vch_writer *w, const struct vch_uses *in)
{
	size_t cnt;

	vch_slot_write(w, &in->slot);
	write_span16(w, in->counters, VCH_USES_COUNTERS_MAX);
	cnt = write_cnt(w, in->used_cnt, VCH_USES_USED_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_used_write(w, &in->used[i]);
}

enum vch_err vch_uses_decode(struct vch_uses *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_uses_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_uses_encode(struct vch_writer *w, const struct vch_uses *in)
{
	vch_uses_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_delete_read(struct vch_reader *r, struct vch_delete *ret)
{
	vch_slot_read(r, &ret->slot);
	ret->erased = vch_read_u8(r);
}

void vch_delete_write(struct vch_writer *w, const struct vch_delete *in)
{
	vch_slot_write(w, &in->slot);
	vch_write_u8(w, in->erased);
}

enum vch_err vch_delete_decode(struct vch_delete *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_delete_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_delete_encode(struct vch_writer *w,
		const struct vch_delete *in)
{
	vch_delete_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_resumed_read(struct vch_reader *r, struct vch_resumed *ret)
{
	vch_slot_read(r, &ret->slot);
	ret->config = read_span16(r, VCH_RESUMED_CONFIG_MAX);
	ret->counters = read_span16(r, VCH_RESUMED_COUNTERS_MAX);
	vch_read_bytes(r, ret->head, sizeof(ret->head));
	ret->passkey = vch_read_u8(r);
}

void vch_resumed_write(struct vch_writer *w, const struct vch_resumed *in)
{
	vch_slot_write(w, &in->slot);
	write_span16(w, in->config, VCH_RESUMED_CONFIG_MAX);
	write_span16(w, in->counters, VCH_RESUMED_COUNTERS_MAX);
	vch_write_bytes(w, in->head, sizeof(in->head));
	vch_write_u8(w, in->passkey);
}

enum vch_err vch_resumed_decode(struct vch_resumed *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_resumed_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_resumed_encode(struct vch_writer *w,
		const struct vch_resumed *in)
{
	vch_resumed_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_anchor_read(struct vch_reader *r, struct vch_anchor *ret)
{
	ret->shard = vch_read_u8(r);
}

void vch_anchor_write(struct vch_writer *w, const struct vch_anchor *in)
{
	vch_write_u8(w, in->shard);
}

enum vch_err vch_anchor_decode(struct vch_anchor *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_anchor_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_anchor_encode(struct vch_writer *w,
		const struct vch_anchor *in)
{
	vch_anchor_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_past_place_read(struct vch_reader *r, struct vch_past_place *ret)
{
	vch_read_bytes(r, ret->incarnation, sizeof(ret->incarnation));
	ret->end = vch_read_u64(r);
	ret->left_s = vch_read_u64(r);
}

void vch_past_place_write(struct vch_writer *w, const struct vch_past_place *in)
{
	vch_write_bytes(w, in->incarnation, sizeof(in->incarnation));
	vch_write_u64(w, in->end);
	vch_write_u64(w, in->left_s);
}

enum vch_err vch_past_place_decode(struct vch_past_place *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_past_place_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_past_place_encode(struct vch_writer *w,
		const struct vch_past_place *in)
{
	vch_past_place_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_kept_slot_read(struct vch_reader *r, struct vch_kept_slot *ret)
{
	vch_slot_read(r, &ret->slot);
	ret->unclean_cnt = vch_read_u32(r);
}

void vch_kept_slot_write(struct vch_writer *w, const struct vch_kept_slot *in)
{
	vch_slot_write(w, &in->slot);
	vch_write_u32(w, in->unclean_cnt);
}

enum vch_err vch_kept_slot_decode(struct vch_kept_slot *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_kept_slot_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_kept_slot_encode(struct vch_writer *w,
		const struct vch_kept_slot *in)
{
	vch_kept_slot_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_snapshot_page_read(struct vch_reader *r, struct vch_snapshot_page *ret)
{
	size_t cnt;

	cnt = ret->places_cnt = read_cnt(r, VCH_SNAPSHOT_PAGE_PLACES_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_past_place_read(r, &ret->places[i]);
	cnt = ret->slots_cnt = read_cnt(r, VCH_SNAPSHOT_PAGE_SLOTS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_kept_slot_read(r, &ret->slots[i]);
}

void vch_snapshot_page_write(struct vch_writer *w,
		const struct vch_snapshot_page *in)
{
	size_t cnt;

	cnt = write_cnt(w, in->places_cnt, VCH_SNAPSHOT_PAGE_PLACES_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_past_place_write(w, &in->places[i]);
	cnt = write_cnt(w, in->slots_cnt, VCH_SNAPSHOT_PAGE_SLOTS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_kept_slot_write(w, &in->slots[i]);
}

enum vch_err vch_snapshot_page_decode(struct vch_snapshot_page *ret,
		struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_snapshot_page_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_snapshot_page_encode(struct vch_writer *w,
		const struct vch_snapshot_page *in)
{
	vch_snapshot_page_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_snapshot_read(struct vch_reader *r, struct vch_snapshot *ret)
{
	ret->shard = vch_read_u8(r);
	ret->unclean_cnt = vch_read_u32(r);
	ret->page_cnt = vch_read_u32(r);
	vch_read_bytes(r, ret->pages_hash, sizeof(ret->pages_hash));
	vch_read_bytes(r, ret->log_key, sizeof(ret->log_key));
	ret->version = vch_read_u32(r);
}

void vch_snapshot_write(struct vch_writer *w, const struct vch_snapshot *in)
{
	vch_write_u8(w, in->shard);
	vch_write_u32(w, in->unclean_cnt);
	vch_write_u32(w, in->page_cnt);
	vch_write_bytes(w, in->pages_hash, sizeof(in->pages_hash));
	vch_write_bytes(w, in->log_key, sizeof(in->log_key));
	vch_write_u32(w, in->version);
}

enum vch_err vch_snapshot_decode(struct vch_snapshot *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_snapshot_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_snapshot_encode(struct vch_writer *w,
		const struct vch_snapshot *in)
{
	vch_snapshot_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_upgrade_read(struct vch_reader *r, struct vch_upgrade *ret)
{
	ret->shard = vch_read_u8(r);
	ret->from = vch_read_u32(r);
	ret->version = vch_read_u32(r);
	vch_read_bytes(r, ret->measurement, sizeof(ret->measurement));
	vch_read_bytes(r, ret->release_hash, sizeof(ret->release_hash));
}

void vch_upgrade_write(struct vch_writer *w, const struct vch_upgrade *in)
{
	vch_write_u8(w, in->shard);
	vch_write_u32(w, in->from);
	vch_write_u32(w, in->version);
	vch_write_bytes(w, in->measurement, sizeof(in->measurement));
	vch_write_bytes(w, in->release_hash, sizeof(in->release_hash));
}

enum vch_err vch_upgrade_decode(struct vch_upgrade *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_upgrade_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_upgrade_encode(struct vch_writer *w,
		const struct vch_upgrade *in)
{
	vch_upgrade_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_section_read(struct vch_reader *r, struct vch_section *ret)
{
	size_t cnt;

	ret->shard = vch_read_u8(r);
	vch_read_bytes(r, ret->incarnation, sizeof(ret->incarnation));
	ret->index = vch_read_u64(r);
	ret->counter = vch_read_u64(r);
	vch_read_bytes(r, ret->prev_head, sizeof(ret->prev_head));
	cnt = ret->records_cnt = read_cnt(r, VCH_SECTION_RECORDS_MAX);
	for (size_t i = 0; i < cnt; i++)
		ret->records[i] = read_span16(r, VCH_SECTION_RECORDS_LEN_MAX);
	vch_read_bytes(r, ret->tag, sizeof(ret->tag));
}

void vch_section_write(struct vch_writer *w, const struct vch_section *in)
{
	size_t cnt;

	vch_write_u8(w, in->shard);
	vch_write_bytes(w, in->incarnation, sizeof(in->incarnation));
	vch_write_u64(w, in->index);
	vch_write_u64(w, in->counter);
	vch_write_bytes(w, in->prev_head, sizeof(in->prev_head));
	cnt = write_cnt(w, in->records_cnt, VCH_SECTION_RECORDS_MAX);
	for (size_t i = 0; i < cnt; i++)
		write_span16(w, in->records[i], VCH_SECTION_RECORDS_LEN_MAX);
	vch_write_bytes(w, in->tag, sizeof(in->tag));
}

enum vch_err vch_section_decode(struct vch_section *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_section_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_section_encode(struct vch_writer *w,
		const struct vch_section *in)
{
	vch_section_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_batch_read(struct vch_reader *r, struct vch_batch *ret)
{
	size_t cnt;

	cnt = ret->sections_cnt = read_cnt(r, VCH_BATCH_SECTIONS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_section_read(r, &ret->sections[i]);
	vch_read_bytes(r, ret->root, sizeof(ret->root));
	vch_read_bytes(r, ret->signature, sizeof(ret->signature));
}

void vch_batch_write(struct vch_writer *w, const struct vch_batch *in)
{
	size_t cnt;

	cnt = write_cnt(w, in->sections_cnt, VCH_BATCH_SECTIONS_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_section_write(w, &in->sections[i]);
	vch_write_bytes(w, in->root, sizeof(in->root));
	vch_write_bytes(w, in->signature, sizeof(in->signature));
}

enum vch_err vch_batch_decode(struct vch_batch *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_batch_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_batch_encode(struct vch_writer *w, const struct vch_batch *in)
{
	vch_batch_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_blob_read(struct vch_reader *r, struct vch_blob *ret)
{
	ret->shard = vch_read_u8(r);
	vch_read_bytes(r, ret->incarnation, sizeof(ret->incarnation));
	ret->index = vch_read_u64(r);
	ret->kind = vch_read_u8(r);
	vch_read_bytes(r, ret->prev_head, sizeof(ret->prev_head));
	ret->sealed = read_span16(r, VCH_BLOB_SEALED_MAX);
	vch_read_bytes(r, ret->tag, sizeof(ret->tag));
}

void vch_blob_write(struct vch_writer *w, const struct vch_blob *in)
{
	vch_write_u8(w, in->shard);
	vch_write_bytes(w, in->incarnation, sizeof(in->incarnation));
	vch_write_u64(w, in->index);
	vch_write_u8(w, in->kind);
	vch_write_bytes(w, in->prev_head, sizeof(in->prev_head));
	write_span16(w, in->sealed, VCH_BLOB_SEALED_MAX);
	vch_write_bytes(w, in->tag, sizeof(in->tag));
}

enum vch_err vch_blob_decode(struct vch_blob *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_blob_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_blob_encode(struct vch_writer *w, const struct vch_blob *in)
{
	vch_blob_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_seen_read(struct vch_reader *r, struct vch_seen *ret)
{
	size_t cnt;

	vch_read_bytes(r, ret->incarnation, sizeof(ret->incarnation));
	ret->index = vch_read_u64(r);
	vch_read_bytes(r, ret->head, sizeof(ret->head));
	cnt = ret->path_cnt = read_cnt(r, VCH_SEEN_PATH_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_read_bytes(r, ret->path[i], sizeof(ret->path[i]));
	ret->left = vch_read_u8(r);
	vch_read_bytes(r, ret->signature, sizeof(ret->signature));
}

void vch_seen_write(struct vch_writer *w, const struct vch_seen *in)
{
	size_t cnt;

	vch_write_bytes(w, in->incarnation, sizeof(in->incarnation));
	vch_write_u64(w, in->index);
	vch_write_bytes(w, in->head, sizeof(in->head));
	cnt = write_cnt(w, in->path_cnt, VCH_SEEN_PATH_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_write_bytes(w, in->path[i], sizeof(in->path[i]));
	vch_write_u8(w, in->left);
	vch_write_bytes(w, in->signature, sizeof(in->signature));
}

enum vch_err vch_seen_decode(struct vch_seen *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_seen_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_seen_encode(struct vch_writer *w, const struct vch_seen *in)
{
	vch_seen_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}

void vch_receipt_read(struct vch_reader *r, struct vch_receipt *ret)
{
	size_t cnt;

	ret->shard = vch_read_u8(r);
	vch_read_bytes(r, ret->incarnation, sizeof(ret->incarnation));
	ret->index = vch_read_u64(r);
	vch_read_bytes(r, ret->prev_head, sizeof(ret->prev_head));
	ret->record = read_span16(r, VCH_RECEIPT_RECORD_MAX);
	cnt = ret->path_cnt = read_cnt(r, VCH_RECEIPT_PATH_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_read_bytes(r, ret->path[i], sizeof(ret->path[i]));
	ret->left = vch_read_u8(r);
	vch_read_bytes(r, ret->root, sizeof(ret->root));
	vch_read_bytes(r, ret->signature, sizeof(ret->signature));
}

void vch_receipt_write(struct vch_writer *w, const struct vch_receipt *in)
{
	size_t cnt;

	vch_write_u8(w, in->shard);
	vch_write_bytes(w, in->incarnation, sizeof(in->incarnation));
	vch_write_u64(w, in->index);
	vch_write_bytes(w, in->prev_head, sizeof(in->prev_head));
	write_span16(w, in->record, VCH_RECEIPT_RECORD_MAX);
	cnt = write_cnt(w, in->path_cnt, VCH_RECEIPT_PATH_MAX);
	for (size_t i = 0; i < cnt; i++)
		vch_write_bytes(w, in->path[i], sizeof(in->path[i]));
	vch_write_u8(w, in->left);
	vch_write_bytes(w, in->root, sizeof(in->root));
	vch_write_bytes(w, in->signature, sizeof(in->signature));
}

enum vch_err vch_receipt_decode(struct vch_receipt *ret, struct vch_span in)
{
	struct vch_reader r = vch_reader(in);
	enum vch_err err;

	vch_receipt_read(&r, ret);
	err = vch_reader_end(&r);
	if (err != VCH_OK)
		memset(ret, 0, sizeof(*ret));
	return err;
}

enum vch_err vch_receipt_encode(struct vch_writer *w,
		const struct vch_receipt *in)
{
	vch_receipt_write(w, in);
	return w->bad ? VCH_SIZE : VCH_OK;
}
