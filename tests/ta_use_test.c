/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uses of keys beyond the single signature: shared records, receipts as
 * freshness, leases, replicated keys, the word of a paymaster.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <time.h>

#include "tests/rig_key.h"
#include "trusted/crypto/p256.h"
#include "trusted/crypto/secp256k1.h"

static struct rig rig;
static struct vch_key_policy raw;
static uint8_t digest[VCH_OPS_MAX][32];
static uint8_t request_buf[VCH_REQUEST_MAX];

static int setup(void **state)
{
	(void)state;
	vch_secp256k1_init();
	rig_make(&rig);
	rig_boot(&rig);
	raw = key_policy(VCH_PURPOSE_RAW, VCH_KEY_SECP256K1);
	for (uint8_t i = 0; i < VCH_OPS_MAX; i++)
		digest[i][0] = i;
	return 0;
}

/* Nothing waits but for what is over its lease. */
static int setup_window(void **state)
{
	int rc = setup(state);

	rig_kill(&rig);
	rig.window_s = VCH_WINDOW_S_MAX;
	rig.window_records = VCH_WINDOW_RECORDS_MAX;
	rig_boot(&rig);
	return rc;
}

static int teardown(void **state)
{
	(void)state;
	rig_free(&rig);
	return 0;
}

/* ---- one record for several ---- */

static struct vch_sign_batch_answer sign_batch(struct vch_sign_batch_request *r)
{
	struct vch_writer w = vch_writer(request_buf, sizeof(request_buf));
	static struct vch_sign_batch_answer ans;
	struct vch_span answer;

	assert_int_equal(vch_sign_batch_request_encode(&w, r), VCH_OK);
	assert_int_equal(
		rig_call(&rig, VCH_CMD_SIGN_BATCH, vch_written(&w), &answer),
		VCH_OK);
	assert_int_equal(vch_sign_batch_answer_decode(&ans, answer), VCH_OK);
	assert_int_equal(ans.results_cnt, r->ops_cnt);
	return ans;
}

/* The newest batch's record idx, decoded as uses. */
static void uses_of(struct vch_uses *ret, uint8_t section, uint8_t idx)
{
	static struct vch_batch batch;
	struct vch_record_head head;
	struct vch_reader r;

	rig_last_batch(&rig, &batch);
	r = vch_reader(batch.sections[section].records[idx]);
	vch_record_head_read(&r, &head);
	assert_int_equal(head.kind, VCH_RECORD_USES);
	vch_uses_read(&r, ret);
	assert_int_equal(vch_reader_end(&r), VCH_OK);
}

/* A whole batch of one key: one record, which tells of each. */
static void test_joined(void **state)
{
	static struct vch_sign_batch_request req;
	struct vch_sign_batch_answer ans;
	static struct vch_uses uses;
	struct rig_key key;

	(void)state;
	raw.ops_daily = 60;
	assert_int_equal(key_generate(&rig, &key, &raw), VCH_OK);
	req.ops_cnt = VCH_OPS_MAX;
	for (uint8_t i = 0; i < VCH_OPS_MAX; i++) {
		req.ops[i] = key_request(&key, VCH_PAYLOAD_RAW, digest[i],
					 i == 10 ? 31 : 32);
		req.ops[i].joined = 7;
	}
	key_bring(&req.ops[0], &key);
	ans = sign_batch(&req);
	uses_of(&uses, 0, 0);
	assert_int_equal(uses.used_cnt, VCH_OPS_MAX - 1);
	assert_int_equal(uses.slot.seq, 2);
	for (uint8_t i = 0, at = 0; i < VCH_OPS_MAX; i++) {
		if (i == 10) {
			assert_int_equal(ans.results[i].code, VCH_PAYLOAD);
			assert_int_equal(ans.results[i].recorded, 0);
			continue;
		}
		assert_int_equal(ans.results[i].recorded, i == 0 ? 1 : 2);
		assert_int_equal(ans.results[i].code,
				 at < 60 ? VCH_OK : VCH_KEY_COUNT);
		assert_int_equal(uses.used[at].code, ans.results[i].code);
		assert_memory_equal(uses.used[at].digest, digest[i], 32);
		at++;
	}
	/* and folding it is one step of the slot */
	rig_reboot(&rig);
	memcpy(key.counters, uses.counters.ptr, uses.counters.len);
	key.counters_len = uses.counters.len;
	assert_int_equal(
		key_sign(&rig, &key, VCH_PAYLOAD_RAW, digest[63], 32, NULL),
		VCH_KEY_COUNT);
	assert_int_equal(key.slot.seq, 3);
}

