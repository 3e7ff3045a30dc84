/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/key_memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/file.h"
#include "host/base/hex.h"
#include "host/cli/doc.h"
#include "trusted/base/check.h"

/* So many receipts as hex. */
#define FILE_SIZE_MAX (16u << 20)

/* *ret NULL: there is no file yet. */
static enum vch_err load(yyjson_doc **ret, const char *path)
{
	struct vch_buf buf = vch_buf(FILE_SIZE_MAX);
	enum vch_err err;

	*ret = NULL;
	errno = 0;
	err = vch_file_read(&buf, path);
	if (err == VCH_FILE && errno == ENOENT) {
		vch_buf_free(&buf);
		return VCH_OK;
	}
	if (!err) {
		*ret = yyjson_read((const char *)buf.ptr, buf.len, 0);
		if (!yyjson_is_obj(yyjson_doc_get_root(*ret)))
			err = VCH_JSON;
	}
	vch_buf_free(&buf);
	return err;
}

static void name_of(char ret[2 * 20 + 1], const uint8_t key[20])
{
	vch_hex_write_plain(ret, vch_span(key, 20));
}

enum vch_err vch_key_memory_get(struct vch_key_seen *ret, const char *path,
				const uint8_t key[20])
{
	struct vch_key_seen seen = {0};
	char name[2 * 20 + 1];
	yyjson_doc *doc;
	yyjson_val *obj;
	enum vch_err err = load(&doc, path);

	name_of(name, key);
	memcpy(seen.key, key, 20);
	obj = yyjson_obj_get(yyjson_doc_get_root(doc), name);
	if (!err && obj)
		err = vch_doc_get_fixed(obj, "logKey", seen.log_key, 32);
	if (!err && obj)
		err = vch_doc_get_u64(obj, "seq", &seen.seq);
	if (!err && obj)
		err = vch_doc_get_bytes(obj, "receipt", seen.receipt,
					&seen.receipt_len,
					sizeof(seen.receipt));
	yyjson_doc_free(doc);
	if (!err)
		*ret = seen;
	return err;
}

/* The old content as a document that can change, or an empty one. */
static yyjson_mut_doc *copy_of(yyjson_doc *old)
{
	yyjson_mut_doc *doc =
		old ? yyjson_doc_mut_copy(old, NULL) : yyjson_mut_doc_new(NULL);

	VCH_CHECK(doc);
	if (!old)
		yyjson_mut_doc_set_root(doc, yyjson_mut_obj(doc));
	VCH_CHECK(yyjson_mut_doc_get_root(doc));
	return doc;
}

/* Its folder is there, made if it was not. */
static enum vch_err make_folder(const char *path)
{
	char dir[VCH_PATH_MAX];
	const char *slash = strrchr(path, '/');

	if (!slash || slash == path)
		return VCH_OK;
	if ((size_t)(slash - path) >= sizeof(dir))
		return VCH_SIZE;
	memcpy(dir, path, (size_t)(slash - path));
	dir[slash - path] = '\0';
	return vch_dir_make(dir);
}

enum vch_err vch_key_memory_put(const struct vch_key_seen *seen,
				const char *path)
{
	yyjson_mut_val *root, *obj;
	yyjson_mut_doc *doc;
	yyjson_doc *old;
	char name[2 * 20 + 1];
	size_t len = 0;
	char *text;
	enum vch_err err;

	VCH_TRY(make_folder(path));
	VCH_TRY(load(&old, path));
	doc = copy_of(old);
	yyjson_doc_free(old);
	root = yyjson_mut_doc_get_root(doc);
	name_of(name, seen->key);
	yyjson_mut_obj_remove_key(root, name);
	if (yyjson_mut_obj_size(root) >= VCH_KEY_MEMORY_MAX)
		yyjson_mut_obj_clear(root);
	obj = yyjson_mut_obj(doc);
	VCH_CHECK(obj &&
		  yyjson_mut_obj_add(root, yyjson_mut_strcpy(doc, name), obj));
	vch_doc_put_bytes(doc, obj, "logKey", vch_span(seen->log_key, 32));
	vch_doc_put_quantity(doc, obj, "seq", seen->seq);
	vch_doc_put_bytes(doc, obj, "receipt",
			  vch_span(seen->receipt, seen->receipt_len));
	text = yyjson_mut_write(doc, 0, &len);
	VCH_CHECK(text);
	err = vch_file_write(path, vch_span(text, len), 0600);
	free(text);
	yyjson_mut_doc_free(doc);
	return err;
}
