#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Several instances of the TEE behind one vouchd: one log, one device."""
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import stack  # noqa: E402

LOAD = os.path.join(ROOT, "out", "bench", "load")
WORKERS = 3
SHARDS = 64
SAFE_TO_RETRY = {"TEE_LOST", "LOG_WRITE", "TIMEOUT", "OVERLOADED"}
# The base point of P-256: a public key whose secret is 1.
X = "0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
Y = "0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
ENTRY_POINT = "0x4337084D9E255Ff0702461CF8895CE9E3b5Ff108"


def shard_of(address):
    return hashlib.sha256(bytes.fromhex(address[2:])).digest()[0] >> 2


def worker_of(address, workers):
    shard = shard_of(address)
    return next(i for i in range(workers)
                if shard < (i + 1) * SHARDS // workers)


class Workers(unittest.TestCase):
    def setUp(self):
        self.s = stack.Stack(tempfile.mkdtemp(prefix="vouch-workers-"))
        self.start(WORKERS)

    def tearDown(self):
        self.s.stop()
        shutil.rmtree(self.s.run)

    def start(self, workers):
        self.s.node_options = ["--workers", str(workers)]
        self.s.start_node()
        self.assertEqual(len(self.s.ready["teePids"]), workers)

    def restart(self, workers):
        self.assertTrue(self.s.stop_node())
        self.start(workers)

    def call(self, method, params):
        return stack.post(self.s.node_url, {
            "jsonrpc": "2.0", "id": 1, "method": method, "params": params},
            token=self.s.token)

    def create(self):
        return self.call("vouch_createAccount", {
            "passkey": {"x": X, "y": Y, "rpIdHash": "0x" + "11" * 32},
            "origins": ["http://localhost:3000"],
            "networks": [{"chainId": "0x7a69", "entryPoint": ENTRY_POINT}],
            "factory": "0x" + "fa" * 20,
            "implementation": "0x" + "1a" * 20})

    def load(self, accounts, operations):
        done = subprocess.run(
            [LOAD, "--port", self.s.node_url.rsplit(":", 1)[1],
             "--token-file", self.s.token_file, "--accounts", str(accounts),
             "--operations", str(operations)],
            capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def verify_log(self):
        self.s.cli("log", "verify", self.s.log_dir)

    def test_each_makes_and_all_serve(self):
        """Whoever is asked makes an account in a shard of its own."""
        made = [self.create()["result"]["address"] for _ in range(12)]
        seen = {worker_of(a, WORKERS) for a in made}
        self.assertEqual(seen, set(range(WORKERS)))
        for workers in (1, 5, WORKERS):
            self.restart(workers)
            for address in made:
                got = self.call("vouch_getAccount", {"address": address})
                self.assertEqual(got["result"]["address"], address)
            self.assertIn("result", self.create())
        self.verify_log()

    def test_load_over_all(self):
        """Operations of many accounts; batches of all share the log."""
        self.load(30, 600)
        self.load(30, 600)
        self.verify_log()
        self.restart(1)
        self.load(5, 50)
        self.verify_log()

    def test_one_dies_the_others_go_on(self):
        before = self.s.ready["teePids"]
        made = [self.create()["result"]["address"] for _ in range(6)]
        for victim in range(WORKERS):
            os.kill(self.pids()[victim], signal.SIGKILL)
            for _ in range(6):
                answer = self.create()
                if "error" in answer:
                    self.assertIn(answer["error"]["data"]["name"],
                                  SAFE_TO_RETRY)
                else:
                    made.append(answer["result"]["address"])
            self.wait_ready()
            after = self.pids()
            for i in range(WORKERS):
                same = after[i] == before[i]
                self.assertEqual(same, i != victim, (i, victim))
            before = after
        self.restart(WORKERS)
        for address in made:
            self.assertIn("result", self.call("vouch_getAccount",
                                              {"address": address}))
        self.load(10, 100)
        self.verify_log()

    def health(self):
        try:
            with urllib.request.urlopen(
                    self.s.ready["operator"] + "/health") as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            return json.load(refused)

    def pids(self):
        return self.health()["teePids"]

    def wait_ready(self):
        end = time.monotonic() + 20
        while time.monotonic() < end:
            got = self.health()
            if got["ready"] and 0 not in got["teePids"]:
                return
            time.sleep(0.02)
        self.fail("not ready again")


if __name__ == "__main__":
    unittest.main()
