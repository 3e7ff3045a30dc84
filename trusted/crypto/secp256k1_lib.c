/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libsecp256k1 as one translation unit, built with the flags of crypto.mk
 * (third-party code: none of our warnings). Its failure reports go to our
 * panic (secp256k1.c), so it needs no stdio; the one use left, in a macro for
 * its tests, is closed here.
 */
#include <stdio.h>
#include <stdlib.h>

#undef fprintf
#define fprintf(...) ((void)0)

#include "src/secp256k1.c"
