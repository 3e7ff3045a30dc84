/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls inside an operation: execute(bytes32 mode, bytes executionData)
 * of ERC-7821 with mode 0x01…00 (a batch, no opData), in the one canonical
 * ABI form: offsets tight and in order, padding zero, no byte left over.
 * Any other form is refused, so what is checked here is what the account
 * will run. Nothing is secret.
 */
#ifndef TRUSTED_POLICY_CALLS_H
#define TRUSTED_POLICY_CALLS_H

#include "trusted/base/bytes.h"

#define VCH_CALLS_MAX 16

/* value in wei; data views into the call data of the operation. */
struct vch_call {
	uint8_t to[20];
	vch_u128 value;
	struct vch_span data;
};

struct vch_calls {
	struct vch_call call[VCH_CALLS_MAX];
	uint8_t cnt;
};

/* 1 to 16 calls. VCH_CALL_FORM if it is not in that form. */
VCH_MUST enum vch_err vch_calls_decode(struct vch_calls *ret,
				       struct vch_span call_data);

#endif
