"""The Downward API of a pod's fields, in variables and files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from asklint.checks.pod_parts import containers, runs
from asklint.finding import Hit
from asklint.path import Path, get, mapping, sequence
from asklint.resource import Pod


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """Each fieldPath that `fields` fits as a whole, in variables; with `others` each that it does not, in files too."""
    if not runs(subject):
        return
    fields = _pattern(params["fields"])
    for place, name in (*_variables(subject), *(_files(subject) if params["others"] else ())):
        if isinstance(name, str) and (fields.fullmatch(name) is None) == params["others"]:
            yield Hit(place)


def _variables(pod: Pod) -> Iterator[tuple[Path, Any]]:
    for path, container in containers(pod):
        for index, entry in enumerate(sequence(container.get("env"))):
            name = get(entry, ("valueFrom", "fieldRef", "fieldPath"))
            if name is not None:
                yield (*path, "env", index, "valueFrom", "fieldRef", "fieldPath"), name


def _files(pod: Pod) -> Iterator[tuple[Path, Any]]:
    for index, volume in enumerate(sequence(pod.data.get("volumes"))):
        start: Path = (*pod.path, "volumes", index)
        yield from _items(mapping(volume).get("downwardAPI"), (*start, "downwardAPI"))
        for number, source in enumerate(sequence(get(volume, ("projected", "sources")))):
            yield from _items(
                mapping(source).get("downwardAPI"), (*start, "projected", "sources", number, "downwardAPI")
            )


def _items(source: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    for index, item in enumerate(sequence(mapping(source).get("items"))):
        name = get(item, ("fieldRef", "fieldPath"))
        if name is not None:
            yield (*path, "items", index, "fieldRef", "fieldPath"), name


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)
