# SPDX-License-Identifier: Apache-2.0
"""What wire/*.wire says, as objects."""
import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INTS = {"u8": 1, "u16": 2, "u32": 4, "u64": 8, "u128": 16}
PHASES = {"boot": 1, "serve": 2, "upgrade": 6, "any": 7}
U16_MAX = 65535		# a longer `bytes<=n` carries a u32 length
LIST_MAX = 255		# the count of a list is a u8


class SpecError(Exception):
    """The spec says something the generator cannot take."""


# --- What a spec says ---------------------------------------------------

@dataclass
class Type:
    kind: str			# int, bytes, upto, list or struct
    text: str			# as written in the spec
    n: int = 0			# bytes, or the maximum of upto and list
    of: "Type | None" = None	# what a list holds
    struct: "Struct | None" = None

    def prefix(self):
        """Bytes of the length or count before the contents."""
        if self.kind == "list":
            return 1
        return 0 if self.kind != "upto" else 2 if self.n <= U16_MAX else 4

    def size(self, most):
        """Encoded bytes, at most or at least."""
        if self.kind == "struct":
            return self.struct.size(most)
        if self.kind in ("int", "bytes"):
            return self.n
        each = self.of.size(most) if self.kind == "list" else 1
        return self.prefix() + (self.n * each if most else 0)


@dataclass
class Field:
    name: str
    type: Type
    doc: str


@dataclass
class Struct:
    name: str
    doc: list
    fields: list = field(default_factory=list)

    def size(self, most):
        return sum(f.type.size(most) for f in self.fields)


@dataclass
class Const:
    name: str
    value: int
    doc: str


@dataclass
class Command:
    name: str
    number: int
    phase: str
    doc: list
    request: Struct
    answer: Struct

    def most(self, which, consts):
        """Largest request or answer: of its form and of the door."""
        size = getattr(self, which).size(True)
        return min(size, consts[f"{which.upper()}_MAX"])


@dataclass
class Spec:
    name: str
    doc: list
    includes: list
    items: list			# Struct, Const, Command in the file's order

    def structs(self):
        for item in self.items:
            if isinstance(item, Struct):
                yield item
            if isinstance(item, Command):
                yield from (item.request, item.answer)

    def of(self, kind):
        return [i for i in self.items if isinstance(i, kind)]


def bound(struct, f, each=False):
    """The C name of the maximum of a list or bytes, or of each in a list."""
    return f"VCH_{struct.name}_{f.name}_{'LEN_' * each}MAX".upper()


def bounds(struct):
    """All maxima of a struct as (C name, value)."""
    for f in struct.fields:
        if f.type.prefix():
            yield bound(struct, f), f.type.n
        if f.type.of and f.type.of.prefix():
            yield bound(struct, f, True), f.type.of.n


# --- Reading a spec -----------------------------------------------------

class Parser:
    def __init__(self, name, specs):
        self.name, self.at = name, 0
        self.lines = (ROOT / "wire" / name).read_text().splitlines()
        self.includes, self.items = [], []
        self.specs = specs
        self.known = {}

    def fail(self, why):
        raise SpecError(f"wire/{self.name}:{self.at}: {why}")

    def next(self):
        """One line as (text, comment)."""
        if self.at == len(self.lines):
            self.fail("the file ends inside a block")
        text, _, doc = self.lines[self.at].partition("#")
        self.at += 1
        return text.strip(), doc.removeprefix(" ").rstrip()

    def number(self, text, least=0):
        if not text.isdigit() or int(text) < least:
            self.fail(f"not a number from {least}: {text}")
        return int(text)

    def type(self, text):
        if text in INTS:
            return Type("int", text, INTS[text])
        if m := re.fullmatch(r"bytes\[(\d+)\]", text):
            return Type("bytes", text, self.number(m[1], 1))
        if m := re.fullmatch(r"bytes<=(\d+)", text):
            return Type("upto", text, self.number(m[1], 1))
        if m := re.fullmatch(r"list<=(\d+) of (.+)", text):
            of = self.type(m[2])
            if of.kind == "list" or self.number(m[1], 1) > LIST_MAX:
                self.fail("a list holds at most 255, and no lists")
            return Type("list", text, int(m[1]), of)
        if text in self.known:
            return Type("struct", text, struct=self.known[text])
        self.fail(f"unknown type: {text}")

    def struct(self, name, doc):
        ret = Struct(name, doc)
        while True:
            text, note = self.next()
            if text == "}":
                return ret
            if not text:
                self.fail("a comment stands beside its field or above all")
            m = re.fullmatch(r"([a-z][a-z0-9_]*)\s+(.+)", text)
            if not m or m[1] in [f.name for f in ret.fields]:
                self.fail(f"not a new field: {text}")
            ret.fields.append(Field(m[1], self.type(m[2]), note))

    def command(self, m, doc):
        parts = []
        for part in ("request", "answer"):
            if self.next()[0] != part + " {":
                self.fail(f"'{part} {{' expected")
            parts.append(self.struct(f"{m[1].lower()}_{part}", []))
        if m[3] not in PHASES:
            self.fail(f"no such phase: {m[3]}")
        return Command(m[1], int(m[2]), m[3], doc, *parts)

    def item(self, text, note, doc):
        if m := re.fullmatch(r"include (\w+)\.wire", text):
            self.includes.append(self.specs[m[1]])
            for s in self.specs[m[1]].structs():
                self.known[s.name] = s
        elif m := re.fullmatch(r"const ([A-Z][A-Z0-9_]*) (\d+)", text):
            self.items.append(Const(m[1], int(m[2]), note))
        elif m := re.fullmatch(r"struct ([a-z][a-z0-9_]*) \{", text):
            self.items.append(self.struct(m[1], doc))
            self.known[m[1]] = self.items[-1]
        elif m := re.fullmatch(r"command ([A-Z_]+) (\d+) (\w+)", text):
            self.items.append(self.command(m, doc))
        else:
            self.fail(f"not understood: {text}")

    def spec(self):
        head, doc = None, []
        while self.at < len(self.lines):
            blank = not self.lines[self.at].strip()
            text, note = self.next()
            if text:
                self.item(text, note, doc)
            elif not blank:
                doc.append(note)
                continue
            if head is None:	# the first block speaks of the file
                head = doc
            doc = []
        return Spec(self.name.split(".")[0], head or [],
                    self.includes, self.items)


def read_errors():
    ret, doc = [], []
    path = ROOT / "wire/errors.wire"
    for at, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("#") and not ret:
            doc.append(line[1:].removeprefix(" "))
        m = re.fullmatch(r'(\d+)\s+([A-Z_]+)\s+"([^"\\]+)"', line.strip())
        if m:
            ret.append((int(m[1]), m[2], m[3]))
        elif line.strip() and not line.startswith("#"):
            raise SpecError(f"wire/errors.wire:{at}: not understood")
    return doc, ret


def check_names(errors, specs):
    """No two C names or numbers may be the same."""
    names = [e[1] for e in errors]
    for spec in specs:
        names += [c.name for c in spec.of(Const)]
        for s in spec.structs():
            names += [s.name, s.name.upper() + "_ENC_MAX"]
            names += [name.removeprefix("VCH_") for name, _ in bounds(s)]
    numbers = [c.number for spec in specs for c in spec.of(Command)]
    for what in (names, numbers, [e[0] for e in errors]):
        for one in what:
            if what.count(one) > 1:
                raise SpecError(f"wire: {one} stands there twice")
    if [e[0] for e in errors] != sorted(e[0] for e in errors) or errors[0][0]:
        raise SpecError("wire/errors.wire: numbers must rise from 0")
