/* SPDX-License-Identifier: Apache-2.0 */
/* Written by tools/wire.py from wire/ta.wire: edit that. */
#ifndef WIRE_GEN_TA_H
#define WIRE_GEN_TA_H

#include <stdint.h>

#include "trusted/base/bytes.h"
#include "wire/gen/log.h"

/*
 * The door of the trusted application. One call carries: the command number,
 * the request (memref in), the answer (memref out) and the batch for the log
 * (memref out, LOG BATCH_MAX bytes; empty when nothing changed).
 * 0 to 9 are the key service's.
 * The word after the number is the phase in which the command is allowed.
 */

#define VCH_REQUEST_MAX 262144
#define VCH_ANSWER_MAX 65536
#define VCH_OPS_MAX 64

/* ERC-4337 v0.7+ packed form; every field as the EntryPoint hashes it. */
#define VCH_USER_OP_INIT_CODE_MAX 128
#define VCH_USER_OP_CALL_DATA_MAX 8192
#define VCH_USER_OP_PAYMASTER_AND_DATA_MAX 1024
struct vch_user_op {
	uint8_t sender[20];
	uint8_t nonce[32];
	struct vch_span init_code;
	struct vch_span call_data;
	uint8_t account_gas_limits[32];
	uint8_t pre_verification_gas[32];
	uint8_t gas_fees[32];
	struct vch_span paymaster_and_data;
};
#define VCH_USER_OP_ENC_MAX 9498
void vch_user_op_read(struct vch_reader *r, struct vch_user_op *ret);
void vch_user_op_write(struct vch_writer *w, const struct vch_user_op *in);
VCH_MUST enum vch_err vch_user_op_decode(struct vch_user_op *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_user_op_encode(struct vch_writer *w,
		const struct vch_user_op *in);

/*
 * WebAuthn: signature is r ‖ s over SHA-256(auth_data ‖ SHA-256(client_data))
 */
#define VCH_ASSERTION_AUTH_DATA_MAX 293
#define VCH_ASSERTION_CLIENT_DATA_MAX 1024
struct vch_assertion {
	uint8_t passkey;
	struct vch_span auth_data;
	struct vch_span client_data;
	uint8_t signature[64];
};
#define VCH_ASSERTION_ENC_MAX 1386
void vch_assertion_read(struct vch_reader *r, struct vch_assertion *ret);
void vch_assertion_write(struct vch_writer *w, const struct vch_assertion *in);
VCH_MUST enum vch_err vch_assertion_decode(struct vch_assertion *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_assertion_encode(struct vch_writer *w,
		const struct vch_assertion *in);

/*
 * One operation to co-sign. config, counters and blob are the account's own;
 * all three empty: as left by an earlier operation of the same batch.
 * seen: the last receipt the client got, if it kept one. It is looked at once
 * the passkey was verified; if it is signed by this device and not on its
 * history, the account stops: this and all later requests answer ROLLBACK
 * until RESUME. A forged one is refused with RECEIPT and stops nothing.
 */
#define VCH_COSIGN_OP_CONFIG_MAX 2048
#define VCH_COSIGN_OP_COUNTERS_MAX 512
#define VCH_COSIGN_OP_BLOB_MAX 256
#define VCH_COSIGN_OP_SEEN_MAX 1
struct vch_cosign_op {
	uint8_t account[20];
	struct vch_span config;
	struct vch_span counters;
	struct vch_span blob;
	uint64_t chain_id;
	uint8_t entry_point[20];
	struct vch_user_op op;
	uint64_t valid_until;
	struct vch_assertion assertion;
	uint8_t seen_cnt;
	struct vch_seen seen[VCH_COSIGN_OP_SEEN_MAX];
};
#define VCH_COSIGN_OP_ENC_MAX 14077
void vch_cosign_op_read(struct vch_reader *r, struct vch_cosign_op *ret);
void vch_cosign_op_write(struct vch_writer *w, const struct vch_cosign_op *in);
VCH_MUST enum vch_err vch_cosign_op_decode(struct vch_cosign_op *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_cosign_op_encode(struct vch_writer *w,
		const struct vch_cosign_op *in);

/*
 * code: errors.wire. recorded: 1 if the batch holds a record of it.
 * signature: r ‖ s ‖ v (27 or 28), zeros unless code is 0.
 */
struct vch_cosign_result {
	uint16_t code;
	uint8_t recorded;
	uint8_t signature[65];
};
#define VCH_COSIGN_RESULT_ENC_MAX 68
void vch_cosign_result_read(struct vch_reader *r,
		struct vch_cosign_result *ret);
void vch_cosign_result_write(struct vch_writer *w,
		const struct vch_cosign_result *in);
VCH_MUST enum vch_err vch_cosign_result_decode(struct vch_cosign_result *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_cosign_result_encode(struct vch_writer *w,
		const struct vch_cosign_result *in);

struct vch_version_request {
	uint8_t unused; /* no fields; C wants one */
};
#define VCH_VERSION_REQUEST_ENC_MAX 0
void vch_version_request_read(struct vch_reader *r,
		struct vch_version_request *ret);
void vch_version_request_write(struct vch_writer *w,
		const struct vch_version_request *in);
VCH_MUST enum vch_err vch_version_request_decode(
		struct vch_version_request *ret, struct vch_span in);
VCH_MUST enum vch_err vch_version_request_encode(struct vch_writer *w,
		const struct vch_version_request *in);

struct vch_version_answer {
	uint32_t version;
	uint8_t phase;
	uint32_t slot_max;
	uint32_t slot_cnt;
	uint8_t log_key[32];
};
#define VCH_VERSION_ANSWER_ENC_MAX 45
void vch_version_answer_read(struct vch_reader *r,
		struct vch_version_answer *ret);
void vch_version_answer_write(struct vch_writer *w,
		const struct vch_version_answer *in);
VCH_MUST enum vch_err vch_version_answer_decode(struct vch_version_answer *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_version_answer_encode(struct vch_writer *w,
		const struct vch_version_answer *in);

/*
 * Evidence bound to the caller's challenge; see `evidence`. endorsement: empty,
 * or device key (32) ‖ certificate (64) ‖ signature (64): the factory's over
 * "vouch device v1" ‖ device key, and the device's over "vouch endorsement v1" ‖
 * measurement ‖ SHA-256("vouch evidence v1" ‖ claims).
 */
struct vch_attest_request {
	uint8_t challenge[32];
};
#define VCH_ATTEST_REQUEST_ENC_MAX 32
void vch_attest_request_read(struct vch_reader *r,
		struct vch_attest_request *ret);
void vch_attest_request_write(struct vch_writer *w,
		const struct vch_attest_request *in);
VCH_MUST enum vch_err vch_attest_request_decode(struct vch_attest_request *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_attest_request_encode(struct vch_writer *w,
		const struct vch_attest_request *in);

#define VCH_ATTEST_ANSWER_CLAIMS_MAX 1024
#define VCH_ATTEST_ANSWER_ENDORSEMENT_MAX 160
struct vch_attest_answer {
	struct vch_span claims;
	uint8_t signature[64];
	struct vch_span endorsement;
};
#define VCH_ATTEST_ANSWER_ENC_MAX 1252
void vch_attest_answer_read(struct vch_reader *r,
		struct vch_attest_answer *ret);
void vch_attest_answer_write(struct vch_writer *w,
		const struct vch_attest_answer *in);
VCH_MUST enum vch_err vch_attest_answer_decode(struct vch_attest_answer *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_attest_answer_encode(struct vch_writer *w,
		const struct vch_attest_answer *in);

/*
 * The claims that the device key signs, as "vouch evidence v1" ‖ claims.
 * counter: `none`, or the kind of place the counters are in; window_s and
 * window_records as given to START. heads_hash: SHA-256 of the heads of the 64
 * shards, as the instance that answers knows them: those that it serves as they
 * are now, others as they were in the log that it began with. import_key:
 * X25519, for what is imported; it ends with the incarnation. generation: the
 * number of the key that seals the blobs.
 */
#define VCH_EVIDENCE_PLATFORM_MAX 32
#define VCH_EVIDENCE_ERASE_MAX 16
#define VCH_EVIDENCE_PROTECT_MAX 16
#define VCH_EVIDENCE_DETECT_MAX 16
#define VCH_EVIDENCE_SEAL_MAX 16
#define VCH_EVIDENCE_SIGNER_MAX 16
#define VCH_EVIDENCE_COUNTER_MAX 16
struct vch_evidence {
	uint8_t challenge[32];
	struct vch_span platform;
	uint8_t measurement[32];
	uint32_t version;
	uint8_t incarnation[16];
	uint8_t log_key[32];
	uint8_t device_key[32];
	uint8_t heads_hash[32];
	uint8_t import_key[32];
	uint64_t generation;
	struct vch_span erase;
	struct vch_span protect;
	struct vch_span detect;
	struct vch_span seal;
	struct vch_span signer;
	struct vch_span counter;
	uint16_t window_s;
	uint16_t window_records;
};
#define VCH_EVIDENCE_ENC_MAX 366
void vch_evidence_read(struct vch_reader *r, struct vch_evidence *ret);
void vch_evidence_write(struct vch_writer *w, const struct vch_evidence *in);
VCH_MUST enum vch_err vch_evidence_decode(struct vch_evidence *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_evidence_encode(struct vch_writer *w,
		const struct vch_evidence *in);

/* Hands back whole batches, in order, each with its u32 length before it. */
#define VCH_REPLAY_REQUEST_BATCHES_MAX 261120
struct vch_replay_request {
	struct vch_span batches;
};
#define VCH_REPLAY_REQUEST_ENC_MAX 261124
void vch_replay_request_read(struct vch_reader *r,
		struct vch_replay_request *ret);
void vch_replay_request_write(struct vch_writer *w,
		const struct vch_replay_request *in);
VCH_MUST enum vch_err vch_replay_request_decode(struct vch_replay_request *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_replay_request_encode(struct vch_writer *w,
		const struct vch_replay_request *in);

struct vch_replay_answer {
	uint32_t batch_cnt;
};
#define VCH_REPLAY_ANSWER_ENC_MAX 4
void vch_replay_answer_read(struct vch_reader *r,
		struct vch_replay_answer *ret);
void vch_replay_answer_write(struct vch_writer *w,
		const struct vch_replay_answer *in);
VCH_MUST enum vch_err vch_replay_answer_decode(struct vch_replay_answer *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_replay_answer_encode(struct vch_writer *w,
		const struct vch_replay_answer *in);

#define VCH_WINDOW_NEVER 65535
#define VCH_WINDOW_S_MAX 60
#define VCH_WINDOW_RECORDS_MAX 1024

struct vch_start_request {
	uint8_t shard_first;
	uint8_t shard_cnt;
	uint16_t window_s;
	uint16_t window_records;
};
#define VCH_START_REQUEST_ENC_MAX 6
void vch_start_request_read(struct vch_reader *r,
		struct vch_start_request *ret);
void vch_start_request_write(struct vch_writer *w,
		const struct vch_start_request *in);
VCH_MUST enum vch_err vch_start_request_decode(struct vch_start_request *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_start_request_encode(struct vch_writer *w,
		const struct vch_start_request *in);

struct vch_start_answer {
	uint8_t incarnation[16];
	uint8_t log_key[32];
};
#define VCH_START_ANSWER_ENC_MAX 48
void vch_start_answer_read(struct vch_reader *r, struct vch_start_answer *ret);
void vch_start_answer_write(struct vch_writer *w,
		const struct vch_start_answer *in);
VCH_MUST enum vch_err vch_start_answer_decode(struct vch_start_answer *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_start_answer_encode(struct vch_writer *w,
		const struct vch_start_answer *in);

/*
 * After the replay, before any instance has begun: ROLLBACK if the log is older
 * than the counters of any shard say. START looks at its own shards only, as
 * others may be served meanwhile; so of several instances some would begin to
 * write to an older log that others refuse.
 */
struct vch_compare_request {
	uint8_t unused; /* no fields; C wants one */
};
#define VCH_COMPARE_REQUEST_ENC_MAX 0
void vch_compare_request_read(struct vch_reader *r,
		struct vch_compare_request *ret);
void vch_compare_request_write(struct vch_writer *w,
		const struct vch_compare_request *in);
VCH_MUST enum vch_err vch_compare_request_decode(
		struct vch_compare_request *ret, struct vch_span in);
VCH_MUST enum vch_err vch_compare_request_encode(struct vch_writer *w,
		const struct vch_compare_request *in);

struct vch_compare_answer {
	uint8_t unused; /* no fields; C wants one */
};
#define VCH_COMPARE_ANSWER_ENC_MAX 0
void vch_compare_answer_read(struct vch_reader *r,
		struct vch_compare_answer *ret);
void vch_compare_answer_write(struct vch_writer *w,
		const struct vch_compare_answer *in);
VCH_MUST enum vch_err vch_compare_answer_decode(struct vch_compare_answer *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_compare_answer_encode(struct vch_writer *w,
		const struct vch_compare_answer *in);

/*
 * Makes the co-signer's key and the account around it. The record in the log
 * is the statement: its receipt proves passkey, co-signer and policy.
 */
#define VCH_CREATE_ACCOUNT_REQUEST_ORIGINS_MAX 4
#define VCH_CREATE_ACCOUNT_REQUEST_ORIGINS_LEN_MAX 128
#define VCH_CREATE_ACCOUNT_REQUEST_NETWORKS_MAX 8
struct vch_create_account_request {
	struct vch_passkey passkey;
	uint8_t origins_cnt;
	struct vch_span origins[VCH_CREATE_ACCOUNT_REQUEST_ORIGINS_MAX];
	uint8_t networks_cnt;
	struct vch_network networks[VCH_CREATE_ACCOUNT_REQUEST_NETWORKS_MAX];
	uint8_t factory[20];
	uint8_t implementation[20];
};
#define VCH_CREATE_ACCOUNT_REQUEST_ENC_MAX 883
void vch_create_account_request_read(struct vch_reader *r,
		struct vch_create_account_request *ret);
void vch_create_account_request_write(struct vch_writer *w,
		const struct vch_create_account_request *in);
VCH_MUST enum vch_err vch_create_account_request_decode(
		struct vch_create_account_request *ret, struct vch_span in);
VCH_MUST enum vch_err vch_create_account_request_encode(struct vch_writer *w,
		const struct vch_create_account_request *in);

#define VCH_CREATE_ACCOUNT_ANSWER_BLOB_MAX 256
struct vch_create_account_answer {
	uint8_t address[20];
	uint8_t cosigner[20];
	struct vch_span blob;
};
#define VCH_CREATE_ACCOUNT_ANSWER_ENC_MAX 298
void vch_create_account_answer_read(struct vch_reader *r,
		struct vch_create_account_answer *ret);
void vch_create_account_answer_write(struct vch_writer *w,
		const struct vch_create_account_answer *in);
VCH_MUST enum vch_err vch_create_account_answer_decode(
		struct vch_create_account_answer *ret, struct vch_span in);
VCH_MUST enum vch_err vch_create_account_answer_encode(struct vch_writer *w,
		const struct vch_create_account_answer *in);

#define VCH_COSIGN_BATCH_REQUEST_OPS_MAX 64
struct vch_cosign_batch_request {
	uint8_t ops_cnt;
	struct vch_cosign_op ops[VCH_COSIGN_BATCH_REQUEST_OPS_MAX];
};
#define VCH_COSIGN_BATCH_REQUEST_ENC_MAX 900929
void vch_cosign_batch_request_read(struct vch_reader *r,
		struct vch_cosign_batch_request *ret);
void vch_cosign_batch_request_write(struct vch_writer *w,
		const struct vch_cosign_batch_request *in);
VCH_MUST enum vch_err vch_cosign_batch_request_decode(
		struct vch_cosign_batch_request *ret, struct vch_span in);
VCH_MUST enum vch_err vch_cosign_batch_request_encode(struct vch_writer *w,
		const struct vch_cosign_batch_request *in);

#define VCH_COSIGN_BATCH_ANSWER_RESULTS_MAX 64
struct vch_cosign_batch_answer {
	uint8_t results_cnt;
	struct vch_cosign_result results[VCH_COSIGN_BATCH_ANSWER_RESULTS_MAX];
};
#define VCH_COSIGN_BATCH_ANSWER_ENC_MAX 4353
void vch_cosign_batch_answer_read(struct vch_reader *r,
		struct vch_cosign_batch_answer *ret);
void vch_cosign_batch_answer_write(struct vch_writer *w,
		const struct vch_cosign_batch_answer *in);
VCH_MUST enum vch_err vch_cosign_batch_answer_decode(
		struct vch_cosign_batch_answer *ret, struct vch_span in);
VCH_MUST enum vch_err vch_cosign_batch_answer_encode(struct vch_writer *w,
		const struct vch_cosign_batch_answer *in);

/*
 * Changes an account's policy by its passkey's word. What is tighter than
 * before holds at once; what is not waits and is taken by APPLY_CHANGE. Every
 * change takes the place of one that waits, so the policy as it stands cancels.
 */
#define VCH_CHANGE_ACCOUNT_REQUEST_CONFIG_MAX 2048
#define VCH_CHANGE_ACCOUNT_REQUEST_COUNTERS_MAX 512
struct vch_change_account_request {
	struct vch_span config;
	struct vch_span counters;
	struct vch_change change;
	struct vch_assertion assertion;
};
#define VCH_CHANGE_ACCOUNT_REQUEST_ENC_MAX 5831
void vch_change_account_request_read(struct vch_reader *r,
		struct vch_change_account_request *ret);
void vch_change_account_request_write(struct vch_writer *w,
		const struct vch_change_account_request *in);
VCH_MUST enum vch_err vch_change_account_request_decode(
		struct vch_change_account_request *ret, struct vch_span in);
VCH_MUST enum vch_err vch_change_account_request_encode(struct vch_writer *w,
		const struct vch_change_account_request *in);

struct vch_change_account_answer {
	uint16_t code;
	uint8_t recorded;
};
#define VCH_CHANGE_ACCOUNT_ANSWER_ENC_MAX 3
void vch_change_account_answer_read(struct vch_reader *r,
		struct vch_change_account_answer *ret);
void vch_change_account_answer_write(struct vch_writer *w,
		const struct vch_change_account_answer *in);
VCH_MUST enum vch_err vch_change_account_answer_decode(
		struct vch_change_account_answer *ret, struct vch_span in);
VCH_MUST enum vch_err vch_change_account_answer_encode(struct vch_writer *w,
		const struct vch_change_account_answer *in);

/*
 * Takes the change that waited, once it is due. It was signed when it was
 * proposed, so anybody may bring it.
 */
#define VCH_APPLY_CHANGE_REQUEST_CONFIG_MAX 2048
#define VCH_APPLY_CHANGE_REQUEST_COUNTERS_MAX 512
struct vch_apply_change_request {
	struct vch_span config;
	struct vch_span counters;
	struct vch_change change;
};
#define VCH_APPLY_CHANGE_REQUEST_ENC_MAX 4445
void vch_apply_change_request_read(struct vch_reader *r,
		struct vch_apply_change_request *ret);
void vch_apply_change_request_write(struct vch_writer *w,
		const struct vch_apply_change_request *in);
VCH_MUST enum vch_err vch_apply_change_request_decode(
		struct vch_apply_change_request *ret, struct vch_span in);
VCH_MUST enum vch_err vch_apply_change_request_encode(struct vch_writer *w,
		const struct vch_apply_change_request *in);

struct vch_apply_change_answer {
	uint16_t code;
	uint8_t recorded;
};
#define VCH_APPLY_CHANGE_ANSWER_ENC_MAX 3
void vch_apply_change_answer_read(struct vch_reader *r,
		struct vch_apply_change_answer *ret);
void vch_apply_change_answer_write(struct vch_writer *w,
		const struct vch_apply_change_answer *in);
VCH_MUST enum vch_err vch_apply_change_answer_decode(
		struct vch_apply_change_answer *ret, struct vch_span in);
VCH_MUST enum vch_err vch_apply_change_answer_encode(struct vch_writer *w,
		const struct vch_apply_change_answer *in);

/*
 * One setting of an account's policy on chain (contracts/lib/Intent.sol). target
 * and selector as there: zero where the kind has none.
 */
struct vch_chain_setting {
	uint8_t kind;
	uint8_t target[20];
	uint8_t selector[4];
	vch_u128 value;
};
#define VCH_CHAIN_SETTING_ENC_MAX 41
void vch_chain_setting_read(struct vch_reader *r,
		struct vch_chain_setting *ret);
void vch_chain_setting_write(struct vch_writer *w,
		const struct vch_chain_setting *in);
VCH_MUST enum vch_err vch_chain_setting_decode(struct vch_chain_setting *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_chain_setting_encode(struct vch_writer *w,
		const struct vch_chain_setting *in);

/* gwei a day, capped at what the chain can hold */
#define VCH_SETTING_DAILY_LIMIT 0
/* the same of a token, in its smallest unit */
#define VCH_SETTING_TOKEN_LIMIT 1
#define VCH_SETTING_CALL 2 /* 1: listed */
#define VCH_SETTING_OPEN 3 /* 0: frozen */

/* Change{number, settings} of that account on that chain. */
#define VCH_INTENT_SETTINGS_MAX 16
struct vch_intent {
	uint8_t account[20];
	uint64_t chain_id;
	uint64_t number;
	uint64_t valid_until;
	uint8_t settings_cnt;
	struct vch_chain_setting settings[VCH_INTENT_SETTINGS_MAX];
};
#define VCH_INTENT_ENC_MAX 701
void vch_intent_read(struct vch_reader *r, struct vch_intent *ret);
void vch_intent_write(struct vch_writer *w, const struct vch_intent *in);
VCH_MUST enum vch_err vch_intent_decode(struct vch_intent *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_intent_encode(struct vch_writer *w,
		const struct vch_intent *in);

/*
 * Signs an intent for one chain: the passkey signed its EIP-712 hash, and each
 * setting says what the account's policy says as it holds, or as the change
 * makes it that waits here. So no chain ever allows what was not asked of the
 * trusted application first. Also while frozen: that is how it ends.
 */
#define VCH_COSIGN_INTENT_REQUEST_CONFIG_MAX 2048
#define VCH_COSIGN_INTENT_REQUEST_COUNTERS_MAX 512
#define VCH_COSIGN_INTENT_REQUEST_BLOB_MAX 256
#define VCH_COSIGN_INTENT_REQUEST_WAITS_MAX 1
struct vch_cosign_intent_request {
	struct vch_span config;
	struct vch_span counters;
	struct vch_span blob;
	struct vch_intent intent;
	uint8_t waits_cnt;
	struct vch_change waits[VCH_COSIGN_INTENT_REQUEST_WAITS_MAX];
	struct vch_assertion assertion;
};
#define VCH_COSIGN_INTENT_REQUEST_ENC_MAX 6791
void vch_cosign_intent_request_read(struct vch_reader *r,
		struct vch_cosign_intent_request *ret);
void vch_cosign_intent_request_write(struct vch_writer *w,
		const struct vch_cosign_intent_request *in);
VCH_MUST enum vch_err vch_cosign_intent_request_decode(
		struct vch_cosign_intent_request *ret, struct vch_span in);
VCH_MUST enum vch_err vch_cosign_intent_request_encode(struct vch_writer *w,
		const struct vch_cosign_intent_request *in);

struct vch_cosign_intent_answer {
	struct vch_cosign_result result;
};
#define VCH_COSIGN_INTENT_ANSWER_ENC_MAX 68
void vch_cosign_intent_answer_read(struct vch_reader *r,
		struct vch_cosign_intent_answer *ret);
void vch_cosign_intent_answer_write(struct vch_writer *w,
		const struct vch_cosign_intent_answer *in);
VCH_MUST enum vch_err vch_cosign_intent_answer_decode(
		struct vch_cosign_intent_answer *ret, struct vch_span in);
VCH_MUST enum vch_err vch_cosign_intent_answer_encode(struct vch_writer *w,
		const struct vch_cosign_intent_answer *in);

#define VCH_KEY_REQUEST_CONFIG_MAX 2048
#define VCH_KEY_REQUEST_COUNTERS_MAX 512
#define VCH_KEY_REQUEST_BLOB_MAX 256
#define VCH_KEY_REQUEST_PAYLOAD_MAX 12288
#define VCH_KEY_REQUEST_OWNER_SIGNATURE_MAX 64
#define VCH_KEY_REQUEST_SEEN_MAX 1
struct vch_key_request {
	uint8_t key[20];
	struct vch_span config;
	struct vch_span counters;
	struct vch_span blob;
	uint8_t kind;
	struct vch_span payload;
	uint64_t nonce;
	struct vch_span owner_signature;
	uint8_t joined;
	uint8_t seen_cnt;
	struct vch_seen seen[VCH_KEY_REQUEST_SEEN_MAX];
};
#define VCH_KEY_REQUEST_ENC_MAX 15523
void vch_key_request_read(struct vch_reader *r, struct vch_key_request *ret);
void vch_key_request_write(struct vch_writer *w,
		const struct vch_key_request *in);
VCH_MUST enum vch_err vch_key_request_decode(struct vch_key_request *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_key_request_encode(struct vch_writer *w,
		const struct vch_key_request *in);

#define VCH_PAYLOAD_TX 1
#define VCH_PAYLOAD_MESSAGE 2
#define VCH_PAYLOAD_TYPED 3
#define VCH_PAYLOAD_RAW 4
#define VCH_PAYLOAD_PAYMASTER 5
#define VCH_PAYLOAD_RESUME 6

/*
 * What a verifying paymaster is asked to pay for. The first 52 bytes of the
 * operation's paymaster_and_data (the paymaster and its two gas limits) are
 * what it will be sent with; what follows them is not looked at. The digest is
 * that of the reference VerifyingPaymaster (v0.7 and later), as EIP-191.
 */
struct vch_paymaster_op {
	uint64_t chain_id;
	struct vch_user_op op;
	uint64_t valid_until;
	uint64_t valid_after;
};
#define VCH_PAYMASTER_OP_ENC_MAX 9522
void vch_paymaster_op_read(struct vch_reader *r, struct vch_paymaster_op *ret);
void vch_paymaster_op_write(struct vch_writer *w,
		const struct vch_paymaster_op *in);
VCH_MUST enum vch_err vch_paymaster_op_decode(struct vch_paymaster_op *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_paymaster_op_encode(struct vch_writer *w,
		const struct vch_paymaster_op *in);

/*
 * `seen` is the receipt of the key's newest record, `sequence` that record's.
 */
struct vch_key_resume {
	struct vch_seen seen;
	uint64_t sequence;
};
#define VCH_KEY_RESUME_ENC_MAX 322
void vch_key_resume_read(struct vch_reader *r, struct vch_key_resume *ret);
void vch_key_resume_write(struct vch_writer *w,
		const struct vch_key_resume *in);
VCH_MUST enum vch_err vch_key_resume_decode(struct vch_key_resume *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_key_resume_encode(struct vch_writer *w,
		const struct vch_key_resume *in);

/*
 * EIP-712: domain says which members the domain has; type is encodeType of the
 * primary type; words are what encodeData makes of its members (strings, bytes,
 * arrays and structs as their hashes).
 */
#define VCH_TYPED_DATA_NAME_MAX 128
#define VCH_TYPED_DATA_VERSION_MAX 64
#define VCH_TYPED_DATA_TYPE_MAX 2048
#define VCH_TYPED_DATA_WORDS_MAX 64
struct vch_typed_data {
	uint8_t domain;
	struct vch_span name;
	struct vch_span version;
	uint64_t chain_id;
	uint8_t contract[20];
	uint8_t salt[32];
	struct vch_span type;
	uint8_t words_cnt;
	uint8_t words[VCH_TYPED_DATA_WORDS_MAX][32];
};
#define VCH_TYPED_DATA_ENC_MAX 4356
void vch_typed_data_read(struct vch_reader *r, struct vch_typed_data *ret);
void vch_typed_data_write(struct vch_writer *w,
		const struct vch_typed_data *in);
VCH_MUST enum vch_err vch_typed_data_decode(struct vch_typed_data *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_typed_data_encode(struct vch_writer *w,
		const struct vch_typed_data *in);

#define VCH_DOMAIN_NAME 1
#define VCH_DOMAIN_VERSION 2
#define VCH_DOMAIN_CHAIN_ID 4
#define VCH_DOMAIN_CONTRACT 8
#define VCH_DOMAIN_SALT 16

/*
 * signature: r ‖ s ‖ recovery id (0 or 1), or 64 bytes of Ed25519; empty unless
 * code is 0. recorded: 1 if the batch holds a record of it, 2 if that is the
 * record of the request before it too; the record is in `shard`.
 */
#define VCH_KEY_RESULT_SIGNATURE_MAX 65
struct vch_key_result {
	uint16_t code;
	uint8_t recorded;
	uint8_t shard;
	struct vch_span signature;
};
#define VCH_KEY_RESULT_ENC_MAX 71
void vch_key_result_read(struct vch_reader *r, struct vch_key_result *ret);
void vch_key_result_write(struct vch_writer *w,
		const struct vch_key_result *in);
VCH_MUST enum vch_err vch_key_result_decode(struct vch_key_result *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_key_result_encode(struct vch_writer *w,
		const struct vch_key_result *in);

/* flags: KEY_REPLICATED, for a policy without limits. */
struct vch_generate_key_request {
	struct vch_key_policy policy;
	uint8_t flags;
};
#define VCH_GENERATE_KEY_REQUEST_ENC_MAX 2076
void vch_generate_key_request_read(struct vch_reader *r,
		struct vch_generate_key_request *ret);
void vch_generate_key_request_write(struct vch_writer *w,
		const struct vch_generate_key_request *in);
VCH_MUST enum vch_err vch_generate_key_request_decode(
		struct vch_generate_key_request *ret, struct vch_span in);
VCH_MUST enum vch_err vch_generate_key_request_encode(struct vch_writer *w,
		const struct vch_generate_key_request *in);

#define VCH_GENERATE_KEY_ANSWER_PUBLIC_KEY_MAX 64
#define VCH_GENERATE_KEY_ANSWER_BLOB_MAX 256
struct vch_generate_key_answer {
	uint8_t key[20];
	struct vch_span public_key;
	struct vch_span blob;
};
#define VCH_GENERATE_KEY_ANSWER_ENC_MAX 344
void vch_generate_key_answer_read(struct vch_reader *r,
		struct vch_generate_key_answer *ret);
void vch_generate_key_answer_write(struct vch_writer *w,
		const struct vch_generate_key_answer *in);
VCH_MUST enum vch_err vch_generate_key_answer_decode(
		struct vch_generate_key_answer *ret, struct vch_span in);
VCH_MUST enum vch_err vch_generate_key_answer_encode(struct vch_writer *w,
		const struct vch_generate_key_answer *in);

/*
 * Import: PROTOCOL 7. IMPORT_BEGIN gives an id that is good for one IMPORT_KEY
 * by this incarnation, and evidence bound to the challenge; its first byte is
 * the shard of the key. IMPORT_KEY brings
 * the key sealed with HPKE (RFC 9180; DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
 * AES-256-GCM, base mode) to the evidence's import key:
 * 	info "vouch import v1", aad the import id, plaintext an import_plain.
 * evidence_hash is the SHA-256 of the claims that the importer checked.
 */
struct vch_import_plain {
	uint8_t secret[32];
	struct vch_key_policy policy;
	uint8_t flags;
	uint8_t import_id[16];
	uint8_t evidence_hash[32];
};
#define VCH_IMPORT_PLAIN_ENC_MAX 2156
void vch_import_plain_read(struct vch_reader *r, struct vch_import_plain *ret);
void vch_import_plain_write(struct vch_writer *w,
		const struct vch_import_plain *in);
VCH_MUST enum vch_err vch_import_plain_decode(struct vch_import_plain *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_import_plain_encode(struct vch_writer *w,
		const struct vch_import_plain *in);

#define VCH_IMPORT_KEY_REQUEST_SEALED_MAX 2560
struct vch_import_key_request {
	uint8_t import_id[16];
	uint8_t enc[32];
	struct vch_span sealed;
	uint8_t tag[16];
};
#define VCH_IMPORT_KEY_REQUEST_ENC_MAX 2626
void vch_import_key_request_read(struct vch_reader *r,
		struct vch_import_key_request *ret);
void vch_import_key_request_write(struct vch_writer *w,
		const struct vch_import_key_request *in);
VCH_MUST enum vch_err vch_import_key_request_decode(
		struct vch_import_key_request *ret, struct vch_span in);
VCH_MUST enum vch_err vch_import_key_request_encode(struct vch_writer *w,
		const struct vch_import_key_request *in);

#define VCH_IMPORT_KEY_ANSWER_PUBLIC_KEY_MAX 64
#define VCH_IMPORT_KEY_ANSWER_BLOB_MAX 256
struct vch_import_key_answer {
	uint8_t key[20];
	struct vch_span public_key;
	struct vch_span blob;
};
#define VCH_IMPORT_KEY_ANSWER_ENC_MAX 344
void vch_import_key_answer_read(struct vch_reader *r,
		struct vch_import_key_answer *ret);
void vch_import_key_answer_write(struct vch_writer *w,
		const struct vch_import_key_answer *in);
VCH_MUST enum vch_err vch_import_key_answer_decode(
		struct vch_import_key_answer *ret, struct vch_span in);
VCH_MUST enum vch_err vch_import_key_answer_encode(struct vch_writer *w,
		const struct vch_import_key_answer *in);

/* key: the id it will have; another instance's: NO_KEY. */
struct vch_import_begin_request {
	uint8_t key[20];
	uint8_t challenge[32];
};
#define VCH_IMPORT_BEGIN_REQUEST_ENC_MAX 52
void vch_import_begin_request_read(struct vch_reader *r,
		struct vch_import_begin_request *ret);
void vch_import_begin_request_write(struct vch_writer *w,
		const struct vch_import_begin_request *in);
VCH_MUST enum vch_err vch_import_begin_request_decode(
		struct vch_import_begin_request *ret, struct vch_span in);
VCH_MUST enum vch_err vch_import_begin_request_encode(struct vch_writer *w,
		const struct vch_import_begin_request *in);

#define VCH_IMPORT_BEGIN_ANSWER_CLAIMS_MAX 1024
struct vch_import_begin_answer {
	uint8_t import_id[16];
	struct vch_span claims;
	uint8_t signature[64];
};
#define VCH_IMPORT_BEGIN_ANSWER_ENC_MAX 1106
void vch_import_begin_answer_read(struct vch_reader *r,
		struct vch_import_begin_answer *ret);
void vch_import_begin_answer_write(struct vch_writer *w,
		const struct vch_import_begin_answer *in);
VCH_MUST enum vch_err vch_import_begin_answer_decode(
		struct vch_import_begin_answer *ret, struct vch_span in);
VCH_MUST enum vch_err vch_import_begin_answer_encode(struct vch_writer *w,
		const struct vch_import_begin_answer *in);

#define VCH_GENERATION_RECORD 0
#define VCH_GENERATION_BEGIN 1
#define VCH_GENERATION_SYNC 2
#define VCH_GENERATION_END 3

struct vch_generation_request {
	uint8_t shard;
	uint8_t step;
};
#define VCH_GENERATION_REQUEST_ENC_MAX 2
void vch_generation_request_read(struct vch_reader *r,
		struct vch_generation_request *ret);
void vch_generation_request_write(struct vch_writer *w,
		const struct vch_generation_request *in);
VCH_MUST enum vch_err vch_generation_request_decode(
		struct vch_generation_request *ret, struct vch_span in);
VCH_MUST enum vch_err vch_generation_request_encode(struct vch_writer *w,
		const struct vch_generation_request *in);

struct vch_generation_answer {
	uint64_t number;
	uint8_t next;
	uint32_t pending;
};
#define VCH_GENERATION_ANSWER_ENC_MAX 13
void vch_generation_answer_read(struct vch_reader *r,
		struct vch_generation_answer *ret);
void vch_generation_answer_write(struct vch_writer *w,
		const struct vch_generation_answer *in);
VCH_MUST enum vch_err vch_generation_answer_decode(
		struct vch_generation_answer *ret, struct vch_span in);
VCH_MUST enum vch_err vch_generation_answer_encode(struct vch_writer *w,
		const struct vch_generation_answer *in);

/*
 * Blobs of living accounts and keys of one instance, sealed under the next
 * generation key; empty for an id that is not living.
 */
#define VCH_REWRAP_BLOB_MAX 256
struct vch_rewrap {
	uint8_t id[20];
	struct vch_span blob;
};
#define VCH_REWRAP_ENC_MAX 278
void vch_rewrap_read(struct vch_reader *r, struct vch_rewrap *ret);
void vch_rewrap_write(struct vch_writer *w, const struct vch_rewrap *in);
VCH_MUST enum vch_err vch_rewrap_decode(struct vch_rewrap *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_rewrap_encode(struct vch_writer *w,
		const struct vch_rewrap *in);

#define VCH_REWRAP_REQUEST_BLOBS_MAX 64
struct vch_rewrap_request {
	uint8_t shard;
	uint8_t blobs_cnt;
	struct vch_rewrap blobs[VCH_REWRAP_REQUEST_BLOBS_MAX];
};
#define VCH_REWRAP_REQUEST_ENC_MAX 17794
void vch_rewrap_request_read(struct vch_reader *r,
		struct vch_rewrap_request *ret);
void vch_rewrap_request_write(struct vch_writer *w,
		const struct vch_rewrap_request *in);
VCH_MUST enum vch_err vch_rewrap_request_decode(struct vch_rewrap_request *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_rewrap_request_encode(struct vch_writer *w,
		const struct vch_rewrap_request *in);

#define VCH_REWRAP_ANSWER_BLOBS_MAX 64
struct vch_rewrap_answer {
	uint8_t blobs_cnt;
	struct vch_rewrap blobs[VCH_REWRAP_ANSWER_BLOBS_MAX];
};
#define VCH_REWRAP_ANSWER_ENC_MAX 17793
void vch_rewrap_answer_read(struct vch_reader *r,
		struct vch_rewrap_answer *ret);
void vch_rewrap_answer_write(struct vch_writer *w,
		const struct vch_rewrap_answer *in);
VCH_MUST enum vch_err vch_rewrap_answer_decode(struct vch_rewrap_answer *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_rewrap_answer_encode(struct vch_writer *w,
		const struct vch_rewrap_answer *in);

struct vch_sign_message_request {
	struct vch_key_request op;
};
#define VCH_SIGN_MESSAGE_REQUEST_ENC_MAX 15523
void vch_sign_message_request_read(struct vch_reader *r,
		struct vch_sign_message_request *ret);
void vch_sign_message_request_write(struct vch_writer *w,
		const struct vch_sign_message_request *in);
VCH_MUST enum vch_err vch_sign_message_request_decode(
		struct vch_sign_message_request *ret, struct vch_span in);
VCH_MUST enum vch_err vch_sign_message_request_encode(struct vch_writer *w,
		const struct vch_sign_message_request *in);

struct vch_sign_message_answer {
	struct vch_key_result result;
};
#define VCH_SIGN_MESSAGE_ANSWER_ENC_MAX 71
void vch_sign_message_answer_read(struct vch_reader *r,
		struct vch_sign_message_answer *ret);
void vch_sign_message_answer_write(struct vch_writer *w,
		const struct vch_sign_message_answer *in);
VCH_MUST enum vch_err vch_sign_message_answer_decode(
		struct vch_sign_message_answer *ret, struct vch_span in);
VCH_MUST enum vch_err vch_sign_message_answer_encode(struct vch_writer *w,
		const struct vch_sign_message_answer *in);

/* config and counters are checked against the slot; nothing is recorded. */
#define VCH_GET_PUBLIC_KEY_REQUEST_CONFIG_MAX 2048
#define VCH_GET_PUBLIC_KEY_REQUEST_COUNTERS_MAX 512
struct vch_get_public_key_request {
	uint8_t key[20];
	struct vch_span config;
	struct vch_span counters;
};
#define VCH_GET_PUBLIC_KEY_REQUEST_ENC_MAX 2584
void vch_get_public_key_request_read(struct vch_reader *r,
		struct vch_get_public_key_request *ret);
void vch_get_public_key_request_write(struct vch_writer *w,
		const struct vch_get_public_key_request *in);
VCH_MUST enum vch_err vch_get_public_key_request_decode(
		struct vch_get_public_key_request *ret, struct vch_span in);
VCH_MUST enum vch_err vch_get_public_key_request_encode(struct vch_writer *w,
		const struct vch_get_public_key_request *in);

#define VCH_GET_PUBLIC_KEY_ANSWER_CONFIG_MAX 2048
struct vch_get_public_key_answer {
	uint64_t seq;
	struct vch_span config;
};
#define VCH_GET_PUBLIC_KEY_ANSWER_ENC_MAX 2058
void vch_get_public_key_answer_read(struct vch_reader *r,
		struct vch_get_public_key_answer *ret);
void vch_get_public_key_answer_write(struct vch_writer *w,
		const struct vch_get_public_key_answer *in);
VCH_MUST enum vch_err vch_get_public_key_answer_decode(
		struct vch_get_public_key_answer *ret, struct vch_span in);
VCH_MUST enum vch_err vch_get_public_key_answer_encode(struct vch_writer *w,
		const struct vch_get_public_key_answer *in);

/* erased: 0, its blob is to be dropped; see GENERATION for how it is erased. */
struct vch_delete_key_request {
	struct vch_key_request op;
};
#define VCH_DELETE_KEY_REQUEST_ENC_MAX 15523
void vch_delete_key_request_read(struct vch_reader *r,
		struct vch_delete_key_request *ret);
void vch_delete_key_request_write(struct vch_writer *w,
		const struct vch_delete_key_request *in);
VCH_MUST enum vch_err vch_delete_key_request_decode(
		struct vch_delete_key_request *ret, struct vch_span in);
VCH_MUST enum vch_err vch_delete_key_request_encode(struct vch_writer *w,
		const struct vch_delete_key_request *in);

struct vch_delete_key_answer {
	uint8_t erased;
};
#define VCH_DELETE_KEY_ANSWER_ENC_MAX 1
void vch_delete_key_answer_read(struct vch_reader *r,
		struct vch_delete_key_answer *ret);
void vch_delete_key_answer_write(struct vch_writer *w,
		const struct vch_delete_key_answer *in);
VCH_MUST enum vch_err vch_delete_key_answer_decode(
		struct vch_delete_key_answer *ret, struct vch_span in);
VCH_MUST enum vch_err vch_delete_key_answer_encode(struct vch_writer *w,
		const struct vch_delete_key_answer *in);

/*
 * The keys there are, from the first slot on; next: where to go on, 0 at the
 * end.
 */
struct vch_list_keys_request {
	uint32_t first;
};
#define VCH_LIST_KEYS_REQUEST_ENC_MAX 4
void vch_list_keys_request_read(struct vch_reader *r,
		struct vch_list_keys_request *ret);
void vch_list_keys_request_write(struct vch_writer *w,
		const struct vch_list_keys_request *in);
VCH_MUST enum vch_err vch_list_keys_request_decode(
		struct vch_list_keys_request *ret, struct vch_span in);
VCH_MUST enum vch_err vch_list_keys_request_encode(struct vch_writer *w,
		const struct vch_list_keys_request *in);

#define VCH_LIST_KEYS_ANSWER_KEYS_MAX 255
struct vch_list_keys_answer {
	uint32_t next;
	uint8_t keys_cnt;
	struct vch_slot keys[VCH_LIST_KEYS_ANSWER_KEYS_MAX];
};
#define VCH_LIST_KEYS_ANSWER_ENC_MAX 20915
void vch_list_keys_answer_read(struct vch_reader *r,
		struct vch_list_keys_answer *ret);
void vch_list_keys_answer_write(struct vch_writer *w,
		const struct vch_list_keys_answer *in);
VCH_MUST enum vch_err vch_list_keys_answer_decode(
		struct vch_list_keys_answer *ret, struct vch_span in);
VCH_MUST enum vch_err vch_list_keys_answer_encode(struct vch_writer *w,
		const struct vch_list_keys_answer *in);

/*
 * config, counters and blob as in COSIGN_BATCH: all three empty: as left by an
 * earlier request of the same batch.
 */
#define VCH_SIGN_BATCH_REQUEST_OPS_MAX 64
struct vch_sign_batch_request {
	uint8_t ops_cnt;
	struct vch_key_request ops[VCH_SIGN_BATCH_REQUEST_OPS_MAX];
};
#define VCH_SIGN_BATCH_REQUEST_ENC_MAX 993473
void vch_sign_batch_request_read(struct vch_reader *r,
		struct vch_sign_batch_request *ret);
void vch_sign_batch_request_write(struct vch_writer *w,
		const struct vch_sign_batch_request *in);
VCH_MUST enum vch_err vch_sign_batch_request_decode(
		struct vch_sign_batch_request *ret, struct vch_span in);
VCH_MUST enum vch_err vch_sign_batch_request_encode(struct vch_writer *w,
		const struct vch_sign_batch_request *in);

#define VCH_SIGN_BATCH_ANSWER_RESULTS_MAX 64
struct vch_sign_batch_answer {
	uint8_t results_cnt;
	struct vch_key_result results[VCH_SIGN_BATCH_ANSWER_RESULTS_MAX];
};
#define VCH_SIGN_BATCH_ANSWER_ENC_MAX 4545
void vch_sign_batch_answer_read(struct vch_reader *r,
		struct vch_sign_batch_answer *ret);
void vch_sign_batch_answer_write(struct vch_writer *w,
		const struct vch_sign_batch_answer *in);
VCH_MUST enum vch_err vch_sign_batch_answer_decode(
		struct vch_sign_batch_answer *ret, struct vch_span in);
VCH_MUST enum vch_err vch_sign_batch_answer_encode(struct vch_writer *w,
		const struct vch_sign_batch_answer *in);

/*
 * The owner of a stopped account takes this history for the true one. `seen` is
 * the receipt of the account's newest record, `sequence` that record's; the
 * passkey signed the EIP-712 hash of
 * 	Resume(address account,bytes32 head,uint64 sequence)
 * in the domain ("vouch", "1"), which so holds once. PROTOCOL 4.
 */
#define VCH_RESUME_REQUEST_CONFIG_MAX 2048
#define VCH_RESUME_REQUEST_COUNTERS_MAX 512
struct vch_resume_request {
	uint8_t account[20];
	struct vch_span config;
	struct vch_span counters;
	struct vch_seen seen;
	uint64_t sequence;
	struct vch_assertion assertion;
};
#define VCH_RESUME_REQUEST_ENC_MAX 4292
void vch_resume_request_read(struct vch_reader *r,
		struct vch_resume_request *ret);
void vch_resume_request_write(struct vch_writer *w,
		const struct vch_resume_request *in);
VCH_MUST enum vch_err vch_resume_request_decode(struct vch_resume_request *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_resume_request_encode(struct vch_writer *w,
		const struct vch_resume_request *in);

struct vch_resume_answer {
	uint8_t unused; /* no fields; C wants one */
};
#define VCH_RESUME_ANSWER_ENC_MAX 0
void vch_resume_answer_read(struct vch_reader *r,
		struct vch_resume_answer *ret);
void vch_resume_answer_write(struct vch_writer *w,
		const struct vch_resume_answer *in);
VCH_MUST enum vch_err vch_resume_answer_decode(struct vch_resume_answer *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_resume_answer_encode(struct vch_writer *w,
		const struct vch_resume_answer *in);

/*
 * Closes the open windows: anchors for every shard that released records since
 * its last bump. final: 1 at the end of service; nothing is served after it,
 * and the next start is clean.
 */
struct vch_close_request {
	uint8_t final;
};
#define VCH_CLOSE_REQUEST_ENC_MAX 1
void vch_close_request_read(struct vch_reader *r,
		struct vch_close_request *ret);
void vch_close_request_write(struct vch_writer *w,
		const struct vch_close_request *in);
VCH_MUST enum vch_err vch_close_request_decode(struct vch_close_request *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_close_request_encode(struct vch_writer *w,
		const struct vch_close_request *in);

struct vch_close_answer {
	uint8_t anchor_cnt;
};
#define VCH_CLOSE_ANSWER_ENC_MAX 1
void vch_close_answer_read(struct vch_reader *r, struct vch_close_answer *ret);
void vch_close_answer_write(struct vch_writer *w,
		const struct vch_close_answer *in);
VCH_MUST enum vch_err vch_close_answer_decode(struct vch_close_answer *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_close_answer_encode(struct vch_writer *w,
		const struct vch_close_answer *in);

/*
 * An answer with the code HELD comes with a batch and without its content (but
 * for those of CREATE_ACCOUNT, GENERATE_KEY and IMPORT_KEY, whose sealed key is
 * to be kept first). Once the batch is durable, RELEASE bumps the counters and gives the answer: its
 * code (u16) and its bytes. Until then nothing else is served.
 */
struct vch_release_request {
	uint8_t unused; /* no fields; C wants one */
};
#define VCH_RELEASE_REQUEST_ENC_MAX 0
void vch_release_request_read(struct vch_reader *r,
		struct vch_release_request *ret);
void vch_release_request_write(struct vch_writer *w,
		const struct vch_release_request *in);
VCH_MUST enum vch_err vch_release_request_decode(
		struct vch_release_request *ret, struct vch_span in);
VCH_MUST enum vch_err vch_release_request_encode(struct vch_writer *w,
		const struct vch_release_request *in);

#define VCH_RELEASE_ANSWER_HELD_MAX 65500
struct vch_release_answer {
	struct vch_span held;
};
#define VCH_RELEASE_ANSWER_ENC_MAX 65502
void vch_release_answer_read(struct vch_reader *r,
		struct vch_release_answer *ret);
void vch_release_answer_write(struct vch_writer *w,
		const struct vch_release_answer *in);
VCH_MUST enum vch_err vch_release_answer_decode(struct vch_release_answer *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_release_answer_encode(struct vch_writer *w,
		const struct vch_release_answer *in);

/*
 * Gives the pages of a snapshot of one shard, in order from 0; with the last
 * one (more is 0) the record of the snapshot joins the log. SNAPSHOT if the
 * shard is not served here, or got a record since page 0: begin it anew.
 */
struct vch_snapshot_request {
	uint8_t shard;
	uint32_t page;
};
#define VCH_SNAPSHOT_REQUEST_ENC_MAX 5
void vch_snapshot_request_read(struct vch_reader *r,
		struct vch_snapshot_request *ret);
void vch_snapshot_request_write(struct vch_writer *w,
		const struct vch_snapshot_request *in);
VCH_MUST enum vch_err vch_snapshot_request_decode(
		struct vch_snapshot_request *ret, struct vch_span in);
VCH_MUST enum vch_err vch_snapshot_request_encode(struct vch_writer *w,
		const struct vch_snapshot_request *in);

#define VCH_SNAPSHOT_ANSWER_PAGE_MAX 16384
struct vch_snapshot_answer {
	uint8_t more;
	struct vch_span page;
};
#define VCH_SNAPSHOT_ANSWER_ENC_MAX 16387
void vch_snapshot_answer_read(struct vch_reader *r,
		struct vch_snapshot_answer *ret);
void vch_snapshot_answer_write(struct vch_writer *w,
		const struct vch_snapshot_answer *in);
VCH_MUST enum vch_err vch_snapshot_answer_decode(
		struct vch_snapshot_answer *ret, struct vch_span in);
VCH_MUST enum vch_err vch_snapshot_answer_encode(struct vch_writer *w,
		const struct vch_snapshot_answer *in);

/*
 * Takes the pages back, in order, instead of replaying what made them. batch:
 * empty, or with the last page the batch with the snapshot's record. Before
 * any REPLAY, which then goes on behind that batch. SNAPSHOT if the pages are
 * not those of the record, or some are missing.
 */
#define VCH_RESTORE_REQUEST_PAGE_MAX 16384
#define VCH_RESTORE_REQUEST_BATCH_MAX 1024
struct vch_restore_request {
	uint8_t shard;
	struct vch_span page;
	struct vch_span batch;
};
#define VCH_RESTORE_REQUEST_ENC_MAX 17413
void vch_restore_request_read(struct vch_reader *r,
		struct vch_restore_request *ret);
void vch_restore_request_write(struct vch_writer *w,
		const struct vch_restore_request *in);
VCH_MUST enum vch_err vch_restore_request_decode(
		struct vch_restore_request *ret, struct vch_span in);
VCH_MUST enum vch_err vch_restore_request_encode(struct vch_writer *w,
		const struct vch_restore_request *in);

struct vch_restore_answer {
	uint8_t unused; /* no fields; C wants one */
};
#define VCH_RESTORE_ANSWER_ENC_MAX 0
void vch_restore_answer_read(struct vch_reader *r,
		struct vch_restore_answer *ret);
void vch_restore_answer_write(struct vch_writer *w,
		const struct vch_restore_answer *in);
VCH_MUST enum vch_err vch_restore_answer_decode(struct vch_restore_answer *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_restore_answer_encode(struct vch_writer *w,
		const struct vch_restore_answer *in);

/*
 * A release as its keys sign it: "vouch release v1" ‖ release. The label names
 * the product and the form; SHA-256 of both is the release_hash in the log.
 */
struct vch_release {
	uint32_t version;
	uint8_t measurement[32];
};
#define VCH_RELEASE_ENC_MAX 36
void vch_release_read(struct vch_reader *r, struct vch_release *ret);
void vch_release_write(struct vch_writer *w, const struct vch_release *in);
VCH_MUST enum vch_err vch_release_decode(struct vch_release *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_release_encode(struct vch_writer *w,
		const struct vch_release *in);

/*
 * Ed25519 by one of the release keys that are built into the trusted
 * application that is asked; `key` is its public half.
 */
struct vch_release_signature {
	uint8_t key[32];
	uint8_t signature[64];
};
#define VCH_RELEASE_SIGNATURE_ENC_MAX 96
void vch_release_signature_read(struct vch_reader *r,
		struct vch_release_signature *ret);
void vch_release_signature_write(struct vch_writer *w,
		const struct vch_release_signature *in);
VCH_MUST enum vch_err vch_release_signature_decode(
		struct vch_release_signature *ret, struct vch_span in);
VCH_MUST enum vch_err vch_release_signature_encode(struct vch_writer *w,
		const struct vch_release_signature *in);

#define VCH_UPGRADE_CHECK 0
#define VCH_UPGRADE_RECORD 1
#define VCH_UPGRADE_GIVE 2

#define VCH_UPGRADE_REQUEST_SIGNATURES_MAX 3
struct vch_upgrade_request {
	uint8_t step;
	struct vch_release release;
	uint8_t signatures_cnt;
	struct vch_release_signature signatures[VCH_UPGRADE_REQUEST_SIGNATURES_MAX];
};
#define VCH_UPGRADE_REQUEST_ENC_MAX 326
void vch_upgrade_request_read(struct vch_reader *r,
		struct vch_upgrade_request *ret);
void vch_upgrade_request_write(struct vch_writer *w,
		const struct vch_upgrade_request *in);
VCH_MUST enum vch_err vch_upgrade_request_decode(
		struct vch_upgrade_request *ret, struct vch_span in);
VCH_MUST enum vch_err vch_upgrade_request_encode(struct vch_writer *w,
		const struct vch_upgrade_request *in);

struct vch_upgrade_answer {
	uint8_t unused; /* no fields; C wants one */
};
#define VCH_UPGRADE_ANSWER_ENC_MAX 0
void vch_upgrade_answer_read(struct vch_reader *r,
		struct vch_upgrade_answer *ret);
void vch_upgrade_answer_write(struct vch_writer *w,
		const struct vch_upgrade_answer *in);
VCH_MUST enum vch_err vch_upgrade_answer_decode(struct vch_upgrade_answer *ret,
		struct vch_span in);
VCH_MUST enum vch_err vch_upgrade_answer_encode(struct vch_writer *w,
		const struct vch_upgrade_answer *in);

enum vch_command {
	VCH_CMD_VERSION = 32,
	VCH_CMD_ATTEST = 33,
	VCH_CMD_REPLAY = 34,
	VCH_CMD_START = 35,
	VCH_CMD_COMPARE = 40,
	VCH_CMD_CREATE_ACCOUNT = 16,
	VCH_CMD_COSIGN_BATCH = 17,
	VCH_CMD_CHANGE_ACCOUNT = 18,
	VCH_CMD_APPLY_CHANGE = 19,
	VCH_CMD_COSIGN_INTENT = 25,
	VCH_CMD_GENERATE_KEY = 0,
	VCH_CMD_IMPORT_KEY = 1,
	VCH_CMD_IMPORT_BEGIN = 7,
	VCH_CMD_GENERATION = 9,
	VCH_CMD_REWRAP = 8,
	VCH_CMD_SIGN_MESSAGE = 2,
	VCH_CMD_GET_PUBLIC_KEY = 3,
	VCH_CMD_DELETE_KEY = 4,
	VCH_CMD_LIST_KEYS = 5,
	VCH_CMD_SIGN_BATCH = 6,
	VCH_CMD_RESUME = 21,
	VCH_CMD_CLOSE = 36,
	VCH_CMD_RELEASE = 37,
	VCH_CMD_SNAPSHOT = 22,
	VCH_CMD_RESTORE = 23,
	VCH_CMD_UPGRADE = 41,
};
#define VCH_COMMAND_CNT 26

/* The phases of the trusted application, as bits. */
enum vch_phase {
	VCH_PHASE_BOOT = 1,
	VCH_PHASE_SERVE = 2,
	VCH_PHASE_UPGRADED = 4,
	VCH_PHASE_UPGRADE = 6, /* serve, or upgraded */
	VCH_PHASE_ANY = 7,
};

/* What the door checks before a handler runs; sizes are in bytes. */
struct vch_command_info {
	uint32_t number;
	const char *name;
	uint8_t phases; /* enum vch_phase */
	uint32_t request_max;
	uint32_t answer_max;
};

extern const struct vch_command_info vch_commands[VCH_COMMAND_CNT];

/* The command of that number, or NULL if there is none. */
const struct vch_command_info *vch_command_find(uint32_t number);

#endif
