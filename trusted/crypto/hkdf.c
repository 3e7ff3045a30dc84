/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/crypto/hkdf.h"

#include <string.h>

/* One block of output key. */
struct vch_hkdf_block {
	uint8_t secret[VCH_HMAC_SHA256_SIZE];
};
VCH_SECRET(hkdf_block)

void vch_hkdf_sha256_extract(struct vch_hkdf_prk *ret_prk, struct vch_span salt,
			     struct vch_span ikm)
{
	/* HMAC pads its key with zeros: an empty salt needs no special case */
	vch_hmac_sha256_mac(ret_prk->secret, salt, ikm);
}

enum vch_err vch_hkdf_sha256_expand(uint8_t *out, size_t len,
				    const struct vch_hkdf_prk *prk,
				    struct vch_span info)
{
	VCH_AUTO(hmac_sha256) keyed;
	VCH_AUTO(hmac_sha256) m;
	VCH_AUTO(hkdf_block) block;
	size_t before = 0; /* T(0) is empty */
	uint8_t i = 0;

	if (len > VCH_HKDF_SHA256_MAX)
		return VCH_SIZE;
	vch_hmac_sha256_init(&keyed,
			     vch_span(prk->secret, sizeof(prk->secret)));
	while (len > 0) {
		size_t n = len < sizeof(block) ? len : sizeof(block);

		i++;
		m = keyed;
		vch_hmac_sha256_update(&m, block.secret, before);
		vch_hmac_sha256_update(&m, info.ptr, info.len);
		vch_hmac_sha256_update(&m, &i, 1);
		vch_hmac_sha256_final(&m, block.secret);
		before = sizeof(block);
		memcpy(out, block.secret, n);
		out += n;
		len -= n;
	}
	return VCH_OK;
}

enum vch_err vch_hkdf_sha256(uint8_t *out, size_t len, struct vch_span salt,
			     struct vch_span ikm, struct vch_span info)
{
	VCH_AUTO(hkdf_prk) prk;

	vch_hkdf_sha256_extract(&prk, salt, ikm);
	return vch_hkdf_sha256_expand(out, len, &prk, info);
}
