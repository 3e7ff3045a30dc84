/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libsecp256k1 as one translation unit, built with the flags of crypto.mk
 * (third-party code: none of our warnings). Its reports of failure go to our
 * panic (secp256k1.c); the context lies in memory of ours, so that the linker
 * drops its only uses of malloc.
 */
#include "src/secp256k1.c"
