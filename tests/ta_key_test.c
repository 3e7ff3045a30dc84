/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key service through the door of the real emulated TEE: birth, signing,
 * every refusal by name, owners, deletion, and what is left after a replay.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/rig_key.h"
#include "trusted/base/check.h"
#include "trusted/crypto/keccak256.h"
#include "trusted/crypto/secp256k1.h"
#include "trusted/log/chain.h"

static struct rig rig;
static uint8_t request_buf[VCH_REQUEST_MAX];

/* rlp([9, 20 gwei, 21000, 0x35…, 1 ether, "", 1, 0, 0]): EIP-155's example */
static const uint8_t EIP155[] = {
	0xec, 0x09, 0x85, 0x04, 0xa8, 0x17, 0xc8, 0x00, 0x82, 0x52, 0x08, 0x94,
	0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x35,
	0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x88, 0x0d, 0xe0, 0xb6,
	0xb3, 0xa7, 0x64, 0x00, 0x00, 0x80, 0x01, 0x80, 0x80};
#define EIP155_COST                                                            \
	((vch_u128)1000000000000000000u + (vch_u128)21000 * 20000000000u)

static int setup(void **state)
{
	(void)state;
	vch_secp256k1_init();
	rig_make(&rig);
	rig_boot(&rig);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_free(&rig);
	return 0;
}

static void assert_signed_by(const struct rig_key *key, const uint8_t sig[65],
			     const uint8_t digest[32])
{
	struct vch_secp256k1_pk pk;

	assert_int_equal(vch_secp256k1_recover_var(&pk, digest, sig), VCH_OK);
	assert_memory_equal(pk.xy, key->public_key, 64);
}

static void test_birth(void **state)
{
	struct vch_key_policy p =
		key_policy(VCH_PURPOSE_RAW, VCH_KEY_SECP256K1);
	struct vch_key_config config;
	struct rig_key key;
	uint8_t id[20];

	(void)state;
	assert_int_equal(key_generate(&rig, &key, &p), VCH_OK);
	assert_int_equal(vch_key_config_decode(
				 &config, vch_span(key.config, key.config_len)),
			 VCH_OK);
	assert_int_equal(config.flags, 0);
	assert_memory_equal(config.public_key.ptr, key.public_key, 64);
	vch_key_id(id, &config);
	assert_memory_equal(id, key.id, 20);
	assert_memory_equal(id, key.slot.id, 20);
	assert_int_equal(key.slot.flags, VCH_SLOT_KEY);
	assert_int_equal(key.slot.seq, 1);
}

/* Policies that no key can have. */
static void test_policies(void **state)
{
	struct vch_key_policy p;
	uint8_t junk[64];
	struct rig_key key;

	(void)state;
	memset(junk, 0xff, sizeof(junk));
	p = key_policy(0, 0);
	assert_int_equal(key_generate(&rig, &key, &p), VCH_KEY_POLICY);
	p = key_policy(VCH_PURPOSE_PAYMASTER + 1, 0);
	assert_int_equal(key_generate(&rig, &key, &p), VCH_KEY_POLICY);
	p = key_policy(VCH_PURPOSE_ETH, VCH_KEY_ED25519);
	assert_int_equal(key_generate(&rig, &key, &p), VCH_KEY_POLICY);
	p = key_policy(VCH_PURPOSE_RAW, VCH_KEY_ED25519);
	assert_int_equal(key_generate(&rig, &key, &p), VCH_KEY_POLICY);
	p = key_policy(VCH_PURPOSE_MESSAGE, VCH_KEY_ED25519 + 1);
	assert_int_equal(key_generate(&rig, &key, &p), VCH_KEY_POLICY);
	p = key_policy(VCH_PURPOSE_MESSAGE, 0);
	p.chains_cnt = 1;
	p.chains[0] = 1;
	assert_int_equal(key_generate(&rig, &key, &p), VCH_KEY_POLICY);
	p = key_policy(VCH_PURPOSE_ETH, 0);
	p.chains_cnt = 1;
	assert_int_equal(key_generate(&rig, &key, &p), VCH_KEY_POLICY);
	p = key_policy(VCH_PURPOSE_ETH, 0);
	p.owner_key = vch_span(junk, 32);
	assert_int_equal(key_generate(&rig, &key, &p), VCH_KEY_POLICY);
	p.owner = VCH_OWNER_ED25519;
	assert_int_equal(key_generate(&rig, &key, &p), VCH_PUBLIC_KEY);
	p.owner = VCH_OWNER_P256;
	assert_int_equal(key_generate(&rig, &key, &p), VCH_KEY_POLICY);
	p.owner_key = vch_span(junk, 64);
	assert_int_equal(key_generate(&rig, &key, &p), VCH_PUBLIC_KEY);
	/* each list is allowed, all of it together is too long */
	p = key_policy(VCH_PURPOSE_ETH, 0);
	p.types_cnt = 32;
	p.chains_cnt = 8;
	for (int i = 0; i < 8; i++)
		p.chains[i] = 1;
	assert_int_equal(key_generate(&rig, &key, &p), VCH_KEY_POLICY);
}

