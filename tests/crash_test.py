#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SIGKILL in the middle of 100 payments: nothing lost, nothing counted twice.

Each round 100 operations of 100 accounts are on their way when the TEE, the
node or both are killed. Afterwards
- every operation that was answered is in the log, its receipt holds;
- every operation can be sent again: it is signed, with the same signature if
  it was signed before;
- what an account has spent is the sum over its distinct operations, whether
  answers waited for the device's counters or not;
- the whole log verifies.

VOUCH_SEED=N repeats a run, VOUCH_CRASH_ROUNDS=N (10) makes it longer: 1000
rounds are 1,000 kills.
"""
import http.client
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import stack  # noqa: E402

SEED = int(os.environ.get("VOUCH_SEED", "0")) or random.SystemRandom(
    ).randrange(1, 2 ** 32)
ROUNDS = int(os.environ.get("VOUCH_CRASH_ROUNDS", "10"))
ACCOUNTS = 100
CLIENTS = 20
# A new node after so many rounds: the accounts' daily limit is nearly used up
# by 80, and the whole log is read in each round.
ROUNDS_A_NODE_LASTS = 25
# What a client may see of a crash; each says that it is safe to retry.
SAFE_TO_RETRY = {"TEE_LOST", "LOG_WRITE", "TIMEOUT", "OVERLOADED", "INTERNAL"}
DEADLINE_S = 60


class Client:
    """One kept connection to the node."""

    def __init__(self, url, token):
        self.at = urllib.parse.urlsplit(url).netloc
        self.headers = {"Content-Type": "application/json",
                        "Authorization": f"Bearer {token}"}
        self.connection = None

    def call(self, method, params):
        """The answer, or None if the connection broke."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method,
                           "params": params})
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.at,
                                                             timeout=30)
            self.connection.request("POST", "/", body, self.headers)
            return json.loads(self.connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError):
            self.close()
            return None

    def close(self):
        if self.connection:
            self.connection.close()
            self.connection = None


def cost_of(request):
    """Value and greatest fee, from what the owner signed."""
    op = request["userOperation"]
    gas = sum(int(op[k], 16) for k in ("verificationGasLimit", "callGasLimit",
                                       "preVerificationGas"))
    fee = gas * int(op["maxFeePerGas"], 16)
    # selector, mode, offset, length, offset, count, offset, to, value
    data = bytes.fromhex(op["callData"][2:])
    value = int.from_bytes(data[4 + 32 * 7:4 + 32 * 8], "big")
    return value + fee


