"""Sidecars of a Job that never end, recognised by their image: the table stands in the rule."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from asklint.checks.image_names import read
from asklint.checks.pod_parts import commands, containers
from asklint.edit import Insert
from asklint.finding import Hit
from asklint.path import mapping, sequence
from asklint.resource import Object, Pod


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """The image of each container that is one of `sidecars` beside another that is none, and is not declared as such.

    A row with `bare` is about containers without a command of their own. Where something in the pod's commands fits
    `ends`, the containers have arranged an end between them.
    """
    for pod in subject.pods:
        parts = list(containers(pod, ("containers",)))
        if len(parts) < 2:
            continue
        known = [(path, container, _name(container, params["sidecars"])) for path, container in parts]
        if not any(name for _, _, name in known) or all(name for _, _, name in known) or _ends(pod, params["ends"]):
            continue
        for path, container, name in known:
            have = {mapping(entry).get("name"): mapping(entry).get("value") for entry in _env(container)}
            if name and not any(have.get(key) == value for key, value in params["declared"].items()):
                missing = [(key, value) for key, value in params["env"].items() if key not in have]
                edits = tuple(Insert((*path, "env"), {"name": key, "value": value}) for key, value in missing)
                yield Hit((*path, "image"), fields={"sidecar": name}, edits=edits)


def _name(container: Mapping[str, Any], rows: list[Mapping[str, Any]]) -> str:
    image = container.get("image")
    if not isinstance(image, str):
        return ""
    parts = read(image)
    for row in rows:
        if row.get("bare") and (container.get("command") or container.get("args")):
            continue
        tagged = "tag" not in row or _pattern(row["tag"]).fullmatch(parts.tag)
        if tagged and _pattern(rf"(?:.*/)?(?:{row['image']})").fullmatch(parts.repository):
            return str(row["name"])
    return ""


def _env(container: Mapping[str, Any]) -> list[Any]:
    return [entry for entry in sequence(container.get("env")) if isinstance(mapping(entry).get("name"), str)]


def _ends(pod: Pod, pattern: str) -> bool:
    end = _pattern(pattern)
    return any(end.search(word) for _, container in containers(pod) for _, _, word in commands(container))


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)