static void test_raw(void **state)
{
	struct vch_key_policy p =
		key_policy(VCH_PURPOSE_RAW, VCH_KEY_SECP256K1);
	uint8_t digest[32] = {7}, sig[65], again[65];
	struct rig_key key;

	(void)state;
	assert_int_equal(key_generate(&rig, &key, &p), VCH_OK);
	assert_int_equal(key_sign(&rig, &key, VCH_PAYLOAD_RAW, digest, 32, sig),
			 VCH_OK);
	assert_signed_by(&key, sig, digest);
	assert_int_equal(
		key_sign(&rig, &key, VCH_PAYLOAD_RAW, digest, 32, again),
		VCH_OK);
	assert_memory_equal(sig, again, 65);
	assert_int_equal(key.slot.seq, 3);
	assert_int_equal(
		key_sign(&rig, &key, VCH_PAYLOAD_RAW, digest, 31, NULL),
		VCH_PAYLOAD);
	assert_int_equal(
		key_sign(&rig, &key, VCH_PAYLOAD_MESSAGE, digest, 32, NULL),
		VCH_PURPOSE);
	assert_int_equal(key_sign(&rig, &key, VCH_PAYLOAD_TX, EIP155,
				  sizeof(EIP155), NULL),
			 VCH_PURPOSE);
	assert_int_equal(key.slot.seq, 3);
}

/* EIP-191, and plain Ed25519. */
static void test_messages(void **state)
{
	static const char prefixed[] = "\x19"
				       "Ethereum Signed Message:\n5hello";
	struct vch_key_policy p =
		key_policy(VCH_PURPOSE_MESSAGE, VCH_KEY_SECP256K1);
	struct vch_ed25519_pk pk;
	uint8_t digest[32], sig[65];
	struct rig_key key;

	(void)state;
	assert_int_equal(key_generate(&rig, &key, &p), VCH_OK);
	vch_keccak256_hash(digest, vch_span(prefixed, sizeof(prefixed) - 1));
	assert_int_equal(
		key_sign(&rig, &key, VCH_PAYLOAD_MESSAGE, "hello", 5, sig),
		VCH_OK);
	assert_signed_by(&key, sig, digest);
	assert_int_equal(
		key_sign(&rig, &key, VCH_PAYLOAD_RAW, digest, 32, NULL),
		VCH_PURPOSE);

	p = key_policy(VCH_PURPOSE_MESSAGE, VCH_KEY_ED25519);
	assert_int_equal(key_generate(&rig, &key, &p), VCH_OK);
	assert_int_equal(key.public_key_len, 32);
	assert_int_equal(
		key_sign(&rig, &key, VCH_PAYLOAD_MESSAGE, "hello", 5, sig),
		VCH_OK);
	assert_int_equal(vch_ed25519_pk_parse(&pk, key.public_key), VCH_OK);
	assert_int_equal(vch_ed25519_verify_var(&pk, vch_span("hello", 5), sig),
			 VCH_OK);
}

