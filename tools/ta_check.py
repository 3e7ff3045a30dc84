#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is inside the TEE, checked on its object code.

usage: tools/ta_check.py symbols|stack|twice [--verbose]

symbols  linked with what it does not use thrown away, it asks its platform
         for nothing but what stands in ALLOWED: no heap, files, clock, printf
stack    the deepest chain of calls from any entry point, from the compiler's
         own numbers (-fcallgraph-info=su) and, for assembly, from the
         instructions; on this machine and on arm64, against STACK_MAX
twice    `make ta` in two folders gives the same stripped ELF, byte for byte

Each builds what it reads. Exit 0, or 1 with what is wrong.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
os.chdir(ROOT)
FLAVOURS = {"stack": "", "stack-arm64": "aarch64-linux-gnu-"}
ENTRIES = ["TA_CreateEntryPoint", "TA_DestroyEntryPoint",
           "TA_OpenSessionEntryPoint", "TA_CloseSessionEntryPoint",
           "TA_InvokeCommandEntryPoint"]
# What the TEE's own library has; the _chk ones are FORTIFY's of the former.
# The last is the compiler's division of 128-bit amounts, which are no secrets.
ALLOWED = re.compile(
    r"TEE_\w+|mem(cpy|set|cmp|move)|strlen|__mem(cpy|set|move)_chk"
    r"|__stack_chk_(fail|guard)|_GLOBAL_OFFSET_TABLE_|__getauxval"
    r"|__aarch64_\w+|__u(div|mod)ti3")

# OP-TEE gives 64 KiB (TA_STACK_SIZE); what it and interrupts need stays free.
STACK_MAX = 56 * 1024
# For each call out of what we build: libutee below a TEE_ call, and libc.
PLATFORM_STACK = 4096
LIBC_STACK = 256
# Who an indirect call can reach: (callers, callees), by object and name. The
# deepest of the callees counts.
INDIRECT = [
    (r"trusted/ta/entry\.c", r"^vch_handle_"),
    (r"trusted/crypto/aead\.c", r"^br_gcm_(encrypt|decrypt|run)$"),
    (r"bearssl/", r"^br_(aes_ct64_ctr_run|ghash_ctmul64)$"),
    (r"secp256k1", r"^(nonce_function_rfc6979(_impl)?"
                   r"|secp256k1_default_\w+_callback_fn"
                   r"|ecdsa_signature_parse_der_lax)$"),
]


def run(argv, **options):
    done = subprocess.run(argv, capture_output=True, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(argv)}:\n{done.stdout}{done.stderr}")
    return done.stdout


def build(flavour):
    run(["make", "-s", "-j2", f"SAN={flavour}", "trusted-objects"])
    return os.path.join("out", "san-" + flavour, "obj")


def undefined(obj, tools):
    """What the entry points, and what they use, lack."""
    with tempfile.TemporaryDirectory() as here:
        linked = os.path.join(here, "linked")
        argv = [tools + "ld", "-pie", "--gc-sections",
                "--unresolved-symbols=ignore-all", "-o", linked]
        for entry in ENTRIES:
            argv += ["-u", entry]
        run(argv + ["-e", ENTRIES[-1], "--start-group",
                    os.path.join(obj, "libta.a"),
                    os.path.join(obj, "libcore.a"), "--end-group"])
        return {line.split()[-1] for line in
                run([tools + "nm", "-u", linked]).splitlines()}


def symbols(_verbose):
    bad = []
    for flavour, tools in FLAVOURS.items():
        asked = undefined(build(flavour), tools)
        bad += [f"{flavour}: {name}" for name in sorted(asked)
                if not ALLOWED.fullmatch(name)]
        if not any(name.startswith("TEE_") for name in asked):
            bad.append(f"{flavour}: nothing of TEE_ is used: a wrong file?")
    for line in bad:
        print(f"the trusted application may not need {line}")
    return not bad


