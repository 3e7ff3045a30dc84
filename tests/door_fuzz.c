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
#include "tests/rig_key.h"
#include "tests/rig_upgrade.h"
#include "trusted/base/ct.h"
#include "trusted/policy/userop.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ACCOUNTS 2
#define STEPS_MAX 12
#define KEYS 2
#define TEMPLATES VCH_COMMAND_CNT
#define NOW 1800000000u
#define ETHER UINT64_C(1000000000000000000)

enum step {
	STEP_RAW,
	STEP_CHANGED,
	STEP_PAYMENT,
	STEP_TIME,
	STEP_TYPES,
	STEP_KEY,
	STEP_CHANGE,
	STEP_APPLY,
	STEP_CLOSE,
	STEP_CNT,
};

/* All but the slots, which are copied by their count. */
struct saved {
	struct vch_ta ta;
	size_t batch_cnt;
	uint8_t storage[INSIDE_STORAGE_SIZE];
};

static struct rig rig;	    /* the booted device's log */
static struct rig boot_rig; /* that of a device still to be booted */
static struct rig *now_rig; /* which of them this input is about */
static struct rig_account account[ACCOUNTS];
static struct rig_account account_saved[ACCOUNTS];
static struct rig_key key[KEYS], key_saved[KEYS];
static struct vch_change waiting[ACCOUNTS];
static vch_u128 limit_max; /* that any account was ever asked to have */
static struct vch_demo_passkey passkey;
static struct saved boot, served;
static struct vch_ta before_replay;
static struct {
	size_t len;
	uint8_t bytes[8192];
} template[TEMPLATES]; /* the last good request of vch_commands[i] */

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
	for (size_t i = 0; i < TEMPLATES; i++) {
		if (vch_commands[i].number != cmd)
			continue;
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
	memcpy(to->lease, from->lease, from->slots.cnt * sizeof(to->lease[0]));
	to->window_s = from->window_s;
	to->window_records = from->window_records;
	to->wait_for_bump = from->wait_for_bump;
	to->held = from->held;
	to->final = from->final;
	to->batch_cnt = from->batch_cnt;
	to->restored = from->restored;
	to->version_max = from->version_max;
	to->upgrade = from->upgrade;
	to->paging = from->paging;
	memcpy(to->incarnation, from->incarnation, 16);
	to->shard_first = from->shard_first;
	to->import = from->import;
	VCH_CHECK(to->draft.record_cnt == 0);
}

static void save(struct saved *to)
{
	ta_copy(&to->ta, &ta);
	to->batch_cnt = rig.batch_cnt;
	inside_storage_read(to->storage);
}

static void restore(const struct saved *from)
{
	ta_copy(&ta, &from->ta);
	inside_storage_write(from->storage);
	rig_cut(&rig, from->batch_cnt);
	inside_seed(from->batch_cnt + 1);
	inside_host_s = rig_now_s = NOW;
	inside_monotonic_s = 1000;
	memcpy(account, account_saved, sizeof(account));
	memcpy(key, key_saved, sizeof(key));
	memset(waiting, 0, sizeof(waiting));
	limit_max = ETHER / 10;
}

/* Each command of the key service once. */
static void use_keys(void)
{
	struct vch_key_policy p = key_policy(VCH_PURPOSE_MESSAGE, 0);
	struct vch_key_request req;
	struct rig_key gone;
	uint8_t erased;

	p.ops_daily = 100;
	for (size_t i = 0; i < KEYS; i++) {
		p.type = (uint8_t)i;
		VCH_CHECK(key_generate(&rig, &key[i], &p) == VCH_OK);
	}
	VCH_CHECK(key_sign(&rig, &key[0], VCH_PAYLOAD_MESSAGE, "m", 1, NULL) ==
		  VCH_OK);
	VCH_CHECK(key_generate(&rig, &gone, &p) == VCH_OK);
	req = key_request(&gone, 0, NULL, 0);
	VCH_CHECK(key_delete(&rig, &gone, &req, &erased) == VCH_OK);
}

