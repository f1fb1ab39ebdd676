"""Pods with more containers than an instance takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.pod_parts import runs
from asklint.finding import Hit
from asklint.path import sequence
from asklint.resource import Pod


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """The containers where there are more than `most`; `together` where there are with the init containers alone."""
    count = len(sequence(subject.data.get("containers")))
    everything = count + len(sequence(subject.data.get("initContainers")))
    if everything > params["most"] and runs(subject):
        case = "containers" if count > params["most"] else "together"
        numbers = {"count": count, "all": everything, "most": params["most"]}
        yield Hit((*subject.path, "containers"), case, numbers, data=numbers, missing=True)
