/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A user operation as ERC-4337 bundlers take it over JSON-RPC (unpacked, v0.7
 * and later) to the packed form that the EntryPoint hashes:
 *
 *	initCode           = factory ‖ factoryData
 *	accountGasLimits   = verificationGasLimit(16) ‖ callGasLimit(16)
 *	gasFees            = maxPriorityFeePerGas(16) ‖ maxFeePerGas(16)
 *	paymasterAndData   = paymaster ‖ paymasterVerificationGasLimit(16)
 *	                     ‖ paymasterPostOpGasLimit(16) ‖ paymasterData
 *
 * Members of an absent factory or paymaster must be absent too: what would
 * not be hashed is not silently dropped. `signature` may be there and is
 * ignored.
 */
#ifndef HOST_NODE_JSON_USEROP_H
#define HOST_NODE_JSON_USEROP_H

#include "host/net/json_in.h"
#include "wire/gen/ta.h"

/* Where the bytes of variable length go; the operation views into it. */
struct vch_userop_bytes {
	uint8_t init_code[VCH_USER_OP_INIT_CODE_MAX];
	uint8_t call_data[VCH_USER_OP_CALL_DATA_MAX];
	uint8_t paymaster_and_data[VCH_USER_OP_PAYMASTER_AND_DATA_MAX];
};

/* VCH_ARGUMENT. */
VCH_MUST enum vch_err vch_json_userop(struct vch_user_op *ret,
				      struct vch_userop_bytes *bytes,
				      struct vch_json_in *in);

#endif
