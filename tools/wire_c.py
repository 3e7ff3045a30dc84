# SPDX-License-Identifier: Apache-2.0
"""The C of the wire: codecs, the table of commands, the error codes."""
import re

from wire_spec import Command, Const, Type, bound, bounds

SPDX = "/* SPDX-License-Identifier: Apache-2.0 */"


def fold(line):
    """Breaks a C line at 80 columns, after a comma or bracket."""
    if len(line.expandtabs(8)) <= 80:
        return [line]
    tabs = len(line) - len(line.lstrip("\t"))
    for m in reversed(list(re.finditer(r", |\(", line))):
        if len(line[:m.end()].rstrip().expandtabs(8)) <= 80:
            rest = "\t" * (tabs + 2) + line[m.end():]
            return [line[:m.end()].rstrip()] + fold(rest)
    return [line]


def words(text, width):
    """Text as pieces of at most width characters, broken after blanks."""
    out = [""]
    for word in re.findall(r"\S+\s*", text):
        if out[-1] and len(out[-1] + word) > width:
            out.append("")
        out[-1] += word
    return out


def comment(doc, indent=""):
    if not doc:
        return []
    if len(doc) == 1 and len(doc[0]) <= 74:
        return [f"{indent}/* {doc[0]} */"]
    lines = [f"{indent} * {line}".rstrip() for line in doc]
    return [indent + "/*", *lines, indent + " */"]


def banner(source):
    return [SPDX, f"/* Written by tools/wire.py from {source}: edit that. */"]


def guarded(name, source, body):
    mark = f"WIRE_GEN_{name.upper()}_H"
    return [*banner(source), f"#ifndef {mark}", f"#define {mark}", "",
            *body, "", "#endif"]


def c_type(t):
    if t.kind == "int":
        return "vch_u128" if t.text == "u128" else f"uint{t.n * 8}_t"
    return {"bytes": "uint8_t", "upto": "struct vch_span"}.get(
        t.kind, f"struct vch_{t.text}")


def c_member(struct, f):
    t, name, out = f.type, f.name, []
    if t.kind == "list":
        out = [f"\tuint8_t {name}_cnt;"]
        name, t = f"{name}[{bound(struct, f)}]", t.of
    tail = f"[{t.n}]" if t.kind == "bytes" else ""
    note = f" /* {f.doc} */" if f.doc else ""
    return out + fold(f"\t{c_type(t)} {name}{tail};{note}")


def c_const(const):
    line = f"#define VCH_{const.name} {const.value}"
    note = f" /* {const.doc} */"
    if not const.doc:
        return [line]
    return [line + note] if len(line + note) <= 80 else [note.strip(), line]


def c_struct(struct):
    out = [f"#define {name} {most}" for name, most in bounds(struct)]
    out += [f"struct vch_{struct.name} {{"]
    for f in struct.fields:
        out += c_member(struct, f)
    if not struct.fields:
        out.append("\tuint8_t unused; /* no fields; C wants one */")
    out += ["};"]
    name = struct.name
    out += [f"#define VCH_{name.upper()}_ENC_MAX {struct.size(True)}"]
    for line in signatures(name):
        must = "VCH_MUST " if line.startswith("enum") else ""
        out += fold(must + line + ";")
    return out


def signatures(name):
    return [f"void vch_{name}_read(struct vch_reader *r, "
            f"struct vch_{name} *ret)",
            f"void vch_{name}_write(struct vch_writer *w, "
            f"const struct vch_{name} *in)",
            f"enum vch_err vch_{name}_decode(struct vch_{name} *ret, "
            f"struct vch_span in)",
            f"enum vch_err vch_{name}_encode(struct vch_writer *w, "
            f"const struct vch_{name} *in)"]


def c_read(t, at, most):
    return {"int": f"{at} = vch_read_{t.text}(r);",
            "bytes": f"vch_read_bytes(r, {at}, sizeof({at}));",
            "upto": f"{at} = read_span{8 * t.prefix()}(r, {most});",
            "struct": f"vch_{t.text}_read(r, &{at});"}[t.kind]


def c_write(t, at, most):
    return {"int": f"vch_write_{t.text}(w, {at});",
            "bytes": f"vch_write_bytes(w, {at}, sizeof({at}));",
            "upto": f"write_span{8 * t.prefix()}(w, {at}, {most});",
            "struct": f"vch_{t.text}_write(w, &{at});"}[t.kind]


def c_loop(struct, f, each, own, count):
    """The lines for one field; own is ret or in."""
    at, t = f"{own}->{f.name}", f.type
    if t.kind != "list":
        return fold("\t" + each(t, at, bound(struct, f)))
    return [*fold(f"\t{count.format(at, bound(struct, f))}"),
            f"\tfor (size_t i = 0; i < cnt; i++)",
            *fold("\t\t" + each(t.of, at + "[i]",
                                   bound(struct, f, True)))]


