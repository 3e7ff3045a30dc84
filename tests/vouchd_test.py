#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How vouchd starts, stops, and reads its command line."""
import json
import os
import random
import signal
import socket
import subprocess
import tempfile
import time
import tomllib
import unittest

from vouchd_rig import ROOT, START_S, TEE, VOUCHD, Node, call, read_answer

STOP_S = 10
CHALLENGE = "0x" + "11" * 32


class Lifetime(unittest.TestCase):
    def setUp(self):
        self.node = Node()

    def tearDown(self):
        self.node.end()

    def stop(self, sig):
        self.node.process.send_signal(sig)
        return self.node.process.wait(timeout=STOP_S)

    def test_graceful_stop(self):
        for sig in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(sig=sig):
                tee = self.node.ready["teePids"][0]
                self.assertTrue(os.path.exists(f"/proc/{tee}"))
                ready = os.path.join(self.node.data, "ready.json")
                token = self.node.token
                idle = self.node.connect()
                self.assertEqual(self.stop(sig), 0, self.node.said())
                self.assertFalse(os.path.exists(ready))
                self.assertFalse(os.path.exists(f"/proc/{tee}"))
                self.assertEqual(idle.recv(1), b"")
                idle.close()
                self.assertNotIn(token, self.node.said())
                self.node.end()
                self.node = Node()

    def test_stop_answers_what_it_has(self):
        """A request that was sent whole before the signal gets an answer."""
        body = json.dumps([call("kms_attest", {"challenge": CHALLENGE}, i)
                           for i in range(64)])
        raw = (f"POST / HTTP/1.1\r\nHost: localhost:{self.node.port}\r\n"
               "Content-Type: application/json\r\n"
               f"Content-Length: {len(body)}\r\n\r\n{body}").encode()
        socks = [self.node.connect() for _ in range(16)]
        for sock in socks:
            sock.sendall(raw)
        # One answer shows that the server is at it.
        first = read_answer(socks[0])
        self.assertEqual(first.status, 200)
        self.node.process.send_signal(signal.SIGTERM)
        for sock in socks[1:]:
            answer = read_answer(sock)
            self.assertIsNotNone(answer)
            self.assertIn(answer.status, (200, 503))
            self.assertTrue(answer.json)
            sock.close()
        socks[0].close()
        self.assertEqual(self.node.process.wait(timeout=STOP_S), 0)

    def test_port_taken(self):
        second = subprocess.run(
            [VOUCHD, "--data", os.path.join(self.node.dir, "node2"),
             "--secure", os.path.join(self.node.dir, "tee2"), "--tee", TEE,
             "--listen", f"127.0.0.1:{self.node.port}",
             "--operator", "127.0.0.1:0"],
            capture_output=True, timeout=START_S)
        self.assertEqual(second.returncode, 1)
        self.assertIn(b"is taken by another program", second.stderr)
        self.assertIn(b"--listen", second.stderr)

    def test_data_in_use(self):
        second = subprocess.run(
            [VOUCHD, "--data", self.node.data,
             "--secure", os.path.join(self.node.dir, "tee"), "--tee", TEE,
             "--listen", "127.0.0.1:0", "--operator", "127.0.0.1:0"],
            capture_output=True, timeout=START_S)
        self.assertEqual(second.returncode, 1, second.stderr)
        self.assertIn(b"another vouchd is using", second.stderr)
        # and the first one still serves, and is still found
        self.assertTrue(os.path.exists(
            os.path.join(self.node.data, "ready.json")))
        with self.node.connect() as sock:
            sock.sendall(f"GET /health HTTP/1.1\r\nHost: localhost:"
                         f"{self.node.port}\r\n\r\n".encode())
            self.assertEqual(read_answer(sock).status, 200)

    def test_open_folders_refused(self):
        self.assertEqual(self.stop(signal.SIGTERM), 0)
        token = os.path.join(self.node.data, "token")
        os.chmod(token, 0o644)
        again = subprocess.run(
            [VOUCHD, "--data", self.node.data,
             "--secure", os.path.join(self.node.dir, "tee"), "--tee", TEE,
             "--listen", "127.0.0.1:0", "--operator", "127.0.0.1:0"],
            capture_output=True, timeout=START_S)
        self.assertEqual(again.returncode, 1)
        self.assertIn(b"token", again.stderr)


