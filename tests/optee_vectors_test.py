#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The primitives inside the trusted application, on a board with OP-TEE.

The official vectors (tests/vectors), and edges of every operation, whose
answers are those of vch-vectors on this machine, which the unit tests hold to
OpenSSL. VOUCH_SEED=N repeats the random ones.
"""
import importlib.machinery
import importlib.util
import glob
import os
import random
import re
import subprocess
import sys
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import board_rig as rig  # noqa: E402
from board_rig import image  # noqa: E402

SEED = int(os.environ.get("VOUCH_SEED", "0")) or random.SystemRandom(
    ).randrange(1, 2 ** 32)
VECTORS = os.path.join(rig.ROOT, "tests", "vectors")
NATIVE = os.path.join(rig.ROOT, "out", "bin", "vch-vectors")
BOARD = os.path.join(image.OUT, "arm64", "test", "vectors_board")
# a line that the application takes: tests/board_vectors.c
LINE_MAX = 8192
P256 = (0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551,
        0xffffffff00000001000000000000000000000000ffffffffffffffffffffffff)
K1 = (0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141,
      2 ** 256 - 2 ** 32 - 977)
X25519_P = 2 ** 255 - 19
ED25519_L = 2 ** 252 + 27742317777372353535851937790883648493
LENGTHS = (*range(0, 34), 55, 56, 63, 64, 65, 111, 112, 119, 127, 128, 129,
           135, 136, 137, 255, 256, 257, 1000)


def known():
    """(line, answer) of every official vector."""
    path = os.path.join(rig.ROOT, "tools", "vectors", "check")
    loader = importlib.machinery.SourceFileLoader("vectors_check", path)
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader("vectors_check", loader))
    loader.exec_module(module)
    return [(question, answer)
            for name in sorted(glob.glob(VECTORS + "/*.txt"))
            for _, question, answer in module.vectors(name)]


def around(*numbers):
    """Those 256-bit numbers, and one less and one more, as hex."""
    return [f"{n + d:064x}" for n in numbers for d in (-1, 0, 1)
            if 0 <= n + d < 2 ** 256]


class Edges:
    """Lines of every operation where its arguments begin and end."""

    def __init__(self, chance):
        self.chance = chance

    def some(self, length):
        return self.chance.randbytes(length).hex() or "-"

    def hashes(self):
        for n in LENGTHS:
            for name in ("sha256", "keccak256"):
                yield f"{name} {self.some(n)}"
            yield f"hmac-sha256 {self.some(n)} {self.some(n)}"
            yield f"hkdf-sha256 {self.some(n)} {self.some(7)} - {n}"
        for n in (8159, 8160, 8161, 99999, 100000):
            yield f"hkdf-sha256 00 00 00 {n}"

    def aead(self):
        for n in LENGTHS:
            head = f"{self.some(32)} {self.some(12)} {self.some(n % 40)}"
            yield f"aes256gcm-seal {head} {self.some(n)}"
            yield f"aes256gcm-open {head} {self.some(n)} {self.some(16)}"
        for n in (0, 1, 11, 13, 16, 60):
            yield f"aes256gcm-seal {self.some(32)} {self.some(n)} - 00"

    def ecdsa(self, name, parameters, vectors):
        order, field = parameters
        edges = around(0, 1, order // 2, order, field, 2 ** 256 - 1)
        lines = [q.split(" ") for q, _ in vectors if q.startswith(name)]
        for words in self.chance.sample(lines, 12):
            for edge in edges:
                for place in (2, 3, 4):
                    yield " ".join([*words[:place], edge, *words[place + 1:]])
                yield " ".join([name, "04" + edge + words[1][66:],
                                *words[2:]])
                yield " ".join([name, words[1][:66] + edge, *words[2:]])
        for first in ("00", "02", "03", "05", "06", "07"):
            words = lines[0]
            yield " ".join([name, first + words[1][2:], *words[2:]])

    def k1(self):
        edges = around(0, 1, K1[0] // 2, K1[0], K1[1], 2 ** 256 - 1)
        for edge in edges:
            for other in edges:
                yield f"secp256k1-sign {edge} {other}"
            for recid in range(5):
                yield (f"secp256k1-recover {self.some(32)} {edge} "
                       f"{self.some(32)} {recid:x}")
                yield (f"secp256k1-recover {self.some(32)} {self.some(32)} "
                       f"{edge} {recid:x}")

    def curve25519(self, vectors):
        edges = [bytes.fromhex(e)[::-1].hex()
                 for e in around(0, 1, X25519_P, 2 * X25519_P, 2 ** 255,
                                 ED25519_L, 2 ** 256 - 1)]
        for edge in edges:
            yield f"x25519 {self.some(32)} {edge}"
            yield f"x25519 {edge} {self.some(32)}"
            yield f"ed25519-sign {edge} {self.some(33)}"
            yield f"ed25519-verify {edge} - {self.some(64)}"
        for n in LENGTHS:
            yield f"ed25519-sign {self.some(32)} {self.some(n)}"
        for q, answer in vectors:
            if q.startswith("ed25519-sign") and len(q) < 500:
                # a signature with a changed s is none
                yield f"ed25519-verify {self.some(32)} - {answer}"

    def hpke(self, vectors):
        for q, _ in vectors:
            if q.startswith("hpke-open") and len(q) < 2000:
                for place in (2, 5, 6):
                    words = q.split(" ")
                    if len(words[place]) > 1:
                        last = int(words[place][-1], 16) ^ 1
                        words[place] = words[place][:-1] + f"{last:x}"
                        yield " ".join(words)

    def forms(self):
        yield from ("", "sha256", "sha256 0", "sha256 0g", "sha256 00 00",
                    "sha257 00", "hkdf-sha256 00 00 00 ", "x25519 00 00",
                    "hkdf-sha256 00 00 00 -1", "secp256k1-sign 01 02",
                    "SHA256 00", " sha256 -", "sha256\t-", "p256-verify")

    def all(self, vectors):
        yield from self.hashes()
        yield from self.aead()
        yield from self.ecdsa("p256-verify", P256, vectors)
        yield from self.ecdsa("secp256k1-verify", K1, vectors)
        yield from self.k1()
        yield from self.curve25519(vectors)
        yield from self.hpke(vectors)
        yield from self.forms()


class Inside(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        rig.build()
        print(f"seed: VOUCH_SEED={SEED}", file=sys.stderr)
        cls.known = known()
        lines = list(Edges(random.Random(SEED)).all(cls.known))
        cls.edges = [line for line in lines if len(line) <= LINE_MAX]
        cls.board = rig.Board(node=False)
        cls.addClassCleanup(cls.board.end)
        os.makedirs(cls.board.home, exist_ok=True)
        files = {rig.TA: rig.test_ta("plain")}
        for name, lines in (("known", [q for q, _ in cls.known]),
                            ("edges", cls.edges)):
            path = os.path.join(cls.board.home, name)
            with open(path, "w") as f:
                f.write("".join(line + "\n" for line in lines))
            files[name] = path
        cls.board.extra = image.extra(
            os.path.join(cls.board.home, "vectors.cpio"),
            {"bin/vectors_board": BOARD}, files)
        cls.board.up()

    def answers(self, name, count):
        began = time.monotonic()
        code, said = self.board.run(f"vectors_board < /{name}")
        self.assertEqual(code, 0, said[-2000:])
        said = said.rstrip("\n").split("\n")
        print(f"{name}: {len(said)} inside the application in "
              f"{time.monotonic() - began:.1f} s", file=sys.stderr)
        self.assertEqual(len(said), count)
        return said

    def test_official_vectors(self):
        self.assertGreaterEqual(len(self.known), 1183)
        said = self.answers("known", len(self.known))
        for (question, want), got in zip(self.known, said):
            self.assertEqual(got, want, question[:200])

    def test_edges(self):
        text = "".join(line + "\n" for line in self.edges)
        native = subprocess.run([NATIVE], input=text, check=True, text=True,
                                capture_output=True).stdout.splitlines()
        said = self.answers("edges", len(self.edges))
        for question, want, got in zip(self.edges, native, said):
            self.assertEqual(got, want, question[:200])
        # of each operation one that is refused and one that is not
        seen = {(re.split(r"\s", q)[0], a == "bad")
                for q, a in zip(self.edges, native)}
        for name in ("aes256gcm-seal", "hkdf-sha256", "p256-verify",
                     "secp256k1-verify", "secp256k1-sign", "x25519",
                     "secp256k1-recover"):
            self.assertIn((name, True), seen)
        self.assertGreater(len(seen), 20)


if __name__ == "__main__":
    unittest.main()
