"""The value grammars of schemas/pod-annotations.yaml: what is wrong with a value, and the right one where plain."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from asklint.checks.annotation_table import near

Grammar = Mapping[str, Any]

# ${VAR}, $(VAR), {{ .Value }}, <id> and masks such as vsw-**** stand for what is filled in later.
_FILLED_IN_LATER = re.compile(r"\$[({\w]|\{\{|<[^<>]*>|\*\*|^\s*$")
_TRUE, _FALSE = ("true", "yes", "on", "y"), ("false", "no", "off", "n")


class Fault(NamedTuple):
    """What is wrong with a value: the case of the message, what it names, and the right value."""

    case: str
    fields: Mapping[str, object] = {}
    right: str | None = None


def fault(grammar: Grammar, value: str) -> Fault | None:
    """What is wrong with `value`, None where nothing is or where another tool has yet to fill it in."""
    if value not in grammar.get("of", ()) and _FILLED_IN_LATER.search(value):
        return None
    return _check(grammar, value)


def _check(grammar: Grammar, value: str) -> Fault | None:
    if value in grammar.get("also", ()):
        return None
    for wrong, right in grammar.get("misspelt", {}).items():
        mended = re.sub(rf"(?<![\w-]){re.escape(wrong)}(?![\w-])", right, value)
        if mended != value:
            return Fault("misspelt", {"wrong": wrong}, mended)
    return _CHECKS[grammar["type"]](grammar, value)


def _free(grammar: Grammar, value: str) -> Fault | None:
    return None


def _boolean(grammar: Grammar, value: str) -> Fault | None:
    if value in ("true", "false"):
        return None
    said = value.strip().lower()
    return Fault("boolean", right="true" if said in _TRUE else "false" if said in _FALSE else None)


def _enum(grammar: Grammar, value: str) -> Fault | None:
    if value in grammar["of"]:
        return None
    said = value.strip()
    for word in grammar["of"]:
        if said.lower() == word.lower():
            return Fault("slip", right=word)
    meant = [word for word in grammar["of"] if near(said, word)]
    case = "unlisted" if grammar.get("basis") == "inferred" else "enum"
    return Fault(case, {"allowed": ", ".join(grammar["of"])}, meant[0] if len(meant) == 1 else None)


def _integer(grammar: Grammar, value: str) -> Fault | None:
    low, high, suffix = grammar.get("min", 0), grammar.get("max"), grammar.get("suffix", "")
    if _within(value.removesuffix(suffix), low, high):
        return None
    mended = value.strip(" ,")
    if _within(mended.removesuffix(suffix), low, high):
        return Fault("slip", right=mended)
    if grammar.get("basis") == "inferred":
        return Fault("number")
    case = "integer" if high is None else "otherwise" if "otherwise" in grammar else "range"
    return Fault(case, {"low": low, "high": high, "otherwise": grammar.get("otherwise", "")})


def _within(text: str, low: int, high: int | None) -> bool:
    return bool(re.fullmatch("[0-9]{1,18}", text)) and low <= int(text) and (high is None or int(text) <= high)


def _decimal(grammar: Grammar, value: str) -> Fault | None:
    if re.fullmatch(rf"[0-9]+(?:\.[0-9]{{1,{grammar['places']}}})?", value):
        return None
    return Fault("decimal", {"places": grammar["places"]})


def _pattern(grammar: Grammar, value: str) -> Fault | None:
    if "retired" in grammar and re.search(grammar["retired"], value):
        return Fault("retired", {"item": value})
    if re.search(grammar["pattern"], value):
        return None
    return Fault("form", {"item": value, "example": grammar["example"]}, _mended(grammar, value))


def _mended(grammar: Grammar, value: str) -> str | None:
    """`value` after the corrections its grammar knows, where they make it right."""
    mended = value
    for wrong, right in grammar.get("replace", {}).items():
        mended = mended.replace(wrong, right, 1)
    if "strip" in grammar:
        mended = re.sub(grammar["strip"], "", mended)
    return mended if mended != value and re.search(grammar["pattern"], mended) else None


def _ipv4(grammar: Grammar, value: str) -> Fault | None:
    parts = value.split(".")
    if len(parts) == 4 and all(re.fullmatch("[0-9]{1,3}", part) and int(part) <= 255 for part in parts):
        return None
    return Fault("form", {"item": value, "example": "192.0.2.10"})


def _list(grammar: Grammar, value: str) -> Fault | None:
    items = [item.strip() for item in value.split(",")]
    faults = [_check(grammar["items"], item) if item else Fault("empty", right="") for item in items]
    wrong = [found for found in faults if found is not None]
    if wrong:
        first, right = wrong[0], None
        if all(found.right is not None for found in wrong):
            mended = [item if found is None else found.right for item, found in zip(items, faults, strict=True)]
            right = ",".join(item for item in mended if item) or None
        return Fault(first.case, first.fields, right)
    if "max" in grammar and len(items) > grammar["max"]:
        return Fault("too-many", {"count": len(items), "max": grammar["max"]})
    return None


# -- JSON


def _json_object(grammar: Grammar, value: str) -> Fault | None:
    return _json(grammar, value, _object)


def _json_list(grammar: Grammar, value: str) -> Fault | None:
    return _json(grammar, value, _objects)


def _json(grammar: Grammar, value: str, check: Callable[[Grammar, Any], Fault | None]) -> Fault | None:
    """The fault of a JSON text; a closing bracket too many, and quotes of the other kind, are plain slips."""
    found = _parsed(grammar, value, check)
    if found is not None and found.case == "json":
        for mended in (value.rstrip()[:-1], value.replace("'", '"')):
            if _parsed(grammar, mended, check) is None:
                return Fault("slip", right=mended)
    return found


def _parsed(grammar: Grammar, text: str, check: Callable[[Grammar, Any], Fault | None]) -> Fault | None:
    try:
        return check(grammar, json.loads(text))
    except (ValueError, RecursionError):
        return _unlike(grammar)


def _unlike(grammar: Grammar) -> Fault:
    return Fault("json", {"example": grammar["example"]})


def _objects(grammar: Grammar, data: Any) -> Fault | None:
    names = grammar["properties"].keys()
    if isinstance(data, list) and all(isinstance(item, dict) and item.keys() >= names for item in data):
        return next((found for item in data if (found := _object(grammar, item)) is not None), None)
    return _unlike(grammar)


def _object(grammar: Grammar, data: Any) -> Fault | None:
    if not isinstance(data, dict):
        return _unlike(grammar)
    properties = grammar.get("properties")
    for name, item in data.items():
        if properties is not None and name not in properties:
            return Fault("property", {"item": name, "allowed": ", ".join(properties)})
        found = _property({"type": "free"} if properties is None else properties[name], item)
        if found is not None:
            return (
                found._replace(case="too-many-of", fields={**found.fields, "item": name})
                if found.fields
                else _unlike(grammar)
            )
    return None


def _property(grammar: Grammar, item: Any) -> Fault | None:
    """What is wrong with a property: too many items of a list, or (with nothing to name) anything else."""
    if grammar["type"] == "json-strings":
        right = isinstance(item, list) and all(isinstance(text, str) for text in item)
        return None if right else Fault("json")
    if not isinstance(item, str):
        return Fault("json")
    found = _check(grammar, item) if item else None
    return found if found is None or found.case == "too-many" else Fault("json")


_CHECKS: dict[str, Callable[[Grammar, str], Fault | None]] = {
    "free": _free,
    "boolean": _boolean,
    "enum": _enum,
    "integer": _integer,
    "decimal": _decimal,
    "pattern": _pattern,
    "ipv4": _ipv4,
    "list": _list,
    "json-object": _json_object,
    "json-list": _json_list,
}
