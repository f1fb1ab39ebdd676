"""What adds, removes or repairs nodes: kinds of its own, and programs recognised by their image."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from asklint.checks.image_names import read
from asklint.checks.pod_parts import containers
from asklint.finding import Hit
from asklint.resource import Object


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """The object where it is of a kind in `groups`, by its API group, or where a pod of it runs one of `images`."""
    if subject.group in params["groups"]:
        yield Hit(("kind",), "object", {"program": params["groups"][subject.group]})
        return
    for pod in subject.pods:
        for path, container in containers(pod, ("containers",)):
            image = container.get("image")
            for row in params["images"] if isinstance(image, str) else ():
                if _ending(row["image"]).fullmatch(read(str(image)).repository):
                    word = ((path, "image"),)
                    yield Hit(("kind",), "program", {"program": row["name"]}, related=word)
                    return


@cache
def _ending(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:.*/)?(?:{pattern})", re.IGNORECASE)
