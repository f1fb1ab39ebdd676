"""Pods that ask for a GPU and do not say which."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from asklint import quantity
from asklint.checks.pod_parts import annotations_of, containers, labels_of, runs, takes_metadata
from asklint.edit import Edit, Set
from asklint.finding import Hit
from asklint.path import Path, mapping
from asklint.resource import Pod


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """The first GPU that a container asks for where the pod lacks what goes with it.

    On ECI an annotation: `type` where none of `annotations` is there, `plain` where it names no type with a GPU. On ACS
    labels: `class`, then `model`. The options say what the fix writes.
    """
    place = next(_asked(subject, params["resource"]), None)
    if place is None or not runs(subject):
        return
    write: dict[str, str] = {}
    if target == "acs":
        field, case = "labels", _on_acs(subject, params["acs"])
        if options["model"]:
            write = {params["acs"]["model"]: options["model"]}
            if case == "class":
                write = {params["acs"]["class"]: params["acs"]["classes"][0], **write}
    else:
        field, case = "annotations", _on_eci(subject, params["eci"])
        if options["type"]:
            write = {params["eci"]["annotations"][0]: options["type"]}
    if case:
        edits: tuple[Edit, ...] = ()
        if takes_metadata(subject):
            edits = tuple(Set((*subject.metadata_path, field, key), value) for key, value in write.items())
        yield Hit(place, case, edits=edits)


def _asked(pod: Pod, resource: str) -> Iterator[Path]:
    for path, container in containers(pod):
        resources = mapping(container.get("resources"))
        for field in ("limits", "requests"):
            value = mapping(resources.get(field)).get(resource)
            amount = quantity.read(value)
            if value is not None and (amount is None or amount.nanos > 0):
                yield (*path, "resources", field, resource)


def _on_eci(pod: Pod, names: Mapping[str, Any]) -> str:
    have = annotations_of(pod)
    first, *others = names["annotations"]
    specs = have.get(first)
    if isinstance(specs, str) and specs.strip():
        types = _pattern(names["types"])
        return "" if any(types.match(spec.strip()) for spec in specs.split(",")) else "plain"
    return "" if any(have.get(other) for other in others) else "type"


def _on_acs(pod: Pod, names: Mapping[str, Any]) -> str:
    have = labels_of(pod)
    if have.get(names["class"]) not in names["classes"]:
        return "class"
    return "model" if have[names["class"]] == names["classes"][0] and not have.get(names["model"]) else ""


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)
