/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/vector.h"

#include <string.h>

#include "host/base/hex.h"
#include "trusted/base/bytes.h"
#include "trusted/base/check.h"
#include "trusted/crypto/aead.h"
#include "trusted/crypto/ed25519.h"
#include "trusted/crypto/hkdf.h"
#include "trusted/crypto/hmac.h"
#include "trusted/crypto/hpke.h"
#include "trusted/crypto/keccak256.h"
#include "trusted/crypto/p256.h"
#include "trusted/crypto/secp256k1.h"
#include "trusted/crypto/sha256.h"
#include "trusted/crypto/x25519.h"

enum { FIELD_MAX = 6 };

/* What a field of an operation may be, where it is not a number of bytes. */
enum {
	NONE = 0,   /* there is no such field */
	ANY = -1,   /* any number of bytes */
	COUNT = -2, /* a decimal number up to 99999 */
	SMALL = -3, /* one byte, as one or two hex digits */
};

struct field {
	struct vch_span bytes;
	size_t number;
};

/* The answer to a computation; no answer is longer than a line may be. */
struct answer {
	uint8_t bytes[VCH_VECTOR_LINE_MAX];
	size_t len;
};

static enum vch_err p256_verify(struct answer *ret, const struct field *f)
{
	struct vch_p256_pk pk;
	uint8_t sig[64];

	(void)ret;
	if (f[0].bytes.ptr[0] != 0x04)
		return VCH_PUBLIC_KEY;
	VCH_TRY(vch_p256_pk_parse(&pk, f[0].bytes.ptr + 1));
	memcpy(sig, f[2].bytes.ptr, 32);
	memcpy(sig + 32, f[3].bytes.ptr, 32);
	return vch_p256_verify_var(&pk, f[1].bytes.ptr, sig);
}

static enum vch_err k1_verify(struct answer *ret, const struct field *f)
{
	struct vch_secp256k1_pk pk;
	uint8_t sig[64];

	(void)ret;
	VCH_TRY(vch_secp256k1_pk_parse(&pk, f[0].bytes.ptr));
	memcpy(sig, f[2].bytes.ptr, 32);
	memcpy(sig + 32, f[3].bytes.ptr, 32);
	return vch_secp256k1_verify_var(&pk, f[1].bytes.ptr, sig);
}

static enum vch_err k1_recover(struct answer *ret, const struct field *f)
{
	struct vch_secp256k1_pk pk;
	uint8_t sig[65];

	memcpy(sig, f[1].bytes.ptr, 32);
	memcpy(sig + 32, f[2].bytes.ptr, 32);
	sig[64] = (uint8_t)f[3].number;
	VCH_TRY(vch_secp256k1_recover_var(&pk, f[0].bytes.ptr, sig));
	ret->bytes[0] = 0x04;
	memcpy(ret->bytes + 1, pk.xy, sizeof(pk.xy));
	ret->len = 1 + sizeof(pk.xy);
	return VCH_OK;
}

static enum vch_err k1_sign(struct answer *ret, const struct field *f)
{
	VCH_AUTO(secp256k1_sk) sk;

	VCH_TRY(vch_secp256k1_sk_parse(&sk, f[0].bytes.ptr));
	vch_secp256k1_sign(ret->bytes, &sk, f[1].bytes.ptr);
	ret->len = 65;
	return VCH_OK;
}

static enum vch_err ed_verify(struct answer *ret, const struct field *f)
{
	struct vch_ed25519_pk pk;

	(void)ret;
	VCH_TRY(vch_ed25519_pk_parse(&pk, f[0].bytes.ptr));
	return vch_ed25519_verify_var(&pk, f[1].bytes, f[2].bytes.ptr);
}

static enum vch_err ed_sign(struct answer *ret, const struct field *f)
{
	VCH_AUTO(ed25519_sk) sk;

	vch_ed25519_sk_from_seed(&sk, f[0].bytes.ptr);
	vch_ed25519_sign(ret->bytes, &sk, f[1].bytes);
	ret->len = 64;
	return VCH_OK;
}

static enum vch_err gcm_seal(struct answer *ret, const struct field *f)
{
	VCH_AUTO(aead_key) key;
	uint8_t tag[VCH_AEAD_TAG_SIZE];
	struct vch_span pt = f[3].bytes;

	memcpy(key.secret_key, f[0].bytes.ptr, sizeof(key.secret_key));
	VCH_TRY(vch_aead_seal_iv(ret->bytes, tag, &key, f[1].bytes, f[2].bytes,
				 pt));
	memcpy(ret->bytes + pt.len, tag, sizeof(tag));
	ret->len = pt.len + sizeof(tag);
	return VCH_OK;
}

