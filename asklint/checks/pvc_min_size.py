"""pvc-min-size: claims of a class that the vendor brings along, and that are too small for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.claims import SIZE, claims, least, size
from asklint.edit import Set
from asklint.finding import Hit
from asklint.resource import Object


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on every claim that is smaller than the smallest disk of its class."""
    storage = params["storage"]
    for claim in claims(subject):
        known = storage["classes"].get(claim.cls) if claim.cls else None
        claimed = size(claim) if known else None
        smallest = least(known, storage) if known else 0
        if claimed is not None and claimed < smallest:
            place = (*claim.path, *SIZE)
            yield Hit(place, "vendor", {"class": claim.cls, "least": smallest}, (Set(place, f"{smallest}Gi"),))
