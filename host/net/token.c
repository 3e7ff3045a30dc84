/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/token.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "host/base/file.h"
#include "host/base/hex.h"
#include "trusted/base/ct.h"
#include "trusted/base/wipe.h"
#include "trusted/crypto/sha256.h"

enum vch_err vch_token_draw(struct vch_token_text *ret)
{
	struct vch_span bytes = vch_span(ret->secret_bytes, VCH_TOKEN_BYTES);

	if (getrandom(ret->secret_bytes, VCH_TOKEN_BYTES, 0) != VCH_TOKEN_BYTES)
		return VCH_ENTROPY;
	vch_hex_write_plain(ret->secret_text, bytes);
	ret->secret_text[VCH_TOKEN_DIGITS] = '\n';
	ret->secret_text[VCH_TOKEN_DIGITS + 1] = '\0';
	return VCH_OK;
}

void vch_token_of(struct vch_token *ret, const struct vch_token_text *text)
{
	vch_sha256_hash(ret->hash,
			vch_span(text->secret_text, VCH_TOKEN_DIGITS));
}

static enum vch_err make_file(const char *path)
{
	VCH_AUTO(token_text) fresh;

	VCH_TRY(vch_token_draw(&fresh));
	return vch_file_write(
		path, vch_span(fresh.secret_text, VCH_TOKEN_DIGITS + 1), 0600);
}

/* The digits of a token file, with or without the newline. */
static enum vch_err hash_text(struct vch_token *ret, struct vch_span text)
{
	const char *digits = "0123456789abcdef";

	if (text.len == VCH_TOKEN_DIGITS + 1 &&
	    text.ptr[VCH_TOKEN_DIGITS] == '\n')
		text.len--;
	if (text.len != VCH_TOKEN_DIGITS)
		return VCH_FORMAT;
	for (size_t i = 0; i < text.len; i++)
		if (!memchr(digits, text.ptr[i], 16))
			return VCH_FORMAT;
	vch_sha256_hash(ret->hash, text);
	return VCH_OK;
}

enum vch_err vch_token_load(struct vch_token *ret, const char *path)
{
	struct vch_buf text = vch_buf(VCH_TOKEN_DIGITS + 1);
	enum vch_err err;

	if (access(path, F_OK) != 0 && errno == ENOENT)
		VCH_TRY(make_file(path));
	err = vch_file_read_private(&text, path);
	if (err == VCH_SIZE)
		err = VCH_FORMAT;
	if (err == VCH_OK)
		err = hash_text(ret, vch_buf_span(&text));
	if (text.ptr)
		vch_wipe(text.ptr, text.cap);
	vch_buf_free(&text);
	return err;
}

bool vch_token_check(const struct vch_token *token, struct vch_span text)
{
	uint8_t hash[32];

	if (text.len > VCH_TOKEN_TEXT_MAX)
		return false;
	vch_sha256_hash(hash, text);
	return vch_ct_equal(hash, token->hash, sizeof(hash));
}
