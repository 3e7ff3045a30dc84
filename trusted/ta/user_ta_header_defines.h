/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What OP-TEE's loader is told of the trusted application. The dev kit wants
 * this file under this name.
 */
#ifndef USER_TA_HEADER_DEFINES_H
#define USER_TA_HEADER_DEFINES_H

#define TA_UUID                                                                \
	{                                                                      \
		0x12345678, 0x5b69, 0x11d4,                                    \
		{                                                              \
			0x9f, 0xee, 0x00, 0xc0, 0x4f, 0x4c, 0x34, 0x56         \
		}                                                              \
	}

/* One instance with one state for all sessions; it stays while idle. */
#define TA_FLAGS                                                               \
	(TA_FLAG_SINGLE_INSTANCE | TA_FLAG_MULTI_SESSION |                     \
	 TA_FLAG_INSTANCE_KEEP_ALIVE)

#define TA_STACK_SIZE (64 * 1024)
/* The heap: nothing of ours uses it; the platform's libraries need a little. */
#define TA_DATA_SIZE (32 * 1024)

#endif
