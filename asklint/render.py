"""Values as YAML or JSON text that kubectl reads back as the same values."""

from __future__ import annotations

import json
import re
from typing import Any

from asklint.scalar import plain

_PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./@+-]*(?: [A-Za-z0-9_./@+-]+)*(?::[A-Za-z0-9_./@+-]+)*")
# Strings to kubectl, but 80580 seconds and a date to other readers of YAML 1.1.
_AMBIGUOUS = re.compile(r"[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*|\.+")
_UNSAFE = re.compile("[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


class Written:
    """A value that stands in a text already: the lines above its key, what follows the key, and the lines below."""

    __slots__ = ("above", "below", "commented", "rest", "value")

    def __init__(self, value: Any, above: list[str], rest: str, below: list[str], commented: bool) -> None:
        self.value = value
        self.above = above
        self.rest = rest
        self.below = below
        self.commented = commented


def scalar(value: Any, style: str = "") -> str:
    """`value` (str, int, float, bool or None) in quotes of `style`, plain where that is `""` and safe."""
    if not isinstance(value, str):
        return json.dumps(value)
    if style == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return value if style == "" and is_plain(value) else quoted(value)


def is_plain(text: str) -> bool:
    """Whether kubectl reads the bare characters of `text` as that string, in block and flow style."""
    return _PLAIN.fullmatch(text) is not None and plain(text) is text and _AMBIGUOUS.fullmatch(text) is None


def quoted(text: str) -> str:
    """`text` in double quotes, right in YAML and in JSON."""
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False))


def flow(value: Any, as_json: bool = False, parent: object = "") -> str:
    """`value` on one line; `parent` is the key it stands under."""
    if isinstance(value, Written):
        return flow(value.value, as_json, parent)
    if isinstance(value, dict):
        return "{" + ", ".join(pair(key, item, as_json, parent) for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item, as_json) for item in value) + "]"
    return scalar(value, '"' if as_json else "")


def pair(key: str, value: Any, as_json: bool = False, parent: object = "") -> str:
    """`key: value` on one line; `parent` is the key of the mapping it stands in."""
    written = annotation(value) if parent == "annotations" else flow(value, as_json, key)
    return f"{quoted(key) if as_json else scalar(key)}: {written}"


def annotation(value: Any) -> str:
    """An annotation's value: always quoted, so that nobody who edits it makes a number of it."""
    value = value.value if isinstance(value, Written) else value
    return quoted(value) if isinstance(value, str) else flow(value)


def document(value: dict[str, Any]) -> str:
    """`value` as kubectl writes an object: in block style, lists at their key's column, texts of many lines as such."""
    return "".join(f"{line}\n" if line.strip() else "\n" for line in block(value, 2, 0, literals=True))


def literal(value: Any) -> list[str]:
    """The lines of a text of several, as a literal block holds them; none where it may not be one.

    Blanks at the ends of lines would not be seen, and a first line that is empty or indented is read as indentation.
    """
    if not isinstance(value, str) or "\n" not in value.rstrip("\n"):
        return []
    lines = value.split("\n")
    if (
        any(line != line.rstrip() or not line.replace("\t", " ").isprintable() for line in lines)
        or lines[0][:1] in "\t "
    ):
        return []
    last = len(value) - len(value.rstrip("\n"))
    return [("|-", "|", "|+")[min(last, 2)], *(lines[:-1] if last else lines)]


def block(value: Any, step: int, offset: int, parent: object = "", literals: bool = False) -> list[str]:
    """The lines of a non-empty dict or list in block style, the first at column 0.

    `step` and `offset` are the indentation of mappings and of lists below their key; `parent` is the key that `value`
    stands under. With `literals`, texts of several lines stand in literal blocks.
    """
    lines: list[str] = []
    if isinstance(value, list):
        for item in value:
            text = literal(item) if literals else []
            nested = isinstance(item, dict | list) and item
            inner = block(item, step, offset, literals=literals) if nested else text or [flow(item)]
            lines += [f"- {inner[0]}", *(f"  {line}" for line in inner[1:])]
        return lines
    for key, item in value.items():
        if isinstance(item, Written):
            lines += [*item.above, scalar(key) + item.rest, *item.below]
        elif literals and (text := literal(item)):
            lines += [f"{scalar(key)}: {text[0]}", *(f"{' ' * step}{line}" for line in text[1:])]
        elif isinstance(item, dict | list) and item:
            indent = " " * (offset if isinstance(item, list) else step)
            lines += [f"{scalar(key)}:", *(indent + line for line in block(item, step, offset, key, literals))]
        else:
            lines.append(pair(key, item, parent=parent))
    return lines
