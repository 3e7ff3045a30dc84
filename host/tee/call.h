/* SPDX-License-Identifier: Apache-2.0 */
/* One call of the trusted application, and what it says: wire/ta.wire. */
#ifndef HOST_TEE_CALL_H
#define HOST_TEE_CALL_H

#include "host/tee/transport.h"

/* The views are valid until the next call. */
struct vch_said {
	enum vch_err code; /* of the command itself */
	struct vch_span answer;
	struct vch_span log; /* to be made durable first */
};

/* VCH_PARAMS, VCH_TEE_LOST, what vch_tee_invoke answers. */
VCH_MUST enum vch_err vch_tee_ask(struct vch_tee *tee, struct vch_said *ret,
				  uint32_t cmd, struct vch_span request);

/*
 * After the code HELD, once the log is durable: the counters are bumped and
 * the answer comes out. VCH_TEE_LOST if it does not.
 */
VCH_MUST enum vch_err vch_tee_release(struct vch_tee *tee,
				      struct vch_said *ret);

#endif
