/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the whole door of the trusted application, in process,
 * with its state kept from call to call. The input is a list of steps: a raw
 * request, a valid request with some bytes changed, a payment that the
 * account's passkey really signed, time going by. After the last step all
 * that came out as log is replayed: it must give the same state.
 *
 * Each input begins at the same state (a booted device with two accounts), so
 * a finding repeats. entry.c is included for its state, to put that back.
 */
#include "trusted/ta/entry.c"

#include <stdlib.h>

#include "tests/inside.h"
#include "trusted/base/ct.h"
#include "trusted/policy/userop.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ACCOUNTS 2
#define STEPS_MAX 12
#define TEMPLATES 6
#define NOW 1800000000u
#define ETHER UINT64_C(1000000000000000000)

enum step {
	STEP_RAW,
	STEP_CHANGED,
	STEP_PAYMENT,
	STEP_TIME,
	STEP_TYPES,
	STEP_CNT,
};

/* All but the slots, which are copied by their count. */
struct saved {
	struct vch_ta ta;
	size_t batch_cnt;
};

static struct rig rig;	    /* the booted device's log */
static struct rig boot_rig; /* that of a device still to be booted */
static struct rig *now_rig; /* which of them this input is about */
static struct rig_account account[ACCOUNTS];
static struct rig_account account_saved[ACCOUNTS];
static struct vch_demo_passkey passkey;
static struct saved boot, served;
static struct vch_ta before_replay;
static struct {
	uint32_t command;
	size_t len;
	uint8_t bytes[8192];
} template[TEMPLATES];

/* P-256 with the private key 1: the public key is the generator. */
static void passkey_make(void)
{
	static const uint8_t x[32] = {0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42,
				      0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4,
				      0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d,
				      0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45,
				      0xd8, 0x98, 0xc2, 0x96};
	static const uint8_t y[32] = {0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f,
				      0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f,
				      0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b,
				      0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68,
				      0x37, 0xbf, 0x51, 0xf5};

	VCH_CHECK(vch_demo_passkey_create(&passkey, "localhost",
					  "http://localhost:3000",
					  false) == VCH_OK);
	memset(passkey.secret_d, 0, 32);
	passkey.secret_d[31] = 1;
	memcpy(passkey.x, x, 32);
	memcpy(passkey.y, y, 32);
	VCH_CHECK(vch_demo_passkey_check(&passkey) == VCH_OK);
}

/* Remembers the last request as a template. */
static enum vch_err keep_invoke(uint32_t cmd, struct vch_span in,
				struct vch_tee_reply *ret)
{
	static const uint32_t commands[TEMPLATES] = {
		VCH_CMD_START,	VCH_CMD_CREATE_ACCOUNT, VCH_CMD_COSIGN_BATCH,
		VCH_CMD_ATTEST, VCH_CMD_REPLAY,		VCH_CMD_VERSION};

	for (size_t i = 0; i < TEMPLATES; i++) {
		if (commands[i] != cmd)
			continue;
		template[i].command = cmd;
		template[i].len = in.len < sizeof(template[i].bytes)
					  ? in.len
					  : sizeof(template[i].bytes);
		if (template[i].len > 0)
			memcpy(template[i].bytes, in.ptr, template[i].len);
	}
	return inside_invoke(cmd, in, ret);
}

static void ta_copy(struct vch_ta *to, const struct vch_ta *from)
{
	struct vch_slots *slots = &to->slots;

	if (slots->cnt != from->slots.cnt ||
	    memcmp(slots->slot, from->slots.slot,
		   from->slots.cnt * sizeof(slots->slot[0])) != 0) {
		memcpy(slots->slot, from->slots.slot,
		       from->slots.cnt * sizeof(slots->slot[0]));
		memcpy(slots->shard, from->slots.shard, from->slots.cnt);
		memcpy(slots->bucket, from->slots.bucket,
		       sizeof(slots->bucket));
		slots->cnt = from->slots.cnt;
	}
	to->phase = from->phase;
	to->keys = from->keys;
	to->clock = from->clock;
	memcpy(to->shard, from->shard, sizeof(to->shard));
	to->history = from->history;
	memcpy(to->lease, from->lease,
	       from->slots.cnt * sizeof(to->lease[0]));
	to->window_s = from->window_s;
	to->window_records = from->window_records;
	to->wait_for_bump = from->wait_for_bump;
	to->held = from->held;
	to->final = from->final;
	to->batch_cnt = from->batch_cnt;
	to->restored = from->restored;
	to->paging = from->paging;
	memcpy(to->incarnation, from->incarnation, 16);
	VCH_CHECK(to->draft.record_cnt == 0);
}

