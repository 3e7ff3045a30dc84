/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Erasing what was deleted: the steps of GENERATION, a stop between any two
 * of them, and the host that kept old copies of everything but the device.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/rig_key.h"
#include "trusted/crypto/secp256k1.h"

static struct rig rig;
static struct vch_key_policy raw;
static const uint8_t digest[32] = {3};

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

static void delete_key(struct rig_key *key)
{
	struct vch_key_request req = key_request(key, 0, NULL, 0);
	uint8_t erased = 9;

	assert_int_equal(key_delete(&rig, key, &req, &erased), VCH_OK);
	assert_int_equal(erased, 0);
}

static struct vch_generation_answer step(uint8_t what)
{
	struct vch_generation_answer ans;

	assert_int_equal(key_generation(&rig, &ans, what), VCH_OK);
	return ans;
}

static void rewrap_to(struct rig_key *key)
{
	size_t len;

	assert_int_equal(key_rewrap(&rig, key->id,
				    vch_span(key->blob, key->blob_len),
				    key->blob, &len),
			 VCH_OK);
	assert_int_equal(len, key->blob_len);
}

static enum vch_err sign(struct rig_key *key)
{
	return key_sign(&rig, key, VCH_PAYLOAD_RAW, digest, 32, NULL);
}

/* The newest record: that this key is erased. */
static void assert_recorded(const struct rig_key *key)
{
	static struct vch_batch batch;
	struct vch_record_head head;
	struct vch_delete rec;
	struct vch_reader r;

	rig_last_batch(&rig, &batch);
	r = vch_reader(batch.sections[0].records[0]);
	vch_record_head_read(&r, &head);
	vch_delete_read(&r, &rec);
	assert_int_equal(vch_reader_end(&r), VCH_OK);
	assert_int_equal(head.kind, VCH_RECORD_DELETE);
	assert_int_equal(rec.erased, 1);
	assert_memory_equal(rec.slot.id, key->id, 20);
	assert_int_equal(rec.slot.flags,
			 VCH_SLOT_KEY | VCH_SLOT_DELETED | VCH_SLOT_ERASED);
}

/* The whole way; afterwards only what was sealed anew opens. */
static void test_sweep(void **state)
{
	struct rig_key gone, stays, old, drawn;
	struct vch_generation_answer ans;
	size_t len;

	(void)state;
	assert_int_equal(key_generate(&rig, &gone, &raw), VCH_OK);
	assert_int_equal(key_generate(&rig, &stays, &raw), VCH_OK);
	ans = step(VCH_GENERATION_RECORD);
	assert_int_equal(ans.number, 1);
	assert_int_equal(ans.pending, 0);
	delete_key(&gone);
	ans = step(VCH_GENERATION_RECORD);
	assert_int_equal(ans.pending, 1);
	ans = step(VCH_GENERATION_BEGIN);
	assert_int_equal(ans.next, 1);
	/* both open; what is drawn now is sealed under the next one */
	old = stays;
	rewrap_to(&stays);
	assert_memory_not_equal(old.blob, stays.blob, old.blob_len);
	assert_int_equal(sign(&stays), VCH_OK);
	memcpy(stays.blob, old.blob, old.blob_len);
	assert_int_equal(sign(&stays), VCH_OK);
	rewrap_to(&stays);
	assert_int_equal(key_generate(&rig, &drawn, &raw), VCH_OK);
	/* the same again is the same: a step may be taken twice */
	old = stays;
	rewrap_to(&stays);
	assert_memory_equal(old.blob, stays.blob, old.blob_len);
	/* what was deleted is not sealed anew */
	assert_int_equal(key_rewrap(&rig, gone.id,
				    vch_span(gone.blob, gone.blob_len),
				    old.blob, &len),
			 VCH_OK);
	assert_int_equal(len, 0);
	ans = step(VCH_GENERATION_END);
	assert_int_equal(ans.number, 2);
	assert_int_equal(ans.next, 0);
	assert_int_equal(step(VCH_GENERATION_RECORD).pending, 0);
	assert_recorded(&gone);
	assert_int_equal(sign(&stays), VCH_OK);
	assert_int_equal(sign(&drawn), VCH_OK);
	rig_reboot(&rig);
	assert_int_equal(sign(&stays), VCH_OK);
	assert_int_equal(sign(&drawn), VCH_OK);
	assert_int_equal(step(VCH_GENERATION_RECORD).number, 2);
}

/*
 * The host kept the log and the blobs from before the deletion, and puts them
 * back: the key lives again in that log, but nothing opens.
 */