static void test_transactions(void **state)
{
	struct vch_key_policy p =
		key_policy(VCH_PURPOSE_ETH, VCH_KEY_SECP256K1);
	uint8_t digest[32], sig[65], tx[sizeof(EIP155)];
	struct rig_key key;

	(void)state;
	p.chains_cnt = 1;
	p.chains[0] = 1;
	p.ops_daily = 2;
	p.native_daily = 2 * EIP155_COST - 1;
	assert_int_equal(key_generate(&rig, &key, &p), VCH_OK);
	vch_keccak256_hash(digest, vch_span(EIP155, sizeof(EIP155)));
	assert_int_equal(key_sign(&rig, &key, VCH_PAYLOAD_TX, EIP155,
				  sizeof(EIP155), sig),
			 VCH_OK);
	assert_signed_by(&key, sig, digest);
	assert_true(key.slot.remainder == EIP155_COST - 1);
	/* the same again is counted once */
	assert_int_equal(key_sign(&rig, &key, VCH_PAYLOAD_TX, EIP155,
				  sizeof(EIP155), sig),
			 VCH_OK);
	assert_true(key.slot.remainder == EIP155_COST - 1);
	/* another nonce: over what is left */
	memcpy(tx, EIP155, sizeof(tx));
	tx[1] = 0x0a;
	assert_int_equal(
		key_sign(&rig, &key, VCH_PAYLOAD_TX, tx, sizeof(tx), NULL),
		VCH_LIMIT);
	assert_int_equal(key.slot.seq, 4);
	/* less value: the second of two operations, then there is none */
	tx[33] = 0x01;
	assert_int_equal(
		key_sign(&rig, &key, VCH_PAYLOAD_TX, tx, sizeof(tx), NULL),
		VCH_OK);
	assert_int_equal(
		key_sign(&rig, &key, VCH_PAYLOAD_MESSAGE, "x", 1, NULL),
		VCH_KEY_COUNT);
	/* another chain */
	tx[42] = 0x02;
	assert_int_equal(
		key_sign(&rig, &key, VCH_PAYLOAD_TX, tx, sizeof(tx), NULL),
		VCH_KEY_CHAIN);
	/* EIP-7702, and no transaction at all */
	tx[0] = 0x05;
	assert_int_equal(
		key_sign(&rig, &key, VCH_PAYLOAD_TX, tx, sizeof(tx), NULL),
		VCH_PAYLOAD);
	assert_int_equal(key_sign(&rig, &key, VCH_PAYLOAD_TX, NULL, 0, NULL),
			 VCH_PAYLOAD);
}

/* A permit of a token: refused unless exactly it is listed. */
static void make_typed(struct vch_writer *w, const char *name)
{
	static const char type[] =
		"Permit(address owner,address spender,uint256 value,"
		"uint256 nonce,uint256 deadline)";
	struct vch_typed_data data = {
		.domain = VCH_DOMAIN_NAME | VCH_DOMAIN_CHAIN_ID |
			  VCH_DOMAIN_CONTRACT,
		.name = vch_span(name, strlen(name)),
		.chain_id = 1,
		.contract = {0xcc},
		.type = vch_span(type, sizeof(type) - 1),
		.words_cnt = 5,
	};

	vch_typed_data_write(w, &data);
	VCH_CHECK(!w->bad);
}

static void test_typed(void **state)
{
	struct vch_key_policy p =
		key_policy(VCH_PURPOSE_ETH, VCH_KEY_SECP256K1);
	uint8_t buf[1024];
	struct vch_writer w = vch_writer(buf, sizeof(buf));
	struct rig_key key;

	(void)state;
	make_typed(&w, "token");
	assert_int_equal(key_generate(&rig, &key, &p), VCH_OK);
	assert_int_equal(
		key_sign(&rig, &key, VCH_PAYLOAD_TYPED, buf, w.len, NULL),
		VCH_KEY_TYPED);
	assert_int_equal(key.slot.seq, 2);
	p.types_cnt = 1;
	p.types[0].chain_id = 1;
	p.types[0].contract[0] = 0xcc;
	vch_keccak256_hash(
		p.types[0].type_hash,
		vch_span("Permit(address owner,address spender,uint256 value,"
			 "uint256 nonce,uint256 deadline)",
			 82));
	assert_int_equal(key_generate(&rig, &key, &p), VCH_OK);
	assert_int_equal(
		key_sign(&rig, &key, VCH_PAYLOAD_TYPED, buf, w.len, NULL),
		VCH_OK);
	assert_int_equal(
		key_sign(&rig, &key, VCH_PAYLOAD_TYPED, buf, w.len - 1, NULL),
		VCH_PAYLOAD);
	/* the same of another contract, and a user operation in disguise */
	w = vch_writer(buf, sizeof(buf));
	make_typed(&w, "ERC4337");
	assert_int_equal(
		key_sign(&rig, &key, VCH_PAYLOAD_TYPED, buf, w.len, NULL),
		VCH_PURPOSE);
}

