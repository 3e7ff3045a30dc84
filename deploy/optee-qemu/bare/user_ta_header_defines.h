/* SPDX-License-Identifier: Apache-2.0 */
/* What OP-TEE's loader is told; the dev kit wants this file under this name. */
#ifndef USER_TA_HEADER_DEFINES_H
#define USER_TA_HEADER_DEFINES_H

#include "deploy/optee-qemu/bare/bare.h"

#define TA_UUID BARE_UUID
#define TA_FLAGS 0
#define TA_STACK_SIZE (64 * 1024)
#define TA_DATA_SIZE (32 * 1024)

#endif
