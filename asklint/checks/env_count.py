"""Containers with very many environment variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.pod_parts import containers
from asklint.finding import Hit
from asklint.path import sequence
from asklint.resource import Pod


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """Each container that names more variables than the option `most`."""
    for path, container in containers(subject):
        count = len(sequence(container.get("env")))
        if count > options["most"]:
            yield Hit((*path, "env"), fields={"count": count}, missing=True, data={"variables": count})
