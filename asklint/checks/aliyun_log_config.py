"""aliyun-log-config: an AliyunLogConfig that lacks what it needs, or says what is not taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.log_env import is_open
from asklint.edit import Set
from asklint.finding import Hit
from asklint.path import Path, concrete, get, mapping
from asklint.resource import Object

_CONFIG: Path = ("spec", "logtailConfig")


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """Hits on missing `needed` fields, on a configName that is not the object's, and on `values` out of bounds."""
    if not isinstance(subject.data.get("spec"), dict):
        return
    for text in params["needed"]:
        path = concrete(text)
        at, whole = path[:-1], get(subject.data, path)
        while at and get(subject.data, at) is None:
            at, path = at[:-1], path[:-1]
        if whole is None:
            yield Hit(at, "missing", {"needed": str(path[-1])}, missing=True)
            break
    config = mapping(get(subject.data, _CONFIG))
    name = config.get("configName")
    if isinstance(name, str) and subject.name and name != subject.name and not is_open(name + subject.name):
        place = (*_CONFIG, "configName")
        yield Hit(place, "name", {"configured": name, "named": subject.name}, (Set(place, subject.name),))
    if config.get("inputType") == "plugin" and get(config, ("inputDetail", "plugin")) is None:
        yield Hit((*_CONFIG, "inputType"), "plugin")
    for text, grammar in params["values"].items():
        value = get(subject.data, concrete(text))
        if value is not None and not _fits(value, grammar):
            yield Hit(concrete(text), grammar["case"], {"expected": grammar["expected"]})


def _fits(value: Any, grammar: Mapping[str, Any]) -> bool:
    if "enum" in grammar:
        return value in grammar["enum"] or (isinstance(value, str) and is_open(value))
    least, most = grammar["integer"]
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