static void test_owner(void **state)
{
	struct vch_key_policy p =
		key_policy(VCH_PURPOSE_MESSAGE, VCH_KEY_SECP256K1);
	uint8_t seed[32] = {1}, sig[64], erased;
	struct vch_key_request req;
	struct vch_ed25519_sk owner;
	struct rig_key key;

	(void)state;
	vch_ed25519_sk_from_seed(&owner, seed);
	p.owner = VCH_OWNER_ED25519;
	p.owner_key = vch_span(owner.pk.b, 32);
	assert_int_equal(key_generate(&rig, &key, &p), VCH_OK);
	req = key_request(&key, VCH_PAYLOAD_MESSAGE, "pay", 3);
	assert_int_equal(key_sign_request(&rig, &key, &req, NULL), VCH_OWNER);
	key_own(&req, sig, &owner, VCH_CMD_SIGN_MESSAGE, 5);
	assert_int_equal(key_sign_request(&rig, &key, &req, NULL), VCH_OK);
	/* a replay */
	assert_int_equal(key_sign_request(&rig, &key, &req, NULL), VCH_NONCE);
	/* another payload, another nonce, another command, another key */
	key_own(&req, sig, &owner, VCH_CMD_SIGN_MESSAGE, 6);
	req.payload = vch_span("pax", 3);
	assert_int_equal(key_sign_request(&rig, &key, &req, NULL), VCH_OWNER);
	req.payload = vch_span("pay", 3);
	req.nonce = 7;
	assert_int_equal(key_sign_request(&rig, &key, &req, NULL), VCH_OWNER);
	key_own(&req, sig, &owner, VCH_CMD_DELETE_KEY, 8);
	assert_int_equal(key_sign_request(&rig, &key, &req, NULL), VCH_OWNER);
	seed[0] = 2;
	vch_ed25519_sk_from_seed(&owner, seed);
	key_own(&req, sig, &owner, VCH_CMD_SIGN_MESSAGE, 9);
	assert_int_equal(key_sign_request(&rig, &key, &req, NULL), VCH_OWNER);
	/* only the owner deletes */
	seed[0] = 1;
	vch_ed25519_sk_from_seed(&owner, seed);
	req = key_request(&key, 0, NULL, 0);
	assert_int_equal(key_delete(&rig, &key, &req, &erased), VCH_OWNER);
	key_own(&req, sig, &owner, VCH_CMD_SIGN_MESSAGE, 10);
	assert_int_equal(key_delete(&rig, &key, &req, &erased), VCH_OWNER);
	key_own(&req, sig, &owner, VCH_CMD_DELETE_KEY, 5);
	assert_int_equal(key_delete(&rig, &key, &req, &erased), VCH_NONCE);
	key_own(&req, sig, &owner, VCH_CMD_DELETE_KEY, 6);
	assert_int_equal(key_delete(&rig, &key, &req, &erased), VCH_OK);
}

/* A key of the host takes no owner's word. */
static void test_no_owner(void **state)
{
	struct vch_key_policy p =
		key_policy(VCH_PURPOSE_MESSAGE, VCH_KEY_SECP256K1);
	uint8_t seed[32] = {1}, sig[64];
	struct vch_key_request req;
	struct vch_ed25519_sk owner;
	struct rig_key key;

	(void)state;
	vch_ed25519_sk_from_seed(&owner, seed);
	assert_int_equal(key_generate(&rig, &key, &p), VCH_OK);
	req = key_request(&key, VCH_PAYLOAD_MESSAGE, "x", 1);
	req.nonce = 1;
	assert_int_equal(key_sign_request(&rig, &key, &req, NULL), VCH_OWNER);
	key_own(&req, sig, &owner, VCH_CMD_SIGN_MESSAGE, 1);
	assert_int_equal(key_sign_request(&rig, &key, &req, NULL), VCH_OWNER);
}

static enum vch_err list(struct vch_list_keys_answer *ret)
{
	static const uint8_t first[4];
	struct vch_span answer;

