#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Snapshots and pruning with the real node: a start from snapshots is a start
from the log; a snapshot that is damaged is not taken; a pruned log serves idle
accounts as before, receipts included, and says what it cannot do any more."""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import stack  # noqa: E402

ACCOUNTS = 12
SHARDS = 64
TO = "0x" + "be" * 20


class Snapshots(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        left = 86400 - time.time() % 86400
        if left < 60:
            time.sleep(left + 1)
        cls.s = stack.Stack(tempfile.mkdtemp(prefix="vouch-snapshot-"))
        cls.s.start_chain()
        cls.plain_options = list(cls.s.node_options)
        cls.s.node_options += ["--snapshot-records", "64"]
        cls.s.start_node()
        cls.s.deploy()
        cls.passkey = os.path.join(cls.s.run, "demo.json")
        cls.s.cli("passkey", "create", "--no-counter", "--file", cls.passkey)
        for _ in range(ACCOUNTS):
            cls.s.cli("account", "create", "--passkey", cls.passkey,
                      *cls.s.node_args(), *cls.s.deploy_args())
        tee = json.loads(cls.s.cli("tee", "--json", "--node",
                                   cls.s.node_url).stdout)
        cls.log_key = tee["logKey"]
        cls.nonce_key = 0
        cls.s.stop_node()
        cls.first = os.path.join(cls.s.run, "first")
        os.makedirs(cls.first)
        for name in ("data", "secure"):
            shutil.copytree(getattr(cls.s, name),
                            os.path.join(cls.first, name))

    @classmethod
    def tearDownClass(cls):
        cls.s.stop()
        shutil.rmtree(cls.s.run)

    def setUp(self):
        """Each test begins with the accounts made, and the node stopped."""
        for name in ("data", "secure"):
            shutil.rmtree(getattr(self.s, name))
            shutil.copytree(os.path.join(self.first, name),
                            getattr(self.s, name))

    def tearDown(self):
        self.s.stop_node()

    def rpc(self, method, **params):
        answer = stack.post(self.s.node_url, {
            "jsonrpc": "2.0", "id": 1, "method": method, "params": params},
            self.s.token)
        self.assertIn("result", answer, answer)
        return answer["result"]

    def requests(self):
        """A signed payment of each account, not yet sent."""
        type(self).nonce_key += 1
        done = self.s.cli("pay", "--print-request", "--from", "all",
                          "--nonce-key", str(self.nonce_key), "--to", TO,
                          "--amount", "1gwei", "--passkey", self.passkey,
                          *self.s.node_args(), "--chain", self.s.chain_url)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def cosign(self, request):
        return self.rpc("vouch_cosign", **request)

    def state(self):
        """All that the node says of every account, receipts too."""
        addresses = [r["account"] for r in self.requests()]
        self.assertEqual(len(addresses), ACCOUNTS)
        return {a: (self.rpc("vouch_getAccount", address=a),
                    self.rpc("vouch_getReceipt", account=a))
                for a in addresses}

    def files(self, ending="snap"):
        return sorted(glob.glob(os.path.join(self.s.log_dir, "*." + ending)))

    def segments(self):
        return [int(os.path.basename(f)[:10]) for f in self.files("log")]

    def read_at_start(self):
        """How many records the last start read from the log."""
        with open(self.s.log_path("vouchd")) as f:
            return int(re.findall(r"log read .*?read=(\d+)", f.read())[-1])

    def cycle(self, pay=False):
        """A start and a clean stop, which makes a snapshot of each shard."""
        self.s.start_node()
        if pay:
            self.cosign(self.requests()[0])
        self.assertTrue(self.s.stop_node())

    def check_log(self, *said):
        out = self.s.cli("log", "verify", self.s.log_dir, "--log-key",
                         self.log_key).stdout
        self.assertIn("holds", out)
        for text in said:
            self.assertIn(text, out)
        # without a key it finds the same one
        out = json.loads(self.s.cli("log", "verify", self.s.log_dir,
                                    "--json").stdout)
        self.assertEqual(out["logKey"], self.log_key)
        return out

    def prune(self, *args, check=True):
        return self.s.cli("log", "prune", self.s.log_dir, *args, check=check)

    def test_a_start_reads_what_is_behind(self):
        self.s.start_node()
        request = self.requests()[0]
        signed = self.cosign(request)
        before = self.state()
        self.assertTrue(self.s.stop_node())
        self.assertGreaterEqual(len(self.files()), SHARDS)
        total = self.check_log()["records"]
        self.s.start_node()
        # snapshots and anchors of the stop, no account's record
        self.assertLess(self.read_at_start(), total / 2)
        self.assertEqual(self.state(), before)
        # what was signed is signed again, and counted once
        again = self.cosign(request)
        self.assertEqual(again["signature"], signed["signature"])
        account = self.rpc("vouch_getAccount", address=request["account"])
        self.assertEqual(account["assets"],
                         before[request["account"]][0]["assets"])

    def test_two_of_each_shard_are_kept(self):
        for _ in range(4):
            self.cycle()
        names = [os.path.basename(f)[:2] for f in self.files()]
        self.assertEqual(names, [f"{i:02}" for i in range(SHARDS)
                                 for _ in range(2)])
        self.assertEqual(self.files("snap.*"), [])

    def test_older_ones_and_none(self):
        """Whatever is left of them, the state is the log's."""
        self.cycle(pay=True)
        self.cycle(pay=True)
        self.s.start_node()
        before = self.state()
        self.s.kill_node()
        newest = [f for f, g in zip(self.files(), self.files()[1:] + [""])
                  if os.path.basename(g)[:2] != os.path.basename(f)[:2]]
        for f in newest[::2]:
            os.unlink(f)
        self.s.start_node()
        self.assertEqual(self.state(), before)
        self.s.kill_node()
        for f in self.files():
            os.unlink(f)
        self.s.start_node()
        self.assertEqual(self.state(), before)
        self.cosign(self.requests()[3])

    def test_damaged_ones_are_set_aside(self):
        self.cycle()
        self.cycle()
        self.s.start_node()
        before = self.state()
        self.s.kill_node()
        files = self.files()
        for i, f in enumerate(files):
            self.damage(f, i)
        self.s.start_node()
        self.assertEqual(self.state(), before)
        self.assertEqual(len(self.files("bad")), len(files))
        with open(self.s.log_path("vouchd")) as f:
            self.assertIn("a snapshot cannot be used", f.read())
        self.cosign(self.requests()[3])

    @staticmethod
    def damage(path, how):
        with open(path, "rb+") as f:
            size = os.path.getsize(path)
            if how % 3 == 0:
                f.truncate(size // 2)
            elif how % 3 == 1:
                f.seek(how * 7919 % size)
                byte = f.read(1)[0]
                f.seek(-1, 1)
                f.write(bytes([byte ^ 1]))
            else:
                f.truncate(0)

    def test_workers_share_them(self):
        """Made by two instances, taken by one, and the other way round."""
        self.s.node_options += ["--workers", "2"]
        try:
            self.cycle(pay=True)
            self.s.start_node()
            before = self.state()
            self.assertTrue(self.s.stop_node())
        finally:
            del self.s.node_options[-2:]
        for more in (["--workers", "1"], ["--workers", "3"]):
            self.s.node_options += more
            try:
                self.s.start_node()
                self.assertEqual(self.state(), before)
                self.assertTrue(self.s.stop_node())
            finally:
                del self.s.node_options[-2:]

    def pruned(self):
        """Idle accounts whose records went; the state before that."""
        for _ in range(3):
            self.cycle()
        self.s.start_node()
        before = self.state()
        self.s.kill_node()
        first = self.prune().stdout
        self.assertIn("nothing was removed", first)
        self.assertEqual(self.segments()[0], 1)
        self.assertIn("removed", self.prune("--yes").stdout)
        self.assertGreater(self.segments()[0], 1)
        return before

    def test_pruned(self):
        before = self.pruned()
        self.assertIn("nothing can go", self.prune("--yes").stdout)
        self.check_log(f"from segment {self.segments()[0]} on")
        self.s.cli("log", "show", self.s.log_dir)
        for _ in range(2):
            self.s.start_node()
            self.assertEqual(self.state(), before)
            for _, receipt in before.values():
                self.s.cli("receipt", "verify", receipt["receipt"],
                           "--log-key", self.log_key)
            self.assertTrue(self.s.stop_node())
        self.s.start_node()
        requests = self.requests()
        paid = self.cosign(requests[5])
        self.s.cli("receipt", "verify", paid["receipt"], "--log-key",
                   self.log_key)
        after = self.state()
        self.assertNotEqual(after[requests[5]["account"]],
                            before[requests[5]["account"]])
        self.s.kill_node()
        self.s.start_node()
        self.assertEqual(self.state(), after)
        self.assertTrue(self.s.stop_node())
        # the next prune keeps what this one kept
        self.cycle()
        self.cycle()
        self.prune("--yes")
        self.s.start_node()
        self.assertEqual(self.state(), after)

    def test_pruned_falls_back_once_and_then_says_so(self):
        before = self.pruned()
        of_seven = [f for f in self.files()
                    if os.path.basename(f).startswith("07-")]
        self.damage(of_seven[1], 1)
        self.s.start_node()
        self.assertEqual(self.state(), before)
        self.s.kill_node()
        left = [f for f in self.files()
                if os.path.basename(f).startswith("07-")]
        for f in left:
            self.damage(f, 0)
        kept = self.segments()
        self.s.spawn_node()
        self.assertEqual(self.s.vouchd.wait(20), 1)
        with open(self.s.log_path("vouchd")) as f:
            self.assertIn("no good snapshot covers what is gone", f.read())
        self.assertEqual(self.segments(), kept)
        self.assertNotEqual(self.prune(check=False).returncode, 0)
        reindex = self.s.cli("log", "reindex", self.s.log_dir, check=False)
        self.assertNotEqual(reindex.returncode, 0)
        self.assertIn("PRUNED", reindex.stderr)
        self.assertEqual(len(self.files()), 2 * SHARDS - 2)

    def test_prune_refuses(self):
        self.s.start_node()
        running = self.prune("--yes", check=False)
        self.assertNotEqual(running.returncode, 0)
        self.assertIn("stop it first", running.stderr)
        self.s.kill_node()
        # one snapshot of a shard is not two
        self.cycle()
        self.cycle()
        os.unlink(self.files()[2 * 9])
        uncovered = self.prune("--yes", check=False)
        self.assertIn("UNCOVERED", uncovered.stderr)
        self.assertIn("shard 9", uncovered.stderr)
        self.assertEqual(self.segments()[0], 1)

    def test_prune_killed(self):
        """At any time: what is left is a log, and state and receipts stay."""
        for _ in range(3):
            self.cycle()
        self.s.start_node()
        before = self.state()
        self.s.kill_node()
        program = os.path.join(stack.BIN, "vouch")
        for i in range(8):
            with subprocess.Popen([program, "log", "prune", self.s.log_dir,
                                   "--yes"], stdout=subprocess.DEVNULL) as p:
                time.sleep(0.02 * i)
                p.kill()
            self.check_log()
        self.s.start_node()
        self.assertEqual(self.state(), before)
        self.assertTrue(self.s.stop_node())
        self.prune("--yes")
        self.assertGreater(self.segments()[0], 1)
        self.s.start_node()
        self.assertEqual(self.state(), before)
        self.assertEqual(self.files("snap.*"), [])

    def test_reindex(self):
        self.cycle()
        self.s.start_node()
        before = self.state()
        refused = self.s.cli("log", "reindex", self.s.log_dir, check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.s.kill_node()
        self.assertIn("fold", self.s.cli("log", "reindex",
                                         self.s.log_dir).stdout)
        self.assertEqual(self.files(), [])
        self.s.start_node()
        self.assertEqual(self.state(), before)

    def test_never(self):
        options, self.s.node_options = self.s.node_options, [
            *self.plain_options, "--snapshot-records", "0"]
        try:
            for f in self.files():
                os.unlink(f)
            self.cycle(pay=True)
            self.assertEqual(self.files(), [])
        finally:
            self.s.node_options = options

    def test_a_crash_between_and_while(self):
        """Killed at any time: the next start is from what is there."""
        requests = None
        # each unclean start costs a tenth of the limit
        for i in range(4):
            self.s.start_node()
            requests = requests or self.requests()
            for request in requests[2 * i:2 * i + 2]:
                self.cosign(request)
            before = self.state()
            self.s.vouchd.terminate()
            time.sleep(0.006 * i)
            self.s.kill_node()
            self.s.start_node()
            self.assertEqual(self.state(), before)
            self.s.kill_node()
        self.check_log()
        self.assertEqual(self.files("snap.*"), [])


if __name__ == "__main__":
    unittest.main()
