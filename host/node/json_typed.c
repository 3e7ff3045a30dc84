/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/json_typed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/alloc.h"
#include "host/base/hex.h"
#include "trusted/base/check.h"
#include "trusted/crypto/keccak256.h"
#include "wire/gen/ta.h"

#define DEPTH_MAX 8
#define NAMES_MAX 32
#define NAME_MAX_LEN 64
#define MEMBERS_MAX VCH_TYPED_DATA_WORDS_MAX
#define ELEMENTS_MAX 1024
#define BYTES_MAX 8192

/* One translation: the first thing that is wrong stays. */
struct typed {
	yyjson_val *types;
	const char *why;
};

static void fail(struct typed *t, const char *why)
{
	if (!t->why)
		t->why = why;
}

/* ---- encodeType ---------------------------------------------------------- */

/* The type without its array brackets; empty if it is too long. */
static void base_of(char ret[NAME_MAX_LEN], const char *type)
{
	size_t len = strcspn(type, "[");

	if (len >= NAME_MAX_LEN)
		len = 0;
	memcpy(ret, type, len);
	ret[len] = '\0';
}

static yyjson_val *members_of(const struct typed *t, const char *name)
{
	yyjson_val *members = yyjson_obj_get(t->types, name);

	return yyjson_is_arr(members) ? members : NULL;
}

static const char *text_of(yyjson_val *obj, const char *key)
{
	const char *text = yyjson_get_str(yyjson_obj_get(obj, key));

	return text ? text : "";
}

struct names {
	char name[NAMES_MAX][NAME_MAX_LEN];
	size_t cnt;
};

/* Puts name in order behind the first; false if it is there already. */
static bool names_add(struct typed *t, struct names *names, const char *name)
{
	size_t at = names->cnt;

	for (size_t i = 0; i < names->cnt; i++) {
		if (strcmp(names->name[i], name) == 0)
			return false;
	}
	if (names->cnt == NAMES_MAX) {
		fail(t, "more than 32 types");
		return false;
	}
	while (at > 1 && strcmp(name, names->name[at - 1]) < 0)
		at--;
	memmove(names->name[at + 1], names->name[at],
		(names->cnt - at) * NAME_MAX_LEN);
	snprintf(names->name[at], NAME_MAX_LEN, "%s", name);
	names->cnt++;
	return true;
}

/* The structs that `name` refers to, itself included, first in the list. */
static void collect(struct typed *t, struct names *names, const char *name,
		    int depth)
{
	yyjson_val *members = members_of(t, name);
	yyjson_val *member;
	size_t i, max;

	if (!members)
		return;
	if (depth > DEPTH_MAX) {
		fail(t, "types are nested too deeply");
		return;
	}
	if (!names_add(t, names, name))
		return;
	yyjson_arr_foreach (members, i, max, member) {
		char base[NAME_MAX_LEN];

		base_of(base, text_of(member, "type"));
		collect(t, names, base, depth + 1);
	}
}

static void write_text(struct vch_writer *w, const char *text)
{
	vch_write_bytes(w, text, strlen(text));
}

/* Name(type name,...) of one struct. */
static void write_struct_type(struct typed *t, struct vch_writer *w,
			      const char *name)
{
	yyjson_val *members = members_of(t, name);
	yyjson_val *member;
	size_t i, max;

	write_text(w, name);
	write_text(w, "(");
	yyjson_arr_foreach (members, i, max, member) {
		if (i > 0)
			write_text(w, ",");
		write_text(w, text_of(member, "type"));
		write_text(w, " ");
		write_text(w, text_of(member, "name"));
	}
	write_text(w, ")");
}

/* encodeType of EIP-712; empty if something is wrong. */
static struct vch_span encode_type(struct typed *t, uint8_t *buf, size_t cap,
				   const char *name)
{
	struct vch_writer w = vch_writer(buf, cap);
	struct names names = {.cnt = 0};

	if (!members_of(t, name))
		fail(t, "a type is not among the types");
	collect(t, &names, name, 0);
	for (size_t i = 0; i < names.cnt; i++)
		write_struct_type(t, &w, names.name[i]);
	if (w.bad)
		fail(t, "the type string is too long");
	return vch_written(&w);
}

/* ---- encodeData ---------------------------------------------------------- */

