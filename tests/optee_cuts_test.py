#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The power of a board goes at any moment, under every kind of load.

Clients pay, make keys, sign up to a key's daily limit and delete keys; QEMU is
killed among them. After each cut:
- what was acknowledged is there: the same signature again, the key, the
  deletion; what nobody deleted still signs;
- an operation that was sent counts once, however often and on whichever side
  of the cut it was sent; another one with its nonce counts the excess only;
- no limit is fuller than before: a key signs as often as it may, no more;
- the log verifies. In the end each receipt's record is in it.

Two boards side by side: on one each answer waits for the counter, so sums are
exact; on the other a window is open when the power goes, and costs a lease.

VOUCH_SEED=N repeats the choices, VOUCH_CUTS=N (30) cuts so often in all.
"""
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import board_rig as rig  # noqa: E402
from board_rig import stack  # noqa: E402
from crash_test import Client, cost_of  # noqa: E402

CUTS = int(os.environ.get("VOUCH_CUTS", "30"))
SEED = int(os.environ.get("VOUCH_SEED", "0")) or random.SystemRandom(
    ).randrange(1, 2 ** 32)
ACCOUNTS = 12
OPS_DAILY = 6
# An account is spent up by its leases after some ten cuts: new ones.
CUTS_OF_AN_ACCOUNT = 5
GWEI = 10 ** 9


def setUpModule():
    rig.build()


class Key:
    """What was asked of it, and what came back."""

    def __init__(self):
        self.asked, self.signed = [], {}


class Life:
    """One board, its clients, and what they know."""

    def __init__(self, test, chain, window, cuts, seed):
        self.test, self.chain, self.cuts = test, chain, cuts
        self.exact = window == "0"
        self.chance = random.Random(seed)
        self.board = rig.Board(window=window)
        self.receipts, self.spent, self.requests = [], {}, []
        self.keys, self.deleted, self.doomed = {}, set(), set()
        self.signed, self.torn = {}, 0
        self.touched = set()  # keys, since the last cut
        self.lock, self.over = threading.Lock(), threading.Event()

    # --- asking -------------------------------------------------------------

    def client(self):
        with open(self.board.token_file) as f:
            return Client(self.board.url, f.read().strip())

    def keep(self, result):
        self.receipts.append(result["receipt"])
        return result

    def must(self, client, method, params, *refusals):
        """The result; None if it is refused by one of these names."""
        answer = client.call(method, params)
        self.test.assertIsNotNone(answer, f"{method}: nothing came")
        if "result" in answer:
            return answer["result"]
        self.test.assertIn(answer["error"]["data"]["name"], refusals, method)
        return None

    def vouch(self, *args, **options):
        return self.chain.cli(*args, *self.node, **options).stdout

    # --- accounts and their operations --------------------------------------

    def make_accounts(self, number):
        self.passkey = os.path.join(self.board.home, f"passkey{number}.json")
        self.chain.cli("passkey", "create", "--no-counter", "--file",
                       self.passkey)
        for _ in range(ACCOUNTS):
            self.vouch("account", "create", "--passkey", self.passkey,
                       *self.chain.deploy_args())

    def operations(self, number, gwei, account="all"):
        said = self.vouch(
            "pay", "--print-request", "--from", account, "--nonce-key",
            str(number), "--to", "0x" + "be" * 20, "--amount", f"{gwei}gwei",
            "--passkey", self.passkey, "--chain", self.chain.chain_url)
        return [json.loads(line) for line in said.splitlines()]

    # --- the load: each ends when the board is gone ---------------------------

    def pay(self):
        client = self.client()
        while True:
            request = self.chance.choice(self.requests)
            answer = client.call("vouch_cosign", request)
            if self.is_spent_up(answer, "LIMIT"):
                continue
            if not answer or "result" not in answer:
                return answer
            with self.lock:
                said = self.keep(answer["result"])["signature"]
                self.signed.setdefault(json.dumps(request), set()).add(said)

    def is_spent_up(self, answer, name):
        """Leases count as spent, where a window was open."""
        return not self.exact and self.refusal(answer) == name

    @staticmethod
    def refusal(answer):
        """Its name, if it is one."""
        if answer and "error" in answer:
            return answer["error"]["data"]["name"]
        return None

    def make_keys(self):
        client = self.client()
        while True:
            answer = client.call("kms_createKey", {
                "purpose": "raw", "opsDaily": OPS_DAILY})
            if not answer or "result" not in answer:
                return answer
            with self.lock:
                self.keys[self.keep(answer["result"])["key"]] = Key()

    def digest(self):
        return f"0x{self.chance.getrandbits(256):064x}"

    def sign(self):
        client = self.client()
        while not self.over.is_set():
            with self.lock:
                free = [k for k, v in self.keys.items()
                        if len(v.asked) < OPS_DAILY and k not in self.doomed]
                name = self.chance.choice(free) if free else None
                digest = self.digest()
                if name:
                    self.keys[name].asked.append(digest)
                    self.touched.add(name)
            if not name:
                time.sleep(0.05)
                continue
            answer = client.call("kms_sign", {"key": name, "digest": digest})
            if self.is_spent_up(answer, "KEY_COUNT"):
                continue
            if self.refusal(answer) == "NO_KEY" and name in self.doomed:
                continue  # deleted while this was on its way
            if not answer or "result" not in answer:
                return answer
            self.keys[name].signed[digest] = self.keep(
                answer["result"])["signature"]

    def delete(self):
        client = self.client()
        while not self.over.is_set():
            with self.lock:
                free = [k for k in self.keys if k not in self.doomed]
                name = self.chance.choice(free) if len(free) > 3 else None
                if name:
                    self.doomed.add(name)
            if not name:
                time.sleep(0.05)
                continue
            answer = client.call("kms_deleteKey", {"key": name})
            if not answer or "result" not in answer:
                return answer
            self.note_deleted(name, self.keep(answer["result"]))

    def note_deleted(self, name, result):
        self.test.assertEqual(result["deleted"], "erased")
        with self.lock:
            self.deleted.add(name)
            del self.keys[name]

    # --- a cut, and what is there after it ------------------------------------

    def cut(self, after):
        loads = [self.pay, self.pay, self.make_keys, self.sign, self.delete]
        self.over.clear()
        with ThreadPoolExecutor(len(loads)) as pool:
            ends = [pool.submit(load) for load in loads]
            time.sleep(after)
            self.board.cut()
            self.over.set()
        for end in ends:
            # the board said nothing any more: no load ended before it
            self.test.assertIsNone(end.result())

    def up(self):
        self.board.start()
        self.board.wait_node()
        self.node = ["--node", self.board.url, "--token-file",
                     self.board.token_file]
        with open(os.path.join(self.board.run_dir, "normal.log"),
                  errors="replace") as f:
            self.torn += "cut a torn tail" in f.read()

    def check_operations(self, client):
        """All of this round again: the same, and counted once."""
        before = dict(self.spent)
        for request in self.requests:
            known = self.signed.pop(json.dumps(request), set())
            # who is not known may be over the limit, by leases
            refusals = () if self.exact or known else ("LIMIT",)
            answer = self.must(client, "vouch_cosign", request, *refusals)
            account = request["account"]
            if answer:
                self.test.assertLessEqual(known, {answer["signature"]})
                self.keep(answer)
                self.spent[account] = (self.spent.get(account, 0)
                                       + cost_of(request))
        self.test.assertEqual(self.signed, {})
        for request in self.requests:
            self.check_spent(client, request["account"], before)

    def check_spent(self, client, account, before):
        asset = self.must(client, "vouch_getAccount",
                          {"address": account})["assets"][0]
        spent, most = int(asset["spent"], 16), int(asset["dailyLimit"], 16)
        if self.exact:
            self.test.assertEqual(spent, self.spent[account])
            return
        self.test.assertLessEqual(spent, most)
        self.test.assertGreaterEqual(spent, self.spent.get(account, 0))
        self.test.assertGreaterEqual(spent, before.get(account, 0))
        self.spent[account] = spent

    def check_excess(self, client, number):
        """Another operation with a nonce that counted: a gwei more."""
        first = self.chance.choice(self.requests)
        account = first["account"]
        other, = self.operations(number, number + 2, account)
        self.test.assertEqual(other["userOperation"]["nonce"],
                              first["userOperation"]["nonce"])
        refusals = () if self.exact else ("LIMIT",)
        answer = self.must(client, "vouch_cosign", other, *refusals)
        if answer:
            self.keep(answer)
            self.spent[account] += cost_of(other) - cost_of(first)
        self.check_spent(client, account, {})

    def listed(self, client):
        found, after = set(), {}
        while after is not None:
            page = self.must(client, "kms_listKeys", after)
            found |= {k["key"] for k in page["keys"]}
            after = {"after": page["next"]} if page.get("next") else None
        return found

    def check_keys(self, client):
        found = self.listed(client)
        self.test.assertEqual(set(self.keys) - self.doomed - found, set(),
                              "a key is lost")
        self.test.assertEqual(self.deleted & found, set(),
                              "a deleted key is back")
        for name in self.chance.sample(sorted(self.deleted),
                                       min(20, len(self.deleted))):
            self.test.assertIsNone(self.must(
                client, "kms_sign", {"key": name, "digest": "0x" + "11" * 32},
                "NO_KEY"))
        for name in [k for k in self.keys if k in self.doomed]:
            gone = self.must(client, "kms_deleteKey", {"key": name}, "NO_KEY")
            self.note_deleted(name, gone or {"deleted": "erased"})
        others = sorted(set(self.keys) - self.touched)
        looked_at = self.touched | set(self.chance.sample(
            others, min(10, len(others))))
        for name in sorted(looked_at & set(self.keys)):
            self.check_key(client, name, self.keys[name])
        self.touched = set()

    def check_key(self, client, name, key):
        """It signs what it signed, and in all as often as it may."""
        refusals = () if self.exact else ("KEY_COUNT",)
        for digest in key.asked:
            again = self.must(client, "kms_sign",
                              {"key": name, "digest": digest},
                              *(() if digest in key.signed else refusals))
            if again:
                key.signed.setdefault(digest, again["signature"])
                self.test.assertEqual(key.signed[digest], again["signature"])
        if len(key.asked) < OPS_DAILY:
            ops = self.must(client, "kms_getPublicKey", {"key": name})["ops"]
            least = len(key.signed)
            self.test.assertIn(int(ops, 16), range(
                least, (least if self.exact else OPS_DAILY) + 1))
            return
        # used up: it stays so, today; it is deleted after the next cut
        self.test.assertIsNone(self.must(
            client, "kms_sign", {"key": name, "digest": self.digest()},
            "KEY_COUNT"))
        self.doomed.add(name)

    def check_log(self):
        code, said = self.board.run(
            f"vouch log verify /data/node/log --log-key {self.log_key}")
        self.test.assertEqual(code, 0, said)
        self.test.assertIn("the log holds", said)

    # --- all of it ------------------------------------------------------------

    def one_round(self, number):
        if number % CUTS_OF_AN_ACCOUNT == 0:
            self.make_accounts(number)
            self.spent = {}
        self.requests = self.operations(number, number + 1)
        self.test.assertEqual(len(self.requests), ACCOUNTS)
        self.cut(self.chance.uniform(0.2, 2))
        self.up()
        client = self.client()
        self.check_operations(client)
        self.check_excess(client, number)
        self.check_keys(client)
        self.check_log()
        client.close()

    def check_receipts(self):
        """The log as the disk has it: each receipt is of a record in it."""
        self.board.stop()
        pulled = os.path.join(self.board.home, "pulled")
        os.mkdir(pulled, 0o700)
        subprocess.run(["/sbin/debugfs", "-R", f"rdump /node/log {pulled}",
                        self.board.disk], check=True, capture_output=True)
        log = os.path.join(pulled, "log")
        key = ("--log-key", self.log_key)
        self.test.assertIn("holds",
                           self.chain.cli("log", "verify", log, *key).stdout)
        there = set()
        for line in self.chain.cli("log", "show", log, "--json",
                                   *key).stdout.splitlines():
            r = json.loads(line)
            there.add((r["shard"], r["incarnation"], r["index"], r["record"]))
        proved = self.chain.cli("receipt", "verify", "-", "--json", *key,
                                text="\n".join(self.receipts) + "\n").stdout
        proved = [json.loads(line) for line in proved.splitlines()]
        self.test.assertEqual(len(proved), len(self.receipts))
        for p in proved:
            self.test.assertIn((p["shard"], p["incarnation"], p["index"],
                                p["record"]), there)

    def run(self):
        self.up()
        self.log_key = json.loads(self.chain.cli(
            "tee", "--json", "--node", self.board.url).stdout)["logKey"]
        for number in range(self.cuts):
            began = time.monotonic()
            if number == self.cuts - 1:
                self.touched |= set(self.keys)  # all of them, once
            self.one_round(number)
            print(f"cut {number}, {'each answer' if self.exact else 'window'}:"
                  f" {len(self.receipts)} acknowledged, {len(self.keys)} keys,"
                  f" {len(self.deleted)} deleted, {self.torn} torn tails,"
                  f" {time.monotonic() - began:.1f} s", file=sys.stderr)
        self.check_receipts()
        self.test.assertGreater(len(self.receipts), 10 * self.cuts)
        self.test.assertGreater(len(self.deleted), self.cuts // 5)


class PowerCuts(unittest.TestCase):
    def setUp(self):
        # limits refill at midnight UTC: sums are those of one day
        left = 86400 - time.time() % 86400
        if left < 15 * CUTS:
            time.sleep(left + 1)
        self.chain = stack.Stack(tempfile.mkdtemp(prefix="vouch-cuts-"))
        self.addCleanup(shutil.rmtree, self.chain.run)
        self.addCleanup(self.chain.stop)
        self.chain.start_chain()
        self.chain.deploy()

    def test_nothing_lost_nothing_twice(self):
        print(f"seed: VOUCH_SEED={SEED}, {CUTS} cuts", file=sys.stderr)
        lives = [Life(self, self.chain, window, cuts, SEED + i)
                 for i, (window, cuts) in enumerate(
                     (("0", CUTS - CUTS // 2), ("1", CUTS // 2)))]
        for life in lives:
            self.addCleanup(life.board.end)
        with ThreadPoolExecutor(len(lives)) as pool:
            for end in [pool.submit(life.run) for life in lives]:
                end.result()


if __name__ == "__main__":
    unittest.main()
