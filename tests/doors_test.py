#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What vouchd refuses before anyone listens, tried from outside.

Talks to a vouchd over plain sockets, so that every byte is ours.
"""
import json
import os
import socket
import stat
import time
import unittest

from vouchd_rig import REQUEST_S, Node, call, read_answer

CHALLENGE = "0x" + "11" * 32


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
                     "vouch_accounts ", "vouch_keys ", "vouch_tee_sessions ",
                     "vouch_log_fsync_seconds_count ",
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

    def test_large_head(self):
        self.expect(self.post(call("rpc.discover"), X_Long="x" * 9000), 431,
                    "SIZE")
        self.assertEqual(self.post(call("rpc.discover"),
                                   X_Long="x" * 7000).status, 200)

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
            got = answer.json  # a list of one is a batch of one
            got = got[0] if isinstance(got, list) else got
            self.assertIn(got["error"]["code"], (-32700, -32600, -32602))

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
        for method, path in (("POST", "/state"), ("POST", "/health"),
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


if __name__ == "__main__":
    unittest.main()
