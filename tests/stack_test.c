/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How deep the trusted application's stack really gets: it is asked the
 * biggest valid requests of every command, then those again with random
 * changes, and the seeds of the door's fuzzer. The mark of each command is
 * printed; all stay below what OP-TEE gives (TA_STACK_SIZE) less what its own
 * library and interrupts need. tools/ta_check.py has the bound of the
 * compiler's numbers, also for arm64; this shows that the bound is one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <tee_internal_api.h>
#include <unistd.h>

#include "host/base/file.h"
#include "tests/alone.h"
#include "tests/rig.h"
#include "tests/rig_key.h"
#include "tests/rig_snapshot.h"
#include "trusted/base/check.h"
#include "trusted/crypto/keccak256.h"
#include "trusted/log/chain.h"
#include "trusted/ta/user_ta_header_defines.h"

#define RESERVE (8 * 1024)
#define MUTATIONS 200 /* of each command */
#define KEYS 300      /* more than one answer of LIST_KEYS holds */
#define LIFE_BATCHES 4

static struct rig rig;
static struct vch_demo_passkey passkey;
static struct rig_account account;
static struct rig_key key[KEYS];
static uint8_t buf[VCH_REQUEST_MAX];
static size_t mark[VCH_COMMAND_CNT];

/* The longest request of each command that was understood. */
static struct {
	size_t len;
	uint8_t bytes[VCH_REQUEST_MAX];
} biggest[VCH_COMMAND_CNT];

/* What a former life left, of which the last batch got lost. */
static struct life {
	struct rig_account stopped;
	struct vch_seen lost;
	size_t cnt;
	size_t len[LIFE_BATCHES];
	uint8_t batch[LIFE_BATCHES][VCH_BATCH_MAX];
} *life;

/* And a later one, which waits until there is a snapshot to begin with. */
static struct later {
	int gate[2];
	size_t mark; /* of RESTORE */
	struct rig_snap snap;
	size_t batch_len;
	uint8_t batch[VCH_BATCH_MAX];
} *later;
static pid_t later_pid;

static size_t number_of(uint32_t cmd)
{
	size_t i = 0;

	while ((uint32_t)vch_commands[i].number != cmd)
		i++;
	return i;
}

static enum vch_err invoke(uint32_t cmd, struct vch_span in,
			   struct vch_tee_reply *ret)
{
	size_t i = number_of(cmd), used = alone_invoke(cmd, in, ret);
	struct vch_reader r = vch_reader(ret->answer);
	uint16_t code = vch_read_u16(&r);

	VCH_CHECK(ret->tee_result == TEE_SUCCESS && !r.bad);
	if (used > mark[i])
		mark[i] = used;
	if (in.len >= biggest[i].len && (code == VCH_OK || code == VCH_HELD)) {
		biggest[i].len = in.len;
		if (in.len > 0)
			memcpy(biggest[i].bytes, in.ptr, in.len);
	}
	return VCH_OK;
}

static enum vch_err ask(uint32_t cmd, const void *bytes, size_t len)
{
	return rig_call(&rig, cmd, vch_span(bytes, len), NULL);
}

/* ---- a life before, in a child ------------------------------------------- */

static void live_before(void)
{
	struct vch_cosign_result res;
	static struct rig_op op;

	VCH_CHECK(alone_power_on() > 0);
	rig.window_s = VCH_WINDOW_NEVER;
	VCH_CHECK(rig_open(&rig) == VCH_OK);
	VCH_CHECK(rig_create(&rig, &life->stopped, &passkey) == VCH_OK);
	life->cnt = rig.batch_cnt;
	for (size_t i = 0; i < life->cnt; i++) {
		life->len[i] = rig.batch[i].len;
		memcpy(life->batch[i], rig.batch[i].bytes, life->len[i]);
	}
	rig_payment(&op, &life->stopped, &passkey, 0, 1);
	VCH_CHECK(rig_cosign_one(&rig, &life->stopped, &op, &res) == VCH_OK);
	rig_seen(&rig, &life->lost);
	rig_fold(&rig, &life->stopped);
}

/* The same device, from its log without the last batch. */
static void test_start(void **state)
{
	int status;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		live_before();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_true(alone_power_on() > 0);
	for (size_t i = 0; i < life->cnt; i++)
		rig_keep(&rig, vch_span(life->batch[i], life->len[i]));
	rig_fold(&rig, &life->stopped);
	assert_int_equal(rig_replay(&rig, rig.batch_cnt), VCH_OK);
	assert_int_equal(ask(VCH_CMD_COMPARE, NULL, 0), VCH_OK);
	assert_int_equal(rig_open(&rig), VCH_OK);
}

/* ---- the biggest of everything ------------------------------------------- */

