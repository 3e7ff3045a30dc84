/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/demo_passkey.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <stdio.h>
#include <string.h>

#include "trusted/base/ct.h"
#include "trusted/crypto/sha256.h"

/* authenticatorData flags, WebAuthn level 2 section 6.1 */
#define FLAG_UP 0x01
#define FLAG_UV 0x04

static const char b64[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void vch_base64url_32(char ret[44], const uint8_t in[32])
{
	uint32_t bits = 0;
	unsigned held = 0;
	size_t out = 0;
	size_t i;

	for (i = 0; i < 32; i++) {
		bits = bits << 8 | in[i];
		for (held += 8; held >= 6; held -= 6)
			ret[out++] = b64[bits >> (held - 6) & 63];
	}
	ret[out++] = b64[bits << (6 - held) & 63];
	ret[out] = '\0';
}

/* Fits, and needs no escape in JSON. */
static bool plain_text(const char *s, size_t max)
{
	size_t len = strlen(s);
	size_t i;

	for (i = 0; i < len; i++)
		if (s[i] <= ' ' || s[i] > '~' || s[i] == '"' || s[i] == '\\')
			return false;
	return len > 0 && len <= max;
}

/* Reads the private number and the point of a P-256 key. */
static bool key_numbers(struct vch_demo_passkey *ret, const EVP_PKEY *key)
{
	BIGNUM *d = NULL;
	BIGNUM *x = NULL;
	BIGNUM *y = NULL;
	bool ok;

	ok = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &d) == 1 &&
	     EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_X, &x) == 1 &&
	     EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_Y, &y) == 1 &&
	     BN_bn2binpad(d, ret->secret_d, 32) == 32 &&
	     BN_bn2binpad(x, ret->x, 32) == 32 &&
	     BN_bn2binpad(y, ret->y, 32) == 32;
	BN_clear_free(d);
	BN_free(x);
	BN_free(y);
	return ok;
}

enum vch_err vch_demo_passkey_create(struct vch_demo_passkey *ret,
				     const char *rp_id, const char *origin,
				     bool counts)
{
	EVP_PKEY *key;
	bool ok;

	if (!plain_text(rp_id, VCH_RP_ID_MAX) ||
	    !plain_text(origin, VCH_ORIGIN_MAX))
		return VCH_ARGUMENT;
	key = EVP_EC_gen("P-256");
	if (!key)
		return VCH_ENTROPY;
	memset(ret, 0, sizeof(*ret));
	ok = key_numbers(ret, key);
	EVP_PKEY_free(key);
	if (!ok)
		return VCH_INTERNAL;
	snprintf(ret->rp_id, sizeof(ret->rp_id), "%s", rp_id);
	snprintf(ret->origin, sizeof(ret->origin), "%s", origin);
	ret->counts = counts;
	return VCH_OK;
}

/* The key as OpenSSL holds it; NULL if the numbers are no key. */
static EVP_PKEY *key_from(const struct vch_demo_passkey *passkey)
{
	uint8_t point[65] = {0x04};
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *d = BN_secure_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;

	memcpy(point + 1, passkey->x, 32);
	memcpy(point + 33, passkey->y, 32);
	if (build && d && ctx && BN_bin2bn(passkey->secret_d, 32, d) &&
	    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME,
					    "P-256", 0) &&
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY,
					     point, sizeof(point)) &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, d))
		params = OSSL_PARAM_BLD_to_param(build);
	if (!params || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) != 1)
		key = NULL;
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	BN_clear_free(d);
	OSSL_PARAM_BLD_free(build);
	return key;
}

enum vch_err vch_demo_passkey_check(const struct vch_demo_passkey *passkey)
{
	EVP_PKEY *key = key_from(passkey);
	EVP_PKEY_CTX *ctx = key ? EVP_PKEY_CTX_new(key, NULL) : NULL;
	bool ok = ctx && EVP_PKEY_check(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	return ok ? VCH_OK : VCH_PUBLIC_KEY;
}

void vch_demo_passkey_public(struct vch_passkey *ret,
			     const struct vch_demo_passkey *passkey)
{
	memcpy(ret->x, passkey->x, 32);
	memcpy(ret->y, passkey->y, 32);
	vch_sha256_hash(ret->rp_id_hash,
			vch_span(passkey->rp_id, strlen(passkey->rp_id)));
	ret->flags = 0;
}

/* DER to r ‖ s with the lower of the two s: the contract takes either. */
static bool signature_words(uint8_t ret[64], const uint8_t *der, size_t len)
{
	static const char order_hex[] = "FFFFFFFF00000000FFFFFFFFFFFFFFFF"
					"BCE6FAADA7179E84F3B9CAC2FC632551";
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)len);
	BIGNUM *order = NULL;
	BIGNUM *low = BN_new();
	bool ok = false;

	if (sig && low && BN_hex2bn(&order, order_hex) &&
	    BN_sub(low, order, ECDSA_SIG_get0_s(sig))) {
		if (BN_cmp(ECDSA_SIG_get0_s(sig), low) < 0)
			(void)BN_copy(low, ECDSA_SIG_get0_s(sig));
		ok = BN_bn2binpad(ECDSA_SIG_get0_r(sig), ret, 32) == 32 &&
		     BN_bn2binpad(low, ret + 32, 32) == 32;
	}
	BN_free(low);
	BN_free(order);
	ECDSA_SIG_free(sig);
	return ok;
}

enum vch_err vch_demo_passkey_sign_raw(uint8_t ret[64],
				       const struct vch_demo_passkey *passkey,
				       struct vch_span msg)
{
	uint8_t der[80];
	size_t der_len = sizeof(der);
	EVP_PKEY *key = key_from(passkey);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok;

	ok = key && ctx &&
	     EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	     EVP_DigestSign(ctx, der, &der_len, msg.ptr, msg.len) == 1 &&
	     signature_words(ret, der, der_len);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return ok ? VCH_OK : VCH_INTERNAL;
}

enum vch_err vch_demo_passkey_assert(struct vch_demo_passkey *passkey,
				     struct vch_demo_assertion *ret,
				     const uint8_t challenge[32])
{
	struct vch_writer w =
		vch_writer(ret->auth_data, sizeof(ret->auth_data));
	uint8_t msg[37 + 32];
	struct vch_passkey public;
	char text[44];
	int len;

	vch_demo_passkey_public(&public, passkey);
	if (passkey->counts)
		passkey->sign_count++;
	vch_write_bytes(&w, public.rp_id_hash, 32);
	vch_write_u8(&w, FLAG_UP | FLAG_UV);
	vch_write_u32(&w, passkey->sign_count);
	vch_base64url_32(text, challenge);
	len = snprintf((char *)ret->client_data, sizeof(ret->client_data),
		       "{\"type\":\"webauthn.get\",\"challenge\":\"%s\","
		       "\"origin\":\"%s\",\"crossOrigin\":false}",
		       text, passkey->origin);
	ret->assertion.passkey = 0;
	ret->assertion.auth_data = vch_written(&w);
	ret->assertion.client_data = vch_span(ret->client_data, (size_t)len);
	memcpy(msg, ret->auth_data, 37);
	vch_sha256_hash(msg + 37, ret->assertion.client_data);
	return vch_demo_passkey_sign_raw(ret->assertion.signature, passkey,
					 vch_span(msg, sizeof(msg)));
}
