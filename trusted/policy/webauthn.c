/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/policy/webauthn.h"

#include <string.h>

#include "trusted/crypto/p256.h"
#include "trusted/crypto/sha256.h"

/* authenticator data, WebAuthn level 2, section 6.1 */
#define AUTH_DATA_LEN 37
#define FLAG_UP 0x01
#define FLAG_UV 0x04
#define FLAG_BE 0x08
#define FLAG_BS 0x10
#define FLAG_AT 0x40
#define FLAG_ED 0x80

#define CHALLENGE_TEXT_LEN 43

/* base64url without padding of 32 bytes */
static void challenge_text(char ret[CHALLENGE_TEXT_LEN],
			   const uint8_t challenge[32])
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789-_";
	uint32_t bits = 0;
	int have = 0;
	size_t out = 0;

	for (size_t i = 0; i < 32; i++) {
		bits = bits << 8 | challenge[i];
		for (have += 8; have >= 6; have -= 6)
			ret[out++] = digit[bits >> (have - 6) & 63];
	}
	ret[out] = digit[bits << (6 - have) & 63];
}

/* Steps over `text` if it comes next. */
static bool skip(struct vch_span *in, const void *text, size_t len)
{
	if (in->len < len || memcmp(in->ptr, text, len) != 0)
		return false;
	in->ptr += len;
	in->len -= len;
	return true;
}

static bool skip_str(struct vch_span *in, const char *text)
{
	return skip(in, text, strlen(text));
}

static bool skip_origin(struct vch_span *in, const struct vch_config *config)
{
	for (uint8_t i = 0; i < config->origins_cnt; i++) {
		struct vch_span rest = *in;
		struct vch_span origin = config->origins[i];

		if (skip(&rest, origin.ptr, origin.len) &&
		    skip_str(&rest, "\",\"crossOrigin\":")) {
			*in = rest;
			return true;
		}
	}
	return false;
}

/* The standard serialisation puts these members first, in this order. */
static enum vch_err client_data_check(struct vch_span in,
				      const struct vch_config *config,
				      const uint8_t challenge[32])
{
	char text[CHALLENGE_TEXT_LEN];

	challenge_text(text, challenge);
	if (!skip_str(&in, "{\"type\":\"webauthn.get\",\"challenge\":\""))
		return VCH_CLIENT_DATA;
	if (!skip(&in, text, sizeof(text)) ||
	    !skip_str(&in, "\",\"origin\":\""))
		return VCH_CHALLENGE;
	if (!skip_origin(&in, config))
		return VCH_ORIGIN;
	if (!skip_str(&in, "false") || in.len == 0)
		return VCH_CLIENT_DATA;
	if (in.ptr[0] != ',' && !(in.ptr[0] == '}' && in.len == 1))
		return VCH_CLIENT_DATA;
	return in.ptr[in.len - 1] == '}' ? VCH_OK : VCH_CLIENT_DATA;
}

static enum vch_err auth_data_check(struct vch_span in,
				    const struct vch_passkey *passkey)
{
	uint8_t flags;
	bool eligible = passkey->flags & VCH_PASSKEY_BACKUP_ELIGIBLE;

	if (in.len < AUTH_DATA_LEN)
		return VCH_FORMAT;
	flags = in.ptr[32];
	if (memcmp(in.ptr, passkey->rp_id_hash, 32) != 0)
		return VCH_RP_ID;
	if ((flags & (FLAG_UP | FLAG_UV)) != (FLAG_UP | FLAG_UV))
		return VCH_USER;
	if (eligible != !!(flags & FLAG_BE) ||
	    (flags & FLAG_BS && !(flags & FLAG_BE)))
		return VCH_BACKUP;
	if (flags & FLAG_AT || !!(flags & FLAG_ED) != (in.len > AUTH_DATA_LEN))
		return VCH_FORMAT;
	return VCH_OK;
}

static enum vch_err signature_check(const struct vch_passkey *passkey,
				    const struct vch_assertion *assertion)
{
	struct vch_p256_pk pk;
	struct vch_sha256 s;
	uint8_t xy[64], hash[32];

	memcpy(xy, passkey->x, 32);
	memcpy(xy + 32, passkey->y, 32);
	VCH_TRY(vch_p256_pk_parse(&pk, xy));
	vch_sha256_hash(hash, assertion->client_data);
	vch_sha256_init(&s);
	vch_sha256_update(&s, assertion->auth_data.ptr,
			  assertion->auth_data.len);
	vch_sha256_update(&s, hash, sizeof(hash));
	vch_sha256_final(&s, hash);
	return vch_p256_verify_var(&pk, hash, assertion->signature);
}

enum vch_err vch_assertion_verify(struct vch_verified_assertion *ret,
				  const struct vch_config *config,
				  const struct vch_assertion *assertion,
				  const uint8_t challenge[32])
{
	const struct vch_passkey *passkey;
	struct vch_reader r;

	if (assertion->passkey >= config->passkeys_cnt)
		return VCH_PASSKEY;
	passkey = &config->passkeys[assertion->passkey];
	VCH_TRY(auth_data_check(assertion->auth_data, passkey));
	VCH_TRY(client_data_check(assertion->client_data, config, challenge));
	VCH_TRY(signature_check(passkey, assertion));

	r = vch_reader(assertion->auth_data);
	vch_read_span(&r, 33);
	ret->passkey_idx = assertion->passkey;
	ret->backup_eligible = passkey->flags & VCH_PASSKEY_BACKUP_ELIGIBLE;
	ret->sign_count = vch_read_u32(&r);
	return VCH_OK;
}

bool vch_origin_valid(struct vch_span origin)
{
	for (size_t i = 0; i < origin.len; i++) {
		uint8_t c = origin.ptr[i];

		if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\')
			return false;
	}
	return origin.len > 0;
}
