/* SPDX-License-Identifier: Apache-2.0 */
/* What the arithmetic alone is measured on: one demo passkey's assertion. */
#ifndef HOST_BENCH_INPUTS_H
#define HOST_BENCH_INPUTS_H

#include <stdint.h>

struct vch_bench_assertion {
	uint8_t xy[64];
	uint8_t digest[32];
	uint8_t signature[64];
};

/* Of a passkey that is drawn for it. */
void vch_bench_assertion_make(struct vch_bench_assertion *ret);

#endif
