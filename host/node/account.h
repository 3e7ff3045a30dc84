/* SPDX-License-Identifier: Apache-2.0 */
/* The methods that make, read, use and change an account: vouch_*. */
#ifndef HOST_NODE_ACCOUNT_H
#define HOST_NODE_ACCOUNT_H

#include "host/net/jsonrpc.h"

vch_method_fn vch_call_create_account;
vch_method_fn vch_call_get_account;
vch_method_fn vch_call_get_receipt;
vch_method_fn vch_call_cosign;
vch_method_fn vch_call_cosign_intent;
vch_method_fn vch_call_change_account;
vch_method_fn vch_call_apply_change;
vch_method_fn vch_call_resume;

#endif
