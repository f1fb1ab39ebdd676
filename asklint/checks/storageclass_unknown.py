"""storageclass-unknown: claims that name a StorageClass of another platform, which nothing in the run brings along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from asklint.checks.claims import claims
from asklint.finding import Conclusion, Fact, Told
from asklint.path import get
from asklint.resource import Object


def collect(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Fact]:
    """The classes of the run and of its volumes, and the claims that name a class known from elsewhere."""
    if subject.known == "PersistentVolume":
        name = get(subject.data, ("spec", "storageClassName"))
        if isinstance(name, str) and name:
            yield Fact(("spec", "storageClassName"), {"name": name})
        return
    if subject.known == "StorageClass.storage.k8s.io":
        if subject.name:
            yield Fact(("metadata", "name"), {"name": subject.name})
        return
    known = params["storage"]["foreign"]
    for claim in claims(subject):
        if claim.cls in known and claim.cls not in options["present"] and not claim.spec.get("volumeName"):
            field = claim.spec.get("storageClassName") is not None
            place = (*claim.path, "storageClassName") if field else claim.path
            yield Fact(place, {"class": claim.cls}, missing=not field)


def conclude(
    facts: Sequence[Told], params: Mapping[str, Any], options: Mapping[str, Any], target: str
) -> Iterator[Conclusion]:
    """A finding on every such claim whose class is not among those of the run."""
    present = {fact.data["name"] for fact in facts if "name" in fact.data}
    for index, fact in enumerate(facts):
        if "class" in fact.data and fact.data["class"] not in present:
            platform = params["storage"]["foreign"][fact.data["class"]]
            yield Conclusion(index, "", {"class": fact.data["class"], "platform": platform})