/* Other keys, other callers and whoever does not ask get their own. */
static void test_not_joined(void **state)
{
	static struct vch_sign_batch_request req;
	static const uint8_t key_of[6] = {0, 0, 1, 0, 0, 0};
	static const uint8_t tag[6] = {1, 1, 1, 1, 2, 0};
	static const uint8_t want[6] = {1, 2, 1, 1, 1, 1};
	struct vch_sign_batch_answer ans;
	struct rig_key key[2];

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(key_generate(&rig, &key[i], &raw), VCH_OK);
	req.ops_cnt = 6;
	for (int i = 0; i < 6; i++) {
		req.ops[i] = key_request(&key[key_of[i]], VCH_PAYLOAD_RAW,
					 digest[i], 32);
		req.ops[i].joined = tag[i];
	}
	key_bring(&req.ops[0], &key[0]);
	key_bring(&req.ops[2], &key[1]);
	ans = sign_batch(&req);
	for (int i = 0; i < 6; i++)
		assert_int_equal(ans.results[i].recorded, want[i]);
}

/* ---- what a client has seen ---- */

static enum vch_err sign_seen(struct rig_key *key, const struct vch_seen *seen)
{
	struct vch_key_request req =
		key_request(key, VCH_PAYLOAD_RAW, digest[1], 32);

	if (seen)
		req.seen[req.seen_cnt++] = *seen;
	return key_sign_request(&rig, key, &req, NULL);
}

static enum vch_err resume_from(struct rig_key *key,
				const struct vch_seen *seen, uint64_t sequence)
{
	struct vch_key_resume resume = {.seen = *seen, .sequence = sequence};
	uint8_t payload[VCH_KEY_RESUME_ENC_MAX];
	struct vch_writer w = vch_writer(payload, sizeof(payload));
	struct vch_key_request req;

	vch_key_resume_write(&w, &resume);
	req = key_request(key, VCH_PAYLOAD_RESUME, payload, w.len);
	return key_sign_request(&rig, key, &req, NULL);
}

/* A receipt of a lost tail stops the key; its owner goes on with it. */
static void test_rollback(void **state)
{
	struct vch_seen lost, newest, forged;
	struct rig_key key, at_cut;
	size_t cut;

	(void)state;
	raw.ops_daily = 5;
	assert_int_equal(key_generate(&rig, &key, &raw), VCH_OK);
	rig_seen(&rig, &newest);
	assert_int_equal(sign_seen(&key, &newest), VCH_OK);
	assert_int_equal(resume_from(&key, &newest, 2), VCH_NOT_STOPPED);
	cut = rig.batch_cnt;
	at_cut = key;
	assert_int_equal(sign_seen(&key, NULL), VCH_OK);
	rig_seen(&rig, &lost);
	rig_kill(&rig);
	rig_cut(&rig, cut);
	key = at_cut;
	rig_boot(&rig);
	forged = lost;
	forged.signature[0] ^= 1;
	assert_int_equal(sign_seen(&key, &forged), VCH_RECEIPT);
	assert_int_equal(sign_seen(&key, NULL), VCH_OK);
	assert_int_equal(sign_seen(&key, &lost), VCH_ROLLBACK);
	assert_int_equal(key.slot.flags, VCH_SLOT_KEY | VCH_SLOT_STOPPED);
	rig_reboot(&rig);
	/* from now on whatever is asked, and nothing is signed */
	assert_int_equal(sign_seen(&key, NULL), VCH_ROLLBACK);
	rig_seen(&rig, &newest);
	assert_int_equal(resume_from(&key, &lost, key.slot.seq), VCH_ROLLBACK);
	assert_int_equal(resume_from(&key, &newest, key.slot.seq - 1),
			 VCH_RECEIPT);
	assert_int_equal(resume_from(&key, &newest, key.slot.seq), VCH_OK);
	assert_int_equal(key.slot.flags, VCH_SLOT_KEY);
	/* today's limits count as spent */
	assert_int_equal(sign_seen(&key, NULL), VCH_KEY_COUNT);
	rig_reboot(&rig);
	assert_int_equal(sign_seen(&key, NULL), VCH_KEY_COUNT);
}

/* ---- leases ---- */

