/* SPDX-License-Identifier: Apache-2.0 */
/* Written by tools/wire.py from wire/log.wire: edit that. */
#ifndef WIRE_GEN_LOG_H
#define WIRE_GEN_LOG_H

#include <stdint.h>

#include "trusted/base/bytes.h"

/*
 * The log: what the trusted application decided, in order, durable before any
 * answer leaves. Integers are big-endian. `bytes[n]` is n bytes, `bytes<=n` is
 * a length (u16, or u32 when n > 65535) and that many bytes, `list<=n of t` is
 * a count (u8) and that many t. There is one encoding of everything.
 *
 *   head' = SHA-256(head ‖ record)           public, a chain for each shard
 *   leaf  = SHA-256(0x00 ‖ shard ‖ incarnation ‖ index ‖ head')
 *   node  = SHA-256(0x01 ‖ left ‖ right)     a lone node moves up unchanged
 *   tag   = HMAC-SHA-256(tag key of shard and incarnation,
 *                        shard ‖ incarnation ‖ first index ‖ counter ‖ count ‖
 *                        previous head ‖ new head)
 *   signature = Ed25519(log key, "vouch batch v1" ‖ root)
 */

/*
 * For each struct vch_x there are four functions:
 *
 * _read    takes it from a cursor; what is too long, or missing, marks the
 *          cursor bad. Elements past a list's count are left as they were.
 * _write   appends it; a list or bytes over the stated bound marks it bad.
 * _decode  the whole of `in` and nothing else, or VCH_FORMAT and *ret zeroed.
 *          Spans in *ret point into `in`.
 * _encode  as _write; VCH_SIZE if it did not fit.
 *
 * VCH_X_ENC_MAX is the most bytes its form allows.
 */

