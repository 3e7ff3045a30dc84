#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A disk that is really full: a file system of 12 MiB under the node's data.

Needs mounts of its own: starts itself again in a mount namespace (with a user
namespace, if the user is not root).
"""
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import stack  # noqa: E402

DISK = "12m"
SAFE_TO_RETRY = {"TEE_LOST", "LOG_WRITE", "TIMEOUT", "OVERLOADED"}
# Records are written ahead into reserved space: until that is used up.
REQUESTS_MAX = 60000
DEADLINE_S = 30
CLIENTS = 16


class Client:
    """One kept connection that sends one request again and again."""

    def __init__(self, node, request):
        self.node = node
        self.body = json.dumps({"jsonrpc": "2.0", "id": 1,
                                "method": "vouch_cosign", "params": request})
        self.headers = {"Content-Type": "application/json",
                        "Authorization": f"Bearer {node.token}"}
        self.connection = None

    def send(self):
        """The answer, or None if the connection broke."""
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(
                    urllib.parse.urlsplit(self.node.node_url).netloc,
                    timeout=30)
            self.connection.request("POST", "/", self.body, self.headers)
            return json.loads(self.connection.getresponse().read())
        except (OSError, http.client.HTTPException):
            self.hang_up()
            return None

    def hang_up(self):
        if self.connection:
            self.connection.close()
        self.connection = None


class FullDisk(unittest.TestCase):
    def setUp(self):
        self.s = stack.Stack(tempfile.mkdtemp(prefix="vouch-full-"))
        self.addCleanup(shutil.rmtree, self.s.run)
        os.mkdir(self.s.data, 0o700)
        subprocess.run(["mount", "-t", "tmpfs", "-o",
                        f"size={DISK},mode=0700", "none", self.s.data],
                       check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", self.s.data])
        self.addCleanup(self.s.stop)
        self.filler = os.path.join(self.s.data, "filler")
        self.s.start_chain()
        self.s.start_node()
        self.s.deploy()
        passkey = os.path.join(self.s.run, "demo.json")
        self.s.cli("passkey", "create", "--no-counter", "--file", passkey)
        self.s.cli("account", "create", "--passkey", passkey,
                   *self.s.node_args(), *self.s.deploy_args())
        self.request = json.loads(self.s.cli(
            "pay", "--print-request", "--from", "all", "--nonce-key", "1",
            "--to", "0x" + "be" * 20, "--amount", "1gwei", "--passkey",
            passkey, *self.s.node_args(), "--chain",
            self.s.chain_url).stdout)
        self.client = Client(self.s, self.request)
        self.addCleanup(self.client.hang_up)

    def fill(self):
        with open(self.filler, "wb", buffering=0) as f:
            try:
                while f.write(bytes(4096)):
                    pass
            except OSError:
                pass

    def until_full(self):
        """How many were signed before the disk had no more."""
        with ThreadPoolExecutor(CLIENTS) as pool:
            return sum(pool.map(lambda _: self.one_until_full(),
                                range(CLIENTS)))

    def one_until_full(self):
        client = Client(self.s, self.request)
        for signed in range(REQUESTS_MAX):
            answer = client.send()
            if "result" not in answer:
                self.assertIn(answer["error"]["data"]["name"], SAFE_TO_RETRY)
                client.hang_up()
                return signed
            self.assertEqual(answer["result"]["signature"], self.signature)
        self.fail("the disk was never full")

    def insist(self):
        deadline = time.monotonic() + DEADLINE_S
        answer = None
        while time.monotonic() < deadline:
            answer = self.client.send()
            if answer and "result" in answer:
                return answer["result"]["signature"]
            if answer:
                self.assertIn(answer["error"]["data"]["name"], SAFE_TO_RETRY)
            time.sleep(0.05)
        self.fail(f"still no answer: {answer}\n"
                  + stack.tail(self.s.log_path("vouchd")))

    def test_full_while_it_serves(self):
        self.signature = self.insist()
        self.fill()
        signed = self.until_full()
        print(f"{signed} signed until the disk was full", file=sys.stderr)
        self.assertGreater(signed, 0)
        # full still: nothing is signed, nobody is told it was
        self.assertNotIn("result", self.client.send() or {})
        os.unlink(self.filler)
        self.assertEqual(self.insist(), self.signature)
        tee = json.loads(self.s.cli("tee", "--json", "--node",
                                    self.s.node_url).stdout)
        verified = self.s.cli("log", "verify", self.s.log_dir, "--log-key",
                              tee["logKey"])
        self.assertIn("holds", verified.stdout)
        shown = self.s.cli("log", "show", self.s.log_dir, "--json",
                           "--log-key", tee["logKey"]).stdout
        # every one that was acknowledged, and not one forgotten
        decisions = [line for line in shown.splitlines()
                     if json.loads(line).get("name") == "OK"]
        self.assertGreaterEqual(len(decisions), signed + 2)

    def test_full_at_start(self):
        self.signature = self.insist()
        self.assertTrue(self.s.stop_node())
        self.fill()
        with self.assertRaises(stack.StackError):
            self.s.start_node()
        os.unlink(self.filler)
        self.s.start_node()
        self.client.hang_up()
        self.assertEqual(self.insist(), self.signature)


if __name__ == "__main__":
    if "VOUCH_OWN_MOUNTS" not in os.environ:
        os.environ["VOUCH_OWN_MOUNTS"] = "1"
        user = [] if os.getuid() == 0 else ["--user", "--map-root-user"]
        os.execvp("unshare", ["unshare", "--mount", *user, sys.executable,
                              *sys.argv])
    unittest.main()
