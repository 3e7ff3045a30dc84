/* SPDX-License-Identifier: Apache-2.0 */
#include "host/base/clock.h"

#include <time.h>

uint64_t vch_clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * VCH_NS_PER_S + (uint64_t)now.tv_nsec;
}

uint64_t vch_clock_wall_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec;
}

struct timespec vch_clock_from_now(uint64_t ns)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	ns += (uint64_t)at.tv_nsec;
	at.tv_sec += (time_t)(ns / VCH_NS_PER_S);
	at.tv_nsec = (long)(ns % VCH_NS_PER_S);
	return at;
}
