"""Images from registries on the Internet, of all pods of a run that have no address there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from asklint.checks.image_names import DOCKER_HUB, read
from asklint.checks.pod_parts import annotations_of, containers, runs
from asklint.finding import Conclusion, Fact, Told
from asklint.path import mapping
from asklint.resource import Object, Pod

_NAME = re.compile(r"[a-z0-9][\w./:@-]*", re.ASCII)
_SHOWN = 5


def collect(
    subject: Object | Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str
) -> Iterator[Fact]:
    """Each image from one of `registries` in a pod without one of `annotations`; `way` where a profile has one."""
    if options["internet"]:
        return
    if isinstance(subject, Object):
        text = mapping(subject.data.get("data")).get("selectors")
        named = subject.name in params["profiles"] and isinstance(text, str)
        if named and any(key in str(text) for key in params["annotations"][target]):
            yield Fact(("kind",), {"way": True})
        return
    if not runs(subject) or _has_way(subject, params["annotations"][target]):
        return
    for path, container in containers(subject):
        image = container.get("image")
        if isinstance(image, str) and _NAME.fullmatch(image) and _is_public(read(image).registry, params["registries"]):
            yield Fact((*path, "image"), {"image": image})


def conclude(
    facts: Sequence[Told], params: Mapping[str, Any], options: Mapping[str, Any], target: str
) -> Iterator[Conclusion]:
    """One word about all images of the run."""
    if any("way" in fact.data for fact in facts):
        return
    first: dict[str, int] = {}
    for index, fact in enumerate(facts):
        if not fact.silenced:
            first.setdefault(fact.data["image"], index)
    if not first:
        return
    images = list(first)
    shown = ", ".join(images[:_SHOWN]) + (", …" if len(images) > _SHOWN else "")
    related = tuple((index, "as-well") for index in list(first.values())[1 : 2 * _SHOWN])
    fields = {"count": len(images), "images": shown}
    yield Conclusion(first[images[0]], "one" if len(images) == 1 else "many", fields, related, {"images": images})


def _has_way(pod: Pod, annotations: Sequence[str]) -> bool:
    have = annotations_of(pod)
    return any(have.get(key) not in (None, "", "false") for key in annotations)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def _is_public(registry: str, pattern: str) -> bool:
    return registry == DOCKER_HUB or _pattern(pattern).fullmatch(registry) is not None
