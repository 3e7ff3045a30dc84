/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/wallet.h"

#include <stdlib.h>
#include <string.h>

#include "host/base/file.h"
#include "host/cli/doc.h"
#include "trusted/base/check.h"

/* 256 accounts with a receipt each, as hex */
#define FILE_MAX (4u << 20)

static const char warning[] =
	"A DEMO authenticator: anyone who reads this file can sign with it.";

static enum vch_err deployment_read(struct vch_deployment *ret, yyjson_val *obj)
{
	VCH_TRY(vch_doc_get_u64(obj, "chainId", &ret->chain_id));
	VCH_TRY(vch_doc_get_fixed(obj, "entryPoint", ret->entry_point, 20));
	VCH_TRY(vch_doc_get_fixed(obj, "factory", ret->factory, 20));
	return vch_doc_get_fixed(obj, "implementation", ret->implementation,
				 20);
}

void vch_deployment_put(yyjson_mut_doc *doc, yyjson_mut_val *obj,
			const struct vch_deployment *dep)
{
	vch_doc_put_quantity(doc, obj, "chainId", dep->chain_id);
	vch_doc_put_bytes(doc, obj, "entryPoint",
			  vch_span(dep->entry_point, 20));
	vch_doc_put_bytes(doc, obj, "factory", vch_span(dep->factory, 20));
	vch_doc_put_bytes(doc, obj, "implementation",
			  vch_span(dep->implementation, 20));
}

/* The text holds a private key: it is wiped before its memory goes. */
static enum vch_err save(yyjson_mut_doc *doc, const char *path)
{
	size_t len = 0;
	char *text = yyjson_mut_write(doc, YYJSON_WRITE_PRETTY, &len);
	enum vch_err err;

	VCH_CHECK(text);
	err = vch_file_write(path, vch_span(text, len), 0600);
	vch_wipe(text, len);
	free(text);
	return err;
}

enum vch_err vch_deployment_load(struct vch_deployment *ret, const char *path)
{
	struct vch_buf buf = vch_buf(FILE_MAX);
	struct vch_deployment dep;
	enum vch_err err = vch_file_read(&buf, path);
	yyjson_doc *doc = NULL;

	if (!err) {
		doc = yyjson_read((const char *)buf.ptr, buf.len, 0);
		err = deployment_read(&dep, yyjson_doc_get_root(doc));
	}
	yyjson_doc_free(doc);
	vch_buf_free(&buf);
	if (!err)
		*ret = dep;
	return err;
}

enum vch_err vch_deployment_save(const struct vch_deployment *dep,
				 const char *path)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc);
	enum vch_err err;

	VCH_CHECK(root);
	yyjson_mut_doc_set_root(doc, root);
	vch_deployment_put(doc, root, dep);
	err = save(doc, path);
	yyjson_mut_doc_free(doc);
	return err;
}

static enum vch_err passkey_read(struct vch_demo_passkey *ret, yyjson_val *obj)
{
	uint64_t count;

	VCH_TRY(vch_doc_get_fixed(obj, "privateKey", ret->secret_d, 32));
	VCH_TRY(vch_doc_get_fixed(obj, "x", ret->x, 32));
	VCH_TRY(vch_doc_get_fixed(obj, "y", ret->y, 32));
	VCH_TRY(vch_doc_get_text(obj, "rpId", ret->rp_id, sizeof(ret->rp_id)));
	VCH_TRY(vch_doc_get_text(obj, "origin", ret->origin,
				 sizeof(ret->origin)));
	VCH_TRY(vch_doc_get_u64(obj, "signCount", &count));
	if (count > UINT32_MAX)
		return VCH_JSON;
	ret->sign_count = (uint32_t)count;
	ret->counts = yyjson_get_bool(yyjson_obj_get(obj, "counts"));
	return vch_demo_passkey_check(ret);
}

static enum vch_err setting_read(struct vch_chain_setting *ret, yyjson_val *obj)
{
	uint64_t kind;