/* Changes, and what is refused for want of time or of a reason. */
static void use_account(void)
{
	static struct vch_config config;
	struct vch_cosign_result res;
	struct vch_change change;
	struct vch_seen here;
	struct vch_intent intent = {
		.chain_id = RIG_CHAIN_ID,
		.number = 1,
		.valid_until = NOW + 300,
		.settings_cnt = 1,
		.settings[0].value = 100000000,
	};

	memcpy(intent.account, account[1].address, 20);
	VCH_CHECK(rig_intent(&rig, &account[1], &passkey, &intent, NULL,
			     &res) == VCH_OK);
	rig_change_begin(&change, &config, &account[1]);
	change.policy.fee_max++;
	VCH_CHECK(rig_change(&rig, &account[1], &passkey, &change) == VCH_OK);
	VCH_CHECK(rig_apply(&rig, &account[1], &change) == VCH_NOT_DUE);
	rig_seen_of(&rig, &account[1], &here);
	VCH_CHECK(rig_resume(&rig, &account[1], &passkey, &here,
			     account[1].slot.seq) == VCH_NOT_STOPPED);
}

/* Requests with a fixed form; what they answer is looked at elsewhere. */
static void ask_the_rest(void)
{
	static const uint8_t zeros[32];
	static const struct {
		uint32_t command;
		size_t len;
	} asked[] = {
		{VCH_CMD_ATTEST, 32},
		{VCH_CMD_VERSION, 0},
		{VCH_CMD_LIST_KEYS, 4},
		{VCH_CMD_CLOSE, 1},
	};
	struct vch_manifest m;

	for (size_t i = 0; i < VCH_ARRAY_LEN(asked); i++)
		VCH_CHECK(rig_call(&rig, asked[i].command,
				   vch_span(zeros, asked[i].len),
				   NULL) == VCH_OK);
	rig_manifest_signed(&m, VCH_TA_VERSION + 1, 0x22);
	VCH_CHECK(rig_upgrade(&rig, VCH_UPGRADE_CHECK, &m) == VCH_OK);
}

/* Three uses, two of them in one record, of keys that count nothing. */
static void sign_batch(struct rig_key pair[2])
{
	static struct vch_sign_batch_request req;
	static uint8_t bytes[VCH_SIGN_BATCH_REQUEST_ENC_MAX];
	static const uint8_t digest[32] = {1};
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));

	req.ops_cnt = 3;
	for (int i = 0; i < 3; i++) {
		req.ops[i] =
			key_request(&pair[i / 2], VCH_PAYLOAD_RAW, digest, 32);
		req.ops[i].joined = 1;
	}
	key_bring(&req.ops[0], &pair[0]);
	key_bring(&req.ops[2], &pair[1]);
	VCH_CHECK(vch_sign_batch_request_encode(&w, &req) == VCH_OK &&
		  rig_call(&rig, VCH_CMD_SIGN_BATCH, vch_written(&w), NULL) ==
			  VCH_OK);
}

