"""The known agents of nodes, recognised by their images: the table of agents stands in the rule."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from asklint.path import Path, mapping, sequence
from asklint.resource import Pod

_LONGEST = 512  # an image reference ends long before


def agent(pod: Pod, agents: list[Mapping[str, str]]) -> tuple[Mapping[str, str], Path] | None:
    """The row of `agents` (name, image, case, eci) that the pod is for, and the path to its image.

    An image is a pattern for the end of the repository, so that a mirror's copy counts.

    A known image behind another container, without a directory of the node, is a sidecar of something else.
    """
    node = [
        mapping(volume).get("name") for volume in sequence(pod.data.get("volumes")) if "hostPath" in mapping(volume)
    ]
    for index, container in enumerate(sequence(pod.data.get("containers"))):
        image = mapping(container).get("image")
        mounts = sequence(mapping(container).get("volumeMounts"))
        if isinstance(image, str) and (index == 0 or any(mapping(mount).get("name", "") in node for mount in mounts)):
            repository = _repository(image)
            for row in agents:
                if _ending(row["image"]).fullmatch(repository):
                    return row, (*pod.path, "containers", index, "image")
    return None


@cache
def _ending(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:.*/)?(?:{pattern})", re.IGNORECASE)


def _repository(image: str) -> str:
    """The image without tag and digest; a registry's port is no tag."""
    head, slash, last = image[:_LONGEST].partition("@")[0].strip().rpartition("/")
    return head + slash + last.partition(":")[0]
