#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What vouchd refuses before anyone listens, tried from outside.

Starts the built vouchd with the emulated TEE on free ports in a folder of
its own and talks to it over plain sockets, so that every byte is ours.
VOUCHD names another build of the program.
"""
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
VOUCHD = os.environ.get("VOUCHD", os.path.join(ROOT, "out/bin/vouchd"))
TEE = os.path.join(ROOT, "out/bin/vouch-tee")
START_S = 20
STOP_S = 10
REQUEST_S = 2   # --request-time: shorter than the default, to test it
CHALLENGE = "0x" + "11" * 32
ADDRESS = "0x" + "22" * 20


class Node:
    """One vouchd and how to talk to it."""

    def __init__(self, *options):
        self.dir = tempfile.mkdtemp(prefix="vouch-doors-")
        self.data = os.path.join(self.dir, "node")
        self.log = open(os.path.join(self.dir, "log"), "wb")
        self.process = subprocess.Popen(
            [VOUCHD, "--data", self.data,
             "--secure", os.path.join(self.dir, "tee"), "--tee", TEE,
             "--listen", "127.0.0.1:0", "--operator", "127.0.0.1:0",
             "--request-time", str(REQUEST_S), *options],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.ready = self.wait_ready()
        self.port = int(self.ready["rpc"].rsplit(":", 1)[1])
        self.operator = int(self.ready["operator"].rsplit(":", 1)[1])
        with open(os.path.join(self.data, "token")) as f:
            self.token = f.read().strip()

    def wait_ready(self):
        path = os.path.join(self.data, "ready.json")
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            if os.path.exists(path):
                with open(path) as f:
                    return json.load(f)
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        said = self.said()
        self.end()
        raise AssertionError("vouchd did not start: " + said)

    def said(self):
        with open(self.log.name, errors="replace") as f:
            return f.read()

    def connect(self, port=None):
        return socket.create_connection(("127.0.0.1", port or self.port),
                                        timeout=10)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.dir, ignore_errors=True)


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def name(self):
        return self.json["error"]["data"]["name"]


def read_answer(sock):
    """One HTTP answer with Content-Length; None if the other side closed."""
    got = b""
    while b"\r\n\r\n" not in got:
        more = sock.recv(65536)
        if not more:
            return None
        got += more
    head, body = got.split(b"\r\n\r\n", 1)
    lines = head.decode("latin-1").split("\r\n")
    headers = {k.lower(): v.strip() for k, v in
               (line.split(":", 1) for line in lines[1:])}
    while len(body) < int(headers.get("content-length", 0)):
        more = sock.recv(65536)
        if not more:
            break
        body += more
    return Answer(int(lines[0].split()[1]), headers, body)


def call(method, params=None, id_=1):
    return {"jsonrpc": "2.0", "id": id_, "method": method,
            "params": params or {}}


class Doors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.node = Node()

    @classmethod
    def tearDownClass(cls):
        cls.node.end()

    def request(self, method, path, headers, body=b"", sock=None, port=None):
        """headers: those that differ from a good request; None removes."""
        all_headers = {"Host": f"127.0.0.1:{port or self.node.port}",
                       "Content-Type": "application/json",
                       "Content-Length": str(len(body))}
        if method == "GET":
            del all_headers["Content-Type"], all_headers["Content-Length"]
        all_headers.update(headers)
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(
            f"{k}: {v}\r\n" for k, v in all_headers.items() if v is not None)
        own = sock or self.node.connect(port)
        try:
            own.sendall(head.encode("latin-1") + b"\r\n" + body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused while we still sent: the answer is there
        try:
            return read_answer(own)
        finally:
            if not sock:
                own.close()

    def post(self, what, token=None, sock=None, **headers):
        headers = {k.replace("_", "-"): v for k, v in headers.items()}
        if token:
            headers["Authorization"] = "Bearer " + token
        body = what if isinstance(what, bytes) else json.dumps(what).encode()
        return self.request("POST", "/", headers, body, sock)

    def expect(self, answer, status, name):
        self.assertIsNotNone(answer, "closed without an answer")
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.headers["content-type"], "application/json")
        self.assertEqual(answer.name, name)
        self.assertNotIn("access-control-allow-origin", answer.headers)

    # --- what a good client gets

    def test_good_request(self):
        answer = self.post(call("kms_attest", {"challenge": CHALLENGE}))
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.json["result"]["challenge"], CHALLENGE)
        self.assertIn("EMULATED", answer.json["result"]["platform"])

    def test_discover(self):
        doc = self.post(call("rpc.discover")).json["result"]
        names = {m["name"] for m in doc["methods"]}
        self.assertIn("vouch_cosign", names)
        self.assertTrue(doc["openrpc"].startswith("1."))

    def test_keep_alive(self):
        with self.node.connect() as sock:
            for i in range(50):
                answer = self.post(call("rpc.discover", id_=i), sock=sock)
                self.assertEqual(answer.json["id"], i)

    def test_pipelined(self):
        """Two requests in one write are answered in order."""
        with self.node.connect() as sock:
            one = json.dumps(call("kms_attest", {"challenge": CHALLENGE}))
            raw = (f"POST / HTTP/1.1\r\nHost: localhost:{self.node.port}\r\n"
                   "Content-Type: application/json\r\n"
                   f"Content-Length: {len(one)}\r\n\r\n{one}"
                   f"GET /health HTTP/1.1\r\n"
                   f"Host: localhost:{self.node.port}\r\n\r\n")
            sock.sendall(raw.encode())
            got = b""
            while b'"ready"' not in got:
                more = sock.recv(65536)
                self.assertTrue(more)
                got += more
            self.assertLess(got.index(CHALLENGE.encode()),
                            got.index(b'"ready"'))

    def test_chunked(self):
        body = json.dumps(call("rpc.discover")).encode()
        raw = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
        answer = self.request("POST", "/", {
            "Content-Length": None, "Transfer-Encoding": "chunked"}, raw)
        self.assertEqual(answer.status, 200)
        self.assertIn("openrpc", answer.json["result"])

    def test_health(self):
        for port in (self.node.port, self.node.operator):
            answer = self.request("GET", "/health", {}, port=port)
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.json["live"], True)
            self.assertEqual(answer.json["ready"], True)
            self.assertEqual(answer.json["degraded"], [])
            self.assertIn("EMULATED", answer.json["tee"])

    def test_metrics(self):
        self.post(call("nonsense"))
        answer = self.request("GET", "/metrics", {}, port=self.node.operator)
        self.assertEqual(answer.status, 200)
        text = answer.body.decode()
        for line in ('vouch_operations_total{method="unknown",code="METHOD"}',
                     'vouch_operation_seconds_bucket{method="vouch_cosign",'
                     'le="+Inf"} ', "vouch_queue_depth ", "vouch_ready 1",
                     "vouch_tee_restarts_total ", "vouch_log_records ",
                     "vouch_accounts ", "vouch_log_fsync_seconds_count ",
                     "vouch_batch_operations_count"):
            self.assertIn(line, text)
        self.assertNotIn(self.node.token, text)

    def test_metrics_not_public(self):
        self.expect(self.request("GET", "/metrics", {}), 404, "METHOD")

    # --- pages of others

    def test_cross_site_form(self):
        body = b'{"jsonrpc":"2.0","id":1,"method":"rpc.discover","x":"=a"}'
        for kind in ("text/plain", "application/x-www-form-urlencoded",
                     "multipart/form-data; boundary=x"):
            self.expect(self.post(body, Content_Type=kind), 415,
                        "CONTENT_TYPE")
            self.expect(self.post(body, Content_Type=kind,
                                  Origin="https://evil.example"),
                        403, "FOREIGN")
        self.expect(self.post(body, Content_Type=None), 415, "CONTENT_TYPE")

    def test_rebinding_host(self):
        for host in ("evil.example", f"evil.example:{self.node.port}",
                     "127.0.0.1", "localhost:1", ""):
            self.expect(self.post(call("rpc.discover"), Host=host), 421,
                        "HOST_NAME")
        answer = self.request("GET", "/health", {"Host": "evil.example"})
        self.expect(answer, 421, "HOST_NAME")
        answer = self.request("GET", "/metrics", {"Host": "evil.example"},
                              port=self.node.operator)
        self.expect(answer, 421, "HOST_NAME")

    def test_good_hosts(self):
        for host in ("127.0.0.1", "localhost", "LOCALHOST", "[::1]"):
            answer = self.post(call("rpc.discover"),
                               Host=f"{host}:{self.node.port}")
            self.assertEqual(answer.status, 200)

    def test_no_host(self):
        answer = self.post(call("rpc.discover"), Host=None)
        self.assertIn(answer.status, (400, 421))

    def test_foreign_origin(self):
        for origin in ("https://evil.example", "null", "http://localhost",
                       f"https://localhost:{self.node.port}",
                       f"http://localhost:{self.node.port}.evil.example"):
            self.expect(self.post(call("rpc.discover"), Origin=origin,
                                  token=self.node.token), 403, "FOREIGN")
        answer = self.post(call("rpc.discover"),
                           Origin=f"http://localhost:{self.node.port}")
        self.assertEqual(answer.status, 200)

    def test_preflight(self):
        self.expect(self.request("OPTIONS", "/", {
            "Origin": "https://evil.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type"}),
            403, "FOREIGN")

    def test_header_twice(self):
        with self.node.connect() as sock:
            sock.sendall(
                f"GET /health HTTP/1.1\r\nHost: localhost:{self.node.port}\r\n"
                "Host: evil.example\r\n\r\n".encode())
            self.assertEqual(read_answer(sock).status, 400)

    # --- tokens

    def test_missing_token(self):
        answer = self.post(call("vouch_cosign"))
        self.expect(answer, 401, "TOKEN")
        self.assertEqual(answer.headers["www-authenticate"], "Bearer")
        self.expect(self.post(call("vouch_createAccount")), 401, "TOKEN")
        batch = self.post([call("vouch_cosign"), call("rpc.discover", id_=2)])
        self.assertEqual(batch.status, 200)
        self.assertEqual(batch.json[0]["error"]["data"]["name"], "TOKEN")
        self.assertIn("result", batch.json[1])

    def test_wrong_token(self):
        flipped = ("0" if self.node.token[0] != "0" else "1") + \
            self.node.token[1:]
        for token in (flipped, self.node.token[:-1], self.node.token + "0",
                      self.node.token.upper() + "x", "x" * 1000):
            self.expect(self.post(call("rpc.discover"), token=token), 401,
                        "TOKEN")
        for raw in ("Basic " + self.node.token, self.node.token, "Bearer"):
            self.expect(self.post(call("rpc.discover"), Authorization=raw),
                        401, "TOKEN")

    def test_token_lets_in(self):
        """With the token the door is open: the params are looked at."""
        answer = self.post(call("vouch_cosign"), token=self.node.token)
        self.expect(answer, 200, "ARGUMENT")

    def test_token_again_on_one_connection(self):
        """What is remembered does not open the door for another token."""
        with self.node.connect() as sock:
            for _ in range(3):
                answer = self.post(call("vouch_cosign"), sock=sock,
                                   token=self.node.token)
                self.assertEqual(answer.name, "ARGUMENT")
            self.expect(self.post(call("vouch_cosign"), sock=sock), 401,
                        "TOKEN")
        with self.node.connect() as sock:
            self.post(call("vouch_cosign"), sock=sock, token=self.node.token)
            self.expect(self.post(call("vouch_cosign"), sock=sock,
                                  token="0" * 64), 401, "TOKEN")

    def test_files_are_private(self):
        for name, mode in (("", 0o700), ("token", 0o600),
                           ("ready.json", 0o600), ("log", 0o700)):
            path = os.path.join(self.node.data, name)
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), mode, path)
        self.assertEqual(len(self.node.token), 64)

    # --- sizes and garbage

    def test_oversized_body(self):
        self.expect(self.post(b" " * (1024 * 1024 + 1)), 413, "SIZE")
        self.expect(self.post(b"", Content_Length="99999999999"), 413, "SIZE")
        answer = self.post(b" " * (1024 * 1024))
        self.assertEqual(answer.json["error"]["code"], -32700)

    def test_oversized_chunked(self):
        chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        answer = self.request("POST", "/", {
            "Content-Length": None, "Transfer-Encoding": "chunked"},
            chunk * 17 + b"0\r\n\r\n")
        self.expect(answer, 413, "SIZE")

    def test_oversized_head(self):
        answer = self.post(call("rpc.discover"), X_Long="x" * 100000)
        if answer:  # or the connection was just closed
            self.assertIn(answer.status, (400, 413, 414, 431))

    def test_deep_nesting(self):
        for body in (b"[" * 500000, b"[" * 500000 + b"]" * 500000,
                     b'{"a":' * 100000 + b"1" + b"}" * 100000,
                     b'{"jsonrpc":"2.0","id":1,"method":"kms_attest",'
                     b'"params":{"challenge":' + b"[" * 100000
                     + b"]" * 100000 + b"}}"):
            answer = self.post(body)
            self.assertEqual(answer.status, 200)
            self.assertIn(answer.json["error"]["code"],
                          (-32700, -32600, -32602))

    def test_batches(self):
        many = [call("kms_attest", {"challenge": CHALLENGE}, i)
                for i in range(65)]
        answer = self.post(many)
        self.assertEqual(answer.json["error"]["code"], -32600)
        answer = self.post(many[:64])
        self.assertEqual([one["id"] for one in answer.json],
                         list(range(64)))
        self.assertTrue(all("result" in one for one in answer.json))
        self.assertEqual(self.post([]).json["error"]["code"], -32600)

    def test_unknown_member(self):
        answer = self.post(call("kms_attest", {"challenge": CHALLENGE,
                                               "chalenge": "0x"}))
        self.assertEqual(answer.json["error"]["code"], -32602)
        self.assertEqual(answer.json["error"]["data"]["detail"],
                         "params.chalenge: unknown member")

    def test_notification(self):
        answer = self.post({"jsonrpc": "2.0", "method": "rpc.discover"})
        self.assertEqual((answer.status, answer.body), (204, b""))

    def test_garbage(self):
        for raw in (b"\x00" * 100, b"\xff\xfe\r\n\r\n", b"GET\r\n\r\n",
                    b"POST / HTTP/9.9\r\n\r\n", b"\r\n" * 100 + b"x\r\n\r\n",
                    b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
                    b"Content-Length: 2\r\n\r\n12"):
            with self.node.connect() as sock:
                sock.sendall(raw)
                sock.shutdown(socket.SHUT_WR)
                try:
                    answer = sock.recv(65536)
                except ConnectionResetError:
                    answer = b""
                self.assertNotIn(b" 200 ", answer.split(b"\r\n")[0], raw)
        for body in (b"\x80", b"nonsense", b"{}{}", b'"', b"NaN", b"[,]",
                     b"{'a':1}", b'{"a":1,}', b"\xef\xbb\xbf{}"):
            answer = self.post(body)
            self.assertEqual(answer.status, 200)
            self.assertLess(answer.json["error"]["code"], 0)
        self.test_good_request()

    def test_paths_and_methods(self):
        for method, path in (("GET", "/"), ("POST", "/health"),
                             ("POST", "/../"), ("GET", "/token"),
                             ("DELETE", "/"), ("PUT", "/")):
            self.expect(self.request(method, path, {}), 404, "METHOD")

    # --- slow clients

    def check_time(self, began):
        took = time.monotonic() - began
        self.assertLess(took, REQUEST_S + 2)
        self.assertGreater(took, REQUEST_S - 0.5)

    def expect_cut(self, sock, began):
        """The other side closes soon after the time for one request."""
        sock.settimeout(REQUEST_S + 5)
        try:
            while sock.recv(65536):
                pass
        except ConnectionResetError:
            pass
        self.check_time(began)

    def trickle(self, sock, data):
        """One byte each tenth of a second, until cut off."""
        began = time.monotonic()
        try:
            for i in range(len(data)):
                sock.sendall(data[i:i + 1])
                time.sleep(0.1)
                if time.monotonic() - began > REQUEST_S + 4:
                    self.fail("a slow client was not cut off")
        except (BrokenPipeError, ConnectionResetError):
            pass
        self.check_time(began)

    def test_slow_head(self):
        with self.node.connect() as sock:
            self.trickle(sock, b"POST / HTTP/1.1\r\nX: " + b"x" * 1000)

    def test_slow_body(self):
        with self.node.connect() as sock:
            began = time.monotonic()
            sock.sendall((
                f"POST / HTTP/1.1\r\nHost: localhost:{self.node.port}\r\n"
                "Content-Type: application/json\r\n"
                "Content-Length: 1000\r\n\r\n").encode())
            self.expect_cut(sock, began)

    def test_silent(self):
        with self.node.connect() as sock:
            self.expect_cut(sock, time.monotonic())

    def test_slow_ones_hinder_nobody(self):
        slow = [self.node.connect() for _ in range(200)]
        try:
            for sock in slow:
                sock.sendall(b"POST / HTTP/1.1\r\n")
            began = time.monotonic()
            self.test_good_request()
            self.assertLess(time.monotonic() - began, 1)
        finally:
            for sock in slow:
                sock.close()


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
                tee = self.node.ready["teePid"]
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


if __name__ == "__main__":
    unittest.main()
