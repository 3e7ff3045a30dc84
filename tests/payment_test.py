#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A payment through every world, and everything that must be refused.

Starts a chain, a node and its TEE on free ports in a folder of its own. The
second opinion on hashes, addresses and call data is viem's.
"""
import http.server
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import stack  # noqa: E402

ETHER = 10 ** 18
SEED = int(os.environ.get("VOUCH_SEED", "0")) or random.SystemRandom(
    ).randrange(1, 2 ** 32)
rng = random.Random(SEED)
s = None


def setUpModule():
    global s
    print(f"seed: VOUCH_SEED={SEED}", file=sys.stderr)
    s = stack.Stack(tempfile.mkdtemp(prefix="vouch-payment-"))
    try:
        s.start_chain()
        s.start_node()
        s.deploy()
    except BaseException:
        tearDownModule()
        raise


def tearDownModule():
    s.stop()
    shutil.rmtree(s.run)


def viem(questions):
    """One answer a question."""
    done = subprocess.run(
        ["node", os.path.join(ROOT, "tests", "second_opinion.mjs")],
        input="".join(json.dumps(q) + "\n" for q in questions),
        capture_output=True, text=True, cwd=ROOT, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return done.stdout.split()


def hex_of(length):
    return "0x" + rng.randbytes(length).hex()


class Wallet:
    """A demo passkey with one account that has an ether."""
    made = 0

    def __init__(self, ether=1):
        Wallet.made += 1
        self.file = os.path.join(s.run, f"passkey{Wallet.made}.json")
        self.payee = hex_of(20)
        s.cli("passkey", "create", "--file", self.file)
        self.account = json.loads(s.cli(
            "account", "create", "--json", "--passkey", self.file,
            *s.node_args(), *s.deploy_args()).stdout)
        self.address = self.account["address"]
        if ether:
            s.chain("anvil_setBalance", self.address, hex(ether * ETHER))

    def pay(self, amount, *more, check=True, node=None):
        args = ["--node", node or s.node_url, "--token-file", s.token_file]
        return s.cli("pay", "--passkey", self.file, "--to", self.payee,
                     "--amount", amount, "--json", *args, "--chain",
                     s.chain_url, *more, check=check)

    def signed_operation(self, amount):
        return json.loads(self.pay(amount, "--print-operation").stdout)

    def paid(self):
        return int(s.chain("eth_getBalance", self.payee, "latest"), 16)

    def balance(self):
        """The account's own, and its deposit for fees at the EntryPoint."""
        with open(s.deployment) as f:
            entry_point = json.load(f)["entryPoint"]
        deposit = s.chain("eth_call", {
            "to": entry_point,
            "data": "0x70a08231" + "00" * 12 + self.address[2:]}, "latest")
        return int(s.chain("eth_getBalance", self.address, "latest"),
                   16) + int(deposit, 16)


def log_key():
    return json.loads(s.cli("tee", "--json", "--node",
                            s.node_url).stdout)["logKey"]


