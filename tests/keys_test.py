#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The key service through vouchd and the CLI: kms_* and vouch key."""
import json
import os
import subprocess
import threading
import unittest

from vouchd_rig import ROOT, Node, Refused

CLI = os.path.join(ROOT, "out/bin/vouch")
DIGEST = "0x" + "11" * 32
ETHER = 10 ** 18
# rlp([9, 20 gwei, 21000, 0x35.., 1 ether, "", 1, 0, 0]) and what the key
# 0x4646.. makes of it stand in EIP-155.
EIP155 = ("0xec098504a817c800825208943535353535353535353535353535353535353535"
          "880de0b6b3a764000080018080")
EIP155_COST = ETHER + 21000 * 20 * 10 ** 9


class Keys(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.node = Node()

    @classmethod
    def tearDownClass(cls):
        cls.node.end()

    def refused(self, name, method, params):
        with self.assertRaises(Refused) as caught:
            self.node.rpc(method, params)
        self.assertEqual(caught.exception.name, name)
        return caught.exception.data

    def create(self, **policy):
        return self.node.rpc("kms_createKey", policy)["key"]

    def cli(self, *args, code=0):
        done = subprocess.run(
            [CLI, "key", *args, "--node", self.node.ready["rpc"],
             *([] if args[0] == "show" else
               ["--token-file", os.path.join(self.node.data, "token")])],
            capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def test_sign_and_limits(self):
        key = self.create(purpose="eth", chains=[1], opsDaily=3,
                          nativeDaily=hex(EIP155_COST))
        first = self.node.rpc("kms_sign", {"key": key, "transaction": EIP155})
        again = self.node.rpc("kms_sign", {"key": key, "transaction": EIP155})
        self.assertEqual(first["signature"], again["signature"])
        shown = self.node.rpc("kms_getPublicKey", {"key": key})
        self.assertEqual(int(shown["ops"], 16), 1)
        self.assertEqual(int(shown["spent"], 16), EIP155_COST)
        other = EIP155.replace("ec09", "ec0a")
        data = self.refused("LIMIT", "kms_sign",
                            {"key": key, "transaction": other})
        self.assertIn("receipt", data)      # a refusal is a record too
        self.refused("KEY_CHAIN", "kms_sign",
                     {"key": key, "transaction": EIP155[:-6] + "028080"})
        self.refused("PAYLOAD", "kms_sign",
                     {"key": key, "transaction": EIP155[:-2]})
        self.refused("PURPOSE", "kms_sign", {"key": key, "digest": DIGEST})
        for text in ("a", "b"):
            self.node.rpc("kms_sign",
                          {"key": key, "message": "0x" + text.encode().hex()})
        self.refused("KEY_COUNT", "kms_sign", {"key": key, "message": "0x63"})
        self.refused("NO_KEY", "kms_sign",
                     {"key": "0x" + "00" * 20, "message": "0x"})

    def test_batch(self):
        raw = self.create(purpose="raw")
        few = self.create(purpose="raw", opsDaily=2)
        requests = [{"key": raw if i % 2 else few,
                     "digest": "0x" + f"{i:02x}" * 32} for i in range(64)]
        requests[5] = {"key": raw, "message": "0x00"}
        got = self.node.rpc("kms_signBatch", {"requests": requests})["results"]
        self.assertEqual(len(got), 64)
        names = [r.get("error", {"data": {"name": "OK"}})["data"]["name"]
                 for r in got]
        self.assertEqual(names[5], "PURPOSE")
        self.assertEqual(names[0:4:2], ["OK", "OK"])
        self.assertEqual(set(names[4::2]), {"KEY_COUNT"})
        for i in (1, 63):
            self.assertEqual(got[i]["signature"], self.node.rpc(
                "kms_sign", requests[i])["signature"])
        self.refused("ARGUMENT", "kms_signBatch",
                     {"requests": requests + requests[:1]})

    def test_many_at_once(self):
        """Concurrent requests of one key: exactly its limit is signed."""
        key = self.create(purpose="raw", opsDaily=40)
        outcomes = []

        def ask(first):
            for i in range(first, first + 10):
                try:
                    self.node.rpc("kms_sign", {
                        "key": key, "digest": "0x" + f"{i:064x}"})
                    outcomes.append("OK")
                except Refused as refused:
                    outcomes.append(refused.name)

        threads = [threading.Thread(target=ask, args=(10 * t,))
                   for t in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(outcomes.count("OK"), 40)
        self.assertEqual(outcomes.count("KEY_COUNT"), 40)

    def test_arguments(self):
        key = self.create(purpose="eth")
        for params in ({}, {"purpose": "cosign"}, {"purpose": "log"},
                       {"purpose": "eth", "type": "rsa"},
                       {"purpose": "eth", "chains": ["x"]},
                       {"purpose": "eth", "nonsense": 1}):
            self.refused("ARGUMENT", "kms_createKey", params)
        self.refused("KEY_POLICY", "kms_createKey",
                     {"purpose": "raw", "type": "ed25519"})
        self.refused("PUBLIC_KEY", "kms_createKey", {
            "purpose": "raw",
            "owner": {"type": "p256", "publicKey": "0x" + "22" * 64}})
        for params in ({"key": key}, {"key": key, "message": "0x",
                                      "digest": DIGEST},
                       {"key": key, "message": "hello"}):
            self.refused("ARGUMENT", "kms_sign", params)

    def test_owner_needed(self):
        # RFC 8032's first public key: its secret is not asked for here
        key = self.create(purpose="message", owner={
            "type": "ed25519", "publicKey": "0xd75a980182b10ab7d54bfed3c964"
            "073a0ee172f3daa62325af021a68f707511a"})
        self.refused("OWNER", "kms_sign", {"key": key, "message": "0x00"})
        self.refused("OWNER", "kms_sign",
                     {"key": key, "message": "0x00", "nonce": 1,
                      "ownerSignature": "0x" + "00" * 64})
        self.refused("OWNER", "kms_deleteKey", {"key": key})

    def test_typed_data(self):
        """The example of EIP-712: the digest in the record is the EIP's."""
        person = {"name": "Cow",
                  "wallet": "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"}
        mail = {
            "types": {
                "EIP712Domain": [
                    {"name": "name", "type": "string"},
                    {"name": "version", "type": "string"},
                    {"name": "chainId", "type": "uint256"},
                    {"name": "verifyingContract", "type": "address"}],
                "Person": [{"name": "name", "type": "string"},
                           {"name": "wallet", "type": "address"}],
                "Mail": [{"name": "from", "type": "Person"},
                         {"name": "to", "type": "Person"},
                         {"name": "contents", "type": "string"}]},
            "primaryType": "Mail",
            "domain": {"name": "Ether Mail", "version": "1", "chainId": 1,
                       "verifyingContract": "0x" + "Cc" * 20},
            "message": {
                "from": person, "contents": "Hello, Bob!",
                "to": {"name": "Bob", "wallet": "0x" + "bB" * 20}}}
        type_hash = ("0xa0cedeb2dc280ba39b857546d74f5549c3a1d7bdc2dd96bf881f76"
                     "108e23dac2")
        digest = ("be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30"
                  "957bd2")
        listed = {"chainId": 1, "contract": "0x" + "cc" * 20,
                  "typeHash": type_hash}
        key = self.create(purpose="eth", types=[listed])
        for form in (mail, json.dumps(mail)):
            got = self.node.rpc("kms_sign", {"key": key, "typedData": form})
            self.assertIn(digest, got["receipt"])
        bare = self.create(purpose="eth")
        self.refused("KEY_TYPED", "kms_sign", {"key": bare, "typedData": mail})
        mail["domain"]["chainId"] = 2
        self.refused("KEY_TYPED", "kms_sign", {"key": key, "typedData": mail})
        mail["domain"]["name"] = "ERC4337"
        self.refused("PURPOSE", "kms_sign", {"key": key, "typedData": mail})
        del mail["message"]["to"]
        self.refused("ARGUMENT", "kms_sign", {"key": key, "typedData": mail})
        self.refused("ARGUMENT", "kms_sign", {"key": key, "typedData": "{"})

    def test_delete(self):
        key = self.create(purpose="raw")
        blob = os.path.join(self.node.data, "blobs", key[2:])
        self.assertTrue(os.path.exists(blob), os.listdir(self.node.data))
        self.assertIn(key, [k["key"] for k in
                            self.node.rpc("kms_listKeys")["keys"]])
        got = self.node.rpc("kms_deleteKey", {"key": key})
        evidence = self.node.rpc("kms_attest", {"challenge": DIGEST})
        self.assertEqual(got["deleted"], "erased")
        self.assertEqual(evidence["erase"], "file")
        self.assertFalse(os.path.exists(blob))
        for method, params in (("kms_sign", {"key": key, "digest": DIGEST}),
                               ("kms_deleteKey", {"key": key}),
                               ("kms_getPublicKey", {"key": key})):
            self.refused("NO_KEY", method, params)
        self.assertNotIn(key, [k["key"] for k in
                               self.node.rpc("kms_listKeys")["keys"]])

    def test_list_pages(self):
        made = {self.create(purpose="raw") for _ in range(70)}
        seen, after = [], None
        while True:
            page = self.node.rpc("kms_listKeys",
                                 {"after": after} if after else {})
            seen += [k["key"] for k in page["keys"]]
            after = page.get("next")
            if not after:
                break
        self.assertEqual(seen, sorted(set(seen)))
        self.assertLessEqual(made, set(seen))

    def test_not_an_account(self):
        key = self.create(purpose="raw")
        self.refused("ACCOUNT", "vouch_getAccount", {"address": key})
        self.assertIn("receipt", self.node.rpc("vouch_getReceipt",
                                               {"account": key}))

    def test_cli(self):
        made = json.loads(self.cli("create", "--purpose", "eth", "--chains",
                                   "1,5", "--native-daily", "2ether",
                                   "--ops-daily", "9", "--json"))
        key = made["key"]
        for what in (("--message", "hello"), ("--transaction", EIP155)):
            got = json.loads(self.cli("sign", key, *what, "--json"))
            self.assertEqual(len(got["signature"]), 132)
        self.assertIn("PURPOSE", self.cli_error(
            "sign", key, "--digest", DIGEST, code=1))
        self.assertIn("KEY_CHAIN", self.cli_error(
            "sign", key, "--transaction", EIP155[:-6] + "038080", code=1))
        self.cli_error("sign", key, code=2)
        self.assertIn("0x1bc16d674ec80000", self.cli("show", key))
        self.assertIn(key, self.cli("list"))
        ed25519 = json.loads(self.cli("create", "--purpose", "message",
                                      "--type", "ed25519", "--json"))["key"]
        self.assertEqual(len(self.cli("sign", ed25519, "--message",
                                      "hello").strip()), 130)
        self.assertIn("erased", self.cli("delete", key))
        self.assertNotIn(key, self.cli("list"))
        log = os.path.join(self.node.data, "log")
        for verb in ("verify", "show"):
            done = subprocess.run([CLI, "log", verb, log],
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("KEY_CHAIN", done.stdout)
        self.assertIn("deleted, dropped", done.stdout)
        self.assertIn("deleted, erased", done.stdout)

    def cli_error(self, *args, code):
        done = subprocess.run(
            [CLI, "key", *args, "--node", self.node.ready["rpc"],
             "--token-file", os.path.join(self.node.data, "token")],
            capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stderr


class Restart(unittest.TestCase):
    def test_tee_killed(self):
        """Counts and deletions come back from the log."""
        node = Node()
        try:
            key = node.rpc("kms_createKey",
                           {"purpose": "raw", "opsDaily": 2})["key"]
            gone = node.rpc("kms_createKey", {"purpose": "raw"})["key"]
            node.rpc("kms_deleteKey", {"key": gone})
            first = node.rpc("kms_sign", {"key": key, "digest": DIGEST})
            for pid in node.ready["teePids"]:
                os.kill(pid, 9)
            for _ in range(50):
                try:
                    again = node.rpc("kms_sign",
                                     {"key": key, "digest": DIGEST})
                    break
                except Refused as refused:
                    self.assertEqual(refused.name, "TEE_LOST")
            self.assertEqual(first["signature"], again["signature"])
            node.rpc("kms_sign", {"key": key, "digest": "0x" + "22" * 32})
            with self.assertRaises(Refused) as caught:
                node.rpc("kms_sign", {"key": key, "digest": "0x" + "33" * 32})
            self.assertEqual(caught.exception.name, "KEY_COUNT")
            with self.assertRaises(Refused) as caught:
                node.rpc("kms_sign", {"key": gone, "digest": DIGEST})
            self.assertEqual(caught.exception.name, "NO_KEY")
        finally:
            node.end()


if __name__ == "__main__":
    unittest.main()
