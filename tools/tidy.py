#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The house rules that a program can check. One line for each finding.

    tools/tidy.py               the tree; exit 1 if anything is found
    tools/tidy.py --self-test   every rule must find its own bad example
"""
import re
import sys
from fnmatch import fnmatch
from pathlib import Path

sys.dont_write_bytecode = True

import wire

ROOT = Path(__file__).resolve().parent.parent
SKIP = {".git", "out", "node_modules", "__pycache__"}
WORLDS = ("trusted/", "host/", "emu/", "wire/", "tests/")
PLAIN_HEADERS = {"stddef.h", "stdint.h", "stdbool.h", "string.h"}
SOURCE = re.compile(r"\.(c|h|S|py|sh|sol|ts|js|cjs|mjs|mk)$|(^|/)Makefile$")
TEST = re.compile(r"(_test|_fuzz)\.c$|/fuzz\.c$|/test_[^/]*\.[ch]$"
                  r"|_testing\.h$|_twin\.h$|^tests/")
GENERATED = "wire/gen/"
FOREIGN_NAMES = "emu/include/"	# GlobalPlatform's, typedefs and all

# What no product code calls, and what trusted/ does not call besides.
BANNED = ("strcpy strcat stpcpy sprintf vsprintf gets strtok alloca assert "
          "rand srand atoi atol tmpnam mktemp system popen").split()
BANNED_TRUSTED = ("malloc calloc realloc free strdup printf fprintf puts "
                  "snprintf vsnprintf perror fopen open read write time "
                  "clock clock_gettime gettimeofday getenv abort exit "
                  "pthread_create bcmp").split()
SECRET = re.compile(r"secret|\bsk\b|\bseed\b|\btag\b|\bmac\b|\bshare\b")


# --- Reading C ----------------------------------------------------------

def code_of(text):
    """The text with comments and the insides of strings blanked."""
    def blank(m):
        return re.sub(r"[^\n]", " ", m[0])
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"'
                  r"|'(?:\\.|[^'\\\n])*'", blank, text, flags=re.S)


def functions(text):
    """(name, first line, its body lines) of each function in a .c file."""
    lines, at = code_of(text).splitlines(), 0
    while at < len(lines):
        before = lines[at - 1].rstrip() if at else ""
        if lines[at].rstrip() != "{" or before.endswith(("=", "\\")):
            at += 1
            continue
        end = at + 1
        while end < len(lines) and lines[end].rstrip() != "}":
            end += 1
        name, head = "?", at - 1
        while head >= 0 and name == "?" and lines[head].strip():
            if m := re.match(r"[A-Za-z_].*?(\w+)\(|(\w+)\(", lines[head]):
                name = m[1] or m[2]
            head -= 1
        yield name, at + 1, lines[at + 1:end]
        at = end


def is_c(path):
    return path.endswith((".c", ".h")) and not path.startswith(GENERATED)


def is_trusted(path):
    return path.startswith("trusted/")


# --- Rules for one file: yield (line, message) --------------------------

def rule_spdx(path, text):
    script = text.startswith("#!")
    if (SOURCE.search(path) or script) and \
            "SPDX-License-Identifier:" not in "".join(text.split("\n")[:3]):
        yield 1, "no SPDX line"


def rule_marks(path, text):
    for at, line in enumerate(text.split("\n"), 1):
        if m := re.search(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b", line):
            yield at, f"{m[1]}: do it or say it in an issue"


def rule_file_length(path, text):
    if not SOURCE.search(path) or path.startswith(GENERATED):
        return
    most, lines = 400 if is_trusted(path) else 600, text.count("\n")
    if lines > most:
        yield most, f"{lines} lines in a file, at most {most}"


def rule_function_length(path, text):
    if not is_c(path):
        return
    most = 40 if is_trusted(path) else 70
    for name, at, body in functions(text):
        if len(body) > most:
            yield at, f"{name}: {len(body)} lines, at most {most}"


def rule_nesting(path, text):
    if not is_c(path):
        return
    for name, at, body in functions(text):
        for i, line in enumerate(body, 1):
            if re.match(r"\t{4,}(if|for|while|do|switch)\b", line):
                yield at + i, f"{name}: nested deeper than 3"


def rule_columns(path, text):
    if not is_c(path):
        return
    for at, line in enumerate(text.split("\n"), 1):
        if len(line.expandtabs(8)) > 80:
            yield at, f"{len(line.expandtabs(8))} columns, at most 80"
        if line != line.rstrip():
            yield at, "blanks at the end of the line"


def rule_banned(path, text):
    if not is_c(path) or TEST.search(path):
        return
    names = BANNED + (BANNED_TRUSTED if is_trusted(path) else [])
    call = re.compile(r"(?<![\w.>])(?<!#define )(%s)\s*\("
                      % "|".join(names))
    for at, line in enumerate(code_of(text).split("\n"), 1):
        for m in call.finditer(line):
            yield at, f"{m[1]}() is not used here"
        if is_trusted(path) and (m := re.search(r"memcmp\s*\((.*)", line)) \
                and SECRET.search(m[1]):
            yield at, "memcmp() on a secret: vch_ct_equal()"
        if re.match(r"\s*typedef\s+(struct|union)\b", line) and \
                not path.startswith(FOREIGN_NAMES):
            yield at, "a typedef for a struct"


def rule_header_comments(path, text):
    """A function in a header has a comment above it in its paragraph."""
    if not is_c(path) or not path.endswith(".h") or TEST.search(path):
        return
    code = code_of(text).split("\n")
    depth, told = 0, False
    for at, (raw, line) in enumerate(zip(text.split("\n"), code)):
        if not raw.strip() and depth == 0:
            told = False
        told = told or (raw.rstrip() != line.rstrip() and "SPDX" not in raw
                        and not raw.startswith("#"))
        m = re.match(r"(?!typedef|static|extern)[A-Za-z_][\w\s*]*?"
                     r"\b(vch_\w+)\(", line)
        # init, close, free and their like say all by their names
        if re.match(r"void vch_\w+\([\w\s*]+\);", line):
            m = None
        if m and depth == 0 and not told:
            yield at + 1, f"{m[1]}: no comment above it"
            told = True		# once for each paragraph
        depth += line.count("{") - line.count("}")


FILE_RULES = [rule_spdx, rule_marks, rule_file_length, rule_function_length,
              rule_nesting, rule_columns, rule_banned, rule_header_comments]


# --- Rules for the tree: yield (path, line, message) ---------------------

def read_rooms(text):
    """{room: (lines or None, [entries])}; tests under 'room tests'."""
    rooms = {}
    for at, line in enumerate(text.split("\n"), 1):
        line = line.split("#")[0].strip()
        m = re.fullmatch(r"([\w/]+)( tests)?(?: \[(\d+)\])?:(.*)", line)
        if line and not m:
            raise SystemExit(f"ROOMS:{at}: not understood")
        if line:
            lines, may = rooms.setdefault(m[1] + (m[2] or ""), (None, []))
            may += m[4].split()
            rooms[m[1] + (m[2] or "")] = (int(m[3]) if m[3] else lines, may)
    return rooms


def room_of(path, rooms):
    inside = [r for r in rooms if path.startswith(r + "/")]
    return max(inside, key=len, default=None)


def may_include(path, what, rooms):
    """what as written, with its "" or <>."""
    room, name = room_of(path, rooms), what[1:-1]
    entries = rooms[room][1]
    if TEST.search(path):
        entries = entries + rooms.get(room + " tests", (None, []))[1]
    if what[0] == "<":
        return (not is_trusted(path) or TEST.search(path) is not None or
                name in PLAIN_HEADERS or
                any(fnmatch(what, e) for e in entries))
    return any(name == e or name.startswith(e + "/")
               for e in entries + [room])


def rule_arrows(tree, rooms):
    for path, text in tree.items():
        if not path.startswith(WORLDS) or not path.endswith((".c", ".h")):
            continue
        if not room_of(path, rooms):
            yield path, 1, "its room does not stand in ROOMS"
            continue
        for at, line in enumerate(text.split("\n"), 1):
            m = re.match(r'#\s*include\s+("[^"]+"|<[^>]+>)', line)
            if m and not may_include(path, m[1], rooms):
                yield (path, at, f"{room_of(path, rooms)} may not include "
                       f"{m[1]} (ROOMS)")


def rule_never_host(tree, rooms):
    """What ROOMS itself may never say."""
    for room, (_, entries) in rooms.items():
        for entry in entries:
            if (room + "/").startswith("trusted/") and "tests" not in room \
                    and entry.startswith(("host", "emu", "tests")):
                yield "ROOMS", 1, f"{room} may never include {entry}"


def rule_budgets(tree, rooms):
    for room, (most, _) in rooms.items():
        lines = sum(text.count("\n") for path, text in tree.items()
                    if room_of(path, rooms) == room and is_c(path)
                    and not TEST.search(path))
        if most and lines > most:
            yield "ROOMS", 1, f"{room}: {lines} lines, budget {most}"
        if not most and (room + "/").startswith("trusted/") and \
                not room.endswith(" tests"):
            yield "ROOMS", 1, f"{room}: a trusted room needs a budget"


def rule_readme(tree, rooms):
    for room in rooms:
        inside = [p for p in tree if p.startswith(room + "/")]
        if inside and f"{room}/README" not in tree:
            yield room, 1, "a room without README"


def rule_generated(tree, rooms):
    have = {path.removeprefix(GENERATED): text for path, text in tree.items()
            if path.startswith(GENERATED) and "/." not in path}
    for line in wire.stale(wire.generate(), have):
        path, at, message = line.split(":", 2)
        yield path, int(at), message.strip()


TREE_RULES = [rule_arrows, rule_never_host, rule_budgets, rule_readme,
              rule_generated]


def untested_errors(tree):
    """Codes that no test names: a list to work off, not a finding."""
    tests = "\n".join(text for path, text in tree.items()
                      if TEST.search(path) or path.endswith(".t.sol"))
    tests = re.sub(r"\bVCH_(?=[A-Z])", "", tests)
    named = set(re.findall(r"[A-Z][A-Z_]+", tests))
    return [name for _, name, _ in wire.read_errors()[1] if name not in named]


# --- Main ---------------------------------------------------------------

def read_tree():
    tree, folders = {}, [ROOT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            if path.name in SKIP or path.is_symlink():
                continue
            if path.is_dir():
                folders.append(path)
            elif path.stat().st_size < 1 << 20:
                data = path.read_bytes()
                if b"\0" not in data:
                    name = path.relative_to(ROOT).as_posix()
                    tree[name] = data.decode("utf-8", "replace")
    return tree


def findings(tree, rooms):
    for path, text in tree.items():
        for rule in FILE_RULES:
            for at, message in rule(path, text):
                yield path, at, message
    for rule in TREE_RULES:
        yield from rule(tree, rooms)


GOOD_C = "/* SPDX-License-Identifier: Apache-2.0 */\n"
LONG = GOOD_C + "void f(void)\n{\n" + "\tg();\n" * 41 + "}\n"
EXAMPLES = [	# rule, path, bad, good
    (rule_spdx, "host/a.c", "int a;\n", GOOD_C),
    (rule_spdx, "tools/run", "#!/bin/sh\n",
     "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n"),
    (rule_marks, "doc/a.md", "TO" "DO: this\n", "to do: this\n"),
    (rule_file_length, "trusted/base/a.c", "\n" * 401, "\n" * 400),
    (rule_file_length, "host/net/a.c", "\n" * 601, "\n" * 600),
    (rule_function_length, "trusted/base/a.c", LONG,
     LONG.replace("\tg();\n", "", 1)),
    (rule_function_length, "host/net/a.c",
     LONG.replace("\tg();\n", "\tg();\n\n"), LONG),
    (rule_nesting, "host/net/a.c",
     "int f(void)\n{\n\t\t\t\tif (a)\n\t\t\t\t\tg();\n}\n",
     "int f(void)\n{\n\t\t\tif (a)\n\t\t\t\tg();\n}\n"),
    (rule_columns, "wire/a.c", "\t" * 10 + "a\n", "\t" * 9 + "a\n"),
    (rule_columns, "wire/a.c", "a \n", "a\n"),
    (rule_banned, "host/net/a.c", "\tstrcpy(a, b);\n",
     "\t/* strcpy(a) */ my_strcpy(a, \"strcpy(\");\n"),
    (rule_banned, "host/net/a.c", "\tassert(a);\n", "\tVCH_CHECK(a);\n"),
    (rule_banned, "trusted/ta/a.c", "\tp = malloc(4);\n",
     "\tp = pool->malloc(4);\n"),
    (rule_banned, "trusted/ta/a.c", "\tmemcmp(tag, b, 4);\n",
     "\tmemcmp(selector, b, 4);\n"),
    (rule_banned, "host/net/a.c", "\tsprintf(a);\n",
     "#define sprintf(...) 0\n"),
    (rule_banned, "emu/a.c", "typedef struct a a;\n",
     "typedef int fn(struct a *a);\n"),
    (rule_header_comments, "host/net/a.h", "\nint vch_a(void);\n",
     "\n/* What it is. */\nint vch_a(void);\nint vch_b(void);\n"),
    (rule_header_comments, "host/net/a.h",
     "/* A. */\nint vch_a(void);\n\nenum vch_err vch_b(int a,\n\t\tint b);\n",
     "struct vch_a {\n\tint (*vch_b)(void);\n};\n"
     "void vch_a_free(struct vch_a *a);\n"),
    (rule_arrows, "host/net/a.c", '#include "host/cli/a.h"\n',
     '#include "trusted/base/a.h"\n'),
    (rule_arrows, "trusted/base/a.c", '#include "host/net/a.h"\n',
     '#include "trusted/base/a.h"\n'),
    (rule_arrows, "trusted/base/a.c", '#include <stdio.h>\n',
     '#include <string.h>\n'),
    (rule_arrows, "trusted/base/a.c", '#include "wire/gen/ta.h"\n',
     '#include "wire/gen/errors.h"\n'),
    (rule_arrows, "host/nowhere/a.c", "", None),
    (rule_budgets, "trusted/base/a.c", "\n" * 5000, "\n" * 50),
    (rule_readme, "host/net/a.c", "", None),
    (rule_generated, "wire/gen/log.c", "other\n", None),
]


def self_test():
    rooms = read_rooms((ROOT / "ROOMS").read_text())
    failed = set(FILE_RULES + TREE_RULES) - {e[0] for e in EXAMPLES}
    failed -= {rule_never_host}
    for rule, path, bad, good in EXAMPLES:
        for text, expected in ((bad, True), (good, False)):
            if text is None:
                continue
            found = list(rule({path: text}, rooms) if rule in TREE_RULES
                         else rule(path, text))
            if bool(found) != expected:
                print(f"{rule.__name__}: {path}: {text[:60]!r}: {found}")
                failed.add(rule)
    bad_rooms = read_rooms("trusted/ta [9]: host/net\n")
    if not list(rule_never_host({}, bad_rooms)) or \
            list(rule_never_host({}, rooms)):
        failed.add(rule_never_host)
    if "FORMAT" not in untested_errors({}) or "FORMAT" in untested_errors(
            {"wire/a_test.c": "VCH_FORMAT"}):
        failed.add(untested_errors)
    for rule in sorted(failed, key=lambda r: r.__name__):
        print(f"{rule.__name__}: not proved by its examples")
    return 1 if failed else 0


def main(args):
    if args == ["--self-test"]:
        return self_test()
    if args:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    tree, cnt = read_tree(), 0
    for path, at, message in findings(tree, read_rooms(tree["ROOMS"])):
        print(f"{path}:{at}: {message}")
        cnt += 1
    if missing := untested_errors(tree):
        print("note: no test names the errors " + " ".join(missing))
    return 1 if cnt else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
