/* SPDX-License-Identifier: Apache-2.0 */
/*
 * s2n-bignum: assembly for x86-64 and Armv8 whose results its authors proved
 * in HOL Light. All of it is constant time in its operands. Numbers are four
 * 64-bit digits, the least significant first. Of each function we take the
 * variant that runs on every CPU of the architecture; where only one of the
 * two gives it another name, the names are made equal here.
 *
 * Its contracts stand in its header and atop each .S file.
 */
#ifndef TRUSTED_CRYPTO_S2N_H
#define TRUSTED_CRYPTO_S2N_H

#include <stdint.h>

#include <s2n-bignum.h>

#if defined(__x86_64__)
#define vch_s2n_mod_n256 bignum_mod_n256_alt
#define vch_s2n_tomont_p256 bignum_tomont_p256_alt
#elif defined(__aarch64__)
#define vch_s2n_mod_n256 bignum_mod_n256
#define vch_s2n_tomont_p256 bignum_tomont_p256
#else
#error "the proved assembly exists for x86-64 and aarch64 only"
#endif

#endif
