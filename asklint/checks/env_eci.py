"""env-eci: the variables by which ECI is told of a container, misspelt or with a value that it does not know."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from asklint.checks.annotation_grammar import fault
from asklint.checks.annotation_table import near
from asklint.checks.balancer_grammar import is_filled_in_later
from asklint.checks.pod_parts import containers, runs
from asklint.edit import Set
from asklint.finding import Hit
from asklint.path import Path, sequence
from asklint.resource import Pod

_NUMBER = re.compile(r"[+-]?[0-9]{1,9}")


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on each value that does not keep to its grammar in `variables`, and on each name that is nearly one."""
    known: Mapping[str, Mapping[str, Any]] = params["variables"]
    for path, container in containers(subject):
        env = sequence(container.get("env"))
        names = {entry["name"] for entry in env if isinstance(entry, dict) and isinstance(entry.get("name"), str)}
        if not any("ECI" in name.upper() for name in names) or not runs(subject):
            continue
        for index, entry in enumerate(env):
            name = entry.get("name") if isinstance(entry, dict) else None
            if isinstance(name, str) and "ECI" in name.upper():
                yield from _hits((*path, "env", index), name, entry.get("value"), known, names)


def _hits(path: Path, name: str, value: Any, known: Mapping[str, Mapping[str, Any]], names: set[str]) -> Iterator[Hit]:
    if name not in known:
        meant = _meant(name, tuple(known))
        if meant and meant not in names:
            yield Hit((*path, "name"), "name", {"right": meant}, (Set((*path, "name"), meant),))
        return
    if isinstance(value, str):
        yield from (_priority if known[name]["type"] == "priority" else _word)((*path, "value"), value, known[name])


def _priority(at: Path, value: str, grammar: Mapping[str, Any]) -> Iterator[Hit]:
    if not _NUMBER.fullmatch(value):
        if not is_filled_in_later(value):
            yield Hit(at, "number", {"most": grammar["most"]})
    elif abs(int(value)) > grammar["most"]:
        yield Hit(at, "range", {"most": grammar["most"]})


def _word(at: Path, value: str, grammar: Mapping[str, Any]) -> Iterator[Hit]:
    found = fault(grammar, value)
    if found is None:
        return
    if found.right is None:
        yield Hit(at, "enum", {"allowed": ", ".join(grammar["of"])})
    else:
        yield Hit(at, "slip", {"right": found.right}, (Set(at, found.right),))


@cache
def _meant(name: str, known: tuple[str, ...]) -> str:
    return next((one for one in known if near(name, one)), "")
