/* SPDX-License-Identifier: Apache-2.0 */
/* Written by tools/wire.py from wire/errors.wire: edit that. */
#ifndef WIRE_GEN_ERRORS_H
#define WIRE_GEN_ERRORS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Every way a request can end: number, name, and the one sentence a person
 * gets: what was wrong and what to do. Numbers are for ever: never reuse one.
 * Ranges: 1 form, 10 state and platform, 30 passkey, 40 policy, 50 keys of the
 * key service, 60 the host, 85 changes of an account, 95 freshness.
 */
enum vch_err {
	VCH_OK = 0,
	VCH_FORMAT = 1,
	VCH_SIZE = 2,
	VCH_COMMAND = 3,
	VCH_PARAMS = 4,
	VCH_PHASE = 5,
	VCH_ENTROPY = 10,
	VCH_STORAGE = 11,
	VCH_CORRUPT = 12,
	VCH_ROLLBACK = 13,
	VCH_CHAIN = 14,
	VCH_TAG = 15,
	VCH_FULL = 16,
	VCH_UNSEAL = 17,
	VCH_ACCOUNT = 20,
	VCH_EXISTS = 21,
	VCH_STALE = 22,
	VCH_UPGRADED = 23,
	VCH_DOWNGRADE = 24,
	VCH_PASSKEY = 30,
	VCH_SIGNATURE = 31,
	VCH_CLIENT_DATA = 32,
	VCH_CHALLENGE = 33,
	VCH_ORIGIN = 34,
	VCH_RP_ID = 35,
	VCH_USER = 36,
	VCH_SIGN_COUNT = 37,
	VCH_BACKUP = 38,
	VCH_PUBLIC_KEY = 39,
	VCH_SENDER = 40,
	VCH_NETWORK = 41,
	VCH_INIT_CODE = 42,
	VCH_PAYMASTER = 43,
	VCH_FEE = 44,
	VCH_CALL_FORM = 45,
	VCH_CALL = 46,
	VCH_LIMIT = 47,
	VCH_VALID_UNTIL = 48,
	VCH_FROZEN = 49,
	VCH_NO_KEY = 50,
	VCH_PURPOSE = 51,
	VCH_OWNER = 52,
	VCH_NONCE = 53,
	VCH_PAYLOAD = 54,
	VCH_KEY_CHAIN = 55,
	VCH_KEY_TYPED = 56,
	VCH_KEY_COUNT = 57,
	VCH_IMPORT = 58,
	VCH_KEY_POLICY = 59,
	VCH_INTERNAL = 60,
	VCH_JSON = 61,
	VCH_METHOD = 62,
	VCH_ARGUMENT = 63,
	VCH_TOKEN = 64,
	VCH_HOST_NAME = 65,
	VCH_FOREIGN = 66,
	VCH_CONTENT_TYPE = 67,
	VCH_OVERLOADED = 68,
	VCH_TEE_LOST = 69,
	VCH_LOG_WRITE = 70,
	VCH_TEE_START = 71,
	VCH_SOCKET = 72,
	VCH_FILE = 73,
	VCH_CHAIN_RPC = 74,
	VCH_TIMEOUT = 75,
	VCH_RECEIPT = 76,
	VCH_RATE = 77,
	VCH_UNFIT = 78,
	VCH_CHANGE_FORM = 85,
	VCH_CHANGE_STALE = 86,
	VCH_CHANGE_SIZE = 87,
	VCH_NOT_DUE = 88,
	VCH_NO_CHANGE = 89,
	VCH_SPENDER = 90,
	VCH_INTENT = 91,
	VCH_NOT_STOPPED = 95,
	VCH_HELD = 96,
	VCH_SNAPSHOT = 97,
	VCH_PRUNED = 98,
	VCH_UNCOVERED = 99,
};
#define VCH_ERR_CNT 80

/* All codes, in rising order. */
extern const enum vch_err vch_err_all[VCH_ERR_CNT];

/* The name without its prefix, "FORMAT"; "UNKNOWN" if it is none. */
const char *vch_err_name(enum vch_err err);

/* What was wrong and what to do, as one sentence. */
const char *vch_err_sentence(enum vch_err err);

/* True if code is one of the above. */
bool vch_err_known(uint16_t code);

#endif
