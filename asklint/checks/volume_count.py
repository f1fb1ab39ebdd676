"""volume-count: pods with more volumes, or more disks, than one instance can have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.claims import claims
from asklint.finding import Hit
from asklint.path import Path, mapping, sequence
from asklint.resource import Pod

_TEMPLATES: Path = ("spec", "volumeClaimTemplates")


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on the volumes of a pod where there are more than `volumes`, or more than `disks` that are cloud disks."""
    volumes = [mapping(volume) for volume in sequence(subject.data.get("volumes"))]
    names = [volume.get("name") for volume in volumes]
    templates = [claim for claim in claims(subject.object) if claim.name not in names]
    if len(volumes) + len(templates) <= params["disks"]:
        return
    place = (*subject.path, "volumes") if volumes else _TEMPLATES
    count = len(volumes) + len(templates)
    if count > params["volumes"]:
        yield Hit(place, "volumes", {"count": count, "most": params["volumes"]}, missing=True)
    disks = sum(mapping(volume.get("flexVolume")).get("driver") == params["driver"] for volume in volumes)
    disks += sum(claim.cls in params["storage"]["classes"] for claim in templates)
    if disks > params["disks"]:
        place = place if disks > len(templates) else _TEMPLATES
        yield Hit(place, "disks", {"count": disks, "most": params["disks"]}, missing=True)
