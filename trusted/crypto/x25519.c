/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/crypto/x25519.h"

#include <stdbool.h>
#include <string.h>

#include "trusted/base/ct.h"
#include "trusted/crypto/ctime.h"
#include "trusted/crypto/s2n.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "numbers are copied as bytes");

struct vch_x25519_words {
	uint64_t secret_scalar[4];
	uint64_t point[4];
	uint64_t secret_result[4];
};
VCH_SECRET(x25519_words)

static void multiply(uint8_t ret[32], const struct vch_x25519_sk *sk,
		     const uint8_t point[32])
{
	VCH_AUTO(x25519_words) w;

	memcpy(w.secret_scalar, sk->secret, 32);
	memcpy(w.point, point, 32);
	curve25519_x25519_alt(w.secret_result, w.secret_scalar, w.point);
	memcpy(ret, w.secret_result, 32);
}

void vch_x25519_pk_from_sk(struct vch_x25519_pk *ret_pk,
			   const struct vch_x25519_sk *sk)
{
	static const uint8_t base[32] = {9};

	multiply(ret_pk->b, sk, base);
}

enum vch_err vch_x25519(struct vch_x25519_shared *ret_shared,
			const struct vch_x25519_sk *sk,
			const struct vch_x25519_pk *pk)
{
	VCH_AUTO(x25519_shared) shared;
	bool zero;

	multiply(shared.secret, sk, pk->b);
	zero = vch_ct_is_zero(shared.secret, sizeof(shared.secret));
	VCH_DECLASSIFY(&zero, sizeof(zero));
	if (zero)
		return VCH_PUBLIC_KEY;
	*ret_shared = shared;
	return VCH_OK;
}
