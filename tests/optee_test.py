#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The node on a board with OP-TEE, in QEMU.

What the emulated TEE cannot show: that only code we signed runs, that other
code does not get its keys, that an older disk is noticed, and that the device
itself speaks for what it runs. The test programs of the trusted application
run there as they are. Power cuts: optee_cuts_test.py; other bad luck:
optee_luck_test.py.
"""
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import board_rig as rig  # noqa: E402
from board_rig import all_keys, call, image  # noqa: E402

from cryptography.exceptions import InvalidSignature  # noqa: E402
from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: E402
    Ed25519PublicKey)

KEY = {"purpose": "raw"}
DEFAULT_KEY = os.path.join(rig.ROOT, "out", "deps", "optee-dev-kit", "keys",
                           "default_ta.pem")
SIGNER = os.path.join(rig.ROOT, "out", "deps", "optee-dev-kit", "scripts",
                      "sign_encrypt.py")
ELF = os.path.join(rig.ROOT, "out", "ta", image.UUID + ".stripped.elf")
VOUCH = os.path.join(rig.ROOT, "out", "bin", "vouch")


def setUpModule():
    rig.build()


def evidence(board, challenge):
    return call(board, "kms_attest", {"challenge": "0x" + challenge.hex()})


def unhex(text):
    return bytes.fromhex(text[2:])


def sign_ta(key, to, elf=ELF):
    subprocess.run(["/usr/bin/python3", SIGNER, "--uuid", image.UUID,
                    "--key", key, "--in", elf, "--out", to, "--ta-version",
                    "0"], check=True, capture_output=True)
    return to


class Suites(unittest.TestCase):
    """tests/*_test.c, unchanged, against the real thing: on two boards."""

    def board(self, path):
        board = rig.Board(node=False, extra=path)
        self.addCleanup(board.end)
        board.up()
        return board

    def run_suite(self, board, name):
        """How many passed, which must be all."""
        began = time.monotonic()
        code, said = board.run(
            "cd /tmp; export CMOCKA_MESSAGE_OUTPUT=TAP "
            f"VOUCH_MODEL_STEPS=150; timeout 500 {name} 2>&1", 600)
        self.assertEqual(code, 0, f"{name}: {said}")
        self.assertNotIn("not ok", said)
        passed = len(re.findall(r"^ok ", said, re.M))
        self.assertIn(f"\n1..{passed}\n", said)
        print(f"{name}: {passed} in {time.monotonic() - began:.1f} s",
              file=sys.stderr)
        return passed

    def test_all(self):
        path, names = rig.suites()
        self.assertGreaterEqual(len(names), 14)
        # the hostile client first: it calls the product's own application
        # shared by both: each suite is taken once
        names = iter(sorted(names, key=lambda n: n != "board_hostile"))

        def some(board):
            passed = sum(self.run_suite(board, name) for name in names)
            self.assertLess(board.memory_mib(), 400)
            return passed

        with ThreadPoolExecutor(2) as pool:
            boards = list(pool.map(self.board, [path] * 2))
            self.assertGreaterEqual(sum(pool.map(some, boards)), 113)


class Node(unittest.TestCase):
    """vouchd inside, asked from outside."""

    def start(self, **options):
        board = rig.Board(window="0", **options)
        self.addCleanup(board.end)
        board.up_node()
        return board

    def test_the_device_endorses_the_code(self):
        board = self.start()
        challenge = os.urandom(32)
        e = evidence(board, challenge)
        self.assertEqual(unhex(e["challenge"]), challenge)
        self.assertEqual(unhex(e["measurement"]).hex(), image.measure())
        for name, word in (("erase", "flash"), ("protect", "flash"),
                           ("seal", "measurement"), ("counter", "flash"),
                           ("signer", "development")):
            self.assertEqual(e[name], word, name)
        with open(os.path.join(board.home, "factory.pub")) as f:
            factory = Ed25519PublicKey.from_public_bytes(
                bytes.fromhex(f.read()))
        said = unhex(e["endorsement"])
        key, certificate, signature = said[:32], said[32:96], said[96:]
        factory.verify(certificate, b"vouch device v1" + key)
        hashed = hashlib.sha256(b"vouch evidence v1"
                                + unhex(e["claims"])).digest()
        device = Ed25519PublicKey.from_public_bytes(key)
        signed = (b"vouch endorsement v1" + unhex(e["measurement"]) + hashed)
        device.verify(signature, signed)
        with self.assertRaises(InvalidSignature):
            device.verify(signature, signed[:-1] + b"x")
        self.verify_by_cli(board, e, factory)

    def verify_by_cli(self, board, e, factory):
        path = os.path.join(board.home, "evidence.json")
        with open(path, "w") as f:
            json.dump(e, f)
        public = "0x" + factory.public_bytes(*rig.machine.factory.RAW).hex()
        right = {"--factory": public, "--measurement": e["measurement"],
                 "--challenge": e["challenge"]}
        for wrong in (None, *right):
            named = dict(right)
            if wrong:
                named[wrong] = "0x" + "11" * 32
            done = subprocess.run(
                [VOUCH, "attest", "verify", path,
                 *(word for pair in named.items() for word in pair)],
                capture_output=True, text=True)
            self.assertEqual(done.returncode, 4 if wrong else 0,
                             done.stdout + done.stderr)

    def test_an_older_disk_is_noticed(self):
        board = self.start()
        self.assertRegex(call(board, "kms_createKey", KEY)["key"], "0x")
        board.stop()
        older = board.disk + ".older"
        shutil.copy(board.disk, older)
        board.up_node()
        call(board, "kms_createKey", KEY)
        self.assertEqual(len(all_keys(board)), 2)
        board.stop()
        newer = board.disk + ".newer"
        os.rename(board.disk, newer)
        os.rename(older, board.disk)
        board.start()
        board.wait_said("older than what this device has seen")
        self.assertIsNone(board.health())
        board.cut()
        os.rename(newer, board.disk)
        board.up_node()
        self.assertEqual(len(all_keys(board)), 2)

    def test_a_receipt_knows_an_older_disk(self):
        """Where no counter is asked: the client that has seen more stops it."""
        board = rig.Board(window="never")
        self.addCleanup(board.end)
        board.up_node()
        keys = [call(board, "kms_createKey", KEY)["key"] for _ in range(2)]

        def sign(key, digit):
            return subprocess.run(
                [VOUCH, "key", "sign", key, "--digest", "0x" + digit * 64,
                 "--keys", os.path.join(board.home, "seen", "keys.json"),
                 "--node", board.url, "--token-file", board.token_file],
                capture_output=True, text=True)

        self.assertEqual(sign(keys[0], "1").returncode, 0)
        board.stop()
        older = board.disk + ".older"
        shutil.copy(board.disk, older)
        board.up_node()
        self.assertEqual(sign(keys[0], "2").returncode, 0)
        board.stop()
        os.rename(older, board.disk)
        board.up_node()
        done = sign(keys[0], "3")
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("ROLLBACK", done.stderr)
        # stopped for whoever asks; nobody else is
        shown = call(board, "kms_getPublicKey", {"key": keys[0]})
        self.assertTrue(shown["stopped"])
        self.assertEqual(sign(keys[0], "1").returncode, 4)
        self.assertEqual(sign(keys[1], "1").returncode, 0)

    def test_only_what_we_signed_runs(self):
        board = rig.Board(window="0")
        self.addCleanup(board.end)
        os.makedirs(board.home, exist_ok=True)
        changed = os.path.join(board.home, "changed.ta")
        with open(image.TA, "rb") as f:
            whole = bytearray(f.read())
        whole[len(whole) // 2] ^= 1
        with open(changed, "wb") as f:
            f.write(whole)
        theirs = sign_ta(DEFAULT_KEY, os.path.join(board.home, "theirs.ta"))
        for path in (changed, theirs):
            board.replace_ta(path)
            board.start()
            # TEEC_ERROR_SECURITY
            board.wait_said(f"no session teec={0xffff000f}")
            self.assertIsNone(board.health())
            board.cut()
        board.extra = None
        board.up_node()

    def test_other_code_of_the_same_name_finds_nothing(self):
        board = self.start()
        mine = evidence(board, bytes(32))
        call(board, "kms_createKey", KEY)
        board.stop()
        # the same program with its version text changed, signed by our key
        with open(ELF, "rb") as f:
            elf = f.read()
        self.assertIn(b"vouch evidence v1", elf)
        other = os.path.join(board.home, "other.elf")
        with open(other, "wb") as f:
            f.write(elf.replace(b"vouch evidence v1", b"vouch evidence v!"))
        ta = sign_ta(image.TA_KEY, os.path.join(board.home, "other.ta"), other)
        self.assertNotEqual(image.measure(ta), image.measure())
        board.replace_ta(ta)
        board.start()
        # its tags do not hold for that code: not its log, not its keys
        board.wait_said("no valid tag of this device")
        self.assertNotIn("no session", board.said())
        self.assertIsNone(board.health())
        # with an empty log of its own it serves, as somebody else
        board.run("touch /tmp/stop; sleep 1; mv /data/node /data/kept; "
                  "mkdir -m 700 /data/node; sync")
        board.cut()
        board.replace_ta(ta)
        board.start()
        board.wait_node()
        theirs = evidence(board, bytes(32))
        self.assertNotEqual(theirs["logKey"], mine["logKey"])
        self.assertEqual(unhex(theirs["measurement"]).hex(), image.measure(ta))
        board.run("touch /tmp/stop; killall vouchd; sleep 1; "
                  "rm -rf /data/node; mv /data/kept /data/node; sync")
        board.cut()
        board.extra = None
        board.up_node()
        self.assertEqual(len(all_keys(board)), 1)
        self.assertEqual(evidence(board, bytes(32))["logKey"], mine["logKey"])

    def test_each_start_has_its_own_random_numbers(self):
        board = self.start()
        first = evidence(board, bytes(32))
        board.stop()
        with open(board.flash, "rb") as f:
            f.seek(rig.machine.factory.SEED_AT)
            self.assertEqual(f.read(64), bytes(64))  # used, and cleared
        board.up_node()
        second = evidence(board, bytes(32))
        self.assertNotEqual(first["incarnation"], second["incarnation"])
        self.assertEqual(first["deviceKey"], second["deviceKey"])
        other = self.start()
        self.assertNotEqual(evidence(other, bytes(32))["deviceKey"],
                            first["deviceKey"])

    def test_vouchd_is_killed_and_starts_anew(self):
        board = self.start()
        call(board, "kms_createKey", KEY)
        before = evidence(board, bytes(32))["incarnation"]
        # vouchd's session ends with it; the next one reads the log back
        code, _ = board.run("kill -9 $(pidof vouchd)")
        self.assertEqual(code, 0)
        time.sleep(1)
        board.wait("vouchd again", board.health)
        self.assertNotEqual(evidence(board, bytes(32))["incarnation"], before)
        self.assertEqual(len(all_keys(board)), 1)


if __name__ == "__main__":
    unittest.main()
