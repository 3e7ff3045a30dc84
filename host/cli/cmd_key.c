/* SPDX-License-Identifier: Apache-2.0 */
/* vouch key create | list | show | delete */
#include <stdio.h>
#include <string.h>

#include "host/cli/doc.h"
#include "host/cli/key_cmd.h"
#include "host/cli/term.h"
#include "trusted/base/check.h"
#include "trusted/policy/key.h"

/* ---- create ---- */

static void put_text(struct vch_key_cmd *k, yyjson_mut_val *obj,
		     const char *name, const char *text)
{
	VCH_CHECK(yyjson_mut_obj_add_strcpy(k->doc, obj, name, text));
}

static void put_owner(struct vch_key_cmd *k, const struct vch_key_policy *p)
{
	yyjson_mut_val *obj;

	if (p->owner == VCH_OWNER_HOST)
		return;
	obj = vch_doc_put_obj(k->doc, k->params, "owner");
	put_text(k, obj, "type",
		 p->owner == VCH_OWNER_P256 ? "p256" : "ed25519");
	vch_doc_put_bytes(k->doc, obj, "publicKey", p->owner_key);
}

static void put_lists(struct vch_key_cmd *k, const struct vch_key_policy *p)
{
	yyjson_mut_val *arr = vch_doc_put_arr(k->doc, k->params, "chains");

	for (uint8_t i = 0; i < p->chains_cnt; i++)
		VCH_CHECK(yyjson_mut_arr_add_uint(k->doc, arr, p->chains[i]));
	arr = vch_doc_put_arr(k->doc, k->params, "types");
	for (uint8_t i = 0; i < p->types_cnt; i++) {
		yyjson_mut_val *obj = yyjson_mut_arr_add_obj(k->doc, arr);

		vch_doc_put_quantity(k->doc, obj, "chainId",
				     p->types[i].chain_id);
		vch_doc_put_bytes(k->doc, obj, "contract",
				  vch_span(p->types[i].contract, 20));
	}
}

static void put_policy(struct vch_key_cmd *k,
		       const struct vch_policy_options *o)
{
	const struct vch_key_policy *p = &o->policy;

	put_text(k, k->params, "purpose", k->cli->purpose);
	put_text(k, k->params, "type", k->cli->type);
	put_owner(k, p);
	put_lists(k, p);
	if (p->ops_daily != VCH_OPS_UNLIMITED)
		vch_doc_put_quantity(k->doc, k->params, "opsDaily",
				     p->ops_daily);
	if (p->native_daily != VCH_NATIVE_UNLIMITED)
		vch_doc_put_quantity(k->doc, k->params, "nativeDaily",
				     p->native_daily);
	VCH_CHECK(yyjson_mut_obj_add_bool(k->doc, k->params, "replicated",
					  o->flags & VCH_KEY_REPLICATED));
}

enum vch_err vch_cmd_key_create(struct vch_cli *cli)
{
	static struct vch_key_cmd k;
	struct vch_policy_options options;
	struct vch_key_config config;
	yyjson_val *answer;
	enum vch_err err = vch_key_policy_options(&options, cli);

	if (err)
		return err;
	err = vch_key_cmd_open(&k, cli, true);
	if (!err)
		err = vch_key_attest(&k);
	if (!err) {
		vch_key_begin(&k);
		put_policy(&k, &options);
		err = vch_key_call(&k, &answer, "kms_createKey");
	}
	if (!err && vch_doc_get_fixed(answer, "key", k.id, 20))
		err = vch_key_unproved(&k, "the node's answer lacks the key");
	if (!err)
		err = vch_key_prove_birth(&k, answer, &config, &options.policy,
					  options.flags);
	if (!err && cli->json)
		vch_key_print_json(answer);
	if (!err && !cli->json) {
		vch_key_print_born(&k, answer, &config);
		puts("Made in the TEE; the record of its birth holds.");
	}
	vch_client_close(k.client);
	return err;
}

/* ---- list, show ---------------------------------------------------------- */

