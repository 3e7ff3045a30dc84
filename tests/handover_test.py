#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The hand-over to a new version, as an operator does it.

Manifests are made with `vouch release`, and `vouch tee upgrade` ends the node;
then the next version of the (emulated) TEE serves the same log with the same
keys, and the old one never again. Whatever is killed on the way, the next
start goes on.
"""
import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import vouchd_rig as rig  # noqa: E402

from cryptography.hazmat.primitives import serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: E402
    Ed25519PrivateKey)

VOUCH = os.path.join(rig.OUT, "bin", "vouch")
KILLS = int(os.environ.get("VOUCH_KILLS", "6"))
EXIT_OTHER_VERSION = 6
CODE = "0x" + 32 * "22"


def vouch(*argv):
    done = subprocess.run([VOUCH, *argv], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def tee(version):
    return os.path.join(rig.OUT, "test", f"vouch-tee-v{version}")


class Folder(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="vouch-handover-")
        self.addCleanup(shutil.rmtree, self.dir, True)

    def path(self, name):
        return os.path.join(self.dir, name)

    def release_key(self, number):
        """One of tests/release."""
        path = self.path(f"release-{number}.pem")
        key = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
        with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as f:
            f.write(key.private_bytes(serialization.Encoding.PEM,
                                      serialization.PrivateFormat.PKCS8,
                                      serialization.NoEncryption()))
        return path

    def manifest(self, version, *numbers, code=CODE):
        path = self.path(f"release-{version}-{len(os.listdir(self.dir))}.json")
        for number in numbers:
            exit_code, said = vouch(
                "release", "sign", path, "--version", str(version),
                "--measurement", code, "--key", self.release_key(number))
            self.assertEqual(exit_code, 0, said)
        return path


class Manifests(Folder):
    def test_signers_one_after_the_other(self):
        path = self.manifest(2, 1)
        exit_code, said = vouch("release", "sign", path, "--key",
                                self.release_key(3))
        self.assertEqual(exit_code, 0, said)
        self.assertIn("2 signatures", said)
        # again the same key: no third one
        self.assertIn("2 signatures", vouch("release", "sign", path, "--key",
                                            self.release_key(3))[1])
        exit_code, said = vouch("release", "show", path)
        self.assertEqual(exit_code, 0, said)
        self.assertEqual(said.count("holds"), 2)
        self.assertIn(CODE, said)
        with open(path) as f:
            manifest = json.load(f)
        self.assertEqual(
            manifest["signatures"][0]["key"],
            "0x8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f"
            "5c")
        # RFC 8032 is deterministic: what anybody's Ed25519 makes of it
        key = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32)
        signed = key.sign(b"vouch release v1" + struct.pack(">I", 2)
                          + 32 * b"\x22")
        self.assertEqual(manifest["signatures"][0]["signature"],
                         "0x" + signed.hex())
        manifest["version"] = 3
        with open(path, "w") as f:
            json.dump(manifest, f)
        exit_code, said = vouch("release", "show", path)
        self.assertEqual(exit_code, 4, said)
        self.assertIn("DOES NOT HOLD", said)

    def test_refusals(self):
        path = self.manifest(2, 1, 2, 3)
        key = self.release_key(4)
        self.assertEqual(vouch("release", "sign", path, "--key", key)[0], 1)
        new = self.path("new.json")
        for words in (["--version", "2"], ["--measurement", CODE],
                      ["--version", "0", "--measurement", CODE],
                      ["--version", "two", "--measurement", CODE],
                      ["--version", "2", "--measurement", "0x22"]):
            self.assertEqual(vouch("release", "sign", new, *words, "--key",
                                   key)[0], 2, words)
        self.assertEqual(vouch("release", "sign", path, "--version", "3",
                               "--key", key)[0], 2)
        self.assertEqual(vouch("release", "sign", new, "--version", "2",
                               "--measurement", CODE)[0], 2)
        self.assertFalse(os.path.exists(new))
        open_key = self.release_key(5)
        os.chmod(open_key, 0o644)
        self.assertEqual(vouch("release", "sign", new, "--version", "2",
                               "--measurement", CODE, "--key", open_key)[0], 1)
        with open(self.path("bad.json"), "w") as f:
            f.write('{"product": "other", "version": 2}')
        self.assertEqual(vouch("release", "show", self.path("bad.json"))[0], 1)

    def test_a_new_key(self):
        path = self.path("key.pem")
        exit_code, public = vouch("release", "key", path)
        self.assertEqual(exit_code, 0, public)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        with open(path, "rb") as f:
            key = serialization.load_pem_private_key(f.read(), None)
        self.assertEqual(public.strip()[2:], key.public_key().public_bytes(
            serialization.Encoding.Raw,
            serialization.PublicFormat.Raw).hex())
        self.assertEqual(vouch("release", "key", path)[0], 1)  # it is there

    def test_only_whole_trusted_applications_are_measured(self):
        ta, key = self.path("a.ta"), self.release_key(1)
        with open(ta, "wb") as f:
            f.write(b"HSTO" + bytes(12) + struct.pack("<HH", 32, 4)
                    + bytes(32 + 4) + b"code")
        self.assertEqual(vouch("release", "sign", self.path("m.json"),
                               "--version", "2", "--ta", ta, "--key",
                               key)[0], 1)
        with open(ta, "wb") as f:
            f.write(b"HSTO")
        self.assertEqual(vouch("release", "sign", self.path("m.json"),
                               "--version", "2", "--ta", ta, "--key",
                               key)[0], 1)


class ReleaseKeys(Folder):
    """tools/release_keys.py: the list that is built in."""

    def make(self, text):
        source, header = self.path("list"), self.path("release_keys.h")
        with open(source, "w") as f:
            f.write(text)
        done = subprocess.run(
            [sys.executable, os.path.join(rig.ROOT, "tools",
                                          "release_keys.py"), source, header],
            capture_output=True, text=True)
        if done.returncode != 0:
            return None
        with open(header) as f:
            return f.read()

    def test_lists(self):
        one, two = 32 * "a1", 32 * "b2"
        text = self.make(f"# ours\nneeded 2\n{one}\n0x{two} # spare\n")
        self.assertIn('#define VCH_RELEASE_SIGNER "release"', text)
        self.assertIn("#define VCH_RELEASE_NEEDED 2", text)
        self.assertEqual(text.count("0xa1"), 32)
        self.assertEqual(text.count("0xb2"), 32)
        for bad in ("", one, f"needed 2\n{one}", f"needed 0\n{one}",
                    f"needed 1\n{one}\n{one}", f"needed 1\n{one[1:]}",
                    "needed 4\n" + "\n".join(32 * f"{i:02x}"
                                             for i in range(4)),
                    "needed 1\n" + "\n".join(32 * f"{i:02x}"
                                             for i in range(17))):
            self.assertIsNone(self.make(bad), bad)


class Node(Folder):
    def setUp(self):
        super().setUp()
        self.process = None
        self.log = open(self.path("log"), "wb")
        self.addCleanup(self.log.close)
        self.addCleanup(self.kill)

    def start(self, version):
        """True if it serves; else it has ended."""
        ready = os.path.join(self.path("node"), "ready.json")
        if os.path.exists(ready):
            os.unlink(ready)
        self.process = subprocess.Popen(
            [rig.VOUCHD, "--data", self.path("node"), "--secure",
             self.path("tee"), "--tee", tee(version), "--listen",
             "127.0.0.1:0", "--operator", "127.0.0.1:0", "--workers", "2"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        while self.process.poll() is None:
            if os.path.exists(ready):
                with open(ready) as f:
                    self.url = json.load(f)["rpc"]
                return True
            time.sleep(0.02)
        return False

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
        if self.process:
            self.process.wait()

    def said(self):
        with open(self.path("log"), errors="replace") as f:
            return f.read()

    def call(self, method, params=None, token=None):
        if token is None:
            with open(os.path.join(self.path("node"), "token")) as f:
                token = f.read().strip()
        answer = rig.stack_post(self.url, rig.call(method, params), token)
        if "error" in answer:
            raise rig.Refused(answer["error"])
        return answer["result"]

    def upgrade(self, manifest):
        return vouch("tee", "upgrade", manifest, "--node", self.url,
                     "--token-file", os.path.join(self.path("node"), "token"))

    def keys(self):
        return [k["key"] for k in self.call("kms_listKeys")["keys"]]

    def note(self):
        return os.path.exists(os.path.join(self.path("node"), "upgrade"))

    def test_from_version_to_version(self):
        self.assertTrue(self.start(1))
        key = self.call("kms_createKey", {"purpose": "raw"})["key"]
        signing = {"key": key, "digest": "0x" + 64 * "2"}
        signature = self.call("kms_sign", signing)["signature"]
        for manifest, name in ((self.manifest(2, 1), "SIGNATURE"),
                               (self.manifest(1, 1, 2), "DOWNGRADE"),
                               (self.manifest(2, 1, 2, code="0x" + 64 * "0"),
                                "DOWNGRADE")):
            with open(manifest) as f:
                params = json.load(f)
            del params["product"]
            with self.assertRaises(rig.Refused) as caught:
                self.call("vouch_upgrade", params)
            self.assertEqual(caught.exception.name, name)
        self.assertFalse(self.note())
        good = self.manifest(2, 1, 2)
        with open(good) as f:
            params = json.load(f)
        with self.assertRaises(rig.Refused) as caught:
            self.call("vouch_upgrade", params)  # with "product"
        self.assertEqual(caught.exception.name, "ARGUMENT")
        del params["product"]
        with self.assertRaises(rig.Refused) as caught:
            self.call("vouch_upgrade", params, token="no")
        self.assertEqual(caught.exception.name, "TOKEN")
        self.assertEqual(self.keys(), [key])

        exit_code, said = self.upgrade(good)
        self.assertEqual(exit_code, 0, said)
        self.assertEqual(self.process.wait(20), EXIT_OTHER_VERSION)
        self.assertIn(f"handed over to version 2 of the trusted application, "
                      f"measurement {CODE}", self.said())
        self.assertFalse(self.start(1))
        self.assertEqual(self.process.returncode, EXIT_OTHER_VERSION)
        self.assertTrue(self.note())
        doctor = vouch("doctor", "--data", self.path("node"), "--secure",
                       self.path("tee"))[1]
        self.assertIn("hand-over", doctor)

        self.assertTrue(self.start(2))
        self.assertFalse(self.note())
        self.assertEqual(self.keys(), [key])
        self.assertEqual(self.call("kms_sign", signing)["signature"],
                         signature)
        events = self.call("vouch_events")["events"]
        [upgrade] = [e for e in events if e["kind"] == "upgrade"]
        self.assertEqual(upgrade["version"], "0x2")
        self.assertEqual(upgrade["shards"], "0x40")
        self.assertEqual(upgrade["measurement"], CODE)
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.process.wait(20), 0)
        self.assertFalse(self.start(1))
        self.assertEqual(self.process.returncode, EXIT_OTHER_VERSION)
        self.assertIn("not newer than what this log has seen", self.said())
        self.check_log()

    def check_log(self):
        log = os.path.join(self.path("node"), "log")
        self.assertEqual(vouch("log", "verify", log)[0], 0)
        shown = vouch("log", "show", log)[1]
        self.assertEqual(shown.count("from version 1 to 2"), 1)
        lines = vouch("log", "show", log, "--json")[1].splitlines()
        records = [r for r in map(json.loads, lines) if r["kind"] == "upgrade"]
        self.assertEqual(len(records), 64)
        self.assertEqual((records[0]["from"], records[0]["version"]), (1, 2))
        self.assertEqual(records[0]["measurement"], CODE)

    def test_killed_on_the_way(self):
        chance = random.Random(os.environ.get("VOUCH_SEED"))
        for _ in range(KILLS):
            for name in ("node", "tee"):
                shutil.rmtree(self.path(name), True)
            self.assertTrue(self.start(1))
            key = self.call("kms_createKey", {"purpose": "raw"})["key"]
            manifest = self.manifest(2, 2, 3)
            self.assertEqual(self.upgrade(manifest)[0], 0)
            try:
                self.process.wait(chance.uniform(0, 0.8))
            except subprocess.TimeoutExpired:
                self.kill()
            if self.start(1):  # it had not begun
                self.assertFalse(self.note())
                self.assertEqual(self.keys(), [key])
                self.assertEqual(self.upgrade(manifest)[0], 0)
                self.process.wait(20)
            self.assertEqual(self.process.returncode, EXIT_OTHER_VERSION)
            self.assertTrue(self.start(2), self.said())
            self.assertEqual(self.keys(), [key])
            self.kill()
            self.assertFalse(self.start(1))


if __name__ == "__main__":
    unittest.main()