def children_of(pid):
    """The processes whose parent is pid."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat") as f:
                parent = int(f.read().rpartition(")")[2].split()[1])
        except (OSError, IndexError, ValueError):
            continue
        if parent == pid:
            found.append(int(name))
    return found


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


class Crash(unittest.TestCase):
    def setUp(self):
        # limits refill at midnight UTC: sums are those of one day
        left = 86400 - time.time() % 86400
        if left < 120:
            time.sleep(left + 1)
        self.rng = random.Random(SEED)
        print(f"seed: VOUCH_SEED={SEED}, {ROUNDS} rounds", file=sys.stderr)
        self.s = stack.Stack(tempfile.mkdtemp(prefix="vouch-crash-"))
        self.addCleanup(self.clear_away)
        self.whole = False
        # a shard has a new snapshot after every ten records
        self.s.node_options += ["--snapshot-records", "640"]
        self.s.start_chain()
        self.begin_node()
        self.s.deploy()
        self.make_accounts()

    def begin_node(self):
        # Every answer waits for the device's counter, or none does: with a
        # window between the two each crash would cost a lease, and sums would
        # not be exact (tests/instances_test.c has that).
        window = self.rng.choice(["0", "never"])
        print(f"counter window: {window}", file=sys.stderr)
        self.s.node_options = ["--counter-window", window]
        self.s.start_node()
        tee = json.loads(self.s.cli("tee", "--json", "--node",
                                    self.s.node_url).stdout)
        self.log_key = tee["logKey"]

    def end_node(self):
        """What it leaves is a log that holds; then everything goes."""
        verified = self.s.cli("log", "verify", self.s.log_dir, "--log-key",
                              self.log_key)
        self.assertIn("holds", verified.stdout)
        self.assertTrue(self.s.stop_node(), "it did not stop by itself")
        shutil.rmtree(self.s.data)
        shutil.rmtree(self.s.secure)
        os.unlink(self.passkey)

    def clear_away(self):
        """A failure leaves its folder: log, blobs, what the node said."""
        self.s.stop()
        if self.whole:
            shutil.rmtree(self.s.run)
            return
        print(f"kept in {self.s.run}; the node's last words:\n"
              f"{stack.tail(self.s.log_path('vouchd'))}", file=sys.stderr)

    def make_accounts(self):
        """One passkey, 100 accounts; their counters of today at zero."""
        self.passkey = os.path.join(self.s.run, "demo.json")
        self.s.cli("passkey", "create", "--no-counter", "--file",
                   self.passkey)
        for _ in range(ACCOUNTS):
            self.s.cli("account", "create", "--passkey", self.passkey,
                       *self.s.node_args(), *self.s.deploy_args())
        self.spent = {}

    def requests_of(self, number):
        """One signed request for each account; none was sent before."""
        done = self.s.cli(
            "pay", "--print-request", "--from", "all", "--nonce-key",
            str(number), "--to", "0x" + "be" * 20, "--amount",
            f"{number + 1}gwei", "--passkey", self.passkey,
            *self.s.node_args(), "--chain", self.s.chain_url)
        requests = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(len(requests), ACCOUNTS)
        return requests

    def strike(self, victim, tees):
        """Kills at once."""
        if victim in ("tee", "both"):
            for pid in tees:
                kill(pid)
        if victim in ("node", "both"):
            self.s.kill_node()

    def send_all(self, requests, victim, after):
        """Every request once, a crash after so many answers: the answers."""
        answers = [None] * len(requests)
        enough = threading.Event()
        answered = threading.Semaphore(0)
        tees = children_of(self.s.vouchd.pid)
        self.assertTrue(tees, "the node has no TEE process")

        def client(first):
            c = Client(self.s.node_url, self.s.token)
            for i in range(first, len(requests), CLIENTS):
                answers[i] = c.call("vouch_cosign", requests[i])
                answered.release()
            c.close()

        def killer():
            for _ in range(after):
                answered.acquire()
            self.strike(victim, tees)
            enough.set()

        threads = [threading.Thread(target=client, args=(first,))
                   for first in range(CLIENTS)]
        for thread in [*threads, threading.Thread(target=killer)]:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertTrue(enough.wait(DEADLINE_S))
        return answers

    def again(self, requests):
        """Each request until it is answered for good: the results."""
        c = Client(self.s.node_url, self.s.token)
        results = []
        deadline = time.monotonic() + DEADLINE_S
        for request in requests:
            while True:
                answer = c.call("vouch_cosign", request)
                if answer and "result" in answer:
                    break
                self.check_error(answer)
                self.assertLess(time.monotonic(), deadline,
                                f"still no answer: {answer}")
                time.sleep(0.02)
            results.append(answer["result"])
        c.close()
        return results

    def check_error(self, answer):
        """A crash may show as nothing, or as an error safe to retry."""
        if answer is None:
            return
        self.assertIn(answer["error"]["data"]["name"], SAFE_TO_RETRY, answer)

    def log_records(self):
        """(shard, incarnation, index) -> record, from the log on disk."""
        shown = self.s.cli("log", "show", self.s.log_dir, "--json",
                           "--log-key", self.log_key).stdout
        records = {}
        for line in shown.splitlines():
            r = json.loads(line)
            records[r["shard"], r["incarnation"], r["index"]] = r
        return records

    def check_acknowledged(self, acknowledged):
        """Their receipts hold, and their records are in the log."""
        receipts = [result["receipt"] for _, result in acknowledged]
        proved = self.s.cli("receipt", "verify", "-", "--json", "--log-key",
                            self.log_key, text="\n".join(receipts) + "\n")
        proved = [json.loads(line) for line in proved.stdout.splitlines()]
        self.assertEqual(len(proved), len(receipts))
        records = self.log_records()
        for (request, _), p in zip(acknowledged, proved):
            place = p["shard"], p["incarnation"], p["index"]
            self.assertIn(place, records, "an acknowledged record is lost")
            self.assertEqual(records[place]["record"], p["record"])
            self.assertEqual(p["name"], "OK")
            self.assertEqual(p["account"], request["account"])
            self.assertEqual(int(p["cost"], 16), cost_of(request))

    def check_counted_once(self, requests):
        c = Client(self.s.node_url, self.s.token)
        for request in requests:
            account = request["account"]
            self.spent[account] = self.spent.get(account, 0) + cost_of(request)
            answer = c.call("vouch_getAccount", {"address": account})
            self.assertEqual(int(answer["result"]["assets"][0]["spent"], 16),
                             self.spent[account], account)
        c.close()

    def one_round(self, number, victim):
        requests = self.requests_of(number % ROUNDS_A_NODE_LASTS)
        answers = self.send_all(requests, victim,
                                self.rng.randrange(ACCOUNTS - CLIENTS))
        if victim != "tee":
            self.s.start_node()
        acknowledged = [(request, answer["result"])
                        for request, answer in zip(requests, answers)
                        if answer and "result" in answer]
        for answer in answers:
            if answer and "error" in answer:
                self.check_error(answer)
        results = self.again(requests)
        signed = {json.dumps(r): result["signature"]
                  for r, result in zip(requests, results)}
        for request, result in acknowledged:
            self.assertEqual(signed[json.dumps(request)], result["signature"])
        self.check_acknowledged(acknowledged
                                + list(zip(requests, results)))
        self.check_counted_once(requests)
        return len(acknowledged)

    def test_nothing_lost_nothing_twice(self):
        unanswered = 0
        for number in range(ROUNDS):
            if number and number % ROUNDS_A_NODE_LASTS == 0:
                self.end_node()
                self.begin_node()
                self.make_accounts()
            victim = self.rng.choice(["tee", "node", "both"])
            print(f"round {number}: killing {victim}", end="",
                  file=sys.stderr, flush=True)
            acknowledged = self.one_round(number, victim)
            unanswered += ACCOUNTS - acknowledged
            print(f", {acknowledged} of {ACCOUNTS} were answered",
                  file=sys.stderr)
        self.assertGreater(unanswered, 0, "no crash hit anything")
        self.end_node()
        self.whole = True


if __name__ == "__main__":
    unittest.main()
