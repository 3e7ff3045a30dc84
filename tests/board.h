/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tests on a board with OP-TEE: board_device.c inside the trusted
 * application, board_teec.c on the host's side.
 */
#ifndef TESTS_BOARD_H
#define TESTS_BOARD_H

#include <stdint.h>

#include "trusted/ta/device.h"

#define BOARD_ID_LEN 8

/* A device of the tests: what it keeps, and what its keys come from. */
struct board_device {
	uint8_t storage[BOARD_ID_LEN];
	uint8_t secret[BOARD_ID_LEN];
};

/* Commands besides the product's: one memref in, a struct board_device. */
#define BOARD_SELECT 0x7e57 /* this session is with that device */
#define BOARD_DROP 0x7e58   /* its storage is not needed any more */

/* What a device keeps: trusted/ta/platform.c. */
#define BOARD_OBJECTS {"generation", "counters"}

#endif
