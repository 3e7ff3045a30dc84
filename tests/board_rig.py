# SPDX-License-Identifier: Apache-2.0
"""Boards with OP-TEE for the tests: each its own device, always ended."""
import glob
import os
import shutil
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "tools"))
sys.path.insert(0, os.path.join(ROOT, "deploy", "optee-qemu"))
import image  # noqa: E402
import machine  # noqa: E402
import stack  # noqa: E402

TA = f"lib/optee_armtz/{image.UUID}.ta"
HOME = os.path.join(ROOT, "out", "optee", "tests")


def build():
    """The board and what the tests load on it."""
    image.build()
    image.make("board-tests")


def test_ta(name):
    """The application in one of the flavours of board.mk."""
    return os.path.join(image.OUT, "ta-" + name)


def suites():
    """Archive with the test programs, and their names."""
    os.makedirs(HOME, mode=0o700, exist_ok=True)
    found = sorted(glob.glob(os.path.join(image.OUT, "arm64", "test",
                                          "board_*")))
    programs = {"bin/" + os.path.basename(p): p for p in found}
    files = {f"lib/optee_armtz/{name}": test_ta(name)
             for name in ("plain", "hasty", "prompt")}
    path = image.extra(os.path.join(HOME, "suites.cpio"), programs, files)
    return path, [os.path.basename(name) for name in programs]


def call(board, method, params=None):
    """One JSON-RPC call: its result; AssertionError if it is refused."""
    answer = ask(board, method, params)
    if "error" in answer:
        raise AssertionError(f"{method}: {answer['error']}")
    return answer["result"]


def ask(board, method, params=None):
    with open(board.token_file) as f:
        token = f.read().strip()
    return stack.post(board.url, {"jsonrpc": "2.0", "id": 1,
                                  "method": method, "params": params or {}},
                      token)


def all_keys(board):
    """Page by page."""
    found, after = set(), {}
    while after is not None:
        page = call(board, "kms_listKeys", after)
        found |= {k["key"] for k in page["keys"]}
        after = {"after": page["next"]} if page.get("next") else None
    return found


class Board(machine.Machine):
    """A new device in a folder of its own; any free ports."""

    def __init__(self, **options):
        os.makedirs(HOME, mode=0o700, exist_ok=True)
        home = tempfile.mkdtemp(dir=HOME)
        super().__init__(home=home, port=stack.free_port(),
                         operator_port=stack.free_port(), bound=True,
                         **options)

    def up(self):
        self.start()
        self.wait("the board", self.answers)

    def answers(self):
        try:
            return self.run("true", 5)[0] == 0
        except (OSError, machine.Error):
            return False

    def up_node(self):
        self.start()
        self.wait_node()

    def said(self):
        """By the normal world, on its serial line."""
        try:
            with open(os.path.join(self.run_dir, "normal.log"),
                      errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def wait_said(self, what, times=1):
        self.wait(what, lambda: self.said().count(what) >= times)

    def replace_ta(self, path):
        """The next start is with another image of the application."""
        os.makedirs(self.home, exist_ok=True)
        self.extra = image.extra(os.path.join(self.home, "other.cpio"),
                                 files={TA: path})

    def end(self):
        self.cut()
        shutil.rmtree(self.home)