static void save(struct saved *to)
{
	ta_copy(&to->ta, &ta);
	to->batch_cnt = rig.batch_cnt;
}

static void restore(const struct saved *from)
{
	ta_copy(&ta, &from->ta);
	rig_cut(&rig, from->batch_cnt);
	inside_seed(from->batch_cnt + 1);
	inside_host_s = rig_now_s = NOW;
	inside_monotonic_s = 1000;
	memcpy(account, account_saved, sizeof(account));
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const uint8_t challenge[32];
	struct vch_cosign_result res;
	struct rig_op op;

	(void)argc;
	(void)argv;
	rig.invoke = keep_invoke;
	rig_now_s = NOW;
	passkey_make();
	inside_seed(1);
	inside_factory();
	inside_power_on();
	save(&boot);
	VCH_CHECK(rig_open(&rig) == VCH_OK);
	for (size_t i = 0; i < ACCOUNTS; i++)
		VCH_CHECK(rig_create(&rig, &account[i], &passkey) == VCH_OK);
	rig_payment(&op, &account[0], &passkey, 0, 1);
	VCH_CHECK(rig_cosign_one(&rig, &account[0], &op, &res) == VCH_OK);
	VCH_CHECK(rig_call(&rig, VCH_CMD_ATTEST, vch_span(challenge, 32),
			   NULL) == VCH_OK);
	VCH_CHECK(rig_call(&rig, VCH_CMD_VERSION, vch_span(NULL, 0), NULL) ==
		  VCH_OK);
	save(&served);
	memcpy(account_saved, account, sizeof(account));
	/* the whole log as a request: the template of REPLAY */
	ta_copy(&ta, &boot.ta);
	VCH_CHECK(rig_replay(&rig, rig.batch_cnt) == VCH_OK);
	rig.invoke = boot_rig.invoke = inside_invoke;
	return 0;
}

/* A refusal writes nothing; what is signed is recorded, and only that. */
static void check_results(struct vch_span answer, struct vch_span log)
{
	static struct vch_cosign_batch_answer ans;
	static struct vch_batch made;
	size_t recorded = 0, records = 0;

	VCH_CHECK(vch_cosign_batch_answer_decode(&ans, answer) == VCH_OK);
	for (uint8_t i = 0; i < ans.results_cnt; i++) {
		const struct vch_cosign_result *res = &ans.results[i];
		bool none = vch_ct_is_zero(res->signature, 65);

		VCH_CHECK(none == (res->code != VCH_OK));
		VCH_CHECK(res->recorded || none);
		recorded += res->recorded;
	}
	VCH_CHECK((recorded == 0) == (log.len == 0));
	if (log.len == 0)
		return;
	VCH_CHECK(vch_batch_decode(&made, log) == VCH_OK);
	for (uint8_t i = 0; i < made.sections_cnt; i++)
		records += made.sections[i].records_cnt;
	VCH_CHECK(records == recorded);
}

static void call_raw(uint32_t cmd, struct vch_span in)
{
	struct vch_tee_reply reply;
	struct vch_reader r;
	enum vch_err err;

	VCH_CHECK(inside_invoke(cmd, in, &reply) == VCH_OK);
	r = vch_reader(reply.answer);
	err = (enum vch_err)vch_read_u16(&r);
	if (err == VCH_HELD)
		VCH_CHECK(reply.log.len > 0);
	else if (err != VCH_OK)
		VCH_CHECK(r.left == 0 && reply.log.len == 0);
	else if (cmd == VCH_CMD_COSIGN_BATCH)
		check_results(vch_span(r.ptr, r.left), reply.log);
	rig_keep(now_rig, reply.log);
}

static void step_raw(struct vch_reader *r)
{
	const struct vch_command_info *info =
		&vch_commands[vch_read_u8(r) % VCH_COMMAND_CNT];
	struct vch_span in = vch_read_span(r, vch_read_u16(r) % 4096u);

	if (!r->bad)
		call_raw((uint32_t)info->number, in);
}

static void step_changed(struct vch_reader *r)
{
	static uint8_t bytes[sizeof(template[0].bytes)];
	uint8_t pick = vch_read_u8(r), changes;
	size_t i = pick % TEMPLATES, len = template[i].len;

	memcpy(bytes, template[i].bytes, len);
	changes = vch_read_u8(r) % 8;
	for (uint8_t c = 0; c < changes && len > 0; c++) {
		size_t at = vch_read_u16(r) % len;

		bytes[at] ^= vch_read_u8(r);
	}
	if (pick & 0x80 && len > 0)
		len = vch_read_u16(r) % len;
	call_raw(template[i].command, vch_span(bytes, len));
}

