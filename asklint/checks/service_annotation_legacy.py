"""service-annotation-legacy: a load balancer annotation under the prefix that the vendor has renamed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.edit import Remove, Rename
from asklint.finding import Hit
from asklint.path import get
from asklint.resource import Object


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on every key under the prefix `old`; where the one under `new` stands beside it, that one is read."""
    annotations = get(subject.data, ("metadata", "annotations"))
    if not isinstance(annotations, dict):
        return
    for name in annotations:
        if not isinstance(name, str) or not name.startswith(params["old"]):
            continue
        rest = name.removeprefix(params["old"])
        if rest in params["dead"]:
            continue
        new, at = params["new"] + rest, ("metadata", "annotations", name)
        if new in annotations:
            yield Hit(at, "both", {"new": new}, (Remove(at),))
        else:
            yield Hit(at, "renamed", {"new": new}, (Rename(at, new),))