class Payment(unittest.TestCase):
    def test_the_whole_story(self):
        done = s.cli("demo", *s.node_args(), *s.deploy_args(), "--passkey",
                     os.path.join(s.run, "story.json"))
        for word in ("paid through EntryPoint", "without the passkey",
                     "without the co-signature", "AA24", "LIMIT",
                     "EMULATED", "All of it happened"):
            self.assertIn(word, done.stdout)
        self.assertLessEqual(len(done.stdout.splitlines()), 40)

    def test_a_passkey_is_never_replaced(self):
        w = Wallet(ether=0)
        with open(w.file) as f:
            before = f.read()
        for args in (["passkey", "create", "--file", w.file],
                     ["demo", "--passkey", w.file, *s.node_args(),
                      *s.deploy_args()]):
            self.assertEqual(s.cli(*args, check=False).returncode, 1)
            with open(w.file) as f:
                self.assertEqual(f.read(), before)

    def test_first_and_second_payment(self):
        w = Wallet()
        self.assertEqual(s.chain("eth_getCode", w.address, "latest"), "0x")
        before = w.balance()
        first = json.loads(w.pay("0.01ether").stdout)
        self.assertEqual(w.paid(), ETHER // 100)
        self.assertEqual(before - w.balance(),
                         ETHER // 100 + int(first["fee"], 16))
        self.assertGreater(len(s.chain("eth_getCode", w.address, "latest")), 2)
        w.pay("5gwei")
        self.assertEqual(w.paid(), ETHER // 100 + 5 * 10 ** 9)

    def test_the_node_restarts_between_birth_and_payment(self):
        w = Wallet()
        self.assertTrue(s.stop_node(), "vouchd did not end well")
        s.start_node()
        w.pay("0.01ether")
        self.assertEqual(w.paid(), ETHER // 100)

    def test_receipts_of_a_payment_hold(self):
        w = Wallet()
        paid = json.loads(w.pay("0.01ether").stdout)
        s.cli("receipt", "verify", paid["receipt"], "--log-key", log_key())
        other = s.cli("receipt", "verify", paid["receipt"], "--log-key",
                      hex_of(32), check=False)
        self.assertEqual(other.returncode, 4)


class Refusals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.w = Wallet()

    def refused(self, code, *words, args=(), amount="0.01ether"):
        before = (self.w.balance(), self.w.paid())
        done = self.w.pay(amount, *args, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertEqual((self.w.balance(), self.w.paid()), before)

    def test_the_chain_refuses_without_the_passkey(self):
        self.refused(1, "CHAIN_RPC", "AA24", args=["--without", "passkey"])

    def test_the_chain_refuses_without_the_cosignature(self):
        self.refused(1, "CHAIN_RPC", "AA24", args=["--without",
                                                   "cosignature"])

    def test_the_tee_refuses_over_the_limit(self):
        self.refused(1, "LIMIT", "today's limit", amount="0.2ether")

    def test_a_refusal_is_in_the_log_with_its_reason(self):
        self.refused(1, "LIMIT", amount="0.3ether")
        lines = [json.loads(line) for line in s.cli(
            "log", "show", s.log_dir, "--json").stdout.splitlines()]
        mine = [r for r in lines if r.get("account") == self.w.address]
        self.assertEqual(mine[0]["kind"], "account")
        self.assertEqual(mine[-1]["name"], "LIMIT")
        self.assertGreater(int(mine[-1]["cost"], 16), 3 * ETHER // 10)

    def test_the_node_refuses_without_its_token(self):
        wrong = os.path.join(s.run, "wrong-token")
        with open(wrong, "w", opener=lambda p, f: os.open(p, f, 0o600)) as f:
            f.write("00" * 32)
        self.refused(1, "TOKEN", args=["--token-file", wrong])

    def test_nobody_there_is_exit_3(self):
        self.refused(3, "SOCKET", args=["--node", "http://127.0.0.1:1"])

    def test_wrong_usage_is_exit_2(self):
        self.refused(2, amount="much")
        self.refused(2, args=["--without", "shame"])
        self.assertEqual(s.cli("pay", "--nonsense",
                               check=False).returncode, 2)

    def test_any_flipped_byte_of_the_signature_is_refused(self):
        op = Wallet().signed_operation("0.01ether")
        bundler = s.chain("eth_accounts")[0]
        signature = bytes.fromhex(op["signature"][2:])
        places = sorted(rng.sample(range(len(signature)), 20))
        questions = [{**op, "what": "handleOps", "beneficiary": bundler}]
        for place in places:
            flipped = bytearray(signature)
            flipped[place] ^= 1 << rng.randrange(8)
            questions.append({**questions[0],
                              "signature": "0x" + flipped.hex()})
        good, *bad = viem(questions)
        self.assertIsNone(self.trial(bundler, op, good))
        for place, data in zip(places, bad):
            with self.subTest(byte=place):
                self.assertRegex(self.trial(bundler, op, data) or "taken",
                                 "0x220266b6|0x65c8fd4d")

    @staticmethod
    def trial(bundler, op, data):
        """None, or the revert data."""
        answer = stack.post(s.chain_url, {
            "jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": [
                {"from": bundler, "to": op["entryPoint"], "data": data},
                "latest"]})
        return answer["error"]["data"] if "error" in answer else None


class Policy(unittest.TestCase):
    """An owner changes what the co-signer lets through."""

    def change(self, w, verb, *args, node=None, check=True):
        done = s.cli("account", verb, w.address, *args, "--json", "--passkey",
                     w.file, "--node", node or s.node_url, "--token-file",
                     s.token_file, "--only", "tee", check=check)
        return json.loads(done.stdout) if check else done

    def account(self, w):
        return stack.post(s.node_url, {
            "jsonrpc": "2.0", "id": 1, "method": "vouch_getAccount",
            "params": {"address": w.address}})["result"]

    def refused(self, w, word, amount):
        done = w.pay(amount, check=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(word, done.stderr)

    def test_a_tighter_limit_holds_at_once(self):
        w = Wallet()
        done = self.change(w, "limit", "0.02ether")
        self.assertEqual(done["pendingDue"], "0x0")
        s.cli("receipt", "verify", done["receipt"], "--log-key", log_key())
        self.refused(w, "LIMIT", "0.03ether")
        w.pay("0.01ether")
        self.assertEqual(w.paid(), ETHER // 100)

    def test_a_looser_limit_waits_and_can_be_cancelled(self):
        w = Wallet()
        done = self.change(w, "limit", "1ether")
        waits = int(done["pendingDue"], 16)
        self.assertGreater(waits, 0)
        self.refused(w, "LIMIT", "0.5ether")
        self.assertIn("NOT_DUE", self.change(w, "apply", check=False).stderr)
        self.assertIsNotNone(self.account(w)["pending"])
        self.assertEqual(self.change(w, "cancel")["pendingDue"], "0x0")
        self.assertIsNone(self.account(w)["pending"])
        self.assertIn("NO_CHANGE", self.change(w, "apply", check=False).stderr)

    def test_freezing_is_at_once_unfreezing_waits(self):
        w = Wallet()
        self.assertTrue(self.change(w, "freeze")["frozen"])
        self.refused(w, "FROZEN", "1gwei")
        done = self.change(w, "unfreeze")
        self.assertTrue(done["frozen"])
        self.assertNotEqual(done["pendingDue"], "0x0")
        self.refused(w, "FROZEN", "2gwei")
        self.assertTrue(s.stop_node())
        s.start_node()
        self.refused(w, "FROZEN", "3gwei")
        self.assertIsNotNone(self.account(w)["pending"])
        lines = [json.loads(line) for line in s.cli(
            "log", "show", s.log_dir, "--json").stdout.splitlines()]
        mine = [r["number"] for r in lines if r.get("account") == w.address
                and r["kind"] == "change"]
        self.assertEqual(mine, [1, 2])

    def test_every_edit_and_viems_hash_of_it(self):
        w = Wallet(ether=0)
        token = hex_of(20)
        for verb, *args in (
                ["limit", "5", token], ["limit", "none"], ["fee", "1ether"],
                ["list", token, "mint(uint256)"], ["list", token, "spender"],
                ["allow-page", "https://example.org"], ["allow-chain", "1"],
                ["freeze"]):
            self.change(w, verb, *args)
            pending = self.account(w)["pending"]
            if pending:
                self.assertEqual([pending["hash"]], viem(
                    [{**pending["change"], "what": "changeHash"}]))
        self.assertEqual(self.account(w)["number"], "0x8")
        self.assertEqual(self.account(w)["assets"], [])

    def test_wrong_usage(self):
        w = Wallet(ether=0)
        for args in (["limit", "much"], ["limit"], ["freeze", "now"],
                     ["list", hex_of(20), "0x12"], ["allow-chain", "one"],
                     ["unlist", hex_of(20), "0x12345678"],
                     ["drop-page", "https://example.org"]):
            done = self.change(w, *args, check=False)
            self.assertEqual(done.returncode, 2, done.stderr)
        # the last page and chain: nobody could sign any more
        done = self.change(w, "drop-page", self.account(w)["origins"][0],
                           check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("CHANGE_FORM", done.stderr)


class SecondOpinion(unittest.TestCase):
    def test_hashes_of_random_operations(self):
        ops = []
        for _ in range(200):
            ops.append({
                "what": "userOpHash",
                "sender": hex_of(20), "nonce": hex_of(32),
                "initCode": hex_of(rng.choice([0, 20, 56, 128])),
                "callData": hex_of(rng.choice([0, 4, 33, 1000])),
                "accountGasLimits": hex_of(32),
                "preVerificationGas": hex_of(32),
                "gasFees": hex_of(32),
                "paymasterAndData": hex_of(rng.choice([0, 52, 60, 300])),
                "chainId": hex(rng.randrange(1, 2 ** 53)),
                "entryPoint": hex_of(20)})
        ours = s.cli("operation", "hash", "-", text="".join(
            json.dumps(op) + "\n" for op in ops)).stdout.split()
        self.assertEqual(ours, viem(ops))
        self.assertEqual(len(set(ours)), len(ops))

    def test_the_hash_of_an_operation_that_was_signed(self):
        op = Wallet().signed_operation("1gwei")
        self.assertEqual([op["userOpHash"]],
                         viem([{**op, "what": "userOpHash"}]))

    def test_addresses(self):
        w = Wallet(ether=0)
        shown = json.loads(s.cli("passkey", "show", "--json", "--file",
                                 w.file).stdout)
        with open(s.deployment) as f:
            at = json.load(f)
        question = {**shown, **at, "cosigner": w.account["cosigner"]}
        address, data = viem([{**question, "what": "address"},
                              {**question, "what": "getAddress"}])
        self.assertEqual(w.address, address)
        told = s.chain("eth_call", {"to": at["factory"], "data": data},
                       "latest")
        self.assertEqual("0x" + told[-40:], w.address)


class Liar(http.server.BaseHTTPRequestHandler):
    """A node that forwards to the true one and changes its answers."""
    protocol_version = "HTTP/1.1"
    change = None

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        question = json.loads(body)
        token = (self.headers.get("Authorization") or "").partition(" ")[2]
        answer = stack.post(s.node_url, question, token or None)
        Liar.change(question["method"], answer)
        out = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(out)))
        self.end_headers()
        self.wfile.write(out)

    def log_message(self, *args):
        pass


def flipped(text, place=None):
    raw = bytearray(bytes.fromhex(text[2:]))
    raw[rng.randrange(len(raw)) if place is None else place] ^= 1
    return "0x" + raw.hex()


class LyingNode(unittest.TestCase):
    """Each lie must end in exit 4: a proof does not hold."""

    @classmethod
    def setUpClass(cls):
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Liar)
        cls.server.daemon_threads = True
        cls.url = f"http://127.0.0.1:{cls.server.server_address[1]}"
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.w = Wallet()

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.server.server_close()

    def lie(self, method, change):
        def when(asked, answer):
            if asked == method and "result" in answer:
                change(answer["result"])
        Liar.change = staticmethod(when)

    def create(self):
        file = os.path.join(s.run, f"lied{rng.randrange(10 ** 9)}.json")
        s.cli("passkey", "create", "--file", file)
        return s.cli("account", "create", "--passkey", file, "--node",
                     self.url, "--token-file", s.token_file,
                     *s.deploy_args(), check=False)

    def assert_unproved(self, done):
        self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
        self.assertIn("do not trust", done.stderr)

    def test_without_lies_it_works(self):
        self.lie("", lambda result: None)
        self.assertEqual(self.create().returncode, 0)
        self.w.pay("1gwei", node=self.url)

    def test_a_tampered_receipt_of_a_payment(self):
        for _ in range(10):
            def change(result):
                result["receipt"] = flipped(result["receipt"])
            self.lie("vouch_cosign", change)
            self.assert_unproved(self.w.pay("1gwei", check=False,
                                            node=self.url))

    def test_a_receipt_of_another_operation(self):
        old = json.loads(self.w.pay("1gwei").stdout)["receipt"]
        self.lie("vouch_cosign", lambda r: r.update(receipt=old))
        self.assert_unproved(self.w.pay("2gwei", check=False, node=self.url))

    def test_a_foreign_cosignature(self):
        self.lie("vouch_cosign", lambda r: r.update(
            signature=flipped(r["signature"], 10)))
        self.assert_unproved(self.w.pay("1gwei", check=False, node=self.url))

    def test_a_tampered_statement(self):
        for _ in range(10):
            self.lie("vouch_createAccount", lambda r: r.update(
                receipt=flipped(r["receipt"])))
            self.assert_unproved(self.create())

    def test_another_cosigner_or_address(self):
        for key in ("cosigner", "address"):
            self.lie("vouch_createAccount", lambda r: r.update(
                {key: flipped(r[key])}))
            self.assert_unproved(self.create())

    def test_the_statement_of_another_account(self):
        other = self.w.account
        self.lie("vouch_createAccount", lambda r: r.update(
            receipt=other["receipt"]))
        self.assert_unproved(self.create())
        self.lie("vouch_createAccount", lambda r: r.update(
            {k: other[k] for k in ("receipt", "address", "cosigner")}))
        self.assert_unproved(self.create())

    def test_lies_about_a_change(self):
        def change():
            return s.cli("account", "limit", self.w.address, "0.09ether",
                         "--only", "tee", "--passkey", self.w.file, "--node", self.url,
                         "--token-file", s.token_file, check=False)
        for method, key in (("vouch_getAccount", "config"),
                            ("vouch_getAccount", "counters"),
                            ("vouch_getAccount", "receipt"),
                            ("vouch_changeAccount", "receipt")):
            for _ in range(3):
                self.lie(method, lambda r: r.update({key: flipped(r[key])}))
                self.assert_unproved(change())
        # the true receipt of an earlier change is not of this one
        kept = {}
        self.lie("vouch_changeAccount", kept.update)
        self.assertEqual(change().returncode, 0)
        self.lie("vouch_changeAccount", lambda r: r.update(kept))
        self.assert_unproved(change())

    def test_tampered_evidence(self):
        for key in ("claims", "signature"):
            for _ in range(5):
                self.lie("kms_attest", lambda r: r.update(
                    {key: flipped(r[key])}))
                done = s.cli("tee", "--node", self.url, check=False)
                self.assert_unproved(done)

    def test_evidence_of_another_challenge(self):
        kept = {}
        self.lie("kms_attest", kept.update)
        s.cli("tee", "--node", self.url)
        self.lie("kms_attest", lambda r: r.update(kept))
        self.assert_unproved(s.cli("tee", "--node", self.url, check=False))


def checked_places(segment):
    """All but where counters and tags stand: only the TEE can check them.

    Of the space behind the last frame of an open segment, its first bytes.
    """
    places = set()
    at = 16
    while at + 4 <= len(segment) and segment[at]:
        size = int.from_bytes(segment[at + 1:at + 4], "big")
        end = at + 4 + size
        sections = segment[at + 4]
        at += 5
        for _ in range(sections):
            places.update(range(at + 1 + 16 + 8, at + 1 + 16 + 8 + 8))
            at += 1 + 16 + 8 + 8 + 32
            records = segment[at]
            at += 1
            for _ in range(records):
                at += 2 + int.from_bytes(segment[at:at + 2], "big")
            places.update(range(at, at + 32))
            at += 32
        if at + 32 + 64 != end:
            raise ValueError("a frame of another form")
        at = end
    return sorted(set(range(min(at + 64, len(segment)))) - places)


class Log(unittest.TestCase):
    def test_the_log_holds_and_any_flipped_byte_is_found(self):
        Wallet().pay("1gwei")
        self.assertTrue(s.stop_node())
        s.start_node()
        s.cli("log", "verify", s.log_dir, "--log-key", log_key())
        wrong = s.cli("log", "verify", s.log_dir, "--log-key", hex_of(32),
                      check=False)
        self.assertEqual(wrong.returncode, 4)
        copy = os.path.join(s.run, "copy")
        shutil.copytree(s.log_dir, copy)
        segments = [os.path.join(copy, n) for n in sorted(os.listdir(copy))
                    if n.endswith(".log")]
        self.assertTrue(segments)
        s.cli("log", "verify", copy)
        for _ in range(40):
            segment = rng.choice(segments)
            with open(segment, "r+b") as f:
                content = f.read()
                place = rng.choice(checked_places(content))
                f.seek(place)
                f.write(bytes([content[place] ^ 1 << rng.randrange(8)]))
                f.flush()
                with self.subTest(segment=segment, byte=place):
                    self.assertEqual(s.cli("log", "verify", copy,
                                           check=False).returncode, 4)
                f.seek(place)
                f.write(content[place:place + 1])
        s.cli("log", "verify", copy)


if __name__ == "__main__":
    unittest.main()
