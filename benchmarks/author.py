"""Manifests as people write them, in every style, and given objects written so."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from asklint import scalar

Choose = Callable[..., Any]

KEYS = ["name", "metadata", "spec", "labels", "ports", "a.b/c", "image", "env", "on", "data", "resources", "limits"]
WORDS = [
    "web",
    "nginx:1.27",
    "a b",
    "10Mi",
    "0644",
    "true",
    "~",
    "1.50",
    "é中",
    "x#y",
    "https://a/b?c=d",
    "-1",
    "12:30",
]


class Author:
    """Writes manifests in a style that `choose` decides (it gives one of its arguments), line by line.

    Each comment has a number of its own.
    """

    def __init__(self, choose: Choose) -> None:
        self.choose = choose
        self.step = self.choose(2, 2, 2, 4, 1)
        self.offset = self.choose(0, 0, 2, 4)
        self.comments = 0
        self.anchors = 0
        self.known: dict[str, str] = {}  # what is anchored, as JSON: the anchor
        self.open = False  # the last thing written is a block scalar: what follows more indented is its text

    def text(self, documents: Iterable[Callable[[], list[str]]]) -> str:
        """A file of `documents`, each a function that gives its lines."""
        lines: list[str] = []
        for number, document in enumerate(documents):
            self.anchors, self.known = 0, {}  # they do not cross documents
            if number:
                lines.append(self.choose("---", "---", "--- " + self.comment()))
            lines += document()
        newline = self.choose("\n", "\n", "\n", "\r\n")
        text = self.choose("", "", "", "---" + newline, "\ufeff") + newline.join(lines)
        return text + self.choose(newline, newline, "")

    def seldom(self):
        return self.choose(False, False, False, False, False, True)

    def comment(self):
        self.comments += 1
        return f"# {self.comments}" + self.choose("", " '\"{[", " é 中", ": x")

    def keys(self):
        count = self.choose(1, 2, 3, 4)
        keys = [self.choose(*KEYS) for _ in range(count)]
        return keys if self.seldom() else list(dict.fromkeys(keys))

    def key(self, key):
        return self.choose(key, key, key, f"'{key}'", f'"{key}"')

    def scalar(self):
        word = self.choose(*WORDS)
        return self.choose(word, word, f"'{word}'", f'"{word}"', '"\\u00e9\\n{{ .x }}"', "''", "null", "!!str 1")

    def flow(self, depth):
        if depth == 0 or self.seldom():
            word = self.choose(*WORDS)
            return self.choose("1", "'x, y'", f'"{word}"', "a/b", "{}", "[]")
        space, comma = self.choose("", "", " "), self.choose("", "", "", ",")
        if self.choose(True, False):
            parts = [f"{self.key(key)}: {self.flow(depth - 1)}" for key in self.keys()]
            return "{" + space + ", ".join(parts) + comma + space + "}"
        parts = [self.flow(depth - 1) for _ in range(self.choose(1, 2, 3))]
        return "[" + space + ", ".join(parts) + comma + space + "]"

    def flow_lines(self, indent):
        pad = " " * (indent + 2)
        end = self.choose(",", "", f" {self.comment()}" if self.seldom() else "")
        parts = [f"{self.key(key)}: {self.flow(1)}" for key in self.keys()]
        return ["{", *(f"{pad}{part}," for part in parts[:-1]), pad + parts[-1] + end, " " * (indent + 1) + "}"]

    def block_scalar(self, indent):
        pad = " " * (indent + self.choose(1, 2, 4))
        lines = [pad + self.choose("x", "# x", "- x", "a: b", "x  ") for _ in range(self.choose(1, 2))]
        if self.seldom():
            lines[1:1] = ["", pad + "  y"]
        return [self.choose("|", "|", "|-", "|+", ">", ">-", ">+"), *lines, *[""] * self.choose(0, 0, 1, 2)]

    def value(self, indent, depth):
        """The lines of a value under a key at column `indent`: the first stands behind the colon, or the dash."""
        kind = self.choose(
            *("block", "list") * 3, "scalar", "scalar", "flow", "flow lines", "text", "empty", "lines", "link"
        )
        behind = f"  {self.comment()}" if self.seldom() else ""
        if depth > 0 and kind == "block":
            return [behind, *self.block(indent + self.step, depth - 1)]
        if depth > 0 and kind == "list":
            return [behind, *self.items(indent + self.offset, depth - 1)]
        if kind == "text":
            return self.block_scalar(indent)
        if kind == "flow lines":
            return self.flow_lines(indent)
        if kind == "lines":
            return ["'x", " " * (indent + 1) + "# y", "", " " * (indent + 2) + "z'" + behind]
        if kind == "link":
            if self.anchors and self.choose(True, False):
                return [f"*a{self.choose(*range(1, self.anchors + 1))}"]
            self.anchors += 1
            return [f"&a{self.anchors} {self.choose('x', '{k: v}', '[1, 2]')}"]
        word = "" if kind == "empty" else self.flow(2) if kind == "flow" else self.scalar()
        return [word + behind]

    def around(self, indent):
        """What may stand before a part: blank lines, and comments at its column, deeper and shallower."""
        if not self.seldom():
            return []
        lines = []
        for _ in range(self.choose(1, 2)):
            column = self.choose(indent, indent, indent, indent + 3, 0)
            lines.append(self.choose("", " " * column + self.comment(), " " * column + self.comment()))
        return lines

    def block(self, indent, depth):
        pad, lines = " " * indent, []
        for key in self.keys():
            first, *rest = self.value(indent, depth)
            lines += [*self.around(indent), pad + self.key(key) + ":" + (" " + first if first else ""), *rest]
        return lines

    def items(self, indent, depth):
        pad, lines = " " * indent, []
        for _ in range(self.choose(1, 2, 3)):
            lines += self.around(indent)
            kind = self.choose("mapping", "mapping", "value", "dash")
            inner = self.block(indent + 2, depth) if depth > 0 else [pad + "  x"]
            if kind == "value" or depth == 0:
                first, *rest = self.value(indent, 0)
                lines += [pad + "-" + (" " + first if first else ""), *rest]
            elif kind == "dash" or inner[0].strip() == "" or inner[0].lstrip().startswith("#"):
                lines += [pad + "-", *inner]
            else:
                lines += [pad + "- " + inner[0].lstrip(), *inner[1:]]
        return lines

    def document(self):
        header = [self.comment(), *self.choose([], [""])] if self.seldom() else []
        return header + self.block(0, self.choose(1, 2, 3)) + self.around(0)

    # -- what is given, in any style

    def given(self, value: dict[str, Any]) -> list[str]:
        """The lines of a document that says `value`."""
        header = [self.comment()] if self.seldom() else []
        if not value or (self.seldom() and self.seldom()):
            return header + self.flowed(value, "\n").split("\n")
        return header + self.entries(value, 0)

    def entries(self, mapping: dict[str, Any], indent: int) -> list[str]:
        pad, lines = " " * indent, []
        mapping = dict(mapping)
        for said, anchor in self.known.items():
            part = json.loads(said)
            if isinstance(part, dict) and part.items() <= mapping.items() and self.choose(True, False):
                lines.append(f"{pad}<<: *{anchor}")
                mapping = {key: value for key, value in mapping.items() if key not in part}
                break
        for key, value in mapping.items():
            around = [] if self.open else self.around(indent)
            if self.seldom() and self.seldom():
                around.append(f"{pad}{self.name(key)}: gone")
            first, *rest = self.said(value, indent)
            opened, colon = ("? ", f"\n{pad}:") if self.seldom() and self.seldom() else ("", ":")
            head = f"{pad}{opened}{self.name(key)}{colon}{' ' * bool(first)}{first}"
            lines += [*around, *head.split("\n"), *rest]
        return lines

    def listed(self, items: list[Any], indent: int) -> list[str]:
        pad, lines = " " * indent, []
        for item in items:
            around = [] if self.open else self.around(indent)
            if isinstance(item, dict) and item and self.choose(True, True, False):
                self.open = True  # so that no comment stands behind the dash
                first, *rest = self.entries(item, indent + 2)
                lines += [*around, f"{pad}- {first.lstrip()}", *rest]
            else:
                first, *rest = self.said(item, indent, 1)
                lines += [*around, f"{pad}-{' ' * bool(first)}{first}", *rest]
        return lines

    def said(self, value: Any, indent: int, least: int = 0) -> list[str]:
        """The lines of `value` under a key or dash at column `indent`, a list in it at least `least` columns deeper."""
        written, self.open = json.dumps(value), False
        if written in self.known and self.choose(True, True, False):
            return [f"*{self.known[written]}"]
        anchor = mark = ""
        if self.seldom() and self.choose(False, True):
            self.anchors += 1
            anchor, mark = f"a{self.anchors}", f"&a{self.anchors} "
        behind = f"  {self.comment()}" if self.seldom() else ""
        if isinstance(value, dict | list) and value and not self.seldom():
            inner = self.entries(value, indent + self.step) if isinstance(value, dict) else []
            inner = inner or self.listed(value, indent + max(self.offset, least))
            lines = [(mark.rstrip() + behind), *inner]
        elif isinstance(value, str):
            first, *rest = self.string(value, indent)
            lines = [mark + first + ("" if rest else behind), *rest]
        else:
            separator = self.choose(" ", " ", f"\n{' ' * (indent + 2)}")
            first, *rest = self.flowed(value, separator).split("\n")
            lines = [mark + first, *rest]
            lines[-1] += behind
        if anchor:
            self.known[written] = anchor
        return lines

    def name(self, key: str) -> str:
        return self.choose(*[one for one in (quotations(key)) if one[0] not in "|>"])

    def flowed(self, value: Any, separator: str) -> str:
        comma = self.choose(",", "," + separator) if separator == " " else "," + separator
        if isinstance(value, dict):
            inner = comma.join(f"{self.name(key)}: {self.flowed(item, separator)}" for key, item in value.items())
            return "{" + inner + "}"
        if isinstance(value, list):
            return "[" + comma.join(self.flowed(item, separator) for item in value) + "]"
        return self.choose(*(quotations(value) if isinstance(value, str) else spellings(value)))

    def string(self, value: str, indent: int) -> list[str]:
        pad = " " * (indent + self.choose(1, 2, 4))
        body = value.removesuffix("\n")
        if _BLOCK.fullmatch(body) and (body != value or "\n" in body or self.seldom()):
            self.open = True
            style = self.choose("|", "|", ">") if "\n" not in body else "|"
            header = style + ("" if body != value else "-") + (f"  {self.comment()}" if self.seldom() else "")
            return [header, *(pad + line if line else "" for line in body.split("\n"))]
        said = self.choose(*quotations(value))
        spaces = [match.start() for match in re.finditer(r"(?<=[\w,.;])\x20(?=\w)", said)]
        if spaces and self.seldom():
            at = self.choose(*spaces)
            return [said[:at], pad + said[at + 1 :]]
        return [said]


_PLAIN = re.compile(r"[A-Za-z0-9_./+-]+(?:[:@][A-Za-z0-9_./+-]+)*(?:\x20[A-Za-z0-9_./+]+)*")
_SINGLE = re.compile(r"[ -~\xa0-\u2027\u202a-\ud7ff\U00010000-\U0010fffd]*")
_BLOCK = re.compile(rf"[!-~\xa1-\u2027]{_SINGLE.pattern}(?:\n(?:[!-~]{_SINGLE.pattern}|\x20+[!-~]{_SINGLE.pattern}|))*")
_ODD_LETTER = re.compile("[\x7f-\x9f\u2028-\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def quotations(text: str) -> list[str]:
    """The ways to write `text` on one line."""
    double = _ODD_LETTER.sub(lambda letter: f"\\u{ord(letter[0]):04x}", json.dumps(text, ensure_ascii=False))
    ways = [double, re.sub("[^ -~]", lambda letter: f"\\U{ord(letter[0]):08x}", double)]
    if _SINGLE.fullmatch(text):
        ways.append("'" + text.replace("'", "''") + "'")
    if _PLAIN.fullmatch(text) and scalar.plain(text) == text and not text.startswith(("-", ".")):
        ways += [text, text, text]
    return ways


def spellings(value: Any) -> list[str]:
    """The ways to write a plain `value` that is no string."""
    if value is None:
        return ["null", "~", "Null", "!!null ''"]
    if isinstance(value, bool):
        return ["true", "yes", "On"] if value else ["false", "no", "Off"]
    if isinstance(value, int) and value >= 0:
        return [str(value), str(value), hex(value), f"0{value:o}"]
    return [json.dumps(value)]
