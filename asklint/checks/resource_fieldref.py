"""The Downward API of a container's resources, and the numbers it would give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint import quantity
from asklint.checks.pod_parts import containers, runs
from asklint.edit import Edit, Remove, Set
from asklint.finding import Hit
from asklint.path import Path, mapping, sequence
from asklint.resource import Pod


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """Each resourceFieldRef: `known` where the manifest says the number, else `variable`, or `file` in a volume."""
    if not runs(subject):
        return
    for path, container in containers(subject):
        for index, entry in enumerate(sequence(container.get("env"))):
            source = mapping(mapping(entry).get("valueFrom"))
            if source.get("resourceFieldRef") is not None:
                place: Path = (*path, "env", index)
                number = _number(subject, container, mapping(source["resourceFieldRef"]))
                edits: tuple[Edit, ...] = ()
                if number is not None:
                    edits = (Remove((*place, "valueFrom")), Set((*place, "value"), number))
                case = "variable" if number is None else "known"
                yield Hit((*place, "valueFrom", "resourceFieldRef"), case, {"number": number or ""}, edits)
    for index, volume in enumerate(sequence(subject.data.get("volumes"))):
        for place in _files(mapping(volume)):
            yield Hit((*subject.path, "volumes", index, *place), "file")


def _files(volume: Mapping[str, Any]) -> Iterator[Path]:
    sources: list[tuple[Path, Any]] = [(("downwardAPI",), volume.get("downwardAPI"))]
    projected = sequence(mapping(volume.get("projected")).get("sources"))
    for index, source in enumerate(projected):
        sources.append((("projected", "sources", index, "downwardAPI"), mapping(source).get("downwardAPI")))
    for path, source in sources:
        for index, item in enumerate(sequence(mapping(source).get("items"))):
            if mapping(item).get("resourceFieldRef") is not None:
                yield (*path, "items", index, "resourceFieldRef")


def _number(pod: Pod, container: Mapping[str, Any], ref: Mapping[str, Any]) -> str | None:
    """What the variable would hold, rounded up as the kubelet does; None where the manifest does not say it."""
    name, resource = ref.get("containerName"), ref.get("resource")
    if isinstance(name, str) and name != container.get("name"):
        container = next((other for _, other in containers(pod) if other.get("name") == name), {})
    field, _, kind = resource.partition(".") if isinstance(resource, str) else ("", "", "")
    resources = mapping(container.get("resources"))
    amount = quantity.read(mapping(resources.get(field)).get(kind))
    if amount is None and field == "requests":
        amount = quantity.read(mapping(resources.get("limits")).get(kind))
    divisor = quantity.read(ref.get("divisor", "1"))
    if amount is None or divisor is None or amount.nanos <= 0 or divisor.nanos < 0:
        return None
    return str(-(-amount.nanos // (divisor.nanos or 10**9)))
