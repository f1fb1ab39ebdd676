"""eci-opt-in: pods that a fix gives the label for ECI, where the option asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.way_to_eci import takes_label
from asklint.edit import Set
from asklint.finding import Hit
from asklint.resource import Object, Pod


def check(subject: Object | Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """Where the option `label` asks for it, each pod that nothing it says itself puts on ECI, or keeps off it."""
    if isinstance(subject, Pod) and takes_label(subject, params, options):
        key, value = next(iter(params["nodes"]["opt-in"].items()))
        yield Hit(("kind",), "label", edits=(Set((*subject.metadata_path, "labels", key), value),))