def c_body(struct, each, own, count):
    if not struct.fields:
        other = {"ret": "r", "in": "w"}[own]
        keep = "ret->unused = 0;" if own == "ret" else "(void)in;"
        return [f"\t(void){other};", "\t" + keep]
    has_list = any(f.type.kind == "list" for f in struct.fields)
    out = ["\tsize_t cnt;", ""] if has_list else []
    for f in struct.fields:
        out += c_loop(struct, f, each, own, count)
    return out


def c_functions(struct):
    name = struct.name
    read, write, decode, encode = signatures(name)
    return [*fold(read), "{",
            *c_body(struct, c_read, "ret",
                    "cnt = {0}_cnt = read_cnt(r, {1});"), "}", "",
            *fold(write), "{",
            *c_body(struct, c_write, "in",
                    "cnt = write_cnt(w, {0}_cnt, {1});"), "}", "",
            *fold(decode), "{",
            "\tstruct vch_reader r = vch_reader(in);",
            "\tenum vch_err err;", "",
            f"\tvch_{name}_read(&r, ret);",
            "\terr = vch_reader_end(&r);",
            "\tif (err != VCH_OK)",
            "\t\tmemset(ret, 0, sizeof(*ret));",
            "\treturn err;", "}", "",
            *fold(encode), "{",
            f"\tvch_{name}_write(w, in);",
            "\treturn w->bad ? VCH_SIZE : VCH_OK;", "}", ""]


SPAN_HELPERS = """\
static struct vch_span read_span@(struct vch_reader *r, size_t most)
{
	size_t len = vch_read_u@(r);

	if (len > most) {
		r->bad = true;
		r->left = 0;
		len = 0;
	}
	return vch_read_span(r, len);
}

static void write_span@(struct vch_writer *w, struct vch_span in, size_t most)
{
	if (in.len > most) {
		w->bad = true;
		return;
	}
	vch_write_u@(w, (uint@_t)in.len);
	vch_write_bytes(w, in.ptr, in.len);
}
"""

COUNT_HELPERS = """\
static uint8_t read_cnt(struct vch_reader *r, uint8_t most)
{
	uint8_t cnt = vch_read_u8(r);

	if (cnt <= most)
		return cnt;
	r->bad = true;
	r->left = 0;
	return 0;
}

/* How many to write: none if there are too many. */
static uint8_t write_cnt(struct vch_writer *w, uint8_t cnt, uint8_t most)
{
	vch_write_u8(w, cnt);
	if (cnt <= most)
		return cnt;
	w->bad = true;
	return 0;
}
"""

CODEC_DOC = """\
For each struct vch_x there are four functions:

_read    takes it from a cursor; what is too long, or missing, marks the
         cursor bad. Elements past a list's count are left as they were.
_write   appends it; a list or bytes over the stated bound marks it bad.
_decode  the whole of `in` and nothing else, or VCH_FORMAT and *ret zeroed.
         Spans in *ret point into `in`.
_encode  as _write; VCH_SIZE if it did not fit.

VCH_X_ENC_MAX is the most bytes its form allows.""".splitlines()

COMMANDS_H = """\
/* The phases of the trusted application, as bits. */
enum vch_phase {
	VCH_PHASE_BOOT = 1,
	VCH_PHASE_SERVE = 2,
	VCH_PHASE_UPGRADED = 4,
	VCH_PHASE_UPGRADE = 6, /* serve, or upgraded */
	VCH_PHASE_ANY = 7,
};

/* What the door checks before a handler runs; sizes are in bytes. */
struct vch_command_info {
	uint32_t number;
	const char *name;
	uint8_t phases; /* enum vch_phase */
	uint32_t request_max;
	uint32_t answer_max;
};

extern const struct vch_command_info vch_commands[VCH_COMMAND_CNT];

/* The command of that number, or NULL if there is none. */
const struct vch_command_info *vch_command_find(uint32_t number);"""

FIND_C = """\
const struct vch_command_info *vch_command_find(uint32_t number)
{
	for (size_t i = 0; i < VCH_COMMAND_CNT; i++) {
		if (vch_commands[i].number == number)
			return &vch_commands[i];
	}
	return NULL;
}"""


def spec_h(spec):
    body = ["#include <stdint.h>", "", '#include "trusted/base/bytes.h"']
    body += [f'#include "wire/gen/{i.name}.h"' for i in spec.includes]
    body += ["", *comment(spec.doc)]
    body += [] if spec.includes else ["", *comment(CODEC_DOC)]
    last = None
    for item in spec.items:
        if isinstance(item, Const):
            body += [] if isinstance(last, Const) else [""]
            body += c_const(item)
            last = item
            continue
        last = item
        body += ["", *comment(item.doc)]
        if isinstance(item, Command):
            body += [*c_struct(item.request), "", *c_struct(item.answer)]
        else:
            body += c_struct(item)
    if commands := spec.of(Command):
        body += ["", "enum vch_command {"]
        body += [f"\tVCH_CMD_{c.name} = {c.number}," for c in commands]
        body += ["};", f"#define VCH_COMMAND_CNT {len(commands)}", ""]
        body += COMMANDS_H.splitlines()
    return guarded(spec.name, f"wire/{spec.name}.wire", body)


