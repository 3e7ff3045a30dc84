/* SPDX-License-Identifier: Apache-2.0 */
/* A platform with GlobalPlatform's calls and nothing beyond: the emulated. */
#include <string.h>

#include "trusted/ta/platform.h"

struct vch_span vch_platform_erase(void)
{
	static const char emulated[] = "EMULATED";
	const size_t len = sizeof(emulated) - 1;
	char name[64];
	struct vch_span is = vch_platform_name(name, sizeof(name));

	for (size_t i = 0; i + len <= is.len; i++) {
		if (memcmp(is.ptr + i, emulated, len) == 0)
			return vch_span("file", 4);
	}
	return vch_span("none", 4);
}

void vch_platform_claims(struct vch_platform_claims *ret)
{
	*ret = (struct vch_platform_claims){
		.protect = "none",
		.seal = "device",
		.counter = "file",
	};
}

enum vch_err vch_platform_endorse(uint8_t ret[VCH_ENDORSEMENT_MAX],
				  size_t *ret_len, const uint8_t hash[32])
{
	(void)ret;
	(void)hash;
	*ret_len = 0;
	return VCH_OK;
}

enum vch_err vch_platform_hand_over(const uint8_t measurement[32], bool give)
{
	(void)measurement;
	(void)give;
	return VCH_OK;
}