/* One passkey (WebAuthn, ES256). flags: see passkey flags below. */
struct vch_passkey {
	uint8_t x[32];
	uint8_t y[32];
	uint8_t rp_id_hash[32];
	uint8_t flags;
};
#define VCH_PASSKEY_ENC_MAX 97
void vch_passkey_read(struct vch_reader *r, struct vch_passkey *ret);
void vch_passkey_write(struct vch_writer *w, const struct vch_passkey *in);
VCH_MUST enum vch_err vch_passkey_decode(struct vch_passkey *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_passkey_encode(struct vch_writer *w,
		const struct vch_passkey *in);

/* BE as registered; it may never change */
#define VCH_PASSKEY_BACKUP_ELIGIBLE 1
/* a sign count that does not rise is not refused */
#define VCH_PASSKEY_COUNT_LAX 2

struct vch_network {
	uint64_t chain_id;
	uint8_t entry_point[20];
};
#define VCH_NETWORK_ENC_MAX 28
void vch_network_read(struct vch_reader *r, struct vch_network *ret);
void vch_network_write(struct vch_writer *w, const struct vch_network *in);
VCH_MUST enum vch_err vch_network_decode(struct vch_network *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_network_encode(struct vch_writer *w,
		const struct vch_network *in);

/* token zero is the native coin; daily_limit in its smallest unit */
struct vch_asset {
	uint8_t token[20];
	vch_u128 daily_limit;
};
#define VCH_ASSET_ENC_MAX 36
void vch_asset_read(struct vch_reader *r, struct vch_asset *ret);
void vch_asset_write(struct vch_writer *w, const struct vch_asset *in);
VCH_MUST enum vch_err vch_asset_decode(struct vch_asset *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_asset_encode(struct vch_writer *w,
		const struct vch_asset *in);

/*
 * selector APPROVE (of ERC-20) lists a spender; transfer and transferFrom are
 * never listed: a token that may be moved has a limit.
 */
struct vch_listed_call {
	uint8_t to[20];
	uint8_t selector[4];
};
#define VCH_LISTED_CALL_ENC_MAX 24
void vch_listed_call_read(struct vch_reader *r, struct vch_listed_call *ret);
void vch_listed_call_write(struct vch_writer *w,
		const struct vch_listed_call *in);
VCH_MUST enum vch_err vch_listed_call_decode(struct vch_listed_call *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_listed_call_encode(struct vch_writer *w,
		const struct vch_listed_call *in);

/*
 * What an owner may change of an account. Every list strictly ascending by its
 * encoding. An asset without a place here cannot be moved at all.
 */
#define VCH_POLICY_ORIGINS_MAX 4
#define VCH_POLICY_ORIGINS_LEN_MAX 128
#define VCH_POLICY_NETWORKS_MAX 8
#define VCH_POLICY_ASSETS_MAX 8
#define VCH_POLICY_CALLS_MAX 32
struct vch_policy {
	uint8_t frozen;
	vch_u128 fee_max;
	uint8_t origins_cnt;
	struct vch_span origins[VCH_POLICY_ORIGINS_MAX];
	uint8_t networks_cnt;
	struct vch_network networks[VCH_POLICY_NETWORKS_MAX];
	uint8_t assets_cnt;
	struct vch_asset assets[VCH_POLICY_ASSETS_MAX];
	uint8_t calls_cnt;
	struct vch_listed_call calls[VCH_POLICY_CALLS_MAX];
};
#define VCH_POLICY_ENC_MAX 1821
void vch_policy_read(struct vch_reader *r, struct vch_policy *ret);
void vch_policy_write(struct vch_writer *w, const struct vch_policy *in);
VCH_MUST enum vch_err vch_policy_decode(struct vch_policy *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_policy_encode(struct vch_writer *w,
		const struct vch_policy *in);

/*
 * The intent that changes it; the passkey signs its EIP-712 hash. number is one
 * more than the config's, config_hash the SHA-256 of the config it is made for.
 */
struct vch_change {
	uint8_t account[20];
	uint64_t number;
	uint8_t config_hash[32];
	struct vch_policy policy;
};
#define VCH_CHANGE_ENC_MAX 1881
void vch_change_read(struct vch_reader *r, struct vch_change *ret);
void vch_change_write(struct vch_writer *w, const struct vch_change *in);
VCH_MUST enum vch_err vch_change_decode(struct vch_change *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_change_encode(struct vch_writer *w,
		const struct vch_change *in);

/*
 * What an account is: changed only by intents. ≤ CONFIG_MAX bytes encoded.
 * number counts its changes. pending_hash is the hash of the change that waits
 * until the refill clock shows pending_due; both zero if none does.
 */
#define VCH_CONFIG_PASSKEYS_MAX 4
#define VCH_CONFIG_ORIGINS_MAX 4
#define VCH_CONFIG_ORIGINS_LEN_MAX 128
#define VCH_CONFIG_NETWORKS_MAX 8
#define VCH_CONFIG_ASSETS_MAX 8
#define VCH_CONFIG_CALLS_MAX 32
#define VCH_CONFIG_GRANTS_MAX 16
struct vch_config {
	uint8_t version;
	uint8_t address[20];
	uint8_t factory[20];
	uint8_t implementation[20];
	uint8_t cosigner[20];
	vch_u128 fee_max;
	uint8_t passkeys_cnt;
	struct vch_passkey passkeys[VCH_CONFIG_PASSKEYS_MAX];
	uint8_t origins_cnt;
	struct vch_span origins[VCH_CONFIG_ORIGINS_MAX];
	uint8_t networks_cnt;
	struct vch_network networks[VCH_CONFIG_NETWORKS_MAX];
	uint8_t assets_cnt;
	struct vch_asset assets[VCH_CONFIG_ASSETS_MAX];
	uint8_t calls_cnt;
	struct vch_listed_call calls[VCH_CONFIG_CALLS_MAX];
	uint8_t grants_cnt;
	uint8_t grants[VCH_CONFIG_GRANTS_MAX][32];
	uint8_t guardians_hash[32];
	uint64_t number;
	uint8_t pending_hash[32];
	uint64_t pending_due;
};
#define VCH_CONFIG_ENC_MAX 2883
void vch_config_read(struct vch_reader *r, struct vch_config *ret);
void vch_config_write(struct vch_writer *w, const struct vch_config *in);
VCH_MUST enum vch_err vch_config_decode(struct vch_config *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_config_encode(struct vch_writer *w,
		const struct vch_config *in);

#define VCH_CONFIG_VERSION 2
#define VCH_CONFIG_MAX 2048

/* Counted of one asset: its place in config.assets and how much, never zero. */
struct vch_counted {
	uint8_t asset;
	vch_u128 amount;
};
#define VCH_COUNTED_ENC_MAX 17
void vch_counted_read(struct vch_reader *r, struct vch_counted *ret);
void vch_counted_write(struct vch_writer *w, const struct vch_counted *in);
VCH_MUST enum vch_err vch_counted_decode(struct vch_counted *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_counted_encode(struct vch_writer *w,
		const struct vch_counted *in);

/* The last operation seen of one (chain, nonce key): what it was counted at. */
#define VCH_LANE_COUNTED_MAX 8
struct vch_lane {
	uint64_t chain_id;
	uint8_t nonce[32];
	uint8_t op_hash[32];
	uint8_t counted_cnt;
	struct vch_counted counted[VCH_LANE_COUNTED_MAX];
	uint16_t day;
};
#define VCH_LANE_ENC_MAX 211
void vch_lane_read(struct vch_reader *r, struct vch_lane *ret);
void vch_lane_write(struct vch_writer *w, const struct vch_lane *in);
VCH_MUST enum vch_err vch_lane_decode(struct vch_lane *ret, struct vch_span in);
VCH_MUST enum vch_err vch_lane_encode(struct vch_writer *w,
		const struct vch_lane *in);

/*
 * What moves with every operation. ≤ COUNTERS_MAX bytes encoded. day counts
 * UTC days of the refill clock; spent runs parallel to config.assets,
 * sign_counts to config.passkeys; lanes are oldest first, and the oldest goes
 * when there is no room.
 */
#define VCH_COUNTERS_SPENT_MAX 8
#define VCH_COUNTERS_LANES_MAX 4
#define VCH_COUNTERS_SIGN_COUNTS_MAX 4
struct vch_counters {
	uint16_t day;
	uint8_t spent_cnt;
	vch_u128 spent[VCH_COUNTERS_SPENT_MAX];
	uint8_t lanes_cnt;
	struct vch_lane lanes[VCH_COUNTERS_LANES_MAX];
	uint8_t sign_counts_cnt;
	uint32_t sign_counts[VCH_COUNTERS_SIGN_COUNTS_MAX];
};
#define VCH_COUNTERS_ENC_MAX 993
void vch_counters_read(struct vch_reader *r, struct vch_counters *ret);
void vch_counters_write(struct vch_writer *w, const struct vch_counters *in);
VCH_MUST enum vch_err vch_counters_decode(struct vch_counters *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_counters_encode(struct vch_writer *w,
		const struct vch_counters *in);

#define VCH_COUNTERS_MAX 512

/*
 * All that the trusted application keeps of an account or key.
 * state = SHA-256(SHA-256(config) ‖ SHA-256(counters)); remainder is what is
 * left of the native limit on that day; seq rises by one with every record.
 * A tombstone's state is zeros but for its first 8 bytes: the number of the
 * first generation key that cannot open its blob. The record of a use of a
 * replicated key moves no slot: its seq is 0.
 */
struct vch_slot {
	uint8_t id[20];
	uint32_t flags;
	uint8_t state[32];
	uint64_t seq;
	uint16_t day;
	vch_u128 remainder;
};
#define VCH_SLOT_ENC_MAX 82
void vch_slot_read(struct vch_reader *r, struct vch_slot *ret);
void vch_slot_write(struct vch_writer *w, const struct vch_slot *in);
VCH_MUST enum vch_err vch_slot_decode(struct vch_slot *ret, struct vch_span in);
VCH_MUST enum vch_err vch_slot_encode(struct vch_writer *w,
		const struct vch_slot *in);

#define VCH_SLOT_FROZEN 1
#define VCH_SLOT_STOPPED 2 /* a receipt proved another history; see RESUME */
#define VCH_SLOT_KEY 256 /* of the key service: config is a key_config */
#define VCH_SLOT_DELETED 512 /* a tombstone: never used again */
/* and no copy of its blob can be opened any more */
#define VCH_SLOT_ERASED 1024
/* any instance serves it; nothing is counted */
#define VCH_SLOT_REPLICATED 2048

/*
 * Every record begins with this; the body of its kind follows.
 * refill_s and expiry_s are the two pessimistic clocks.
 */
struct vch_record_head {
	uint8_t kind;
	uint64_t refill_s;
	uint64_t expiry_s;
};
#define VCH_RECORD_HEAD_ENC_MAX 17
void vch_record_head_read(struct vch_reader *r, struct vch_record_head *ret);
void vch_record_head_write(struct vch_writer *w,
		const struct vch_record_head *in);
VCH_MUST enum vch_err vch_record_head_decode(struct vch_record_head *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_record_head_encode(struct vch_writer *w,
		const struct vch_record_head *in);

#define VCH_RECORD_START 1
#define VCH_RECORD_ACCOUNT 2
#define VCH_RECORD_DECISION 3
#define VCH_RECORD_CHANGE 7
#define VCH_RECORD_RESUME 10
#define VCH_RECORD_ANCHOR 11
#define VCH_RECORD_SNAPSHOT 12
#define VCH_RECORD_INTENT 14
#define VCH_RECORD_UPGRADE 16
#define VCH_RECORD_KEY 4
#define VCH_RECORD_USE 5
#define VCH_RECORD_DELETE 6
#define VCH_RECORD_USES 17

/*
 * A start of the trusted application: the first record of its incarnation.
 * unclean: 1 if the one before did not end by CLOSE, so that what it released
 * since its last bump may be missing; each account is charged one lease.
 */
struct vch_start {
	uint8_t shard;
	uint8_t incarnation[16];
	uint8_t prev_head[32];
	uint32_t version;
	uint64_t counter;
	uint8_t log_key[32];
	uint8_t unclean;
};
#define VCH_START_ENC_MAX 94
void vch_start_read(struct vch_reader *r, struct vch_start *ret);
void vch_start_write(struct vch_writer *w, const struct vch_start *in);
VCH_MUST enum vch_err vch_start_decode(struct vch_start *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_start_encode(struct vch_writer *w,
		const struct vch_start *in);

/* An account was made or its config changed. */
#define VCH_ACCOUNT_RECORD_CONFIG_MAX 2048
#define VCH_ACCOUNT_RECORD_COUNTERS_MAX 512
struct vch_account_record {
	struct vch_slot slot;
	struct vch_span config;
	struct vch_span counters;
	uint8_t blob_hash[32];
};
#define VCH_ACCOUNT_RECORD_ENC_MAX 2678
void vch_account_record_read(struct vch_reader *r,
		struct vch_account_record *ret);
void vch_account_record_write(struct vch_writer *w,
		const struct vch_account_record *in);
VCH_MUST enum vch_err vch_account_record_decode(struct vch_account_record *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_account_record_encode(struct vch_writer *w,
		const struct vch_account_record *in);

/*
 * An operation was signed (code 0) or refused after its passkey was verified.
 * An INTENT has the same form: op_hash is that of the intent, cost is zero.
 */
#define VCH_DECISION_COUNTERS_MAX 512
struct vch_decision {
	struct vch_slot slot;
	struct vch_span counters;
	uint16_t code;
	uint64_t chain_id;
	uint8_t op_hash[32];
	vch_u128 cost;
	uint64_t valid_until;
	uint8_t passkey;
};
#define VCH_DECISION_ENC_MAX 663
void vch_decision_read(struct vch_reader *r, struct vch_decision *ret);
void vch_decision_write(struct vch_writer *w, const struct vch_decision *in);
VCH_MUST enum vch_err vch_decision_decode(struct vch_decision *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_decision_encode(struct vch_writer *w,
		const struct vch_decision *in);

/*
 * A change of an account's policy: taken (code 0) or refused after its passkey
 * was verified. config is the new one, empty if refused. What of the policy was
 * no tighter than before waits: then config.pending_hash is that of `change`.
 * passkey is 255 where the change had waited and took effect.
 */
#define VCH_CHANGE_RECORD_CONFIG_MAX 2048
#define VCH_CHANGE_RECORD_COUNTERS_MAX 512
#define VCH_CHANGE_RECORD_CHANGE_MAX 2048
struct vch_change_record {
	struct vch_slot slot;
	struct vch_span config;
	struct vch_span counters;
	struct vch_span change;
	uint16_t code;
	uint8_t passkey;
};
#define VCH_CHANGE_RECORD_ENC_MAX 4699
void vch_change_record_read(struct vch_reader *r,
		struct vch_change_record *ret);
void vch_change_record_write(struct vch_writer *w,
		const struct vch_change_record *in);
VCH_MUST enum vch_err vch_change_record_decode(struct vch_change_record *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_change_record_encode(struct vch_writer *w,
		const struct vch_change_record *in);

#define VCH_CHANGE_MAX 2048
#define VCH_PASSKEY_NONE 255

/*
 * Typed data (EIP-712) that a key may sign: this type, of this contract. For
 * the purpose paymaster: the contract, with a type hash of zeros.
 */
struct vch_listed_type {
	uint64_t chain_id;
	uint8_t contract[20];
	uint8_t type_hash[32];
};
#define VCH_LISTED_TYPE_ENC_MAX 60
void vch_listed_type_read(struct vch_reader *r, struct vch_listed_type *ret);
void vch_listed_type_write(struct vch_writer *w,
		const struct vch_listed_type *in);
VCH_MUST enum vch_err vch_listed_type_decode(struct vch_listed_type *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_listed_type_encode(struct vch_writer *w,
		const struct vch_listed_type *in);

/*
 * What a key of the key service is for, for life. owner_key: empty where the
 * host owns the key, else 32 bytes Ed25519 or x ‖ y of P-256. ops_daily and
 * native_daily are limits for a UTC day of the refill clock; the largest
 * number there is means none.
 */
#define VCH_KEY_POLICY_OWNER_KEY_MAX 64
#define VCH_KEY_POLICY_CHAINS_MAX 8
#define VCH_KEY_POLICY_TYPES_MAX 32
struct vch_key_policy {
	uint8_t purpose;
	uint8_t type;
	uint8_t owner;
	struct vch_span owner_key;
	uint32_t ops_daily;
	vch_u128 native_daily;
	uint8_t chains_cnt;
	uint64_t chains[VCH_KEY_POLICY_CHAINS_MAX];
	uint8_t types_cnt;
	struct vch_listed_type types[VCH_KEY_POLICY_TYPES_MAX];
};
#define VCH_KEY_POLICY_ENC_MAX 2075
void vch_key_policy_read(struct vch_reader *r, struct vch_key_policy *ret);
void vch_key_policy_write(struct vch_writer *w,
		const struct vch_key_policy *in);
VCH_MUST enum vch_err vch_key_policy_decode(struct vch_key_policy *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_key_policy_encode(struct vch_writer *w,
		const struct vch_key_policy *in);

/* transactions, EIP-191 messages, listed typed data */
#define VCH_PURPOSE_ETH 1
/* messages: EIP-191 on secp256k1, plain on Ed25519 */
#define VCH_PURPOSE_MESSAGE 2
#define VCH_PURPOSE_RAW 3 /* digests that nobody here understands */
#define VCH_PURPOSE_PAYMASTER 4 /* the word of a listed verifying paymaster */
#define VCH_KEY_SECP256K1 0
#define VCH_KEY_ED25519 1
#define VCH_OWNER_HOST 0
#define VCH_OWNER_ED25519 1
#define VCH_OWNER_P256 2
#define VCH_KEY_IMPORTED 1 /* somebody made it elsewhere and may have a copy */
/* any instance serves it, so it can count nothing */
#define VCH_KEY_REPLICATED 2

#define VCH_KEY_CONFIG_PUBLIC_KEY_MAX 64
struct vch_key_config {
	uint8_t version;
	uint8_t flags;
	struct vch_span public_key;
	struct vch_key_policy policy;
};
#define VCH_KEY_CONFIG_ENC_MAX 2143
void vch_key_config_read(struct vch_reader *r, struct vch_key_config *ret);
void vch_key_config_write(struct vch_writer *w,
		const struct vch_key_config *in);
VCH_MUST enum vch_err vch_key_config_decode(struct vch_key_config *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_key_config_encode(struct vch_writer *w,
		const struct vch_key_config *in);

/*
 * What moves with every use. nonce: the owner's last. recent: what was signed
 * today under a limit; the same again is the same signature, counted once.
 */
#define VCH_KEY_COUNTERS_RECENT_MAX 8
struct vch_key_counters {
	uint16_t day;
	uint32_t ops;
	vch_u128 spent;
	uint64_t nonce;
	uint8_t recent_cnt;
	uint8_t recent[VCH_KEY_COUNTERS_RECENT_MAX][32];
};
#define VCH_KEY_COUNTERS_ENC_MAX 287
void vch_key_counters_read(struct vch_reader *r, struct vch_key_counters *ret);
void vch_key_counters_write(struct vch_writer *w,
		const struct vch_key_counters *in);
VCH_MUST enum vch_err vch_key_counters_decode(struct vch_key_counters *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_key_counters_encode(struct vch_writer *w,
		const struct vch_key_counters *in);

/* A key was made, or its config changed. */
#define VCH_KEY_RECORD_CONFIG_MAX 2048
#define VCH_KEY_RECORD_COUNTERS_MAX 512
struct vch_key_record {
	struct vch_slot slot;
	struct vch_span config;
	struct vch_span counters;
	uint8_t blob_hash[32];
};
#define VCH_KEY_RECORD_ENC_MAX 2678
void vch_key_record_read(struct vch_reader *r, struct vch_key_record *ret);
void vch_key_record_write(struct vch_writer *w,
		const struct vch_key_record *in);
VCH_MUST enum vch_err vch_key_record_decode(struct vch_key_record *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_key_record_encode(struct vch_writer *w,
		const struct vch_key_record *in);

/*
 * A key signed (code 0), or refused a request of its owner. cost: wei that a
 * transaction can move, value and greatest fee together.
 */
#define VCH_USE_COUNTERS_MAX 512
struct vch_use {
	struct vch_slot slot;
	struct vch_span counters;
	uint16_t code;
	uint8_t kind;
	uint64_t chain_id;
	uint8_t digest[32];
	vch_u128 cost;
};
#define VCH_USE_ENC_MAX 655
void vch_use_read(struct vch_reader *r, struct vch_use *ret);
void vch_use_write(struct vch_writer *w, const struct vch_use *in);
VCH_MUST enum vch_err vch_use_decode(struct vch_use *ret, struct vch_span in);
VCH_MUST enum vch_err vch_use_encode(struct vch_writer *w,
		const struct vch_use *in);

/* Several uses of one key in one request: as so many records, but one. */
struct vch_used {
	uint16_t code;
	uint8_t kind;
	uint64_t chain_id;
	uint8_t digest[32];
	vch_u128 cost;
};
#define VCH_USED_ENC_MAX 59
void vch_used_read(struct vch_reader *r, struct vch_used *ret);
void vch_used_write(struct vch_writer *w, const struct vch_used *in);
VCH_MUST enum vch_err vch_used_decode(struct vch_used *ret, struct vch_span in);
VCH_MUST enum vch_err vch_used_encode(struct vch_writer *w,
		const struct vch_used *in);

#define VCH_USES_COUNTERS_MAX 512
#define VCH_USES_USED_MAX 64
struct vch_uses {
	struct vch_slot slot;
	struct vch_span counters;
	uint8_t used_cnt;
	struct vch_used used[VCH_USES_USED_MAX];
};
#define VCH_USES_ENC_MAX 4373
void vch_uses_read(struct vch_reader *r, struct vch_uses *ret);
void vch_uses_write(struct vch_writer *w, const struct vch_uses *in);
VCH_MUST enum vch_err vch_uses_decode(struct vch_uses *ret, struct vch_span in);
VCH_MUST enum vch_err vch_uses_encode(struct vch_writer *w,
		const struct vch_uses *in);

/*
 * A key was deleted. Its slot stays, so that nothing else ever has its id.
 * erased 0: its blob was dropped; 1: a second record, once the generation key
 * that could open any copy of the blob was overwritten.
 */
struct vch_delete {
	struct vch_slot slot;
	uint8_t erased;
};
#define VCH_DELETE_ENC_MAX 83
void vch_delete_read(struct vch_reader *r, struct vch_delete *ret);
void vch_delete_write(struct vch_writer *w, const struct vch_delete *in);
VCH_MUST enum vch_err vch_delete_decode(struct vch_delete *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_delete_encode(struct vch_writer *w,
		const struct vch_delete *in);

/*
 * The owner of a stopped account or key takes this history for the true one:
 * `head` is that of its record before this one. The grants are void and today's
 * limits count as spent. passkey is 255 where it is a key.
 */
#define VCH_RESUMED_CONFIG_MAX 2048
#define VCH_RESUMED_COUNTERS_MAX 512
struct vch_resumed {
	struct vch_slot slot;
	struct vch_span config;
	struct vch_span counters;
	uint8_t head[32];
	uint8_t passkey;
};
#define VCH_RESUMED_ENC_MAX 2679
void vch_resumed_read(struct vch_reader *r, struct vch_resumed *ret);
void vch_resumed_write(struct vch_writer *w, const struct vch_resumed *in);
VCH_MUST enum vch_err vch_resumed_decode(struct vch_resumed *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_resumed_encode(struct vch_writer *w,
		const struct vch_resumed *in);

/* Closes a shard's window: it only carries its section's counter. */
struct vch_anchor {
	uint8_t shard;
};
#define VCH_ANCHOR_ENC_MAX 1
void vch_anchor_read(struct vch_reader *r, struct vch_anchor *ret);
void vch_anchor_write(struct vch_writer *w, const struct vch_anchor *in);
VCH_MUST enum vch_err vch_anchor_decode(struct vch_anchor *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_anchor_encode(struct vch_writer *w,
		const struct vch_anchor *in);

/*
 * Where an incarnation of a shard ended, and the expiry clock when it was left.
 */
struct vch_past_place {
	uint8_t incarnation[16];
	uint64_t end;
	uint64_t left_s;
};
#define VCH_PAST_PLACE_ENC_MAX 32
void vch_past_place_read(struct vch_reader *r, struct vch_past_place *ret);
void vch_past_place_write(struct vch_writer *w,
		const struct vch_past_place *in);
VCH_MUST enum vch_err vch_past_place_decode(struct vch_past_place *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_past_place_encode(struct vch_writer *w,
		const struct vch_past_place *in);

/* A slot, and the unclean starts of its shard that it was charged for. */
struct vch_kept_slot {
	struct vch_slot slot;
	uint32_t unclean_cnt;
};
#define VCH_KEPT_SLOT_ENC_MAX 86
void vch_kept_slot_read(struct vch_reader *r, struct vch_kept_slot *ret);
void vch_kept_slot_write(struct vch_writer *w, const struct vch_kept_slot *in);
VCH_MUST enum vch_err vch_kept_slot_decode(struct vch_kept_slot *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_kept_slot_encode(struct vch_writer *w,
		const struct vch_kept_slot *in);

/*
 * A part of what folding a shard gives. The pages of a shard hold its past
 * incarnations and its slots, each once; they lie beside the log.
 */
#define VCH_SNAPSHOT_PAGE_PLACES_MAX 128
#define VCH_SNAPSHOT_PAGE_SLOTS_MAX 128
struct vch_snapshot_page {
	uint8_t places_cnt;
	struct vch_past_place places[VCH_SNAPSHOT_PAGE_PLACES_MAX];
	uint8_t slots_cnt;
	struct vch_kept_slot slots[VCH_SNAPSHOT_PAGE_SLOTS_MAX];
};
#define VCH_SNAPSHOT_PAGE_ENC_MAX 15106
void vch_snapshot_page_read(struct vch_reader *r,
		struct vch_snapshot_page *ret);
void vch_snapshot_page_write(struct vch_writer *w,
		const struct vch_snapshot_page *in);
VCH_MUST enum vch_err vch_snapshot_page_decode(struct vch_snapshot_page *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_snapshot_page_encode(struct vch_writer *w,
		const struct vch_snapshot_page *in);

#define VCH_PAGE_MAX 16384

/*
 * All that folding the shard's records before this one gives: pages_hash is
 * SHA-256 over its pages, one after the other. The section's tag covers it, so
 * a page needs none of its own; and as a slot is what records say anyway, it
 * is no secret. version: of who made it, the highest that the log has seen. The
 * only record of its batch.
 */
struct vch_snapshot {
	uint8_t shard;
	uint32_t unclean_cnt;
	uint32_t page_cnt;
	uint8_t pages_hash[32];
	uint8_t log_key[32];
	uint32_t version;
};
#define VCH_SNAPSHOT_ENC_MAX 77
void vch_snapshot_read(struct vch_reader *r, struct vch_snapshot *ret);
void vch_snapshot_write(struct vch_writer *w, const struct vch_snapshot *in);
VCH_MUST enum vch_err vch_snapshot_decode(struct vch_snapshot *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_snapshot_encode(struct vch_writer *w,
		const struct vch_snapshot *in);

/*
 * The trusted application of version `from` ends here, and is about to give the
 * device to that of `version` with that measurement: in every shard, in one
 * batch, and nothing of `from` follows. release_hash: what the release keys
 * signed (UPGRADE in ta.wire). PROTOCOL 6.
 */
struct vch_upgrade {
	uint8_t shard;
	uint32_t from;
	uint32_t version;
	uint8_t measurement[32];
	uint8_t release_hash[32];
};
#define VCH_UPGRADE_ENC_MAX 73
void vch_upgrade_read(struct vch_reader *r, struct vch_upgrade *ret);
void vch_upgrade_write(struct vch_writer *w, const struct vch_upgrade *in);
VCH_MUST enum vch_err vch_upgrade_decode(struct vch_upgrade *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_upgrade_encode(struct vch_writer *w,
		const struct vch_upgrade *in);

/*
 * The records one invocation added to one shard, under one tag. counter is the
 * shard's hardware counter as it was (these records were released before the
 * next bump) or one more (released after the bump to it). PROTOCOL 4.
 */
#define VCH_SECTION_RECORDS_MAX 64
#define VCH_SECTION_RECORDS_LEN_MAX 5120
struct vch_section {
	uint8_t shard;
	uint8_t incarnation[16];
	uint64_t index;
	uint64_t counter;
	uint8_t prev_head[32];
	uint8_t records_cnt;
	struct vch_span records[VCH_SECTION_RECORDS_MAX];
	uint8_t tag[32];
};
#define VCH_SECTION_ENC_MAX 327906
void vch_section_read(struct vch_reader *r, struct vch_section *ret);
void vch_section_write(struct vch_writer *w, const struct vch_section *in);
VCH_MUST enum vch_err vch_section_decode(struct vch_section *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_section_encode(struct vch_writer *w,
		const struct vch_section *in);

/*
 * One invocation: at most 64 records in all. Every section's records are
 * leaves of one Merkle tree, in order; the log key signs its root.
 */
#define VCH_BATCH_SECTIONS_MAX 64
struct vch_batch {
	uint8_t sections_cnt;
	struct vch_section sections[VCH_BATCH_SECTIONS_MAX];
	uint8_t root[32];
	uint8_t signature[64];
};
#define VCH_BATCH_ENC_MAX 20986081
void vch_batch_read(struct vch_reader *r, struct vch_batch *ret);
void vch_batch_write(struct vch_writer *w, const struct vch_batch *in);
VCH_MUST enum vch_err vch_batch_decode(struct vch_batch *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_batch_encode(struct vch_writer *w,
		const struct vch_batch *in);

#define VCH_BATCH_MAX 262144
#define VCH_BATCH_RECORDS_MAX 64
#define VCH_RECORD_MAX 5120
#define VCH_SHARDS 64

/*
 * A secret beside the chain, sealed under the generation key. The first five
 * fields and the id it belongs to are associated data; index, that of the
 * record which made it, is the nonce within the incarnation.
 */
#define VCH_BLOB_SEALED_MAX 128
struct vch_blob {
	uint8_t shard;
	uint8_t incarnation[16];
	uint64_t index;
	uint8_t kind;
	uint8_t prev_head[32];
	struct vch_span sealed;
	uint8_t tag[16];
};
#define VCH_BLOB_ENC_MAX 204
void vch_blob_read(struct vch_reader *r, struct vch_blob *ret);
void vch_blob_write(struct vch_writer *w, const struct vch_blob *in);
VCH_MUST enum vch_err vch_blob_decode(struct vch_blob *ret, struct vch_span in);
VCH_MUST enum vch_err vch_blob_encode(struct vch_writer *w,
		const struct vch_blob *in);

#define VCH_BLOB_COSIGN_KEY 1
#define VCH_BLOB_KEY 2 /* of the key service: a scalar or a seed */
/* the same; the id in it is the slot's state, cut */
#define VCH_BLOB_REPLICATED 3
#define VCH_BLOB_MAX 256

/*
 * What is needed of a receipt to ask the trusted application whether it is on
 * its history: the place, the head after its record, the path, the signature.
 * Its shard is that of the account it is brought for.
 */
#define VCH_SEEN_PATH_MAX 6
struct vch_seen {
	uint8_t incarnation[16];
	uint64_t index;
	uint8_t head[32];
	uint8_t path_cnt;
	uint8_t path[VCH_SEEN_PATH_MAX][32];
	uint8_t left;
	uint8_t signature[64];
};
#define VCH_SEEN_ENC_MAX 314
void vch_seen_read(struct vch_reader *r, struct vch_seen *ret);
void vch_seen_write(struct vch_writer *w, const struct vch_seen *in);
VCH_MUST enum vch_err vch_seen_decode(struct vch_seen *ret, struct vch_span in);
VCH_MUST enum vch_err vch_seen_encode(struct vch_writer *w,
		const struct vch_seen *in);

/*
 * What a client keeps of an answer: the record, its place, and the path to a
 * root that the log key signed. path has one bit in `left` for each hash:
 * set where the hash stands on the left.
 */
#define VCH_RECEIPT_RECORD_MAX 5120
#define VCH_RECEIPT_PATH_MAX 6
struct vch_receipt {
	uint8_t shard;
	uint8_t incarnation[16];
	uint64_t index;
	uint8_t prev_head[32];
	struct vch_span record;
	uint8_t path_cnt;
	uint8_t path[VCH_RECEIPT_PATH_MAX][32];
	uint8_t left;
	uint8_t root[32];
	uint8_t signature[64];
};
#define VCH_RECEIPT_ENC_MAX 5469
void vch_receipt_read(struct vch_reader *r, struct vch_receipt *ret);
void vch_receipt_write(struct vch_writer *w, const struct vch_receipt *in);
VCH_MUST enum vch_err vch_receipt_decode(struct vch_receipt *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_receipt_encode(struct vch_writer *w,
		const struct vch_receipt *in);

#endif
