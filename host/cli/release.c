/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/release.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/base/file.h"
#include "host/cli/doc.h"
#include "trusted/base/check.h"
#include "trusted/crypto/sha256.h"

#define MANIFEST_FILE_MAX 4096
#define KEY_FILE_MAX 4096
#define TA_FILE_MAX (8u << 20)
#define PRODUCT "vouch"

/* ---- manifests ----------------------------------------------------------- */

static enum vch_err read_signatures(struct vch_manifest *ret, yyjson_val *list)
{
	size_t idx, cnt;
	yyjson_val *obj;

	if (!yyjson_is_arr(list) ||
	    yyjson_arr_size(list) > VCH_ARRAY_LEN(ret->signature))
		return VCH_JSON;
	yyjson_arr_foreach (list, idx, cnt, obj) {
		struct vch_release_signature *s =
			&ret->signature[ret->signature_cnt++];

		VCH_TRY(vch_doc_get_fixed(obj, "key", s->key, 32));
		VCH_TRY(vch_doc_get_fixed(obj, "signature", s->signature, 64));
	}
	return VCH_OK;
}

static enum vch_err read_manifest(struct vch_manifest *ret, yyjson_val *obj)
{
	yyjson_val *version = yyjson_obj_get(obj, "version");
	char product[16];

	memset(ret, 0, sizeof(*ret));
	VCH_TRY(vch_doc_get_text(obj, "product", product, sizeof(product)));
	if (strcmp(product, PRODUCT) != 0 || !yyjson_is_uint(version) ||
	    yyjson_get_uint(version) > UINT32_MAX)
		return VCH_JSON;
	ret->release.version = (uint32_t)yyjson_get_uint(version);
	VCH_TRY(vch_doc_get_fixed(obj, "measurement", ret->release.measurement,
				  32));
	return read_signatures(ret, yyjson_obj_get(obj, "signatures"));
}

enum vch_err vch_manifest_load(struct vch_manifest *ret, const char *path)
{
	struct vch_buf buf = vch_buf(MANIFEST_FILE_MAX);
	struct vch_manifest manifest;
	yyjson_doc *doc = NULL;
	enum vch_err err = vch_file_read(&buf, path);

	if (err == VCH_OK) {
		doc = yyjson_read((const char *)buf.ptr, buf.len, 0);
		err = doc ? read_manifest(&manifest, yyjson_doc_get_root(doc))
			  : VCH_JSON;
	}
	if (err == VCH_OK)
		*ret = manifest;
	yyjson_doc_free(doc);
	vch_buf_free(&buf);
	return err;
}

enum vch_err vch_manifest_save(const struct vch_manifest *m, const char *path)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc);
	yyjson_mut_val *list;
	size_t len = 0;
	char *text;
	enum vch_err err;

	VCH_CHECK(root &&
		  yyjson_mut_obj_add_str(doc, root, "product", PRODUCT) &&
		  yyjson_mut_obj_add_uint(doc, root, "version",
					  m->release.version));
	yyjson_mut_doc_set_root(doc, root);
	vch_doc_put_bytes(doc, root, "measurement",
			  vch_span(m->release.measurement, 32));
	list = vch_doc_put_arr(doc, root, "signatures");
	for (uint8_t i = 0; i < m->signature_cnt; i++) {
		const struct vch_release_signature *s = &m->signature[i];
		yyjson_mut_val *obj = yyjson_mut_arr_add_obj(doc, list);

		vch_doc_put_bytes(doc, obj, "key", vch_span(s->key, 32));
		vch_doc_put_bytes(doc, obj, "signature",
				  vch_span(s->signature, 64));
	}
	text = yyjson_mut_write(doc, YYJSON_WRITE_PRETTY, &len);
	VCH_CHECK(text);
	err = vch_file_write(path, vch_span(text, len), 0644);
	free(text);
	yyjson_mut_doc_free(doc);
	return err;
}

/* What the release keys sign. */
#define LABEL "vouch release v1"
#define SIGNED_MAX (sizeof(LABEL) - 1 + VCH_RELEASE_ENC_MAX)

static struct vch_span signed_bytes(uint8_t buf[SIGNED_MAX],
				    const struct vch_release *release)
{
	struct vch_writer w = vch_writer(buf, SIGNED_MAX);

	vch_write_bytes(&w, LABEL, sizeof(LABEL) - 1);
	vch_release_write(&w, release);
	return vch_written(&w);
}

enum vch_err vch_manifest_sign(struct vch_manifest *m,
			       const struct vch_ed25519_sk *key)
{
	uint8_t buf[SIGNED_MAX];
	uint8_t i = 0;

	while (i < m->signature_cnt &&
	       memcmp(m->signature[i].key, key->pk.b, 32) != 0)
		i++;
	if (i == VCH_ARRAY_LEN(m->signature))
		return VCH_FULL;
	memcpy(m->signature[i].key, key->pk.b, 32);
	vch_ed25519_sign(m->signature[i].signature, key,
			 signed_bytes(buf, &m->release));
	if (i == m->signature_cnt)
		m->signature_cnt++;
	return VCH_OK;
}

