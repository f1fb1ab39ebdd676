"""third-party-csi: volumes that only a plug-in on a node can mount, by their type, driver or provisioner."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from asklint.finding import Hit
from asklint.path import Path, mapping, sequence
from asklint.resource import Object, Pod


def check(subject: Object | Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """Hits on in-tree `sources`, on drivers that do not match `mounted`, and on provisioners that match `node`.

    `others` gives drivers with a way of their own a case by target.
    """
    if isinstance(subject, Pod):
        for index, volume in enumerate(sequence(subject.data.get("volumes"))):
            yield from _volume((*subject.path, "volumes", index), mapping(volume), params, target)
    elif subject.kind == "PersistentVolume":
        yield from _volume(("spec",), mapping(subject.data.get("spec")), params, target)
    else:
        name = subject.data.get("provisioner")
        if isinstance(name, str) and _matches(params["node"], name) and not _matches(params["mounted"], name):
            yield Hit(("provisioner",), params["others"].get(name, {}).get(target, "provisioner"))


def _volume(at: Path, volume: Mapping[str, Any], params: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A volume of a pod, or the spec of a PersistentVolume."""
    for key in volume:
        if key in params["sources"] and volume[key] is not None:
            yield Hit((*at, key), "source", {"source": key})
        elif key == "csi":
            name = mapping(volume[key]).get("driver")
            if isinstance(name, str) and name and not _matches(params["mounted"], name):
                yield Hit((*at, key, "driver"), params["others"].get(name, {}).get(target, "driver"))


def _matches(patterns: list[str], name: str) -> bool:
    """Whether `name` is one of `patterns`; what is still to be filled in may be any of them."""
    return "{" in name or "<" in name or _compiled(tuple(patterns)).fullmatch(name) is not None


@cache
def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(patterns))
