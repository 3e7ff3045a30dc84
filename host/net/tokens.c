/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/tokens.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/alloc.h"
#include "host/base/file.h"
#include "host/base/hex.h"
#include "trusted/base/ct.h"
#include "trusted/crypto/sha256.h"

#define HASH_DIGITS 64
#define SECOND_DIGITS_MAX 12
#define LINE_MAX_LEN (VCH_TOKEN_NAME_MAX + HASH_DIGITS + SECOND_DIGITS_MAX + 3)
#define FILE_MAX_LEN (VCH_TOKENS_MAX * LINE_MAX_LEN)

struct vch_tokens {
	pthread_mutex_t lock;
	_Atomic uint64_t generation;
	struct vch_token first;
	struct vch_token_list list;
};

/* ---- the file ------------------------------------------------------- */

static bool is_name(const char *name)
{
	const char *good = "abcdefghijklmnopqrstuvwxyz"
			   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t len = strlen(name);

	return len > 0 && len < VCH_TOKEN_NAME_MAX && strspn(name, good) == len;
}

static struct vch_named_token *find(struct vch_token_list *list,
				    const char *name)
{
	for (size_t i = 0; i < list->cnt; i++)
		if (strcmp(list->token[i].name, name) == 0)
			return &list->token[i];
	return NULL;
}

/* One line, without its end. */
static enum vch_err read_line(struct vch_token_list *list, char *line)
{
	struct vch_named_token *t = &list->token[list->cnt];
	char hex[HASH_DIGITS + 3] = "0x";
	char *hash = strchr(line, ' ');
	char *made = hash ? strchr(hash + 1, ' ') : NULL;
	size_t len;

	if (!made || made - hash - 1 != HASH_DIGITS ||
	    list->cnt == VCH_TOKENS_MAX)
		return VCH_FORMAT;
	*hash++ = '\0';
	*made++ = '\0';
	len = strlen(made);
	if (!is_name(line) || find(list, line) || len == 0 ||
	    len > SECOND_DIGITS_MAX || strspn(made, "0123456789") != len)
		return VCH_FORMAT;
	memcpy(hex + 2, hash, HASH_DIGITS + 1);
	if (vch_hex_read(t->token.hash, sizeof(t->token.hash), hex) != VCH_OK)
		return VCH_FORMAT;
	snprintf(t->name, sizeof(t->name), "%s", line);
	t->made_s = strtoull(made, NULL, 10);
	list->cnt++;
	return VCH_OK;
}

static enum vch_err read_lines(struct vch_token_list *list, char *text,
			       size_t len)
{
	if (strlen(text) != len)
		return VCH_FORMAT;
	while (*text) {
		char *end = strchr(text, '\n');

		if (!end)
			return VCH_FORMAT;
		*end = '\0';
		VCH_TRY(read_line(list, text));
		text = end + 1;
	}
	return VCH_OK;
}

enum vch_err vch_token_list_read(struct vch_token_list *ret, const char *path)
{
	struct vch_buf text = vch_buf(FILE_MAX_LEN + 1);
	struct vch_token_list list = {0};
	enum vch_err err = vch_file_read_private(&text, path);

	if (err == VCH_FILE && errno == ENOENT) {
		*ret = list;
		return VCH_OK;
	}
	if (err == VCH_OK && text.len > 0) {
		size_t len = text.len;

		vch_buf_add(&text, "", 1);
		err = text.bad ? VCH_SIZE
			       : read_lines(&list, (char *)text.ptr, len);
	}
	if (err == VCH_SIZE)
		err = VCH_FORMAT;
	if (err == VCH_OK)
		*ret = list;
	vch_buf_free(&text);
	return err;
}

enum vch_err vch_token_list_write(const struct vch_token_list *list,
				  const char *path)
{
	struct vch_buf text = vch_buf(FILE_MAX_LEN);
	enum vch_err err;

	for (size_t i = 0; i < list->cnt; i++) {
		const struct vch_named_token *t = &list->token[i];
		char hex[HASH_DIGITS + 1];

		vch_hex_write_plain(hex, vch_span(t->token.hash, 32));
		vch_buf_printf(&text, "%s %s %llu\n", t->name, hex,
			       (unsigned long long)t->made_s);
	}
	err = vch_buf_end(&text);
	if (err == VCH_OK)
		err = vch_file_write(path, vch_buf_span(&text), 0600);
	vch_buf_free(&text);
	return err;
}

enum vch_err vch_token_list_add(struct vch_token_list *list, const char *name,
				uint64_t made_s,
				const struct vch_token_text *text)
{
	struct vch_named_token *t = &list->token[list->cnt];

	if (!is_name(name))
		return VCH_ARGUMENT;
	if (find(list, name))
		return VCH_EXISTS;
	if (list->cnt == VCH_TOKENS_MAX)
		return VCH_FULL;
	snprintf(t->name, sizeof(t->name), "%s", name);
	vch_token_of(&t->token, text);
	t->made_s = made_s;
	list->cnt++;
	return VCH_OK;
}

enum vch_err vch_token_list_remove(struct vch_token_list *list,
				   const char *name)
{
	struct vch_named_token *t = find(list, name);

	if (!t)
		return VCH_ARGUMENT;
	list->cnt--;
	memmove(t, t + 1, (size_t)(list->token + list->cnt - t) * sizeof(*t));
	return VCH_OK;
}

/* ---- a running server's --------------------------------------------- */

struct vch_tokens *vch_tokens_new(void)
{
	struct vch_tokens *tokens = vch_alloc(1, sizeof(*tokens));

	pthread_mutex_init(&tokens->lock, NULL);
	atomic_init(&tokens->generation, 1);
	return tokens;
}

void vch_tokens_free(struct vch_tokens *tokens)
{
	if (!tokens)
		return;
	pthread_mutex_destroy(&tokens->lock);
	free(tokens);
}

enum vch_err vch_tokens_load(struct vch_tokens *tokens, const char *first_path,
			     const char *list_path)
{
	struct vch_token_list list;
	struct vch_token first;

	VCH_TRY(vch_token_load(&first, first_path));
	VCH_TRY(vch_token_list_read(&list, list_path));
	pthread_mutex_lock(&tokens->lock);
	tokens->first = first;
	tokens->list = list;
	atomic_fetch_add(&tokens->generation, 1);
	pthread_mutex_unlock(&tokens->lock);
	return VCH_OK;
}

uint64_t vch_tokens_generation(struct vch_tokens *tokens)
{
	return atomic_load(&tokens->generation);
}

bool vch_tokens_check(struct vch_tokens *tokens,
		      uint8_t ret_key[VCH_RATE_KEY_LEN], struct vch_span text)
{
	struct vch_token shown;
	bool good;

	if (text.len > VCH_TOKEN_TEXT_MAX)
		return false;
	vch_sha256_hash(shown.hash, text);
	pthread_mutex_lock(&tokens->lock);
	good = vch_ct_equal(shown.hash, tokens->first.hash, 32);
	for (size_t i = 0; i < tokens->list.cnt; i++)
		good |= vch_ct_equal(shown.hash,
				     tokens->list.token[i].token.hash, 32);
	pthread_mutex_unlock(&tokens->lock);
	if (good)
		memcpy(ret_key, shown.hash, VCH_RATE_KEY_LEN);
	return good;
}