enum vch_err vch_manifest_check_var(const struct vch_manifest *m, uint8_t idx)
{
	uint8_t buf[SIGNED_MAX];
	struct vch_ed25519_pk key;

	VCH_TRY(vch_ed25519_pk_parse(&key, m->signature[idx].key));
	return vch_ed25519_verify_var(&key, signed_bytes(buf, &m->release),
				      m->signature[idx].signature);
}

/* ---- release keys -------------------------------------------------------- */

struct vch_release_seed {
	uint8_t secret[32];
};
VCH_SECRET(release_seed)

static enum vch_err take_key(struct vch_ed25519_sk *ret, EVP_PKEY *key)
{
	VCH_AUTO(release_seed) seed;
	size_t len = sizeof(seed.secret);

	if (!key || EVP_PKEY_get_id(key) != EVP_PKEY_ED25519 ||
	    EVP_PKEY_get_raw_private_key(key, seed.secret, &len) != 1 ||
	    len != sizeof(seed.secret))
		return VCH_FORMAT;
	vch_ed25519_sk_from_seed(ret, seed.secret);
	return VCH_OK;
}

enum vch_err vch_release_key_load(struct vch_ed25519_sk *ret, const char *path)
{
	struct vch_buf buf = vch_buf(KEY_FILE_MAX);
	EVP_PKEY *key = NULL;
	BIO *bio;
	enum vch_err err = vch_file_read_private(&buf, path);

	if (err == VCH_OK) {
		bio = BIO_new_mem_buf(buf.ptr, (int)buf.len);
		VCH_CHECK(bio);
		key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
		BIO_free(bio);
		err = take_key(ret, key);
	}
	EVP_PKEY_free(key);
	if (buf.len > 0)
		vch_wipe(buf.ptr, buf.len);
	vch_buf_free(&buf);
	return err;
}

static enum vch_err write_key(EVP_PKEY *key, const char *path)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	enum vch_err err;
	char *text;
	long len;

	VCH_CHECK(bio && PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL,
						  NULL) == 1);
	len = BIO_get_mem_data(bio, &text);
	err = vch_file_write(path, vch_span(text, (size_t)len), 0600);
	BIO_free(bio);
	return err;
}

enum vch_err vch_release_key_create(struct vch_ed25519_sk *ret,
				    const char *path)
{
	EVP_PKEY *key;
	enum vch_err err;

	if (access(path, F_OK) == 0) {
		errno = EEXIST;
		return VCH_FILE;
	}
	key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	err = take_key(ret, key);
	if (err == VCH_OK)
		err = write_key(key, path);
	EVP_PKEY_free(key);
	return err;
}

/* ---- measurements -------------------------------------------------------- */

/* OP-TEE's signed header: six little-endian fields, digest, signature. */
#define TA_MAGIC "HSTO"
#define TA_HEADER_LEN 20
#define TA_DIGEST_LEN 32

static enum vch_err measure(uint8_t ret[32], struct vch_span ta)
{
	struct vch_sha256 sum;
	uint8_t digest[32];
	size_t signature_len, payload;

	if (ta.len < TA_HEADER_LEN + TA_DIGEST_LEN ||
	    memcmp(ta.ptr, TA_MAGIC, 4) != 0 ||
	    (ta.ptr[16] | ta.ptr[17] << 8) != TA_DIGEST_LEN)
		return VCH_FORMAT;
	signature_len = (size_t)(ta.ptr[18] | ta.ptr[19] << 8);
	payload = TA_HEADER_LEN + TA_DIGEST_LEN + signature_len;
	if (ta.len < payload)
		return VCH_FORMAT;
	vch_sha256_init(&sum);
	vch_sha256_update(&sum, ta.ptr, TA_HEADER_LEN);
	vch_sha256_update(&sum, ta.ptr + payload, ta.len - payload);
	vch_sha256_final(&sum, digest);
	if (memcmp(digest, ta.ptr + TA_HEADER_LEN, sizeof(digest)) != 0)
		return VCH_FORMAT;
	memcpy(ret, digest, sizeof(digest));
	return VCH_OK;
}

enum vch_err vch_ta_measure(uint8_t ret[32], const char *path)
{
	struct vch_buf buf = vch_buf(TA_FILE_MAX);
	enum vch_err err = vch_file_read(&buf, path);

	if (err == VCH_OK)
		err = measure(ret, vch_buf_span(&buf));
	vch_buf_free(&buf);
	return err;
}