static enum vch_err gcm_open(struct answer *ret, const struct field *f)
{
	VCH_AUTO(aead_key) key;

	memcpy(key.secret_key, f[0].bytes.ptr, sizeof(key.secret_key));
	ret->len = f[3].bytes.len;
	return vch_aead_open_iv(ret->bytes, &key, f[1].bytes, f[2].bytes,
				f[3].bytes, f[4].bytes.ptr);
}

static enum vch_err x25519(struct answer *ret, const struct field *f)
{
	VCH_AUTO(x25519_sk) sk;
	VCH_AUTO(x25519_shared) shared;
	struct vch_x25519_pk pk;

	memcpy(sk.secret, f[0].bytes.ptr, sizeof(sk.secret));
	memcpy(pk.b, f[1].bytes.ptr, sizeof(pk.b));
	VCH_TRY(vch_x25519(&shared, &sk, &pk));
	memcpy(ret->bytes, shared.secret, sizeof(shared.secret));
	ret->len = sizeof(shared.secret);
	return VCH_OK;
}

/* enc ‖ ciphertext ‖ tag */
static enum vch_err hpke_seal(struct answer *ret, const struct field *f)
{
	VCH_AUTO(x25519_sk) sk;
	struct vch_x25519_pk pk;
	size_t len = f[4].bytes.len;

	memcpy(pk.b, f[0].bytes.ptr, sizeof(pk.b));
	memcpy(sk.secret, f[1].bytes.ptr, sizeof(sk.secret));
	ret->len = 32 + len + VCH_AEAD_TAG_SIZE;
	return vch_hpke_seal(ret->bytes, ret->bytes + 32, ret->bytes + 32 + len,
			     &pk, &sk, f[2].bytes, f[3].bytes, f[4].bytes);
}

static enum vch_err hpke_open(struct answer *ret, const struct field *f)
{
	VCH_AUTO(x25519_sk) sk;

	memcpy(sk.secret, f[0].bytes.ptr, sizeof(sk.secret));
	ret->len = f[4].bytes.len;
	return vch_hpke_open(ret->bytes, &sk, f[1].bytes.ptr, f[2].bytes,
			     f[3].bytes, f[4].bytes, f[5].bytes.ptr);
}

static enum vch_err hkdf(struct answer *ret, const struct field *f)
{
	ret->len = f[3].number;
	return vch_hkdf_sha256(ret->bytes, f[3].number, f[1].bytes, f[0].bytes,
			       f[2].bytes);
}

static enum vch_err hmac(struct answer *ret, const struct field *f)
{
	vch_hmac_sha256_mac(ret->bytes, f[0].bytes, f[1].bytes);
	ret->len = VCH_HMAC_SHA256_SIZE;
	return VCH_OK;
}

static enum vch_err sha256(struct answer *ret, const struct field *f)
{
	vch_sha256_hash(ret->bytes, f[0].bytes);
	ret->len = VCH_SHA256_SIZE;
	return VCH_OK;
}

static enum vch_err keccak256(struct answer *ret, const struct field *f)
{
	vch_keccak256_hash(ret->bytes, f[0].bytes);
	ret->len = VCH_KECCAK256_SIZE;
	return VCH_OK;
}

static const struct operation {
	const char *name;
	enum vch_err (*run)(struct answer *ret, const struct field *f);
	bool verifies;		   /* answers "ok" and no bytes */
	int fields[FIELD_MAX + 1]; /* bytes, or one of the kinds above */
} operations[] = {
	/* PUB65 DIGEST R S */
	{"p256-verify", p256_verify, true, {65, 32, 32, 32}},
	{"secp256k1-verify", k1_verify, true, {65, 32, 32, 32}},
	/* DIGEST R S RECID */
	{"secp256k1-recover", k1_recover, false, {32, 32, 32, SMALL}},
	/* SK DIGEST */
	{"secp256k1-sign", k1_sign, false, {32, 32}},
	/* PUB MSG SIG */
	{"ed25519-verify", ed_verify, true, {32, ANY, 64}},
	/* SEED MSG */
	{"ed25519-sign", ed_sign, false, {32, ANY}},
	/* KEY IV AAD PT */
	{"aes256gcm-seal", gcm_seal, false, {32, ANY, ANY, ANY}},
	/* KEY IV AAD CT TAG */
	{"aes256gcm-open", gcm_open, false, {32, ANY, ANY, ANY, 16}},
	/* SK PUB */
	{"x25519", x25519, false, {32, 32}},
	/* PUB EPHEMERAL INFO AAD PT; RFC 9180, X25519 and AES-256-GCM */
	{"hpke-seal", hpke_seal, false, {32, 32, ANY, ANY, ANY}},
	/* SK ENC INFO AAD CT TAG */
	{"hpke-open", hpke_open, false, {32, 32, ANY, ANY, ANY, 16}},
	/* IKM SALT INFO LEN */
	{"hkdf-sha256", hkdf, false, {ANY, ANY, ANY, COUNT}},
	/* KEY MSG */
	{"hmac-sha256", hmac, false, {ANY, ANY}},
	/* MSG */
	{"sha256", sha256, false, {ANY}},
	{"keccak256", keccak256, false, {ANY}},
};

