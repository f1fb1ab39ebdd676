"""disk-access-mode: disks, by themselves or by a class of the vendor, that several pods shall have at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.claims import claims, disk_of, wrong_modes
from asklint.finding import Hit
from asklint.path import mapping
from asklint.resource import Object


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on each of `modes` in a PersistentVolume that is a disk, and in a claim of a class of the vendor."""
    storage = params["storage"]
    if subject.known == "PersistentVolume":
        if disk_of(subject.data, storage) is not None:
            for place, mode in wrong_modes(("spec",), mapping(subject.data.get("spec")), params, target):
                yield Hit(place, "volume", {"mode": mode})
        return
    for claim in claims(subject):
        if claim.cls in storage["classes"]:
            for place, mode in wrong_modes(claim.path, claim.spec, params, target):
                yield Hit(place, "claim", {"class": claim.cls, "mode": mode})
