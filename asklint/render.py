"""Values as YAML or JSON text that kubectl reads back as the same values."""

from __future__ import annotations

import json
import re
from typing import Any

from asklint.scalar import CannotType, plain

_PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./@+-]*(?: [A-Za-z0-9_./@+-]+)*(?::[A-Za-z0-9_./@+-]+)*")
_BREAKS = re.compile("[\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff]")


class Written:
    """A value that stands in a text already, with the lines to write for it: `{key}` is where its key goes."""

    __slots__ = ("lines", "value")

    def __init__(self, value: Any, lines: list[str]) -> None:
        self.value = value
        self.lines = lines


def scalar(value: Any, style: str = "") -> str:
    """`value` (str, int, float, bool or None) in quotes of `style`, plain where that is `""` and safe."""
    if not isinstance(value, str):
        return json.dumps(value)
    if style == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return value if style == "" and is_plain(value) else quoted(value)


def is_plain(text: str) -> bool:
    """Whether kubectl reads the bare characters of `text` as that string, in block and flow style."""
    if _PLAIN.fullmatch(text) is None:
        return False
    try:
        return plain(text) is text
    except CannotType:
        return False


def quoted(text: str) -> str:
    """`text` in double quotes, right in YAML and in JSON."""
    return _BREAKS.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False))


def flow(value: Any, as_json: bool = False) -> str:
    """`value` on one line."""
    if isinstance(value, Written):
        return flow(value.value, as_json)
    if isinstance(value, dict):
        parts = [f"{quoted(key) if as_json else scalar(key)}: {_string(key, value[key], as_json)}" for key in value]
        return "{" + ", ".join(parts) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item, as_json) for item in value) + "]"
    return scalar(value, '"' if as_json else "")


def _string(key: str, value: Any, as_json: bool) -> str:
    if key == "annotations" and isinstance(value, dict):
        return (
            "{" + ", ".join(f"{quoted(k) if as_json else scalar(k)}: {annotation(v)}" for k, v in value.items()) + "}"
        )
    return flow(value, as_json)


def annotation(value: Any) -> str:
    """An annotation's value: always quoted, so that nobody who edits it makes a number of it."""
    value = value.value if isinstance(value, Written) else value
    return quoted(value) if isinstance(value, str) else flow(value)


def block(value: Any, step: int, offset: int, parent: str = "") -> list[str]:
    """The lines of a non-empty dict or list in block style, the first at column 0; `parent` is the key it stands under."""
    lines: list[str] = []
    if isinstance(value, list):
        for item in value:
            inner = block(item, step, offset) if isinstance(item, dict | list) and item else [flow(item)]
            lines += [f"- {inner[0]}", *(f"  {line}" for line in inner[1:])]
        return lines
    for key, item in value.items():
        if isinstance(item, Written):
            lines += [line.replace("{key}", scalar(key), 1) for line in item.lines]
        elif isinstance(item, dict | list) and item:
            indent = " " * (offset if isinstance(item, list) else step)
            lines += [f"{scalar(key)}:", *(indent + line for line in block(item, step, offset, key))]
        else:
            lines.append(f"{scalar(key)}: {annotation(item) if parent == 'annotations' else flow(item)}")
    return lines
