/* SPDX-License-Identifier: Apache-2.0 */
/* The host's clocks; logic that needs the time gets it as an argument. */
#ifndef HOST_BASE_CLOCK_H
#define HOST_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define VCH_NS_PER_MS 1000000u
#define VCH_NS_PER_S 1000000000u

/* Nanoseconds since some start; never goes back. */
uint64_t vch_clock_ns(void);

/* The same clock, ns from now, as the waiting functions want it. */
struct timespec vch_clock_from_now(uint64_t ns);

/* Seconds since the epoch, as the host believes. */
uint64_t vch_clock_wall_s(void);

#endif
