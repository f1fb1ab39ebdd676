"""The value grammars that annotations of load balancers have beside those of pods: switches, lists without blanks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from asklint.checks import annotation_grammar
from asklint.checks.annotation_grammar import Fault, Grammar

# As in annotation_grammar, and {your-slb-id}, in which the vendor's pages leave ids open.
_FILLED_IN_LATER = re.compile(r"\$[({\w]|\{\{|<[^<>]*>|\*\*|^\s*$|^\{[\w-]+\}$")
_ON, _OFF = ("on", "true", "yes", "enabled", "1"), ("off", "false", "no", "disabled", "0")


def fault(grammar: Grammar, value: str) -> Fault | None:
    """What is wrong with `value`, None where nothing is or where another tool has yet to fill it in."""
    if grammar.get("fold") and value.lower() in {word.lower() for word in grammar.get("of", ())}:
        return None
    if is_filled_in_later(value):
        return None
    check = _CHECKS.get(grammar["type"])
    return annotation_grammar.fault(grammar, value) if check is None else check(grammar, value)


def is_filled_in_later(value: str) -> bool:
    """Whether another tool, or a person, has yet to fill `value` in."""
    return _FILLED_IN_LATER.search(value) is not None


def _switch(grammar: Grammar, value: str) -> Fault | None:
    if value in ("on", "off") or (grammar.get("fold") and value.lower() in ("on", "off")):
        return None
    said = value.strip().lower()
    return Fault("switch", right="on" if said in _ON else "off" if said in _OFF else None)


def _items(grammar: Grammar, value: str) -> Fault | None:
    items = value.split(",")
    wrong = [item for item in items if not re.search(grammar["pattern"], item)]
    if wrong:
        mended = _mended(grammar, value)
        right = mended if all(re.search(grammar["pattern"], item) for item in mended.split(",")) else None
        return Fault("slip" if right else "form", {"item": wrong[0], "example": grammar["example"]}, right)
    if len(items) < grammar.get("min", 1):
        return Fault("too-few", {"count": len(items), "min": grammar["min"]})
    return None


def _mended(grammar: Grammar, value: str) -> str:
    """`value` without its blanks and empty items; in small letters where its grammar wants them."""
    items = [item for item in re.sub(r"\s+", "", value).split(",") if item]
    return (",".join(items)).lower() if grammar.get("lower") else ",".join(items)


def _non_empty(grammar: Grammar, value: str) -> Fault | None:
    return Fault("non-empty") if value.strip().lower() in _OFF else None


def _listen_ports(grammar: Grammar, value: str) -> Fault | None:
    """`[{"HTTP": 80}, {"HTTPS": 443}]`."""
    try:
        data = json.loads(value)
    except (ValueError, RecursionError):
        return Fault("json", {"example": grammar["example"]})
    entries = [pair for entry in data if isinstance(entry, dict) for pair in entry.items()] if _maps(data) else []
    if entries and all(name in grammar["of"] and _port(port) for name, port in entries):
        return None
    return Fault("json", {"example": grammar["example"]})


def _maps(data: Any) -> bool:
    return isinstance(data, list) and all(isinstance(entry, dict) for entry in data)


def _port(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 65535


def _json(grammar: Grammar, value: str) -> Fault | None:
    try:
        right = _maps(json.loads(value))
    except (ValueError, RecursionError):
        right = False
    return None if right else Fault("json", {"example": grammar["example"]})


_CHECKS: dict[str, Callable[[Grammar, str], Fault | None]] = {
    "switch": _switch,
    "items": _items,
    "non-empty": _non_empty,
    "listen-ports": _listen_ports,
    "json": _json,
}
