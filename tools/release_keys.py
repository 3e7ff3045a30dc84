#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The release keys that are built into the trusted application.

usage: tools/release_keys.py LIST HEADER
       tools/release_keys.py --development KEY.pem HEADER

LIST has one public key a line (Ed25519, 64 digits of hex, as `vouch release
key` prints it) and one line `needed N`: so many of them have to sign. A
development build trusts one key that was made on this machine, and its
evidence says `signer: development`; any list makes it `signer: release`.
HEADER is written only if that changes it.
"""
import os
import re
import subprocess
import sys

KEYS_MAX = 16
SIGNATURES_MAX = 3  # in one request: wire/ta.wire


def fail(what):
    sys.exit(f"release_keys.py: {what}")


def development(pem):
    der = subprocess.run(["openssl", "pkey", "-in", pem, "-pubout",
                          "-outform", "DER"], check=True,
                         capture_output=True).stdout
    return "development", 1, [der[-32:]]


def release(path):
    keys, needed = [], 0
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            line = line.partition("#")[0].strip()
            if m := re.fullmatch(r"needed ([1-9])", line):
                needed = int(m[1])
            elif re.fullmatch(r"(0x)?[0-9a-fA-F]{64}", line):
                keys.append(bytes.fromhex(line[-64:]))
            elif line:
                fail(f"{path}:{number}: neither a key nor `needed N`")
    if len(set(keys)) != len(keys) or len(keys) > KEYS_MAX:
        fail(f"{path}: a key stands there twice, or more than {KEYS_MAX} do")
    if not 1 <= needed <= min(len(keys), SIGNATURES_MAX):
        fail(f"{path}: `needed N` is missing, or cannot be met: at most "
             f"{SIGNATURES_MAX} sign, and no more than there are keys")
    return "release", needed, keys


def header(signer, needed, keys):
    rows = []
    for key in keys:
        digits = [f"0x{byte:02x}," for byte in key]
        rows += ["\t\t{" + " ".join(digits[:8])]
        rows += ["\t\t " + " ".join(digits[i:i + 8]) for i in (8, 16)]
        rows += ["\t\t " + " ".join(digits[24:]).rstrip(",") + "},"]
    body = "\n".join(f"{row} \\" for row in rows)
    return f"""\
/* SPDX-License-Identifier: Apache-2.0 */
/* Written by tools/release_keys.py: who may name the next version. */
#ifndef TRUSTED_TA_RELEASE_KEYS_H
#define TRUSTED_TA_RELEASE_KEYS_H

#define VCH_RELEASE_SIGNER "{signer}"
#define VCH_RELEASE_NEEDED {needed}
#define VCH_RELEASE_KEYS \\
\t{{ \\
{body}
\t}}

#endif
"""


def write(path, text):
    if os.path.exists(path):
        with open(path) as f:
            if f.read() == text:
                return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".new", "w") as f:
        f.write(text)
    os.rename(path + ".new", path)


def main():
    args = sys.argv[1:]
    if len(args) == 3 and args[0] == "--development":
        write(args[2], header(*development(args[1])))
    elif len(args) == 2:
        write(args[1], header(*release(args[0])))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