def spec_c(spec, consts):
    types = [f.type for s in spec.structs() for f in s.fields]
    types += [t.of for t in types if t.of]
    out = [*banner(f"wire/{spec.name}.wire"),
           f'#include "wire/gen/{spec.name}.h"', "",
           "#include <string.h>", ""]
    for size in (2, 4):
        if any(t.kind == "upto" and t.prefix() == size for t in types):
            out += SPAN_HELPERS.replace("@", str(8 * size)).split("\n")
    if any(t.kind == "list" for t in types):
        out += COUNT_HELPERS.split("\n")
    for struct in spec.structs():
        out += c_functions(struct)
    if commands := spec.of(Command):
        out += ["const struct vch_command_info "
                "vch_commands[VCH_COMMAND_CNT] = {"]
        for c in commands:
            sizes = [c.most(w, consts) for w in ("request", "answer")]
            out += [f'\t{{VCH_CMD_{c.name}, "{c.name}", '
                    f"VCH_PHASE_{c.phase.upper()}, {sizes[0]}, {sizes[1]}}},"]
        out += ["};", "", *FIND_C.splitlines(), ""]
    return out[:-1]


def errors_h(doc, errors):
    body = ["#include <stdbool.h>", "#include <stdint.h>", "",
            *comment(doc), "enum vch_err {"]
    body += [f"\tVCH_{name} = {code}," for code, name, _ in errors]
    body += ["};", f"#define VCH_ERR_CNT {len(errors)}", "",
             "/* All codes, in rising order. */",
             "extern const enum vch_err vch_err_all[VCH_ERR_CNT];", "",
             '/* The name without its prefix, "FORMAT"; "UNKNOWN" if it is '
             "none. */",
             "const char *vch_err_name(enum vch_err err);", "",
             "/* What was wrong and what to do, as one sentence. */",
             "const char *vch_err_sentence(enum vch_err err);", "",
             "/* True if code is one of the above. */",
             "bool vch_err_known(uint16_t code);"]
    return guarded("errors", "wire/errors.wire", body)


def errors_c(errors):
    out = [*banner("wire/errors.wire"), '#include "wire/gen/errors.h"', "",
           "const enum vch_err vch_err_all[VCH_ERR_CNT] = {"]
    out += [f"\tVCH_{name}," for _, name, _ in errors] + ["};", ""]
    for what, col, none in (("name", 1, "UNKNOWN"),
                            ("sentence", 2, "This code is not known here.")):
        out += [f"const char *vch_err_{what}(enum vch_err err)", "{",
                "\tswitch (err) {"]
        for e in errors:
            pieces = [f'"{p}"' for p in words(e[col], 54)]
            out += [f"\tcase VCH_{e[1]}:", "\t\treturn " + pieces[0]]
            out += ["\t\t       " + p for p in pieces[1:]]
            out[-1] += ";"
        out += ["\t}", f'\treturn "{none}";', "}", ""]
    out += ["bool vch_err_known(uint16_t code)", "{",
            "\tfor (int i = 0; i < VCH_ERR_CNT; i++) {",
            "\t\tif ((uint16_t)vch_err_all[i] == code)",
            "\t\t\treturn true;", "\t}", "\treturn false;", "}"]
    return out


def shape(t):
    """A type as the tests read it: `n;` bytes, `<n;` upto, `*n(...)`."""
    if t.kind == "struct":
        return "".join(shape(f.type) for f in t.struct.fields)
    if t.kind == "list":
        return f"*{t.n}({shape(t.of)})"
    return f"{'<' if t.kind == 'upto' else ''}{t.n};"


def each_h(specs):
    body = [*comment(["X(name, most, shape) for every struct, for tests: most "
                      "is its ENC_MAX.", "In a shape `n;` is n bytes, `<n;` a "
                      "length and at most n bytes,", "`*n(s)` a count and at "
                      "most n times s."])]
    body += ["#define VCH_WIRE_EACH(X) \\"]
    for struct in (s for spec in specs for s in spec.structs()):
        text = shape(Type("struct", struct.name, struct=struct))
        parts = re.findall(r".{1,60}", text) or [""]
        body += [f"\tX({struct.name}, VCH_{struct.name.upper()}_ENC_MAX, \\"]
        body += [f'\t  "{p}" \\' for p in parts[:-1]]
        body += [f'\t  "{parts[-1]}") \\']
    body[-1] = body[-1][:-2]
    return guarded("each", "the .wire files", body)
