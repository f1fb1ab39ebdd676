"""Labels of the platform in the selector of a workload."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.edit import Edit, Remove
from asklint.finding import Hit
from asklint.path import Path, get, mapping, sequence
from asklint.resource import Object

_LABELS: Path = ("spec", "selector", "matchLabels")


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """Each of `labels` in spec.selector; `other` where more stands there, so that it can go, else `only`."""
    wanted = mapping(get(subject.data, _LABELS))
    expressions = sequence(get(subject.data, ("spec", "selector", "matchExpressions")))
    others = [key for key in wanted if key not in params["labels"]]
    for key in wanted:
        if key in params["labels"]:
            edits: tuple[Edit, ...] = (Remove((*_LABELS, key)),) if others else ()
            yield Hit((*_LABELS, key), "other" if others else "only", {"label": key}, edits)
    for index, expression in enumerate(expressions):
        name = mapping(expression).get("key")
        if name in params["labels"]:
            yield Hit(("spec", "selector", "matchExpressions", index, "key"), "only", {"label": name})
