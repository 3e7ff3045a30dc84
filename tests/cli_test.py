#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `vouch` does by itself: doctor, completion, man page, usage."""
import json
import os
import re
import subprocess
import tempfile
import unittest

from vouchd_rig import ROOT, Node

VOUCH = os.path.join(ROOT, "out/bin/vouch")


def vouch(*args):
    return subprocess.run([VOUCH, *args], capture_output=True, text=True,
                          timeout=60)


def commands():
    """As one script knows them; the help must list each."""
    found = re.findall(r'^\t"([a-z -]+)"\) words=',
                       vouch("completion", "bash").stdout, re.M)
    listed = vouch("--help").stdout
    assert all(f"\n  {name}" in listed for name in found), listed
    return found


class Doctor(unittest.TestCase):
    def setUp(self):
        # a disk, not memory: the file system of the tree
        self.dir = tempfile.TemporaryDirectory(dir=os.path.join(ROOT, "out"))
        self.addCleanup(self.dir.cleanup)

    def examine(self, data):
        done = vouch("doctor", "--json", "--data", data, "--secure",
                     os.path.join(self.dir.name, "tee"))
        return done, {one["what"]: one for one in json.loads(done.stdout)}

    def test_good_machine(self):
        done, found = self.examine(os.path.join(self.dir.name, "node"))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(found["seccomp"]["grade"], "ok")
        self.assertRegex(found["disk sync"]["found"], r"[0-9.]+ ms")
        self.assertEqual(found["data"]["grade"], "ok")
        for one in found.values():
            self.assertIn(one["grade"], ("ok", "warn", "bad"))
            self.assertEqual("todo" in one, one["grade"] != "ok", one)
        self.assertEqual(os.listdir(self.dir.name), [])

    def test_bad_folders(self):
        os.chmod(self.dir.name, 0o755)
        done, found = self.examine(self.dir.name)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(found["data"]["grade"], "bad")
        self.assertIn("chmod 700", found["data"]["todo"])
        self.assertIn("UNFIT", done.stderr)
        done, found = self.examine("/dev/shm/vouch-doctor-test")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(found["disk sync"]["grade"], "bad")
        done, found = self.examine("/proc/vouch")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(found["disk"]["grade"], "bad")

    def test_running_node(self):
        node = Node()
        self.addCleanup(node.end)
        done = vouch("doctor", "--data", node.data, "--secure",
                     os.path.join(node.dir, "tee"))
        self.assertIn(f"vouchd runs, process {node.process.pid}", done.stdout)


class Shells(unittest.TestCase):
    def complete(self, *words):
        """What bash would offer for the last word."""
        script = vouch("completion", "bash").stdout + (
            "\nCOMP_WORDS=(" + " ".join(f"'{w}'" for w in words) + ")\n"
            f"COMP_CWORD={len(words) - 1}\n_vouch\n"
            'printf "%s\\n" "${COMPREPLY[@]}"\n')
        done = subprocess.run(["bash", "-c", script], capture_output=True,
                              text=True, check=True)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_bash(self):
        self.assertEqual(self.complete("vouch", "tok"), ["token"])
        self.assertEqual(self.complete("vouch", "token", ""),
                         ["add", "list", "revoke"])
        self.assertEqual(self.complete("vouch", "token", "add", "--to"),
                         ["--tokens"])
        self.assertIn("--amount", self.complete("vouch", "pay", "--"))
        self.assertNotIn("--amount", self.complete("vouch", "tee", "--"))

    def test_all_shells_know_all(self):
        """Each command stands in each script, and quotes are closed."""
        for shell in ("bash", "zsh", "fish"):
            done = vouch("completion", shell)
            self.assertEqual(done.returncode, 0)
            for command in commands():
                for word in command.split():
                    self.assertRegex(done.stdout, rf"\b{word}\b", shell)
            if shell == "zsh":
                plain = done.stdout.replace("'\\''", "")
            else:
                plain = done.stdout.replace("\\'", "")
            for line in plain.split("\n"):
                if not line.startswith("#"):
                    self.assertEqual(line.count("'") % 2, 0, (shell, line))
        self.assertEqual(vouch("completion", "tcsh").returncode, 2)
        self.assertEqual(vouch("completion").returncode, 2)

    def test_man_page(self):
        text = vouch("man").stdout
        self.assertGreater(len(commands()), 15)
        for command in commands():
            self.assertIn(f".SS vouch {command}", text)
        for status in range(5):
            self.assertIn(f".TP\n{status}\n", text)


class Usage(unittest.TestCase):
    def test_exit_codes(self):
        self.assertEqual(vouch().returncode, 2)
        self.assertEqual(vouch("nonsense").returncode, 2)
        self.assertEqual(vouch("tee", "--nonsense").returncode, 2)
        self.assertEqual(vouch("tee", "stray").returncode, 2)
        # nobody listens on port 1
        for node in ("http://127.0.0.1:1", "unix:/nowhere"):
            self.assertEqual(vouch("tee", "--node", node).returncode, 3, node)
        for command in commands():
            done = vouch(*command.split(), "--help")
            self.assertEqual(done.returncode, 0, command)
            self.assertIn("usage: vouch " + command, done.stdout)


if __name__ == "__main__":
    unittest.main()
