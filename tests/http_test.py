#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""HTTP/1.1 as vouchd speaks it: what it answers to old, odd, slow and
cunning clients. Every byte is ours; what could be read in two ways must not be
answered as if it were one request and a second one."""
import json
import re
import select
import signal
import socket
import time
import unittest

from vouchd_rig import REQUEST_S, Node, call, read_answer

CHALLENGE = "0x" + "33" * 32
ATTEST = json.dumps(call("kms_attest", {"challenge": CHALLENGE}))


class Http(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.node = Node()
        cls.host = f"localhost:{cls.node.port}"

    @classmethod
    def tearDownClass(cls):
        cls.node.end()

    def head(self, line, *fields, host=True):
        """A request's head as bytes."""
        lines = [line] + ([f"Host: {self.host}"] if host else [])
        return ("\r\n".join([*lines, *fields]) + "\r\n\r\n").encode()

    def post(self, body=ATTEST, *fields):
        return self.head("POST / HTTP/1.1", "Content-Type: application/json",
                         f"Content-Length: {len(body)}",
                         *fields) + body.encode()

    def read_all(self, sock):
        """All that comes until the other side closes."""
        got = b""
        try:
            while (more := sock.recv(65536)):
                got += more
        except ConnectionResetError:
            pass
        return got

    def talk(self, *parts):
        """Sends, ends its side, and reads to the end."""
        with self.node.connect() as sock:
            try:
                for part in parts:
                    sock.sendall(part)
                sock.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # refused while we still sent
            return self.read_all(sock)

    def statuses(self, got):
        """The status of every answer in what came."""
        return [int(found) for found in
                re.findall(rb"HTTP/1\.1 (\d{3}) ", got)]

    # --- smuggling: one request must never be read as two

    def test_nothing_is_smuggled(self):
        inner = self.head("GET /health HTTP/1.1")
        chunked = "Transfer-Encoding: chunked"
        json_type = "Content-Type: application/json"
        post = "POST / HTTP/1.1"
        for fields, body in (
                ((f"Content-Length: {len(inner)}", chunked), b"0\r\n\r\n"),
                ((chunked, "Content-Length: 5"), b"0\r\n\r\n"),
                (("Content-Length: 0", f"Content-Length: {len(inner)}"), b""),
                ((f"Content-Length: {len(inner)}, 0",), b""),
                (("Content-Length: +0",), b""),
                (("Content-Length : 0",), b""),
                (("Content-Length:\x0b0",), b""),
                (("Content-Length: 0\r\n ",), b""),
                (("X: y\r\n Content-Length: 0",), b""),
                (("X: y\nContent-Length: 0",), b""),
                (("X: y\rContent-Length: 0",), b""),
                (("X: y\0Content-Length: 0",), b""),
                (("Transfer-Encoding: xchunked",), b"0\r\n\r\n"),
                (("Transfer-Encoding: chunked, chunked",), b"0\r\n\r\n"),
                (("Transfer-Encoding: gzip, chunked",), b"0\r\n\r\n"),
                (("Transfer-Encoding:\x0bchunked",), b"0\r\n\r\n"),
                ((chunked, chunked), b"0\r\n\r\n"),
                ((chunked,), b"0\n\r\n"),
                ((chunked,), b"0x0\r\n\r\n"),
                ((chunked,), b"-0\r\n\r\n"),
                ((chunked,), b"100000000\r\n\r\n"),
                ((chunked,), b"1\r\nxx\r\n0\r\n\r\n"),
                ((chunked,), b"1\r\nx0\r\n\r\n"),
                ((chunked,), b"0\r\nX: y\n\r\n"),
        ):
            with self.subTest(fields=fields, body=body):
                got = self.talk(self.head(post, json_type, *fields) + body +
                                inner)
                self.assertEqual(len(self.statuses(got)), 1, got)
                self.assertIn(self.statuses(got)[0], (400, 501))
                self.assertIn(b"\r\nConnection: close\r\n", got)
                self.assertNotIn(b'"ready"', got)
                name = json.loads(got.split(b"\r\n\r\n", 1)[1])["error"][
                    "data"]["name"]
                self.assertEqual(name, "FORMAT")

    def test_refused_heads(self):
        for status, raw in (
                (400, b"GET / HTTP/1.1\n\n"),
                (400, b"GET /health HTTP/1.1\r\n\r\n"),
                (400, self.head("GET  /health HTTP/1.1")),
                (400, self.head("GET /he alth HTTP/1.1")),
                (400, self.head("GET /health HTTP/1.1", "bad name: x")),
                (400, self.head("GET /health HTTP/1.1", ": x")),
                (400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n"),
                (505, self.head("GET /health HTTP/2.0")),
                (417, self.head("POST / HTTP/1.1", "Expect: a-miracle")),
                (431, self.head("GET /health HTTP/1.1",
                                *["X: y"] * 100))):
            with self.subTest(raw=raw):
                got = self.talk(raw)
                self.assertEqual(self.statuses(got), [status])

    def test_huge_head(self):
        """Of any size it is our own refusal, not a page of anybody else's."""
        for size in (9000, 40000, 3000000):
            got = self.talk(self.head("GET /health HTTP/1.1",
                                      "X: " + "x" * size))
            self.assertEqual(self.statuses(got), [431])
            self.assertIn(b'"name":"SIZE"', got)

    # --- old and odd, but right

    def test_http_1_0(self):
        got = self.talk(self.head("GET /health HTTP/1.0"))
        self.assertEqual(self.statuses(got), [200])
        self.assertIn(b"\r\nConnection: close\r\n", got)
        with self.node.connect() as sock:
            for _ in range(3):
                sock.sendall(self.head("GET /health HTTP/1.0",
                                       "Connection: keep-alive"))
                answer = read_answer(sock)
                self.assertEqual(answer.status, 200)
                self.assertEqual(answer.headers["connection"], "keep-alive")

    def test_connection_close(self):
        got = self.talk(self.post(ATTEST, "Connection: x, close") +
                        self.post())
        self.assertEqual(self.statuses(got), [200])
        self.assertIn(b"\r\nConnection: close\r\n", got)

    def test_head_has_no_body(self):
        with self.node.connect() as sock:
            sock.sendall(self.head("HEAD /health HTTP/1.1",
                                   "Content-Type: application/json") +
                         self.head("GET /health HTTP/1.1"))
            got = b""
            while b'"ready"' not in got:
                got += sock.recv(65536)
        self.assertEqual(self.statuses(got), [404, 200])
        self.assertIn(b"\r\n\r\nHTTP/1.1 200", got)

    def test_date_and_length(self):
        with self.node.connect() as sock:
            sock.sendall(self.post())
            answer = read_answer(sock)
        self.assertRegex(answer.headers["date"],
                         r"^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$")
        self.assertEqual(int(answer.headers["content-length"]),
                         len(answer.body))

    def test_chunked_any_way(self):
        body = ATTEST.encode()
        raw = b"%x;a=b\r\n%b\r\n%X\r\n%b\r\n000\r\nT: u\r\n\r\n" % (
            10, body[:10], len(body) - 10, body[10:])
        head = self.head("POST / HTTP/1.1", "Content-Type: application/json",
                         "Transfer-Encoding: Chunked")
        with self.node.connect() as sock:
            for step in (1, 7, len(raw)):
                sock.sendall(head)
                for at in range(0, len(raw), step):
                    sock.sendall(raw[at:at + step])
                answer = read_answer(sock)
                self.assertEqual(answer.json["result"]["challenge"],
                                 CHALLENGE)

    def test_byte_by_byte(self):
        raw = self.post()
        with self.node.connect() as sock:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for at in range(len(raw)):
                sock.sendall(raw[at:at + 1])
            self.assertEqual(read_answer(sock).status, 200)

    # --- Expect: 100-continue

    def test_expect(self):
        with self.node.connect() as sock:
            raw = self.post(ATTEST, "Expect: 100-continue")
            at = raw.index(b"\r\n\r\n") + 4
            sock.sendall(raw[:at])
            self.assertEqual(sock.recv(65536),
                             b"HTTP/1.1 100 Continue\r\n\r\n")
            sock.sendall(raw[at:])
            self.assertEqual(read_answer(sock).status, 200)
            # who does not wait is not told
            sock.sendall(raw)
            self.assertEqual(read_answer(sock).status, 200)

    def test_expect_and_refused(self):
        """The answer comes instead of the body, and is the last."""
        for field, status in (("Authorization: Bearer x", 401),
                              ("Origin: https://evil.example", 403)):
            raw = self.post(ATTEST, "Expect: 100-continue", field)
            with self.node.connect() as sock:
                sock.sendall(raw[:raw.index(b"\r\n\r\n") + 4])
                got = self.read_all(sock)
            self.assertEqual(self.statuses(got), [status])

    # --- half-closed, pipelined, slow

    def test_half_closed(self):
        """Who has said all may still listen."""
        got = self.talk(self.post())
        self.assertEqual(self.statuses(got), [200])
        self.assertIn(CHALLENGE.encode(), got)
        # and who closed in the middle is not answered
        self.assertEqual(self.talk(self.post()[:-5]), b"")
        self.assertEqual(self.talk(self.head("GET / HTTP/1.1")[:20]), b"")

    def test_gone_before_the_answer(self):
        for _ in range(20):
            with self.node.connect() as sock:
                sock.sendall(self.post() * 3)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                b"\1\0\0\0\0\0\0\0")
        self.test_half_closed()

    def test_many_in_one_write(self):
        """Each is answered, in order, whatever is behind it."""
        cnt = 300
        raw = b"".join(
            self.post(json.dumps(call("kms_attest",
                                      {"challenge": CHALLENGE}, i)))
            + (self.head("GET /health HTTP/1.1") if i % 3 == 0 else b"")
            for i in range(cnt))
        got = self.talk(raw)
        self.assertEqual(set(self.statuses(got)), {200})
        ids = [int(part.split(b",")[0].strip(b"}"))
               for part in got.split(b'"jsonrpc":"2.0","id":')[1:]]
        self.assertEqual(ids, list(range(cnt)))
        self.assertEqual(len(self.statuses(got)), cnt + cnt // 3)

    def test_endless_pipeline_is_not_buffered(self):
        """A client that never reads is read no further."""
        with self.node.connect() as sock:
            sock.setblocking(False)
            raw = self.post(json.dumps(call("rpc.discover")))
            sent, end = 0, time.monotonic() + 1.5
            while time.monotonic() < end:
                _, ready, _ = select.select([], [sock], [], 0.1)
                try:
                    sent += sock.send(raw) if ready else 0
                except (BlockingIOError, ConnectionError):
                    pass
            # what the kernel holds of both sides, not what we hold
            self.assertLess(sent, 16 << 20)
        self.test_half_closed()

    def test_who_takes_no_answer_is_cut_off(self):
        """A large answer, and a client that leaves it where it is."""
        many = json.dumps([call("rpc.discover", {}, i) for i in range(64)])
        with self.node.connect() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            for _ in range(8):
                sock.sendall(self.post(many))
            time.sleep(REQUEST_S + 1.5)
            got = self.read_all(sock)
            self.assertLess(len(self.statuses(got)), 8)

    def test_slow_reader_gets_it_all(self):
        many = json.dumps([call("rpc.discover", {}, i) for i in range(64)])
        with self.node.connect() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            sock.sendall(self.post(many, "Connection: close"))
            time.sleep(0.5)
            got = self.read_all(sock)
        self.assertEqual(len(json.loads(got.split(b"\r\n\r\n", 1)[1])), 64)

    def test_time_runs_for_the_whole_request(self):
        """One that comes in time again and again is not cut off."""
        with self.node.connect() as sock:
            for _ in range(4):
                raw = self.post()
                sock.sendall(raw[:50])
                time.sleep(REQUEST_S / 2)
                sock.sendall(raw[50:])
                self.assertEqual(read_answer(sock).status, 200)

    def test_connections_come_and_go(self):
        for _ in range(300):
            with self.node.connect() as sock:
                sock.sendall(self.post())
                self.assertEqual(read_answer(sock).status, 200)
        end = time.monotonic() + 5
        while self.open_connections() > 2:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)

    def open_connections(self):
        with self.node.connect(self.node.operator) as sock:
            sock.sendall(f"GET /metrics HTTP/1.1\r\nHost: localhost:"
                         f"{self.node.operator}\r\n\r\n".encode())
            text = read_answer(sock).body.decode()
        return int(next(line.split()[1] for line in text.split("\n")
                        if line.startswith('vouch_connections{port="rpc"}')))


