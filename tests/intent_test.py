#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One word of the owner changes both sides: the TEE's policy and the chain's.

The chain begins long ago, so that it can be moved two days on and is still not
ahead of the passkey's and the co-signer's today; the TEE is the flavour that waits two seconds, not two days.
"""
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import stack  # noqa: E402

ETHER = 10 ** 18
GWEI = 10 ** 9
DAY = 86400
TOKEN = "0x" + "70" * 20
SHOP = "0x" + "50" * 20
DAILY_LIMIT, TOKEN_LIMIT, CALL, OPEN = range(4)
# selectors of IVouchAccount and IVouchPolicy
LIMITS, FROZEN, TOKEN_LIMITS, LISTED, INTENTS = (
    "0x860aefcf", "0x054f7d9c", "0x417a0698", "0x90d61772", "0xae8f16e9")
s = None


def begin(days_ago):
    made = stack.Stack(tempfile.mkdtemp(prefix="vouch-intent-"))
    made.tee = os.path.join(ROOT, "out", "test", "vouch-tee-hasty")
    made.vouch = os.path.join(ROOT, "out", "test", "vouch-hasty")
    made.chain_options = ["--timestamp", str(int(time.time()) -
                                             days_ago * DAY)]
    try:
        made.start_chain()
        made.start_node()
        made.deploy()
    except BaseException:
        end(made)
        raise
    return made


def end(made):
    made.stop()
    shutil.rmtree(made.run)


def setUpModule():
    global s
    s = begin(days_ago=60)


def tearDownModule():
    end(s)


def viem(question):
    done = subprocess.run(
        ["node", os.path.join(ROOT, "tests", "second_opinion.mjs")],
        input=json.dumps(question) + "\n", capture_output=True, text=True,
        cwd=ROOT, timeout=120, check=True)
    return done.stdout.strip()


class Owner:
    """A demo passkey with one account, and what its chain says of it."""
    made = 0

    def __init__(self, at=None, ether=1):
        Owner.made += 1
        self.s = at or s
        self.file = os.path.join(self.s.run, f"passkey{Owner.made}.json")
        self.s.cli("passkey", "create", "--file", self.file)
        born = json.loads(self.s.cli(
            "account", "create", "--json", "--passkey", self.file,
            *self.s.node_args(), *self.s.deploy_args()).stdout)
        self.address = born["address"]
        self.s.chain("anvil_setBalance", self.address, hex(ether * ETHER))

    def run(self, verb, *args, check=True, **kw):
        done = self.s.cli("account", verb, self.address, *args, "--json",
                          "--passkey", self.file, *self.s.node_args(),
                          "--chain", self.s.chain_url, check=check, **kw)
        return json.loads(done.stdout) if check else done

    def pay(self, amount, check=True):
        return self.s.cli("pay", "--passkey", self.file, "--to", SHOP,
                          "--amount", amount, "--json", *self.s.node_args(),
                          "--chain", self.s.chain_url, check=check)

    def assertions(self):
        with open(self.file) as f:
            return int(json.load(f)["demoPasskey"]["signCount"], 16)

    def ask(self, selector, *words):
        data = selector + "".join(words)
        out = self.s.chain("eth_call", {"to": self.address, "data": data},
                           "latest")
        return [int(out[2 + 64 * i:66 + 64 * i], 16)
                for i in range((len(out) - 2) // 64)]

    def daily(self):
        """In gwei."""
        return self.ask(LIMITS)[0]

    def frozen(self):
        return bool(self.ask(FROZEN)[0])

    def token(self):
        return self.ask(TOKEN_LIMITS, "00" * 12 + TOKEN[2:])[0]

    def listed(self, to, selector):
        return bool(self.ask(LISTED, "00" * 12 + to[2:],
                             selector + "00" * 28)[0])

    def number(self):
        return self.ask(INTENTS)[0]

    def due(self):
        return self.ask(INTENTS)[1]

    def limit(self):
        """The TEE's own, in wei."""
        return int(self.account()["assets"][0]["dailyLimit"], 16)

    def account(self):
        return stack.post(self.s.node_url, {
            "jsonrpc": "2.0", "id": 1, "method": "vouch_getAccount",
            "params": {"address": self.address}})["result"]