static void test_small(void **state)
{
	static const uint8_t challenge[32];

	(void)state;
	assert_int_equal(ask(VCH_CMD_VERSION, NULL, 0), VCH_OK);
	assert_int_equal(ask(VCH_CMD_ATTEST, challenge, 32), VCH_OK);
}

static void test_stop_and_resume(void **state)
{
	struct vch_cosign_result res;
	struct vch_seen here;
	static struct rig_op op;

	(void)state;
	rig_payment(&op, &life->stopped, &passkey, 0, 1);
	op.op.seen[op.op.seen_cnt++] = life->lost;
	assert_int_equal(rig_cosign_one(&rig, &life->stopped, &op, &res),
			 VCH_ROLLBACK);
	rig_seen_of(&rig, &life->stopped, &here);
	assert_int_equal(rig_resume(&rig, &life->stopped, &passkey, &here,
				    life->stopped.slot.seq),
			 VCH_OK);
}

/* The lists as full as one config of 2 KiB holds them. */
static void big_policy(struct vch_policy *p)
{
	static char origin[3][128];

	for (uint8_t i = 0; i < 3; i++) {
		memset(origin[i], 'a' + i, sizeof(origin[i]));
		p->origins[1 + i] = vch_span(origin[i], 40);
	}
	p->origins_cnt = 4;
	for (uint8_t i = 1; i < 8; i++) {
		p->networks[i] = p->networks[0];
		p->networks[i].chain_id += i;
	}
	p->networks_cnt = 8;
	for (uint8_t i = 1; i < 8; i++) {
		memset(p->assets[i].token, i, 20);
		p->assets[i].daily_limit = 1000;
	}
	p->assets_cnt = 8;
	for (uint8_t i = 0; i < 24; i++) {
		memset(p->calls[i].to, 0x20 + i, 20);
		memset(p->calls[i].selector, i, 4);
	}
	p->calls_cnt = 24;
}

static void test_account(void **state)
{
	static struct rig_op op[VCH_OPS_MAX];
	static struct vch_config config;
	struct vch_cosign_result res[VCH_OPS_MAX];
	struct rig_op *ops[VCH_OPS_MAX];
	struct vch_change change;

	(void)state;
	assert_int_equal(rig_create(&rig, &account, &passkey), VCH_OK);
	rig_change_begin(&change, &config, &account);
	big_policy(&change.policy);
	assert_int_equal(rig_change(&rig, &account, &passkey, &change), VCH_OK);
	alone_monotonic_s += 3 * 86400;
	alone_host_s = rig_now_s += 3 * 86400;
	assert_int_equal(rig_apply(&rig, &account, &change), VCH_OK);
	assert_true(account.config_len > 1500);
	for (uint8_t i = 0; i < VCH_OPS_MAX; i++) {
		ops[i] = &op[i];
		rig_payment(&op[i], &account, &passkey, i, 1);
		op[i].op.op.nonce[0] = i % 4;
		rig_sign(&op[i], &passkey);
	}
	assert_int_equal(rig_cosign(&rig, &account, ops, VCH_OPS_MAX, res),
			 VCH_OK);
	assert_int_equal(res[0].code, VCH_OK);
}

/* As many settings as one may have, and a change that waits beside it. */
static void test_intent(void **state)
{
	static struct vch_config config;
	struct vch_cosign_result res;
	struct vch_change waits;
	struct vch_intent intent = {
		.chain_id = RIG_CHAIN_ID,
		.number = 1,
		.valid_until = alone_host_s + 300,
		.settings_cnt = 1,
		.settings[0].value =
			100000000, /* gwei: 0.1 ether, as at birth */
	};

	(void)state;
	memcpy(intent.account, account.address, 20);
	assert_int_equal(
		rig_intent(&rig, &account, &passkey, &intent, NULL, &res),
		VCH_OK);
	for (uint8_t i = 1; i < VCH_INTENT_SETTINGS_MAX; i++)
		intent.settings[i] = intent.settings[0];
	intent.settings_cnt = VCH_INTENT_SETTINGS_MAX;
	rig_change_begin(&waits, &config, &account);
	assert_int_equal(
		rig_intent(&rig, &account, &passkey, &intent, &waits, &res),
		VCH_OK);
}

static void test_keys(void **state)
{
	struct vch_key_policy p = key_policy(VCH_PURPOSE_ETH, 0);
	struct vch_key_request req;
	uint8_t erased;

	(void)state;
	p.chains_cnt = 8;
	for (uint8_t i = 0; i < 8; i++)
		p.chains[i] = i + 1u;
	p.types_cnt = 24;
	for (uint8_t i = 0; i < 24; i++)
		p.types[i].chain_id = i + 1u;
	p.ops_daily = 1000;
	for (size_t i = 0; i < KEYS; i++)
		assert_int_equal(key_generate(&rig, &key[i], &p), VCH_OK);
	memset(buf, 0, 4);
	assert_int_equal(ask(VCH_CMD_LIST_KEYS, buf, 4), VCH_OK);
	req = key_request(&key[KEYS - 1], 0, NULL, 0);
	assert_int_equal(key_delete(&rig, &key[KEYS - 1], &req, &erased),
			 VCH_OK);
}