	VCH_TRY(vch_doc_get_u64(obj, "kind", &kind));
	if (kind > UINT8_MAX)
		return VCH_JSON;
	ret->kind = (uint8_t)kind;
	VCH_TRY(vch_doc_get_fixed(obj, "target", ret->target, 20));
	VCH_TRY(vch_doc_get_fixed(obj, "selector", ret->selector, 4));
	return vch_doc_get_quantity(yyjson_obj_get(obj, "value"), &ret->value);
}

/* A wallet from before there was one has none. */
static enum vch_err waits_read(struct vch_intent *ret, yyjson_val *obj,
			       const uint8_t account[20])
{
	yyjson_val *settings = yyjson_obj_get(obj, "settings");
	size_t i, max;
	yyjson_val *one;

	if (!obj)
		return VCH_OK;
	memcpy(ret->account, account, 20);
	VCH_TRY(vch_doc_get_u64(obj, "chainId", &ret->chain_id));
	VCH_TRY(vch_doc_get_u64(obj, "number", &ret->number));
	if (yyjson_arr_size(settings) > VCH_INTENT_SETTINGS_MAX)
		return VCH_JSON;
	yyjson_arr_foreach (settings, i, max, one)
		VCH_TRY(setting_read(&ret->settings[ret->settings_cnt++], one));
	return VCH_OK;
}

static enum vch_err account_read(struct vch_wallet_account *ret,
				 yyjson_val *obj)
{
	VCH_TRY(vch_doc_get_fixed(obj, "address", ret->address, 20));
	VCH_TRY(vch_doc_get_fixed(obj, "cosigner", ret->cosigner, 20));
	VCH_TRY(deployment_read(&ret->at, yyjson_obj_get(obj, "deployment")));
	VCH_TRY(vch_doc_get_fixed(obj, "logKey", ret->log_key, 32));
	VCH_TRY(vch_doc_get_fixed(obj, "deviceKey", ret->device_key, 32));
	VCH_TRY(vch_doc_get_u64(obj, "sequence", &ret->seq));
	VCH_TRY(waits_read(&ret->waits, yyjson_obj_get(obj, "waits"),
			   ret->address));
	return vch_doc_get_bytes(obj, "receipt", ret->receipt,
				 &ret->receipt_len, sizeof(ret->receipt));
}

static enum vch_err wallet_read(struct vch_wallet *ret, yyjson_val *root)
{
	yyjson_val *accounts = yyjson_obj_get(root, "accounts");
	size_t i, max;
	yyjson_val *one;

	memset(ret, 0, sizeof(*ret));
	VCH_TRY(passkey_read(&ret->passkey,
			     yyjson_obj_get(root, "demoPasskey")));
	if (!yyjson_is_arr(accounts) ||
	    yyjson_arr_size(accounts) > VCH_WALLET_ACCOUNTS_MAX)
		return VCH_JSON;
	yyjson_arr_foreach (accounts, i, max, one)
		VCH_TRY(account_read(&ret->account[ret->account_cnt++], one));
	return VCH_OK;
}

enum vch_err vch_wallet_load(struct vch_wallet *ret, const char *path)
{
	struct vch_buf buf = vch_buf(FILE_MAX);
	enum vch_err err = vch_file_read_private(&buf, path);
	yyjson_doc *doc = NULL;

	if (!err) {
		doc = yyjson_read((const char *)buf.ptr, buf.len, 0);
		err = wallet_read(ret, yyjson_doc_get_root(doc));
	}
	yyjson_doc_free(doc);
	if (buf.ptr)
		vch_wipe(buf.ptr, buf.len);
	vch_buf_free(&buf);
	return err;
}

static void passkey_put(yyjson_mut_doc *doc, yyjson_mut_val *root,
			const struct vch_demo_passkey *passkey)
{
	yyjson_mut_val *obj = vch_doc_put_obj(doc, root, "demoPasskey");

	VCH_CHECK(yyjson_mut_obj_add_str(doc, obj, "rpId", passkey->rp_id) &&
		  yyjson_mut_obj_add_str(doc, obj, "origin", passkey->origin) &&
		  yyjson_mut_obj_add_bool(doc, obj, "counts", passkey->counts));
	vch_doc_put_quantity(doc, obj, "signCount", passkey->sign_count);
	vch_doc_put_bytes(doc, obj, "x", vch_span(passkey->x, 32));
	vch_doc_put_bytes(doc, obj, "y", vch_span(passkey->y, 32));
	vch_doc_put_bytes(doc, obj, "privateKey",
			  vch_span(passkey->secret_d, 32));
}

