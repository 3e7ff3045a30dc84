# SPDX-License-Identifier: Apache-2.0
"""OP-TEE's own tests, xtest, made ready for our board, run and counted.

Debian's package has them, with trusted applications that are signed with the
key OP-TEE publishes. Our board refuses that key, so each is signed anew under
its own UUID, by the board's key or by subkeys of it. The programs themselves
are not touched.
"""
import glob
import hashlib
import os
import re
import struct
import subprocess
import tempfile
import uuid

import board_rig
from board_rig import image

HERE = os.path.dirname(os.path.abspath(__file__))
LOCK = os.path.join(HERE, "xtest.lock")
TREE = os.path.join(image.WORK, "xtest")
ARCHIVE = os.path.join(TREE, "root.cpio")
SIGNER = os.path.join(board_rig.ROOT, "out", "deps", "optee-dev-kit",
                      "scripts", "sign_encrypt.py")
TAS = "usr/lib/optee_armtz"
CKTEEC = "libckteec.so.0"
# Of case 1004; as Debian signed it, it is on the board too.
THEIRS = "cb3e5ba0-adf1-11e0-998b-0002a5d5c51b"
# Of case 1039: two subkeys, one below the other.
SUBKEYS = "5c206987-16a3-59cc-ab0f-64b9cfc9e758"

# All of it: test cases, and what they count.
ALL = (112, 35489)
NO_TESTS = "OP-TEE's tests of itself are not built into our OP-TEE"
THEIR_BUILD = "Debian built its trusted applications without it"
# What xtest leaves out by itself when it finds nothing to test: each part.
LEFT_OUT = {
    "regression_1001": NO_TESTS,
    "regression_1002": NO_TESTS,
    "regression_1003": NO_TESTS,
    "regression_1008.4": "nothing can be installed into our secure storage; "
                         "optee_test.py has changed images refused",
    "regression_1015": NO_TESTS,
    "regression_1020": NO_TESTS,
    "regression_1025.4": NO_TESTS,
    "regression_1029.1": THEIR_BUILD,
    "regression_1029.2": THEIR_BUILD,
    "regression_1031.1": THEIR_BUILD,
    "regression_1036.1": "this processor has no pointer authentication",
    "regression_1037": "our own service endorses, not OP-TEE's; "
                       "optee_test.py checks it",
    "regression_1038.1": "this processor has no memory tags",
    "regression_1041": "no TPM among our trusted applications",
    "regression_8002": NO_TESTS,
}

HEAD = struct.Struct("<IIIIHH")
SUBKEY_HEAD = struct.Struct("<16sIIIII")
MAGIC = 0x4F545348
BOOTSTRAP, SUBKEY = 1, 3
PSS_SHA256 = 0x70414930


# --- signed images --------------------------------------------------------

class Subkey:
    """A key that the one before it may sign; for what is named below it."""

    def __init__(self, raw, name):
        (self.uuid, self.name_size, self.version, self.depth, algo,
         _) = SUBKEY_HEAD.unpack_from(raw)
        self.uuid = uuid.UUID(bytes=self.uuid)
        check(algo == PSS_SHA256 and name.isascii(), "its subkey")
        self.name = name.rstrip(b"\0").decode("ascii")


def check(holds, what):
    if not holds:
        raise image.Error(f"no signed image: {what}")


def take(data, at, size):
    check(0 <= size <= len(data) - at, "it is cut short")
    return data[at:at + size], at + size


def take_signed(data, at):
    """One header: its kind, the bytes it speaks for but the image's, where."""
    head, at = take(data, at, HEAD.size)
    magic, kind, size, algo, hash_len, sig_len = HEAD.unpack(head)
    check(magic == MAGIC and algo == PSS_SHA256 and hash_len == 32, "its head")
    digest, at = take(data, at, hash_len)
    _, at = take(data, at, sig_len)
    own, at = take(data, at, 20 if kind == BOOTSTRAP else 0)
    body, at = take(data, at, size)
    check(hashlib.sha256(head + own + body).digest() == digest, "its digest")
    return kind, own, body, at


def parse(data):
    """Its subkeys, outermost first; its UUID, its version, its program."""
    subkeys, at = [], 0
    kind, own, body, at = take_signed(data, at)
    while kind == SUBKEY:
        check(len(subkeys) < 8 and len(body) >= SUBKEY_HEAD.size, "a subkey")
        name, at = take(data, at, SUBKEY_HEAD.unpack_from(body)[1])
        subkeys.append(Subkey(body, name))
        kind, own, body, at = take_signed(data, at)
    check(kind == BOOTSTRAP and at == len(data), "no program, or more than one")
    check(body[:4] == b"\x7fELF", "its program")
    return (subkeys, uuid.UUID(bytes=own[:16]),
            int.from_bytes(own[16:], "little"), body)


