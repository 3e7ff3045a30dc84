# SPDX-License-Identifier: Apache-2.0
"""A vouchd of one's own for tests: the built program with the emulated TEE,
on free ports, in a folder of its own. VOUCH_OUT names another build's folder,
VOUCHD and VOUCH_TEE another program."""
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
OUT = os.path.join(ROOT, os.environ.get("VOUCH_OUT", "out"))
VOUCHD = os.environ.get("VOUCHD", os.path.join(OUT, "bin/vouchd"))
TEE = os.environ.get("VOUCH_TEE", os.path.join(OUT, "bin/vouch-tee"))
START_S = 20
REQUEST_S = 2   # --request-time: shorter than the default, to test it


class Refused(Exception):
    """A JSON-RPC error; name is that of wire/errors.wire."""

    def __init__(self, error):
        super().__init__(error)
        self.name = error["data"]["name"]
        self.data = error["data"]


def stack_post(url, body, token):
    """Imported late: tools/ is not on the path of every test."""
    import sys
    sys.path.insert(0, os.path.join(ROOT, "tools"))
    import stack
    return stack.post(url, body, token)


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

    def rpc(self, method, params=None):
        """One call with the token: the result, or Refused."""
        answer = stack_post(f"http://127.0.0.1:{self.port}",
                            call(method, params), self.token)
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["result"]

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
