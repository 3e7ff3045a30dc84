/* SPDX-License-Identifier: Apache-2.0 */
/* The answer of ATTEST to the result of kms_attest. */
#ifndef HOST_NODE_JSON_EVIDENCE_H
#define HOST_NODE_JSON_EVIDENCE_H

#include "host/net/json_out.h"
#include "wire/gen/ta.h"

/*
 * The claims and their signature as they came, and beside them what the
 * claims say; a client believes only what it decodes itself. VCH_FORMAT.
 */
VCH_MUST enum vch_err vch_json_evidence(struct vch_buf *out,
					struct vch_span attest_answer);

/* Its members alone: claims, signature, what the claims say. VCH_FORMAT. */
VCH_MUST enum vch_err vch_json_claims(struct vch_buf *out,
				      struct vch_span claims,
				      const uint8_t signature[64]);

#endif