NODE = re.compile(r'node: \{ title: "([^"]+)" label: "([^"]*)"')
EDGE = re.compile(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"')


class Graph:
    """Who calls whom, and the bytes of each frame."""

    def __init__(self, obj, tools):
        self.bytes = {}
        self.calls = {}
        self.home = {}
        self.wrong = []
        for path in glob.glob(obj + "/**/*.ci", recursive=True):
            with open(path) as f:
                self.read(f.read(), path[len(obj) + 1:-3] + ".c")
        for path in glob.glob(obj + "/**/*.o", recursive=True):
            if not os.path.exists(path[:-2] + ".ci"):
                self.assembly(path, tools)

    def read(self, text, home):
        for title, label in NODE.findall(text):
            size = re.search(r"(\d+) bytes \((static|dynamic[^)]*)\)", label)
            if size is None:
                continue
            self.bytes[title] = int(size.group(1))
            self.home[title] = home
            if size.group(2) not in ("static", "dynamic,bounded"):
                self.wrong.append(f"{title}: its frame has no fixed size")
        for source, target in EDGE.findall(text):
            self.calls.setdefault(source, set()).add(target)

    def assembly(self, path, tools):
        """All that a file takes off the stack pointer, for each symbol."""
        code = run([tools + "objdump", "-d", "--no-show-raw-insn", path])
        used = 0
        for line in code.splitlines():
            if re.search(r"\bpush", line):
                used += 8
            found = re.search(r"\bsub\s+\$0x([0-9a-f]+),%rsp"
                              r"|\bsub\s+sp, sp, #0x([0-9a-f]+)"
                              r"|\[sp, #-(\d+)\]!", line)
            if found:
                a, b, c = found.groups()
                used += int(c) if c else int(a or b, 16)
        calls = len(re.findall(r"\bcall|\bbl\s", code))
        for line in run([tools + "nm", "--defined-only",
                         path]).splitlines():
            name = line.split()[-1]
            self.bytes[name] = used + 8 * calls
            self.home[name] = path

    def reach(self, name):
        """Where a call by this function can go."""
        found = set(self.calls.get(name, ()))
        if "__indirect_call" in found:
            found.remove("__indirect_call")
            callees = [c for h, c in INDIRECT
                       if re.search(h, self.home.get(name, ""))]
            if not callees:
                self.wrong.append(f"{name}: an indirect call to whom?")
            found |= {other for other in self.bytes for c in callees
                      if re.search(c, other.rpartition(":")[2])}
        return found

    def depth(self, name, above=(), known=None):
        """(bytes, chain) of the deepest chain that begins here."""
        known = {} if known is None else known
        if name in known:
            return known[name]
        if name in above:
            self.wrong.append(f"{name} calls itself through {above[-1]}")
            return 0, ()
        below = (0, ())
        for target in self.reach(name):
            if target not in self.bytes:
                below = max(below, (outside(target), (target,)))
            else:
                below = max(below, self.depth(target, (*above, name), known))
        known[name] = (self.bytes[name] + below[0], (name, *below[1]))
        return known[name]


def outside(name):
    """A function of the platform, or one that was inlined everywhere."""
    if name.startswith("TEE_"):
        return PLATFORM_STACK
    return LIBC_STACK


def stack(verbose):
    good = True
    for flavour, tools in FLAVOURS.items():
        graph = Graph(build(flavour), tools)
        worst = max(graph.depth(entry) for entry in ENTRIES)
        print(f"{flavour}: {worst[0]} bytes at most, of {STACK_MAX} allowed")
        if verbose:
            for name in worst[1]:
                print(f"  {graph.bytes.get(name, '')!s:>6} {name}")
        for line in sorted(set(graph.wrong)):
            print(f"{flavour}: {line}")
        good = good and worst[0] <= STACK_MAX and not graph.wrong
        good = good and worst[0] > 1024
    return good


def built_elsewhere(folder):
    """The stripped ELF of a copy of this tree, built in that folder."""
    os.makedirs(os.path.join(folder, "out"))
    files = run(["git", "ls-files", "-co", "--exclude-standard"]).split("\n")
    for path in files:
        if os.path.isfile(path):
            to = os.path.join(folder, path)
            os.makedirs(os.path.dirname(to), exist_ok=True)
            shutil.copy(path, to)
    os.symlink(os.path.join(ROOT, "out", "deps"),
               os.path.join(folder, "out", "deps"))
    size = os.path.join("out", "ta", "size")
    run(["make", "-s", "-j2", size], cwd=folder)
    [elf] = glob.glob(os.path.join(folder, "out", "ta", "*.stripped.elf"))
    with open(elf, "rb") as f:
        return f.read()


def twice(_verbose):
    with tempfile.TemporaryDirectory() as here:
        a = built_elsewhere(os.path.join(here, "a"))
        b = built_elsewhere(os.path.join(here, "another", "folder"))
    print(f"two builds of {len(a)} and {len(b)} bytes "
          f"{'are the same' if a == b else 'DIFFER'}")
    return a == b and len(a) > 100000


def main():
    checks = {"symbols": symbols, "stack": stack, "twice": twice}
    args = [a for a in sys.argv[1:] if a != "--verbose"]
    if len(args) != 1 or args[0] not in checks:
        print(__doc__)
        return 0 if args in (["--help"], ["-h"]) else 2
    return 0 if checks[args[0]]("--verbose" in sys.argv) else 1


if __name__ == "__main__":
    sys.exit(main())
