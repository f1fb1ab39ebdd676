"""log-env-legacy: variables of log collection as they were written before 2021, or for log-pilot."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from asklint.checks.log_env import PREFIX, Logged, Variable, is_path, is_stream, logged
from asklint.edit import Edit, Insert, Set
from asklint.finding import Hit
from asklint.resource import Pod

_KEY = re.compile(r"[a-z0-9-]+")


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on each such variable.

    `keyless` settings once held for all collections, `singular` is the older prefix, `pilot` are patterns of the
    variables of log-pilot, `host` is where a node kept what containers print.
    """
    for container in logged(subject, params["suffixes"]):
        for one in container.variables:
            if one.name.startswith(params["singular"]):
                yield _singular(container, one, params)
            elif _compiled("|".join(params["pilot"])).fullmatch(one.name):
                yield Hit((*one.path, "name"), "pilot", {"name": one.name})
            elif one.name.removeprefix(PREFIX) in params["keyless"] and not _collects(one.value):
                yield _keyless(container, one, params)
            elif not one.suffix and (one.value or "").startswith(params["host"]):
                yield Hit((*one.path, "value"), "host", {}, (Set((*one.path, "value"), "stdout"),))


def _collects(value: str | None) -> bool:
    """Whether the value says what to collect: then the variable is a collection that happens to be called project."""
    return value is not None and (is_stream(value) or is_path(value))


def _singular(container: Logged, one: Variable, params: Mapping[str, Any]) -> Hit:
    name = PREFIX + _dashed(one.name.removeprefix(params["singular"]))
    free = all(other.name != name for other in container.variables) and _KEY.fullmatch(name.removeprefix(PREFIX))
    return Hit((*one.path, "name"), "singular", {"new": name}, (Set((*one.path, "name"), name),) if free else ())


def _keyless(container: Logged, one: Variable, params: Mapping[str, Any]) -> Hit:
    """The setting goes to every collection of the container that has none of its own."""
    setting = one.name.removeprefix(PREFIX)
    keys = [key for key in _keys(container, params) if _KEY.fullmatch(key)]
    names = [f"{PREFIX}{key}_{setting}" for key in keys]
    wanted = [name for name in names if all(other.name != name for other in container.variables)]
    edits: list[Edit] = []
    if wanted and one.value is not None:
        edits = [Set((*one.path, "name"), wanted[0])]
        edits += [Insert(one.path[:-1], {"name": name, "value": one.value}) for name in wanted[1:]]
    told = {"setting": setting, "new": f"{PREFIX}{keys[0] if len(keys) == 1 else '<key>'}_{setting}"}
    return Hit((*one.path, "name"), "keyless", told, tuple(edits))


def _keys(container: Logged, params: Mapping[str, Any]) -> Iterator[str]:
    """The collections of the container, those with the older prefix by their new names."""
    for one in container.variables:
        if one.name.startswith(params["singular"]):
            yield _dashed(one.name.removeprefix(params["singular"]))
        elif not one.suffix and one.key not in params["keyless"]:
            yield one.key


def _dashed(key: str) -> str:
    return key.replace("_", "-").lower()


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