static void encode_value(struct typed *t, uint8_t ret[32], const char *type,
			 yyjson_val *value, int depth);

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

/* ret = text, decimal or 0x; false if it is no number of 256 bits. */
static bool magnitude_read(uint8_t ret[32], const char *text, size_t len)
{
	int base = len > 2 && text[0] == '0' && text[1] == 'x' ? 16 : 10;

	memset(ret, 0, 32);
	for (size_t i = base == 16 ? 2 : 0; i < len; i++) {
		unsigned carry = (unsigned)digit_of(text[i]);

		if (carry >= (unsigned)base)
			return false;
		for (size_t j = 32; j-- > 0;) {
			carry += ret[j] * (unsigned)base;
			ret[j] = (uint8_t)carry;
			carry >>= 8;
		}
		if (carry)
			return false;
	}
	return len > 0;
}

/* How many of the 256 bits are in use. */
static unsigned bit_len(const uint8_t word[32])
{
	unsigned at = 0, bits = 8;

	while (at < 32 && word[at] == 0)
		at++;
	while (at < 32 && bits > 0 && !(word[at] >> (bits - 1)))
		bits--;
	return at == 32 ? 0 : (31 - at) * 8 + bits;
}

static void negate(uint8_t word[32])
{
	unsigned carry = 1;

	for (size_t i = 32; i-- > 0;) {
		carry += (uint8_t)~word[i];
		word[i] = (uint8_t)carry;
		carry >>= 8;
	}
}

static bool is_power_of_two(const uint8_t word[32])
{
	unsigned ones = 0;

	for (size_t i = 0; i < 32; i++)
		ones += (unsigned)__builtin_popcount(word[i]);
	return ones == 1;
}

/* The number that those digits are, and nothing else; 0: none up to max. */
static unsigned size_of_type(const char *digits, size_t len, unsigned max)
{
	unsigned size = 0;

	for (size_t i = 0; i < len; i++) {
		if (digits[i] < (i == 0 ? '1' : '0') || digits[i] > '9')
			return 0;
		size = size * 10 + (unsigned)(digits[i] - '0');
		if (size > max)
			return 0;
	}
	return size;
}

/* uintN and intN; type is behind the "uint" or "int". */
static void encode_number(struct typed *t, uint8_t ret[32], const char *size,
			  bool is_signed, yyjson_val *value)
{
	const char *text = yyjson_is_raw(value) ? yyjson_get_raw(value)
						: yyjson_get_str(value);
	size_t len = yyjson_get_len(value);
	bool negative = text && len > 1 && text[0] == '-';
	unsigned bits = *size ? size_of_type(size, strlen(size), 256) : 256,
		 used;

	if (bits == 0 || bits % 8) {
		fail(t, "a number's type is none");
		return;
	}
	if (!text || (negative && !is_signed) ||
	    !magnitude_read(ret, text + negative, len - negative)) {
		fail(t, "want a number in the message");
		return;
	}
	used = bit_len(ret);
	/* -2^(n-1) has one bit more than the others */
	if (negative && is_power_of_two(ret))
		used--;
	if (used > bits - (is_signed ? 1 : 0))
		fail(t, "a number does not fit its type");
	if (negative)
		negate(ret);
}

/* bytesN on the left, address and bool on the right. */
static void encode_fixed(struct typed *t, uint8_t ret[32], size_t size,
			 bool right, yyjson_val *value)
{
	const char *text = yyjson_get_str(value);

	if (!text ||
	    vch_hex_read(right ? ret + 32 - size : ret, size, text) != VCH_OK)
		fail(t, "want 0x-hex of the type's length in the message");
}

static void encode_bytes(struct typed *t, uint8_t ret[32], yyjson_val *value)
{
	const char *text = yyjson_get_str(value);
	uint8_t *bytes = vch_alloc(1, BYTES_MAX);
	size_t len = 0;

	if (!text || vch_hex_read_some(bytes, &len, BYTES_MAX, text) != VCH_OK)
		fail(t, "want 0x-hex of at most 8,192 bytes in the message");
	vch_keccak256_hash(ret, vch_span(bytes, len));
	free(bytes);
}

