/* SPDX-License-Identifier: Apache-2.0 */
/* Import through the door: what is taken in, and every way it is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/rig_key.h"
#include "trusted/crypto/secp256k1.h"

static struct rig rig;
static const uint8_t secret[32] = {[31] = 9};
static struct vch_key_policy raw;

static int setup(void **state)
{
	(void)state;
	vch_secp256k1_init();
	rig_make(&rig);
	rig_boot(&rig);
	raw = key_policy(VCH_PURPOSE_RAW, VCH_KEY_SECP256K1);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_free(&rig);
	return 0;
}

/* A key comes in, says so, keeps its policy, signs; so after a replay. */
static void test_import(void **state)
{
	struct vch_key_policy message =
		key_policy(VCH_PURPOSE_MESSAGE, VCH_KEY_ED25519);
	struct vch_key_config config;
	struct rig_import import;
	struct vch_secp256k1_sk sk;
	uint8_t digest[32] = {5}, sig[65], want[65];
	struct rig_key key;

	(void)state;
	raw.ops_daily = 3;
	assert_int_equal(key_import_begin(&rig, &import, secret, &raw), VCH_OK);
	assert_int_equal(key_import(&rig, &key, &import, NULL), VCH_OK);
	assert_memory_equal(key.id, import.key, 20);
	assert_int_equal(vch_key_config_decode(
				 &config, vch_span(key.config, key.config_len)),
			 VCH_OK);
	assert_int_equal(config.flags, VCH_KEY_IMPORTED);
	assert_int_equal(config.policy.ops_daily, 3);
	assert_int_equal(vch_secp256k1_sk_parse(&sk, secret), VCH_OK);
	vch_secp256k1_sign(want, &sk, digest);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
			key_sign(&rig, &key, VCH_PAYLOAD_RAW, digest, 32, sig),
			VCH_OK);
		assert_memory_equal(sig, want, 65);
		rig_reboot(&rig);
	}
	/* twice there is no such key, whatever its policy */
	assert_int_equal(key_import_begin(&rig, &import, secret, &raw),
			 VCH_EXISTS);
	assert_int_equal(key_import_begin(&rig, &import, secret, &message),
			 VCH_OK);
	assert_int_equal(key_import(&rig, &key, &import, NULL), VCH_OK);
	assert_int_equal(
		key_sign(&rig, &key, VCH_PAYLOAD_MESSAGE, "hi", 2, sig),
		VCH_OK);
}

/* An id is good once, whatever became of it, and only here. */
static void test_one_shot(void **state)
{
	const uint8_t other[32] = {[31] = 10};
	struct rig_import import, second;
	struct rig_key key;

	(void)state;
	assert_int_equal(key_import_begin(&rig, &import, secret, &raw), VCH_OK);
	assert_int_equal(key_import_begin(&rig, &second, other, &raw), VCH_OK);
	assert_int_equal(key_import(&rig, &key, &import, NULL), VCH_OK);
	assert_int_equal(key_import(&rig, &key, &import, NULL), VCH_IMPORT);
	/* the other one's id is still good, but not for a policy of none */
	second.plain.policy.purpose = 77;
	assert_int_equal(key_import(&rig, &key, &second, NULL), VCH_KEY_POLICY);
	second.plain.policy.purpose = VCH_PURPOSE_RAW;
	assert_int_equal(key_import(&rig, &key, &second, NULL), VCH_IMPORT);
	/* it ends with the incarnation */
	assert_int_equal(key_import_begin(&rig, &second, other, &raw), VCH_OK);
	rig_reboot(&rig);
	assert_int_equal(key_import(&rig, &key, &second, NULL), VCH_IMPORT);
	/* the oldest of too many is forgotten */
	assert_int_equal(key_import_begin(&rig, &import, other, &raw), VCH_OK);
	for (int i = 0; i < 16; i++)
		assert_int_equal(key_import_begin(&rig, &second, other, &raw),
				 VCH_OK);
	assert_int_equal(key_import(&rig, &key, &import, NULL), VCH_IMPORT);
	assert_int_equal(key_import(&rig, &key, &second, NULL), VCH_OK);
}

/* begins anew; `break_it` breaks one thing */
static void assert_refused(void (*break_it)(struct rig_import *))
{
	struct rig_import import;
	size_t batches = rig.batch_cnt;
	struct rig_key key;

	assert_int_equal(key_import_begin(&rig, &import, secret, &raw), VCH_OK);
	break_it(&import);
	assert_int_equal(key_import(&rig, &key, &import, NULL), VCH_IMPORT);
	assert_int_equal(rig.batch_cnt, batches);
}

static void other_evidence(struct rig_import *i)
{
	i->plain.evidence_hash[31] ^= 1;
}

static void other_id(struct rig_import *i)
{
	i->plain.import_id[15] ^= 1;
}

static void unknown_id(struct rig_import *i)
{
	i->id[15] ^= 1;
}

static void other_receiver(struct rig_import *i)
{
	i->to[0] ^= 1;
}

static void zero_scalar(struct rig_import *i)
{
	memset(i->plain.secret, 0, 32);
}

static void scalar_too_big(struct rig_import *i)
{
	memset(i->plain.secret, 0xff, 32);
}

static void test_refusals(void **state)
{
	const uint8_t aad[16] = {1};
	struct rig_import import;
	struct rig_key key;

	(void)state;
	assert_refused(other_evidence);
	assert_refused(other_id);
	assert_refused(unknown_id);
	assert_refused(other_receiver);
	assert_refused(zero_scalar);
	assert_refused(scalar_too_big);
	assert_int_equal(key_import_begin(&rig, &import, secret, &raw), VCH_OK);
	assert_int_equal(key_import(&rig, &key, &import, aad), VCH_IMPORT);
	/* nobody else says that a key was made here */
	assert_int_equal(key_import_begin(&rig, &import, secret, &raw), VCH_OK);
	import.plain.flags = VCH_KEY_IMPORTED;
	assert_int_equal(key_import(&rig, &key, &import, NULL), VCH_KEY_POLICY);
	/* what was deleted does not come back */
	assert_int_equal(key_import_begin(&rig, &import, secret, &raw), VCH_OK);
	assert_int_equal(key_import(&rig, &key, &import, NULL), VCH_OK);
	{
		struct vch_key_request req = key_request(&key, 0, NULL, 0);
		uint8_t erased;

		assert_int_equal(key_delete(&rig, &key, &req, &erased), VCH_OK);
	}
	assert_int_equal(key_import_begin(&rig, &import, secret, &raw),
			 VCH_EXISTS);
}

/* The instance that serves the key's shard takes it in, no other. */
static void test_other_shard(void **state)
{
	struct rig_import import;
	struct rig_key key;

	(void)state;
	assert_int_equal(key_import_begin(&rig, &import, secret, &raw), VCH_OK);
	rig_kill(&rig);
	rig.shard_first = (uint8_t)((import.id[0] + 1) % VCH_SHARDS);
	rig.shard_cnt = 1;
	rig_boot(&rig);
	assert_int_equal(key_import_begin(&rig, &import, secret, &raw),
			 VCH_NO_KEY);
	rig_kill(&rig);
	rig.shard_first = rig.shard_cnt = 0;
	rig_boot(&rig);
	assert_int_equal(key_import_begin(&rig, &import, secret, &raw), VCH_OK);
	assert_int_equal(key_import(&rig, &key, &import, NULL), VCH_OK);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_import),
		T(test_one_shot),
		T(test_refusals),
		T(test_other_shard),
	};

	return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
