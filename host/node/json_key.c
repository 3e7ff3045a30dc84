/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/json_key.h"

#include <string.h>

#include "host/node/json_cosign.h"
#include "host/node/json_typed.h"
#include "host/node/json_userop.h"
#include "trusted/base/check.h"
#include "trusted/crypto/secp256k1.h"
#include "trusted/policy/key.h"

/* By their numbers in wire/log.wire; purposes begin at 1. */
static const char *const PURPOSES[] = {"eth", "message", "raw", "paymaster"};
static const char *const TYPES[] = {"secp256k1", "ed25519"};
static const char *const OWNERS[] = {"host", "ed25519", "p256"};

static void read_owner(struct vch_key_policy *ret,
		       struct vch_policy_bytes *bytes,
		       struct vch_json_in *params)
{
	struct vch_json_in in;

	if (!vch_json_has(params, "owner")) {
		vch_json_ignore(params, "owner");
		return;
	}
	in = vch_json_get_object(params, "owner");
	ret->owner =
		vch_json_get_word(&in, "type", OWNERS, VCH_ARRAY_LEN(OWNERS));
	ret->owner_key = vch_json_get_hex(&in, "publicKey", bytes->owner_key,
					  sizeof(bytes->owner_key));
	/* the fault, if any, stays for the end of params */
	if (vch_json_end(&in) != VCH_OK)
		return;
}

static void read_chains(struct vch_key_policy *ret, struct vch_json_in *params)
{
	struct vch_json_list list;

	if (!vch_json_has(params, "chains")) {
		vch_json_ignore(params, "chains");
		return;
	}
	list = vch_json_get_list(params, "chains", VCH_KEY_POLICY_CHAINS_MAX);
	for (size_t i = 0; i < list.cnt; i++)
		ret->chains[i] = vch_json_list_u64(&list, i, UINT64_MAX);
	ret->chains_cnt = (uint8_t)list.cnt;
}

static enum vch_err read_types(struct vch_key_policy *ret,
			       struct vch_json_in *params)
{
	struct vch_json_list list;

	if (!vch_json_has(params, "types")) {
		vch_json_ignore(params, "types");
		return VCH_OK;
	}
	list = vch_json_get_list(params, "types", VCH_KEY_POLICY_TYPES_MAX);
	for (size_t i = 0; i < list.cnt; i++) {
		struct vch_json_in in = vch_json_list_object(&list, i);
		struct vch_listed_type *type = &ret->types[i];

		type->chain_id = vch_json_get_u64(&in, "chainId", UINT64_MAX);
		vch_json_get_bytes(&in, "contract", type->contract, 20);
		/* a paymaster's word is of one type only */
		if (ret->purpose != VCH_PURPOSE_PAYMASTER ||
		    vch_json_has(&in, "typeHash"))
			vch_json_get_bytes(&in, "typeHash", type->type_hash,
					   32);
		else
			vch_json_ignore(&in, "typeHash");
		VCH_TRY(vch_json_end(&in));
	}
	ret->types_cnt = (uint8_t)list.cnt;
	return VCH_OK;
}

static void read_limits(struct vch_key_policy *ret, struct vch_json_in *params)
{
	uint8_t native[16];

	ret->ops_daily = VCH_OPS_UNLIMITED;
	ret->native_daily = VCH_NATIVE_UNLIMITED;
	if (vch_json_has(params, "opsDaily"))
		ret->ops_daily = (uint32_t)vch_json_get_u64(params, "opsDaily",
							    VCH_OPS_UNLIMITED);
	else
		vch_json_ignore(params, "opsDaily");
	if (!vch_json_has(params, "nativeDaily")) {
		vch_json_ignore(params, "nativeDaily");
		return;
	}
	vch_json_get_uint(params, "nativeDaily", native, sizeof(native));
	ret->native_daily = vch_load_be128(native);
}

enum vch_err vch_json_policy(struct vch_key_policy *ret, uint8_t *ret_flags,
			     struct vch_policy_bytes *bytes, yyjson_val *params,
			     struct vch_json_fault *fault)
{
	struct vch_json_in in = vch_json_in(params, "params", fault);
	struct vch_key_policy policy = {0};

