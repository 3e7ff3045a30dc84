# SPDX-License-Identifier: Apache-2.0
"""What a factory does to a board: its flash, its secret, its certificate.

The flash is one file, as QEMU's machine has it. Only the secure world of the
machine can read it; whoever can read the file holds all secrets of the device.

    0          the first boot stage
    0x40000    the others, and OP-TEE
    0x200000   the fuses: struct vouch_fuses of optee/vouch_flash.h
    0x240000   what OP-TEE keeps: never touched here once it was made
"""
import os

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FLASH_SIZE = 0x4000000
FIP_AT = 0x40000
FUSES_AT = 0x200000
PLACES_AT = 0x240000
PLACES = 6
SECTOR_SIZE = 0x40000
PLACES_SIZE = 2 * PLACES * SECTOR_SIZE
MAGIC = b"VCHFUSE1"
ENTRY_SIZE = 2048
ENTRY_MAGIC = b"VCHPLAC2"
OLD_MAGIC = b"VCHPLACE"
SEED_AT = FUSES_AT + 8 + 32 + 32 + 32 + 64
SEED_SIZE = 64
CERTIFIED = b"vouch device v1"
RAW = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def private_bytes(key):
    return key.private_bytes(serialization.Encoding.Raw,
                             serialization.PrivateFormat.Raw,
                             serialization.NoEncryption())


def create(path, data=b"", size=0):
    """A new file that only we can read; durable before it has its name."""
    new = path + ".new"
    fd = os.open(new, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "wb") as f:
        f.write(data)
        f.truncate(max(size, len(data)))
        f.flush()
        os.fsync(f.fileno())
    os.rename(new, path)


def owners(path):
    """The measurements whose places are in that flash: struct entry."""
    found = []
    with open(path, "rb") as f:
        for place in range(PLACES):
            f.seek(PLACES_AT + 2 * place * SECTOR_SIZE)
            data = f.read(2 * SECTOR_SIZE)
            entries = [data[i:i + ENTRY_SIZE]
                       for i in range(0, len(data), ENTRY_SIZE)]
            if any(e.startswith(OLD_MAGIC) for e in entries):
                raise ValueError("an earlier build made this device")
            newest = max((e for e in entries if e.startswith(ENTRY_MAGIC)),
                         key=lambda e: int.from_bytes(e[8:16], "little"),
                         default=None)
            if newest and not newest[16:].startswith(b"OP-TEE:"):
                found.append(newest[16:48].hex())
    return found


def root_key(path):
    """The factory's own key: made once, signs each device's."""
    if not os.path.exists(path):
        create(path, private_bytes(Ed25519PrivateKey.generate()))
    with open(path, "rb") as f:
        key = Ed25519PrivateKey.from_private_bytes(f.read())
    return key, key.public_key().public_bytes(*RAW)


def fuses(factory):
    device = Ed25519PrivateKey.generate()
    public = device.public_key().public_bytes(*RAW)
    return (MAGIC + os.urandom(32) + private_bytes(device) + public
            + factory.sign(CERTIFIED + public) + bytes(SEED_SIZE))


def make_flash(path, factory_path):
    """A new device, without firmware and without a seed."""
    factory, _ = root_key(factory_path)
    create(path, size=FLASH_SIZE)
    with open(path, "r+b") as f:
        f.seek(FUSES_AT)
        f.write(fuses(factory))
        f.seek(PLACES_AT)
        f.write(b"\xff" * PLACES_SIZE)
        os.fsync(f.fileno())


def write_at(f, at, data):
    f.seek(at)
    if f.read(len(data)) != data:
        f.seek(at)
        f.write(data)


def power_on(path, firmware):
    """The firmware as it was built, and a seed for this one start."""
    with open(path, "r+b") as f:
        for at, name, limit in ((0, "bl1.bin", FIP_AT),
                                (FIP_AT, "fip.bin", FUSES_AT - FIP_AT)):
            with open(os.path.join(firmware, name), "rb") as part:
                data = part.read()
            if len(data) > limit:
                raise ValueError(f"{name} is too long for its place")
            write_at(f, at, data)
        f.seek(SEED_AT)
        f.write(os.urandom(SEED_SIZE))
        f.flush()
        os.fsync(f.fileno())