/* 64 members, and a type string as long as they come. */
static void test_typed(void **state)
{
	static uint8_t type[2048], bytes[8192];
	struct vch_key_policy p = key_policy(VCH_PURPOSE_ETH, 0);
	struct vch_typed_data typed = {
		.domain = VCH_DOMAIN_CHAIN_ID, .chain_id = 1, .words_cnt = 64};
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));
	struct vch_writer t = vch_writer(type, sizeof(type));
	uint8_t sig[65];

	(void)state;
	vch_write_bytes(&t, "T(", 2);
	for (int i = 0; i < 64; i++)
		vch_write_bytes(&t,
				i < 63 ? "uint256 aaaaaaaaaaaaaaaaaaaaa,"
				       : "uint256 aaaaaaaaaaaaaaaaaaaaa)",
				30);
	typed.type = vch_written(&t);
	vch_typed_data_write(&w, &typed);
	assert_false(w.bad || t.bad);
	p.types_cnt = 1;
	p.types[0].chain_id = 1;
	vch_keccak256_hash(p.types[0].type_hash, typed.type);
	assert_int_equal(key_generate(&rig, &key[0], &p), VCH_OK);
	assert_int_equal(
		key_sign(&rig, &key[0], VCH_PAYLOAD_TYPED, bytes, w.len, sig),
		VCH_OK);
}

static void test_uses(void **state)
{
	static uint8_t payload[12288];
	static struct vch_sign_batch_request batch;
	struct vch_get_public_key_request ask_key = {0};
	struct vch_writer w = vch_writer(buf, sizeof(buf));
	uint8_t sig[65];

	(void)state;
	batch.ops_cnt = VCH_OPS_MAX;
	for (uint8_t i = 0; i < VCH_OPS_MAX; i++) {
		batch.ops[i] = key_request(&key[i + 2], VCH_PAYLOAD_MESSAGE,
					   payload, 800);
		key_bring(&batch.ops[i], &key[i + 2]);
	}
	assert_int_equal(vch_sign_batch_request_encode(&w, &batch), VCH_OK);
	assert_int_equal(ask(VCH_CMD_SIGN_BATCH, buf, w.len), VCH_OK);
	w = vch_writer(buf, sizeof(buf));
	memcpy(ask_key.key, key[1].id, 20);
	ask_key.config = vch_span(key[1].config, key[1].config_len);
	ask_key.counters = vch_span(key[1].counters, key[1].counters_len);
	assert_int_equal(vch_get_public_key_request_encode(&w, &ask_key),
			 VCH_OK);
	assert_int_equal(ask(VCH_CMD_GET_PUBLIC_KEY, buf, w.len), VCH_OK);
	assert_int_equal(key_sign(&rig, &key[1], VCH_PAYLOAD_MESSAGE, payload,
				  sizeof(payload), sig),
			 VCH_OK);
}

/* Of an owner with P-256: the only signature but a passkey's that is checked */
static void test_owner(void **state)
{
	struct vch_key_policy p = key_policy(VCH_PURPOSE_MESSAGE, 1);
	struct vch_key_request req;
	uint8_t owner_sig[64] = {[31] = 1, [63] = 1};

	(void)state;
	p.owner = VCH_OWNER_P256;
	memcpy(buf, passkey.x, 32);
	memcpy(buf + 32, passkey.y, 32);
	p.owner_key = vch_span(buf, 64);
	assert_int_equal(key_generate(&rig, &key[0], &p), VCH_OK);
	req = key_request(&key[0], VCH_PAYLOAD_MESSAGE, "m", 1);
	req.nonce = 1;
	req.owner_signature = vch_span(owner_sig, 64);
	key_bring(&req, &key[0]);
	assert_int_equal(key_sign_request(&rig, &key[0], &req, NULL),
			 VCH_OWNER);
}

static void test_close(void **state)
{
	static const uint8_t go_on[1] = {0};

	(void)state;
	assert_int_equal(ask(VCH_CMD_CLOSE, go_on, 1), VCH_OK);
}

/* ---- a life after, in a child -------------------------------------------- */

static void live_later(void)
{
	const struct rig_snap *snap = &later->snap;
	const struct rig_batch batch = {later->batch, later->batch_len};

	VCH_CHECK(alone_power_on() > 0);
	for (uint32_t i = 0; i < snap->page_cnt; i++)
		VCH_CHECK(
			rig_page_in(&rig, snap->shard, snap, i,
				    i + 1 == snap->page_cnt ? &batch : NULL) ==
			VCH_OK);
	later->mark = mark[number_of(VCH_CMD_RESTORE)];
}

