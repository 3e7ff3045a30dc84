/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/owner_key.h"

#include <errno.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/base/file.h"
#include "host/cli/doc.h"
#include "trusted/base/check.h"
#include "trusted/policy/key.h"

#define FILE_SIZE_MAX 4096

static const char warning[] =
	"Whoever reads this file can use the keys that it owns.";

static void take_ed25519(struct vch_owner_key *key)
{
	VCH_AUTO(ed25519_sk) sk;

	vch_ed25519_sk_from_seed(&sk, key->secret_seed);
	memcpy(key->public_key, sk.pk.b, 32);
	key->public_key_len = 32;
}

static void take_p256(struct vch_owner_key *key)
{
	memcpy(key->public_key, key->p256.x, 32);
	memcpy(key->public_key + 32, key->p256.y, 32);
	key->public_key_len = 64;
}

enum vch_err vch_owner_key_create(struct vch_owner_key *ret, const char *type)
{
	memset(ret, 0, sizeof(*ret));
	if (strcmp(type, "ed25519") == 0) {
		ret->type = VCH_OWNER_ED25519;
		if (RAND_priv_bytes(ret->secret_seed, 32) != 1)
			return VCH_ENTROPY;
		take_ed25519(ret);
		return VCH_OK;
	}
	if (strcmp(type, "p256") != 0)
		return VCH_ARGUMENT;
	ret->type = VCH_OWNER_P256;
	VCH_TRY(vch_demo_passkey_create(&ret->p256, "owner", "owner", false));
	take_p256(ret);
	return VCH_OK;
}

const char *vch_owner_key_type(const struct vch_owner_key *key)
{
	return key->type == VCH_OWNER_P256 ? "p256" : "ed25519";
}

static enum vch_err read_object(struct vch_owner_key *ret, yyjson_val *obj)
{
	VCH_AUTO(owner_key) key = {0};
	uint8_t public_key[64];
	char type[16];
	size_t len;

	VCH_TRY(vch_doc_get_text(obj, "type", type, sizeof(type)));
	VCH_TRY(vch_doc_get_bytes(obj, "publicKey", public_key, &len, 64));
	if (strcmp(type, "ed25519") == 0) {
		key.type = VCH_OWNER_ED25519;
		VCH_TRY(vch_doc_get_fixed(obj, "secret", key.secret_seed, 32));
		take_ed25519(&key);
	} else if (strcmp(type, "p256") == 0 && len == 64) {
		key.type = VCH_OWNER_P256;
		VCH_TRY(vch_doc_get_fixed(obj, "secret", key.p256.secret_d,
					  32));
		memcpy(key.p256.x, public_key, 32);
		memcpy(key.p256.y, public_key + 32, 32);
		VCH_TRY(vch_demo_passkey_check(&key.p256));
		take_p256(&key);
	} else {
		return VCH_JSON;
	}
	if (len != key.public_key_len ||
	    memcmp(public_key, key.public_key, len) != 0)
		return VCH_PUBLIC_KEY;
	*ret = key;
	return VCH_OK;
}

enum vch_err vch_owner_key_load(struct vch_owner_key *ret, const char *path)
{
	struct vch_buf buf = vch_buf(FILE_SIZE_MAX);
	yyjson_doc *doc = NULL;
	enum vch_err err = vch_file_read_private(&buf, path);

	if (!err) {
		doc = yyjson_read((const char *)buf.ptr, buf.len, 0);
		err = doc ? read_object(ret, yyjson_doc_get_root(doc))
			  : VCH_JSON;
	}
	yyjson_doc_free(doc);
	if (buf.len > 0)
		vch_wipe(buf.ptr, buf.len);
	vch_buf_free(&buf);
	return err;
}

enum vch_err vch_owner_key_save(const struct vch_owner_key *key,
				const char *path)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc);
	const uint8_t *secret = key->type == VCH_OWNER_P256 ? key->p256.secret_d
							    : key->secret_seed;
	size_t len = 0;
	char *text;
	enum vch_err err;

	if (access(path, F_OK) == 0) {
		yyjson_mut_doc_free(doc);
		errno = EEXIST;
		return VCH_FILE;
	}
	VCH_CHECK(root &&
		  yyjson_mut_obj_add_str(doc, root, "warning", warning) &&
		  yyjson_mut_obj_add_str(doc, root, "type",
					 vch_owner_key_type(key)));
	yyjson_mut_doc_set_root(doc, root);
	vch_doc_put_bytes(doc, root, "secret", vch_span(secret, 32));
	vch_doc_put_bytes(doc, root, "publicKey",
			  vch_span(key->public_key, key->public_key_len));
	text = yyjson_mut_write(doc, YYJSON_WRITE_PRETTY, &len);
	VCH_CHECK(text);
	err = vch_file_write(path, vch_span(text, len), 0600);
	vch_wipe(text, len);
	free(text);
	yyjson_mut_doc_free(doc);
	return err;
}

enum vch_err vch_owner_key_sign(const struct vch_owner_key *key,
				struct vch_key_request *req, uint8_t sig[64],
				uint8_t command)
{
	VCH_AUTO(ed25519_sk) sk;
	uint8_t bytes[VCH_KEY_OWNED_LEN];
	struct vch_span message = vch_span(bytes, sizeof(bytes));

	vch_key_owned_bytes(bytes, command, req);
	if (key->type == VCH_OWNER_P256) {
		VCH_TRY(vch_demo_passkey_sign_raw(sig, &key->p256, message));
	} else {
		vch_ed25519_sk_from_seed(&sk, key->secret_seed);
		vch_ed25519_sign(sig, &sk, message);
	}
	req->owner_signature = vch_span(sig, 64);
	return VCH_OK;
}
