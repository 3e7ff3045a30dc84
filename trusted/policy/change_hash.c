/* SPDX-License-Identifier: Apache-2.0 */
/* EIP-712 of a change; the types stand here as they are hashed. */
#include <string.h>

#include "trusted/crypto/keccak256.h"
#include "trusted/policy/change.h"

static const char domain_type[] = "EIP712Domain(string name,string version)";

#define ASSET_TYPE "Asset(address token,uint128 dailyLimit)"
#define CALL_TYPE "Call(address to,bytes4 selector)"
#define NETWORK_TYPE "Network(uint64 chainId,address entryPoint)"
static const char change_type[] =
	"Change(address account,uint64 number,bytes32 config,bool frozen,"
	"uint128 feeMax,string[] origins,Network[] networks,Asset[] assets,"
	"Call[] calls)" ASSET_TYPE CALL_TYPE NETWORK_TYPE;

static void word(struct vch_keccak256 *k, vch_u128 v)
{
	uint8_t bytes[32] = {0};

	vch_store_be128(bytes + 16, v);
	vch_keccak256_update(k, bytes, sizeof(bytes));
}

static void word_address(struct vch_keccak256 *k, const uint8_t address[20])
{
	uint8_t bytes[32] = {0};

	memcpy(bytes + 12, address, 20);
	vch_keccak256_update(k, bytes, sizeof(bytes));
}

static void word_hash(struct vch_keccak256 *k, struct vch_span in)
{
	uint8_t hash[32];

	vch_keccak256_hash(hash, in);
	vch_keccak256_update(k, hash, sizeof(hash));
}

/* The hash of all that was put into `inner` becomes one word. */
static void word_final(struct vch_keccak256 *k, struct vch_keccak256 *inner)
{
	uint8_t hash[32];

	vch_keccak256_final(inner, hash);
	vch_keccak256_update(k, hash, sizeof(hash));
}

static void begin(struct vch_keccak256 *k, const char *type)
{
	vch_keccak256_init(k);
	word_hash(k, vch_span(type, strlen(type)));
}

static void word_origins(struct vch_keccak256 *k, const struct vch_policy *p)
{
	struct vch_keccak256 list;

	vch_keccak256_init(&list);
	for (uint8_t i = 0; i < p->origins_cnt; i++)
		word_hash(&list, p->origins[i]);
	word_final(k, &list);
}

static void word_networks(struct vch_keccak256 *k, const struct vch_policy *p)
{
	struct vch_keccak256 list, one;

	vch_keccak256_init(&list);
	for (uint8_t i = 0; i < p->networks_cnt; i++) {
		begin(&one, NETWORK_TYPE);
		word(&one, p->networks[i].chain_id);
		word_address(&one, p->networks[i].entry_point);
		word_final(&list, &one);
	}
	word_final(k, &list);
}

static void word_assets(struct vch_keccak256 *k, const struct vch_policy *p)
{
	struct vch_keccak256 list, one;

	vch_keccak256_init(&list);
	for (uint8_t i = 0; i < p->assets_cnt; i++) {
		begin(&one, ASSET_TYPE);
		word_address(&one, p->assets[i].token);
		word(&one, p->assets[i].daily_limit);
		word_final(&list, &one);
	}
	word_final(k, &list);
}

static void word_calls(struct vch_keccak256 *k, const struct vch_policy *p)
{
	struct vch_keccak256 list, one;
	uint8_t selector[32] = {0};

	vch_keccak256_init(&list);
	for (uint8_t i = 0; i < p->calls_cnt; i++) {
		begin(&one, CALL_TYPE);
		word_address(&one, p->calls[i].to);
		memcpy(selector, p->calls[i].selector, 4);
		vch_keccak256_update(&one, selector, sizeof(selector));
		word_final(&list, &one);
	}
	word_final(k, &list);
}

static void struct_hash(uint8_t ret[32], const struct vch_change *change)
{
	const struct vch_policy *p = &change->policy;
	struct vch_keccak256 k;

	begin(&k, change_type);
	word_address(&k, change->account);
	word(&k, change->number);
	vch_keccak256_update(&k, change->config_hash, 32);
	word(&k, p->frozen);
	word(&k, p->fee_max);
	word_origins(&k, p);
	word_networks(&k, p);
	word_assets(&k, p);
	word_calls(&k, p);
	vch_keccak256_final(&k, ret);
}

void vch_change_hash(uint8_t ret[32], const struct vch_change *change)
{
	uint8_t in[2 + 32 + 32] = {0x19, 0x01};
	struct vch_keccak256 k;

	begin(&k, domain_type);
	word_hash(&k, vch_span("vouch", 5));
	word_hash(&k, vch_span("1", 1));
	vch_keccak256_final(&k, in + 2);
	struct_hash(in + 34, change);
	vch_keccak256_hash(ret, vch_span(in, sizeof(in)));
}