/* Before the trusted application was ever started here: it has no way back. */
static void wait_for_later(void)
{
	char go;

	if (read(later->gate[0], &go, 1) != 1)
		_exit(1);
	live_later();
	_exit(0);
}

static void test_snapshot(void **state)
{
	const struct rig_batch *batch;
	int status;

	(void)state;
	assert_int_equal(rig_snap_take(&rig, vch_shard_of(account.address),
				       &later->snap),
			 VCH_OK);
	batch = &rig.batch[later->snap.batch_idx];
	later->batch_len = batch->len;
	memcpy(later->batch, batch->bytes, batch->len);
	assert_int_equal(write(later->gate[1], "g", 1), 1);
	assert_int_equal(waitpid(later_pid, &status, 0), later_pid);
	assert_int_equal(status, 0);
	mark[number_of(VCH_CMD_RESTORE)] = later->mark;
}

/* ---- and nearly so ------------------------------------------------------- */

static void changed(size_t i, unsigned int seed)
{
	struct vch_tee_reply reply;
	size_t len = biggest[i].len;

	memcpy(buf, biggest[i].bytes, len);
	for (unsigned int k = 0; k < seed % 4 && len > 0; k++)
		buf[(seed * 7919 + k * 104729) % len] ^= (uint8_t)(seed + k);
	if (seed % 5 == 0 && len > 0)
		len -= seed % len;
	assert_int_equal(invoke((uint32_t)vch_commands[i].number,
				vch_span(buf, len), &reply),
			 VCH_OK);
	/* what is held is released, so that the door opens again */
	assert_int_equal(invoke(VCH_CMD_RELEASE, vch_span(NULL, 0), &reply),
			 VCH_OK);
}

static void test_changed(void **state)
{
	size_t close = number_of(VCH_CMD_CLOSE);

	(void)state;
	for (size_t i = 0; i < VCH_COMMAND_CNT; i++) {
		/* one changed bit of it would be the end of service */
		for (unsigned int seed = 0; i != close && seed < MUTATIONS;
		     seed++)
			changed(i, seed);
	}
}

static void test_seeds(void **state)
{
	struct vch_tee_reply reply;
	glob_t found;

	(void)state;
	assert_int_equal(glob("tests/fuzz/*/*", 0, NULL, &found), 0);
	for (size_t f = 0; f < found.gl_pathc; f++) {
		struct vch_buf file = vch_buf(sizeof(buf));

		assert_int_equal(vch_file_read(&file, found.gl_pathv[f]),
				 VCH_OK);
		for (size_t i = 0; i < VCH_COMMAND_CNT; i++)
			assert_int_equal(
				invoke((uint32_t)vch_commands[i].number,
				       vch_span(file.ptr, file.len), &reply),
				VCH_OK);
		vch_buf_free(&file);
	}
	assert_true(found.gl_pathc > 10);
	globfree(&found);
}

static void test_marks(void **state)
{
	size_t worst = 0;

	(void)state;
	for (size_t i = 0; i < VCH_COMMAND_CNT; i++) {
		print_message("# %-16s %6zu bytes\n", vch_commands[i].name,
			      mark[i]);
		/* every one was understood, and left something */
		assert_true(mark[i] > 256);
		worst = mark[i] > worst ? mark[i] : worst;
	}
	print_message("# %zu bytes of stack at most, of %d\n", worst,
		      TA_STACK_SIZE - RESERVE);
	assert_true(worst > 4096);
#ifndef VCH_SAN
	/* a sanitizer's frames are many times those of the product */
	assert_true(worst <= TA_STACK_SIZE - RESERVE);
#endif
}

static int setup(void **state)
{
	(void)state;
	life = mmap(NULL, sizeof(*life), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	later = mmap(NULL, sizeof(*later), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (life == MAP_FAILED || later == MAP_FAILED || pipe(later->gate) != 0)
		return -1;
	alone_factory();
	rig.invoke = invoke;
	rig_now_s = alone_host_s;
	later_pid = fork();
	if (later_pid == 0)
		wait_for_later();
	return vch_demo_passkey_create(&passkey, "localhost",
				       "http://localhost:3000",
				       false) != VCH_OK;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_start),
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_stop_and_resume),
		cmocka_unit_test(test_account),
		cmocka_unit_test(test_intent),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_typed),
		cmocka_unit_test(test_uses),
		cmocka_unit_test(test_owner),
		cmocka_unit_test(test_close),
		cmocka_unit_test(test_snapshot),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_seeds),
		cmocka_unit_test(test_marks),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