static void test_old_copies(void **state)
{
	struct rig_key gone, stays, kept, kept_stays;
	size_t before;

	(void)state;
	assert_int_equal(key_generate(&rig, &gone, &raw), VCH_OK);
	assert_int_equal(key_generate(&rig, &stays, &raw), VCH_OK);
	before = rig.batch_cnt;
	kept = gone;
	kept_stays = stays;
	delete_key(&gone);
	step(VCH_GENERATION_BEGIN);
	rewrap_to(&stays);
	step(VCH_GENERATION_END);
	rig_kill(&rig);
	rig_cut(&rig, before);
	rig_boot(&rig);
	assert_int_equal(sign(&kept), VCH_UNSEAL);
	assert_int_equal(sign(&kept_stays), VCH_UNSEAL);
	assert_int_equal(sign(&stays), VCH_OK);
}

/* A stop after any step: the next start goes on from there. */
static void test_stops(void **state)
{
	struct rig_key gone, stays, later;

	(void)state;
	assert_int_equal(key_generate(&rig, &gone, &raw), VCH_OK);
	assert_int_equal(key_generate(&rig, &stays, &raw), VCH_OK);
	assert_int_equal(key_generate(&rig, &later, &raw), VCH_OK);
	delete_key(&gone);
	rig_reboot(&rig);
	step(VCH_GENERATION_BEGIN);
	rig_reboot(&rig);
	assert_int_equal(step(VCH_GENERATION_RECORD).next, 1);
	assert_int_equal(sign(&stays), VCH_OK);
	rewrap_to(&stays);
	/* deleted meanwhile: its blob may be under the next key already */
	rewrap_to(&later);
	delete_key(&later);
	rig_reboot(&rig);
	assert_int_equal(sign(&stays), VCH_OK);
	step(VCH_GENERATION_BEGIN);
	assert_int_equal(sign(&stays), VCH_OK);
	step(VCH_GENERATION_END);
	rig_reboot(&rig);
	assert_int_equal(step(VCH_GENERATION_END).number, 2);
	assert_int_equal(sign(&stays), VCH_OK);
	assert_int_equal(step(VCH_GENERATION_RECORD).pending, 1);
	assert_recorded(&gone);
	step(VCH_GENERATION_BEGIN);
	rewrap_to(&stays);
	step(VCH_GENERATION_END);
	assert_int_equal(step(VCH_GENERATION_RECORD).pending, 0);
	assert_recorded(&later);
	assert_int_equal(sign(&stays), VCH_OK);
}

/* Accounts' keys and replicated ones are sealed anew as well. */
static void test_every_kind(void **state)
{
	struct vch_demo_passkey passkey;
	struct vch_cosign_result res;
	struct rig_account account;
	struct rig_key replicated;
	struct rig_op op;
	uint8_t blob[VCH_BLOB_MAX];
	size_t len;

	(void)state;
	rig_passkey(&passkey);
	assert_int_equal(rig_create(&rig, &account, &passkey), VCH_OK);
	assert_int_equal(
		key_generate_flags(&rig, &replicated, &raw, VCH_KEY_REPLICATED),
		VCH_OK);
	step(VCH_GENERATION_BEGIN);
	rewrap_to(&replicated);
	assert_int_equal(key_rewrap(&rig, account.address,
				    vch_span(account.blob, account.blob_len),
				    blob, &len),
			 VCH_OK);
	assert_int_equal(len, account.blob_len);
	memcpy(account.blob, blob, len);
	step(VCH_GENERATION_END);
	assert_int_equal(sign(&replicated), VCH_OK);
	rig_payment(&op, &account, &passkey, 0, 1);
	assert_int_equal(rig_cosign_one(&rig, &account, &op, &res), VCH_OK);
}

static void test_refusals(void **state)
{
	const uint8_t no_shard[2] = {VCH_SHARDS, VCH_GENERATION_RECORD};
	struct vch_generation_answer ans;
	struct rig_key key;
	uint8_t blob[VCH_BLOB_MAX];
	size_t len;

	(void)state;
	assert_int_equal(key_generation(&rig, &ans, VCH_GENERATION_END + 1),
			 VCH_FORMAT);
	assert_int_equal(
		rig_call(&rig, VCH_CMD_GENERATION, vch_span(no_shard, 2), NULL),
		VCH_FORMAT);
	assert_int_equal(key_generate(&rig, &key, &raw), VCH_OK);
	key.blob[key.blob_len - 1] ^= 1;
	assert_int_equal(key_rewrap(&rig, key.id,
				    vch_span(key.blob, key.blob_len), blob,
				    &len),
			 VCH_OK);
	assert_int_equal(len, 0);
	/* without a next key END does nothing */
	assert_int_equal(step(VCH_GENERATION_END).number, 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_sweep),	    T(test_old_copies), T(test_stops),
		T(test_every_kind), T(test_refusals),
	};

	return cmocka_run_group_tests_name("erase", tests, NULL, NULL);
}
