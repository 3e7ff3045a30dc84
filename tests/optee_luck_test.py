#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A board under bad luck: no space, an application that panics, bytes that
are not what was written. Power cuts: optee_cuts_test.py."""
import http.client
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import board_rig as rig  # noqa: E402
from board_rig import all_keys, call, image, machine  # noqa: E402
from optee_test import ELF, sign_ta  # noqa: E402

RAW = {"purpose": "raw"}
SAFE_TO_RETRY = {"TEE_LOST", "LOG_WRITE", "TIMEOUT", "OVERLOADED"}
ANSWER_S = 25
AGAIN_S = 60
SMALL_MIB = 16
# OWNERS of deploy/optee-qemu/optee/vouch_flash.c, less OP-TEE's own place
OWNERS = 5
FILL = ("dd if=/dev/zero of=/data/filler bs=64k 2>/dev/null; "
        "dd if=/dev/zero of=/data/filler2 bs=1k 2>/dev/null; "
        "sync; df /data | tail -1")
FREE = "rm -f /data/filler /data/filler2; sync"
OLDER = "older than what this device has seen"
TORN = 2000
# board.h: where a request with these 16 bytes and the digit makes it panic
PANIC = b"vouch panics at "


def setUpModule():
    rig.build()


def digest(number):
    return f"0x{number:064x}"


class Luck(unittest.TestCase):
    def board(self, **options):
        board = rig.Board(window="0", **options)
        self.addCleanup(board.end)
        return board

    def ask(self, board, method, params):
        """The result, or the name of the refusal; in bounded time."""
        began = time.monotonic()
        try:
            answer = rig.ask(board, method, params)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.fail(f"{method}: no answer: {error}\n{board.said()}")
        self.assertLess(time.monotonic() - began, ANSWER_S)
        if "error" in answer:
            return None, answer["error"]["data"]["name"]
        return answer["result"], None

    def insist(self, board, method, params):
        """Until it is answered for good; each refusal is safe to retry."""
        deadline = time.monotonic() + AGAIN_S
        while time.monotonic() < deadline:
            result, name = self.ask(board, method, params)
            if result:
                return result
            self.assertIn(name, SAFE_TO_RETRY)
            time.sleep(0.1)
        return self.fail(f"{method}: not after {AGAIN_S} s\n{board.said()}")

    def verify(self, board):
        code, said = board.run("vouch log verify /data/node/log")
        self.assertEqual(code, 0, said)
        self.assertIn("the log holds", said)

    def pid(self, board):
        code, said = board.run("pidof vouchd")
        self.assertEqual(code, 0)
        return said.split()


class FullDisk(Luck):
    """The log, the blobs and OP-TEE's own files cannot grow."""

    def setUp(self):
        self.b = self.board()
        for path in (self.b.home, self.b.device):
            os.makedirs(path, mode=0o700, exist_ok=True)
        machine.factory.create(self.b.disk, size=SMALL_MIB << 20)
        subprocess.run(["/sbin/mke2fs", "-q", "-F", "-t", "ext4",
                        self.b.disk], check=True)
        self.b.up_node()
        self.signed, self.number = {}, 0
        self.keys = [call(self.b, "kms_createKey", RAW)["key"]
                     for _ in range(64)]

    def fill(self):
        _, said = self.b.run(FILL)
        self.assertEqual(said.split()[3], "0", said)

    def sign_all(self, number):
        """One record of each key; remembers what was signed, returns why the
        others were not."""
        asked = [{"key": key, "digest": digest(number)} for key in self.keys]
        result, name = self.ask(self.b, "kms_signBatch", {"requests": asked})
        if not result:
            return {name}
        refused = set()
        for request, r in zip(asked, result["results"]):
            if "error" in r:
                refused.add(r["error"]["data"]["name"])
                continue
            place = request["key"], request["digest"]
            self.assertEqual(self.signed.setdefault(place, r["signature"]),
                             r["signature"])
        return refused

    def until_full(self):
        """Records go into reserved space, until that is used up as well."""
        refused = set()
        while not refused:
            refused = self.sign_all(self.number)
            self.number += 1
            self.assertLess(self.number, 1000, "the disk was never full")
        self.assertLessEqual(refused, SAFE_TO_RETRY)
        print(f"{len(self.signed)} signed until the disk was full",
              file=sys.stderr)

    def check_whole(self):
        """What was signed is signed again, the same; the last of it too."""
        for number in {*range(0, self.number, 9), self.number - 1}:
            self.assertEqual(self.sign_all(number), set())
        self.assertEqual(all_keys(self.b), set(self.keys))
        self.verify(self.b)

    def test_full_while_it_serves(self):
        vouchd = self.pid(self.b)
        self.fill()
        # a new key needs a new file
        self.assertIn(self.ask(self.b, "kms_createKey", RAW)[1],
                      SAFE_TO_RETRY)
        self.until_full()
        # nothing is signed, but what needs no record is told
        for number in range(3):
            refused = self.sign_all(self.number + number)
            self.assertTrue(refused)
            self.assertLessEqual(refused, SAFE_TO_RETRY)
            self.assertEqual(all_keys(self.b), set(self.keys))
            shown = call(self.b, "kms_getPublicKey", {"key": self.keys[0]})
            self.assertEqual(shown["key"], self.keys[0])
        self.assertEqual(self.pid(self.b), vouchd)
        self.b.run(FREE)
        self.insist(self.b, "kms_sign",
                    {"key": self.keys[0], "digest": digest(3000)})
        self.keys.append(call(self.b, "kms_createKey", RAW)["key"])
        self.keys, new = self.keys[:-1], self.keys[-1]
        self.insist(self.b, "kms_deleteKey", {"key": new})
        self.check_whole()
        self.assertEqual(self.pid(self.b), vouchd)

    def test_full_at_start(self):
        self.fill()
        self.until_full()
        self.b.cut()
        self.b.start()
        self.b.wait_said("No space left")
        self.assertIsNone(self.b.health())
        self.b.run(FREE)
        self.b.wait_node()
        self.check_whole()


