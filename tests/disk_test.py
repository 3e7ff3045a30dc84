#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The disk fails under a node: no acknowledged operation is lost, and what
was not acknowledged can be sent again.

The faults are made by out/test/vouchd-faults (tests/vouchd_faults.c); after
them the ordinary vouchd reads what is left.
"""
import glob
import json
import os
import shutil
import sys
import tempfile
import time
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import stack  # noqa: E402

FAULTY = os.path.join(os.path.dirname(stack.BIN), "test", "vouchd-faults")
# Syncs and writes of the log before the first request: the new segment's
# head, then the batch with START.
BEFORE = 2
OPERATIONS = 5
SAFE_TO_RETRY = {"TEE_LOST", "LOG_WRITE", "TIMEOUT", "OVERLOADED"}
DEADLINE_S = 30


class Disk(unittest.TestCase):
    def setUp(self):
        self.s = stack.Stack(tempfile.mkdtemp(prefix="vouch-disk-"))
        self.addCleanup(shutil.rmtree, self.s.run)
        self.addCleanup(self.s.stop)
        # one instance, so that these writes and no others come first; every
        # batch with its bump, so that an unclean start charges nothing
        self.s.node_options = ["--workers", "1", "--counter-window", "0"]
        self.lost = os.path.join(self.s.run, "lost")
        self.s.start_chain()
        self.s.start_node()
        self.s.deploy()
        passkey = os.path.join(self.s.run, "demo.json")
        self.s.cli("passkey", "create", "--no-counter", "--file", passkey)
        self.s.cli("account", "create", "--passkey", passkey,
                   *self.s.node_args(), *self.s.deploy_args())
        self.requests = [json.loads(self.s.cli(
            "pay", "--print-request", "--from", "all", "--nonce-key", str(i),
            "--to", "0x" + "be" * 20, "--amount", "1gwei", "--passkey",
            passkey, *self.s.node_args(), "--chain",
            self.s.chain_url).stdout) for i in range(OPERATIONS)]
        tee = json.loads(self.s.cli("tee", "--json", "--node",
                                    self.s.node_url).stdout)
        self.log_key = tee["logKey"]
        self.assertTrue(self.s.stop_node())

    def start_faulty(self, plan):
        self.s.program = FAULTY
        os.environ.update(VOUCHD_FAULTS=plan, VOUCHD_LOST=self.lost)
        self.addCleanup(self.forget_plan)
        self.s.start_node()

    def forget_plan(self):
        os.environ.pop("VOUCHD_FAULTS", None)
        self.s.program = os.path.join(stack.BIN, "vouchd")

    def start_sound(self):
        self.forget_plan()
        self.s.start_node()

    def send(self, request):
        """The answer, or None if the connection broke."""
        try:
            return stack.post(self.s.node_url, {
                "jsonrpc": "2.0", "id": 1, "method": "vouch_cosign",
                "params": request}, token=self.s.token)
        except OSError:
            return None

    def insist(self, request):
        """Again until it is signed; every error is one to retry after."""
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            answer = self.send(request)
            if answer and "result" in answer:
                return answer["result"]["signature"]
            if answer:
                self.assertIn(answer["error"]["data"]["name"], SAFE_TO_RETRY)
            time.sleep(0.02)
        self.fail(f"still no answer: {answer}")

    def spent(self):
        answer = stack.post(self.s.node_url, {
            "jsonrpc": "2.0", "id": 1, "method": "vouch_getAccount",
            "params": {"address": self.requests[0]["account"]}},
            token=self.s.token)
        return int(answer["result"]["assets"][0]["spent"], 16)

    def power_cut(self):
        """What the disk never got is not there after it."""
        self.s.kill_node()
        if not os.path.exists(self.lost):
            return
        with open(self.lost) as f:
            path, at, length = f.read().split()
        at, length = int(at), int(length)
        with open(path, "r+b") as f:
            there = max(0, min(length, os.path.getsize(path) - at))
            f.seek(at)
            f.write(bytes(there))

    def check_whole(self, signatures):
        """Everything acknowledged is there, and was counted once."""
        self.start_sound()
        spent = self.spent()
        for request, signature in zip(self.requests, signatures):
            self.assertEqual(self.insist(request), signature)
        self.assertEqual(self.spent() % len(self.requests), 0)
        self.assertGreater(spent, 0)
        verified = self.s.cli("log", "verify", self.s.log_dir, "--log-key",
                              self.log_key)
        self.assertIn("holds", verified.stdout)

    def fail_and_go_on(self, plan):
        """The first is refused, then all are signed; then power is cut."""
        self.start_faulty(plan)
        first = self.send(self.requests[0])
        self.assertIn("error", first, "a failed disk was not noticed")
        self.assertEqual(first["error"]["data"]["name"], "LOG_WRITE")
        signatures = [self.insist(r) for r in self.requests]
        self.power_cut()
        self.check_whole(signatures)

    def test_sync_fails_once_then_says_done(self):
        self.fail_and_go_on(f"fail-sync={BEFORE + 1}")

    def test_no_space_in_the_middle_of_a_batch(self):
        self.fail_and_go_on(f"fail-write={BEFORE + 1}")

    def test_killed_between_flush_and_answer(self):
        self.start_faulty(f"die-synced={BEFORE + 1}")
        self.assertIsNone(self.send(self.requests[0]))
        self.s.vouchd.wait()
        self.start_sound()
        spent = self.spent()
        self.assertGreater(spent, 0, "the flushed decision is gone")
        signature = self.insist(self.requests[0])
        self.assertEqual(self.insist(self.requests[0]), signature)
        self.assertEqual(self.spent(), spent)

    def call(self, method, params):
        return stack.post(self.s.node_url, {
            "jsonrpc": "2.0", "id": 1, "method": method, "params": params},
            token=self.s.token)

    def births(self):
        """address -> the newest record of its account, from the log."""
        shown = self.s.cli("log", "show", self.s.log_dir, "--json",
                           "--log-key", self.log_key).stdout
        records = [json.loads(line) for line in shown.splitlines()]
        return [r["account"] for r in records if r["kind"] == "account"]

    def test_killed_between_flush_and_answer_of_a_birth(self):
        """vouch_createAccount has no key for retries, and needs none: the
        account that nobody was told of is whole, has spent nothing, and is
        not the one that the second try makes."""
        self.start_faulty(f"die-synced={BEFORE + 1}")
        mine = self.call("vouch_getAccount",
                         {"address": self.requests[0]["account"]})["result"]
        birth = {name: mine[name] for name in
                 ("origins", "networks", "factory", "implementation")}
        birth["passkey"] = {name: mine["passkeys"][0][name]
                            for name in ("x", "y", "rpIdHash")}
        before = self.births()
        self.assertEqual(before, [self.requests[0]["account"]])
        with self.assertRaises(OSError):
            self.call("vouch_createAccount", birth)
        self.s.vouchd.wait()
        self.start_sound()
        [untold] = set(self.births()) - set(before)
        second = self.call("vouch_createAccount", birth)["result"]
        self.assertEqual(sorted(self.births()),
                         sorted([*before, untold, second["address"]]))
        for address in (untold, second["address"]):
            got = self.call("vouch_getAccount", {"address": address})["result"]
            self.assertEqual(got["seq"], "0x1")
            self.assertEqual(int(got["assets"][0]["spent"], 16), 0)
            self.assertEqual(got["passkeys"], mine["passkeys"])
        # and the first one of all is as it was
        self.insist(self.requests[0])
        self.s.cli("log", "verify", self.s.log_dir, "--log-key", self.log_key)

    def test_the_product_knows_no_faults(self):
        for program in glob.glob(os.path.join(stack.BIN, "*")):
            with open(program, "rb") as f:
                said = f.read()
            for word in (b"VOUCHD_FAULTS", b"fail-sync=", b"tear-write="):
                self.assertNotIn(word, said, program)
        with open(FAULTY, "rb") as f:
            self.assertIn(b"fail-sync=", f.read())


if __name__ == "__main__":
    unittest.main()
