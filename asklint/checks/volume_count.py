"""volume-count: pods with more volumes, or more disks, than one instance can have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.claims import claims_of
from asklint.finding import Hit
from asklint.path import mapping, sequence
from asklint.resource import Pod


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on the volumes of a pod where there are more than `volumes`, or more than `disks` that are cloud disks."""
    volumes = [mapping(volume) for volume in sequence(subject.data.get("volumes"))]
    names = [volume.get("name") for volume in volumes]
    made = list(claims_of(subject))
    templates = [claim for claim in made if "ephemeral" not in claim.path and claim.name not in names]
    if len(volumes) + len(templates) <= params["disks"]:
        return
    place = (*subject.path, "volumes") if volumes else templates[0].path[:-2]
    count = len(volumes) + len(templates)
    if count > params["volumes"]:
        yield Hit(place, "volumes", {"count": count, "most": params["volumes"]}, missing=True)
    disks = sum(mapping(volume.get("flexVolume")).get("driver") == params["driver"] for volume in volumes)
    disks += sum(claim.cls in params["storage"]["classes"] for claim in made if claim.name not in names)
    if disks > params["disks"]:
        place = place if disks > len(templates) else templates[0].path[:-2]
        yield Hit(place, "disks", {"count": disks, "most": params["disks"]}, missing=True)