class FullFlash(Luck):
    def test_no_place_is_left(self):
        """Others have taken all places: it says so, and takes none."""
        board = self.board(node=False)
        os.makedirs(board.home, exist_ok=True)
        with open(ELF, "rb") as f:
            elf = f.read()
        others = {}
        for i in range(OWNERS):
            path = os.path.join(board.home, "other.elf")
            with open(path, "wb") as f:
                f.write(elf.replace(b"vouch evidence v1",
                                    b"vouch evidence " + b"abcdef"[i:i + 1]
                                    + b"1"))
            others[f"other{i}.ta"] = sign_ta(
                image.TA_KEY, os.path.join(board.home, f"other{i}.ta"), path)
        self.assertEqual(len({image.measure(p) for p in others.values()}),
                         OWNERS)
        board.extra = image.extra(os.path.join(board.home, "others.cpio"),
                                  files={**others, "mine.ta": image.TA})
        board.up()
        for name in others:
            code, said = self.begin(board, name)
            self.assertEqual(code, 0, said)
        code, said = self.begin(board, "mine.ta")
        self.assertEqual(code, 1, said)
        self.assertIn("has no place left", said)
        # an owner of a place still has it
        code, said = self.begin(board, "other0.ta")
        self.assertEqual(code, 0, said)

    def begin(self, board, name):
        """That application serves once: 0; or 1, and what vouchd said."""
        data, device = f"/tmp/node-{name}", f"/tmp/device-{name}"
        return board.run(
            f"cp /{name} /{rig.TA}; mkdir -p -m 700 {data}; "
            f"vouchd --data {data} --secure {device} --tee /dev/tee0 "
            "--workers 1 --listen 127.0.0.1:3000 --operator 127.0.0.1:9000 "
            f"--counter-window 0 2> /tmp/said & "
            f"while kill -0 $! && ! [ -e {data}/ready.json ]; do "
            "sleep 0.1; done 2> /dev/null; cat /tmp/said; "
            f"[ -e {data}/ready.json ] && kill $! && wait $!")


