/* SPDX-License-Identifier: Apache-2.0 */
/* Written by tools/wire.py from the .wire files: edit that. */
#ifndef WIRE_GEN_EACH_H
#define WIRE_GEN_EACH_H

/*
 * X(name, most, shape) for every struct, for tests: most is its ENC_MAX.
 * In a shape `n;` is n bytes, `<n;` a length and at most n bytes,
 * `*n(s)` a count and at most n times s.
 */
#define VCH_WIRE_EACH(X) \
	X(passkey, VCH_PASSKEY_ENC_MAX, \
	  "32;32;32;1;") \
	X(network, VCH_NETWORK_ENC_MAX, \
	  "8;20;") \
	X(asset, VCH_ASSET_ENC_MAX, \
	  "20;16;") \
	X(listed_call, VCH_LISTED_CALL_ENC_MAX, \
	  "20;4;") \
	X(policy, VCH_POLICY_ENC_MAX, \
	  "1;16;*4(<128;)*8(8;20;)*8(20;16;)*32(20;4;)") \
	X(change, VCH_CHANGE_ENC_MAX, \
	  "20;8;32;1;16;*4(<128;)*8(8;20;)*8(20;16;)*32(20;4;)") \
	X(config, VCH_CONFIG_ENC_MAX, \
	  "1;20;20;20;20;16;*4(32;32;32;1;)*4(<128;)*8(8;20;)*8(20;16;)" \
	  "*32(20;4;)*16(32;)32;8;32;8;") \
	X(counted, VCH_COUNTED_ENC_MAX, \
	  "1;16;") \
	X(lane, VCH_LANE_ENC_MAX, \
	  "8;32;32;*8(1;16;)2;") \
	X(counters, VCH_COUNTERS_ENC_MAX, \
	  "2;*8(16;)*4(8;32;32;*8(1;16;)2;)*4(4;)") \
	X(slot, VCH_SLOT_ENC_MAX, \
	  "20;4;32;8;2;16;") \
	X(record_head, VCH_RECORD_HEAD_ENC_MAX, \
	  "1;8;8;") \
	X(start, VCH_START_ENC_MAX, \
	  "1;16;32;4;8;32;1;") \
	X(account_record, VCH_ACCOUNT_RECORD_ENC_MAX, \
	  "20;4;32;8;2;16;<2048;<512;32;") \
	X(decision, VCH_DECISION_ENC_MAX, \
	  "20;4;32;8;2;16;<512;2;8;32;16;8;1;") \
	X(change_record, VCH_CHANGE_RECORD_ENC_MAX, \
	  "20;4;32;8;2;16;<2048;<512;<2048;2;1;") \
	X(listed_type, VCH_LISTED_TYPE_ENC_MAX, \
	  "8;20;32;") \
	X(key_policy, VCH_KEY_POLICY_ENC_MAX, \
	  "1;1;1;<64;4;16;*8(8;)*32(8;20;32;)") \
	X(key_config, VCH_KEY_CONFIG_ENC_MAX, \
	  "1;1;<64;1;1;1;<64;4;16;*8(8;)*32(8;20;32;)") \
	X(key_counters, VCH_KEY_COUNTERS_ENC_MAX, \
	  "2;4;16;8;*8(32;)") \
	X(key_record, VCH_KEY_RECORD_ENC_MAX, \
	  "20;4;32;8;2;16;<2048;<512;32;") \
	X(use, VCH_USE_ENC_MAX, \
	  "20;4;32;8;2;16;<512;2;1;8;32;16;") \
	X(used, VCH_USED_ENC_MAX, \
	  "2;1;8;32;16;") \
	X(uses, VCH_USES_ENC_MAX, \
	  "20;4;32;8;2;16;<512;*64(2;1;8;32;16;)") \
	X(delete, VCH_DELETE_ENC_MAX, \
	  "20;4;32;8;2;16;1;") \
	X(resumed, VCH_RESUMED_ENC_MAX, \
	  "20;4;32;8;2;16;<2048;<512;32;1;") \
	X(anchor, VCH_ANCHOR_ENC_MAX, \
	  "1;") \
	X(past_place, VCH_PAST_PLACE_ENC_MAX, \
	  "16;8;8;") \
	X(kept_slot, VCH_KEPT_SLOT_ENC_MAX, \
	  "20;4;32;8;2;16;4;") \
	X(snapshot_page, VCH_SNAPSHOT_PAGE_ENC_MAX, \
	  "*128(16;8;8;)*128(20;4;32;8;2;16;4;)") \
	X(snapshot, VCH_SNAPSHOT_ENC_MAX, \
	  "1;4;4;32;32;4;") \
	X(upgrade, VCH_UPGRADE_ENC_MAX, \
	  "1;4;4;32;32;") \
	X(section, VCH_SECTION_ENC_MAX, \
	  "1;16;8;8;32;*64(<5120;)32;") \
	X(batch, VCH_BATCH_ENC_MAX, \
	  "*64(1;16;8;8;32;*64(<5120;)32;)32;64;") \
	X(blob, VCH_BLOB_ENC_MAX, \
	  "1;16;8;1;32;<128;16;") \
	X(seen, VCH_SEEN_ENC_MAX, \
	  "16;8;32;*6(32;)1;64;") \
	X(receipt, VCH_RECEIPT_ENC_MAX, \
	  "1;16;8;32;<5120;*6(32;)1;32;64;") \
	X(user_op, VCH_USER_OP_ENC_MAX, \
	  "20;32;<128;<8192;32;32;32;<1024;") \
	X(assertion, VCH_ASSERTION_ENC_MAX, \
	  "1;<293;<1024;64;") \
	X(cosign_op, VCH_COSIGN_OP_ENC_MAX, \
	  "20;<2048;<512;<256;8;20;20;32;<128;<8192;32;32;32;<1024;8;1;" \
	  "<293;<1024;64;*1(16;8;32;*6(32;)1;64;)") \
	X(cosign_result, VCH_COSIGN_RESULT_ENC_MAX, \
	  "2;1;65;") \
	X(version_request, VCH_VERSION_REQUEST_ENC_MAX, \
	  "") \
	X(version_answer, VCH_VERSION_ANSWER_ENC_MAX, \
	  "4;1;4;4;32;") \
	X(attest_request, VCH_ATTEST_REQUEST_ENC_MAX, \
	  "32;") \
	X(attest_answer, VCH_ATTEST_ANSWER_ENC_MAX, \
	  "<1024;64;<160;") \
	X(evidence, VCH_EVIDENCE_ENC_MAX, \
	  "32;<32;32;4;16;32;32;32;32;8;<16;<16;<16;<16;<16;<16;2;2;") \
	X(replay_request, VCH_REPLAY_REQUEST_ENC_MAX, \
	  "<261120;") \
	X(replay_answer, VCH_REPLAY_ANSWER_ENC_MAX, \
	  "4;") \
	X(start_request, VCH_START_REQUEST_ENC_MAX, \
	  "1;1;2;2;") \
	X(start_answer, VCH_START_ANSWER_ENC_MAX, \
	  "16;32;") \
	X(compare_request, VCH_COMPARE_REQUEST_ENC_MAX, \
	  "") \
	X(compare_answer, VCH_COMPARE_ANSWER_ENC_MAX, \
	  "") \
	X(create_account_request, VCH_CREATE_ACCOUNT_REQUEST_ENC_MAX, \
	  "32;32;32;1;*4(<128;)*8(8;20;)20;20;") \
	X(create_account_answer, VCH_CREATE_ACCOUNT_ANSWER_ENC_MAX, \
	  "20;20;<256;") \
	X(cosign_batch_request, VCH_COSIGN_BATCH_REQUEST_ENC_MAX, \
	  "*64(20;<2048;<512;<256;8;20;20;32;<128;<8192;32;32;32;<1024;" \
	  "8;1;<293;<1024;64;*1(16;8;32;*6(32;)1;64;))") \
	X(cosign_batch_answer, VCH_COSIGN_BATCH_ANSWER_ENC_MAX, \
	  "*64(2;1;65;)") \
	X(change_account_request, VCH_CHANGE_ACCOUNT_REQUEST_ENC_MAX, \
	  "<2048;<512;20;8;32;1;16;*4(<128;)*8(8;20;)*8(20;16;)*32(20;4" \
	  ";)1;<293;<1024;64;") \
	X(change_account_answer, VCH_CHANGE_ACCOUNT_ANSWER_ENC_MAX, \
	  "2;1;") \
	X(apply_change_request, VCH_APPLY_CHANGE_REQUEST_ENC_MAX, \
	  "<2048;<512;20;8;32;1;16;*4(<128;)*8(8;20;)*8(20;16;)*32(20;4" \
	  ";)") \
	X(apply_change_answer, VCH_APPLY_CHANGE_ANSWER_ENC_MAX, \
	  "2;1;") \
	X(chain_setting, VCH_CHAIN_SETTING_ENC_MAX, \
	  "1;20;4;16;") \
	X(intent, VCH_INTENT_ENC_MAX, \
	  "20;8;8;8;*16(1;20;4;16;)") \
	X(cosign_intent_request, VCH_COSIGN_INTENT_REQUEST_ENC_MAX, \
	  "<2048;<512;<256;20;8;8;8;*16(1;20;4;16;)*1(20;8;32;1;16;*4(<" \
	  "128;)*8(8;20;)*8(20;16;)*32(20;4;))1;<293;<1024;64;") \
	X(cosign_intent_answer, VCH_COSIGN_INTENT_ANSWER_ENC_MAX, \
	  "2;1;65;") \
	X(key_request, VCH_KEY_REQUEST_ENC_MAX, \
	  "20;<2048;<512;<256;1;<12288;8;<64;1;*1(16;8;32;*6(32;)1;64;)") \
	X(paymaster_op, VCH_PAYMASTER_OP_ENC_MAX, \
	  "8;20;32;<128;<8192;32;32;32;<1024;8;8;") \
	X(key_resume, VCH_KEY_RESUME_ENC_MAX, \
	  "16;8;32;*6(32;)1;64;8;") \
	X(typed_data, VCH_TYPED_DATA_ENC_MAX, \
	  "1;<128;<64;8;20;32;<2048;*64(32;)") \
	X(key_result, VCH_KEY_RESULT_ENC_MAX, \
	  "2;1;1;<65;") \
	X(generate_key_request, VCH_GENERATE_KEY_REQUEST_ENC_MAX, \
	  "1;1;1;<64;4;16;*8(8;)*32(8;20;32;)1;") \
	X(generate_key_answer, VCH_GENERATE_KEY_ANSWER_ENC_MAX, \
	  "20;<64;<256;") \
	X(import_plain, VCH_IMPORT_PLAIN_ENC_MAX, \
	  "32;1;1;1;<64;4;16;*8(8;)*32(8;20;32;)1;16;32;") \
	X(import_key_request, VCH_IMPORT_KEY_REQUEST_ENC_MAX, \
	  "16;32;<2560;16;") \
	X(import_key_answer, VCH_IMPORT_KEY_ANSWER_ENC_MAX, \
	  "20;<64;<256;") \
	X(import_begin_request, VCH_IMPORT_BEGIN_REQUEST_ENC_MAX, \
	  "20;32;") \
	X(import_begin_answer, VCH_IMPORT_BEGIN_ANSWER_ENC_MAX, \
	  "16;<1024;64;") \
	X(generation_request, VCH_GENERATION_REQUEST_ENC_MAX, \
	  "1;1;") \
	X(generation_answer, VCH_GENERATION_ANSWER_ENC_MAX, \
	  "8;1;4;") \
	X(rewrap, VCH_REWRAP_ENC_MAX, \
	  "20;<256;") \
	X(rewrap_request, VCH_REWRAP_REQUEST_ENC_MAX, \
	  "1;*64(20;<256;)") \
	X(rewrap_answer, VCH_REWRAP_ANSWER_ENC_MAX, \
	  "*64(20;<256;)") \
	X(sign_message_request, VCH_SIGN_MESSAGE_REQUEST_ENC_MAX, \
	  "20;<2048;<512;<256;1;<12288;8;<64;1;*1(16;8;32;*6(32;)1;64;)") \
	X(sign_message_answer, VCH_SIGN_MESSAGE_ANSWER_ENC_MAX, \
	  "2;1;1;<65;") \
	X(get_public_key_request, VCH_GET_PUBLIC_KEY_REQUEST_ENC_MAX, \
	  "20;<2048;<512;") \
	X(get_public_key_answer, VCH_GET_PUBLIC_KEY_ANSWER_ENC_MAX, \
	  "8;<2048;") \
	X(delete_key_request, VCH_DELETE_KEY_REQUEST_ENC_MAX, \
	  "20;<2048;<512;<256;1;<12288;8;<64;1;*1(16;8;32;*6(32;)1;64;)") \
	X(delete_key_answer, VCH_DELETE_KEY_ANSWER_ENC_MAX, \
	  "1;") \
	X(list_keys_request, VCH_LIST_KEYS_REQUEST_ENC_MAX, \
	  "4;") \
	X(list_keys_answer, VCH_LIST_KEYS_ANSWER_ENC_MAX, \
	  "4;*255(20;4;32;8;2;16;)") \
	X(sign_batch_request, VCH_SIGN_BATCH_REQUEST_ENC_MAX, \
	  "*64(20;<2048;<512;<256;1;<12288;8;<64;1;*1(16;8;32;*6(32;)1;" \
	  "64;))") \
	X(sign_batch_answer, VCH_SIGN_BATCH_ANSWER_ENC_MAX, \
	  "*64(2;1;1;<65;)") \
	X(resume_request, VCH_RESUME_REQUEST_ENC_MAX, \
	  "20;<2048;<512;16;8;32;*6(32;)1;64;8;1;<293;<1024;64;") \
	X(resume_answer, VCH_RESUME_ANSWER_ENC_MAX, \
	  "") \
	X(close_request, VCH_CLOSE_REQUEST_ENC_MAX, \
	  "1;") \
	X(close_answer, VCH_CLOSE_ANSWER_ENC_MAX, \
	  "1;") \
	X(release_request, VCH_RELEASE_REQUEST_ENC_MAX, \
	  "") \
	X(release_answer, VCH_RELEASE_ANSWER_ENC_MAX, \
	  "<65500;") \
	X(snapshot_request, VCH_SNAPSHOT_REQUEST_ENC_MAX, \
	  "1;4;") \
	X(snapshot_answer, VCH_SNAPSHOT_ANSWER_ENC_MAX, \
	  "1;<16384;") \
	X(restore_request, VCH_RESTORE_REQUEST_ENC_MAX, \
	  "1;<16384;<1024;") \
	X(restore_answer, VCH_RESTORE_ANSWER_ENC_MAX, \
	  "") \
	X(release, VCH_RELEASE_ENC_MAX, \
	  "4;32;") \
	X(release_signature, VCH_RELEASE_SIGNATURE_ENC_MAX, \
	  "32;64;") \
	X(upgrade_request, VCH_UPGRADE_REQUEST_ENC_MAX, \
	  "1;4;32;*3(32;64;)") \
	X(upgrade_answer, VCH_UPGRADE_ANSWER_ENC_MAX, \
	  "")

#endif
