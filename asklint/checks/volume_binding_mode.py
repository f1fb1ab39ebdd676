"""volume-binding-mode: classes of zonal disks that leave the zone to chance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.finding import Hit
from asklint.path import mapping
from asklint.resource import Object, Pod


def check(subject: Object | Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on a class of `provisioner` that has its disks made at once, in no zone that it names."""
    if isinstance(subject, Pod) or subject.data.get("provisioner") != params["provisioner"]:
        return
    given = mapping(subject.data.get("parameters"))
    placed = given.get("zoneId") or given.get("zoneid") or subject.data.get("allowedTopologies")
    known = given.get("type") in params["regional"] or subject.name in params["storage"]["classes"]
    if subject.data.get("volumeBindingMode") in (None, "Immediate") and not placed and not known:
        written = "volumeBindingMode" in subject.data
        yield Hit(("volumeBindingMode",) if written else ("provisioner",), "immediate")
