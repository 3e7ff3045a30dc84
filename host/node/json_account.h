/* SPDX-License-Identifier: Apache-2.0 */
/* What the index knows of an account to the result of vouch_getAccount. */
#ifndef HOST_NODE_JSON_ACCOUNT_H
#define HOST_NODE_JSON_ACCOUNT_H

#include "host/net/json_out.h"
#include "host/store/index.h"

/* VCH_CORRUPT if config or counters do not decode. */
VCH_MUST enum vch_err vch_json_account(struct vch_buf *out,
				       const struct vch_account_view *account);

#endif
