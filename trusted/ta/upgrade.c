/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hand-over to a newer version: PROTOCOL 6, UPGRADE in wire/ta.wire. The
 * release keys say which code comes next; the log says, in every shard and
 * before anything is given away, that this code ended here; the platform then
 * takes key and place from the measurement of this code and gives them to the
 * next one's. No secret moves. What stands in the log binds every version, also
 * where the platform knows no measurements: never down.
 */
#include <string.h>

#include "trusted/base/check.h"
#include "trusted/crypto/sha256.h"
#include "trusted/ta/release_keys.h"
#include "trusted/ta/state.h"

static const char label[] = "vouch release v1";
static const uint8_t release_keys[][32] = VCH_RELEASE_KEYS;

_Static_assert(VCH_RELEASE_NEEDED >= 1 &&
		       VCH_RELEASE_NEEDED <= VCH_ARRAY_LEN(release_keys) &&
		       VCH_RELEASE_NEEDED <= VCH_UPGRADE_REQUEST_SIGNATURES_MAX,
	       "so many release keys can sign");

void vch_version_seen(struct vch_ta *ta, uint32_t version)
{
	if (version > ta->version_max)
		ta->version_max = version;
}

enum vch_err vch_version_check(struct vch_ta *ta)
{
	if (ta->version_max > VCH_TA_VERSION)
		return VCH_DOWNGRADE;
	if (ta->upgrade.version <= VCH_TA_VERSION)
		return VCH_OK;
	ta->phase = VCH_PHASE_UPGRADED;
	return VCH_UPGRADED;
}

/* Each release key counts once, however often it signed. */
static enum vch_err check_signatures(const struct vch_upgrade_request *req,
				     struct vch_span message)
{
	size_t cnt = 0;

	for (size_t i = 0; i < VCH_ARRAY_LEN(release_keys); i++) {
		struct vch_ed25519_pk key;
		bool signed_it = false;

		VCH_TRY(vch_ed25519_pk_parse(&key, release_keys[i]));
		for (uint8_t j = 0; j < req->signatures_cnt; j++) {
			const struct vch_release_signature *s =
				&req->signatures[j];

			signed_it |=
				memcmp(s->key, key.b, 32) == 0 &&
				vch_ed25519_verify_var(&key, message,
						       s->signature) == VCH_OK;
		}
		cnt += signed_it;
	}
	return cnt >= VCH_RELEASE_NEEDED ? VCH_OK : VCH_SIGNATURE;
}

/* The release keys want this release, and it is newer than this code. */
static enum vch_err check_release(uint8_t ret_hash[32],
				  const struct vch_upgrade_request *req)
{
	uint8_t buf[sizeof(label) - 1 + VCH_RELEASE_ENC_MAX];
	struct vch_writer w = vch_writer(buf, sizeof(buf));
	struct vch_platform_claims is;

	vch_write_bytes(&w, label, sizeof(label) - 1);
	vch_release_write(&w, &req->release);
	VCH_TRY(check_signatures(req, vch_written(&w)));
	vch_platform_claims(&is);
	if (req->release.version <= VCH_TA_VERSION ||
	    memcmp(req->release.measurement, is.measurement, 32) == 0)
		return VCH_DOWNGRADE;
	vch_sha256_hash(ret_hash, vch_written(&w));
	return VCH_OK;
}

static void record_one(struct vch_ta *ta, const struct vch_time *time,
		       uint8_t shard)
{
	struct vch_record_head head = {VCH_RECORD_UPGRADE, time->refill_s,
				       vch_time_plain(time)};
	uint8_t buf[VCH_RECORD_HEAD_ENC_MAX + VCH_UPGRADE_ENC_MAX];
	struct vch_writer w = vch_writer(buf, sizeof(buf));

	ta->upgrade.shard = shard;
	vch_record_head_write(&w, &head);
	vch_upgrade_write(&w, &ta->upgrade);
	VCH_CHECK(!w.bad);
	vch_draft_add(ta, shard, vch_written(&w));
}

/* All shards in one batch: the log has it whole or not at all. */
static enum vch_err record(struct vch_ta *ta, const struct vch_time *time,
			   const struct vch_release *release,
			   const uint8_t hash[32])
{
	for (uint8_t i = 0; i < VCH_SHARDS; i++) {
		if (!ta->shard[i].served)
			return VCH_PHASE;
	}
	VCH_TRY(vch_platform_hand_over(release->measurement, false));
	ta->upgrade.from = VCH_TA_VERSION;
	ta->upgrade.version = release->version;
	memcpy(ta->upgrade.measurement, release->measurement, 32);
	memcpy(ta->upgrade.release_hash, hash, 32);
	for (uint8_t i = 0; i < VCH_SHARDS; i++)
		record_one(ta, time, i);
	ta->phase = VCH_PHASE_UPGRADED;
	ta->wait_for_bump = true;
	return VCH_OK;
}

enum vch_err vch_handle_upgrade(struct vch_ta *ta, const struct vch_time *time,
				struct vch_span request,
				struct vch_writer *answer)
{
	const bool recorded = ta->phase == VCH_PHASE_UPGRADED;
	struct vch_upgrade_answer ans;
	struct vch_upgrade_request req;
	uint8_t hash[32];

	VCH_TRY(vch_upgrade_request_decode(&req, request));
	VCH_TRY(check_release(hash, &req));
	if (recorded && memcmp(hash, ta->upgrade.release_hash, 32) != 0)
		return VCH_UPGRADED;
	switch (req.step) {
	case VCH_UPGRADE_CHECK:
		VCH_TRY(vch_platform_hand_over(req.release.measurement, false));
		break;
	case VCH_UPGRADE_RECORD:
		if (!recorded)
			VCH_TRY(record(ta, time, &req.release, hash));
		break;
	case VCH_UPGRADE_GIVE:
		if (!recorded)
			return VCH_PHASE;
		VCH_TRY(vch_platform_hand_over(req.release.measurement, true));
		break;
	default:
		return VCH_FORMAT;
	}
	return vch_upgrade_answer_encode(answer, &ans);
}
