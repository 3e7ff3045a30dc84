#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The console's doors from outside: sessions, what they may see, the stream.

Records come from restarts of the TEE, which each leave one in the log.
"""
import json
import os
import signal
import threading
import time
import unittest

from vouchd_rig import Node, call, read_answer

STREAMS_MAX = 32
KEPT = 256

# A passkey must be a point on its curve; its generator is one.
BIRTH = {
    "passkey": {
        "x": "0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0"
             "f4a13945d898c296",
        "y": "0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ece"
             "cbb6406837bf51f5",
        "rpIdHash": "0x" + "11" * 32},
    "origins": ["http://localhost"],
    "networks": [{
        "chainId": 1,
        "entryPoint": "0x4337084d9e255ff0702461cf8895ce9e3b5ff108"}],
    "factory": "0x" + "33" * 20,
    "implementation": "0x" + "44" * 20,
}


class Stream:
    """GET /events, event by event."""

    def __init__(self, node, headers):
        self.sock = node.connect()
        head = "".join(f"{k}: {v}\r\n" for k, v in headers.items())
        self.sock.sendall((f"GET /events HTTP/1.1\r\nHost: 127.0.0.1:"
                           f"{node.port}\r\n{head}\r\n").encode())
        self.file = self.sock.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.headers = {}
        while (line := self.file.readline().strip()):
            name, value = line.decode().split(":", 1)
            self.headers[name.lower()] = value.strip()
        self.text = b""
        self.over = False

    def more(self):
        size = int(self.file.readline() or b"0", 16)
        if size == 0:
            self.over = True
            return
        self.text += self.file.read(size)
        self.file.readline()

    def next(self):
        """(event, id, data), or None at the end; comments are skipped."""
        while True:
            while b"\n\n" not in self.text:
                if self.over:
                    return None
                self.more()
            block, self.text = self.text.split(b"\n\n", 1)
            fields = dict(line.split(": ", 1) for line in
                          block.decode().split("\n") if ": " in line)
            if "data" in fields:
                return (fields["event"], fields.get("id"),
                        json.loads(fields["data"]))

    def until(self, what):
        """All events up to the first of that name, which is the last."""
        got = []
        while not got or got[-1][0] != what:
            one = self.next()
            if one is None:
                raise AssertionError(f"no {what}: {got}")
            got.append(one)
        return got

    def close(self):
        self.file.close()
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Console(unittest.TestCase):
    def setUp(self):
        # One instance of the TEE: a start is one event.
        self.node = Node("--workers", "1")

    def tearDown(self):
        self.node.end()

    def request(self, method, path, body=None, **headers):
        raw = b"" if body is None else json.dumps(body).encode()
        head = {"Host": f"127.0.0.1:{self.node.port}"}
        if body is not None:
            head |= {"Content-Type": "application/json",
                     "Content-Length": str(len(raw))}
        head |= {k.replace("_", "-"): v for k, v in headers.items()}
        with self.node.connect() as sock:
            sock.sendall(f"{method} {path} HTTP/1.1\r\n".encode() + "".join(
                f"{k}: {v}\r\n" for k, v in head.items()).encode() +
                b"\r\n" + raw)
            return read_answer(sock)

    def login(self):
        answer = self.request("POST", "/session", {"token": self.node.token})
        self.assertEqual(answer.status, 200, answer.body)
        return answer.headers["set-cookie"]

    def cookie(self):
        return self.login().split(";")[0]

    def stream(self, **headers):
        headers = {k.replace("_", "-"): v for k, v in headers.items()}
        headers.setdefault("Authorization", "Bearer " + self.node.token)
        return Stream(self.node, headers)

    def tee_pid(self):
        return self.request("GET", "/health").json["teePids"][0]

    def restart_tee(self):
        """The TEE is killed and comes back: one more event."""
        before = self.tee_pid()
        os.kill(before, signal.SIGKILL)
        self.request("POST", "/", call("kms_attest",
                                       {"challenge": "0x" + "11" * 32}))
        end = time.monotonic() + 10
        while self.tee_pid() in (0, before):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)

    def poll(self, **params):
        answer = self.request("POST", "/", call("vouch_events", params),
                              Authorization="Bearer " + self.node.token)
        return answer.json

    # --- sessions

    def test_cookie_says_all_it_should(self):
        parts = self.login().split("; ")
        name, value = parts[0].split("=")
        self.assertEqual(name, f"vouch_{self.node.port}")
        self.assertRegex(value, "^[0-9a-f]{64}$")
        for part in ("HttpOnly", "SameSite=Strict", "Path=/",
                     "Max-Age=43200"):
            self.assertIn(part, parts)
        self.assertNotIn(self.node.token, value)

    def test_who_may_look(self):
        good = self.cookie()
        flipped = good[:-1] + ("0" if good[-1] != "0" else "1")
        for path in ("/state", "/events"):
            for headers in ({}, {"Cookie": flipped}, {"Cookie": "a=b"},
                            {"Cookie": good + "; " + good},
                            {"Cookie": good, "Sec_Fetch_Site": "cross-site"},
                            {"Cookie": good, "Sec_Fetch_Site": "same-site"}):
                with self.subTest(path=path, headers=headers):
                    answer = self.request("GET", path, **headers)
                    self.assertEqual(answer.status, 401)
                    self.assertEqual(answer.name, "TOKEN")
        answer = self.request("GET", "/state", Cookie=good,
                              Origin="http://localhost:1")
        self.assertEqual(answer.status, 403)
        for headers in ({"Cookie": good},
                        {"Cookie": good, "Sec_Fetch_Site": "same-origin"},
                        {"Cookie": "a=b; " + good},
                        {"Authorization": "Bearer " + self.node.token}):
            with self.subTest(headers=headers):
                answer = self.request("GET", "/state", **headers)
                self.assertEqual(answer.status, 200)

    def test_a_session_cannot_sign(self):
        for method in ("vouch_createAccount", "vouch_cosign",
                       "vouch_events"):
            answer = self.request("POST", "/", call(method),
                                  Cookie=self.cookie())
            self.assertEqual(answer.status, 401)
            self.assertEqual(answer.name, "TOKEN")

    def test_bad_logins(self):
        for body, status, name in (
                ({"token": "0" * 64}, 401, "TOKEN"),
                ({"token": ""}, 401, "TOKEN"),
                ({}, 400, "ARGUMENT"), ({"token": 5}, 400, "ARGUMENT"),
                ({"token": self.node.token, "more": 1}, 400, "ARGUMENT"),
                ({"token": "a" * 200}, 400, "ARGUMENT"),
                ([self.node.token], 400, "JSON"), ("", 400, "JSON")):
            with self.subTest(body=body):
                answer = self.request("POST", "/session", body)
                self.assertEqual(answer.status, status)
                self.assertEqual(answer.name, name)
                self.assertNotIn("set-cookie", answer.headers)

    def test_a_foreign_page_cannot_log_in_or_out(self):
        cookie = self.cookie()
        for method in ("POST", "DELETE"):
            answer = self.request(method, "/session", {}, Cookie=cookie,
                                  Origin="http://evil.example")
            self.assertEqual(answer.status, 403)
        self.assertEqual(self.request("GET", "/state",
                                      Cookie=cookie).status, 200)

    def test_logout(self):
        cookie = self.cookie()
        other = self.cookie()
        ask = self.request("GET", "/session", Cookie=cookie)
        self.assertEqual(ask.json, {"session": True})
        with Stream(self.node, {"Cookie": cookie}) as s:
            s.until("live")
            gone = self.request("DELETE", "/session", {}, Cookie=cookie)
            self.assertIn("Max-Age=0", gone.headers["set-cookie"])
            self.assertEqual(s.until("end")[-1][2],
                             {"why": "the session is over"})
            self.assertIsNone(s.next())
        self.assertEqual(self.request("GET", "/session",
                                      Cookie=cookie).json,
                         {"session": False})
        self.assertEqual(self.request("GET", "/state",
                                      Cookie=cookie).status, 401)
        self.assertEqual(self.request("GET", "/state",
                                      Cookie=other).status, 200)

    # --- the page

    def test_page(self):
        for path, kind in (("/", "text/html; charset=utf-8"),
                           ("/console.css", "text/css; charset=utf-8"),
                           ("/console.js", "text/javascript; charset=utf-8"),
                           ("/icon.svg", "image/svg+xml")):
            with self.subTest(path=path):
                answer = self.request("GET", path)
                self.assertEqual(answer.status, 200)
                self.assertEqual(answer.headers["content-type"], kind)
                self.assertEqual(answer.headers["cache-control"], "no-cache")
                self.assertNotIn("unsafe", answer.headers[
                    "content-security-policy"])
                again = self.request("GET", path, If_None_Match=answer
                                     .headers["etag"])
                self.assertEqual(again.status, 304)
                self.assertEqual(again.body, b"")
        self.assertEqual(self.request("GET", "/../etc/passwd").status, 404)

    def test_state(self):
        state = self.request("GET", "/state", Cookie=self.cookie()).json
        self.assertIn("EMULATED", state["tee"])
        self.assertEqual(state["ready"], True)
        self.assertEqual(state["log"]["records"], "0x40")
        self.assertEqual(state["accounts"], {"count": "0x0", "latest": []})
        self.assertEqual(len(state["samples"]["done"]),
                         len(state["samples"]["p99"]))

    # --- the stream

    def test_live(self):
        with self.stream() as s:
            self.assertEqual(s.status, 200)
            self.assertEqual(s.headers["content-type"], "text/event-stream")
            self.assertEqual(s.headers["cache-control"], "no-store")
            first = s.until("live")
            self.assertEqual([e[2]["kind"] for e in first[:-1]], ["start"])
            self.assertEqual(first[0][2]["shards"], "0x40")
            self.restart_tee()
            event, id_, data = s.next()
            self.assertEqual((event, data["kind"]), ("record", "start"))
            self.assertEqual(id_, data["id"])
            self.assertNotEqual(data["incarnation"],
                                first[0][2]["incarnation"])

    def test_goes_on_where_it_was(self):
        with self.stream() as s:
            last = s.until("live")[-2][1]
        self.restart_tee()
        with self.stream(Last_Event_ID=last) as s:
            got = s.until("live")
            self.assertEqual(len(got), 2)
            self.assertNotEqual(got[0][1], last)
            last = got[0][1]
        with self.stream(Last_Event_ID=last) as s:
            self.assertEqual(len(s.until("live")), 1)
        with self.stream(Last_Event_ID="0123456789abcdef-1") as s:
            got = s.until("live")
            self.assertEqual(got[0][0], "gap")
            self.assertEqual(len(got), 4)

    def test_polling(self):
        all_ = self.poll()["result"]
        self.assertEqual(len(all_["events"]), 1)
        self.assertEqual(all_["last"], all_["events"][0]["id"])
        self.restart_tee()
        new = self.poll(after=all_["last"], limit=5)["result"]
        self.assertEqual([e["kind"] for e in new["events"]], ["start"])
        self.assertEqual(new["missed"], "0x0")
        self.assertEqual(self.poll(limit=KEPT + 1)["error"]["data"]["name"],
                         "ARGUMENT")
        self.assertEqual(self.poll(since=1)["error"]["data"]["name"],
                         "ARGUMENT")

    def test_so_many_and_no_more(self):
        streams = [self.stream() for _ in range(STREAMS_MAX)]
        try:
            self.assertEqual({s.status for s in streams}, {200})
            with self.stream() as late:
                self.assertEqual(late.status, 503)
            # They hinder nobody else.
            self.assertEqual(self.request("GET", "/health").status, 200)
            self.restart_tee()
            for s in streams:
                self.assertEqual(len(s.until("live")), 2)
                self.assertEqual(s.next()[0], "record")
        finally:
            for s in streams:
                s.close()

    def test_who_left_makes_room(self):
        """Who is gone is noticed soon when places are rare."""
        served = 0
        end = time.monotonic() + 30
        while served < 3 * STREAMS_MAX:
            self.assertLess(time.monotonic(), end)
            with self.stream() as s:
                served += s.status == 200
            if s.status == 503:
                time.sleep(0.1)
        self.assertRegex(self.metrics(), rb"\nvouch_event_streams \d+\n")

    def metrics(self):
        port = self.node.operator
        with self.node.connect(port) as sock:
            sock.sendall(f"GET /metrics HTTP/1.1\r\nHost: localhost:{port}"
                         "\r\n\r\n".encode())
            return read_answer(sock).body

    def make_accounts(self, cnt):
        """One record each; the TEE makes a new key every time."""
        for _ in range(cnt // 10):
            body = [call("vouch_createAccount", BIRTH, i) for i in range(10)]
            answer = self.request("POST", "/", body, Authorization="Bearer " +
                                  self.node.token)
            for one in answer.json:
                self.assertIn("result", one)

    def watch_and_leave(self, until, statuses):
        while not until.is_set():
            with self.stream() as s:
                statuses.add(s.status)
                if s.status == 200:
                    s.next()

    def test_many_records_while_watchers_come_and_go(self):
        self.node.end()
        self.node = Node("--workers", "2")
        done = threading.Event()
        statuses = set()
        crowd = [threading.Thread(target=self.watch_and_leave,
                                  args=(done, statuses)) for _ in range(4)]
        with self.stream() as s:
            s.until("live")
            for one in crowd:
                one.start()
            maker = threading.Thread(target=self.make_accounts, args=(1000,))
            maker.start()
            try:
                got, born = [], []  # a window's end is an event, too
                while len(born) < 1000:
                    got.append(s.next())
                    born += [e for e in got[-1:] if "account" in e[2]]
            finally:
                maker.join()
                done.set()
                for one in crowd:
                    one.join()
        # 503: so many left at once that the server had not seen it yet
        self.assertIn(statuses, ({200}, {200, 503}))
        self.assertEqual({e[0] for e in got}, {"record"})
        self.assertEqual(len({e[2]["account"] for e in born}), 1000)
        numbers = [int(e[1].split("-")[1]) for e in got]
        self.assertEqual(numbers, list(range(numbers[0],
                                             numbers[0] + len(got))))
        state = self.request("GET", "/state", Cookie=self.cookie()).json
        self.assertEqual(state["accounts"]["count"], hex(1000))
        latest = {a["address"] for a in state["accounts"]["latest"]}
        self.assertEqual(len(latest), 50)
        self.assertLessEqual(latest, {e[2]["account"] for e in born[-70:]})
        self.assertEqual(state["accounts"]["latest"][0]["assets"][0]["left"],
                         hex(10 ** 17))

    def test_too_slow(self):
        """Who does not read is told so when it does, and goes on after."""
        self.node.end()
        # no window ends, so there is no event but ours
        self.node = Node("--workers", "1", "--counter-window", "never")
        with self.stream() as s:
            last = s.until("live")[-2][1]
        self.make_accounts(KEPT + 44)
        with self.stream(Last_Event_ID=last) as s:
            got = s.until("live")
        self.assertEqual(got[0], ("gap", None, {"missed": hex(44)}))
        self.assertEqual(len(got), 1 + KEPT + 1)

    def test_stop_ends_streams(self):
        with self.stream() as s:
            s.until("live")
            began = time.monotonic()
            self.node.process.send_signal(signal.SIGTERM)
            self.assertEqual(s.next()[2], {"why": "the server is stopping"})
            self.assertIsNone(s.next())
            self.assertEqual(self.node.process.wait(timeout=10), 0,
                             self.node.said())
            self.assertLess(time.monotonic() - began, 2)


if __name__ == "__main__":
    unittest.main()
