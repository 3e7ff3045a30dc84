/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/policy/typed.h"

#include <string.h>

#include "trusted/base/check.h"
#include "trusted/base/ct.h"
#include "trusted/crypto/keccak256.h"

static const char domain_name[] = "EIP712Domain";
static const char cosign_domain[] = "ERC4337";

#define DOMAIN_BITS                                                            \
	(VCH_DOMAIN_NAME | VCH_DOMAIN_VERSION | VCH_DOMAIN_CHAIN_ID |          \
	 VCH_DOMAIN_CONTRACT | VCH_DOMAIN_SALT)

static bool type_char(uint8_t c)
{
	switch (c) {
	case '_':
	case '$':
	case '[':
	case ']':
	case ' ':
	case ',':
	case '(':
	case ')':
		return true;
	default:
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		       (c >= '0' && c <= '9');
	}
}

/*
 * Name(type name,...), and the types it refers to behind it. Counts the
 * members of the first, whose words are signed.
 */
static enum vch_err count_members(size_t *ret, struct vch_span type)
{
	size_t at = 0, cnt = 0;

	for (size_t i = 0; i < type.len; i++) {
		if (!type_char(type.ptr[i]))
			return VCH_PAYLOAD;
	}
	while (at < type.len && type.ptr[at] != '(')
		at++;
	if (at == 0 || at == type.len || type.ptr[type.len - 1] != ')' ||
	    vch_span_equal(vch_span(type.ptr, at),
			   vch_span(domain_name, sizeof(domain_name) - 1)))
		return VCH_PAYLOAD;
	at++;
	if (type.ptr[at] != ')')
		cnt = 1;
	for (; type.ptr[at] != ')'; at++)
		cnt += type.ptr[at] == ',';
	*ret = cnt;
	return VCH_OK;
}

/* What is not there is empty, so that there is one form of everything. */
static bool domain_canonical(const struct vch_typed_data *d)
{
	if (d->domain & ~DOMAIN_BITS)
		return false;
	return (d->domain & VCH_DOMAIN_NAME || d->name.len == 0) &&
	       (d->domain & VCH_DOMAIN_VERSION || d->version.len == 0) &&
	       (d->domain & VCH_DOMAIN_CHAIN_ID || d->chain_id == 0) &&
	       (d->domain & VCH_DOMAIN_CONTRACT ||
		vch_ct_is_zero(d->contract, 20)) &&
	       (d->domain & VCH_DOMAIN_SALT || vch_ct_is_zero(d->salt, 32));
}

/* One member of the domain: its type for the type string, and its word. */
static void add_member(struct vch_writer *type, struct vch_writer *words,
		       const char *declared, const uint8_t word[32])
{
	if (type->ptr[type->len - 1] != '(')
		vch_write_u8(type, ',');
	vch_write_bytes(type, declared, strlen(declared));
	vch_write_bytes(words, word, 32);
}

static void add_hashed(struct vch_writer *type, struct vch_writer *words,
		       const char *declared, struct vch_span text)
{
	uint8_t hash[32];

	vch_keccak256_hash(hash, text);
	add_member(type, words, declared, hash);
}

static void domain_separator(uint8_t ret[32], const struct vch_typed_data *d)
{
	uint8_t type_buf[128], words_buf[6 * 32], word[32] = {0};
	struct vch_writer type = vch_writer(type_buf, sizeof(type_buf));
	struct vch_writer words = vch_writer(words_buf, sizeof(words_buf));

	words.len = 32; /* the type hash, known at the end */
	vch_write_bytes(&type, domain_name, sizeof(domain_name) - 1);
	vch_write_u8(&type, '(');
	if (d->domain & VCH_DOMAIN_NAME)
		add_hashed(&type, &words, "string name", d->name);
	if (d->domain & VCH_DOMAIN_VERSION)
		add_hashed(&type, &words, "string version", d->version);
	vch_store_be64(word + 24, d->chain_id);
	if (d->domain & VCH_DOMAIN_CHAIN_ID)
		add_member(&type, &words, "uint256 chainId", word);
	memset(word, 0, 12);
	memcpy(word + 12, d->contract, 20);
	if (d->domain & VCH_DOMAIN_CONTRACT)
		add_member(&type, &words, "address verifyingContract", word);
	if (d->domain & VCH_DOMAIN_SALT)
		add_member(&type, &words, "bytes32 salt", d->salt);
	vch_write_u8(&type, ')');
	VCH_CHECK(!type.bad && !words.bad);
	vch_keccak256_hash(words_buf, vch_written(&type));
	vch_keccak256_hash(ret, vch_written(&words));
}

enum vch_err vch_typed_hash(uint8_t ret_digest[32], uint8_t ret_type_hash[32],
			    const struct vch_typed_data *data)
{
	uint8_t in[2 + 32 + 32] = {0x19, 0x01};
	struct vch_keccak256 k;
	size_t member_cnt;

	VCH_TRY(count_members(&member_cnt, data->type));
	if (member_cnt != data->words_cnt || !domain_canonical(data))
		return VCH_PAYLOAD;
	if (vch_span_equal(data->name,
			   vch_span(cosign_domain, sizeof(cosign_domain) - 1)))
		return VCH_PURPOSE;
	vch_keccak256_hash(ret_type_hash, data->type);
	domain_separator(in + 2, data);
	vch_keccak256_init(&k);
	vch_keccak256_update(&k, ret_type_hash, 32);
	vch_keccak256_update(&k, data->words, (size_t)data->words_cnt * 32);
	vch_keccak256_final(&k, in + 34);
	vch_keccak256_hash(ret_digest, vch_span(in, sizeof(in)));
	return VCH_OK;
}