static void encode_atom(struct typed *t, uint8_t ret[32], const char *type,
			yyjson_val *value)
{
	unsigned size;

	if (strcmp(type, "string") == 0) {
		if (!yyjson_is_str(value))
			fail(t, "want a string in the message");
		else
			vch_keccak256_hash(ret,
					   vch_span(yyjson_get_str(value),
						    yyjson_get_len(value)));
	} else if (strcmp(type, "bytes") == 0) {
		encode_bytes(t, ret, value);
	} else if (strcmp(type, "address") == 0) {
		encode_fixed(t, ret, 20, true, value);
	} else if (strcmp(type, "bool") == 0) {
		if (!yyjson_is_bool(value))
			fail(t, "want true or false in the message");
		ret[31] = yyjson_is_true(value);
	} else if (strncmp(type, "uint", 4) == 0) {
		encode_number(t, ret, type + 4, false, value);
	} else if (strncmp(type, "int", 3) == 0) {
		encode_number(t, ret, type + 3, true, value);
	} else if (strncmp(type, "bytes", 5) == 0) {
		size = size_of_type(type + 5, strlen(type + 5), 32);
		if (size == 0)
			fail(t, "a type is unknown");
		else
			encode_fixed(t, ret, size, false, value);
	} else {
		fail(t, "a type is unknown");
	}
}

/* The words of a struct's members, one after the other, to k. */
static void encode_members(struct typed *t, struct vch_keccak256 *k,
			   yyjson_val *members, yyjson_val *value, int depth)
{
	yyjson_val *member;
	size_t i, max;

	if (!yyjson_is_obj(value) ||
	    yyjson_obj_size(value) != yyjson_arr_size(members))
		fail(t, "a struct lacks a member or has one too many");
	yyjson_arr_foreach (members, i, max, member) {
		uint8_t word[32] = {0};

		encode_value(t, word, text_of(member, "type"),
			     yyjson_obj_get(value, text_of(member, "name")),
			     depth);
		vch_keccak256_update(k, word, sizeof(word));
	}
}

static void encode_struct(struct typed *t, uint8_t ret[32], const char *name,
			  yyjson_val *value, int depth)
{
	uint8_t type[VCH_TYPED_DATA_TYPE_MAX], hash[32];
	struct vch_keccak256 k;

	vch_keccak256_hash(hash, encode_type(t, type, sizeof(type), name));
	vch_keccak256_init(&k);
	vch_keccak256_update(&k, hash, sizeof(hash));
	encode_members(t, &k, members_of(t, name), value, depth);
	vch_keccak256_final(&k, ret);
}

/* T[] or T[n]: the last bracket is the outermost. */
static void encode_array(struct typed *t, uint8_t ret[32], const char *type,
			 yyjson_val *value, int depth)
{
	const char *bracket = strrchr(type, '[');
	size_t len = (size_t)(bracket - type), digits = strlen(bracket) - 2;
	unsigned size = size_of_type(bracket + 1, digits, ELEMENTS_MAX);
	struct vch_keccak256 k;
	char inner[NAME_MAX_LEN];
	yyjson_val *element;
	size_t i, max;

	if (len >= sizeof(inner) || !yyjson_is_arr(value) ||
	    yyjson_arr_size(value) > ELEMENTS_MAX ||
	    (digits > 0 && (size == 0 || size != yyjson_arr_size(value)))) {
		fail(t, "want an array of the type's size in the message");
		return;
	}
	memcpy(inner, type, len);
	inner[len] = '\0';
	vch_keccak256_init(&k);
	yyjson_arr_foreach (value, i, max, element) {
		uint8_t word[32] = {0};

		encode_value(t, word, inner, element, depth);
		vch_keccak256_update(&k, word, sizeof(word));
	}
	vch_keccak256_final(&k, ret);
}

static void encode_value(struct typed *t, uint8_t ret[32], const char *type,
			 yyjson_val *value, int depth)
{
	size_t len = strlen(type);

	if (depth > DEPTH_MAX || t->why)
		fail(t, "the message is nested too deeply");
	else if (len > 0 && type[len - 1] == ']' && strchr(type, '['))
		encode_array(t, ret, type, value, depth + 1);
	else if (members_of(t, type))
		encode_struct(t, ret, type, value, depth + 1);
	else
		encode_atom(t, ret, type, value);
}

