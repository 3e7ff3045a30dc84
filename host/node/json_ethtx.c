/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/json_ethtx.h"

#include <string.h>

#include "trusted/base/check.h"

/* ---- RLP, writing ------------------------------------------------------- */

#define STRING_BASE 0x80
#define LIST_BASE 0xc0
#define SHORT_MAX 55

static void write_header(struct vch_writer *w, uint8_t base, size_t len)
{
	uint8_t be[8];
	unsigned at = 0;

	if (len <= SHORT_MAX) {
		vch_write_u8(w, (uint8_t)(base + len));
		return;
	}
	vch_store_be64(be, len);
	while (be[at] == 0)
		at++;
	vch_write_u8(w, (uint8_t)(base + SHORT_MAX + 8u - at));
	vch_write_bytes(w, be + at, 8 - at);
}

static void write_string(struct vch_writer *w, const void *in, size_t len)
{
	const uint8_t *bytes = in;

	if (len != 1 || bytes[0] >= STRING_BASE)
		write_header(w, STRING_BASE, len);
	vch_write_bytes(w, in, len);
}

/* A big-endian number of any length, without leading zeros. */
static void write_number(struct vch_writer *w, const uint8_t *be, size_t len)
{
	while (len > 0 && *be == 0) {
		be++;
		len--;
	}
	write_string(w, be, len);
}

static void write_u128(struct vch_writer *w, vch_u128 v)
{
	uint8_t be[16];

	vch_store_be128(be, v);
	write_number(w, be, sizeof(be));
}

static void write_list(struct vch_writer *w, struct vch_span body)
{
	write_header(w, LIST_BASE, body.len);
	vch_write_bytes(w, body.ptr, body.len);
}

/* ---- reading ------------------------------------------------------------ */

static bool read_number(struct vch_json_in *in, const char *key, vch_u128 *ret)
{
	uint8_t be[16];

	if (!vch_json_has(in, key)) {
		vch_json_ignore(in, key);
		return false;
	}
	vch_json_get_uint(in, key, be, sizeof(be));
	*ret = vch_load_be128(be);
	return true;
}

static bool read_u64(struct vch_json_in *in, const char *key, uint64_t *ret)
{
	if (!vch_json_has(in, key)) {
		vch_json_ignore(in, key);
		return false;
	}
	*ret = vch_json_get_u64(in, key, UINT64_MAX);
	return true;
}

/* `data` and `input` are two names of one thing. */
static void read_data(struct vch_ethtx_request *ret, struct vch_json_in *in)
{
	static const char *const names[] = {"data", "input"};
	size_t len = 0;

	for (size_t i = 0; i < VCH_ARRAY_LEN(names); i++) {
		uint8_t bytes[VCH_KEY_REQUEST_PAYLOAD_MAX];
		struct vch_span got;

		if (!vch_json_has(in, names[i])) {
			vch_json_ignore(in, names[i]);
			continue;
		}
		got = vch_json_get_hex(in, names[i], bytes, sizeof(bytes));
		if (len > 0 && !vch_span_equal(got, vch_span(ret->data, len))) {
			vch_json_fail(in, names[i], "is not the same as data");
			return;
		}
		len = got.len;
		memcpy(ret->data, got.ptr, got.len);
	}
	ret->data_len = len;
}

/* One {address, storageKeys} as [address, [key, ...]]. */
static enum vch_err read_access(struct vch_writer *w, struct vch_json_in *in)
{
	static const size_t key_len = 32;
	uint8_t address[20], key[32], keys_buf[64 * 33];
	uint8_t body_buf[sizeof(keys_buf) + 64];
	struct vch_writer keys = vch_writer(keys_buf, sizeof(keys_buf));
	struct vch_writer body = vch_writer(body_buf, sizeof(body_buf));
	struct vch_json_list list;

	vch_json_get_bytes(in, "address", address, sizeof(address));
	list = vch_json_get_list(in, "storageKeys", 64);
	for (size_t i = 0; i < list.cnt; i++) {
		vch_json_list_bytes(&list, i, key, key_len);
		write_string(&keys, key, key_len);
	}
	VCH_TRY(vch_json_end(in));
	write_string(&body, address, sizeof(address));
	write_list(&body, vch_written(&keys));
	write_list(w, vch_written(&body));
	return VCH_OK;
}

static enum vch_err read_access_list(struct vch_ethtx_request *ret,
				     struct vch_json_in *in)
{
	struct vch_writer w = vch_writer(ret->access, sizeof(ret->access));
	struct vch_json_list list;

	if (!vch_json_has(in, "accessList")) {
		vch_json_ignore(in, "accessList");
		return VCH_OK;
	}
	list = vch_json_get_list(in, "accessList", 64);
	for (size_t i = 0; i < list.cnt; i++) {
		struct vch_json_in one = vch_json_list_object(&list, i);

		VCH_TRY(read_access(&w, &one));
	}
	if (w.bad)
		vch_json_fail(in, "accessList", "is too long");
	ret->access_len = vch_written(&w).len;
	return VCH_OK;
}