	VCH_TRY(rig_call(&rig, VCH_CMD_LIST_KEYS, vch_span(first, 4), &answer));
	return vch_list_keys_answer_decode(ret, answer);
}

static enum vch_err get(const struct rig_key *key)
{
	struct vch_get_public_key_request req;
	struct vch_get_public_key_answer ans;
	struct vch_writer w = vch_writer(request_buf, sizeof(request_buf));
	struct vch_span answer;

	memcpy(req.key, key->id, 20);
	req.config = vch_span(key->config, key->config_len);
	req.counters = vch_span(key->counters, key->counters_len);
	VCH_TRY(vch_get_public_key_request_encode(&w, &req));
	VCH_TRY(rig_call(&rig, VCH_CMD_GET_PUBLIC_KEY, vch_written(&w),
			 &answer));
	VCH_TRY(vch_get_public_key_answer_decode(&ans, answer));
	assert_int_equal(ans.seq, key->slot.seq);
	return VCH_OK;
}

/* Deleted: never used again, and its id never taken again; after replay too. */
static void test_delete_and_replay(void **state)
{
	static struct vch_list_keys_answer listed;
	struct vch_key_policy p =
		key_policy(VCH_PURPOSE_MESSAGE, VCH_KEY_SECP256K1);
	struct rig_key gone, stays, before;
	struct vch_key_request req;
	uint8_t erased = 9;

	(void)state;
	assert_int_equal(key_generate(&rig, &gone, &p), VCH_OK);
	assert_int_equal(key_generate(&rig, &stays, &p), VCH_OK);
	assert_int_equal(list(&listed), VCH_OK);
	assert_int_equal(listed.keys_cnt, 2);
	assert_int_equal(listed.next, 0);
	assert_int_equal(get(&gone), VCH_OK);
	before = gone;
	req = key_request(&gone, 0, "x", 1);
	assert_int_equal(key_delete(&rig, &gone, &req, &erased), VCH_PAYLOAD);
	req = key_request(&gone, 0, NULL, 0);
	assert_int_equal(key_delete(&rig, &gone, &req, &erased), VCH_OK);
	assert_int_equal(erased, 0);
	assert_int_equal(gone.slot.flags, VCH_SLOT_KEY | VCH_SLOT_DELETED);
	for (int i = 0; i < 2; i++) {
		struct rig_key old = before;

		assert_int_equal(
			key_sign(&rig, &old, VCH_PAYLOAD_MESSAGE, "x", 1, NULL),
			VCH_NO_KEY);
		assert_int_equal(get(&old), VCH_NO_KEY);
		assert_int_equal(key_delete(&rig, &old, &req, &erased),
				 VCH_NO_KEY);
		assert_int_equal(list(&listed), VCH_OK);
		assert_int_equal(listed.keys_cnt, 1);
		assert_memory_equal(listed.keys[0].id, stays.id, 20);
		assert_int_equal(key_sign(&rig, &stays, VCH_PAYLOAD_MESSAGE,
					  "x", 1, NULL),
				 VCH_OK);
		rig_reboot(&rig);
	}
}

/* 64 requests of three keys: brought once, carried, each ends by itself. */
static void test_batch(void **state)
{
	static struct vch_sign_batch_request req;
	static struct vch_sign_batch_answer ans;
	static uint8_t digest[VCH_OPS_MAX][32];
	struct vch_writer w = vch_writer(request_buf, sizeof(request_buf));
	struct vch_key_policy p = key_policy(VCH_PURPOSE_RAW, 0);
	struct vch_span answer;
	struct rig_key key[3];

	(void)state;
	for (int i = 0; i < 3; i++) {
		p.ops_daily = i == 2 ? 5 : VCH_OPS_UNLIMITED;
		assert_int_equal(key_generate(&rig, &key[i], &p), VCH_OK);
	}
	req.ops_cnt = VCH_OPS_MAX;
	for (uint8_t i = 0; i < VCH_OPS_MAX; i++) {
		digest[i][0] = i;
		req.ops[i] = key_request(&key[i % 3], VCH_PAYLOAD_RAW,
					 digest[i], i == 60 ? 31 : 32);
		if (i < 3)
			key_bring(&req.ops[i], &key[i]);
	}
	assert_int_equal(vch_sign_batch_request_encode(&w, &req), VCH_OK);
	assert_int_equal(
		rig_call(&rig, VCH_CMD_SIGN_BATCH, vch_written(&w), &answer),
		VCH_OK);
	assert_int_equal(vch_sign_batch_answer_decode(&ans, answer), VCH_OK);
	assert_int_equal(ans.results_cnt, VCH_OPS_MAX);
	for (uint8_t i = 0; i < VCH_OPS_MAX; i++) {
		enum vch_err want =
			i % 3 == 2 && i / 3 >= 5 ? VCH_KEY_COUNT : VCH_OK;

		if (i == 60)
			want = VCH_PAYLOAD;
		assert_int_equal(ans.results[i].code, want);
		assert_int_equal(ans.results[i].recorded, i != 60);
		if (want == VCH_OK)
			assert_signed_by(&key[i % 3],
					 ans.results[i].signature.ptr,
					 digest[i]);
	}
}

