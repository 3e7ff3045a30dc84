/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several bearer tokens with names. The file (mode 0600) holds one a line:
 * the name, the SHA-256 of the token's text in hex, the second it was made:
 *
 *	laptop 5891b5b5…be03 1767225600
 *
 * A token itself is shown once, when it is made, and kept nowhere. Beside
 * them stands the node's first token, of a file of its own (token.h).
 */
#ifndef HOST_NET_TOKENS_H
#define HOST_NET_TOKENS_H

#include "host/net/rate.h"
#include "host/net/token.h"
#include "trusted/base/bytes.h"

#define VCH_TOKENS_MAX 64
/* Letters, digits, `.`, `_`, `-`; with the zero. */
#define VCH_TOKEN_NAME_MAX 33

struct vch_named_token {
	char name[VCH_TOKEN_NAME_MAX];
	struct vch_token token;
	uint64_t made_s;
};

/* What the file holds. */
struct vch_token_list {
	struct vch_named_token token[VCH_TOKENS_MAX];
	size_t cnt;
};

/*
 * Reads the file; an empty list if there is none. VCH_FILE (also if others
 * can get at it), VCH_FORMAT.
 */
VCH_MUST enum vch_err vch_token_list_read(struct vch_token_list *ret,
					  const char *path);
/* Writes it anew, whole or not at all. */
VCH_MUST enum vch_err vch_token_list_write(const struct vch_token_list *list,
					   const char *path);

/*
 * Adds a token of that text. VCH_ARGUMENT (no such name can be), VCH_EXISTS,
 * VCH_FULL.
 */
VCH_MUST enum vch_err vch_token_list_add(struct vch_token_list *list,
					 const char *name, uint64_t made_s,
					 const struct vch_token_text *text);
/* VCH_ARGUMENT if there is no token of that name. */
VCH_MUST enum vch_err vch_token_list_remove(struct vch_token_list *list,
					    const char *name);

struct vch_tokens;

/* The tokens of a running server, none at first; any thread may ask. */
struct vch_tokens *vch_tokens_new(void);
void vch_tokens_free(struct vch_tokens *tokens);

/*
 * Takes the first token's file and the list's in place of what was there;
 * makes the first if it is missing. On any error all stays as it was. What
 * connections remember is asked again from now on.
 */
VCH_MUST enum vch_err vch_tokens_load(struct vch_tokens *tokens,
				      const char *first_path,
				      const char *list_path);

/* Changes with each load; never 0. */
uint64_t vch_tokens_generation(struct vch_tokens *tokens);

/*
 * True if text is one of the tokens; ret_key then names it for rate limits.
 * Constant time in what it compares.
 */
bool vch_tokens_check(struct vch_tokens *tokens,
		      uint8_t ret_key[VCH_RATE_KEY_LEN], struct vch_span text);

#endif