class Full(unittest.TestCase):
    def test_more_than_there_may_be(self):
        node = Node("--connections", "4")
        self.addCleanup(node.end)
        socks = [node.connect() for _ in range(4)]
        for sock in socks:
            sock.sendall(f"GET /health HTTP/1.1\r\nHost: localhost:"
                         f"{node.port}\r\n\r\n".encode())
            self.assertEqual(read_answer(sock).status, 200)
        with node.connect() as more:
            try:
                self.assertEqual(more.recv(1), b"")
            except ConnectionResetError:
                pass
        for sock in socks:
            sock.close()
        time.sleep(0.3)
        with node.connect() as sock:
            sock.sendall(f"GET /health HTTP/1.1\r\nHost: localhost:"
                         f"{node.port}\r\n\r\n".encode())
            self.assertEqual(read_answer(sock).status, 200)

    def test_stop_with_all_kinds_open(self):
        """Idle, half sent, streaming, unread: none of them holds it up."""
        node = Node()
        self.addCleanup(node.end)
        host = f"Host: localhost:{node.port}\r\n"
        socks = [node.connect() for _ in range(4)]
        socks[1].sendall(f"POST / HTTP/1.1\r\n{host}".encode())
        socks[2].sendall((f"GET /events HTTP/1.1\r\n{host}Authorization: "
                          f"Bearer {node.token}\r\n\r\n").encode())
        self.assertIn(b" 200 ", socks[2].recv(65536))
        socks[3].sendall((f"POST / HTTP/1.1\r\n{host}Content-Type: "
                          "application/json\r\nContent-Length: 99\r\n\r\n{"
                          ).encode())
        node.process.send_signal(signal.SIGTERM)
        self.assertEqual(node.process.wait(timeout=20), 0)
        for sock in socks:
            sock.close()


if __name__ == "__main__":
    unittest.main()
