/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a value made from secrets becomes public by design (does the tag
 * fit? is the key in range?), the code says so with VCH_DECLASSIFY. It is
 * nothing in a product; in the flavour built with VCH_CTIME it tells
 * valgrind's memcheck, which holds secrets for undefined memory, that a
 * branch on this value is meant.
 */
#ifndef TRUSTED_CRYPTO_CTIME_H
#define TRUSTED_CRYPTO_CTIME_H

#ifdef VCH_CTIME
#include <valgrind/memcheck.h>
#define VCH_DECLASSIFY(ptr, len) ((void)VALGRIND_MAKE_MEM_DEFINED((ptr), (len)))
#else
#define VCH_DECLASSIFY(ptr, len) ((void)(ptr), (void)(len))
#endif

#endif