/* The next word of *rest, which moves past it; NULL if there is none. */
static char *word_next(char **rest)
{
	char *word = *rest;
	char *end;

	while (*word == ' ' || *word == '\t' || *word == '\r')
		word++;
	for (end = word; *end && *end != ' ' && *end != '\t' && *end != '\r';)
		end++;
	*rest = end;
	if (*end)
		*(*rest)++ = '\0';
	return end == word ? NULL : word;
}

/* Decodes hex where it stands: the bytes take half the room. */
static enum vch_err parse_bytes(struct field *ret, char *word, int size)
{
	uint8_t *out = (uint8_t *)word;
	size_t len = 0;

	if (strcmp(word, "-") == 0)
		word++;
	for (; word[0]; word += 2) {
		int high = vch_hex_digit(word[0]);
		int low = vch_hex_digit(word[1]);

		if (high < 0 || low < 0)
			return VCH_FORMAT;
		out[len++] = (uint8_t)(high << 4 | low);
	}
	if (size != ANY && len != (size_t)size)
		return VCH_SIZE;
	ret->bytes = vch_span(out, len);
	return VCH_OK;
}

static enum vch_err parse_number(struct field *ret, const char *word, int kind)
{
	int base = kind == COUNT ? 10 : 16;
	size_t len = strlen(word);

	if (len < 1 || len > (kind == COUNT ? 5 : 2))
		return VCH_FORMAT;
	ret->number = 0;
	for (; *word; word++) {
		int digit = vch_hex_digit(*word);

		if (digit < 0 || digit >= base)
			return VCH_FORMAT;
		ret->number = ret->number * (size_t)base + (size_t)digit;
	}
	return VCH_OK;
}

static const struct operation *find(const char *name)
{
	for (size_t i = 0; i < VCH_ARRAY_LEN(operations); i++) {
		if (strcmp(operations[i].name, name) == 0)
			return &operations[i];
	}
	return NULL;
}

/* One line without its end, NUL-terminated. It is overwritten. */
static enum vch_err perform(struct answer *ret, const struct operation **ret_op,
			    char *line)
{
	struct field f[FIELD_MAX] = {0};
	char *rest = line;
	char *word = word_next(&rest);
	const struct operation *op = word ? find(word) : NULL;

	if (!op)
		return VCH_COMMAND;
	for (size_t i = 0; op->fields[i] != NONE; i++) {
		int kind = op->fields[i];

		word = word_next(&rest);
		if (!word)
			return VCH_FORMAT;
		if (kind == COUNT || kind == SMALL)
			VCH_TRY(parse_number(&f[i], word, kind));
		else
			VCH_TRY(parse_bytes(&f[i], word, kind));
	}
	if (word_next(&rest))
		return VCH_FORMAT;
	*ret_op = op;
	return op->run(ret, f);
}

static size_t put_hex(char *ret, const struct answer *a)
{
	static const char digits[] = "0123456789abcdef";
	size_t len = 0;

	if (a->len == 0)
		ret[len++] = '-';
	for (size_t i = 0; i < a->len; i++) {
		ret[len++] = digits[a->bytes[i] >> 4];
		ret[len++] = digits[a->bytes[i] & 15];
	}
	return len;
}

size_t vch_vector_answer(char ret[VCH_VECTOR_ANSWER_MAX], char *line)
{
	static struct answer a;
	const struct operation *op = NULL;

	if (perform(&a, &op, line) != VCH_OK) {
		memcpy(ret, "bad", 3);
		return 3;
	}
	if (!op->verifies)
		return put_hex(ret, &a);
	memcpy(ret, "ok", 2);
	return 2;
}
