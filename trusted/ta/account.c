/* SPDX-License-Identifier: Apache-2.0 */
/* The birth of an account (PROTOCOL 7), and how it is brought and goes on. */
#include <string.h>

#include "trusted/base/check.h"
#include "trusted/crypto/p256.h"
#include "trusted/crypto/secp256k1.h"
#include "trusted/crypto/sha256.h"
#include "trusted/log/chain.h"
#include "trusted/policy/account.h"
#include "trusted/policy/userop.h"
#include "trusted/ta/state.h"

/* Policy at birth is the tightest default, the same as in the contract. */
#define DAILY_LIMIT_DEFAULT ((vch_u128)100000000000000000u)
#define FEE_MAX_DEFAULT ((vch_u128)20000000000000000u)

static void draw_key(struct vch_sealed_key *ret_drawn,
		     struct vch_secp256k1_sk *ret)
{
	do
		vch_platform_random(ret_drawn->secret, 32);
	while (vch_secp256k1_sk_parse(ret, ret_drawn->secret) != VCH_OK);
}

static enum vch_err check_request(const struct vch_create_account_request *req)
{
	struct vch_p256_pk pk;
	uint8_t xy[64];

	memcpy(xy, req->passkey.x, 32);
	memcpy(xy + 32, req->passkey.y, 32);
	VCH_TRY(vch_p256_pk_parse(&pk, xy));
	if (req->passkey.flags &
	    ~(VCH_PASSKEY_BACKUP_ELIGIBLE | VCH_PASSKEY_COUNT_LAX))
		return VCH_FORMAT;
	if (req->origins_cnt == 0)
		return VCH_ORIGIN;
	for (uint8_t i = 0; i < req->origins_cnt; i++) {
		if (!vch_origin_valid(req->origins[i]))
			return VCH_ORIGIN;
	}
	if (req->networks_cnt == 0)
		return VCH_NETWORK;
	for (uint8_t i = 0; i < req->networks_cnt; i++) {
		if (memcmp(req->networks[i].entry_point, vch_entry_point, 20))
			return VCH_NETWORK;
	}
	return VCH_OK;
}

static void make_config(struct vch_config *ret,
			const struct vch_create_account_request *req,
			const struct vch_secp256k1_sk *sk)
{
	struct vch_secp256k1_pk pk;
	uint8_t commitment[VCH_COMMITMENT_LEN];

	memset(ret, 0, sizeof(*ret));
	ret->version = VCH_CONFIG_VERSION;
	vch_secp256k1_pk_from_sk(&pk, sk);
	vch_secp256k1_address(ret->cosigner, &pk);
	memcpy(ret->factory, req->factory, 20);
	memcpy(ret->implementation, req->implementation, 20);
	ret->fee_max = FEE_MAX_DEFAULT;
	ret->passkeys[0] = req->passkey;
	ret->passkeys_cnt = 1;
	memcpy(ret->origins, req->origins, sizeof(ret->origins));
	ret->origins_cnt = req->origins_cnt;
	memcpy(ret->networks, req->networks, sizeof(ret->networks));
	ret->networks_cnt = req->networks_cnt;
	ret->assets[0].daily_limit = DAILY_LIMIT_DEFAULT;
	ret->assets_cnt = 1;
	vch_account_commitment(commitment, &req->passkey, ret->cosigner);
	vch_account_address(ret->address, ret->factory, ret->implementation,
			    commitment);
}

/* Whoever misses so often (1 in 10^28 with one shard of 64) gives up. */
#define DRAWS_MAX 4096

/* A key whose account falls into a shard that this instance serves. */
static enum vch_err draw_account(struct vch_sealed_key *ret_drawn,
				 struct vch_config *ret_config,
				 const struct vch_ta *ta,
				 const struct vch_create_account_request *req)
{
	VCH_AUTO(secp256k1_sk) sk;

	for (size_t i = 0; i < DRAWS_MAX; i++) {
		draw_key(ret_drawn, &sk);
		make_config(ret_config, req, &sk);
		if (ta->shard[vch_shard_of(ret_config->address)].served)
			return VCH_OK;
	}
	return VCH_ACCOUNT;
}

