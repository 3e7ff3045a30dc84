#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A part of OP-TEE's own regression suite on our board, counted.

`make optee-xtest` runs all of it; here is what takes seconds and touches most
of what we changed: whose programs load, sessions, memory that is shared,
several clients at once, storage and its counter, the processor's arithmetic.
"""
import os
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import board_rig as rig  # noqa: E402
import xtest_rig as xtest  # noqa: E402
from board_rig import image  # noqa: E402

CASES = ("1004 1005 1007 1008 1011 1012 1016 1017 1018 1019 1021 1022 1025"
         " 1026 1027 1028 1032 1033 1034 1039 1040 2001 4001 4003 4004 4005 4012"
         " 4013 4016 4018 5006 6003 6015 6021 8001 8103").split()
SUBTESTS = 5705


class Part(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        xtest.build()
        cls.board = rig.Board(node=False, extra=xtest.ARCHIVE)
        cls.addClassCleanup(cls.board.end)
        cls.board.up()

    def test_a_part(self):
        result = xtest.run(self.board, CASES, timeout=300)
        self.assertTrue(result.good(), result.said)
        self.assertEqual(set(result.cases),
                         {"regression_" + case for case in CASES})
        self.assertEqual(result.subtests, SUBTESTS)
        self.assertLessEqual(result.left_out, set(xtest.LEFT_OUT))

    def test_signed_with_the_published_key(self):
        """The very program that just ran, as Debian signed it."""
        program = f"/lib/optee_armtz/{xtest.THEIRS}.ta"
        code, said = self.board.run(
            f"cp {program} /tmp/ours && cp /root/theirs.ta {program}")
        self.assertEqual(code, 0, said)
        refused = xtest.run(self.board, ["1004"])
        self.assertEqual(refused.cases, {"regression_1004": "FAILED"})
        self.assertIn("0xffff000f", refused.said)  # TEEC_ERROR_SECURITY
        self.board.run(f"cp /tmp/ours {program}")
        again = xtest.run(self.board, ["1004"])
        self.assertTrue(again.good(), again.said)

    def test_images_are_read_strictly(self):
        for name in (xtest.THEIRS, xtest.SUBKEYS):
            with open(os.path.join(xtest.TREE, xtest.TAS, name + ".ta"),
                      "rb") as f:
                whole = f.read()
            subkeys, uuid, _, elf = xtest.parse(whole)
            self.assertEqual((str(uuid), whole[-len(elf):]), (name, elf))
            self.assertEqual(len(subkeys), 2 * (name == xtest.SUBKEYS))
            head = len(whole) - len(elf)
            for size in (*range(head + 1), len(whole) - 1):
                with self.assertRaises(image.Error):
                    xtest.parse(whole[:size])
            with self.assertRaises(image.Error):
                xtest.parse(whole + b"\0")
            changed = bytearray(whole)
            changed[-1] ^= 1
            with self.assertRaises(image.Error):
                xtest.parse(bytes(changed))


if __name__ == "__main__":
    unittest.main()