def signer(command, **words):
    subprocess.run(["/usr/bin/python3", SIGNER, command,
                    *(w for k, v in words.items() if v is not None
                      for w in ("--" + k.replace("_", "-"), str(v)))],
                   check=True, stdin=subprocess.DEVNULL, capture_output=True)


def sign_anew(data, to):
    """The same image under our key; for each subkey a new one, then gone."""
    subkeys, name, version, elf = parse(data)
    key, below, named = image.TA_KEY, None, None
    with tempfile.TemporaryDirectory() as scratch:
        for n, subkey in enumerate(subkeys):
            own = os.path.join(scratch, f"{n}.pem")
            chain = os.path.join(scratch, f"{n}.bin")
            subprocess.run(["openssl", "genrsa", "-out", own, "2048"],
                           check=True, capture_output=True)
            signer("sign-subkey", uuid=subkey.uuid, key=key, subkey=below,
                   name=named, max_depth=subkey.depth,
                   name_size=subkey.name_size,
                   subkey_version=subkey.version, out=chain, **{"in": own})
            key, below, named = own, chain, subkey.name or None
        program = os.path.join(scratch, "elf")
        with open(program, "wb") as f:
            f.write(elf)
        signer("sign-enc", uuid=name, key=key, subkey=below, name=named,
               ta_version=version, out=to, **{"in": program})


# --- what is loaded on the board ------------------------------------------

def make():
    new = image.fresh(TREE)
    image.run("xtest", [os.path.join(board_rig.ROOT, "tools/deps/apt/fetch"),
                        image.CACHE, os.path.join(image.WORK, "apt"), LOCK])
    for _, _, package in image.pins(LOCK):
        image.run("xtest", ["dpkg-deb", "-x", package, new])
    archive = image.Archive(ARCHIVE + ".new")
    image.add_programs(archive, {"bin/xtest": f"{new}/usr/bin/xtest"},
                       have={CKTEEC})
    archive.copy("lib/" + CKTEEC, os.path.realpath(
        os.path.join(new, image.LIBRARY_DIR, CKTEEC)))
    for path in glob.glob(f"{new}/usr/lib/tee-supplicant/plugins/*.plugin"):
        archive.copy(os.path.relpath(path, new), path)
    ours = os.path.join(new, "ours.ta")
    for path in sorted(glob.glob(f"{new}/{TAS}/*.ta")):
        with open(path, "rb") as f:
            sign_anew(f.read(), ours)
        archive.copy("lib/optee_armtz/" + os.path.basename(path), ours, 0o644)
    archive.copy("root/theirs.ta", f"{new}/{TAS}/{THEIRS}.ta", 0o644)
    archive.close()
    os.rename(ARCHIVE + ".new", ARCHIVE)


def build():
    """The board, and the archive with the tests."""
    image.build()
    image.step("xtest", "OP-TEE's tests, signed anew",
               image.digest(LOCK, image.TA_KEY, __file__, image.SYSROOT),
               ARCHIVE, make)


# --- run and counted ------------------------------------------------------

def left_out(said):
    """The cases and subcases in which xtest said that it left out something."""
    found, at = set(), ""
    for line in said.split("Result of testsuite")[0].splitlines():
        if begun := re.match(r"[*o] (\w+_\d+\S*)", line):
            at = begun[1]
        elif re.search(r"\bskip|\bignore test", line, re.I):
            found.add(at)
    return found


class Result:
    """What xtest said at its end, and each case it named."""

    def __init__(self, code, said):
        self.code, self.said = code, said
        self.cases = dict(re.findall(
            r"^(\w+_\d+\w*) (OK|FAILED)\b",
            said.split("Result of testsuite")[-1], re.M))
        self.subtests, self.subtests_failed = self.count("subtests?")
        self.total, self.failed = self.count("test cases?")
        self.left_out = left_out(said)

    def count(self, of):
        found = re.findall(rf"^(\d+) {of} of which (\d+) failed$", self.said,
                           re.M)
        return map(int, found[0]) if len(found) == 1 else (0, 0)

    def good(self):
        return (self.code == 0 and self.failed == 0
                and self.subtests_failed == 0 and self.subtests > 0
                and 0 < self.total == len(self.cases)
                and set(self.cases.values()) == {"OK"})


def run(board, cases=(), heard=None, timeout=1800):
    words = " ".join(cases)
    return Result(*board.run(f"xtest -t regression -l 0 {words} 2>&1", timeout,
                             heard))
