#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `make demo` promises: everything it tells of happened, or exit 1."""
import os
import socket
import subprocess
import sys
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")

# In a new network the loopback device is there, but down: SIOCSIFFLAGS, IFF_UP.
LOOPBACK_UP = """
import fcntl, os, socket, struct, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    fcntl.ioctl(s, 0x8914, struct.pack("16sh14x", b"lo", 1))
os.execvp(sys.argv[1], sys.argv[1:])
"""


def free_ports(cnt):
    socks = [socket.create_server(("127.0.0.1", 0)) for _ in range(cnt)]
    ports = [s.getsockname()[1] for s in socks]
    for s in socks:
        s.close()
    return ports


def demo(prefix=(), **env):
    node, chain, operator = free_ports(3)
    return subprocess.run(
        [*prefix, "tools/demo"], cwd=ROOT, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=120, env={**os.environ, "VOUCH_PORT": str(node),
                          "VOUCH_CHAIN_PORT": str(chain),
                          "VOUCH_OPERATOR_PORT": str(operator), **env})


class Demo(unittest.TestCase):
    def check_story(self, done):
        self.assertEqual(done.returncode, 0, done.stdout)
        for line in ("EMULATED", "account made", "funded",
                     "passkey and TEE signed", "paid through EntryPoint",
                     "hash path and signature of log key",
                     "refused by the chain: AA24",
                     "refused by the TEE: LIMIT",
                     "over what is left of today's limit",
                     "All of it happened"):
            self.assertIn(line, done.stdout)
        self.assertEqual(done.stdout.count("refused by the chain"), 2)

    def test_story(self):
        self.check_story(demo())

    def test_without_a_network(self):
        """Nothing is fetched: in a network of its own, loopback alone."""
        own = () if os.geteuid() == 0 else ("--user", "--map-root-user")
        self.check_story(demo(("unshare", *own, "--net",
                               sys.executable, "-c", LOOPBACK_UP)))

    def test_port_taken(self):
        """What cannot be started ends it, with the reason and exit 1."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            done = demo(VOUCH_CHAIN_PORT=port)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(port, done.stdout)
        self.assertNotIn("All of it happened", done.stdout)


if __name__ == "__main__":
    unittest.main()