/* A tenth of the daily uses leaves without a bump, no more. */
static void test_lease(void **state)
{
	size_t held;
	struct rig_key key;

	(void)state;
	raw.ops_daily = 100;
	assert_int_equal(key_generate(&rig, &key, &raw), VCH_OK);
	held = rig.held_cnt;
	for (int i = 0; i < 9; i++)
		assert_int_equal(key_sign(&rig, &key, VCH_PAYLOAD_RAW,
					  digest[i], 32, NULL),
				 VCH_OK);
	assert_int_equal(rig.held_cnt, held);
	assert_int_equal(
		key_sign(&rig, &key, VCH_PAYLOAD_RAW, digest[9], 32, NULL),
		VCH_OK);
	assert_int_equal(rig.held_cnt, held + 1);
}

static uint32_t ops_after(struct rig_key *key, uint8_t i)
{
	struct vch_key_counters counters;

	assert_int_equal(
		key_sign(&rig, key, VCH_PAYLOAD_RAW, digest[i], 32, NULL),
		VCH_OK);
	assert_int_equal(
		vch_key_counters_decode(
			&counters, vch_span(key->counters, key->counters_len)),
		VCH_OK);
	return counters.ops;
}

/* What a lost window may have held is charged, once a start. */
static void test_unclean_start(void **state)
{
	struct rig_key key;

	(void)state;
	raw.ops_daily = 100;
	assert_int_equal(key_generate(&rig, &key, &raw), VCH_OK);
	assert_int_equal(ops_after(&key, 0), 1);
	rig_reboot(&rig);
	assert_int_equal(ops_after(&key, 1), 12);
	assert_int_equal(ops_after(&key, 2), 13);
	rig_reboot(&rig);
	rig_reboot(&rig);
	assert_int_equal(ops_after(&key, 3), 34);
	for (int i = 0; i < 12; i++)
		rig_reboot(&rig);
	assert_int_equal(
		key_sign(&rig, &key, VCH_PAYLOAD_RAW, digest[4], 32, NULL),
		VCH_KEY_COUNT);
}

/* ---- replicated keys ---- */

static void test_replicable(void **state)
{
	uint8_t owner[32] = {0};
	struct rig_key key;

	(void)state;
	memset(owner, 0x58, 32);
	raw.ops_daily = 5;
	assert_int_equal(
		key_generate_flags(&rig, &key, &raw, VCH_KEY_REPLICATED),
		VCH_KEY_POLICY);
	raw.ops_daily = VCH_OPS_UNLIMITED;
	raw.owner = VCH_OWNER_ED25519;
	raw.owner_key = vch_span(owner, 32);
	assert_int_equal(
		key_generate_flags(&rig, &key, &raw, VCH_KEY_REPLICATED),
		VCH_KEY_POLICY);
	raw.owner = VCH_OWNER_HOST;
	raw.owner_key.len = 0;
	assert_int_equal(key_generate_flags(&rig, &key, &raw, 4),
			 VCH_KEY_POLICY);
	raw.purpose = VCH_PURPOSE_ETH;
	raw.native_daily = 1;
	assert_int_equal(
		key_generate_flags(&rig, &key, &raw, VCH_KEY_REPLICATED),
		VCH_KEY_POLICY);
}

