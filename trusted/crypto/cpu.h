/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the processor does by instructions of its own. It is asked, once; a
 * trusted application of arm64 cannot ask: VCH_BOARD_CPU says it (sub.mk).
 */
#ifndef TRUSTED_CRYPTO_CPU_H
#define TRUSTED_CRYPTO_CPU_H

#include <stdbool.h>
#include <stdint.h>

#define VCH_CPU_SHA 1u /* SHA extensions, SSSE3, SSE4.1; Armv8: SHA2 */
#define VCH_CPU_AES 2u /* AES-NI, PCLMULQDQ, SSSE3, SSE4.1; Armv8: AES */

/* True if the processor has all of these. */
bool vch_cpu_has(uint32_t features);

/* For tests of what serves elsewhere: has nothing from now on, or all. */
void vch_cpu_hide(bool hidden);

#endif