/* ---- the whole ---------------------------------------------------------- */

static struct vch_span domain_text(struct typed *t, struct vch_typed_data *d,
				   yyjson_val *domain, const char *key,
				   uint8_t bit, size_t max)
{
	yyjson_val *value = yyjson_obj_get(domain, key);

	if (!value)
		return vch_span(NULL, 0);
	if (!yyjson_is_str(value) || yyjson_get_len(value) > max)
		fail(t, "a text of the domain is none, or too long");
	d->domain |= bit;
	return vch_span(yyjson_get_str(value), yyjson_get_len(value));
}

static void read_domain(struct typed *t, struct vch_typed_data *d,
			yyjson_val *domain)
{
	yyjson_val *declared = members_of(t, "EIP712Domain");
	yyjson_val *value;
	uint8_t word[32] = {0};

	d->name = domain_text(t, d, domain, "name", VCH_DOMAIN_NAME,
			      VCH_TYPED_DATA_NAME_MAX);
	d->version = domain_text(t, d, domain, "version", VCH_DOMAIN_VERSION,
				 VCH_TYPED_DATA_VERSION_MAX);
	value = yyjson_obj_get(domain, "chainId");
	if (value) {
		encode_number(t, word, "64", false, value);
		d->domain |= VCH_DOMAIN_CHAIN_ID;
		d->chain_id = vch_load_be64(word + 24);
	}
	value = yyjson_obj_get(domain, "verifyingContract");
	if (value) {
		encode_fixed(t, word, 20, true, value);
		d->domain |= VCH_DOMAIN_CONTRACT;
		memcpy(d->contract, word + 12, 20);
	}
	value = yyjson_obj_get(domain, "salt");
	if (value) {
		encode_fixed(t, d->salt, 32, false, value);
		d->domain |= VCH_DOMAIN_SALT;
	}
	if ((size_t)__builtin_popcount(d->domain) != yyjson_obj_size(domain) ||
	    (declared && yyjson_arr_size(declared) != yyjson_obj_size(domain)))
		fail(t, "the domain is not what EIP712Domain says");
}

static void read_message(struct typed *t, struct vch_typed_data *d,
			 const char *primary, yyjson_val *message)
{
	yyjson_val *members = members_of(t, primary);
	yyjson_val *member;
	size_t i, max;

	if (yyjson_arr_size(members) > MEMBERS_MAX ||
	    yyjson_obj_size(message) != yyjson_arr_size(members)) {
		fail(t, "the message is not what its primary type says");
		return;
	}
	yyjson_arr_foreach (members, i, max, member)
		encode_value(
			t, d->words[d->words_cnt++], text_of(member, "type"),
			yyjson_obj_get(message, text_of(member, "name")), 0);
}

const char *vch_typed_encode(struct vch_writer *w, yyjson_val *value)
{
	struct typed t = {.types = yyjson_obj_get(value, "types")};
	const char *primary = text_of(value, "primaryType");
	uint8_t type[VCH_TYPED_DATA_TYPE_MAX];
	struct vch_typed_data data = {0};

	if (!yyjson_is_obj(value) || yyjson_obj_size(value) != 4)
		return "want types, primaryType, domain and message";
	data.type = encode_type(&t, type, sizeof(type), primary);
	read_domain(&t, &data, yyjson_obj_get(value, "domain"));
	if (!t.why)
		read_message(&t, &data, primary,
			     yyjson_obj_get(value, "message"));
	if (!t.why && vch_typed_data_encode(w, &data) != VCH_OK)
		fail(&t, "it is too large");
	return t.why;
}

void vch_json_typed(struct vch_writer *w, struct vch_json_in *in,
		    const char *key)
{
	yyjson_val *value = yyjson_obj_get(in->obj, key);
	yyjson_doc *doc = NULL;
	const char *why;

	vch_json_ignore(in, key);
	if (yyjson_is_str(value)) {
		doc = yyjson_read(yyjson_get_str(value), yyjson_get_len(value),
				  YYJSON_READ_NUMBER_AS_RAW);
		value = yyjson_doc_get_root(doc);
	}
	why = vch_typed_encode(w, value);
	if (why)
		vch_json_fail(in, key, why);
	yyjson_doc_free(doc);
}