class Options(unittest.TestCase):
    def run_with(self, *options):
        return subprocess.run([VOUCHD, *options], capture_output=True,
                              text=True, timeout=START_S)

    def test_help(self):
        done = self.run_with("--help")
        self.assertEqual(done.returncode, 0)
        self.assertIn("Examples:", done.stdout)

    def test_topology(self):
        done = self.run_with("--topology")
        self.assertEqual(done.returncode, 0)
        self.assertIn("device.secret", done.stdout)

    def test_wrong_usage(self):
        for options in (["--listen", "example.org:1"], ["--nonsense"],
                        ["--operator", "127.0.0.1:70000"], ["stray"],
                        ["--log-level", "loud"], ["--request-time", "0"],
                        ["--name", "a b"]):
            self.assertEqual(self.run_with(*options).returncode, 2, options)

    def test_secure_inside_data(self):
        with tempfile.TemporaryDirectory() as here:
            os.symlink(here, os.path.join(here, "alias"))
            for inside in ("tee", "x/y/tee", "alias/tee", ""):
                done = self.run_with("--data", here, "--secure",
                                     os.path.join(here, inside), "--check")
                self.assertEqual(done.returncode, 2, inside)
                self.assertIn("may not lie inside", done.stderr)

    def test_check_changes_nothing(self):
        with tempfile.TemporaryDirectory() as here:
            done = self.run_with(
                "--data", os.path.join(here, "node"), "--secure",
                os.path.join(here, "tee"), "--tee", TEE, "--listen",
                "127.0.0.1:0", "--operator", "127.0.0.1:0", "--check")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(os.listdir(here), [])
            done = self.run_with(
                "--data", os.path.join(here, "node"), "--secure",
                os.path.join(here, "tee"), "--tee", "/nowhere/vouch-tee",
                "--listen", "127.0.0.1:0", "--operator", "127.0.0.1:0",
                "--check")
            self.assertEqual(done.returncode, 1)

    def test_emulated_stays_at_home(self):
        with tempfile.TemporaryDirectory() as here:
            options = ["--data", os.path.join(here, "node"), "--secure",
                       os.path.join(here, "tee"), "--tee", TEE,
                       "--listen", "0.0.0.0:0", "--operator", "127.0.0.1:0"]
            done = self.run_with(*options)
            self.assertEqual(done.returncode, 1)
            self.assertIn("EMULATED", done.stderr)
            self.assertIn("--allow-remote-emulated", done.stderr)


