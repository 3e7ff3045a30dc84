/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/model_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

/* What they signed, on whatever history: a signature has no other form. */
static uint8_t signature[MODEL_KEYS][MODEL_PAYLOADS][65];
static bool is_signed[MODEL_KEYS][MODEL_PAYLOADS];

static void check(const struct model_keys *keys, size_t k)
{
	const struct vch_slot *slot = &keys->key[k].slot;

	assert_int_equal(slot->seq, keys->twin[k].records);
	assert_int_equal((slot->flags & VCH_SLOT_DELETED) != 0,
			 keys->twin[k].deleted);
}

void model_key_create(struct model_keys *keys, struct rig *rig)
{
	struct vch_key_policy policy =
		key_policy(VCH_PURPOSE_MESSAGE, VCH_KEY_SECP256K1);
	size_t k = keys->cnt++;

	policy.ops_daily = MODEL_KEY_LIMIT;
	assert_int_equal(key_generate(rig, &keys->key[k], &policy), VCH_OK);
	keys->twin[k] = (struct model_key){.records = 1};
	memset(is_signed[k], 0, sizeof(is_signed[k]));
	check(keys, k);
}

static bool remembers(const struct model_key *t, uint8_t payload)
{
	for (uint8_t i = 0; i < t->recent_cnt; i++) {
		if (t->recent[i] == payload)
			return true;
	}
	return false;
}

static enum vch_err wanted(const struct model_key *t, uint8_t payload)
{
	if (t->deleted)
		return VCH_NO_KEY;
	if (!remembers(t, payload) && t->counted == MODEL_KEY_LIMIT)
		return VCH_KEY_COUNT;
	return VCH_OK;
}

static void count(struct model_key *t, uint8_t payload)
{
	if (remembers(t, payload))
		return;
	t->counted++;
	if (t->recent_cnt == MODEL_RECENT)
		memmove(t->recent, t->recent + 1, --t->recent_cnt);
	t->recent[t->recent_cnt++] = payload;
}

void model_key_sign(struct model_keys *keys, size_t k, struct rig *rig,
		    uint8_t payload)
{
	struct model_key *t = &keys->twin[k];
	enum vch_err want = wanted(t, payload);
	uint8_t sig[65];

	assert_int_equal(key_sign(rig, &keys->key[k], VCH_PAYLOAD_MESSAGE,
				  &payload, 1, sig),
			 want);
	t->records += !t->deleted;
	check(keys, k);
	if (want != VCH_OK)
		return;
	count(t, payload);
	if (is_signed[k][payload])
		assert_memory_equal(sig, signature[k][payload], 65);
	memcpy(signature[k][payload], sig, 65);
	is_signed[k][payload] = true;
}

void model_key_delete(struct model_keys *keys, size_t k, struct rig *rig)
{
	struct vch_key_request req = key_request(&keys->key[k], 0, NULL, 0);
	enum vch_err want = keys->twin[k].deleted ? VCH_NO_KEY : VCH_OK;
	uint8_t erased;

	assert_int_equal(key_delete(rig, &keys->key[k], &req, &erased), want);
	keys->twin[k].records += !keys->twin[k].deleted;
	keys->twin[k].deleted = true;
	check(keys, k);
}
