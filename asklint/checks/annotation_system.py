"""annotation-system: a key that the platform writes, in a manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.annotation_table import entries, table
from asklint.edit import Remove
from asklint.finding import Hit
from asklint.path import get
from asklint.resource import Object


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on every such key, except on a pod that a controller made: nobody wrote that one."""
    found = entries(subject, table(params["keys"]))
    if not found or get(subject.data, ("metadata", "ownerReferences")):
        return
    for entry in found:
        key = entry.key
        if key.by_user or entry.field != key.field or target not in key.targets or "pod" not in key.places:
            continue
        if entry.place.kind in ("pod", "workload"):
            yield Hit(entry.path, edits=(Remove(entry.path),))