/* An instance that knows nothing of the key serves it, as it was born. */
static void test_replica(void **state)
{
	struct rig_key key, other, forged;
	struct vch_key_config config;
	struct vch_writer w;
	uint8_t sig[65], home[65];
	struct vch_seen seen;

	(void)state;
	assert_int_equal(
		key_generate_flags(&rig, &key, &raw, VCH_KEY_REPLICATED),
		VCH_OK);
	rig_seen(&rig, &seen);
	assert_int_equal(
		key_sign(&rig, &key, VCH_PAYLOAD_RAW, digest[0], 32, home),
		VCH_OK);
	/* a receipt says nothing where there is no order */
	assert_int_equal(sign_seen(&key, &seen), VCH_RECEIPT);
	/* its slot did not move, and one record of the use is there */
	assert_int_equal(key.slot.seq, 0);
	rig_kill(&rig);
	rig.shard_first = (uint8_t)((key.blob[0] + 1) % VCH_SHARDS);
	rig.shard_cnt = 1;
	rig_boot(&rig);
	assert_int_equal(
		key_sign(&rig, &key, VCH_PAYLOAD_RAW, digest[0], 32, sig),
		VCH_OK);
	assert_memory_equal(sig, home, 65);
	/* not with another policy, nor another key's blob */
	forged = key;
	assert_int_equal(vch_key_config_decode(
				 &config, vch_span(key.config, key.config_len)),
			 VCH_OK);
	config.flags |= VCH_KEY_IMPORTED;
	w = vch_writer(forged.config, sizeof(forged.config));
	vch_key_config_write(&w, &config);
	assert_int_equal(
		key_sign(&rig, &forged, VCH_PAYLOAD_RAW, digest[0], 32, sig),
		VCH_UNSEAL);
	config.policy.purpose = VCH_PURPOSE_MESSAGE;
	w = vch_writer(forged.config, sizeof(forged.config));
	vch_key_config_write(&w, &config);
	assert_int_equal(
		key_sign(&rig, &forged, VCH_PAYLOAD_MESSAGE, "x", 1, sig),
		VCH_NO_KEY);
	/* nor is any other key served elsewhere than at home */
	assert_int_equal(key_generate(&rig, &other, &raw), VCH_OK);
	rig_kill(&rig);
	rig.shard_first = (uint8_t)((other.blob[0] + 1) % VCH_SHARDS);
	rig_boot(&rig);
	assert_int_equal(
		key_sign(&rig, &other, VCH_PAYLOAD_RAW, digest[0], 32, sig),
		VCH_NO_KEY);
}

/* A use that another instance recorded later does not bring it back. */
static void test_replica_deleted(void **state)
{
	struct rig_key key, used;
	struct vch_key_request req;
	uint8_t erased;

	(void)state;
	assert_int_equal(
		key_generate_flags(&rig, &key, &raw, VCH_KEY_REPLICATED),
		VCH_OK);
	used = key;
	req = key_request(&key, 0, NULL, 0);
	assert_int_equal(key_delete(&rig, &key, &req, &erased), VCH_OK);
	rig_kill(&rig);
	rig.shard_first = (uint8_t)((key.blob[0] + 1) % VCH_SHARDS);
	rig.shard_cnt = 1;
	rig_boot(&rig);
	/* until it is erased, an instance that was not told signs */
	assert_int_equal(
		key_sign(&rig, &used, VCH_PAYLOAD_RAW, digest[0], 32, NULL),
		VCH_OK);
	rig_kill(&rig);
	rig.shard_first = rig.shard_cnt = 0;
	rig_boot(&rig);
	assert_int_equal(
		key_sign(&rig, &used, VCH_PAYLOAD_RAW, digest[0], 32, NULL),
		VCH_NO_KEY);
}

/* ---- a paymaster's word ---- */

static struct vch_span word_of(uint8_t *buf, size_t cap, uint64_t valid_until,
			       uint8_t paymaster)
{
	static uint8_t pm[52];
	struct vch_paymaster_op p = {.chain_id = 1, .valid_until = valid_until};
	struct vch_writer w = vch_writer(buf, cap);

	memset(pm, 0, sizeof(pm));
	memset(pm, paymaster, 20);
	pm[35] = 100; /* gas of its validation */
	p.op.account_gas_limits[15] = 200;
	p.op.gas_fees[31] = 3;
	p.op.paymaster_and_data = vch_span(pm, sizeof(pm));
	vch_paymaster_op_write(&w, &p);
	return vch_written(&w);
}

static enum vch_err pay_for(struct rig_key *key, uint64_t valid_until,
			    uint8_t paymaster)
{
	uint8_t buf[1024];
	struct vch_span word =
		word_of(buf, sizeof(buf), valid_until, paymaster);

	return key_sign(&rig, key, VCH_PAYLOAD_PAYMASTER, word.ptr, word.len,
			NULL);
}

