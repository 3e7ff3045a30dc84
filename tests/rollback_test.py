#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An older copy of the log, and two nodes from one log: what clients see.

A client shows its last receipt with every request. A TEE on another history
stops that client's account until its owner resumes it; two receipts of one
sequence number prove the fork to anybody.
"""
import json
import os
import shutil
import sys
import tempfile
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import stack  # noqa: E402

EXIT_REFUSED = 1
EXIT_UNPROVED = 4
TO = "0x" + "be" * 20


class Rollback(unittest.TestCase):
    workers = 1

    def setUp(self):
        self.s = stack.Stack(tempfile.mkdtemp(prefix="vouch-rollback-"))
        self.s.node_options = ["--workers", str(self.workers)]
        self.addCleanup(shutil.rmtree, self.s.run)
        self.addCleanup(self.s.stop)
        self.s.start_chain()
        self.s.start_node()
        self.s.deploy()
        self.key = json.loads(self.s.cli("tee", "--json", "--node",
                                         self.s.node_url).stdout)["logKey"]
        self.account = self.make_account("demo.json")

    def make_account(self, wallet):
        self.s.cli("passkey", "create", "--file", wallet)
        self.s.cli("account", "create", "--passkey", wallet,
                   *self.s.node_args(), *self.s.deploy_args())
        return self.wallet(wallet)["address"]

    def wallet(self, name):
        with open(os.path.join(self.s.run, name)) as f:
            return json.load(f)["accounts"][0]

    def pay(self, wallet="demo.json", check=True, amount="5gwei"):
        """Co-signed and printed; nothing goes to the chain."""
        return self.s.cli(
            "pay", "--print-operation", "--to", TO, "--amount", amount,
            "--passkey", wallet, *self.s.node_args(), "--chain",
            self.s.chain_url, check=check)

    def resume(self, wallet="demo.json", check=True):
        return self.s.cli("account", "resume", self.wallet(wallet)["address"],
                          "--passkey", wallet, *self.s.node_args(),
                          check=check)

    def shown(self):
        done = self.s.cli("account", "show", self.account, "--json", "--node",
                          self.s.node_url)
        return json.loads(done.stdout)

    def copy_node(self, name):
        """Data and the emulated device as they are now, under a name."""
        to = os.path.join(self.s.run, name)
        shutil.copytree(self.s.data, os.path.join(to, "node"))
        shutil.copytree(self.s.secure, os.path.join(to, "tee"))
        return to

    def restore(self, copy, device=True):
        """With the emulated device, as only its administrator can: that the
        counter is one of its files is what EMULATED says."""
        shutil.rmtree(self.s.data)
        shutil.copytree(os.path.join(copy, "node"), self.s.data)
        if device:
            shutil.rmtree(self.s.secure)
            shutil.copytree(os.path.join(copy, "tee"), self.s.secure)

    def restart_from(self, copy):
        self.restore(copy)
        self.s.start_node()

    def roll_back(self):
        """Two more payments, then an older copy of log and blobs."""
        self.assertTrue(self.s.stop_node())
        old = self.copy_node("old")
        self.s.start_node()
        self.pay()
        self.pay()
        self.assertTrue(self.s.stop_node())
        self.restart_from(old)

    def old_and_new(self):
        """Copies before and after a payment; the node is stopped."""
        self.pay()
        self.assertTrue(self.s.stop_node())
        old = self.copy_node("old")
        self.s.start_node()
        self.pay(amount="7gwei")
        self.assertTrue(self.s.stop_node())
        return old, self.copy_node("new")

    def is_refused(self):
        """The node does not start, and says that its log is too old."""
        before = os.path.getsize(self.s.log_path("vouchd"))
        with self.assertRaises(stack.StackError):
            self.s.start_node()
        self.s.stop_node()
        with open(self.s.log_path("vouchd")) as said:
            said.seek(before)
            self.assertIn("is older than what this device has seen",
                          said.read())

    def test_older_copy_stops_the_account(self):
        self.pay()
        self.roll_back()
        before = self.wallet("demo.json")
        done = self.pay(check=False)
        self.assertEqual(done.returncode, EXIT_UNPROVED, done.stderr)
        self.assertIn("ROLLBACK", done.stderr)
        # the last receipt stays: it is the proof
        self.assertEqual(self.wallet("demo.json")["receipt"],
                         before["receipt"])
        self.assertTrue(self.shown()["stopped"])
        # also without showing it, also after a restart
        self.s.stop_node()
        self.s.start_node()
        self.assertEqual(self.pay(check=False).returncode, EXIT_UNPROVED)
        shown = self.s.cli("log", "show", self.s.log_dir).stdout
        self.assertIn("ROLLBACK", shown)

    def sign(self, key, digit, check=True):
        return self.s.cli("key", "sign", key, "--digest", "0x" + digit * 64,
                          "--keys", "seen/keys.json", *self.s.node_args(),
                          check=check)

    def test_older_copy_stops_the_key(self):
        """The same for a key of the key service, and the way back."""
        key = json.loads(self.s.cli(
            "key", "create", "--purpose", "raw", "--ops-daily", "100",
            "--json", *self.s.node_args()).stdout)["key"]
        other = json.loads(self.s.cli(
            "key", "create", "--purpose", "raw", "--json",
            *self.s.node_args()).stdout)["key"]
        first = self.sign(key, "1").stdout
        self.assertTrue(self.s.stop_node())
        old = self.copy_node("old")
        self.s.start_node()
        self.sign(key, "2")
        self.assertTrue(self.s.stop_node())
        self.restart_from(old)
        done = self.sign(key, "3", check=False)
        self.assertEqual(done.returncode, EXIT_UNPROVED, done.stderr)
        self.assertIn("ROLLBACK", done.stderr)
        self.sign(other, "1")           # nobody else is stopped
        listed = self.s.cli("key", "list", *self.s.node_args()).stdout
        self.assertIn("STOPPED", listed)
        resume = ("key", "resume", key, "--keys", "seen/keys.json",
                  *self.s.node_args())
        self.s.cli(*resume)
        self.assertIn("NOT_STOPPED", self.s.cli(*resume, check=False).stderr)
        # today's limits count as spent; nothing is signed twice
        self.assertIn("KEY_COUNT", self.sign(key, "1", check=False).stderr)
        self.assertEqual(len(first.strip()), 132)
        shown = self.s.cli("log", "show", self.s.log_dir).stdout
        self.assertIn("by its owner", shown)

    def test_the_counter_knows_an_older_log(self):
        old, new = self.old_and_new()
        self.restore(old, device=False)
        self.is_refused()
        # the whole log: it goes on, and a clean stop cost nobody a lease
        self.restore(new, device=False)
        self.s.start_node()
        asset = self.shown()["assets"][0]
        self.assertLess(int(asset["spent"], 16),
                        int(asset["dailyLimit"], 16) // 10)
        tee = self.s.cli("tee", "--node", self.s.node_url).stdout
        self.assertIn("EMULATED: whoever restores its file", tee)
        evidence = json.loads(self.s.cli("tee", "--json", "--node",
                                         self.s.node_url).stdout)
        self.assertEqual(evidence["counter"], "file")

    def test_the_counter_knows_it_with_other_instances(self):
        """Neither more nor fewer of them take the older log for the newest."""
        old, new = self.old_and_new()
        for workers in (1, 2, 3):
            self.s.node_options = ["--workers", str(workers)]
            self.restore(old, device=False)
            self.is_refused()
        self.restore(new, device=False)
        self.s.start_node()
        self.pay(amount="8gwei")

    def test_resume(self):
        self.pay()
        self.assertEqual(self.resume(check=False).returncode, EXIT_UNPROVED)
        self.roll_back()
        self.assertEqual(self.pay(check=False).returncode, EXIT_UNPROVED)
        self.assertIn("resumed", self.resume().stdout)
        shown = self.shown()
        self.assertFalse(shown["stopped"])
        self.assertEqual(shown["assets"][0]["spent"],
                         shown["assets"][0]["dailyLimit"])
        # what this history had signed is given again; nothing else today
        self.pay()
        done = self.pay(check=False, amount="6gwei")
        self.assertEqual(done.returncode, EXIT_REFUSED)
        self.assertIn("LIMIT", done.stderr)
        self.assertIn("resumed", self.s.cli("log", "show",
                                            self.s.log_dir).stdout)
        self.s.cli("log", "verify", self.s.log_dir, "--log-key", self.key)

    def change(self, verb, *args, check=True):
        return self.s.cli("account", verb, self.account, *args, "--only",
                          "tee", "--passkey", "demo.json",
                          *self.s.node_args(), check=check)

    def test_a_change_waits_on_through_a_resume(self):
        self.change("limit", "0.5ether")
        self.pay()
        self.roll_back()
        self.assertEqual(self.pay(check=False).returncode, EXIT_UNPROVED)
        self.assertIn("resumed", self.resume().stdout)
        for _ in range(2):
            self.assertIn("NOT_DUE", self.change("apply", check=False).stderr)
            self.assertTrue(self.s.stop_node())
            self.s.start_node()

    def test_no_receipt_is_no_error(self):
        self.pay()
        self.roll_back()
        path = os.path.join(self.s.run, "demo.json")
        with open(path) as f:
            wallet = json.load(f)
        account = wallet["accounts"][0]
        account["receipt"], account["sequence"] = "0x", "0x0"
        with open(path, "w") as f:
            json.dump(wallet, f)
        self.pay()

    def test_two_nodes_from_one_log(self):
        """Each client is handed one fork, then the other's."""
        self.make_account("other.json")
        self.assertTrue(self.s.stop_node())
        origin = self.copy_node("origin")
        self.s.start_node()
        shutil.copy(os.path.join(self.s.run, "demo.json"),
                    os.path.join(self.s.run, "twin.json"))
        self.pay("demo.json")
        self.pay("other.json")
        self.assertTrue(self.s.stop_node())
        first = self.copy_node("first")
        self.restart_from(origin)
        self.pay("twin.json")
        # the fork's client, and one who comes from the other side
        self.assertEqual(self.pay("demo.json", check=False).returncode,
                         EXIT_UNPROVED)
        self.assertEqual(self.pay("other.json", check=False).returncode,
                         EXIT_UNPROVED)
        self.s.stop_node()
        self.restart_from(first)
        self.assertEqual(self.pay("twin.json", check=False).returncode,
                         EXIT_UNPROVED)
        self.compare_sides()

    def compare_sides(self):
        a = self.wallet("demo.json")["receipt"]
        b = self.wallet("twin.json")["receipt"]
        done = self.s.cli("receipt", "compare", a, b, "--log-key", self.key,
                          check=False)
        self.assertEqual(done.returncode, EXIT_UNPROVED)
        self.assertIn("forked", done.stderr)
        same = self.s.cli("receipt", "compare", a, a, "--log-key", self.key)
        self.assertIn("not contradict", same.stdout)
        other = self.wallet("other.json")["receipt"]
        self.s.cli("receipt", "compare", a, other, "--log-key", self.key)
        bad = a[:-2] + ("00" if a[-2:] != "00" else "01")
        for pair in ([bad, b], [a, bad]):
            done = self.s.cli("receipt", "compare", *pair, "--log-key",
                              self.key, check=False)
            self.assertEqual(done.returncode, EXIT_UNPROVED)
            self.assertNotIn("forked", done.stderr)


class RollbackOfTwo(Rollback):
    """The same with two instances of the TEE that share device and log."""
    workers = 2

    def copy_log(self, name):
        to = os.path.join(self.s.run, name)
        shutil.copytree(self.s.log_dir, to)
        return to

    def restore_log(self, copy):
        shutil.rmtree(self.s.log_dir)
        shutil.copytree(copy, self.s.log_dir)

    def test_an_older_log_of_one_is_touched_by_none(self):
        """What one instance lacks keeps the other from writing, so that the
        newest log still fits when it is put back."""
        self.assertTrue(self.s.stop_node())
        self.s.node_options += ["--counter-window", "0"]
        self.s.start_node()
        old = self.copy_log("old")
        self.pay()
        self.s.kill_node()
        new = self.copy_log("new")
        self.restore_log(old)
        for _ in range(2):
            self.is_refused()
        self.restore_log(new)
        self.s.start_node()
        self.pay(amount="8gwei")


if __name__ == "__main__":
    unittest.main()
