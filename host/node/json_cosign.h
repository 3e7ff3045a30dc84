/* SPDX-License-Identifier: Apache-2.0 */
/* The params of vouch_cosign and vouch_resume to what the TEE takes. */
#ifndef HOST_NODE_JSON_COSIGN_H
#define HOST_NODE_JSON_COSIGN_H

#include "host/net/json_in.h"
#include "wire/gen/ta.h"

/*
 * Writes the operation with config, counters and blob empty, as the worker
 * takes it. VCH_ARGUMENT; VCH_SIZE if w holds too little.
 */
VCH_MUST enum vch_err vch_json_cosign(struct vch_writer *w,
				      uint64_t *ret_valid_until,
				      yyjson_val *params,
				      struct vch_json_fault *fault);

/*
 * One encoded `resume_request`, config and counters empty. VCH_ARGUMENT;
 * VCH_SIZE.
 */
VCH_MUST enum vch_err vch_json_resume(struct vch_writer *w, yyjson_val *params,
				      struct vch_json_fault *fault);

/*
 * Of a receipt as the client got it, what the TEE needs to look it up.
 * VCH_ARGUMENT.
 */
VCH_MUST enum vch_err vch_json_seen(struct vch_seen *ret,
				    struct vch_json_in *in, const char *key);

#endif
