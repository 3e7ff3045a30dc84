#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who gets in how: tokens by name, users of a Unix socket, TLS, and how
much of it one of them gets."""
import datetime
import ipaddress
import json
import os
import pwd
import signal
import socket
import ssl
import subprocess
import time
import unittest
import warnings

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from vouchd_rig import ROOT, START_S, TEE, VOUCHD, Node, call, read_answer

VOUCH = os.path.join(ROOT, "out/bin/vouch")
CHALLENGE = "0x" + "22" * 32
ATTEST = call("kms_attest", {"challenge": CHALLENGE})
TOLD_S = 5


def vouch(*args):
    return subprocess.run([VOUCH, *args], capture_output=True, text=True,
                          timeout=START_S)


def ask(sock, what, host, path="/", **headers):
    """One POST (GET, if there is nothing to say) on a socket, also of TLS."""
    body = json.dumps(what).encode() if what is not None else b""
    head = {"Host": host,
            **{k.replace("_", "-"): v for k, v in headers.items()}}
    if what is not None:
        head |= {"Content-Type": "application/json",
                 "Content-Length": str(len(body))}
    method = "GET" if what is None else "POST"
    text = f"{method} {path} HTTP/1.1\r\n" + "".join(
        f"{k}: {v}\r\n" for k, v in head.items()) + "\r\n"
    sock.sendall(text.encode() + body)
    return read_answer(sock)


class NodeTest(unittest.TestCase):
    options = ()

    def setUp(self):
        self.node = Node(*self.options)
        self.addCleanup(self.node.end)

    def post(self, what, token=None, sock=None):
        headers = {"Authorization": "Bearer " + token} if token else {}
        own = sock or self.node.connect()
        try:
            return ask(own, what, f"localhost:{self.node.port}", **headers)
        finally:
            if not sock:
                own.close()

    def metrics(self, name):
        with self.node.connect(self.node.operator) as sock:
            sock.sendall(f"GET /metrics HTTP/1.1\r\nHost: localhost:"
                         f"{self.node.operator}\r\n\r\n".encode())
            text = read_answer(sock).body.decode()
        return int(next(line.split()[1] for line in text.split("\n")
                        if line.startswith(name + " ")))


class Tokens(NodeTest):
    def cli(self, *args):
        return vouch("token", *args, "--data", self.node.data)

    def test_life_of_a_token(self):
        made = self.cli("add", "laptop")
        self.assertEqual(made.returncode, 0, made.stderr)
        token = made.stdout.strip()
        self.assertEqual(len(token), 64)
        self.assertIn(f"process {self.node.process.pid}", made.stderr)
        path = os.path.join(self.node.data, "tokens")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        with open(path) as f:
            self.assertNotIn(token, f.read())
        with self.node.connect() as sock:
            self.until(lambda: self.post(call("vouch_cosign"), token,
                                         sock).name == "ARGUMENT")
            # the first token is good as before
            self.assertEqual(self.post(call("vouch_cosign"),
                                       self.node.token).name, "ARGUMENT")
            listed = json.loads(self.cli("list", "--json").stdout)
            self.assertEqual([t["name"] for t in listed], ["laptop"])
            self.assertNotIn(token, json.dumps(listed))
            self.assertEqual(self.cli("revoke", "laptop").returncode, 0)
            # also on the connection that had shown it
            self.until(lambda: self.post(call("vouch_cosign"), token,
                                         sock).name == "TOKEN")
        self.assertNotIn(token, self.node.said())

    def until(self, holds):
        end = time.monotonic() + TOLD_S
        while not holds():
            self.assertLess(time.monotonic(), end, self.node.said())
            time.sleep(0.05)

    def test_sessions_end_with_tokens(self):
        """The console's session lives no longer than what began it."""
        token = self.cli("add", "laptop").stdout.strip()
        self.until(lambda: self.post(call("vouch_cosign"), token).name
                   == "ARGUMENT")
        host = f"localhost:{self.node.port}"
        with self.node.connect() as sock:
            answer = ask(sock, {"token": token}, host, path="/session",
                         Sec_Fetch_Site="same-origin")
            self.assertEqual(answer.status, 200, answer.body)
            cookie = answer.headers["set-cookie"]
            self.assertNotIn("Secure", cookie)
            headers = {"Cookie": cookie.split(";")[0],
                       "Sec_Fetch_Site": "same-origin"}
            self.assertEqual(ask(sock, None, host, "/state",
                                 **headers).status, 200)
            self.assertEqual(self.cli("revoke", "laptop").returncode, 0)
            self.until(lambda: ask(sock, None, host, "/state",
                                   **headers).status == 401)

    def test_refusals(self):
        self.assertEqual(self.cli("add", "a b").returncode, 2)
        self.assertEqual(self.cli("add", "x").returncode, 0)
        self.assertEqual(self.cli("add", "x").returncode, 2)
        self.assertEqual(self.cli("revoke", "y").returncode, 2)
        self.assertEqual(self.cli("revoke").returncode, 2)

    def test_damaged_list_changes_nothing(self):
        token = self.cli("add", "laptop").stdout.strip()
        self.until(lambda: self.post(call("vouch_cosign"), token).name
                   == "ARGUMENT")
        with open(os.path.join(self.node.data, "tokens"), "a") as f:
            f.write("nonsense\n")
        self.node.process.send_signal(signal.SIGHUP)
        self.until(lambda: "cannot use the tokens" in self.node.said())
        self.assertEqual(self.post(call("vouch_cosign"), token).name,
                         "ARGUMENT")
        self.assertEqual(self.cli("list").returncode, 1)

    def test_without_a_node(self):
        self.node.process.send_signal(signal.SIGTERM)
        self.node.process.wait(timeout=START_S)
        done = self.cli("add", "later")
        self.assertEqual(done.returncode, 0)
        self.assertIn("No vouchd", done.stderr)


