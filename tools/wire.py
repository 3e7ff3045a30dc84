#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads wire/*.wire and writes wire/gen/: codecs, tables, reference, types.

    tools/wire.py           writes what changed
    tools/wire.py --check   writes nothing; fails if wire/gen/ is stale
"""
import re
import sys

sys.dont_write_bytecode = True

from wire_c import SPDX, each_h, errors_c, errors_h, spec_c, spec_h
from wire_spec import (ROOT, Command, Const, Parser, SpecError, Struct,
                       check_names, read_errors)


def errors_md(doc, errors):
    return ["# Errors", "", "Written by tools/wire.py from wire/errors.wire: "
            "edit that.", "", *doc, "", "| code | name | sentence |",
            "|---|---|---|",
            *[f"| {c} | `{n}` | {s} |" for c, n, s in errors]]


def md_struct(struct):
    if not struct.fields:
        return ["nothing"]
    low, high = struct.size(False), struct.size(True)
    out = ["| field | type | bytes | |", "|---|---|---|---|"]
    for f in struct.fields:
        a, b = f.type.size(False), f.type.size(True)
        size = str(a) if a == b else f"{a} to {b}"
        out += [f"| `{f.name}` | `{f.type.text}` | {size} | {f.doc} |"]
    return out + ["", f"In all {low} bytes." if low == high
                  else f"In all {low} to {high} bytes."]


def ta_md(specs, consts):
    out = ["# Wire reference", "",
           "Written by tools/wire.py from wire/*.wire: edit those.", ""]
    for spec in specs:
        out += [f"## {spec.name}.wire", "", "```", *spec.doc, "```", ""]
        for item in spec.items:
            if isinstance(item, Const):
                continue
            if isinstance(item, Struct):
                out += [f"### {item.name}", "", *item.doc, "",
                        *md_struct(item), ""]
                continue
            out += [f"### Command {item.name} ({item.number})", "",
                    *item.doc, "", f"Allowed in phase: {item.phase}.", ""]
            for which in ("request", "answer"):
                out += [f"{which.capitalize()}, at most "
                        f"{item.most(which, consts)} bytes:", "",
                        *md_struct(getattr(item, which)), ""]
        out += ["### Constants", "", "| name | value | |", "|---|---|---|"]
        out += [f"| `{c.name}` | {c.value} | {c.doc} |"
                for c in spec.of(Const)] + [""]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(out[:-1])).split("\n")


def camel(name, first=False):
    big = "".join(w.capitalize() for w in name.split("_"))
    return big if first else big[0].lower() + big[1:]


def ts_type(t):
    if t.kind == "list":
        return ts_type(t.of) + "[]"
    if t.kind == "int":
        return "number" if t.n <= 4 else "bigint"
    return "Hex" if t.kind != "struct" else camel(t.text, True)


def wire_ts(specs, errors):
    out = [SPDX, "/* Written by tools/wire.py from the .wire files: edit "
           "those. */", "export type Hex = `0x${string}`;", ""]
    for spec in specs:
        for struct in spec.structs():
            out += [f"export interface {camel(struct.name, True)} {{"]
            out += [f"\t{camel(f.name)}: {ts_type(f.type)};"
                    f" // {f.type.text}" for f in struct.fields]
            out += ["}", ""]
        out += [f"export const {c.name} = {c.value};"
                for c in spec.of(Const)] + [""]
    out += ["export const commands = {"]
    out += [f"\t{c.name}: {c.number}," for spec in specs
            for c in spec.of(Command)]
    out += ["} as const;", "", "export const errors = {"]
    out += [f"\t{name}: {{\n\t\tcode: {code},\n\t\tsentence: \"{text}\",\n\t}},"
            for code, name, text in errors]
    return out + ["} as const;", "", "export type ErrorName = keyof typeof "
                  "errors;"]


def generate():
    doc, errors = read_errors()
    specs = {}
    for name in ("log", "ta"):
        specs[name] = Parser(f"{name}.wire", specs).spec()
    every = list(specs.values())
    check_names(errors, every)
    consts = {c.name: c.value for s in every for c in s.of(Const)}
    files = {"errors.h": errors_h(doc, errors), "errors.c": errors_c(errors),
             "errors.md": errors_md(doc, errors), "each.h": each_h(every),
             "ta.md": ta_md(every, consts), "wire.ts": wire_ts(every, errors)}
    for spec in every:
        files[f"{spec.name}.h"] = spec_h(spec)
        files[f"{spec.name}.c"] = spec_c(spec, consts)
    return {name: "\n".join(lines) + "\n" for name, lines in files.items()}


def stale(want, have):
    """What is wrong with the files there, both as {name: text}."""
    ret = [f"wire/gen/{name}:1: stale; run tools/wire.py"
           for name in want if have.get(name) != want[name]]
    return ret + [f"wire/gen/{name}:1: nothing writes this; remove it"
                  for name in sorted(set(have) - set(want))]


def main(args):
    if args not in ([], ["--check"]):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    try:
        want = generate()
    except SpecError as err:
        print(err, file=sys.stderr)
        return 1
    folder = ROOT / "wire/gen"
    folder.mkdir(exist_ok=True)
    have = {p.name: p.read_text() for p in folder.iterdir()
            if not p.name.startswith(".")}
    for name in want if not args else ():
        if have.get(name) != want[name]:
            (folder / name).write_text(want[name])
        have[name] = want[name]
    findings = stale(want, have)
    print(*findings, sep="\n", end="\n" if findings else "")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