/* A payment that is signed and brought as a client and vouchd would. */
static void step_payment(struct vch_reader *r)
{
	uint8_t who = vch_read_u8(r);
	struct rig_account *a = &account[who % ACCOUNTS];
	uint64_t wei = (uint64_t)vch_read_u16(r) << (vch_read_u8(r) % 48);
	struct vch_cosign_result res = {0};
	uint64_t seq = a->slot.seq;
	struct rig_op op;
	enum vch_err err;

	rig_payment(&op, a, &passkey, vch_read_u8(r), wei);
	op.op.op.nonce[0] = vch_read_u8(r) % 8;
	op.op.valid_until += vch_read_u8(r);
	op.op.op.gas_fees[27] = who & 0x40;
	rig_sign(&op, &passkey);
	if (who & 0x80)
		op.assertion.auth_data[vch_read_u8(r) % 37] ^= vch_read_u8(r);
	err = rig_cosign_one(now_rig, a, &op, &res);
	if (err != VCH_OK)
		VCH_CHECK(vch_ct_is_zero(res.signature, 65));
	VCH_CHECK(a->slot.seq == seq + res.recorded);
	VCH_CHECK(a->slot.remainder <= ETHER / 10);
	VCH_CHECK(err != VCH_OK || wei <= ETHER / 10);
}

static void step_time(struct vch_reader *r)
{
	uint32_t s = vch_read_u32(r);

	inside_host_s += s % (4u * 86400u);
	rig_now_s = inside_host_s;
	inside_monotonic_s += (s >> 24) * 3600u;
}

/* The platform's parameters in any other form are refused at the door. */
static void step_types(struct vch_reader *r)
{
	TEE_Param params[4] = {{.memref = {NULL, vch_read_u32(r)}}};
	uint32_t types = vch_read_u16(r);

	params[0].memref.size |= sizeof(request) + 1;
	VCH_CHECK(TA_InvokeCommandEntryPoint(NULL, vch_read_u8(r), types,
					     params) ==
		  TEE_ERROR_BAD_PARAMETERS);
}

static bool same_slot(const struct vch_slot *a, const struct vch_slot *b)
{
	uint8_t bytes[2][VCH_SLOT_ENC_MAX];
	struct vch_writer w[2] = {vch_writer(bytes[0], sizeof(bytes[0])),
				  vch_writer(bytes[1], sizeof(bytes[1]))};

	vch_slot_write(&w[0], a);
	vch_slot_write(&w[1], b);
	return vch_span_equal(vch_written(&w[0]), vch_written(&w[1]));
}

/* Another life reads the log: the very same slots, heads and clocks. */
static void check_replay(void)
{
	ta_copy(&before_replay, &ta);
	ta_copy(&ta, &boot.ta);
	VCH_CHECK(rig_replay(&rig, rig.batch_cnt) == VCH_OK);
	VCH_CHECK(ta.slots.cnt == before_replay.slots.cnt);
	for (uint32_t i = 0; i < ta.slots.cnt; i++)
		VCH_CHECK(same_slot(&ta.slots.slot[i],
				    &before_replay.slots.slot[i]));
	for (size_t i = 0; i < VCH_SHARDS; i++) {
		const struct vch_shard *a = &ta.shard[i];
		const struct vch_shard *b = &before_replay.shard[i];

		VCH_CHECK(memcmp(a->head, b->head, 32) == 0);
		VCH_CHECK(memcmp(a->incarnation, b->incarnation, 16) == 0);
		VCH_CHECK(a->index == b->index);
	}
	VCH_CHECK(ta.clock.expiry_s <= before_replay.clock.expiry_s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const steps[STEP_CNT])(struct vch_reader *r) = {
		[STEP_RAW] = step_raw,	       [STEP_CHANGED] = step_changed,
		[STEP_PAYMENT] = step_payment, [STEP_TIME] = step_time,
		[STEP_TYPES] = step_types,
	};
	struct vch_reader r = vch_reader(vch_span(data, size));
	bool from_boot = vch_read_u8(&r) & 1;

	restore(&served);
	now_rig = &rig;
	if (from_boot) {
		ta_copy(&ta, &boot.ta);
		rig_cut(&boot_rig, 0);
		now_rig = &boot_rig;
	}
	for (size_t i = 0; i < STEPS_MAX && r.left > 0; i++)
		steps[vch_read_u8(&r) % STEP_CNT](&r);
	if (!from_boot && rig.batch_cnt > served.batch_cnt)
		check_replay();
	return 0;
}