/* Counters, config, blob and id belong together. */
static void test_stale(void **state)
{
	struct vch_key_policy p = key_policy(VCH_PURPOSE_RAW, 0);
	struct rig_key key, other, old;
	uint8_t digest[32] = {1};
	struct vch_key_request req;

	(void)state;
	p.ops_daily = 9;
	assert_int_equal(key_generate(&rig, &key, &p), VCH_OK);
	assert_int_equal(key_generate(&rig, &other, &p), VCH_OK);
	old = key;
	assert_int_equal(
		key_sign(&rig, &key, VCH_PAYLOAD_RAW, digest, 32, NULL),
		VCH_OK);
	assert_int_equal(
		key_sign(&rig, &old, VCH_PAYLOAD_RAW, digest, 32, NULL),
		VCH_STALE);
	req = key_request(&key, VCH_PAYLOAD_RAW, digest, 32);
	key_bring(&req, &key);
	req.blob = vch_span(other.blob, other.blob_len);
	assert_int_equal(key_sign_request(&rig, &key, &req, NULL), VCH_UNSEAL);
	key_bring(&req, &key);
	memset(req.key, 0xee, 20);
	assert_int_equal(key_sign_request(&rig, &key, &req, NULL), VCH_NO_KEY);
}

/* An account is no key, and a key is no account, whatever is brought. */
static void test_worlds_apart(void **state)
{
	struct vch_key_policy p = key_policy(VCH_PURPOSE_RAW, 0);
	struct vch_demo_passkey passkey;
	struct rig_account account, disguised;
	struct vch_cosign_result res;
	struct vch_key_request req = {.kind = VCH_PAYLOAD_RAW};
	uint8_t digest[32] = {1};
	struct vch_seen seen;
	struct rig_key key;
	struct rig_op op;

	(void)state;
	rig_passkey(&passkey);
	assert_int_equal(rig_create(&rig, &account, &passkey), VCH_OK);
	assert_int_equal(key_generate(&rig, &key, &p), VCH_OK);
	memcpy(req.key, account.address, 20);
	req.config = vch_span(account.config, account.config_len);
	req.counters = vch_span(account.counters, account.counters_len);
	req.blob = vch_span(account.blob, account.blob_len);
	req.payload = vch_span(digest, 32);
	assert_int_equal(key_sign_request(&rig, &key, &req, NULL), VCH_NO_KEY);
	disguised = account;
	memcpy(disguised.address, key.id, 20);
	memcpy(disguised.config, key.config, key.config_len);
	disguised.config_len = key.config_len;
	memcpy(disguised.counters, key.counters, key.counters_len);
	disguised.counters_len = key.counters_len;
	rig_payment(&op, &disguised, &passkey, 0, 1);
	assert_int_equal(rig_cosign_one(&rig, &disguised, &op, &res),
			 VCH_ACCOUNT);
	rig_seen(&rig, &seen);
	assert_int_equal(
		rig_resume(&rig, &disguised, &passkey, &seen, key.slot.seq),
		VCH_ACCOUNT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_birth),
		TEST(test_policies),
		TEST(test_raw),
		TEST(test_messages),
		TEST(test_transactions),
		TEST(test_typed),
		TEST(test_owner),
		TEST(test_no_owner),
		TEST(test_delete_and_replay),
		TEST(test_batch),
		TEST(test_stale),
		TEST(test_worlds_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
