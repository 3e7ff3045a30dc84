/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/base/wipe.h"

#include <string.h>

void vch_wipe(void *ptr, size_t len)
{
	memset(ptr, 0, len);
	/* the memory is "used" after the memset, so it has to happen */
	__asm__ volatile("" : : "r"(ptr) : "memory");
}
