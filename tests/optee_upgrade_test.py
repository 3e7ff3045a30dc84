#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The hand-over to a new version, on a board with OP-TEE, in QEMU.

The version that runs names its successor by a manifest of the release keys;
then the successor has log, keys and counters, and whatever else is put in its
place, the old version first of all, has nothing: no session is opened. The
power may go at any moment of it: what then starts is whole.

VOUCH_SEED=N repeats the choices, VOUCH_CUTS=N (3) cuts so often.
"""
import os
import random
import subprocess
import sys
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import board_rig as rig  # noqa: E402
from board_rig import call, image  # noqa: E402
from optee_test import VOUCH, sign_ta  # noqa: E402

from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402

KEY = {"purpose": "raw", "opsDaily": 3}
CUTS = int(os.environ.get("VOUCH_CUTS", "3"))
SEED = int(os.environ.get("VOUCH_SEED", "0")) or random.SystemRandom(
    ).randrange(1, 2 ** 32)
NEWER, NEWEST = rig.test_ta("newer"), rig.test_ta("newest")
NEWER_ELF = os.path.join(NEWER + ".build", image.UUID + ".stripped.elf")
RELEASE_KEY = os.path.join(rig.ROOT, "out", "deps", "release",
                           "development.pem")
ENTRY_POINT = "0x4337084d9e255ff0702461cf8895ce9e3b5ff108"
HANDED_OVER = "is handed over to version"


def setUpModule():
    rig.build()


def vouch(*argv):
    done = subprocess.run([VOUCH, *argv], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


class Upgrade(unittest.TestCase):
    def start(self):
        board = rig.Board(window="0")
        self.addCleanup(board.end)
        board.up_node()
        return board

    def boot(self, board, ta=None):
        """Anew, maybe with another image in the place of the first."""
        board.cut()
        board.replace_ta(ta or image.TA)
        board.start()

    def manifest(self, board, ta=NEWER, version=2, key=RELEASE_KEY):
        path = os.path.join(board.home, f"release-{time.monotonic_ns()}.json")
        code, said = vouch("release", "sign", path, "--version", str(version),
                           "--ta", ta, "--key", key)
        self.assertEqual(code, 0, said)
        return path

    def upgrade(self, board, manifest):
        return vouch("tee", "upgrade", manifest, "--node", board.url,
                     "--token-file", board.token_file)

    def evidence(self, board):
        return call(board, "kms_attest", {"challenge": "0x" + 64 * "1"})

    def sign(self, board, key):
        return call(board, "kms_sign", {"key": key["key"],
                                             "digest": "0x" + 64 * "2"})

    def account(self, board):
        numbers = ec.generate_private_key(
            ec.SECP256R1()).public_key().public_numbers()
        return call(board, "vouch_createAccount", {
            "passkey": {"x": f"0x{numbers.x:064x}", "y": f"0x{numbers.y:064x}",
                        "rpIdHash": "0x" + 64 * "3"},
            "origins": ["https://localhost"],
            "networks": [{"chainId": "0x1",
                          "entryPoint": ENTRY_POINT}],
            "factory": "0x" + 40 * "5",
            "implementation": "0x" + 40 * "6"})["address"]

    def named_by_nobody(self, board):
        """The newer program with one text changed, signed by our key."""
        with open(NEWER_ELF, "rb") as f:
            elf = f.read()
        self.assertIn(b"vouch evidence v1", elf)
        path = os.path.join(board.home, "other.elf")
        with open(path, "wb") as f:
            f.write(elf.replace(b"vouch evidence v1", b"vouch evidence v!"))
        return sign_ta(image.TA_KEY, os.path.join(board.home, "other.ta"),
                       path)

    def assert_refused(self, board, ta):
        """No session, so no key; vouchd says what is to be done."""
        self.boot(board, ta)
        board.wait_said(f"no session teec={0xffff0001}")
        board.wait_said("handed over to")
        self.assertIsNone(board.health())

    def test_hand_over(self):
        board = self.start()
        before = self.evidence(board)
        self.assertEqual(before["version"], "0x1")
        key = call(board, "kms_createKey", KEY)
        address = self.account(board)
        signature = self.sign(board, key)["signature"]
        state = call(board, "vouch_getAccount", {"address": address})

        # nobody but the release keys, and never to itself or down
        stranger = os.path.join(board.home, "stranger.pem")
        self.assertEqual(vouch("release", "key", stranger)[0], 0)
        for manifest, sentence in (
                (self.manifest(board, key=stranger), "release keys"),
                (self.manifest(board, version=1), "not newer"),
                (self.manifest(board, ta=image.TA), "not newer")):
            code, said = self.upgrade(board, manifest)
            self.assertEqual(code, 1, said)
            self.assertIn(sentence, said)
        self.sign(board, key)

        code, said = self.upgrade(board, self.manifest(board))
        self.assertEqual(code, 0, said)
        # the node ends; started again, as here, it says the same once more
        board.wait_said(HANDED_OVER, 2)
        board.wait_said(f"no session teec={0xffff0001}")
        self.assertIsNone(board.health())

        self.assert_refused(board, self.named_by_nobody(board))
        self.boot(board, NEWER)
        board.wait_node()
        after = self.evidence(board)
        self.assertEqual(after["version"], "0x2")
        self.assertEqual(after["measurement"][2:], image.measure(NEWER))
        for same in ("logKey", "deviceKey", "generation"):
            self.assertEqual(after[same], before[same])
        self.assertEqual(self.sign(board, key)["signature"], signature)
        self.assertEqual(
            call(board, "kms_getPublicKey", {"key": key["key"]})["ops"],
            "0x1")
        now = call(board, "vouch_getAccount", {"address": address})
        self.assertEqual(now["config"], state["config"])

        self.assert_refused(board, None)
        self.and_on(board, key, signature, before)

    def and_on(self, board, key, signature, before):
        """The next version has a next one, whose keys are still the first's."""
        self.boot(board, NEWER)
        board.wait_node()
        code, said = self.upgrade(board, self.manifest(board, NEWEST, 3))
        self.assertEqual(code, 0, said)
        board.wait_said(HANDED_OVER)
        self.assert_refused(board, NEWER)
        self.boot(board, NEWEST)
        board.wait_node()
        self.assertEqual(self.sign(board, key)["signature"], signature)
        after = self.evidence(board)
        self.assertEqual(after["version"], "0x3")
        self.assertEqual(after["logKey"], before["logKey"])
        self.assert_refused(board, None)

    def test_who_began_a_place_is_no_successor(self):
        board = self.start()
        key = call(board, "kms_createKey", KEY)["key"]
        manifest = self.manifest(board)
        board.run("touch /tmp/stop; killall vouchd; sleep 1; "
                  "mv /data/node /data/kept; mkdir -m 700 /data/node; sync")
        self.boot(board, NEWER)
        board.wait_node()  # on an empty log it is somebody else
        self.assertEqual(call(board, "kms_listKeys")["keys"], [])
        board.run("touch /tmp/stop; killall vouchd; sleep 1; "
                  "rm -rf /data/node; mv /data/kept /data/node; sync")
        self.boot(board)
        board.wait_node()
        code, said = self.upgrade(board, manifest)
        self.assertEqual(code, 1, said)
        self.assertIn("successor exists here already", said)
        self.assertEqual(
            [k["key"] for k in call(board, "kms_listKeys")["keys"]],
            [key])

    def test_power_cuts(self):
        print(f"seed: VOUCH_SEED={SEED}, {CUTS} cuts", file=sys.stderr)
        chance = random.Random(SEED)
        for cut in range(CUTS):
            with self.subTest(cut):
                self.cut_once(chance.uniform(0, 2))

    def cut_once(self, after):
        board = self.start()
        key = call(board, "kms_createKey", KEY)["key"]
        manifest = self.manifest(board)
        code, said = self.upgrade(board, manifest)
        self.assertEqual(code, 0, said)
        time.sleep(after)
        # the old version has all of it, and goes on or ends it; or nothing
        self.boot(board)
        board.wait("the one or the other", lambda: board.health() or
                   HANDED_OVER in board.said())
        if HANDED_OVER not in board.said():
            board.wait_node()
            self.assertEqual(
                [k["key"] for k in call(board, "kms_listKeys")["keys"]],
                [key])
            self.assertEqual(self.upgrade(board, manifest)[0], 0)
            board.wait_said(HANDED_OVER)
        self.boot(board, NEWER)
        board.wait_node()
        self.assertEqual(
            [k["key"] for k in call(board, "kms_listKeys")["keys"]],
            [key])


if __name__ == "__main__":
    unittest.main()
