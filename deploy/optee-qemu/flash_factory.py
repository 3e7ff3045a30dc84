#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The factory's half of flash_test.c: what it writes and reads of a flash.

    make DIR              a new device's flash and a start's seed, in DIR
    start DIR             the seed of another start
    owners DIR            whose places are in it, one a line
    fuses DIR NAME=HEX..  exit 0 if these fields of the fuses are what it made
"""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import factory  # noqa: E402

from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: E402
    Ed25519PrivateKey)


def fuses_agree(path, root, said):
    """By what they mean, and the two that mean nothing by where they are."""
    said = {name: bytes.fromhex(text) for name, text in said.items()}
    own = Ed25519PrivateKey.from_private_bytes(said["attest_seed"])
    public = own.public_key().public_bytes(*factory.RAW)
    factory.root_key(root)[0].public_key().verify(
        said["certificate"], factory.CERTIFIED + public)
    with open(path, "rb") as f:
        f.seek(factory.SEED_AT)
        seed = f.read(factory.SEED_SIZE)
        f.seek(factory.FUSES_AT + len(factory.MAGIC))
        secret = f.read(32)
    return (public == said["attest_key"] and seed == said["seed"]
            and secret == said["secret"] and len(set(secret)) > 8)


def main(what, home, *rest):
    path, root = os.path.join(home, "flash.img"), os.path.join(home, "root")
    if what == "make":
        factory.make_flash(path, root)
        for name in ("bl1.bin", "fip.bin"):
            factory.create(os.path.join(home, name), name.encode())
    if what in ("make", "start"):
        factory.power_on(path, home)
    if what == "owners":
        print("\n".join(factory.owners(path)))
    if what == "fuses":
        return 0 if fuses_agree(path, root, dict(
            word.split("=") for word in rest)) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