static const char *text_of(yyjson_val *obj, const char *name)
{
	const char *text = yyjson_get_str(yyjson_obj_get(obj, name));

	return text ? text : "";
}

static bool is_set(yyjson_val *key, const char *name)
{
	return yyjson_is_true(yyjson_obj_get(key, name));
}

static void print_line(yyjson_val *key)
{
	printf("%s  %-9s %-10s %s%s%s%s\n", text_of(key, "key"),
	       text_of(key, "purpose"), text_of(key, "type"),
	       text_of(key, "address"),
	       is_set(key, "imported") ? "  imported" : "",
	       is_set(key, "replicated") ? "  replicated" : "",
	       is_set(key, "stopped") ? "  STOPPED" : "");
}

/* One page; *ret_more: begins after k->id. */
static enum vch_err list_page(struct vch_key_cmd *k, bool *ret_more)
{
	yyjson_val *answer, *key;
	size_t i, max;

	vch_key_begin(k);
	vch_doc_put_bytes(k->doc, k->params, "after", vch_span(k->id, 20));
	VCH_TRY(vch_key_call(k, &answer, "kms_listKeys"));
	yyjson_arr_foreach (yyjson_obj_get(answer, "keys"), i, max, key) {
		if (k->cli->json)
			vch_key_print_json(key);
		else
			print_line(key);
	}
	*ret_more = vch_doc_get_fixed(answer, "next", k->id, 20) == VCH_OK;
	return VCH_OK;
}

enum vch_err vch_cmd_key_list(struct vch_cli *cli)
{
	static struct vch_key_cmd k;
	bool more = true;
	enum vch_err err = vch_key_cmd_open(&k, cli, true);

	while (!err && more)
		err = list_page(&k, &more);
	vch_client_close(k.client);
	return err;
}

enum vch_err vch_cmd_key_show(struct vch_cli *cli)
{
	static struct vch_key_cmd k;
	yyjson_val *answer, *name, *value;
	size_t i, max;
	enum vch_err err = vch_key_cmd_open(&k, cli, false);

	if (!err) {
		vch_key_begin_with_key(&k);
		err = vch_key_call(&k, &answer, "kms_getPublicKey");
	}
	if (!err && cli->json)
		vch_key_print_json(answer);
	if (!err && !cli->json) {
		yyjson_obj_foreach (answer, i, max, name, value) {
			if (yyjson_is_str(value) &&
			    strcmp(yyjson_get_str(name), "receipt") != 0)
				printf("%-12s %s\n", yyjson_get_str(name),
				       yyjson_get_str(value));
			if (yyjson_is_true(value))
				printf("%-12s yes\n", yyjson_get_str(name));
		}
	}
	vch_client_close(k.client);
	return err;
}

/* ---- delete -------------------------------------------------------------- */

enum vch_err vch_cmd_key_delete(struct vch_cli *cli)
{
	static struct vch_key_cmd k;
	struct vch_key_request req = {0};
	uint8_t sig[64];
	yyjson_val *answer;
	enum vch_err err = vch_key_cmd_open(&k, cli, true);

	if (!err)
		err = vch_key_attest(&k);
	if (!err)
		err = vch_key_own(&k, &req, sig, VCH_CMD_DELETE_KEY);
	if (!err) {
		vch_key_begin_with_key(&k);
		vch_key_put_owned(&k, &req);
		err = vch_key_call(&k, &answer, "kms_deleteKey");
	}
	if (!err)
		err = vch_key_prove(&k, answer);
	if (!err && (k.proof.head.kind != VCH_RECORD_DELETE ||
		     memcmp(k.proof.deleted.slot.id, k.id, 20) != 0))
		err = vch_key_unproved(&k, "the record is of something else");
	if (!err && cli->json)
		vch_key_print_json(answer);
	if (!err && !cli->json)
		printf("%s is deleted for ever. Its sealed secret was %s.\n",
		       vch_term_hex(vch_span(k.id, 20)),
		       k.proof.deleted.erased
			       ? "erased"
			       : "dropped: who kept a copy of it and of this "
				 "device could still open it");
	vch_client_close(k.client);
	return err;
}