/* Makes the record and the slot from it; the account exists from here on. */
static enum vch_err record_account(struct vch_ta *ta,
				   const struct vch_time *time,
				   const struct vch_config *config,
				   struct vch_span blob)
{
	struct vch_record_head head = {VCH_RECORD_ACCOUNT, time->refill_s,
				       vch_time_plain(time)};
	uint8_t config_buf[VCH_CONFIG_MAX], counters_buf[VCH_COUNTERS_MAX];
	uint8_t buf[VCH_RECORD_MAX], config_hash[32];
	struct vch_writer wc = vch_writer(config_buf, sizeof(config_buf));
	struct vch_writer wn = vch_writer(counters_buf, sizeof(counters_buf));
	struct vch_writer w = vch_writer(buf, sizeof(buf));
	struct vch_account_record rec = {.slot = {.seq = 1}};
	struct vch_counters counters;

	VCH_TRY(vch_config_encode(&wc, config));
	vch_counters_new(&counters, config, time);
	VCH_TRY(vch_counters_encode(&wn, &counters));
	rec.config = vch_written(&wc);
	rec.counters = vch_written(&wn);
	vch_sha256_hash(rec.blob_hash, blob);
	memcpy(rec.slot.id, config->address, 20);
	vch_sha256_hash(config_hash, rec.config);
	vch_slot_state(rec.slot.state, config_hash, rec.counters);
	rec.slot.day = counters.day;
	rec.slot.remainder = vch_native_left(config, &counters);
	vch_record_head_write(&w, &head);
	VCH_TRY(vch_account_record_encode(&w, &rec));
	VCH_TRY(vch_slot_born(ta, &rec.slot));
	if (head.expiry_s > ta->clock.expiry_s)
		ta->clock.expiry_s = head.expiry_s;
	vch_draft_add(ta, vch_shard_of(config->address), vch_written(&w));
	return VCH_OK;
}

enum vch_err vch_handle_create_account(struct vch_ta *ta,
				       const struct vch_time *time,
				       struct vch_span request,
				       struct vch_writer *answer)
{
	VCH_AUTO(sealed_key) drawn;
	struct vch_create_account_request req;
	struct vch_create_account_answer ans;
	struct vch_config config;
	uint8_t blob[VCH_BLOB_MAX];
	struct vch_writer w = vch_writer(blob, sizeof(blob));

	VCH_TRY(vch_create_account_request_decode(&req, request));
	VCH_TRY(check_request(&req));
	VCH_TRY(draw_account(&drawn, &config, ta, &req));
	if (vch_slots_find(&ta->slots, config.address))
		return VCH_EXISTS;
	vch_ta_seal(&w, ta, VCH_BLOB_COSIGN_KEY, config.address, &drawn);
	memcpy(ans.address, config.address, 20);
	memcpy(ans.cosigner, config.cosigner, 20);
	ans.blob = vch_written(&w);
	VCH_TRY(vch_create_account_answer_encode(answer, &ans));
	return record_account(ta, time, &config, ans.blob);
}

enum vch_err vch_account_open(struct vch_opened *ret, struct vch_ta *ta,
			      const uint8_t id[20], struct vch_span config,
			      struct vch_span counters)
{
	ret->slot = vch_slot_served(ta, id, false);
	if (!ret->slot)
		return VCH_ACCOUNT;
	VCH_TRY(vch_slot_check(ret->config_hash, ret->slot, config, counters));
	ret->is.flags = ret->slot->flags;
	VCH_TRY(vch_config_decode(&ret->is.config, config));
	return vch_counters_decode(&ret->is.counters, counters);
}

void vch_account_advance(struct vch_opened *a, struct vch_writer *config,
			 struct vch_writer *counters)
{
	uint8_t config_hash[32];

	vch_config_write(config, &a->is.config);
	vch_counters_write(counters, &a->is.counters);
	VCH_CHECK(!config->bad && !counters->bad);
	vch_sha256_hash(config_hash, vch_written(config));
	vch_slot_state(a->slot->state, config_hash, vch_written(counters));
	a->slot->seq++;
	a->slot->flags = a->is.flags;
	a->slot->day = a->is.counters.day;
	a->slot->remainder = vch_native_left(&a->is.config, &a->is.counters);
}