class UnixSocket(unittest.TestCase):
    """An account on the machine is as good as a token."""

    def start(self, *options):
        # short: the address of a Unix socket holds 107 bytes
        self.path = f"/tmp/vouch-test-{os.getpid()}.sock"
        self.node = Node("--unix", self.path, *options)
        self.addCleanup(self.node.end)

    def connect(self):
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(10)
        try:
            sock.connect(self.path)
        except OSError:
            sock.close()
            raise
        return sock

    def ask_as(self, user, **headers):
        """From a process of another user."""
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            name = "?"
            try:
                os.setgid(user.pw_gid)
                os.setuid(user.pw_uid)
                with self.connect() as sock:
                    name = ask(sock, call("vouch_cosign"), "localhost",
                               **headers).name
            except OSError as error:
                name = type(error).__name__
            finally:
                os.write(write, name.encode())
                os._exit(0)
        os.close(write)
        os.waitpid(child, 0)
        with os.fdopen(read) as f:
            return f.read()

    def test_own_user(self):
        self.start()
        self.assertEqual(os.stat(self.path).st_mode & 0o777, 0o600)
        self.assertEqual(self.node.ready["unix"], self.path)
        with self.connect() as sock:
            self.assertEqual(ask(sock, call("vouch_cosign"), "localhost").name,
                             "ARGUMENT")
            self.assertEqual(ask(sock, call("vouch_cosign"), "localhost",
                                 Authorization="Bearer x").name, "TOKEN")
            self.assertEqual(ask(sock, call("vouch_cosign"), "localhost").name,
                             "ARGUMENT")
        with self.connect() as sock:
            self.assertEqual(ask(sock, ATTEST, "evil.example").name,
                             "HOST_NAME")
        done = vouch("tee", "--node", "unix:" + self.path, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(json.loads(done.stdout)["emulated"])
        self.node.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.node.process.wait(timeout=START_S), 0)
        self.assertFalse(os.path.exists(self.path))

    def test_other_users(self):
        """Runs as root, as containers and build machines do."""
        self.assertEqual(os.geteuid(), 0, "this test changes its user")
        self.start("--unix-user", "daemon")
        self.assertEqual(self.ask_as(pwd.getpwnam("daemon")), "ARGUMENT")
        nobody = pwd.getpwnam("nobody")
        self.assertEqual(self.ask_as(nobody), "TOKEN")
        self.assertEqual(self.ask_as(
            nobody, Authorization="Bearer " + self.node.token), "ARGUMENT")

    def test_closed_to_others(self):
        self.assertEqual(os.geteuid(), 0, "this test changes its user")
        self.start()
        self.assertEqual(self.ask_as(pwd.getpwnam("nobody")),
                         "PermissionError")

    def test_what_lies_there(self):
        self.start()
        self.node.process.kill()
        self.node.process.wait()
        self.assertTrue(os.path.exists(self.path))
        check = [VOUCHD, "--data", self.node.data + "2", "--secure",
                 self.node.data + "3", "--tee", TEE, "--listen",
                 "127.0.0.1:0", "--operator", "127.0.0.1:0", "--check"]
        # a socket nobody listens on is cleared away
        done = subprocess.run([*check, "--unix", self.path],
                              capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        # anything else is not
        with open(self.path, "w") as f:
            f.write("mine")
        done = subprocess.run([*check, "--unix", self.path],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("not a socket", done.stderr)
        os.unlink(self.path)
        done = subprocess.run([*check, "--unix", "/tmp/" + "x" * 120],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("too long", done.stderr)
        for user in ("no-such-user", "nobody", "65534"):
            done = subprocess.run([*check, "--unix", self.path,
                                   "--unix-user", user],
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertIn("no user", done.stderr)


def write_certificate(folder, name="cert"):
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "vouch")])
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    cert = (x509.CertificateBuilder().subject_name(who).issuer_name(who)
            .public_key(key.public_key()).serial_number(7)
            .not_valid_before(now - day).not_valid_after(now + day)
            .add_extension(x509.SubjectAlternativeName([
                x509.DNSName("localhost"),
                x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
            .add_extension(x509.BasicConstraints(True, None), True)
            .sign(key, hashes.SHA256()))
    paths = [os.path.join(folder, name + end) for end in (".pem", ".key")]
    with open(paths[0], "wb") as f:
        f.write(cert.public_bytes(serialization.Encoding.PEM))
    with os.fdopen(os.open(paths[1], os.O_WRONLY | os.O_CREAT, 0o600),
                   "wb") as f:
        f.write(key.private_bytes(serialization.Encoding.PEM,
                                  serialization.PrivateFormat.PKCS8,
                                  serialization.NoEncryption()))
    return paths


class Tls(unittest.TestCase):
    def setUp(self):
        self.dir = os.path.join("/tmp", f"vouch-tls-{os.getpid()}")
        os.makedirs(self.dir, 0o700, exist_ok=True)
        self.cert, self.key = write_certificate(self.dir)

    def tearDown(self):
        for name in os.listdir(self.dir):
            os.unlink(os.path.join(self.dir, name))
        os.rmdir(self.dir)

    def start(self):
        node = Node("--tls-certificate", self.cert, "--tls-key", self.key)
        self.addCleanup(node.end)
        return node

    def test_served(self):
        node = self.start()
        self.assertTrue(node.ready["rpc"].startswith("https://"))
        trust = ssl.create_default_context(cafile=self.cert)
        host = f"localhost:{node.port}"
        with trust.wrap_socket(node.connect(),
                               server_hostname="localhost") as sock:
            self.assertIn(sock.version(), ("TLSv1.2", "TLSv1.3"))
            for _ in range(3):
                answer = ask(sock, [ATTEST] * 20, host)
                self.assertEqual(len(answer.json), 20)
            self.assertEqual(ask(sock, call("vouch_cosign"), host,
                                 Authorization="Bearer " + node.token).name,
                             "ARGUMENT")
            self.assertEqual(ask(sock, ATTEST, host,
                                 Origin="https://" + host).status, 200)
            cookie = ask(sock, {"token": node.token}, host, "/session",
                         Sec_Fetch_Site="same-origin").headers["set-cookie"]
            self.assertIn("; Secure", cookie)
            self.assertEqual(ask(sock, ATTEST, host,
                                 Origin="http://" + host).name, "FOREIGN")
        with open(self.key) as f:
            self.assertNotIn(f.read().split("\n")[1], node.said())

    def test_nothing_plain_or_old(self):
        node = self.start()
        with node.connect() as sock:
            sock.sendall(f"GET /health HTTP/1.1\r\nHost: localhost:"
                         f"{node.port}\r\n\r\n".encode())
            try:
                self.assertNotIn(b"HTTP/", sock.recv(65536))
            except ConnectionResetError:
                pass
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname = False
        old.verify_mode = ssl.CERT_NONE
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            old.minimum_version = ssl.TLSVersion.TLSv1
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            old.wrap_socket(node.connect())

    def test_cli(self):
        node = self.start()
        url = f"https://localhost:{node.port}"
        done = vouch("tee", "--node", url, "--ca", self.cert)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("EMULATED", done.stdout)
        done = vouch("tee", "--node", url)
        self.assertEqual(done.returncode, 3, done.stdout)

    def test_bad_files(self):
        other, _ = write_certificate(self.dir, "other")
        open_key = os.path.join(self.dir, "open.key")
        with open(self.key) as f, open(open_key, "w") as g:
            g.write(f.read())
        os.chmod(open_key, 0o644)
        base = [VOUCHD, "--data", os.path.join(self.dir, "x/node"),
                "--secure", os.path.join(self.dir, "x/tee"), "--tee", TEE,
                "--listen", "127.0.0.1:0", "--operator", "127.0.0.1:0",
                "--check"]
        for cert, key, why in ((self.cert, open_key, "0600"),
                               ("/nowhere", self.key, "No such file"),
                               (self.cert, "/dev/null", "cannot use")):
            done = subprocess.run(
                [*base, "--tls-certificate", cert, "--tls-key", key],
                capture_output=True, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertIn(why, done.stderr)
        with self.assertRaisesRegex(AssertionError, "belong together"):
            Node("--tls-certificate", other, "--tls-key", self.key)


class Rates(NodeTest):
    options = ("--rate-address", "20", "--rate-token", "50",
               "--connections-per-address", "8")

    def flood(self, sock, token=None):
        """How many of 200 got through, and a refusal."""
        good, refusal = 0, None
        for _ in range(200):
            answer = self.post(ATTEST, token, sock)
            if answer.status == 200:
                good += 1
            else:
                refusal = answer
        return good, refusal

    def test_address_and_token(self):
        with self.node.connect() as sock:
            good, refusal = self.flood(sock)
            self.assertGreaterEqual(good, 40)
            self.assertLess(good, 80)
            self.assertEqual(refusal.status, 429)
            self.assertEqual(refusal.name, "RATE")
            self.assertEqual(refusal.headers["retry-after"], "1")
            # a token has a bucket of its own; a wrong one has not
            self.assertEqual(self.post(ATTEST, "0" * 64, sock).status, 429)
            good, refusal = self.flood(sock, self.node.token)
            self.assertGreaterEqual(good, 100)
            self.assertLess(good, 190)
            self.assertEqual(refusal.status, 429)
            # as long as it was told to wait
            time.sleep(int(refusal.headers["retry-after"]))
            self.assertEqual(self.post(ATTEST, self.node.token, sock).status,
                             200)
        self.assertGreater(
            self.metrics('vouch_requests_limited_total{port="rpc"}'), 50)

    def test_batches_count_their_calls(self):
        with self.node.connect() as sock:
            for _ in range(3):
                self.post([ATTEST] * 64, self.node.token, sock)
            refusal = self.post(ATTEST, self.node.token, sock)
            self.assertEqual(refusal.status, 429)
            self.assertIn(refusal.headers["retry-after"], ("1", "2"))

    def test_connections(self):
        socks = [self.node.connect() for _ in range(8)]
        try:
            for sock in socks:
                self.assertEqual(self.post(call("rpc.discover"),
                                           sock=sock).status, 200)
            with self.node.connect() as more:
                try:
                    more.sendall(b"GET /health HTTP/1.1\r\n\r\n")
                    self.assertEqual(more.recv(1), b"")
                except ConnectionError:
                    pass
        finally:
            for sock in socks:
                sock.close()
        time.sleep(0.2)
        self.assertEqual(self.post(call("rpc.discover")).status, 200)


class Retries(unittest.TestCase):
    """A call whose TEE dies under it."""

    def lose_it(self, *options):
        """What it is told; the one TEE is stopped, then killed."""
        node = Node(*options)
        self.addCleanup(node.end)
        tee = node.ready["teePids"][0]
        with node.connect() as sock:
            os.kill(tee, signal.SIGSTOP)
            body = json.dumps(ATTEST)
            sock.sendall((
                f"POST / HTTP/1.1\r\nHost: localhost:{node.port}\r\n"
                "Content-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}").encode())
            time.sleep(0.3)
            os.kill(tee, signal.SIGKILL)
            return read_answer(sock)

    def test_given_to_the_next(self):
        answer = self.lose_it()
        self.assertEqual(answer.json["result"]["challenge"], CHALLENGE)

    def test_told_if_not_wanted(self):
        answer = self.lose_it("--max-retries", "0")
        self.assertEqual(answer.name, "TEE_LOST")

    def test_a_tee_that_hangs(self):
        """It is ended after session_timeout; the next one answers."""
        node = Node("--session-timeout", "500ms")
        self.addCleanup(node.end)
        os.kill(node.ready["teePids"][0], signal.SIGSTOP)
        with node.connect() as sock:
            began = time.monotonic()
            answer = ask(sock, ATTEST, f"localhost:{node.port}")
            self.assertLess(time.monotonic() - began, 5)
            self.assertIn(answer.json.get("error", {}).get("data", {})
                          .get("name"), ("TIMEOUT", "TEE_LOST", None))
            answer = ask(sock, ATTEST, f"localhost:{node.port}")
            self.assertEqual(answer.json["result"]["challenge"], CHALLENGE)


if __name__ == "__main__":
    unittest.main()