	policy.purpose =
		(uint8_t)(1 + vch_json_get_word(&in, "purpose", PURPOSES,
						VCH_ARRAY_LEN(PURPOSES)));
	if (vch_json_has(&in, "type"))
		policy.type = vch_json_get_word(&in, "type", TYPES,
						VCH_ARRAY_LEN(TYPES));
	else
		vch_json_ignore(&in, "type");
	*ret_flags = 0;
	if (!vch_json_has(&in, "replicated"))
		vch_json_ignore(&in, "replicated");
	else if (vch_json_get_bool(&in, "replicated"))
		*ret_flags = VCH_KEY_REPLICATED;
	read_owner(&policy, bytes, &in);
	read_limits(&policy, &in);
	read_chains(&policy, &in);
	VCH_TRY(read_types(&policy, &in));
	VCH_TRY(vch_json_end(&in));
	*ret = policy;
	return VCH_OK;
}

/* Takes one kind of payload if it is there; counts those that are. */
static void read_hex(struct vch_key_request *ret,
		     struct vch_key_request_bytes *bytes,
		     struct vch_json_in *in, const char *name, uint8_t kind,
		     unsigned *cnt)
{
	if (!vch_json_has(in, name)) {
		vch_json_ignore(in, name);
		return;
	}
	ret->kind = kind;
	ret->payload = vch_json_get_hex(in, name, bytes->payload,
					sizeof(bytes->payload));
	(*cnt)++;
}

void vch_json_owner(struct vch_key_request *ret,
		    struct vch_key_request_bytes *bytes, struct vch_json_in *in)
{
	if (!vch_json_has(in, "ownerSignature")) {
		vch_json_ignore(in, "ownerSignature");
		return;
	}
	ret->owner_signature =
		vch_json_get_hex(in, "ownerSignature", bytes->owner_signature,
				 sizeof(bytes->owner_signature));
	ret->nonce = vch_json_get_u64(in, "nonce", UINT64_MAX);
}

static enum vch_err read_paymaster(struct vch_key_request *ret,
				   struct vch_key_request_bytes *bytes,
				   struct vch_json_in *in)
{
	struct vch_json_in obj = vch_json_get_object(in, "paymaster");
	struct vch_json_in userop = vch_json_get_object(&obj, "userOperation");
	struct vch_writer w =
		vch_writer(bytes->payload, sizeof(bytes->payload));
	struct vch_userop_bytes op_bytes;
	struct vch_paymaster_op op;

	VCH_TRY(vch_json_userop(&op.op, &op_bytes, &userop));
	op.chain_id = vch_json_get_u64(&obj, "chainId", UINT64_MAX);
	op.valid_until = vch_json_get_u64(&obj, "validUntil", UINT64_MAX);
	op.valid_after = 0;
	if (vch_json_has(&obj, "validAfter"))
		op.valid_after =
			vch_json_get_u64(&obj, "validAfter", UINT64_MAX);
	else
		vch_json_ignore(&obj, "validAfter");
	VCH_TRY(vch_json_end(&obj));
	VCH_TRY(vch_paymaster_op_encode(&w, &op));
	ret->kind = VCH_PAYLOAD_PAYMASTER;
	ret->payload = vch_written(&w);
	return VCH_OK;
}

/* The fault, if any, stays for the end of the object. */
static void read_last_receipt(struct vch_key_request *ret,
			      struct vch_json_in *in)
{
	if (!vch_json_has(in, "lastReceipt"))
		vch_json_ignore(in, "lastReceipt");
	else if (vch_json_seen(&ret->seen[0], in, "lastReceipt") == VCH_OK)
		ret->seen_cnt = 1;
}

void vch_json_key_request(struct vch_key_request *ret,
			  struct vch_key_request_bytes *bytes,
			  struct vch_json_in *in)
{
	struct vch_writer w;
	unsigned cnt = 0;

	read_hex(ret, bytes, in, "transaction", VCH_PAYLOAD_TX, &cnt);
	read_hex(ret, bytes, in, "message", VCH_PAYLOAD_MESSAGE, &cnt);
	read_hex(ret, bytes, in, "digest", VCH_PAYLOAD_RAW, &cnt);
	if (vch_json_has(in, "typedData")) {
		w = vch_writer(bytes->payload, sizeof(bytes->payload));
		vch_json_typed(&w, in, "typedData");
		ret->kind = VCH_PAYLOAD_TYPED;
		ret->payload = vch_written(&w);
		cnt++;
	} else {
		vch_json_ignore(in, "typedData");
	}
	if (!vch_json_has(in, "paymaster"))
		vch_json_ignore(in, "paymaster");
	else if (read_paymaster(ret, bytes, in) == VCH_OK)
		cnt++;
	read_last_receipt(ret, in);
	vch_json_owner(ret, bytes, in);
	if (cnt != 1)
		vch_json_fail(in, "transaction",
			      "want one of transaction, message, typedData, "
			      "digest, paymaster");
}