static void test_paymaster(void **state)
{
	struct vch_key_policy p =
		key_policy(VCH_PURPOSE_PAYMASTER, VCH_KEY_SECP256K1);
	uint64_t now = (uint64_t)time(NULL);
	uint8_t buf[1024];
	struct vch_span word = word_of(buf, sizeof(buf), now + 60, 0xaa);
	struct rig_key key;

	(void)state;
	p.types_cnt = 1;
	p.types[0].chain_id = 1;
	memset(p.types[0].contract, 0xaa, 20);
	p.native_daily = 1800; /* two words of (100 + 200) gas at 3 wei */
	assert_int_equal(key_generate(&rig, &key, &p), VCH_OK);
	assert_int_equal(pay_for(&key, now + 60, 0xaa), VCH_OK);
	assert_true(key.slot.remainder == 900);
	assert_int_equal(pay_for(&key, now + 60, 0xaa), VCH_OK);
	assert_true(key.slot.remainder == 900);
	assert_int_equal(pay_for(&key, now + 60, 0xbb), VCH_PAYMASTER);
	assert_int_equal(pay_for(&key, now + 4000, 0xaa), VCH_VALID_UNTIL);
	assert_int_equal(pay_for(&key, now - 60, 0xaa), VCH_VALID_UNTIL);
	assert_int_equal(pay_for(&key, UINT64_C(1) << 48, 0xaa), VCH_PAYLOAD);
	assert_int_equal(pay_for(&key, now + 61, 0xaa), VCH_OK);
	assert_int_equal(pay_for(&key, now + 62, 0xaa), VCH_LIMIT);
	/* nothing else, and nobody else */
	assert_int_equal(
		key_sign(&rig, &key, VCH_PAYLOAD_RAW, digest[0], 32, NULL),
		VCH_PURPOSE);
	assert_int_equal(key_sign(&rig, &key, VCH_PAYLOAD_PAYMASTER, word.ptr,
				  word.len - 1, NULL),
			 VCH_PAYLOAD);
	assert_int_equal(key_generate(&rig, &key, &raw), VCH_OK);
	assert_int_equal(pay_for(&key, now + 60, 0xaa), VCH_PURPOSE);
	/* its list has no types, and it has no chains */
	p.types[0].type_hash[3] = 1;
	assert_int_equal(key_generate(&rig, &key, &p), VCH_KEY_POLICY);
	p.types[0].type_hash[3] = 0;
	p.chains[0] = p.chains_cnt = 1;
	assert_int_equal(key_generate(&rig, &key, &p), VCH_KEY_POLICY);
}

/* ---- an owner with a P-256 key ---- */

static void test_p256_owner(void **state)
{
	struct vch_key_policy p =
		key_policy(VCH_PURPOSE_RAW, VCH_KEY_SECP256K1);
	struct vch_demo_passkey owner;
	struct vch_key_request req;
	struct rig_key key;
	uint8_t xy[64], sig[64], signed_bytes[VCH_KEY_OWNED_LEN];

	(void)state;
	assert_int_equal(vch_demo_passkey_create(&owner, "localhost",
						 "http://localhost", true),
			 VCH_OK);
	memcpy(xy, owner.x, 32);
	memcpy(xy + 32, owner.y, 32);
	p.owner = VCH_OWNER_P256;
	p.owner_key = vch_span(xy, 64);
	assert_int_equal(key_generate(&rig, &key, &p), VCH_OK);
	req = key_request(&key, VCH_PAYLOAD_RAW, digest[1], 32);
	assert_int_equal(key_sign_request(&rig, &key, &req, NULL), VCH_OWNER);
	req.nonce = 4;
	vch_key_owned_bytes(signed_bytes, VCH_CMD_SIGN_MESSAGE, &req);
	assert_int_equal(vch_demo_passkey_sign_raw(
				 sig, &owner,
				 vch_span(signed_bytes, sizeof(signed_bytes))),
			 VCH_OK);
	req.owner_signature = vch_span(sig, 64);
	assert_int_equal(key_sign_request(&rig, &key, &req, NULL), VCH_OK);
	assert_int_equal(key_sign_request(&rig, &key, &req, NULL), VCH_NONCE);
	req.nonce = 5;
	assert_int_equal(key_sign_request(&rig, &key, &req, NULL), VCH_OWNER);
	req.nonce = 4;
	sig[63] ^= 1;
	assert_int_equal(key_sign_request(&rig, &key, &req, NULL), VCH_OWNER);
	req.owner_signature.len = 63;
	assert_int_equal(key_sign_request(&rig, &key, &req, NULL), VCH_OWNER);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define W(f) cmocka_unit_test_setup_teardown(f, setup_window, teardown)
	const struct CMUnitTest tests[] = {
		T(test_joined),	    T(test_not_joined),	     T(test_rollback),
		W(test_lease),	    W(test_unclean_start),   T(test_replicable),
		T(test_replica),    T(test_replica_deleted), T(test_paymaster),
		T(test_p256_owner),
	};

	return cmocka_run_group_tests_name("uses", tests, NULL, NULL);
}
