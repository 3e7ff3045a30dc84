#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the multiples of P-256's base point that p256.c multiplies with.

In the layout of s2n-bignum's p256_scalarmulbase for blocks of 4 bits: for
each i in 0..64 and j in 1..8 the affine point 2^(4i) * j * G, x then y, in
Montgomery form (times 2^256 mod p), least significant digit first.

usage: p256_table.py > p256_table.h
"""

BITS = 4
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
G = (0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
     0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)


def add(a, b):
    """a + b for affine points of which neither is infinity nor a = -b."""
    if a == b:
        slope = (3 * a[0] ** 2 - 3) * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope**2 - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def digits(v):
    """The C initialisers of v in Montgomery form."""
    v = (v << 256) % P
    return ["0x%016x" % (v >> s & (2**64 - 1)) for s in range(0, 256, 64)]


def main():
    print("/* SPDX-License-Identifier: Apache-2.0 */")
    print("/* Written by trusted/crypto/p256_table.py: see there. */")
    print("#ifndef TRUSTED_CRYPTO_P256_TABLE_H")
    print("#define TRUSTED_CRYPTO_P256_TABLE_H\n\n#include <stdint.h>\n")
    print("enum { VCH_P256_TABLE_BITS = %d };\n" % BITS)
    print("static const uint64_t vch_p256_table[] = {")
    block = G
    for _ in range(256 // BITS + 1):
        q = block
        for _ in range(2 ** (BITS - 1)):
            for v in q:
                d = digits(v)
                print("\t%s, %s,\n\t%s, %s," % tuple(d))
            last, q = q, add(q, block)
        block = add(last, last)
    print("};\n\n#endif")


main()
