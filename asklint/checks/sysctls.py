"""Kernel parameters in a pod's security context that the platform does not take from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.kernel_parameters import is_taken
from asklint.checks.pod_parts import runs
from asklint.finding import Hit
from asklint.path import mapping, sequence
from asklint.resource import Pod


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """Each sysctl whose name the target does not take."""
    if not runs(subject):
        return
    for index, entry in enumerate(sequence(mapping(subject.data.get("securityContext")).get("sysctls"))):
        name = mapping(entry).get("name")
        if isinstance(name, str) and not is_taken(name, params["taken"][target]):
            yield Hit((*subject.path, "securityContext", "sysctls", index, "name"))
