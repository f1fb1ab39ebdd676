"""How many GPUs the containers of a pod ask for, and which numbers of a card ACS has: schemas/pod-sizes.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint import quantity
from asklint.checks.pod_parts import containers, labels_of
from asklint.path import Path, mapping
from asklint.resource import Pod

GPU = "nvidia.com/gpu"
_CLASS = "gpu"


def asked(pod: Pod, resource: str = GPU) -> Iterator[tuple[Path, int | None]]:
    """Each place where a container asks for cards, and how many: None where that cannot be read."""
    for path, container in containers(pod):
        resources = mapping(container.get("resources"))
        for field in ("limits", "requests"):
            value = mapping(resources.get(field)).get(resource)
            amount = quantity.read(value)
            if value is not None and (amount is None or amount.nanos > 0):
                yield (*path, "resources", field, resource), None if amount is None else int(amount.value)


def together(pod: Pod) -> int | None:
    """The GPUs of all containers that run beside each other; None where a number cannot be read."""
    counts = {path[:-2]: count for path, count in asked(pod) if path[len(pod.path)] == "containers"}
    return None if None in counts.values() else sum(count or 0 for count in counts.values())


def sold(pod: Pod, acs: Mapping[str, Any]) -> Mapping[str, int]:
    """Of the card that `pod` names on ACS: each number there is, and the temporary storage (GiB) beside it."""
    labels = labels_of(pod)
    if labels.get(acs["label"]) != _CLASS:
        return {}
    return mapping(acs["cards"].get(str(labels.get(acs["model"], ""))))