/* The type that was named, or the one that the members make it. */
static void read_type(struct vch_ethtx_request *ret, struct vch_json_in *in,
		      bool has_gas_price, bool has_max)
{
	uint64_t type;

	ret->type = VCH_ETHTX_EIP1559;
	if (has_gas_price)
		ret->type = vch_json_has(in, "accessList") ? VCH_ETHTX_EIP2930
							   : VCH_ETHTX_LEGACY;
	if (read_u64(in, "type", &type)) {
		if (type > VCH_ETHTX_EIP1559)
			vch_json_fail(in, "type",
				      "want 0 to 2: no blobs, no set-code");
		ret->type = (enum vch_ethtx_type)type;
	}
	if ((ret->type == VCH_ETHTX_EIP1559 && has_gas_price) ||
	    (ret->type != VCH_ETHTX_EIP1559 && has_max))
		vch_json_fail(in, "type", "the fees are of another type");
	if (ret->type == VCH_ETHTX_LEGACY && vch_json_has(in, "accessList"))
		vch_json_fail(in, "accessList", "is not of this type");
}

enum vch_err vch_ethtx_request_read(struct vch_ethtx_request *ret,
				    yyjson_val *params,
				    struct vch_json_fault *fault)
{
	struct vch_json_in in = vch_json_in(params, "transaction", fault);
	bool gas_price, max_fee;

	memset(ret, 0, sizeof(*ret));
	vch_json_get_bytes(&in, "from", ret->from, sizeof(ret->from));
	ret->has_to = vch_json_has(&in, "to");
	if (ret->has_to)
		vch_json_get_bytes(&in, "to", ret->to, sizeof(ret->to));
	else
		vch_json_ignore(&in, "to");
	ret->has_nonce = read_u64(&in, "nonce", &ret->nonce);
	ret->has_gas = read_u64(&in, "gas", &ret->gas);
	if (!ret->has_gas)
		ret->has_gas = read_u64(&in, "gasLimit", &ret->gas);
	gas_price = read_number(&in, "gasPrice", &ret->price);
	max_fee = read_number(&in, "maxFeePerGas", &ret->price);
	ret->has_price = gas_price || max_fee;
	ret->has_priority =
		read_number(&in, "maxPriorityFeePerGas", &ret->priority);
	(void)read_number(&in, "value", &ret->value);
	ret->has_chain = read_u64(&in, "chainId", &ret->chain_id);
	read_data(ret, &in);
	read_type(ret, &in, gas_price, max_fee || ret->has_priority);
	VCH_TRY(read_access_list(ret, &in));
	return vch_json_end(&in);
}

/* ---- writing ------------------------------------------------------------ */

/* All members but those of the signature. */
static void write_members(struct vch_writer *w,
			  const struct vch_ethtx_request *tx)
{
	if (tx->type != VCH_ETHTX_LEGACY)
		write_u128(w, tx->chain_id);
	write_u128(w, tx->nonce);
	if (tx->type == VCH_ETHTX_EIP1559)
		write_u128(w, tx->priority);
	write_u128(w, tx->price);
	write_u128(w, tx->gas);
	write_string(w, tx->to, tx->has_to ? 20 : 0);
	write_u128(w, tx->value);
	write_string(w, tx->data, tx->data_len);
	if (tx->type != VCH_ETHTX_LEGACY)
		write_list(w, vch_span(tx->access, tx->access_len));
}

static enum vch_err write_whole(struct vch_writer *w,
				const struct vch_ethtx_request *tx,
				const struct vch_writer *body)
{
	if (body->bad)
		return VCH_SIZE;
	if (tx->type != VCH_ETHTX_LEGACY)
		vch_write_u8(w, (uint8_t)tx->type);
	write_list(w, vch_written(body));
	return w->bad ? VCH_SIZE : VCH_OK;
}

enum vch_err vch_ethtx_unsigned(struct vch_writer *w,
				const struct vch_ethtx_request *tx)
{
	uint8_t buf[VCH_KEY_REQUEST_PAYLOAD_MAX];
	struct vch_writer body = vch_writer(buf, sizeof(buf));

	write_members(&body, tx);
	if (tx->type == VCH_ETHTX_LEGACY) {
		write_u128(&body, tx->chain_id);
		write_u128(&body, 0);
		write_u128(&body, 0);
	}
	return write_whole(w, tx, &body);
}

enum vch_err vch_ethtx_raw(struct vch_writer *w,
			   const struct vch_ethtx_request *tx,
			   const uint8_t signature[65])
{
	uint8_t buf[VCH_ETHTX_RAW_MAX];
	struct vch_writer body = vch_writer(buf, sizeof(buf));
	vch_u128 v = signature[64];

	write_members(&body, tx);
	if (tx->type == VCH_ETHTX_LEGACY)
		v += (vch_u128)tx->chain_id * 2 + 35;
	write_u128(&body, v);
	write_number(&body, signature, 32);
	write_number(&body, signature + 32, 32);
	return write_whole(w, tx, &body);
}
