"""pvc-min-size across files: claims that are too small for the StorageClass that the run brings along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from asklint.checks.claims import SIZE, claims, is_disk_class, least, named, size
from asklint.finding import Conclusion, Fact, Told
from asklint.path import mapping
from asklint.resource import Object


def collect(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Fact]:
    """Claims with their size, and the classes of the run with the smallest disk they make."""
    storage = params["storage"]
    if subject.known == "StorageClass.storage.k8s.io":
        if subject.name and is_disk_class(subject.data, storage):
            smallest = least(mapping(subject.data.get("parameters")), storage)
            yield Fact(("metadata", "name"), {"name": subject.name, "least": smallest})
        return
    for claim in claims(subject):
        claimed = size(claim) if claim.cls and claim.cls not in storage["classes"] else None
        if claimed is not None:
            yield Fact((*claim.path, *SIZE), {"class": claim.cls, "size": claimed})


def conclude(
    facts: Sequence[Told], params: Mapping[str, Any], options: Mapping[str, Any], target: str
) -> Iterator[Conclusion]:
    """A finding on every claim that is smaller than what its class makes."""
    for index, meant in named(facts, "class", "name"):
        wanted, made = facts[index].data, facts[meant].data
        if wanted["size"] < made["least"]:
            fields = {"class": wanted["class"], "least": made["least"]}
            yield Conclusion(index, "run", fields, ((meant, "class"),))