class Settings(unittest.TestCase):
    """The file, the environment, the command line, and which one wins."""

    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        self.path = os.path.join(self.dir.name, "vouch.toml")
        self.options = [
            "--data", os.path.join(self.dir.name, "node"), "--secure",
            os.path.join(self.dir.name, "tee"), "--tee", TEE, "--operator",
            "127.0.0.1:0", "--config", self.path]

    def check(self, text, *options, **env):
        with open(self.path, "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())
        return subprocess.run(
            [VOUCHD, *self.options, *options, "--check"],
            capture_output=True, text=True, timeout=START_S,
            env={**os.environ, **env})

    def effective(self, *args, **env):
        done = self.check(*args, **env)
        self.assertEqual(done.returncode, 0, done.stderr)
        return tomllib.loads(done.stdout)

    def test_precedence(self):
        text = "[server]\nlisten = '127.0.0.1:0'\n[tee]\nqueue = 11\n"
        self.assertEqual(self.effective(text)["tee"]["queue"], 11)
        got = self.effective(text, VOUCH_TEE_QUEUE="12")
        self.assertEqual(got["tee"]["queue"], 12)
        got = self.effective(text, "--queue", "13", VOUCH_TEE_QUEUE="12")
        self.assertEqual(got["tee"]["queue"], 13)
        done = self.check(text, "--queue", "13", VOUCH_LIMITS_IDLE_TIME="7s")
        for line in ("queue = 13 # --queue", 'idle_time = "7s" # '
                     "VOUCH_LIMITS_IDLE_TIME", "# line 2"):
            self.assertIn(line, done.stdout)

    def test_delivered_file(self):
        """deploy/vouch.toml says what holds without it."""
        with open(os.path.join(ROOT, "deploy/vouch.toml")) as f:
            text = f.read()
        ports = ("--listen", "127.0.0.1:0")
        with_it = self.effective(text, *ports)
        without = self.effective("", *ports)
        for got in (with_it, without):
            for key in ("listen", "operator"):
                del got["server"][key]
        self.assertEqual(with_it, without)
        self.assertEqual(tomllib.loads(text)["tee"]["batch_size"], 64)

    def test_refused(self):
        for text, why in (
                ("[server]\n\nlissten = '127.0.0.1:0'", ":3: there is no "
                 "setting 'lissten'"),
                ("[sever]\nx = 1", ":2: there is no section [sever]"),
                ("[tee]\nqueue = 1\nqueue = 2", ":3: "),
                ("[tls]\nkey = 'x'", "come together"),
                (b"\xff", ":1: this is not UTF-8"),
                (b"#" * 70000, "too long")):
            done = self.check(text)
            self.assertEqual(done.returncode, 2, text[:40])
            self.assertIn(why, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1)
        done = self.check("", VOUCH_SERVER_LISSTEN="x")
        self.assertEqual(done.returncode, 2)
        self.assertIn("VOUCH_SERVER_LISSTEN", done.stderr)
        os.unlink(self.path)
        done = subprocess.run([VOUCHD, "--config", self.path],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("No such file", done.stderr)

    def test_random_files(self):
        """Taken or refused with a reason; never a crash."""
        seed = int(os.environ.get("VOUCH_SEED", time.time_ns() % 2**32))
        draw = random.Random(seed)
        with open(os.path.join(ROOT, "deploy/vouch.toml"), "rb") as f:
            good = f.read()
        for _ in range(100):
            text = bytearray(good)
            for _ in range(draw.randrange(1, 6)):
                at = draw.randrange(len(text))
                cut = draw.randrange(1, 40)
                text[at:at + draw.choice((0, 1, cut))] = draw.choice((
                    draw.randbytes(1), b"\n", b'"', b"[", b"= 9", b"",
                    bytes(text[cut:2 * cut])))
            done = self.check(bytes(text), "--listen", "127.0.0.1:0")
            self.assertIn(done.returncode, (0, 1, 2),
                          f"VOUCH_SEED={seed}: {done.stderr}")
            if done.returncode:
                self.assertTrue(done.stderr.startswith("vouchd: "),
                                f"VOUCH_SEED={seed}: {done.stderr}")


class Notify(unittest.TestCase):
    def test_service_manager(self):
        """It is told when we serve, and when we stop."""
        with tempfile.TemporaryDirectory() as here:
            path = os.path.join(here, "notify")
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
                sock.bind(path)
                sock.settimeout(START_S)
                os.environ["NOTIFY_SOCKET"] = path
                try:
                    node = Node()
                finally:
                    del os.environ["NOTIFY_SOCKET"]
                self.addCleanup(node.end)
                self.assertEqual(sock.recv(100), b"READY=1")
                node.process.send_signal(signal.SIGTERM)
                self.assertEqual(sock.recv(100), b"STOPPING=1")
                self.assertEqual(node.process.wait(timeout=STOP_S), 0)


if __name__ == "__main__":
    unittest.main()
