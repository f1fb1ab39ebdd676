"""Resources beyond CPU and memory that a container asks for, and claims of devices."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from asklint import quantity
from asklint.checks.pod_parts import containers, runs
from asklint.finding import Hit
from asklint.path import Path, mapping
from asklint.resource import Object, Pod

_LONGEST = 317  # characters: a prefix, a slash and a name; the API server refuses what is longer


def check(subject: Object | Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """Each resource of a container whose name fits `names` and not `known`, once; `claim` for claims of devices."""
    if isinstance(subject, Object):
        yield Hit(("kind",), "claim")
        return
    if not runs(subject):
        return
    for path, container in containers(subject):
        resources = mapping(container.get("resources"))
        if resources:
            yield from _resources(resources, (*path, "resources"), _pattern(params["names"]), _pattern(params["known"]))
    if params.get("claims") and subject.data.get("resourceClaims"):
        yield Hit((*subject.path, "resourceClaims"), "claim")


def _resources(
    resources: Mapping[str, Any], path: Path, names: re.Pattern[str], known: re.Pattern[str]
) -> Iterator[Hit]:
    seen: set[str] = set()
    for field in ("limits", "requests"):
        for name, value in mapping(resources.get(field)).items():
            if name in seen or len(name) > _LONGEST or not names.fullmatch(name) or known.fullmatch(name):
                continue
            seen.add(name)
            amount = quantity.read(value)
            if amount is None or amount.nanos:
                yield Hit((*path, field, name), "resource", {"resource": name})


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)