void vch_json_public_key(struct vch_buf *out, struct vch_span public_key)
{
	struct vch_secp256k1_pk pk;
	uint8_t address[20];

	vch_json_put_hex(out, "publicKey", public_key.ptr, public_key.len);
	if (public_key.len != sizeof(pk.xy))
		return;
	memcpy(pk.xy, public_key.ptr, sizeof(pk.xy));
	vch_secp256k1_address(address, &pk);
	vch_json_put_hex(out, "address", address, 20);
}

static const char *word_of(const char *const *words, size_t cnt, unsigned idx)
{
	return idx < cnt ? words[idx] : "unknown";
}

const char *vch_json_purpose_name(uint8_t purpose)
{
	return word_of(PURPOSES, VCH_ARRAY_LEN(PURPOSES),
		       (unsigned)purpose - 1);
}

const char *vch_json_type_name(uint8_t type)
{
	return word_of(TYPES, VCH_ARRAY_LEN(TYPES), type);
}

static void put_policy(struct vch_buf *out, const struct vch_key_policy *p)
{
	vch_json_put_str(out, "purpose", vch_json_purpose_name(p->purpose));
	vch_json_put_str(out, "type", vch_json_type_name(p->type));
	vch_json_put_str(out, "owner",
			 word_of(OWNERS, VCH_ARRAY_LEN(OWNERS), p->owner));
	if (p->ops_daily != VCH_OPS_UNLIMITED)
		vch_json_put_quantity(out, "opsDaily", p->ops_daily);
	if (p->native_daily != VCH_NATIVE_UNLIMITED)
		vch_json_put_quantity(out, "nativeDaily", p->native_daily);
	vch_json_open(out, "chains", '[');
	for (uint8_t i = 0; i < p->chains_cnt; i++)
		vch_json_put_quantity(out, NULL, p->chains[i]);
	vch_json_close(out, ']');
	vch_json_open(out, "types", '[');
	for (uint8_t i = 0; i < p->types_cnt; i++) {
		vch_json_open(out, NULL, '{');
		vch_json_put_quantity(out, "chainId", p->types[i].chain_id);
		vch_json_put_hex(out, "contract", p->types[i].contract, 20);
		vch_json_put_hex(out, "typeHash", p->types[i].type_hash, 32);
		vch_json_close(out, '}');
	}
	vch_json_close(out, ']');
}

enum vch_err vch_json_key(struct vch_buf *out, const char *name,
			  const struct vch_account_view *key)
{
	struct vch_key_config config;
	struct vch_key_counters counters;

	if (vch_key_config_decode(&config,
				  vch_span(key->config, key->config_len)) ||
	    vch_key_counters_decode(&counters,
				    vch_span(key->counters, key->counters_len)))
		return VCH_CORRUPT;
	vch_json_open(out, name, '{');
	vch_json_put_hex(out, "key", key->slot.id, 20);
	vch_json_public_key(out, config.public_key);
	put_policy(out, &config.policy);
	vch_json_put_bool(out, "imported", config.flags & VCH_KEY_IMPORTED);
	vch_json_put_bool(out, "replicated", config.flags & VCH_KEY_REPLICATED);
	vch_json_put_bool(out, "stopped", key->slot.flags & VCH_SLOT_STOPPED);
	/* ops and spent are of this day (UTC days since the epoch) */
	vch_json_put_quantity(out, "day", counters.day);
	vch_json_put_quantity(out, "ops", counters.ops);
	vch_json_put_quantity(out, "spent", counters.spent);
	vch_json_put_quantity(out, "nonce", counters.nonce);
	vch_json_put_quantity(out, "seq", key->slot.seq);
	if (key->receipt_len > 0)
		vch_json_put_hex(out, "receipt", key->receipt,
				 key->receipt_len);
	vch_json_close(out, '}');
	return VCH_OK;
}