class Panic(Luck):
    """The trusted application ends in the middle of a call."""

    def poison(self, point):
        return "0x" + (PANIC + point.encode() + os.urandom(15)).hex()

    def test_it_is_started_anew(self):
        board = self.board()
        board.replace_ta(rig.test_ta("brittle"))
        board.up_node()
        vouchd = self.pid(board)
        self.key = call(board, "kms_createKey", RAW)["key"]
        signed, stop = {}, threading.Event()
        clients = [threading.Thread(target=self.load,
                                    args=(board, signed, stop, i), daemon=True)
                   for i in range(3)]
        self.addCleanup(stop.set)
        for client in clients:
            client.start()
        began = call(board, "kms_attest",
                     {"challenge": digest(0)})["incarnation"]
        # its own key for each: board.h
        keys = {point: call(board, "kms_createKey", RAW)["key"]
                for point in "012"}
        for point, key in keys.items():
            with self.subTest(point):
                self.wait_more(board, signed, len(signed))
                result, name = self.ask(board, "kms_sign", {
                    "key": key, "digest": self.poison(point)})
                self.assertIsNone(result)
                self.assertIn(name, {"TEE_LOST", "LOG_WRITE"})
                now = self.insist(board, "kms_attest",
                                  {"challenge": digest(0)})["incarnation"]
                self.assertNotEqual(now, began)
                began = now
        self.wait_more(board, signed, len(signed))
        stop.set()
        for client in clients:
            client.join()
        print(f"{len(signed)} signed around the panics", file=sys.stderr)
        for number, signature in signed.items():
            again = call(board, "kms_sign",
                         {"key": self.key, "digest": number})
            self.assertEqual(again["signature"], signature)
        self.assertEqual(self.pid(board), vouchd)
        self.assertIn("the trusted application panicked", board.said())
        self.verify(board)

    def load(self, board, signed, stop, client):
        number = client << 64
        while not stop.is_set():
            number += 1
            result, name = self.ask(board, "kms_sign", {
                "key": self.key, "digest": digest(number)})
            if result:
                signed[digest(number)] = result["signature"]
            elif name not in SAFE_TO_RETRY:
                signed[digest(number)] = name  # no such signature: it fails

    def wait_more(self, board, signed, before):
        board.wait("more signatures", lambda: len(signed) > before + 10)


class Objects(Luck):
    """What the disk or the flash give back is not what was written last."""

    def refused(self, board, what):
        board.start()
        board.wait_said(what)
        self.assertIsNone(board.health())
        board.stop()

    def debugfs(self, board, *command):
        done = subprocess.run(["/sbin/debugfs", "-w", "-R", " ".join(command),
                               board.disk], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def newest_log(self, board):
        listed = self.debugfs(board, "ls", "-p", "node/log")
        return "node/log/" + max(re.findall(r"/(\d+\.log)/", listed))

    def pull(self, board, path):
        """A file of the data disk; the board is off, and ended well."""
        local = os.path.join(board.home, "pulled")
        self.debugfs(board, "dump", path, local)
        with open(local, "rb") as f:
            return bytearray(f.read())

    def push(self, board, path, data):
        local = os.path.join(board.home, "pushed")
        machine.factory.create(local, data)
        self.debugfs(board, "rm", path)
        self.debugfs(board, "write", local, path)

    def test_torn_and_old(self):
        board = self.board()
        board.up_node()
        keys = [call(board, "kms_createKey", RAW)["key"] for _ in range(2)]
        board.stop()
        # the flash of an hour ago, the disk of now: counters behind the log
        old_flash = board.flash + ".old"
        shutil.copy(board.flash, old_flash)
        board.up_node()
        call(board, "kms_createKey", RAW)
        board.stop()
        new_flash = board.flash + ".new"
        os.rename(board.flash, new_flash)
        os.rename(old_flash, board.flash)
        self.refused(board, OLDER)
        os.rename(new_flash, board.flash)
        board.up_node()
        # a blob with one bit changed: that key is refused, no other
        board.stop()
        path = f"node/blobs/{keys[0][2:]}"
        blob = self.pull(board, path)
        self.push(board, path, blob[:60] + bytes([blob[60] ^ 1]) + blob[61:])
        board.up_node()
        self.assertEqual(self.ask(board, "kms_sign", {
            "key": keys[0], "digest": digest(1)})[1], "UNSEAL")
        signed = call(board, "kms_sign", {"key": keys[1],
                                          "digest": digest(1)})
        board.stop()
        self.push(board, path, blob)
        # the last record torn, which was acknowledged: the counter knows it
        path = self.newest_log(board)
        log = self.pull(board, path)
        end = len(log.rstrip(b"\0"))
        # (behind it is only that the windows were closed)
        self.push(board, path, log[:end - TORN] + bytes(len(log) - end + TORN))
        self.refused(board, OLDER)
        self.assertIn("cut a torn tail", board.said())
        # as it was: nothing is lost
        self.push(board, path, log)
        board.up_node()
        self.assertEqual(len(all_keys(board)), 3)
        for key in keys:
            again = call(board, "kms_sign", {"key": key, "digest": digest(1)})
        self.assertEqual(again["signature"], signed["signature"])
        self.verify(board)


if __name__ == "__main__":
    unittest.main()
