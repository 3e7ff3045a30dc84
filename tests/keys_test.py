#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The key service through vouchd and the CLI: kms_* and vouch key."""
import json
import os
import subprocess
import threading
import time
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

    def run_cli(self, *args, stdin=None):
        args = list(args)
        if args[0] in ("sign", "resume"):
            args += ["--keys", os.path.join(self.node.dir, "keys.json")]
        if args[0] != "owner":
            args += ["--node", self.node.ready["rpc"]]
        if args[0] not in ("show", "owner"):
            args += ["--token-file", os.path.join(self.node.data, "token")]
        return subprocess.run([CLI, "key", *args], input=stdin, text=True,
                              capture_output=True, timeout=60)

    def cli(self, *args, stdin=None):
        done = self.run_cli(*args, stdin=stdin)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def cli_error(self, *args, code, stdin=None):
        done = self.run_cli(*args, stdin=stdin)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stderr

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

    def test_typed_data_of_no_type(self):
        """A type is its name and its number, and nothing behind it."""
        value = {"bytes4": "0x01020304", "uint8": "7", "uint8[2]": ["1", "2"]}
        wrong = {"bytes4": ("bytes4-", "bytes04", "bytes33", "bytes+4"),
                 "uint8": ("uint8-", "uint08", "uint 8", "uint264"),
                 "uint8[2]": ("uint8[2-]", "uint8[02]", "uint8[-]",
                              "uint8[3]", "uint8[0]")}
        key = self.create(purpose="eth")
        for right, names in wrong.items():
            for name in (right, *names):
                mail = {"types": {"EIP712Domain": [],
                                  "T": [{"name": "a", "type": name}]},
                        "primaryType": "T", "domain": {},
                        "message": {"a": value[right]}}
                with self.subTest(name):
                    self.refused("KEY_TYPED" if name == right else "ARGUMENT",
                                 "kms_sign", {"key": key, "typedData": mail})

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

    def test_cli_owner(self):
        """Both kinds of owners sign, delete, and are nobody else."""
        for kind in ("ed25519", "p256"):
            path = os.path.join(self.node.dir, kind + ".json")
            public = self.cli("owner", kind, path).strip()
            self.assertTrue(public.startswith(kind + ":0x"))
            self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
            self.cli_error("owner", kind, path, code=1)     # not replaced
            other = os.path.join(self.node.dir, kind + "-other.json")
            self.cli("owner", kind, other)
            key = json.loads(self.cli("create", "--purpose", "raw", "--owner",
                                      public, "--json"))["key"]
            for _ in range(2):
                self.cli("sign", key, "--digest", DIGEST, "--owner", path)
            for owner in ((), ("--owner", other)):
                self.assertIn("OWNER", self.cli_error(
                    "sign", key, "--digest", DIGEST, *owner, code=1))
                self.assertIn("OWNER", self.cli_error(
                    "delete", key, *owner, code=1))
            self.assertIn("erased", self.cli("delete", key, "--owner", path))
            os.chmod(path, 0o644)
            self.assertIn("FILE", self.cli_error(
                "sign", key, "--digest", DIGEST, "--owner", path, code=1))
        self.cli_error("owner", "rsa", os.path.join(self.node.dir, "x"),
                       code=2)

    def test_cli_import(self):
        """From a file or standard input, never from the command line."""
        secret = "0x" + "46" * 32           # EIP-155's example key
        address = "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f"
        policy = ("--purpose", "eth", "--chains", "1", "--ops-daily", "5")
        self.assertIn("UNFIT", self.cli_error(
            "import", "-", *policy, stdin=secret, code=1))
        self.cli_error("import", "-", *policy, stdin=secret[:-1], code=2)
        self.cli_error("import", "-", *policy, stdin="0x" + "00" * 32,
                       code=2)
        out = self.cli("import", "-", *policy, "--emulated",
                       stdin=secret + "\n")
        self.assertIn(address, out)
        self.assertIn("Imported", out)
        key = out.split()[1]
        shown = self.node.rpc("kms_getPublicKey", {"key": key})
        self.assertEqual((shown["imported"], shown["replicated"]),
                         (True, False))
        self.assertEqual(int(shown["opsDaily"], 16), 5)
        self.assertIn("imported", self.cli("list"))
        got = self.cli("sign", key, "--transaction", EIP155).strip()
        # r and s of EIP-155's example
        self.assertEqual(got[:130], "0x"
                         "28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e159"
                         "0620aa636276"
                         "67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297f"
                         "b1966a3b6d83")
        self.assertIn("EXISTS", self.cli_error(
            "import", "-", *policy, "--emulated", stdin=secret, code=1))
        path = os.path.join(self.node.dir, "seed")
        with open(path, "w") as f:
            f.write("9d61b19deffd5a60ba844af492ec2cc4"
                    "4449c5697b326919703bac031cae7f60")     # RFC 8032, test 1
        out = self.cli("import", path, "--purpose", "message", "--type",
                       "ed25519", "--emulated")
        self.assertIn("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a"
                      "68f707511a", out)
        log = os.path.join(self.node.data, "log")
        done = subprocess.run([CLI, "log", "show", log], text=True,
                              capture_output=True, timeout=60)
        self.assertIn("imported", done.stdout)

    def test_import_ids(self):
        key = "0x" + "11" * 20
        begun = self.node.rpc("kms_importBegin",
                              {"key": key, "challenge": DIGEST})
        self.assertEqual(begun["challenge"], DIGEST)
        sealed = {"importId": begun["importId"], "enc": DIGEST,
                  "sealed": "0x00", "tag": "0x" + "00" * 16}
        for _ in range(2):
            self.refused("IMPORT", "kms_importKey", sealed)
        self.refused("ARGUMENT", "kms_importKey", {**sealed, "tag": "0x"})

    def test_batch_receipts(self):
        """One record a key, and its receipt once."""
        keys = [self.create(purpose="raw") for _ in range(2)]
        requests = [{"key": keys[i // 32], "digest": "0x" + f"{i:064x}"}
                    for i in range(64)]
        got = self.node.rpc("kms_signBatch", {"requests": requests})["results"]
        with_receipt = [i for i, r in enumerate(got) if "receipt" in r]
        self.assertLess(len(with_receipt), 64)  # more than two if split
        for i, result in enumerate(got):
            of = i if "receipt" in result else result["receiptOf"]
            self.assertIn(of, with_receipt)
            self.assertLessEqual(of, i)
            self.assertIn(f"{i:064x}", got[of]["receipt"])
        done = subprocess.run(
            [CLI, "receipt", "verify", got[with_receipt[0]]["receipt"],
             "--log-key", self.node.rpc("kms_attest",
                                        {"challenge": DIGEST})["logKey"]],
            capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_replicated(self):
        key = self.create(purpose="raw", replicated=True)
        self.refused("KEY_POLICY", "kms_createKey",
                     {"purpose": "raw", "replicated": True, "opsDaily": 1})
        self.assertTrue(self.node.rpc("kms_getPublicKey",
                                      {"key": key})["replicated"])
        first = self.node.rpc("kms_sign", {"key": key, "digest": DIGEST})
        for _ in range(8):
            self.assertEqual(self.node.rpc("kms_sign", {
                "key": key, "digest": DIGEST})["signature"],
                first["signature"])
        self.cli("sign", key, "--digest", DIGEST)
        log = os.path.join(self.node.data, "log")
        done = subprocess.run([CLI, "log", "show", log, "--json"], text=True,
                              capture_output=True, timeout=60)
        shards = {r["shard"] for r in map(json.loads,
                                          done.stdout.splitlines())
                  if r["kind"] == "use" and r["key"] == key}
        self.assertEqual(len(shards), len(self.node.ready["teePids"]))
        self.assertEqual(self.node.rpc("kms_deleteKey",
                                       {"key": key})["deleted"], "erased")
        self.refused("NO_KEY", "kms_sign", {"key": key, "digest": DIGEST})

    def test_paymaster(self):
        """The digest is what the reference paymaster's getHash makes."""
        now = int(time.time())
        op = {"sender": "0x" + "aa" * 20, "nonce": "0x1", "callData": "0x1234",
              "callGasLimit": 100000, "verificationGasLimit": 200000,
              "preVerificationGas": 50000, "maxFeePerGas": hex(10 ** 9),
              "maxPriorityFeePerGas": 1, "paymaster": "0x" + "cc" * 20,
              "paymasterVerificationGasLimit": 30000,
              "paymasterPostOpGasLimit": 20000}
        word = {"chainId": 1, "userOperation": op, "validUntil": now + 600,
                "validAfter": now - 5}
        key = self.create(purpose="paymaster", nativeDaily=hex(4 * 10 ** 14),
                          types=[{"chainId": 1, "contract": "0x" + "cc" * 20}])
        got = self.node.rpc("kms_sign", {"key": key, "paymaster": word})
        done = subprocess.run(
            ["node", os.path.join(ROOT, "tests", "paymaster.mjs")],
            input=json.dumps({**word, "signature": got["signature"]}),
            capture_output=True, text=True, timeout=60)
        said = json.loads(done.stdout)
        self.assertIn(said["digest"][2:], got["receipt"])
        self.assertEqual(said["signer"].lower(), self.node.rpc(
            "kms_getPublicKey", {"key": key})["address"])
        shown = self.node.rpc("kms_getPublicKey", {"key": key})
        self.assertEqual(int(shown["spent"], 16), 400000 * 10 ** 9)
        op["nonce"] = "0x2"
        self.refused("LIMIT", "kms_sign", {"key": key, "paymaster": word})
        word["chainId"] = 2
        self.refused("PAYMASTER", "kms_sign", {"key": key, "paymaster": word})
        del op["paymaster"]
        self.refused("ARGUMENT", "kms_sign", {"key": key, "paymaster": word})


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

    def test_killed_while_erasing(self):
        """TEEs die in the middle of sweeps: in the end all that was deleted
        is erased, and all else still signs."""
        node = Node("--workers", "2", "--max-retries", "10")
        try:
            keys = [node.rpc("kms_createKey", {"purpose": "raw"})["key"]
                    for _ in range(150)]
            gone, stay = keys[:60], keys[60:]
            said = []

            def delete():
                for key in gone:
                    said.append(self.until_deleted(node, key))

            thread = threading.Thread(target=delete)
            thread.start()
            kills = 0
            while thread.is_alive():
                time.sleep(0.02)
                # on a slow machine nothing but starting would go on for ever
                for pid in self.tees(node)[kills % 2:][:kills < 20]:
                    os.kill(pid, 9)
                    kills += 1
                time.sleep(0.06)
            thread.join()
            self.assertGreater(kills, 2)
            self.assertEqual(len(said), len(gone))
            self.assertLessEqual(set(said), {"erased", "dropped", "NO_KEY"})
            self.until_erased(node, gone)
            for key in stay:
                self.sign_in_the_end(node, key)
            for key in gone:
                with self.assertRaises(Refused) as caught:
                    node.rpc("kms_sign", {"key": key, "digest": DIGEST})
                self.assertEqual(caught.exception.name, "NO_KEY")
            self.assertEqual(
                sorted(os.listdir(os.path.join(node.data, "blobs"))),
                sorted(k[2:] for k in stay))
        finally:
            node.end()

    def until_deleted(self, node, key):
        """NO_KEY: it was, but whoever should have said so had died."""
        while True:
            try:
                return node.rpc("kms_deleteKey", {"key": key})["deleted"]
            except Refused as refused:
                if refused.name not in ("TEE_LOST", "LOG_WRITE"):
                    return refused.name

    def tees(self, node):
        pid = node.process.pid
        pids = []
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as f:
                pids += [int(p) for p in f.read().split()]
        return pids

    def until_erased(self, node, gone):
        end = time.monotonic() + 30
        while True:
            done = subprocess.run(
                [CLI, "log", "show", os.path.join(node.data, "log")],
                capture_output=True, text=True, timeout=60)
            erased = {line.split()[-3] for line in done.stdout.splitlines()
                      if line.endswith("deleted, erased")}
            if erased >= set(gone):
                return
            self.assertLess(time.monotonic(), end, node.said()[-3000:])
            time.sleep(0.1)

    def sign_in_the_end(self, node, key):
        for _ in range(100):
            try:
                return node.rpc("kms_sign", {"key": key, "digest": DIGEST})
            except Refused as refused:
                self.assertEqual(refused.name, "TEE_LOST")
                time.sleep(0.05)
        raise AssertionError("never signed")


if __name__ == "__main__":
    unittest.main()
