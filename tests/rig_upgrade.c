/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/rig_upgrade.h"

#include <string.h>

#include "trusted/base/check.h"

void rig_release_key(struct vch_ed25519_sk *ret, uint8_t number)
{
	uint8_t seed[32];

	memset(seed, number, sizeof(seed));
	vch_ed25519_sk_from_seed(ret, seed);
}

void rig_manifest(struct vch_manifest *ret, uint32_t version, uint8_t code)
{
	memset(ret, 0, sizeof(*ret));
	ret->release.version = version;
	memset(ret->release.measurement, code,
	       sizeof(ret->release.measurement));
}

void rig_manifest_signed(struct vch_manifest *ret, uint32_t version,
			 uint8_t code)
{
	struct vch_ed25519_sk key;

	rig_manifest(ret, version, code);
	for (uint8_t i = 1; i <= RIG_RELEASE_KEYS; i += 2) {
		rig_release_key(&key, i);
		VCH_CHECK(vch_manifest_sign(ret, &key) == VCH_OK);
	}
}

enum vch_err rig_upgrade(struct rig *rig, uint8_t step,
			 const struct vch_manifest *manifest)
{
	struct vch_upgrade_request req = {
		.step = step,
		.release = manifest->release,
		.signatures_cnt = manifest->signature_cnt,
	};
	uint8_t bytes[VCH_UPGRADE_REQUEST_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));

	memcpy(req.signatures, manifest->signature, sizeof(req.signatures));
	VCH_CHECK(vch_upgrade_request_encode(&w, &req) == VCH_OK);
	return rig_call(rig, VCH_CMD_UPGRADE, vch_written(&w), NULL);
}
