/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of an account's policy, from params and to results. */
#ifndef HOST_NODE_JSON_CHANGE_H
#define HOST_NODE_JSON_CHANGE_H

#include "host/net/json_in.h"
#include "host/net/json_out.h"
#include "wire/gen/ta.h"

/*
 * The params of vouch_changeAccount to an encoded request in which config and
 * counters are empty: the worker brings them. VCH_ARGUMENT: see fault.
 */
VCH_MUST enum vch_err vch_json_change(struct vch_writer *w, yyjson_val *params,
				      struct vch_json_fault *fault);

/*
 * The params of vouch_cosignIntent to an encoded request without what the
 * worker brings. VCH_ARGUMENT: see fault.
 */
VCH_MUST enum vch_err vch_json_intent(struct vch_writer *w,
				      uint64_t *ret_valid_until,
				      yyjson_val *params,
				      struct vch_json_fault *fault);

/* A change as an object under `key`, the same form. */
void vch_json_put_change(struct vch_buf *out, const char *key,
			 const struct vch_change *change);

#endif
