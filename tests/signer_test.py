#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Clients that know nothing of vouch sign and send through it: viem, and one
that speaks plain JSON-RPC with positional params as web3 libraries do."""
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "tools"))
import stack  # noqa: E402
from vouchd_rig import ROOT, Node, Refused  # noqa: E402

CHAIN_ID = 31337
ETHER = 10 ** 18
CONTRACT = "0x" + "cc" * 20
# keccak256 of encodeType of Order in signer.mjs, by viem
ORDER = ("Order(Person from,Person[2] to,uint256 amount,int64 delta,"
         "int8 least,bytes4 flags,bytes data,bool open)"
         "Person(string name,address[] wallets)")
s = node = None


def setUpModule():
    global s, node
    s = stack.Stack(tempfile.mkdtemp(prefix="vouch-signer-"))
    try:
        s.start_chain()
        node = Node("--eth-rpc", s.chain_url)
    except BaseException:
        tearDownModule()
        raise


def tearDownModule():
    if node:
        node.end()
    s.stop()
    shutil.rmtree(s.run)


def keccak(text):
    """By viem: the test's own opinion."""
    done = subprocess.run(
        ["node", "--input-type=module", "-e",
         "import { keccak256, toHex } from 'viem';"
         f"console.log(keccak256(toHex({text!r})))"],
        capture_output=True, text=True, cwd=ROOT, timeout=60)
    return done.stdout.strip()


def account(**policy):
    made = node.rpc("kms_createKey", {"purpose": "eth", "chains": [CHAIN_ID],
                                      **policy})
    s.chain("anvil_setBalance", made["address"], hex(1000 * ETHER))
    return made


def web3(method, *params, token=True):
    """As web3 libraries speak: an id, positional params, no names."""
    answer = stack.post(f"http://127.0.0.1:{node.port}",
                        {"jsonrpc": "2.0", "id": 7, "method": method,
                         "params": list(params)},
                        node.token if token else None)
    if "error" in answer:
        raise Refused(answer["error"])
    return answer["result"]


class Clients(unittest.TestCase):
    """Libraries that take vouchd for a node which holds their accounts."""
    def run_client(self, program, least):
        made = account(nativeDaily=hex(50 * ETHER), types=[
            {"chainId": CHAIN_ID, "contract": CONTRACT,
             "typeHash": keccak(ORDER)}])
        done = subprocess.run(
            ["node", os.path.join(ROOT, "tests", program),
             f"http://127.0.0.1:{node.port}", node.token, made["address"],
             CONTRACT], capture_output=True, text=True, cwd=ROOT, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertGreaterEqual(done.stdout.count("ok "), least)

    def test_viem(self):
        self.run_client("signer.mjs", 14)

    def test_ethers(self):
        self.run_client("signer_ethers.mjs", 10)


class Web3(unittest.TestCase):
    def refused(self, name, method, *params):
        with self.assertRaises(Refused) as caught:
            web3(method, *params)
        self.assertEqual(caught.exception.name, name)

    def test_send(self):
        address = account()["address"]
        self.assertIn(address, web3("eth_accounts"))
        to = "0x" + "ab" * 20
        sent = web3("eth_sendTransaction",
                    {"from": address, "to": to, "value": hex(ETHER)})
        for _ in range(100):
            receipt = web3("eth_getTransactionReceipt", sent)
            if receipt:
                break
            time.sleep(0.05)
        self.assertEqual(receipt["from"], address)
        self.assertEqual(int(web3("eth_getBalance", to, "latest"), 16), ETHER)

    def test_sign_transaction(self):
        address = account()["address"]
        tx = {"from": address, "to": "0x" + "ab" * 20, "nonce": "0x0",
              "gas": "0x5208", "gasPrice": hex(3 * 10 ** 9), "value": "0x1"}
        raw = web3("eth_signTransaction", tx)   # the key has one chain only
        self.assertEqual(web3("eth_sendRawTransaction", raw)[:2], "0x")
        for missing in ("nonce", "gas", "gasPrice"):
            self.refused("ARGUMENT", "eth_signTransaction",
                         {k: v for k, v in tx.items() if k != missing})
        self.refused("KEY_CHAIN", "eth_signTransaction",
                     {**tx, "chainId": "0x1"})
        self.refused("ARGUMENT", "eth_signTransaction", {**tx, "type": "0x4"})
        self.refused("ARGUMENT", "eth_signTransaction",
                     {**tx, "authorizationList": []})
        self.refused("NO_KEY", "eth_signTransaction",
                     {**tx, "from": "0x" + "00" * 20})
        self.refused("ARGUMENT", "eth_signTransaction")

    def test_eth_sign(self):
        address = account()["address"]
        self.assertEqual(web3("eth_sign", address, "0x6869"),
                         web3("personal_sign", "0x6869", address))
        self.refused("ARGUMENT", "eth_sign", address, "hi")
        self.refused("ARGUMENT", "eth_sign")

    def test_deleted(self):
        made = account()
        self.assertEqual(node.rpc("kms_deleteKey", {"key": made["key"]})
                         ["deleted"], "erased")
        self.assertNotIn(made["address"], web3("eth_accounts"))
        self.refused("NO_KEY", "eth_sign", made["address"], "0x00")

    def test_doors(self):
        for method in ("eth_accounts", "eth_sign", "eth_sendTransaction",
                       "eth_chainId", "net_version"):
            with self.assertRaises(Refused) as caught:
                web3(method, token=False)
            self.assertEqual(caught.exception.name, "TOKEN")
        self.refused("METHOD", "admin_peers")
        with self.assertRaises(Refused) as caught:
            node.rpc("eth_accounts", {"x": 1})
        self.assertEqual(caught.exception.name, "ARGUMENT")

    def test_without_node(self):
        alone = Node()
        try:
            for method, name in (("eth_chainId", "METHOD"),
                                 ("eth_sendTransaction", "ARGUMENT")):
                answer = stack.post(
                    f"http://127.0.0.1:{alone.port}",
                    {"jsonrpc": "2.0", "id": 1, "method": method,
                     "params": []}, alone.token)
                self.assertEqual(answer["error"]["data"]["name"], name)
        finally:
            alone.end()

    def test_node_gone(self):
        gone = Node("--eth-rpc", f"http://127.0.0.1:{stack.free_port()}")
        try:
            answer = stack.post(
                f"http://127.0.0.1:{gone.port}",
                {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId",
                 "params": []}, gone.token)
            self.assertEqual(answer["error"]["data"]["name"], "SOCKET")
        finally:
            gone.end()


if __name__ == "__main__":
    unittest.main()
