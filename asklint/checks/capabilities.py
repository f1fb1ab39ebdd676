"""Capabilities that a container adds and the platform does not list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.pod_parts import containers, runs
from asklint.finding import Hit
from asklint.path import mapping, sequence
from asklint.resource import Pod


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """Each added capability that is neither `listed` nor granted; `ticket` for those that an account can ask for."""
    for path, container in containers(subject) if runs(subject) else ():
        added = sequence(mapping(mapping(container.get("securityContext")).get("capabilities")).get("add"))
        for index, name in enumerate(added):
            if not isinstance(name, str):
                continue
            plain = name.upper().removeprefix("CAP_")
            if plain not in params["listed"] and plain not in options["granted"]:
                case = "ticket" if plain in params["ticket"] else "unlisted"
                yield Hit((*path, "securityContext", "capabilities", "add", index), case)
