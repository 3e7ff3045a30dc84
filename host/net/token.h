/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bearer token: 32 random bytes as 64 hex digits in a file of mode 0600,
 * which the CLI on the same machine reads. The server keeps its SHA-256 only.
 */
#ifndef HOST_NET_TOKEN_H
#define HOST_NET_TOKEN_H

#include "trusted/base/bytes.h"
#include "trusted/base/wipe.h"

/* Longest token text that a request may show. */
#define VCH_TOKEN_TEXT_MAX 128

#define VCH_TOKEN_BYTES 32
#define VCH_TOKEN_DIGITS (2 * VCH_TOKEN_BYTES)

struct vch_token {
	uint8_t hash[32];
};

/* A token as it is shown: the digits, newline, zero. */
struct vch_token_text {
	uint8_t secret_bytes[VCH_TOKEN_BYTES];
	char secret_text[VCH_TOKEN_DIGITS + 2];
};
VCH_SECRET(token_text)

/* Draws a new one. VCH_ENTROPY. */
VCH_MUST enum vch_err vch_token_draw(struct vch_token_text *ret);

/* What is kept of it: the hash of its digits. */
void vch_token_of(struct vch_token *ret, const struct vch_token_text *text);

/*
 * Reads the token from path; makes it first if there is no such file.
 * Errors: VCH_FILE (not ours, open to others, not writable), VCH_FORMAT (not
 * one line of 64 hex digits), VCH_ENTROPY.
 */
VCH_MUST enum vch_err vch_token_load(struct vch_token *ret, const char *path);

/* True if text hashes to the token. Constant time in what it compares. */
bool vch_token_check(const struct vch_token *token, struct vch_span text);

#endif