void vch_settings_put(yyjson_mut_doc *doc, yyjson_mut_val *arr,
		      const struct vch_chain_setting *settings, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++) {
		const struct vch_chain_setting *s = &settings[i];
		yyjson_mut_val *obj = yyjson_mut_arr_add_obj(doc, arr);

		VCH_CHECK(obj);
		vch_doc_put_quantity(doc, obj, "kind", s->kind);
		vch_doc_put_bytes(doc, obj, "target", vch_span(s->target, 20));
		vch_doc_put_bytes(doc, obj, "selector",
				  vch_span(s->selector, 4));
		vch_doc_put_quantity(doc, obj, "value", s->value);
	}
}

static void waits_put(yyjson_mut_doc *doc, yyjson_mut_val *account,
		      const struct vch_intent *waits)
{
	yyjson_mut_val *obj;

	if (waits->number == 0)
		return;
	obj = vch_doc_put_obj(doc, account, "waits");
	vch_doc_put_quantity(doc, obj, "chainId", waits->chain_id);
	vch_doc_put_quantity(doc, obj, "number", waits->number);
	vch_settings_put(doc, vch_doc_put_arr(doc, obj, "settings"),
			 waits->settings, waits->settings_cnt);
}

static void account_put(yyjson_mut_doc *doc, yyjson_mut_val *arr,
			const struct vch_wallet_account *account)
{
	yyjson_mut_val *obj = yyjson_mut_arr_add_obj(doc, arr);

	VCH_CHECK(obj);
	vch_doc_put_bytes(doc, obj, "address", vch_span(account->address, 20));
	vch_doc_put_bytes(doc, obj, "cosigner",
			  vch_span(account->cosigner, 20));
	vch_deployment_put(doc, vch_doc_put_obj(doc, obj, "deployment"),
			   &account->at);
	vch_doc_put_bytes(doc, obj, "logKey", vch_span(account->log_key, 32));
	vch_doc_put_bytes(doc, obj, "deviceKey",
			  vch_span(account->device_key, 32));
	vch_doc_put_quantity(doc, obj, "sequence", account->seq);
	waits_put(doc, obj, &account->waits);
	vch_doc_put_bytes(doc, obj, "receipt",
			  vch_span(account->receipt, account->receipt_len));
}

enum vch_err vch_wallet_save(const struct vch_wallet *wallet, const char *path)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc);
	yyjson_mut_val *accounts;
	enum vch_err err;
	size_t i;

	VCH_CHECK(root && yyjson_mut_obj_add_str(doc, root, "what", warning));
	yyjson_mut_doc_set_root(doc, root);
	passkey_put(doc, root, &wallet->passkey);
	accounts = vch_doc_put_arr(doc, root, "accounts");
	for (i = 0; i < wallet->account_cnt; i++)
		account_put(doc, accounts, &wallet->account[i]);
	err = save(doc, path);
	yyjson_mut_doc_free(doc);
	return err;
}

struct vch_wallet_account *vch_wallet_find(struct vch_wallet *wallet,
					   const uint8_t address[20])
{
	size_t i;

	for (i = 0; i < wallet->account_cnt; i++)
		if (memcmp(wallet->account[i].address, address, 20) == 0)
			return &wallet->account[i];
	return NULL;
}

enum vch_err vch_wallet_add(struct vch_wallet *wallet,
			    const struct vch_wallet_account *account)
{
	if (wallet->account_cnt == VCH_WALLET_ACCOUNTS_MAX)
		return VCH_FULL;
	wallet->account[wallet->account_cnt++] = *account;
	return VCH_OK;
}
