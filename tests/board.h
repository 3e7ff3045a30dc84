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

/*
 * A device of the tests: what it keeps, what its keys come from, and at which
 * write of its storage the application panics (counted from 1; 0: at none).
 */
struct board_device {
	uint8_t storage[BOARD_ID_LEN];
	uint8_t secret[BOARD_ID_LEN];
	uint32_t panic_at_write;
};

/* Commands besides the product's: one memref in, a struct board_device. */
#define BOARD_SELECT 0x7e57 /* this session is with that device */
#define BOARD_DROP 0x7e58   /* its storage is not needed any more */
/*
 * Memref in: a line of test vectors without its answer; memref out: the answer
 * (host/cli/vector.h). Of no device.
 */
#define BOARD_VECTOR 0x7e59

/*
 * The flavour `brittle`, which vouchd can run: a SIGN_BATCH that holds these
 * bytes and one of the points below makes the application panic there. (A key's
 * counters hold what it signed, so such a key is not to be used again.)
 */
#define BOARD_PANIC "vouch panics at "
#define BOARD_PANIC_BEGIN '0' /* before the call */
#define BOARD_PANIC_WRITE '1' /* when storage is written next */
#define BOARD_PANIC_END '2'   /* the call is done, nobody has its answer */

/* What a device keeps: trusted/ta/platform.c. */
#define BOARD_OBJECTS {"generation", "counters"}

#endif
