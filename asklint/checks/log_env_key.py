"""log-env-key: names and values of the variables of log collection, as they stand in one container."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from asklint.checks.log_env import PREFIX, Logged, Variable, is_open, is_path, is_stream, logged
from asklint.edit import Set
from asklint.finding import Hit
from asklint.resource import Pod

_KEY = re.compile(r"[a-z0-9-]+")


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """Hits on keys that are none, on settings of nothing, and on values that are not taken.

    `settings` has a grammar for each suffix, `legacy` are patterns of names that another rule speaks of.
    """
    for container in logged(subject, list(params["settings"])):
        for one in container.variables:
            if not one.name.startswith(PREFIX) or _compiled("|".join(params["legacy"])).fullmatch(one.name):
                continue
            if _KEY.fullmatch(one.key):
                yield from _setting(container, one, params) if one.suffix else _collection(one)
            else:
                yield _key(container, one)


def _key(container: Logged, one: Variable) -> Hit:
    """A key with other characters: an underscore is read as the beginning of a setting."""
    key = one.key.strip("_").replace("_", "-").lower()
    name = PREFIX + key + (f"_{one.suffix}" if one.suffix else "")
    free = _KEY.fullmatch(key) and all(other.name != name for other in container.variables)
    head, _, tail = one.key.rpartition("_")
    told = {"key": one.key, "new": name, "read": head, "setting": tail}
    case = "underscore" if head and tail and not one.suffix else "key"
    return Hit((*one.path, "name"), case, told, (Set((*one.path, "name"), name),) if free else ())


def _collection(one: Variable) -> Iterator[Hit]:
    value = one.value
    if value is not None and not is_stream(value) and not is_path(value) and not is_open(value):
        yield Hit((*one.path, "value"), "collect", {"value": value})


def _setting(container: Logged, one: Variable, params: Mapping[str, Any]) -> Iterator[Hit]:
    grammar = params["settings"][one.suffix]
    if one.key not in container.keys and not grammar.get("alone"):
        yield Hit((*one.path, "name"), "orphan", {"needed": PREFIX + one.key})
        return
    if one.value is None or is_open(one.value):
        return
    if "integer" in grammar:
        least, most = grammar["integer"]
        fits = re.fullmatch("[0-9]{1,9}", one.value) is not None and least <= int(one.value) <= most
    else:
        fits = _compiled(grammar.get("pattern", ".*")).fullmatch(one.value) is not None
    if not fits:
        yield Hit((*one.path, "value"), "setting", {"value": one.value, "expected": grammar["expected"]})


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