def two_days_later():
    s.chain("evm_increaseTime", 2 * DAY)
    s.chain("evm_mine")


def records(w):
    """The log's of that account."""
    lines = s.cli("log", "show", s.log_dir, "--json").stdout.splitlines()
    return [r for r in map(json.loads, lines) if r.get("account") == w.address]


class Both(unittest.TestCase):
    def test_what_tightens_holds_on_both_sides_at_once(self):
        w = Owner()
        before = w.assertions()
        done = w.run("limit", "0.02ether")
        self.assertEqual(done["pendingDue"], "0x0")
        self.assertEqual(done["chain"]["pendingDue"], "0x0")
        # the account was not there yet: made, then changed
        self.assertEqual(done["chain"]["transactions"], 2)
        self.assertEqual(w.daily(), 2 * 10 ** 7)
        self.assertEqual(w.assertions(), before + 2)
        mine = [r["kind"] for r in records(w)]
        self.assertEqual(mine, ["account", "change", "intent"])
        again = w.run("limit", "0.02ether")
        self.assertEqual(again["chain"]["transactions"], 0)

    def test_a_token_there_and_back(self):
        w = Owner()
        w.run("limit", "500", TOKEN)
        self.assertEqual(w.token(), 0)
        self.assertIn("NOT_DUE", w.run("apply", check=False).stderr)
        two_days_later()
        time.sleep(3)
        done = w.run("apply")
        self.assertEqual(done["chain"]["pendingDue"], "0x0")
        self.assertEqual(w.token(), 500)
        self.assertEqual(w.account()["assets"][1]["dailyLimit"], "0x1f4")
        w.run("limit", "none", TOKEN)
        self.assertEqual(w.token(), 0)
        self.assertIn("NO_CHANGE", w.run("apply", check=False).stderr)

    def test_a_call_there_and_back(self):
        w = Owner()
        w.run("list", SHOP, "0x12345678")
        two_days_later()
        # the chain's wait is over, the TEE's own clock decides its own
        time.sleep(3)
        w.run("apply")
        self.assertTrue(w.listed(SHOP, "12345678"))
        w.run("unlist", SHOP, "0x12345678")
        self.assertFalse(w.listed(SHOP, "12345678"))

    def test_either_side_may_be_due_first(self):
        w = Owner()
        w.run("limit", "0.6ether")
        time.sleep(3)
        done = w.run("apply", check=False)
        self.assertIn("NOT_DUE", done.stderr)
        self.assertEqual(w.limit(), 6 * ETHER // 10)
        self.assertEqual(w.daily(), 10 ** 8)
        two_days_later()
        self.assertEqual(w.run("apply")["chain"]["pendingDue"], "0x0")
        self.assertEqual(w.daily(), 6 * 10 ** 8)

    def test_cancel_on_both_sides(self):
        w = Owner()
        w.run("limit", "1ether")
        self.assertGreater(w.due(), 0)
        done = w.run("cancel")
        self.assertEqual(done["pendingDue"], "0x0")
        self.assertEqual(w.due(), 0)
        self.assertIn("NO_CHANGE", w.run("apply", check=False).stderr)

    def test_cancel_takes_back_what_the_chain_has_applied(self):
        w = Owner()
        w.run("limit", "1ether")
        two_days_later()
        w.run("apply", "--only", "chain")
        self.assertEqual(w.daily(), 10 ** 9)
        self.assertEqual(w.limit(), ETHER // 10)
        w.run("cancel")
        self.assertEqual(w.daily(), 10 ** 8)

    def test_a_change_of_the_tee_alone_drops_what_waits_on_chain(self):
        w = Owner()
        w.run("limit", "1ether")
        w.run("fee", "0.01ether")
        self.assertEqual(w.due(), 0)
        self.assertEqual(w.daily(), 10 ** 8)

    def test_the_same_wait_is_not_begun_again(self):
        w = Owner()
        w.run("limit", "1ether")
        number, due = w.number(), w.due()
        done = w.run("carry")
        self.assertEqual(done["chain"]["transactions"], 0)
        self.assertEqual((w.number(), w.due()), (number, due))

    def test_what_was_not_carried_is_carried_later(self):
        w = Owner()
        w.run("limit", "0.03ether", "--only", "tee")
        w.run("limit", "1ether", TOKEN, "--only", "tee")
        # one tightens and holds at once, one loosens and waits
        done = w.run("carry")
        self.assertEqual(done["chain"]["transactions"], 3)
        self.assertEqual(w.daily(), 3 * 10 ** 7)
        self.assertGreater(w.due(), 0)
        two_days_later()
        w.run("apply", "--only", "chain")
        self.assertEqual(w.token(), ETHER)

    def test_wrong_usage(self):
        w = Owner(ether=0)
        for args in (["limit", "1", "--only", "both"],
                     ["limit", "1", "--only", "chain"], ["freeze", "now"],
                     ["cancel", "it"], ["carry", "it"]):
            done = w.run(*args, check=False)
            self.assertEqual(done.returncode, 2, (args, done.stderr))
        self.assertEqual(s.chain("eth_getCode", w.address, "latest"), "0x")

    def test_another_chain_is_not_asked(self):
        w = Owner(ether=0)
        s.chain("anvil_setChainId", 5)
        try:
            done = w.run("limit", "0.05ether", check=False)
        finally:
            s.chain("anvil_setChainId", 31337)
        self.assertIn("NETWORK", done.stderr)
        self.assertIn("account carry", done.stderr)
        self.assertEqual(w.run("carry")["chain"]["transactions"], 2)
        self.assertEqual(w.daily(), 5 * 10 ** 7)

    def test_nobody_elses_chain_says_what_waits(self):
        """A wallet that did not carry it does not apply it."""
        w = Owner()
        w.run("limit", "1ether")
        two_days_later()
        with open(w.file) as f:
            wallet = json.load(f)
        del wallet["accounts"][0]["waits"]
        with open(w.file, "w") as f:
            json.dump(wallet, f)
        done = w.run("apply", "--only", "chain", check=False)
        self.assertIn("NO_CHANGE", done.stderr)
        # carried anew, it waits anew
        self.assertEqual(w.run("carry")["chain"]["transactions"], 1)
        self.assertIn("NOT_DUE", w.run("apply", "--only", "chain",
                                       check=False).stderr)


    def test_the_product_believes_no_tee_that_waits_two_seconds(self):
        w = Owner()
        s.vouch, hasty = os.path.join(stack.BIN, "vouch"), s.vouch
        try:
            done = w.run("limit", "1ether", check=False)
        finally:
            s.vouch = hasty
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertEqual(s.chain("eth_getCode", w.address, "latest"), "0x")


class LyingNode(unittest.TestCase):
    """A node that lies about the co-signature of an intent: exit 4."""

    def refused(self, w, change):
        class Liar(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                question = json.loads(body)
                token = self.headers["Authorization"].partition(" ")[2]
                answer = stack.post(s.node_url, question, token)
                if question["method"] == "vouch_cosignIntent":
                    change(answer["result"])
                out = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(out)))
                self.end_headers()
                self.wfile.write(out)

            def log_message(self, *args):
                pass

        with http.server.HTTPServer(("127.0.0.1", 0), Liar) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                done = s.cli("account", "carry", w.address, "--passkey",
                             w.file, "--node",
                             f"http://127.0.0.1:{server.server_address[1]}",
                             "--token-file", s.token_file, "--chain",
                             s.chain_url, check=False)
            finally:
                server.shutdown()
                thread.join()
        self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
        self.assertEqual(w.number(), 0)

    def test_lies(self):
        w = Owner()
        kept = w.run("limit", "0.05ether", "--only", "tee")["receipt"]

        def flip(key):
            def change(result):
                raw = bytearray(bytes.fromhex(result[key][2:]))
                raw[len(raw) // 2] ^= 1
                result[key] = "0x" + raw.hex()
            return change

        self.refused(w, flip("signature"))
        self.refused(w, flip("receipt"))
        self.refused(w, lambda r: r.update(receipt=kept))
        w.run("carry")
        self.assertEqual(w.daily(), 5 * 10 ** 7)


class AfterTheWait(unittest.TestCase):
    def test_the_looser_limit_pays(self):
        at = begin(days_ago=3)
        try:
            w = Owner(at)
            w.run("limit", "0.6ether")
            at.chain("evm_setNextBlockTimestamp", int(time.time()))
            at.chain("evm_mine")
            time.sleep(3)
            w.run("apply")
            w.pay("0.5ether")
            self.assertEqual(int(at.chain("eth_getBalance", SHOP, "latest"),
                                 16), ETHER // 2)
        finally:
            end(at)


class Freeze(unittest.TestCase):
    def test_with_the_tee(self):
        w = Owner()
        done = w.run("freeze")
        self.assertTrue(done["frozen"] and done["chain"]["frozen"])
        self.assertTrue(w.frozen())
        done = w.run("unfreeze")
        self.assertTrue(done["frozen"] and done["chain"]["frozen"])
        self.assertGreater(w.due(), 0)

    def test_thawed_after_the_wait(self):
        w = Owner()
        w.run("freeze")
        w.run("unfreeze")
        two_days_later()
        time.sleep(3)
        w.run("apply")
        self.assertFalse(w.frozen())
        self.assertFalse(w.account()["frozen"])

    def test_without_the_node(self):
        w = Owner()
        w.run("limit", "1ether")
        self.assertGreater(w.due(), 0)
        self.assertTrue(s.stop_node())
        try:
            done = w.run("freeze", check=False)
        finally:
            url = s.node_url
            s.start_node()
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(url[len("http://"):].split(":")[0], done.stderr)
        self.assertTrue(json.loads(done.stdout)["chain"]["frozen"])
        self.assertTrue(w.frozen())
        self.assertEqual(w.due(), 0)
        self.assertFalse(w.account()["frozen"])
        # the TEE hears of it later; the chain has nothing left to do
        self.assertEqual(w.run("freeze")["chain"]["transactions"], 0)
        self.assertTrue(w.account()["frozen"])

    def test_cancel_without_the_node(self):
        w = Owner()
        w.run("limit", "1ether")
        self.assertTrue(s.stop_node())
        try:
            done = w.run("cancel", check=False)
        finally:
            s.start_node()
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual(w.due(), 0)
        self.assertIsNotNone(w.account()["pending"])

    def test_without_the_chain(self):
        w = Owner()
        done = s.cli("account", "freeze", w.address, "--json", "--passkey",
                     w.file, *s.node_args(), "--chain", "http://127.0.0.1:1",
                     check=False)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertTrue(w.account()["frozen"])
        self.assertNotIn("chain", json.loads(done.stdout))


class SecondOpinion(unittest.TestCase):
    """viem hashes and encodes the same."""

    def carried(self):
        block = s.chain("eth_getBlockByNumber", "latest", True)
        call = json.loads(viem({"what": "carried", "data":
                                block["transactions"][0]["input"]}))
        self.assertTrue(call["same"])
        return call

    def test_the_calls_and_the_hash(self):
        w = Owner()
        limit = [{"kind": DAILY_LIMIT, "target": "0x" + "00" * 20,
                  "selector": "0x00000000", "value": 3 * 10 ** 7}]
        w.run("limit", "0.03ether")
        call = self.carried()
        self.assertEqual(call["functionName"], "change")
        self.assertEqual(call["args"][0], limit)
        self.assertEqual(records(w)[-1]["opHash"], viem({
            "what": "intentHash", "account": w.address, "chainId": 31337,
            "number": 1, "settings": limit}))
        w.run("list", SHOP, "0x12345678")
        two_days_later()
        w.run("apply", "--only", "chain")
        call = self.carried()
        self.assertEqual(call["functionName"], "applyChange")
        self.assertEqual(call["args"], [2, [
            {"kind": CALL, "target": SHOP, "selector": "0x12345678",
             "value": 1}]])
        w.run("limit", "1ether")
        w.run("cancel")
        self.assertEqual(self.carried()["functionName"], "cancel")
        w.run("freeze")
        self.assertEqual(self.carried()["functionName"], "freeze")


if __name__ == "__main__":
    unittest.main(verbosity=2)
