/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What OP-TEE's loader is told of the trusted application. The dev kit wants
 * this file under this name.
 */
#ifndef USER_TA_HEADER_DEFINES_H
#define USER_TA_HEADER_DEFINES_H

#include "trusted/ta/uuid.h"

#define TA_UUID VCH_TA_UUID

/*
 * One instance with one state, for one session at a time. It ends with its
 * session, as the emulated one ends with its pipe: whoever opens the next
 * hands it the log from the beginning.
 */
#ifndef TA_FLAGS
#define TA_FLAGS TA_FLAG_SINGLE_INSTANCE
#endif

#define TA_STACK_SIZE (64 * 1024)
/* The heap: nothing of ours uses it; the platform's libraries need a little. */
#define TA_DATA_SIZE (32 * 1024)

#endif
