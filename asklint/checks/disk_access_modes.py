"""disk-access-mode across files: claims of several pods whose StorageClass in the run makes disks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from asklint.checks.claims import claims, is_disk_class, named, wrong_modes
from asklint.finding import Conclusion, Fact, Told
from asklint.resource import Object


def collect(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Fact]:
    """The classes of the run, and the claims of other classes than the vendor's that want one of `modes`."""
    if subject.known == "StorageClass.storage.k8s.io":
        if subject.name:
            disk = is_disk_class(subject.data, params["storage"])
            yield Fact(("metadata", "name"), {"name": subject.name, "disk": disk})
        return
    for claim in claims(subject):
        if claim.cls and claim.cls not in params["storage"]["classes"]:
            for place, mode in wrong_modes(claim.path, claim.spec, params, target):
                yield Fact(place, {"class": claim.cls, "mode": mode})


def conclude(
    facts: Sequence[Told], params: Mapping[str, Any], options: Mapping[str, Any], target: str
) -> Iterator[Conclusion]:
    """A finding on every such claim whose class makes disks."""
    for index, meant in named(facts, "class", "name"):
        if facts[meant].data["disk"]:
            fields = {key: facts[index].data[key] for key in ("class", "mode")}
            yield Conclusion(index, "claim", fields, ((meant, "class"),))