/* The requests of the key service, as templates that still hold. */
static void use_key_service(void)
{
	static const uint8_t secret[32] = {[31] = 5};
	struct vch_key_policy p = key_policy(VCH_PURPOSE_RAW, 0);
	struct vch_generation_answer ans;
	struct rig_key pair[2], gone;
	struct vch_key_request req;
	struct rig_import import;
	uint8_t blob[VCH_BLOB_MAX], bytes[VCH_GET_PUBLIC_KEY_REQUEST_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_get_public_key_request get;
	size_t len;

	VCH_CHECK(key_generate(&rig, &pair[0], &p) == VCH_OK);
	VCH_CHECK(key_generate_flags(&rig, &pair[1], &p, VCH_KEY_REPLICATED) ==
		  VCH_OK);
	VCH_CHECK(key_generate(&rig, &gone, &p) == VCH_OK);
	req = key_request(&gone, 0, NULL, 0);
	VCH_CHECK(key_delete(&rig, &gone, &req, blob) == VCH_OK);
	VCH_CHECK(key_generation(&rig, &ans, VCH_GENERATION_BEGIN) == VCH_OK);
	VCH_CHECK(key_rewrap(&rig, pair[0].id,
			     vch_span(pair[0].blob, pair[0].blob_len), blob,
			     &len) == VCH_OK);
	VCH_CHECK(key_import_begin(&rig, &import, secret, &p) == VCH_OK);
	VCH_CHECK(key_import(&rig, &gone, &import, NULL) == VCH_OK);
	VCH_CHECK(key_sign(&rig, &pair[0], VCH_PAYLOAD_RAW, secret, 32, NULL) ==
		  VCH_OK);
	memcpy(get.key, pair[0].id, 20);
	get.config = vch_span(pair[0].config, pair[0].config_len);
	get.counters = vch_span(pair[0].counters, pair[0].counters_len);
	vch_get_public_key_request_write(&w, &get);
	VCH_CHECK(rig_call(&rig, VCH_CMD_GET_PUBLIC_KEY, vch_written(&w),
			   NULL) == VCH_OK);
	sign_batch(pair);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
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
	use_key_service();
	use_keys();
	use_account();
	ask_the_rest();
	save(&served);
	memcpy(account_saved, account, sizeof(account));
	memcpy(key_saved, key, sizeof(key));
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
	call_raw((uint32_t)vch_commands[i].number, vch_span(bytes, len));
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
	VCH_CHECK(a->slot.remainder <= limit_max);
	VCH_CHECK(err != VCH_OK || wei <= limit_max);
}

/* A key asked as vouchd asks it: signed is recorded, refused may be. */
static void step_key(struct vch_reader *r)
{
	uint8_t who = vch_read_u8(r), kind = vch_read_u8(r) % 6;
	struct rig_key *k = &key[who % KEYS];
	struct vch_span payload = vch_read_span(r, vch_read_u16(r) % 512u);
	uint64_t seq = k->slot.seq;
	uint8_t sig[65];
	enum vch_err err;

	if (r->bad)
		return;
	err = key_sign(now_rig, k, kind, payload.ptr, payload.len, sig);
	VCH_CHECK(err != VCH_OK || k->slot.seq == seq + 1);
	VCH_CHECK(k->slot.seq <= seq + 1);
}

/* A change that the passkey signs: taken or refused, it is recorded. */
static void step_change(struct vch_reader *r)
{
	static struct vch_config config[ACCOUNTS];
	uint8_t who = vch_read_u8(r) % ACCOUNTS;
	struct rig_account *a = &account[who];
	struct vch_change change;
	uint64_t seq = a->slot.seq;
	enum vch_err err;

	rig_change_begin(&change, &config[who], a);
	change.policy.frozen = vch_read_u8(r) & 1;
	change.policy.assets[0].daily_limit = (vch_u128)vch_read_u16(r)
					      << (vch_read_u8(r) % 64);
	if (change.policy.assets[0].daily_limit > limit_max)
		limit_max = change.policy.assets[0].daily_limit;
	change.policy.fee_max = vch_read_u32(r);
	change.policy.assets_cnt = vch_read_u8(r) % 3;
	err = rig_change(now_rig, a, &passkey, &change);
	if (err == VCH_OK)
		waiting[who] = change;
	VCH_CHECK(a->slot.seq <= seq + 1);
	VCH_CHECK(err != VCH_OK || a->slot.seq == seq + 1);
}

static void step_apply(struct vch_reader *r)
{
	uint8_t who = vch_read_u8(r) % ACCOUNTS;
	struct rig_account *a = &account[who];
	uint64_t seq = a->slot.seq;
	enum vch_err err = VCH_NO_CHANGE;

	if (waiting[who].number > 0)
		err = rig_apply(now_rig, a, &waiting[who]);
	VCH_CHECK(a->slot.seq == seq + (err == VCH_OK));
}

static void step_close(struct vch_reader *r)
{
	uint8_t final = vch_read_u8(r) == 0xff;

	(void)rig_call(now_rig, VCH_CMD_CLOSE, vch_span(&final, 1), NULL);
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
	VCH_CHECK(ta.upgrade.version == before_replay.upgrade.version);
	VCH_CHECK(memcmp(ta.upgrade.release_hash,
			 before_replay.upgrade.release_hash, 32) == 0);
	VCH_CHECK(ta.clock.expiry_s <= before_replay.clock.expiry_s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const steps[STEP_CNT])(struct vch_reader *r) = {
		[STEP_RAW] = step_raw,	       [STEP_CHANGED] = step_changed,
		[STEP_PAYMENT] = step_payment, [STEP_TIME] = step_time,
		[STEP_TYPES] = step_types,     [STEP_KEY] = step_key,
		[STEP_CHANGE] = step_change,   [STEP_APPLY] = step_apply,
		[STEP_CLOSE] = step_close,
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
