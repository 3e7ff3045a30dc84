# SPDX-License-Identifier: Apache-2.0
"""What tools/bench measures on a board with OP-TEE, in QEMU.

The load generator runs on the board itself, beside vouchd, in turns with a
bare trusted application that does nothing but the arithmetic through the same
client library (deploy/optee-qemu/bare): so both meet one weather. CPU time is
that of vouchd as the board's kernel counts it, the secure world's included.

Counted: the board's clock is the number of its instructions. Then the two
ratios are the same in every run, on any machine, whatever else it does; what
the emulator itself takes (interrupts, flushes, waking a core) is not in them.
"""
import json
import os
import shutil
import statistics
import sys
import time

import stack

sys.path.insert(0, os.path.join(stack.ROOT, "deploy", "optee-qemu"))
import image  # noqa: E402
import machine  # noqa: E402

BARE = "64f4a4f0-05f8-4ef7-b407-2306ceb12246.ta"
GUEST = "--address 10.0.2.15 --port 3000 --token-file /data/node/token"
WINDOW_S = 1


class Board:
    """A new device in a folder of its own, with what measures on it."""

    def __init__(self, folder, counted):
        shutil.rmtree(folder, ignore_errors=True)
        image.build()
        image.make("board-bench")
        os.makedirs(folder, mode=0o700)
        programs = os.path.join(image.OUT, "arm64", "bench")
        self.extra = image.extra(
            os.path.join(folder, "bench.cpio"),
            {f"bin/{name}": os.path.join(programs, name)
             for name in ("bare", "load")},
            {f"lib/optee_armtz/{BARE}":
             os.path.join(image.OUT, "bare", BARE)})
        self.machine = machine.Machine(
            home=folder, port=stack.free_port(),
            operator_port=stack.free_port(), window=str(WINDOW_S), bound=True,
            counted=counted)

    def start(self, extra):
        """Seconds from power-on until it serves."""
        self.machine.extra = self.extra if extra else None
        began = time.monotonic()
        self.machine.start()
        self.machine.wait_node()
        return time.monotonic() - began

    def inside(self, command):
        """The JSON that a program on the board prints."""
        code, said = self.machine.run(command)
        if code != 0:
            raise stack.StackError(f"{command}: {said}")
        return json.loads(said.strip().splitlines()[-1])

    def bare(self, calls):
        return self.inside(f"bare {calls}")

    def load(self, **options):
        words = " ".join(f"--{name.replace('_', '-')} {value}"
                         for name, value in options.items())
        return self.inside(f"load {GUEST} --pid $(pidof vouchd) {words}")

    def call(self, token, method, params):
        said = stack.post(self.machine.url, {
            "jsonrpc": "2.0", "id": 1, "method": method, "params": params},
            token)
        if "error" in said:
            raise stack.StackError(f"{method}: {said['error']}")
        return said["result"]


def in_turns(board, rounds, calls, options):
    """Of each round: the bare one's mean before and after, and the load's."""
    made = []
    before = board.bare(calls)
    for _ in range(rounds):
        got = board.load(**options)
        after = board.bare(calls)
        made.append(({k: (before[k] + after[k]) / 2 for k in before}, got))
        before = after
    return made


def batched(bench, board, id_, what, options):
    """One ratio: the arithmetic over all that an operation takes."""
    size, counted = bench.size, board.machine.counted
    id_ += "_counted" if counted else ""
    bench.note(f"on the board: {id_}")
    turns = in_turns(board, 1 if counted else size["board_rounds"],
                     size["board_calls"], options)

    def middle(of):
        return statistics.median(of(one, got) for one, got in turns)

    bare_us = middle(lambda one, _: one[what + "_cpu_ns"]) / 1e3
    ours_us = middle(lambda _, got: got["cpu_ns"][0] / got["operations"]) / 1e3
    rate = middle(lambda _, got: got["operations"] / got["wall_ns"]) * 1e9
    bare_rate = middle(lambda one, _: 1e9 / one[what + "_ns"])
    bench.row(id_, middle(lambda one, got: one[what + "_cpu_ns"] *
                          got["operations"] / got["cpu_ns"][0]),
              "ratio", ">= 0.80",
              f"the bare TA takes {bare_us:.0f} us of {ours_us:.0f} us CPU an "
              f"operation, TEE and vouchd; {rate:.0f} a second, the bare TA "
              f"{bare_rate:.0f}; counter in force, window {WINDOW_S} s; the "
              "generator on the same two cores; median of "
              f"{len(turns)} turns" +
              (", 2 ns an instruction" if counted else ""))


def lone(bench, board):
    bench.note("on the board: one at a time")
    one = board.bare(bench.size["board_calls"])
    got = board.load(connections=1, keys=1, latency=bench.size["board_lone"],
                     sync_dir="/data")
    bench.row("optee_round_trip_ms",
              (got["lone_p50_ns"] - one["one_ns"]) / 1e6, "ms", None,
              f"kms_sign over HTTP, p50 {got['lone_p50_ns'] / 1e6:.2f} ms, "
              f"less one signature of the bare TA, {one['one_ns'] / 1e6:.2f}; "
              f"one fdatasync there {got['sync_p50_ns'] / 1e6:.2f}")
    bench.row("optee_empty_ms", one["empty_ns"] / 1e6, "ms", None,
              "an empty invocation of the bare TA and back, p50")


def power_on(bench, board, token, key):
    """Of a device that has a log, without what measures; from outside."""
    bench.note("on the board: power-on")
    began = time.monotonic()
    ready = board.start(extra=False)
    board.call(token, "kms_sign", {"key": key, "digest": "0x" + "11" * 32})
    signed = time.monotonic() - began
    got = bench.outside(board.machine.port, board.machine.token_file,
                        connections=4, keys=4, each=64,
                        operations=bench.size["board_signatures"])
    bench.row("optee_ready_s", ready, "s", "<= 10",
              "QEMU's start, firmware, kernel, vouchd on the log that the "
              "other rows left, to its first answer to the host")
    bench.row("optee_first_signature_s", signed, "s", None,
              "the same to a signature by a key that was there")
    bench.row("optee_sign_batch64_host",
              got["operations"] / got["wall_ns"] * 1e9, "1/s", None,
              "kms_signBatch of 64 from the host over 127.0.0.1: the same "
              "through QEMU's network")
    bench.row("optee_memory_mib", board.machine.memory_mib(), "MiB", "<= 400",
              "QEMU at its peak, after all this and with the board's 192 "
              "full of its page cache; flash 64, translated code 64, the "
              "secure world's 14")


def in_batches(bench, board):
    batched(bench, board, "optee_sign_batch64", "sign",
            {"connections": 4, "keys": 4, "each": 64,
             "operations": bench.size["board_signatures"]})
    batched(bench, board, "optee_cosign_batch64", "cosign",
            {"connections": 4, "accounts": 64, "each": 64,
             "operations": bench.size["board_operations"]})


def measure(bench, folder, counted=False):
    bench.note("the board with OP-TEE" + (", counted" if counted else ""))
    try:
        board = Board(folder, counted)
    except image.Error as error:
        raise stack.StackError(str(error)) from None
    try:
        board.start(extra=True)
        in_batches(bench, board)
        if not counted:
            with open(board.machine.token_file) as f:
                token = f.read().strip()
            key = board.call(token, "kms_createKey", {"purpose": "raw"})["key"]
            lone(bench, board)
            board.machine.stop()
            power_on(bench, board, token, key)
    except machine.Error as error:
        raise stack.StackError(str(error)) from None
    finally:
        board.machine.cut()
    shutil.rmtree(folder)
