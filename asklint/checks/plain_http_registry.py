"""Registries that a pod reaches by plain HTTP, or with a certificate of their own, as far as their names tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from asklint.checks.image_names import read
from asklint.checks.pod_parts import annotations_of, containers, runs
from asklint.finding import Hit
from asklint.resource import Pod


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """The first image from each registry that one of `rows` fits and that none of the pod's `annotations` names."""
    if not runs(subject):
        return
    seen: set[str] = set()
    for path, container in containers(subject):
        image = container.get("image")
        if not isinstance(image, str) or ("." not in image and ":" not in image):
            continue
        registry = read(image).registry
        if registry in seen or registry in options["trusted"]:
            continue
        seen.add(registry)
        case = next((row["case"] for row in params["rows"] if _pattern(row["registry"]).fullmatch(registry)), None)
        if case is not None and registry not in _named(subject, params["annotations"][target]):
            yield Hit((*path, "image"), case, {"registry": registry, "annotation": params["annotations"][target][0]})


def _named(pod: Pod, annotations: list[str]) -> list[str]:
    texts = (annotations_of(pod).get(key) for key in annotations)
    return [host.strip() for text in texts if isinstance(text, str) for host in text.split(",")]


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)
